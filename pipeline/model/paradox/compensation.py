"""What goes with buying among critics: rating differences times coefficients, which add up to the predicted gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.case import Case
from pipeline.model.effects import holm_rows
from pipeline.model.modelled import FEWEST_USABLE, Modelled, coefficients, means_within, state_of
from pipeline.model.resample import Panel, Resampled, difference_p, interval
from pipeline.weight import Base

Array = np.ndarray

BUYERS, EVERYONE = "critics:buyers-others", "critics:buyers-everyone"
"""Critics who buy against critics who do not, and against the average respondent."""
GROUPS = ("critics:buyers", "critics:others", "everyone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """(r,) who is a critic, and who buys. told: whether none of the four groups must stay hidden."""

    critic: Array
    buys: Array
    told: bool


def compensation_rows(data: Modelled, sides: Sides, case: Case) -> list[Row]:
    """compensation and mean_difference of every driver, control and of all together (term null), for both contrasts.

    mean: of the three groups. compensation: coefficient of the model of all these rows times the difference of the mean
    ratings; sums to the predicted gap, its row without a term. mean_difference without a term is the gap of the outcome
    itself, which is there by construction: the groups were made by it. Percentile intervals from resamples in which
    groups, means and coefficients move together; p of the drivers' parts by Holm, one family a contrast.
    """
    groups = (sides.critic & sides.buys, sides.critic & ~sides.buys, np.ones(len(data.y), dtype=bool))
    unfit = state_of(data)
    resampled = None if unfit else _resampled(data, groups, case)
    rows: list[Row] = []
    for contrast, other in ((BUYERS, 1), (EVERYONE, 2)):
        state = unfit or _state(sides, groups[0], groups[other], data, case.setting)
        if state.get("state") not in (None, "low_base") or resampled is None:
            rows += _blank(data, contrast, state)
            continue
        base = data.cut.base(groups[0] | groups[other])
        rows += _rows(data, contrast, _parts(data, resampled, other), {**based(base), **state}, case.setting)
    return rows + ([] if resampled is None else list(_means(data, resampled, groups, sides, case.setting)))


def _means(
    data: Modelled, resampled: Resampled, groups: tuple[Array, ...], sides: Sides, setting: Setting
) -> Iterator[Row]:
    """mean of every driver of one column, and of the outcome (term null), in the three groups."""
    single, k = _single(data), len(data.names)
    for at, (name, inside) in enumerate(zip(GROUPS, groups, strict=True)):
        base = data.cut.base(inside)
        if not inside.any() or (name != "everyone" and not sides.told):
            state = {"reason": "small_base", "state": "suppressed"} if inside.any() else _nobody(sides, name)
            yield from (row("paradox", "mean", term=term, contrast=name, **state) for term in single.values())
            continue
        each = [means_within(of, np.array(list(single)), k + 1 + at) for of in (resampled.point, resampled.draws)]
        common = {**based(base), **setting.state(base)}
        yield from _figures("mean", list(single.values()), (each[0], each[1]), name, common, setting)


def _nobody(sides: Sides, name: str) -> Row:
    reason = "no_critics" if not sides.critic.any() else {GROUPS[0]: "no_critic_buyers"}.get(name, "all_critics_buy")
    return {"state": "not_defined", "reason": reason}


def _single(data: Modelled) -> dict[int, str | None]:
    """Column -> driver of one column, the outcome (None) last."""
    return {data.at[name][0]: name for name in data.single} | {len(data.names): None}


def _state(sides: Sides, one: Array, other: Array, data: Modelled, setting: Setting) -> Row:
    for absent, reason in ((sides.critic, "no_critics"), (one, "no_critic_buyers"), (other, "all_critics_buy")):
        if not absent.any():
            return {"state": "not_defined", "reason": reason}
    if not sides.told:
        return {"state": "suppressed", "reason": "small_base"}
    smaller: Base = min((data.cut.base(one), data.cut.base(other)), key=lambda base: base.n)
    return setting.state(smaller)


def _resampled(data: Modelled, groups: tuple[Array, ...], case: Case) -> Resampled:
    """Moments of the model's columns, the outcome, and a column of 0 and 1 for each group."""
    inside = [mask.astype(float) for mask in groups]
    names = (*data.names, "outcome", *(f"inside:{at}" for at in range(len(inside))))
    columns = np.column_stack([data.x, data.y, *inside])
    panel = Panel(names=names, columns=columns, rows=np.arange(len(columns)))
    return case.replicated(data.cut.design, {"": panel})[""]


Found = tuple[Array, Array]


def _parts(data: Modelled, resampled: Resampled, against: int) -> tuple[Found, Found]:
    """Point and draws of the parts (…, terms + 1), their sum last, and of differences (…, k + 1), the outcome last."""
    k = len(data.names)
    every = np.arange(k + 1)
    found = []
    for moments in (resampled.point, resampled.draws):
        b = coefficients(moments.select(moments.names[: k + 1]))
        one, other = (means_within(moments, every, k + 1 + group) for group in (0, against))
        gap = one - other
        parts = data.of_terms(b * gap[..., :k])
        found.append((np.concatenate([parts, parts.sum(-1, keepdims=True)], -1), gap))
    return (found[0][0], found[1][0]), (found[0][1], found[1][1])


def _rows(data: Modelled, contrast: str, found: tuple[Found, Found], common: Row, setting: Setting) -> list[Row]:
    parts, gaps = found
    terms = [*data.at, None]
    tested = [name for name in terms if name in data.drivers]
    rows = list(_figures("compensation", terms, parts, contrast, common, setting, tested))
    single = _single(data)
    chosen = (gaps[0][list(single)], gaps[1][:, list(single)])
    return holm_rows(rows) + list(_figures("mean_difference", list(single.values()), chosen, contrast, common, setting))


def _figures(
    metric: str, terms: list[str | None], values: Found, contrast: str, common: Row, setting: Setting,
    tested: Sequence[str] = (),
) -> Iterator[Row]:  # fmt: skip
    point, draws = values
    if np.isfinite(draws).all(-1).mean() < FEWEST_USABLE:
        blank = {**common, "state": "too_few", "reason": "small_base"}
        yield from (row("paradox", metric, term=term, contrast=contrast, **blank) for term in terms)
        return
    low, high = interval(draws, setting.level)
    p = difference_p(draws, point)
    for at, term in enumerate(terms):
        limits = spread(draws[:, at], low[at], high[at], setting.level)
        test = {"p_value": float(p[at])} if term in tested and limits.get("std_error") else {}
        yield row(
            "paradox", metric, term=term, contrast=contrast, estimate=float(point[at]), **limits, **test, **common
        )


def _blank(data: Modelled, contrast: str, state: Row) -> Iterator[Row]:
    for metric, terms in (("compensation", data.at), ("mean_difference", data.single)):
        for term in (*terms, None):
            yield row("paradox", metric, term=term, contrast=contrast, **state)
