"""Multiple imputation against R mice 3.15, published pooled figures, and statsmodels."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.imputation.chained import Gaps, completed
from pipeline.imputation.pooling import Pooled, pool

pytestmark = pytest.mark.reference

Array = np.ndarray

OUTCOME, TERMS = "CUSL1", ["PERV1", "PERV2", "PERQ1", "PERQ2", "IMAG1"]
NUMBER = 200

# ../shared/exports/scale_data/R_mice_reference.txt: mice 3.15.0, m = 50; norm, then pmm. Intercept first.
MICE = {
    "estimate": [
        [1.27217604, 0.13075085, 0.33521692, 0.25874626, 0.10791679, 0.02827372],
        [1.30213010, 0.12375634, 0.34226806, 0.23861081, 0.11352573, 0.03901751],
    ],
    "std_error": [
        [0.98445621, 0.10326236, 0.12904693, 0.16113852, 0.09787651, 0.11179984],
        [0.99691166, 0.10260507, 0.12858473, 0.17243337, 0.09840913, 0.11157947],
    ],
}


@pytest.fixture(scope="module")
def mobi(shared: Path) -> pd.DataFrame:
    path = shared / "exports" / "scale_data" / "mobi_MAR.csv"
    if not path.is_file():
        pytest.skip("../shared/exports/scale_data is not beside the repository")
    return pd.read_csv(path)[[OUTCOME, *TERMS, "CUSA1"]]


@pytest.fixture(scope="module")
def pooled(mobi: pd.DataFrame) -> Pooled:
    answers = mobi.to_numpy(float)
    gaps = Gaps(answers=answers, wanted=np.isnan(answers), beside=np.empty((len(answers), 0)))
    fits = [least_squares(each) for each in completed(gaps, seed=20260101, number=NUMBER)]
    estimates, variances = (np.array(part) for part in zip(*fits, strict=True))
    return pool(estimates, variances, len(answers) - 6)


def least_squares(columns: Array) -> tuple[Array, Array]:
    x = np.column_stack([np.ones(len(columns)), columns[:, 1:6]])
    b, *_ = np.linalg.lstsq(x, columns[:, 0], rcond=None)
    left = columns[:, 0] - x @ b
    return b, np.diag(np.linalg.inv(x.T @ x)) * (left @ left) / (len(x) - 6)


def test_pooled_regression_is_that_of_mice(pooled: Pooled) -> None:
    """Within Monte Carlo error: mice's own two methods, with 50 data sets each, differ by up to 0.02 (0.13 errors)."""
    norm, pmm = np.array(MICE["estimate"])
    error = np.array(MICE["std_error"][1])
    assert (np.abs(pooled.point - pmm) / error).max() < 0.15
    assert (np.abs(pooled.point - (norm + pmm) / 2) / error).max() < 0.15
    np.testing.assert_allclose(pooled.std_error, MICE["std_error"][1], rtol=0.08)


def test_degrees_of_freedom_are_near_those_of_mice(pooled: Pooled) -> None:
    """mice, m = 50: 213 197 215 126 225 179 (pmm). They hang on B, whose error with 50 data sets is a fifth of it."""
    np.testing.assert_allclose(pooled.df, [213.4, 196.5, 215.2, 125.8, 224.7, 179.2], rtol=0.45)
    assert (pooled.df < 244).all()


def test_rubin_and_barnard_rubin_on_a_published_example() -> None:
    """SAS/STAT User's Guide, PROC MIANALYZE, "Reading Means and Standard Errors": five data sets, EDF = 30.

    Printed there: total variance of Oxygen 0.980626, degrees of freedom 26.298, 26.503, 25.463; input has 4-6 digits.
    """
    means = [
        [47.0120, 10.4441, 171.216], [47.2407, 10.5040, 171.244], [47.4995, 10.5922, 171.909],
        [47.1485, 10.5279, 171.146], [47.0042, 10.4913, 172.072],
    ]  # fmt: skip
    errors = [
        [0.95984, 0.28520, 1.59910], [0.93540, 0.26661, 1.75638], [1.00766, 0.26302, 1.85795],
        [0.95439, 0.26405, 1.75011], [0.96528, 0.27275, 1.84807],
    ]  # fmt: skip
    found = pool(np.array(means), np.array(errors) ** 2, 30)
    np.testing.assert_allclose(found.point, [47.180980, 10.511906, 171.517500], rtol=1e-5)
    np.testing.assert_allclose(found.std_error[0] ** 2, 0.980626, rtol=2e-5)
    np.testing.assert_allclose(found.df, [26.298, 26.503, 25.463], atol=2e-3)


def test_rubins_rules_by_hand() -> None:
    """m = 3, Q = 1 2 3, U = 1, complete df 20, in fractions.

    B = 1, T = 1 + 4/3 = 7/3, λ = (4/3)/(7/3) = 4/7, ν_old = 2·49/16 = 6.125, ν_obs = 21/23·20·3/7 = 180/23,
    ν = 6.125·ν_obs/(6.125 + ν_obs), r = 4/3, fmi = (r + 2/(ν + 3))/(r + 1).
    """
    found = pool(np.array([[1.0], [2.0], [3.0]]), np.ones((3, 1)), 20)
    observed = 180 / 23
    freedom = 6.125 * observed / (6.125 + observed)
    assert found.point[0] == 2
    np.testing.assert_allclose(found.std_error[0], np.sqrt(7 / 3), rtol=1e-14)
    np.testing.assert_allclose(found.df[0], freedom, rtol=1e-14)
    np.testing.assert_allclose(found.fmi[0], (4 / 3 + 2 / (freedom + 3)) / (7 / 3), rtol=1e-14)


def test_statsmodels_finds_the_same(mobi: pd.DataFrame, pooled: Pooled) -> None:
    """statsmodels' MICE (its own predictive mean matching); few data sets, for they take their time.

    With m = 6 its pooled estimates have a Monte Carlo error of sqrt(B/m), at most a fifth of a standard error.
    """
    import statsmodels.api as sm
    from statsmodels.imputation import mice

    np.random.seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        chained = mice.MICE(f"{OUTCOME} ~ {' + '.join(TERMS)}", sm.OLS, mice.MICEData(mobi), n_skip=2)
        found = chained.fit(2, 6)
    assert (np.abs(found.params - pooled.point) / pooled.std_error).max() < 0.5
    np.testing.assert_allclose(found.bse, pooled.std_error, rtol=0.2)
