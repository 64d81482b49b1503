"""Definitions of Triple-S files: the variables of a survey, where their answers stand and what their codes mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Literal, get_args
from xml.etree.ElementTree import Element

from pipeline.errors import listing
from pipeline.ingest._table import fail
from pipeline.ingest._xml import local, parse

Type = Literal["single", "multiple", "quantity", "character", "logical", "date", "time"]
TYPES: tuple[Type, ...] = get_args(Type)
MODES = ("interview", "analysis")
WIDEST = 1_000_000
MOST_CODES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable: its answers stand from `start` to `finish`, characters of a fixed record or fields of a CSV."""

    ident: str
    name: str
    type: Type
    use: str | None
    label: str | None
    start: int
    finish: int
    labels: Mapping[str, str]
    """Code -> label, in the order of the definition."""
    scored: bool
    """Do scores come with the codes, so that they have an order?"""
    subfields: int
    """Multiple, answers as codes one after the other: how many; 0 where they are a string of ticks."""
    width: int | None
    filter: str | None
    """Name or ident of the variable that says who was asked."""

    @property
    def field_width(self) -> int:
        """Characters of each subfield: as declared, else an even part of the positions, at least the longest code."""
        return self.width or (self.finish - self.start + 1) // max(self.subfields, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a definition says of the file of answers beside it. `answers` is the name it gives that file, if any."""

    fixed: bool
    skip: int
    encoding: str | None
    answers: str | None
    variables: tuple[Variable, ...]
    languages: tuple[str, ...]


def definition(raw: bytes, name: str) -> Definition:
    """The definition in a .sss or .xml file, versions 1.1 to 2.0; elements of a later version are passed over.

    Raises DataError where it is no definition, describes records of several levels, or places nothing.
    """
    root = parse(raw, name)
    if local(root.tag) != "sss":
        raise fail(name, f"is XML of another kind (<{local(root.tag)[:40]}>), no Triple-S definition (<sss>).")
    records = [element for element in root.iter() if local(element.tag) == "record"]
    if len(records) != 1:
        what = f"describes {len(records)} levels of records" if records else "describes no record"
        raise fail(name, f"{what}; export the respondents alone, with one <record>.")
    record = records[0]
    found = [_variable(element, name) for element in record if local(element.tag) == "variable"]
    if not found:
        raise fail(name, "describes no variables; export the definition again.")
    href = record.get("href")
    return Definition(
        fixed=record.get("format", "fixed").strip().lower() != "csv",
        skip=_number(record.get("skip"), name, "skip", 0),
        encoding=record.get("data-file-encoding") or None,
        answers=PureWindowsPath(href.strip()).name if href else None,
        variables=tuple(found),
        languages=tuple(dict.fromkeys(_languages(root))),
    )


def _variable(element: Element, file: str) -> Variable:
    name = _text(_child(element, "name")) or element.get("ident", "").strip()
    what = f'variable "{name[:40]}"'
    kind = element.get("type", "").strip().lower()
    if kind not in TYPES:
        raise fail(file, f"{what}: the type '{kind[:40]}' is not known; possible are {listing(TYPES)}.")
    start, finish = _position(element, file, what)
    labels, scored = _labels(element, file, what)
    spread = _child(element, "spread")
    subfields = 0 if spread is None else _number(spread.get("subfields"), file, f"{what}: subfields", 1)
    return Variable(
        ident=element.get("ident", "").strip(),
        name=name,
        type=kind,
        use=(element.get("use") or "").strip().lower() or None,
        label=_text(_child(element, "label")),
        start=start,
        finish=finish,
        labels=labels,
        scored=scored,
        subfields=subfields,
        width=None if spread is None else _number(spread.get("width"), file, f"{what}: width", 0) or None,
        filter=_text(_child(element, "filter")) or (element.get("filter") or "").strip() or None,
    )


def _position(element: Element, file: str, what: str) -> tuple[int, int]:
    position = _child(element, "position")
    if position is None:
        raise fail(file, f"{what} has no <position>; export the definition again.")
    start = _number(position.get("start"), file, f"{what}: start", 0)
    finish = _number(position.get("finish"), file, f"{what}: finish", start)
    if not 1 <= start <= finish <= WIDEST:
        raise fail(file, f"{what} stands at positions {start} to {finish}; export the definition again.")
    return start, finish


def _labels(element: Element, file: str, what: str) -> tuple[dict[str, str], bool]:
    """Code -> label, and whether scores come with the codes. Bounds of a range say nothing of one answer."""
    values = [value for part in element if local(part.tag) == "values" for value in part if local(value.tag) == "value"]
    if len(values) > MOST_CODES:
        raise fail(file, f"{what} has {len(values):,} codes; at most {MOST_CODES:,} are read.")
    coded = [(value.get("code", "").strip(), value) for value in values]
    labels = {code: _text(value) or code for code, value in coded if code}
    return labels, sum(bool(value.get("score")) for value in values) > 1


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if local(child.tag) == name), None)


def _text(element: Element | None) -> str | None:
    """What an element says: of several <text> the one asked in the interview, in the first language; else its own."""
    if element is None:
        return None
    texts = [child for child in element if local(child.tag) == "text" and _plain(child)]
    ranked = sorted(texts, key=lambda text: _rank(text.get("mode", "")))
    return _plain(ranked[0]) if ranked else _plain(element)


def _rank(mode: str) -> int:
    return MODES.index(mode.lower()) if mode.lower() in MODES else len(MODES)


def _plain(element: Element) -> str | None:
    """All text within, a tag such as <br/> counting as a space."""
    return re.sub(r"\s+", " ", " ".join(element.itertext())).strip() or None


def _number(text: str | None, file: str, what: str, otherwise: int) -> int:
    """A whole number of an attribute; `otherwise` where it is absent."""
    written = (text or "").strip()
    if not written:
        return otherwise
    if not re.fullmatch(r"\d{1,9}", written, re.ASCII):
        raise fail(file, f"{what} is '{written[:40]}', not a whole number; export the definition again.")
    return int(written)


def _languages(root: Element) -> Iterator[str]:
    for element in root.iter():
        if local(element.tag) == "text" and _plain(element):
            yield from (value for key, value in element.attrib.items() if local(key) == "lang")
