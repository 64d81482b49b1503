"""Cases for the questions on value: three drivers, two outcomes, what respondents state, and a promotion."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pipeline.model.case import Case
from pipeline.model.resample import Panel, factors, resample
from tests.made_case import a_case, a_study

Array = np.ndarray

DRIVERS = ("product", "price", "trust")
NAMES = (*DRIVERS, "founder", "intent", "promo")


def a_value_study(**keys: Any) -> Any:
    """A study of three drivers and an outcome; founder and promo are constructs outside the model."""
    model = {"outcome": "intent", "drivers": list(DRIVERS)} | keys.pop("model", {})
    stated = {f"st_{name}": {"type": "number", "range": [1, 7]} for name in DRIVERS}
    variables = stated | {"premium": {"type": "number", "range": [0, 100]}, "income": {"type": "category"}}
    constructs = {name: {"items": [name]} for name in NAMES}
    return a_study(constructs=constructs, model=model, variables=variables, **keys)


def answers(n: int, seed: int = 3, brands: int = 1) -> tuple[dict[str, Array], dict[str, Any], Array]:
    """Items, variables and respondent of n people who rate each of some brands on seven points."""
    random = np.random.default_rng(seed)
    person = np.repeat(np.arange(n), brands)
    general = random.normal(size=n)[person]
    latent = 0.7 * general[:, None] + random.normal(size=(len(person), 3))
    founder = 0.6 * latent[:, 2] + random.normal(size=len(person))
    intent = latent @ [0.2, 0.4, 0.6] + 0.3 * founder + random.normal(size=len(person))
    promo = intent + 0.5 - 0.3 * latent[:, 2] + 0.5 * random.normal(size=len(person))
    columns = dict(zip(NAMES, (*latent.T, founder, intent, promo), strict=True))
    items = {name: np.clip(np.round(4 + 1.2 * column), 1, 7) for name, column in columns.items()}
    said = np.clip(np.round([6.0, 6.2, 5.0] + 0.8 * random.normal(size=(n, 3))), 1, 7)[person]
    variables: dict[str, Any] = {f"st_{name}": said[:, at] for at, name in enumerate(DRIVERS)}
    variables["premium"] = np.clip(np.round(20 + 6 * latent[:, 2] + 5 * random.normal(size=len(person))), 0, 100)
    variables["income"] = [("low", "mid", "high")[at % 3] for at in person]
    return items, variables, person


def with_model(case: Case, draws: int = 200) -> Case:
    """The same case with the moments of its model resampled, so many times."""
    people, setting = case.people, replace(case.setting, draws=draws)
    everyone = np.arange(len(people.scores))
    panel = Panel(names=people.model.names, columns=people.model.values, rows=everyone)
    found = resample(people.design, {"model": panel}, seed=setting.seed, draws=draws, kind=case.kind)
    return replace(case, resampled=found, setting=setting)


def a_value_case(
    n: int = 150, seed: int = 3, *, brands: int = 1, missing: bool = False, draws: int = 200, **parts: Any
) -> Case:
    """A case of n people; parts of the design (weight, cluster, strata) and keys of the study as keywords."""
    items, variables, person = answers(n, seed, brands)
    if missing:
        variables["st_trust"] = variables["st_trust"].copy()
        variables["st_trust"][person < 7] = np.nan
        items["founder"] = items["founder"].copy()
        items["founder"][::11] = np.nan
    design = {name: parts.pop(name) for name in ("weight", "cluster", "strata") if name in parts}
    study = a_value_study(**parts)
    return with_model(a_case(study, items, variables, respondent=person, **design), draws)


def row_weights(case: Case) -> Array:
    """(1 + draws, r) weights of the model's rows in the sample and in every replicate."""
    design, setting = case.people.design, case.setting
    drawn = np.concatenate(list(factors(design, setting.seed, setting.draws, case.kind)))
    return np.vstack([np.ones(len(design.pieces[0])), drawn[:, design.pieces[0]]]) * design.weight


def r2(columns: Array, outcome: Array, weight: Array) -> float:
    """Weighted R² by least squares."""
    if not columns.shape[1]:
        return 0.0
    root = np.sqrt(weight)
    full = np.column_stack([np.ones(len(outcome)), columns])
    b = np.linalg.lstsq(full * root[:, None], outcome * root, rcond=None)[0]
    centre = weight @ outcome / weight.sum()
    return float(1 - weight @ (outcome - full @ b) ** 2 / (weight @ (outcome - centre) ** 2))


def shapley(values: Any, players: int) -> Array:
    """Mean increase over all orders of entry; values: function of a tuple of players."""
    from itertools import permutations

    found = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        for at, player in enumerate(order):
            found[player] += values(order[: at + 1]) - values(order[:at])
    return found / len(orders)
