"""LMG: the Shapley value of R² (general dominance)."""

from __future__ import annotations

from functools import lru_cache
from math import comb

import numpy as np

Array = np.ndarray

CHUNK = 1 << 17
"""Subsets × matrices worked on at once: what stays in the processor's cache."""


def lmg(drivers: Array, outcome: Array) -> Array:
    """(…, p) mean increase of R² when a driver enters, averaged over all orders of entry; sums to R².

    Lindeman, Merenda & Gold (1980); Grömping (2007, eq. 4); equal to general dominance (Budescu 1993) and to the
    Shapley value of R². Exact: all 2^p submodels by `subset_r2`, then one fold a driver, O(2^p) a matrix.
    """
    p = outcome.shape[-1]
    batch = outcome.shape[:-1]
    full = np.empty((*batch, p + 1, p + 1))
    full[..., :p, :p], full[..., :p, p], full[..., p, :p], full[..., p, p] = drivers, outcome, outcome, 1.0
    matrices = full.reshape(-1, p + 1, p + 1)
    step = max(1, CHUNK >> p)
    parts = [_shapley(subset_r2(matrices[at : at + step])) for at in range(0, len(matrices), step)]
    return np.concatenate(parts).reshape(*batch, p) if parts else np.empty((*batch, p))


def subset_r2(matrices: Array) -> Array:
    """(2^p, b) R² of every subset of p drivers, for (b, p+1, p+1) correlations with the outcome last.

    Bit j of the subset's number says whether driver j is in. Driver by driver the matrix is branched into "leave out"
    (drop its row) and "put in" (sweep it out of the rest), so that the work is O(2^p) a matrix, not O(2^p p³).
    Only the upper triangle is kept, row by row; the last two drivers are swept in closed form.
    """
    size = matrices.shape[-1]
    state = np.ascontiguousarray(matrices[:, *np.triu_indices(size)].T)[:, None, :]
    for left in range(size, 3, -1):
        state = _branch(state, left)
    unexplained = _last_two(state) if size > 2 else _last_one(state)
    return np.subtract(1.0, unexplained, out=unexplained)


def _branch(state: Array, size: int) -> Array:
    """Triangles without the first driver: first where it stays out, then where it is swept out of the rest."""
    row, rest = state[1:size], state[size:]
    sets = rest.shape[1]
    branched = np.empty((len(rest), 2 * sets, rest.shape[2]))
    out, into = branched[:, :sets], branched[:, sets:]
    out[:] = rest
    slope = row / state[0]
    at = 0
    for driver in range(size - 1):
        until = at + size - 1 - driver
        np.multiply(slope[driver], row[driver:], out=into[at:until])
        np.subtract(rest[at:until], into[at:until], out=into[at:until])
        at = until
    return branched


def _last_one(state: Array) -> Array:
    aa, ay, yy = state
    return np.concatenate([yy, yy - ay * ay / aa])


def _last_two(state: Array) -> Array:
    """(4·sets, b) residual variances with neither, the first, the second and both of the two last drivers."""
    aa, ab, ay, bb, by, yy = state
    slope = ab / aa
    first = yy - ay * ay / aa
    both = first - (by - slope * ay) ** 2 / (bb - slope * ab)
    return np.concatenate([yy, first, yy - by * by / bb, both])


def _shapley(r2: Array) -> Array:
    """(b, p) Shapley values of (2^p, b) subset values with value 0 for the empty set."""
    p = len(r2).bit_length() - 1
    leaving, either = _gains(p)
    base = leaving @ r2
    folded = either[:, None] * r2
    values = np.empty((r2.shape[1], p))
    for driver in reversed(range(p)):
        half = len(folded) // 2
        values[:, driver] = np.ones(half) @ folded[half:] - base
        folded = folded[:half] + folded[half:]
    return values


@lru_cache(maxsize=4)
def _gains(p: int) -> tuple[Array, Array]:
    """(2^p,) weight of a subset for a driver outside it, and the sum of the weights outside and inside."""
    sizes = np.zeros(1, dtype=int)
    for _ in range(p):
        sizes = np.concatenate([sizes, sizes + 1])
    outside = np.array([1 / (p * comb(p - 1, size)) if size < p else 0.0 for size in range(p + 1)])
    inside = np.concatenate([[0.0], outside[:-1]])
    return outside[sizes], (outside + inside)[sizes]
