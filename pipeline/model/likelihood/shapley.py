"""Shapley shares of a pseudo-R² over all subsets of drivers, or those along some orders of entry, and their errors.

At a maximum the derivative of the log-likelihood by a row's weight is that row's own log-likelihood. So the
infinitesimal jackknife (Jaeckel 1972; Efron 1982, ch. 6) needs only the fits that are there anyway, without a refit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from pipeline import variance
from pipeline.model.importance._subsets import entry_weights
from pipeline.model.likelihood.logit import Logit
from pipeline.model.likelihood.newton import Model, block_size
from pipeline.model.likelihood.sampled import Along
from pipeline.weight import Design

Array = np.ndarray

NOTHING = 1e-12
"""Pseudo-R² that is a rounding error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """A pseudo-R² shared out over p drivers.

    values: (s,) pseudo-R² of every subset, 0 for the empty one. raw: (p,) Shapley values; they sum to values[-1].
    influence: (n, p) derivative of raw by the weight of each row of the data. sampling: (p,) standard errors of raw
    from the choice of orders of entry, 0 where all subsets were fitted.
    """

    values: Array
    raw: Array
    influence: Array
    sampling: Array

    @property
    def total(self) -> float:
        """Pseudo-R² of all drivers together."""
        return float(self.values[-1])

    @property
    def shares(self) -> Array:
        """(p,) parts of the total; they sum to 1. NaN where nothing is explained."""
        return self.raw / self.total if self.total > NOTHING else np.full(self.raw.shape, np.nan)

    @property
    def sampling_error(self) -> Array:
        """(p,) standard errors of the shares from the choice of orders of entry alone."""
        return self.sampling / self.total

    def share_covariance(self, design: Design) -> Array:
        """(p, p) covariance of the shares: between sampling units with replacement, within strata; orders as given.

        Too small for a driver whose share is all but 0: there the square of a coefficient counts, not its slope.
        """
        slopes = (self.influence - self.shares * self.influence.sum(1, keepdims=True)) / self.total
        return covariance(slopes, design)

    def share_interval(self, design: Design, level: float) -> tuple[Array, Array, Array]:
        """(p,) standard errors of the shares, and the limits of their normal intervals, cut at 0 and 1.

        Both the choice of people and that of orders of entry count.
        """
        error = np.sqrt(np.maximum(np.diag(self.share_covariance(design)), 0.0) + self.sampling_error**2)
        reach = ndtri((1 + level) / 2) * error
        return error, np.maximum(self.shares - reach, 0.0), np.minimum(self.shares + reach, 1.0)

    def total_error(self, design: Design) -> float:
        """Standard error of the total."""
        return float(np.sqrt(covariance(self.influence.sum(1, keepdims=True), design)[0, 0]))


def covariance(slopes: Array, design: Design) -> Array:
    """(k, k) design-based covariance of k figures with (n, k) derivatives by the weights of the rows."""
    return variance.covariance(slopes * design.weight[:, None], design)


def mcfadden(model: Model, params: Array, subsets: Along | None = None) -> Shares:
    """Shares of McFadden's (1974) 1 - ll(S) / ll(none), from the parameters of every subset, or of these."""
    drivers = params.shape[1] - model.fixed
    weights = _gains(drivers) if subsets is None else subsets.gains
    none = model.log_likelihood(params[:1])[0].copy()
    empty = float(none @ model.weight)
    fitted, raw, influence = np.empty(len(params)), np.zeros(drivers), np.zeros((drivers, len(none)))
    for part in _blocks(model, len(params)):
        rows, gains = model.log_likelihood(params[part]), weights[:, part]
        fitted[part] = rows @ model.weight
        raw -= gains @ fitted[part] / empty
        influence -= gains @ rows / empty
    influence -= np.outer(raw, none) / empty
    return _shared(1 - fitted / empty, raw, influence, model, subsets)


def tjur(model: Logit, params: Array, subsets: Along | None = None) -> Shares:
    """Shares of Tjur's (2009) D: mean fitted probability where y = 1 less that where y = 0."""
    drivers = params.shape[1] - model.fixed
    weights = _gains(drivers) if subsets is None else subsets.gains
    sides = np.array([(1 - model.y), model.y]).T
    sides /= model.weight @ sides
    values, raw = np.empty(len(params)), np.zeros(drivers)
    influence = np.zeros((drivers, len(model.y)))
    for part in _blocks(model, len(params)):
        gains = weights[:, part]
        means, slopes = _tjur_slopes(model, params[part], sides)
        values[part] = means[:, 1] - means[:, 0]
        raw += gains @ values[part]
        influence += gains @ slopes
    return _shared(values, raw, influence, model, subsets)


def _shared(values: Array, raw: Array, influence: Array, model: Model, subsets: Along | None) -> Shares:
    """The shares, with (p, n) influence in the order of the model."""
    sampling = np.zeros(len(raw)) if subsets is None else subsets.error(values)
    return Shares(values=values, raw=raw, influence=_as_they_came(influence, model), sampling=sampling)


def _tjur_slopes(model: Logit, params: Array, sides: Array) -> tuple[Array, Array]:
    """(b, 2) mean probabilities of either side; (b, n) derivatives of D by the weights: a row's own, and by the fit."""
    left_out, contrast = params == 0.0, sides[:, 1] - sides[:, 0]
    fitted = model.probability(params)
    means = fitted @ (sides * model.weight[:, None])
    spread = model.spread(fitted)
    information = model.information(spread)
    information[left_out[:, :, None] | left_out[:, None, :]] = 0.0
    information += np.eye(params.shape[1]) * left_out[:, :, None]
    toward = spread @ (model.weighted * contrast[:, None]).astype(np.float32)
    slopes = np.linalg.solve(information, np.where(left_out, 0.0, toward)[..., None])[..., 0] @ model.across
    slopes *= model.y - fitted
    fitted -= means[:, model.y.astype(np.intp)]
    fitted *= contrast
    slopes += fitted
    return means, slopes


def _blocks(model: Model, subsets: int) -> Iterator[slice]:
    step = block_size(len(model.weight))
    return (slice(at, min(at + step, subsets)) for at in range(0, subsets, step))


def _as_they_came(influence: Array, model: Model) -> Array:
    """(n, p) in the order of the data from (p, n) in that of the model."""
    result = np.empty(influence.T.shape)
    result[model.order] = influence.T
    return result


def _gains(drivers: int) -> Array:
    """(p, 2^p) weight of each subset's value in the Shapley value of each driver."""
    inside = (np.arange(1 << drivers) >> np.arange(drivers)[:, None] & 1).astype(bool)
    outside, either = entry_weights(drivers)
    size = inside.sum(0)
    return np.where(inside, (either - outside)[size], -outside[size])
