"""Dependence on promotion: paired differences and shares by hand, groups, and the regression of the difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from pipeline.model.promotion import promotion_rows
from tests.made_case import a_case, found
from tests.value_cases import DRIVERS, a_value_case, a_value_study, answers, with_model

ASKED: dict[str, Any] = {"promotion": {"outcome": "promo", "groups": ["income"]}}


def test_the_paired_difference_is_that_of_the_t_test() -> None:
    case = a_value_case(**ASKED)
    rows, full, offer = promotion_rows(case), case.known("intent"), case.known("promo")
    wanted = stats.ttest_rel(offer, full)
    row = found(rows, "mean_difference", term="promo")
    assert row["estimate"] == pytest.approx((offer - full).mean())
    assert row["p_value"] == pytest.approx(wanted.pvalue)
    limits = wanted.confidence_interval(0.95)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((limits.low, limits.high))
    assert found(rows, "mean", term="intent")["estimate"] == pytest.approx(full.mean())


def test_buyers_on_promotion_only_are_counted() -> None:
    """Ten people: four buy at full price; of the others three on promotion, and one buys at full price only."""
    full = np.array([6, 6, 7, 7, 2, 3, 4, 5, 5, 1], float)
    offer = np.array([6, 7, 7, 5, 6, 6, 7, 5, 5, 1], float)
    items, variables, person = answers(100)
    items |= {"intent": np.tile(full, 10), "promo": np.tile(offer, 10)}
    rows = promotion_rows(with_model(a_case(a_value_study(**ASKED), items, variables, respondent=person)))
    assert found(rows, "top2box", term="intent")["estimate"] == pytest.approx(0.4)
    assert found(rows, "top2box", term="promo")["estimate"] == pytest.approx(0.6)
    assert found(rows, "promotion_only", term="promo")["estimate"] == pytest.approx(0.3)
    only = found(rows, "promotion_only", term="promo")
    assert only["std_error"] == pytest.approx(np.sqrt(0.3 * 0.7 / 99))
    dependence = found(rows, "promotion_dependence", term="promo")
    assert dependence["estimate"] == pytest.approx(0.5)
    # Of the 60 buyers on promotion half buy then only: among buyers, a proportion of 30 in 60.
    assert dependence["std_error"] == pytest.approx(np.sqrt(60 * 0.25) / 60 * np.sqrt(100 / 99))


@pytest.mark.parametrize("design", ["weighted", "clustered"])
def test_errors_respect_the_design(design: str) -> None:
    """The linearised error of the difference by hand: sums of weighted residuals over people or clusters."""
    weight = 0.5 + np.random.default_rng(4).random(150)
    keys: dict[str, Any] = {"weight": weight} | ({"cluster": np.arange(150) // 3} if design == "clustered" else {})
    case = a_value_case(**ASKED, **keys)
    gain = case.known("promo") - case.known("intent")
    mean = (weight * gain).sum() / weight.sum()
    scores = weight * (gain - mean) / weight.sum()
    if design == "clustered":
        scores = scores.reshape(-1, 3).sum(1)
    units = len(scores)
    wanted = np.sqrt(units / (units - 1) * ((scores - scores.mean()) ** 2).sum())
    row = found(promotion_rows(case), "mean_difference", term="promo")
    assert row["estimate"] == pytest.approx(mean)
    assert row["std_error"] == pytest.approx(wanted)


def test_groups_are_compared_with_the_reference_after_holm() -> None:
    case = a_value_case(300, **ASKED)
    rows = promotion_rows(case)
    gain, income = case.known("promo") - case.known("intent"), np.arange(300) % 3
    for at, level in enumerate(("low", "mid", "high")):
        row = found(rows, "mean_difference", term="promo", group=f"income={level}")
        assert row["estimate"] == pytest.approx(gain[income == at].mean())
        assert row["n"] == 100
    gaps = [row for row in rows if row["metric"] == "dependence_difference"]
    assert [row["contrast"] for row in gaps] == ["income=mid-low", "income=high-low"]
    for at, row in zip((1, 2), gaps, strict=True):
        one, zero = gain[income == at], gain[income == 0]
        assert row["estimate"] == pytest.approx(one.mean() - zero.mean())
        wanted = np.sqrt(one.var() / 100 + zero.var() / 100) * np.sqrt(300 / 299)
        assert row["std_error"] == pytest.approx(wanted)
    p = sorted(row["p_value"] for row in gaps)
    assert sorted(row["p_adjusted"] for row in gaps) == pytest.approx([min(1, 2 * p[0]), max(2 * p[0], p[1])])


def test_drivers_of_the_dependence_are_those_of_statsmodels() -> None:
    sm = pytest.importorskip("statsmodels.api")
    case = a_value_case(200, **ASKED)
    rows = promotion_rows(case)
    columns = np.column_stack([case.known(name) for name in DRIVERS])
    fit = sm.OLS(case.known("promo") - case.known("intent"), sm.add_constant(columns)).fit(cov_type="HC3")
    for at, name in enumerate(DRIVERS, start=1):
        row = found(rows, "b", term=name, contrast="dependence")
        assert row["estimate"] == pytest.approx(fit.params[at])
        assert row["std_error"] == pytest.approx(fit.bse[at])
    assert found(rows, "r2", contrast="dependence")["estimate"] == pytest.approx(fit.rsquared)


def test_shares_for_the_promotion_are_told_once() -> None:
    once = promotion_rows(a_value_case(**ASKED, model={"outcomes": ["promo"]}))
    alone = promotion_rows(a_value_case(**ASKED))
    assert not [row for row in once if row["metric"] == "share_difference"]
    assert [row["term"] for row in alone if row["metric"] == "share_difference"] == list(DRIVERS)


def test_stacked_rows_of_a_person_are_one_unit() -> None:
    rows = promotion_rows(a_value_case(80, brands=3, **ASKED))
    assert found(rows, "mean_difference", term="promo")["n"] == 80


def test_what_nobody_does_has_a_state() -> None:
    items, variables, person = answers(120)

    def rows_with(**columns: np.ndarray) -> list[dict[str, Any]]:
        case = a_case(a_value_study(**ASKED), items | columns, variables, respondent=person)
        return promotion_rows(with_model(case))

    low = rows_with(intent=np.minimum(items["intent"], 4), promo=np.minimum(items["promo"], 5))
    assert found(low, "promotion_dependence", term="promo")["reason"] == "no_promotion_buyers"
    assert found(low, "promotion_only", term="promo")["estimate"] == 0
    same = rows_with(promo=items["intent"])
    gap = found(same, "mean_difference", term="promo")
    assert (gap["estimate"], gap["p_value"], gap["conf_low"]) == (0.0, None, None)
    assert {row["state"] for row in same if row["contrast"] == "dependence"} == {"no_variance"}
    assert {row["reason"] for row in same if row["metric"] == "share_difference"} == {"same_outcome"}
    few = rows_with(promo=np.where(np.arange(120) < 9, items["promo"], np.nan))
    assert [(row["state"], row["n"]) for row in few] == [("suppressed", None)]
    assert promotion_rows(a_value_case()) == []


def test_small_groups_are_neither_named_nor_compared() -> None:
    items, variables, person = answers(120)
    variables["income"] = ["low" if at < 112 else "mid" for at in range(120)]
    rows = promotion_rows(with_model(a_case(a_value_study(**ASKED), items, variables, respondent=person)))
    gaps = [row for row in rows if row["metric"] == "dependence_difference"]
    assert [(row["contrast"], row["state"], row["reason"]) for row in gaps] == [
        ("variable:income", "too_few", "small_groups")
    ]
    assert not [row for row in rows if row["group"]]
