"""Last (usefulness): what a driver adds beyond all others."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def last(drivers: Array, outcome: Array) -> Array:
    """(…, p) drop of R² when the driver leaves the full model; sums to far less than R² where drivers overlap.

    β²/(R⁻¹)ⱼⱼ, the squared semipartial correlation. Darlington (1968).
    """
    inverse = np.linalg.inv(drivers)
    slopes = (inverse @ outcome[..., None])[..., 0]
    return np.asarray(slopes**2 / np.diagonal(inverse, axis1=-2, axis2=-1))
