"""Other correlations for the model than Pearson's: shrunk, or of the continuous variables behind ordered answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from pipeline.model import Setting
from pipeline.model.polychoric import polychoric
from pipeline.model.resample import Kind, Resampled, factors
from pipeline.model.shrinkage import shrunk, towards_none
from pipeline.moments import Moments
from pipeline.sample import Sample

Array = np.ndarray

POLYCHORIC_DRAWS = 500
"""Each one is a maximum-likelihood fit of every pair of columns."""


def correlated(choice: str, model: Resampled, sample: Sample, setting: Setting, kind: Kind) -> Resampled:
    """The model's moments with 'pearson' (as they are), 'shrunk' or 'polychoric' correlations.

    shrunk: λ is found once in the sample and holds in every resample. polychoric: fitted anew in the first
    POLYCHORIC_DRAWS resamples, with NaN beside columns that do not vary in one; levels of categories, numbers and
    interactions count as continuous. Means and deviations are standardised away.
    """
    if choice == "pearson":
        return model
    values, names = sample.model.values, sample.model.names
    if choice == "shrunk":
        point, intensity = shrunk(values, sample.design.weight)
        return _of(point, towards_none(model.draws.correlations, intensity), names, len(values))
    rated = [name for name, kind_of in sample.model.kinds.items() if kind_of == "construct"]
    numbers = tuple(at for at, name in enumerate(names[:-1]) if at < sample.model.controls or name not in rated)
    found = polychoric(values, sample.design.weight, names, numbers).moments.correlations
    drawn = np.stack([_fitted(values, weight, names, numbers) for weight in _weights(sample, setting, kind)])
    return _of(found, drawn, names, len(values))


def _of(point: Array, draws: Array, names: tuple[str, ...], rows: int) -> Resampled:
    one = Moments.of_correlations(point, names, rows)
    return Resampled(point=one, draws=replace(one, products=draws * (rows - 1)))


def _weights(sample: Sample, setting: Setting, kind: Kind) -> Array:
    """(draws, r) weights of the rows in each resample."""
    count = min(setting.draws, POLYCHORIC_DRAWS)
    drawn = np.concatenate(list(factors(sample.design, setting.seed, count, kind)))
    return np.asarray(sample.design.weight * drawn[:, sample.design.pieces[0]])


def _fitted(values: Array, weight: Array, names: tuple[str, ...], numbers: Collection[int]) -> Array:
    found = np.full((len(names), len(names)), np.nan)
    kept = weight > 0
    varied = np.flatnonzero(np.ptp(values[kept], axis=0) > 0) if kept.any() else np.empty(0, dtype=int)
    if len(varied) > 1:
        inside = [at for at, place in enumerate(varied) if place in numbers]
        some = tuple(names[at] for at in varied)
        fitted = polychoric(values[np.ix_(kept, varied)], weight[kept], some, inside)
        found[np.ix_(varied, varied)] = fitted.moments.correlations
    return found
