"""First: what a driver explains alone."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def first(drivers: Array, outcome: Array) -> Array:
    """(…, p) squared correlation with the outcome, in R² units; does not sum to R².

    Overlap is counted for every driver that carries it. Grömping (2007, sec. 3).
    """
    del drivers
    return np.asarray(outcome**2)
