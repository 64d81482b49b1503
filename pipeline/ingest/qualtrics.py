"""Qualtrics: CSV, TSV and Excel with rows of names, question texts and ImportIds above the answers.

The legacy export has two rows (V1, V2 … above ResponseID, ResponseSet …); a file from which the rows of texts or of
ImportIds were taken away is read from its names, and a note says what is missing. `data.labels` may name the QSF of
the survey: it gives labels, their order, grids and kinds; where the cells hold choice texts, the labels stand for
themselves in the order of the QSF.

A blank cell is 'skipped', for Qualtrics writes a question that was not shown and one that was left out alike; where
the export marks the latter with -99, a blank cell is 'not asked'. -1 and -2 beside a scale are 'declined'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import DataError, listing
from pipeline.ingest._headings import clean, headings
from pipeline.ingest._opened import Opened
from pipeline.ingest._qsf import Asked, questions
from pipeline.ingest._qualtrics import SEEN, Column, describe, fitting, place
from pipeline.ingest._table import canonical, fail, make
from pipeline.responses import About, Coded, Kind, Reason, Role, Table

IMPORT = re.compile(r"ImportId\W+([\w#. -]+)")
CHOICE = re.compile(r"choiceId\W+(-?\d+)\b")
ZONE = re.compile(r"timeZone\W+([\w/+-]+)")
RECORD = re.compile(r"R_[A-Za-z0-9]{11,17}", re.ASCII)
"""The id Qualtrics gives to a response."""
FIXED: dict[str, tuple[Role, Kind | None]] = {
    "startdate": ("started", "date"),
    "enddate": ("ended", "date"),
    "recordeddate": ("metadata", "date"),
    "status": ("test", "single"),
    "ipaddress": ("ip", None),
    "progress": ("metadata", "number"),
    "duration": ("seconds", "number"),
    "duration(inseconds)": ("seconds", "number"),
    "finished": ("complete", "single"),
    "responseid": ("id", None),
    "_recordid": ("id", None),
    "responseset": ("metadata", None),
    "responsesetid": ("metadata", None),
    "recipientlastname": ("name", None),
    "recipientfirstname": ("name", None),
    "recipientemail": ("email", None),
    "emailaddress": ("email", None),
    "email": ("email", None),
    "name": ("name", None),
    "externalreference": ("name", None),
    "externaldatareference": ("name", None),
    "locationlatitude": ("place", None),
    "locationlongitude": ("place", None),
    "locationaccuracy": ("place", None),
    "distributionchannel": ("metadata", None),
    "userlanguage": ("metadata", None),
}
"""Role and kind of the columns Qualtrics adds, by ImportId or name without spaces and case. A reference from a list
of contacts may say who answered, so it counts as a name."""
SAME = 20
"""Letters of a question by which its wording in two files is compared: an export cuts long ones."""
LABELS: dict[str, dict[str, str]] = {
    "test": {
        "0": "IP Address", "1": "Survey Preview", "2": "Survey Test", "4": "Imported", "8": "Spam",
        "9": "Spam Preview", "12": "Imported Spam", "16": "Offline", "17": "Offline Preview",
    },
    "complete": {"1": "True", "0": "False"},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """names, wordings, imports: the three rows, as wide as the first; the latter two may be empty. skip: rows above."""

    names: Sequence[str]
    wordings: Sequence[str]
    imports: Sequence[str]
    skip: int


def fits(opened: Opened) -> bool:
    """Does a row of ImportIds stand among the first, or an id of Qualtrics, be it in the place of the names?"""
    top = opened.top
    return _header(top) is not None or bool(
        top and any(RECORD.fullmatch(cell) or IMPORT.search(cell) for cell in top[0])
    )


def read(opened: Opened) -> Table:
    """Table of an export. Raises DataError where its names are absent, or data.labels is no QSF."""
    rows, top = opened.rows, headings(opened)
    header = _header(top)
    if header is None:
        raise _refused(opened, top)
    coded, lines = rows.below(header.skip)
    asked = questions(opened.labels, opened.file.labels or "") if opened.labels is not None else {}
    asked = asked if any(header.imports) else {question.tag: question for question in asked.values()}
    columns = _columns(header, coded)
    about = describe(columns, asked)
    notes = [*_absent_rows(header), *_zones(header), *_codes(columns, about), *_unknown(opened, columns, asked)]
    return make(opened, "qualtrics", header.names, coded, lines, about=about, notes=notes, **rows.found)


def _header(top: Sequence[Sequence[str]]) -> Header | None:
    """The rows above the answers, or None where the names are not among them."""
    imports = next((i for i, row in enumerate(top) if _are_imports(row)), None)
    if imports is not None:
        return _rows(top, imports, imports + 1) if imports else None
    if len(top) > 1 and "V1" in top[0] and "responseid" in map(_folded, top[1]):
        return _rows(top, None, 2)
    return _without_imports(top)


def _are_imports(row: Sequence[str]) -> bool:
    """Do most cells hold an ImportId?"""
    return 2 * sum(bool(IMPORT.search(cell)) for cell in row) > sum(map(bool, row))


def _without_imports(top: Sequence[Sequence[str]]) -> Header | None:
    """One or two rows above the first one with an id of Qualtrics below its name."""
    at = (
        next((i for i, name in enumerate(top[0]) if _folded(name) in ("responseid", "_recordid")), None)
        if top
        else None
    )
    if at is None:
        return None
    ids = (i for i, row in enumerate(top[:3]) if at < len(row) and RECORD.fullmatch(row[at]))
    skip = next(ids, 0)
    return _rows(top, None, skip) if skip else None


def _rows(top: Sequence[Sequence[str]], imports: int | None, skip: int) -> Header:
    """The names are the first row, the texts the second where it is not that of the ImportIds."""
    width = len(top[0])
    wordings = top[1] if skip > 1 and imports != 1 else ()
    return Header(
        names=_wide(top[0], width),
        wordings=_wide(wordings, width),
        imports=_wide(top[imports] if imports is not None else (), width),
        skip=skip,
    )


def _wide(row: Sequence[str], width: int) -> list[str]:
    return [*row[:width], *[""] * (width - len(row))]


def _refused(opened: Opened, top: Sequence[Sequence[str]]) -> DataError:
    """Why the names of the columns cannot be told."""
    first = "ImportIds" if _are_imports(top[0]) else "a response"
    if first == "ImportIds" or any(map(RECORD.fullmatch, top[0])):
        return fail(
            opened.name,
            f"row {opened.rows.lines[0]} holds {first} where Qualtrics writes the names of the columns; export the "
            "data again and keep all header rows.",
        )
    return fail(
        opened.name,
        "is no export of Qualtrics: its first rows hold neither ImportIds nor the name ResponseId above an id; export "
        "the data again with all header rows, or leave 'format' out of data.",
    )


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


def _columns(header: Header, coded: Sequence[Coded]) -> list[Column]:
    return [
        _column(name, wording, imports, cells)
        for name, wording, imports, cells in zip(header.names, header.wordings, header.imports, coded, strict=True)
    ]


def _column(name: str, wording: str, imports: str, cells: Coded) -> Column:
    """One column: fixed where its ImportId, its name or (in the legacy form) its text is known, else of a question."""
    found, choice = IMPORT.search(imports), CHOICE.search(imports)
    import_id = found[1].strip() if found else ""
    known = next((FIXED[key] for key in _keys(import_id, name, wording) if key in FIXED), None)
    texts = frozenset(text for value in cells.values if (text := canonical(value)))
    if known:
        labels = fitting(LABELS.get(known[0], {}), texts)
        return Column(name=name, wording=wording, role=known[0], kind=known[1], labels=labels, texts=texts)
    question, ids, rest = place(import_id, choice[1] if choice else "", name)
    return Column(name=name, wording=wording, question=question, ids=ids, rest=rest, labels={}, texts=texts)


def _keys(import_id: str, name: str, wording: str) -> list[str]:
    """What a fixed column may be known by; an ImportId of a question overrules its name."""
    if import_id.lstrip("0123456789_").startswith("QID"):
        return []
    plain = import_id.removeprefix("panel-").removeprefix("Location-")
    return [_folded(plain), _folded(name), *([_folded(wording)] if re.fullmatch(r"V\d+", name) else [])]


def _absent_rows(header: Header) -> list[str]:
    """What the file lost."""
    legacy = "V1" in header.names
    if any(header.imports) or legacy:
        return []
    lost = "ImportIds" if any(header.wordings) else "question texts and ImportIds"
    return [f"The header rows with {lost} are missing; what belongs together was told from the names of the columns."]


def _zones(header: Header) -> list[str]:
    zones = sorted({found[1] for cell in header.imports if (found := ZONE.search(cell))})
    return [f"Times are those of {listing(zones)}."] if zones else []


def _codes(columns: Sequence[Column], about: Sequence[About]) -> list[str]:
    """Which codes were read as no answer."""
    pairs = list(zip(columns, about, strict=True))
    notes = []
    if any(column.question and SEEN in column.texts for column in columns):
        notes.append(f"{SEEN} is read as seen and left out, a blank cell as not asked.")
    aside = [column.name for column, entry in pairs if Reason.DECLINED in entry.missing.values()]
    if aside:
        where = listing([f'"{name}"' for name in aside[:3]]) + (f" and {len(aside) - 3} more" if len(aside) > 3 else "")
        notes.append(f"Answers coded -1 or -2 are read as outside the scale (not applicable) in {where}.")
    return notes


def _unknown(opened: Opened, columns: Sequence[Column], asked: Mapping[str, Asked]) -> list[str]:
    """Questions that the questionnaire does not know, or words otherwise. Raises DataError where it knows none."""
    labels = opened.file.labels or ""
    found = {column.question: column for column in columns if column.question}
    strange = [question for question in found if question not in asked]
    if opened.labels is not None and len(strange) == len(found) > 0:
        raise fail(labels, "knows none of the questions; name the QSF of this survey, or leave 'labels' out.")
    some = listing([f'"{clean(name)}"' for name in strange[:3]])
    more = f" and {len(strange) - 3} more" if len(strange) > 3 else ""
    notes = [f"{labels} does not know {some}{more}, so their labels are missing."] if asked and strange else []
    pairs = [(_folded(asked[name].wording), _folded(found[name].wording)) for name in found if name in asked]
    worded = [pair for pair in pairs if all(pair)]
    other = [pair for pair in worded if pair[0][:SAME] not in pair[1] and pair[1][:SAME] not in pair[0]]
    if 2 * len(other) > len(worded):
        said = f"{labels} words {len(other)} of {len(worded)} questions otherwise than the export"
        notes.append(f"{said}; make sure that it is the questionnaire of this survey.")
    return notes
