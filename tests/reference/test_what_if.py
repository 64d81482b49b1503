"""What if against statsmodels: coefficients, their covariance, the logit behind the curve; and limits by hand."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from pipeline.model.case import Case
from pipeline.model.focused import focused
from pipeline.model.regression import ols
from pipeline.model.resample import factors
from pipeline.model.what_if import what_if_rows
from pipeline.model.what_if._bend import bend
from pipeline.model.what_if._models import fitted, predicted, reach_of, targets_of, widest_of
from tests.made_case import found
from tests.waves import DRIVERS, case, draw, steady

pytestmark = pytest.mark.reference
sm = pytest.importorskip("statsmodels.api", reason="statsmodels is not installed")
KEYS: dict[str, Any] = {
    "model": {"outcome": "intent", "drivers": list(DRIVERS), "draws": 3000},
    "what_if": {"outcomes": ["spend"], "step": 0.5},
}


@cache
def asked() -> tuple[Case, tuple[dict[str, Any], ...]]:
    plan = steady(2, n=400)
    one = case(plan, draw(plan, np.random.default_rng(4)), **KEYS)
    return one, tuple(what_if_rows(one))


def outcome(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Drivers, outcome and weights as they were drawn."""
    people = focused(asked()[0])
    targets = {target.contrast: target for target in targets_of(asked()[0], people)}
    return people.model.x, targets[kind].values, people.design.weight


@pytest.mark.parametrize("kind", ["outcome:intent", "outcome:spend"])
def test_coefficients_are_weighted_least_squares_and_their_covariance_is_that_of_people(kind: str) -> None:
    one, rows = asked()
    x, y, weight = outcome(kind)
    fit = sm.WLS(y, sm.add_constant(x), weights=weight).fit()
    design = ols(x, y, DRIVERS, design=focused(one).design)
    for at, name in enumerate(DRIVERS):
        own = found(rows, "b", term=name, contrast=kind)
        assert own["estimate"] == pytest.approx(fit.params[at + 1], abs=1e-10)
        assert own["std_error"] == pytest.approx(design.se[at + 1], rel=0.07)
        variance = found(rows, "b_covariance", term=name, contrast=f"{kind};with:{name}")["estimate"]
        assert own["std_error"] ** 2 == pytest.approx(variance, rel=1e-9)
    off = found(rows, "b_covariance", term="price", contrast=f"{kind};with:trust")["estimate"]
    assert off == pytest.approx(design.cov[2, 1], abs=0.1 * design.cov[1, 1])
    assert found(rows, "r2", contrast=kind)["estimate"] == pytest.approx(fit.rsquared, abs=1e-10)


def logit(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, Any]:
    """Mean slopes of a logit model, and its fit."""
    fit = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial(), freq_weights=weight).fit(tol=1e-12)
    fitted_ = np.asarray(fit.predict())
    return np.average(fitted_ * (1 - fitted_), weights=weight) * np.asarray(fit.params[1:]), fit


def test_slopes_of_a_share_are_mean_slopes_of_a_logit_model() -> None:
    x, y, weight = outcome("top2:intent")
    expected, _ = logit(x, y, weight)
    for at, name in enumerate(DRIVERS):
        own = found(asked()[1], "b", term=name, contrast="top2:intent")
        assert own["estimate"] == pytest.approx(expected[at], abs=1e-8)


def test_replicates_of_these_slopes_are_the_model_fitted_again() -> None:
    one, rows = asked()
    x, y, weight = outcome("top2:intent")
    design = focused(one).design
    blocks = [block[:, design.pieces[0]] for block in factors(design, one.setting.seed, 3000, "poisson")]
    own = bend(x, y, weight)
    assert own is not None
    draws = own.drawn(blocks)
    for at in range(12):
        expected, _ = logit(x, y, weight * blocks[0][at])
        assert draws[at] == pytest.approx(expected, abs=2e-3)
        assert np.abs(draws[at] - expected).max() < 0.05 * draws.std(0).min()
    errors = [found(rows, "b", term=name, contrast="top2:intent")["std_error"] for name in DRIVERS]
    assert errors == pytest.approx(draws.std(0, ddof=1).tolist(), rel=1e-9)


def test_a_prediction_is_the_sum_of_moves_with_the_error_of_the_sum() -> None:
    one, _ = asked()
    people = focused(one)
    model = fitted(one, people, targets_of(one, people))["outcome:intent"]
    assert not isinstance(model, str)
    moves = np.array([0.5, -0.25, 1.0])
    change, low, high = predicted(model, moves, 1.0)
    assert change == pytest.approx(float(moves @ model.b))
    assert (high - low) / 2 == pytest.approx(model.reach * np.sqrt(moves @ model.cov @ moves))
    each = model.draws @ moves
    assert np.quantile(each, [0.025, 0.975]) == pytest.approx([low, high], abs=0.03)


def test_the_curve_is_the_mean_of_the_predictions_of_a_logit_model() -> None:
    x, y, weight = outcome("top2:intent")
    fit = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial(), freq_weights=weight / weight.mean()).fit()
    own = bend(x, y, weight)
    assert own is not None
    assert np.sort(own.eta) == pytest.approx(
        np.sort(np.asarray(fit.predict(sm.add_constant(x), which="linear"))), abs=1e-6
    )
    moved = sm.add_constant(x + np.array([0.5, 0.0, 0.0]))
    expected = np.average(fit.predict(moved), weights=weight) - np.average(fit.predict(), weights=weight)
    shift = np.array([0.5 * fit.params[1]])
    assert own.share(shift)[0] - own.share(np.zeros(1))[0] == pytest.approx(float(expected), abs=1e-8)
    slope = np.average(fit.predict() * (1 - fit.predict()), weights=weight)
    assert own.slope == pytest.approx(float(slope), abs=1e-8)
    line, bent = own.curve(0.6)
    assert np.interp(0.0, line, bent) == pytest.approx(0.0, abs=1e-12)
    share = float(np.average(y, weights=weight))
    assert (bent + share > 0).all()
    assert (bent + share < 1).all()
    assert (np.diff(bent) > 0).all()


def test_how_far_the_data_carry_by_hand() -> None:
    one, rows = asked()
    x, _, weight = outcome("outcome:intent")
    mean = np.average(x, axis=0, weights=weight)
    n = len(x)
    cov = ((x - mean) * weight[:, None]).T @ (x - mean) / weight.sum() * n / (n - 1)
    inverse = np.linalg.inv(cov)
    distance = np.einsum("ij,jk,ik->i", x - mean, inverse, x - mean)
    order = np.argsort(distance)
    half = distance[order][np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)]
    assert found(rows, "profile_distance")["estimate"] == pytest.approx(half, rel=1e-9)
    for at, name in enumerate(DRIVERS):
        by_rating = np.argsort(x[:, at])
        tenth, ninth = (
            x[by_rating, at][np.searchsorted(np.cumsum(weight[by_rating]), part * weight.sum())] for part in (0.1, 0.9)
        )
        alone = np.sqrt(half / inverse[at, at])
        assert found(rows, "move_low", term=name)["estimate"] == pytest.approx(max(tenth - mean[at], -alone))
        assert found(rows, "move_high", term=name)["estimate"] == pytest.approx(min(ninth - mean[at], alone))
        for other, with_ in enumerate(DRIVERS[: at + 1]):
            own = found(rows, "rating_precision", term=name, contrast=f"with:{with_}")["estimate"]
            assert own == pytest.approx(inverse[at, other], rel=1e-9)
    assert reach_of(one, focused(one)).region == pytest.approx(half)


def test_the_widest_line_bounds_every_profile_inside() -> None:
    one, _ = asked()
    people = focused(one)
    model, reach = fitted(one, people, targets_of(one, people))["top2:intent"], reach_of(one, people)
    assert not isinstance(model, str)
    directions = np.random.default_rng(1).normal(size=(2000, 3))
    length = np.sqrt(np.einsum("ij,jk,ik->i", directions, reach.precision, directions))
    moves = directions / length[:, None] * np.sqrt(reach.region)
    ends = np.abs(moves @ model.b) + model.reach * np.sqrt(np.einsum("ij,jk,ik->i", moves, model.cov, moves))
    assert ends.max() <= widest_of(model, reach) + 1e-12
