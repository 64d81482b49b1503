"""Betasq: squared standardised coefficients."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def betasq(drivers: Array, outcome: Array) -> Array:
    """(…, p) squared standardised coefficient; does not sum to R², and swings where drivers overlap.

    Grömping (2007, sec. 3).
    """
    return np.asarray(np.linalg.solve(drivers, outcome[..., None])[..., 0] ** 2)
