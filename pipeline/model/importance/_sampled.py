"""Orders of entry in a sample of their own, for drivers too many for all of them.

Each block is one random order, turned through all its rotations, and each of those also backwards: in a block every
driver stands equally often at every place. What is left to chance is who its neighbours are.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pipeline.model.importance._subsets import PERFECT, Widths, joined

Array = np.ndarray

BLOCKS = 32
"""Random orders, each with its rotations and reversals."""
SEED = 20260101


def lmg_sampled(drivers: Array, outcome: Array, blocks: int = BLOCKS) -> tuple[Array, Array]:
    """(…, p) LMG over a sample of the orders of entry, and its standard error from the choice of orders; sums to R².

    The increments of R² along an order are the squared last row of a Cholesky factor. Orders are antithetic (Castro et
    al. 2009; Mitchell et al. 2022) and always the same, so that two runs, and two resamples, agree.
    """
    return _with_error(drivers, outcome, blocks, relative=False)


def kruskal_sampled(drivers: Array, outcome: Array, blocks: int = BLOCKS) -> tuple[Array, Array]:
    """(…, p) mean squared partial correlation over a sample of the orders of entry, and its standard error."""
    return _with_error(drivers, outcome, blocks, relative=True)


def along_orders(matrices: Array, widths: Widths, blocks: int, *, relative: bool = False) -> Array:
    """(blocks, b, P) increments of R² when each player enters, averaged over the orders of each block.

    relative: as parts of what was unexplained before.
    """
    columns = np.split(np.arange(sum(widths)), np.cumsum(widths)[:-1])
    found = np.zeros((blocks, len(matrices), len(widths)))
    for block, orders in enumerate(orders_of(len(widths), blocks)):
        for order in orders:
            found[block][:, order] += _increments(matrices, [columns[player] for player in order], relative)
        found[block] /= len(orders)
    return found


@lru_cache(maxsize=8)
def orders_of(players: int, blocks: int) -> Array:
    """(blocks, 2P, P) orders of entry: a random one, its rotations, and each backwards."""
    random = np.random.Generator(np.random.Philox(key=SEED))
    turns = (np.arange(players)[:, None] + np.arange(players)) % players
    drawn = np.stack([random.permutation(players)[turns] for _ in range(blocks)])
    return np.concatenate([drawn, drawn[..., ::-1]], axis=1)


def _increments(matrices: Array, entering: list[Array], relative: bool) -> Array:
    """(b, P) increments of R², in the order of entry."""
    at = np.append(np.concatenate(entering), matrices.shape[-1] - 1)
    gains = np.linalg.cholesky(matrices[:, at[:, None], at])[:, -1, :-1] ** 2
    starts = np.cumsum([0, *(len(columns) for columns in entering[:-1])])
    gains = np.add.reduceat(gains, starts, axis=1)
    if not relative:
        return np.asarray(gains)
    before = matrices[:, -1:, -1] - np.cumsum(gains, axis=1) + gains
    return np.divide(gains, before, out=np.zeros_like(gains), where=before > PERFECT)


def _with_error(drivers: Array, outcome: Array, blocks: int, *, relative: bool) -> tuple[Array, Array]:
    matrices = joined(drivers, outcome)
    found = along_orders(matrices, (1,) * outcome.shape[-1], blocks, relative=relative)
    error = found.std(0, ddof=1) / np.sqrt(blocks)
    return found.mean(0).reshape(outcome.shape), error.reshape(outcome.shape)
