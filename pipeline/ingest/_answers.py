"""Answers of a Triple-S survey: the fields of its records, by position in a line or by number in a CSV."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.ingest._encoding import decode
from pipeline.ingest._opened import Opened
from pipeline.ingest._sss import Definition, Variable
from pipeline.ingest._table import MOST_CELLS, fail
from pipeline.responses import Coded
from pipeline.specs import DataFile

LINE = re.compile(r"\r\n|\n|\r")
END = "\x1a"
"""Stands at the end of texts from DOS."""


@dataclass(kw_only=True)
class Records:
    """Every field as it stands, None where blank; `lines` are the row numbers, `found` what Source says of the file."""

    fields: dict[tuple[int, int], Coded]
    lines: np.ndarray
    found: dict[str, Any]

    def of(self, variable: Variable) -> list[Coded]:
        """The field of a variable, or its subfields where each is a field of its own."""
        whole = self.fields.get((variable.start, variable.finish))
        places = range(variable.start, variable.finish + 1)
        return [self.fields[place, place] for place in places] if whole is None else [whole]


def records(raw: bytes, name: str, definition: Definition, file: DataFile) -> Records:
    """The fields that a definition places. Raises DataError for a file too short, or one that cannot be decoded."""
    encoding = file.encoding or _known(raw, definition.encoding)
    detected = () if encoding else ("encoding",)
    if definition.fixed:
        text, encoding = decode(raw, name, encoding)
        found = {"encoding": encoding, "detected": detected}
        return _fixed(text, encoding, name, definition, found)
    changed = file.model_copy(update={"file": name, "encoding": encoding, "delimiter": file.delimiter or ","})
    opened = Opened(raw=raw, name=name, file=changed)
    return _separated(opened, definition, {**opened.rows.found, "detected": detected})


def _known(raw: bytes, encoding: str | None) -> str | None:
    """The encoding that the definition names, where Python knows it and the answers are in it."""
    try:
        return encoding if encoding and raw.decode(encoding) else None
    except (LookupError, ValueError):
        return None


def _fixed(text: str, encoding: str, name: str, definition: Definition, found: dict[str, Any]) -> Records:
    numbered = [(row, line) for row, line in enumerate(LINE.split(text), start=1) if line.strip(f" {END}")]
    numbered = numbered[definition.skip :]
    variables = definition.variables
    if len(numbered) * len(variables) > MOST_CELLS:
        size = f"{len(variables):,} variables and {len(numbered):,} rows"
        raise fail(name, f"has {size}; that is more than can be read at once.")
    rows, lines = [row for row, _ in numbered], [line for _, line in numbered]
    widest = max(variables, key=lambda variable: variable.finish)
    coded = _as_bytes(lines, encoding, widest.finish)
    lines = coded or lines
    _check_lengths(rows, lines, widest, name)
    fields = {}
    for variable in variables:
        start, finish = variable.start, variable.finish
        cells = [line[start - 1 : finish] for line in lines]
        if coded:
            cells = [cell.encode("latin-1").decode(encoding, "replace") for cell in cells]
        fields[start, finish] = _coded(cells)
    return Records(fields=fields, lines=np.array(rows, dtype=np.int64), found=found)


def _as_bytes(lines: Sequence[str], encoding: str, needed: int) -> list[str] | None:
    """Each line with one character a byte, where positions count bytes: lines are equally long in bytes alone."""
    if len({len(line) for line in lines}) <= 1:
        return None
    coded = [line.encode(encoding, "replace") for line in lines]
    lengths = {len(line) for line in coded}
    return [line.decode("latin-1") for line in coded] if len(lengths) == 1 and min(lengths) >= needed else None


def _check_lengths(rows: Sequence[int], lines: Sequence[str], widest: Variable, name: str) -> None:
    short = [(row, len(line)) for row, line in zip(rows, lines, strict=True) if len(line) < widest.finish]
    if not short:
        return
    row, length = short[0]
    others = len(short) - 1
    more = {0: "", 1: " One more row is too short."}.get(others, f" {others:,} more rows are too short.")
    message = (
        f'row {row} ends at position {length}, but the definition places "{widest.name}" at {widest.finish}; export '
        f"answers and definition again, together.{more}"
    )
    raise fail(name, message)


def _separated(opened: Opened, definition: Definition, found: dict[str, Any]) -> Records:
    columns, lines = opened.rows.below(definition.skip)
    beyond = next((one for one in definition.variables if one.finish > len(columns)), None)
    if beyond:
        count = f"{len(columns)} fields" if len(columns) > 1 else "1 field"
        message = f'has {count} in a row, but the definition places "{beyond.name}" in field {beyond.finish}'
        raise fail(opened.name, f"{message}; export answers and definition again, together.")
    places = {place for one in definition.variables for place in range(one.start, one.finish + 1)}
    return Records(fields={(place, place): columns[place - 1] for place in sorted(places)}, lines=lines, found=found)


def _coded(cells: Sequence[str]) -> Coded:
    found = np.empty(len(cells), dtype=object)
    found[:] = [cell if cell.strip() else None for cell in cells]
    return Coded.of(found)
