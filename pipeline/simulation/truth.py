"""Truth: what the findings would be if everybody in the market answered everything, by plain arithmetic.

Nothing here uses the estimators of the pipeline: coefficients are solved from sums of products, shares of R² are
averaged over all orders of entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import factorial

import numpy as np

from pipeline.simulation._dice import Array
from pipeline.simulation.answers import ITEMS, Sample, population
from pipeline.simulation.market import BRANDS, DIMENSIONS, WAVES, Market
from pipeline.simulation.money import LADDER

CHUNK = 50_000
Key = tuple[str, str, str | None, str | None, str | None, str | None]
"""analysis, metric, outcome, term, group, contrast: the key of an estimate row."""
PAIR = "brand=aurora-borealis"
STACKED = (*DIMENSIONS, "intent")
BUYS = tuple(f"gg_{price}" for price in LADDER)
FOCUS = (
    *STACKED, "founder", "intent_promo", "heard", "devices", "saver", "companion", "wtp_aurora", "wtp_reference", *BUYS,
)  # fmt: skip
FOCUS_PRODUCTS = {"founder*heard": ("founder", "heard"), "heard*trust": ("heard", "trust")}


class Sums:
    """Sums of columns, and of their products, over the rows of all chunks; the first column is 1."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = ("1", *names)
        self.products = np.zeros((len(self.names),) * 2)

    def add(self, columns: Array) -> None:
        whole = np.column_stack([np.ones(len(columns)), columns])
        self.products += whole.T @ whole

    @property
    def mean(self) -> Mapping[str, float]:
        return dict(zip(self.names, self.products[0] / self.products[0, 0], strict=True))

    def slopes(self, outcome: str, drivers: Sequence[str]) -> dict[str, float]:
        """Coefficients of a linear regression; the intercept under '1'."""
        at = [self.names.index(name) for name in ("1", *drivers)]
        y = self.names.index(outcome)
        b = np.linalg.solve(self.products[np.ix_(at, at)], self.products[at, y])
        return dict(zip(("1", *drivers), b.tolist(), strict=True))

    def r2(self, outcome: str, drivers: Sequence[str]) -> float:
        """Share of the outcome's variance."""
        total, mean, y = self.products[0, 0], self.mean[outcome], self.names.index(outcome)
        b = self.slopes(outcome, drivers)
        fitted = sum(b[name] * self.products[self.names.index(name), y] for name in b)
        return float((fitted / total - mean**2) / (self.products[y, y] / total - mean**2))

    def shares(self, outcome: str, drivers: Sequence[str]) -> dict[str, float]:
        """Mean gain of R² over all orders of entry (LMG), divided by R²."""
        p = len(drivers)
        fit = {
            frozenset(some): self.r2(outcome, some) if some else 0.0
            for size in range(p + 1)
            for some in combinations(drivers, size)
        }
        chance = [factorial(size) * factorial(p - size - 1) / factorial(p) for size in range(p)]
        gain = dict.fromkeys(drivers, 0.0)
        for some, r2 in fit.items():
            for name in set(drivers) - some:
                gain[name] += chance[len(some)] * (fit[some | {name}] - r2)
        return {name: value / fit[frozenset(drivers)] for name, value in gain.items()}


def together(parts: Sequence[Sums]) -> Sums:
    """Sums over the rows of all parts."""
    found = Sums(parts[0].names[1:])
    found.products = np.sum([part.products for part in parts], axis=0)
    return found


def scores(drawn: Sample, construct: str, letter: str) -> Array:
    """(m,) mean of the items of one brand."""
    stem, many = ITEMS[construct]
    return np.mean([drawn.cells[f"{stem}_{item + 1}_{letter}"] for item in range(many)], axis=0)


def truth(market: Market, people: int = 1_000_000, seed: int = 1) -> dict[Key, float]:
    """Figure -> its value among so many people."""
    brands = {brand: Sums(STACKED) for brand in BRANDS}
    waves = {wave: Sums(FOCUS) for wave in WAVES}
    products, stated = Sums((*FOCUS, *FOCUS_PRODUCTS)), np.zeros(len(DIMENSIONS))
    for chunk in range(-(-people // CHUNK)):
        drawn = population(market, min(CHUNK, people), seed + chunk)
        for at, brand in enumerate(BRANDS):
            columns = np.column_stack([scores(drawn, name, "abc"[at]) for name in STACKED])
            brands[brand].add(columns[drawn.visits.knows[:, at]])
        known = drawn.visits.knows[:, 0]
        focus = _focus(drawn)
        for at, wave in enumerate(WAVES):
            waves[wave].add(focus[known & (drawn.visits.wave == at)])
        products.add(_with_products(focus - _middle(market))[known])
        stated += [(drawn.cells[f"st_{name}"][known] - 1).sum() for name in DIMENSIONS]
    whole = together(list(brands.values()))
    return dict(_figures(whole, brands, waves, products, stated / stated.sum()))


def _focus(drawn: Sample) -> Array:
    """(m, columns) what is known of aurora."""
    cells = drawn.cells
    rated = [scores(drawn, name, "a") for name in (*STACKED, "founder", "intent_promo")]
    saver = (cells["img_save"] + cells["img_smart"] + cells["img_reliable"]) / 3
    companion = (cells["img_life"] + cells["img_without"]) / 2
    paid = [cells[name] for name in ("wtp_aurora", "wtp_reference", *BUYS)]
    return np.column_stack([*rated, cells["heard"], cells["devices"], saver, companion, *paid])


def _middle(market: Market) -> Array:
    """(columns,) what is taken off before products are made, so that they are measured from (about) the middle."""
    found = np.zeros(len(FOCUS))
    found[FOCUS.index("heard")] = market.complaints.heard
    found[FOCUS.index("trust")] = market.perceptions.means[0][DIMENSIONS.index("trust")]
    return found


def _with_products(focus: Array) -> Array:
    made = [focus[:, FOCUS.index(a)] * focus[:, FOCUS.index(b)] for a, b in FOCUS_PRODUCTS.values()]
    return np.column_stack([focus, *made])


def _figures(
    whole: Sums, brands: Mapping[str, Sums], waves: Mapping[str, Sums], products: Sums, stated: Array
) -> Iterator[tuple[Key, float]]:
    share, b = whole.shares("intent", DIMENSIONS), whole.slopes("intent", DIMENSIONS)
    yield ("regression", "r2", "intent", None, None, None), whole.r2("intent", DIMENSIONS)
    for name, said in zip(DIMENSIONS, stated.tolist(), strict=True):
        yield ("importance", "lmg_share", "intent", name, None, None), share[name]
        yield ("regression", "b", "intent", name, None, None), b[name]
        yield ("stated", "stated_share", "intent", name, None, None), said
    focus = together(list(waves.values()))
    yield from _chains(focus, products)
    yield from _gap(brands["aurora"], brands["borealis"])
    yield from _prices(focus.mean)
    lift = focus.mean["intent_promo"] - focus.mean["intent"]
    yield ("promotion", "mean_difference", "intent", "intent_promo", None, None), lift
    yield ("lock_in", "b", None, "intent", None, "alone"), focus.slopes("intent", ["devices"])["devices"]
    first, last = (waves[wave].mean for wave in (WAVES[0], WAVES[-1]))
    for name in ("saver", "companion"):
        change = last[name] - first[name]
        yield ("journey", "mean_difference", "intent", f"image_{name}", None, f"wave={WAVES[-1]}-{WAVES[0]}"), change


def _chains(focus: Sums, products: Sums) -> Iterator[tuple[Key, float]]:
    """Founder trust through brand trust, and through it and the ecosystem; what complaints change."""
    a, last = focus.slopes("trust", ["founder"])["founder"], focus.slopes("intent", ["founder", "trust"])
    one = ("mediation", "intent", "founder_trust")
    for metric, value in (("indirect", a * last["trust"]), ("direct", last["founder"])):
        path = "founder>trust>intent" if metric == "indirect" else None
        yield (one[0], metric, one[1], one[2], None, path), value
    eco = focus.slopes("ecosystem", ["founder", "trust"])
    end = focus.slopes("intent", ["founder", "trust", "ecosystem"])
    path = "founder>trust>ecosystem>intent"
    serial = a * eco["trust"] * end["ecosystem"]
    yield ("mediation", "indirect", "intent", "founder_ecosystem", None, path), serial
    moderated = products.slopes("trust", ["founder", "heard", "founder*heard"])["founder*heard"] * last["trust"]
    yield ("mediation", "index_of_moderated_mediation", "intent", "founder_trust", None, None), moderated
    told = products.slopes("intent", [*DIMENSIONS, "heard", "heard*trust"])
    for name in ("heard", "heard*trust"):
        yield ("paradox", "b", None, name, None, None), told[name]


def _gap(own: Sums, other: Sums) -> Iterator[tuple[Key, float]]:
    """The gap of intent: higher ratings at the rival's weights, other weights at the rival's ratings, and both."""
    b, rival = own.slopes("intent", DIMENSIONS), other.slopes("intent", DIMENSIONS)
    apart = {name: own.mean[name] - other.mean[name] for name in DIMENSIONS}
    yield ("rivals", "mean_difference", None, "product", None, PAIR), apart["product"]
    yield ("rivals", "endowments", None, None, None, PAIR), sum(apart[name] * rival[name] for name in DIMENSIONS)
    weighed = sum(other.mean[name] * (b[name] - rival[name]) for name in b)
    yield ("rivals", "coefficients", None, None, None, PAIR), weighed
    both = sum(apart[name] * (b[name] - rival[name]) for name in DIMENSIONS)
    yield ("rivals", "interaction", None, None, None, PAIR), both


def _prices(mean: Mapping[str, float]) -> Iterator[tuple[Key, float]]:
    """Demand at every price of the ladder, the price of the largest revenue, and the premium over the unknown brand."""
    for price, name in zip(LADDER, BUYS, strict=True):
        yield ("pricing", "demand", None, None, None, f"price:{price}"), mean[name]
    best = max(LADDER, key=lambda price: price * mean[f"gg_{price}"])
    yield ("pricing", "revenue_price", None, None, None, None), float(best)
    premium = mean["wtp_aurora"] / mean["wtp_reference"] - 1
    yield ("pricing", "premium_percent", None, None, None, None), premium
