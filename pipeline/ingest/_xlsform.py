"""XLSForm: the workbook a KoboToolbox or ODK form is written in, as the questions behind the columns of its export."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.ingest._headings import clean
from pipeline.ingest._table import canonical, fail
from pipeline.ingest._workbook import workbook
from pipeline.responses import Kind
from pipeline.specs import DataFile

KINDS: dict[str, Kind] = {
    "select_one": "single",
    "select_multiple": "multiple",
    "rank": "ranking",
    "integer": "number",
    "decimal": "number",
    "range": "number",
    "date": "date",
    "datetime": "date",
    "dateTime": "date",
    "time": "date",
    "text": "text",
}
SPACED = re.compile(r"^(begin|end) (group|repeat)")
PLACES = ("geopoint", "geotrace", "geoshape")
Row = Mapping[str, str]
NOTHING = ("", "note", "begin_repeat", "end_repeat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question: its type as the form writes it, its text, its choices in order, and whether it must be answered."""

    name: str
    type: str
    wording: str
    choices: Mapping[str, str] = field(default_factory=dict)
    required: bool = False

    @property
    def kind(self) -> Kind | None:
        return KINDS.get(self.type)

    @property
    def is_place(self) -> bool:
        return self.type in PLACES


def questions(raw: bytes, name: str) -> dict[str, Asked]:
    """Questions by every heading an export may give them: name or text, with the path of their groups or without.

    Raises DataError for what is no workbook with the sheets 'survey' and 'choices'.
    """
    if not raw.startswith((b"PK", b"\xd0\xcf")):
        raise fail(name, "is no XLSForm; name the workbook (.xlsx) of the form.")
    survey = _sheet(raw, name, "survey")
    if not survey or not {"type", "name"} <= survey[0].keys():
        raise fail(name, "is no XLSForm: its sheet 'survey' has no columns 'type' and 'name'.")
    lists = _choices(_sheet(raw, name, "choices")) if any("select" in row.get("type", "") for row in survey) else {}
    found: dict[str, Asked] = {}
    for path, asked in _walk(survey, lists):
        for heading in _headings(path, asked):
            found.setdefault(heading, asked)
    return found


def _sheet(raw: bytes, name: str, sheet: str) -> list[dict[str, str]]:
    """Rows of a sheet by the names in its first row."""
    rows = workbook(raw, DataFile(file=name, sheet=sheet)).cells
    header = [_text(cell) for cell in rows[0]]
    return [{key: _text(cell) for key, cell in zip(header, row, strict=False) if key} for row in rows[1:]]


def _text(cell: Any) -> str:
    return clean(canonical(cell) or "")


def _label(row: Row) -> str:
    """The text in the form's first language."""
    return row.get("label") or next((text for key, text in row.items() if key.startswith("label:") and text), "")


def _choices(rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        code = row.get("name") or row.get("value") or ""
        key = row.get("list_name") or row.get("list name") or ""
        if code and key:
            found.setdefault(key, {})[code] = _label(row) or code
    return found


def _walk(
    survey: Sequence[Row], lists: Mapping[str, dict[str, str]]
) -> Iterator[tuple[Sequence[tuple[str, str]], Asked]]:
    """Every question with the names and texts of the groups around it; what stands in a repeat is left out."""
    groups: list[tuple[str, str]] = []
    repeats = 0
    for row in survey:
        kind, _, rest = SPACED.sub(r"\1_\2", row.get("type", "")).partition(" ")
        repeats += (kind == "begin_repeat") - (kind == "end_repeat")
        if kind == "begin_group":
            groups.append((row.get("name", ""), _label(row)))
        elif kind == "end_group":
            groups = groups[:-1]
        elif kind not in NOTHING and row.get("name") and not repeats:
            yield groups, _asked(row, kind, rest, lists)


def _asked(row: Row, kind: str, rest: str, lists: Mapping[str, dict[str, str]]) -> Asked:
    key, _, more = rest.strip().partition(" ")
    choices = dict(lists.get(key, {}))
    if more.strip() in ("or_other", "or specify other"):
        choices.setdefault("other", "Other")
    required = row.get("required", "").casefold() in ("yes", "true", "true()", "1")
    return Asked(name=row["name"], type=kind, wording=_label(row), choices=choices, required=required)


def _headings(path: Sequence[tuple[str, str]], asked: Asked) -> Iterator[str]:
    names, labels = [name for name, _ in path], [label or name for name, label in path]
    for sign in "/", "-":
        yield sign.join([*names, asked.name])
    yield asked.name
    if asked.wording:
        yield "/".join([*labels, asked.wording])
        yield asked.wording
