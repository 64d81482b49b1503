"""Van Westendorp's price sensitivity meter, with Newton, Miller & Smith's extension.

Van Westendorp (1976), "NSS Price Sensitivity Meter", 29th ESOMAR Congress; Newton, Miller & Smith (1993), "A market
acceptance extension to traditional price sensitivity measurement", AMA ART Forum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based
from pipeline.model.case import Case, Cut
from pipeline.model.effects import holm_rows
from pipeline.model.pricing._points import (
    POINTS,
    QUESTIONS,
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
from pipeline.model.pricing._rows import Part, figure, pairs, parts_of, price_key
from pipeline.model.profile import logit_interval
from pipeline.model.resample import difference_p
from pipeline.specs._further import Westendorp
from pipeline.variance import means

Array = np.ndarray

MOST_PRICES = 60
"""Prices at which the curves are kept for a drawing."""
CHANCES = {"1": 0.0, "2": 0.1, "3": 0.3, "4": 0.5, "5": 0.7}
"""Newton, Miller & Smith's chances of a purchase, as in R pricesensitivitymeter."""
SHOWN = ("opp", "idp", "pmc", "pme")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """(points,) price points of the sample and (B, points) of every replicate."""

    point: Array
    draws: Array


def westendorp_rows(case: Case, four: Westendorp) -> list[Row]:
    """Price points of everyone and of groups with their differences, the curves, and who was left out.

    On respondents who answered all four questions in focus, without those whose prices do not rise from too cheap to
    too expensive (or lie below zero). Weighted; intervals are percentiles of replicates that respect the design.
    """
    names = [getattr(four, name) for name in QUESTIONS]
    every = case.cut(names, once=True)
    rising = in_order(every.values)
    rows = list(_left_out(case, every, rising))
    keep = np.zeros(len(case.responses.respondent), bool)
    keep[every.rows[rising]] = True
    cut = case.cut(names, also=keep)
    state = _state(case, every, cut)
    if state:
        return [*rows, *(row("pricing", name, **state, **based(cut.everyone)) for name in SHOWN)]
    parts = parts_of(case, cut)
    drawn = draw(case, cut, parts, four)
    rows += list(_point_rows(case, cut, parts, drawn)) + list(_differences(case, cut, parts, drawn))
    rows += list(_curve_rows(cut, case.setting))
    return rows + (list(_trial_rows(case, names, keep, four)) if four.intent else [])


def in_order(prices: Array) -> Array:
    """(r,) whether four prices rise strictly, as R has it, from zero or more."""
    return np.asarray((prices[:, 0] >= 0) & (np.diff(prices, axis=1) > 0).all(1))


def _state(case: Case, every: Cut, cut: Cut) -> dict[str, str]:
    """Why there is no price point at all."""
    if not len(every):
        return {"state": "too_few", "reason": "not_answered"}
    if not len(cut) and every.everyone.n >= case.setting.minimum_base:
        return {"state": "not_defined", "reason": "out_of_order"}
    if cut.everyone.n < case.setting.minimum_base:
        return {"state": "suppressed", "reason": "small_base"}
    alike = (cut.values == cut.values[0]).all()
    return {"state": "no_variance", "reason": "no_variance"} if alike else {}


def _left_out(case: Case, every: Cut, rising: Array) -> Iterator[Row]:
    """Number and share of respondents whose prices are out of order."""
    state = case.setting.state(every.everyone)
    base: Row = {**based(every.everyone), **state}
    if state.get("state") == "suppressed":
        base |= {"state": "suppressed"}
        yield from (row("pricing", metric, **base) for metric in ("intransitive", "intransitive_share"))
        return
    yield row("pricing", "intransitive", estimate=float(every.base(~rising).n), **base)
    found = means((~rising).astype(float)[:, None], every.design)
    low, high = logit_interval(found, case.setting.level)
    limits: Row = {}
    if np.isfinite(low[0]) and np.isfinite(found.se[0]):
        limits = {"std_error": float(found.se[0]), "conf_low": float(low[0]), "conf_high": float(high[0])}
        limits |= {"conf_level": case.setting.level}
    yield row("pricing", "intransitive_share", estimate=float(found.mean[0]), **limits, **base)


def draw(case: Case, cut: Cut, parts: list[Part], four: Westendorp) -> list[Drawn]:
    """Price points of every part; draw b of all parts is the same resample."""
    setting, grid = case.setting, Grid.of(cut.values)
    matrices = [four_sums(grid, cut.design, part.mask) for part in parts]
    draws = np.empty((len(parts), setting.draws, len(POINTS)))
    for where, sums in replicated(cut.design, matrices, setting.seed, setting.draws, case.kind):
        for at, each in enumerate(sums):
            draws[at, where] = crossings(cumulative(each), grid.prices, four.convention).T
    points = [crossings(cumulative(whole(cut.design, each)), grid.prices, four.convention)[:, 0] for each in matrices]
    return [Drawn(point=point, draws=each) for point, each in zip(points, draws, strict=True)]


def _point_rows(case: Case, cut: Cut, parts: list[Part], drawn: list[Drawn]) -> Iterator[Row]:
    for part, found in zip(parts, drawn, strict=True):
        for at, name in enumerate(POINTS):
            metric, _, narrower = name.partition("_")
            if not narrower or part.group is None:
                key = {"contrast": narrower or None}
                yield figure(metric, found.point[at], found.draws[:, at], cut, part, case.setting, **key)


def _differences(case: Case, cut: Cut, parts: list[Part], drawn: list[Drawn]) -> Iterator[Row]:
    """Price points of the first group less those of the second; Holm's p over all pairs of groups of a point."""
    for at, metric in enumerate(SHOWN):
        rows = []
        for contrast, one, two in pairs(parts):
            both = Part(mask=parts[one].mask | parts[two].mask)
            gap = drawn[one].point[at] - drawn[two].point[at]
            draws = drawn[one].draws[:, at] - drawn[two].draws[:, at]
            found = figure(metric, gap, draws, cut, both, case.setting, contrast=contrast)
            if found["conf_low"] is not None:
                found |= {"p_value": float(difference_p(draws[:, None], np.array([gap]))[0])}
            rows.append(found)
        yield from holm_rows(rows)


def _curve_rows(cut: Cut, setting: Setting) -> Iterator[Row]:
    """Shares that find a price too cheap, not cheap, not expensive and too expensive, at prices worth a drawing."""
    grid = Grid.of(cut.values)
    shares = cumulative(whole(cut.design, four_sums(grid, cut.design, np.ones(len(cut), bool))))[:, :, 0]
    curves = {
        "too_cheap": 1 - shares[0], "not_cheap": shares[1], "not_expensive": 1 - shares[2], "too_expensive": shares[3],
    }  # fmt: skip
    base: Row = {**based(cut.everyone), **setting.state(cut.everyone)}
    for metric, curve in curves.items():
        for at in drawn_at(grid):
            share = min(max(float(curve[at]), 0.0), 1.0)
            yield row("pricing", metric, contrast=price_key(grid.prices[at]), estimate=share, **base)


def drawn_at(grid: Grid) -> Array:
    """Places of at most MOST_PRICES named prices, without the outermost hundredth of the answers at either end."""
    low, high = np.quantile(grid.place, [0.01, 0.99], method="inverted_cdf")
    inside = np.arange(int(low), int(high) + 1)
    chosen = np.linspace(0, len(inside) - 1, min(MOST_PRICES, len(inside))).round().astype(int)
    return np.asarray(inside[np.unique(chosen)])


def _trial_rows(case: Case, names: list[str], keep: Array, four: Westendorp) -> Iterator[Row]:
    """Expected share of buyers over the price, the price at which it is largest, and that of the largest revenue."""
    intent = four.intent
    assert intent is not None  # noqa: S101 (asked by the caller)
    known = [chances(case, name, intent.chances or CHANCES) for name in (intent.cheap, intent.expensive)]
    both = np.column_stack(known)
    cut = case.cut(names, also=keep & np.isfinite(both).all(1))
    setting, part = case.setting, Part(mask=np.ones(len(cut), bool))
    state: Row = _no_trial(case, keep, both, (intent.cheap, intent.expensive), cut)
    if state:
        yield from (row("pricing", metric, **state, **based(cut.everyone)) for metric in ("trial_price", "sales_price"))
        return
    grid = Grid.of(cut.values)
    matrix = trial_sums(grid, cut.values, both[cut.rows], cut.design)
    draws: dict[str, list[Array]] = {"trial_price": [], "sales_price": []}
    for _, (sums,) in replicated(cut.design, [matrix], setting.seed, setting.draws, case.kind):
        reach = trial(sums, grid.prices)
        draws["trial_price"].append(best(reach, grid.prices))
        draws["sales_price"].append(best(reach * grid.prices[:, None], grid.prices))
    low = setting.state(cut.everyone)
    reach = trial(whole(cut.design, matrix), grid.prices)
    for metric, curve in (("trial_price", reach), ("sales_price", reach * grid.prices[:, None])):
        point = float(best(curve, grid.prices)[0])
        found = figure(metric, point, np.concatenate(draws[metric]), cut, part, setting)
        yield found if np.isfinite(point) else found | {"reason": "nobody_buys"}
        if np.isfinite(point):
            share = float(reach[np.searchsorted(grid.prices, point), 0])
            yield row("pricing", "trial", contrast=f"at:{metric}", estimate=share, **based(cut.everyone), **low)
    for at in drawn_at(grid):
        key = {"contrast": price_key(grid.prices[at]), **based(cut.everyone), **low}
        yield row("pricing", "trial", estimate=max(float(reach[at, 0]), 0.0), **key)


def _no_trial(case: Case, keep: Array, both: Array, names: tuple[str, str], cut: Cut) -> Row:
    """Why intent gives no trial: numbers that no chance is declared for, or too few answers."""
    for name, known in zip(names, both.T, strict=True):
        category = name not in case.scores.values and case.responses.variables[name].dtype.kind != "f"
        if not category and (keep & np.isfinite(case.known(name)) & np.isnan(known)).any():
            return {"state": "not_defined", "reason": "unknown_chances"}
    few = cut.everyone.n < case.setting.minimum_base
    return {"state": "too_few", "reason": "no_chances"} if few else {}


def chances(case: Case, name: str, known: Mapping[str, float]) -> Array:
    """(all rows read,) chance of a purchase for each answer; straight between the answers that have one; NaN: none."""
    variable: Any = case.responses.variables[name] if name not in case.scores.values else None
    if variable is not None and variable.dtype.kind != "f":
        found = case.levels(name)
        each = np.array([known.get(level, np.nan) for level in found.names] + [np.nan])
        return np.asarray(each[found.of_row])
    numbers = sorted((float(answer), chance) for answer, chance in known.items() if _is_number(answer))
    if not numbers:
        return np.full(len(case.responses.respondent), np.nan)
    answers, heights = np.array(numbers).T
    values = case.known(name)
    outside = (values < answers[0]) | (values > answers[-1])
    return np.where(outside, np.nan, np.interp(values, answers, heights))


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
