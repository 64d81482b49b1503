"""The climb to a maximum of a likelihood: EM for many runs at once, with squared steps (SQUAREM)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

Array = np.ndarray

HELD = 1 << 18
"""Numbers held at once: what stays in the processor's cache."""
EXACT, ROUGH = 1e-9, 1e-6
"""Relative gain of the likelihood in a cycle of three steps below which a run has converged."""
MOST_CYCLES, FEW_CYCLES = 700, 120
"""Cycles after which an exact run, and a rough one, has not converged."""
NEAR = 0.01
"""Log-likelihoods that differ by less are those of one maximum."""


def product(one: Array, other: Array) -> Array:
    """The matrix product; single precision kernels raise flags for numbers that they do not use."""
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        return np.asarray(one @ other)


def shared_out(found: Array) -> tuple[Array, Array]:
    """(K, …) log joint densities, overwritten with the probabilities of the classes, and (…) their log sum."""
    top = found.max(0)
    found -= top
    np.exp(found, out=found)
    whole = found.sum(0)
    found /= whole
    return found, np.log(whole) + top


class Mixture(Protocol):
    """A mixture of `size` classes. `wide`: numbers that a run holds at once; `width`: parameters of a run."""

    @property
    def wide(self) -> int: ...

    def step(self, values: Array, of: Array) -> tuple[Array, Array]:
        """(s, width) parameters after one EM step, and (s,) log-likelihood before it; of: (s,) data set of each run."""
        ...

    def mended(self, values: Array) -> Array:
        """(s, width) the nearest possible parameters."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Climbed:
    """Where s runs arrived. values: (s, width). likelihood: (s,). converged: (s,) bool."""

    values: Array
    likelihood: Array
    converged: Array

    def take(self, at: Array) -> Climbed:
        """The runs at these positions."""
        return Climbed(values=self.values[at], likelihood=self.likelihood[at], converged=self.converged[at])

    @property
    def reached(self) -> float:
        """Share of the runs that reach the best likelihood."""
        return float((self.likelihood > self.likelihood.max() - NEAR).mean())


def climb(mixture: Mixture, start: Array, of: Array, tolerance: float = EXACT) -> Climbed:
    """Every run until it gains less than the tolerance; runs are taken together as far as memory is near."""
    together = max(1, HELD // mixture.wide)
    parts = [
        _climb(mixture, start[at : at + together], of[at : at + together], tolerance)
        for at in range(0, len(start), together)
    ]
    return Climbed(
        values=np.concatenate([part.values for part in parts]),
        likelihood=np.concatenate([part.likelihood for part in parts]),
        converged=np.concatenate([part.converged for part in parts]),
    )


def _climb(mixture: Mixture, start: Array, of: Array, tolerance: float) -> Climbed:
    values, likelihood = start.copy(), np.full(len(start), -np.inf)
    going = np.arange(len(start))
    for _ in range(MOST_CYCLES if tolerance <= EXACT else FEW_CYCLES):
        values[going], now = squared(mixture, values[going], of[going])
        gained = now - likelihood[going]
        likelihood[going] = now
        going = going[gained > tolerance * (1 + np.abs(now))]
        if not len(going):
            break
    likelihood = mixture.step(values, of)[1]
    converged = np.ones(len(start), dtype=bool)
    converged[going] = False
    return Climbed(values=values, likelihood=likelihood, converged=converged)


def squared(mixture: Mixture, values: Array, of: Array) -> tuple[Array, Array]:
    """Parameters after two EM steps, a leap along them and a third step, and the likelihood before; it never falls.

    Varadhan & Roland (2008), scheme S3; a leap that ends lower than it began is taken back.
    """
    first, before = mixture.step(values, of)
    second, between = mixture.step(first, of)
    way, turn = first - values, second - 2 * first + values
    length, bend = (way**2).sum(1), (turn**2).sum(1)
    leap = np.sqrt(length / np.where(bend > 0, bend, 1.0)) * (bend > 0)
    leap = np.maximum(leap, 1.0)[:, None]
    landed = mixture.mended(values + 2 * leap * way + leap**2 * turn)
    third, after = mixture.step(landed, of)
    return np.where((after >= between)[:, None], third, second), before


def best(found: Climbed, of: Array, many: int) -> Climbed:
    """The best run of each of `many` data sets; the first of equal ones."""
    order = np.lexsort((np.arange(len(of)), -found.likelihood, of))
    first = np.searchsorted(of[order], np.arange(many))
    return found.take(order[first])


def shortlisted(mixture: Mixture, start: Array, of: Array, many: int, steps: int) -> Array:
    """(many, width) the best of the runs of each data set after a few steps (em-EM, Biernacki et al. 2003)."""
    together = max(1, HELD // mixture.wide)
    values, likelihood = start.copy(), np.empty(len(start))
    for at in range(0, len(start), together):
        inside = slice(at, at + together)
        for _ in range(steps):
            values[inside], likelihood[inside] = mixture.step(values[inside], of[inside])
    return best(Climbed(values=values, likelihood=likelihood, converged=likelihood > 0), of, many).values
