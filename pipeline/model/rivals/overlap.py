"""Whether two brands are rated so differently that ratings of one say nothing of the other."""

from __future__ import annotations

import numpy as np

from pipeline.model.importance import usable
from pipeline.model.modelled import quantile

Array = np.ndarray

ENOUGH = 0.25
"""Part of the ratings of each brand that must lie where the other brand has ratings too."""
TRIMMED = 0.01
"""Part of the ratings at either end of a brand that do not count as where it has ratings."""


def common_support(x: Array, masks: tuple[Array, Array], weight: Array) -> tuple[float, float] | None:
    """Weighted share of each brand's rows whose position lies between the other brand's 1st and 99th percentile.

    Position: the discriminant score of the ratings, the direction in which the two brands differ most against their
    spread within brands; it orders rows as a propensity score of normal ratings does (Rosenbaum & Rubin 1983). None
    where the ratings repeat each other within brands, so that there is no such direction.
    """
    means = [np.average(x[mask], axis=0, weights=weight[mask]) for mask in masks]
    apart = np.concatenate([(x[mask] - mean) for mask, mean in zip(masks, means, strict=True)])
    each = np.concatenate([weight[mask] for mask in masks])
    within = (apart * each[:, None]).T @ apart / each.sum()
    varies = np.diagonal(within) > 1e-12 * np.maximum(1.0, (x**2).mean(0))
    if not varies.any():
        return None
    sd = np.sqrt(np.diagonal(within)[varies])
    if not usable(within[np.ix_(varies, varies)] / np.outer(sd, sd)):
        return None
    direction = np.linalg.solve(within[np.ix_(varies, varies)], (means[0] - means[1])[varies])
    place = x[:, varies] @ direction
    one, other = (_inside(place, mine, theirs, weight) for mine, theirs in (masks, masks[::-1]))
    return one, other


def _inside(place: Array, mine: Array, theirs: Array, weight: Array) -> float:
    """Weighted share of my rows between the outer percentiles of theirs."""
    low, high = (quantile(place[theirs], weight[theirs], part) for part in (TRIMMED, 1 - TRIMMED))
    width = 1e-9 * max(1.0, abs(low), abs(high))
    inside = (place[mine] >= low - width) & (place[mine] <= high + width)
    return float(weight[mine] @ inside / weight[mine].sum())
