"""Straight lines or not: boosting equals its textbook form row by row, finds what is bent, and adds nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pipeline.model import Setting
from pipeline.model.robustness import nonlinearity
from pipeline.model.robustness._boosting import SHRINKAGE, Boost, Learners, best_steps, bins
from pipeline.model.robustness._boxes import asymmetry, cuts
from pipeline.model.robustness.nonlinearity import cross_validated, nonlinearity_rows, places
from pipeline.model.validation import validation_rows
from pipeline.sample import Sample
from pipeline.specs import Scale
from pipeline.weight import Design

SEVEN = {name: Scale(points=7) for name in "abcdy"}


def ratings(n: int, seed: int, p: int = 4) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Ratings 1-7 of p drivers, the same centred, and the generator for the rest."""
    random = np.random.default_rng(seed)
    latent = random.normal(size=(n, p)) + 0.5 * random.normal(size=(n, 1))
    found = np.clip(np.round(4 + 1.2 * latent), 1, 7)
    return found, (found - 4) / 1.5, random


def figures(rows: list[dict[str, Any]]) -> dict[tuple[str, str | None], dict[str, Any]]:
    return {(row["metric"], row["term"] or row["contrast"]): row for row in rows}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_linear_truth_gains_nothing(make_sample: Callable[..., Sample], setting: Setting, seed: int) -> None:
    x, z, random = ratings(800, seed)
    sample = make_sample(np.column_stack([x, 0.5 * z[:, 0] + 0.3 * z[:, 1] + random.normal(size=800)]))
    found = figures(nonlinearity_rows(sample, SEVEN, setting, 1))
    gain = found["r2_cv_gain", None]
    assert gain["estimate"] < 0.01
    assert gain["conf_low"] <= 0
    linear, boosted = (found["r2_cv", f"model:{name}"]["estimate"] for name in ("linear", "boosted"))
    assert boosted - linear == pytest.approx(gain["estimate"])


def test_a_valley_is_found(make_sample: Callable[..., Sample], setting: Setting) -> None:
    x, z, random = ratings(800, 3)
    sample = make_sample(np.column_stack([x, 0.5 * z[:, 0] ** 2 + 0.3 * z[:, 1] + random.normal(size=800)]))
    assert figures(nonlinearity_rows(sample, SEVEN, setting, 1))["r2_cv_gain", None]["conf_low"] > 0.1


def test_an_interaction_is_found(make_sample: Callable[..., Sample], setting: Setting) -> None:
    x, z, random = ratings(1200, 4)
    sample = make_sample(np.column_stack([x, 0.5 * z[:, 0] * z[:, 1] + 0.3 * z[:, 2] + random.normal(size=1200)]))
    assert figures(nonlinearity_rows(sample, SEVEN, setting, 1))["r2_cv_gain", None]["conf_low"] > 0.02


def boosted_row_by_row(learners: Learners, x: np.ndarray, y: np.ndarray, weight: np.ndarray, steps: int) -> np.ndarray:
    """Fitted values of the textbook algorithm, with a pass over the rows for every learner and step."""
    full = np.column_stack([np.ones(len(y)), x]) * np.sqrt(weight)[:, None]
    fitted = np.column_stack([np.ones(len(y)), x]) @ np.linalg.lstsq(full, y * np.sqrt(weight), rcond=None)[0]
    for _ in range(steps):
        trials = []
        for cell in learners.cells.T:
            means = np.bincount(cell, weight * (y - fitted)) / np.maximum(np.bincount(cell, weight), 1e-12)
            trials.append((weight @ (y - fitted - means[cell]) ** 2, means[cell]))
        fitted = fitted + SHRINKAGE * min(trials, key=lambda trial: trial[0])[1]
    return fitted


def test_boosting_from_products_is_boosting_from_rows() -> None:
    x, z, random = ratings(150, 5, p=3)
    y, weight = z[:, 0] ** 2 + z[:, 1] + random.normal(size=150), random.uniform(0.5, 2.0, 150)
    x = np.column_stack([x, np.ones(150)])
    learners = Learners.of(x)
    train, test = np.arange(0, 100), np.arange(100, 150)
    products = [learners.products(x, y, weight, rows) for rows in (train, test)]
    boost = Boost(learners, *products)
    before = None
    for step in range(26):
        if step in (0, 25):
            fitted = boosted_row_by_row(
                Learners(cells=learners.cells[train], starts=learners.starts, count=learners.count),
                x[train],
                y[train],
                weight[train],
                step,
            )
            assert boost.predictions(learners, x, train)[1] == pytest.approx(fitted, rel=1e-8)
            error = weight[test] @ (y[test] - boost.predictions(learners, x, test)[1]) ** 2
            before = error if before is None else before
            assert boost.lost == pytest.approx(error - before, rel=1e-8, abs=1e-9)
        boost.step()


def test_steps_are_those_with_the_smallest_error() -> None:
    x, z, random = ratings(200, 6, p=2)
    y = z[:, 0] ** 2 + random.normal(size=200)
    learners = Learners.of(x)
    tests = [learners.products(x, y, np.ones(200), np.arange(at, 200, 3)) for at in range(3)]
    train = np.sum(tests, axis=0)
    boosts = [Boost(learners, train - test, test) for test in tests]
    lost = [0.0]
    for _ in range(150):
        for boost in boosts:
            boost.step()
        lost.append(sum(boost.lost for boost in boosts))
    assert best_steps(learners, train, tests) == int(np.argmin(lost)) > 5


def test_bins_hold_scale_points_or_equal_parts() -> None:
    assert bins(np.array([2.0, 5.0, 2.0, 7.0]), 7).tolist() == [0, 1, 0, 2]
    found = bins(np.random.default_rng(1).normal(size=700), 7)
    assert np.bincount(found).tolist() == [100] * 7
    lumped = bins(np.array([1.0] * 90 + list(np.linspace(2, 3, 10))), 3)
    assert set(np.unique(lumped)) == set(range(lumped.max() + 1))


def test_many_columns_have_coarser_pairs() -> None:
    x = np.random.default_rng(2).normal(size=(100, 12))
    assert Learners.of(x).count == 12 * 7 + 66 * 4
    assert Learners.of(x[:, :3]).count == 3 * 7 + 3 * 9


def test_linear_part_is_that_of_the_validation(
    make_sample: Callable[..., Sample], make_design: Callable[..., Design], scores: np.ndarray, setting: Setting
) -> None:
    weight = np.random.default_rng(3).uniform(0.5, 2.0, len(scores))
    sample = make_sample(scores, design=make_design(len(scores), weight=weight, unit=np.arange(len(scores)) // 2))
    errors = cross_validated(sample, seed=4)
    (wanted,) = validation_rows(sample, setting, 4)
    assert errors.rows.all()
    assert errors.r2(errors.linear) == pytest.approx(wanted["estimate"], rel=1e-8)


def test_a_part_of_the_units_is_chosen_by_their_keys(make_design: Callable[..., Design]) -> None:
    place = places(make_design(95), 1)
    assert sorted(place) == list(range(95))
    assert (place != places(make_design(95), 2)).any()
    assert (np.argsort(place[:40]) == np.argsort(places(make_design(40), 1))).all()


def test_very_large_samples_use_a_part(
    make_sample: Callable[..., Sample], scores: np.ndarray, monkeypatch: pytest.MonkeyPatch, setting: Setting
) -> None:
    monkeypatch.setattr(nonlinearity, "MOST_ROWS", 100)
    sample = make_sample(scores)
    assert cross_validated(sample, 1).rows.sum() == 100 == len(cross_validated(sample, 1).linear)
    scales = {name: Scale(points=101) for name in "abcy"}
    assert figures(nonlinearity_rows(sample, scales, setting, 1))["r2_cv_gain", None]["n"] == 100


def test_strata_make_the_error_of_the_gain() -> None:
    totals = np.array([1.0, 2.0, 3.0, 11.0, 12.0, 14.0])
    simple, stratum = np.zeros(6, dtype=int), np.array([0, 0, 0, 1, 1, 1])
    assert nonlinearity._error(totals, simple) == pytest.approx(np.sqrt(6) * totals.std(ddof=1))
    within = 3 * (totals[:3].var(ddof=1) + totals[3:].var(ddof=1))
    assert nonlinearity._error(totals, stratum) == pytest.approx(np.sqrt(within))


def test_too_few_units_have_no_cross_validation(
    make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting
) -> None:
    found = figures(nonlinearity_rows(make_sample(scores[:20]), SEVEN, setting, 1))
    assert found["r2_cv_gain", None]["state"] == found["r2_cv", "model:linear"]["state"] == "too_few"
    assert found["penalty", "a"]["state"] == "low_base"


def test_low_and_high_lie_as_far_from_the_middle() -> None:
    assert cuts(Scale(points=7)) == (4, 2)
    assert cuts(Scale(points=11, start=0)) == pytest.approx((5, 10 / 3))
    assert cuts(Scale(points=5, midpoint=2)) == pytest.approx((2, 4 / 3))


def test_a_driver_that_only_punishes(make_sample: Callable[..., Sample], setting: Setting) -> None:
    x, _, random = ratings(1500, 7)
    low, high = np.maximum((4 - x) / 2, 0), np.maximum((x - 4) / 2, 0)
    effect = -1.0 * low[:, 0] + 0.8 * high[:, 1] + 0.5 * (high[:, 2] - low[:, 2])
    sample = make_sample(np.column_stack([x, effect + random.normal(size=1500)]))
    found = figures(nonlinearity_rows(sample, SEVEN, setting, 1))
    columns = np.column_stack([np.ones(1500), *[side[:, at] for at in range(4) for side in (low, high)]])
    b = np.linalg.lstsq(columns, sample.scores[:, -1], rcond=None)[0]
    assert found["penalty", "a"]["estimate"] == pytest.approx(-b[1])
    assert found["reward", "b"]["estimate"] == pytest.approx(b[4])
    assert found["penalty", "a"]["conf_low"] < 1.0 < found["penalty", "a"]["conf_high"]
    assert found["penalty", "a"]["n"] == (x[:, 0] < 4).sum()
    assert found["asymmetry", "a"]["conf_high"] < -0.5
    assert found["asymmetry", "b"]["conf_low"] > 0.5
    assert max(found["asymmetry", name]["p_adjusted"] for name in "ab") < 1e-6
    assert found["asymmetry", "c"]["conf_low"] < 0 < found["asymmetry", "c"]["conf_high"]
    assert found["asymmetry", "c"]["estimate"] == pytest.approx(asymmetry(b[5], b[6]))
    assert found["asymmetry", "c"]["p_value"] > 0.05


def test_a_straight_line_is_no_asymmetry(make_sample: Callable[..., Sample], setting: Setting) -> None:
    """In ratings that pile up at the top, too: p of equal slopes is below .05 in about one of twenty."""
    seen = []
    for seed in range(60):
        x, _, random = ratings(400, 100 + seed)
        x = np.minimum(x + 1, 7.0)
        sample = make_sample(np.column_stack([x, x.sum(1) + 3 * random.normal(size=400)]))
        found = figures(nonlinearity.box_rows(sample, SEVEN, setting, 1))
        seen += [found["asymmetry", name]["p_value"] for name in "abcd"]
    assert np.mean(np.array(seen) < 0.05) < 0.09


def test_asymmetry_by_hand() -> None:
    assert asymmetry(np.array(-1.0), np.array(0.5)) == pytest.approx(-1 / 3)
    assert asymmetry(np.array(0.2), np.array(0.5)) == 1.0
    assert asymmetry(np.array(0.0), np.array(0.0)) == 0.0


def test_asymmetry_of_nothing_is_unknown(make_sample: Callable[..., Sample], setting: Setting) -> None:
    x, _, random = ratings(600, 8)
    found = figures(nonlinearity_rows(make_sample(np.column_stack([x, random.normal(size=600)])), SEVEN, setting, 1))
    row = found["asymmetry", "a"]
    assert row["conf_low"] < -0.8 < 0.8 < row["conf_high"]


def test_empty_boxes_have_a_state(make_sample: Callable[..., Sample], setting: Setting) -> None:
    x, z, random = ratings(400, 9)
    x[:, 0] = np.maximum(x[:, 0], 4.0)
    x[:, 1] = 4.0 + 1e-12 * x[:, 1]
    scales = SEVEN | {"d": Scale(points=2)}
    sample = make_sample(np.column_stack([x, z[:, 2] + random.normal(size=400)]))
    found = figures(nonlinearity_rows(sample, scales, setting, 1))
    assert (found["penalty", "a"]["state"], found["penalty", "a"]["n"]) == ("too_few", None)
    assert found["reward", "a"]["state"] == "ok"
    assert found["asymmetry", "a"]["reason"] == "small_base"
    assert {found[metric, "b"]["state"] for metric in ("penalty", "reward", "asymmetry")} == {"too_few"}
    assert found["reward", "d"]["reason"] == "two_points"
    assert found["asymmetry", "c"]["state"] == "ok"


def test_sides_that_repeat_each_other_are_singular(make_sample: Callable[..., Sample], setting: Setting) -> None:
    x, z, random = ratings(400, 10)
    x[:, 1] = np.where(x[:, 0] < 4, x[:, 0], random.choice([4.0, 5.0, 6.0], 400))
    sample = make_sample(np.column_stack([x, z[:, 2] + random.normal(size=400)]))
    found = figures(nonlinearity_rows(sample, SEVEN, setting, 1))
    assert {found[metric, "c"]["state"] for metric in ("penalty", "reward", "asymmetry")} == {"singular"}


def test_small_boxes_are_marked(make_sample: Callable[..., Sample], setting: Setting) -> None:
    x, _, random = ratings(400, 11)
    x[:, 0] = np.maximum(x[:, 0], 4.0)
    x[:15, 0] = 1.0
    found = figures(nonlinearity_rows(make_sample(np.column_stack([x, random.normal(size=400)])), SEVEN, setting, 1))
    assert [found[metric, "a"]["state"] for metric in ("penalty", "reward", "asymmetry")] == [
        "low_base",
        "ok",
        "low_base",
    ]
