"""Answers: latent ratings as the ticks of a questionnaire, column by column; what is missing, who is careless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipeline.simulation._dice import Array, Dice
from pipeline.simulation.market import BRANDS, DIMENSIONS, Market
from pipeline.simulation.money import LADDER, Money, money
from pipeline.simulation.people import PRIOR, STAGES, YOUNG, People, Visits, once, panel, people, stage
from pipeline.simulation.ratings import AURORA, TYPICAL_DEVICES, Ratings, rate

NOT_ASKED, DECLINED, SKIPPED = -3, -9, -99
"""Numbers that stand for no answer; skipped is written as an empty cell."""
POINTS = 7
ITEMS: Mapping[str, tuple[str, int]] = {
    "product": ("prod", 3), "service": ("serv", 3), "price": ("vfm", 3), "brand": ("cert", 3), "trust": ("trust", 3),
    "emotion": ("emo", 3), "identity": ("ident", 3), "convenience": ("conv", 3), "ecosystem": ("eco", 3),
    "founder": ("found", 2), "intent": ("int", 2), "intent_promo": ("promo", 2),
}  # fmt: skip
"""Construct asked of every brand -> beginning of its columns, number of its items."""
TEND = (-0.1, 0.1, 0.0)
"""What an item adds to the latent rating of its construct."""
GENDERS, CHECK = ("female", "male", "other"), 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Everything of one draw. cells: column -> (m,) numbers or texts, in the order of the questionnaire."""

    who: People
    visits: Visits
    ratings: Ratings
    money: Money
    cells: Mapping[str, Array]

    @property
    def kind(self) -> Array:
        """(m,) true class of each interview."""
        return self.who.kind[self.visits.person]


def population(market: Market, n: int, seed: int) -> Sample:
    """n people as they are: each in one wave, all careful, with every answer, equally weighted."""
    dice = Dice(seed)
    who = people(market, n, dice, everybody=True)
    return _asked(market, who, once(n, dice), dice)


def sample(market: Market, n: int, seed: int) -> Sample:
    """n people as a survey meets them: invited unequally, some in several waves, some careless, answers missing."""
    dice = Dice(seed)
    who = people(market, n, dice, everybody=False)
    drawn = _asked(market, who, panel(market, n, dice), dice)
    careless = _careless(market, drawn.cells, drawn.visits, dice)
    return replace(drawn, cells=_missing(market, careless, drawn.visits, dice))


def _asked(market: Market, who: People, visits: Visits, dice: Dice) -> Sample:
    ratings = rate(market, who, visits, dice)
    prices = money(market, who, visits, ratings, dice)
    cells = _person(market, who, visits, dice) | _rated(market, who, visits, ratings, dice)
    cells |= _of_aurora(market, who, visits, ratings, dice) | _priced(prices)
    return Sample(who=who, visits=visits, ratings=ratings, money=prices, cells=cells)


def tick(market: Market, latent: Array, dice: Dice, spread: float = 1.0) -> Array:
    """Points of the agreement scale."""
    return np.clip(np.rint(latent + spread * market.perceptions.item * dice.normal(*latent.shape)), 1, POINTS)


def _person(market: Market, who: People, visits: Visits, dice: Dice) -> dict[str, Array]:
    """Who people are, and the answers that tell the classes apart."""
    at, kind = visits.person, who.kind
    found: dict[str, Array] = {
        "id": np.char.add("r", np.char.zfill((at + 1).astype(str), 4)),
        "w": np.round(who.weight[at], 2),
        "seconds": np.rint(np.exp(np.log(780) + 0.28 * dice.normal(len(visits)))),
        "check": np.full(len(visits), CHECK),
        "language": np.where(who.english, "en", "zh")[at],
        "age": who.age[at] + visits.wave,
        "gender": np.array(GENDERS)[who.gender][at],
        "city_tier": who.tier[at] + 1,
    }
    found["age"] = np.minimum(found["age"], 69)
    told = {name: _typical(market, name, kind, dice)[at] for name in market.types.answers}
    found |= {"income": told.pop("income").astype(int), "life_stage": np.array(STAGES)[stage(who.age, dice)][at]}
    return found | {"prior": np.array(PRIOR)[who.prior][at]} | told


def _typical(market: Market, name: str, kind: Array, dice: Dice) -> Array:
    """(n,) answers of people of these classes to one question."""
    levels = market.types.answers[name]
    return np.array(list(levels))[dice.choice(np.array(list(levels.values())).T[kind])]


def _rated(market: Market, who: People, visits: Visits, ratings: Ratings, dice: Dice) -> dict[str, Array]:
    """Items of every brand, and the brand that is owned now."""
    latent = {name: ratings.values[..., at] for at, name in enumerate(DIMENSIONS)}
    latent |= {"founder": ratings.founder, "intent": ratings.intent, "intent_promo": ratings.promo}
    found: dict[str, Array] = {}
    for name, (stem, many) in ITEMS.items():
        shown = latent[name][..., None] + np.asarray(TEND[:many])
        if name == "convenience":
            shown[who.english[visits.person], :, 1] += market.fieldwork.shift
        ticked = tick(market, shown, dice)
        ticked[~visits.knows] = NOT_ASKED
        letters = zip("abc", range(len(BRANDS)), strict=True)
        columns = {f"{stem}_{item + 1}_{letter}": ticked[:, b, item] for letter, b in letters for item in range(many)}
        found |= columns
    liking = np.where(visits.knows, ratings.intent + 0.8 * dice.normal(*ratings.intent.shape), -np.inf)
    other = dice.chance(0.06, len(visits))
    return found | {"owns": np.where(other, "other", np.array(BRANDS)[liking.argmax(1)])}


def _of_aurora(market: Market, who: People, visits: Visits, ratings: Ratings, dice: Dice) -> dict[str, Array]:
    """What is asked about aurora alone, besides prices."""
    m, about, values, owned = len(visits), ratings.about, ratings.values[:, AURORA], market.lock_in
    stated = np.asarray(market.stated.means) + market.stated.person * dice.normal(m, 1)
    stated = np.clip(np.rint(stated + market.stated.noise * dice.normal(m, len(DIMENSIONS))), 1, POINTS)
    found = {f"st_{name}": stated[:, at] for at, name in enumerate(DIMENSIONS)}
    found |= {"heard": about.heard, "had": about.had, "devices": about.devices}
    more = about.devices - TYPICAL_DEVICES
    cost = 3.6 + owned.cost * more + 0.3 * (values[:, DIMENSIONS.index("ecosystem")] - 4.8) + 0.7 * dice.normal(m)
    found |= {f"swc_{at + 1}": tick(market, cost, dice) for at in range(2)}
    leave = 3.6 + owned.leave * more - 0.35 * (ratings.intent[:, AURORA] - market.weights.level)
    return (
        found
        | {"leave_1": tick(market, leave + 0.9 * dice.normal(m), dice)}
        | _images(market, who, visits, ratings, dice)
    )


def _images(market: Market, who: People, visits: Visits, ratings: Ratings, dice: Dice) -> dict[str, Array]:
    """Statements on what aurora is to people: three of the saver, two of the companion."""
    true, m, values = market.image, len(visits), ratings.values[:, AURORA]
    faster = true.young * (who.age[visits.person] < YOUNG)
    leaning, noise = who.leaning[visits.person], true.noise
    saver = true.saver + (true.saver_drift - faster) * visits.year + leaning + noise * dice.normal(m)
    felt = 0.3 * (values[:, DIMENSIONS.index("emotion")] - 4.5)
    life = true.companion + (true.companion_drift + faster) * visits.year + felt + leaning + noise * dice.normal(m)
    latent = {"img_save": saver, "img_smart": saver - 0.3, "img_reliable": saver + 0.1}
    latent |= {"img_life": life, "img_without": life - 0.4}
    return {name: tick(market, value, dice) for name, value in latent.items()}


def _priced(prices: Money) -> dict[str, Array]:
    names = ("psm_too_cheap", "psm_cheap", "psm_expensive", "psm_too_expensive")
    found = {name: prices.four[:, at] for at, name in enumerate(names)}
    found |= {"nms_cheap": prices.chances[:, 0], "nms_expensive": prices.chances[:, 1]}
    found |= {f"gg_{price}": prices.buys[:, at] for at, price in enumerate(LADDER)}
    return found | {"wtp_aurora": prices.own, "wtp_reference": prices.reference, "premium_pct": prices.percent}


def _careless(market: Market, cells: Mapping[str, Array], visits: Visits, dice: Dice) -> dict[str, Array]:
    """The same cells, where some people tick one point throughout, or race through at random."""
    m, share = len(visits), market.fieldwork.careless
    how = dice.level((1 - share, share / 3, share / 3, share / 3), m)
    straight, racing, lost = (how == at for at in (1, 2, 3))
    point, found = dice.level((1, 1, 1, 2, 2, 3, 2), m) + 1.0, dict(cells)
    scaled = [name for name in cells if name[-2:] in ("_a", "_b", "_c") or name.startswith(("st_", "swc", "img"))]
    for name in scaled:
        random = np.ceil(POINTS * dice.uniform(m))
        answer = np.where(straight, point, np.where(racing | lost, random, cells[name]))
        found[name] = np.where(cells[name] == NOT_ASKED, NOT_ASKED, answer)
    fast = (0.10 + 0.15 * dice.uniform(m)) * 780
    found["seconds"] = np.where(racing | straight & dice.chance(0.5, m), np.rint(fast), cells["seconds"])
    found["check"] = np.where(lost | (straight | racing) & dice.chance(0.8, m), 1 + 2 * dice.level((1, 1, 1), m), CHECK)
    return found


PERSONAL = ("id", "w", "seconds", "check", "language", "age", "gender", "city_tier", "life_stage", "prior", "owns")
SENSITIVE = ("income", "psm", "wtp", "premium")


def _missing(market: Market, cells: Mapping[str, Array], visits: Visits, dice: Dice) -> dict[str, Array]:
    """The same cells with questions left out, declined, and not asked of those who do not know aurora."""
    found, m, types = {}, len(visits), market.types.answers
    gone = dice.chance(market.fieldwork.declined, m)
    for name, values in cells.items():
        if name in PERSONAL or (name in types and name != "income"):
            found[name] = values
            continue
        missing = np.where(dice.chance(market.fieldwork.skipped, m), SKIPPED, values)
        found[name] = np.where(gone, DECLINED, missing) if name.startswith(SENSITIVE) else missing
        if name not in types and name[-2:] not in ("_a", "_b", "_c"):
            found[name] = np.where(visits.knows[:, AURORA], found[name], NOT_ASKED)
        found[name] = np.where(values == NOT_ASKED, NOT_ASKED, found[name])
    return found
