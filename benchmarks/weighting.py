"""Weighting: 100,000 respondents raked to four margins, and the weights of replicates adjusted again."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.timing import Figure, cpu
from pipeline.weighting import rake

ROWS, SIZES = 100_000, (2, 6, 5, 9)
REPLICATES = 2_000
RATIO = 100
"""How much faster raking is to be than weightipy."""
MET = 1e-10


def figures() -> Iterator[Figure]:
    """Margins of people go together, as age and education do; where they do not, the peer needs five rounds of 28."""
    yield _raking(0.5, "margins that correlate .5", RATIO)
    yield _raking(0.0, "independent margins")
    levels, shares = answers(0.0)
    yield _again(levels, [ROWS * share for share in shares])


def _raking(shared: float, what: str, least: float | None = None) -> Figure:
    levels, shares = answers(shared)
    frame = pd.DataFrame({f"v{at}": pd.Categorical(codes) for at, codes in enumerate(levels)})
    totals = [ROWS * share for share in shares]

    def ours() -> np.ndarray:
        return rake([frame[name].array.codes for name in frame], totals).weight

    weight = ours()
    furthest = max(
        float(np.abs(np.bincount(codes, weight) / ROWS - share).max())
        for codes, share in zip(levels, shares, strict=True)
    )
    if furthest > MET:
        raise RuntimeError(f"a margin is missed by {furthest:.1e}")
    peer = weightipy(levels, shares)
    return Figure(
        what=f"raking, {ROWS:,} rows × {len(SIZES)} {what}",
        ours=cpu(ours, runs=100),
        peer="weightipy" if peer else "weightipy (not installed)",
        theirs=peer,
        least_ratio=least if peer else None,
    )


def answers(shared: float) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Level of every row in every margin, and the shares to reach; `shared` is the part margins have in common."""
    random = np.random.Generator(np.random.Philox(key=5))
    common = random.standard_normal(ROWS)
    levels, wanted = [], []
    for size in SIZES:
        observed, share = (random.dirichlet(np.full(size, 8.0)) for _ in range(2))
        latent = shared**0.5 * common + (1 - shared) ** 0.5 * random.standard_normal(ROWS)
        levels.append(np.searchsorted(np.quantile(latent, np.cumsum(observed)[:-1]), latent).astype(np.int8))
        wanted.append(share)
    return levels, wanted


def weightipy(levels: list[np.ndarray], shares: list[np.ndarray]) -> float | None:
    """CPU seconds of weightipy on the same rows; None where it is not installed."""
    try:
        import weightipy as peer
    except ImportError:
        return None
    frame = pd.DataFrame({f"v{at}": codes + 1 for at, codes in enumerate(levels)})
    targets: dict[str, Any] = {
        f"v{at}": {level: 100 * value for level, value in enumerate(share, start=1)} for at, share in enumerate(shares)
    }
    scheme = peer.scheme_from_dict(targets)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return cpu(lambda: peer.weight_dataframe(frame, scheme, weight_column="w"))


def _again(levels: list[np.ndarray], totals: list[np.ndarray]) -> Figure:
    found = rake(levels, totals)
    random = np.random.Generator(np.random.Philox(key=6))
    counts = random.poisson(found.kinds.mass, (REPLICATES, len(found.kinds.mass))).astype(float)
    return Figure(
        what=f"raking {REPLICATES:,} replicates of {len(found.kinds.mass)} kinds again",
        ours=cpu(lambda: found.again(counts), runs=2),
    )
