"""LMG: the Shapley value of R² (general dominance)."""

from __future__ import annotations

import numpy as np

from pipeline.model.importance._sampled import lmg_sampled
from pipeline.model.importance._subsets import VECTOR, by_chunk, shapley_of_r2

Array = np.ndarray

MOST_EXACT = 25
"""Drivers up to which all orders of entry are taken; above, a sample of them."""


def lmg(drivers: Array, outcome: Array) -> Array:
    """(…, p) mean increase of R² when a driver enters, averaged over all orders of entry; sums to R².

    Lindeman, Merenda & Gold (1980); Grömping (2007, eq. 4); equal to general dominance (Budescu 1993) and to the
    Shapley value of R². Exact to 25 drivers: all 2^p submodels, O(2^p) a matrix; above, see `lmg_sampled`.
    """
    if outcome.shape[-1] > MOST_EXACT:
        return lmg_sampled(drivers, outcome)[0]
    return by_chunk(drivers, outcome, shapley_of_r2, step=VECTOR // 8)
