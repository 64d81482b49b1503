"""Gabor-Granger: would you buy at this price? Demand over the prices shown, and the price of the largest revenue.

Gabor & Granger (1966), "Price as an indicator of quality", Economica 33.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.case import Case, Cut
from pipeline.model.pricing._demand import Answers, answers_of, best_price, elasticities, falling
from pipeline.model.pricing._points import replicated, sums_by, whole
from pipeline.model.pricing._rows import Part, figure, parts_of, price_key
from pipeline.model.profile import logit_interval
from pipeline.specs._further import Ladder
from pipeline.variance import means

Array = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """(1 or B, K) demand that never rises with the price."""

    point: Array
    draws: Array


def ladder_rows(case: Case, ladder: Ladder) -> list[Row]:
    """Demand at each price shown as asked and as pooled, revenue (and profit), the best price, elasticities, groups.

    On respondents in focus whose answers tell for every price whether they buy; where each was shown one price only, on
    all of them, each for their own price. Nobody is left out for answers that contradict each other: they are counted.
    """
    answers = answers_of(case, ladder)
    known = np.isfinite(answers.buys)
    cut = case.cut([], also=known.any(1) if answers.single else known.all(1), once=True)
    state = _state(case, cut, answers)
    if state:
        return [row("pricing", "revenue_price", **state, **based(cut.everyone))]
    buys, parts = answers.buys[cut.rows], parts_of(case, cut)
    drawn = draw(case, cut, buys, answers.prices, parts)
    rows = list(_broken_rows(case, cut, answers)) + list(_asked_rows(case, cut, buys, answers.prices))
    for part, found in zip(parts, drawn, strict=True):
        rows += _demand_rows(case, cut, part, found, answers.prices)
    everyone, gains = drawn[0], {"revenue": answers.prices}
    if ladder.cost is not None:
        gains["profit"] = answers.prices - ladder.cost
    for metric, gain in gains.items():
        rows += _gain_rows(case, cut, metric, everyone, answers.prices, gain)
    return rows + list(_elasticity_rows(case, cut, everyone, answers.prices))


def _state(case: Case, cut: Cut, answers: Answers) -> dict[str, str]:
    """Why there is no demand at all."""
    if not len(cut):
        return {"state": "too_few", "reason": "not_answered"}
    if cut.everyone.n < case.setting.minimum_base:
        return {"state": "suppressed", "reason": "small_base"}
    if not (answers.buys[cut.rows] == 1).any():
        return {"state": "not_defined", "reason": "nobody_buys"}
    shown = np.isfinite(answers.buys[cut.rows]).any(0)
    return {} if shown.all() else {"state": "too_few", "reason": "not_answered"}


def draw(case: Case, cut: Cut, buys: Array, prices: Array, parts: list[Part]) -> list[Demand]:
    """Demand of every part; draw b of all parts is the same resample."""
    setting, many = case.setting, len(prices)
    matrices = [_sums(buys, cut, part.mask) for part in parts]
    draws = np.empty((len(parts), setting.draws, many))
    for where, sums in replicated(cut.design, matrices, setting.seed, setting.draws, case.kind):
        for at, each in enumerate(sums):
            draws[at, where] = _pooled(each)
    points = [_pooled(whole(cut.design, each)) for each in matrices]
    return [Demand(point=point, draws=each) for point, each in zip(points, draws, strict=True)]


def _sums(buys: Array, cut: Cut, mask: Array) -> Any:
    """(2 K, pieces) weights of those who buy at each price, then of those who were asked."""
    weight = (cut.design.weight * mask)[:, None]
    known = np.isfinite(buys)
    values = np.hstack([np.where(known, buys, 0.0) * weight, known * weight])
    return sums_by(np.broadcast_to(np.arange(values.shape[1]), values.shape), values, cut.design, values.shape[1])


def _pooled(sums: Array) -> Array:
    """(b, K) demand of (2 K, b) sums."""
    bought, asked = np.split(sums.T, 2, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return falling(bought / asked, asked)


def _broken_rows(case: Case, cut: Cut, answers: Answers) -> Iterator[Row]:
    """Respondents who accept a price after refusing a lower one."""
    if not answers.single:
        broken = answers.broken[cut.rows]
        base: Row = {**based(cut.everyone), **case.setting.state(cut.everyone)}
        share = float(means(broken.astype(float)[:, None], cut.design).mean[0])
        yield row("pricing", "not_monotone", estimate=float(cut.base(broken).n), **base)
        yield row("pricing", "not_monotone_share", estimate=share, **base)


def _asked_rows(case: Case, cut: Cut, buys: Array, prices: Array) -> Iterator[Row]:
    """Share that buys at each price, as answered, with its design-based interval on the logit."""
    found = means(buys, cut.design)
    low, high = logit_interval(found, case.setting.level)
    for at, price in enumerate(prices):
        base = cut.base(np.isfinite(buys[:, at]))
        key: Row = {"contrast": price_key(price), **based(base), **case.setting.state(base)}
        if base.n < case.setting.minimum_base:
            yield row("pricing", "demand_asked", **key)
            continue
        limits: Row = {}
        if np.isfinite([low[at], high[at], found.se[at]]).all():
            limits = {"std_error": float(found.se[at]), "conf_low": float(low[at]), "conf_high": float(high[at])}
            limits |= {"conf_level": case.setting.level}
        yield row("pricing", "demand_asked", estimate=float(found.mean[at]), **limits, **key)


def _demand_rows(case: Case, cut: Cut, part: Part, found: Demand, prices: Array) -> list[Row]:
    """Pooled demand of a part at each price, and the price of its largest revenue."""
    rows = [
        figure("demand", found.point[0, at], found.draws[:, at], cut, part, case.setting, contrast=price_key(price))
        for at, price in enumerate(prices)
    ]
    return [*rows, _best_row("revenue_price", found, prices, prices, cut, part, case.setting)]


def _best_row(
    metric: str, found: Demand, prices: Array, gain: Array, cut: Cut, part: Part, setting: Setting
) -> Row:  # fmt: skip
    """The price shown at which gain × demand is largest; the ends of its interval are prices that were shown."""
    point = float(best_price(found.point * gain, prices)[0])
    made = figure(metric, point, np.zeros(2), cut, part, setting)
    if made["estimate"] is None:
        return made if made["state"] == "suppressed" else made | {"reason": "nobody_buys"}
    draws = best_price(found.draws * gain, prices)
    there = draws[np.isfinite(draws)]
    tail = (1 - setting.level) / 2
    low, high = np.quantile(there, [tail, 1 - tail], method="inverted_cdf")
    return made | spread(there, float(low), float(high), setting.level)


def _gain_rows(case: Case, cut: Cut, metric: str, found: Demand, prices: Array, gain: Array) -> Iterator[Row]:
    """Revenue or profit per respondent asked at each price, and how often each price is the best of the replicates."""
    setting, part = case.setting, Part(mask=np.ones(len(cut), bool))
    draws = best_price(found.draws * gain, prices)
    there = draws[np.isfinite(draws)]
    if metric == "profit":
        yield _best_row("profit_price", found, prices, gain, cut, part, setting)
    for at, price in enumerate(prices):
        key = {"contrast": price_key(price)}
        yield figure(metric, found.point[0, at] * gain[at], found.draws[:, at] * gain[at], cut, part, setting, **key)
        share = float((there == price).mean()) if len(there) else 0.0
        base: Mapping[str, Any] = {**based(cut.everyone), **setting.state(cut.everyone)}
        name = "prob_best_price" if metric == "revenue" else "prob_best_profit"
        yield row("pricing", name, estimate=share, **key, **base)


def _elasticity_rows(case: Case, cut: Cut, found: Demand, prices: Array) -> Iterator[Row]:
    part = Part(mask=np.ones(len(cut), bool))
    point, draws = elasticities(found.point, prices)[0], elasticities(found.draws, prices)
    for at, (low, high) in enumerate(pairwise(prices)):
        key = {"contrast": f"{price_key(low)}-{high:.10g}"}
        made = figure("elasticity", point[at], draws[:, at], cut, part, case.setting, **key)
        yield made if np.isfinite(point[at]) else made | {"reason": "nobody_buys"}
