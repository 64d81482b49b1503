"""Assembly: typed columns of the files, stacked and ordered, as Responses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.errors import DataError, Problem, listing, nearest
from pipeline.ingest._cells import Cells, Sheet, number, private
from pipeline.ingest._rows import contents, fingerprint, hashed, keys, repeats
from pipeline.ingest._times import times
from pipeline.ingest._typing import Answers, Typed, bands, category, item, numbers, reasons_of, series, weights
from pipeline.ingest._used import WAVE, is_number, parts, variable_names, wave_of_files
from pipeline.responses import Responses, Source
from pipeline.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Long:
    """Rows of the result: the row of the files each comes from, and its stacked level (0 without stack)."""

    base: np.ndarray
    level: np.ndarray

    def take(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """(r,) values: of the one column there is, or of the column of the row's level."""
        taken: np.ndarray = columns[0][self.base] if len(columns) == 1 else np.stack(columns)[self.level, self.base]
        return taken


def assemble(study: Study, sheet: Sheet, sources: tuple[Source, ...]) -> Responses:
    """Responses in canonical order. Raises DataError with every cell, weight, id and row that contradicts the study."""
    items, item_problems = _items(study, sheet)
    variables, variable_problems = _variables(study, sheet)
    weight, weight_problems = _weight(study, sheet)
    started, time_problems = _started(study, sheet)
    blanks = _blanks(study, sheet)
    problems = [*item_problems, *variable_problems, *weight_problems, *time_problems, *blanks]
    unknown = list(_references(study, variables)) if not variable_problems else []
    wave, brand = _split(study, variables, len(sheet))
    identity = study.definition.respondent.id
    content = contents(sheet, _wave_hash(study)[sheet.file], identity)
    key = keys(sheet.columns[identity] if identity else None, content)
    repeated, clashes = (
        repeats(sheet, key, wave, brand, content) if identity and not blanks else (np.zeros(len(sheet), dtype=bool), [])
    )
    if problems or clashes or unknown:
        raise DataError(*_in_order(sheet, problems), *clashes, *unknown)
    long = _long(study, sheet, items, repeated)
    long = _sorted(
        long, np.lexsort((content[long.base], long.level, brand[long.base], wave[long.base], key[long.base]))
    )
    respondents, respondent = np.unique(key[long.base], return_inverse=True)
    responses = Responses(
        items=_frame({name: long.take([typed.values for typed in columns]) for name, columns in items.items()}),
        reasons=_frame({name: long.take([typed.reasons for typed in columns]) for name, columns in items.items()}),
        variables=_variable_frame(study, variables, long),
        weight=None if weight is None else weight[long.base],
        strata=_texts(sheet, study.definition.weights.strata, long),
        cluster=_texts(sheet, study.definition.weights.cluster, long),
        respondent=respondent,
        keys=respondents,
        complete=_complete(study, sheet)[long.base],
        sources=sources,
        content_sha256="",
        duplicates=int(repeated.sum()),
        started=None if started is None else started[long.base],
    )
    return replace(responses, content_sha256=fingerprint(responses))


def _items(study: Study, sheet: Sheet) -> tuple[dict[str, list[Answers]], list[Problem]]:
    """Typed columns of every item: one, or one a stacked level."""
    missing = reasons_of(study.definition.missing)
    typed: dict[str, list[Answers]] = {}
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


def _variables(study: Study, sheet: Sheet) -> tuple[dict[str, list[Typed]], list[Problem]]:
    """Typed columns of every variable except the stacked one, numbers before the bands cut from them."""
    missing = reasons_of(study.definition.missing)
    typed: dict[str, list[Typed]] = {}
    problems: list[Problem] = []
    stack = study.definition.stack
    for name in sorted(variable_names(study), key=lambda name: bool(study.variable(name).from_)):
        variable = study.variable(name)
        if name == WAVE and wave_of_files(study):
            levels = tuple(dict.fromkeys(str(file.wave) for file in study.definition.data))
            of_file = np.array([levels.index(str(file.wave)) for file in study.definition.data])
            typed[name] = [Typed(values=of_file[sheet.file], levels=levels)]
        elif variable.from_:
            typed[name] = [bands(base, variable) for base in typed[variable.from_]]
        elif not (stack and name == stack.by):
            kind = numbers if is_number(study, name) else category
            found = [
                kind(sheet, sheet.columns[column], name, variable, missing)
                for column in parts(study, variable.column or name)
            ]
            typed[name] = _same_levels([one for one, _ in found])
            problems.extend(problem for _, wrong in found for problem in wrong)
    return typed, problems


def _same_levels(columns: list[Typed]) -> list[Typed]:
    """Category columns of one stacked variable with the levels of all of them."""
    found = sorted({level for typed in columns for level in typed.levels or ()})
    if columns[0].levels is None or len({typed.levels for typed in columns}) == 1:
        return columns
    if all(number(level) is not None for level in found):
        found.sort(key=float)
    places = [np.array([*map(found.index, typed.levels or ()), -1]) for typed in columns]
    return [
        Typed(values=place[typed.values], levels=tuple(found)) for typed, place in zip(columns, places, strict=True)
    ]


def _weight(study: Study, sheet: Sheet) -> tuple[np.ndarray | None, list[Problem]]:
    column = study.definition.weights.column
    return weights(sheet, sheet.columns[column], reasons_of(study.definition.missing)) if column else (None, [])


def _started(study: Study, sheet: Sheet) -> tuple[np.ndarray | None, list[Problem]]:
    column = study.definition.respondent.started
    return times(sheet, sheet.columns[column]) if column else (None, [])


def _blanks(study: Study, sheet: Sheet) -> list[Problem]:
    """Rows that do not say whose they are, or where they were drawn."""
    definition = study.definition
    needed = {
        definition.respondent.id: "no respondent id; fill it in, or leave 'respondent.id' out",
        definition.weights.strata: "no stratum; fill it in, or leave 'weights.strata' out",
        definition.weights.cluster: "no cluster; fill it in, or leave 'weights.cluster' out",
    }
    problems = []
    for column, message in needed.items():
        rows = np.flatnonzero(sheet.columns[column].codes < 0) if column else np.zeros(0, dtype=np.int64)
        if rows.size:
            where = sheet.names[sheet.file[rows[0]]]
            problems.append(Problem(where=where, message=f'{sheet.rows(rows)}, column "{column}": {message}.'))
    return problems


def _references(study: Study, variables: dict[str, list[Typed]]) -> Iterator[Problem]:
    """Levels of comparison that no answer can have."""
    stack = study.definition.stack
    levels = {name: columns[0].levels or () for name, columns in variables.items()}
    levels |= {stack.by: tuple(stack.levels)} if stack else {}
    for name, level in study.definition.segments.reference.items():
        if level not in levels.get(name, ()):
            known = [text for text in levels[name] if not private(text)]
            message = f"'{level}' is no level of {name}.{nearest(level, known)}"
            message = f"{message} Levels are: {listing(known) or 'texts too long to show'}."
            yield study.problem(message, "segments", "reference", name)


def _in_order(sheet: Sheet, problems: list[Problem]) -> list[Problem]:
    """Problems by file, each kind in the order found."""
    return sorted(problems, key=lambda problem: sheet.names.index(problem.where))


def _split(study: Study, variables: dict[str, list[Typed]], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """(rows,) wave and brand of each row of the files, zero where the study declares none."""
    segments = study.definition.segments
    waves = variables.get(segments.waves or WAVE, [])
    brands = variables.get(segments.brand or "", [])
    found = [columns[0].values if len(columns) == 1 else np.zeros(rows) for columns in (waves, brands)]
    return found[0], found[1]


def _wave_hash(study: Study) -> np.ndarray:
    """(files,) uint64: what the wave of the file adds to the content of its rows."""
    return hashed(f"\0wave\0{file.wave or ''}" for file in study.definition.data)


def _long(study: Study, sheet: Sheet, items: dict[str, list[Answers]], repeated: np.ndarray) -> Long:
    """Rows that are no repetition; where stacked, each with every level that got an answer."""
    stack = study.definition.stack
    if stack is None:
        base = np.flatnonzero(~repeated)
        return Long(base=base, level=np.zeros(len(base), dtype=np.int64))
    stacked = [columns for name, columns in items.items() if name in stack.columns]
    answered = np.array([[~np.isnan(answers.values) for answers in columns] for columns in stacked]).any(axis=0)
    level, base = np.nonzero(answered & ~repeated)
    if not len(base):
        raise DataError(
            Problem(
                where=sheet.names[0], message="no row holds an answer to any stacked item; see 'stack' and 'missing'."
            )
        )
    return Long(base=base, level=level)


def _sorted(long: Long, order: np.ndarray) -> Long:
    return replace(long, base=long.base[order], level=long.level[order])


def _frame(columns: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame(np.column_stack(list(columns.values())), columns=list(columns))


def _variable_frame(study: Study, variables: dict[str, list[Typed]], long: Long) -> pd.DataFrame:
    stack = study.definition.stack
    found = {
        name: replace(columns[0], values=long.take([typed.values for typed in columns]))
        for name, columns in variables.items()
    }
    if stack:
        found[stack.by] = Typed(values=long.level, levels=tuple(stack.levels))
    names = variable_names(study)
    return pd.DataFrame({name: series(found[name]) for name in names}, index=pd.RangeIndex(len(long.base)))


def _texts(sheet: Sheet, column: str | None, long: Long) -> np.ndarray | None:
    return sheet.columns[column].as_text()[long.base] if column else None


def _complete(study: Study, sheet: Sheet) -> np.ndarray:
    """(rows,) bool: finished interviews; all of them where the study does not say which."""
    complete = study.definition.respondent.complete
    if complete is None:
        return np.ones(len(sheet), dtype=bool)
    cells: Cells = sheet.columns[complete.column]
    return cells.equal(complete.equals)
