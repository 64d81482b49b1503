"""OLS: what the tests of reference numbers do not reach (designs, weights, edges)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.model.effects import holm
from pipeline.model.regression import ols
from pipeline.weight import Design

Maker = Callable[..., Design]
NAMES = ("a", "b", "c")


@pytest.fixture
def xy(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return scores[:, :-1], scores[:, -1]


def test_simple_design_is_no_design(xy: tuple[np.ndarray, np.ndarray], make_design: Maker) -> None:
    one, other = ols(*xy, NAMES), ols(*xy, NAMES, design=make_design(240))
    np.testing.assert_array_equal(one.se, other.se)
    assert (one.errors, one.df_residual) == ("hc3", 236)


def test_equal_weights_under_a_design_are_near_hc3(xy: tuple[np.ndarray, np.ndarray], make_design: Maker) -> None:
    fit = ols(*xy, NAMES, design=make_design(240, np.ones(240), kind="weighted"))
    np.testing.assert_allclose(fit.b, ols(*xy, NAMES).b, rtol=1e-12)
    np.testing.assert_allclose(fit.se, ols(*xy, NAMES).se, rtol=0.05)
    assert (fit.errors, fit.df_residual) == ("design", 236)


def test_zero_weights_count_for_nothing(xy: tuple[np.ndarray, np.ndarray], make_design: Maker) -> None:
    x, y = xy
    weight = np.ones(240)
    weight[200:] = 0
    fit, less = ols(x, y, NAMES, design=make_design(240, weight)), ols(x[:200], y[:200], NAMES)
    np.testing.assert_allclose(fit.b, less.b, rtol=1e-11)
    assert fit.r2 == pytest.approx(less.r2, rel=1e-11)
    assert np.isfinite(fit.se).all()


def test_rows_repeated_in_a_cluster_add_nothing(xy: tuple[np.ndarray, np.ndarray], make_design: Maker) -> None:
    """Each person three times over: same coefficients, and the errors of one row a person."""
    x, y = xy
    unit = np.repeat(np.arange(240), 3)
    thrice = ols(np.repeat(x, 3, axis=0), np.repeat(y, 3), NAMES, design=make_design(720, unit=unit))
    once = ols(x, y, NAMES, design=make_design(240, np.ones(240), kind="weighted"))
    np.testing.assert_allclose(thrice.b, once.b, rtol=1e-11)
    np.testing.assert_allclose(thrice.se, once.se, rtol=1e-11)
    assert thrice.df_residual == once.df_residual


def test_strata_that_explain_nothing_change_little_and_cost_a_degree_of_freedom(
    xy: tuple[np.ndarray, np.ndarray], make_design: Maker
) -> None:
    plain = ols(*xy, NAMES, design=make_design(240, np.ones(240), kind="weighted"))
    fit = ols(*xy, NAMES, design=make_design(240, stratum=np.arange(240) % 2))
    np.testing.assert_allclose(fit.se, plain.se, rtol=0.03)
    assert fit.df_residual == plain.df_residual - 1


def test_overall_f_of_a_design_is_the_wald_test(xy: tuple[np.ndarray, np.ndarray], make_design: Maker) -> None:
    fit = ols(*xy, NAMES, design=make_design(240, np.linspace(0.3, 2, 240)))
    wald = fit.b[1:] @ np.linalg.inv(fit.cov[1:, 1:]) @ fit.b[1:] / 3
    assert fit.f == pytest.approx(wald, rel=1e-10)
    alone = ols(xy[0][:, :1], xy[1], ("a",), design=make_design(240, np.linspace(0.3, 2, 240)))
    assert alone.f == pytest.approx((alone.b[1] / alone.se[1]) ** 2, rel=1e-10)
    assert alone.f_p == pytest.approx(alone.p[1], rel=1e-9)


def test_interval_holds_the_values_that_p_does_not_reject(xy: tuple[np.ndarray, np.ndarray]) -> None:
    fit = ols(*xy, NAMES)
    low, high = fit.interval(0.95)
    np.testing.assert_array_equal(fit.p < 0.05, (low > 0) | (high < 0))


def test_design_errors_tell_the_truth_under_clusters(make_design: Maker) -> None:
    """Errors and driver shared within clusters of five: the mean estimated variance is the variance over samples."""
    random = np.random.default_rng(31)
    unit = np.repeat(np.arange(80), 5)
    slopes, errors = [], []
    for _ in range(400):
        x = np.repeat(random.normal(size=80), 5)[:, None]
        y = np.repeat(random.normal(size=80), 5) + random.normal(size=400)
        fit = ols(x, y, ("a",), design=make_design(400, unit=unit))
        slopes.append(fit.b[1])
        errors.append(fit.se[1] ** 2)
    assert np.mean(errors) / np.var(slopes) == pytest.approx(1, abs=0.2)


def test_columns_that_repeat_each_other_are_an_error(xy: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = xy
    with pytest.raises(np.linalg.LinAlgError):
        ols(np.column_stack([x[:, 0], np.zeros(240)]), y, ("a", "b"))


def test_holm_by_hand() -> None:
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03])), [0.03, 0.06, 0.06])
    np.testing.assert_allclose(holm(np.array([0.6, 0.5])), [1, 1])
    assert holm(np.array([])).size == 0
    assert np.isnan(holm(np.array([0.02, np.nan]))).tolist() == [False, True]
    assert holm(np.array([0.02, np.nan]))[0] == 0.02
