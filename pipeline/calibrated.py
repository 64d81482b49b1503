"""Calibrated: the same responses with weights that meet known figures of the population.

Respondents are weighted, not their stacked rows. Shares leave the mean weight at 1 (and each level of `per` its size);
numbers of people become what the weights add up to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.errors import AnalysisRefused, DataError, Problem, listing, nearest
from pipeline.ingest._cells import private
from pipeline.margins import MISSING, PARTS, Wanted, wanted
from pipeline.responses import Responses
from pipeline.screen import Screening
from pipeline.study import Place, Study
from pipeline.weighting import Adjusted, Calibration, Margin, linear, rake

Array = np.ndarray

PER: Place = ("weights", "per")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The n respondents kept. rows: (n,) first row of each in the responses. of_row: (r,) respondent, -1 for none."""

    responses: Responses
    study: Study
    rows: Array
    of_row: Array

    @classmethod
    def of(cls, responses: Responses, screening: Screening, study: Study) -> _Asked:
        kept = np.flatnonzero(screening.keep)
        _, first, place = np.unique(responses.respondent[kept], return_index=True, return_inverse=True)
        of_row = np.full(len(responses.respondent), -1)
        of_row[kept] = place
        return cls(responses=responses, study=study, rows=kept[first], of_row=of_row)

    def problem(self, message: str, place: Place) -> DataError:
        return DataError(self.study.problem(message, *place))


def calibrated(responses: Responses, screening: Screening, study: Study) -> Responses:
    """Responses with the weights of the study's margins in place of those given.

    Rows that were left out have the mean weight of the respondents kept who are like them, NaN where nobody is.
    Unchanged where the study names no margin, or nobody is left; from the given weights again where they were adjusted
    before. Raises DataError where respondents and margins do not fit each other, AnalysisRefused where no weights meet
    them.
    """
    goals = wanted(study)
    if not goals:
        return responses
    given = responses.weight if responses.calibration is None else responses.calibration.given
    asked = _Asked.of(replace(responses, weight=given), screening, study)
    if not len(asked.rows):
        return responses
    groups, group = _groups(asked)
    margins = tuple(_margin(asked, goal) for goal in goals)
    base = _base(asked)
    sizes = _sizes(asked, goals, base, group[asked.rows], len(groups) or 1)
    for margin, goal in zip(margins, goals, strict=True):
        _refuse_empty(asked, margin, goal, groups, group)
    adjusted = _adjusted(asked, margins, base, group[asked.rows], sizes)
    _refuse_unmet(asked, adjusted, margins, goals, groups)
    calibration = Calibration(
        adjusted=adjusted,
        margins=margins,
        per=study.definition.weights.per,
        groups=groups,
        group=group[asked.rows],
        rows=asked.rows,
        of_row=asked.of_row,
        given=given,
        again=study.definition.weights.rerake,
    )
    weight = _everywhere(asked, adjusted, group, margins)
    return replace(responses, weight=weight, calibration=calibration)


def _everywhere(asked: _Asked, adjusted: Adjusted, group: Array, margins: Sequence[Margin]) -> Array:
    """(r,) weights of the rows of all respondents, those left out after those who are like them."""
    many = [int(group.max()) + 1, *(len(margin.levels) for margin in margins)]
    like = _flat([group, *(margin.codes for margin in margins)], [size + 1 for size in many])
    known = (group >= 0) & np.all([margin.codes >= 0 for margin in margins], axis=0)
    levels, place = np.unique(np.where(known, like, -1), return_inverse=True)
    counts = np.bincount(place[asked.rows], minlength=len(levels))
    factors = adjusted.factor[adjusted.kinds.of]
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.bincount(place[asked.rows], factors, len(levels)) / counts
    given = asked.responses.weight
    first = 1.0 if given is None else given / given[asked.rows].mean()
    weight = np.where(known, factor[place] * first, np.nan)
    inside = asked.of_row >= 0
    weight[inside] = adjusted.weight[asked.of_row[inside]]
    return np.asarray(weight)


def _adjusted(asked: _Asked, margins: Sequence[Margin], base: Array | None, group: Array, sizes: Array) -> Adjusted:
    weights = asked.study.definition.weights
    levels = [group * len(margin.levels) + margin.codes[asked.rows] for margin in margins]
    targets = [np.outer(sizes, margin.shares).ravel() for margin in margins]
    means = sizes / np.bincount(group, minlength=len(sizes))
    way = linear if weights.linear else rake
    return way(levels, targets, base, weights.limits, means[group])


def _codes(asked: _Asked, name: str, place: Place) -> tuple[Array, list[str]]:
    """(r,) level of each row, -1 where missing, and the levels. The rows of a respondent who is kept must agree."""
    column = asked.responses.variables[name]
    if not isinstance(column.dtype, pd.CategoricalDtype):
        message = f"'{name}' is a number; weights need groups, so make bands under variables with 'from' and 'cut'."
        raise asked.problem(message, place)
    codes = column.cat.codes.to_numpy().astype(np.int64)
    inside = asked.of_row >= 0
    differ = np.unique(asked.of_row[inside][codes[inside] != codes[asked.rows][asked.of_row[inside]]])
    if len(differ):
        message = f"'{name}' differs between rows of {len(differ):,} respondents, who have one weight each; correct it."
        raise asked.problem(message, place)
    return codes, [str(level) for level in column.cat.categories]


def _groups(asked: _Asked) -> tuple[tuple[str, ...], Array]:
    """Levels in which weights are made apart, and the (r,) one of each row, -1 where nobody kept has it."""
    per = asked.study.definition.weights.per
    if per is None:
        return (), np.zeros(len(asked.of_row), dtype=np.int64)
    codes, levels = _codes(asked, per, PER)
    if blank := int((codes[asked.rows] < 0).sum()):
        message = f"{blank:,} respondents have no '{per}', so they are in no group to weight; fill it in."
        raise asked.problem(message, PER)
    used = np.unique(codes[asked.rows])
    place = np.full(len(levels) + 1, -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    return tuple(levels[at] for at in used), place[codes]


def _margin(asked: _Asked, goal: Wanted) -> Margin:
    """One margin with the level of every row. Raises DataError for levels that stand on one side only."""
    columns = [_codes(asked, name, goal.place) for name in goal.variables]
    sizes = [len(levels) + 1 for _, levels in columns]
    flat = _flat([codes for codes, _ in columns], sizes)
    at_level = np.full(int(np.prod(sizes)), -1, dtype=np.int64)
    names = []
    for at, written in enumerate(goal.shares):
        codes = [
            _level(asked, text, variable, levels, goal)
            for text, variable, (_, levels) in zip(written, goal.variables, columns, strict=True)
        ]
        name = f"{PARTS} ".join(
            levels[code] if code >= 0 else MISSING for code, (_, levels) in zip(codes, columns, strict=True)
        )
        if name in names:
            message = f"'{goal.name}' names the level '{name}' twice, by its code and by its label; once is enough."
            raise asked.problem(message, goal.place)
        at_level[_flat([np.array([code]) for code in codes], sizes)] = at
        names.append(name)
    found = at_level[flat]
    _refuse_unlisted(asked, goal, found, columns)
    return Margin(name=goal.name, levels=tuple(names), shares=np.array(list(goal.shares.values())), codes=found)


def _flat(codes: Sequence[Array], sizes: Sequence[int]) -> Array:
    """One number for the levels of several variables, -1 of each included."""
    flat = np.zeros(len(codes[0]), dtype=np.int64)
    for each, size in zip(codes, sizes, strict=True):
        flat = flat * size + each + 1
    return flat


def _level(asked: _Asked, text: str, variable: str, levels: list[str], goal: Wanted) -> int:
    """Position of a level that is named by its code or its label; -1 for those without an answer."""
    if text in levels:
        return levels.index(text)
    labels = _labels(asked, variable)
    named = [code for code, label in labels.items() if text in label]
    if len(named) == 1 and named[0] in levels:
        return levels.index(named[0])
    if text == MISSING:
        return -1
    if text in labels or named:
        message = (
            f"nobody among the {len(asked.rows):,} respondents kept has {variable} '{text}', so nobody can stand for "
            "them; merge it with another level."
        )
        raise asked.problem(message, goal.place)
    first = {level: labels.get(level, (level,))[0] for level in levels if not private(level)}
    known = [level if label == level else f"{level} ({label})" for level, label in first.items()]
    message = (
        f"'{text}' is no level of {variable} in the data.{nearest(text, [*first, *first.values()])} Levels are: "
        f"{listing(known) or 'texts too long to show'}."
    )
    raise asked.problem(message, goal.place)


def _labels(asked: _Asked, variable: str) -> dict[str, tuple[str, ...]]:
    """Code -> its labels, in every language."""
    known = {**asked.responses.labels.get(variable, {}), **asked.study.variable(variable).codes}
    return {
        code: tuple(label.values()) if isinstance(label, dict) else (str(label),)
        for code, label in known.items()
        if label is not None
    }


def _refuse_unlisted(asked: _Asked, goal: Wanted, found: Array, columns: Sequence[tuple[Array, list[str]]]) -> None:
    """Respondents kept without an answer, or with a level that has no share."""
    found, columns = found[asked.rows], [(codes[asked.rows], levels) for codes, levels in columns]
    without = found < 0
    blank = without & np.any([codes < 0 for codes, _ in columns], axis=0)
    if blank.any():
        key = MISSING if len(goal.variables) == 1 else f"{MISSING}{PARTS} …"
        message = (
            f"{blank.sum():,} of the {len(found):,} respondents kept have no {' or no '.join(goal.variables)}; give "
            f"them a share of their own ('{key}: …'), or leave them out."
        )
        raise asked.problem(message, goal.place)
    if without.any():
        at = int(np.flatnonzero(without)[0])
        names = [levels[codes[at]] for codes, levels in columns]
        told = f"{PARTS} ".join("a text too long to show" if private(name) else name for name in names)
        message = (
            f"{without.sum():,} of the {len(found):,} respondents kept have a {goal.name} without a share, as "
            f"'{told}'; give every level a share, or merge levels."
        )
        raise asked.problem(message, goal.place)


def _base(asked: _Asked) -> Array | None:
    """(n,) given weights, None where there are none. Raises DataError where the rows of a respondent differ."""
    given = asked.responses.weight
    if given is None:
        return None
    base, inside = given[asked.rows], asked.of_row >= 0
    if (given[inside] != base[asked.of_row[inside]]).any():
        message = "the weight differs between rows of one respondent, who is adjusted as one; correct the column."
        raise asked.problem(message, ("weights", "column"))
    return np.asarray(base / base.mean())


def _sizes(asked: _Asked, goals: Sequence[Wanted], base: Array | None, group: Array, many: int) -> Array:
    """(groups,) what the weights of each add up to: the people counted, else its part of the respondents."""
    counted = [goal for goal in goals if goal.people is not None]
    if counted:
        people = counted[0].people or 0.0
        if people < len(asked.rows):
            message = (
                f"'{counted[0].name}' adds up to {people:g}, less than the {len(asked.rows):,} respondents kept; "
                "shares add up to 1, or 100 in per cent, and numbers of people to the population."
            )
            raise asked.problem(message, counted[0].place)
        return np.full(many, people)
    return np.bincount(group, base, many).astype(float)


def _refuse_empty(asked: _Asked, margin: Margin, goal: Wanted, groups: tuple[str, ...], group: Array) -> None:
    """Levels that somebody must stand for and nobody does, or the other way round."""
    counts = np.zeros((len(groups) or 1, len(margin.levels)), dtype=int)
    np.add.at(counts, (group[asked.rows], margin.codes[asked.rows]), 1)
    for (at, level), count in np.ndenumerate(counts):
        where = f" in {asked.study.definition.weights.per} '{groups[at]}'" if groups else ""
        who = f"{margin.name} '{margin.levels[level]}'{where}"
        if margin.shares[level] > 0 and not count:
            message = f"nobody kept has {who}, so nobody can stand for them; merge the level with another."
            raise asked.problem(message, goal.place)
        if margin.shares[level] == 0 and count:
            message = f"{count:,} respondents have {who}, whose share is 0; leave them out, or give the level a share."
            raise asked.problem(message, goal.place)


def _refuse_unmet(
    asked: _Asked, adjusted: Adjusted, margins: Sequence[Margin], goals: Sequence[Wanted], groups: tuple[str, ...]
) -> None:
    if not adjusted.met:
        raise AnalysisRefused(_unmet(asked, adjusted, margins, goals, groups))
    below = int((adjusted.weight <= 0).sum())
    if below:
        message = (
            f"linear calibration gives {below:,} respondents a weight of zero or less; add 'limits', as in [0.3, 3], "
            "or rake."
        )
        raise AnalysisRefused(asked.study.problem(message, "weights", "linear"))


def _unmet(
    asked: _Asked, adjusted: Adjusted, margins: Sequence[Margin], goals: Sequence[Wanted], groups: tuple[str, ...]
) -> Problem:
    """That weights do not converge, with the level that is furthest from its share."""
    away = np.nan_to_num(np.abs(adjusted.sums - adjusted.target), nan=np.inf)
    names = [
        (goal, f"{margin.name} '{level}'" + (f" in {asked.study.definition.weights.per} '{name}'" if name else ""))
        for margin, goal in zip(margins, goals, strict=True)
        for name in groups or ("",)
        for level in margin.levels
    ]
    goal, furthest = names[int(away.argmax())]
    limits = asked.study.definition.weights.limits
    if limits:
        low, high = limits
        message = (
            f"no weights between {low:g} and {high:g} times their mean meet every margin; the furthest is {furthest}. "
            "Widen the limits, or merge small levels."
        )
        return asked.study.problem(message, "weights", "limits")
    message = (
        f"the weights do not converge: after {adjusted.rounds:,} rounds {furthest} is still off. The margins ask for "
        "combinations that nobody has; merge levels."
    )
    return asked.study.problem(message, *goal.place)
