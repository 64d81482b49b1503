"""LimeSurvey: CSV or Excel with any headings, as codes or full answers, and VV files; labels from an .lss or queXML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ingest._headings import clean
from pipeline.ingest._limesurvey import NOT_SHOWN, Head, abouts
from pipeline.ingest._lss import structure
from pipeline.ingest._opened import Opened
from pipeline.ingest._table import fail, make
from pipeline.ingest._text import mapped
from pipeline.responses import About, Coded, Role, Table

ROLES: dict[str, Role | None] = {
    "id": "id",
    "submitdate": "complete",
    "startdate": "started",
    "datestamp": "ended",
    "interviewtime": "seconds",
    "ipaddr": "ip",
    "firstname": "name",
    "lastname": "name",
    "email": "email",
    **dict.fromkeys(("lastpage", "startlanguage", "seed", "refurl", "token"), "metadata"),
    **dict.fromkeys(("tid", "emailstatus", "language", "sent", "remindersent", "remindercount"), "metadata"),
    **dict.fromkeys(("completed", "usesleft", "validfrom", "validuntil", "mpid", "participant_id"), "metadata"),
}
"""Columns that LimeSurvey writes beside the answers."""
OWN = ("submitdate", "lastpage", "startlanguage")
"""Three that every export begins with; two of them tell the format."""
TEXTS = {
    "Response ID": "id",
    "Date submitted": "submitdate",
    "Last page": "lastpage",
    "Start language": "startlanguage",
    "Seed": "seed",
    "Date started": "startdate",
    "Date last action": "datestamp",
    "IP address": "ipaddr",
    "Referrer URL": "refurl",
    "Access code": "token",
    "Total time": "interviewtime",
}
"""The same as headings without codes have them, in English."""
CODED = re.compile(r"submitdate([^\w\[]+)\w")
CODE = re.compile(r"\w+(\[[^\[\]\r\n]*\]){0,2}")
TIMES = re.compile(r"groupTime\w+|\w+Time|(Group|Question) time: .*")
ESCAPES = {"{newline}": "\n", "{cr}": "\r", "{tab}": "\t", "{quote}": '"', "{lbrace}": "{"}
ESCAPE = re.compile("|".join(map(re.escape, ESCAPES)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the headings are written: in `headers` rows, with codes or not, a separator between code and text or none."""

    headers: int
    codes: bool
    separator: str = ""


def fits(opened: Opened) -> bool:
    """Do two of LimeSurvey's own columns stand in the first row, or the second of a VV file?"""
    return _layout(opened.top) is not None


def read(opened: Opened) -> Table:
    """Table of a LimeSurvey export. Raises DataError where it is none, or the structure belongs to another survey."""
    rows = opened.rows
    layout = _layout(opened.top) or Layout(headers=1, codes=False)
    columns, lines = rows.below(layout.headers)
    names, heads = _heads(opened, layout, len(columns))
    described = structure(opened.labels, opened.file.labels or "") if opened.labels is not None else {}
    columns = [_unmasked(column, head, layout) for column, head in zip(columns, heads, strict=True)]
    about, notes = abouts(heads, columns, described)
    if described and not any(head.name in described for head in heads):
        message = "describes none of the columns; name the structure of this survey, or leave 'labels' out."
        raise fail(opened.file.labels or opened.name, message)
    notes = [*_finished(heads, columns), *notes]
    said = {name: entry for name, entry in zip(names, about, strict=True) if entry != About()}
    return make(opened, "limesurvey", names, columns, lines, about=said, notes=notes, **rows.found)


def _layout(top: Sequence[Sequence[str]]) -> Layout | None:
    for headers, row in enumerate(top[:2], start=1):
        if len(set(OWN) & set(row)) > 1:
            return Layout(headers=headers, codes=True)
    if not top:
        return None
    coded = next((match for cell in top[0] if (match := CODED.match(cell))), None)
    if coded:
        return Layout(headers=1, codes=True, separator=coded[1])
    return Layout(headers=1, codes=False) if len(set(TEXTS) & set(top[0])) > 2 else None


def _heads(opened: Opened, layout: Layout, width: int) -> tuple[list[str], list[Head]]:
    """Names of the columns, the codes where the file has them; and what the headings say."""
    top = [[clean("" if cell is None else str(cell)) for cell in row] for row in opened.rows.top[: layout.headers]]
    cells = [*top[-1], *[""] * width][:width]
    texts = [*top[0], *[""] * width][:width] if layout.headers > 1 else cells
    names = [cell.partition(layout.separator)[0] if layout.separator else cell for cell in cells]
    heads, timed = [], False
    for name, text in zip(names, texts, strict=True):
        own = name if layout.codes else TEXTS.get(name, "")
        timed = timed or own == "interviewtime"
        role: Role | None = "metadata" if timed and TIMES.fullmatch(name) else ROLES.get(own)
        heads.append(_head(name, text.partition(layout.separator)[2] if layout.separator else text, own, role, layout))
    return names, heads


def _head(name: str, text: str, own: str, role: Role | None, layout: Layout) -> Head:
    if role or own.startswith("attribute_"):
        return Head(name=name, own=own, role=role)
    wording = text if text and (text != name or not layout.codes) else None
    question, sub = _split(name) if layout.codes else (None, None)
    if wording is None or (layout.codes and sub is None):
        return Head(name=name, question=question, sub=sub, wording=wording)
    wording, parts = _parted(wording)
    part = " – ".join(parts) or None
    if not layout.codes:
        return Head(name=name, question=wording if part else None, sub=part, wording=wording, part=part)
    return Head(name=name, question=question, sub=sub, wording=wording, part=part)


def _parted(text: str) -> tuple[str, list[str]]:
    """The question, and what stands behind it in brackets without a blank between: 'Rate (1 to 5) [Price][Today]'."""
    opening = {"]": "[", ")": "("}.get(text[-1:], "")
    parts: list[str] = []
    while opening and text.endswith({"[": "]", "(": ")"}[opening]):
        start, depth = len(text), 0
        for start in range(len(text) - 1, -1, -1):
            depth += (text[start] in "])") - (text[start] in "[(")
            if depth == 0:
                break
        if text[start] != opening or start == 0:
            break
        parts.insert(0, text[start + 1 : -1].strip())
        text = text[:start]
    return text.strip(), parts


def _split(code: str) -> tuple[str, str | None]:
    """Question and subquestion: 'Q1[SQ001][2]' and 'Q1_SQ001_1' both give 'Q1', the rest as written inside."""
    question, bracket, rest = code.partition("[")
    if bracket:
        return question, rest.rstrip("]").replace("][", "#")
    question, _, rest = code.partition("_")
    return question, rest or None


def _unmasked(column: Coded, head: Head, layout: Layout) -> Coded:
    """The cells as the respondent gave them: escapes of a VV file and the mask of formulas undone."""
    if layout.headers == 1:
        return mapped(column, lambda text: text[1:] if text.startswith("'=") else text)
    blank = None if head.own in ROLES else NOT_SHOWN
    return mapped(
        column, lambda text: blank if text == NOT_SHOWN else ESCAPE.sub(lambda found: ESCAPES[found[0]], text)
    )


def _finished(heads: Sequence[Head], columns: Sequence[Coded]) -> list[str]:
    """A note about interviews that were broken off."""
    for head, column in zip(heads, columns, strict=True):
        if head.own == "submitdate" and (blank := int((column.codes < 0).sum())):
            rows = len(column)
            return [f"{blank:,} of {rows:,} interviews were not finished: {head.name} is blank in them."]
    return []
