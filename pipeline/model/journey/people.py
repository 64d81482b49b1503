"""The same people from wave to wave: who they are, how they moved, and whether what goes together moves together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.case import Case, Cut
from pipeline.model.compare import slopes
from pipeline.model.drivers import FEWEST_USABLE
from pipeline.model.effects import holm_rows
from pipeline.model.importance import usable
from pipeline.model.journey._waves import Waves, told, unit, within
from pipeline.model.journey.images import images, lead_of
from pipeline.model.resample import Panel, Resampled, difference_p, interval
from pipeline.moments import Moments
from pipeline.sample import Sample
from pipeline.suppression import few
from pipeline.variance import means
from pipeline.weight import base

Array = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Answers of the same person (about the same brand) in two waves, the second the next one that was answered.

    before, after: (s,) positions of the rows. first, last: (m,) rows of each member's first and last wave.
    """

    before: Array
    after: Array
    first: Array
    last: Array

    @classmethod
    def of(cls, entity: Array, wave: Array) -> Steps:
        """Steps of (r,) people in (r,) waves, -1 = none; of two rows in one wave the first counts."""
        inside = np.flatnonzero(wave >= 0)
        order = inside[np.lexsort((inside, wave[inside], entity[inside]))]
        own = np.r_[True, (np.diff(entity[order]) != 0) | (np.diff(wave[order]) != 0)] if len(order) else order > 0
        order = order[own]
        same = entity[order[1:]] == entity[order[:-1]]
        before, after = order[:-1][same], order[1:][same]
        begins = ~np.isin(before, after)
        ends = ~np.isin(after, before)
        return cls(before=before, after=after, first=before[begins], last=after[ends])


def panel_rows(case: Case, people: Sample, waves: Waves) -> list[Row]:
    """panel_members, within_change, b within person beside the cross-section, and who left.

    Members have an outcome in two waves or more. Fewer than the minimum base are hidden, and nothing else is told.
    """
    cut = case.cut([case.setting.outcome])
    steps = Steps.of(_entity(case, cut.rows), waves.of_row[cut.rows])
    common = {"outcome": case.setting.outcome}
    members = _base(cut, steps.last)
    if 0 < members["n"] < case.setting.minimum_base:
        return [row("journey", "panel_members", state="suppressed", reason="small_base", **common)]
    rows = [
        row("journey", "panel_members", estimate=float(members["n"]), **(members if members["n"] else {}), **common)
    ]
    if not members["n"]:
        return rows
    return [*rows, *_change_rows(case, waves), *association_rows(case, people, waves), *_attrition_rows(case, waves)]


def _entity(case: Case, rows: Array) -> Array:
    """(rows,) a number for every respondent, and brand where brands are rated in several rows."""
    respondent = case.responses.respondent[rows].astype(np.int64)
    brand = case.study.brand_variable
    if brand is None:
        return respondent
    found = case.levels(brand, rows)
    return np.asarray(respondent * (len(found.names) + 1) + found.of_row + 1)


def _base(cut: Cut, rows: Array) -> Row:
    return based(base(cut.design.weight[rows], cut.respondent[rows]))


def _change_rows(case: Case, waves: Waves) -> list[Row]:
    """within_change: mean of each member's last answer less the first, with the weight of the last; Holm over all.

    A domain of everybody in focus, so that strata and units are those of the survey (as R `svymean` on a subset).
    """
    found = [_change_row(case, waves, (name,), name) for name in (case.setting.outcome, *images(case))]
    if len(images(case)) == 2:
        found.append(_change_row(case, waves, images(case), None))
    return holm_rows(found)


def _change_row(case: Case, waves: Waves, names: Sequence[str], term: str | None) -> Row:
    cut = case.cut(names)
    values = lead_of(cut) if term is None else cut.values[:, 0]
    steps = Steps.of(_entity(case, cut.rows), waves.of_row[cut.rows])
    common = {"outcome": case.setting.outcome, "term": term}
    members = _base(cut, steps.last)
    if members["n"] < case.setting.minimum_base:
        return row("journey", "within_change", state="suppressed", reason="small_base", **common)
    column = np.full(len(cut), np.nan)
    column[steps.last] = values[steps.last] - values[steps.first]
    columns = told(means(column[:, None], cut.design), unit(1, 0), case.setting.level, tested=True)
    state = case.setting.state(base(cut.design.weight[steps.last], cut.respondent[steps.last]))
    return row("journey", "within_change", **columns, **members, **state, **common)


def association_rows(case: Case, people: Sample, waves: Waves) -> list[Row]:
    """b of steps (first differences), b of the cross-section, and b_difference between them, Holm over the drivers.

    Both within waves: steps are centred within each pair of waves, answers within each wave, so that what moves
    everybody does not count. Drivers that are constructs or numbers, without controls; weights are those of the later
    answer. The same replicates, in which a person is drawn whole, serve both.
    """
    model = people.model
    common = {"outcome": case.setting.outcome}
    if set(model.kinds.values()) - {"construct", "number"} or people.rows is None:
        return [row("journey", "b_difference", state="not_defined", reason="several_columns", **common)]
    values = np.column_stack([model.values[:, model.controls : -1], model.y])
    names = (*model.players, case.setting.outcome)
    wave = waves.of_row[people.rows]
    steps = Steps.of(_entity(case, people.rows), wave)
    pair = wave[steps.before] * (len(waves.levels) + 1) + wave[steps.after]
    moved = _panels("step", names, values[steps.after] - values[steps.before], steps.after, pair)
    rated = _panels("wave", names, values[wave >= 0], np.flatnonzero(wave >= 0), wave[wave >= 0])
    members = len(np.unique(people.respondent[steps.after]))
    if members < case.setting.minimum_base or len(steps.after) <= len(names) + 1 or not moved:
        state = {"state": "too_few", "reason": "too_few"}
        return [row("journey", "b", term=name, contrast="within_person", **state, **common) for name in model.players]
    drawn = case.replicated(people.design, moved | rated)
    within_, across = (
        pooled([each for name, each in drawn.items() if name.startswith(kind)]) for kind in ("step", "wave")
    )
    bases = [base(people.design.weight[rows], people.respondent[rows]) for rows in (steps.after, wave >= 0)]
    columns = tuple(based(one) | case.setting.state(one) for one in bases)
    return _coefficient_rows(case.setting, model.players, (within_, across), columns)


def _panels(kind: str, names: tuple[str, ...], values: Array, rows: Array, part: Array) -> dict[str, Panel]:
    """A panel for each part (pair of waves, or wave) with two rows or more."""
    found = {}
    for one in np.unique(part):
        inside = part == one
        if inside.sum() > 1:
            found[f"{kind}:{one}"] = Panel(names=names, columns=values[inside], rows=rows[inside])
    return found


def pooled(parts: Sequence[Resampled]) -> Resampled:
    """Moments about the mean of each part, added up: what differs between the parts does not count."""
    return Resampled(point=_added([part.point for part in parts]), draws=_added([part.draws for part in parts]))


def _added(parts: Sequence[Moments]) -> Moments:
    first = parts[0]
    products, weight = np.zeros_like(first.products), np.zeros_like(first.weight)
    for part in parts:
        held = np.where(part.weight > 0, part.weight, 1.0)[..., None, None]
        products = products + part.products - part.sums[..., :, None] * part.sums[..., None, :] / held
        weight = weight + part.weight
    rows = sum(part.rows for part in parts)
    zeros = np.zeros(len(first.names))
    return Moments(
        names=first.names, origin=zeros, weight=weight, sums=np.zeros_like(first.sums), products=products, rows=rows
    )


def _coefficient_rows(
    setting: Setting, drivers: Sequence[str], pair: tuple[Resampled, Resampled], bases: tuple[Row, ...]
) -> list[Row]:
    """Rows of b for both, and of their difference; a state where drivers do not tell apart."""
    kinds = ("within_person", "cross_section")
    found = []
    for each, kind, columns in zip(pair, kinds, bases, strict=True):
        point, draws = (slopes(one, usable(one.correlations[..., :-1, :-1])) for one in (each.point, each.draws))
        if not np.isfinite(point).all() or np.isfinite(draws).all(-1).mean() < FEWEST_USABLE:
            state = {"outcome": setting.outcome, "state": "singular", "reason": "singular"}
            return [row("journey", "b", term=name, contrast=kind, **state) for name in drivers]
        found.append((point, draws, kind, columns))
    rows = [
        one for point, draws, kind, columns in found for one in _b(setting, drivers, "b", (point, draws), kind, columns)
    ]
    gap = (found[0][0] - found[1][0], found[0][1] - found[1][1])
    tested = list(_b(setting, drivers, "b_difference", gap, "within_person-cross_section", bases[0]))
    return rows + holm_rows(
        [one | {"p_value": float(p)} for one, p in zip(tested, difference_p(gap[1], gap[0]), strict=True)]
    )


def _b(
    setting: Setting, drivers: Sequence[str], metric: str, found: tuple[Array, Array], contrast: str, columns: Row
) -> Iterator[Row]:
    point, draws = found
    low, high = interval(draws, setting.level)
    for at, name in enumerate(drivers):
        limits = spread(draws[:, at], float(low[at]), float(high[at]), setting.level)
        key = {"outcome": setting.outcome, "term": name, "contrast": contrast}
        yield row("journey", metric, estimate=float(point[at]), **limits, **columns, **key)


def _attrition_rows(case: Case, waves: Waves) -> list[Row]:
    """mean_difference in the first wave: those who answered again less those who did not; Holm over the names."""
    names = (case.setting.outcome, *images(case))
    return holm_rows([_left_row(case, waves, name) for name in names])


def _left_row(case: Case, waves: Waves, name: str) -> Row:
    cut = case.cut([name])
    wave = waves.of_row[cut.rows]
    steps = Steps.of(_entity(case, cut.rows), wave)
    common = {"outcome": case.setting.outcome, "term": name, "contrast": "stayed-left"}
    begun = wave == wave[wave >= 0].min(initial=len(waves.levels))
    stayed = np.zeros(len(cut), bool)
    stayed[steps.before] = True
    parts = [begun & stayed, begun & ~stayed]
    respondent, minimum = cut.respondent[begun], case.setting.minimum_base
    smallest = min((cut.base(part) for part in parts), key=lambda part: part.n)
    if few(respondent, stayed[begun], minimum) or smallest.n < minimum:
        return row("journey", "mean_difference", state="suppressed", reason="small_base", **common)
    found = means(within(cut.values[:, 0], parts), cut.design)
    columns = told(found, unit(2, 0, 1), case.setting.level, tested=True) | based(cut.base(begun))
    return row("journey", "mean_difference", **columns, **case.setting.state(smallest), **common)
