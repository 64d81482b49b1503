"""腾讯问卷 (wj.qq.com): one column a question, or one an option or row, with a letter before every option."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.ingest._opened import Opened
from pipeline.ingest._shapes import answered, codes, parting, ranks
from pipeline.ingest._table import canonical, fail, make
from pipeline.ingest._text import mapped
from pipeline.responses import About, Coded, Kind, Reason, Role, Table

METADATA: dict[str, Role] = {
    "编号": "id",
    "开始答题时间": "started",
    "结束答题时间": "ended",
    "答题时长": "seconds",
    "语言": "metadata",
    "清洗数据结果": "metadata",
    "智能清洗数据无效概率": "metadata",
    "地理位置国家和地区": "place",
    "地理位置省": "place",
    "地理位置市": "place",
    "用户类型": "metadata",
    "用户标识": "name",
    "昵称": "name",
    "自定义字段": "metadata",
    "IP": "ip",
    "UA": "metadata",
    "Referrer": "metadata",
    "中奖时间": "metadata",
    "中奖金额": "metadata",
    "审核状态": "metadata",
}
TIMES = ("开始答题时间", "结束答题时间")
NUMBERED = re.compile(r"[Qq]?(\d{1,4})\s*[.．、]\s*(.*)", re.DOTALL)
TYPED = re.compile(r"(.*?)[:：]?\s*(?:\[(?:选项|题目)填空\]|_填空\d+)", re.DOTALL)
"""Header of a column of what respondents typed at an option, or in a gap of the question."""
LETTER = re.compile(r"([A-Z]{1,2})\.\s*(?=\S)")
GAP = re.compile(r"\s*(_*\{fillblank-\w+\}|_{2,})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column, and the question it belongs to: its number, its wording and what is typed, an option or a row."""

    name: str
    cells: Coded
    number: int | None = None
    body: str = ""
    typed: bool = False
    part: str | None = None

    @property
    def about(self) -> About:
        if self.number is None:
            return About(role=METADATA.get(self.name))
        if self.typed:
            about = About(wording=self.body, question=f"Q{self.number}", kind="text", role="free_text")
            return replace(about, blank=Reason.NOT_ASKED)
        return About(wording=self.body, part=self.part, question=f"Q{self.number}")


def fits(opened: Opened) -> bool:
    """Does the first row hold both times of 腾讯问卷?"""
    top = opened.top
    return bool(top) and set(TIMES) <= set(top[0])


def read(opened: Opened) -> Table:
    """Table of an export: letters before options taken off, options in the order of their letters."""
    names = [canonical(cell) for cell in opened.rows.top[0]]
    if not any(_is_heading(name or "") for name in names):
        message = "the first row holds no heading of 腾讯问卷 (编号, 开始答题时间 or 1.…)"
        raise fail(opened.name, f"{message}; export it again with its headings, or leave 'format' out of data.")
    cells, lines = opened.rows.below(1)
    columns = [_column(name or "", one) for name, one in zip(names, cells, strict=True)]
    questions: dict[int, list[int]] = {}
    for position, column in enumerate(columns):
        if column.number is not None and not column.typed:
            questions.setdefault(column.number, []).append(position)
    about = {column.name: column.about for column in columns}
    for positions in questions.values():
        group = _with_parts([columns[position] for position in positions])
        for position, (column, said) in zip(positions, _said(group), strict=True):
            cells[position], about[column.name] = column.cells, said
    return make(opened, "tencent", names, cells, lines, about=about, **opened.rows.found)


def _is_heading(name: str) -> bool:
    """Is it a heading and no address, number or date?"""
    numbered = NUMBERED.fullmatch(name)
    return name in METADATA or (numbered is not None and not re.fullmatch(r"[\d.]*", numbered[2]))


def _column(name: str, cells: Coded) -> Column:
    numbered = None if name in METADATA else NUMBERED.fullmatch(name)
    if not numbered:
        return Column(name=name, cells=cells)
    typed = TYPED.fullmatch(numbered[2])
    body = GAP.sub("", typed[1] if typed else numbered[2]).strip()
    return Column(name=name, cells=cells, number=int(numbered[1]), body=body, typed=typed is not None)


def _with_parts(group: Sequence[Column]) -> list[Column]:
    """The columns of one question with what each adds to it, where their headers share the question."""
    cut = parting([column.body for column in group], ":")
    if not cut:
        return list(group)
    return [replace(column, body=column.body[:cut].strip(), part=column.body[cut + 1 :].strip()) for column in group]


def _said(group: Sequence[Column]) -> list[tuple[Column, About]]:
    """The columns of one question without letters and gaps, and what is known of each."""
    lettered = _options(group)
    if lettered:
        group = [replace(column, cells=mapped(column.cells, _plain)) for column in group]
    kind = _kind(group, bool(lettered))
    if kind == "multiple":
        parts = {column.name: answered(column.cells) or [column.part or column.body] for column in group}
        return [(column, replace(column.about, kind=kind, ticked=tuple(parts[column.name]))) for column in group]
    return [(column, replace(column.about, kind=kind, labels=lettered)) for column in group]


def _kind(group: Sequence[Column], lettered: bool) -> Kind | None:
    """Options repeat their own header in their cells, rows do not."""
    if len(group) == 1 or group[0].part is None:
        return "single" if lettered else None
    ticks = [{_plain(text) for text in answered(column.cells)} for column in group]
    if not any(ticks):
        return None
    if all(tick <= {column.part} for tick, column in zip(ticks, group, strict=True)):
        return "multiple"
    coded = all(codes(column.cells) for column in group if answered(column.cells))
    return "ranking" if coded and ranks([column.cells for column in group]) else "grid"


def _options(group: Sequence[Column]) -> dict[str, str]:
    """Options of all columns, each with itself, in the order of their letters; none unless every answer has its own."""
    found: dict[str, str] = {}
    for text in (text for column in group for text in answered(column.cells)):
        letter = LETTER.match(text)
        if letter is None or found.setdefault(letter[1], _plain(text)) != _plain(text):
            return {}
    return {found[letter]: found[letter] for letter in sorted(found, key=lambda letter: (len(letter), letter))}


def _plain(text: str) -> str:
    """An answer without its letter and without the gap for a text of one's own."""
    return GAP.sub("", LETTER.sub("", text, count=1)).strip()
