"""Chains whose truth is known: bias and coverage of every effect, and chains that are called where there are none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from pipeline.model.mediation import Paths, Plan, by, moderation, paths, products
from pipeline.model.resample import Panel, difference_p, interval, resample
from pipeline.moments import Moments
from pipeline.report.claims import FEWEST_UNITS
from pipeline.weight import Design
from tests.verify.coverage import LEVEL, PROMISED

Array = np.ndarray
Figures = dict[str, Array]

DRAWS = 2000
POPULATION = 2_000_000
NOMINAL = 0.05
TOGETHER = 5
"""People in each cluster, where there are clusters."""
RARE = 0.25
"""Part of the second group among those asked; in the population both are as large."""
TITLE = "# Chains of mediators"
MEANING = (
    "Simulated surveys of a chain x > m > k > y, or x > m > y, whose coefficients are known (`strength` of every arrow "
    "of the chain; the direct one is .15). Bias: mean estimate less truth, in standard errors of one survey. Coverage: "
    f"share of surveys whose {LEVEL:.0%} percentile interval holds the truth. Called: share with p < {NOMINAL} for the "
    "figure. Clusters hold five people that are alike; in the weighted surveys a group in which the first arrow is "
    "weaker is asked three times as often as the other, and weights put that right. Promised: coverage of "
    f"{PROMISED[0]} or more, and chains of truth 0 called in at most {NOMINAL}, both give or take two Monte Carlo "
    f"errors; nothing is claimed, or promised, from fewer than {FEWEST_UNITS} clusters."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A chain with the strengths of its first and of its other arrows. stages: 1 or 2 mediators in a row.

    bend: by how much a moderator changes the first arrow. design: simple, clustered or weighted.
    """

    first: float = 0.4
    other: float = 0.4
    stages: int = 1
    bend: float = 0.0
    design: str = "simple"

    @property
    def plan(self) -> Plan:
        return Plan(begin="x", stages=(("m",), ("k",))[: self.stages], end="y")


Job = tuple[str, World, int, int]
SIZES = (100, 400, 1500)
WORLDS = {
    "simple chain": World(),
    "two mediators": World(stages=2),
    "moderated": World(bend=0.2),
    "clusters of five": World(stages=2, design="clustered"),
    "weighted": World(stages=2, design="weighted"),
    "first arrow 0": World(first=0.0),
    "last arrow 0": World(other=0.0),
    "both arrows 0": World(first=0.0, other=0.0),
    "first arrow 0, weighted": World(first=0.0, design="weighted"),
    "last arrow 0, clusters of five": World(other=0.0, design="clustered"),
}


def jobs(number: int) -> list[Job]:
    return [(f"{name}, n = {n}", world, n, number) for name, world in WORLDS.items() for n in SIZES]


def people(
    world: World, n: int, random: np.random.Generator, *, population: bool = False
) -> tuple[Array, Array, Array]:
    """(n, 5) x, m, k, y and a moderator, with (n,) weights and (n,) clusters."""
    clustered = world.design == "clustered"
    cluster = np.arange(n) // TOGETHER if clustered else np.arange(n)

    def noise() -> Array:
        own = random.normal(size=n)
        return own if not clustered else np.sqrt(0.7) * own + np.sqrt(0.3) * random.normal(size=n)[cluster]

    weighted = world.design == "weighted"
    rare = random.random(n) < (0.5 if population or not weighted else RARE)
    first = world.first * (np.where(rare, 1.6, 0.4) if weighted else 1.0)
    x, moderator = noise() + weighted * rare, noise()
    m = (first + world.bend * moderator) * x + noise()
    k = world.other * m + noise()
    last = m if world.stages == 1 else k
    y = 0.15 * x + world.other * last + noise()
    weight = np.where(rare, 0.5 / RARE, 0.5 / (1 - RARE)) if weighted and not population else np.ones(n)
    return np.column_stack([x, m, k, y, moderator]), weight, cluster


NAMES = ("x", "m", "k", "y", "w")


def with_product(world: World, columns: Array, weight: Array) -> tuple[Array, tuple[str, ...]]:
    if not world.bend:
        return columns, NAMES
    return np.hstack([columns, products(columns[:, :1], columns[:, 4], weight)]), (*NAMES, by("x", "w"))


def figures(world: World, moments: Moments) -> Figures:
    found: Paths = paths(moments, world.plan)
    values = {"chain": found.chain(), "total indirect": found.total_indirect, "total": found.total}
    if world.stages == 1:
        del values["total indirect"]
    if world.bend:
        values["index"] = moderation(moments, world.plan, "w", "first", 0.0).index()
    return values


@cache
def truth(world: World) -> dict[str, float]:
    """Figures of a very large population; a chain with an arrow of 0 is 0."""
    columns, weight, _ = people(world, POPULATION, np.random.default_rng(0), population=True)
    columns, names = with_product(world, columns, weight)
    found = {name: float(value) for name, value in figures(world, Moments.of(columns, names)).items()}
    return found | ({"chain": 0.0} if not world.first or not world.other else {})


def survey(world: World, n: int, seed: int) -> tuple[Figures, Figures]:
    """Figures of one survey, and of its replicates."""
    columns, weight, cluster = people(world, n, np.random.default_rng([seed, n, *map(ord, world.design)]))
    columns, names = with_product(world, columns, weight)
    keys = np.arange(cluster.max() + 1, dtype=np.uint64) * np.uint64(2**40)
    design = Design(weight=weight, unit=cluster, keys=keys, stratum=None, stratum_keys=None, kind="simple")
    panel = Panel(names=names, columns=columns, rows=np.arange(n))
    found = resample(design, {"chain": panel}, seed=seed, draws=DRAWS)["chain"]
    return figures(world, found.point), figures(world, found.draws)


def run(job: Job) -> list[dict[str, object]]:
    """One row a figure: truth, bias, coverage, and how often it is called."""
    name, world, n, number = job
    true = truth(world)
    points: dict[str, list[float]] = {figure: [] for figure in true}
    held, called = dict.fromkeys(true, 0), dict.fromkeys(true, 0)
    for seed in range(number):
        one, many = survey(world, n, seed + 1)
        draws = np.column_stack([many[figure] for figure in true])
        value = np.array([float(one[figure]) for figure in true])
        (low, high), p = interval(draws, LEVEL), difference_p(draws, value)
        for at, figure in enumerate(true):
            points[figure].append(value[at])
            held[figure] += bool(low[at] <= true[figure] <= high[at])
            called[figure] += bool(p[at] < NOMINAL)
    return [
        _row(name, n, figure, true[figure], np.array(points[figure]), held[figure] / number, called[figure] / number)
        for figure in true
    ]


def _row(name: str, n: int, figure: str, true: float, points: Array, held: float, called: float) -> dict[str, object]:
    promised = 1 - NOMINAL if true == 0 else PROMISED[0]
    error = float(np.sqrt(promised * (1 - promised) / len(points)))
    broken = called > NOMINAL + 2 * error if true == 0 else held < promised - 2 * error
    units = n // TOGETHER if "clusters" in name else n
    return {
        "chain": name.rpartition(", ")[0],
        "n": n,
        "figure": figure,
        "truth": f"{true:.3f}",
        "bias": f"{(points.mean() - true) / points.std():+.2f}",
        "coverage": f"{held:.3f}",
        "called": f"{called:.3f}",
        "± MC error": f"{error:.3f}",
        "promise": "" if units < FEWEST_UNITS else "BROKEN" if broken else "kept",
    }
