"""Weights adjusted to known figures of a population: raking, linear calibration and post-stratification.

Respondents who are alike (same levels, and same base weight where weights are limited) are one kind, and only kinds are
worked on. Raking: Deming & Stephan (1940), Annals of Mathematical Statistics 11; linear calibration (GREG), limits and
the variance after either: Deville & Särndal (1992), JASA 87; effective size and its loss: Kish (1965), sec. 11.7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.errors import WhybuyError
from pipeline.weighting._kinds import Kinds, kinds_of
from pipeline.weighting._solve import METHODS, Method, solve

Array = np.ndarray

TOLERANCE = 1e-11
"""Largest distance of a margin from its target, as a part of all weights, at which rounds end."""
ROUNDS = 10_000
AGAIN_TOLERANCE, AGAIN_ROUNDS = 1e-9, 500
"""The same for replicates, whose margins need not be met to the last digit."""
SAME = 1e-9
"""Totals of margins that differ by less than this part are equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """Weights of n respondents, adjusted to margins. target: (L,) totals of the levels of all margins side by side.

    base: (n,) weights before, None where all are 1. factor: (k,) what the base weight of each kind was multiplied by.
    rounds: how often all margins were gone through. gap: largest distance of a margin from its target, as a part of all
    weights.
    """

    method: Method
    kinds: Kinds
    base: Array | None
    target: Array
    factor: Array
    rounds: int
    gap: float

    @property
    def weight(self) -> Array:
        """(n,) adjusted weights; they add up to the target of each level."""
        each = self.factor.take(self.kinds.of, mode="clip")  # quicker than indexing; no kind is out of range
        return each if self.base is None else np.asarray(self.base * each)

    @property
    def sums(self) -> Array:
        """(L,) sums of the weights of those with each level."""
        return np.asarray((self.kinds.mass * self.factor) @ self.kinds.member)

    @property
    def met(self) -> bool:
        """Whether every margin is met, to 1e-10 of all weights."""
        return bool(self.gap < 1e-10)

    def again(self, counts: Array) -> Array:
        """(b, k) factors of each kind when (b, k) sums of the base weights times the counts of replicates are adjusted.

        Relative to `factor`, so that 1 means the weight of the sample. NaN in replicates that cannot be adjusted: a
        level nobody was drawn from, or no convergence.
        """
        found, _, gap = solve(self.method, self.kinds, counts, self.target, AGAIN_TOLERANCE, AGAIN_ROUNDS)
        found[~(gap < AGAIN_TOLERANCE * 10)] = np.nan
        return np.asarray(found / np.where(self.factor == 0, 1.0, self.factor))

    def residuals(self, values: Array) -> Array:
        """(n, q) values less what the margins explain of them, by least squares under the base weights.

        The variance of a weighted total after calibration is that of the total of these (Deville & Särndal 1992, eq.
        3.4; R survey's `calibrate`, and its `rake` where base weights are equal).
        """
        kinds = self.kinds
        weighted = values if self.base is None else values * self.base[:, None]
        sums = np.column_stack([np.bincount(kinds.of, one, len(kinds.mass)) for one in weighted.T])
        products = kinds.member.T @ (kinds.member * kinds.mass[:, None])
        slopes = np.linalg.pinv(products, rcond=1e-12, hermitian=True) @ (kinds.member.T @ sums)
        return np.asarray(values - (kinds.member @ slopes)[kinds.of])


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """One margin of a study: its name, the names of its levels, and their shares of the population, adding up to 1.

    codes: (r,) position of each row's level, -1 where it has none of them.
    """

    name: str
    levels: tuple[str, ...]
    shares: Array
    codes: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How the weights of a study were adjusted, and what to.

    groups: the levels of the variable `per` that were adjusted apart, () where all were together. rows: (n,) first row
    of each respondent in the responses. of_row: (r,) respondent of each row, -1 where it took no part. group: (n,)
    position in groups. given: (r,) weights before, or None. again: whether replicates are adjusted again.
    """

    adjusted: Adjusted
    margins: tuple[Margin, ...]
    per: str | None
    groups: tuple[str, ...]
    group: Array
    rows: Array
    of_row: Array
    given: Array | None
    again: bool


def rake(
    levels: Sequence[Array],
    targets: Sequence[Array],
    base: Array | None = None,
    limits: tuple[float, float] | None = None,
    mean: float | Array | None = None,
    tolerance: float = TOLERANCE,
) -> Adjusted:
    """Adjusted weights of n respondents whose margins have the given totals: raking, or iterative proportional fitting.

    After a few rounds all levels are moved together by Newton's method, to the same limit, where that is quicker.

    levels: (n,) position of each respondent's level, one array a margin. targets: (levels,) totals, one array a margin;
    their sums must agree. base: (n,) weights to begin with, 1 when absent; a weight of 0 stays 0. limits: smallest and
    largest weight relative to `mean` (of all weights when absent, or (n,) of each respondent's group): weights are cut
    and raked again until margins and limits hold together, which is raking under bounds (Deville & Särndal 1992, case
    7). Look at `met`: where margins contradict each other or the limits there is nothing to converge to. Raises
    WhybuyError where totals disagree or nobody has a level that has a total.
    """
    return _adjusted("rake", levels, targets, base, limits, mean, tolerance)


def linear(
    levels: Sequence[Array],
    targets: Sequence[Array],
    base: Array | None = None,
    limits: tuple[float, float] | None = None,
    mean: float | Array | None = None,
    tolerance: float = TOLERANCE,
) -> Adjusted:
    """The same by linear (GREG) calibration: weight = base · (1 + x'λ), the nearest to the base in chi-square.

    Without limits in closed form (Deville & Särndal 1992, sec. 1), and then weights may be negative; with limits by
    Newton's method on the truncated function (case 6).
    """
    return _adjusted("linear", levels, targets, base, limits, mean, tolerance)


def post_stratify(cell: Array, totals: Array, base: Array | None = None) -> Adjusted:
    """Adjusted weights of n respondents whose (n,) cells have the given totals: one factor a cell, in one round."""
    return rake([cell], [totals], base)


def _adjusted(
    method: Method,
    levels: Sequence[Array],
    targets: Sequence[Array],
    base: Array | None,
    limits: tuple[float, float] | None,
    mean: float | Array | None,
    tolerance: float,
) -> Adjusted:
    goals = [np.asarray(one, float) for one in targets]
    total = _total(goals)
    if mean is None:
        mean = total / len(levels[0])
    bounds = None if limits is None else (limits[0] * np.asarray(mean), limits[1] * np.asarray(mean))
    kinds = kinds_of(levels, [len(one) for one in goals], base, bounds)
    target = np.concatenate(goals)
    if (empty := (kinds.mass @ kinds.member <= 0) & (target > 0)).any():
        raise WhybuyError(f"{int(empty.sum())} levels have a total but no respondent with a weight.")
    factor, rounds, gap = solve(method, kinds, kinds.mass, target, tolerance, ROUNDS)
    begun = None if base is None else np.asarray(base, float)
    return Adjusted(method=method, kinds=kinds, base=begun, target=target, factor=factor, rounds=rounds, gap=float(gap))


def _total(goals: Sequence[Array]) -> float:
    sums = [float(one.sum()) for one in goals]
    if not sums or not min(sums) > 0 or max(sums) - min(sums) > SAME * max(sums):
        raise WhybuyError("margins need totals above zero that agree with each other.")
    return sums[0]


__all__ = ["METHODS", "Adjusted", "Calibration", "Margin", "linear", "post_stratify", "rake"]
