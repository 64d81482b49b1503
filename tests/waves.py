"""Simulated waves with panel members and weights, whose truth is known: for tests and simulations of the journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.model.case import Case
from pipeline.study import Study
from tests.made_case import a_case, a_study

Array = np.ndarray
DRIVERS = ("trust", "price", "eco")
IMAGES = ("saver", "companion")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """n answers a wave, a part `again` of them by people of the wave before, weights of this Kish design effect.

    slopes: (waves, drivers) of the outcome. lead: (waves,) mean lead of the second image. level: (waves,) mean of the
    outcome's own part. young: what the lead of the young adds, wave by wave.
    """

    n: int
    slopes: tuple[tuple[float, ...], ...]
    lead: tuple[float, ...]
    level: tuple[float, ...]
    young: tuple[float, ...]
    again: float = 0.4
    deff: float = 1.3
    overlap: float = 0.4
    noise: float = 1.0

    @property
    def waves(self) -> tuple[str, ...]:
        return tuple(str(2023 + at) for at in range(len(self.slopes)))


def study(plan: Plan, **keys: Any) -> Study:
    """The study of a plan: scores as they come, on a scale from 1 to 7."""
    names = (*DRIVERS, "intent", *IMAGES)
    whole = {
        "constructs": {name: {"items": [name]} for name in names},
        "model": {"outcome": "intent", "drivers": list(DRIVERS), "draws": 400},
        "variables": {
            "wave": {"codes": {wave: wave for wave in plan.waves}},
            "age": {"codes": {"old": "old", "young": "young"}},
            "spend": {"type": "number", "range": [0, 100]},
        },
        "segments": {"waves": "wave"},
        "journey": {"image_from": "saver", "image_to": "companion", "cohorts": ["age"]},
        "what_if": {"outcomes": ["spend"]},
    }
    return a_study(**{**whole, **keys})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One survey: columns of items, wave, person and weight of each answer."""

    items: dict[str, Array]
    wave: Array
    age: Array
    spend: Array
    person: Array
    weight: Array


def draw(plan: Plan, random: np.random.Generator) -> Drawn:
    """Answers of all waves; those of one person share half of what is theirs alone. Numbers are not rounded."""
    parts, held = [], np.zeros(0, int)
    people, count = np.zeros((0, 7)), 0
    for at in range(len(plan.slopes)):
        stay = random.choice(held, size=min(len(held), round(plan.again * plan.n)), replace=False)
        fresh = np.arange(count, count + plan.n - len(stay))
        people = np.vstack([people, random.normal(size=(len(fresh), 7))])
        count += len(fresh)
        held = np.concatenate([stay, fresh])
        parts.append(_wave(plan, at, held, people[held], random))
    items = {name: np.concatenate([part[name] for part in parts]) for name in (*DRIVERS, "intent", *IMAGES, "spend")}
    return Drawn(
        items={name: values for name, values in items.items() if name != "spend"},
        wave=np.repeat(plan.waves, plan.n),
        age=np.where(people[np.concatenate([part["person"] for part in parts]), 6] > 0, "young", "old"),
        spend=items["spend"],
        person=np.concatenate([part["person"] for part in parts]),
        weight=np.concatenate([part["weight"] for part in parts]),
    )


def _wave(plan: Plan, at: int, held: Array, own: Array, random: np.random.Generator) -> dict[str, Array]:
    """Answers of one wave by the people `held`, whose traits are (n, 7): drivers, outcome, image, weight, age."""
    root = np.linalg.cholesky(plan.overlap + (1 - plan.overlap) * np.eye(3)).T
    x = np.sqrt(0.5) * (own[:, :3] @ root + random.normal(size=(len(held), 3)) @ root)
    noise = np.sqrt(0.5) * (own[:, 3] + random.normal(size=len(held)))
    y = plan.level[at] + x @ np.array(plan.slopes[at]) + plan.noise * noise
    lead = plan.lead[at] + plan.young[at] * (own[:, 6] > 0)
    image = np.sqrt(0.5) * (own[:, 4] + random.normal(size=len(held)))
    spread = np.sqrt(np.log(plan.deff))
    found = {name: 4 + x[:, column] for column, name in enumerate(DRIVERS)}
    found |= {"intent": 4 + y, "saver": 4 - image / 2, "companion": 4 + lead + image / 2}
    found |= {"spend": 30 + 2 * x[:, 0] + 5 * random.normal(size=len(held)), "person": held}
    return found | {"weight": np.exp(spread * own[:, 5])}


def case(plan: Plan, drawn: Drawn, **keys: Any) -> Case:
    """The case of a survey."""
    variables = {"wave": [str(one) for one in drawn.wave], "age": [str(one) for one in drawn.age], "spend": drawn.spend}
    weight = None if plan.deff == 1 else drawn.weight
    return a_case(study(plan, **keys), drawn.items, variables, respondent=list(drawn.person), weight=weight)


def steady(waves: int = 4, **keys: Any) -> Plan:
    """A plan in which nothing changes."""
    return Plan(
        **{
            "n": 300,
            "slopes": ((0.4, 0.3, 0.2),) * waves,
            "lead": (0.0,) * waves,
            "level": (0.0,) * waves,
            "young": (0.0,) * waves,
        }
        | keys
    )


MOVING = Plan(
    n=300,
    slopes=((0.2, 0.6, 0.2), (0.3, 0.5, 0.2), (0.4, 0.3, 0.2), (0.6, 0.2, 0.2)),
    lead=(-0.8, -0.3, 0.1, 0.5),
    level=(0.0, 0.1, 0.2, 0.3),
    young=(0.0, 0.1, 0.2, 0.3),
)
