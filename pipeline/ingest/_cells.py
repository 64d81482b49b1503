"""Cells: a used column of all files as codes into its sorted canonical texts: work is done once a value, not a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.errors import Problem
from pipeline.ingest._table import canonical
from pipeline.responses import About, Reason, Table

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
DIGITS = re.compile(r"\d{5}")
SHOWN = 20
MOST_WORDS = 3
NOTHING = About()
"""What a file says of a column of which it says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """(rows,) codes into `texts`, which are sorted; -1 where blank. file: (rows,) which of `said` a row belongs to."""

    column: str
    codes: np.ndarray
    texts: tuple[str, ...]
    file: np.ndarray
    said: tuple[About, ...]
    """What each file says of the column; nothing where it does not know."""

    def reasons(self, missing: Mapping[str, Reason]) -> np.ndarray:
        """(rows,) int8 `Reason`: what the study calls missing, else what the file does; blank as the file means it.

        The study may name a code by its label.
        """
        table = np.array(
            [[*(_reason(text, about, missing) for text in self.texts), about.blank] for about in self.said],
            dtype=np.int8,
        )
        found: np.ndarray = table[0][self.codes] if len(table) == 1 else table[self.file, self.codes]
        return found

    def labels(self) -> dict[str, str]:
        """Code -> label of every file that has labels; where they differ, as the first has it."""
        found: dict[str, str] = {}
        for about in self.said:
            for code, label in about.labels.items():
                found.setdefault(code, label)
        return found

    def look_up(self, values: Sequence[float], blank: float = np.nan) -> np.ndarray:
        """(rows,) the value of each row's text, `values` being in the order of `texts`."""
        found: np.ndarray = np.array([*values, blank])[self.codes]
        return found

    def equal(self, texts: Iterable[str]) -> np.ndarray:
        """(rows,) bool: is the cell one of the texts?"""
        wanted = set(texts)
        found: np.ndarray = np.array([*(text in wanted for text in self.texts), False], dtype=bool)[self.codes]
        return found

    def held(self, rows: np.ndarray) -> list[str]:
        """The texts that stand in any of the rows of a mask."""
        counts = np.bincount(self.codes[rows], minlength=len(self.texts))
        return [text for text, count in zip(self.texts, counts, strict=True) if count]

    def as_text(self) -> np.ndarray:
        """(rows,) texts, None where blank."""
        found: np.ndarray = np.array([*self.texts, None], dtype=object)[self.codes]
        return found


def _reason(text: str, about: About, missing: Mapping[str, Reason]) -> Reason:
    """Why a cell is no answer. A label that is a number itself names no code."""
    label = about.labels.get(text)
    named = missing.get(label, Reason.ANSWERED) if label is not None and number(label) is None else Reason.ANSWERED
    return missing.get(text, named or about.missing.get(text, Reason.ANSWERED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows of all files, one below the other: the used columns, and where each row stands."""

    columns: Mapping[str, Cells]
    names: tuple[str, ...]
    file: np.ndarray
    line: np.ndarray

    def __len__(self) -> int:
        return len(self.line)

    def problem(self, row: int, message: str) -> Problem:
        """A problem at one row of one file."""
        return Problem(where=self.names[self.file[row]], message=f"row {self.line[row]}, {message}")

    def rows(self, rows: Sequence[int] | np.ndarray, most: int = 5) -> str:
        """'rows 4, 9 and 3 more', naming the files where there are several."""
        several = len(set(self.file[list(rows)])) > 1
        shown = [f"{self.line[row]}{f' of {self.names[self.file[row]]}' if several else ''}" for row in rows[:most]]
        text = ", ".join(shown[:-1]) + " and " + shown[-1] if len(shown) > 1 and len(rows) <= most else ", ".join(shown)
        more = f" and {len(rows) - most:,} more" if len(rows) > most else ""
        return f"{'row' if len(rows) == 1 else 'rows'} {text}{more}"

    def cell_problems(
        self, cells: Cells, messages: Mapping[str, str], among: np.ndarray | None = None
    ) -> list[Problem]:
        """One problem for each text, at the first row (of those in the mask) that holds it, saying how many more do."""
        found = []
        for text, message in messages.items():
            holding = cells.codes == cells.texts.index(text)
            rows = np.flatnonzero(holding if among is None else holding & among)
            more = (
                f" {len(rows) - 1:,} more rows hold it."
                if len(rows) > 2
                else " One more row holds it."
                if len(rows) == 2
                else ""
            )
            found.append((rows[0], self.problem(rows[0], f'column "{cells.column}": {message}{more}')))
        return [problem for _, problem in sorted(found, key=lambda entry: int(entry[0]))]


def sheet(tables: Sequence[Table], numeric: Mapping[str, bool]) -> Sheet:
    """The used columns of all files by name; in numeric ones '7.50' and 7.5 are the same."""
    file = np.repeat(np.arange(len(tables)), [table.source.rows for table in tables])
    return Sheet(
        columns={column: _cells(column, tables, file, number) for column, number in numeric.items()},
        names=tuple(table.source.name for table in tables),
        file=file,
        line=np.concatenate([table.lines for table in tables]),
    )


def _cells(column: str, tables: Sequence[Table], file: np.ndarray, number: bool) -> Cells:
    """The column of all files: every distinct cell is written in its one way, once a file."""
    parts = [table.columns[column] for table in tables]
    texts = [[plain(canonical(value)) if number else canonical(value) for value in part.values] for part in parts]
    known = sorted({text for part in texts for text in part if text is not None})
    rank = {text: position for position, text in enumerate(known)}
    places = [np.array([*(-1 if text is None else rank[text] for text in part), -1], dtype=np.int64) for part in texts]
    codes = [place[part.codes] for place, part in zip(places, parts, strict=True)]
    said = tuple(table.about.get(column, NOTHING) for table in tables)
    joined = codes[0] if len(codes) == 1 else np.concatenate(codes)
    return Cells(column=column, codes=joined, texts=tuple(known), file=file, said=said)


def plain(text: str | None) -> str | None:
    """The one way to write a number ('07', '7.00' and '+7' are '7'); any other text as it is."""
    value = number(text)
    return text if value is None else canonical(value)


def number(text: str | None) -> float | None:
    """The finite number a text holds, or None."""
    if text is None or not NUMBER.fullmatch(text):
        return None
    return float(text) + 0.0


def folded(text: str) -> str:
    """The text without spaces and case."""
    return "".join(text.casefold().split())


def shown(text: str) -> str:
    """A short cell in quotes; one that may say who answered only by its length."""
    return f"a text of {len(text)} characters" if private(text) else f'"{text}"'


def private(text: str) -> bool:
    """May the text say who answered? Long texts, mails and long numbers may."""
    return len(text) > SHOWN or "@" in text or len(text.split()) > MOST_WORDS or bool(DIGITS.search(text))


def decimals(text: str) -> str:
    """' Write it with a decimal point.' for a number with a decimal comma ('4,5'), else an empty text."""
    return " Write it with a decimal point." if "," in text and number(text.replace(",", ".")) is not None else ""
