"""How many classes: every number of them from many starts, criteria, and the bootstrap likelihood-ratio test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.model.classes._answers import Answers
from pipeline.model.classes._climb import EXACT, ROUGH, Climbed, best, climb, shortlisted
from pipeline.model.classes._regressions import Regressions

Array = np.ndarray
Model = Answers | Regressions

TESTED = 39
"""Simulated data sets of a test: the smallest p is 1 in 40, and a test at .05 is exact."""
BLOCK, BLOCK_GAPS, ENOUGH = 20, 5, 6
"""Data sets simulated at once; with missing answers, where they share few patterns; and how many that pass
the sample end the test (Besag & Clifford 1991).
"""
STARTS, STEPS = 8, 15
"""Random starts of a simulated data set, and steps after which the best of them is followed."""
FINAL = 3
"""One start in so many, the best after as many steps, is followed to its end."""
FAR = 5.0
"""Log-likelihood below the best, after a rough climb or a few steps, from which a run is given up."""
WORSE = 10.0
"""Sizes are no longer tried once two in a row have a BIC that is this much above the lowest (Raftery 1995)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The best solution of one number of classes. smallest: respondents in its smallest class; fault: why it cannot be
    chosen ('not_converged', 'not_identified', 'empty_class'), or None.
    """

    size: int
    values: Array
    likelihood: float
    reached: float
    bic: float
    icl: float
    entropy: float
    smallest: float
    fault: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """Every number of classes tried, the one chosen, and p of the tests between a number and one class less."""

    model: Model
    fits: tuple[Fitted, ...]
    chosen: int
    tests: dict[int, float]

    @property
    def point(self) -> Fitted:
        return self.fits[self.chosen - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a mixture. people: respondents. n_eff: how many they count for. minimum: the minimum base."""

    most: int
    count: int | None
    starts: int
    people: int
    n_eff: float
    minimum: int
    seed: int
    stream: int


def generator(asked: Asked, *at: int) -> np.random.Generator:
    """Random numbers of their own for each purpose, from the seed of the study."""
    code = asked.stream
    for one in at:
        code = code * 1000 + one
    return np.random.Generator(np.random.Philox(key=np.array([asked.seed % 2**64, code], dtype=np.uint64)))


def explore(model: Model, asked: Asked) -> Explored:
    """Solutions of 1 to `most` classes, the number of the lowest BIC (or the one asked for), and its tests.

    A number of classes that does not converge, is not identified, or has a class under the minimum base is not chosen.
    Tested are the number chosen, and one class more.
    """
    fits: list[Fitted] = []
    for size in range(1, max(asked.most, asked.count or 1) + 1):
        fits.append(fitted(model.into(size), asked))
        lowest = min(one.bic for one in fits)
        worse = all(one.bic > lowest + WORSE for one in fits[-2:])
        if worse and size > 2 and size > (asked.count or 1):
            break
    possible = [one for one in fits if one.fault is None]
    lowest_bic = min(possible, key=lambda one: one.bic).size if possible else 1
    chosen = asked.count or lowest_bic
    tests = {
        size: tested(model, fits[size - 2], fits[size - 1], asked)
        for size in (chosen, chosen + 1)
        if 1 < size <= len(fits) and fits[size - 1].fault != "not_converged"
    }
    return Explored(model=model.into(chosen), fits=tuple(fits), chosen=chosen, tests=tests)


def fitted(model: Model, asked: Asked) -> Fitted:
    """The best of all starts, its classes from large to small, with its criteria.

    BIC, ICL and tests count n_eff respondents: log-likelihoods are those of the people times n_eff over their number.
    """
    found, reached = started(model, asked)
    at = int(found.likelihood.argmax())
    values = ordered(model, found.values[at : at + 1])
    posterior, weight = model.posterior(values)[0], model.weight[0]
    total = float(weight.sum())
    unsure = -float((weight * posterior * np.log(np.maximum(posterior, 1e-300))).sum())
    scale = asked.n_eff / total
    bic = -2 * float(found.likelihood[at]) * scale + model.free * float(np.log(asked.n_eff))
    smallest = float(values[0, : model.size].min()) * asked.people
    fault = "not_converged" if not found.converged[at] else None
    if fault is None and model.size > 1:
        fault = None if model.identified(values[0]) else "not_identified"
        fault = "empty_class" if fault is None and smallest < asked.minimum else fault
    return Fitted(
        size=model.size,
        values=values[0],
        likelihood=float(found.likelihood[at]),
        reached=reached,
        bic=bic,
        icl=bic + 2 * unsure * scale,
        entropy=1 - unsure / (total * np.log(model.size)) if model.size > 1 else 1.0,
        smallest=smallest,
        fault=fault,
    )


def started(model: Model, asked: Asked) -> tuple[Climbed, float]:
    """Where the starts arrive, one for a single class, else the best third after some steps; and the share of these
    that reach the best. Those that are far below when they have settled roughly are not followed further.
    """
    number = 1 if model.size == 1 else asked.starts
    start = model.random(number, generator(asked, 1, model.size))
    together, rough = np.zeros(number, int), model.rough()
    for _ in range(STEPS):
        start, likelihood = rough.step(start, together)
    final = start[np.lexsort((np.arange(number), -likelihood))[: -(-number // FINAL)]]
    near = climb(rough, final, together[: len(final)], ROUGH)
    close = near.likelihood > near.likelihood.max() - FAR
    found = climb(model, near.values[close], together[: int(close.sum())], EXACT)
    return found, found.reached * float(close.mean())


def ordered(model: Model, values: Array, order: Array | None = None) -> Array:
    """(s, width) the same solutions with their classes in the (s, K) order; from large to small when absent."""
    sizes = values[:, : model.size]
    order = np.argsort(-sizes, axis=1, kind="stable") if order is None else order
    if isinstance(model, Answers):
        sizes, chances = model.parts(values)
        at = np.arange(len(values))[:, None]
        return model.joined(sizes[at, order], chances[at, order])
    sizes, slopes, spread_ = model.parts(values)
    at = np.arange(len(values))[:, None]
    return model.joined(sizes[at, order], slopes[at, order], spread_[at, order])


def tested(model: Model, less: Fitted, more: Fitted, asked: Asked) -> float:
    """p of the likelihood ratio between two numbers of classes among data sets simulated with the smaller one.

    McLachlan (1987); Nylund, Asparouhov & Muthén (2007). Simulated people keep the weights and the gaps of ours, as a
    heavy person can look like a class. The test ends early once ENOUGH data sets exceed the sample.
    """
    ratio = 2 * (more.likelihood - less.likelihood)
    beyond, done, random = 0, 0, generator(asked, 2, more.size)
    gaps = isinstance(model, Answers) and bool((model.patterns < 0).any())
    while done < TESTED and beyond < ENOUGH:
        many = min(BLOCK_GAPS if gaps else BLOCK, TESTED - done)
        beyond += int((simulated_ratios(model.into(less.size), less.values, many, random) >= ratio).sum())
        done += many
    return (1 + beyond) / (1 + done)


def simulated_ratios(less: Model, values: Array, many: int, random: np.random.Generator) -> Array:
    """(many,) likelihood ratios of one class more in data sets that have as many classes as `less`."""
    data = less.simulated(values, many, random).rough()
    own = np.arange(many)
    null = climb(data, np.tile(values, (many, 1)), own, ROUGH)
    more = data.into(less.size + 1)
    of = np.concatenate([own, np.repeat(own, STARTS)])
    grown = data.grown(null.values, random)
    fresh = len(of) - many
    extra = more.random(fresh, random) if isinstance(more, Answers) else more.random(fresh, random, of[many:])
    start = shortlisted(more, np.concatenate([grown, extra]), of, many, STEPS)
    found = climb(more, start, own, ROUGH)
    return np.asarray(2 * np.maximum(found.likelihood - null.likelihood, 0.0))


def refitted(model: Model, point: Array, weight: Array, random: np.random.Generator, starts: int) -> Climbed:
    """The best solution under each of (N, P) weights, from the (width,) point solution and some random starts."""
    data, own = model.weighted(weight).rough(), np.arange(len(weight))
    near = climb(data, np.tile(point, (len(own), 1)), own, ROUGH)
    of = np.repeat(own, starts)
    fresh = model.random(starts, random)
    start = shortlisted(data, np.tile(fresh, (len(own), 1)), of, len(own), STEPS)
    close = np.flatnonzero(data.step(start, own)[1] > near.likelihood - 4 * FAR)
    far = climb(data, start[close], close, ROUGH) if len(close) else near.take(close)
    both = Climbed(
        values=np.concatenate([near.values, far.values]),
        likelihood=np.concatenate([near.likelihood, far.likelihood - 1e-3]),
        converged=np.concatenate([near.converged, far.converged]),
    )
    return best(both, np.concatenate([own, close]), len(own))
