"""Rows on what the people of each class answer: probabilities of answers, names that fit, and means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.model import Row, based, spread
from pipeline.model.classes._answers import Answers
from pipeline.model.classes._criteria import Kind
from pipeline.model.classes._within import Members
from pipeline.model.effects import holm_rows
from pipeline.model.resample import difference_p, interval
from pipeline.specs._further import ClassName
from pipeline.suppression import Levels
from pipeline.weight import Base

Array = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An answer that builds the classes. hidden: levels that are not shown."""

    name: str
    levels: Levels
    hidden: frozenset[str]


def answer_rows(
    model: Answers, point: Array, draws: Array, answers: Sequence[Asked], kind: Kind, states: Sequence[Row]
) -> Iterator[Row]:
    """Probability of every level that may be shown, within every class."""
    sizes, chances = (part[0] for part in model.parts(point[None]))
    drawn = model.parts(draws)[1]
    low, high = interval(drawn, kind.setting.level)
    for at, state in enumerate(states):
        common = {"group": kind.name(at), **based(kind.part(sizes[at])), **state}
        for answer, place, level in placed(answers):
            if level in answer.hidden or state.get("state") == "suppressed":
                continue
            limits = spread(drawn[:, at, place], low[at, place], high[at, place], kind.setting.level)
            figure = {"estimate": float(chances[at, place]), **limits}
            yield kind.row("proportion", term=answer.name, contrast=f"level:{level}", **common, **figure)


def placed(answers: Sequence[Asked]) -> Iterator[tuple[Asked, int, str]]:
    """Every level of every answer, with its place among all of them."""
    place = 0
    for answer in answers:
        for level in answer.levels.names:
            yield answer, place, level
            place += 1


def name_rows(
    model: Answers,
    draws: Array,
    answers: Sequence[Asked],
    names: Sequence[ClassName],
    kind: Kind,
    states: Sequence[Row],
) -> Iterator[Row]:
    """How often each declared name fits each class: its typical answers are more frequent there than in any other."""
    place = {(answer.name, level): at for answer, at, level in placed(answers)}
    chances = model.parts(draws)[1]
    for at, name in enumerate(names):
        columns = [place.get(one) for one in name.typical.items()]
        known = [column for column in columns if column is not None]
        most = chances[:, :, known] >= chances[:, :, known].max(1, keepdims=True)
        fits = most.all(2).mean(0) if len(known) == len(columns) else np.zeros(model.size)
        for each, state in enumerate(states):
            if state.get("state") != "suppressed":
                yield kind.row("prob_typical", group=kind.name(each), contrast=f"name:{at}", estimate=float(fits[each]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Values of a construct or number over the (r,) rows of people `of`. tested: whether classes are compared on it."""

    name: str
    values: Array
    of: Array
    base: Base
    tested: bool


def mean_rows(members: Members, known: Sequence[Known], kind: Kind, states: Sequence[Row]) -> list[Row]:
    """Mean of everything known within every class, then the differences that are tested (Holm over all of them)."""
    rows: list[Row] = []
    gaps: list[Row] = []
    for one, means in zip(known, _each(members, known), strict=True):
        rows += _means(means, members, one, kind, states)
        gaps += _gaps(means, members, one, kind, states) if one.tested else []
    return rows + holm_rows(gaps)


def _each(members: Members, known: Sequence[Known]) -> list[Array]:
    """(1 + B, K) means of each; those of the same people are taken together."""
    together: dict[bytes, list[int]] = {}
    for at, one in enumerate(known):
        together.setdefault(one.of.tobytes(), []).append(at)
    found: dict[int, Array] = {}
    for places in together.values():
        columns = [np.ones(len(known[places[0]].values)), *(known[at].values for at in places)]
        sums = members.sums(np.column_stack(columns), known[places[0]].of)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = sums[:, :, 1:] / np.where(sums[:, :, :1] > 0, sums[:, :, :1], np.nan)
        found |= {at: means[:, :, place] for place, at in enumerate(places)}
    return [found[at] for at in range(len(known))]


def _means(means: Array, members: Members, one: Known, kind: Kind, states: Sequence[Row]) -> Iterator[Row]:
    low, high = interval(means[1:], kind.setting.level)
    for at, state in enumerate(states):
        common = {"term": one.name, "group": kind.name(at), **state}
        if state.get("state") == "suppressed":
            yield kind.row("mean", **common, n=None, n_eff=None, deff=None)
            continue
        common |= based(kind.part(float(members.point[at]), one.base))
        if not np.isfinite(means[0, at]):
            yield kind.row("mean", **common | {"state": "not_defined", "reason": "blurred"})
            continue
        limits = spread(means[1:, at], low[at], high[at], kind.setting.level)
        yield kind.row("mean", estimate=float(means[0, at]), **common, **limits)


def _gaps(means: Array, members: Members, one: Known, kind: Kind, states: Sequence[Row]) -> Iterator[Row]:
    """Differences of means between classes of the low base or more."""
    setting = kind.setting
    for a, b in combinations(range(means.shape[1]), 2):
        bases = [kind.part(float(members.point[at]), one.base) for at in (a, b)]
        gap = means[:, a] - means[:, b]
        if min(base.n for base in bases) < setting.low_base or states[a] or states[b] or not np.isfinite(gap[0]):
            continue
        low, high = interval(gap[1:], setting.level)
        yield kind.row(
            "mean_difference", term=one.name, contrast=f"{kind.name(a)}-{b + 1}", estimate=float(gap[0]),
            p_value=float(difference_p(gap[1:], gap[0])), **spread(gap[1:], float(low), float(high), setting.level),
            n=sum(base.n for base in bases), n_eff=sum(base.n_eff for base in bases), deff=one.base.deff,
        )  # fmt: skip
