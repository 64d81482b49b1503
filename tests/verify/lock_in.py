"""Owners of several devices: slopes, bends and switchers, and claims where devices go with nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.model.case import Case
from pipeline.model.lock_in import lock_in_rows
from pipeline.report.claims.lock_in import BENT
from tests.made_case import a_case, a_study, found
from tests.verify.found import Rows, Tally, clustered

Array = np.ndarray

DRAWS = 0
SLOPE, BEND, CAME = 0.2, -0.03, 0.25
UNIT = "surveys a row, errors without resamples"
TITLE = "# Owners of several devices"
MEANING = (
    f"Simulated studies in which the outcome rises by 0.2 points a device (a premium by less and less, {BEND} "
    f"points a squared device), age goes with both, and switchers from the rival want the brand {CAME} points "
    "more; or none of it. The error is the wider the more devices. Bias, and how many 95 % intervals hold the "
    "truth. Promised: 0.92 and more, and false claims at most 0.05 (a slope, a bend, any difference of "
    "switchers, Holm), give or take two Monte Carlo errors."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    n: int
    size: float
    weighted: bool = False
    together: int = 1

    @property
    def name(self) -> str:
        design = "weighted, in clusters" if self.weighted else "simple"
        return f"{design}, n = {self.n}, {'devices count' if self.size else 'devices count for nothing'}"


Job = tuple[str, Plan, int]


def jobs(number: int) -> list[Job]:
    plans = [Plan(n=n, size=size) for n in (250, 1000) for size in (1.0, 0.0)]
    plans += [Plan(n=1200, size=size, weighted=True, together=6) for size in (1.0, 0.0)]
    return [(plan.name, plan, number) for plan in plans]


def people(plan: Plan, random: np.random.Generator) -> tuple[dict[str, Array], dict[str, Any]]:
    noise = clustered(plan.n, 6, random, plan.together)
    age = np.round(42 + 12 * noise[:, 0])
    devices = random.poisson(np.exp(0.7 + 0.2 * noise[:, 0])).astype(float)
    former = np.array(["own", "rival", "other"])[random.integers(0, 3, plan.n)]
    trust = 4.3 + noise[:, 1]
    wide = 0.6 + 0.1 * devices
    came = CAME * (former == "rival")
    intent = 3 + 0.4 * trust + plan.size * (SLOPE * devices + came) + 0.02 * age + wide * noise[:, 2]
    bent = devices**2
    premium = 10 + plan.size * (0.5 * devices + BEND * bent) + 0.02 * age + wide * noise[:, 3]
    numbers = {"devices": devices, "premium": premium, "age": age, "former": list(former), "brand": ["own"] * plan.n}
    return {"trust": trust, "intent": intent}, numbers


def case(items: dict[str, Array], numbers: dict[str, Any], **design: Any) -> Case:
    study = a_study(
        constructs={name: {"items": [name]} for name in ("trust", "intent")},
        model={"outcome": "intent", "drivers": ["trust"]},
        variables={
            "devices": {"type": "number", "range": [0, 99]},
            "premium": {"type": "number", "range": [-99, 99]},
            "age": {"type": "number", "range": [-99, 199]},
            "former": {},
            "brand": {},
        },
        segments={"brand": "brand"},
        focus={"brand": "own"},
        lock_in={
            "devices": "devices", "outcomes": ["premium"], "controls": ["age"], "former": "former", "rival": "rival",
        },
        weights={"column": "w", "cluster": "place"},
    )  # fmt: skip
    return a_case(study, items, numbers, **design)


def run(job: Job) -> Rows:
    _, plan, number = job
    tally = Tally()
    true = {"slope of the outcome": SLOPE * plan.size, "bend of the premium": BEND * plan.size}
    true |= {"switchers less those who stayed": CAME * plan.size}
    for survey in range(number):
        random = np.random.default_rng([plan.n, int(plan.size), plan.together, survey])
        items, numbers = people(plan, random)
        design: dict[str, Any] = {}
        if plan.weighted:
            design = {"weight": random.lognormal(0, 0.51, plan.n), "cluster": np.arange(plan.n) // plan.together}
        rows = lock_in_rows(case(items, numbers, **design))
        slopes = [found(rows, "b", term=term, contrast="controlled") for term in ("intent", "premium")]
        bends = [found(rows, "b", term=term, contrast="squared") for term in ("intent", "premium")]
        gaps = [row for row in rows if row["metric"] == "mean_difference"]
        came = found(rows, "mean_difference", term="intent", contrast="former=rival-own")
        for name, row in zip(true, (slopes[0], bends[1], came), strict=True):
            tally.figure(name, row, true[name])
        if not plan.size:
            for name, family in (("a slope", slopes), ("a difference of switchers", gaps)):
                tally.claim(name, min(row["p_adjusted"] for row in family) < 0.05)
            tally.claim("a bend", min(row["p_adjusted"] for row in bends) < BENT)
    return tally.rows(plan.name, true)
