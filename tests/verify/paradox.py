"""Critics who buy: whether shares, parts that compensate and the edge that trust takes off complaints are found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from pipeline.model.case import Case
from pipeline.model.paradox import paradox_rows
from pipeline.model.paradox.compensation import BUYERS, EVERYONE
from tests.made_case import a_case, a_study, found
from tests.verify.found import Rows, Tally, clustered

Array = np.ndarray

DRAWS = 500
DRIVERS = ("product", "trust", "eco", "idle")
SLOPES = np.array([0.25, 0.45, 0.25, 0.0])
"""Of the drivers; the last one moves with the others and counts for nothing."""
POPULATION = 1_000_000
EDGE = 0.15
TITLE = "# Critics who buy"
MEANING = (
    "Simulated studies of four drivers, one of which counts for nothing, complaints, and trust that takes the "
    f"edge off them ({EDGE} points a complaint and point of trust, or nothing): bias, and how many 95 % "
    "intervals hold the value of a population of a million. Promised: 0.92 and more, and false claims at most "
    "0.05 (that the idle driver compensates, Holm over the drivers; that trust takes the edge off where it "
    "does not), give or take two Monte Carlo errors. Weighted: log-normal weights of design effect 1.3; "
    "clusters: people in sixes, alike by 30 % of their variance."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    n: int
    edge: float
    weighted: bool = False
    together: int = 1

    @property
    def name(self) -> str:
        design = "weighted, in clusters" if self.weighted else "simple"
        return f"{design}, n = {self.n}, edge {self.edge:g}"


Job = tuple[str, Plan, int]


def jobs(number: int) -> list[Job]:
    plans = [Plan(n=n, edge=edge) for n in (500, 1500) for edge in (EDGE, 0.0)]
    plans.append(Plan(n=1500, edge=EDGE, weighted=True, together=6))
    return [(plan.name, plan, number) for plan in plans]


def people(n: int, edge: float, random: np.random.Generator, together: int = 1) -> tuple[dict[str, Array], Array]:
    """Continuous answers of n people, and complaints."""
    noise = clustered(n, 7, random, together)
    latent = np.sqrt(0.4) * noise[:, :1] + np.sqrt(0.6) * noise[:, 1:5]
    heard = np.floor(np.abs(1.5 + 1.2 * noise[:, 6]))
    outcome = 5.5 + latent @ SLOPES - 0.15 * heard + edge * heard * latent[:, 1] + 0.8 * noise[:, 5]
    answers = dict(zip(DRIVERS, (4.3 + latent).T, strict=True))
    return answers | {"intent": outcome}, heard


def case(items: dict[str, Array], heard: Array, **design: Any) -> Case:
    study = a_study(
        constructs={name: {"items": [name]} for name in (*DRIVERS, "intent")},
        model={"outcome": "intent", "drivers": list(DRIVERS), "draws": DRAWS},
        variables={"heard": {"type": "number", "range": [0, 99]}},
        paradox={"product": "product", "complaint": "heard", "trust": "trust"},
        weights={"column": "w", "cluster": "place"},
    )
    return a_case(study, items, {"heard": heard}, **design)


FIGURES = {
    "critics among buyers": ("critic_share", {"term": "product", "contrast": "of:buyers"}),
    "buyers among critics": ("buyer_share", {"term": "product", "contrast": "of:critics"}),
    "difference to others": ("buyer_share", {"term": "product", "contrast": "critics-others"}),
    "part of trust": ("compensation", {"term": "trust", "contrast": BUYERS}),
    "predicted gap": ("compensation", {"contrast": BUYERS}),
    "profile: trust": ("compensation", {"term": "trust", "contrast": EVERYONE}),
    "profile: product": ("compensation", {"term": "product", "contrast": EVERYONE}),
    "complaint × trust": ("b", {"term": "heard*trust"}),
}


@cache
def truth(edge: float) -> dict[str, float]:
    """The same figures of a population, by brute force."""
    items, heard = people(POPULATION, edge, np.random.default_rng(0))
    x, y = np.column_stack([items[name] for name in DRIVERS]), items["intent"]
    critic, buys = items["product"] < 4, y >= 6
    b = np.linalg.lstsq(np.column_stack([np.ones(len(y)), x]), y, rcond=None)[0][1:]
    parts = b * (x[critic & buys].mean(0) - x[critic & ~buys].mean(0))
    profile = b * (x[critic & buys].mean(0) - x.mean(0))
    product = (heard - heard.mean()) * (items["trust"] - items["trust"].mean())
    full = np.column_stack([np.ones(len(y)), x, heard, product])
    values = (
        critic[buys].mean(), buys[critic].mean(), buys[critic].mean() - buys[~critic].mean(), parts[1], parts.sum(),
        profile[1], profile[0], np.linalg.lstsq(full, y, rcond=None)[0][-1],
    )  # fmt: skip
    return dict(zip(FIGURES, map(float, values), strict=True))


def run(job: Job) -> Rows:
    _, plan, number = job
    tally, true = Tally(), truth(plan.edge)
    for survey in range(number):
        random = np.random.default_rng([plan.n, int(100 * plan.edge), plan.together, survey])
        items, heard = people(plan.n, plan.edge, random, plan.together)
        design: dict[str, Any] = {}
        if plan.weighted:
            design = {"weight": random.lognormal(0, 0.51, plan.n), "cluster": np.arange(plan.n) // plan.together}
        rows = paradox_rows(case(items, heard, **design))
        for name, (metric, key) in FIGURES.items():
            tally.figure(name, found(rows, metric, **key), true[name])
        idle = found(rows, "compensation", term="idle", contrast=BUYERS)
        tally.claim("an idle driver compensates", (idle["p_adjusted"] or 1) < 0.05)
        if not plan.edge:
            tally.claim("trust takes the edge off", found(rows, "b", term="heard*trust")["p_value"] < 0.05)
    return tally.rows(plan.name, true)
