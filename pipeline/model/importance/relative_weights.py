"""Relative weights: importance through the closest uncorrelated stand-ins of the drivers."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def relative_weights(drivers: Array, outcome: Array) -> Array:
    """(…, p) Johnson's epsilon; sums to R².

    Johnson (2000, eq. 8); the same numbers as Genizi (1993, eq. 3.3), and as LMG where there are two drivers.
    """
    values, vectors = np.linalg.eigh(drivers)
    root = np.sqrt(values)
    turned = np.swapaxes(vectors, -1, -2)
    loadings = (vectors * root[..., None, :]) @ turned
    slopes = (vectors / root[..., None, :]) @ (turned @ outcome[..., None])
    return np.asarray((loadings**2 @ slopes**2)[..., 0])
