"""A chain with 5,000 resamples: every path, total and direct, with percentile intervals, against pingouin."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.timing import Figure, cpu, memory
from pipeline.model.mediation import Plan, paths
from pipeline.model.resample import Panel, interval, resample
from pipeline.weight import Design

N, DRAWS = 2_000, 5_000


def figures() -> Iterator[Figure]:
    yield _against_pingouin(1)
    yield _against_pingouin(3)


def table(mediators: int) -> pd.DataFrame:
    """N rows of seven-point answers: x, mediators that stand side by side, y."""
    random = np.random.default_rng(20260101)
    x = random.normal(size=N)
    between = 0.5 * x[:, None] + random.normal(size=(N, mediators))
    y = 0.2 * x + between @ np.full(mediators, 0.3) + random.normal(size=N)
    answers = np.clip(np.round(4 + np.column_stack([x, between, y])), 1, 7)
    return pd.DataFrame(answers, columns=["x", *(f"m{at}" for at in range(mediators)), "y"])


def chain(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Specific indirect effects, and their (2, mediators) limits, from raw rows."""
    rows, each = frame.to_numpy(float), np.arange(len(frame))
    plan = Plan(begin="x", stages=(tuple(frame.columns[1:-1]),), end="y")
    keys = np.random.default_rng(1).integers(0, 2**64, len(rows), dtype=np.uint64)
    design = Design(weight=np.ones(len(rows)), unit=each, keys=keys, stratum=None, stratum_keys=None, kind="simple")
    panel = Panel(names=tuple(frame.columns), columns=rows, rows=each)
    found = resample(design, {"chain": panel}, seed=1, draws=DRAWS)["chain"]
    draws = paths(found.draws, plan)
    effects = np.column_stack([draws.indirect, draws.total_indirect, draws.direct, draws.total])
    return paths(found.point, plan).indirect, np.array(interval(effects, 0.95))


def _against_pingouin(mediators: int) -> Figure:
    import pingouin

    frame = table(mediators)
    names = list(frame.columns[1:-1])

    def theirs() -> pd.DataFrame:
        return pingouin.mediation_analysis(data=frame, x="x", m=names, y="y", n_boot=DRAWS, seed=1)

    found = theirs()
    indirect = found[found["path"].str.startswith("Indirect")]["coef"].to_numpy(float)
    np.testing.assert_allclose(chain(frame)[0], indirect, rtol=0, atol=1e-10)
    return Figure(
        what=f"{DRAWS:,} bootstraps of a chain, {mediators} mediator{'s' * (mediators > 1)}, n = {N:,}",
        ours=cpu(lambda: chain(frame), runs=5),
        peer="pingouin",
        theirs=cpu(theirs, runs=1),
        least_ratio=6,
        megabytes=memory(lambda: chain(frame)),
    )
