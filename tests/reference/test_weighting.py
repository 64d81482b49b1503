"""Raking, calibration and design-based errors against R's survey 4.1.1: ../shared/exports/weighting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model.regression import Fit, ols
from pipeline.variance import means
from pipeline.weight import Design, Frame
from pipeline.weighting import Adjusted, linear, post_stratify, rake

pytestmark = pytest.mark.reference

SCHOOLS = ["ell", "meals", "mobility"]
TYPES, WIDE = {"E": 4421, "H": 755, "M": 1018}, {"No": 1072, "Yes": 5122}
"""Population of the example of R's ?rake."""


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    found = shared / "exports" / "weighting"
    if not found.exists():
        pytest.skip(f"{found} is not there")
    return found


@pytest.fixture(scope="module")
def table(folder: Path) -> Callable[[str], pd.DataFrame]:
    return lambda name: pd.read_csv(folder / f"R_survey_{name}.csv")


@pytest.fixture(scope="module")
def printed(folder: Path) -> dict[str, dict[str, list[float]]]:
    """Coefficient, error, t and p by term, of every regression R printed, by its heading."""
    found: dict[str, dict[str, list[float]]] = {}
    heading = ""
    for line in (folder / "R_survey_reference.txt").read_text().splitlines():
        words = line.split()
        if line.startswith("-- "):
            heading = line[3:].strip()
        elif len(words) == 5 and words[0] in ("(Intercept)", *SCHOOLS):
            found.setdefault(heading, {})[words[0]] = [float(word) for word in words[1:]]
    return found


def design(weight: Any, cluster: Any = None, stratum: Any = None, left: Any = None) -> Design:
    """Design whose units are the rows, or the clusters."""
    unit = np.arange(len(weight)) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    strata = None if stratum is None else np.unique(stratum, return_inverse=True)[1]
    names = None if strata is None else np.arange(strata.max() + 1).astype(np.uint64)
    return Design(
        weight=np.asarray(weight, float),
        unit=unit,
        keys=np.arange(unit.max() + 1).astype(np.uint64),
        stratum=strata,
        stratum_keys=names,
        kind="weighted",
        left=left,
    )


def raked(schools: pd.DataFrame, **limits: Any) -> Adjusted:
    levels = [pd.Categorical(schools["stype"]).codes, pd.Categorical(schools["sch.wide"]).codes]
    return rake(levels, [np.array([*TYPES.values()]), np.array([*WIDE.values()])], schools["pw"].to_numpy(), **limits)


def adjusted_design(schools: pd.DataFrame, adjusted: Adjusted, **given: Any) -> Design:
    whole = design(schools["pw"], **given)
    frame = Frame(design=whole, adjusted=adjusted, of_row=np.arange(len(schools)), again=None)
    return replace(whole, weight=adjusted.weight, frame=frame)


def regression(schools: pd.DataFrame, of: Design) -> Fit:
    return ols(schools[SCHOOLS].to_numpy(float), schools["api00"].to_numpy(float), tuple(SCHOOLS), design=of)


def assert_equal(fit: Fit, block: dict[str, list[float]], rtol: float = 1e-9) -> None:
    b, se, _, p = np.array(list(block.values())).T
    np.testing.assert_allclose(fit.b, b, rtol=rtol)
    np.testing.assert_allclose(fit.se, se, rtol=rtol)
    np.testing.assert_allclose(fit.p, p, rtol=max(rtol, 1e-6) * 10)


def by_strata(schools: pd.DataFrame) -> np.ndarray:
    """(strata,) part of each stratum that was not sampled."""
    size = schools.groupby("stype")["fpc"].first()
    return 1 - (schools.groupby("stype").size() / size).to_numpy()


def test_raked_weights_equal_r(table: Callable[[str], pd.DataFrame]) -> None:
    """R stops when no margin moves by more than 1 of 6,194 people; ours is at the limit it goes to."""
    schools, theirs = table("apiclus1"), table("rake_apiclus1_weights")
    found = raked(schools)
    np.testing.assert_allclose(found.weight, theirs["w"], rtol=1e-5)
    for column, totals in (("stype", TYPES), ("sch.wide", WIDE)):
        sums = pd.Series(found.weight).groupby(schools[column]).sum()
        np.testing.assert_allclose(sums, list(totals.values()), rtol=1e-10)
    assert found.weight.sum() == pytest.approx(6194, rel=1e-12)
    kish = len(schools) * (found.weight**2).sum() / found.weight.sum() ** 2
    assert kish == pytest.approx(1.051656696, rel=1e-8)
    assert (found.weight.min(), found.weight.max()) == (
        pytest.approx(29.87067549, rel=1e-8),
        pytest.approx(67.12552924, rel=1e-8),
    )


def test_raked_means_equal_svymean(table: Callable[[str], pd.DataFrame]) -> None:
    """Without clusters; R's means of the raked sample of the reference are those of the same weights."""
    schools = table("apiclus1")
    found = means(schools[["api00", "enroll"]].to_numpy(float), adjusted_design(schools, raked(schools)))
    np.testing.assert_allclose(found.mean, [641.23032, 588.84084], rtol=1e-7)
    np.testing.assert_allclose(found.se, [7.77876, 29.33718], rtol=1e-6)


def test_a_raked_regression_has_the_errors_of_calibrated_residuals(
    table: Callable[[str], pd.DataFrame], printed: dict[str, dict[str, list[float]]]
) -> None:
    schools = table("apiclus1")
    fit = regression(schools, adjusted_design(schools, raked(schools)))
    assert_equal(fit, printed["svyglm raked (calibrated residual variance)"], rtol=1e-6)
    fixed = regression(schools, design(raked(schools).weight))
    assert fixed.se[0] > fit.se[0]


def test_weights_clusters_strata_and_fpc_equal_svyglm(
    table: Callable[[str], pd.DataFrame], printed: dict[str, dict[str, list[float]]]
) -> None:
    clustered, stratified = table("apiclus1"), table("apistrat")
    assert_equal(regression(clustered, design(clustered["pw"])), printed["svyglm srs weights"])
    assert_equal(regression(clustered, design(clustered["pw"], clustered["dnum"])), printed["svyglm cluster"])
    plain = design(stratified["pw"], stratum=stratified["stype"])
    assert_equal(regression(stratified, plain), printed["svyglm stratified, no fpc"])
    finite = design(stratified["pw"], stratum=stratified["stype"], left=by_strata(stratified))
    assert_equal(regression(stratified, finite), printed["svyglm stratified, fpc"])


def test_stratified_means_domains_and_design_effect_equal_svymean(table: Callable[[str], pd.DataFrame]) -> None:
    schools = table("apistrat")
    score = schools["api00"].to_numpy(float)
    parts = [np.where(schools["stype"] == level, score, np.nan) for level in ("E", "H", "M")]
    found = means(np.column_stack([score, *parts]), design(schools["pw"], stratum=schools["stype"]))
    np.testing.assert_allclose(found.mean, [662.2873632, 674.43, 625.82, 636.60], rtol=1e-9)
    np.testing.assert_allclose(found.se, [9.5361323, 12.52494283, 15.45774200, 16.62820324], rtol=1e-8)
    assert against_draws_without_replacement(found.deff[0], schools) == pytest.approx(1.23724, abs=5e-6)
    np.testing.assert_allclose(np.array(found.interval(0.95))[:, 0], [643.4813566, 681.0933697], rtol=1e-8)


def test_the_finite_population_shrinks_errors_as_the_manual_prints(table: Callable[[str], pd.DataFrame]) -> None:
    """R ?svymean, design dstrat: 662.29 (9.4089), DEff 1.2045."""
    schools = table("apistrat")
    finite = design(schools["pw"], stratum=schools["stype"], left=by_strata(schools))
    found = means(schools[["api00"]].to_numpy(float), finite)
    assert found.se[0] == pytest.approx(9.4089, abs=5e-5)
    assert against_draws_without_replacement(found.deff[0], schools) == pytest.approx(1.2045, abs=5e-5)


def against_draws_without_replacement(deff: float, schools: pd.DataFrame) -> float:
    """R's default DEff, whose simple random sample is drawn without replacement."""
    population = float(schools["pw"].sum())
    return deff * population / (population - len(schools))


def test_proportions_equal_their_closed_form(table: Callable[[str], pd.DataFrame]) -> None:
    """√(Σ_h W_h² (1 - f_h) p_h (1 - p_h) / (n_h - 1)) (Cochran 1977, eq. 5.52), by hand."""
    schools = table("apistrat")
    passed = (schools["sch.wide"] == "Yes").to_numpy(float)
    groups = schools.assign(passed=passed).groupby("stype")
    weight = schools["fpc"] / groups["passed"].transform("size")
    found = means(passed[:, None], design(weight, stratum=schools["stype"], left=by_strata(schools)))
    n, p = groups.size().to_numpy(), groups["passed"].mean().to_numpy()
    share = groups["fpc"].first().to_numpy() / groups["fpc"].first().sum()
    assert found.mean[0] == pytest.approx(share @ p, rel=1e-9)
    expected = np.sqrt((share**2 * by_strata(schools) * p * (1 - p) / (n - 1)).sum())
    assert found.se[0] == pytest.approx(expected, rel=1e-6)


def test_linear_calibration_is_the_generalised_regression_estimator(table: Callable[[str], pd.DataFrame]) -> None:
    """Σ g·d·y = Σ d·y + (T - Σ d·x)'B with B of least squares under d (Deville & Särndal 1992, sec. 1)."""
    schools = table("apiclus1")
    types = pd.Categorical(schools["stype"]).codes
    base, y = schools["pw"].to_numpy(), schools["api00"].to_numpy(float)
    x = np.column_stack([np.eye(3)[types], schools["sch.wide"] == "Yes"]).astype(float)
    totals = np.array([*TYPES.values(), WIDE["Yes"]], float)
    slopes = np.linalg.solve((x * base[:, None]).T @ x, (x * base[:, None]).T @ y)
    levels = [types, pd.Categorical(schools["sch.wide"]).codes]
    found = linear(levels, [np.array([*TYPES.values()]), np.array([*WIDE.values()])], base)
    assert found.weight @ y == pytest.approx(base @ y + (totals - base @ x) @ slopes, rel=1e-12)
    multipliers = np.linalg.solve((x * base[:, None]).T @ x, totals - base @ x)
    np.testing.assert_allclose(found.weight, base * (1 + x @ multipliers), rtol=1e-11)
    np.testing.assert_allclose(found.residuals(y[:, None])[:, 0], y - x @ slopes, atol=1e-9)


def test_post_stratified_errors_equal_their_closed_form(table: Callable[[str], pd.DataFrame]) -> None:
    """Simple random sample: V = n/(n - 1) Σ (w·(y - ȳ_cell))² / N², as R's `postStratify` and `svymean`."""
    schools = table("apiclus1")
    types = pd.Categorical(schools["stype"]).codes
    found = post_stratify(types, np.array([*TYPES.values()]), schools["pw"].to_numpy())
    y = schools["api00"].to_numpy(float)
    got = means(y[:, None], adjusted_design(schools, found))
    centre = np.array([y[types == at].mean() for at in range(3)])
    n, population = len(y), sum(TYPES.values())
    assert got.mean[0] == pytest.approx(centre @ np.array([*TYPES.values()]) / population, rel=1e-12)
    expected = np.sqrt(n / (n - 1) * ((found.weight * (y - centre[types])) ** 2).sum()) / population
    assert got.se[0] == pytest.approx(expected, rel=1e-10)
