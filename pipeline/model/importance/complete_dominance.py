"""Complete dominance: which of two drivers adds more, submodel by submodel."""

from __future__ import annotations

import numpy as np

from pipeline.model.importance._subsets import by_chunk, unexplained

Array = np.ndarray

TIE = 1e-12
"""Difference of R² that is a rounding error."""


def complete_dominance(drivers: Array, outcome: Array) -> Array:
    """(…, p, p) share of the submodels without either in which the row's driver adds more than the column's.

    1 is complete dominance (Budescu 1993); ties count half; the diagonal is NaN. Azen & Budescu (2003) have only 1, ½
    and 0, the share is that of R `domir`.
    """
    return by_chunk(drivers, outcome, lambda matrices: shares_won(unexplained(matrices)), axes=2)


def shares_won(left: Array) -> Array:
    """(b, P, P) share of the subsets without either player in which the row's leaves less of (2^P, b) left."""
    players, batch = len(left).bit_length() - 1, left.shape[1]
    found = np.full((batch, players, players), np.nan)
    for high in range(players):
        for low in range(high):
            parts = left.reshape(-1, 2, 1 << (high - low - 1), 2, 1 << low, batch)
            gain = parts[:, 0, :, 1] - parts[:, 1, :, 0]
            won = ((gain > TIE) + 0.5 * (np.abs(gain) <= TIE)).mean((0, 1, 2))
            found[:, high, low], found[:, low, high] = won, 1.0 - won
    return found
