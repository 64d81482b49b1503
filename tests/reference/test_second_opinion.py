"""statsmodels and pingouin asked the same questions on the spot, on data made here."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.model.effects import holm
from pipeline.model.importance import METHODS
from pipeline.model.regression import ols
from pipeline.moments import Moments

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def made() -> tuple[np.ndarray, np.ndarray]:
    """Correlated drivers and an outcome whose spread grows with the first driver."""
    random = np.random.default_rng(7)
    common = random.normal(size=(300, 1))
    x = np.round(4 + common + random.normal(size=(300, 5)), 1)
    y = x @ [0.5, 0.3, 0.0, -0.2, 0.1] + random.normal(size=300) * (0.3 + 0.3 * np.abs(x[:, 0]))
    return x, y


def test_ols_hc3_and_influence_equal_statsmodels(made: tuple[np.ndarray, np.ndarray]) -> None:
    import statsmodels.api as sm

    x, y = made
    ours, theirs = ols(x, y, tuple("abcde")), sm.OLS(y, sm.add_constant(x)).fit()
    robust = theirs.get_robustcov_results("HC3", use_t=True)
    np.testing.assert_allclose(ours.b, theirs.params, rtol=1e-10)
    np.testing.assert_allclose(ours.se, robust.bse, rtol=1e-10)
    np.testing.assert_allclose(ours.p, robust.pvalues, rtol=1e-8)
    np.testing.assert_allclose(np.column_stack(ours.interval(0.9)), robust.conf_int(0.1), rtol=1e-9)
    np.testing.assert_allclose(ours.cooks, theirs.get_influence().cooks_distance[0], rtol=1e-8)
    assert (ours.f, ours.f_p) == (pytest.approx(theirs.fvalue, rel=1e-10), pytest.approx(theirs.f_pvalue, rel=1e-8))
    assert (ours.r2, ours.r2_adjusted) == (pytest.approx(theirs.rsquared), pytest.approx(theirs.rsquared_adj))


def test_weighted_coefficients_equal_statsmodels_wls(made: tuple[np.ndarray, np.ndarray]) -> None:
    import statsmodels.api as sm

    from pipeline.weight import Design

    x, y = made
    weight = np.random.default_rng(8).uniform(0.2, 3, len(y))
    rows = np.arange(len(y))
    design = Design(
        weight=weight, unit=rows, keys=rows.astype(np.uint64), stratum=None, stratum_keys=None, kind="weighted"
    )
    ours = ols(x, y, tuple("abcde"), design=design)
    theirs = sm.WLS(y, sm.add_constant(x), weights=weight).fit()
    np.testing.assert_allclose(ours.b, theirs.params, rtol=1e-10)
    n = len(y)
    sandwich = theirs.get_robustcov_results("HC0").bse * np.sqrt(n / (n - 1))
    np.testing.assert_allclose(ours.se, sandwich, rtol=1e-10)
    assert ours.r2 == pytest.approx(theirs.rsquared, rel=1e-10)


def test_vif_equals_statsmodels(made: tuple[np.ndarray, np.ndarray]) -> None:
    import statsmodels.api as sm
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    x, _ = made
    ours = np.diag(np.linalg.inv(Moments.of(x, tuple("abcde")).correlations))
    theirs = [variance_inflation_factor(sm.add_constant(x), at) for at in range(1, 6)]
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)


def test_lmg_equals_pingouin(made: tuple[np.ndarray, np.ndarray]) -> None:
    import pingouin

    x, y = made
    found = Moments.of(np.column_stack([x, y]), tuple("abcdey")).correlations
    theirs = pingouin.linear_regression(x, y, relimp=True)["relimp"].to_numpy(float)[1:]
    np.testing.assert_allclose(METHODS["lmg"](found[:-1, :-1], found[:-1, -1]), theirs, rtol=1e-11)


def test_holm_equals_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    random = np.random.default_rng(9)
    for size in (1, 2, 7, 40):
        p = np.round(random.uniform(0, 0.3, size), 3)
        np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=1e-12)
