"""Assembly: typed columns of the files, stacked and ordered, as Responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.errors import DataError, Problem, listing, nearest
from pipeline.ingest._cells import Sheet, private
from pipeline.ingest._marks import addresses, attention, durations, weights
from pipeline.ingest._questions import Questions, questions
from pipeline.ingest._rows import contents, fingerprint, hashed, keys, repeats
from pipeline.ingest._times import times
from pipeline.ingest._typing import Typed, reasons_of, series
from pipeline.ingest._used import WAVE, parts, variable_names
from pipeline.responses import Responses, Table
from pipeline.specs import Complete
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What each row of the files says of itself beside its answers; None where the study does not declare it."""

    weight: np.ndarray | None
    started: np.ndarray | None
    seconds: np.ndarray | None
    fpc: np.ndarray | None
    problems: list[Problem]


def assemble(study: Study, sheet: Sheet, files: Sequence[Table]) -> Responses:
    """Responses in canonical order. Raises DataError with every cell, weight, id and row that contradicts the study."""
    asked = questions(study, sheet)
    marks = _marks(study, sheet)
    blanks = _blanks(study, sheet)
    problems = [*asked.problems, *marks.problems, *blanks]
    unknown = [] if asked.problems else list(_references(study, asked.variables))
    wave, brand = _split(study, asked.variables, len(sheet))
    identity = study.definition.respondent.id
    content = contents(sheet, _wave_hash(study)[sheet.file], identity)
    key = keys(sheet.columns[identity] if identity else None, content)
    repeated, clashes = (
        repeats(sheet, key, wave, brand, content) if identity and not blanks else (np.zeros(len(sheet), dtype=bool), [])
    )
    clashes = [] if "id" in study.definition.quality.duplicates else clashes
    if problems or clashes or unknown:
        raise DataError(*_in_order(sheet, problems), *clashes, *unknown)
    long = _long(study, sheet, asked, repeated)
    order = np.lexsort((content[long.base], long.level, brand[long.base], wave[long.base], key[long.base]))
    responses = _responses(study, sheet, files, asked, marks, key, _sorted(long, order))
    return replace(responses, duplicates=int(repeated.sum()), content_sha256=fingerprint(responses))


def _responses(
    study: Study,
    sheet: Sheet,
    files: Sequence[Table],
    asked: Questions,
    marks: Marks,
    key: np.ndarray,
    long: Long,
) -> Responses:
    respondents, respondent = np.unique(key[long.base], return_inverse=True)
    respondent_spec, weights_spec = study.definition.respondent, study.definition.weights
    checks = attention(study, sheet, reasons_of(study.definition.missing))
    return Responses(
        items=_frame({name: long.take([typed.values for typed in own]) for name, own in asked.items.items()}),
        reasons=_frame({name: long.take([typed.reasons for typed in own]) for name, own in asked.items.items()}),
        variables=_variable_frame(study, asked.variables, long),
        variable_reasons=_reason_frame(asked, long),
        choices={name: own.options.iloc[long.base].reset_index(drop=True) for name, own in asked.choices.items()},
        labels=asked.labels(study),
        wordings=_wordings(study, files),
        weight=_of_rows(marks.weight, long),
        strata=_texts(sheet, weights_spec.strata, long),
        cluster=_texts(sheet, weights_spec.cluster, long),
        fpc=_of_rows(marks.fpc, long),
        respondent=respondent,
        keys=respondents,
        complete=_marked(sheet, respondent_spec.complete, otherwise=True)[long.base],
        tests=_marked(sheet, respondent_spec.tests, otherwise=False)[long.base] if respondent_spec.tests else None,
        seconds=_of_rows(marks.seconds, long),
        started=_of_rows(marks.started, long),
        ip=addresses(sheet, respondent_spec.ip)[long.base] if respondent_spec.ip else None,
        attention=None if checks is None else checks.iloc[long.base].reset_index(drop=True),
        sources=tuple(table.source for table in files),
        content_sha256="",
        duplicates=0,
        notes=tuple(f"{table.source.name}: {note}" for table in files for note in table.notes),
    )


def _wordings(study: Study, files: Sequence[Table]) -> dict[str, str]:
    """Item -> wording, from the first file that has one; a row of a grid is worded by its own text."""
    found: dict[str, str] = {}
    for construct in study.definition.constructs.values():
        for item in construct.items:
            said = [table.about[column] for table in files for column in parts(study, item) if column in table.about]
            texts = [text for about in said if (text := about.part or about.wording) and text != item]
            found |= {item: texts[0]} if texts and not (study.definition.stack and len(parts(study, item)) > 1) else {}
    return found


def _of_rows(values: np.ndarray | None, long: Long) -> np.ndarray | None:
    return None if values is None else values[long.base]


def _marks(study: Study, sheet: Sheet) -> Marks:
    respondent, design = study.definition.respondent, study.definition.weights
    missing = reasons_of(study.definition.missing)
    problems: list[Problem] = []
    weight = started = seconds = fpc = None
    if design.column:
        weight, wrong = weights(sheet, design.column, missing)
        problems += wrong
    if design.fpc:
        fpc, wrong = weights(sheet, design.fpc, missing, "size of a population")
        problems += wrong
    if respondent.started:
        started, wrong = times(sheet, sheet.columns[respondent.started])
        problems += wrong
    if respondent.seconds:
        seconds, wrong = durations(sheet, respondent.seconds, missing)
        problems += wrong
    return Marks(weight=weight, started=started, seconds=seconds, fpc=fpc, problems=problems)


def _blanks(study: Study, sheet: Sheet) -> list[Problem]:
    """Rows that do not say whose they are, or where they were drawn."""
    definition = study.definition
    needed = {
        definition.respondent.id: "no respondent id; fill it in, or leave 'respondent.id' out",
        definition.weights.strata: "no stratum; fill it in, or leave 'weights.strata' out",
        definition.weights.cluster: "no cluster; fill it in, or leave 'weights.cluster' out",
        definition.weights.fpc: "no size of the population; fill it in, or leave 'weights.fpc' out",
    }
    problems = []
    for column, message in needed.items():
        rows = np.flatnonzero(sheet.columns[column].codes < 0) if column else np.zeros(0, dtype=np.int64)
        if rows.size:
            where = sheet.names[sheet.file[rows[0]]]
            problems.append(Problem(where=where, message=f'{sheet.rows(rows)}, column "{column}": {message}.'))
    return problems


def _references(study: Study, variables: Mapping[str, list[Typed]]) -> Iterator[Problem]:
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
    """Problems of the definition, then those of each file, each kind in the order found."""
    place = {name: position for position, name in enumerate(sheet.names)}
    return sorted(problems, key=lambda problem: place.get(problem.where, -1))


def _split(study: Study, variables: Mapping[str, list[Typed]], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """(rows,) wave and brand of each row of the files, zero where the study declares none."""
    segments = study.definition.segments
    waves = variables.get(segments.waves or WAVE, [])
    brands = variables.get(segments.brand or "", [])
    found = [columns[0].values if len(columns) == 1 else np.zeros(rows) for columns in (waves, brands)]
    return found[0], found[1]


def _wave_hash(study: Study) -> np.ndarray:
    """(files,) uint64: what the wave of the file adds to the content of its rows."""
    return hashed(f"\0wave\0{file.wave or ''}" for file in study.definition.data)


def _long(study: Study, sheet: Sheet, asked: Questions, repeated: np.ndarray) -> Long:
    """Rows that are no repetition; where stacked, each with every level that got an answer."""
    stack = study.definition.stack
    if stack is None:
        base = np.flatnonzero(~repeated)
        return Long(base=base, level=np.zeros(len(base), dtype=np.int64))
    stacked = [columns for name, columns in asked.items.items() if name in stack.columns]
    answered = np.array([[~np.isnan(typed.values) for typed in columns] for columns in stacked]).any(axis=0)
    level, base = np.nonzero(answered & ~repeated)
    if not len(base):
        message = "no row holds an answer to any stacked item; see 'stack' and 'missing'."
        raise DataError(Problem(where=sheet.names[0], message=message))
    return Long(base=base, level=level)


def _sorted(long: Long, order: np.ndarray) -> Long:
    return replace(long, base=long.base[order], level=long.level[order])


def _frame(columns: dict[str, np.ndarray]) -> pd.DataFrame:
    """The columns in one block, each of them contiguous in memory."""
    block = np.array(list(columns.values()))
    return pd.DataFrame(block.T, columns=list(columns), copy=False)


def _variable_frame(study: Study, variables: Mapping[str, list[Typed]], long: Long) -> pd.DataFrame:
    stack = study.definition.stack
    found = {
        name: replace(columns[0], values=long.take([typed.values for typed in columns]))
        for name, columns in variables.items()
    }
    if stack:
        found[stack.by] = Typed(
            values=long.level, levels=tuple(stack.levels), reasons=np.zeros(len(long.level), dtype=np.int8)
        )
    names = [name for name in variable_names(study) if name in found]
    return pd.DataFrame({name: series(found[name]) for name in names}, index=pd.RangeIndex(len(long.base)))


def _reason_frame(asked: Questions, long: Long) -> pd.DataFrame:
    """(r, variables) why a variable, or a question with several options, has no answer."""
    found = {name: long.take([typed.reasons for typed in columns]) for name, columns in asked.variables.items()}
    found |= {name: own.reasons[long.base] for name, own in asked.choices.items()}
    return pd.DataFrame(found, index=pd.RangeIndex(len(long.base)))


def _texts(sheet: Sheet, column: str | None, long: Long) -> np.ndarray | None:
    return sheet.columns[column].as_text()[long.base] if column else None


def _marked(sheet: Sheet, mark: Complete | None, *, otherwise: bool) -> np.ndarray:
    """(rows,) bool: rows that hold one of the marks, or anything where no mark is named; all alike without a column."""
    if mark is None:
        return np.full(len(sheet), otherwise)
    cells = sheet.columns[mark.column]
    return cells.equal(mark.equals) if mark.equals else cells.codes >= 0
