"""How well the model predicts people it has not seen: cross-validated R² from the moments of the folds."""

from __future__ import annotations

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.importance import usable
from pipeline.model.keyed import words
from pipeline.model.players import Structure, settled
from pipeline.moments import Moments
from pipeline.sample import Sample
from pipeline.weight import Design

Array = np.ndarray

FOLDS = 10


def validation_rows(sample: Sample, setting: Setting, seed: int) -> list[Row]:
    """r2_cv of the whole model; 'singular' where the columns cannot be told apart without one of the folds."""
    common: Row = {"outcome": setting.outcome, **everyone(sample)}
    model = sample.model
    optional = Structure.of(model).optional
    value = cross_validated(model.values, model.names, sample.design, folds(sample.design, seed), optional)
    if value is None:
        return [row("regression", "r2_cv", state="singular", reason="singular", **common)]
    return [row("regression", "r2_cv", estimate=value, **common)]


def folds(design: Design, seed: int) -> Array:
    """(r,) fold of each row, 0 … FOLDS - 1. Rows of one unit share it; folds are even within strata.

    Units are dealt out in the order of their own random number, which depends on (seed, unit) alone.
    """
    drawn = words(seed, design.keys, np.zeros(1), stream=3)[0][0]
    dealt = np.empty(len(design.keys), dtype=int)
    dealt[np.lexsort((design.keys, drawn, design.strata))] = np.arange(len(design.keys)) % FOLDS
    return np.asarray(dealt[design.unit])


def cross_validated(
    values: Array, names: tuple[str, ...], design: Design, fold: Array, optional: tuple[int, ...] = ()
) -> float | None:
    """1 less the squared errors of prediction over those of the mean, both from the other folds; weighted.

    Every fold is predicted by the moments of all rows less its own (Stone 1974), so the rows are passed once. Below 0
    where the model predicts worse than the mean; None where it cannot be fitted without one of the folds. optional:
    columns that may be constant without a fold, and then have the slope 0 there.
    """
    whole = Moments.of(values, names, design.weight)
    apart = _by_fold(values, design.weight, fold, whole)
    train = Moments(
        names=names,
        origin=whole.origin,
        weight=whole.weight - apart.weight,
        sums=whole.sums - apart.sums,
        products=whole.products - apart.products,
        rows=whole.rows,
    )
    found = settled(train.correlations, optional)
    if not np.isfinite(found).all() or not usable(found[:, :-1, :-1]).all():
        return None
    flat = np.isnan(np.diagonal(train.correlations, axis1=1, axis2=2))
    cov = np.where(flat[:, :, None] | flat[:, None], np.eye(len(names)), train.cov)
    slopes = np.linalg.solve(cov[:, :-1, :-1], cov[:, :-1, -1:])[..., 0]
    missed = _squared(apart, train, np.concatenate([-slopes, np.ones((len(slopes), 1))], 1))
    spread = _squared(apart, train, np.eye(len(names))[[-1]].repeat(len(slopes), 0))
    return float(1 - missed.sum() / spread.sum())


def _by_fold(values: Array, weight: Array, fold: Array, whole: Moments) -> Moments:
    """Moments of the rows of each fold, measured from the origin of the whole."""
    used = np.unique(fold)
    sums, products = np.empty((len(used), values.shape[1])), np.empty((len(used), *(values.shape[1],) * 2))
    for at, number in enumerate(used):
        centred = values[fold == number] - whole.origin
        scaled = centred * weight[fold == number, None]
        sums[at], products[at] = scaled.sum(0), scaled.T @ centred
    totals = np.bincount(fold, weight)[used]
    return Moments(names=whole.names, origin=whole.origin, weight=totals, sums=sums, products=products, rows=whole.rows)


def _squared(rows: Moments, train: Moments, along: Array) -> Array:
    """(folds,) weighted sum of the squares of (row less training mean) · along."""
    centre = (train.sums / train.weight[:, None] * along).sum(-1)
    linear = (rows.sums * along).sum(-1)
    square = np.einsum("fi,fij,fj->f", along, rows.products, along)
    return np.asarray(square - 2 * centre * linear + rows.weight * centre**2)
