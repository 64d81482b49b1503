"""How often the percentile interval of a share holds the share of the whole population."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.model.resample import interval
from tests.verify.populations import POPULATIONS, surveys

SIZES = (150, 400, 1000)
LEVEL = 0.95
PROMISED = (0.92, 0.97)
SMALLEST = 0.02
"""Share from which both limits are promised."""

Job = tuple[str, int, int]
Cell = dict[str, object]


def jobs(number: int) -> list[Job]:
    return [(name, n, number) for name in POPULATIONS for n in SIZES]


def run(job: Job) -> list[Cell]:
    """One row a driver: its population share, its mean estimate, and how many of the intervals held the share."""
    name, n, number = job
    population = POPULATIONS[name]
    points, lows, highs = [], [], []
    for importance in surveys(population, n, number, seed=n):
        point, draws = importance.share()
        low, high = interval(draws, LEVEL)
        points.append(point)
        lows.append(low)
        highs.append(high)
    return list(_cells(name, n, population.shares, np.array(points), np.array(lows), np.array(highs)))


def _cells(
    name: str, n: int, true: np.ndarray, points: np.ndarray, lows: np.ndarray, highs: np.ndarray
) -> Iterator[Cell]:
    for at, share in enumerate(true):
        above, below = (lows[:, at] > share).mean(), (highs[:, at] < share).mean()
        covered = 1 - above - below
        error = np.sqrt(covered * (1 - covered) / len(points))
        yield {
            "population": name,
            "n": n,
            "share": f"{share:.3f}",
            "mean estimate": f"{points[:, at].mean():.3f}",
            "coverage": f"{covered:.3f}",
            "± MC error": f"{error:.3f}",
            "interval too high": f"{above:.3f}",
            "interval too low": f"{below:.3f}",
            "promise": _verdict(share, covered, error),
        }


def _verdict(share: float, covered: float, error: float) -> str:
    if share < SMALLEST:
        return "not promised"
    if covered < PROMISED[0] - 2 * error:
        return "BROKEN"
    return "too wide" if covered > PROMISED[1] + 2 * error else "kept"
