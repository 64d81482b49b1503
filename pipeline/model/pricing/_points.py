"""Price curves of the sample and of every replicate, where they cross, and the demand that intent makes of them.

Both curves of a point are monotone, so they meet at one price or over one range of prices, of which the lowest is
taken. They meet where the cumulative shares of the two questions add up to 1: at the median of both pooled. So the
points are order statistics, which no absurd answer moves far.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pipeline.model.resample import Kind, factors
from pipeline.weight import Design

Array = np.ndarray
Convention = Literal["observed", "interpolated"]

QUESTIONS = ("too_cheap", "cheap", "expensive", "too_expensive")
POINTS: Mapping[str, tuple[int, int]] = {
    "opp": (0, 3), "idp": (1, 2), "pmc": (0, 1), "pme": (2, 3), "pmc_narrower": (0, 2), "pme_narrower": (1, 3),
}  # fmt: skip
"""Point -> questions whose curves cross there: the one that falls with the price, and the one that rises.

pmc and pme by van Westendorp (1976): 'too cheap' meets 'not cheap', 'too expensive' meets 'not expensive'. The
narrower pair is the one that software has for them: 'too cheap' meets 'expensive', 'too expensive' meets 'cheap'.
"""
EQUAL = 1e-9
"""Shares that differ by less are equal: sums of weights are not exact."""
HELD = 1 << 22
"""Sums held in memory at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """(U,) prices named to any question, from low to high, and the (r, q) places of the answers among them."""

    prices: Array
    place: Array

    @classmethod
    def of(cls, answers: Array) -> Grid:
        prices, place = np.unique(answers, return_inverse=True)
        return cls(prices=prices, place=place.reshape(answers.shape))


def sums_by(places: Array, values: Array, design: Design, many: int) -> Any:
    """(many, pieces) sparse sums of (r, q) values at (r, q) places, over the rows that share a factor."""
    from scipy.sparse import csr_array

    piece, pieces = design.pieces
    columns = np.broadcast_to(piece[:, None], places.shape)
    return csr_array((values.ravel(), (places.ravel(), columns.ravel())), shape=(many, pieces))


def replicated(
    design: Design, matrices: Sequence[Any], seed: int, draws: int, kind: Kind
) -> Iterator[tuple[slice, list[Array]]]:
    """Which draws, and the (k, b) sums of every matrix in them: one product of sums by factors each, block by block."""
    largest = max(matrix.shape[0] for matrix in matrices)
    step, first = max(1, HELD // largest), 0
    for block in factors(design, seed, draws, kind):
        for at in range(0, len(block), step):
            part = np.ascontiguousarray(block[at : at + step].T, dtype=float)
            where = slice(first + at, first + at + part.shape[1])
            yield where, [matrix @ part for matrix in matrices]
        first += len(block)


def whole(design: Design, matrix: Any) -> Array:
    """(k, 1) sums of the sample itself."""
    return np.asarray(matrix @ np.ones((design.pieces[1], 1)))


def four_sums(grid: Grid, design: Design, mask: Array) -> Any:
    """(4 U, pieces) weights of the rows in the mask at the price named to each question."""
    many = len(grid.prices)
    weight = np.broadcast_to((design.weight * mask)[:, None], grid.place.shape)
    return sums_by(grid.place + many * np.arange(4), weight, design, 4 * many)


def cumulative(sums: Array) -> Array:
    """(4, U, b) shares that named a price up to each one; NaN where a replicate has nobody."""
    found = np.cumsum(sums.reshape(4, -1, sums.shape[1]), axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(found / found[:, -1:])


def crossings(shares: Array, prices: Array, convention: Convention) -> Array:
    """(points, b) prices of POINTS from (4, U, b) cumulative shares; NaN where the curves meet nowhere above zero.

    observed: the lowest named price at which the rising curve has reached the falling one, as R pricesensitivitymeter
    until 1.3.0. interpolated: where straight lines between the named prices cross, as from 1.3.3, whose curves begin at
    zero at the lowest price named to their own question.
    """
    if convention == "interpolated":
        begun = np.concatenate([np.zeros_like(shares[:, :1]), shares[:, :-1]], axis=1) > EQUAL
        shares = np.where(begun, shares, np.where(np.isnan(shares), np.nan, 0.0))
    found = [_crossing(shares[falling], shares[rising], prices, convention) for falling, rising in POINTS.values()]
    return np.array(found)


def _crossing(falling: Array, rising: Array, prices: Array, convention: Convention) -> Array:
    """(b,) lowest price at which 1 - falling <= rising."""
    together = falling + rising
    met = together >= 1 - EQUAL
    at, draw = met.argmax(0), np.arange(together.shape[1])
    price = prices[at].astype(float)
    if convention == "interpolated":
        before = np.maximum(at - 1, 0)
        low, high = 1 - together[before, draw], together[at, draw] - 1
        inside = (at > 0) & (low > 0) & (high > 0)
        part = np.divide(low, low + high, out=np.ones_like(low), where=inside)
        price = prices[before] + (price - prices[before]) * part
    apart = (falling[at, draw] >= 1 - EQUAL) & (rising[at, draw] <= EQUAL)
    return np.where(met.any(0) & ~apart, price, np.nan)


def trial_sums(grid: Grid, answers: Array, chances: Array, design: Design) -> Any:
    """(U + 1, pieces) changes of slope of the purchase chances over the price; the last row holds the weights.

    A respondent's chance is 0 up to his too cheap price, chances[:, 0] at cheap, chances[:, 1] at expensive, 0 from too
    expensive on, and straight between them (Newton, Miller & Smith 1993).
    """
    heights = np.column_stack([np.zeros(len(chances)), chances, np.zeros(len(chances))])
    slopes = np.diff(heights, axis=1) / np.diff(answers, axis=1)
    edge = np.zeros((len(slopes), 1))
    changes = np.diff(np.column_stack([edge, slopes, edge]), axis=1)
    many = len(grid.prices)
    places = np.column_stack([grid.place, np.full(len(grid.place), many)])
    values = np.column_stack([changes, np.ones(len(changes))]) * design.weight[:, None]
    return sums_by(places, values, design, many + 1)


def trial(sums: Array, prices: Array) -> Array:
    """(U, b) mean chance of a purchase at every named price."""
    slopes = np.cumsum(sums[:-2], axis=0)
    rises = np.cumsum(slopes * np.diff(prices)[:, None], axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.concatenate([np.zeros((1, sums.shape[1])), rises]) / sums[-1]
    return np.asarray(np.where(np.abs(found) < EQUAL, 0.0, found))


def best(values: Array, prices: Array) -> Array:
    """(b,) lowest price at which (U, b) values are largest; NaN where none is above zero."""
    top = values.max(0)
    at = (values >= top - EQUAL * np.abs(top)).argmax(0)
    return np.where(top > 0, prices[at], np.nan)
