"""Checks and the thirteen assumptions: their verdicts at and beside their limits, from hand-made ledgers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.estimates import row
from pipeline.report.claims import Ledger
from pipeline.report.claims.assumptions import all_assumptions
from pipeline.report.claims.checks import all_checks
from pipeline.report.words.claims import VERDICTS
from tests.unit.test_claims_rest import city

Maker = Callable[..., Ledger]
TURNED = {"a": 0.3, "b": 0.4, "c": 0.2, "d": 0.1}
BELOW, METRICS = {"a": 0.4, "b": 0.1, "c": 0.2, "d": 0.3}, ("car", "first", "last", "kruskal", "pratt")
ABSENT = {"state": "not_defined", "reason": "category"}
PUBLISHED: dict[str, Any] = {
    "without": ("performance", "nonresponse", "influence", "assumption", "specification", "tipping", "nonlinearity"),
    "screening": [],
    "study": {"published": True},
}


BREAKS = [{"column": "q1", "what": "wording", "first": "w1.csv", "other": "w2.csv"}]


def gain(estimate: float) -> dict[str, Any]:
    found = row("nonlinearity", "r2_cv_gain", estimate=estimate, conf_low=0.01, conf_high=0.09)
    return {"rows": [found]}


@pytest.mark.parametrize(
    ("facts", "name", "verdict"),
    [
        ({}, "model_fit", "passed"),
        ({"r2": 0.2499}, "model_fit", "note"),
        ({"r2": 0.0999}, "model_fit", "failed"),
        ({}, "overall_test", "passed"),
        ({"f_p": 0.05}, "overall_test", "failed"),
        ({}, "precision", "passed"),
        ({"n_eff": 199.0}, "precision", "note"),
        ({"n_eff": 49.0}, "precision", "failed"),
        ({"units": 29}, "precision", "failed"),
        ({"units": 40}, "precision", "passed"),
        ({}, "panel", "passed"),
        ({"metrics": {"car": BELOW}}, "panel", "passed"),
        ({"metrics": dict.fromkeys(METRICS, BELOW)}, "panel", "note"),
        ({"metrics": {"kruskal": TURNED}}, "panel", "note"),
        ({"metrics": {"car": TURNED}}, "panel", "failed"),
        ({}, "specification", "passed"),
        ({"specified": 0.6}, "specification", "note"),
        ({"specified": 0.4}, "specification", "failed"),
        ({}, "corrected", "passed"),
        ({}, "tipping", "passed"),
        ({"tipped": 8}, "tipping", "note"),
        ({"tipped": 3}, "tipping", "failed"),
        ({}, "linearity", "passed"),
        (gain(0.04), "linearity", "note"),
        (gain(0.05), "linearity", "failed"),
        ({}, "reliability", "passed"),
        ({"alpha": {"a": 0.65}}, "reliability", "note"),
        ({"alpha": {"a": 0.59}}, "reliability", "failed"),
        ({"study": {"files": 2}}, "concordance", "passed"),
        ({"study": {"files": 2, "breaks": BREAKS}}, "concordance", "note"),
        ({}, "same_source", "note"),
        ({}, "sample", "note"),
        ({"study": {"sample": {"type": "probability"}}}, "sample", "passed"),
    ],
)  # fmt: skip
def test_checks(make_ledger: Maker, facts: dict[str, Any], name: str, verdict: str) -> None:
    found = {check.id: check.verdict for check in all_checks(make_ledger(**facts))}
    assert found[name] == verdict


def test_checks_stand_in_the_order_of_their_words(make_ledger: Maker) -> None:
    ledger = make_ledger(study={"files": 2})
    found = [check.id for check in [*all_checks(ledger), *all_assumptions(ledger)]]
    assert found == list(VERDICTS)


def test_checks_that_do_not_apply_are_left_out(make_ledger: Maker) -> None:
    alone = make_ledger(shares={"a": 1.0}, one_item=["a", "y"], study={"design": "experiment"})
    found = {check.id for check in all_checks(alone)}
    assert found == {"model_fit", "overall_test", "precision", "sample"}


def test_a_published_table_keeps_the_checks_that_need_no_answers(make_ledger: Maker) -> None:
    found = [check.id for check in all_checks(make_ledger(**PUBLISHED))]
    kept = ("model_fit", "overall_test", "precision", "panel", "corrected", "reliability", "sample")
    assert found == list(kept)


def test_measurement_error_that_is_unknown_leaves_its_check_open(make_ledger: Maker) -> None:
    rows = [row("disattenuated", "reliability_used", term=name, **ABSENT) for name in "abcdy"]
    found = {check.id: check.verdict for check in all_checks(make_ledger(rows=rows))}
    assert found["corrected"] == "open"


LOST = [{"stage": "answered", "remaining": 70, "removed": {"no_driver": 30}}]
LOST_FEW = [{"stage": "answered", "remaining": 90, "removed": {"no_driver": 10}}]


def many(k: int, n: int) -> dict[str, Any]:
    return {"shares": {f"d{at}": 1 / k for at in range(k)}, "n": n}


def loss(value: float, r: float = 0.4) -> dict[str, Any]:
    """The steps of driver a, and its correlation with the outcome."""
    correlation = row("description", "r", term="y", contrast="with:a", estimate=r)
    return {"rows": [row("assumption", "monotone_loss", term="a", estimate=value), correlation]}


def distinct(values: int) -> dict[str, Any]:
    return {"rows": [row("assumption", "distinct_values", term="y", estimate=float(values))]}


def figure(metric: str, estimate: float, p: float) -> dict[str, Any]:
    return {"rows": [row("assumption", metric, estimate=estimate, p_value=p)]}


def against(r: float) -> dict[str, Any]:
    return {"rows": [row("description", "r", term="y", contrast="with:c", estimate=r)], "b": {"c": r}}


CATEGORY = {"study": {"terms": {"a": {"kind": "category", "label": {}}}}}
TWINS = {"rows": [row("overlap", "vif", term=name, state="singular", reason="singular") for name in "abcd"]}


@pytest.mark.parametrize(
    ("facts", "name", "verdict"),
    [
        ({}, "predictors", "passed"),
        (many(15, 400), "predictors", "passed"),
        (many(16, 400), "predictors", "note"),
        (many(26, 4000), "predictors", "failed"),
        ({"n_eff": 60.0}, "predictors", "passed"),
        ({"n_eff": 59.0}, "predictors", "note"),
        ({"n_eff": 39.0}, "predictors", "failed"),
        ({}, "monotone", "passed"),
        (loss(0.10), "monotone", "passed"),
        (loss(0.101), "monotone", "note"),
        (loss(0.251), "monotone", "failed"),
        (loss(0.5, r=0.19), "monotone", "passed"),
        (PUBLISHED, "monotone", "open"),
        (distinct(5), "numeric_outcome", "passed"),
        (distinct(4), "numeric_outcome", "note"),
        (distinct(2), "numeric_outcome", "failed"),
        (PUBLISHED, "numeric_outcome", "open"),
        ({}, "variable_types", "passed"),
        (CATEGORY, "variable_types", "note"),
        (PUBLISHED, "variable_types", "open"),
        ({}, "segment_needs", "open"),
        (city(), "segment_needs", "note"),
        (city(p=0.1), "segment_needs", "note"),
        (city(p=0.3), "segment_needs", "passed"),
        (city(south=150), "segment_needs", "open"),
        ({}, "causal_order", "open"),
        ({"study": {"design": "experiment"}}, "causal_order", "passed"),
        ({}, "collinearity", "passed"),
        ({"vif": {"b": 5.0}}, "collinearity", "passed"),
        ({"vif": {"b": 5.1}}, "collinearity", "note"),
        ({"vif": {"b": 10.1}}, "collinearity", "failed"),
        ({"rows": [row("overlap", "condition_index", estimate=30.1)]}, "collinearity", "failed"),
        (TWINS, "collinearity", "failed"),
        ({"without": ("overlap",)}, "collinearity", "open"),
        ({"shares": {"a": 1.0}}, "collinearity", "passed"),
        ({}, "unexpected_correlations", "passed"),
        (against(-0.05), "unexpected_correlations", "passed"),
        (against(-0.051), "unexpected_correlations", "note"),
        ({"without": ("description",)}, "unexpected_correlations", "open"),
        ({}, "signs", "passed"),
        ({"b": {"a": -1.0}, "p_adjusted": {"a": 0.05}}, "signs", "note"),
        ({"b": {"a": -1.0}, "p_adjusted": {"a": 0.049}}, "signs", "failed"),
        ({}, "missing_data", "passed"),
        ({"screening": LOST_FEW}, "missing_data", "note"),
        ({"screening": LOST}, "missing_data", "failed"),
        (PUBLISHED, "missing_data", "open"),
        ({}, "outliers", "passed"),
        ({"flips": 1}, "outliers", "note"),
        ({"moved": 0.06}, "outliers", "note"),
        ({"moved": 0.11}, "outliers", "failed"),
        (figure("largest_residual", 5.0, 0.049), "outliers", "note"),
        (figure("largest_residual", 5.0, 0.05), "outliers", "passed"),
        (PUBLISHED, "outliers", "open"),
        ({}, "serial_correlation", "passed"),
        (figure("serial_correlation", 0.09, 0.001), "serial_correlation", "passed"),
        (figure("serial_correlation", -0.2, 0.05), "serial_correlation", "passed"),
        (figure("serial_correlation", -0.2, 0.049), "serial_correlation", "note"),
        (figure("serial_correlation", 0.3, 0.001), "serial_correlation", "failed"),
        ({"rows": [row("assumption", "serial_correlation", state="not_defined", reason="no_order")]},
         "serial_correlation", "open"),
        (figure("breusch_pagan", 9.0, 0.05), "constant_variance", "passed"),
        (figure("breusch_pagan", 9.0, 0.049), "constant_variance", "note"),
        (PUBLISHED, "constant_variance", "open"),
    ],
)  # fmt: skip
def test_assumptions(make_ledger: Maker, facts: dict[str, Any], name: str, verdict: str) -> None:
    found = all_assumptions(make_ledger(**facts))
    assert len(found) == 13
    assert all(check.verdict in VERDICTS[check.id] for check in found)
    assert next(check for check in found if check.id == name).verdict == verdict


def test_a_far_residual_is_told_only_if_nobody_decides_the_result(make_ledger: Maker) -> None:
    facts = figure("largest_residual", 5.0, 0.01)
    for moved, far in ((0.01, True), (0.06, False)):
        found = {check.id: check.values for check in all_assumptions(make_ledger(moved=moved, **facts))}
        assert found["outliers"]["far"] is far


def test_overlap_of_categories_is_judged_by_vif_alone(make_ledger: Maker) -> None:
    pairs = [(one, other) for at, one in enumerate("abcd") for other in "abcd"[:at]]
    rows = [row("description", "r", term=one, contrast=f"with:{other}", **ABSENT) for one, other in pairs]
    found = {check.id: check for check in all_assumptions(make_ledger(rows=rows))}
    assert (found["collinearity"].verdict, found["collinearity"].values["a"]) == ("passed", None)
