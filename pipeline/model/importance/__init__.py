"""The shelf of importance metrics: each a function of correlations alone.

`METHODS[name](drivers, outcome)` takes driver correlations (…, p, p) and driver-outcome correlations (…, p), positive
definite, and returns (…, p) raw importances in R² units. Weights, missing answers and design enter through the
correlations; collinear drivers are refused before (see `culprits`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from pipeline.model.importance.lmg import lmg
from pipeline.model.importance.relative_weights import relative_weights

Array = np.ndarray

METHODS: Mapping[str, Callable[[Array, Array], Array]] = {
    "lmg": lmg,
    "relative_weights": relative_weights,
}

SMALLEST_EIGENVALUE = 1e-8


def r2(drivers: Array, outcome: Array) -> Array:
    """(…) share of the outcome's variance that all drivers explain together."""
    return np.asarray((outcome * np.linalg.solve(drivers, outcome[..., None])[..., 0]).sum(-1))


def usable(drivers: Array) -> Array:
    """(…) whether correlations are finite and far enough from singular to be decomposed."""
    finite = np.isfinite(drivers).all((-2, -1))
    safe = np.where(finite[..., None, None], drivers, np.eye(drivers.shape[-1]))
    return np.asarray(finite & (np.linalg.eigvalsh(safe)[..., 0] > SMALLEST_EIGENVALUE))


def culprits(drivers: Array) -> list[int]:
    """Positions of the drivers of one (p, p) matrix that (nearly) repeat a combination of the others."""
    values, vectors = np.linalg.eigh(drivers)
    share = np.abs(vectors[:, values < SMALLEST_EIGENVALUE]).max(1, initial=0.0)
    return [int(at) for at in np.flatnonzero(share > 0.05)]
