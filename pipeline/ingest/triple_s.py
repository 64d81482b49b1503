"""Triple-S: a definition in XML (.sss, .xml) and the answers in a file beside it, of fixed positions or CSV.

After the standards 1.1, 1.2 and 2.0 (triple-s.org) and files made by four programs.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import numpy as np

from pipeline.errors import listing
from pipeline.ingest._answers import Records, records
from pipeline.ingest._cells import number, plain
from pipeline.ingest._opened import Opened
from pipeline.ingest._sss import Definition, Type, Variable, definition
from pipeline.ingest._table import fail, make
from pipeline.ingest._ticks import declared, ticks
from pipeline.responses import About, Coded, Kind, Reason, Role, Table

FIXED, SEPARATED = (".asc", ".dat", ".txt", ".csv"), (".csv", ".txt", ".dat", ".asc")
"""Suffixes of answers beside a definition, in the order in which they are looked for."""
DEFINED = ".sss"
ROOT = re.compile(r"<(\w+:)?sss[\s>]")
LOOKED_AT = 8_192
NOT_ASKED = "(not asked)"
"""Cell of a respondent whom the filter of the question leaves out."""
KINDS: Mapping[Type, Kind] = {
    "single": "single", "multiple": "multiple", "quantity": "number", "character": "text", "logical": "single",
    "date": "date", "time": "text",
}  # fmt: skip
ROLES: Mapping[str, Role] = {"serial": "id", "weight": "weight"}
EXACT = 2**53


def fits(opened: Opened) -> bool:
    """Is it a definition, or answers with a definition as their labels, or of the same name?"""
    if opened.labels is not None:
        return _is_definition(opened.raw) or _is_definition(opened.labels)
    return _is_definition(opened.raw) or _undefined(opened) is not None


def _undefined(opened: Opened) -> str | None:
    """The definition that lies beside answers which name none."""
    path = PurePath(opened.name)
    return path.with_suffix(DEFINED).name if path.suffix.lower() in FIXED and opened.beside(DEFINED) else None


def _is_definition(raw: bytes) -> bool:
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<"))
    head = raw[:LOOKED_AT].replace(b"\0", b"") if wide else raw[:LOOKED_AT]
    text = head.decode("latin-1")
    return "<" in text[:8] and bool(ROOT.search(text))


def read(opened: Opened) -> Table:
    """Table of the answers; a multiple question becomes one column an option, 'name_code'.

    Raises DataError where the definition or the answers are absent, or do not belong together.
    """
    raw, name, defined = _parts(opened)
    found = records(raw, name, defined, opened.file)
    asked = _Asked(defined, found)
    columns = [column for variable in defined.variables for column in _columns(variable, found, asked, name)]
    names = [column.name for column in columns]
    return make(
        opened,
        "triple_s",
        names,
        [column.cells for column in columns],
        found.lines,
        about={column.name: column.about for column in columns},
        notes=_notes(defined, columns, asked),
        **found.found,
    )


def _parts(opened: Opened) -> tuple[bytes, str, Definition]:
    """Content and name of the answers, and their definition, whichever of the two the study names."""
    if not _is_definition(opened.raw) and opened.labels is not None:
        return opened.raw, opened.name, definition(opened.labels, opened.file.labels or opened.name)
    beside = _undefined(opened)
    if beside is not None:
        raise fail(opened.name, f"belongs to {beside}, which lies beside it; name that under 'labels', or as the file.")
    defined = definition(opened.raw, opened.name)
    path = PurePath(opened.name)
    suffixes = FIXED if defined.fixed else SEPARATED
    for suffix in suffixes:
        raw = opened.beside(suffix)
        if raw is not None:
            name = path.with_suffix(suffix).as_posix()
            if not raw.strip():
                raise fail(name, "the file is empty; export it again.")
            return raw, name, defined
    wanted = [path.with_suffix(suffix).name for suffix in suffixes]
    named = f' (the definition calls them "{defined.answers[:60]}")' if defined.answers else ""
    message = (
        f"describes answers{named}, but none of {listing(wanted)} lies beside it; put the file there, or name it under "
        "'file' and this one under 'labels'."
    )
    raise fail(opened.name, message)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """One column of the table. `strange`: how many cells hold a code that the definition does not list."""

    name: str
    cells: Coded
    about: About
    strange: int = 0


class _Asked:
    """Who was not asked what: those for whom the yes/no variable named as filter is no, or who were not asked that."""

    def __init__(self, defined: Definition, found: Records) -> None:
        self._found = found
        self._known = {key: one for one in defined.variables for key in (one.ident, one.name)}

    def follows(self, variable: Variable) -> bool:
        """Can the filter of the variable be followed?"""
        return self._filter(variable) is not None

    def left_out(self, variable: Variable) -> np.ndarray:
        """(rows,) bool: does the filter leave the respondent out?"""
        return self._left_out(variable, frozenset())

    def _filter(self, variable: Variable) -> Variable | None:
        found = self._known.get(variable.filter or "")
        return found if found is not None and found.type == "logical" and found is not variable else None

    def _left_out(self, variable: Variable, seen: frozenset[str]) -> np.ndarray:
        source = self._filter(variable)
        if source is None or source.name in seen:
            return np.zeros(len(self._found.lines), dtype=bool)
        field = self._found.of(source)[0]
        no = np.array([*(text.strip() == "0" for text in field.values), False])[field.codes]
        blank: np.ndarray = field.codes < 0
        return no | (blank & self._left_out(source, seen | {variable.name}))


def _columns(variable: Variable, found: Records, asked: _Asked, name: str) -> list[_Column]:
    """The column of a variable, or one for each option, blanks of those not asked marked as such."""
    made = (
        _options(variable, found, name) if variable.type == "multiple" else [_column(variable, found.of(variable)[0])]
    )
    if not asked.follows(variable):
        return made
    left_out = asked.left_out(variable)
    return [_marked(column, left_out) for column in made]


def _marked(column: _Column, left_out: np.ndarray) -> _Column:
    marked = left_out & (column.cells.codes < 0)
    if not marked.any():
        return column
    codes = np.where(marked, len(column.cells.values), column.cells.codes)
    about = replace(column.about, missing={**column.about.missing, NOT_ASKED: Reason.NOT_ASKED})
    return replace(column, cells=Coded(codes, (*column.cells.values, NOT_ASKED)), about=about)


def _options(variable: Variable, found: Records, name: str) -> list[_Column]:
    ticked, answered = ticks(variable, found.of(variable), found.lines, name)
    return [
        _Column(
            name=f"{variable.name}_{option}",
            cells=Coded(np.where(answered, mask, -1), ("0", "1")),
            about=About(
                wording=variable.label,
                part=variable.labels.get(option, option),
                question=variable.name,
                kind="multiple",
                ticked=("1",),
            ),
            strange=0 if option in variable.labels else int(mask.sum()),
        )
        for option, mask in ticked.items()
    ]


def _column(variable: Variable, field: Coded) -> _Column:
    """A question with one answer. A code 0 that is not listed means none."""
    cells = _changed(field, _change(variable))
    single = variable.type == "single"
    strange = [position for position, cell in enumerate(cells.values) if single and cell not in variable.labels]
    none = {"0": Reason.SKIPPED} if any(cells.values[position] == "0" for position in strange) else {}
    strange = [position for position in strange if cells.values[position] not in none]
    number_ = variable.type == "quantity"
    labels = {plain(code) or code: label for code, label in variable.labels.items()} if number_ else variable.labels
    return _Column(
        name=variable.name,
        cells=cells,
        about=About(
            wording=variable.label,
            question=variable.name,
            kind="scale" if variable.scored else KINDS[variable.type],
            labels=labels,
            measure="ordinal" if variable.scored else "scale" if number_ else "nominal" if single else None,
            missing=none,
            role=ROLES.get(variable.use or "", "free_text" if variable.type == "character" else None),
        ),
        strange=int(np.isin(cells.codes, strange).sum()) if variable.labels else 0,
    )


def _changed(field: Coded, change: Callable[[str], str | float]) -> Coded:
    """The column with every distinct cell changed; cells that have become equal are one."""
    distinct = Coded.of(np.array([*map(change, field.values), None], dtype=object))
    return Coded(distinct.codes[field.codes], distinct.values)


def _change(variable: Variable) -> Callable[[str], str | float]:
    """What becomes of a cell that is not blank. An id keeps its zeros."""
    if variable.type == "single":
        return declared(variable.labels)
    if variable.type == "quantity" and variable.use != "serial":
        return _quantity
    return {"date": _date, "time": _time}.get(variable.type, str.strip)


def _quantity(text: str) -> str | float:
    """A number; text where it is none, or has more digits than a number keeps."""
    value = number(text.strip())
    return text.strip() if value is None or abs(value) > EXACT else value


def _date(text: str) -> str:
    """YYYYMMDD as an ISO date."""
    return re.sub(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", text.strip(), flags=re.ASCII)


def _time(text: str) -> str:
    """HHMM or HHMMSS with colons."""
    return (
        re.sub(r"(\d\d)(?=\d)", r"\1:", text.strip()) if re.fullmatch(r"\d{4}(\d\d)?", text.strip()) else text.strip()
    )


def _notes(defined: Definition, columns: Sequence[_Column], asked: _Asked) -> list[str]:
    """What a researcher should know of codes, scores, routing and languages."""
    strange = [f"{column.name} ({column.strange:,})" for column in columns if column.strange]
    scored = [variable.name for variable in defined.variables if variable.scored]
    routed = [variable.name for variable in defined.variables if variable.filter and not asked.follows(variable)]
    first, *others = defined.languages or ("",)
    notes = (
        (
            strange,
            "Codes that the definition does not list stand in {} (number of answers); they are kept as they are.",
        ),
        (scored, "Scores come with the codes of {}; where they are meant to count, declare them under scales.codes."),
        (routed, "Who was asked {} depends on a variable that is no yes/no variable; blanks there count as skipped."),
        (others, f"Labels are in the first language, {first}; the definition also has {{}}."),
    )
    return [sentence.format(listing(names)) for names, sentence in notes if names]
