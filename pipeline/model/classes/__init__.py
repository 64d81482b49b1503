"""Latent classes of respondents: of their answers, and of what drives their outcome.

Weights enter as pseudo-likelihood; criteria and tests count the effective number of respondents. Missing answers are
taken to be missing at random given the class; whoever gave none of the answers has no class. Classes are found again in
every resample of the respondents, so that intervals know that classes are uncertain. A class of fewer respondents than
the minimum base is not shown, and a number of classes with such a class is not chosen. Who answered in several waves
has a class in each: criteria count respondents once, and the test, which simulates answers apart, is then a little too
ready to find classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.model import Row
from pipeline.model.case import Case, Cut
from pipeline.model.classes._answers import Answers
from pipeline.model.classes._criteria import Kind, criteria_rows, refused, stable_rows
from pipeline.model.classes._drivers import A_COEFFICIENT, Drivers, driver_rows
from pipeline.model.classes._number import Asked as Task
from pipeline.model.classes._number import Explored, explore
from pipeline.model.classes._profile import Asked, Known, answer_rows, mean_rows, name_rows
from pipeline.model.classes._regressions import Regressions
from pipeline.model.classes._stable import REFITS, Stable, drawn, stable
from pipeline.model.classes._within import Members
from pipeline.specs import Classes
from pipeline.weight import base

Array = np.ndarray

FEWEST = 50
"""Effective respondents below which nobody is divided into classes."""
MOST_LEVELS = 20
"""Levels of an answer beyond which classes would have more parameters than anybody could read."""


def classes_rows(case: Case) -> list[Row]:
    """Rows of `classes`; none where the study does not ask for it.

    class=1 … are classes of the answers, driver_class=1 … those of a mixture of regressions, from large to small.
    """
    spec = case.study.definition.classes
    if spec is None:
        return []
    return [*(_of_answers(case, spec) if spec.answers else []), *(_of_drivers(case, spec) if spec.drivers else [])]


def _of_answers(case: Case, spec: Classes) -> list[Row]:
    given = np.column_stack([case.levels(name).of_row for name in spec.answers]) >= 0
    cut = case.cut((), also=given.any(1) & _weighted(case), once=True)
    kind = Kind(group="class", people=cut.everyone, setting=case.setting)
    answers, rows = _usable(case, spec, cut, kind)
    if cut.everyone.n_eff < FEWEST:
        return [*rows, refused(kind, "too_few", "small_base")]
    if len(answers) < 2:
        return [*rows, refused(kind, "not_defined", "one_answer")]
    codes = np.column_stack([answer.levels.of_row for answer in answers])
    levels = np.array([len(answer.levels.names) for answer in answers])
    weight = cut.design.weight
    model = Answers.of(codes, levels, weight * len(weight) / weight.sum())
    found = explore(model, _task(case, spec, kind, stream=1))
    rows += criteria_rows(found, kind, complete=bool((codes >= 0).all()))
    if found.chosen == 1 or found.point.fault is not None:
        return rows
    people = _People(cut=cut, where=model.where, found=found, kind=kind)
    return rows + _answered(case, spec, people, answers)


def _usable(case: Case, spec: Classes, cut: Cut, kind: Kind) -> tuple[list[Asked], list[Row]]:
    """Answers that differ between people and have few enough levels, and rows that say which do not."""
    found, rows = [], []
    for name in spec.answers:
        levels = case.levels(name, cut.rows)
        if 2 <= len(levels.names) <= MOST_LEVELS:
            found.append(Asked(name=name, levels=levels, hidden=case.hidden(name, cut)))
            continue
        state = ("no_variance", "one_level") if len(levels.names) < 2 else ("not_defined", "many_levels")
        rows.append(kind.row("proportion", term=name, contrast="classes", state=state[0], reason=state[1]))
    return found, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """Classes that were found, and the people they were found in. where: (n,) unit of the model of each."""

    cut: Cut
    where: Array
    found: Explored
    kind: Kind

    def again(self, case: Case) -> tuple[Stable, Members]:
        """The classes of every resample."""
        design, stream = self.cut.design, 1 if isinstance(self.found.model, Answers) else 2
        factor = drawn(design, case.setting.seed, min(case.setting.draws, REFITS), case.kind)
        key = np.array([case.setting.seed % 2**64, 90 + stream], dtype=np.uint64)
        random = np.random.Generator(np.random.Philox(key=key))
        point, weight = self.found.point.values, design.weight
        made = stable(self.found, factor, self.where, weight, random)
        members = Members(
            model=self.found.model, point=point, values=made.values, where=self.where, weight=weight, factor=factor,
            mixed=stream == 1,
        )  # fmt: skip
        return made, members


def _answered(case: Case, spec: Classes, people: _People, answers: Sequence[Asked]) -> list[Row]:
    made, members = people.again(case)
    kind, model, point = people.kind, people.found.model, people.found.point.values
    states = kind.states(point[: model.size])
    assert isinstance(model, Answers)  # noqa: S101 (made of answers)
    return [
        *stable_rows(people.found, made, kind),
        *answer_rows(model, point, made.values, answers, kind, states),
        *name_rows(model, made.values, answers, spec.names, kind, states),
        *mean_rows(members, _known(case, people.cut, tested=True), kind, states),
        *driver_rows(members, _drivers(case, people.cut), kind, states),
    ]


def _of_drivers(case: Case, spec: Classes) -> list[Row]:
    sample = case.people
    inside = np.zeros(len(case.responses.respondent), dtype=bool)
    assert sample.rows is not None  # noqa: S101 (of a study)
    inside[sample.rows] = True
    cut = case.cut((), also=inside & _weighted(case), once=True)
    kind = Kind(group="driver_class", people=cut.everyone, setting=case.setting)
    model, drivers = sample.model, _drivers(case, cut)
    if cut.everyone.n_eff < max(FEWEST, 2 * A_COEFFICIENT * len(model.names)):
        return [refused(kind, "too_few", "small_base")]
    if np.ptp(drivers.columns, axis=0).min() == 0:
        return [refused(kind, "no_variance", "one_level")]
    weight = cut.design.weight * len(cut) / cut.design.weight.sum()
    order = np.argsort(drivers.of, kind="stable")
    columns = drivers.columns[order] - drivers.columns.mean(0)
    made = Regressions.of(columns[:, :-1], columns[:, -1], weight, drivers.of[order])
    found = explore(made, _task(case, spec, kind, stream=2))
    rows = list(criteria_rows(found, kind, complete=False))
    if found.chosen == 1 or found.point.fault is not None:
        return rows
    people = _People(cut=cut, where=np.arange(len(cut)), found=found, kind=kind)
    again, members = people.again(case)
    states = kind.states(found.point.values[: found.chosen])
    return [
        *rows,
        *stable_rows(found, again, kind),
        *mean_rows(members, _known(case, cut, tested=False), kind, states),
        *driver_rows(members, drivers, kind, states),
    ]


def _task(case: Case, spec: Classes, kind: Kind, stream: int) -> Task:
    return Task(
        most=spec.most, count=spec.count if stream == 1 or not spec.answers else None, starts=spec.starts,
        people=kind.people.n, n_eff=kind.people.n_eff, minimum=case.setting.minimum_base, seed=case.setting.seed,
        stream=stream,
    )  # fmt: skip


def _weighted(case: Case) -> Array:
    """(all rows read,) whether a row counts at all."""
    weight = case.responses.weight
    return np.ones(len(case.responses.respondent), dtype=bool) if weight is None else np.asarray(weight > 0)


def _of(case: Case, cut: Cut, rows: Array) -> Array:
    """(r,) person of the cut that each of some rows belongs to, by respondent and wave; -1 = none."""
    wave = case.study.wave_variable
    waves = np.zeros(len(case.responses.respondent), int) if wave is None else case.levels(wave).of_row + 1
    code = case.responses.respondent.astype(np.int64) * (int(waves.max(initial=0)) + 1) + waves
    mine = code[cut.rows]
    order = np.argsort(mine, kind="stable")
    at = np.minimum(np.searchsorted(mine[order], code[rows]), len(mine) - 1)
    return np.where(mine[order][at] == code[rows], order[at], -1)


def _known(case: Case, cut: Cut, *, tested: bool) -> list[Known]:
    """Outcome, further outcomes and drivers, of the rows in focus of people who have a class; outcomes are tested."""
    outcomes = (case.people.outcome, *case.study.definition.model.outcomes)
    scored = [name for name in case.people.drivers if name in case.scores.values]
    found, focus = [], np.flatnonzero(case.focus)
    of = _of(case, cut, focus)
    for name in (*outcomes, *scored):
        values = case.known(name)[focus]
        there = np.isfinite(values) & (of >= 0)
        whom = base(cut.design.weight[of[there]], cut.respondent[of[there]])
        if whom.n >= case.setting.low_base:
            tests = tested and name in outcomes
            found.append(Known(name=name, values=values[there], of=of[there], base=whom, tested=tests))
    return found


def _drivers(case: Case, cut: Cut) -> Drivers:
    """The rows of the model in focus whose people have a class."""
    sample = case.people
    assert sample.rows is not None  # noqa: S101 (of a study)
    of = _of(case, cut, sample.rows)
    there = case.focus[sample.rows] & (of >= 0)
    whom = base(cut.design.weight[of[there]], cut.respondent[of[there]])
    return Drivers(sample=sample, columns=sample.model.values[there], of=of[there], base=whom)
