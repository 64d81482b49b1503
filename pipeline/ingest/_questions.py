"""Questions: every one a study names, typed from the columns that hold its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.errors import Problem, listing
from pipeline.ingest._cells import Sheet, number
from pipeline.ingest._choices import Choices, choices
from pipeline.ingest._recodes import NO, NPS, YES, band_labels, bands, recoded, ticked
from pipeline.ingest._typing import Typed, category, dates, first_text, item, numbers, reasons_of
from pipeline.ingest._used import WAVE, kind_of, parts, source_item, variable_names, wave_of_files
from pipeline.specs import Label, Scale
from pipeline.study import Study

TYPING = {"number": numbers, "date": dates, "category": category}
MADE: dict[str, Label] = {
    **dict(
        zip(
            NPS,
            (
                {"en": "Detractors (0–6)", "zh": "贬损者（0–6）"},
                {"en": "Passives (7–8)", "zh": "中立者（7–8）"},
                {"en": "Promoters (9–10)", "zh": "推荐者（9–10）"},
            ),
            strict=True,
        )
    ),
    YES: {"en": "Yes", "zh": "是"},
    NO: {"en": "No", "zh": "否"},
}
"""Levels that are made here, as the report names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Typed columns of items and variables, one or one a stacked level, and questions with several options."""

    items: Mapping[str, list[Typed]]
    variables: Mapping[str, list[Typed]]
    choices: Mapping[str, Choices]
    problems: list[Problem]

    def labels(self, study: Study) -> dict[str, dict[str, Label]]:
        """Variable -> level or option -> label: what is made here, what the file says, what the study says."""
        found: dict[str, dict[str, Label]] = {}
        for name, columns in self.variables.items():
            variable = study.variable(name)
            own = {first_text(label): label for label in variable.labels}
            made = MADE if variable.recode or (variable.from_ and variable.ticked) else {}
            levels = columns[0].levels or ()
            other = {} if variable.other is None else {first_text(variable.other): variable.other}
            made_here = {**made, **other, **band_labels(variable)}
            known: dict[str, Label] = {**made_here, **columns[0].labels, **variable.codes, **own}
            found[name] = {level: known[level] for level in levels if level in known}
        for name, question in self.choices.items():
            given = {column: label for column, label in study.variable(name).columns.items() if label is not None}
            found[name] = {**question.labels, **study.variable(name).codes, **given}
        return {name: labels for name, labels in found.items() if labels}


def questions(study: Study, sheet: Sheet) -> Questions:
    """Everything a study asks of its files, with every cell that contradicts it."""
    items, problems = _items(study, sheet)
    options, wrong = _choices(study, sheet)
    problems += wrong
    variables, wrong = _variables(study, sheet, items, options)
    return Questions(items=items, variables=variables, choices=options, problems=[*problems, *wrong])


def _items(study: Study, sheet: Sheet) -> tuple[dict[str, list[Typed]], list[Problem]]:
    """Typed columns of every item: one, or one a stacked level."""
    missing = reasons_of(study.definition.missing)
    typed: dict[str, list[Typed]] = {}
    problems: list[Problem] = []
    for construct, spec in study.definition.constructs.items():
        scale = spec.scale or next(iter(study.definition.scales))
        for name in spec.items:
            typed[name] = []
            for column in parts(study, name):
                answers, wrong = item(sheet, sheet.columns[column], scale, study.scale(construct), missing)
                typed[name].append(answers)
                problems.extend(wrong)
    return typed, problems


def _choices(study: Study, sheet: Sheet) -> tuple[dict[str, Choices], list[Problem]]:
    """Questions with several ticks, and rankings."""
    missing = reasons_of(study.definition.missing)
    found: dict[str, Choices] = {}
    problems: list[Problem] = []
    for name, variable in study.definition.variables.items():
        if variable.type in ("multiple", "ranking"):
            columns = [sheet.columns[column] for column in variable.columns or (variable.column or name,)]
            found[name], wrong = choices(sheet, columns, name, variable, missing)
            problems += wrong
    return found, problems


def _variables(
    study: Study, sheet: Sheet, items: Mapping[str, list[Typed]], options: Mapping[str, Choices]
) -> tuple[dict[str, list[Typed]], list[Problem]]:
    """Typed columns of every other variable, those with a column of their own before those made of them."""
    missing = reasons_of(study.definition.missing)
    stack = study.definition.stack
    typed: dict[str, list[Typed]] = {}
    problems: list[Problem] = []
    names = [name for name in variable_names(study) if name not in options]
    for name in sorted(names, key=lambda name: bool(study.variable(name).from_)):
        variable = study.variable(name)
        if name == WAVE and wave_of_files(study):
            typed[name] = [_waves(study, sheet)]
        elif variable.from_:
            typed[name], wrong = _made(study, name, typed, items, options)
            problems += wrong
        elif not (stack and name == stack.by):
            columns = [sheet.columns[column] for column in parts(study, variable.column or name)]
            found = [TYPING[kind_of(study, name)](sheet, cells, name, variable, missing) for cells in columns]
            typed[name] = _same_levels([one for one, _ in found])
            problems.extend(problem for _, wrong in found for problem in wrong)
    return typed, problems


def _waves(study: Study, sheet: Sheet) -> Typed:
    levels = tuple(dict.fromkeys(str(file.wave) for file in study.definition.data))
    of_file = np.array([levels.index(str(file.wave)) for file in study.definition.data])
    return Typed(values=of_file[sheet.file], reasons=np.zeros(len(sheet), dtype=np.int8), levels=levels)


def _made(
    study: Study,
    name: str,
    typed: Mapping[str, list[Typed]],
    items: Mapping[str, list[Typed]],
    options: Mapping[str, Choices],
) -> tuple[list[Typed], list[Problem]]:
    """A variable made of another, of an item, or of a question with several options."""
    variable = study.variable(name)
    source = str(variable.from_)
    if variable.ticked:
        return _made_of_ticks(study, name, options[source])
    if variable.recode and source in typed:
        low, high = map(int, study.variable(source).range or (0, 0))
        scale = Scale(points=high - low + 1, start=low)
        return [recoded(base, scale, False, variable) for base in typed[source]], []
    if variable.recode:
        construct, column = source_item(study, source)
        reverse = column in study.construct(construct).reverse
        return [recoded(base, study.scale(construct), reverse, variable) for base in items[column]], []
    return [bands(base, variable) for base in typed[source]], []


def _made_of_ticks(study: Study, name: str, question: Choices) -> tuple[list[Typed], list[Problem]]:
    variable = study.variable(name)
    known = list(map(str, question.options))
    strange = [option for option in variable.ticked if option not in known]
    if strange:
        message = f"'{strange[0]}' is no option of {variable.from_}. Options are: {listing(known)}."
        nobody = Typed(values=np.zeros(0), reasons=np.zeros(0, dtype=np.int8), levels=())
        return [nobody], [study.problem(message, "variables", name, "ticked")]
    return [ticked(question.options, question.reasons, variable)], []


def _same_levels(columns: list[Typed]) -> list[Typed]:
    """Category columns of one stacked variable with the levels of all of them."""
    if columns[0].levels is None or len({typed.levels for typed in columns}) == 1:
        return columns
    labels = {code: label for typed in reversed(columns) for code, label in typed.labels.items()}
    found = sorted({level for typed in columns for level in typed.levels or ()})
    if all(number(level) is not None for level in found):
        found.sort(key=float)
    found.sort(key=lambda level: list(labels).index(level) if level in labels else len(labels))
    places = [np.array([*map(found.index, typed.levels or ()), -1]) for typed in columns]
    return [
        Typed(values=place[typed.values], reasons=typed.reasons, levels=tuple(found), labels=labels)
        for typed, place in zip(columns, places, strict=True)
    ]
