"""Orders of entry in a sample of their own, for drivers too many for all of them.

Each block is one random order, turned through all its rotations, and each of those also backwards: in a block every
driver stands equally often at every place. What is left to chance is who its neighbours are.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pipeline.model.importance._subsets import PERFECT, Widths, joined, put_in, triangle

Array = np.ndarray

BLOCKS = 32
"""Random orders, each with its rotations and reversals."""
SEED = 20260101
BLOCKS_MOVED = 1
"""Random orders along which resamples are gone; what is straight in them goes along BLOCKS_STRAIGHT."""
BLOCKS_STRAIGHT = 64
TOGETHER = 512
"""Matrices × orders gone along at once: their triangles stay in the cache."""


def lmg_sampled(drivers: Array, outcome: Array, blocks: int = BLOCKS) -> tuple[Array, Array]:
    """(…, p) LMG over a sample of the orders of entry, and its standard error from the choice of orders; sums to R².

    Orders are antithetic (Castro et al. 2009; Mitchell et al. 2022) and always the same, so that two runs, and two
    resamples, agree.
    """
    return _with_error(drivers, outcome, blocks, relative=False)


def kruskal_sampled(drivers: Array, outcome: Array, blocks: int = BLOCKS) -> tuple[Array, Array]:
    """(…, p) mean squared partial correlation over a sample of the orders of entry, and its standard error."""
    return _with_error(drivers, outcome, blocks, relative=True)


def along_orders(matrices: Array, widths: Widths, blocks: int, *, relative: bool = False) -> Array:
    """(blocks, b, P) increments of R² when each player enters, averaged over the orders of each block.

    relative: as parts of what was unexplained before. Players may have several columns, side by side.
    """
    found = np.zeros((blocks, len(matrices), len(widths)))
    for first in range(0, len(matrices), TOGETHER):
        part = triangle(matrices[first : first + TOGETHER])[:, 0]
        step = max(1, TOGETHER // part.shape[1])
        for block, orders in enumerate(orders_of(len(widths), blocks)):
            into = found[block, first : first + TOGETHER]
            for at in range(0, len(orders), step):
                _add_increments(into, part, widths, orders[at : at + step], relative)
            into /= len(orders)
    return found


def moved(point: Array, matrices: Array, widths: Widths, *, relative: bool = False) -> Array:
    """(b, P) by how much LMG (relative: Kruskal's measure) differs in each of (b, q, q) matrices from (1, q, q) point.

    Differences along a few orders; their part that is straight in the matrices, which is most of it in resamples, is
    replaced by the same over many orders (a control variate), so that little is left to the choice of orders.
    """
    either = np.concatenate([point, matrices])
    found = along_orders(either, widths, BLOCKS_MOVED, relative=relative).mean(0)
    missed = _missed(point[0].tobytes(), len(point[0]), widths, relative)
    return np.asarray(found[1:] - found[0] + (matrices - point).reshape(len(matrices), -1) @ missed.T)


@lru_cache(maxsize=8)
def _missed(point: bytes, size: int, widths: Widths, relative: bool) -> Array:
    """(P, q·q) slopes along many orders less those along few."""
    matrix = np.frombuffer(point).reshape(size, size)
    few, many = (slopes_along(matrix, widths, blocks, relative) for blocks in (BLOCKS_MOVED, BLOCKS_STRAIGHT))
    return (many - few).reshape(len(widths), -1)


def slopes_along(point: Array, widths: Widths, blocks: int, relative: bool) -> Array:
    """(P, q, q) slopes of the increments of `along_orders`, averaged over the blocks, in the entries of a (q, q) point.

    What a subset leaves unexplained is e'Me, e the outcome less its regression, whose slope in M is ee'.
    """
    orders = orders_of(len(widths), blocks).reshape(-1, len(widths))
    ends = np.cumsum(np.array(widths)[orders], axis=1)
    columns = _columns(widths, orders)
    found = np.zeros((len(widths), *point.shape))
    before, left = _residual(point, columns, np.zeros(len(orders), dtype=int))
    for place, player in enumerate(orders.T):
        after, rest = _residual(point, columns, ends[:, place])
        parts = (rest / left**2, 1 / left) if relative else np.ones((2, len(orders)))
        for at in range(len(widths)):
            own = player == at
            for error, part, sign in ((before, parts[0], 1), (after, parts[1], -1)):
                found[at] += sign * (error[own].T * part[own]) @ error[own]
        before, left = after, rest
    return found / len(orders)


def _residual(point: Array, columns: Array, sizes: Array) -> tuple[Array, Array]:
    """(orders, q) coefficients of the outcome less its regression on the first columns of each order; its variance."""
    error = np.zeros((len(columns), len(point)))
    error[:, -1] = 1.0
    for size in np.unique(sizes[sizes > 0]):
        at = np.flatnonzero(sizes == size)
        inside = columns[at, :size]
        slope = np.linalg.solve(point[inside[:, :, None], inside[:, None, :]], point[inside, -1][..., None])
        error[at[:, None], inside] = -slope[..., 0]
    return error, np.maximum(error @ point[:, -1], PERFECT)


@lru_cache(maxsize=8)
def orders_of(players: int, blocks: int) -> Array:
    """(blocks, 2P, P) orders of entry: a random one, its rotations, and each backwards."""
    random = np.random.Generator(np.random.Philox(key=SEED))
    turns = (np.arange(players)[:, None] + np.arange(players)) % players
    drawn = np.stack([random.permutation(players)[turns] for _ in range(blocks)])
    return np.concatenate([drawn, drawn[..., ::-1]], axis=1)


def _add_increments(found: Array, part: Array, widths: Widths, orders: Array, relative: bool) -> None:
    """Add to (b, P) what each player adds along each order; part: (q(q+1)/2, b) triangles."""
    left = _left_along(part, _columns(widths, orders))
    after = np.cumsum(np.array(widths)[orders], axis=1)
    before = after - np.array(widths)[orders]
    left_before, left_after = (np.take_along_axis(left, at.T[:, :, None], 0) for at in (before, after))
    gains = left_before - left_after
    if relative:
        gains = np.divide(gains, left_before, out=np.zeros_like(gains), where=left_before > PERFECT)
    for at, order in enumerate(orders):
        found[:, order] += gains[:, at].T


def _left_along(part: Array, entering: Array) -> Array:
    """(c+1, orders, b) variance left unexplained before and after each of the c columns of each order enters."""
    size = entering.shape[1] + 1
    upper = np.triu_indices(size)
    place = np.empty((size, size), dtype=np.intp)
    place[upper] = place[upper[::-1]] = np.arange(len(part))
    whole = np.column_stack([entering, np.full(len(entering), size - 1)])
    state = part[place[whole[:, upper[0]], whole[:, upper[1]]].T]
    left = np.empty((size, *state.shape[1:]))
    left[0] = state[-1]
    for at in range(1, size):
        state = put_in(state, size - at + 1, 1)
        left[at] = state[-1]
    return left


def _columns(widths: Widths, orders: Array) -> Array:
    """(orders, c) columns in the order in which they enter."""
    if max(widths) == 1:
        return orders
    ends = np.cumsum(widths)
    own = [np.arange(end - width, end) for end, width in zip(ends, widths, strict=True)]
    return np.stack([np.concatenate([own[player] for player in order]) for order in orders])


def _with_error(drivers: Array, outcome: Array, blocks: int, *, relative: bool) -> tuple[Array, Array]:
    matrices = joined(drivers, outcome)
    found = along_orders(matrices, (1,) * outcome.shape[-1], blocks, relative=relative)
    error = found.std(0, ddof=1) / np.sqrt(blocks)
    return found.mean(0).reshape(outcome.shape), error.reshape(outcome.shape)
