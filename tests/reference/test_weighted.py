"""Weights, strata and clusters against R's survey package, weighted importance against relaimpo and Displayr."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model.importance import METHODS, r2
from pipeline.model.regression import Fit, ols
from pipeline.moments import Moments
from pipeline.weight import Design, base

pytestmark = pytest.mark.reference

Expected = Callable[[str], Any]
Dataset = Callable[[str], pd.DataFrame]
BANK = ["Fees", "Interest", "Phone", "Branch", "Online", "ATM"]
SCHOOLS = ["ell", "meals", "mobility"]


def design(weight: np.ndarray, cluster: Any = None, stratum: Any = None, left: Any = None) -> Design:
    """Design whose units are the rows, or the clusters; left: part of each stratum that was not sampled."""
    unit = np.arange(len(weight)) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    strata = None if stratum is None else np.unique(stratum, return_inverse=True)[1]
    keys = np.arange(unit.max() + 1).astype(np.uint64)
    names = None if strata is None else np.arange(strata.max() + 1).astype(np.uint64)
    kind = "stratified" if strata is not None else "clustered" if cluster is not None else "weighted"
    return Design(
        weight=np.asarray(weight, float),
        unit=unit,
        keys=keys,
        stratum=strata,
        stratum_keys=names,
        kind=kind,  # type: ignore[arg-type]
        left=left,
    )


def assert_is_svyglm(fit: Fit, block: Any, names: list[str]) -> None:
    keys = ["(Intercept)", *names]
    np.testing.assert_allclose(fit.b, [block["coef"][key] for key in keys], rtol=1e-9)
    np.testing.assert_allclose(fit.se, [block["se"][key] for key in keys], rtol=1e-8)
    if "df_resid" in block:
        assert fit.df_residual == block["df_resid"]
        np.testing.assert_allclose(fit.p, [block["p"][key] for key in keys], rtol=1e-6, atol=1e-300)


@pytest.fixture
def phone(dataset: Dataset, expected: Expected) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Drivers, loyalty, weights and driver names of the phone-provider study, weighted as the reference script does."""
    block = expected("phone_providers")
    names = [name for name in block["constructs"] if name != "loyalty"]
    frame = dataset("phone_providers")
    return frame[names].to_numpy(), frame["loyalty"].to_numpy(), np.array(block["weights"]), names


@pytest.fixture
def bank(dataset: Dataset) -> pd.DataFrame:
    """Rows complete on all columns, as Displayr's own test has them."""
    return dataset("bank_drivers_weighted").dropna()


def test_phone_providers_equal_svyglm(phone: Any, expected: Expected) -> None:
    x, y, weight, names = phone
    fit = ols(x, y, tuple(names), design=design(weight))
    assert_is_svyglm(fit, expected("phone_providers/svyglm"), names)
    weighted = expected("phone_providers/ols_weighted")
    assert fit.r2 == pytest.approx(weighted["r2"], rel=1e-10)
    np.testing.assert_allclose(fit.b[1:], [weighted["coef"][name] for name in names], rtol=1e-9)


def test_bank_equals_svyglm_and_its_effective_size(bank: pd.DataFrame, expected: Expected) -> None:
    block = expected("bank_drivers_weighted/computed/svyglm")
    weight = bank["weight"].to_numpy()
    fit = ols(bank[BANK].to_numpy(), bank["Overall"].to_numpy(), tuple(BANK), design=design(weight))
    assert_is_svyglm(fit, block, BANK)
    size = base(weight, np.arange(len(bank)))
    assert (size.n_eff, size.deff) == (
        pytest.approx(block["kish_neff"], rel=1e-10),
        pytest.approx(block["kish_deff"], rel=1e-10),
    )
    mean = Moments.of(bank[["Overall"]].to_numpy(float), ("Overall",), weight).mean[0]
    assert mean == pytest.approx(block["wmean"]["Overall"], rel=1e-12)


@pytest.mark.parametrize("scale", [1.0, 1e-3, 250.0])
def test_scale_of_the_weights_does_not_matter(bank: pd.DataFrame, expected: Expected, scale: float) -> None:
    weight = bank["weight"].to_numpy() * scale
    fit = ols(bank[BANK].to_numpy(), bank["Overall"].to_numpy(), tuple(BANK), design=design(weight))
    assert_is_svyglm(fit, expected("bank_drivers_weighted/computed/svyglm"), BANK)


def test_weights_without_strata_equal_svyglm(dataset: Dataset, expected: Expected) -> None:
    frame = dataset("api_survey")
    fit = ols(
        frame[SCHOOLS].to_numpy(float), frame["api00"].to_numpy(float), tuple(SCHOOLS), design=design(frame["pw"])
    )
    assert_is_svyglm(
        fit, expected("api_survey/computed/weights_only_no_strata/svyglm_api00_ell_meals_mobility"), SCHOOLS
    )


def test_strata_and_their_population_equal_svyglm(dataset: Dataset, expected: Expected) -> None:
    frame = dataset("api_survey")
    left = 1 - frame.groupby("stype").size() / frame.groupby("stype")["fpc"].first()
    fit = ols(
        frame[SCHOOLS].to_numpy(float),
        frame["api00"].to_numpy(float),
        tuple(SCHOOLS),
        design=design(frame["pw"], stratum=frame["stype"], left=left.to_numpy()),
    )
    assert_is_svyglm(fit, expected("api_survey/computed/strat/svyglm_api00_ell_meals_mobility"), SCHOOLS)


def test_clusters_of_a_finite_population_equal_svyglm(references: Path, expected: Expected) -> None:
    """15 of 757 districts."""
    frame = pd.read_csv(references / "api_survey" / "apiclus1.csv")
    left = np.array([1 - frame["dnum"].nunique() / frame["fpc"].iloc[0]])
    fit = ols(
        frame[SCHOOLS].to_numpy(float),
        frame["api00"].to_numpy(float),
        tuple(SCHOOLS),
        design=design(frame["pw"], cluster=frame["dnum"], left=left),
    )
    block = expected("api_survey/computed/clus/svyglm")
    np.testing.assert_allclose(fit.se, list(block["se"].values()), rtol=1e-8)
    assert fit.df_residual == block["df_resid"]


def test_weighted_importance_equals_relaimpo(phone: Any, bank: pd.DataFrame, expected: Expected) -> None:
    x, y, weight, names = phone
    compared = [(np.column_stack([x, y]), weight, names, expected("phone_providers/importance_weighted"))]
    columns = bank[[*BANK, "Overall"]].to_numpy(float)
    compared.append(
        (columns, bank["weight"].to_numpy(), BANK, expected("bank_drivers_weighted/computed/weighted_lmg_cc"))
    )
    for values, weights, drivers, block in compared:
        found = Moments.of(values, (*drivers, "y"), weights).correlations
        assert r2(found[:-1, :-1], found[:-1, -1]) == pytest.approx(block["r2"], rel=1e-10)
        for ours, theirs in (("lmg", "lmg"), ("relative_weights", "genizi")):
            raw = METHODS[ours](found[:-1, :-1], found[:-1, -1])
            np.testing.assert_allclose(raw, [block[theirs][name] for name in drivers], rtol=1e-8)


def test_shapley_shares_printed_by_displayr(bank: pd.DataFrame) -> None:
    """Displayr/flipRegression, tests/testthat/test-relativeimportance.R, test 'Shapley' (commit 07f7dae), n = 244."""
    columns, names = bank[[*BANK, "Overall"]].to_numpy(float), (*BANK, "Overall")
    plain, weighted = (Moments.of(columns, names, weight).correlations for weight in (None, bank["weight"].to_numpy()))
    for found, fees, whole, share in (
        (plain, 0.115570678291964, 0.4988654351715, 23.1667039133),
        (weighted, 0.1090244509126, 0.4936505179077, 22.08535126726),
    ):
        lmg = METHODS["lmg"](found[:-1, :-1], found[:-1, -1])
        assert lmg[0] == pytest.approx(fees, abs=1e-11)
        assert lmg.sum() == pytest.approx(whole, abs=1e-11)
        assert 100 * lmg[0] / lmg.sum() == pytest.approx(share, abs=1e-8)
