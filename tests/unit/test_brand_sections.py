"""Sections on critics, rivals, owners and language versions: both languages, with figures and without."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from pipeline.analysis import Analysis
from pipeline.estimates import check, frame
from pipeline.model.comparability import comparability_rows
from pipeline.model.lock_in import lock_in_rows
from pipeline.model.paradox import paradox_rows
from pipeline.model.rivals import rivals_rows
from pipeline.report.claims import Ledger
from pipeline.report.claims import comparability as versions
from pipeline.report.claims import lock_in as owners
from pipeline.report.claims import paradox as critical
from pipeline.report.claims import rivals as rivalry
from pipeline.report.html import _environment
from pipeline.report.results import _claim, facts, rounded
from pipeline.report.sections import SECTIONS
from pipeline.report.view import View
from tests.made_case import a_case, a_study

NAMES = ("paradox", "rivals", "lock_in", "comparability")
RULES = (
    critical.critics, critical.paradox, critical.complaint, rivalry.rivals, rivalry.better_product, owners.lock_in,
    owners.switchers, versions.comparability,
)  # fmt: skip
KEYS: dict[str, Any] = {
    "study": {"title": {"en": "Simulated", "zh": "模拟"}, "simulated": True},
    "report": {"languages": ["en", "zh"]},
    "constructs": {
        "product": {"items": ["p1"]},
        "trust": {"items": ["t1", "t2", "t3"]},
        "intent": {"items": ["i1", "i2"]},
        "cost": {"items": ["c1"]},
    },
    "model": {"outcome": "intent", "drivers": ["product", "trust"], "draws": 200},
    "variables": {
        "heard": {"type": "number", "range": [0, 30]},
        "devices": {"type": "number", "range": [0, 30]},
        "premium": {"type": "number", "range": [0, 100]},
        "age": {"type": "number", "range": [0, 120]},
        "brand": {"codes": {"ours": "Ours", "theirs": "Theirs"}},
        "before": {"codes": {"ours": "Ours", "theirs": "Theirs", "none": "None"}},
        "language": {"codes": {"en": "English", "zh": "Chinese"}},
    },
    "segments": {"brand": "brand"},
    "focus": {"brand": "ours"},
    "paradox": {"product": "product", "complaint": "heard", "trust": "trust"},
    "rivals": {"brands": ["ours", "theirs"], "product": "product"},
    "lock_in": {
        "devices": "devices",
        "outcomes": ["premium"],
        "controls": ["age"],
        "cost": "cost",
        "former": "before",
        "rival": "theirs",
    },
    "comparable": "language",
}


def market(n: int, few: int = 0) -> dict[str, Any]:
    """n people who rate both brands; of the second `few` alone are left, where any is said."""
    random = np.random.default_rng(8)
    brand = np.repeat([1.0, 0.0], n)
    trait = np.tile(random.normal(size=n), 2) + brand * 0.4
    devices = np.tile(random.poisson(2, n), 2).astype(float)
    zh = np.tile(np.arange(n) % 3 == 0, 2)
    answers = {
        "p1": 4.2 - 0.5 * brand + random.normal(size=2 * n),
        **{f"t{at}": 4.2 + trait + 0.8 * random.normal(size=2 * n) - 0.7 * zh * (at == 2) for at in (1, 2, 3)},
        **{f"i{at}": 4.3 + 0.6 * trait + 0.1 * devices + 0.9 * random.normal(size=2 * n) for at in (1, 2)},
        "c1": 2.5 + 0.5 * devices + random.normal(size=2 * n),
    }
    texts = {
        "brand": ["ours"] * n + ["theirs"] * n,
        "before": list(np.tile(np.array(["ours", "theirs", "none"])[random.integers(0, 3, n)], 2)),
        "language": ["zh" if one else "en" for one in zh],
    }
    numbers = {
        "heard": np.tile(random.poisson(1, n), 2).astype(float),
        "devices": devices,
        "premium": np.clip(10 + 3 * devices + 5 * random.normal(size=2 * n), 0, 100),
        "age": np.tile(random.integers(18, 70, n), 2).astype(float),
    }
    keep = np.ones(2 * n, dtype=bool)
    keep[n + few :] = few == 0
    items = {name: np.clip(np.rint(values[keep]), 1, 7) for name, values in answers.items()}
    told = {name: values[keep] for name, values in numbers.items()}
    told |= {
        name: [value for value, there in zip(values, keep, strict=True) if there] for name, values in texts.items()
    }
    return {"items": items, "variables": told, "respondent": np.tile(np.arange(n), 2)[keep]}


@cache
def results(n: int, few: int = 0) -> dict[str, Any]:
    """Facts and claims of a simulated study, of these four questions alone."""
    study = a_study(**KEYS)
    made = market(n, few)
    case = a_case(study, made["items"], made["variables"], respondent=made["respondent"])
    rows = [one for rule in (paradox_rows, rivals_rows, lock_in_rows, comparability_rows) for one in rule(case)]
    found = facts(
        Analysis(
            study=study,
            estimates=check(frame(rows)),
            sample=case.people,
            sources=(),
            content_sha256="",
            breaks=(),
        )
    )
    ledger = Ledger(found["estimates"], found["study"], found["sample"], found["screening"])
    words = {language: View(found).words(language) for language in ("en", "zh")}
    found["claims"] = [rounded(_claim(claim, words)) for rule in RULES for claim in rule(ledger)]
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("n", "few"), [(700, 0), (60, 5), (25, 0)])
def test_every_section_stands_whatever_it_has_to_show(name: str, language: str, n: int, few: int) -> None:
    """Many people; a rival of five; so few that nearly every figure has a state."""
    found = results(n, few)
    view = View(found)
    section = SECTIONS[name]
    assert section.applies(view)
    context = section.context(view, view.words(language))
    text = _environment(language).get_template(f"sections/{name}/section.html.j2").render(context)
    assert text.strip()
    for claim in found["claims"]:
        if claim["id"] in (name, "critics", "complaint", "better_product", "switchers") and n == 700:
            assert claim["text"][language]


def test_many_people_have_every_figure() -> None:
    found = results(700)
    view = View(found)
    words = view.words("en")
    drawn = {name: [part.get("figure") for part in SECTIONS[name].context(view, words)["parts"]] for name in NAMES}
    assert [bool(one) for one in drawn["paradox"]] == [False, True, False, False]
    assert [bool(one) for one in drawn["rivals"]] == [True, True]
    assert [bool(one) for one in drawn["lock_in"]] == [False, True, True, False]
    said = {claim["id"]: claim["variant"] for claim in found["claims"]}
    assert said["comparability"] == "item"
    assert said["better_product"] in ("lower", "open", "higher")


def test_a_rival_of_five_people_is_named_nowhere_with_a_figure() -> None:
    found = results(60, 5)
    told = [one for one in found["estimates"] if one["analysis"] == "rivals"]
    assert told
    assert all(one["estimate"] is None and one["n"] is None for one in told)
    (claim,) = (one for one in found["claims"] if one["id"] == "rivals")
    assert claim["variant"] == "absent"
