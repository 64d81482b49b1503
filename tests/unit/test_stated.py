"""Stated against derived importance: by hand, and replicate by replicate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipeline.model.case import Case
from pipeline.model.effects import holm
from pipeline.model.players import Structure
from pipeline.model.resample import Resampled
from pipeline.model.stated import Stated, gap_rows, paired, stated_rows
from pipeline.moments import Moments
from tests.made_case import a_case, found
from tests.value_cases import DRIVERS, a_value_case, a_value_study, answers, r2, row_weights, shapley, with_model

ASKED = {"stated_importance": {name: f"st_{name}" for name in DRIVERS}}
DESIGNS: dict[str, dict[str, Any]] = {
    "simple": {},
    "weighted": {"weight": 0.5 + np.random.default_rng(1).random(150)},
    "clustered": {"cluster": np.arange(150) // 3},
    "stratified": {"strata": np.arange(150) % 2},
    "with gaps": {"missing": True},
}


def replicates(case: Case, asked: tuple[str, ...] = DRIVERS) -> tuple[np.ndarray, np.ndarray]:
    """(1 + draws, k) derived shares and stated means (0-100) of the drivers asked for, refitted row by row."""
    model, weights = case.people.model, row_weights(case)
    own = [DRIVERS.index(name) for name in asked]
    said = np.column_stack([case.known(f"st_{name}") for name in asked])[case.people.rows]
    _, first = np.unique(np.where(np.isfinite(said).all(1), case.people.respondent, -1), return_index=True)
    places = np.sort([at for at in first if np.isfinite(said[at]).all()])
    derived = []
    for weight in weights:
        raw = shapley(lambda inside, w=weight: r2(model.x[:, list(inside)], model.y, w), 3)[own]
        derived.append(raw / raw.sum())
    some = weights[:, places]
    stated = (some @ said[places]) / some.sum(1, keepdims=True)
    return np.array(derived), 100 * (stated - 1) / 6


def standardised(values: np.ndarray) -> np.ndarray:
    apart = values - values.mean(1, keepdims=True)
    return apart / values.std(1, keepdims=True)


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("brands", [1, 2])
def test_gaps_equal_those_of_every_replicate(name: str, brands: int) -> None:
    design = {key: np.repeat(value, brands) if np.ndim(value) else value for key, value in DESIGNS[name].items()}
    case = a_value_case(150, brands=brands, draws=60, **ASKED, **design)
    derived, stated = replicates(case)
    shares = stated / stated.sum(1, keepdims=True)
    gaps, positions = derived - shares, standardised(derived) - standardised(stated)
    rows = stated_rows(case)
    for at, driver in enumerate(DRIVERS):
        assert found(rows, "stated_importance", term=driver)["estimate"] == pytest.approx(stated[0, at])
        gap = found(rows, "share_gap", term=driver)
        assert gap["estimate"] == pytest.approx(gaps[0, at])
        assert gap["conf_low"] == pytest.approx(np.quantile(gaps[1:, at], 0.025))
        assert gap["std_error"] == pytest.approx(gaps[1:, at].std(ddof=1))
        assert found(rows, "position_gap", term=driver)["estimate"] == pytest.approx(positions[0, at])
        for contrast, values in ((None, gaps), ("positions", positions)):
            first = (values[1:].argmax(1) == at).mean()
            assert found(rows, "prob_largest_gap", term=driver, contrast=contrast)["estimate"] == pytest.approx(first)
        hidden = (derived[1:, at] > 1 / 3) & (stated[1:, at] <= stated[1:].mean(1))
        assert found(rows, "prob_quadrant", term=driver, contrast="hidden")["estimate"] == pytest.approx(hidden.mean())


def test_answers_count_once_a_person_however_many_brands_are_rated() -> None:
    case = a_value_case(90, brands=3, missing=True, **ASKED)
    rows = stated_rows(case)
    assert found(rows, "share_gap", term="trust")["n"] == 83
    said = case.known("st_trust")[::3]
    wanted = 100 * (said[np.isfinite(said)].mean() - 1) / 6
    assert found(rows, "stated_importance", term="trust")["estimate"] == pytest.approx(wanted)


def test_three_drivers_by_hand() -> None:
    """Derived .5, .3, .2; stated 60, 80, 100, that is .25, .333 and .417 of their sum."""
    point = np.array([0.5, 0.3, 0.2]), np.array([60.0, 80.0, 100.0])
    draws = [np.repeat(each[None], 4, axis=0) for each in point]
    case = Stated(drivers=("a", "b", "c"), derived=(point[0], draws[0]), stated=(point[1], draws[1]))
    assert case.shares[0] == pytest.approx([0.25, 1 / 3, 5 / 12])
    assert case.gap[0] == pytest.approx([0.25, -1 / 30, -13 / 60])
    spread = np.sqrt(((point[0] - 1 / 3) ** 2).mean())
    wanted = (point[0] - 1 / 3) / spread - (point[1] - 80) / np.sqrt(800 / 3)
    assert case.positions[0] == pytest.approx(wanted)
    rows = gap_rows(case, 0.95, {"outcome": "y"})
    assert [found(rows, "rank_gap", term=name)["estimate"] for name in "abc"] == [2.0, 0.0, -2.0]
    quadrants = {name: {row["contrast"]: row["estimate"] for row in rows
                        if row["metric"] == "prob_quadrant" and row["term"] == name} for name in "abc"}  # fmt: skip
    assert quadrants["a"] == {"hidden": 1.0, "known": 0.0, "lip_service": 0.0, "low": 0.0}
    assert quadrants["b"] == {"hidden": 0.0, "known": 0.0, "lip_service": 0.0, "low": 1.0}
    assert quadrants["c"] == {"hidden": 0.0, "known": 0.0, "lip_service": 1.0, "low": 0.0}


def test_some_drivers_asked_are_compared_among_themselves() -> None:
    case = a_value_case(stated_importance={"price": "st_price", "trust": "st_trust"}, draws=40)
    rows = stated_rows(case)
    derived, _ = replicates(case, ("price", "trust"))
    assert [found(rows, "lmg_share", term=name)["estimate"] for name in ("price", "trust")] == pytest.approx(derived[0])
    assert {row["term"] for row in rows} == {"price", "trust", None}


def test_holm_runs_over_the_drivers_on_each_scale() -> None:
    rows = stated_rows(a_value_case(**ASKED))
    for metric in ("share_gap", "position_gap"):
        tested = [found(rows, metric, term=name) for name in DRIVERS]
        wanted = holm(np.array([row["p_value"] for row in tested]))
        assert [row["p_adjusted"] for row in tested] == pytest.approx(wanted)


def test_jackknife_draws_are_paired_too() -> None:
    """Gaps vary less than the sum of what both vary, and as much as those of the bootstrap."""
    case = a_value_case(400, **ASKED, draws=2000)
    one = found(stated_rows(case), "share_gap", term="trust")
    other = found(stated_rows(replace(case, kind="jackknife")), "share_gap", term="trust")
    assert other["std_error"] == pytest.approx(one["std_error"], rel=0.15)


def test_a_model_with_fewer_draws_takes_the_first_of_them() -> None:
    case = a_value_case(draws=100, **ASKED)
    model = case.resampled["model"]
    few = Resampled(point=model.point, draws=replace_draws(model.draws, 40))
    said = Resampled(point=stated_moments(case), draws=stated_moments(case, 100))
    found_ = paired(few, Structure.plain(DRIVERS), said)
    assert isinstance(found_, Stated)
    assert found_.stated[1].shape == (40, 3)


def replace_draws(moments: Moments, count: int) -> Moments:
    return replace(moments, weight=moments.weight[:count], sums=moments.sums[:count], products=moments.products[:count])


def stated_moments(case: Case, draws: int = 0) -> Moments:
    columns = np.column_stack([case.known(f"st_{name}") for name in DRIVERS])
    one = Moments.of(columns, DRIVERS)
    if not draws:
        return one
    return replace(
        one, weight=np.full(draws, one.weight), sums=np.repeat(one.sums[None], draws, 0),
        products=np.repeat(one.products[None], draws, 0),
    )  # fmt: skip


def test_answers_that_do_not_differ_have_no_position() -> None:
    items, variables, person = answers(150)
    flat = variables | {f"st_{name}": np.full(150, 6.0) for name in DRIVERS}
    rows = stated_rows(with_model(a_case(a_value_study(**ASKED), items, flat, respondent=person)))
    assert found(rows, "undifferentiated")["estimate"] == 1.0
    assert found(rows, "undifferentiated")["conf_low"] is None
    assert {row["state"] for row in rows if row["metric"] == "position_gap"} == {"no_variance"}
    assert found(rows, "stated_share", term="trust")["estimate"] == pytest.approx(1 / 3)
    lowest = variables | {f"st_{name}": np.full(150, 1.0) for name in DRIVERS}
    rows = stated_rows(with_model(a_case(a_value_study(**ASKED), items, lowest, respondent=person)))
    assert {row["reason"] for row in rows if row["metric"] == "stated_share"} == {"nothing_to_share"}


def test_too_few_answers_are_suppressed() -> None:
    items, variables, person = answers(150)
    variables["st_trust"] = np.where(np.arange(150) < 8, 5.0, np.nan)
    rows = stated_rows(with_model(a_case(a_value_study(**ASKED), items, variables, respondent=person)))
    assert {(row["state"], row["n"]) for row in rows} == {("suppressed", None)}
    assert stated_rows(a_value_case()) == []


def test_who_says_the_same_of_all_is_counted() -> None:
    case = a_value_case(200, **ASKED)
    said = np.column_stack([case.known(f"st_{name}") for name in DRIVERS])
    wanted = (np.ptp(said, axis=1) == 0).mean()
    row = found(stated_rows(case), "undifferentiated")
    assert row["estimate"] == pytest.approx(wanted)
    assert row["std_error"] == pytest.approx(np.sqrt(wanted * (1 - wanted) / 199))
