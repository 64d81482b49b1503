"""Image by wave: what the brand was, what it wants to be, the lead of the one over the other, and how it moved."""

from __future__ import annotations

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, based
from pipeline.model.case import Case, Cut
from pipeline.model.effects import holm_rows
from pipeline.model.journey._waves import Waves, told, unit, within
from pipeline.suppression import Levels, two_way
from pipeline.variance import Means, means

Array = np.ndarray


def images(case: Case) -> tuple[str, ...]:
    """The images that the study names: what the brand was, then what it wants to be."""
    journey = case.study.definition.journey
    both = () if journey is None else (journey.image_from, journey.image_to)
    return tuple(name for name in both if name)


def lead_cut(case: Case) -> Cut | None:
    """Rows with both images; None where the study does not name both."""
    named = images(case)
    return case.cut(named) if len(named) == 2 else None


def lead_of(cut: Cut) -> Array:
    """(r,) what the brand wants to be less what it was."""
    return np.asarray(cut.values[:, 1] - cut.values[:, 0])


def image_rows(case: Case, waves: Waves) -> list[Row]:
    """mean of each image and image_lead in every wave; mean_difference and image_lead_change, last less first.

    Means and lead stand on the same rows, those with both answers. Design-based; p of the two means by Holm, the lead
    by itself. A wave in which nobody was asked is not_defined.
    """
    named = images(case)
    if not named:
        return []
    cut = case.cut(named)
    columns = dict(zip(named, cut.values.T, strict=True))
    rows: list[Row] = []
    tested = []
    for name, values in columns.items():
        own, change = _figure_rows(case, cut, waves, values, "mean", "mean_difference", name)
        rows += own
        tested += change
    rows += holm_rows(tested)
    if len(named) == 2:
        own, change = _figure_rows(case, cut, waves, lead_of(cut), "image_lead", "image_lead_change", None)
        rows += own + holm_rows(change)
    return rows


def _figure_rows(
    case: Case, cut: Cut, waves: Waves, values: Array, metric: str, change: str, term: str | None
) -> tuple[list[Row], list[Row]]:
    """Rows of each wave, and the row of the change."""
    setting, masks = case.setting, waves.masks(cut)
    found = means(within(values, list(masks.T)), cut.design)
    common = {"outcome": setting.outcome, "term": term}
    rows = []
    shown = waves.shown(case, cut)
    for at in range(len(waves.levels)):
        group = {"group": waves.group(at), **common}
        if at in shown:
            base = cut.base(masks[:, at])
            columns = told(found, unit(masks.shape[1], at), setting.level) | based(base) | setting.state(base)
            rows.append(row("journey", metric, **group, **columns))
        else:
            rows.append(row("journey", metric, **group, **absent(masks[:, at])))
    return rows, _change(case, cut, waves, found, change, common)


def absent(mask: Array) -> Row:
    """State of a figure that is not shown: nobody was asked, or too few have answered."""
    if not mask.any():
        return {"state": "not_defined", "reason": "not_asked_then"}
    return {"state": "suppressed", "reason": "small_base"}


def _change(case: Case, cut: Cut, waves: Waves, found: Means, metric: str, common: Row) -> list[Row]:
    large = waves.carrying(case, cut)
    if len(large) < 2:
        return [row("journey", metric, state="too_few", reason="few_waves", **common)]
    first, last = large[0], large[-1]
    masks = waves.masks(cut)
    base = based(cut.base(masks[:, first] | masks[:, last]))
    columns = told(found, unit(masks.shape[1], last, first), case.setting.level, tested=True)
    return [row("journey", metric, contrast=waves.contrast(first, last), **columns, **base, **common)]


def cohort_rows(case: Case, waves: Waves) -> list[Row]:
    """image_lead in every cohort and wave, its change in each cohort, and image_lead_gap between cohorts.

    A gap is the change in a level less that in the reference level of its variable (declared, else the first); Holm
    over all of them. Cells under the minimum base are hidden, and others with them, until no total gives them back.
    """
    journey, cut = case.study.definition.journey, lead_cut(case)
    if journey is None or cut is None or not journey.cohorts:
        return []
    rows: list[Row] = []
    gaps: list[Row] = []
    for name in journey.cohorts:
        own, between = _variable_rows(case, cut, waves, name)
        rows += own
        gaps += between
    return rows + holm_rows(gaps)


def _variable_rows(case: Case, cut: Cut, waves: Waves, name: str) -> tuple[list[Row], list[Row]]:
    levels, masks = case.levels(name, cut.rows), waves.masks(cut)
    named = [levels.names.index(level) for _, level, _ in case.groups([name], cut)]
    if not named:
        return [], []
    open_ = ~_hidden(case, cut, levels, masks)
    shown = waves.shown(case, cut)
    open_[:, [at for at in range(masks.shape[1]) if at not in shown]] = False
    width = masks.shape[1]
    cells = [(levels.of_row == at)[:, None] & masks for at in named]
    found = means(within(lead_of(cut), list(np.column_stack(cells).T)), cut.design)
    rows: list[Row] = []
    ends: dict[int, tuple[int, int]] = {}
    for place, at in enumerate(named):
        level = f"{name}={levels.names[at]}"
        rows += _cells(case, cut, waves, found, level, cells[place], open_[at], place * width)
        large = [w for w in waves.carrying(case, cut) if open_[at, w]]
        large = [w for w in large if cut.base(cells[place][:, w]).n >= case.setting.low_base]
        if len(large) > 1:
            ends[place] = (large[0], large[-1])
    return rows + _moves(case, cut, waves, found, (name, levels, named, cells), ends), _gaps(
        case, cut, waves, found, (name, levels, named, cells), ends
    )


Cohorts = tuple[str, Levels, list[int], list[Array]]
"""Variable, its levels, positions of those that are shown, and the (r, waves) cells of each of these."""


def _hidden(case: Case, cut: Cut, levels: Levels, masks: Array) -> Array:
    """(levels, waves) bool: cells that stay hidden, given the totals of levels and waves."""
    inside = levels.of_row >= 0
    counts = np.array(
        [
            [len(np.unique(cut.respondent[inside & (levels.of_row == at) & mask])) for mask in masks.T]
            for at in range(len(levels.names))
        ]
    ).reshape(len(levels.names), masks.shape[1])
    return two_way(counts, case.setting.minimum_base) | (counts == 0)


def _cells(
    case: Case, cut: Cut, waves: Waves, found: Means, level: str, cells: Array, open_: Array, start: int
) -> list[Row]:
    rows = []
    for at in range(cells.shape[1]):
        common = {"outcome": case.setting.outcome, "group": f"{level};{waves.group(at)}"}
        if not open_[at]:
            rows.append(row("journey", "image_lead", **common, **absent(waves.masks(cut)[:, at])))
            continue
        base = cut.base(cells[:, at])
        weights = unit(len(found.mean), start + at)
        columns = told(found, weights, case.setting.level) | based(base) | case.setting.state(base)
        rows.append(row("journey", "image_lead", **common, **columns))
    return rows


def _moves(
    case: Case, cut: Cut, waves: Waves, found: Means, cohorts: Cohorts, ends: dict[int, tuple[int, int]]
) -> list[Row]:
    """image_lead_change of every cohort, from its own first to its own last wave."""
    name, levels, named, cells = cohorts
    width = len(waves.levels)
    rows = []
    for place, (first, last) in ends.items():
        base = cut.base(cells[place][:, first] | cells[place][:, last])
        weights = unit(len(found.mean), place * width + last, place * width + first)
        columns = told(found, weights, case.setting.level, tested=True) | based(base)
        common = {"outcome": case.setting.outcome, "group": f"{name}={levels.names[named[place]]}"}
        rows.append(row("journey", "image_lead_change", contrast=waves.contrast(first, last), **common, **columns))
    return rows


def _gaps(
    case: Case, cut: Cut, waves: Waves, found: Means, cohorts: Cohorts, ends: dict[int, tuple[int, int]]
) -> list[Row]:
    """image_lead_gap of every cohort against the reference, where both have the same first and last wave."""
    name, levels, named, cells = cohorts
    width, size = len(waves.levels), len(found.mean)
    declared = case.study.definition.segments.reference.get(name)
    places = [place for place in ends if levels.names[named[place]] == declared] or list(ends)
    if len(ends) < 2:
        return []
    other = places[0]
    rows = []
    for place, (first, last) in ends.items():
        if place == other or ends[other] != (first, last):
            continue
        weights = unit(size, place * width + last, place * width + first)
        weights -= unit(size, other * width + last, other * width + first)
        four = [cells[one][:, at] for one in (place, other) for at in (first, last)]
        columns = told(found, weights, case.setting.level, tested=True) | based(cut.base(np.logical_or.reduce(four)))
        contrast = f"{name}={levels.names[named[place]]}-{levels.names[named[other]]}"
        rows.append(row("journey", "image_lead_gap", outcome=case.setting.outcome, contrast=contrast, **columns))
    return rows
