"""People: who there is, who answers, in which waves, and what stays with them from wave to wave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.simulation._dice import Array, Dice
from pipeline.simulation.market import BRANDS, WAVES, Market

PRIOR = (*BRANDS, "other", "none")
PRIOR_CHANCES = (0.28, 0.22, 0.22, 0.20, 0.08)
STAGES = ("student", "starting", "settled", "family", "later")
YOUNG = 30
AGES = ((18, 0.16), (25, 0.22), (35, 0.24), (45, 0.20), (55, 0.18), (70, 0.0))
"""First age of each band, and its share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """n people. kind: (n,) class. weight: (n,) one over the chance to answer, mean 1. leaning: (n,) general leaning."""

    kind: Array
    age: Array
    weight: Array
    leaning: Array
    english: Array
    prior: Array
    gender: Array
    tier: Array

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """m interviews. person: (m,) position in People. wave: (m,). knows: (m, brands) bool: brands that are rated."""

    person: Array
    wave: Array
    knows: Array

    def __len__(self) -> int:
        return len(self.person)

    @property
    def year(self) -> Array:
        """(m,) years from the middle of the four waves."""
        return self.wave - (len(WAVES) - 1) / 2


def people(market: Market, n: int, dice: Dice, *, everybody: bool) -> People:
    """n people, as they are in the population (everybody), or as they answer, with the weight that makes it good."""
    many = n if everybody else int(n / _least(market)) + 50
    kind, age = dice.level(market.types.sizes, many), _age(dice, many)
    chance = np.asarray(market.fieldwork.invited)[kind] * np.where(age >= 45, market.fieldwork.young, 1.0)
    kept = np.flatnonzero(dice.chance(1.0 if everybody else chance, many))[:n]
    weight = np.ones(n) if everybody else 1 / chance[kept]
    return People(
        kind=kind[kept],
        age=age[kept],
        weight=weight / weight.mean(),
        leaning=market.perceptions.person * dice.normal(n),
        english=dice.chance(market.fieldwork.english, n),
        prior=dice.level(PRIOR_CHANCES, n),
        gender=dice.level((0.495, 0.495, 0.01), n),
        tier=dice.level((0.25, 0.30, 0.25, 0.20), n),
    )


def _least(market: Market) -> float:
    return 0.9 * float(np.dot(market.types.sizes, market.fieldwork.invited)) * market.fieldwork.young


def _age(dice: Dice, n: int) -> Array:
    band = dice.level([share for _, share in AGES[:-1]], n)
    first = np.array([age for age, _ in AGES])
    return np.floor(first[band] + dice.uniform(n) * (first[band + 1] - first[band]))


def stage(age: Array, dice: Dice) -> Array:
    """(n,) life stage, which follows age but for one in five."""
    usual = np.digitize(age, (23, 30, 40, 58))
    return np.where(dice.chance(0.2, len(age)), np.clip(usual + 1, 0, len(STAGES) - 1), usual)


def once(n: int, dice: Dice) -> Visits:
    """Everybody in one wave, the waves as large as each other."""
    return Visits(person=np.arange(n), wave=np.arange(n) % len(WAVES), knows=_knows(n, dice))


def panel(market: Market, n: int, dice: Dice) -> Visits:
    """Two or three waves for some, one for the others, so that waves are (nearly) as large as each other."""
    several = [(first, 2, market.fieldwork.pairs / 3) for first in range(3)]
    several += [(first, 3, market.fieldwork.triples / 2) for first in range(2)]
    person, wave, begun = [np.zeros(0, int)], [np.zeros(0, int)], 0
    for first, many, share in several:
        members = np.arange(begun, begun + round(n * share))
        begun += len(members)
        person.append(np.repeat(members, many))
        wave.append(np.tile(first + np.arange(many), len(members)))
    taken = np.bincount(np.concatenate(wave), minlength=len(WAVES))
    wanted = (n - begun + taken.sum()) / len(WAVES) - taken
    ends = np.rint(np.cumsum(wanted)).astype(int)
    person.append(np.arange(begun, n))
    wave.append(np.searchsorted(ends, np.arange(n - begun), side="right"))
    return Visits(
        person=np.concatenate(person), wave=np.concatenate(wave), knows=_knows(n, dice)[np.concatenate(person)]
    )


def _knows(n: int, dice: Dice) -> Array:
    """(n, brands) bool: everybody knows two brands or three."""
    unknown = dice.level((0.06, 0.12, 0.32, 0.50), n)
    return unknown[:, None] != np.arange(len(BRANDS))
