"""Tests of the residuals against R's lmtest, and what R does not print against other programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model.regression import Fit, ols
from pipeline.model.robustness.assumptions import breusch_pagan, durbin_watson, largest_residual, rising
from pipeline.model.robustness.disattenuation import disattenuated
from pipeline.model.robustness.halo import between_share

pytestmark = pytest.mark.reference

Expected = Callable[[str], Any]
Dataset = Callable[[str], pd.DataFrame]

BLOCKS = (
    "attitude/computed/ols",
    "bank_drivers_weighted/computed/ols",
    "bank_drivers_weighted/computed/ols_cc",
    "bergami_bagozzi/computed/ols",
    "bfi/computed/ols_age",
    "corp_reputation/computed/ols",
    "corp_reputation/computed/ols_with_mediators",
    "ecolabeled_apples/computed/lpm",
    "hayes_glbwarm/computed/ols",
    "influencer_purchase/computed/ols",
    "influencer_purchase/computed/ols_wtp",
    "kakadu_wtp/computed/ols",
    "mobi_ecsi/computed/ols",
    "mobi_ecsi/computed/ols_drivers_only",
    "mtcars/computed/ols",
    "oj_brand_purchase/computed/ols_lpm",
    "phone_attitudes_2001/computed/ols_bill",
    "phone_providers/ols",
    "plspm_satisfaction/computed/ols",
    "swiss/computed/ols",
    "utaut_trello/computed/ols",
)


def model(path: str, dataset: Dataset, expected: Expected) -> tuple[Fit, np.ndarray, np.ndarray, Any]:
    block = expected(path)
    outcome, right = block["formula"].split(" ~ ")
    names = right.split(" + ")
    frame = dataset(path.split("/")[0])
    frame = frame.dropna() if path.endswith("_cc") else frame
    complete = frame[[*names, outcome]].dropna().astype(float)
    x, y = complete[names].to_numpy(), complete[outcome].to_numpy()
    return ols(x, y, tuple(names)), x, y, block


@pytest.mark.parametrize("path", BLOCKS)
def test_residuals_equal_r(path: str, dataset: Dataset, expected: Expected) -> None:
    fit, x, _, block = model(path, dataset, expected)
    wanted = block["breusch_pagan"]
    found = breusch_pagan(fit, x)
    assert found is not None
    assert found == pytest.approx((wanted["stat"], wanted["p"]), rel=1e-8)
    assert durbin_watson(fit.residuals) == pytest.approx(block["durbin_watson"], rel=1e-10)


@pytest.mark.parametrize("path", ["attitude/computed/ols", "mtcars/computed/ols", "mobi_ecsi/computed/ols"])
def test_largest_residual_equals_statsmodels(path: str, dataset: Dataset, expected: Expected) -> None:
    from statsmodels.api import OLS, add_constant

    fit, x, y, _ = model(path, dataset, expected)
    table = np.asarray(OLS(y, add_constant(x)).fit().outlier_test(method="bonf"))
    farthest = np.abs(table[:, 0]).argmax()
    assert largest_residual(fit) == pytest.approx((table[farthest, 0], min(1.0, table[farthest, 2])), rel=1e-8)


def test_rising_means_equal_scipy() -> None:
    from scipy.optimize import isotonic_regression

    random = np.random.default_rng(1)
    for _ in range(50):
        means, weight = random.normal(size=9), random.uniform(0.1, 3.0, 9)
        assert rising(means, weight) == pytest.approx(isotonic_regression(means, weights=weight).x, abs=1e-12)


def test_between_share_equals_pingouin(dataset: Dataset) -> None:
    import pingouin

    items = dataset("bfi")[["A2", "A3", "A4", "A5"]].dropna().to_numpy(float)[:300]
    person, rater = np.repeat(np.arange(300), 4), np.tile(np.arange(4), 300)
    table = pd.DataFrame({"person": person, "rater": rater, "score": items.ravel()})
    found = pingouin.intraclass_corr(table, targets="person", raters="rater", ratings="score")
    wanted = found.loc[found["Type"].str.contains("1") & ~found["Type"].str.contains("k"), "ICC"].iloc[0]
    share = between_share(items.reshape(-1, 1), np.ones(1200), person)[0]
    assert share == pytest.approx(wanted, rel=1e-6)


def test_correction_equals_spearmans_formula(dataset: Dataset) -> None:
    """Two constructs, each measured twice: the geometric means of Spearman (1904), corrected pair by pair."""
    frame = dataset("mobi_ecsi")[["IMAG1", "IMAG2", "CUSA1", "CUSA2"]].dropna()
    r = np.corrcoef(frame.to_numpy(float), rowvar=False)
    reliability = np.array([r[0, 1], r[2, 3]])
    pairs = [(0, 2), (0, 3), (1, 2), (1, 3)]
    corrected = [disattenuated(r[np.ix_(pair, pair)], reliability)[0, 1] for pair in pairs]
    spearman = np.prod([r[pair] for pair in pairs]) ** 0.25 / np.sqrt(r[0, 1] * r[2, 3])
    assert np.prod(corrected) ** 0.25 == pytest.approx(spearman)
