"""Users of the brand who had the rival before, against those who had the brand before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, based
from pipeline.model.case import Case, Cut
from pipeline.model.effects import holm_rows
from pipeline.model.modelled import alone, apart, is_number
from pipeline.model.profile import logit_interval
from pipeline.specs import LockIn
from pipeline.variance import means

Array = np.ndarray

OTHERS = "others"
"""Stands for all other former brands where the brand in focus is none of them."""


def switcher_rows(case: Case, spec: LockIn, asked: Sequence[str]) -> list[Row]:
    """proportion of switchers among users (who own a device), and means of both groups with Holm's p of differences.

    Compared are outcomes, devices, cost of switching and ratings, each on the rows that have it. Those who stayed had
    the brand of the focus before; where that is no level of `former`, everybody else is compared with.
    """
    assert spec.former is not None  # noqa: S101 (the caller has looked)
    drivers = [name for name in case.study.drivers if "*" not in name and is_number(case, name)]
    names = list(dict.fromkeys([*asked, spec.devices, *drivers]))
    rows: list[Row] = [_share(case, spec)]
    gaps: list[Row] = []
    for name in names:
        *each, gap = _compared(case, spec, name)
        rows += each
        gaps.append(gap)
    return rows + holm_rows(gaps)


def _users(case: Case, spec: LockIn, names: Sequence[str]) -> Cut:
    """Rows of the focus with a device, a former brand, and the names."""
    assert spec.former is not None  # noqa: S101
    known = case.levels(spec.former).of_row >= 0
    return case.cut([*dict.fromkeys([spec.devices, *names])], also=known & (case.known(spec.devices) > 0))


def _sides(case: Case, spec: LockIn, cut: Cut) -> tuple[tuple[str, str], tuple[Array, Array]]:
    """Names and (r,) masks of the switchers and of those who stayed."""
    levels = case.levels(str(spec.former), cut.rows)
    focus = case.study.definition.focus
    known = {*case.levels(str(spec.former)).names} - {str(spec.rival)}
    own = focus.level if focus is not None and focus.level in known else OTHERS
    came = _of(levels.of_row, levels.names, str(spec.rival))
    stayed = ~came if own == OTHERS else _of(levels.of_row, levels.names, own)
    return (str(spec.rival), own), (came, stayed)


def _of(of_row: Array, names: tuple[str, ...], level: str) -> Array:
    return np.asarray(of_row == (names.index(level) if level in names else -2))


def _state(case: Case, spec: LockIn, cut: Cut, sides: tuple[tuple[str, str], tuple[Array, Array]]) -> Row:
    names, masks = sides
    if not masks[0].any():
        return {"state": "too_few", "reason": "no_switchers"}
    if not masks[1].any():
        return {"state": "too_few", "reason": "nobody_stayed"}
    if set(names) & case.hidden(str(spec.former), cut):
        return {"state": "suppressed", "reason": "small_base"}
    return case.setting.state(min((cut.base(mask) for mask in masks), key=lambda base: base.n))


def _share(case: Case, spec: LockIn) -> Row:
    cut = _users(case, spec, [case.study.outcome])
    sides = _sides(case, spec, cut)
    key: Row = {"term": spec.former, "contrast": f"level:{spec.rival}"}
    state = _state(case, spec, cut, sides)
    if state.get("state") not in (None, "low_base"):
        return row("lock_in", "proportion", **key, **state)
    found = means(sides[1][0].astype(float)[:, None], cut.design)
    low, high = logit_interval(found, case.setting.level)
    limits = {}
    if np.isfinite(low[0]):
        limits = {"std_error": float(found.se[0]), "conf_low": float(low[0]), "conf_high": float(high[0])}
        limits["conf_level"] = case.setting.level
    figures: Row = {"estimate": float(found.mean[0]), **limits, **based(cut.everyone)}
    return row("lock_in", "proportion", **figures, **key, **case.setting.state(cut.everyone))


def _compared(case: Case, spec: LockIn, name: str) -> Iterator[Row]:
    """mean of one thing in both groups, and mean_difference."""
    cut = _users(case, spec, [name])
    sides = _sides(case, spec, cut)
    names, masks = sides
    state, former = _state(case, spec, cut, sides), spec.former
    groups = [f"{former}={one}" for one in names]
    contrast: Row = {"contrast": f"{former}={names[0]}-{names[1]}"}
    if state.get("state") not in (None, "low_base"):
        yield from (row("lock_in", "mean", term=name, group=group, **state) for group in groups)
        yield row("lock_in", "mean_difference", term=name, **contrast, **state)
        return
    values = cut.column(name)
    found = means(np.column_stack([np.where(mask, values, np.nan) for mask in masks]), cut.design)
    setting = case.setting
    for at, (group, mask) in enumerate(zip(groups, masks, strict=True)):
        base = cut.base(mask)
        yield row(
            "lock_in", "mean", term=name, group=group, **alone(found, at, setting.level), **based(base),
            **setting.state(base),
        )  # fmt: skip
    base = cut.base(masks[0] | masks[1])
    gap = apart(found, 0, 1, setting.level)
    yield row("lock_in", "mean_difference", term=name, **contrast, **gap, **based(base), **state)
