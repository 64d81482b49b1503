"""The sample of the model, of the rows that `focus` names alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.errors import AnalysisRefused
from pipeline.model.case import Case
from pipeline.sample import Groups, Sample
from pipeline.suppression import Levels, hidden_levels
from pipeline.weight import base, weigh

Array = np.ndarray


def refuse_small_focus(case: Case) -> None:
    """Raises AnalysisRefused where the model has too few respondents in focus for any figure of them to be shown."""
    focus, rows, study = case.study.definition.focus, case.people.rows, case.study
    least = case.setting.minimum_base
    if focus is None or rows is None or len(np.unique(case.people.respondent[case.focus[rows]])) >= least:
        return
    message = (
        f"fewer than {least} respondents with '{focus.level}' in '{focus.variable}' answered the model, so nothing "
    )
    message += "may be shown of them; name another level, or take 'focus' out."
    raise AnalysisRefused(study.problem(message, "focus"))


def focused(case: Case) -> Sample:
    """Sample of the rows of the model that are in focus: the same columns, with the design of these rows.

    Levels that are hidden among these rows, or everywhere, stay hidden. Raises AnalysisRefused where a stratum is left
    with one unit of several.
    """
    people = case.people
    assert people.rows is not None  # noqa: S101 (a Case always has answers)
    inside = case.focus[people.rows]
    rows = people.rows[inside]
    respondent = people.respondent[inside]
    design = weigh(case.responses, rows, case.study)
    cut = replace(
        people,
        scores=people.scores[inside],
        items={name: answers[inside] for name, answers in people.items.items()},
        respondent=respondent,
        design=design,
        everyone=base(design.weight, respondent),
        stacked=len(np.unique(respondent)) < len(rows),
        terms=None if people.terms is None else replace(people.terms, values=people.terms.values[inside]),
        started=None if people.started is None else people.started[inside],
        rows=rows,
    )
    groups = {name: _groups(case, cut, name, inside) for name in people.groups}
    return replace(cut, groups=groups)


def _groups(case: Case, cut: Sample, name: str, inside: Array) -> Groups:
    """Groups of the levels that occur in focus."""
    whole = case.people.groups[name]
    of_row = whole.of_row[inside]
    there = np.unique(of_row[of_row >= 0])
    place = np.full(len(whole.levels) + 1, -1)
    place[there] = np.arange(len(there))
    levels = tuple(whole.levels[at] for at in there)
    groups = Levels(names=levels, of_row=place[of_row])
    found = hidden_levels({name: groups}, cut.respondent, case.setting.minimum_base)[name]
    hidden = found | case.people.hidden.get(name, frozenset())
    reference = whole.reference if whole.reference in levels or not levels else levels[0]
    return Groups(levels=levels, of_row=groups.of_row, reference=reference, hidden=hidden)
