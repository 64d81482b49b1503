"""The infinitesimal jackknife: errors of any function of Moments from one pass over the rows, without replicates.

A function of sums is nearly linear in what one unit adds to them, so its error is the spread of those additions times
the slope (Jaeckel 1972; Efron 1982, ch. 6); by unit and within strata it is linearisation (Binder 1983).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.model.players import Structure, arranged, drawn_values, values
from pipeline.model.resample import Panel
from pipeline.moments import Moments, from_sums
from pipeline.variance import spread_of_units
from pipeline.weight import Design

Array = np.ndarray
Function = Callable[[Moments], Array]

STEP = np.finfo(float).eps ** (1 / 3)
CHUNK = 1 << 10
"""Rows worked on at once: their products stay in the processor's cache."""


def share_of(structure: Structure, method: str = "lmg") -> Function:
    """The function from Moments (controls, columns of the drivers, outcome) to the (…, p) shares by a metric."""

    def shares(moments: Moments) -> Array:
        found = moments.correlations
        raw = values(arranged(found, structure), structure, method)
        return np.asarray(raw / raw.sum(-1, keepdims=True)).reshape(*found.shape[:-2], -1)

    return shares


def shares_near(structure: Structure, point: Moments) -> Function:
    """The function from Moments to the (…, p) LMG shares, right at the point and quick around it, whatever p.

    Above 16 players it moves the exact shares of the point along sampled orders of entry (see `drawn_values`).
    """
    here = arranged(point.correlations, structure)
    exact = values(here, structure, "lmg")[0]

    def shares(moments: Moments) -> Array:
        found = moments.correlations
        raw = drawn_values(arranged(found, structure), exact, here, structure, "lmg")
        return np.asarray(raw / raw.sum(-1, keepdims=True)).reshape(*found.shape[:-2], -1)

    return shares


def gradient(function: Function, moments: Moments) -> Array:
    """(parts, k) slopes of the k values of a function in the sums, laid out as `unit_sums` does.

    Central differences, all in one call of the function; right to about nine digits of smooth functions.
    """
    q = len(moments.names)
    first, second = np.triu_indices(q)
    total = np.concatenate([[moments.weight], moments.sums, moments.products[first, second]])
    spread = np.sqrt(np.diagonal(moments.products) * moments.weight)
    scale = np.concatenate([[moments.weight], spread, spread[first] * spread[second] / moments.weight])
    step = STEP * np.where(scale > 0, scale, moments.weight)
    moved = np.concatenate([total + np.diag(step), total - np.diag(step)])
    values = function(from_sums(moved, moments.names, moments.origin, moments.rows))
    return np.asarray((values[: len(step)] - values[len(step) :]) / (2 * step[:, None]))


def influence(function: Function, panel: Panel, design: Design) -> Array:
    """(units, k) what each unit of the design adds to the k values of a function of the panel's moments."""
    moments = Moments.of(panel.columns, panel.names, design.weight[panel.rows])
    return contributions(gradient(function, moments), moments.origin, panel, design)


def contributions(slopes: Array, origin: Array, panel: Panel, design: Design) -> Array:
    """(units, k) sums of each unit, measured from the origin, times the (parts, k) slopes of a function."""
    weight, unit = design.weight[panel.rows], design.unit[panel.rows]
    each = np.empty((len(weight), slopes.shape[1]))
    for first in range(0, len(weight), CHUNK):
        rows = slice(first, first + CHUNK)
        each[rows] = weight[rows, None] * _additions(panel.columns[rows] - origin, slopes)
    if np.array_equal(unit, np.arange(len(design.keys))):
        return each
    return np.column_stack([np.bincount(unit, column, minlength=len(design.keys)) for column in each.T])


def _additions(centred: Array, slopes: Array) -> Array:
    """(r, k) parts of each row times their slopes; the products are laid out column by column."""
    q = centred.shape[1]
    across = np.ascontiguousarray(centred.T)
    products = np.empty((q * (q + 1) // 2, len(centred)))
    at = 0
    for column in range(q):
        np.multiply(across[column], across[column:], out=products[at : at + q - column])
        at += q - column
    return np.asarray(slopes[0] + centred @ slopes[1 : 1 + q] + products.T @ slopes[1 + q :])


def errors(influences: Array, design: Design) -> Array:
    """(k,) standard errors from (units, k) influences; units are centred within their strata."""
    spread = spread_of_units(influences, design)
    return np.asarray(np.sqrt(np.einsum("ij,ij->j", spread, spread)))


def acceleration(influences: Array, design: Design) -> Array:
    """(k,) acceleration of the BCa interval, Σl³ / (6 (Σl²)^1.5) (Efron 1987, eq. 6.6); 0 where nothing varies."""
    spread = spread_of_units(influences, design)
    size = (spread**2).sum(0)
    return np.asarray((spread**3).sum(0) / (6 * np.where(size > 0, size, 1.0) ** 1.5))
