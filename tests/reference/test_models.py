"""OLS, HC3, VIF, influence, LMG and relative weights against R, on every data set that has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model.importance import METHODS, r2
from pipeline.model.regression import Fit, ols
from pipeline.model.resample import Panel, interval, resample
from pipeline.moments import Moments
from pipeline.weight import Design

pytestmark = pytest.mark.reference

Expected = Callable[[str], Any]
Dataset = Callable[[str], pd.DataFrame]

OLS_BLOCKS = (
    "attitude/computed/ols",
    "bank_drivers_weighted/computed/ols",
    "bank_drivers_weighted/computed/ols_cc",
    "bergami_bagozzi/computed/ols",
    "bfi/computed/ols_age",
    "corp_reputation/computed/ols",
    "corp_reputation/computed/ols_with_mediators",
    "ecolabeled_apples/computed/lpm",
    "ecolabeled_apples/computed/lpm_lfaminc",
    "hayes_glbwarm/computed/ols",
    "influencer_purchase/computed/ols",
    "influencer_purchase/computed/ols_wtp",
    "influencer_purchase/computed/ols_group_interaction",
    "kakadu_wtp/computed/ols",
    "kakadu_wtp/computed/ols_all9_demo",
    "mobi_ecsi/computed/ols",
    "mobi_ecsi/computed/ols_drivers_only",
    "mtcars/computed/ols",
    "oj_brand_purchase/computed/ols_lpm",
    "phone_attitudes_2001/computed/ols_bill",
    "phone_providers/ols",
    "plspm_satisfaction/computed/ols",
    "swiss/computed/ols",
    "utaut_trello/computed/ols",
    "utaut_trello/computed/ols_with_demographics",
)
TAIL_ERROR = 2.67
"""Monte Carlo error of a normal variable's 2.5 % quantile, in deviations, times the square root of the draws."""

IMPORTANCE_BLOCKS = (
    "attitude/computed/importance",
    "bank_drivers_weighted/computed/importance_cc",
    "bank_drivers_weighted/computed/importance_model_cols",
    "bergami_bagozzi/computed/importance",
    "bfi/computed/importance_age",
    "corp_reputation/computed/importance",
    "corp_reputation/computed/importance_comp_like_cusa",
    "ecolabeled_apples/computed/importance",
    "hayes_glbwarm/computed/importance",
    "influencer_purchase/computed/importance",
    "kakadu_wtp/computed/importance",
    "mobi_ecsi/computed/importance",
    "mobi_ecsi/computed/importance_drivers_only",
    "mtcars/computed/importance_am_cyl_carb",
    "oj_brand_purchase/computed/importance_lpm",
    "phone_attitudes_2001/computed/importance_bill",
    "phone_providers/importance",
    "plspm_satisfaction/computed/importance",
    "swiss/computed/importance",
    "utaut_trello/computed/importance",
)

WITHOUT_BOOTSTRAP = {
    "bank_drivers_weighted/computed/importance_model_cols",
    "bergami_bagozzi/computed/importance",
    "bfi/computed/importance_age",
    "corp_reputation/computed/importance_comp_like_cusa",
    "ecolabeled_apples/computed/importance",
    "mtcars/computed/importance_am_cyl_carb",
    "phone_providers/importance",
}


def model_columns(frame: pd.DataFrame, block: Any, path: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Complete drivers, outcome and driver names of a block's formula."""
    outcome, right = block["formula"].split(" ~ ")
    names = right.split(" + ")
    frame = frame.dropna() if path.endswith("_cc") else frame
    complete = frame[[*names, outcome]].dropna().astype(float)
    assert len(complete) == block["n"]
    return complete[names].to_numpy(), complete[outcome].to_numpy(), names


def listed(block: Any, names: list[str]) -> np.ndarray:
    return np.array([block[name] for name in names], float)


def fit_of(path: str, dataset: Dataset, expected: Expected) -> tuple[Fit, Any, list[str]]:
    block = expected(path)
    x, y, names = model_columns(dataset(path.split("/")[0]), block, path)
    return ols(x, y, tuple(names)), block, names


@pytest.mark.parametrize("path", OLS_BLOCKS)
def test_ols_equals_r(path: str, dataset: Dataset, expected: Expected) -> None:
    """stats::lm, sandwich::vcovHC(HC3), lmtest::coeftest; printed to 15 digits."""
    fit, block, names = fit_of(path, dataset, expected)
    keys = ["(Intercept)", *names]
    np.testing.assert_allclose(fit.b, listed(block["coef"], keys), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(fit.se_classical, listed(block["se"], keys), rtol=1e-9)
    np.testing.assert_allclose(fit.se, listed(block["se_HC3"], keys), rtol=1e-9)
    np.testing.assert_allclose(fit.p, listed(block["p_HC3"], keys), rtol=1e-7, atol=1e-15)
    assert fit.df_residual == block["df_resid"]
    for ours, theirs in ((fit.r2, "r2"), (fit.r2_adjusted, "adj_r2"), (fit.sigma, "sigma")):
        assert ours == pytest.approx(block[theirs], rel=1e-9)
    assert (fit.f, fit.df_model) == (pytest.approx(block["F"]["value"], rel=1e-9), block["F"]["numdf"])
    assert fit.cooks.max() == pytest.approx(block["max_cooks_distance"], rel=1e-8)
    assert fit.leverage.max() == pytest.approx(block["max_hat"], rel=1e-9)


@pytest.mark.parametrize("path", OLS_BLOCKS)
def test_vif_and_standardised_coefficients_equal_r(path: str, dataset: Dataset, expected: Expected) -> None:
    fit, block, names = fit_of(path, dataset, expected)
    x, y, _ = model_columns(dataset(path.split("/")[0]), block, path)
    moments = Moments.of(np.column_stack([x, y]), (*names, "outcome"))
    beta = fit.b[1:] * moments.sd[:-1] / moments.sd[-1]
    np.testing.assert_allclose(beta, listed(block["std_beta"], names), rtol=1e-8, atol=1e-12)
    vif = np.diag(np.linalg.inv(moments.correlations[:-1, :-1]))
    np.testing.assert_allclose(vif, listed(block["vif"], names), rtol=1e-8)


@pytest.mark.parametrize("path", IMPORTANCE_BLOCKS)
def test_importance_equals_four_r_packages(path: str, dataset: Dataset, expected: Expected) -> None:
    """relaimpo 2.2.7, domir 1.2.0, dominanceanalysis 2.1.0 (lmg); genizi, rwa 0.1.0, iopsych 0.90.1 (weights)."""
    block = expected(path)
    x, y, names = model_columns(dataset(path.split("/")[0]), block, path)
    correlations = Moments.of(np.column_stack([x, y]), (*names, "y")).correlations
    drivers, outcome = correlations[:-1, :-1], correlations[:-1, -1]
    raw, shares = block["relaimpo_raw_shares_of_variance"], block["relaimpo_normalised"]
    lmg, weights = METHODS["lmg"](drivers, outcome), METHODS["relative_weights"](drivers, outcome)
    whole = r2(drivers, outcome)
    assert whole == pytest.approx(block["r2"], rel=1e-9)
    for theirs in (raw["lmg"], block["dominance_domir"]["general"]):
        np.testing.assert_allclose(lmg, listed(theirs, names), rtol=1e-8, atol=1e-11)
    average = block["dominance_dominanceanalysis"].get("contribution.average")
    if average:
        np.testing.assert_allclose(lmg, listed(average, names), rtol=1e-8, atol=1e-11)
    for theirs in (raw["genizi"], block["relative_weights_rwa"]["raw"], block["relative_weights_iopsych"]["eps"]):
        np.testing.assert_allclose(weights, listed(theirs, names), rtol=1e-8, atol=1e-11)
    np.testing.assert_allclose(lmg / whole, listed(shares["lmg"], names), rtol=1e-8)
    np.testing.assert_allclose(weights / whole, listed(shares["genizi"], names), rtol=1e-8)


def test_ten_drivers_equal_relaimpo_and_rwa(dataset: Dataset, expected: Expected) -> None:
    block = expected("mtcars/computed/importance_all10")
    frame = dataset("mtcars")
    names = list(block["lmg"])
    correlations = Moments.of(frame[[*names, "mpg"]].to_numpy(float), (*names, "mpg")).correlations
    drivers, outcome = correlations[:-1, :-1], correlations[:-1, -1]
    np.testing.assert_allclose(METHODS["lmg"](drivers, outcome), listed(block["lmg"], names), rtol=1e-8)
    np.testing.assert_allclose(METHODS["relative_weights"](drivers, outcome), listed(block["rw_raw"], names), rtol=1e-8)


@pytest.mark.parametrize("name", ["azen_budescu_2003", "gpa_ses_iq_nach", "iopsych_relwt_example", "dls2007"])
def test_published_correlation_tables(name: str, references: Path, expected: Expected) -> None:
    """Correlations in; LMG and relative weights of relaimpo, iopsych and dominanceanalysis out."""
    block = expected(f"importance_matrices/computed/{name}")
    table = pd.read_csv(references / "importance_matrices" / block["file"], index_col=0)
    table.columns = table.index = pd.Index([block["y"], *block["x"]])
    names = block["x"]
    moments = Moments.of_correlations(
        table.loc[[*names, block["y"]], [*names, block["y"]]].to_numpy(), (*names, "y"), rows=200
    )
    drivers, outcome = moments.correlations[:-1, :-1], moments.correlations[:-1, -1]
    lmg, weights = METHODS["lmg"](drivers, outcome), METHODS["relative_weights"](drivers, outcome)
    for theirs in (block["relaimpo"]["lmg"], block["dominanceanalysis"]["average"]):
        np.testing.assert_allclose(lmg, listed(theirs, names), rtol=1e-9)
    for theirs in (block["relaimpo"]["genizi"], block["relative_weights_iopsych"]):
        np.testing.assert_allclose(weights, listed(theirs, names), rtol=1e-9)
    assert r2(drivers, outcome) == pytest.approx(block["r2"], rel=1e-12)


def test_azen_and_budescu_as_printed() -> None:
    """Azen & Budescu (2003, Psychological Methods 8, 129-148): general dominance as printed, 3 decimals."""
    drivers = np.array([[1, 0.8, 0.1, 0.3], [0.8, 1, 0.1, 0.1], [0.1, 0.1, 1, 0.5], [0.3, 0.1, 0.5, 1]])
    found = METHODS["lmg"](drivers, np.array([0.6, 0.3, 0.4, 0.5]))
    np.testing.assert_allclose(found, [0.292, 0.076, 0.095, 0.121], atol=0.0006)


@pytest.mark.parametrize("path", [path for path in IMPORTANCE_BLOCKS if path not in WITHOUT_BOOTSTRAP])
def test_bootstrap_intervals_lie_beside_those_of_relaimpo(path: str, dataset: Dataset, expected: Expected) -> None:
    """relaimpo::booteval.relimp(bty = "perc"), 500 draws or fewer: both sides carry Monte Carlo error."""
    block = expected(path)
    x, y, names = model_columns(dataset(path.split("/")[0]), block, path)
    rows = np.arange(len(y))
    design = Design(
        weight=np.ones(len(y)), unit=rows, keys=rows.astype(np.uint64), stratum=None, stratum_keys=None, kind="simple"
    )
    panel = Panel(names=(*names, "y"), columns=np.column_stack([x, y]), rows=rows)
    drawn = resample(design, {"all": panel}, seed=1, draws=2000)["all"].draws.correlations
    drivers, outcome = drawn[:, :-1, :-1], drawn[:, :-1, -1]
    shares = METHODS["lmg"](drivers, outcome) / r2(drivers, outcome)[:, None]
    theirs = block["boot_lmg_rela"]
    reach = np.maximum(0.02, 3 * TAIL_ERROR * shares.std(0) * np.sqrt(1 / theirs["b"] + 1 / len(shares)))
    for ours, side in zip(interval(shares, 0.95), ("lower", "upper"), strict=True):
        assert (np.abs(ours - listed(theirs[side], names)) < reach).all()


def test_no_block_of_the_reference_is_left_out(references: Path) -> None:
    """Every least-squares and every importance block that R computed is in the lists above."""
    found = {path: kind for file in references.glob("*/expected.json") for path, kind in _blocks(file)}
    models = {path for path, kind in found.items() if kind == "ols"}
    assert models == set(OLS_BLOCKS)
    assert {path for path, kind in found.items() if kind == "importance"} == set(IMPORTANCE_BLOCKS)


def _blocks(file: Path) -> Iterator[tuple[str, str]]:
    def walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
        if not isinstance(value, dict):
            return
        by = str(value.get("_by", ""))
        if by.startswith("stats::lm,") and not value.get("weights"):
            yield path, "ols"
        if "relaimpo_raw_shares_of_variance" in value:
            yield path, "importance"
        for key, entry in value.items():
            yield from walk(entry, f"{path}/{key}")

    yield from walk(json.loads(file.read_text(encoding="utf-8")), file.parent.name)
