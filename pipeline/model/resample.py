"""The bootstrap: a combinator from Moments to Moments with a leading replicate axis.

One matrix product (factors × unit sums) serves every estimator that is a function of moments, for every group at once.
Percentile intervals: the reflected ("basic") interval of a share covers too little. R², which resampling inflates, has
the bias-corrected one: without it, a 95 % interval from 150 people holds the truth in four of five samples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri

from pipeline.model.keyed import exponential_weights, poisson_counts, rao_wu_factors
from pipeline.moments import ROUNDING, Moments, from_sums, unit_sums
from pipeline.variance import ratio, spread_of_units
from pipeline.weight import Design, Frame

Array = np.ndarray
Kind = Literal["poisson", "bayesian", "jackknife"]
Interval = Literal["percentile", "corrected", "bca"]

CHUNK = 1 << 22
"""Factors, or summed parts, held in memory at once."""
MOST_COUNT = 9
"""Largest Poisson count that occurs."""
IMPOSSIBLE = 1e-8
"""A smallest eigenvalue of correlations below minus this is no rounding error."""
TAIL, FEW = 0.01, 5
"""Part of the draws that says how wide a tail is, and the number in it from which it is counted."""
EXACT = 1 << 24
"""Whole numbers below this are exact in single precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Complete (rows, q) columns of some of the sample's rows, to be resampled together. rows: their positions."""

    names: tuple[str, ...]
    columns: Array
    rows: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampled:
    """Moments of one panel: `point` of the sample itself, `draws` with a leading axis of replicates."""

    point: Moments
    draws: Moments


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """How the rows of one panel add up within the units. whole: sums of whole counts are exact in single precision."""

    panel: Panel
    weight: Array
    unit: Array
    origin: Array
    whole: bool

    @classmethod
    def of(cls, panel: Panel, point: Moments, design: Design) -> _Parts:
        weight, origin = design.weight[panel.rows], np.rint(point.origin)
        centred = panel.columns - origin
        largest = max(1.0, float(np.abs(centred).max(initial=0.0))) ** 2
        whole = (
            largest * MOST_COUNT * len(panel.rows) < EXACT
            and bool((weight == 1).all())
            and np.array_equal(centred, np.rint(centred))
        )
        origin = origin if whole else point.origin
        return cls(panel=panel, weight=weight, unit=design.pieces[0][panel.rows], origin=origin, whole=whole)

    @property
    def width(self) -> int:
        q = len(self.panel.names)
        return 1 + q + q * (q + 1) // 2

    def sums(self, first: int, until: int) -> Array:
        """(until - first, width) sums of the units from first to until - 1."""
        inside = (self.unit >= first) & (self.unit < until)
        columns, weight, unit = self.panel.columns, self.weight, self.unit
        if not inside.all():
            columns, weight, unit = columns[inside], weight[inside], unit[inside]
        return unit_sums(columns, weight, unit - first, until - first, self.origin)


def factors(design: Design, seed: int, draws: int, kind: Kind = "poisson") -> Iterator[Array]:
    """Blocks of (b, units) replicate factors, `draws` rows in all.

    poisson: Poisson(1) counts, or the Rao-Wu rescaling where there are strata. bayesian: exponential(1) weights (Rubin
    1981), under strata scaled to the number of units in each; they give a stratum of n units (n - 1)/(n + 1) of its
    variance, so that strata of few units are better served by poisson. A finite population shrinks what factors differ
    from 1 by √(1 - f) (Rao & Wu 1988, eq. 4.1). Where replicates are adjusted again there is one a piece, not a unit.
    """
    frame = design.frame
    if frame is not None and frame.again is not None:
        yield from _adjusted(frame, seed, draws, kind)
        return
    root = None if design.left is None else np.sqrt(design.left)[design.strata]
    for block in _drawn(design, seed, draws, kind):
        yield block if root is None else 1 + root * (block - 1.0)


def _adjusted(frame: Frame, seed: int, draws: int, kind: Kind) -> Iterator[Array]:
    """Factors of pieces: what was drawn of their unit, times how its kind is weighted in the replicate.

    A replicate that cannot be adjusted keeps the weights of the sample.
    """
    again, adjusted = frame.again, frame.adjusted
    assert again is not None  # noqa: S101 (asked by the caller)
    order = np.argsort(adjusted.kinds.of, kind="stable")
    starts = np.searchsorted(adjusted.kinds.of[order], np.arange(len(adjusted.kinds.mass)))
    unit = frame.design.unit[order]
    base = None if adjusted.base is None else adjusted.base[order]
    for block in factors(frame.design, seed, draws, kind):
        each = block[:, unit].astype(float) if base is None else block[:, unit] * base
        found = adjusted.again(np.add.reduceat(each, starts, axis=1))
        yield block[:, again.unit] * np.where(np.isfinite(found), found, 1.0)[:, again.kind]


def _drawn(design: Design, seed: int, draws: int, kind: Kind) -> Iterator[Array]:
    """Blocks of (b, units) factors under an endless population."""
    step = max(8, CHUNK // max(1, len(design.keys)) // 8 * 8)
    for first in range(0, draws, step):
        until = min(draws, first + step)
        if kind == "bayesian":
            yield _within_strata(exponential_weights(seed, design.keys, first, until), design)
        elif design.stratum is None or design.stratum_keys is None:
            yield poisson_counts(seed, design.keys, first, until)
        else:
            yield rao_wu_factors(seed, design.stratum, design.stratum_keys, first, until)


def _within_strata(weights: Array, design: Design) -> Array:
    if design.stratum is None:
        return weights
    for at in range(int(design.stratum.max()) + 1):
        members = np.flatnonzero(design.stratum == at)
        weights[:, members] *= len(members) / weights[:, members].sum(1, keepdims=True)
    return weights


def resample(
    design: Design, panels: Mapping[str, Panel], *, seed: int, draws: int, kind: Kind = "poisson"
) -> dict[str, Resampled]:
    """Moments of every panel in the sample and in each replicate; all panels share the replicates.

    A unit's rows share one factor, so stacked rows and clusters are resampled whole. Whole numbers are multiplied in
    single precision where that is exact.
    """
    points = {name: Moments.of(panel.columns, panel.names, design.weight[panel.rows]) for name, panel in panels.items()}
    parts = {name: _Parts.of(panel, points[name], design) for name, panel in panels.items()}
    each = list(parts.values())
    normal = kind == "jackknife"
    drawn = _normal(design, each, seed, draws) if normal else _replicated(design, each, seed, draws, kind)
    found = {}
    for (name, part), sums in zip(parts.items(), drawn, strict=True):
        moments = from_sums(sums, part.panel.names, part.origin, len(part.panel.rows))
        found[name] = Resampled(point=points[name], draws=_possible(moments) if normal else moments)
    return found


def _replicated(design: Design, parts: list[_Parts], seed: int, draws: int, kind: Kind) -> list[Array]:
    """Sums of each panel in every replicate: factors × unit sums, block by block."""
    counted = kind == "poisson" and design.stratum is None and design.left is None and design.frame is None
    precision = [np.float32 if counted and part.whole else np.float64 for part in parts]
    pieces = design.pieces[1]
    sums = [part.sums(0, pieces).astype(kept, copy=False) for part, kept in zip(parts, precision, strict=True)]
    together = {kept: [at for at, mine in enumerate(precision) if mine is kept] for kept in set(precision)}
    found = [np.empty((draws, part.width)) for part in parts]
    stacked = {kept: np.hstack([sums[at] for at in members]) for kept, members in together.items()}
    first = 0
    for block in factors(design, seed, draws, kind):
        for kept, members in together.items():
            product = block.astype(kept, copy=False) @ stacked[kept]
            ends = np.cumsum([parts[at].width for at in members])[:-1]
            for at, piece in zip(members, np.split(product, ends, axis=1), strict=True):
                found[at][first : first + len(block)] = piece
        first += len(block)
    return found


def _normal(design: Design, parts: list[_Parts], seed: int, draws: int) -> list[Array]:
    """Normal draws of the sums of all panels together: total ± the covariance of the unit sums, within strata.

    With many more units than columns, by the eigenvectors of that covariance and no pass over units a draw; else by a
    normal number a unit, which has the same distribution and costs less.
    """
    units, width = len(design.keys), sum(part.width for part in parts)
    random = np.random.Generator(np.random.Philox(key=seed))
    if width <= draws and 4 * width <= units:
        total, root = _covariance_root(design, parts)
    else:
        sums = np.hstack([part.sums(0, units) for part in parts])
        total, root = sums.sum(0), spread_of_units(sums, design)
    drawn = total + random.standard_normal((draws, len(root))) @ root
    return np.split(drawn, np.cumsum([part.width for part in parts])[:-1], axis=1)


def _possible(moments: Moments) -> Moments:
    """The same, with NaN in draws whose covariances no sample can have: a normal number knows no limits."""
    found = moments.correlations
    known = np.isfinite(found).all((-2, -1))
    smallest = np.linalg.eigvalsh(np.where(known[:, None, None], found, np.eye(len(moments.names))))[:, 0]
    hidden = np.where(smallest < -IMPOSSIBLE, np.nan, 1.0)
    return replace(moments, sums=moments.sums * hidden[:, None], products=moments.products * hidden[:, None, None])


def _covariance_root(design: Design, parts: list[_Parts]) -> tuple[Array, Array]:
    """(width,) total and a (width, width) root R of the covariance R'R of the sums, in chunks of units."""
    width, apart = sum(part.width for part in parts), ratio(design)
    strata = len(apart)
    within, sizes = np.zeros((strata, width)), np.bincount(design.strata)
    products = np.zeros((width, width))
    step = max(1, CHUNK // width)
    for first in range(0, len(design.keys), step):
        until = min(len(design.keys), first + step)
        sums = np.hstack([part.sums(first, until) for part in parts])
        stratum = design.strata[first:until]
        np.add.at(within, stratum, sums) if strata > 1 else np.add(within, sums.sum(0), out=within)
        products += (sums * apart[stratum][:, None]).T @ sums
    noise = ROUNDING * np.diagonal(products)
    return within.sum(0), _root(products - (within * (apart / sizes)[:, None]).T @ within, noise)


def _root(cov: Array, noise: Array) -> Array:
    """(width, width) R with R'R the covariance; columns whose variance is within the noise do not vary at all."""
    variance = np.diagonal(cov)
    scale = np.sqrt(np.where(variance > noise, variance, 0.0))
    safe = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(np.where(np.outer(scale, scale) > 0, cov / np.outer(safe, safe), 0.0))
    kept = np.where(values > ROUNDING * len(values), values, 0.0)
    return np.asarray(np.sqrt(kept)[:, None] * vectors.T * scale)


def limits(
    draws: Array, point: Array | float, level: float, kind: Interval, acceleration: Array | float = 0.0
) -> Array:
    """(2, …) lower and upper limits over the first axis; draws that do not exist (NaN) are left out.

    percentile: the central part of the draws. corrected: bias-corrected percentiles (Efron 1981). bca: also
    accelerated (Efron 1987, eq. 6.8), with `acceleration` from the infinitesimal jackknife. The correction is never so
    large that the interval would leave the point estimate out.
    """
    reach = ndtri((1 + level) / 2) * np.array([-1.0, 1.0]).reshape(2, *(1,) * (draws.ndim - 1))
    if kind == "percentile":
        return quantiles(draws, ndtr(reach))
    count = np.maximum(np.isfinite(draws).sum(0), 1)
    shift = np.clip(ndtri((draws < point).sum(0) / count), -reach[1], reach[1])
    moved = shift + reach
    return quantiles(draws, ndtr(shift + moved / np.maximum(1 - np.asarray(acceleration) * moved, 0.1)))


def quantiles(draws: Array, parts: Array) -> Array:
    """(k, …) quantiles (linear between draws) at the (k, …) parts, over the first axis without NaN."""
    ordered = np.sort(draws, axis=0)
    last = np.isfinite(ordered).sum(0) - 1
    place = np.broadcast_to(parts, (len(parts), *draws.shape[1:])) * last
    below = np.clip(np.floor(place).astype(int), 0, None)
    above = np.minimum(below + 1, np.maximum(last, 0))
    low, high = np.take_along_axis(ordered, below, 0), np.take_along_axis(ordered, above, 0)
    return np.asarray(low + (high - low) * (place - below))


def interval(
    draws: Array,
    level: float,
    point: Array | float = 0.0,
    kind: Interval = "percentile",
    acceleration: Array | float = 0.0,
) -> tuple[Array, Array]:
    """Limits of every column of the draws (see `limits`); the percentile interval needs no point."""
    low, high = limits(draws, point, level, kind, acceleration)
    return low, high


def corrected_interval(draws: Array, point: float, level: float) -> tuple[float, float]:
    """Bias-corrected percentile interval of one figure that resampling shifts, as it does R²."""
    low, high = limits(draws, point, level, "corrected")
    return float(low), float(high)


def difference_p(draws: Array, point: Array) -> Array:
    """(…) two-sided p of a difference from its draws: twice the smaller part on either side of zero.

    Where fewer than FEW draws lie there, the tail is continued by a normal one as wide as the draws are on that side,
    so that p can pass a correction for many comparisons. A normal p from the standard error finds too many differences
    of shares between small groups, whose draws are skewed.
    """
    beyond = np.minimum((draws <= 0).sum(0), (draws >= 0).sum(0))
    counted = np.minimum(1.0, 2 * (beyond + 1) / (np.isfinite(draws).sum(0) + 1))
    reach = ndtri(1 - TAIL)
    low, high = quantiles(draws, np.array([TAIL, 1 - TAIL]).reshape(2, *(1,) * (draws.ndim - 1)))
    side = np.where(point > 0, point - low, high - point) / reach
    continued = 2 * ndtr(-np.abs(point) / np.where(side > 0, side, np.inf))
    return np.asarray(np.where(beyond >= FEW, counted, np.minimum(counted, continued)))


def rank_interval(ranks: Array, level: float) -> tuple[Array, Array]:
    """Central interval of whole ranks over the first axis: its ends are ranks that occurred."""
    tail = (1 - level) / 2
    low, high = np.quantile(ranks, [tail, 1 - tail], axis=0, method="inverted_cdf")
    return low, high


def ranks(values: Array) -> Array:
    """(…, p) rank of each value along the last axis, 1 = largest; equal values share the better rank."""
    return np.asarray(1 + (values[..., None, :] > values[..., :, None]).sum(-1))
