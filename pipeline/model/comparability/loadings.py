"""One factor, many matrices at once: loadings, how alike they are, and items that stand out of their construct."""

from __future__ import annotations

import numpy as np

Array = np.ndarray

ROUNDS = 200
TOLERANCE = 1e-9
LEAST = 1e-6
"""Correlations, and sums of squares of loadings, below this carry no factor."""


def loadings(correlations: Array) -> Array:
    """(…, k) loadings of one factor on (…, k, k) correlations, minimal residuals; NaN where there is no such factor.

    Three items have an exact solution, λ₁² = r₁₂·r₁₃/r₂₃; more are fitted one after another until none moves (Harman &
    Jones 1966), from the first principal component. The factor points where most items point.
    """
    k = correlations.shape[-1]
    good = np.isfinite(correlations).all((-2, -1))
    safe = np.where(good[..., None, None], correlations, np.eye(k))
    found = _of_three(safe) if k == 3 else _iterated(safe)
    found = found * np.where(found.sum(-1, keepdims=True) < 0, -1.0, 1.0)
    return np.asarray(np.where(good[..., None], found, np.nan))


def _of_three(correlations: Array) -> Array:
    a, b, c = (correlations[..., first, second] for first, second in ((0, 1), (0, 2), (1, 2)))
    there = (np.abs(np.stack([a, b, c])) > LEAST).all(0) & (a * b * c > 0)
    one, two, three = (np.where(there, each, 1.0) for each in (a, b, c))
    size = np.sqrt(np.abs(np.stack([one * two / three, one * three / two, two * three / one], -1)))
    sign = np.stack([np.ones_like(one), np.sign(one), np.sign(two)], -1)
    return np.asarray(np.where(there[..., None], size * sign, np.nan))


def _iterated(correlations: Array) -> Array:
    values, vectors = np.linalg.eigh(correlations)
    found = vectors[..., -1] * np.sqrt(np.maximum(values[..., -1], 0.0))[..., None]
    k = correlations.shape[-1]
    off = correlations * (1 - np.eye(k))
    for _ in range(ROUNDS):
        before = found.copy()
        for at in range(k):
            others = (found**2).sum(-1) - found[..., at] ** 2
            found[..., at] = (off[..., at, :] * found).sum(-1) / np.maximum(others, LEAST)
        if np.abs(found - before).max(initial=0.0) < TOLERANCE:
            break
    return found


def congruence(one: Array, other: Array) -> Array:
    """(…) Tucker's (1951) congruence of (…, k) loadings: 1 where they are proportional."""
    size = np.sqrt((one**2).sum(-1) * (other**2).sum(-1))
    return np.asarray((one * other).sum(-1) / np.where(size > 0, size, np.nan))


def shifts(gap: Array, loading: Array, anchors: Array) -> Array:
    """(…, k) how far each item's mean lies from where the other anchors of its construct say it should.

    gap: (…, k) differences of the item means of two versions. loading: (…, k) unstandardised. anchors: (k,) bool items
    that mean the same; an item is never its own anchor. The difference of the factor's means is the one that fits the
    anchors' gaps best, κ = Σλd/Σλ², and the shift d - λκ: that of the intercepts in a factor model, so that measurement
    error and versions whose people differ do not look like a shift. NaN for an item without anchors.
    """
    k = gap.shape[-1]
    used = np.broadcast_to(anchors, (k, k)) & ~np.eye(k, dtype=bool)
    top, bottom = (loading * gap) @ used.T, loading**2 @ used.T
    there = bottom > LEAST
    factor = np.where(there, top / np.where(there, bottom, 1.0), np.nan)
    return np.asarray(gap - loading * factor)
