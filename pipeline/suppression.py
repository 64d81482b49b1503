"""Suppression: which counts of small groups stay hidden, and which others must, so that no sum gives them back.

A group is a level of a variable. Counts are linked by what a reader knows: levels add up to the base of their variable,
and the levels of a finer variable (cities) to one of a coarser (regions). Cox (1980), "Suppression methodology and
statistical disclosure control", J. Amer. Statist. Assoc. 75.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from pipeline.responses import Responses

Array = np.ndarray

MOST_LEVELS = 40
"""Levels of a variable beyond which the names of tiny ones may say who answered."""
WIDTH = 3.0
"""Least distance between the limits that a reader can work out for a hidden count."""
MOST_JUDGED = 150
"""Counts that are judged together; beyond, the sums between them cost more than they tell."""
PROBE = 300
"""Rows that are looked at first."""
Nested = tuple[str, str, Array]
"""A finer variable, a coarser one, and the (levels,) coarser level that each finer one lies in."""
KNOWN = 1e-9
"""A hidden count is given away where its part outside of what the sums tell is below this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Levels of one variable over r rows: `of_row` holds positions in `names`, -1 = none."""

    names: tuple[str, ...]
    of_row: Array

    def counts(self, respondent: Array | None) -> Array:
        """(levels,) respondents of each level; one with several rows of a level counts once. None: a row each."""
        inside = self.of_row >= 0
        if respondent is None:
            return np.bincount(self.of_row[inside], minlength=len(self.names))
        pairs = np.unique(respondent[inside] * len(self.names) + self.of_row[inside])
        return np.bincount(pairs % max(1, len(self.names)), minlength=len(self.names))


def hidden(counts: Array, sums: Array, minimum: int) -> Array:
    """(k,) bool: counts of 1 to minimum - 1, and further ones until no sum tells what is hidden.

    sums: (s, k) coefficients 1, -1 and 0 of the sums that a reader knows. In each at least two counts are hidden, or
    none, of together `minimum` or more, and all sums together leave every small one open by WIDTH or more. Hidden
    besides is always the smallest count that helps, the first of equal ones; a count of 0 only where nothing else is.
    """
    gone = (counts > 0) & (counts < minimum)
    while gone.any():
        further = next(_open(counts, sums, gone, minimum), None)
        if further is None:
            break
        gone[further] = True
    return gone


def _open(counts: Array, sums: Array, gone: Array, minimum: int) -> Iterator[int]:
    """Counts that must be hidden besides, the most urgent first."""
    for each in sums != 0:
        inside = each & gone
        if inside.any() and (each & ~gone).any() and (inside.sum() == 1 or counts[inside].sum() < minimum):
            yield _smallest(counts, each & ~gone)
    for at in _narrow(counts, sums, gone, minimum):
        reach = (sums[sums[:, at] != 0] != 0).any(0) & ~gone
        if reach.any():
            yield _smallest(counts, reach)


def _narrow(counts: Array, sums: Array, gone: Array, minimum: int) -> Iterator[int]:
    """Hidden counts under the minimum that a reader can work out to within less than WIDTH, from all sums together."""
    inside = np.flatnonzero(gone)
    part, now = sums[:, inside], counts[inside].astype(float)
    rows = (part[:, (part != 0).sum(0) > 1] != 0).any(1)
    linked = (part[rows] != 0).any(0)
    inside, now, part = inside[linked], now[linked], part[rows][:, linked]
    free = np.eye(len(inside)) - np.linalg.pinv(part) @ part
    for place, at in enumerate(inside):
        if counts[at] < minimum and _along(free[place], now, place) < WIDTH and _width(part, now, place) < WIDTH:
            yield at


def _along(step: Array, now: Array, place: int) -> float:
    """How far one count can move in a direction that no sum sees, until another would fall below 0."""
    step = np.where(np.abs(step) > KNOWN, step, 0.0)
    if not step[place]:
        return 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(step, now / np.abs(step), np.inf)
    up, down = reach[step < 0].min(initial=np.inf), reach[step > 0].min(initial=np.inf)
    return float(abs(step[place]) * (up + down))


def _width(sums: Array, now: Array, place: int) -> float:
    """Largest less smallest value that one hidden count can have, given the sums; no count is negative."""
    from scipy.optimize import linprog

    goal, known = np.eye(len(now))[place], sums @ now
    low, high = (linprog(sign * goal, A_eq=sums, b_eq=known) for sign in (1.0, -1.0))
    return float(-high.fun - low.fun) if low.success and high.success else np.inf


def _smallest(counts: Array, among: Array) -> int:
    """Position of the smallest count that is not 0, else of the first 0."""
    last = counts.max() + 1
    return int(np.where(among, np.where(counts > 0, counts, last), last + 1).argmin())


def levels_of(responses: Responses, rows: Array) -> dict[str, Levels]:
    """Categories over some rows, with the levels that occur, in their order; options of multiple questions as
    'question=option' with the levels no and yes.
    """
    found = {}
    for name in map(str, responses.variables):
        if responses.variables[name].dtype.kind != "f":
            found[name] = levels_in(responses, name, rows)
    for question, options in responses.choices.items():
        for option in map(str, options):
            found[f"{question}={option}"] = levels_in(responses, f"{question}={option}", rows)
    return found


def levels_in(responses: Responses, name: str, rows: Array) -> Levels:
    """The same of one category, or of one option 'question=option'."""
    question, sign, option = name.partition("=")
    if sign:
        ticked = responses.choices[question][option].to_numpy(float)[rows]
        of_row = np.where(np.isnan(ticked), -1, np.nan_to_num(ticked) > 0).astype(int)
        return Levels(names=("no", "yes"), of_row=of_row)
    column = responses.variables[name].iloc[rows]
    codes = column.cat.codes.to_numpy()
    occurring = np.unique(codes[codes >= 0])
    place = np.full(len(column.cat.categories) + 1, -1)
    place[occurring] = np.arange(len(occurring))
    return Levels(names=tuple(str(column.cat.categories[code]) for code in occurring), of_row=place[codes])


def hidden_levels(tables: Mapping[str, Levels], respondent: Array, minimum: int) -> dict[str, frozenset[str]]:
    """Levels of every variable that stay hidden, by variable; variables that nest in each other are judged together.

    All levels of a variable are hidden where they are more than MOST_LEVELS, or have together too few respondents.
    """
    whole = {name: frozenset(table.names) for name, table in tables.items()}
    tables = {name: table for name, table in tables.items() if 0 < len(table.names) <= MOST_LEVELS}
    apart = None if len(np.unique(respondent)) == len(respondent) else respondent
    counts = {name: table.counts(apart) for name, table in tables.items()}
    found = {name: np.zeros(len(each), dtype=bool) for name, each in counts.items()}
    touched, judged = {name for name, each in counts.items() if ((each > 0) & (each < minimum)).any()}, None
    while touched != judged:
        judged = touched
        many = sum(len(counts[name]) for name in touched) > MOST_JUDGED
        pairs = [] if many else list(_nested(tables, touched))
        family = [name for name in tables if name in touched or any(name in pair[:2] for pair in pairs)]
        found |= _judged({name: counts[name] for name in family}, pairs, minimum)
        touched = touched | {name for name in family if found[name].any()}
    return whole | {
        name: frozenset(level for level, gone in zip(table.names, found[name], strict=True) if gone)
        for name, table in tables.items()
    }


def _judged(counts: Mapping[str, Array], pairs: Sequence[Nested], minimum: int) -> dict[str, Array]:
    """(levels,) bool of every variable: hidden ones, given the bases and the pairs that nest.

    More than MOST_JUDGED counts that hang together are all hidden: few people and many questions nest in every way.
    """
    if sum(map(len, counts.values())) > MOST_JUDGED:
        return {name: np.ones(len(each), dtype=bool) for name, each in counts.items()}
    start = dict(zip(counts, np.cumsum([0, *map(len, counts.values())]), strict=False))
    width = sum(map(len, counts.values()))
    sums = [_sum(width, start[name] + np.arange(len(each))) for name, each in counts.items()]
    for fine, coarse, of in pairs:
        levels = range(len(counts[coarse]))
        sums += [_sum(width, start[fine] + np.flatnonzero(of == at), start[coarse] + at) for at in levels]
    if not counts:
        return {}
    gone = hidden(np.concatenate(list(counts.values())), np.array(sums), minimum)
    return {name: gone[start[name] : start[name] + len(each)] for name, each in counts.items()}


def _sum(width: int, parts: Array, whole: int | None = None) -> Array:
    found = np.zeros(width)
    found[parts] = 1.0
    if whole is not None:
        found[whole] = -1.0
    return found


def _nested(tables: Mapping[str, Levels], touched: set[str]) -> Iterator[Nested]:
    """Pairs of a finer and a coarser variable, one of them touched; the first rows rule most others out."""
    for fine, one in tables.items():
        for coarse, other in tables.items():
            if fine == coarse or len(other.names) > len(one.names) or not {fine, coarse} & touched:
                continue
            if _owner(one, other, PROBE) is not None and (of := _owner(one, other, len(one.of_row))) is not None:
                yield fine, coarse, of


def _owner(one: Levels, other: Levels, rows: int) -> Array | None:
    """(levels,) the coarser level in which each finer one lies in the first rows, -1 unknown; None where not in one."""
    fine, coarse = one.of_row[:rows], other.of_row[:rows]
    both = (fine >= 0) & (coarse >= 0)
    of = np.full(len(one.names), -1)
    of[fine[both]] = coarse[both]
    return of if (coarse[both] == of[fine[both]]).all() else None


def few(respondent: Array, inside: Array, minimum: int) -> bool:
    """Whether respondents with a row inside a (r,) mask, or those without, are fewer than the minimum but some."""
    part, whole = len(np.unique(respondent[inside])), len(np.unique(respondent))
    return 0 < part < minimum or 0 < whole - part < minimum


def two_way(counts: Array, minimum: int, parts: Array | None = None) -> Array:
    """(g, k) bool of (g, k) counts, of which a reader knows the totals of rows, of columns and of all (see `hidden`).

    Totals of fewer than `minimum` are taken to be hidden too. parts: (k, v) what the levels are made of where they are
    cells of v variables, whose totals are known too.
    """
    at = np.arange(counts.size).reshape(counts.shape)
    lines = [list(at), list(at.T)]
    if parts is not None and parts.shape[1] > 1:
        lines += [[at[:, column == one].ravel() for one in np.unique(column)] for column in parts.T]
    every = [line for some in lines for line in some]
    whole = np.concatenate([counts.ravel(), [counts.ravel()[line].sum() for line in every]])
    sums = [_sum(len(whole), line, counts.size + place) for place, line in enumerate(every)]
    start = counts.size + np.cumsum([0, *map(len, lines)])
    sums += [_sum(len(whole), np.arange(first, last)) for first, last in pairwise(start)]
    return hidden(whole, np.array(sums), minimum)[: counts.size].reshape(counts.shape)


def shielded(rows: Sequence[dict[str, Any]], gone: Mapping[str, frozenset[str]]) -> list[dict[str, Any]]:
    """The estimate rows; those that speak of a hidden level, or are suppressed, without figures and base."""
    named = {f"{name}={level}" for name, levels in gone.items() for level in levels}
    return [_emptied(row) if row["state"] == "suppressed" or _speaks(row, gone, named) else row for row in rows]


PUBLIC = ("margin_target",)
"""Metrics that tell of the population, not of the sample."""


def _speaks(row: Mapping[str, Any], gone: Mapping[str, frozenset[str]], named: set[str]) -> bool:
    """Whether a row is about a hidden level: as its group, its term, its contrast, or one side of a difference."""
    term, group, contrast = row["term"] or "", row["group"] or "", row["contrast"] or ""
    if row["metric"] in PUBLIC:
        return False
    if {term, group, contrast, contrast.partition(":")[2]} & named:
        return True
    if "level:" in contrast:
        return contrast.partition("level:")[2] in gone.get(term, ())
    name, _, rest = contrast.partition("=")
    return any(rest.startswith(f"{level}-") or rest.endswith(f"-{level}") for level in gone.get(name, ()))


def _emptied(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("analysis", "metric", "outcome", "term", "group", "contrast")
    blank = {name: value if name in kept else None for name, value in row.items()}
    same = row["state"] == "suppressed"
    return blank | {"state": "suppressed", "reason": row["reason"] if same else "small_base"}
