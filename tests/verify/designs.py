"""Coverage over sampling designs: sizes × overlap of the drivers × unequal weights, and several ratings a person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.model.importance import METHODS
from pipeline.model.jackknife import acceleration, influence, share_of
from pipeline.model.players import Structure
from pipeline.model.resample import Panel, limits, resample
from pipeline.moments import Moments
from pipeline.weight import Design
from tests.verify.coverage import LEVEL, PROMISED, SMALLEST
from tests.verify.populations import Population

Array = np.ndarray

SIZES = (150, 400, 1000)
OVERLAPS = (0.0, 0.3, 0.5, 0.7)
DEFFS = (1.0, 1.9, 3.3)
SLOPES = (5, 4, 3, 2, 1)
R2 = 0.4
BRANDS = 4
HALO = 0.4
"""Part of every rating's variance that lies between people in stacked rows."""
DRAWS = 500
KINDS = ("poisson", "jackknife")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who is asked: n people, Kish design effect of their weights, ratings a person, and how the weights came about.

    tilt: correlation of the log weight with the outcome; then those with a high outcome are asked too seldom.
    """

    n: int
    overlap: float
    deff: float = 1.0
    ratings: int = 1
    tilt: float = 0.0

    @property
    def population(self) -> Population:
        return Population(overlap=self.overlap, slopes=SLOPES, r2=R2)

    @property
    def kind(self) -> str:
        if self.ratings > 1:
            return f"{self.ratings} ratings a person"
        return "weights tied to the outcome" if self.tilt else "weights" if self.deff > 1 else "simple"


Job = tuple[str, Plan, int]


def jobs(number: int) -> list[Job]:
    """The whole grid, then stacked rows, then weights that are tied to the outcome."""
    plans = [Plan(n=n, overlap=overlap, deff=deff) for deff in DEFFS for overlap in OVERLAPS for n in SIZES]
    plans += [Plan(n=n, overlap=overlap, ratings=BRANDS) for overlap in OVERLAPS for n in SIZES]
    plans += [Plan(n=n, overlap=0.5, deff=deff, tilt=0.5) for deff in DEFFS[1:] for n in SIZES]
    return [(f"{plan.kind}, deff {plan.deff}, r = {plan.overlap}, n = {plan.n}", plan, number) for plan in plans]


def asked(plan: Plan, random: np.random.Generator) -> tuple[Array, Design]:
    """(n · ratings, p + 1) answers and the design of one survey, drawn from the plan's population.

    Weights are log-normal. Who has them is drawn with a chance inversely proportional to them: for normal answers that
    moves the means by -spread × covariance and changes nothing else, so the weighted sample stands for the population.
    """
    n, each = plan.n, plan.ratings
    root = np.linalg.cholesky(plan.population.correlations)
    people = random.normal(size=(n, 1, len(root))) @ root.T
    apart = random.normal(size=(n, each, len(root))) @ root.T
    halo = HALO if each > 1 else 0.0
    answers = (np.sqrt(halo) * people + np.sqrt(1 - halo) * apart).reshape(n * each, -1)
    spread = np.sqrt(np.log(plan.deff))
    log = plan.tilt * answers[::each, -1] + np.sqrt(1 - plan.tilt**2) * random.normal(size=n)
    answers = answers - spread * plan.tilt * plan.population.correlations[-1]
    design = Design(
        weight=np.repeat(np.exp(spread * (log - spread)), each) if spread else np.ones(n * each),
        unit=np.repeat(np.arange(n), each),
        keys=np.sort(random.integers(0, 2**64, n, dtype=np.uint64)),
        stratum=None,
        stratum_keys=None,
        kind="clustered" if each > 1 else "weighted" if spread else "simple",
    )
    return answers, design


def run(job: Job) -> list[dict[str, object]]:
    """One row a design: coverage of R² and of the shares, by the promised intervals and by two others."""
    _, plan, number = job
    population = plan.population
    true = np.array([population.whole, *population.shares])
    held = {name: np.zeros(len(true)) for name in ("promised", "bca", "jackknife")}
    for survey in range(number):
        random = np.random.default_rng([plan.n, round(100 * plan.overlap), round(10 * plan.deff), plan.ratings, survey])
        for name, (low, high) in intervals(*asked(plan, random)).items():
            held[name] += (low <= true) & (true <= high)
    return [_row(plan, true, {name: counts / number for name, counts in held.items()}, number)]


def intervals(answers: Array, design: Design) -> dict[str, Array]:
    """(2, 1 + p) limits of R² and of every share: as the report has them, BCa, and from normal draws of the sums."""
    names = (*(f"x{at}" for at in range(answers.shape[1] - 1)), "y")
    panel = Panel(names=names, columns=answers, rows=np.arange(len(answers)))
    found = {kind: resample(design, {"all": panel}, seed=20260101, draws=DRAWS, kind=kind)["all"] for kind in KINDS}
    point = figures(found["poisson"].point)
    draws = {kind: figures(each.draws) for kind, each in found.items()}
    rate = acceleration(influence(share_of(Structure.plain(names[:-1])), panel, design), design)
    return {
        "promised": _both(draws["poisson"], point, None),
        "bca": _both(draws["poisson"], point, rate),
        "jackknife": _both(draws["jackknife"], point, None),
    }


def figures(moments: Moments) -> Array:
    """(…, 1 + p) R² and the shares."""
    found = moments.correlations
    raw = METHODS["lmg"](found[..., :-1, :-1], found[..., :-1, -1])
    whole = raw.sum(-1, keepdims=True)
    return np.concatenate([whole, raw / whole], -1)


def _both(draws: Array, point: Array, rate: Array | None) -> Array:
    whole = limits(draws[:, :1], point[:1], LEVEL, "corrected")
    kind = "percentile" if rate is None else "bca"
    return np.hstack([whole, limits(draws[:, 1:], point[1:], LEVEL, kind, 0.0 if rate is None else rate)])


def _row(plan: Plan, true: Array, covered: dict[str, Array], number: int) -> dict[str, object]:
    shares = covered["promised"][1:]
    error = float(np.sqrt(PROMISED[0] * (1 - PROMISED[0]) / number))
    return {
        "design": plan.kind,
        "r": plan.overlap,
        "n": plan.n,
        "deff": plan.deff,
        "R²": f"{covered['promised'][0]:.3f}",
        "shares, lowest": f"{shares.min():.3f}",
        "shares, mean": f"{shares.mean():.3f}",
        "shares, highest": f"{shares.max():.3f}",
        "± MC error": f"{error:.3f}",
        "BCa, lowest": f"{covered['bca'][1:].min():.3f}",
        "BCa, mean": f"{covered['bca'][1:].mean():.3f}",
        "jackknife, lowest": f"{covered['jackknife'][1:].min():.3f}",
        "jackknife, mean": f"{covered['jackknife'][1:].mean():.3f}",
        "promise": _verdict(covered["promised"][true >= SMALLEST], error),
    }


def _verdict(covered: Array, error: float) -> str:
    if covered.min() < PROMISED[0] - 2 * error:
        return "BROKEN"
    return "too wide" if covered.max() > PROMISED[1] + 2 * error else "kept"
