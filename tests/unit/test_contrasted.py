"""Two outcomes of the same drivers: paired differences of shares, replicate by replicate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from pipeline.model.case import Case
from pipeline.model.contrasted import outcomes_rows, paired_p
from pipeline.model.effects import holm
from pipeline.model.resample import difference_p
from tests.made_case import a_case, found
from tests.value_cases import DRIVERS, a_value_case, a_value_study, answers, r2, row_weights, shapley, with_model

DESIGNS: dict[str, dict[str, Any]] = {
    "simple": {},
    "weighted": {"weight": 0.5 + np.random.default_rng(1).random(150)},
    "clustered": {"cluster": np.arange(150) // 3},
    "stratified": {"strata": np.arange(150) % 2},
    "stacked": {"brands": 2},
}


def shares(case: Case, outcome: np.ndarray, inside: np.ndarray, weights: np.ndarray) -> np.ndarray:
    model = case.people.model
    found_ = []
    for weight in weights[:, inside]:
        raw = shapley(lambda own, w=weight: r2(model.x[inside][:, list(own)], outcome[inside], w), 3)
        found_.append(raw / raw.sum())
    return np.array(found_)


@pytest.mark.parametrize("name", DESIGNS)
def test_differences_equal_those_of_every_replicate(name: str) -> None:
    case = a_value_case(150, draws=60, model={"outcomes": ["promo", "premium"]}, **DESIGNS[name])
    rows, weights = outcomes_rows(case), row_weights(case)
    every = np.ones(len(case.people.scores), dtype=bool)
    first = shares(case, case.people.model.y, every, weights)
    p = []
    for outcome in ("promo", "premium"):
        other = shares(case, case.known(outcome)[case.people.rows], every, weights)
        gap = other - first
        p.append(paired_p(gap[1:], gap[0]))
        for at, driver in enumerate(DRIVERS):
            key = {"term": driver, "contrast": f"outcome:{outcome}"}
            row = found(rows, "share_difference", **key)
            assert row["estimate"] == pytest.approx(gap[0, at])
            assert row["conf_low"] == pytest.approx(np.quantile(gap[1:, at], 0.025))
            assert row["conf_high"] == pytest.approx(np.quantile(gap[1:, at], 0.975))
            assert row["p_value"] == pytest.approx(p[-1][at])
            assert found(rows, "lmg_share", **key)["estimate"] == pytest.approx(other[0, at])
            paired = found(rows, "lmg_share", term=driver, contrast=f"paired:{outcome}")
            assert paired["estimate"] == pytest.approx(first[0, at])
            assert found(rows, "prob_rank_1", **key)["estimate"] == pytest.approx((other[1:].argmax(1) == at).mean())
    gaps = [row for row in rows if row["metric"] == "share_difference"]
    adjusted = [row["p_adjusted"] for row in gaps if row["contrast"].startswith("outcome:")]
    assert adjusted == pytest.approx(holm(np.concatenate(p)))


def test_p_is_the_larger_of_both() -> None:
    random = np.random.default_rng(4)
    draws = np.column_stack([random.normal(0.3, 0.1, 2000), random.exponential(1, 2000), random.normal(0, 1, 2000)])
    point = np.array([0.3, 1.0, 0.1])
    normal = 2 * ndtr(-np.abs(point) / draws.std(0, ddof=1))
    assert paired_p(draws, point) == pytest.approx(np.maximum(difference_p(draws, point), normal))


def test_further_outcomes_are_compared_with_each_other_too() -> None:
    case = a_value_case(150, draws=60, model={"outcomes": ["promo", "premium"]})
    rows, weights = outcomes_rows(case), row_weights(case)
    every = np.ones(150, dtype=bool)
    one, other = (shares(case, case.known(name), every, weights) for name in ("promo", "premium"))
    gap = other - one
    p = paired_p(gap[1:], gap[0])
    for at, driver in enumerate(DRIVERS):
        row = found(rows, "share_difference", term=driver, contrast="between:premium-promo")
        assert row["estimate"] == pytest.approx(gap[0, at])
        assert row["conf_high"] == pytest.approx(np.quantile(gap[1:, at], 0.975))
        assert row["p_adjusted"] == pytest.approx(holm(p)[at])


def test_both_outcomes_stand_on_the_rows_in_focus_that_have_both() -> None:
    items, variables, person = answers(120)
    variables["premium"] = np.where(np.arange(120) % 5 == 0, np.nan, variables["premium"])
    study = a_value_study(model={"outcomes": ["premium"]}, focus={"income": "low"})
    case = with_model(a_case(study, items, variables, respondent=person))
    inside = (np.arange(120) % 3 == 0) & (np.arange(120) % 5 > 0)
    rows = outcomes_rows(case)
    assert {row["n"] for row in rows} == {int(inside.sum())}
    weights = np.ones((1, 120))
    wanted = shares(case, case.people.model.y, inside, weights)[0]
    told = [found(rows, "lmg_share", term=name, contrast="paired:premium")["estimate"] for name in DRIVERS]
    assert told == pytest.approx(wanted)
    for kind, outcome in (("paired", case.people.model.y), ("outcome", case.known("premium"))):
        whole = r2(case.people.model.x[inside], outcome[inside], np.ones(inside.sum()))
        assert found(rows, "r2", contrast=f"{kind}:premium")["estimate"] == pytest.approx(whole)


def test_shares_know_neither_the_scale_nor_noise_in_an_outcome() -> None:
    """An outcome ten times as large, plus noise that the drivers know nothing of, has nearly the same shares."""
    items, variables, person = answers(3000)
    noise = np.random.default_rng(8).normal(size=3000)
    variables["premium"] = 10 * items["intent"] + 10 * noise
    case = with_model(a_case(a_value_study(model={"outcomes": ["premium"]}), items, variables, respondent=person))
    rows = outcomes_rows(case)
    for name in DRIVERS:
        gap = found(rows, "share_difference", term=name, contrast="outcome:premium")
        assert abs(gap["estimate"]) < 0.02
        assert gap["p_adjusted"] > 0.05
    r2s = [found(rows, "r2", contrast=f"{kind}:premium")["estimate"] for kind in ("paired", "outcome")]
    assert r2s[1] < 0.8 * r2s[0]


def test_an_outcome_that_cannot_be_compared_says_why() -> None:
    items, variables, person = answers(120)

    def states(premium: np.ndarray, **keys: Any) -> set[tuple[str, str]]:
        study = a_value_study(model={"outcomes": ["premium"]}, **keys)
        case = with_model(a_case(study, items, variables | {"premium": premium}, respondent=person))
        return {(row["state"], row["reason"]) for row in outcomes_rows(case)}

    assert states(items["intent"] * 2) == {("not_defined", "same_outcome")}
    assert states(8 - items["intent"]) == {("not_defined", "same_outcome")}
    assert states(np.full(120, 5.0)) == {("no_variance", "no_variance")}
    assert states(np.where(np.arange(120) < 9, items["promo"], np.nan)) == {("too_few", "too_few")}
    low = states(np.where(np.arange(120) < 25, items["promo"], np.nan))
    assert low == {("low_base", "small_base")}
    assert outcomes_rows(a_value_case()) == []


def test_a_small_group_in_focus_tells_no_count() -> None:
    items, variables, person = answers(120)
    variables["premium"] = np.where(np.arange(120) < 5, items["promo"], np.nan)
    study = a_value_study(model={"outcomes": ["premium"]})
    rows = outcomes_rows(with_model(a_case(study, items, variables, respondent=person)))
    assert {row["n"] for row in rows} == {None}
