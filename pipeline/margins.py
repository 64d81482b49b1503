"""What a study.yaml says of the population its weights are adjusted to, and what is wrong with it without the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pipeline.errors import Problem, listing, nearest
from pipeline.specs import Weights
from pipeline.study import Place, Study

WIDEST = 1_000_000
"""Largest limit of a weight: a wider one limits nothing."""
MISSING = "missing"
"""Level of those without an answer, where a margin names it."""
ROUNDED = 1e-3
"""Shares are taken as such where they miss 1 (or 100) by no more than this part, and totals of people where they differ
by no more: printed figures are rounded."""
PARTS = ";"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One margin as written. shares: levels, one of each variable, -> share; they add up to 1.

    people: what numbers of people add up to; None where the study gives shares.
    """

    variables: tuple[str, ...]
    shares: Mapping[tuple[str, ...], float]
    people: float | None
    place: Place

    @property
    def name(self) -> str:
        return f"{PARTS} ".join(self.variables)


def wanted(study: Study) -> tuple[Wanted, ...]:
    """Every margin of the study; none where weights are as given."""
    weights = study.definition.weights
    found: list[Wanted] = []
    levels: dict[tuple[str, ...], float]
    for key in ("rake", "linear"):
        for variable, margin in getattr(weights, key).items():
            levels = {(level,): share for level, share in margin.items()}
            found.append(_wanted((variable,), levels, ("weights", key, variable)))
    if weights.post_stratify:
        cells = weights.post_stratify
        levels = {tuple(part.strip() for part in cell.split(PARTS)): share for cell, share in cells.shares.items()}
        found.append(_wanted(cells.by, levels, ("weights", "post_stratify", "shares")))
    return tuple(found)


def _wanted(variables: tuple[str, ...], levels: Mapping[tuple[str, ...], float], place: Place) -> Wanted:
    total = sum(levels.values())
    shares = {level: value / total if total else 0.0 for level, value in levels.items()}
    people = None if _near(total, 1) or _near(total, 100) else total
    return Wanted(variables=variables, shares=shares, people=people, place=place)


def _near(total: float, goal: float) -> bool:
    return abs(total - goal) <= ROUNDED * goal


def margins(study: Study) -> Iterator[Problem]:
    """Every problem between the keys of `weights`."""
    weights = study.definition.weights
    ways = [key for key in ("rake", "linear", "post_stratify") if getattr(weights, key)]
    for first, second in pairwise(ways):
        message = f"weights have '{first}' and '{second}'; adjust them in one way, and take the other out."
        yield study.problem(message, "weights", second)
    yield from _lonely_keys(study, weights, bool(ways))
    if weights.limits and not 0 < weights.limits[0] < 1 < weights.limits[1] <= WIDEST:
        low, high = weights.limits
        message = f"limits [{low:g}, {high:g}] do not hold the mean weight, 1, between two numbers above 0"
        yield study.problem(f"{message} and up to {WIDEST:,}.", "weights", "limits")
    goals = wanted(study)
    for goal in goals:
        yield from _variables(study, goal)
        yield from _shares(study, goal)
    yield from _totals(study, goals)


def _lonely_keys(study: Study, weights: Weights, adjusted: bool) -> Iterator[Problem]:
    for key in ("per", "limits", "rerake"):
        if getattr(weights, key) and not adjusted:
            message = f"'{key}' says how weights are adjusted, but to no margins; add rake, linear or post_stratify."
            yield study.problem(message, "weights", key)
    if weights.rerake and study.definition.model.inference == "jackknife":
        message = "the jackknife draws no replicates to adjust again; take 'rerake' out, or use the bootstrap."
        yield study.problem(message, "weights", "rerake")
    if weights.per and adjusted:
        yield from _usable(study, weights.per, "weights", "per")
        for goal in wanted(study):
            if weights.per in goal.variables:
                message = (
                    f"weights are adjusted apart in each level of '{weights.per}', so it cannot be a margin as well."
                )
                yield study.problem(message, *goal.place)


def _variables(study: Study, goal: Wanted) -> Iterator[Problem]:
    for name in goal.variables:
        yield from _usable(study, name, *goal.place)
    for level in goal.shares:
        if len(level) != len(goal.variables):
            count = "1 level" if len(level) == 1 else f"{len(level)} levels"
            message = (
                f"'{f'{PARTS} '.join(level)}' names {count}, but cells are made by {len(goal.variables)} "
                f"variables ({listing(goal.variables)}); write one level of each, with '{PARTS}' between."
            )
            yield study.problem(message, *goal.place)


def _usable(study: Study, name: str, *place: str | int) -> Iterator[Problem]:
    """Problems of a variable that weights use: unknown, no groups, or no fact of the respondent."""
    known = list(dict.fromkeys((*study.definition.variables, *study.segment_variables)))
    stack = study.definition.stack
    variable = study.variable(name)
    if name not in known:
        message = (
            f"unknown variable '{name}'.{nearest(name, known)} Variables are: {listing(known) or 'none declared'}."
        )
        yield study.problem(message, *place)
    elif stack and name == stack.by:
        message = f"'{name}' differs between the rows of a respondent; weights belong to respondents."
        yield study.problem(message, *place)
    elif variable.type in ("multiple", "ranking", "date"):
        yield study.problem(f"'{name}' is of type {variable.type}; weights need a variable of groups.", *place)
    elif variable.type == "number" or (variable.range and not variable.cut):
        message = f"'{name}' is a number; weights need groups, so make bands under variables with 'from' and 'cut'."
        yield study.problem(message, *place)


def _shares(study: Study, goal: Wanted) -> Iterator[Problem]:
    if goal.people is not None and goal.people < 100:
        message = (
            f"the shares of '{goal.name}' add up to {goal.people:g}; shares add up to 1, or 100 in per cent, and "
            "numbers of people to the population."
        )
        yield study.problem(message, *goal.place)


def _totals(study: Study, goals: tuple[Wanted, ...]) -> Iterator[Problem]:
    counted = [goal for goal in goals if goal.people is not None]
    for first, second in pairwise(counted):
        if abs((first.people or 0) - (second.people or 0)) > ROUNDED * (first.people or 0):
            message = (
                f"'{second.name}' counts {second.people:,.0f} people but '{first.name}' {first.people:,.0f}; they "
                "are one population, so correct one of them."
            )
            yield study.problem(message, *second.place)
