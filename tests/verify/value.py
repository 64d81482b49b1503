"""Whether findings on total value, stated importance, two outcomes and promotion recover what is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from pipeline.model import Row
from pipeline.model.contrasted import Contrasted, contrast_rows, contrasted
from pipeline.model.effects import holm
from pipeline.model.parts import Parts, order_rows, part_rows, parts_of
from pipeline.model.players import Structure, arranged, values
from pipeline.model.promotion import Shift, overall_rows
from pipeline.model.resample import Panel, Resampled, resample
from pipeline.model.stated import Stated, gap_rows, paired
from pipeline.model.total_value import BEYOND, PRODUCT, product_rows
from pipeline.variance import means
from pipeline.weight import Design
from tests.verify.coverage import PROMISED

Array = np.ndarray

TITLE = "# Total value, stated importance, two outcomes, promotion"
MEANING = (
    "Simulated surveys whose truth is known: six normal drivers with pairwise correlation .4, R² .45 "
    "(two outcomes .45 and .35, their errors correlated .3), stated answers and promotion as described in the row. "
    "weighted: log-normal weights of Kish design effect 1.5, unrelated to the answers. stacked: two ratings a person, "
    "half of their variance between people. Coverage: share of surveys whose 95 % interval holds the population value, "
    f"promised {PROMISED[0]} to {PROMISED[1]}, give or take two Monte Carlo errors. Bias: mean estimate less that "
    "value. False claims: share of surveys in which the rule of a claim is met although the truth is that of the row, "
    "promised at most the nominal rate, give or take two Monte Carlo errors."
)
DRAWS = 500
SEED = 20260101
NAMES = tuple("abcdef")
OVERLAP = 0.4
LAYERS = {"layer:x": [0, 1], "layer:y": [2, 3], "layer:z": [4, 5]}
"""Three layers of two drivers each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Normal drivers (equally correlated) and outcomes with the given slopes' proportions and R².

    errors: correlation of what the drivers leave of two outcomes.
    """

    slopes: tuple[tuple[float, ...], ...]
    r2: tuple[float, ...] = (0.45, 0.35)
    overlap: float = OVERLAP
    errors: float = 0.3

    @property
    def correlations(self) -> Array:
        """(p + m, p + m) correlations of p drivers and m outcomes."""
        p, m = len(self.slopes[0]), len(self.slopes)
        drivers = self.overlap + (1 - self.overlap) * np.eye(p)
        b = np.array([
            np.array(one) * np.sqrt(r2 / (np.array(one) @ drivers @ one))
            for one, r2 in zip(self.slopes, self.r2, strict=False)
        ])  # fmt: skip
        left = np.sqrt(1 - np.array(self.r2[:m]))
        apart = np.outer(left, left) * (self.errors + (1 - self.errors) * np.eye(m))
        return np.block([[drivers, drivers @ b.T], [b @ drivers, b @ drivers @ b.T + apart]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """n people, how they were drawn, and how many surveys."""

    n: int
    design: str = "simple"


def design_of(survey: Survey, random: np.random.Generator) -> tuple[Design, Array]:
    """Design of the rows, and (r,) person of each."""
    brands = 2 if survey.design == "stacked" else 1
    person = np.repeat(np.arange(survey.n), brands)
    keys = np.sort(random.integers(0, 2**64, survey.n, dtype=np.uint64))
    weight = np.ones(survey.n)
    if survey.design == "weighted":
        weight = np.exp(np.sqrt(np.log(1.5)) * random.normal(size=survey.n))
    kind = {"simple": "simple", "weighted": "weighted", "stacked": "clustered"}[survey.design]
    design = Design(
        weight=weight[person],
        unit=person,
        keys=keys,
        stratum=None,
        stratum_keys=None,
        kind=kind,  # type: ignore[arg-type]
    )
    return design, person


def answers(world: World, survey: Survey, random: np.random.Generator, person: Array) -> Array:
    """(r, p + m) normal answers; those of one person are alike by half of their variance where rows are stacked."""
    root = np.linalg.cholesky(world.correlations)
    row = random.normal(size=(len(person), len(root))) @ root.T
    if survey.design != "stacked":
        return row
    own = random.normal(size=(survey.n, len(root))) @ root.T
    return np.sqrt(0.5) * own[person] + np.sqrt(0.5) * row


def moments(design: Design, columns: Array, names: tuple[str, ...]) -> Resampled:
    panel = Panel(names=names, columns=columns, rows=np.arange(len(columns)))
    return resample(design, {"one": panel}, seed=SEED, draws=DRAWS)["one"]


def lmg_of(correlations: Array, structure: Structure, metric: str = "lmg") -> Array:
    return values(arranged(correlations, structure), structure, metric)[0]


def product_study(world: World, product: tuple[str, ...], survey: Survey, random: np.random.Generator) -> list[Row]:
    design, person = design_of(survey, random)
    names = NAMES[: len(world.slopes[0])]
    found = moments(design, answers(world, survey, random, person), (*names, "y"))
    return product_rows(found, Structure.plain(names), product, 0.95, {"outcome": "y"})


PRODUCT_WORLD = World(slopes=((3, 8, 6, 4, 2, 1),))
TIED = World(slopes=((1, 1, 1, 1),))
HALF = World(slopes=((1, 1),), overlap=0.0)


def layer_study(world: World, survey: Survey, random: np.random.Generator) -> list[Row]:
    design, person = design_of(survey, random)
    found = moments(design, answers(world, survey, random, person), (*NAMES, "y"))
    parts = parts_of(found, Structure.plain(NAMES), LAYERS)
    assert isinstance(parts, Parts)
    common: Row = {"outcome": "y"}
    orders = list(order_rows("total_value", parts.names, parts.share, 0.95, common))
    return [*part_rows("total_value", parts, 0.95, common), *orders, *map(_turned, orders)]


def _turned(row: Row) -> Row:
    """A difference of shares the other way round; the larger less the smaller is what is published."""
    if row["metric"] != "share_difference":
        return row | {"metric": "turned"}
    ends = {"conf_low": -row["conf_high"], "conf_high": -row["conf_low"], "estimate": -row["estimate"]}
    return row | ends | {"term": row["contrast"].removeprefix("above:"), "contrast": f"above:{row['term']}"}


LAYER_WORLD = World(slopes=((8, 5, 5, 3, 3, 1),))
LAYERS_TIED = World(slopes=((2, 1, 2, 1, 2, 1),))


def stated_study(world: World, said: Array, survey: Survey, random: np.random.Generator) -> list[Row]:
    """said: mean stated importance (0-100) of each driver; answers vary by 15, and with how a person rates."""
    design, person = design_of(survey, random)
    rows = answers(world, survey, random, person)
    names = NAMES[: len(said)]
    _, first = np.unique(person, return_index=True)
    level = random.normal(size=(survey.n, 1))
    stated = said + 9 * level + 10 * random.normal(size=(survey.n, len(said))) + 5 * rows[first][:, : len(said)]
    panels = {
        "model": Panel(names=(*names, "y"), columns=rows, rows=np.arange(len(rows))),
        "stated": Panel(names=names, columns=stated, rows=first),
    }
    found = resample(design, panels, seed=SEED, draws=DRAWS)
    both = paired(found["model"], Structure.plain(names), found["stated"])
    assert isinstance(both, Stated)
    return gap_rows(both, 0.95, {"outcome": "y"})


STATED_WORLD = World(slopes=((6, 4, 2, 1),))
SAID = np.array([60.0, 80.0, 85.0, 75.0])
STATED_TIED = World(slopes=((5, 5, 2, 2),))


def derived(world: World) -> Array:
    """Shares of the drivers in the population."""
    p = len(world.slopes[0])
    raw = lmg_of(world.correlations[: p + 1, : p + 1], Structure.plain(NAMES[:p]))
    return np.asarray(raw / raw.sum())


def pair_study(world: World, survey: Survey, random: np.random.Generator) -> list[Row]:
    design, person = design_of(survey, random)
    found = moments(design, answers(world, survey, random, person), (*NAMES, "y", "z"))
    both = contrasted(found, Structure.plain(NAMES))
    assert isinstance(both, Contrasted)
    rows = list(contrast_rows("outcomes", both, "y", "z", 0.95, {}))
    adjusted = iter(holm(np.array([row["p_value"] for row in rows if row["p_value"] is not None], float)))
    return [row if row["p_value"] is None else row | {"p_adjusted": float(next(adjusted))} for row in rows]


PAIR_WORLD = World(slopes=((8, 6, 4, 2, 1, 1), (1, 2, 4, 8, 6, 1)))
SAME_WORLD = World(slopes=((8, 6, 4, 2, 1, 1), (8, 6, 4, 2, 1, 1)))


def gaps(world: World) -> Array:
    """Share for the second outcome less that for the first in the population."""
    p = len(world.slopes[0])
    every = world.correlations
    shares = [
        lmg_of(every[np.ix_(at, at)], Structure.plain(NAMES)) for at in ([*range(p), p], [*range(p), p + 1])
    ]  # fmt: skip
    return np.asarray(shares[1] / shares[1].sum() - shares[0] / shares[0].sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Intent at full price and on promotion: normal, the second higher by `gain`; who reaches `top` buys.

    group_gain: what the gain of the second of two groups, and of the third, differs by.
    """

    gain: float
    top: float = 1.0
    group_gain: float = 0.0

    @property
    def only(self) -> float:
        """Population share that buys on promotion only: P(full < top <= offer), summed over a fine grid."""
        from scipy.special import ndtr

        full = np.linspace(-9.0, self.top, 200_001)
        inside = np.exp(-(full**2) / 2) / np.sqrt(2 * np.pi) * ndtr((full + self.gain - self.top) / 0.6)
        return float(np.trapezoid(inside, full))


def promotion_study(market: Market, survey: Survey, random: np.random.Generator) -> list[Row]:
    design, person = design_of(survey, random)
    between, within = random.normal(size=survey.n)[person], random.normal(size=len(person))
    half = survey.design == "stacked"
    full = np.sqrt(0.5) * (between + within) if half else within
    group = (np.arange(survey.n) % 3)[person]
    shifted = market.gain + market.group_gain * (group > 0)
    offer = full + shifted + 0.6 * random.normal(size=len(person))
    shift = Shift(full=full, offer=offer, buys=full >= market.top, buys_offer=offer >= market.top)
    rows = list(overall_rows(shift, design, "y", "z", 0.95, {}))
    found = means(np.column_stack([np.where(group == at, shift.gain, np.nan) for at in range(3)]), design)
    p = []
    for at in (1, 2):
        spread = found.cov[at, at] + found.cov[0, 0] - 2 * found.cov[at, 0]
        p.append(_p(float(found.mean[at] - found.mean[0]), float(np.sqrt(spread)), found.df))
    told = {"metric": "groups", "term": None, "contrast": None, "estimate": 0.0}
    return [*rows, told | {"p_adjusted": float(holm(np.array(p)).min())}]


def _p(gap: float, error: float, df: int) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(gap) / error))


MARKET = Market(gain=0.5)
NO_GAIN = Market(gain=0.0)


def tenth() -> Market:
    """A market in which exactly a tenth buys on promotion only (by bisection)."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if Market(gain=middle).only < 0.1 else (low, middle)
    return Market(gain=(low + high) / 2)


Study = Callable[[Survey, np.random.Generator], list[Row]]
Pick = Mapping[str, str | None]
Job = tuple[str, Survey, int]
SIZES = (Survey(n=300), Survey(n=600, design="weighted"), Survey(n=400, design="stacked"))
TIED_SIZES = (Survey(n=300), Survey(n=400, design="stacked"))


def _key(metric: str, term: str | None = None, contrast: str | None = None) -> Pick:
    return {"metric": metric, "term": term, "contrast": contrast}


def product_truth() -> list[tuple[str, Pick, float]]:
    every = PRODUCT_WORLD.correlations
    sides = Structure(players=("p", "o"), columns=((0,), (1, 2, 3, 4, 5)))
    lmg, first, last = (lmg_of(every, sides, metric) for metric in ("lmg", "first", "last"))
    whole = lmg.sum()
    return [
        ("product, share as one player", _key("lmg_share", PRODUCT), lmg[0] / whole),
        ("product, sum of single shares", _key("lmg_share_sum", PRODUCT), derived(PRODUCT_WORLD)[0]),
        ("product alone, part of R²", _key("alone_share", PRODUCT), first[0] / whole),
        ("other value only, part of R²", _key("unique_share", BEYOND), last[1] / whole),
        ("shared part", _key("shared_share"), 1 - last.sum() / whole),
    ]


def layer_truth() -> list[tuple[str, Pick, float]]:
    every = LAYER_WORLD.correlations
    sides = Structure(players=tuple(LAYERS), columns=tuple(tuple(own) for own in LAYERS.values()))
    lmg, first = (lmg_of(every, sides, metric) for metric in ("lmg", "first"))
    share = lmg / lmg.sum()
    return [
        *((f"{name}, share", _key("lmg_share", name), share[at]) for at, name in enumerate(LAYERS)),
        ("layer:x less layer:z", _key("share_difference", "layer:x", "above:layer:z"), share[0] - share[2]),
        ("layer:x alone, part of R²", _key("alone_share", "layer:x"), first[0] / lmg.sum()),
    ]


def stated_truth() -> list[tuple[str, Pick, float]]:
    share = derived(STATED_WORLD)
    gap = share - SAID / SAID.sum()
    place = [(each - each.mean()) / each.std() for each in (share, SAID)]
    found = [(f"gap of shares, driver {name}", _key("share_gap", name), gap[at]) for at, name in enumerate("abcd")]
    return [*found, ("gap of positions, driver a", _key("position_gap", "a"), (place[0] - place[1])[0]),
            ("stated share, driver a", _key("stated_share", "a"), SAID[0] / SAID.sum())]  # fmt: skip


def pair_truth() -> list[tuple[str, Pick, float]]:
    gap = gaps(PAIR_WORLD)
    return [
        (f"share for z less share for y, driver {name}", _key("share_difference", name, "outcome:z"), gap[at])
        for at, name in enumerate(NAMES[:5])
    ]


def promotion_truth() -> list[tuple[str, Pick, float]]:
    buys = 1 - _below(1.0 - MARKET.gain, np.sqrt(1.36))
    only = MARKET.only
    return [
        ("mean difference", _key("mean_difference", "z"), MARKET.gain),
        ("buyers on promotion only", _key("promotion_only", "z"), only),
        ("part of buyers on promotion", _key("promotion_dependence", "z"), only / buys),
    ]


def _below(value: float, sd: float) -> float:
    from scipy.special import ndtr

    return float(ndtr(value / sd))


RECOVERED: Mapping[str, tuple[Study, Callable[[], list[tuple[str, Pick, float]]]]] = {
    "product and total value": (partial(product_study, PRODUCT_WORLD, ("a",)), product_truth),
    "layers": (partial(layer_study, LAYER_WORLD), layer_truth),
    "stated importance": (partial(stated_study, STATED_WORLD, SAID), stated_truth),
    "two outcomes": (partial(pair_study, PAIR_WORLD), pair_truth),
    "promotion": (partial(promotion_study, MARKET), promotion_truth),
}


def picked(rows: list[Row], pick: Pick) -> Row:
    (one,) = (row for row in rows if all(row[name] == value for name, value in pick.items()))
    return one


def said_side(rows: list[Row]) -> bool:
    """The rule of `more_beyond` or `product_mostly`."""
    chances = [picked(rows, _key("prob_above", BEYOND, f"{kind}:{PRODUCT}"))["estimate"] for kind in ("above", "sum")]
    return min(chances) >= 0.975 or max(chances) <= 0.025


def said_alone(rows: list[Row]) -> bool:
    """The rule of `part` or `most`."""
    return not 0.025 < picked(rows, _key("prob_most", PRODUCT))["estimate"] < 0.975


def said_layer(rows: list[Row]) -> bool:
    """The rule of a clear lead of one layer."""
    above: dict[str, list[float]] = {}
    for row in rows:
        if row["metric"] == "prob_above":
            above.setdefault(row["term"], []).append(row["estimate"])
    return any(min(chances) >= 0.975 for chances in above.values())


def _under(rows: list[Row]) -> list[str]:
    found = []
    for row in rows:
        if row["metric"] == "share_gap" and row["p_adjusted"] < 0.05 and row["estimate"] > 0:
            place = picked(rows, _key("position_gap", row["term"]))
            found += [row["term"]] if place["p_value"] < 0.05 and place["estimate"] > 0 else []
    return found


def said_underestimated(rows: list[Row]) -> bool:
    """The rule of `most` or `some`."""
    return bool(_under(rows))


def said_most(rows: list[Row]) -> bool:
    """The rule of `most`."""
    first = max((row for row in rows if row["metric"] == "share_gap"), key=lambda row: row["estimate"])["term"]
    return first in _under(rows) and picked(rows, _key("prob_largest_gap", first))["estimate"] >= 0.975


def said_shifts(rows: list[Row]) -> bool:
    """The rule of `shifts`."""
    return any(row["metric"] == "share_difference" and row["p_adjusted"] < 0.05 for row in rows)


def said_same(rows: list[Row], margin: float) -> bool:
    """The rule of `same`, with the margin as the smallest difference that matters."""
    told = [row for row in rows if row["metric"] == "share_difference"]
    return not said_shifts(rows) and all(abs(row[end]) < margin for row in told for end in ("conf_low", "conf_high"))


def said_depends(rows: list[Row]) -> bool:
    """The rule of `dependent`, `slight` or `lower`."""
    return bool(picked(rows, _key("mean_difference", "z"))["p_value"] < 0.05)


def said_tenth(rows: list[Row]) -> bool:
    """The rule of `dependent`: the lower limit reaches a tenth."""
    return bool(picked(rows, _key("promotion_only", "z"))["conf_low"] >= 0.1)


def said_who(rows: list[Row]) -> bool:
    """The rule of `differs` over three groups."""
    return bool(picked(rows, _key("groups"))["p_adjusted"] < 0.05)


def _close(world: World) -> float:
    return float(np.abs(gaps(world)).max())


NEAR_WORLD = World(slopes=((8, 6, 4, 2, 1, 1), (8, 4, 4, 4, 1, 1)))
"""Two outcomes whose largest difference of shares is the margin of the test."""
TIED_SAID = np.array([50.0, 50.0, 80.0, 80.0])
FALSE: Mapping[str, tuple[Study, Callable[[list[Row]], bool], float]] = {
    "product and all other value exactly tied: one is said to carry more":
        (partial(product_study, TIED, ("a", "b")), said_side, 0.05),
    "the product alone explains exactly half: more or less is said":
        (partial(product_study, HALF, ("a",)), said_alone, 0.05),
    "three layers exactly tied: one is said to lead": (partial(layer_study, LAYERS_TIED), said_layer, 0.05),
    "stated shares are exactly the derived ones: a driver is said to be underestimated":
        (partial(stated_study, STATED_WORLD, 200 * derived(STATED_WORLD)), said_underestimated, 0.05),
    "two drivers with the same largest gap: one is said to be the most underestimated":
        (partial(stated_study, STATED_TIED, TIED_SAID), said_most, 0.05),
    "both outcomes have the same shares: a shift is said": (partial(pair_study, SAME_WORLD), said_shifts, 0.05),
    "shares differ by exactly the margin: the same is said":
        (partial(pair_study, NEAR_WORLD), partial(said_same, margin=_close(NEAR_WORLD)), 0.05),
    "no gain on promotion: one is said": (partial(promotion_study, NO_GAIN), said_depends, 0.05),
    "three groups gain alike: a difference is said": (partial(promotion_study, MARKET), said_who, 0.05),
}  # fmt: skip
TENTH = "exactly a tenth buys on promotion only: dependence is said"


def jobs(number: int) -> list[Job]:
    """Every finding in every design, then every false claim."""
    found = [(name, survey, number) for name in RECOVERED for survey in SIZES]
    return found + [(name, survey, number) for name in (*FALSE, TENTH) for survey in TIED_SIZES]


def run(job: Job) -> list[dict[str, object]]:
    name, survey, number = job
    return list(_recovered(*job)) if name in RECOVERED else [_false(name, survey, number)]


def _studies(study: Study, survey: Survey, number: int) -> Iterator[list[Row]]:
    for at in range(number):
        yield study(survey, np.random.default_rng([survey.n, len(survey.design), at]))


def _recovered(name: str, survey: Survey, number: int) -> Iterator[dict[str, object]]:
    study, truth = RECOVERED[name]
    wanted = truth()
    told = np.array([
        [[picked(rows, pick)[column] for column in ("estimate", "conf_low", "conf_high")] for _, pick, _ in wanted]
        for rows in _studies(study, survey, number)
    ], float)  # fmt: skip
    for at, (figure, _, value) in enumerate(wanted):
        estimate, low, high = told[:, at].T
        covered = float(((low <= value) & (value <= high)).mean())
        error = float(np.sqrt(covered * (1 - covered) / number))
        broken, wide = covered < PROMISED[0] - 2 * error, covered > PROMISED[1] + 2 * error
        yield {
            "what": name, "n": survey.n, "design": survey.design, "figure": figure, "population": f"{value:.4f}",
            "bias": f"{estimate.mean() - value:+.4f} ± {estimate.std(ddof=1) / np.sqrt(number):.4f}",
            "rate": f"{covered:.3f}", "± MC error": f"{error:.3f}", "nominal": "0.95 coverage",
            "promise": "BROKEN" if broken else "too wide" if wide else "kept",
        }  # fmt: skip


def _false(name: str, survey: Survey, number: int) -> dict[str, object]:
    study, rule, nominal = (partial(promotion_study, tenth()), said_tenth, 0.025) if name == TENTH else FALSE[name]
    rate = float(np.mean([rule(rows) for rows in _studies(study, survey, number)]))
    error = float(np.sqrt(max(rate * (1 - rate), nominal * (1 - nominal)) / number))
    return {
        "what": "false claim", "n": survey.n, "design": survey.design, "figure": name, "population": "none",
        "bias": "", "rate": f"{rate:.3f}", "± MC error": f"{error:.3f}", "nominal": f"at most {nominal}",
        "promise": "BROKEN" if rate > nominal + 2 * error else "kept",
    }  # fmt: skip
