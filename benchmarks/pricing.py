"""Price points with 2,000 resamples, against a loop over resamples that sorts and counts anew, as scripts do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.timing import Figure, cpu, memory
from pipeline.model.pricing._points import (
    POINTS,
    Grid,
    best,
    crossings,
    cumulative,
    four_sums,
    replicated,
    trial,
    trial_sums,
    whole,
)
from pipeline.weight import Design

N, DRAWS = 2_000, 2_000
LOOPS = 20
"""Resamples of the loop that is timed; its seconds are told for all of them."""


def figures() -> Iterator[Figure]:
    four, chances = survey()
    yield _points(four)
    yield Figure(
        what=f"trial and sales over the price (Newton, Miller & Smith), {DRAWS:,} resamples, n = {N:,}",
        ours=cpu(lambda: best_prices(four, chances)),
        most_seconds=1,
        megabytes=memory(lambda: best_prices(four, chances)),
    )


def survey() -> tuple[np.ndarray, np.ndarray]:
    """(N, 4) rising prices in steps of 50, and (N, 2) chances of a purchase."""
    random = np.random.default_rng(20260101)
    worth = 2500 * np.exp(0.35 * random.normal(size=(N, 1))) * np.array([0.6, 0.8, 1.2, 1.5])
    four = np.round(np.sort(worth * np.exp(0.1 * random.normal(size=(N, 4))), axis=1) / 50) * 50
    return np.maximum.accumulate(four, axis=1) + 50 * np.arange(4), random.choice([0, 0.1, 0.3, 0.5, 0.7], (N, 2))


def design() -> Design:
    keys = np.random.default_rng(1).integers(0, 2**64, N, dtype=np.uint64)
    return Design(weight=np.ones(N), unit=np.arange(N), keys=keys, stratum=None, stratum_keys=None, kind="simple")


def points(four: np.ndarray) -> np.ndarray:
    """(DRAWS, points) price points of every resample, from raw answers."""
    grid, sample = Grid.of(four), design()
    matrix = four_sums(grid, sample, np.ones(N, bool))
    found = [
        crossings(cumulative(sums), grid.prices, "observed")
        for _, (sums,) in replicated(sample, [matrix], 1, DRAWS, "poisson")
    ]
    return np.concatenate(found, axis=1).T


def best_prices(four: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """(2, DRAWS) prices of the largest trial, and of the largest sales."""
    grid, sample = Grid.of(four), design()
    matrix, found = trial_sums(grid, four, chances, sample), []
    for _, (sums,) in replicated(sample, [matrix], 1, DRAWS, "poisson"):
        reach = trial(sums, grid.prices)
        found.append([best(reach, grid.prices), best(reach * grid.prices[:, None], grid.prices)])
    return np.concatenate(found, axis=1)


def looped(four: np.ndarray) -> list[float]:
    """Price points of one sample: four cumulative curves at every price, and the first price where two have crossed."""
    prices = np.unique(four)
    curves = [np.searchsorted(np.sort(column), prices, side="right") / len(column) for column in four.T]
    return [
        float(prices[np.argmax(curves[rising] >= 1 - curves[falling])]) for falling, rising in POINTS.values()
    ]  # fmt: skip


def _points(four: np.ndarray) -> Figure:
    grid, sample = Grid.of(four), design()
    shares = cumulative(whole(sample, four_sums(grid, sample, np.ones(N, bool))))
    np.testing.assert_array_equal(crossings(shares, grid.prices, "observed")[:, 0], looped(four))
    random = np.random.default_rng(1)

    def loop() -> None:
        for _ in range(LOOPS):
            looped(four[random.integers(0, N, N)])

    return Figure(
        what=f"price points (van Westendorp), {DRAWS:,} resamples, n = {N:,}",
        ours=cpu(lambda: points(four)),
        peer="a loop of numpy",
        theirs=cpu(loop) * DRAWS / LOOPS,
        least_ratio=4,
        most_seconds=1,
        megabytes=memory(lambda: points(four)),
    )
