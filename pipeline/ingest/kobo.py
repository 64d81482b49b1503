"""KoboToolbox and ODK Central: CSV or Excel, names or labels as headings, choices in one cell, in columns, or both.

In the columns of choices 1 is ticked, 0 is not, and blank is not asked: also where a later version of the form added
the choice. An XLSForm under `data.labels` gives texts, kinds and choices, and tells choices from groups.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.errors import DataError, listing
from pipeline.ingest._headings import headings
from pipeline.ingest._opened import Opened
from pipeline.ingest._table import fail, make
from pipeline.ingest._text import apart, held, parts_of
from pipeline.ingest._xlsform import Asked, questions
from pipeline.ingest._xml import local, parse
from pipeline.responses import About, Coded, Kind, Reason, Role, Table

ADDED: dict[str, Role] = {
    "start": "started",
    "end": "ended",
    "_uuid": "id",
    "KEY": "id",
    "phonenumber": "phone",
    "email": "email",
    "_submitted_by": "name",
    "username": "name",
    "SubmitterName": "name",
    **dict.fromkeys(("today", "deviceid", "subscriberid", "simserial", "audit", "instanceID"), "metadata"),
    **dict.fromkeys(("_id", "_index", "_notes", "_status", "_tags", "_version_"), "metadata"),
    **dict.fromkeys(("_validation_status", "__version__", "_parent_table_name", "_parent_index"), "metadata"),
    **dict.fromkeys(("_submission__id", "_submission__uuid", "PARENT_KEY", "FormVersion", "Edits"), "metadata"),
    **dict.fromkeys(("meta/instanceID", "meta-instanceID", "meta/instanceName", "meta-instanceName"), "metadata"),
    **dict.fromkeys(("SubmitterID", "AttachmentsPresent", "AttachmentsExpected", "Status"), "metadata"),
    **dict.fromkeys(("ReviewState", "DeviceID"), "metadata"),
}
"""Columns that the platforms add."""
SURE = ("_uuid", "_submission_time", "_validation_status", "__version__", "meta/instanceID", "meta-instanceID")
ODK = {"SubmissionDate", "KEY"}
PLACE = re.compile(
    r"(?P<kobo>_(?P<of>.+)_|(?P<odk>.+)-)(latitude|longitude|altitude|precision|accuracy)", re.IGNORECASE
)
CODE = re.compile(r"[^\W\d][\w.-]*|\d{1,3}")
MOST_BYTES = 5_000_000
FLAGS = {"0", "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A column of one choice: the question it belongs to, and the choice."""

    question: str
    choice: str


def fits(opened: Opened) -> bool:
    """Do Kobo's or Central's own columns stand there, or a question beside columns of its choices?"""
    header = next(iter(opened.top), [])
    if len(set(SURE) & set(header)) or set(header) >= ODK or ({"start", "end"} <= set(header) and "_index" in header):
        return True
    return _has_places(header) or _has_choices(opened, header)


def read(opened: Opened) -> Table:
    """Table of the submissions; repeats, which have sheets of their own, are named in a note and not read."""
    names = headings(opened)[0]
    columns, lines = opened.rows.below(1)
    asked = questions(opened.labels, opened.file.labels or "") if opened.labels is not None else {}
    if asked and not any(_found(name, asked) for name in names):
        message = "describes none of the columns; name the XLSForm of this form, or leave 'labels' out."
        raise fail(opened.file.labels or opened.name, message)
    choices = _choices(names, columns, asked)
    about = [
        _choice(choices[place], asked) if place in choices else _column(name, columns[place], names, choices, asked)
        for place, name in enumerate(names)
    ]
    notes = [*_repeats(opened), *_doubts(names, choices, asked)]
    table = make(opened, "kobo", names, columns, lines, notes=notes, **opened.rows.found)
    return replace(table, about=apart(names, about))


def _has_places(header: Sequence[str]) -> bool:
    return any((match := PLACE.fullmatch(name)) and match["kobo"] and match["of"] in header for name in header)


def _has_choices(opened: Opened, header: Sequence[str]) -> bool:
    """Do two columns named by a question and a choice hold 0 and 1? In a file of ; where the question is absent."""
    cells = opened.top[1:]
    counts: dict[str, int] = {}
    for place, name in enumerate(header):
        question = _question(name, header)
        held_here = {row[place] for row in cells if place < len(row)} - {""}
        if question and held_here and held_here <= FLAGS:
            counts[question] = counts.get(question, 0) + 1
    if not counts:
        return False
    alone = opened.rows.found.get("delimiter") == ";"
    return any(count > 1 and (alone or question in header) for question, count in counts.items())


def _question(name: str, header: Sequence[str]) -> str | None:
    """The question of 'question/choice': the longest beginning that has a column itself, else all but the last part."""
    ends = [match.start() for match in re.finditer("/", name)][::-1]
    return next((name[:end] for end in ends if name[:end] in header), name[: ends[0]] if ends else None)


def _choices(names: Sequence[str], columns: Sequence[Coded], asked: Mapping[str, Asked]) -> dict[int, Choice]:
    """The columns that hold one choice each."""
    found: dict[int, Choice] = {}
    for place, (name, column) in enumerate(zip(names, columns, strict=True)):
        question = _question(name, names)
        if question and set(held(column)) <= FLAGS and not _found(name, asked):
            found[place] = Choice(question=question, choice=name[len(question) + 1 :])
    counts = [choice.question for choice in found.values()]
    known = {
        question
        for question in counts
        if _is_multiple(question, names, asked) or (not asked and counts.count(question) > 1)
    }
    return {place: choice for place, choice in found.items() if choice.question in known}


def _is_multiple(question: str, names: Sequence[str], asked: Mapping[str, Asked]) -> bool:
    entry = _found(question, asked)
    return entry.kind == "multiple" if entry else not asked and question in names


def _found(name: str, asked: Mapping[str, Asked]) -> Asked | None:
    """The question behind a heading, by all of it or by its last part."""
    return asked.get(name) or asked.get(name.rpartition("/")[2])


def _choice(choice: Choice, asked: Mapping[str, Asked]) -> About:
    entry = _found(choice.question, asked)
    return About(
        wording=entry.wording if entry and entry.wording else _text(choice.question),
        part=entry.choices.get(choice.choice, choice.choice) if entry else choice.choice,
        question=choice.question,
        kind="multiple",
        ticked=("1",),
        blank=Reason.NOT_ASKED,
    )


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _text(name: str) -> str | None:
    """The wording that a heading is, without its groups; None for a name."""
    return None if CODE.fullmatch(_last(name)) else _last(name)


def _column(
    name: str, column: Coded, names: Sequence[str], choices: Mapping[int, Choice], asked: Mapping[str, Asked]
) -> About:
    role = _role(name, names) or ("metadata" if any(choice.question == name for choice in choices.values()) else None)
    if role:
        return About(role=role)
    entry, other = _found(name, asked), name.removesuffix("_other")
    if entry:
        return _described(entry, held(column))
    if other != name and other in names:
        return About(wording=_text(other), part="other", question=other, kind="text", role="free_text")
    texts = held(column)
    joined = any(" " in text for text in texts) and all(CODE.fullmatch(part) for text in texts for part in text.split())
    separator = " " if joined else None
    kind: Kind | None = "multiple" if separator and parts_of(texts, separator) else None
    return About(wording=_text(name), kind=kind, separator=separator)


def _role(name: str, names: Sequence[str]) -> Role | None:
    if name in ("SubmissionDate", "_submission_time"):
        return "metadata" if "end" in names else "ended"
    if name == "_id" and not {"_uuid", "KEY"} & set(names):
        return "id"
    if name in ADDED:
        return ADDED[name]
    bases = {_last(other) for other in names}
    if (match := PLACE.fullmatch(_last(name))) and (match["odk"] or match["of"] in bases):
        return "place"
    return "place" if {f"_{_last(name)}_latitude", f"_{_last(name)}_longitude"} <= bases else None


def _described(asked: Asked, texts: Sequence[str]) -> About:
    """What the form says of a column whose cells hold codes or labels."""
    several = asked.kind in ("multiple", "ranking")
    parts = {part for text in texts for part in text.split(" ")} if several else set(texts)
    labels = (
        dict(asked.choices) if parts <= asked.choices.keys() else {label: label for label in asked.choices.values()}
    )
    blank = Reason.NOT_ASKED if asked.required else Reason.SKIPPED
    if asked.is_place or asked.kind == "text":
        role: Role = "place" if asked.is_place else "free_text"
        return About(wording=asked.wording or asked.name, kind=asked.kind, role=role, blank=blank)
    return About(
        wording=asked.wording or asked.name,
        kind=asked.kind,
        labels=labels,
        separator=" " if several else None,
        measure="scale" if asked.kind == "number" else None,
        blank=blank,
        role=ADDED.get(asked.type),
    )


def _doubts(names: Sequence[str], choices: Mapping[int, Choice], asked: Mapping[str, Asked]) -> list[str]:
    alone = sorted({choice.question for choice in choices.values() if choice.question not in names})
    if asked or not alone:
        return []
    return [f"The columns of {listing(alone, 5)} hold only 0 and 1: they were read as choices of one question, not as "
            "questions of a group; the XLSForm of the form under 'labels' would tell."]  # fmt: skip


def _repeats(opened: Opened) -> list[str]:
    """A note on the other sheets of a workbook, which hold what was asked several times of one person."""
    if opened.file.sheet or not opened.raw.startswith(b"PK"):
        return []
    others = [name for name in _sheets(opened.raw) if name != opened.rows.found.get("sheet")]
    if not others:
        return []
    said = "sheet {} stands" if len(others) == 1 else "sheets {} stand"
    return [f"The {said.format(listing(others, 5))} beside the answers, as repeats do; only one sheet was read."]


def _sheets(raw: bytes) -> list[str]:
    """Names of the sheets of an xlsx workbook; none of another kind."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        entry = archive.getinfo("xl/workbook.xml")
        root = parse(archive.read(entry), "xl/workbook.xml") if entry.file_size < MOST_BYTES else None
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError, DataError):
        return []
    return [] if root is None else [sheet.get("name", "") for sheet in root.iter() if local(sheet.tag) == "sheet"]
