"""Market: every true parameter of the simulated phone market, and the same market with one truth taken away.

Ratings are latent numbers on the 7-point scale until they are rounded. Vectors over dimensions stand in the order of
DIMENSIONS, those over brands in that of BRANDS, those over classes in that of CLASSES.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

BRANDS = ("aurora", "borealis", "cirrus")
WAVES = ("2023-06", "2024-06", "2025-06", "2026-06")
CLASSES = ("believers", "substitutes", "residents")
DIMENSIONS = (
    "product", "service", "price", "brand", "trust", "emotion", "identity", "convenience", "ecosystem",
)  # fmt: skip
TRUST, ECOSYSTEM, PRODUCT, PRICE = (DIMENSIONS.index(name) for name in ("trust", "ecosystem", "product", "price"))
Row = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Perceptions:
    """How brands are seen: means in the middle of the four waves, yearly drift of aurora, and spread."""

    means: tuple[Row, ...] = (
        (4.3, 4.4, 5.1, 4.9, 4.9, 4.5, 4.2, 4.8, 4.8),
        (5.3, 4.7, 3.5, 5.0, 4.4, 4.5, 4.6, 4.6, 4.2),
        (3.9, 3.9, 5.3, 3.6, 3.7, 3.6, 3.2, 4.3, 3.4),
    )
    drift: Row = (0.0, 0.0, -0.12, 0.10, 0.08, 0.03, 0.03, 0.0, 0.16)
    person: float = 0.35
    """sd of a respondent's general leaning, over all brands and questions."""
    halo: float = 0.60
    """sd of the general impression of one brand on one respondent."""
    social: float = 0.35
    """sd of what brand, identity and emotion share."""
    own: float = 0.85
    """sd of what is a dimension's own."""
    item: float = 0.75
    """sd of an answer around the latent rating."""
    stable: float = 0.6
    """Part of a panel member's deviations that stays from wave to wave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """Founder trust -> brand trust (a) -> ecosystem (d) -> intent (the weights), and directly to intent."""

    means: Row = (4.7, 4.3, 3.6)
    halo: float = 0.5
    own: float = 1.0
    a: float = 0.45
    moderated: float = 0.02
    """What one complaint heard adds to a, from a mean of `Complaints.heard`."""
    d: float = 0.25
    direct: float = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaints:
    """Complaints about aurora: heard and had, and what trust takes off them."""

    heard: float = 4.0
    spread: float = 2.0
    """Shape of the gamma behind the counts: the smaller, the more unequal."""
    had: float = 0.9
    on_product: float = -0.10
    had_on_product: float = -0.12
    buffer: float = 0.25
    """Part of a complaint's mark on the product rating that one point of trust takes away."""
    on_intent: float = -0.05
    buffer_intent: float = 0.30


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Points of intent per point of a dimension: base + class + brand + wave, and the penalty of a poor product."""

    base: Row = (0.0, 0.05, 0.18, 0.14, 0.27, 0.07, 0.05, 0.04, 0.15)
    classes: tuple[Row, ...] = (
        (0.0, 0.0, -0.10, 0.10, 0.06, 0.0, 0.08, 0.0, -0.06),
        (0.0, 0.0, 0.21, -0.08, -0.10, 0.0, -0.03, 0.0, -0.10),
        (0.0, 0.0, -0.10, -0.04, 0.04, 0.0, -0.06, 0.04, 0.20),
    )
    brands: tuple[Row, ...] = (
        (0.0,) * 9,
        (0.06, 0.0, 0.0, 0.0, -0.08, 0.0, 0.0, 0.0, -0.04),
        (0.0, 0.0, 0.08, -0.04, 0.0, 0.0, 0.0, 0.0, -0.05),
    )
    drift: Row = (0.0, 0.0, -0.06, 0.02, 0.02, 0.0, 0.0, 0.0, 0.04)
    penalty: float = -0.25
    """Points of intent for each point that the product lies below 4; nothing above."""
    level: float = 4.4
    noise: float = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Intent with 15 % off less intent at full price: a lift, of whom it is larger, and the weights that shift."""

    lift: float = 0.50
    classes: Row = (-0.15, 0.45, -0.30)
    price: float = 0.10
    trust: float = -0.08
    noise: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Prices in CNY: what people would pay for an unknown brand, the premium for aurora, and the ladder."""

    reference: float = 2200.0
    reference_sd: float = 0.28
    premium: float = 0.13
    """Mean log ratio of the price for aurora to that for the unknown brand at equal specification."""
    premium_classes: Row = (0.05, -0.07, 0.03)
    premium_trust: float = 0.03
    premium_brand: float = 0.02
    premium_sd: float = 0.10
    ladder: float = 3300.0
    ladder_sd: float = 0.30
    intransitive: float = 0.08
    """Share whose four prices are out of order."""


ANSWERS: Mapping[str, Mapping[str, Row]] = {
    "motive": {
        "step_up": (0.66, 0.08, 0.08), "save": (0.08, 0.72, 0.08),
        "belong": (0.14, 0.04, 0.36), "habit": (0.12, 0.16, 0.48),
    },
    "waits": {"always": (0.12, 0.58, 0.12), "sometimes": (0.43, 0.34, 0.30), "never": (0.45, 0.08, 0.58)},
    "compared": {"borealis": (0.70, 0.16, 0.18), "cirrus": (0.12, 0.66, 0.10), "none": (0.18, 0.18, 0.72)},
    "next": {"same": (0.40, 0.12, 0.80), "cheapest": (0.08, 0.66, 0.10), "better": (0.52, 0.22, 0.10)},
    "income": {
        "1": (0.14, 0.36, 0.22), "2": (0.28, 0.36, 0.32), "3": (0.34, 0.20, 0.28), "4": (0.24, 0.08, 0.18),
    },
    "why_expensive": {"yes": (0.30, 0.74, 0.22), "no": (0.70, 0.26, 0.78)},
}  # fmt: skip
"""Question -> answer -> its chance in each class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Types:
    """Latent classes: sizes in the population and the chance of each answer, given the class alone."""

    sizes: Row = (0.38, 0.34, 0.28)
    answers: Mapping[str, Mapping[str, Row]] = field(default_factory=lambda: ANSWERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockIn:
    """Devices of aurora owned: how many, and what goes with one more."""

    devices: Row = (2.2, 1.2, 4.2)
    drift: float = 0.3
    intent: float = 0.06
    ecosystem: float = 0.10
    premium: float = 0.012
    cost: float = 0.30
    leave: float = -0.20
    former: float = 0.25
    """Points by which intent of those who came from borealis is higher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """Agreement that aurora helps to save, and that it is part of one's life; yearly drift, faster among the young."""

    saver: float = 4.9
    companion: float = 4.2
    saver_drift: float = -0.22
    companion_drift: float = 0.20
    young: float = 0.15
    """What a year adds to (companion) or takes from (saver) the drift of those under 30."""
    noise: float = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """How important respondents say each dimension is, from 1 to 7."""

    means: Row = (6.0, 5.3, 6.0, 4.3, 4.0, 4.0, 3.7, 5.0, 4.4)
    person: float = 0.6
    noise: float = 1.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fieldwork:
    """Who answers, and how well."""

    invited: Row = (0.75, 0.45, 0.90)
    """Chance to answer by class, which weights make good."""
    young: float = 0.8
    """Factor of that chance for people of 45 or more."""
    pairs: float = 0.06
    triples: float = 0.02
    """Shares of the respondents who are asked in two and in three waves."""
    careless: float = 0.05
    skipped: float = 0.012
    declined: float = 0.03
    english: float = 0.2
    shift: float = -0.8
    """What the English wording of conv_2 adds to its answers: the one question that is not comparable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The market of surveys/phone_value."""

    perceptions: Perceptions = Perceptions()
    founder: Founder = Founder()
    complaints: Complaints = Complaints()
    weights: Weights = Weights()
    promotion: Promotion = Promotion()
    prices: Prices = Prices()
    types: Types = field(default_factory=Types)
    lock_in: LockIn = LockIn()
    image: Image = Image()
    stated: Stated = Stated()
    fieldwork: Fieldwork = Fieldwork()


def _no_founder(market: Market) -> Market:
    return replace(market, founder=replace(market.founder, halo=0.0, a=0.0, moderated=0.0, direct=0.0))


def _no_moderation(market: Market) -> Market:
    """Complaints change neither what founder trust is worth nor, through trust, themselves."""
    complaints = replace(market.complaints, buffer=0.0, buffer_intent=0.0)
    return replace(market, founder=replace(market.founder, moderated=0.0), complaints=complaints)


def _no_rival(market: Market) -> Market:
    """Every brand is seen and weighed as aurora is, and nobody hears of complaints about it."""
    seen = replace(market.perceptions, means=market.perceptions.means[:1] * 3, drift=(0.0,) * 9)
    founder = replace(market.founder, means=market.founder.means[:1] * 3, moderated=0.0)
    silent = replace(market.complaints, on_product=0.0, had_on_product=0.0, on_intent=0.0)
    loose = replace(market.lock_in, intent=0.0, ecosystem=0.0, former=0.0)
    weights = replace(market.weights, brands=((0.0,) * 9,) * 3)
    return replace(market, perceptions=seen, founder=founder, complaints=silent, lock_in=loose, weights=weights)


def _no_premium(market: Market) -> Market:
    """The mean price for aurora is that for the unknown brand: the mean of the log ratio makes good its spread."""
    level = -(market.prices.premium_sd**2) / 2
    flat = replace(
        market.prices, premium=level, premium_classes=(0.0,) * 3, premium_trust=0.0, premium_brand=0.0,
    )  # fmt: skip
    return replace(market, prices=flat, lock_in=replace(market.lock_in, premium=0.0))


def _no_lift(market: Market) -> Market:
    flat = replace(market.promotion, lift=0.0, classes=(0.0,) * 3, price=0.0, trust=0.0, noise=0.0)
    return replace(market, promotion=flat)


def _no_classes(market: Market) -> Market:
    """Everybody answers, and weighs, as the market does on average."""
    sizes = market.types.sizes

    def mean(row: Row) -> float:
        return sum(size * value for size, value in zip(sizes, row, strict=True))

    answers = {
        name: {level: (mean(row),) * 3 for level, row in levels.items()}
        for name, levels in market.types.answers.items()
    }
    return replace(
        market,
        types=replace(market.types, answers=answers),
        weights=replace(market.weights, classes=((0.0,) * 9,) * 3),
        promotion=replace(market.promotion, classes=(0.0,) * 3),
        prices=replace(market.prices, premium_classes=(0.0,) * 3),
        lock_in=replace(market.lock_in, devices=(mean(market.lock_in.devices),) * 3),
    )


def _no_drift(market: Market) -> Market:
    return replace(
        market,
        perceptions=replace(market.perceptions, drift=(0.0,) * 9),
        weights=replace(market.weights, drift=(0.0,) * 9),
        lock_in=replace(market.lock_in, drift=0.0),
        image=replace(market.image, saver_drift=0.0, companion_drift=0.0, young=0.0),
    )


def _no_dose(market: Market) -> Market:
    """Devices go with nothing, and who came from borealis is like everybody else."""
    loose = replace(market.lock_in, intent=0.0, ecosystem=0.0, premium=0.0, cost=0.0, leave=0.0, former=0.0)
    return replace(_no_classes(market), lock_in=replace(loose, devices=(2.4,) * 3))


def _equal(market: Market) -> Market:
    """Nine dimensions that nothing tells apart: equal ratings, weights and stated importance, and no other path."""
    alike = _no_classes(_no_drift(_no_rival(_no_founder(market))))
    return replace(
        alike,
        perceptions=replace(alike.perceptions, means=((4.6,) * 9,) * 3, social=0.0),
        founder=replace(alike.founder, d=0.0),
        weights=replace(alike.weights, base=(0.11,) * 9, penalty=0.0),
        stated=replace(alike.stated, means=(4.7,) * 9),
        fieldwork=replace(alike.fieldwork, shift=0.0),
    )


NULLS: Mapping[str, Callable[[Market], Market]] = {
    "founder": _no_founder,
    "moderation": _no_moderation,
    "rival": _no_rival,
    "premium": _no_premium,
    "promotion": _no_lift,
    "classes": _no_classes,
    "drift": _no_drift,
    "dose": _no_dose,
    "importance": _equal,
}
"""Truth that is taken away -> the market without it."""
