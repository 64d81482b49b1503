"""Why two groups differ: the change of a share, and of the mean outcome, divided into parts that add up exactly.

A share is a function of four ingredients: coefficients, spread of the drivers, their overlap, and how reliably they
are measured. Each is swapped from one group to the other, in every order, and the mean step is its part: the Shapley
value of the swap (Shorrocks 2013). The residual sd belongs to spread; it moves R² but, as it scales every driver's
importance alike, no share.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import factorial

import numpy as np
from scipy.special import ndtr

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.compare import hidden_levels, slopes
from pipeline.model.drivers import FEWEST_USABLE
from pipeline.model.effects import holm_rows
from pipeline.model.importance import METHODS, r2, usable
from pipeline.model.reliability import alpha
from pipeline.model.resample import Panel, Resampled, difference_p, interval
from pipeline.moments import Moments
from pipeline.sample import Groups, Sample

Array = np.ndarray
Found = tuple[Array, Array]
"""Point (…) and draws (B, …) of one figure."""

NAMES = ("slope", "spread", "overlap", "reliability")
PARTS = ("change_effect", "change_spread", "change_overlap", "change_reliability")
WORK = 1 << 24
"""Submodels looked at for one contrast; with many drivers the first replicates are used, not all."""
FEWEST_DRAWS = 200
MOST_DRIVERS = 16
"""Sixteen shares of every subset in every draw: with more drivers a contrast would take minutes."""
FIT = 0.5
"""R² at which shares are computed, whatever it was: they do not depend on it, and digits are safe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredients:
    """What makes the shares of p drivers, over leading axes, on the scale of true scores.

    slope: (…, p) points of outcome per point. spread: (…, p) sd. overlap: (…, p, p) correlations.
    reliability: (…, p), 1 where ratings are taken as they are.
    """

    slope: Array
    spread: Array
    overlap: Array
    reliability: Array

    def at(self, index: Array | slice) -> Ingredients:
        """The same of some entries of the first axis."""
        return Ingredients(**{name: getattr(self, name)[index] for name in NAMES})

    def share(self) -> Array:
        """(…, p) lmg_share of ratings made of these: observed r_ij = true r_ij · sqrt(rel_i · rel_j), r_iy likewise.

        Overlap of one group with the reliability of another stays positive definite, as correlations only shrink.
        """
        root = np.sqrt(self.reliability)
        drivers = self.overlap * root[..., :, None] * root[..., None, :]
        at = np.arange(drivers.shape[-1])
        drivers[..., at, at] = 1.0
        outcome = root * (self.overlap @ (self.spread * self.slope)[..., None])[..., 0]
        outcome = outcome * np.sqrt(FIT / r2(drivers, outcome))[..., None]
        return np.asarray(METHODS["lmg"](drivers, outcome) / FIT)


def ingredients(moments: Moments, reliability: Array) -> Ingredients:
    """Ingredients of (…) moments whose last column is the outcome; NaN where they do not exist.

    That is where drivers repeat each other, where a reliability is not above 0 and at most 1, and where correlations
    corrected for it are no correlation matrix any more: nothing is repaired.
    """
    observed, sd = moments.correlations, moments.sd
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(np.where((reliability > 0) & (reliability <= 1), reliability, np.nan))
        overlap = observed[..., :-1, :-1] / (root[..., :, None] * root[..., None, :])
        at = np.arange(root.shape[-1])
        overlap[..., at, at] = 1.0
        true = observed[..., :-1, -1] / root
        width = sd[..., :-1] * root
    good = usable(overlap) & np.isfinite(observed).all((-2, -1))
    safe = np.where(good[..., None, None], overlap, np.eye(len(at)))
    beta = np.linalg.solve(safe, np.where(good[..., None], true, 0.0)[..., None])[..., 0]
    explained = (beta * np.where(good[..., None], true, 0.0)).sum(-1)
    good &= (explained > 0) & (explained <= 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.where(good[..., None], beta * sd[..., -1:] / width, np.nan)
    return Ingredients(slope=slope, spread=width, overlap=safe, reliability=np.where(np.isnan(root), 1.0, root**2))


def swap(one: Ingredients, other: Ingredients) -> Array:
    """(4, …, p) parts of share(one) - share(other), as in PARTS: the mean step over all orders of swapping."""
    pair = (other, one)
    differs = [not np.array_equal(getattr(one, name), getattr(other, name)) for name in NAMES]
    found: dict[tuple[int, ...], Array] = {}
    for chosen in product((0, 1), repeat=len(NAMES)):
        same = tuple(at * unequal for at, unequal in zip(chosen, differs, strict=True))
        if same not in found:
            parts = {name: getattr(pair[at], name) for name, at in zip(NAMES, same, strict=True)}
            found[same] = Ingredients(**parts).share()
        found[chosen] = found[same]
    return shapley(found)


def shapley(values: Mapping[tuple[int, ...], Array]) -> Array:
    """(k, …) Shapley values of a function of k players, given for every coalition (0 = out, 1 = in)."""
    k = len(next(iter(values)))
    parts = []
    for player in range(k):
        total: Array = np.zeros(())
        for coalition, value in values.items():
            if coalition[player]:
                size = sum(coalition)
                without = values[(*coalition[:player], 0, *coalition[player + 1 :])]
                total = total + factorial(size - 1) * factorial(k - size) / factorial(k) * (value - without)
        parts.append(total)
    return np.stack(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Threefold:
    """Oaxaca-Blinder parts of the gap between two means of the outcome, each (…, 1 + p), the constant first.

    endowments: other driver means at the second group's coefficients. coefficients: other coefficients at the second
    group's means. interaction: both at once. Their sum is the gap.
    """

    endowments: Array
    coefficients: Array
    interaction: Array

    @property
    def level(self) -> Array:
        """(…, p) part of the driver means, at the mean of both groups' coefficients."""
        return (self.endowments + self.interaction / 2)[..., 1:]

    @property
    def weight(self) -> Array:
        """(…, 1 + p) part of the coefficients, at the mean of both groups' means.

        How it falls on constant and drivers depends on where their scales begin (Oaxaca & Ransom 1999); the sum
        does not.
        """
        return self.coefficients + self.interaction / 2


def threefold(one: Moments, other: Moments) -> Threefold:
    """Parts of mean(one) - mean(other), over leading axes; NaN where drivers repeat each other.

    Oaxaca (1973), Blinder (1973); level and weight average both choices of the group to compare with, which is the
    Shapley value of the swap, and the two-fold form of Reimers (1983).
    """
    coefficients, means = [], []
    for moments in (one, other):
        slope = slopes(moments, usable(moments.correlations[..., :-1, :-1]))
        mean = moments.mean
        constant = mean[..., -1] - (slope * mean[..., :-1]).sum(-1)
        coefficients.append(np.concatenate([constant[..., None], slope], -1))
        means.append(np.concatenate([np.ones((*constant.shape, 1)), mean[..., :-1]], -1))
    rated, counted = means[0] - means[1], coefficients[0] - coefficients[1]
    return Threefold(endowments=rated * coefficients[1], coefficients=counted * means[1], interaction=rated * counted)


def change_panels(sample: Sample, setting: Setting, variables: Collection[str]) -> dict[str, Panel]:
    """Panels 'items:<driver>@<variable>=<level>' of complete answers to drivers of several items, from the low base."""
    found = {}
    for variable in variables:
        groups = sample.groups[variable]
        for level in _levels(sample, groups, setting):
            for name in sample.names[:-1]:
                answers = sample.items[name]
                rows = np.flatnonzero(groups.mask(level) & np.isfinite(answers).all(1))
                if answers.shape[1] > 1 and sample.base(rows).n >= setting.low_base:
                    names = tuple(str(at) for at in range(answers.shape[1]))
                    found[f"items:{name}@{variable}={level}"] = Panel(names=names, columns=answers[rows], rows=rows)
    return found


def change_rows(
    resampled: Mapping[str, Resampled], sample: Sample, setting: Setting, variables: Collection[str]
) -> list[Row]:
    """Rows of 'change' for every level against the reference; p of share_change by Holm within its variable.

    The model is that of the scores alone. Weights, strata and clusters enter through Moments and their draws. A
    driver whose reliability is unknown in either group counts as measured without error in both. Where none is known,
    or where correcting a group gives no correlation matrix in a tenth of the draws, the other three parts are those
    of the ratings as observed. More than 16 drivers have no parts of shares (state not_defined), but those of the mean.
    """
    rows: list[Row] = []
    for variable in variables:
        groups = sample.groups[variable]
        levels = [level for level in _levels(sample, groups, setting) if f"{variable}={level}" in resampled]
        found: list[Row] = []
        for level in levels:
            if level != groups.reference and groups.reference in levels:
                found += _contrast_rows(resampled, sample, setting, variable, level)
        rows += holm_rows(found, "share_change")
    return rows


def _levels(sample: Sample, groups: Groups, setting: Setting) -> list[str]:
    """Levels that are shown and have at least the low base."""
    hidden = hidden_levels(sample, groups, setting)
    large = (level for level in groups.levels if sample.base(groups.mask(level)).n >= setting.low_base)
    return [level for level in large if level not in hidden]


def _contrast_rows(
    resampled: Mapping[str, Resampled], sample: Sample, setting: Setting, variable: str, level: str
) -> Iterator[Row]:
    groups = sample.groups[variable]
    base = sample.base(groups.mask(level) | groups.mask(groups.reference))
    names = (f"{variable}={level}", f"{variable}={groups.reference}")
    common = {"outcome": setting.outcome, "contrast": f"{names[0]}-{groups.reference}", **based(base)}
    pair = (resampled[names[0]], resampled[names[1]])
    drivers = sample.names[:-1]
    yield from _share_rows(pair, _reliabilities(resampled, drivers, names), drivers, common, setting)
    yield from _mean_rows(pair, drivers, common, setting)


def _reliabilities(
    resampled: Mapping[str, Resampled], drivers: Collection[str], names: tuple[str, str]
) -> tuple[Found, Found] | None:
    """Alpha of every driver in both groups, 1 where it is not known in both; None where it is known for no driver."""
    both = {name: [resampled.get(f"items:{name}@{group}") for group in names] for name in drivers}
    known = {name: pair for name, pair in both.items() if None not in pair}
    if not known:
        return None
    draws = len(resampled[names[0]].draws.weight)
    found = []
    for at in (0, 1):
        point, drawn = np.ones(len(both)), np.ones((draws, len(both)))
        for column, name in enumerate(both):
            panel = known[name][at] if name in known else None
            if panel is not None:
                point[column], drawn[:, column] = alpha(panel.point.cov), alpha(panel.draws.cov)
        found.append((point, drawn))
    return found[0], found[1]


def _share_rows(
    pair: tuple[Resampled, Resampled],
    known: tuple[Found, Found] | None,
    drivers: tuple[str, ...],
    common: Row,
    setting: Setting,
) -> Iterator[Row]:
    if len(drivers) > MOST_DRIVERS:
        state = {"state": "not_defined", "reason": "too_many"}
        yield from (row("change", metric, term=name, **state, **common) for metric in _SHARES for name in drivers)
        return
    parts, reason = (None, "one_item") if known is None else (_parts(pair, known), "overcorrected")
    corrected = parts is not None
    if parts is None:
        ones = (np.ones(len(drivers)), np.ones((len(pair[0].draws.weight), len(drivers))))
        parts = _parts(pair, (ones, ones))
    if parts is None:
        state = {"state": "singular", "reason": "singular"}
        yield from (row("change", metric, term=name, **state, **common) for metric in _SHARES for name in drivers)
        return
    point, draws = parts
    yield from _figures("share_change", drivers, (point.sum(0), draws.sum(0)), common, setting)
    for at, metric in enumerate(PARTS if corrected else PARTS[:-1]):
        yield from _figures(metric, drivers, (point[at], draws[at]), common, setting)
    if not corrected:
        state = {"state": "singular" if reason == "overcorrected" else "not_defined", "reason": reason}
        yield from (row("change", PARTS[-1], term=name, **state, **common) for name in drivers)


_SHARES = ("share_change", *PARTS)


def _parts(pair: tuple[Resampled, Resampled], known: tuple[Found, Found]) -> Found | None:
    """Point (4, p) and draws (4, B, p) of the parts; None where too few exist (see `ingredients`)."""
    points = [ingredients(each.point, found[0]) for each, found in zip(pair, known, strict=True)]
    if not np.isfinite([each.slope for each in points]).all():
        return None
    most = max(FEWEST_DRAWS, WORK >> (points[0].slope.shape[-1] + len(PARTS)))
    first, second = (ingredients(each.draws, found[1]).at(slice(most)) for each, found in zip(pair, known, strict=True))
    good = np.isfinite(first.slope).all(-1) & np.isfinite(second.slope).all(-1)
    if good.mean() < FEWEST_USABLE:
        return None
    return swap(*points), swap(first.at(good), second.at(good))


def _mean_rows(
    pair: tuple[Resampled, Resampled], drivers: tuple[str, ...], common: Row, setting: Setting
) -> Iterator[Row]:
    one, other = pair
    total = tuple(getattr(one, of).mean[..., -1:] - getattr(other, of).mean[..., -1:] for of in ("point", "draws"))
    point, draws = threefold(one.point, other.point), threefold(one.draws, other.draws)
    yield from _figures("mean_change", (None,), (total[0], total[1]), common, setting)
    if not np.isfinite(point.weight).all() or np.isfinite(draws.weight).all(-1).mean() < FEWEST_USABLE:
        state = {"state": "singular", "reason": "singular"}
        yield from (row("change", metric, **state, **common) for metric in ("change_level", "change_weight"))
        return
    for metric, terms, parts in (
        ("change_level", drivers, (point.level, draws.level)),
        ("change_weight", ("intercept", *drivers), (point.weight, draws.weight)),
    ):
        yield from _figures(metric, terms, parts, common, setting)
        sums = (parts[0].sum(-1, keepdims=True), parts[1].sum(-1, keepdims=True))
        yield from _figures(metric, (None,), sums, common, setting)


def _figures(metric: str, terms: Collection[str | None], values: Found, common: Row, setting: Setting) -> Iterator[Row]:
    """One row a term with error and interval; p of a change of shares, which are skewed, from the draws themselves."""
    point, draws = values
    low, high = interval(draws, setting.level)
    p = difference_p(draws, point) if metric == "share_change" else None
    for at, term in enumerate(terms):
        limits = spread(draws[:, at], low[at], high[at], setting.level)
        found = row("change", metric, term=term, estimate=float(point[at]), **limits, **common)
        if metric in ("share_change", "mean_change") and found["std_error"]:
            normal = 2 * ndtr(-abs(found["estimate"]) / found["std_error"])
            found["p_value"] = float(normal if p is None else p[at])
        yield found
