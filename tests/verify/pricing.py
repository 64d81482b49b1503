"""Prices: whether points, best prices and premiums of a market are found, and what is claimed where nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.special import ndtr

from pipeline.estimates import row as estimate_row
from pipeline.model.case import Case
from pipeline.model.pricing import pricing_rows
from pipeline.model.pricing._points import (
    POINTS,
    Grid,
    best,
    crossings,
    cumulative,
    four_sums,
    trial,
    trial_sums,
    whole,
)
from pipeline.report.claims import Ledger
from pipeline.report.claims.pricing import demand, premium
from pipeline.weight import Design
from tests.made_case import a_case, a_study, found
from tests.verify.found import Rows, Tally, clustered

Array = np.ndarray

DRAWS = 400
POPULATION = 400_000
POOL = 12
"""People for each one who answers, where the poor answer more often."""
LADDER = (1000, 1500, 2000, 2500)
BUY = {"a market": (0.9, 0.66, 0.42, 0.3), "nothing to find": (0.9, 0.6, 0.4, 0.3)}
"""Parts that buy at each price: 1,500 brings most, or exactly as much as 1,000."""
CHANCES = np.array([0.0, 0.1, 0.3, 0.5, 0.7])
SHAPE = np.array([0.62, 0.82, 1.12, 1.4])
TITLE = "# Prices"
MEANING = (
    "Simulated studies of one market: four prices that lie around what a product is worth to a respondent (log-normal, "
    "in steps of 10), 5 % of respondents out of order, intents at two of them, a ladder of four prices, and two prices "
    "at equal specification. Bias, and how many 95 % intervals hold the value of a population of 400,000; clusters are "
    "of five people who are alike by 30 % of their variance, weights log-normal (design effect 1.3), and higher for "
    "those to whom the product is worth less. Nothing to find: no premium, two prices with exactly the same revenue, "
    "two groups alike. Promised: 0.92 and more, and false claims at most 0.05, give or take two Monte Carlo errors. "
    "The best price of a ladder is one of the four shown, so its interval cannot be as narrow as it might be."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    n: int
    market: str = "a market"
    together: int = 1
    weighted: bool = False

    @property
    def name(self) -> str:
        how = f", clusters of {self.together}" if self.together > 1 else ", weighted" if self.weighted else ""
        return f"{self.market}{how}, n = {self.n}"


Job = tuple[str, Plan, int]


def jobs(number: int) -> list[Job]:
    plans = [
        Plan(n=100), Plan(n=400), Plan(n=1500), Plan(n=400, together=5), Plan(n=600, weighted=True),
        Plan(n=100, market="nothing to find"), Plan(n=600, market="nothing to find"),
        Plan(n=600, market="nothing to find", weighted=True),
    ]  # fmt: skip
    return [(plan.name, plan, number) for plan in plans]


def market(n: int, name: str, random: np.random.Generator, together: int = 1) -> dict[str, Array]:
    """Columns of n respondents."""
    traits = clustered(n, 4, random, together)
    worth = 2000 * np.exp(0.35 * traits[:, 0])
    four = np.round(worth[:, None] * SHAPE * np.exp(0.09 * random.normal(size=(n, 4))), -1)
    mixed = random.random(n) < 0.05
    four[mixed] = four[mixed][:, [1, 0, 3, 2]]
    intents = np.clip(np.rint(np.array([4.0, 2.8]) + traits[:, [1]] + 0.6 * random.normal(size=(n, 2))), 1, 5)
    rank = ndtr(traits[:, 2])
    buys = (rank[:, None] < np.array(BUY[name])).astype(float)
    extra = 0.1 if name == "a market" else 0.0
    own, reference = (
        np.round(worth * np.exp(0.15 * random.normal(size=n) + 0.1 * sign * traits[:, 3] + shift))
        for sign, shift in ((1, extra), (-1, 0.0))
    )
    names = ("tc", "c", "e", "te", "pc", "pe", *(f"g{price}" for price in LADDER), "own", "ref", "worth")
    return dict(zip(names, np.column_stack([four, intents, buys, own, reference, worth]).T, strict=True))


def case(columns: dict[str, Array], plan: Plan, weight: Array | None) -> Case:
    numbers = {name: {"type": "number"} for name in columns if name != "worth"}
    study = a_study(
        constructs={"trust": {"items": ["t"]}, "intent": {"items": ["i"]}},
        model={"outcome": "intent", "drivers": ["trust"], "draws": DRAWS},
        variables={**numbers, "half": {}},
        segments=["half"] if plan.market == "nothing to find" else [],
        pricing={
            "westendorp": {
                "too_cheap": "tc", "cheap": "c", "expensive": "e", "too_expensive": "te",
                "intent": {"cheap": "pc", "expensive": "pe"},
            },
            "ladder": {"prices": {str(price): f"g{price}" for price in LADDER}},
            "premium": {"own": "own", "reference": "ref"},
        },
    )  # fmt: skip
    n = len(columns["tc"])
    ratings = np.random.default_rng(n).integers(1, 8, (n, 2)).astype(float)
    half = ["ab"[at] for at in np.random.default_rng(n + 1).integers(0, 2, n)]
    variables = {name: columns[name] for name in numbers} | {"half": half}
    cluster = np.arange(n) // plan.together if plan.together > 1 else None
    return a_case(study, {"t": ratings[:, 0], "i": ratings[:, 1]}, variables, weight=weight, cluster=cluster)


FIGURES = ("opp", "idp", "pmc", "pme", "trial_price", "sales_price", "revenue_price", "premium", "premium_percent",
           "premium_median")  # fmt: skip


@cache
def truth(name: str) -> dict[str, float]:
    """The same figures of the whole population, without an interval."""
    columns = market(POPULATION, name, np.random.default_rng(0))
    four = np.column_stack([columns[key] for key in ("tc", "c", "e", "te")])
    four, kept = four[(np.diff(four, axis=1) > 0).all(1)], (np.diff(four, axis=1) > 0).all(1)
    grid, many = Grid.of(four), len(four)
    alone = Design(weight=np.ones(many), unit=np.arange(many), keys=np.arange(many, dtype=np.uint64), stratum=None,
                   stratum_keys=None, kind="simple")  # fmt: skip
    sums = whole(alone, four_sums(grid, alone, np.ones(many, bool)))
    values = dict(zip(POINTS, crossings(cumulative(sums), grid.prices, "observed")[:, 0], strict=True))
    chances = np.column_stack([CHANCES[columns[key][kept].astype(int) - 1] for key in ("pc", "pe")])
    reach = trial(whole(alone, trial_sums(grid, four, chances, alone)), grid.prices)
    own, reference = columns["own"], columns["ref"]
    values |= {
        "trial_price": best(reach, grid.prices)[0],
        "sales_price": best(reach * grid.prices[:, None], grid.prices)[0],
        "revenue_price": float(LADDER[int(np.argmax(np.array(BUY[name]) * LADDER))]),
        "premium": float((own - reference).mean()) if name == "a market" else 0.0,
        "premium_percent": float(own.mean() / reference.mean() - 1) if name == "a market" else 0.0,
        "premium_median": float(np.median(own - reference)),
    }
    return {key: float(values[key]) for key in FIGURES} | {
        f"demand at {p}": d for p, d in zip(LADDER, BUY[name], strict=True)
    }


def drawn(plan: Plan, random: np.random.Generator) -> tuple[dict[str, Array], Array | None]:
    """One sample, with its weights where the poor answer more often."""
    if not plan.weighted:
        return market(plan.n, plan.market, random, plan.together), None
    columns = market(POOL * plan.n, plan.market, random)
    weight = np.exp(0.6 * np.log(columns["worth"] / 2000)) * random.lognormal(0, 0.45, POOL * plan.n)
    chosen = random.choice(POOL * plan.n, plan.n, replace=False, p=(1 / weight) / (1 / weight).sum())
    return {name: column[chosen] for name, column in columns.items()}, weight[chosen]


def run(job: Job) -> Rows:
    _, plan, number = job
    tally, true = Tally(), truth(plan.market)
    for survey in range(number):
        random = np.random.default_rng([plan.n, plan.together, plan.weighted, len(plan.market), survey])
        columns, weight = drawn(plan, random)
        rows = pricing_rows(case(columns, plan, weight))
        for name in FIGURES if plan.market == "a market" else ("premium", "premium_percent"):
            tally.figure(name, found(rows, name), true[name])
        for price in LADDER:
            key = f"demand at {price}"
            tally.figure(key, found(rows, "demand", contrast=f"price:{price}"), true[key])
        if plan.market == "nothing to find":
            _claims(tally, rows, plan.n)
    return tally.rows(plan.name, true)


def _claims(tally: Tally, rows: Any, n: int) -> None:
    """Claims as the report makes them; differences between groups where p after Holm is below .05."""
    study = {"bases": {"claim_base": 200}, "asked": {"pricing": {"premium": {"equal_specification": True}}}}
    ledger = Ledger([*rows, estimate_row("regression", "r2")], study, {"n": n, "n_eff": float(n), "units": n}, [])
    made = [claim.variant for claim in (*premium(ledger), *demand(ledger))]
    tally.claim("a premium", "more" in made or "less" in made)
    tally.claim("groups that differ in their premium", "groups" in made)
    tally.claim("one best price", "best" in made or "edge" in made)
    for name in ("opp", "idp"):
        row = found(rows, name, contrast="half=a-b")
        tally.claim(f"groups that differ in {name}", row["p_adjusted"] is not None and row["p_adjusted"] < 0.05)
