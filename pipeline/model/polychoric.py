"""Correlations of the continuous variables that are thought to lie behind ordered answers.

Polychoric where both columns are ordered, polyserial where one is, Pearson's where neither is; all by two steps:
thresholds from the margins, then the correlation by maximum likelihood (Olsson 1979; Olsson, Drasgow & Dorans 1982).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, owens_t

from pipeline.moments import Moments

Array = np.ndarray

MOST_CATEGORIES = 10
"""A column with more distinct values counts as continuous."""
ITERATIONS = 100
TOLERANCE = 1e-11
FURTHEST = 6.0
"""Largest atanh of a correlation: beyond, the answers follow each other without exception."""
BEYOND = 40.0
"""A threshold above everybody."""
SMALLEST_EIGENVALUE = 1e-6
TINY = 1e-300
LARGEST = 1e100


@dataclass(frozen=True, slots=True, kw_only=True)
class Polychoric:
    """moments: as of a published table of these correlations. ordered: (q,) which columns counted as ordered.

    smoothed: the pairwise correlations fitted no joint distribution and were moved to one (eigenvalues clipped).
    """

    moments: Moments
    ordered: Array
    smoothed: bool


def polychoric(columns: Array, weight: Array, names: tuple[str, ...], numbers: Collection[int] = ()) -> Polychoric:
    """Correlations of (n, q) complete columns that vary, under (n,) weights.

    Weights count as so many answers: the estimate is design-consistent, its error is not known here. numbers: places
    of columns that are no answers on a scale (levels of a category, ages): far from normal, they have the closed
    estimate with ordered columns (see `rescaled`).
    """
    few = [len(np.unique(column)) <= MOST_CATEGORIES for column in columns.T]
    ordered = np.array([each and at not in numbers for at, each in enumerate(few)])
    found = Moments.of(columns, names, weight).correlations
    codes = [
        np.unique(column, return_inverse=True)[1] if each else None
        for column, each in zip(columns.T, ordered, strict=True)
    ]
    _fill_ordered(found, codes, weight)
    for at, code in enumerate(codes):
        if code is not None:
            for other in np.flatnonzero(~ordered):
                if other in numbers:
                    value = rescaled(columns[:, other], code, weight)
                else:
                    value = polyserial(columns[:, other], code, weight, found[at, other])
                found[at, other] = found[other, at] = value
    smooth = nearest(found)
    moments = Moments.of_correlations(smooth, names, len(columns))
    return Polychoric(moments=moments, ordered=ordered, smoothed=smooth is not found)


def _fill_ordered(correlations: Array, codes: list[Array | None], weight: Array) -> None:
    """Put polychoric correlations where both columns are ordered."""
    known = [(at, code) for at, code in enumerate(codes) if code is not None]
    if len(known) < 2:
        return
    size = max(int(code.max()) for _, code in known) + 1
    hot = np.zeros((len(weight), len(known), size))
    for column, (_, code) in enumerate(known):
        hot[np.arange(len(weight)), column, code] = 1.0
    flat = hot.reshape(len(weight), -1)
    tables = ((flat * weight[:, None]).T @ flat).reshape(len(known), size, len(known), size)
    first, second = np.triu_indices(len(known), 1)
    place = np.array([at for at, _ in known])
    rows, others = place[first], place[second]
    cuts = thresholds(tables[:, :, 0].sum(2))
    values = of_tables(tables[first, :, second], cuts[first], cuts[second], correlations[rows, others])
    correlations[rows, others] = correlations[others, rows] = values


def of_tables(tables: Array, h: Array, k: Array, start: Array) -> Array:
    """(t,) polychoric correlations of (t, K, K) tables of weights with (t, K - 1) thresholds of rows and columns."""
    total = tables.sum((1, 2))

    def slope(rho: Array) -> tuple[Array, Array]:
        cell = _cells(binormal(h[:, :, None], k[:, None, :], rho[:, None, None]), ndtr(h), ndtr(k))
        change = _cells(_density(h[:, :, None], k[:, None, :], rho[:, None, None]), 0.0, 0.0)
        ratio = np.where(cell > TINY, change / np.maximum(cell, TINY), 0.0)
        return (tables * ratio).sum((1, 2)), total * (change * ratio).sum((1, 2))

    return _climb(slope, start)


def polyserial(x: Array, code: Array, weight: Array, start: float) -> float:
    """Correlation of (n,) continuous x with what lies behind (n,) ordered codes 0..K-1."""
    (x, code), weight = _patterns(x, code, weight)
    mean = weight @ x / weight.sum()
    x = (x - mean) / np.sqrt(weight @ (x - mean) ** 2 / weight.sum())
    edges = np.concatenate([[-BEYOND], thresholds(np.bincount(code, weight)[None])[0], [BEYOND]])
    above, below = edges[code + 1], edges[code]

    def slope(rho: Array) -> tuple[Array, Array]:
        left = np.sqrt(1 - rho**2)
        cell, change = np.zeros(len(x)), np.zeros(len(x))
        for edge, sign in ((above, 1.0), (below, -1.0)):
            at = (edge - rho * x) / left
            cell += sign * ndtr(at)
            change += sign * np.exp(-0.5 * at**2) / np.sqrt(2 * np.pi) * (rho * edge - x) / left**3
        ratio = np.clip(change / np.maximum(cell, TINY), -LARGEST, LARGEST)
        return np.array([weight @ ratio]), np.array([weight @ ratio**2])

    return float(_climb(slope, np.array([start]))[0])


def rescaled(x: Array, code: Array, weight: Array) -> float:
    """Correlation of (n,) numbers x with what lies behind (n,) ordered codes 0..K-1, in closed form.

    Pearson's, by the sd of the codes over the density at the thresholds (the ad hoc estimate of Olsson, Drasgow &
    Dorans 1982), which needs no normal number.
    """
    both = Moments.of(np.column_stack([x, code]), ("x", "code"), weight)
    cuts = thresholds(np.bincount(code, weight)[None])[0]
    density = np.exp(-(cuts**2) / 2).sum() / np.sqrt(2 * np.pi)
    spread = np.sqrt(both.products[1, 1] / both.weight)
    return float(np.clip(both.correlations[0, 1] * spread / density, -np.tanh(FURTHEST), np.tanh(FURTHEST)))


def _patterns(x: Array, code: Array, weight: Array) -> tuple[tuple[Array, Array], Array]:
    """Each pair of values once, with the weight of all its rows."""
    values, of_row = np.unique(x, return_inverse=True)
    width = int(code.max()) + 1
    together = np.bincount(of_row * width + code, weight)
    there = np.flatnonzero(together)
    return (values[there // width], there % width), together[there]


def _climb(slope: Callable[[Array], tuple[Array, Array]], start: Array) -> Array:
    """Correlations at which the slopes vanish: scoring on the scale of atanh, where no step leaves the range."""
    z = np.arctanh(np.clip(start, -0.95, 0.95))
    for _ in range(ITERATIONS):
        rho = np.tanh(z)
        gradient, information = slope(rho)
        step = np.clip(gradient / np.maximum(information * (1 - rho**2), TINY), -1.0, 1.0)
        z = np.clip(z + step, -FURTHEST, FURTHEST)
        if (np.abs(step) < TOLERANCE).all():
            break
    return np.asarray(np.tanh(z))


def thresholds(margin: Array) -> Array:
    """(t, K - 1) normal quantiles that cut (t, K) margins; beyond everybody after the last category that occurs."""
    below = np.cumsum(margin, axis=1)[:, :-1] / margin.sum(1, keepdims=True)
    return np.clip(ndtri(np.minimum(below, 1.0)), -BEYOND, BEYOND)


def _cells(inner: Array, rows: Array | float, columns: Array | float) -> Array:
    """(t, K, K) what falls between the (t, K-1, K-1) values at the thresholds; the margins close them above."""
    grid = np.zeros((len(inner), inner.shape[1] + 2, inner.shape[2] + 2))
    grid[:, 1:-1, 1:-1] = inner
    if not isinstance(rows, float) and not isinstance(columns, float):
        grid[:, 1:-1, -1], grid[:, -1, 1:-1], grid[:, -1, -1] = rows, columns, 1.0
    return np.diff(np.diff(grid, axis=1), axis=2)


def binormal(h: Array, k: Array, rho: Array) -> Array:
    """P(X <= h, Y <= k) of standard normal X and Y with correlation rho, by Owen's T (Owen 1956, eq. 2.1)."""
    h, k = (np.where(np.abs(edge) < TINY, TINY, edge) for edge in (h, k))
    left = np.sqrt(1 - rho**2)
    apart = np.where(h * np.sign(k) < 0, 0.5, 0.0)
    with np.errstate(over="ignore"):
        over = owens_t(h, (k / h - rho) / left) + owens_t(k, (h / k - rho) / left)
    return np.maximum(0.5 * (ndtr(h) + ndtr(k)) - over - apart, 0.0)


def _density(h: Array, k: Array, rho: Array) -> Array:
    """Joint density at (h, k), which is the slope of `binormal` in rho (Plackett 1954)."""
    left = 1 - rho**2
    return np.exp(-(h**2 - 2 * rho * h * k + k**2) / (2 * left)) / (2 * np.pi * np.sqrt(left))


def nearest(correlations: Array) -> Array:
    """The correlations themselves where they are positive definite, else with small eigenvalues lifted."""
    values, vectors = np.linalg.eigh(correlations)
    if values[0] >= SMALLEST_EIGENVALUE:
        return correlations
    lifted = (vectors * np.maximum(values, SMALLEST_EIGENVALUE)) @ vectors.T
    scale = 1 / np.sqrt(np.diag(lifted))
    return np.asarray(lifted * scale[:, None] * scale)
