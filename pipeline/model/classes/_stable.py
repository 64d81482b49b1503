"""How stable classes are: found again in every resample, matched to those of the sample, compared by person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.model.classes._number import Explored, Model, ordered, refitted
from pipeline.model.resample import Kind, factors
from pipeline.weight import Design

Array = np.ndarray

REFITS = 200
"""Resamples in which classes are found again; each takes as long as a fit."""
FRESH = 2
"""Random starts of a resample, besides the solution of the sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stable:
    """Classes of B resamples in the order of the sample's. values: (B, width). factor: (B, n) factor of each person.

    jaccard: (B, K) people of a class in both, over those of it in either. rand: (B,) adjusted Rand index.
    """

    values: Array
    factor: Array
    jaccard: Array
    rand: Array


def drawn(design: Design, seed: int, draws: int, kind: Kind) -> Array:
    """(draws, rows) factor of each row in each resample."""
    own: Kind = "bayesian" if kind == "jackknife" else kind
    return np.concatenate([block[:, design.pieces[0]] for block in factors(design, seed, draws, own)]).astype(float)


def stable(found: Explored, factor: Array, where: Array, weight: Array, random: np.random.Generator) -> Stable:
    """Refits under (B, n) factors of people with (n,) weights, who are the (n,) units `where` of the model."""
    model, point = found.model, found.point.values
    scale = weight.sum() / len(weight)
    many = len(model.weight[0])
    drawn_weights = summed(factor * (weight / scale), where, many)
    fits = refitted(model, point, np.maximum(drawn_weights, 0.0), random, FRESH)
    tables = crossed(model, point, fits.values)
    order = np.array([matched(table) for table in tables])
    tables = np.take_along_axis(tables, order[:, None, :], axis=2)
    return Stable(
        values=ordered(model, fits.values, order), factor=factor, jaccard=jaccard(tables), rand=adjusted_rand(tables)
    )


def summed(values: Array, where: Array, many: int) -> Array:
    """(B, many) sums of (B, n) values over the people of each unit."""
    if many == values.shape[1] and np.array_equal(where, np.arange(many)):
        return values
    order = np.argsort(where, kind="stable")
    first = np.searchsorted(where[order], np.arange(many))
    return np.asarray(np.add.reduceat(values[:, order], first, axis=1))


def crossed(model: Model, point: Array, values: Array) -> Array:
    """(B, K, K) people by their likeliest class in the sample (rows) and in each resample (columns)."""
    classes = np.arange(model.size)
    mine = model.posterior(point[None])[0].argmax(0)
    ours = (mine == classes[:, None]) * model.weight[0]
    found = [(model.posterior(one[None])[0].argmax(0) == classes[:, None]) @ ours.T for one in values]
    return np.array(found).transpose(0, 2, 1)


def matched(table: Array) -> Array:
    """(K,) column that each row of a (K, K) table goes with, one to one, so that most people agree."""
    from scipy.optimize import linear_sum_assignment

    return np.asarray(linear_sum_assignment(table, maximize=True)[1])


def jaccard(tables: Array) -> Array:
    """(B, K) common part of matched classes in (B, K, K) tables: both over either (Hennig 2007); 0 where empty."""
    both = np.diagonal(tables, axis1=1, axis2=2)
    either = tables.sum(1) + tables.sum(2) - both
    return np.asarray(both / np.where(either > 0, either, 1.0))


def adjusted_rand(tables: Array) -> Array:
    """(B,) adjusted Rand index of (B, K, K) tables (Hubert & Arabie 1985); 1 where there is a single class."""
    pairs, total = _pairs(tables).sum((1, 2)), _pairs(tables.sum((1, 2)))
    rows, columns = _pairs(tables.sum(2)).sum(1), _pairs(tables.sum(1)).sum(1)
    chance, most = rows * columns / total, (rows + columns) / 2
    apart = most - chance
    return np.asarray(np.where(np.abs(apart) > 1e-9 * total, (pairs - chance) / np.where(apart != 0, apart, 1.0), 1.0))


def _pairs(counts: Array) -> Array:
    return np.asarray(counts * (counts - 1) / 2)
