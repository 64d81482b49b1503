"""The shelf of importance metrics: each a function of correlations alone.

`METHODS[name](drivers, outcome)` takes driver correlations (…, p, p) and driver-outcome correlations (…, p), positive
definite, and returns (…, p) raw importances in R² units (`kruskal`: in parts of what is still unexplained). Weights,
missing answers and design enter through the correlations; collinear drivers are refused before (see `culprits`).
`SHAPED` holds what is more than one figure a driver, with the axes it has instead of (p,).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from pipeline.model.importance.betasq import betasq
from pipeline.model.importance.car import car
from pipeline.model.importance.commonality import commonality
from pipeline.model.importance.complete_dominance import complete_dominance
from pipeline.model.importance.conditional_dominance import conditional_dominance
from pipeline.model.importance.first import first
from pipeline.model.importance.kruskal import kruskal
from pipeline.model.importance.last import last
from pipeline.model.importance.lmg import lmg
from pipeline.model.importance.pratt import pratt
from pipeline.model.importance.relative_weights import relative_weights

Array = np.ndarray

METHODS: Mapping[str, Callable[[Array, Array], Array]] = {
    "lmg": lmg,
    "relative_weights": relative_weights,
    "first": first,
    "last": last,
    "betasq": betasq,
    "pratt": pratt,
    "car": car,
    "kruskal": kruskal,
}

SHAPED: Mapping[str, tuple[Callable[..., Array], tuple[str, ...]]] = {
    "conditional_dominance": (conditional_dominance, ("driver", "size")),
    "complete_dominance": (complete_dominance, ("driver", "against")),
    "commonality": (commonality, ("part", "driver")),
}

INFERRED = tuple(name for name in METHODS if name != "kruskal")
"""Metrics that are worked out in every resample; the others are point estimates."""

SUM_TO_R2 = ("lmg", "relative_weights", "pratt", "car")
NOT_NEGATIVE = tuple(name for name in METHODS if name != "pratt")

SMALLEST_EIGENVALUE = 1e-8


def r2(drivers: Array, outcome: Array) -> Array:
    """(…) share of the outcome's variance that all drivers explain together."""
    return np.asarray((outcome * np.linalg.solve(drivers, outcome[..., None])[..., 0]).sum(-1))


def usable(drivers: Array, floor: float = SMALLEST_EIGENVALUE) -> Array:
    """(…) whether correlations are finite and far enough from singular to be decomposed."""
    finite = np.isfinite(drivers).all((-2, -1))
    safe = np.where(finite[..., None, None], drivers, np.eye(drivers.shape[-1]))
    return np.asarray(finite & (np.linalg.eigvalsh(safe)[..., 0] > floor))


def culprits(drivers: Array) -> list[int]:
    """Positions of the drivers of one (p, p) matrix that (nearly) repeat a combination of the others."""
    values, vectors = np.linalg.eigh(drivers)
    share = np.abs(vectors[:, values < SMALLEST_EIGENVALUE]).max(1, initial=0.0)
    return [int(at) for at in np.flatnonzero(share > 0.05)]
