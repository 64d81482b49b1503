"""LMG and its bootstrap, relative weights and OLS: against pingouin, relativeImp and statsmodels, or against the clock.

relativeImp is no dependency: where it is not installed its line has no peer.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import numpy as np

from benchmarks.timing import Figure, cpu, memory
from pipeline.model.importance import METHODS
from pipeline.model.jackknife import errors, influence, share_of
from pipeline.model.players import Structure
from pipeline.model.regression import ols
from pipeline.model.resample import Panel, resample
from pipeline.moments import Moments
from pipeline.weight import Design

LOOPED = 20
"""Resamples that the slow peer is asked for; its time for all of them is in proportion."""


def figures() -> Iterator[Figure]:
    yield from _against_pingouin(p=10, least=50, runs=5)
    yield from _against_pingouin(p=15, least=400, runs=1)
    yield _exact(p=20, most=0.1)
    yield _exact(p=25, most=2.0)
    yield _bootstrap("lmg", n=2_000, p=10, most=0.06)
    yield _bootstrap("lmg", n=10_000, p=15, most=1.0)
    yield _bootstrap("lmg", n=2_000, p=10, most=None, whole=False)
    yield _without_replicates()
    yield _against_relativeimp()
    yield _against_statsmodels()


def columns(n: int, p: int) -> np.ndarray:
    """(n, p + 1) correlated seven-point answers, the outcome last."""
    random = np.random.default_rng(20260101)
    drivers = np.clip(np.round(4 + random.normal(size=(n, 1)) + random.normal(size=(n, p))), 1, 7)
    outcome = drivers @ random.uniform(0.1, 0.5, p) + 2 * random.normal(size=n)
    return np.column_stack([drivers, np.round(outcome)])


def names(p: int) -> tuple[str, ...]:
    return (*(f"x{at}" for at in range(p)), "y")


def lmg(rows: np.ndarray) -> np.ndarray:
    """(p,) LMG of raw rows."""
    found = Moments.of(rows, names(rows.shape[1] - 1)).correlations
    return METHODS["lmg"](found[:-1, :-1], found[:-1, -1])


def bootstrap(method: str, rows: np.ndarray, draws: int = 1000) -> np.ndarray:
    """(draws, p) importances in resamples of raw rows."""
    each = np.arange(len(rows))
    keys = np.random.default_rng(1).integers(0, 2**64, len(rows), dtype=np.uint64)
    design = Design(weight=np.ones(len(rows)), unit=each, keys=keys, stratum=None, stratum_keys=None, kind="simple")
    panel = Panel(names=names(rows.shape[1] - 1), columns=rows, rows=each)
    found = resample(design, {"scores": panel}, seed=1, draws=draws)["scores"].draws.correlations
    return METHODS[method](found[:, :-1, :-1], found[:, :-1, -1])


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
        megabytes=memory(lambda: lmg(rows)),
    )


def _exact(p: int, most: float) -> Figure:
    rows = columns(2_000, p)
    held = memory(lambda: lmg(rows))
    return Figure(what=f"LMG, p = {p}, exact", ours=cpu(lambda: lmg(rows), runs=3), most_seconds=most, megabytes=held)


def _bootstrap(method: str, n: int, p: int, most: float | None, *, whole: bool = True) -> Figure:
    rows = columns(n, p) / (1 if whole else 3)
    return Figure(
        what=f"1,000 bootstraps of {method}, p = {p}, n = {n:,}, {'whole answers' if whole else 'means of items'}",
        ours=cpu(lambda: bootstrap(method, rows)),
        most_seconds=most,
        megabytes=memory(lambda: bootstrap(method, rows)),
    )


def _without_replicates() -> Figure:
    """Errors of lmg_share by the infinitesimal jackknife: from arrays to errors, with no replicates."""
    rows = columns(1_000_000, 15)
    each = np.arange(len(rows))
    design = Design(
        weight=np.ones(len(rows)),
        unit=each,
        keys=each.astype(np.uint64),
        stratum=None,
        stratum_keys=None,
        kind="simple",
    )
    panel = Panel(names=names(15), columns=rows, rows=each)
    shares = share_of(Structure.plain(names(15)[:-1]))

    def found() -> np.ndarray:
        return errors(influence(shares, panel, design), design)

    what = "errors of lmg by the infinitesimal jackknife, p = 15, n = 1,000,000"
    return Figure(what=what, ours=cpu(found, runs=2), most_seconds=3.0, megabytes=memory(found))


def _against_relativeimp() -> Figure:
    rows = columns(2_000, 10)
    what, ours = (
        "1,000 bootstraps of relative weights, p = 10, n = 2,000",
        cpu(lambda: bootstrap("relative_weights", rows)),
    )
    held = memory(lambda: bootstrap("relative_weights", rows))
    if find_spec("relativeImp") is None:
        return Figure(what=what, ours=ours, megabytes=held)
    import pandas as pd
    from relativeImp import relativeImp

    random, table = np.random.default_rng(1), pd.DataFrame(rows, columns=list(names(10)))
    found = Moments.of(rows, names(10)).correlations
    theirs = relativeImp(table, "y", list(names(10)[:-1]))["rawRelaImpt"].to_numpy()
    np.testing.assert_allclose(METHODS["relative_weights"](found[:-1, :-1], found[:-1, -1]), theirs, rtol=1e-9)

    def loop() -> None:
        for _ in range(LOOPED):
            relativeImp(table.iloc[random.integers(0, len(table), len(table))], "y", list(names(10)[:-1]))

    slow = cpu(loop) * 1000 / LOOPED
    return Figure(what=what, ours=ours, peer="relativeImp", theirs=slow, least_ratio=100, megabytes=held)


def _against_statsmodels() -> Figure:
    import statsmodels.api as sm

    rows = columns(10_000, 10)
    x, y = rows[:, :-1], rows[:, -1]
    return Figure(
        what="OLS with HC3 errors to the last digits, p = 10, n = 10,000",
        ours=cpu(lambda: ols(x, y, names(10)[:-1])),
        peer="statsmodels",
        theirs=cpu(lambda: sm.OLS(y, sm.add_constant(x)).fit(cov_type="HC3").bse),
        megabytes=memory(lambda: ols(x, y, names(10)[:-1])),
    )
