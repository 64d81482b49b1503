"""Shares of the drivers wave by wave, their trend, and the change from the first wave to the last in its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.case import Case
from pipeline.model.change import change_panels, change_rows
from pipeline.model.compare import Level, group_rows, hidden_levels, panels, parts_of
from pipeline.model.effects import holm
from pipeline.model.journey._waves import Waves, told, unit, within
from pipeline.model.resample import difference_p, interval
from pipeline.sample import Groups, Sample
from pipeline.variance import means

Array = np.ndarray

FEWEST_WAVES = 3
"""Waves below which a line through them is their difference."""


def share_rows(case: Case, people: Sample, waves: Waves) -> list[Row]:
    """r2, lmg_share and b of every wave, mean of the outcome, share_trend, and share_change with its parts.

    Each wave has its own decomposition; all of them share the replicates. Compared are the first and the last wave
    with the low base; p of share_change by Holm over the drivers. A wave in which nobody was asked has one row,
    not_defined. Parts exist where every driver is a construct and there are no controls (see `change`).
    """
    setting = case.setting
    whole = people.groups[waves.name]
    one = replace(people, groups={waves.name: replace(whole, reference=whole.levels[0])})
    ends = _ends(one, whole, setting)
    plain = people.model.plain and ends is not None
    two = replace(one, groups={waves.name: ends}) if ends is not None else one
    sets = panels(one, setting) | (change_panels(two, setting, [waves.name]) if plain else {})
    drawn = case.replicated(people.design, sets)
    levels = parts_of(drawn, one, setting)
    rows = [found for found in group_rows(drawn, one, setting, levels) if found["contrast"] is None]
    rows += _mean_rows(case, one, waves) + _absent_rows(case, people, waves) + _trend_rows(levels, one, waves, setting)
    rows += change_rows(drawn, two, setting, [waves.name]) if plain else _changes(levels, two, ends, waves, setting)
    return [found | {"analysis": "journey"} for found in rows]


def _ends(people: Sample, whole: Groups, setting: Setting) -> Groups | None:
    """First and last wave with the low base; None where there are no two."""
    hidden = hidden_levels(people, whole, setting)
    large = [
        at
        for at, level in enumerate(whole.levels)
        if level not in hidden and people.base(whole.of_row == at).n >= setting.low_base
    ]
    if len(large) < 2:
        return None
    first, last = large[0], large[-1]
    of_row = np.where(whole.of_row == first, 0, np.where(whole.of_row == last, 1, -1))
    names = (whole.levels[first], whole.levels[last])
    return Groups(levels=names, of_row=of_row, reference=names[0], hidden=frozenset())


def _mean_rows(case: Case, people: Sample, waves: Waves) -> list[Row]:
    """Mean of the outcome in every wave that is shown, design-based."""
    setting, groups = case.setting, people.groups[waves.name]
    hidden = hidden_levels(people, groups, setting)
    shown = [level for level in groups.levels if level not in hidden and groups.mask(level).any()]
    if not shown:
        return []
    masks = [groups.mask(level) for level in shown]
    found = means(within(people.model.y, masks), people.design)
    rows = []
    for at, level in enumerate(shown):
        base = people.base(masks[at])
        columns = told(found, unit(len(shown), at), setting.level) | based(base) | setting.state(base)
        group = f"{waves.name}={level}"
        rows.append(row("journey", "mean", outcome=setting.outcome, term=setting.outcome, group=group, **columns))
    return rows


def _absent_rows(case: Case, people: Sample, waves: Waves) -> list[Row]:
    """A row for each wave in focus in which nobody has answered all of the model."""
    groups = people.groups[waves.name]
    there = {level for level in groups.levels if groups.mask(level).any()}
    absent = [level for level in waves.levels if level not in there]
    columns = {"outcome": case.setting.outcome, "state": "not_defined", "reason": "not_asked_then"}
    return [row("journey", "r2", group=f"{waves.name}={level}", **columns) for level in absent]


def _trend_rows(levels: Mapping[str, Level | str], people: Sample, waves: Waves, setting: Setting) -> list[Row]:
    """share_trend: least-squares slope of a driver's shares over the waves, a step each; Holm over the drivers."""
    there = [(at, found) for at in range(len(waves.levels)) if isinstance(found := levels.get(waves.group(at)), Level)]
    large = [(at, found) for at, found in there if _large(people, waves, at, setting)]
    if len(large) < FEWEST_WAVES:
        return []
    place = np.array([float(at) for at, _ in large])
    weights = (place - place.mean()) / ((place - place.mean()) ** 2).sum()
    shares = [found.importance.share() for _, found in large]
    point = weights @ np.array([each[0] for each in shares])
    draws = np.tensordot(weights, np.array([each[1] for each in shares]), 1)
    return _tested("share_trend", people, None, (point, draws), setting)


def _large(people: Sample, waves: Waves, at: int, setting: Setting) -> bool:
    mask = people.groups[waves.name].mask(waves.levels[at])
    return people.base(mask).n >= setting.low_base


def _changes(
    levels: Mapping[str, Level | str], people: Sample, ends: Groups | None, waves: Waves, setting: Setting
) -> list[Row]:
    """share_change alone, where the model has more than ratings; one row with its state where waves are missing."""
    common = {"outcome": setting.outcome}
    if ends is None:
        return [row("journey", "share_change", state="too_few", reason="few_waves", **common)]
    one, other = (levels.get(f"{waves.name}={name}", "too_few") for name in ends.levels[::-1])
    contrast = f"{waves.name}={ends.levels[1]}-{ends.levels[0]}"
    if not (isinstance(one, Level) and isinstance(other, Level)):
        state = next(found for found in (one, other) if isinstance(found, str))
        return [row("journey", "share_change", contrast=contrast, state=state, reason=state, **common)]
    pair = (one.importance.share(), other.importance.share())
    return _tested("share_change", people, contrast, (pair[0][0] - pair[1][0], pair[0][1] - pair[1][1]), setting)


def _tested(
    metric: str, people: Sample, contrast: str | None, found: tuple[Array, Array], setting: Setting
) -> list[Row]:
    """One row a driver, with p from the draws themselves (shares are skewed), and Holm over the drivers."""
    point, draws = found
    low, high = interval(draws, setting.level)
    p = difference_p(draws, point)
    adjusted = holm(p)
    mask = next(iter(people.groups.values())).of_row >= 0
    common = {"outcome": setting.outcome, "contrast": contrast, **based(people.base(mask))}
    return list(_each(metric, people, zip(point, draws.T, low, high, p, adjusted, strict=True), common, setting))


def _each(
    metric: str, people: Sample, figures: Iterator[tuple[Array, ...]], common: Row, setting: Setting
) -> Iterator[Row]:
    for term, (point, drawn, low, high, p, adjusted) in zip(people.drivers, figures, strict=True):
        limits = spread(drawn, float(low), float(high), setting.level)
        tests = {"p_value": float(p), "p_adjusted": float(adjusted)} if limits else {}
        yield row("journey", metric, term=term, estimate=float(point), **limits, **tests, **common)
