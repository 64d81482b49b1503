"""Prices: points, trial and demand against brute force; weights, order, blanks and answers nobody can use."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import load
from pipeline.errors import DefinitionError
from pipeline.model.case import Case
from pipeline.model.pricing import pricing_rows
from pipeline.model.pricing._demand import arranged, best_price, elasticities, falling
from pipeline.model.pricing._points import (
    POINTS,
    Grid,
    best,
    crossings,
    cumulative,
    four_sums,
    replicated,
    trial,
    trial_sums,
    whole,
)
from pipeline.model.pricing.premium import fieller
from pipeline.model.resample import factors
from tests.made_case import a_case, a_study
from tests.unit.conftest import a_design
from tests.unit.test_case import case

Maker = Callable[..., Path]
FOUR = ("tc", "c", "e", "te")
LADDER = (1000, 1500, 2000, 2500)


@cache
def survey(n: int = 160, seed: int = 5) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """n people with four prices (a few out of order), intents, a ladder and two prices at equal specification."""
    random = np.random.default_rng(seed)
    header = (
        "id",
        "t",
        "i",
        *FOUR,
        "pi_c",
        "pi_e",
        *(f"g{price}" for price in LADDER),
        "own",
        "ref",
        "city",
        "w",
        "top",
    )
    rows = []
    for number in range(n):
        level = random.lognormal(7.4, 0.4)
        four = np.sort(level * np.array([0.6, 0.8, 1.2, 1.6]) * random.uniform(0.9, 1.1, 4)).round(-1)
        if number % 20 == 0:
            four[[1, 2]] = four[[2, 1]]
        trust = int(random.integers(1, 8))
        accepts = [int(level * random.uniform(0.95, 1.05) >= price) for price in LADDER]
        own, ref = level * (1 + 0.02 * trust), level * random.uniform(0.9, 1.1)
        row = (
            f"p{number:03d}", trust, int(random.integers(1, 8)), *four, *random.integers(1, 6, 2), *accepts,
            round(own), round(ref), "xyz"[number % 3], round(random.uniform(0.5, 2), 2),
            max([price for price, yes in zip(LADDER, accepts, strict=True) if yes], default=0),
        )  # fmt: skip
        rows.append(tuple(str(value) for value in row))
    return header, tuple(rows)


KEYS: dict[str, Any] = {
    "respondent": {"id": "id"},
    "constructs": {"trust": ["t"], "intent": ["i"]},
    "model": {"outcome": "intent", "drivers": ["trust"], "draws": 200},
    "variables": {
        **{name: {"type": "number"} for name in (*FOUR, "own", "ref", "pi_c", "pi_e", "top")},
        **{f"g{price}": {"codes": {"1": "yes", "0": "no"}} for price in LADDER},
        "city": {"codes": {"x": "X", "y": "Y", "z": "Z"}},
    },
    "weights": {"column": "w"},
    "segments": ["city"],
}
WESTENDORP = {"too_cheap": "tc", "cheap": "c", "expensive": "e", "too_expensive": "te"}
INTENT = {"intent": {"cheap": "pi_c", "expensive": "pi_e"}}
PRICES = {"prices": {str(price): f"g{price}" for price in LADDER[::-1]}}
PREMIUM = {"own": "own", "reference": "ref"}
EVERYTHING = {"westendorp": WESTENDORP | INTENT, "ladder": PRICES | {"cost": 900}, "premium": PREMIUM}


def made(study_folder: Maker, change: Callable[[list[str]], Any] | None = None, n: int = 160, **keys: Any) -> Case:
    header, rows = survey(n)
    cells = [list(row) for row in rows]
    for row in cells if change else ():
        change(row)  # type: ignore[misc]
    return case(study_folder(cells, header, **(KEYS | keys)))


def rows_of(
    study_folder: Maker, pricing: dict[str, Any], change: Any = None, **keys: Any
) -> dict[tuple[Any, ...], Any]:
    found = pricing_rows(made(study_folder, change, pricing=pricing, **keys))
    by_key = {(row["metric"], row["term"], row["group"], row["contrast"]): row for row in found}
    assert len(by_key) == len(found)
    return by_key


def answers(n: int = 60, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """(n, 4) rising prices with ties between respondents, and weights."""
    random = np.random.default_rng(seed)
    steps = random.integers(1, [25, 9, 9, 9], (n, 4)) * 10.0
    return np.cumsum(steps, axis=1), random.uniform(0.5, 2.0, n)


def by_hand(prices: np.ndarray, weight: np.ndarray, falling_: int, rising: int, interpolated: bool) -> float:
    """The crossing as the words of the definition have it, price by price."""
    named = np.unique(prices)
    curves = []
    for column, falls in ((falling_, True), (rising, False)):
        shares = [weight[prices[:, column] <= price].sum() / weight.sum() for price in named]
        if interpolated:
            shares = [0.0 if price <= prices[:, column].min() else s for price, s in zip(named, shares, strict=True)]
        curves.append([1 - share if falls else share for share in shares])
    down, up = curves
    at = next(i for i in range(len(named)) if up[i] >= down[i] - 1e-12)
    if not interpolated or at == 0 or up[at] - down[at] < 1e-12:
        return float(named[at])
    low, high = down[at - 1] - up[at - 1], up[at] - down[at]
    return float(named[at - 1] + (named[at] - named[at - 1]) * low / (low + high))


@pytest.mark.parametrize("convention", ["observed", "interpolated"])
@pytest.mark.parametrize("seed", range(6))
def test_crossings_are_those_of_the_definition_under_weights(convention: Any, seed: int) -> None:
    prices, weight = answers(seed=seed)
    grid, design = Grid.of(prices), a_design(len(prices), weight)
    found = crossings(cumulative(whole(design, four_sums(grid, design, np.ones(60, bool)))), grid.prices, convention)
    for at, (falling_, rising) in enumerate(POINTS.values()):
        assert found[at, 0] == pytest.approx(by_hand(prices, weight, falling_, rising, convention != "observed"))


def test_a_replicate_is_the_sample_with_its_factors_as_weights() -> None:
    prices, weight = answers()
    unit = np.arange(60) // 3
    grid, design = Grid.of(prices), a_design(60, weight, unit)
    matrix = four_sums(grid, design, np.ones(60, bool))
    block = next(iter(factors(design, 1, 8)))
    drawn = [sums for _, (sums,) in replicated(design, [matrix], 1, 8, "poisson")]
    found = crossings(cumulative(np.hstack(drawn)), grid.prices, "observed")
    for draw, counts in enumerate(block):
        heavy = weight * counts[unit]
        assert found[0, draw] == by_hand(prices[heavy > 0], heavy[heavy > 0], 0, 3, False)


def test_curves_that_meet_nowhere_above_zero_have_no_point() -> None:
    apart = np.array([[1.0, 2, 8, 9], [1, 3, 7, 9], [2, 4, 7, 10]])
    grid, design = Grid.of(apart), a_design(3)
    shares = cumulative(whole(design, four_sums(grid, design, np.ones(3, bool))))
    for convention in ("observed", "interpolated"):
        assert np.isnan(crossings(shares, grid.prices, convention)[list(POINTS).index("opp"), 0])  # type: ignore[arg-type]


def test_trial_is_the_mean_of_every_respondents_own_line() -> None:
    prices, weight = answers()
    random = np.random.default_rng(8)
    chances = random.choice([0, 0.1, 0.3, 0.5, 0.7], (60, 2))
    grid, design = Grid.of(prices), a_design(60, weight)
    found = trial(whole(design, trial_sums(grid, prices, chances, design)), grid.prices)[:, 0]
    lines = [np.interp(grid.prices, four, [0, *pair, 0]) for four, pair in zip(prices, chances, strict=True)]
    by_hand_ = np.average(lines, axis=0, weights=weight)
    assert found == pytest.approx(by_hand_, abs=1e-12)
    assert best(found[:, None], grid.prices)[0] == grid.prices[by_hand_.argmax()]
    revenue = by_hand_ * grid.prices
    assert best((found * grid.prices)[:, None], grid.prices)[0] == grid.prices[revenue.argmax()]


def test_trial_by_hand() -> None:
    """One respondent, 10 < 20 < 40 < 50, chances .4 and .2: at 30 the chance is .3, revenue 9; at 40 it is 8."""
    prices, chances = np.array([[10.0, 20, 40, 50], [30, 31, 32, 33]]), np.array([[0.4, 0.2], [0, 0]])
    grid, design = Grid.of(prices), a_design(2, [1, 1e-15])
    found = trial(whole(design, trial_sums(grid, prices, chances, design)), grid.prices)[:, 0]
    assert dict(zip(grid.prices, found, strict=True))[30.0] == pytest.approx(0.3)
    assert best(found[:, None], grid.prices)[0] == 20
    assert best((found * grid.prices)[:, None], grid.prices)[0] == 30


def test_demand_that_rises_is_pooled_by_weight() -> None:
    shares, weights = np.array([[0.9, 0.5, 0.7, 0.1]]), np.array([[1.0, 1.0, 3.0, 1.0]])
    assert falling(shares, weights)[0] == pytest.approx([0.9, 0.65, 0.65, 0.1])
    random = np.random.default_rng(2)
    for _ in range(20):
        shares, weights = random.uniform(size=(1, 6)), random.uniform(0.5, 2, (1, 6))
        found = falling(shares, weights)[0]
        assert (np.diff(found) <= 1e-12).all()
        loss = (weights[0] * (shares[0] - found) ** 2).sum()
        for ends in itertools.product([0, 1], repeat=5):
            blocks = np.cumsum([0, *ends])
            fit = np.array([np.average(shares[0][blocks == b], weights=weights[0][blocks == b]) for b in blocks])
            assert loss <= (weights[0] * (shares[0] - fit) ** 2).sum() + 1e-12 or (np.diff(fit) > 1e-12).any()


def test_answers_that_follow_from_others_are_filled_in() -> None:
    nan = np.nan
    found = arranged(np.array([1.0, 2, 3]), np.array([[nan, 1, 0], [1, 0, nan], [0, nan, 1], [nan, nan, nan]]))
    assert found.buys[0].tolist() == [1, 1, 0]
    assert found.buys[1].tolist() == [1, 0, 0]
    assert np.isnan(found.buys[2, 1])
    assert found.broken.tolist() == [False, False, True, False]
    assert not found.single


def test_best_price_and_elasticity_by_hand() -> None:
    demand, prices = np.array([[0.8, 0.5, 0.2], [0, 0, 0]]), np.array([100.0, 200, 300])
    assert best_price(demand * prices, prices)[0] == 200
    assert np.isnan(best_price(demand * prices, prices)[1])
    assert elasticities(demand, prices)[0] == pytest.approx([(-0.3 / 0.65) / (100 / 150), (-0.3 / 0.35) / (100 / 250)])
    assert np.isnan(elasticities(demand, prices)[1]).all()


def test_limits_of_a_ratio_by_hand() -> None:
    """Fieller's limits are the ratios for which own - ratio × reference is not told from zero."""
    cov = np.array([[4.0, 1.0], [1.0, 2.0]])
    for ratio in fieller(110.0, 100.0, cov, 2.0):
        se = np.sqrt(cov[0, 0] - 2 * ratio * cov[0, 1] + ratio**2 * cov[1, 1])
        assert abs(110 - ratio * 100) == pytest.approx(2 * se)
    assert np.isnan(fieller(1.0, 1.0, cov, 2.0)).all()


def test_every_figure_of_a_study(study_folder: Maker) -> None:
    found = rows_of(study_folder, EVERYTHING)
    opp, idp, pmc, pme = (found[name, None, None, None] for name in ("opp", "idp", "pmc", "pme"))
    assert pmc["estimate"] < opp["estimate"] < pme["estimate"]
    assert all(one["conf_low"] <= one["estimate"] <= one["conf_high"] for one in (opp, idp, pmc, pme))
    assert found["intransitive", None, None, None]["estimate"] == 8
    assert opp["n"] == 152
    assert pmc["estimate"] <= found["pmc", None, None, "narrower"]["estimate"]
    assert ("opp", None, "city=x", None) in found
    assert found["opp", None, None, "city=x-y"]["p_adjusted"] >= found["opp", None, None, "city=x-y"]["p_value"]
    demand = [found["demand", None, None, f"price:{price}"]["estimate"] for price in LADDER]
    assert demand == sorted(demand, reverse=True)
    best_prob = [found["prob_best_price", None, None, f"price:{price}"]["estimate"] for price in LADDER]
    assert sum(best_prob) == pytest.approx(1)
    assert found["profit_price", None, None, None]["estimate"] >= found["revenue_price", None, None, None]["estimate"]
    assert found["premium", None, None, None]["estimate"] > 0
    assert found["b", "trust", None, None]["estimate"] > 0
    sides = [found["premium_share", None, None, f"{side}:0"]["estimate"] for side in ("above", "equal", "below")]
    assert sum(sides) == pytest.approx(1)
    assert found["trial_price", None, None, None]["state"] == "ok"


def test_the_highest_accepted_price_gives_the_same_demand(study_folder: Maker) -> None:
    """The ladder of this survey falls for everybody, save where chance broke it."""
    keys = {"ladder": {"highest": "top", "steps": [2500, 1000, 1500, 2000]}}
    rungs, top = rows_of(study_folder, {"ladder": PRICES}), rows_of(study_folder, keys)
    for price in LADDER:
        key = ("demand_asked", None, None, f"price:{price}")
        assert top[key]["estimate"] >= rungs[key]["estimate"]


def test_weights_and_row_order(study_folder: Maker) -> None:
    """A respondent of weight two counts like two; the order of rows changes nothing."""
    one = rows_of(study_folder, EVERYTHING)
    header, rows = survey()
    again = case(study_folder(list(rows[::-1]), header, **(KEYS | {"pricing": EVERYTHING})))
    shuffled = {(r["metric"], r["term"], r["group"], r["contrast"]): r for r in pricing_rows(again)}
    assert shuffled == one
    flat = rows_of(study_folder, {"premium": PREMIUM}, lambda row: row.__setitem__(-2, "1"))
    gaps = [float(row[header.index("own")]) - float(row[header.index("ref")]) for row in rows]
    assert flat["premium", None, None, None]["estimate"] == pytest.approx(np.mean(gaps))
    assert flat["premium", None, None, None]["std_error"] == pytest.approx(np.std(gaps, ddof=1) / np.sqrt(len(gaps)))


def at(name: str) -> int:
    return survey()[0].index(name)


def put(**values: str) -> Callable[[list[str]], Any]:
    """A change that writes the same answers for everybody."""
    return lambda row: [row.__setitem__(at(name), value) for name, value in values.items()]


@pytest.mark.parametrize(
    ("change", "metric", "state", "reason"),
    [
        (put(tc="9000"), "opp", "not_defined", "out_of_order"),
        (put(tc="-5"), "opp", "not_defined", "out_of_order"),
        (put(tc="1", c="2", e="3", te="4"), "opp", "no_variance", "no_variance"),
        (put(c=""), "opp", "too_few", "not_answered"),
        (put(pi_c="9"), "trial_price", "not_defined", "unknown_chances"),
        (put(pi_c=""), "trial_price", "too_few", "no_chances"),
        (put(**{f"g{price}": "0" for price in LADDER}), "revenue_price", "not_defined", "nobody_buys"),
        (put(**{f"g{price}": "" for price in LADDER}), "revenue_price", "too_few", "not_answered"),
        (put(own="-1"), "premium", "too_few", "not_answered"),
        (put(ref=""), "premium", "too_few", "not_answered"),
        (put(ref="0"), "premium_percent", "not_defined", "no_reference"),
    ],
)
def test_answers_that_carry_no_figure_have_a_state(
    study_folder: Maker, change: Any, metric: str, state: str, reason: str
) -> None:
    found = rows_of(study_folder, EVERYTHING, change)[metric, None, None, None]
    assert (found["state"], found["reason"], found["estimate"]) == (state, reason, None)


def test_few_respondents_are_not_shown(study_folder: Maker) -> None:
    header, rows = survey()
    few = [[*row[: at("tc")], *("",) * 4, *row[at("pi_c") :]] if i > 6 else list(row) for i, row in enumerate(rows)]
    found = pricing_rows(case(study_folder(few, header, **(KEYS | {"pricing": {"westendorp": WESTENDORP}}))))
    assert {row["metric"] for row in found if row["estimate"] is not None} == set()
    assert {row["state"] for row in found} == {"suppressed"}


def test_everybody_alike_pays_no_premium_and_breaks_nothing(study_folder: Maker) -> None:
    found = rows_of(study_folder, {"premium": PREMIUM}, put(own="100", ref="100"))
    assert found["premium", None, None, None]["estimate"] == 0
    assert found["premium", None, None, None]["p_value"] is None
    assert found["premium_share", None, None, "equal:0"]["estimate"] == 1
    assert found["r2", None, None, None]["state"] == "too_few"


@pytest.mark.parametrize(
    ("pricing", "message"),
    [
        ({"groups": ["city"]}, "asks for no price"),
        ({"ladder": {"prices": {"1000": "g1000"}}}, "two prices"),
        ({"ladder": {"prices": {"cheap": "g1000", "2000": "g2000"}}}, "'cheap' is no price"),
        ({"ladder": {"prices": {"-5": "g1000", "2000": "g2000"}}}, "'-5' is no price"),
        ({"ladder": {"prices": {"1000": "g1000", "1000.0": "g2000", "2000": "g1500"}}}, "twice"),
        ({"ladder": {"prices": {"1000": "g1000", "2000": "g1000"}}}, "'g1000' stands for two prices"),
        ({"ladder": {"highest": "top"}}, "steps"),
        ({"ladder": {"highest": "top", "steps": [10, -10]}}, "no price"),
        ({"ladder": {"buys": "1"}}, "prices"),
        ({"westendorp": WESTENDORP | {"cheap": "e"}}, "twice"),
        (
            {"westendorp": WESTENDORP | {"intent": {"cheap": "pi_c", "expensive": "pi_e", "chances": {"5": 7}}}},
            "0 to 1",
        ),
        ({"premium": {"own": "own", "reference": "own"}}, "same"),
    ],
)
def test_keys_that_cannot_be_meant_are_refused(study_folder: Maker, pricing: dict[str, Any], message: str) -> None:
    header, rows = survey()
    with pytest.raises(DefinitionError, match=message):
        load(study_folder([list(row) for row in rows], header, **(KEYS | {"pricing": pricing})))


def test_what_goes_with_the_premium_leaves_interactions_out() -> None:
    random = np.random.default_rng(2)
    items = {name: random.integers(1, 8, 90) for name in ("a", "b", "y")}
    study = a_study(
        constructs={name: {"items": [name]} for name in items},
        model={"outcome": "y", "drivers": ["a", "b"], "interactions": [["a", "b"]], "draws": 200},
        variables={name: {"type": "number", "range": [0, 999]} for name in ("own", "ref")},
        pricing={"premium": {"own": "own", "reference": "ref"}},
    )
    prices = {"own": random.integers(200, 300, 90), "ref": random.integers(100, 250, 90)}
    rows = pricing_rows(a_case(study, items, prices))
    assert {row["term"] for row in rows if row["metric"] == "b"} == {"a", "b"}
