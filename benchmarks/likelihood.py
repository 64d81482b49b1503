"""Outcome models: Shapley shares over all subsets, one ordered logit, and the rows a report gets."""

from __future__ import annotations

import tracemalloc
import warnings
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.importance import columns
from benchmarks.timing import Figure, cpu
from pipeline.model import Setting
from pipeline.model.likelihood import Logit, Model, Ordered, Shares, fit, fit_subsets, mcfadden
from pipeline.model.outcomes import outcome_rows
from pipeline.sample import Sample
from pipeline.weight import Design, base

ROWS, DRIVERS = 2_000, 10


def figures() -> Iterator[Figure]:
    rows = columns(ROWS, DRIVERS)
    x, ones = rows[:, :-1], np.ones(ROWS)
    reached = (rows[:, -1] > np.quantile(rows[:, -1], 0.6)).astype(int)
    steps = np.searchsorted(np.quantile(rows[:, -1], [0.05, 0.15, 0.3, 0.5, 0.7, 0.88]), rows[:, -1])
    yield _shares("a logit", lambda: Logit(x, reached, ones), cpu(lambda: _loop(x, reached), runs=1))
    yield _shares("an ordered logit, 7 points", lambda: Ordered(x, steps, ones), None)
    yield _single(x, steps)
    yield _report_rows(np.column_stack([np.rint(x), steps]))


def shares(model: Model) -> Shares:
    """Shapley shares of McFadden's pseudo-R² with what their errors need."""
    params = fit_subsets(model, DRIVERS)
    if isinstance(params, str):
        raise RuntimeError(params)
    return mcfadden(model, params)


def _shares(name: str, model: Callable[[], Model], theirs: float | None) -> Figure:
    run = lambda: shares(model())  # noqa: E731
    return Figure(
        what=f"Shapley shares of {name}, p = {DRIVERS}, n = {ROWS:,}, with errors; {peak(run):.0f} MB",
        ours=cpu(run),
        peer=None if theirs is None else "statsmodels, without errors",
        theirs=theirs,
        least_ratio=None if theirs is None else 6,
    )


def _loop(x: np.ndarray, y: np.ndarray) -> float:
    """A fit for every subset, one after the other."""
    import statsmodels.api as sm

    intercept = np.ones((len(x), 1))
    total = 0.0
    for number in range(1, 1 << x.shape[1]):
        inside = [at for at in range(x.shape[1]) if number >> at & 1]
        total += sm.Logit(y, np.hstack([intercept, x[:, inside]])).fit(disp=0).llf
    return total


def _single(x: np.ndarray, y: np.ndarray) -> Figure:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    def theirs() -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return float(OrderedModel(y, x, distr="logit").fit(method="bfgs", disp=0).llf)

    def ours() -> float:
        found = fit(Ordered(x, y, np.ones(len(y))))
        if isinstance(found, str):
            raise RuntimeError(found)
        return found.log_likelihood

    np.testing.assert_allclose(ours(), theirs(), rtol=1e-6)
    return Figure(
        what=f"one ordered logit, p = {DRIVERS}, n = {ROWS:,}; {peak(ours):.0f} MB",
        ours=cpu(ours, runs=20),
        peer="statsmodels OrderedModel",
        theirs=cpu(theirs, runs=2),
        least_ratio=100,
    )


def _report_rows(rows: np.ndarray) -> Figure:
    each = np.arange(len(rows))
    names = (*(f"x{at}" for at in range(rows.shape[1] - 1)), "y")
    design = Design(
        weight=np.ones(len(rows)),
        unit=each,
        keys=each.astype(np.uint64),
        stratum=None,
        stratum_keys=None,
        kind="simple",
    )
    sample = Sample(
        names=names,
        scores=rows,
        items={},
        respondent=each,
        design=design,
        groups={},
        everyone=base(design.weight, each),
        flow=(),
        stacked=False,
    )
    setting = Setting(outcome="y", level=0.95, minimum_base=10, low_base=30)
    run = lambda: outcome_rows(sample, setting, 5.0)  # noqa: E731
    return Figure(
        what=f"all outcome models of a report, p = {DRIVERS}, n = {ROWS:,}; {peak(run):.0f} MB",
        ours=cpu(run),
        most_seconds=0.6,
    )


def peak(call: Callable[[], object]) -> float:
    """Megabytes that a call holds at most."""
    tracemalloc.start()
    call()
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return held / 1e6
