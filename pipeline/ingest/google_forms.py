"""Google Forms: the CSV or Excel file of a linked sheet, labels below the questions' texts.

Checkboxes are joined by ', ' in one cell. Labels that hold a comma themselves are told apart by the options that the
study declares under variables.<name>.codes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.ingest._headings import headings
from pipeline.ingest._opened import Opened
from pipeline.ingest._table import fail, make
from pipeline.ingest._text import apart, held, parts_of
from pipeline.ingest._times import DAY_MONTH, moment
from pipeline.responses import About, Coded, Role, Table

STAMPS = (
    *("Timestamp", "时间戳记", "时间戳", "時間戳記", "タイムスタンプ", "타임스탬프", "Отметка времени", "Zeitstempel"),
    *("Horodateur", "Marca temporal", "Tijdstempel", "Carimbo de data/hora", "Informazioni cronologiche"),
)
"""Heading of the first column, in the language of the account that made the form."""
ADDED: dict[str, Role] = {
    **dict.fromkeys(("email address", "email", "username", "e-mail-adresse", "nutzername"), "email"),
    **dict.fromkeys(("电子邮件地址", "邮箱", "用户名"), "email"),
    **dict.fromkeys(("score", "total score", "得分", "总分", "分数", "punkte", "gesamtpunktzahl"), "metadata"),
}
QUIZ = re.compile(r"(.*) \[(Score|Feedback|得分|反馈)\]", re.DOTALL)
ROW = re.compile(r"(?P<stem>.*\S)\s*\[(?P<row>[^\[\]]+)\]", re.DOTALL)
SEPARATOR = ", "


def fits(opened: Opened) -> bool:
    """Is the first column one of Google's time stamps, with times below it? Or is it a CSV still in its archive?"""
    if _is_archive(opened.raw):
        return True
    top = opened.top
    if len(top) < 2 or len(top[0]) < 2 or top[0][0] not in STAMPS:
        return False
    stamps = [row[0] for row in top[1:] if row and row[0]]
    return (
        bool(stamps)
        and all(DAY_MONTH.match(text) or moment(text) is not None for text in stamps)
        and not any(text.replace(".", "").isdecimal() for text in stamps)
    )


def read(opened: Opened) -> Table:
    """Table of the answers. Raises DataError for an archive, which Google makes of a CSV download."""
    if _is_archive(opened.raw):
        raise fail(opened.name, "is a zip archive with a CSV file inside; unpack it and name the CSV file.")
    names = headings(opened)[0]
    columns, lines = opened.rows.below(1)
    about = [_column(name, column) for name, column in zip(names, columns, strict=True)]
    about[0] = About(role="ended", kind="date")
    for question, places in _grids(names, about):
        for place in places:
            about[place] = _row(about[place], question, names[place])
    table = make(opened, "google_forms", names, columns, lines, **opened.rows.found)
    return replace(table, about=apart(names, about))


def _is_archive(raw: bytes) -> bool:
    if not raw.startswith(b"PK"):
        return False
    try:
        names = zipfile.ZipFile(io.BytesIO(raw)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    return bool(names) and all(name.lower().endswith((".csv", ".tsv")) for name in names)


def _column(name: str, column: Coded) -> About:
    if name.casefold() in ADDED:
        return About(role=ADDED[name.casefold()])
    if QUIZ.fullmatch(name):
        return About(role="metadata")
    texts = held(column)
    if parts_of(texts, SEPARATOR):
        return About(wording=name, kind="multiple", separator=SEPARATOR)
    return About(wording=name, separator=SEPARATOR if any(SEPARATOR in text for text in texts) else None)


def _grids(names: Sequence[str], about: Sequence[About]) -> Iterator[tuple[str, list[int]]]:
    """Wording of each grid and its columns: neighbours that end in '[row]' and share what stands before."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        match = ROW.fullmatch(name)
        if match and not about[place].role:
            found.setdefault(match["stem"], []).append(place)
    yield from ((stem, places) for stem, places in found.items() if len(places) > 1)


def _row(about: About, question: str, name: str) -> About:
    match = ROW.fullmatch(name)
    part = match["row"].strip() if match else None
    kind = about.kind or "grid"
    return replace(about, wording=question, question=question if kind == "grid" else name, part=part, kind=kind)
