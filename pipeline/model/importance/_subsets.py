"""R² of every subset of players, and the Shapley fold over them: shared by the metrics that look at all submodels.

A player is one driver, or several columns that come and go together. Matrices are (b, q, q) correlations (or what is
left of them after a sweep) with the outcome last and each player's columns side by side, in the order of the players.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import comb

import numpy as np

Array = np.ndarray
Widths = tuple[int, ...]

CHUNK = 1 << 20
"""Subsets × matrices held at once."""
VECTOR = 1 << 13
"""Numbers in one operation of the descent: long enough to hide the interpreter, short enough for the cache."""
PERFECT = 1e-14
"""Unexplained variance that is a rounding error: nothing is left to explain a part of."""


def joined(drivers: Array, outcome: Array) -> Array:
    """(b, p+1, p+1) correlations with the outcome last, leading axes flattened."""
    p = outcome.shape[-1]
    full = np.empty((*outcome.shape[:-1], p + 1, p + 1))
    full[..., :p, :p], full[..., :p, p], full[..., p, :p], full[..., p, p] = drivers, outcome, outcome, 1.0
    return full.reshape(-1, p + 1, p + 1)


def by_chunk(drivers: Array, outcome: Array, estimate: Callable[[Array], Array], axes: int = 1, step: int = 0) -> Array:
    """(…, p) or with more axes of length p: an estimate of (b, p+1, p+1) matrices, `step` matrices at a time."""
    matrices, p = joined(drivers, outcome), outcome.shape[-1]
    found = np.empty((len(matrices), *(p,) * axes))
    step = step or max(1, CHUNK >> p)
    for at in range(0, len(matrices), step):
        found[at : at + step] = estimate(matrices[at : at + step])
    return found.reshape(*outcome.shape[:-1], *(p,) * axes)


def unexplained(matrices: Array, widths: Widths | None = None) -> Array:
    """(2^P, b) variance of the outcome that each subset of P players leaves unexplained.

    Bit j of the subset's number says whether player j is in. Player by player the matrix is branched into "leave out"
    (drop its rows) and "put in" (sweep them out of the rest), so that the work is O(2^P) a matrix, not O(2^P P³):
    breadth first until the vectors are long, then depth first, so that they stay in the cache.
    """
    widths = (1,) * (matrices.shape[-1] - 1) if widths is None else widths
    state, early = _breadth(triangle(matrices), widths)
    values = np.empty((1 << (len(widths) - early), *state.shape[1:]))
    for number, left in _depth(state, widths[early:]):
        values[number] = left
    return values.reshape(1 << len(widths), -1)


def shapley_of_r2(matrices: Array, widths: Widths | None = None) -> Array:
    """(b, P) Shapley values of R², exact; O(2^P) a matrix, and in little memory.

    The weight of a subset depends on its size alone, so the subsets of the late players are added up by size as they
    come, and only what is left, the subsets of the early ones, is folded.
    """
    widths = (1,) * (matrices.shape[-1] - 1) if widths is None else widths
    state, early = _breadth(triangle(matrices), widths)
    late = len(widths) - early
    either, size = entry_weights(len(widths))[1], sizes(early)
    by_size = np.zeros((late + 1, *state.shape[1:]))
    outer = np.empty((1 << late, len(matrices)))
    whole = left = state[-1]
    for number, left in _depth(state, widths[early:]):
        members = number.bit_count()
        np.add(by_size[members], left, out=by_size[members])
        np.matmul(either[size + members], left, out=outer[number])
    inner = np.einsum("ks,ksb->sb", either[size + np.arange(late + 1)[:, None]], by_size)
    held = np.hstack([_fold(inner), _fold(outer)])
    explained = whole[0] - left[-1]
    return np.asarray((held.sum(1) + explained)[:, None] / len(widths) - held)


def shapley(values: Array) -> Array:
    """(b, P) Shapley values of (2^P, b) values of the subsets."""
    players = len(values).bit_length() - 1
    held = _fold(entry_weights(players)[1][sizes(players)][:, None] * values)
    return np.asarray(held - (held.sum(1) - values[-1] + values[0])[:, None] / players)


def without_and_with(values: Array, player: int) -> tuple[Array, Array]:
    """(2^(P-1), b) values of the subsets without a player, and of the same subsets with it."""
    pairs = values.reshape(-1, 2, 1 << player, values.shape[-1])
    half = len(values) // 2
    return pairs[:, 0].reshape(half, -1), pairs[:, 1].reshape(half, -1)


@lru_cache(maxsize=32)
def sizes(players: int) -> Array:
    """(2^P,) number of members of each subset."""
    found = np.zeros(1, dtype=np.intp)
    for _ in range(players):
        found = np.concatenate([found, found + 1])
    return found


@lru_cache(maxsize=64)
def entry_weights(players: int) -> tuple[Array, Array]:
    """(P+1,) by size: weight s!(P-1-s)!/P! of a subset for a player outside it; and that plus the one for a member."""
    outside = np.array([1 / (players * comb(players - 1, size)) for size in range(players)] + [0.0])
    return outside, outside + np.concatenate([[0.0], outside[:-1]])


def triangle(matrices: Array) -> Array:
    """(q(q+1)/2, 1, b) upper triangles, row by row."""
    upper = np.triu_indices(matrices.shape[-1])
    return np.ascontiguousarray(matrices[:, *upper].T)[:, None, :]


def _breadth(state: Array, widths: Widths) -> tuple[Array, int]:
    """Triangles for every subset of the first players, side by side, and how many players those are."""
    early = 0
    while len(widths) - early > 2 and 2 * state[0].size <= VECTOR:
        size = 1 + sum(widths[early:])
        out, into = (step(state, size, widths[early]) for step in (_left_out, put_in))
        state, early = np.concatenate([out, into], axis=1), early + 1
    return state, early


def _depth(state: Array, widths: Widths, number: int = 0, bit: int = 1) -> Iterator[tuple[int, Array]]:
    """Number of each subset of the players that are left, and what it leaves unexplained; the last one is all of them.

    What is yielded is good until the next.
    """
    if not widths:
        yield number, state[0]
    elif widths == (1, 1):
        for late, left in enumerate(_last_two(state)):
            yield number + late * bit, left
    else:
        size = 1 + sum(widths)
        yield from _depth(_left_out(state, size, widths[0]), widths[1:], number, 2 * bit)
        yield from _depth(put_in(state, size, widths[0]), widths[1:], number + bit, 2 * bit)


def _left_out(state: Array, size: int, width: int) -> Array:
    """Triangle without the first `width` of its `size` rows."""
    return state[width * size - width * (width - 1) // 2 :]


def put_in(state: Array, size: int, width: int) -> Array:
    """Triangle after the first `width` rows were swept out of the others."""
    for left in range(size, size - width, -1):
        row, rest = state[1:left], state[left:]
        slope = row / state[0]
        state, at = np.empty_like(rest), 0
        for column in range(left - 1):
            until = at + left - 1 - column
            np.multiply(slope[column], row[column:], out=state[at:until])
            np.subtract(rest[at:until], state[at:until], out=state[at:until])
            at = until
    return state


def swept(matrices: Array, columns: int) -> Array:
    """(b, q - columns, q - columns) what the first columns leave unexplained of the others."""
    first, rest = matrices[:, :columns, :columns], matrices[:, columns:, columns:]
    across = matrices[:, :columns, columns:]
    return np.asarray(rest - np.swapaxes(across, -1, -2) @ np.linalg.solve(first, across))


def _last_two(state: Array) -> tuple[Array, ...]:
    """Variance left with neither, the first, the second and both of the two last drivers, in closed form."""
    aa, ab, ay, bb, by, yy = state
    slope = ab / aa
    first = _less(yy, ay * ay, aa)
    second = _less(yy, by * by, bb)
    gain = by - slope * ay
    slope *= ab
    gain *= gain
    return yy, first, second, _less(first, gain, np.subtract(bb, slope, out=slope))


def _less(left: Array, squared: Array, variance: Array) -> Array:
    np.divide(squared, variance, out=squared)
    return np.subtract(left, squared, out=squared)


def _fold(weighted: Array) -> Array:
    """(b, P) sums of (2^P, b) values over the subsets that hold each player."""
    players = len(weighted).bit_length() - 1
    sums = np.empty((weighted.shape[1], players))
    for player in reversed(range(players)):
        half = len(weighted) // 2
        sums[:, player] = np.ones(half) @ weighted[half:]
        weighted = weighted[:half] + weighted[half:]
    return sums
