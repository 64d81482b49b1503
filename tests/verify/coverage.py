"""How often the intervals of shares and of R² hold the value of the whole population."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.model.resample import corrected_interval, interval
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
    """A row for R² and for each share: population value, mean estimate, and how many of the intervals held it."""
    name, n, number = job
    population = POPULATIONS[name]
    points, lows, highs = [], [], []
    for importance in surveys(population, n, number, seed=n):
        point, draws = importance.share()
        low, high = interval(draws, LEVEL)
        whole = corrected_interval(importance.r2_draws, importance.r2, LEVEL)
        points.append([importance.r2, *point])
        lows.append([whole[0], *low])
        highs.append([whole[1], *high])
    true = np.array([population.whole, *population.shares])
    return list(_cells(name, n, true, np.array(points), np.array(lows), np.array(highs)))


def _cells(
    name: str, n: int, true: np.ndarray, points: np.ndarray, lows: np.ndarray, highs: np.ndarray
) -> Iterator[Cell]:
    for at, value in enumerate(true):
        above, below = (lows[:, at] > value).mean(), (highs[:, at] < value).mean()
        covered = 1 - above - below
        error = np.sqrt(covered * (1 - covered) / len(points))
        yield {
            "population": name,
            "n": n,
            "figure": f"share {at}" if at else "R²",
            "population value": f"{value:.3f}",
            "mean estimate": f"{points[:, at].mean():.3f}",
            "coverage": f"{covered:.3f}",
            "± MC error": f"{error:.3f}",
            "interval too high": f"{above:.3f}",
            "interval too low": f"{below:.3f}",
            "promise": _verdict(value, covered, error),
        }


def _verdict(value: float, covered: float, error: float) -> str:
    if value < SMALLEST:
        return "not promised"
    if covered < PROMISED[0] - 2 * error:
        return "BROKEN"
    return "too wide" if covered > PROMISED[1] + 2 * error else "kept"
