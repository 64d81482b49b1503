"""LMG from raw columns against pingouin, OLS against statsmodels, and the bootstrap of LMG."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.timing import Figure, cpu
from pipeline.model.importance import METHODS
from pipeline.model.regression import ols
from pipeline.model.resample import Panel, resample
from pipeline.moments import Moments
from pipeline.weight import Design


def figures() -> Iterator[Figure]:
    yield from _against_pingouin(p=10, least=50, runs=5)
    yield from _against_pingouin(p=15, least=400, runs=1)
    yield _bootstrap(n=2_000, p=10, most=None)
    yield _bootstrap(n=10_000, p=15, most=2.0)
    yield _against_statsmodels()


def columns(n: int, p: int) -> np.ndarray:
    """(n, p + 1) correlated seven-point answers, the outcome last."""
    random = np.random.default_rng(20260101)
    drivers = np.clip(np.round(4 + random.normal(size=(n, 1)) + random.normal(size=(n, p))), 1, 7)
    outcome = drivers @ random.uniform(0.1, 0.5, p) + 2 * random.normal(size=n)
    return np.column_stack([drivers, outcome])


def names(p: int) -> tuple[str, ...]:
    return (*(f"x{at}" for at in range(p)), "y")


def lmg(rows: np.ndarray) -> np.ndarray:
    """(p,) LMG of raw rows."""
    found = Moments.of(rows, names(rows.shape[1] - 1)).correlations
    return METHODS["lmg"](found[:-1, :-1], found[:-1, -1])


def _against_pingouin(p: int, least: float, runs: int) -> Iterator[Figure]:
    import pingouin

    rows = columns(10_000, p)
    theirs = pingouin.linear_regression(rows[:, :-1], rows[:, -1], relimp=True)["relimp"].to_numpy(float)[1:]
    np.testing.assert_allclose(lmg(rows), theirs, rtol=0, atol=1e-12)
    yield Figure(
        what=f"LMG, p = {p}, n = 10,000; same shares to 1e-12",
        ours=cpu(lambda: lmg(rows), runs=50),
        peer="pingouin",
        theirs=cpu(lambda: pingouin.linear_regression(rows[:, :-1], rows[:, -1], relimp=True), runs),
        least_ratio=least,
    )


def _bootstrap(n: int, p: int, most: float | None) -> Figure:
    rows, each = columns(n, p), np.arange(n)
    keys = np.random.default_rng(1).integers(0, 2**64, n, dtype=np.uint64)
    design = Design(weight=np.ones(n), unit=each, keys=keys, stratum=None, stratum_keys=None, kind="simple")
    panel = Panel(names=names(p), columns=rows, rows=each)

    def run() -> np.ndarray:
        found = resample(design, {"scores": panel}, seed=1, draws=1000)["scores"].draws.correlations
        return METHODS["lmg"](found[:, :-1, :-1], found[:, :-1, -1])

    return Figure(what=f"1,000 bootstraps of LMG, p = {p}, n = {n:,}", ours=cpu(run), most_seconds=most)


def _against_statsmodels() -> Figure:
    import statsmodels.api as sm

    rows = columns(10_000, 10)
    x, y = rows[:, :-1], rows[:, -1]
    return Figure(
        what="OLS with HC3 errors to the last digits, p = 10, n = 10,000",
        ours=cpu(lambda: ols(x, y, names(10)[:-1])),
        peer="statsmodels",
        theirs=cpu(lambda: sm.OLS(y, sm.add_constant(x)).fit(cov_type="HC3").bse),
    )
