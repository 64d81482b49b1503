"""Conditional dominance: what a driver adds to models of each size."""

from __future__ import annotations

from math import comb

import numpy as np

from pipeline.model.importance._subsets import by_chunk, sizes, unexplained, without_and_with

Array = np.ndarray


def conditional_dominance(drivers: Array, outcome: Array) -> Array:
    """(…, p, p) mean increase of R² when the driver (row) joins models of 0 … p-1 others (column).

    The mean of a row is its lmg. Budescu (1993); Azen & Budescu (2003).
    """
    return by_chunk(drivers, outcome, lambda matrices: by_size(unexplained(matrices)), axes=2)


def by_size(left: Array) -> Array:
    """(b, P, P) mean drop of (2^P, b) left when a player joins subsets of 0 … P-1 others."""
    players = len(left).bit_length() - 1
    others = sizes(max(players - 1, 0))
    means = np.zeros((players, len(others)))
    means[others, np.arange(len(others))] = 1.0 / np.array([comb(players - 1, size) for size in range(players)])[others]
    found = np.empty((left.shape[1], players, players))
    for player in range(players):
        before, after = without_and_with(left, player)
        found[:, player] = (means @ (before - after)).T
    return found
