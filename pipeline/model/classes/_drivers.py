"""Rows on what drives the outcome within each class: coefficients, shares, and how much is explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.model import Row, based, spread
from pipeline.model.classes._criteria import Kind
from pipeline.model.classes._within import Members
from pipeline.model.compare import Level, level_of, sloped
from pipeline.model.effects import holm_rows
from pipeline.model.players import Structure
from pipeline.model.resample import corrected_interval, difference_p, interval
from pipeline.sample import Sample
from pipeline.weight import Base

Array = np.ndarray

A_COEFFICIENT = 5
"""Respondents a class needs for each coefficient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """Columns of the model over the (r, q) rows of people `of`, drivers first and the outcome last."""

    sample: Sample
    columns: Array
    of: Array
    base: Base


def driver_rows(members: Members, drivers: Drivers, kind: Kind, states: Sequence[Row]) -> list[Row]:
    """b, lmg_share and r2 of every class; then the differences of shares between classes (Holm over all of them).

    None are tested where the drivers made the classes.
    """
    structure = Structure.of(drivers.sample.model)
    each = members.moments(drivers.columns, drivers.sample.model.names, drivers.of)
    parts: list[Level | str] = []
    for at, one in enumerate(each):
        few = kind.part(float(members.point[at]), drivers.base).n < A_COEFFICIENT * len(drivers.sample.model.names)
        blurred = not np.isfinite(one.point.weight)
        parts.append("too_few" if few else "not_defined" if blurred else level_of(one, structure))
    rows = [row for at, part in enumerate(parts) for row in _of_class(part, at, members, drivers, kind, states[at])]
    gaps = [
        gap
        for a, b in combinations(range(len(parts)), 2)
        if members.mixed and not states[a] and not states[b]
        for gap in _gaps(parts[a], parts[b], f"{kind.name(a)}-{b + 1}", drivers, kind)
    ]
    return rows + holm_rows(gaps)


def _of_class(part: Level | str, at: int, members: Members, drivers: Drivers, kind: Kind, state: Row) -> Iterator[Row]:
    sample, level = drivers.sample, kind.setting.level
    base = kind.part(float(members.point[at]), drivers.base)
    common: Row = {"outcome": sample.outcome, "group": kind.name(at), **based(base), **state}
    if state.get("state") == "suppressed":
        yield from _blank(common | {"n": None, "n_eff": None, "deff": None}, sample, kind)
        return
    if isinstance(part, str):
        reason = "blurred" if part == "not_defined" else part
        yield from _blank(common | {"state": part, "reason": reason}, sample, kind)
        return
    importance = part.importance
    limits = corrected_interval(importance.r2_draws, importance.r2, level)
    yield kind.row("r2", estimate=importance.r2, **spread(importance.r2_draws, *limits, level), **common)
    for metric, (point, draws) in part.values(sample).items():
        low, high = interval(draws, level)
        for place, term in enumerate(_terms(metric, sample)):
            limits_of = spread(draws[:, place], low[place], high[place], level)
            yield kind.row(metric, term=term, estimate=float(point[place]), **limits_of, **common)


def _terms(metric: str, sample: Sample) -> tuple[str, ...]:
    return sample.drivers if metric == "lmg_share" else tuple(sloped(sample))


def _blank(columns: Row, sample: Sample, kind: Kind) -> Iterator[Row]:
    yield kind.row("r2", **columns)
    for metric in ("lmg_share", "b"):
        for term in _terms(metric, sample):
            yield kind.row(metric, term=term, **columns)


def _gaps(one: Level | str, other: Level | str, contrast: str, drivers: Drivers, kind: Kind) -> Iterator[Row]:
    if isinstance(one, str) or isinstance(other, str):
        return
    (point, draws), (point_b, draws_b) = one.importance.share(), other.importance.share()
    gap, drawn = point - point_b, draws - draws_b
    low, high = interval(drawn, kind.setting.level)
    p = difference_p(drawn, gap)
    for at, term in enumerate(drivers.sample.drivers):
        limits = spread(drawn[:, at], low[at], high[at], kind.setting.level)
        yield kind.row(
            "lmg_share", outcome=drivers.sample.outcome, term=term, contrast=contrast, estimate=float(gap[at]),
            p_value=float(p[at]), **limits,
        )  # fmt: skip
