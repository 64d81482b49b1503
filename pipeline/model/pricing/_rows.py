"""What rows on prices share: the groups they are made for, intervals that may not exist, and corrected tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.case import Case, Cut
from pipeline.model.resample import interval

Array = np.ndarray

FEWEST_DRAWS = 0.95
"""Part of the replicates in which a figure must exist for it to have an interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Everyone, or a level of a variable: its (r,) mask over the rows of the cut."""

    mask: Array
    variable: str | None = None
    level: str | None = None

    @property
    def group(self) -> str | None:
        return None if self.variable is None else f"{self.variable}={self.level}"


def parts_of(case: Case, cut: Cut) -> list[Part]:
    """Everyone, then every level that may be shown of the variables of `pricing.groups`, or of the segments.

    Answers that stand in several stacked rows were given once, so they have no groups by what was stacked.
    """
    pricing = case.study.definition.pricing
    stack = case.study.definition.stack
    segments = [name for name in case.study.segment_variables if stack is None or name != stack.by]
    names = (pricing.groups if pricing else ()) or segments
    found = [Part(mask=np.ones(len(cut), bool))]
    for name in names:
        levels = [Part(mask=mask, variable=name, level=level) for _, level, mask in case.groups([name], cut)]
        found += levels if len(levels) > 1 else []
    return found


def pairs(parts: Sequence[Part]) -> Iterator[tuple[str, int, int]]:
    """Contrast 'variable=a-b' and the places of both parts, for all levels of a variable."""
    for (one, first), (two, second) in combinations(enumerate(parts), 2):
        if first.variable is not None and first.variable == second.variable:
            yield f"{first.variable}={first.level}-{second.level}", one, two


def figure(metric: str, point: float, draws: Array, cut: Cut, part: Part, setting: Setting, **key: Any) -> Row:
    """A row with the percentile interval of its draws; none where too many draws, or the figure, do not exist."""
    base = cut.base(part.mask)
    state = setting.state(base)
    common: Row = {"group": part.group, **based(base), **key}
    if state.get("state") == "suppressed":
        return row("pricing", metric, **state, **common)
    if not np.isfinite(point):
        return row("pricing", metric, state="not_defined", reason="no_crossing", **common)
    low, high = interval(draws, setting.level)
    there = np.isfinite(draws).mean() >= FEWEST_DRAWS
    limits: Row = spread(draws, float(low), float(high), setting.level) if there else {"reason": "few_crossings"}
    return row("pricing", metric, estimate=float(point), **(limits | state), **common)


def price_key(price: float) -> str:
    return f"price:{price:.10g}"
