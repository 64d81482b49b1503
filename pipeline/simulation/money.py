"""Money: prices in CNY that people would pay for aurora and for an unknown brand, and what they say they would buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.simulation._dice import Array, Dice
from pipeline.simulation.market import DIMENSIONS, TRUST, Market
from pipeline.simulation.people import People, Visits
from pipeline.simulation.ratings import AURORA, TYPICAL_DEVICES, TYPICAL_TRUST, Ratings

LADDER = (1999, 2499, 2999, 3499, 3999)
STEP = 100
"""Prices of the four questions are named in hundreds, so that they are apart."""
BRAND = DIMENSIONS.index("brand")


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """(m,) prices. four: (m, 4) too cheap, cheap, expensive, too expensive. buys: (m, 5), 1 or 0. chances: (m, 2)."""

    own: Array
    reference: Array
    percent: Array
    four: Array
    buys: Array
    chances: Array


def money(market: Market, who: People, visits: Visits, ratings: Ratings, dice: Dice) -> Money:
    """Prices that the people of these interviews name."""
    true, m = market.prices, len(visits)
    purse = np.sqrt(0.5) * dice.normal(len(who))[visits.person] + np.sqrt(0.5) * dice.normal(m)
    reference = np.log(true.reference) + true.reference_sd * purse
    premium = _premium(market, who, visits, ratings, dice)
    ceiling = np.exp(np.log(true.ladder) + true.ladder_sd * (0.7 * purse + np.sqrt(0.51) * dice.normal(m)))
    said = 100 * np.expm1(premium + 0.04 * dice.normal(m))
    return Money(
        own=_round(np.exp(reference + premium), 50),
        reference=_round(np.exp(reference), 50),
        percent=np.clip(np.rint(said), 0, 100),
        four=_disordered(market, _four(np.exp(reference + premium), dice), dice),
        buys=(ceiling[:, None] >= np.asarray(LADDER)).astype(float),
        chances=_chances(ratings.intent[:, AURORA], dice),
    )


def _premium(market: Market, who: People, visits: Visits, ratings: Ratings, dice: Dice) -> Array:
    """(m,) log ratio of the price for aurora to that for an unknown brand."""
    true, aurora = market.prices, ratings.values[:, AURORA]
    found = true.premium + np.asarray(true.premium_classes)[who.kind[visits.person]]
    found = found + true.premium_trust * (aurora[:, TRUST] - TYPICAL_TRUST)
    found = found + true.premium_brand * (aurora[:, BRAND] - TYPICAL_TRUST)
    found = found + market.lock_in.premium * (ratings.about.devices - TYPICAL_DEVICES)
    return np.asarray(found + true.premium_sd * dice.normal(len(visits)))


def _round(price: Array, step: int) -> Array:
    return np.maximum(step, step * np.rint(price / step))


def _four(price: Array, dice: Dice) -> Array:
    """(m, 4) four prices in order, around the price a person would pay."""
    gaps = 0.06 * np.abs(dice.normal(len(price), 3))
    cheap = _round(price * np.exp(-0.15 + 0.06 * dice.normal(len(price))), STEP)
    too_cheap = np.maximum(STEP, cheap - _round(cheap * (0.16 + gaps[:, 0]), STEP))
    expensive = cheap + _round(cheap * (0.22 + gaps[:, 1]), STEP)
    too_expensive = expensive + _round(expensive * (0.12 + gaps[:, 2]), STEP)
    return np.column_stack([too_cheap, cheap, expensive, too_expensive])


def _disordered(market: Market, four: Array, dice: Dice) -> Array:
    """The same, with two neighbours exchanged for some."""
    wrong, first = dice.chance(market.prices.intransitive, len(four)), dice.level((1, 1, 1), len(four))
    rows, found = np.flatnonzero(wrong), four.copy()
    found[rows, first[rows]], found[rows, first[rows] + 1] = four[rows, first[rows] + 1], four[rows, first[rows]]
    return found


def _chances(intent: Array, dice: Dice) -> Array:
    """(m, 2) how likely a purchase is at one's cheap and at one's expensive price, 1 to 5."""
    answer = np.column_stack([0.75 * intent + 0.2, 0.75 * intent - 1.0]) + 0.6 * dice.normal(len(intent), 2)
    return np.clip(np.rint(answer), 1, 5)
