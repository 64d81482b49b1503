"""The code book of a 问卷星 questionnaire, from its text export and its code export, joined by 序号."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.errors import listing
from pipeline.ingest._cells import folded, number
from pipeline.ingest._table import canonical, fail
from pipeline.ingest._wenjuanxing import (
    ARROW,
    MISSING,
    TICK,
    WRITTEN,
    Answers,
    Column,
    Export,
    answered,
    apart,
    codes,
    kind_of,
    plain,
    say,
)
from pipeline.responses import Coded

ID = "序号"
CONFLICTS = 0.05
"""Share of answers whose code goes with several texts, above which the texts are not those of the codes."""
SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The two exports, and for each row of the file the study names its position in either, -1 where it has none."""

    text: Export
    code: Export
    in_text: np.ndarray
    in_code: np.ndarray

    @property
    def both(self) -> np.ndarray:
        found: np.ndarray = (self.in_text >= 0) & (self.in_code >= 0)
        return found

    def texts(self, column: Column) -> Column:
        return replace(column, cells=_taken(column.cells, self.in_text))

    def codes(self, column: Column) -> Column:
        return replace(column, cells=_taken(column.cells, self.in_code))


@dataclass(kw_only=True)
class Found:
    """What the notes count: answers that differ, of how many; questions without texts; codes nobody chose."""

    differ: int = 0
    compared: int = 0
    where: list[str] = field(default_factory=list)
    no_book: list[str] = field(default_factory=list)
    books: int = 0
    unseen: list[str] = field(default_factory=list)


def joined(main: Export, other: Export) -> Answers:
    """Columns of the code export, for the rows of `main`, with the texts that the text export has for them.

    Raises DataError where the two are no pair: one without 序号, the same export twice, other questions or answers.
    """
    pair = _pair(main, other)
    answers, found = Answers(), Found()
    text, code = pair.text.questions(), pair.code.questions()
    for column in pair.code.columns:
        if column.number is None:
            source = pair.codes(column)
            answers.add(source.name, source.cells, source.about)
        elif column is code[column.number][0]:
            _question(answers, found, pair, text.get(column.number, []), code[column.number])
    for column in (column for asked, group in text.items() if asked not in code for column in group):
        say(answers, pair.texts(column), text[column.number or 0])
    _judge(found, main, other)
    answers.notes.extend(_notes(pair, found, main, other))
    return answers


def _taken(cells: Coded, rows: np.ndarray) -> Coded:
    """The cells at these positions, blank at -1."""
    return Coded(np.where(rows >= 0, cells.codes[rows], -1), cells.values)


def _pair(main: Export, other: Export) -> Pair:
    for one in (main, other):
        if not len(one.lines):
            raise fail(one.name, "holds column names but no answers below them; export the file again with its rows.")
    share = [_coded_share(one) for one in (main, other)]
    if share[0] == share[1]:
        message = f"holds the same kind of answers as {other.name}; one of them must be the export by text (按选项文本)"
        raise fail(main.name, f"{message}, the other that by code (按选项序号).")
    ids = [_ids(one) for one in (main, other)]
    known = {identity: row for row, identity in enumerate(ids[1])}
    there = np.array([known.get(identity, -1) for identity in ids[0]], dtype=np.int64)
    here = np.arange(len(ids[0]))
    alone = int((there < 0).sum())
    if not (there >= 0).any() or (alone and share[0] < share[1]):
        message = f"only {len(ids[0]) - alone:,} of its {len(ids[0]):,} rows are also in {other.name}"
        what = "codes" if share[0] < share[1] else "texts"
        raise fail(main.name, f"{message}, so the {what} of the others are not known; export both again together.")
    if share[0] < share[1]:
        return Pair(text=main, code=other, in_text=here, in_code=there)
    return Pair(text=other, code=main, in_text=there, in_code=here)


def _coded_share(one: Export) -> float:
    """Share of the questions' columns, of those with answers, that hold codes alone."""
    columns = [column for column in one.columns if column.number is not None and answered(column.cells)]
    return sum(codes(column.cells) for column in columns) / max(len(columns), 1)


def _ids(one: Export) -> list[str]:
    """序号 of each row. Raises DataError where it is absent, blank or stands twice."""
    column = next((column for column in one.columns if column.name == ID), None)
    if column is None:
        raise fail(one.name, f"has no column {ID}, by which the text and the code export are joined; export it again.")
    known = [*(canonical(value) for value in column.cells.values), None]
    found = [known[code] for code in column.cells.codes.tolist()]
    counts = Counter(found)
    bad = next((row for row, identity in enumerate(found) if identity is None or counts[identity] > 1), None)
    if bad is not None:
        what = "is blank" if found[bad] is None else "stands in more than one row"
        raise fail(one.name, f'row {one.lines[bad]}, column "{ID}": {what}; give every row its own number.')
    return [identity or "" for identity in found]


def _question(answers: Answers, found: Found, pair: Pair, text: Sequence[Column], code: Sequence[Column]) -> None:
    """Adds one question: its code columns, with wording and labels from the text columns."""
    texts, coded = [pair.texts(column) for column in text], [pair.codes(column) for column in code]
    if not texts:
        for column in coded:
            say(answers, column, coded)
    elif len(texts) == len(coded):
        _in_step(answers, found, pair, texts, coded)
    elif len(texts) == 1:
        _spread(answers, found, pair, texts[0], coded)
    else:
        message = f"question {code[0].number} has {len(code)} columns, in {pair.text.name} it has {len(text)}"
        raise fail(pair.code.name, f"{message}; export both again together.")


def _in_step(answers: Answers, found: Found, pair: Pair, texts: Sequence[Column], coded: Sequence[Column]) -> None:
    """One question, or the rows of a grid, in as many columns of texts as of codes."""
    by_part = {column.part: column for column in texts}
    paired = [by_part.get(column.part) or texts[place] for place, column in enumerate(coded)]
    books = [_book(found, pair, text, code) for text, code in zip(paired, coded, strict=True)]
    shared = {code: label for book in books if book for code, label in book.items()}
    shared = dict(sorted(shared.items(), key=lambda entry: int(entry[0])))
    for text, code, book in zip(paired, coded, books, strict=True):
        about = replace(code.about, wording=text.stem or code.stem, part=text.part or code.part)
        if book is None and not codes(code.cells):
            typed = not all(number(one) is not None for one in answered(code.cells))
            about = replace(about, kind=WRITTEN if typed else None, role="free_text" if typed else None)
        elif book:
            about = replace(about, kind="grid" if len(coded) > 1 else "single", labels=shared)
        answers.add(code.name, code.cells, about)
        if book:
            answers.add_typed(text, apart(text.cells)[1])


def _book(found: Found, pair: Pair, text: Column, code: Column) -> dict[str, str] | None:
    """Code -> label in the order of the codes; None where the column holds what respondents typed, the same in both."""
    if not codes(code.cells) or set(answered(text.cells)) <= set(answered(code.cells)):
        return None
    seen: dict[str, Counter[str]] = {}
    for (one, label), count in _together(text.cells, code.cells, pair.both).items():
        if one not in MISSING and label not in MISSING:
            seen.setdefault(one, Counter())[plain(label)] += count
    found.books += 1
    best = {one: max(labels.items(), key=lambda entry: (entry[1], entry[0])) for one, labels in seen.items()}
    total = sum(labels.total() for labels in seen.values())
    wrong = total - sum(count for _, count in best.values())
    if wrong > CONFLICTS * total:
        found.no_book.append(code.name)
        return None
    _count(found, code.name, wrong, total)
    chosen = sorted(int(one) for one in best)
    missed = sorted(set(range(1, chosen[-1])) - set(chosen)) if chosen else []
    found.unseen.extend(f'{one} of "{code.name}"' for one in missed)
    return {str(one): best[str(one)][0] for one in chosen}


def _together(text: Coded, code: Coded, rows: np.ndarray) -> Counter[tuple[str, str]]:
    """How often each code stands in a row with each text; blank cells left out."""
    rows = rows & (text.codes >= 0) & (code.codes >= 0)
    width = len(text.values)
    both, counts = np.unique(code.codes[rows].astype(np.int64) * width + text.codes[rows], return_counts=True)
    found: Counter[tuple[str, str]] = Counter()
    for one, count in zip(both.tolist(), counts.tolist(), strict=True):
        known = canonical(code.values[one // width]), canonical(text.values[one % width])
        if known[0] is not None and known[1] is not None:
            found[known[0], known[1]] += count
    return found


def _spread(answers: Answers, found: Found, pair: Pair, text: Column, coded: Sequence[Column]) -> None:
    """A question whose options share one cell of the text export and have one column each in the code export."""
    kind = "ranking" if any(ARROW in one for one in answered(text.cells)) else kind_of([c.cells for c in coded])
    kind = kind if kind == "ranking" else "multiple"
    ticked = ("1",) if kind == "multiple" else ()
    named = [_between(plain(canonical(value) or "")) for value in text.cells.values]
    for column in coded:
        answers.add(column.name, column.cells, replace(column.about, wording=text.stem, kind=kind, ticked=ticked))
        _compare(found, pair, text, named, column)
    answers.add_typed(text, apart(text.cells)[1])


def _between(cell: str) -> str:
    """The options of a cell between ┋, also those of a ranking, without spaces and case."""
    return f"{TICK}{folded(cell).replace(ARROW, TICK)}{TICK}"


def _compare(found: Found, pair: Pair, text: Column, named: Sequence[str], option: Column) -> None:
    """Counts the rows in which the option is in the text and not chosen by its code, or the reverse."""
    wanted = _between(option.part or "")
    chosen = [bool(t := canonical(value)) and t not in MISSING and t != "0" for value in option.cells.values]
    known = np.array([*((canonical(value) or "") not in MISSING for value in text.cells.values), False])
    rows = pair.both & known[text.cells.codes] & (option.cells.codes >= 0)
    differ = (
        np.array([*(wanted in cell for cell in named), False])[text.cells.codes]
        != np.array([*chosen, False])[option.cells.codes]
    )
    _count(found, f"第{option.number}题", int((differ & rows).sum()), int(rows.sum()))


def _count(found: Found, name: str, differ: int, compared: int) -> None:
    found.differ += differ
    found.compared += compared
    if differ and name not in found.where:
        found.where.append(name)


def _judge(found: Found, main: Export, other: Export) -> None:
    """Raises DataError where what the two exports say of the same 序号 does not fit together."""
    few = found.books > 1 and 2 * len(found.no_book) > found.books
    if few or 2 * found.differ > found.compared > 0:
        message = f"the answers of the same {ID} in {other.name} do not belong to its codes"
        raise fail(main.name, f"{message}; name the two exports of one questionnaire, made at the same time.")


def _notes(pair: Pair, found: Found, main: Export, other: Export) -> list[str]:
    both = int(pair.both.sum())
    notes = [f"{_rows(both)} joined with {other.name} by {ID}."]
    if len(main.lines) > both:
        notes.append(f"{_rows(len(main.lines) - both)} not found in {other.name}: there is no text to compare.")
    if len(other.lines) > both:
        notes.append(f"{_rows(len(other.lines) - both)} found in {other.name} alone and left out.")
    if found.differ:
        where = listing(found.where, SHOWN)
        message = f"{found.differ:,} of {found.compared:,} answers differ between the two exports ({where})"
        notes.append(f"{message}; those by code count.")
    if found.unseen:
        notes.append(f"Nobody chose {listing(found.unseen, SHOWN)}, so its text is not known.")
    if found.no_book:
        notes.append(f"Codes go with several texts in {listing(found.no_book, SHOWN)}, so no labels were taken there.")
    return notes


def _rows(count: int) -> str:
    return "1 row was" if count == 1 else f"{count:,} rows were"
