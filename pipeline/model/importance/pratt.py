"""Pratt's product measure."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def pratt(drivers: Array, outcome: Array) -> Array:
    """(…, p) standardised coefficient times correlation; sums to R², negative for a suppressor.

    Hoffman (1960); Pratt (1987). A negative value is information and is never clipped.
    """
    return np.asarray(np.linalg.solve(drivers, outcome[..., None])[..., 0] * outcome)
