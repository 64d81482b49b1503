"""Choices: questions with several ticks and rankings, whichever of three shapes a file gives them.

One column an option, one cell with all of them, or one column a mention: each becomes one column an option.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.errors import DataError, Problem, listing
from pipeline.ingest._cells import Cells, Sheet, number, shown
from pipeline.ingest._table import canonical
from pipeline.responses import Reason
from pipeline.specs import Variable

ADDED = re.compile(r"〖.*?〗|__other:.*", re.DOTALL)
"""What a respondent wrote beside the option 'other'; it is no part of the option."""
SURE = (
    {"1"}, {"0", "1"}, {"TRUE"}, {"TRUE", "FALSE"}, {"True"}, {"True", "False"}, {"Y"}, {"Y", "N"}, {"Yes"},
    {"Yes", "No"}, {"是"}, {"是", "否"}, {"x"}, {"X"},
)  # fmt: skip
"""What columns of options hold where there is no doubt what means ticked."""
TICKS = ("1", "TRUE", "True", "Y", "Yes", "是", "x", "X")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """options: (rows, options) 1, 0 or NaN; of a ranking the ranks. reasons: (rows,) of the question."""

    options: pd.DataFrame
    reasons: np.ndarray
    labels: Mapping[str, str]


def choices(
    sheet: Sheet, columns: Sequence[Cells], name: str, variable: Variable, missing: Mapping[str, Reason]
) -> tuple[Choices, list[Problem]]:
    """A multiple question or a ranking in the shape in which the file has it."""
    separator = variable.separator or next((about.separator for about in columns[0].said if about.separator), None)
    if len(columns) == 1 and separator:
        return _one_cell(sheet, columns[0], separator, name, variable, missing)
    if variable.codes or _is_mentions(columns, variable):
        return _mentions(sheet, columns, name, variable, missing)
    if variable.type == "ranking":
        return _ranks(sheet, columns, missing)
    return _columns(sheet, columns, name, variable, missing)


def _is_mentions(columns: Sequence[Cells], variable: Variable) -> bool:
    """Does each column hold one mention? So it is where the file has a code book for it and nothing means ticked."""
    said = [about for cells in columns for about in cells.said]
    kind = {about.kind for about in said}
    return not variable.ticked and bool(kind & {"multiple", "ranking"}) and all(a.labels and not a.ticked for a in said)


def _reasons(columns: Sequence[Cells], missing: Mapping[str, Reason]) -> np.ndarray:
    """(rows,) why a question of several columns has no answer: answered where any column is."""
    each = np.array([cells.reasons(missing) for cells in columns])
    found = np.where((each == Reason.ANSWERED).any(0), Reason.ANSWERED, each.max(0))
    asked = (each == Reason.SKIPPED).any(0) & (found == Reason.NOT_ASKED)
    return np.where(asked, Reason.SKIPPED, found).astype(np.int8)


def _columns(
    sheet: Sheet, columns: Sequence[Cells], name: str, variable: Variable, missing: Mapping[str, Reason]
) -> tuple[Choices, list[Problem]]:
    """One column an option: ticked where a cell means so; not ticked anywhere else, once the question was answered."""
    reasons = _reasons(columns, missing)
    ticks = _ticks(columns, variable, missing)
    if ticks is None:
        seen = sorted({text for cells in columns for text in cells.texts if text not in missing})
        message = (
            f'column "{columns[0].column}" and its neighbours hold {listing(list(map(shown, seen[:5])))}, and nothing '
            f"says which of them means ticked; name it under variables.{name}.ticked, or where each column holds one "
            f"mention, all options under variables.{name}.codes."
        )
        raise DataError(Problem(where=sheet.names[0], message=message))
    found = {}
    for cells, ticked in zip(columns, ticks, strict=True):
        not_asked = cells.reasons(missing) == Reason.NOT_ASKED
        found[cells.column] = np.where((reasons == Reason.ANSWERED) & ~not_asked, cells.equal(ticked), np.nan)
    return Choices(options=pd.DataFrame(found, dtype=float), reasons=reasons, labels=_parts(columns)), []


def _parts(columns: Sequence[Cells]) -> dict[str, str]:
    """Label of the option of each column, as far as a file gives one."""
    return {cells.column: next((about.part for about in cells.said if about.part), cells.column) for cells in columns}


def _ticks(columns: Sequence[Cells], variable: Variable, missing: Mapping[str, Reason]) -> list[tuple[str, ...]] | None:
    """Of every column the cells that mean ticked, or None where that is in doubt."""
    if variable.ticked:
        ticked = tuple(text for code in variable.ticked if (text := canonical(code)))
        return [ticked for _ in columns]
    said = [tuple(dict.fromkeys(text for about in cells.said for text in about.ticked)) for cells in columns]
    if all(said):
        return said
    seen = [set(cells.held(cells.reasons(missing) == Reason.ANSWERED)) for cells in columns]
    if any(set().union(*seen) == sure for sure in SURE):
        return [TICKS for _ in columns]
    return [tuple(texts) for texts in seen] if all(len(texts) <= 1 for texts in seen) else None


def _ranks(sheet: Sheet, columns: Sequence[Cells], missing: Mapping[str, Reason]) -> tuple[Choices, list[Problem]]:
    """One column an option, each cell its rank."""
    found, problems = {}, []
    for cells in columns:
        ranks = [number(text) for text in cells.texts]
        answered = cells.reasons(missing) == Reason.ANSWERED
        held = set(cells.held(answered))
        wrong = {
            text: f"{shown(text)} is no rank: a whole number from 1 to {len(columns)}, the options named. Name all, "
            "correct it or add it to missing."
            for text, rank in zip(cells.texts, ranks, strict=True)
            if text in held and (rank is None or rank not in range(1, len(columns) + 1))
        }
        problems += sheet.cell_problems(cells, wrong, answered)
        values = cells.look_up([np.nan if rank is None else rank for rank in ranks])
        found[cells.column] = np.where(answered, values, np.nan)
    options = pd.DataFrame(found, dtype=float)
    return Choices(options=options, reasons=_reasons(columns, missing), labels=_parts(columns)), problems


def _mentions(
    sheet: Sheet, columns: Sequence[Cells], name: str, variable: Variable, missing: Mapping[str, Reason]
) -> tuple[Choices, list[Problem]]:
    """One column a mention: the options are the codes."""
    labels = {code: label for cells in reversed(columns) for code, label in cells.labels().items()}
    answered = [cells.reasons(missing) == Reason.ANSWERED for cells in columns]
    held = {text for cells, mask in zip(columns, answered, strict=True) for text in cells.held(mask)}
    options = _options(variable, labels, held)
    problems: list[Problem] = []
    for cells, mask in zip(columns, answered, strict=True):
        wrong = {text: _no_option(text, name, len(options)) for text in cells.held(mask) if text not in options}
        problems += sheet.cell_problems(cells, wrong, mask)
    reasons = _reasons(columns, missing)
    blank = np.nan if variable.type == "ranking" else 0.0
    values = np.full((len(sheet), len(options)), blank)
    for place, (cells, mask) in reversed(list(enumerate(zip(columns, answered, strict=True), start=1))):
        at = cells.look_up([options.index(text) if text in options else -1 for text in cells.texts], -1).astype(int)
        rows = np.flatnonzero(mask & (at >= 0))
        values[rows, at[rows]] = place if variable.type == "ranking" else 1
    values[reasons != Reason.ANSWERED] = np.nan
    return Choices(options=pd.DataFrame(values, columns=options), reasons=reasons, labels=labels), problems


def _options(variable: Variable, labels: Mapping[str, str], held: Iterable[str]) -> list[str]:
    """Options in order: the declared ones, else those of the code book and then those found."""
    if variable.codes:
        return [text for code in variable.codes if (text := canonical(code))]
    return list(dict.fromkeys([*labels, *sorted(held)]))


def _no_option(text: str, name: str, options: int) -> str:
    return f"{shown(text)} is none of the {options} options. Add it under variables.{name}.codes or to missing."


def _one_cell(
    sheet: Sheet, cells: Cells, separator: str, name: str, variable: Variable, missing: Mapping[str, Reason]
) -> tuple[Choices, list[Problem]]:
    """One cell with all options; those that hold the separator themselves are known where codes are declared."""
    labels = cells.labels()
    known = sorted(_options(variable, labels, ()), key=len, reverse=True)
    reasons = cells.reasons(missing)
    answered = reasons == Reason.ANSWERED
    parts = {text: split(text, separator, known) for text in cells.held(answered)}
    options = _options(variable, labels, {part for found in parts.values() for part in found})
    wrong = {}
    for text, found in parts.items():
        strange = [part for part in found if part not in options]
        if strange and variable.other is None:
            wrong[text] = f"one of its {len(found)} parts: {_no_option(strange[0], name, len(options))}"
    values = np.full((len(cells.texts) + 1, len(options)), np.nan)
    for position, text in enumerate(cells.texts):
        if text in parts:
            values[position] = _row(parts[text], options, variable.type == "ranking")
    frame = pd.DataFrame(np.where(answered[:, None], values[cells.codes], np.nan), columns=options)
    return Choices(options=frame, reasons=reasons, labels=labels), sheet.cell_problems(cells, wrong, answered)


def _row(found: Sequence[str], options: Sequence[str], ranking: bool) -> list[float]:
    if ranking:
        return [float(found.index(option) + 1) if option in found else np.nan for option in options]
    return [float(option in found) for option in options]


def split(text: str, separator: str, known: Sequence[str] = ()) -> list[str]:
    """Options in a cell. Known options, longest first, are taken whole though they hold the separator."""
    text, found = ADDED.sub("", text), []
    while text.strip():
        whole = next((one for one in known if text == one or text.startswith(one + separator)), None)
        part, _, rest = (whole, "", text[len(whole) + len(separator) :]) if whole else text.partition(separator)
        if part.strip():
            found.append(canonical(part) or part)
        text = rest
    return list(dict.fromkeys(found))
