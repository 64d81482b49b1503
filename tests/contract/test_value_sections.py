"""Sections on total value, stated importance, other outcomes and promotion, over studies good and bad."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from pipeline import load
from pipeline.analysis import analyse
from pipeline.errors import DefinitionError
from pipeline.report.html import page
from pipeline.report.results import build
from pipeline.report.view import View
from tests.report_sample import answers, study

Table = list[list[str]]
NAMES = ("total_value", "stated", "outcomes", "promotion")
DRIVERS = ("trust", "quality", "price")


def usual(definition: dict[str, Any], _rows: Table) -> None:
    """Every question asked, and answered by everybody; two further outcomes."""
    definition["model"]["outcomes"] = ["premium", "promo"]


def few(_definition: dict[str, Any], rows: Table) -> None:
    """40 respondents: figures, and no claim."""
    del rows[41:]


def nothing_else(definition: dict[str, Any], rows: Table) -> None:
    """All drivers are the product, a layer repeats another, an outcome the first; importance is stated alike by all."""
    definition["value"]["product"] = list(DRIVERS)
    definition["value"]["layers"] = {"one": ["trust"], "other": ["founder"]}
    at = {name: rows[0].index(name) for name in rows[0]}
    for row in rows[1:]:
        for number in (1, 2, 3):
            row[at[f"founder_{number}"]] = row[at[f"trust_{number}"]]
        for number in (1, 2):
            row[at[f"promo_{number}"]] = row[at[f"intent_{number}"]]
        for name in DRIVERS:
            row[at[f"st_{name}"]] = "6"


def absent(_definition: dict[str, Any], rows: Table) -> None:
    """Hardly anybody answered the further questions."""
    asked = [at for at, name in enumerate(rows[0]) if name.startswith(("st_", "promo_", "premium", "founder_"))]
    for row in rows[8:]:
        for at in asked:
            row[at] = ""


SHAPES: dict[str, Callable[[dict[str, Any], Table], None]] = {
    shape.__name__: shape for shape in (usual, few, nothing_else, absent)
}


def made(shape: Callable[[dict[str, Any], Table], None], folder: Path) -> Path:
    """The simulated study with the four questions, bent by the shape."""
    definition, rows = study(7), [list(row) for row in answers(7, 400)[:401]]
    constructs = definition["constructs"]
    constructs["founder"] = {"label": {"en": "founder", "zh": "创始人"}, "items": [f"founder_{at}" for at in (1, 2, 3)]}
    constructs["promo"] = {"label": {"en": "intent on promotion", "zh": "促销意愿"}, "items": ["promo_1", "promo_2"]}
    constructs = {name: constructs[name] for name in (*DRIVERS, "founder", "promo", "intent")}
    number = {"type": "number", "range": [1, 7], "label": {"en": "said", "zh": "自述"}}
    definition["variables"] |= {f"st_{name}": number for name in DRIVERS}
    definition["variables"]["premium"] = {"type": "number", "label": {"en": "premium", "zh": "溢价"}}
    definition |= {
        "constructs": constructs,
        "model": {"outcome": "intent", "drivers": list(DRIVERS), "outcomes": ["premium"], "draws": 200},
        "value": {"product": ["quality"], "layers": {"trust": ["trust", "founder"], "money": ["price"]}},
        "stated_importance": {name: f"st_{name}" for name in DRIVERS},
        "promotion": {"outcome": "promo", "offer": {"en": "15 % off", "zh": "八五折"}},
    }
    at = {name: place for place, name in enumerate(rows[0])}
    rows[0] += [*(f"founder_{one}" for one in (1, 2, 3)), "promo_1", "promo_2", *(f"st_{name}" for name in DRIVERS),
                "premium"]  # fmt: skip
    for place, row in enumerate(rows[1:]):
        trust, intent = row[at["trust_1"]] or "4", row[at["intent_1"]] or "4"
        founder = [str(min(7, max(1, int(trust) + (place * step) % 5 - 2))) for step in (1, 2, 3)]
        promo = [str(min(7, int(intent) + (place * step) % 3)) for step in (1, 2)]
        row += [
            *founder,
            *promo,
            str(4 + place % 3),
            str(5 + place % 3),
            str(5 + place % 2),
            str(int(trust) * 5 + place % 7),
        ]
    shape(definition, rows)
    (folder / "study.yaml").write_text(json.dumps(definition, ensure_ascii=False), encoding="utf-8")
    with (folder / "answers.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return folder


@cache
def _results(name: str) -> str:
    with TemporaryDirectory() as place:
        return json.dumps(build(analyse(load(made(SHAPES[name], Path(place))))), ensure_ascii=False)


@pytest.fixture(params=list(SHAPES))
def results(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_results(request.param))
    return found | {"shape": request.param}


def part(text: str, name: str) -> str:
    """The section's own part of the page."""
    found = re.search(rf'<section[^>]*id="{name}".*?</section>', text, re.DOTALL)
    return found.group(0) if found else ""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_shape_makes_all_four_sections(results: dict[str, Any], language: str) -> None:
    text = page(results, language)
    for name in NAMES:
        own = part(text, name)
        assert own, name
        assert not re.search(
            r"\bnan\b|None|part:|\blayer:|\{|\}", re.sub(r"<svg.*?</svg>|<[^>]*>", "", own, flags=re.DOTALL)
        )


def test_only_a_good_study_carries_graded_claims() -> None:
    found: dict[str, Any] = json.loads(_results("usual"))
    graded = {claim["id"] for claim in found["claims"] if claim["level"]}
    assert {"layers", "product_alone", "promotion"} <= graded
    for name in ("few", "absent", "nothing_else"):
        claims = json.loads(_results(name))["claims"]
        told = {claim["id"]: claim["variant"] for claim in claims if claim["id"] in (*NAMES, "layers", "product_alone")}
        levels = {claim["id"] for claim in claims if claim["id"] in told and claim["level"]}
        sound = {"absent": {"product_alone"}, "nothing_else": {"outcomes"}}
        assert levels == sound.get(name, set()), name


def test_further_outcomes_are_held_against_each_other() -> None:
    text = part(page(json.loads(_results("usual")), "en"), "outcomes")
    assert "The further outcomes against each other" in text
    assert "Intent on promotion less premium" in text


def test_what_cannot_be_said_is_said_in_words() -> None:
    text = page(json.loads(_results("nothing_else")), "en")
    assert "Every driver of the model is named as the product" in part(text, "total_value")
    assert "So the layers are not compared." in part(text, "total_value")
    assert "Everything was stated to be equally important" in part(text, "stated")
    assert "It repeats the first outcome" in part(text, "outcomes")
    text = page(json.loads(_results("absent")), "en")
    assert "So stated and derived importance are not compared." in part(text, "stated")
    assert "So dependence on promotion is not shown." in part(text, "promotion")


def test_a_study_without_the_questions_has_no_such_section() -> None:
    found = json.loads(_results("usual"))
    found["estimates"] = [row for row in found["estimates"] if row["analysis"] not in NAMES]
    found["claims"] = [claim for claim in found["claims"] if claim["id"] not in (*NAMES, "layers", "product_alone")
                       and not claim["id"].startswith("promotion")]  # fmt: skip
    view = View(found)
    from pipeline.report.sections import SECTIONS

    assert not [name for name in NAMES if SECTIONS[name].applies(view)]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"value": {"layers": {"one": ["trust"], "other": ["trust", "price"]}}}, "each construct belongs to one layer"),
        ({"value": {"layers": {"one": ["trust", "trust"], "other": ["price"]}}}, "in the layer 'one' twice"),
        ({"value": {"layers": {"one": ["trust"]}}}, "one layer has nothing to be compared with"),
        ({"value": {"layers": {"one": ["trust"], "other": ["intent"]}}}, "'intent' is the outcome of the model"),
        ({"stated_importance": {"trust": "st_trust"}}, "name two or more drivers"),
        ({"stated_importance": {"trust": "st_trust", "price": "st_trust"}}, "named for several drivers"),
        ({"stated_importance": {"trust": "st_trust", "price": "premium"}}, "'premium' has no range"),
        ({"promotion": {"outcome": "intent"}}, "another construct or number"),
        ({"promotion": {"outcome": "premium"}}, "'premium' has no range, 'intent' from 1 to 7; both need one scale"),
        ({"model": {"outcome": "intent", "drivers": ["trust"], "outcomes": ["premium", "premium"]}},
         "'premium' is in the model already"),
    ],
)  # fmt: skip
def test_keys_that_contradict_themselves_are_refused(tmp_path: Path, keys: dict[str, Any], told: str) -> None:
    def bend(definition: dict[str, Any], _rows: Table) -> None:
        definition |= keys

    with pytest.raises(DefinitionError, match=re.escape(told)):
        load(made(bend, tmp_path))
