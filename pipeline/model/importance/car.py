"""CAR scores: squared correlations with drivers from which their overlap is taken, as evenly as can be."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def car(drivers: Array, outcome: Array) -> Array:
    """(…, p) squared elements of R^(-1/2) r; sums to R².

    Zuber & Strimmer (2011).
    """
    values, vectors = np.linalg.eigh(drivers)
    turned = np.swapaxes(vectors, -1, -2) @ outcome[..., None]
    return np.asarray((vectors @ (turned / np.sqrt(values)[..., None]))[..., 0] ** 2)
