"""Language versions: whether an item that shifts is found with its size, and none where only the people differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.model.case import Case
from pipeline.model.comparability import SMALL, comparability_rows
from tests.made_case import a_case, a_study, found
from tests.verify.found import Rows, Tally, clustered

Array = np.ndarray

DRAWS = 500
SHIFT, APART = -0.5, 0.5
LOADINGS = np.array([1.0, 0.9, 0.8])
CONTRAST = "language=zh-en"
TITLE = "# Language versions"
MEANING = (
    "Simulated studies in two language versions of unlike size, whose people differ by half a standard "
    "deviation in what is measured (and by a fifth in how widely); constructs of three items with measurement "
    f"error, of which one shifts by {SHIFT} points in one version, or none does. Bias, and how many 95 % "
    "intervals hold the truth. Promised: 0.92 and more, and false claims at most 0.05 (any item of twelve "
    f"shifts, Holm and at least {SMALL} of its standard deviation), give or take two Monte Carlo errors."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    n: int
    shift: float
    weighted: bool = False
    together: int = 1

    @property
    def name(self) -> str:
        design = "weighted, in clusters" if self.weighted else "simple"
        return f"{design}, n = {self.n} and {self.n // 3}, {'an item shifts' if self.shift else 'no item shifts'}"


Job = tuple[str, Plan, int]
CONSTRUCTS = ("one", "two", "three", "outcome")


def jobs(number: int) -> list[Job]:
    plans = [Plan(n=n, shift=shift) for n in (450, 1500) for shift in (SHIFT, 0.0)]
    plans += [Plan(n=1200, shift=shift, weighted=True, together=6) for shift in (SHIFT, 0.0)]
    return [(plan.name, plan, number) for plan in plans]


def version(n: int, plan: Plan, random: np.random.Generator, other: bool) -> dict[str, Array]:
    """Answers of n people; the other version's trait is higher and wider, and the second item of `one` may shift."""
    noise = clustered(n, 5 + 3 * len(CONSTRUCTS), random, plan.together)
    found_ = {}
    for at, name in enumerate(CONSTRUCTS):
        trait = np.sqrt(0.4) * noise[:, 0] + np.sqrt(0.6) * noise[:, 1 + at]
        trait = APART + 1.2 * trait if other else trait
        for item, loading in enumerate(LOADINGS):
            value = 4.2 + 0.1 * item + loading * trait + 0.8 * noise[:, 5 + 3 * at + item]
            shifted = other and name == "one" and item == 1
            found_[f"{name}_{item}"] = value + (plan.shift if shifted else 0.0)
    return found_


def case(plan: Plan, random: np.random.Generator) -> Case:
    study = a_study(
        constructs={name: {"items": [f"{name}_{item}" for item in range(3)]} for name in CONSTRUCTS},
        model={"outcome": "outcome", "draws": DRAWS},
        variables={"language": {}},
        comparable="language",
        weights={"column": "w", "cluster": "place"},
    )
    sizes = (plan.n, plan.n // 3)
    each = [version(size, plan, random, at == 1) for at, size in enumerate(sizes)]
    items = {name: np.concatenate([one[name] for one in each]) for name in each[0]}
    design: dict[str, Any] = {}
    if plan.weighted:
        of_row = np.concatenate([np.arange(sizes[0]) // plan.together, 10**6 + np.arange(sizes[1]) // plan.together])
        design = {"weight": random.lognormal(0, 0.51, sum(sizes)), "cluster": of_row}
    return a_case(study, items, {"language": ["en"] * sizes[0] + ["zh"] * sizes[1]}, **design)


def reliability(spread: float) -> float:
    """Alpha of three items under a trait of this standard deviation."""
    common = np.outer(LOADINGS, LOADINGS) * spread**2
    return float(1.5 * (1 - (np.trace(common) + 3 * 0.64) / (common.sum() + 3 * 0.64)))


def run(job: Job) -> Rows:
    _, plan, number = job
    tally = Tally()
    true = {"shift of the item": plan.shift, "shift of another item": 0.0}
    true["difference of alpha"] = reliability(1.2) - reliability(1.0)
    for survey in range(number):
        random = np.random.default_rng([plan.n, int(10 * abs(plan.shift)), plan.together, survey])
        rows = comparability_rows(case(plan, random))
        keys = {"shift of the item": ("item_shift", "one_1"), "shift of another item": ("item_shift", "two_0")}
        keys["difference of alpha"] = ("alpha_difference", "two")
        for name, (metric, term) in keys.items():
            tally.figure(name, found(rows, metric, term=term, contrast=CONTRAST), true[name])
        sure = {row["term"] for row in rows if row["metric"] == "item_shift" and row["p_adjusted"] < 0.05}
        sized = {row["term"] for row in rows if row["metric"] == "item_shift_d" and abs(row["estimate"]) >= SMALL}
        claimed = (sure & sized) - ({"one_1"} if plan.shift else set())
        tally.claim("an item shifts that does not", bool(claimed))
        tally.claim("loadings are not alike", _unlike(rows))
    return tally.rows(plan.name, true)


def _unlike(rows: Any) -> bool:
    """Whether any construct has a congruence that would be called too low."""
    return any(
        row["metric"] == "tucker_congruence" and row["estimate"] < 0.85 and row["conf_high"] < 0.95 for row in rows
    )
