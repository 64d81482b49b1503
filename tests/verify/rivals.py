"""Two brands: whether the three parts of their gap are found, and claims where they do not differ."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from pipeline.model.case import Case
from pipeline.model.rivals import rivals_rows
from tests.made_case import a_case, a_study, found
from tests.verify.found import Rows, Tally

Array = np.ndarray

DRAWS = 500
DRIVERS = ("product", "trust", "eco")
POPULATION = 500_000
CONTRAST = "brand=a-b"
TITLE = "# Two rivals"
MEANING = (
    "Simulated studies of two brands that are rated by the same people, with a halo of 40 % of the variance, "
    "or each by people of its own: bias, and how many 95 % intervals of the threefold parts hold the value of "
    "a population of half a million. Brands apart: a has the worse product, more trust, and trust counts more."
    " Brands alike: no difference at all. Better product alone: a has the worse product, and as much of the "
    "outcome. Promised: 0.92 and more, and false claims at most 0.05 (a gap; any rating that makes a part of "
    "it, Holm; a better product that sells less), give or take two Monte Carlo errors."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    n: int
    market: str
    paired: bool = True
    weighted: bool = False

    @property
    def name(self) -> str:
        who = "the same people" if self.paired else "people of their own"
        return f"{self.market}, {who}{', weighted' if self.weighted else ''}, n = {self.n}"


Job = tuple[str, Plan, int]
GAPS = {
    "brands apart": np.array([-0.5, 0.5, 0.3]),
    "brands alike": np.zeros(3),
    "better product alone": np.array([-0.5, 0.5, 0.0]),
}
SLOPES = {"brands apart": np.array([0.2, 0.2, 0.0])}
"""What the first brand has more of: means, and coefficients."""


def jobs(number: int) -> list[Job]:
    plans = [
        Plan(n=300, market="brands apart"),
        Plan(n=1000, market="brands apart"),
        Plan(n=600, market="brands apart", paired=False),
        Plan(n=800, market="brands apart", weighted=True),
        Plan(n=400, market="brands alike"),
        Plan(n=800, market="better product alone", weighted=True),
    ]
    return [(plan.name, plan, number) for plan in plans]


def ratings(n: int, market: str, random: np.random.Generator, paired: bool) -> dict[str, Array]:
    """n ratings of brand a, then n of brand b."""
    halo = np.tile(random.normal(size=(n, 1)), (2, 1)) if paired else random.normal(size=(2 * n, 1))
    own = random.normal(size=(2 * n, 4))
    brand = np.repeat([1.0, 0.0], n)[:, None]
    latent = np.sqrt(0.4) * halo + np.sqrt(0.6) * own[:, :3] + brand * GAPS[market]
    slope = np.array([0.3, 0.3, 0.2]) + brand * SLOPES.get(market, np.zeros(3))
    outcome = 4.5 + (latent * slope).sum(1) + 0.3 * halo[:, 0] + 0.7 * own[:, 3]
    return dict(zip(DRIVERS, (4.4 + latent).T, strict=True)) | {"intent": outcome}


def case(items: dict[str, Array], paired: bool, **design: Any) -> Case:
    n = len(items["intent"]) // 2
    study = a_study(
        constructs={name: {"items": [name]} for name in (*DRIVERS, "intent")},
        model={"outcome": "intent", "drivers": list(DRIVERS), "draws": DRAWS},
        variables={"brand": {}},
        segments={"brand": "brand"},
        rivals={"brands": ["a", "b"], "product": "product"},
        weights={"column": "w"},
    )
    person = np.tile(np.arange(n), 2) if paired else np.arange(2 * n)
    return a_case(study, items, {"brand": ["a"] * n + ["b"] * n}, respondent=person, **design)


FIGURES = {
    "gap of the outcome": ("mean_difference", None),
    "gap of the product": ("mean_difference", "product"),
    "perceptions in all": ("endowments", None),
    "perceptions: product": ("endowments", "product"),
    "perceptions: trust": ("endowments", "trust"),
    "weights in all": ("coefficients", None),
    "weights: trust": ("coefficients", "trust"),
    "both at once in all": ("interaction", None),
    "both at once: trust": ("interaction", "trust"),
}


@cache
def truth(market: str) -> dict[str, float]:
    """The same of a population, by least squares within each brand."""
    items = ratings(POPULATION, market, np.random.default_rng(0), True)
    x = np.column_stack([items[name] - 4.0 for name in DRIVERS])
    parts = [slice(0, POPULATION), slice(POPULATION, None)]
    fits = [
        np.linalg.lstsq(np.column_stack([np.ones(POPULATION), x[at]]), items["intent"][at], rcond=None)[0]
        for at in parts
    ]
    means = [np.append(1.0, x[at].mean(0)) for at in parts]
    apart, steeper = means[0] - means[1], fits[0] - fits[1]
    values = {"endowments": apart * fits[1], "coefficients": means[1] * steeper, "interaction": apart * steeper}
    values["mean_difference"] = np.append(0.0, apart[1:])
    gap = float(items["intent"][parts[0]].mean() - items["intent"][parts[1]].mean())
    return {
        name: gap
        if (metric, term) == ("mean_difference", None)
        else float(values[metric].sum() if term is None else values[metric][1 + DRIVERS.index(term)])
        for name, (metric, term) in FIGURES.items()
    }


def run(job: Job) -> Rows:
    _, plan, number = job
    tally, true = Tally(), truth(plan.market)
    for survey in range(number):
        random = np.random.default_rng([plan.n, len(plan.market), plan.paired, survey])
        items = ratings(plan.n, plan.market, random, plan.paired)
        weight = random.lognormal(0, 0.51, plan.n)
        design = {"weight": np.tile(weight, 2)} if plan.weighted else {}
        rows = rivals_rows(case(items, plan.paired, **design))
        each = {name: found(rows, metric, term=term, contrast=CONTRAST) for name, (metric, term) in FIGURES.items()}
        for name, row in each.items():
            tally.figure(name, row, true[name])
        _claims(tally, plan, each, rows)
    return tally.rows(plan.name, true)


def _claims(tally: Tally, plan: Plan, each: dict[str, Any], rows: Any) -> None:
    gap, product = each["gap of the outcome"], each["gap of the product"]
    if plan.market != "brands apart":
        tally.claim("a gap", gap["p_value"] < 0.05)
        both = gap["p_value"] < 0.05 and product["p_value"] < 0.05
        tally.claim("a better product that sells less", both and gap["estimate"] * product["estimate"] < 0)
    if plan.market == "brands alike":
        parts = [row for row in rows if row["metric"] == "endowments" and row["term"] in DRIVERS]
        tally.claim("a rating that makes a part of the gap", min(row["p_adjusted"] for row in parts) < 0.05)
