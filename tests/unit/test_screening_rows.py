"""Rows and claim of screening: what rules flag, and the headline as it would be without them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import analyse, load
from pipeline.analysis import Analysis
from pipeline.checkup import check
from pipeline.estimates import row
from pipeline.report.claims.screening import screening as claim_of
from pipeline.report.html import page
from pipeline.report.results import build
from pipeline.report.schema import Results
from pipeline.report.view import View

Folder = Callable[..., Path]

HEADER = ("id", "a1", "a2", "b1", "b2", "y1", "y2", "sec", "w")
KEYS: dict[str, Any] = {
    "constructs": {"a": ["a1", "a2"], "b": ["b1", "b2"], "y": ["y1", "y2"]},
    "model": {"outcome": "y", "draws": 200},
    "respondent": {"id": "id", "seconds": "sec"},
    "weights": {"column": "w"},
}
QUALITY: dict[str, Any] = {"longstring": 6, "min_seconds": 60, "psychant": 0.5}


def survey(careless: int = 30, attentive: int = 150) -> list[list[Any]]:
    """In attentive rows `a` counts most; careless rows are fast and answer y as they answer b."""
    random = np.random.default_rng(12)
    a, b = random.normal(size=(2, attentive))
    y = 1.2 * a + 0.4 * b + 0.6 * random.normal(size=attentive)
    items = np.column_stack([a, a, b, b, y, y]) + 0.4 * random.normal(size=(attentive, 6))
    rows = [[*np.clip(np.rint(4 + one), 1, 7).astype(int), 300 + at] for at, one in enumerate(items)]
    level = np.resize([1, 7, 2, 6], careless)
    rows += [[*random.integers(3, 6, 2), *[value] * 4, 20 + at] for at, value in enumerate(level)]
    weight = random.uniform(0.5, 2, len(rows)).round(3)
    return [[f"p{at:03d}", *map(int, one), weight[at]] for at, one in enumerate(rows)]


ALIKE = sum(len(set(one[1:7])) == 1 for one in survey())
"""Attentive rows with one answer throughout."""


def analysed(study_folder: Folder, quality: dict[str, Any] | None, **model: Any) -> Analysis:
    keys = KEYS | ({"quality": quality} if quality else {}) | {"model": KEYS["model"] | model}
    return analyse(load(study_folder(survey(), HEADER, **keys)))


def figures(table: pd.DataFrame, analysis: str, metric: str, by: str = "term") -> dict[Any, Any]:
    found = table[(table["analysis"] == analysis) & (table["metric"] == metric)]
    return dict(zip(found[by], found["estimate"], strict=True))


@pytest.mark.parametrize(
    "model",
    [{}, {"correlations": "shrunk"}, {"inference": "jackknife"}],
    ids=str,
)
def test_without_screening_the_headline_is_that_of_a_study_that_drops_nobody(
    study_folder: Folder, model: dict[str, Any]
) -> None:
    screened = analysed(study_folder, QUALITY | {"drop_when": "min_seconds"}, **model)
    kept = analysed(study_folder, QUALITY, **model)
    assert screened.sample.everyone.n == 150
    assert kept.sample.everyone.n == 180
    for metric, told in (("lmg_share", "importance"), ("rank", "importance"), ("r2", "regression")):
        unscreened = figures(screened.estimates, "unscreened", metric)
        headline = figures(kept.estimates, told, metric)
        assert unscreened == pytest.approx({name: headline[name] for name in unscreened}, rel=1e-12)
    base = screened.estimates[screened.estimates["analysis"] == "unscreened"].iloc[0]
    assert (base["n"], base["n_eff"]) == (180, kept.sample.everyone.n_eff)
    assert "unscreened" not in set(kept.estimates["analysis"])


def test_counts_of_the_rules(study_folder: Folder) -> None:
    found = analysed(study_folder, QUALITY).estimates
    assert figures(found, "screening", "flagged") | {None: 0} == {
        "min_seconds": 30,
        "longstring": ALIKE,
        "psychant": None,
        None: 0,
    }
    share = figures(found, "screening", "flagged_share", by="contrast")
    assert share["flags:1"] == pytest.approx((30 + ALIKE) / 180)
    absent = found[(found["analysis"] == "screening") & (found["state"] == "not_defined")]
    assert set(absent["reason"]) == {"no_antonyms"}


def test_a_study_without_rules_has_no_row_of_screening(study_folder: Folder) -> None:
    found = analysed(study_folder, None)
    assert not {"screening", "unscreened"} & set(found.estimates["analysis"])
    results = build(found)
    assert not [claim for claim in results["claims"] if claim["id"] == "screening"]
    assert [step["stage"] for step in results["screening"]] == ["read", "complete", "answered"]


def test_results_tell_rules_flow_and_comparison(study_folder: Folder) -> None:
    results = build(analysed(study_folder, QUALITY | {"drop_when": {"flags": 2, "rules": ["min_seconds"]}}))
    Results.model_validate(results)
    assert results["study"]["rules"] == [
        {"rule": "min_seconds", "threshold": 60.0, "decides": True},
        {"rule": "longstring", "threshold": 6, "decides": False},
        {"rule": "psychant", "threshold": 0.5, "decides": False},
    ]
    assert results["study"]["drop_flags"] == 2
    steps = [(step["stage"], step["remaining"], step["removed"]) for step in results["screening"]]
    assert steps[:3] == [("read", 180, {}), ("complete", 180, {}), ("screened", 150, {"min_seconds": 30})]
    claim = View(results).claim("screening")
    assert claim is not None
    assert claim["variant"] in ("same_order", "same_first", "other_first")
    assert claim["values"]["dropped"] == 30
    axis = {one["choices"]["screening"] for one in results["specifications"]}
    assert {"declared", "all"} <= axis


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "Interview too short",
                "under 60 seconds",
                "not available",
                "leaves out",
                "Same answer many times",
                "the rules in use were",
            ),
        ),
        ("zh", ("作答时间过短", "少于 60 秒", "无法计算", "剔除", "连续选择同一答案", "所用规则为")),
    ],
)
def test_the_page_shows_every_rule(study_folder: Folder, language: str, said: tuple[str, ...]) -> None:
    results = build(analysed(study_folder, QUALITY | {"drop_when": {"flags": 2, "rules": ["min_seconds"]}}))
    text = page(results, language)
    for part in said:
        assert part in text


def test_check_prints_what_each_rule_flags(study_folder: Folder) -> None:
    folder = study_folder(survey(), HEADER, **KEYS, quality=QUALITY | {"drop_when": "min_seconds"})
    lines = check(load(folder))
    assert (
        f"flagged of 180 complete rows: min_seconds 30, longstring {ALIKE}, psychant not available (fewer than three "
        "pairs of items correlate so negatively)"
    ) in lines
    assert f"flags a row: 1 or more {30 + ALIKE}" in lines
    assert "rows left out: 30 min seconds; 150 remain" in lines


FLOW = [
    {"stage": "read", "remaining": 420, "removed": {}},
    {"stage": "complete", "remaining": 410, "removed": {"incomplete": 10}},
    {"stage": "screened", "remaining": 400, "removed": {"irv": 10}},
    {"stage": "answered", "remaining": 400, "removed": {}},
]
KEPT = [*FLOW[:2], {"stage": "screened", "remaining": 410, "removed": {}}, {**FLOW[3], "remaining": 410}]
RULES = {"rules": [{"rule": "irv", "threshold": 0.2, "decides": True}], "drop_flags": None}


def unscreened(**shares: float) -> list[dict[str, Any]]:
    rows = [row("unscreened", "lmg_share", term=name, estimate=share) for name, share in shares.items()]
    flags = [
        row("screening", "flagged", term="irv", estimate=10.0),
        row("screening", "flagged", contrast="flags:1", estimate=10.0),
    ]
    return [*rows, row("unscreened", "r2", estimate=0.35), *flags]


@pytest.mark.parametrize(
    ("shares", "given", "variant"),
    [
        ({"a": 0.5, "b": 0.3, "c": 0.15, "d": 0.05}, {}, "same_order"),
        ({"a": 0.5, "b": 0.2, "c": 0.25, "d": 0.05}, {}, "same_first"),
        ({"a": 0.2, "b": 0.5, "c": 0.2, "d": 0.1}, {}, "other_first"),
        ({"a": 0.2, "b": 0.5, "c": 0.2, "d": 0.1}, {"above": {("a", "b"): 0.6}}, "other_first"),
        ({"a": 0.2, "b": 0.5, "c": 0.2, "d": 0.1}, {"r2": 0.03}, "explained"),
    ],
)
def test_the_claim(
    make_ledger: Callable[..., Any], shares: dict[str, float], given: dict[str, Any], variant: str
) -> None:
    ledger = make_ledger(screening=FLOW, study=RULES, rows=unscreened(**shares), **given)
    (claim,) = claim_of(ledger)
    assert claim.variant == variant
    assert (claim.values["complete"], claim.values["dropped"], claim.values["dropped_share"]) == (410, 10, 10 / 410)
    assert claim.evidence
    if variant == "other_first":
        assert claim.values["group"] == ("above" in given)
        assert [guard.passed for guard in claim.guards] == [False, False]
    if variant == "same_first":
        assert [guard.passed for guard in claim.guards] == [True, False]


@pytest.mark.parametrize(
    ("rows", "variant"),
    [
        ([row("screening", "flagged", contrast="flags:1", estimate=7.0)], "nobody_dropped"),
        ([row("screening", "flagged", term="irv", estimate=0.0)], "nobody_flagged"),
        ([row("screening", "flagged", term="irv", state="not_defined", reason="few_items")], "unusable"),
    ],
)
def test_nobody_goes(make_ledger: Callable[..., Any], rows: list[dict[str, Any]], variant: str) -> None:
    (claim,) = claim_of(make_ledger(screening=KEPT, study=RULES, rows=rows))
    assert claim.variant == variant


def test_no_figure_without_screening(make_ledger: Callable[..., Any]) -> None:
    rows = [row("unscreened", "r2", state="not_defined", reason="singular")]
    (claim,) = claim_of(make_ledger(screening=FLOW, study=RULES, rows=rows))
    assert claim.variant == "unknown"
    assert claim_of(make_ledger()) == []
