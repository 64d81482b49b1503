"""Kruskal's relative importance: the mean squared partial correlation."""

from __future__ import annotations

import numpy as np

from pipeline.model.importance._sampled import kruskal_sampled
from pipeline.model.importance._subsets import PERFECT, by_chunk, entry_weights, sizes, unexplained, without_and_with

Array = np.ndarray

MOST_EXACT = 20
"""Drivers up to which all orders of entry are taken; above, a sample of them."""


def kruskal(drivers: Array, outcome: Array) -> Array:
    """(…, p) squared partial correlation given the drivers before it, averaged over all orders of entry.

    Parts of what is still unexplained, so they do not sum to R². Kruskal (1987, The American Statistician 41, 6-10).
    Exact to 20 drivers: O(p 2^p) a matrix; above, see `kruskal_sampled`.
    """
    if outcome.shape[-1] > MOST_EXACT:
        return kruskal_sampled(drivers, outcome)[0]
    return by_chunk(drivers, outcome, lambda matrices: mean_partial(unexplained(matrices)))


def mean_partial(left: Array) -> Array:
    """(b, P) mean over all orders of the part of the unexplained variance that a player takes: (2^P, b) left."""
    players = len(left).bit_length() - 1
    weight = entry_weights(players)[0][sizes(max(players - 1, 0))]
    found = np.empty((left.shape[1], players))
    for player in range(players):
        before, after = without_and_with(left, player)
        kept = np.divide(after, before, out=np.ones_like(after), where=before > PERFECT)
        found[:, player] = 1.0 - weight @ kept
    return found
