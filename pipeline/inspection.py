"""Inspection: what was understood of a data file alone, in lines to be held against the questionnaire.

Texts of answers are shown only where a code book or an order of common wordings makes them labels.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from pipeline.checkup import source_line
from pipeline.draft import Column, columns, table_of
from pipeline.errors import UsageError, listing
from pipeline.ingest import canonical, plain
from pipeline.responses import PERSONAL, Reason, Table

MOST_LABELS = 12
MOST_WORDS = 70
MARKS = {
    "id": "tells people apart",
    "complete": "finished or not",
    "test": "previews and tests",
    "started": "when it began",
    "ended": "when it ended",
    "seconds": "how long it took",
    "weight": "weight",
}
PLURAL = {
    "scale": "on a scale", "category": "single", "several": "with several options", "number": "numbers",
    "date": "dates", "text": "free text", "blank": "without any answer",
}  # fmt: skip


def inspect(file: Path, labels: Path | None = None) -> list[str]:
    """Lines about format, rows, roles, questions by kind, reasons for no answer and personal data.

    labels: a file that says what columns and codes mean. Raises the errors of reading.
    """
    written = file.as_posix()
    packaged = written.startswith("package:")
    file = file if packaged else Path(os.path.realpath(file))
    folder = Path() if packaged else file.parent
    if labels is not None and labels.resolve().parent != folder.resolve():
        raise UsageError(f"{labels}: does not lie beside {file}; put both into one folder.")
    name = written if packaged else file.name
    table = table_of(name, folder / "study.yaml", None if labels is None else labels.name)
    found = columns(table)
    reasons = {column.name: _reasons(table, column.name) for column in found}
    questions = [(members, _why_blank([reasons[column.name] for column in members])) for members in _questions(found)]
    return [
        source_line(table.source),
        *_marks(found),
        *_counts(found),
        *(line for members, each in questions for line in _question(members, each)),
        *_absent([each for _, each in questions]),
        *_personal(found),
        *(f"note: {note}" for note in table.notes),
    ]


def _marks(found: Sequence[Column]) -> Iterator[str]:
    """Columns by which rows say something of themselves."""
    roles = [(column.about.role or column.role, column.name) for column in found]
    marks = [f"{name} ({what})" for role, what in MARKS.items() for of, name in roles if of == role]
    if marks:
        yield "columns about the interview: " + "; ".join(marks)


def _counts(found: Sequence[Column]) -> Iterator[str]:
    """How many questions of each kind; columns of one question count once."""
    questions: dict[str, set[str]] = {}
    for column in found:
        kind = column.about.kind if column.role == "several" else None
        shown = {"multiple": "several", "ranking": "ranking"}.get(kind or "", column.role)
        if column.role in PLURAL and column.about.role not in PERSONAL:
            questions.setdefault(shown, set()).add((column.role == "several" and column.about.question) or column.name)
    names = PLURAL | {"ranking": "ranked"}
    counts = [_counted(len(questions[kind]), name) for kind, name in names.items() if kind in questions]
    yield f"questions: {', '.join(counts) or 'none were found'}"


def _counted(count: int, name: str) -> str:
    return f"1 {name.removesuffix('s')}" if count == 1 and name in ("numbers", "dates") else f"{count} {name}"


def _questions(found: Sequence[Column]) -> list[list[Column]]:
    """Columns that hold answers, those of a question with several options together."""
    groups: dict[tuple[bool, str], list[Column]] = {}
    for column in found:
        if column.role in ("scale", "category", "several", "number", "date"):
            several = column.role == "several"
            groups.setdefault((several, (several and column.about.question) or column.name), []).append(column)
    return list(groups.values())


def _question(members: Sequence[Column], reasons: Counter[Reason]) -> Iterator[str]:
    """One line about a question; of several columns it is answered where any of them is."""
    column = members[0]
    kind = column.about.kind or {"category": "single"}.get(column.role, column.role)
    text = column.about.wording if column.role == "several" else column.about.part or column.about.wording
    name = column.name if len(members) == 1 else f"{members[0].name} … {members[-1].name}"
    worded = f' "{_short(text)}"' if text and text != name else ""
    others = [f"{count:,} {_why(reason)}" for reason, count in sorted(reasons.items()) if reason != Reason.ANSWERED]
    answered = reasons[Reason.ANSWERED]
    counts = ", ".join([f"{answered:,} answer{'' if answered == 1 else 's'}", *others])
    yield f"  {_short(name)}: {kind}{worded}{_options(members)}{_values(column)}; {counts}"


def _options(members: Sequence[Column]) -> str:
    """The options, where each has a column of its own."""
    if len(members) == 1:
        return ""
    parts = [_short(column.about.part or column.name) for column in members]
    more = f" and {len(parts) - MOST_LABELS} more" if len(parts) > MOST_LABELS else ""
    return f", {len(parts)} columns: {', '.join(parts[:MOST_LABELS])}{more}"


def _values(column: Column) -> str:
    """What the answers may be: labels of the code book, the range of numbers, or how many different texts."""
    labels = [code if code == label else f"{code} {_short(label)}" for code, label in column.codes.items()]
    if labels and column.role != "several":
        more = f" and {len(labels) - MOST_LABELS} more" if len(labels) > MOST_LABELS else ""
        return f", {len(labels)} codes: {', '.join(labels[:MOST_LABELS])}{more}"
    if column.role == "several":
        return f", split at '{column.about.separator}'" if column.about.separator else ""
    if column.order:
        return f": {' < '.join(column.order)}"
    if column.numbers:
        missing = f" (looks like no answer: {listing(list(column.missing))})" if column.missing else ""
        return f", {column.numbers[0]:g} to {column.numbers[-1]:g}{missing}"
    return f", {len(column.texts)} different {'dates' if column.role == 'date' else 'texts'}"


def _reasons(table: Table, name: str) -> np.ndarray:
    """(rows,) int8 reasons for which they hold no answer, as far as the file says it."""
    coded, about = table.columns[name], table.about.get(name)
    missing = about.missing if about else {}
    kinds = [missing.get(plain(canonical(value)) or "", Reason.ANSWERED) for value in coded.values]
    found: np.ndarray = np.array([*kinds, about.blank if about else Reason.SKIPPED], dtype=np.int8)[coded.codes]
    return found


def _why_blank(columns: Sequence[np.ndarray]) -> Counter[Reason]:
    """Rows by the reason for which a question has no answer: answered where any column is."""
    each = np.array(columns)
    found = np.where((each == Reason.ANSWERED).any(axis=0), Reason.ANSWERED, each.max(axis=0))
    counts = zip(*np.unique(found, return_counts=True), strict=True)
    return Counter({Reason(value): int(count) for value, count in counts})


def _absent(reasons: Iterable[Counter[Reason]]) -> Iterator[str]:
    total: Counter[Reason] = sum(reasons, Counter())
    found = [f"{total[reason]:,} {_why(reason)}" for reason in Reason if reason != Reason.ANSWERED and total[reason]]
    if found:
        yield f"questions without an answer: {', '.join(found)}"


def _why(reason: Reason) -> str:
    return reason.name.lower().replace("_", " ")


def _personal(found: Sequence[Column]) -> Iterator[str]:
    """Columns that may say who answered."""
    suspected = [f"{_short(column.name)}{_role(column)}" for column in found if column.personal]
    if suspected:
        yield f"may say who answered, and is left out unless privacy.keep names it: {listing(suspected)}"


def _role(column: Column) -> str:
    return f" ({column.about.role.replace('_', ' ')})" if column.about.role in PERSONAL else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_WORDS else line[: MOST_WORDS - 1] + "…"
