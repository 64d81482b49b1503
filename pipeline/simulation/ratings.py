"""Ratings: what people think of every brand, as latent numbers on the 7-point scale, and what they would buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.simulation._dice import Array, Dice
from pipeline.simulation.market import BRANDS, DIMENSIONS, ECOSYSTEM, PRICE, PRODUCT, TRUST, Market
from pipeline.simulation.people import PRIOR, People, Visits

AURORA = 0
MOST_HEARD, MOST_HAD, MOST_DEVICES = 20, 10, 12
TYPICAL_DEVICES = 2.4
TYPICAL_TRUST = 4.9
SOCIAL = tuple(DIMENSIONS.index(name) for name in ("brand", "identity", "emotion"))


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """(m,) counts about aurora: complaints heard, problems had, devices owned."""

    heard: Array
    had: Array
    devices: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Latent ratings. values: (m, brands, dimensions); founder, intent, promo: (m, brands)."""

    values: Array
    founder: Array
    intent: Array
    promo: Array
    about: About


def rate(market: Market, who: People, visits: Visits, dice: Dice) -> Ratings:
    """What the people of these interviews think."""
    about = _about(market, who, visits, dice)
    halo = _deviation(market, visits, len(who), (len(BRANDS),), dice)
    founder = _founder(market, visits, halo, who, dice)
    values = _values(market, who, visits, halo, founder, about, dice)
    intent = _intent(market, who, visits, values, founder, about, dice)
    promo = _promo(market, who, visits, values, intent, dice)
    return Ratings(values=values, founder=founder, intent=intent, promo=promo, about=about)


def _about(market: Market, who: People, visits: Visits, dice: Dice) -> About:
    from scipy.special import gammaincinv

    m, spread = len(visits), market.complaints.spread
    mean = market.complaints.heard * gammaincinv(spread, dice.uniform(m)) / spread
    owned = np.asarray(market.lock_in.devices)[who.kind[visits.person]] + market.lock_in.drift * visits.year
    return About(
        heard=np.minimum(dice.count(mean), MOST_HEARD),
        had=np.minimum(dice.count(np.full(m, market.complaints.had)), MOST_HAD),
        devices=np.minimum(dice.count(owned), MOST_DEVICES),
    )


def _deviation(market: Market, visits: Visits, n: int, shape: tuple[int, ...], dice: Dice) -> Array:
    """(m, *shape) standard normal, a part of it the person's own, which stays from wave to wave."""
    stable = market.perceptions.stable
    kept, passing = dice.normal(n, *shape), dice.normal(len(visits), *shape)
    return np.asarray(np.sqrt(stable) * kept[visits.person] + np.sqrt(1 - stable) * passing)


def _founder(market: Market, visits: Visits, halo: Array, who: People, dice: Dice) -> Array:
    """(m, brands) trust in the person who leads the brand. Without halo the general leaning stays out of it, too."""
    own = _deviation(market, visits, len(who), (len(BRANDS),), dice)
    shared = market.founder.halo * (halo + who.leaning[visits.person][:, None])
    return np.asarray(market.founder.means + shared + market.founder.own * own)


def _values(
    market: Market, who: People, visits: Visits, halo: Array, founder: Array, about: About, dice: Dice
) -> Array:
    """(m, brands, dimensions)"""
    seen, path = market.perceptions, market.founder
    values = np.tile(np.asarray(seen.means), (len(visits), 1, 1))
    values[:, AURORA] += visits.year[:, None] * np.asarray(seen.drift)
    middle = values.copy()
    values += (seen.halo * halo + who.leaning[visits.person][:, None])[..., None]
    values += seen.own * _deviation(market, visits, len(who), (len(BRANDS), len(DIMENSIONS)), dice)
    values[..., SOCIAL] += seen.social * _deviation(market, visits, len(who), (len(BRANDS), 1), dice)
    slope = np.full(halo.shape, path.a)
    slope[:, AURORA] += path.moderated * (about.heard - market.complaints.heard)
    values[..., TRUST] += slope * (founder - path.means)
    values[..., ECOSYSTEM] += path.d * (values[..., TRUST] - middle[..., TRUST])
    values[:, AURORA, ECOSYSTEM] += market.lock_in.ecosystem * (about.devices - TYPICAL_DEVICES)
    values[:, AURORA, PRODUCT] += _mark(market, values[:, AURORA, TRUST], about)
    return values


def _trusted(trust: Array) -> Array:
    return np.clip(trust - TYPICAL_TRUST, -2, 2)


def _mark(market: Market, trust: Array, about: About) -> Array:
    """(m,) what complaints take off the product rating, and trust off complaints."""
    told = market.complaints
    heard = told.on_product * (about.heard - told.heard) * (1 - told.buffer * _trusted(trust))
    return np.asarray(heard + told.had_on_product * (about.had - told.had))


def weights(market: Market, kind: Array, year: Array) -> Array:
    """(m, brands, dimensions) points of intent per point of a dimension."""
    true = market.weights
    person = np.asarray(true.base) + np.asarray(true.classes)[kind] + year[:, None] * np.asarray(true.drift)
    return np.asarray(person[:, None, :] + np.asarray(true.brands))


def _intent(
    market: Market, who: People, visits: Visits, values: Array, founder: Array, about: About, dice: Dice
) -> Array:
    """(m, brands) purchase intent at full price."""
    true, kind = market.weights, who.kind[visits.person]
    found = true.level + (weights(market, kind, visits.year) * (values - true.level)).sum(2)
    found += true.penalty * np.maximum(0, 4 - values[..., PRODUCT]) + market.founder.direct * (founder - true.level)
    found += true.noise * _deviation(market, visits, len(who), (len(BRANDS),), dice)
    told, owned = market.complaints, market.lock_in
    trust = _trusted(values[:, AURORA, TRUST])
    found[:, AURORA] += told.on_intent * (about.heard - told.heard) * (1 - told.buffer_intent * trust)
    found[:, AURORA] += owned.intent * (about.devices - TYPICAL_DEVICES)
    found[:, AURORA] += owned.former * (who.prior[visits.person] == PRIOR.index("borealis"))
    return np.asarray(found)


def _promo(market: Market, who: People, visits: Visits, values: Array, intent: Array, dice: Dice) -> Array:
    """(m, brands) purchase intent with 15 % off."""
    true, level = market.promotion, market.weights.level
    lift = true.lift + np.asarray(true.classes)[who.kind[visits.person]][:, None]
    shifted = true.price * (values[..., PRICE] - level) + true.trust * (values[..., TRUST] - level)
    return np.asarray(intent + lift + shifted + true.noise * dice.normal(*intent.shape))
