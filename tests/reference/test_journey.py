"""Journey against least squares of statsmodels, all orders of entry by hand, and sums over people by hand."""

from __future__ import annotations

from functools import cache
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model.case import Case
from pipeline.model.change import change_panels, change_rows
from pipeline.model.compare import panels
from pipeline.model.focused import focused
from pipeline.model.journey import journey_rows
from pipeline.model.resample import resample
from tests.made_case import found
from tests.waves import DRIVERS, MOVING, Drawn, case, draw

pytestmark = pytest.mark.reference
sm = pytest.importorskip("statsmodels.api", reason="statsmodels is not installed")


@cache
def survey() -> tuple[Drawn, Case, tuple[dict[str, Any], ...]]:
    drawn = draw(MOVING, np.random.default_rng(8))
    one = case(MOVING, drawn)
    return drawn, one, tuple(journey_rows(one))


def table() -> pd.DataFrame:
    drawn, _, _ = survey()
    return pd.DataFrame(drawn.items | {"wave": drawn.wave, "age": drawn.age, "id": drawn.person, "w": drawn.weight})


def value(metric: str, **key: Any) -> float:
    return float(found(survey()[2], metric, **key)["estimate"])


def least_squares(frame: pd.DataFrame, names: list[str], y: str = "intent") -> Any:
    return sm.WLS(frame[y], sm.add_constant(frame[names].astype(float)), weights=frame["w"]).fit()


@pytest.mark.parametrize("wave", MOVING.waves)
def test_coefficients_and_shares_of_a_wave(wave: str) -> None:
    part = table().query("wave == @wave")
    fit = least_squares(part, list(DRIVERS))
    shares = dict.fromkeys(DRIVERS, 0.0)
    for order in permutations(DRIVERS):
        for at, name in enumerate(order):
            before = least_squares(part, list(order[:at])).rsquared if at else 0.0
            shares[name] += (least_squares(part, list(order[: at + 1])).rsquared - before) / 6
    assert value("r2", group=f"wave={wave}") == pytest.approx(fit.rsquared, abs=1e-12)
    for name in DRIVERS:
        assert value("b", term=name, group=f"wave={wave}") == pytest.approx(fit.params[name], abs=1e-12)
        expected = shares[name] / fit.rsquared
        assert value("lmg_share", term=name, group=f"wave={wave}") == pytest.approx(expected, abs=1e-12)


def test_the_trend_is_a_line_through_the_shares() -> None:
    for name in DRIVERS:
        shares = [value("lmg_share", term=name, group=f"wave={wave}") for wave in MOVING.waves]
        expected = np.polyfit(range(4), shares, 1)[0]
        assert value("share_trend", term=name) == pytest.approx(expected, abs=1e-12)


def test_the_change_is_that_of_the_analysis_of_all_rows_and_its_parts_add_up() -> None:
    _, one, rows = survey()
    people = focused(one)
    groups = people.groups["wave"]
    assert groups.reference == "2023"
    sets = panels(people, one.setting) | change_panels(people, one.setting, ["wave"])
    drawn = resample(people.design, sets, seed=one.setting.seed, draws=one.setting.draws)
    expected = list(change_rows(drawn, people, one.setting, ["wave"]))
    for each in expected:
        if each["contrast"] == "wave=2026-2023" and each["metric"] != "share_change":
            own = found(rows, each["metric"], term=each["term"], contrast="wave=2026-2023")
            assert own["estimate"] == pytest.approx(each["estimate"], abs=1e-12)
            assert own["conf_low"] == pytest.approx(each["conf_low"], abs=1e-12)
    for name in DRIVERS:
        parts = sum(
            value(f"change_{part}", term=name, contrast="wave=2026-2023") for part in ("effect", "spread", "overlap")
        )
        first, last = (value("lmg_share", term=name, group=f"wave={wave}") for wave in ("2023", "2026"))
        assert value("share_change", term=name, contrast="wave=2026-2023") == pytest.approx(last - first, abs=1e-12)
        assert parts == pytest.approx(last - first, abs=1e-12)


def clustered(frame: pd.DataFrame, column: str, weights: dict[Any, float], by: list[str]) -> tuple[float, float]:
    """Weighted sum of the means of the groups, and its error: scores summed over people, n/(n-1) of all people."""
    keys = frame[by].apply(tuple, axis=1) if len(by) > 1 else frame[by[0]]
    score, total = np.zeros(len(frame)), 0.0
    for group, coefficient in weights.items():
        inside = np.array([key == group for key in keys])
        mean = np.average(frame[column][inside], weights=frame["w"][inside])
        total += coefficient * mean
        score += coefficient * inside * frame["w"] * (frame[column] - mean) / frame["w"][inside].sum()
    sums = pd.Series(score, index=frame.index).groupby(frame["id"]).sum()
    n = len(sums)
    return total, float(np.sqrt(n / (n - 1) * ((sums - sums.mean()) ** 2).sum()))


def test_the_lead_of_the_images_and_its_change_by_sums_over_people() -> None:
    frame = table().assign(lead=lambda one: one["companion"] - one["saver"])
    rows = survey()[2]
    for wave in MOVING.waves:
        mean, error = clustered(frame, "lead", {wave: 1.0}, ["wave"])
        own = found(rows, "image_lead", group=f"wave={wave}")
        assert own["estimate"] == pytest.approx(mean, abs=1e-12)
        assert own["std_error"] == pytest.approx(error, rel=1e-9)
    change, error = clustered(frame, "lead", {"2026": 1.0, "2023": -1.0}, ["wave"])
    own = found(rows, "image_lead_change", contrast="wave=2026-2023")
    assert (own["estimate"], own["std_error"]) == pytest.approx((change, error), rel=1e-9)


def test_cohorts_that_move_differently_by_sums_over_people() -> None:
    frame = table().assign(lead=lambda one: one["companion"] - one["saver"])
    own = next(each for each in survey()[2] if each["metric"] == "image_lead_gap")
    first, other = own["contrast"].removeprefix("age=").split("-")
    weights = {(first, "2026"): 1.0, (first, "2023"): -1.0, (other, "2026"): -1.0, (other, "2023"): 1.0}
    gap, error = clustered(frame, "lead", weights, ["age", "wave"])
    assert (own["estimate"], own["std_error"]) == pytest.approx((gap, error), rel=1e-9)


def steps() -> pd.DataFrame:
    """Each person's answer less the one before, with the weight of the later, and the pair of waves."""
    frame = table().sort_values(["id", "wave"], kind="stable").reset_index(drop=True)
    names = [*DRIVERS, "intent", "saver", "companion"]
    moved = frame.groupby("id")[names].diff()
    before = frame.groupby("id")["wave"].shift()
    moved = moved.assign(w=frame["w"], id=frame["id"], pair=before + "-" + frame["wave"])
    return moved.dropna()


def test_the_same_people_and_their_change_by_hand() -> None:
    frame = table().sort_values(["id", "wave"], kind="stable")
    several = frame.groupby("id").filter(lambda one: len(one) > 1).groupby("id")
    assert value("panel_members") == several.ngroups
    change, weight = several["intent"].last() - several["intent"].first(), several["w"].last()
    own = found(survey()[2], "within_change", term="intent")
    mean = float(np.average(change, weights=weight))
    assert own["estimate"] == pytest.approx(mean, abs=1e-12)
    # A domain: people who are no members count among the units, with nothing to add.
    everybody = frame["id"].nunique()
    score = weight * (change - mean) / weight.sum()
    error = np.sqrt(everybody / (everybody - 1) * (score**2).sum())
    assert own["std_error"] == pytest.approx(float(error), rel=1e-9)
    lead = several["companion"].last() - several["companion"].first()
    lead -= several["saver"].last() - several["saver"].first()
    assert value("within_change") == pytest.approx(float(np.average(lead, weights=weight)), abs=1e-12)


def test_steps_on_steps_are_least_squares_with_a_level_for_every_pair_of_waves() -> None:
    moved = steps()
    dummies = pd.get_dummies(moved["pair"], dtype=float)
    within = sm.WLS(moved["intent"], moved[list(DRIVERS)].join(dummies), weights=moved["w"]).fit()
    frame = table()
    levels = pd.get_dummies(frame["wave"], dtype=float)
    across = sm.WLS(frame["intent"], frame[list(DRIVERS)].join(levels), weights=frame["w"]).fit()
    for name in DRIVERS:
        assert value("b", term=name, contrast="within_person") == pytest.approx(within.params[name], abs=1e-10)
        assert value("b", term=name, contrast="cross_section") == pytest.approx(across.params[name], abs=1e-10)
        gap = within.params[name] - across.params[name]
        own = value("b_difference", term=name, contrast="within_person-cross_section")
        assert own == pytest.approx(gap, abs=1e-10)


def test_errors_of_steps_are_those_of_people() -> None:
    moved = steps()
    dummies = pd.get_dummies(moved["pair"], dtype=float)
    fit = sm.WLS(moved["intent"], moved[list(DRIVERS)].join(dummies), weights=moved["w"]).fit()
    robust = fit.get_robustcov_results("cluster", groups=moved["id"].to_numpy(), use_correction=False)
    for name, error in zip(DRIVERS, robust.bse, strict=False):
        own = found(survey()[2], "b", term=name, contrast="within_person")["std_error"]
        assert own == pytest.approx(error, rel=0.12)  # 400 replicates: 3.5 % of Monte Carlo error, and small samples


def test_those_who_left_differ_by_hand() -> None:
    frame = table()
    first = frame[frame["wave"] == "2023"]
    stayed = first["id"].isin(frame.loc[frame["wave"] > "2023", "id"])
    means = [np.average(first.loc[part, "intent"], weights=first.loc[part, "w"]) for part in (stayed, ~stayed)]
    assert value("mean_difference", term="intent", contrast="stayed-left") == pytest.approx(means[0] - means[1])
