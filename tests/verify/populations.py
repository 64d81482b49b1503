"""Populations whose shares are known, and surveys drawn from them and analysed as the pipeline does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from pipeline.model.drivers import Importance, decompose
from pipeline.model.importance import METHODS
from pipeline.model.resample import Panel, resample
from pipeline.weight import Design

DRAWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Correlations of normal drivers, all alike in pairs, and an outcome with the given slopes' proportions and R².

    points: answers are cut into that many equally wide steps, as a rating scale does; None leaves them as they are.
    """

    overlap: float
    slopes: tuple[float, ...]
    r2: float
    points: int | None = None

    @property
    def correlations(self) -> np.ndarray:
        """(p + 1, p + 1) correlations, the outcome last; of the cut answers where they are cut."""
        p = len(self.slopes)
        found = np.eye(p + 1)
        found[:p, :p] = self.overlap + (1 - self.overlap) * np.eye(p)
        slopes = np.array(self.slopes) * np.sqrt(self.r2 / (np.array(self.slopes) @ found[:p, :p] @ self.slopes))
        found[:p, p] = found[p, :p] = found[:p, :p] @ slopes
        return found

    @property
    def lmg(self) -> np.ndarray:
        """(p,) LMG in the whole population."""
        found = self.correlations if self.points is None else _large(self)
        return METHODS["lmg"](found[:-1, :-1], found[:-1, -1])

    @property
    def whole(self) -> float:
        """R² of the whole population."""
        return float(self.lmg.sum())

    @property
    def shares(self) -> np.ndarray:
        """(p,) LMG shares of the whole population."""
        return np.asarray(self.lmg / self.whole)

    def rows(self, random: np.random.Generator, n: int) -> np.ndarray:
        """(n, p + 1) answers of n people."""
        answers = random.multivariate_normal(np.zeros(len(self.slopes) + 1), self.correlations, n, method="cholesky")
        if self.points is None:
            return answers
        half = self.points // 2
        return np.clip(np.round(answers * self.points / 5 + 0.3 * half), -half, half)


@cache
def _large(population: Population) -> np.ndarray:
    """Correlations of ten million people, where no formula gives them: five times finer than 0.0005."""
    random = np.random.default_rng(1)
    return np.mean([np.corrcoef(population.rows(random, 1_000_000), rowvar=False) for _ in range(10)], axis=0)


POPULATIONS: Mapping[str, Population] = {
    "six drivers, r = .5, one without effect": Population(overlap=0.5, slopes=(8, 6, 4, 2, 1, 0), r2=0.45),
    "five drivers, r = .3, one of small share": Population(overlap=0.3, slopes=(6, 5, 3, 1, -0.6), r2=0.3),
    "four drivers, unrelated, one of tiny share": Population(overlap=0.0, slopes=(6, 4, 2, 1.1), r2=0.35),
    "five drivers, r = .7, weak": Population(overlap=0.7, slopes=(4, 3, 2, 1, 0), r2=0.2),
    "five drivers, r = .5, seven-point answers": Population(overlap=0.5, slopes=(4, 3, 2, 1, 0), r2=0.4, points=7),
}


def surveys(population: Population, n: int, number: int, seed: int) -> Iterator[Importance]:
    """Importance in `number` surveys of n people, each with its own keyed Poisson bootstrap."""
    names = (*(f"x{at}" for at in range(len(population.slopes))), "y")
    rows = np.arange(n)
    for survey in range(number):
        random = np.random.default_rng([seed, survey])
        keys = np.sort(random.integers(0, 2**64, n, dtype=np.uint64))
        design = Design(weight=np.ones(n), unit=rows, keys=keys, stratum=None, stratum_keys=None, kind="simple")
        panel = Panel(names=names, columns=population.rows(random, n), rows=rows)
        found = decompose(resample(design, {"scores": panel}, seed=20260101, draws=DRAWS)["scores"])
        assert isinstance(found, Importance)
        yield found
