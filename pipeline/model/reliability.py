"""How well items measure their construct: Cronbach's alpha and McDonald's omega, from Moments."""

from __future__ import annotations

import numpy as np
from scipy.special import fdtri

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.resample import Resampled, interval
from pipeline.sample import Sample

Array = np.ndarray

ITERATIONS = 2000
TOLERANCE = 1e-12


def alpha(cov: Array) -> Array:
    """(…) Cronbach's (1951) alpha of (…, k, k) item covariances: k/(k-1)·(1 - trace/sum); NaN where none varies."""
    k = cov.shape[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.trace(cov, axis1=-2, axis2=-1) / cov.sum((-2, -1))
    return np.asarray(k / (k - 1) * (1 - np.where(np.isfinite(ratio), ratio, np.nan)))


def feldt_interval(value: float, n: int, k: int, level: float) -> tuple[float, float]:
    """Limits of alpha for n respondents and k items (Feldt, Woodruff & Salih 1987), unrounded."""
    tail = (1 - level) / 2
    df1, df2 = n - 1, (n - 1) * (k - 1)
    return 1 - (1 - value) * float(fdtri(df1, df2, 1 - tail)), 1 - (1 - value) * float(fdtri(df1, df2, tail))


def minres_loadings(correlations: Array) -> Array | None:
    """(k,) loadings of one factor with the smallest squared residuals off the diagonal; None if they do not settle.

    Harman & Jones (1966). k must be at least 3. Coordinate descent from the first principal component.
    """
    values, vectors = np.linalg.eigh(correlations)
    loadings = vectors[:, -1] * np.sqrt(values[-1])
    loadings = loadings * (1.0 if loadings.sum() >= 0 else -1.0)
    off = correlations - np.diag(np.diag(correlations))
    for _ in range(ITERATIONS):
        before = loadings.copy()
        for at in range(len(loadings)):
            loadings[at] = off[at] @ loadings / max(loadings @ loadings - loadings[at] ** 2, 1e-12)
        if np.abs(loadings - before).max() < TOLERANCE:
            return loadings
    return None


def omega(correlations: Array) -> float | None:
    """McDonald's omega total of one minres factor on standardised items, as psych::omega(nfactors = 1)."""
    loadings = minres_loadings(correlations)
    if loadings is None or (loadings**2 > 1).any():
        return None
    return float(1 - (1 - loadings**2).sum() / correlations.sum())


def reliability_rows(items: dict[str, Resampled], sample: Sample, setting: Setting) -> list[Row]:
    """alpha (Feldt's interval, or percentile bootstrap under a design) and omega of every construct, listwise."""
    rows: list[Row] = []
    for name in sample.names:
        complete = np.isfinite(sample.items[name]).all(1)
        common = {"outcome": setting.outcome, "term": name, **based(sample.base(complete))}
        if name not in items:
            few = "one_item" if sample.items[name].shape[1] == 1 else "small_base"
            absent = {"state": "not_defined" if few == "one_item" else "too_few", "reason": few}
            rows += [row("reliability", metric, **common, **absent) for metric in ("alpha", "omega")]
            continue
        rows.append(row("reliability", "alpha", **_alpha(items[name], sample, setting), **common))
        rows.append(row("reliability", "omega", **_omega(items[name]), **common))
    return rows


def _alpha(resampled: Resampled, sample: Sample, setting: Setting) -> Row:
    value = float(alpha(resampled.point.cov))
    if np.isnan(value):
        return {"state": "no_variance", "reason": "no_variance"}
    if sample.design.kind == "simple":
        low, high = feldt_interval(value, resampled.point.rows, len(resampled.point.names), setting.level)
        return {"estimate": value, "conf_low": low, "conf_high": high, "conf_level": setting.level}
    draws = alpha(resampled.draws.cov)
    low, high = (float(limit) for limit in interval(draws, setting.level))
    return {"estimate": value, **spread(draws, low, high, setting.level)}


def _omega(resampled: Resampled) -> Row:
    if len(resampled.point.names) == 2:
        return {"state": "not_defined", "reason": "two_items"}
    if np.isnan(resampled.point.correlations).any():
        return {"state": "no_variance", "reason": "no_variance"}
    value = omega(resampled.point.correlations)
    return {"state": "not_converged", "reason": "improper_solution"} if value is None else {"estimate": value}
