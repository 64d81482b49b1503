"""Exports of 问卷星: headers taken apart into questions, and what one export says of them by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pipeline.ingest import _shapes
from pipeline.ingest._cells import number
from pipeline.ingest._opened import Opened
from pipeline.ingest._table import canonical, fail
from pipeline.ingest._text import held, mapped
from pipeline.responses import About, Coded, Kind, Reason, Role

METADATA: dict[str, Role] = {
    "序号": "id",
    "提交答卷时间": "ended",
    "所用时间": "seconds",
    "来源": "metadata",
    "来源详情": "metadata",
    "来自IP": "ip",
    "总分": "metadata",
}
MISSING = {
    "-3": Reason.NOT_ASKED,
    "(跳过)": Reason.NOT_ASKED,
    "（跳过）": Reason.NOT_ASKED,
    "-2": Reason.SKIPPED,
    "(空)": Reason.SKIPPED,
    "（空）": Reason.SKIPPED,
}
NUMBERED = re.compile(r"[Qq]?(\d{1,4})\s*(?:[、．：]|[.:](?!\d))\s*(.*)", re.DOTALL)
OPTION = re.compile(r"第\s*(\d{1,4})\s*题\s*[(（](.*)[)）]", re.DOTALL)
PARTS = "—:：(（"
"""What may stand between a question and its row or option."""
TICK, ARROW = "┋", "→"
TYPED = re.compile(rf"〖(.*?)〗(?=[{TICK}{ARROW}]|$)", re.DOTALL)
"""What a respondent typed at an option, which may itself hold ┋ or 〖."""
TYPED_NAME = "〖填空〗"
WRITTEN: Kind = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name and cells, and the question it belongs to, with its row or option."""

    name: str
    cells: Coded
    number: int | None = None
    stem: str | None = None
    part: str | None = None

    @property
    def about(self) -> About:
        """What the header alone says."""
        if self.number is None:
            return About(role=METADATA[self.name]) if self.name in METADATA else About()
        return About(wording=self.stem, part=self.part, question=f"Q{self.number}", missing=MISSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One file as read: its columns in their order, and the row number of each record."""

    name: str
    columns: tuple[Column, ...]
    lines: np.ndarray
    found: dict[str, Any]

    def questions(self) -> dict[int, list[Column]]:
        """The columns of each question, by its number."""
        found: dict[int, list[Column]] = {}
        for column in self.columns:
            if column.number is not None:
                found.setdefault(column.number, []).append(column)
        return found


@dataclass(kw_only=True)
class Answers:
    """Columns as they leave the reader: names, cells, what is known of each, and notes."""

    names: list[str] = field(default_factory=list)
    cells: list[Coded] = field(default_factory=list)
    about: dict[str, About] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    """Questions at whose options respondents typed texts."""
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, cells: Coded, about: About) -> None:
        self.names.append(name)
        self.cells.append(cells)
        self.about[name] = about

    def add_typed(self, column: Column, texts: Coded | None) -> None:
        """The texts that respondents typed at an option, in a column of their own."""
        if texts is not None:
            about = replace(column.about, part=None, kind="text", role="free_text", blank=Reason.NOT_ASKED, missing={})
            self.add(column.name + TYPED_NAME, texts, about)
            self.typed.append(column.name)

    def all_notes(self) -> list[str]:
        if not self.typed:
            return self.notes
        several, columns = f"{len(self.typed)} questions", "columns of their own, as in"
        if len(self.typed) == 1:
            several, columns = "one question", "a column of its own,"
        where = f'{columns} "{self.typed[0][:40]}{TYPED_NAME}"'
        return [*self.notes, f"What respondents typed at an option (〖…〗) of {several} stands in {where}."]


def export(opened: Opened) -> Export:
    """The columns of an export. Raises DataError where its first row holds no heading of one."""
    heading = [canonical(cell) or "" for cell in opened.rows.top[0]]
    if not any(name in METADATA or NUMBERED.fullmatch(name) or OPTION.fullmatch(name) for name in heading):
        message = "the first row holds no heading of 问卷星 (序号, 提交答卷时间 or 1、…)"
        raise fail(opened.name, f"{message}; export it again with its headings, or leave 'format' out of data.")
    cells, lines = opened.rows.below(1)
    columns = [Column(name=name, cells=one) for name, one in zip(heading, cells, strict=True)]
    return Export(name=opened.name, columns=tuple(_taken_apart(columns)), lines=lines, found=opened.rows.found)


def _taken_apart(columns: Sequence[Column]) -> list[Column]:
    """The columns with number, stem and part of their question."""
    bodies: dict[int, list[str]] = {}
    found: list[Column] = []
    grid: list[Column] = []
    for column in columns:
        option, numbered = OPTION.fullmatch(column.name), NUMBERED.fullmatch(column.name)
        if column.name in METADATA or not (option or numbered or _continues(grid, column)):
            grid = []
        elif option:
            column, grid = replace(column, number=int(option[1]), part=option[2].strip()), []
        elif numbered:
            column, grid = replace(column, number=int(numbered[1]), stem=numbered[2].strip()), []
            bodies.setdefault(int(numbered[1]), []).append(numbered[2].strip())
            grid = [column] if "—" in numbered[2] else []
        else:
            column = replace(column, number=grid[0].number, stem=_before(grid[0].stem), part=column.name)
            grid.append(column)
        found.append(column)
    rows = {column.number for column in found if column.stem and column.part}
    return [_with_part(column, bodies, rows) for column in found]


def _continues(grid: Sequence[Column], column: Column) -> bool:
    """Is it a further row of the grid, whose header repeats neither number nor question? It holds the same answers."""
    return bool(grid) and bool(column.name) and not set(held(grid[0].cells)).isdisjoint(held(column.cells))


def _before(stem: str | None) -> str:
    return (stem or "").rpartition("—")[0].strip()


def _with_part(column: Column, bodies: Mapping[int, list[str]], rows: Iterable[int | None]) -> Column:
    """The column with its stem parted from its row or option, where several columns have the same question."""
    if column.number is None or column.stem is None or column.part is not None:
        return column
    if column.number in rows:
        return replace(column, stem=_before(column.stem), part=column.stem.rpartition("—")[2].strip())
    cut = _shapes.parting(bodies[column.number], PARTS)
    if not cut:
        return column
    part = column.stem[cut + 1 :].strip()
    closed = column.stem[cut] in "(（" and part.endswith((")", "）"))
    return replace(column, stem=column.stem[:cut].rstrip(PARTS), part=part[:-1] if closed else part)


def alone(found: Export) -> Answers:
    """The columns of one export with what it says of them: texts with the kind of their question, or codes."""
    answers = Answers()
    questions = found.questions()
    for column in found.columns:
        if column.number is None:
            answers.add(column.name, column.cells, column.about)
        else:
            say(answers, column, questions[column.number])
    answers.notes.extend(_told(found))
    return answers


def say(answers: Answers, column: Column, question: Sequence[Column]) -> None:
    """Adds one column of a question as its export has it."""
    if len(question) > 1:
        kind = kind_of([one.cells for one in question])
        ticked = ("1",) if kind == "multiple" else ()
        answers.add(column.name, column.cells, replace(column.about, kind=kind, ticked=ticked, role=_role(kind)))
        return
    numbers = all(number(text) is not None for text in answered(column.cells))
    if not recurring(column.cells):
        written = None if numbers else WRITTEN
        answers.add(column.name, column.cells, replace(column.about, kind=written, role=_role(written)))
        return
    cells, typed = apart(column.cells)
    sign = next((sign for sign in (TICK, ARROW) if any(sign in text for text in answered(cells))), None)
    kinds: dict[str | None, Kind | None] = {TICK: "multiple", ARROW: "ranking", None: None if numbers else "single"}
    answers.add(column.name, cells, replace(column.about, kind=kinds[sign], separator=sign))
    answers.add_typed(column, typed)


def _role(kind: Kind | None) -> Role | None:
    return "free_text" if kind == WRITTEN else None


def _told(found: Export) -> list[str]:
    """That the codes of an export mean nothing by themselves, and where their texts are."""
    coded = any(column.part and codes(column.cells) for column in found.columns)
    message = (
        "The answers are codes (按选项序号), whose texts are in another export: name the text export (按选项文本) of "
        "the same answers under 'labels' to have them."
    )
    return [message] if coded else []


def answered(cells: Coded) -> list[str]:
    """Distinct answers of a column, without those that mean none."""
    return _shapes.answered(cells, MISSING)


def codes(cells: Coded) -> bool:
    """Does a column hold codes alone, and any?"""
    return _shapes.codes(cells, MISSING)


def recurring(cells: Coded) -> bool:
    """Are the answers options, not what respondents write?"""
    return _shapes.recurring(cells, MISSING, _options)


def _options(text: str) -> list[str]:
    return plain(text).replace(ARROW, TICK).split(TICK)


def plain(text: str) -> str:
    """A cell without what the respondent typed at its options."""
    if TICK not in text and "〖" not in text:
        return text.strip()
    return TICK.join(part.strip() for part in TYPED.sub("", text).split(TICK))


def apart(cells: Coded) -> tuple[Coded, Coded | None]:
    """The column without what respondents typed at an option, and these texts; None where there are none."""
    found = [TICK.join(filter(None, TYPED.findall(value))) if isinstance(value, str) else "" for value in cells.values]
    texts = np.array([*(text.strip() or None for text in found), None], dtype=object)
    return mapped(cells, plain), Coded.of(texts[cells.codes]) if any(texts) else None


def kind_of(columns: Sequence[Coded]) -> Kind | None:
    """Kind of a question with several columns: ticks are 1 and 0, ranks 1, 2, … in every row, other codes a grid."""
    found = {text for cells in columns for text in answered(cells)}
    if not all(codes(cells) for cells in columns if answered(cells)):
        return "grid" if all(recurring(cells) for cells in columns) else WRITTEN
    if found <= {"0", "1"}:
        return "multiple" if "0" in found else None
    return "ranking" if _shapes.ranks(columns, MISSING) else "grid"
