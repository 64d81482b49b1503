"""Columns of Qualtrics: what each is part of, by its ImportId or its name, and what that says of its cells."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.ingest._cells import number, private
from pipeline.ingest._headings import shared, stem
from pipeline.ingest._qsf import Asked
from pipeline.responses import About, Kind, Reason, Role

PLACE = re.compile(r"(?P<question>(\d+_)?QID\d+(#\d+)?)(?P<ids>([-_]x?\d+)*)([-_](?P<rest>.+))?", re.ASCII)
"""An ImportId: 'QID4#1-2' in 2016, 'QID4#1_2' today; with the number of the loop before, '2_QID4_1'."""
NAME = re.compile(r"(?P<question>.+?)(?P<ids>(_-?\d+)*)(_(?P<rest>TEXT))?", re.ASCII)
"""A name, where a file has no ImportIds."""
SEEN = "-99"
"""Seen but not answered, in exports that were asked to tell it from a question that was not shown."""
ASIDE = ("-1", "-2")
"""Codes that Qualtrics gives to answers outside the scale, as 'not applicable'."""
OUTSIDE = (*ASIDE, SEEN)
SURE = 20
"""Characters of an option that must be those of the headings."""
SELECTED = " - Selected Choice"
SEVERAL = re.compile(r"(0|-?[1-9]\d*)(,(0|-?[1-9]\d*))*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column below its headings. texts: the distinct cells, canonical; rest: what the ImportId adds, as 'TEXT'."""

    name: str
    wording: str = ""
    question: str = ""
    ids: tuple[str, ...] = ()
    rest: str = ""
    role: Role | None = None
    kind: Kind | None = None
    labels: Mapping[str, str]
    texts: frozenset[str] = frozenset()

    @property
    def answers(self) -> frozenset[str]:
        return self.texts - {SEEN}

    @property
    def group(self) -> tuple[str, ...]:
        """What the column belongs to: the question, and of a question with rows and options the row."""
        return (self.question, self.rest, *self.ids[:-1])


def place(import_id: str, choice: str, name: str) -> tuple[str, tuple[str, ...], str]:
    """Question, ids within it and what follows them, of an ImportId, or of a name where there is none."""
    found = PLACE.fullmatch(import_id) if import_id else NAME.fullmatch(name)
    if found is None:
        return "", (), ""
    ids = tuple(re.findall(r"-?\d+", found["ids"].replace("-", "_") if import_id else found["ids"]))
    return found["question"], ids or ((choice,) if choice else ()), found["rest"] or ""


def describe(columns: Sequence[Column], asked: Mapping[str, Asked]) -> list[About]:
    """What is known of each column, from its headings and cells, and from the questionnaire where there is one."""
    groups: dict[tuple[str, ...], list[Column]] = defaultdict(list)
    for column in columns:
        if column.question:
            groups[column.group].append(column)
    shown = any(SEEN in column.texts for column in columns if column.question)
    names = _names(groups, asked)
    known = {id(column): about for group in groups.values() for column, about in _of_group(group, asked, shown)}
    return [
        _named(known[id(column)], column, names[column.group]) if column.question else _of_metadata(column)
        for column in columns
    ]


def _named(about: About, column: Column, name: str) -> About:
    """With the question it belongs to; rows of a grid in which each cell holds several options are questions each."""
    return replace(about, question=column.name if about.separator else name)


def _of_metadata(column: Column) -> About:
    """What Qualtrics adds to the answers: fixed columns, scores, and fields of the survey flow."""
    return About(
        wording=column.wording or None,
        role=column.role,
        kind=column.kind,
        labels={code: label for code, label in column.labels.items() if code in column.texts},
    )


def _names(
    groups: Mapping[tuple[str, ...], Sequence[Column]], asked: Mapping[str, Asked]
) -> dict[tuple[str, ...], str]:
    """A name for each group: that of the question, or what the names of its columns begin with; of texts the former."""
    found: dict[tuple[str, ...], str] = {}
    for group, columns in sorted(groups.items(), key=lambda entry: entry[1][0].rest == "TEXT"):
        whole = (group[0], "")
        tag = asked[group[0]].tag if group == whole and group[0] in asked and len(columns) > 1 else ""
        name = found.get(whole) or tag or _shared([column.name for column in columns])
        repeated = name in found.values() and group[1] != "TEXT"
        found[group] = f"{name} ({group[0]})" if repeated else name
    return found


def _shared(names: Sequence[str]) -> str:
    """What all names begin with, not cut within a number or a word."""
    start = shared(names)
    if start not in names:
        start = re.sub(r"[^_#: -]*$", "", start)
    return start.rstrip("_: -") or names[0]


def _of_group(columns: Sequence[Column], asked: Mapping[str, Asked], shown: bool) -> list[tuple[Column, About]]:
    """What is known of the columns of one question, or of one row of it."""
    question = asked.get(columns[0].question)
    if columns[0].rest:
        return [(column, _beside(column, question, shown)) for column in columns]
    wording = stem([column.wording for column in columns]) if len(columns) > 1 else ""
    worded = [_worded(column, question, wording) for column in columns]
    ticks = _ticks(columns, question, [about.part or "" for about in worded])
    if not ticks:
        return [
            (column, _scored(column, about, question, shown)) for column, about in zip(columns, worded, strict=True)
        ]
    seen = any(SEEN in column.texts for column in columns)
    options = [replace(about, kind="multiple", ticked=tick) for about, tick in zip(worded, ticks, strict=True)]
    return [(column, _reasoned(about, {}, seen)) for column, about in zip(columns, options, strict=True)]


def _reasoned(about: About, missing: Mapping[str, Reason], shown: bool) -> About:
    """With the reasons of cells that are no answers, and of blank ones."""
    if not shown:
        return replace(about, missing=missing)
    return replace(about, missing={SEEN: Reason.SKIPPED, **missing}, blank=Reason.NOT_ASKED)


def _beside(column: Column, question: Asked | None, shown: bool) -> About:
    """A text in the answers, or what Qualtrics measured beside them: clicks, the browser, topics of a text."""
    if column.rest != "TEXT":
        return About(wording=column.wording or None, role="metadata")
    numbers = bool(column.answers) and all(number(text) is not None and not private(text) for text in column.answers)
    about = _worded(column, question, "")
    if numbers or (question is not None and question.kind == "number"):
        return _reasoned(replace(about, kind="number"), {}, shown)
    return _reasoned(replace(about, kind="text", role="free_text"), {}, shown)


def _worded(column: Column, question: Asked | None, wording: str) -> About:
    """Wording and part: as the questionnaire has them, else as the second row does, which is cut at 100 characters.

    A part of the questionnaire must begin as the second row has it, for an id may be that of another version.
    """
    part = column.wording[len(wording) :].removeprefix(" - ").removeprefix("-").strip() if wording else ""
    above = (wording or column.wording.removesuffix(SELECTED)).strip(" -")
    if question is None:
        return About(wording=above or None, part=part or None)
    known = [question.rows, question.options] if question.rows else [question.options]
    parts = [texts[key] for texts, key in zip(known, column.ids, strict=False) if key in texts]
    if not parts or parts[-1][:SURE] not in column.wording:
        return About(wording=question.wording, part=part or None)
    return About(wording=" - ".join([question.wording, *parts[:-1]]), part=parts[-1])


def _ticks(columns: Sequence[Column], question: Asked | None, parts: Sequence[str]) -> list[tuple[str, ...]]:
    """Of every column the cells that mean ticked; nothing where the columns are no options of one question."""
    levels = 2 if question is not None and question.rows else 1
    if len(columns[0].ids) < levels or (question is not None and question.kind != "multiple"):
        return []
    found = [column.answers for column in columns]
    if any(found) and all(texts <= {part} for texts, part in zip(found, parts, strict=True)):
        return [(part,) for part in parts]
    if question is None and not (len(columns) > 1 and any(found) and all(texts <= {"1"} for texts in found)):
        return []
    return [tuple(dict.fromkeys(("1", *sorted(texts)))) for texts in found]


def _scored(column: Column, about: About, question: Asked | None, shown: bool) -> About:
    """A column that holds one answer, or several between commas: its kind, its labels, and what is no answer in it."""
    if question is None:
        several = any("," in text for text in column.answers) and all(map(SEVERAL.fullmatch, column.answers))
        about = replace(about, kind="multiple", separator=",") if several else about
        return _reasoned(about, dict.fromkeys(_aside(column.answers), Reason.DECLINED), shown)
    labels = fitting(question.labels, column.answers)
    missing = {held: Reason.DECLINED for code, held in zip(question.labels, labels, strict=True) if code in OUTSIDE}
    return _reasoned(
        replace(
            about,
            kind=question.kind,
            role="free_text" if question.kind == "text" else None,
            labels=labels,
            separator="," if question.kind == "multiple" else None,
        ),
        {} if question.kind == "multiple" else missing,
        shown,
    )


def fitting(labels: Mapping[str, str], texts: Iterable[str]) -> dict[str, str]:
    """The labels by code, or by themselves where the cells hold labels; a cell may hold several between commas."""
    held = set(texts)
    codes = sum(1 for text in held if all(part in labels for part in text.split(",")))
    names = sum(1 for text in held if any(text == label or text.startswith(f"{label},") for label in labels.values()))
    distinct = len(set(labels.values())) == len(labels)
    return {label: label for label in labels.values()} if distinct and names > codes else dict(labels)


def _aside(texts: Iterable[str]) -> list[str]:
    """Which of -1 and -2 stand beside a scale from 1 to 3 or more, so that they cannot be points of it."""
    held = set(texts)
    values = [number(text) for text in held - set(ASIDE)]
    points = [value for value in values if value is not None and value >= 1 and value == int(value)]
    return (
        [text for text in ASIDE if text in held] if len(points) == len(values) and max(points, default=0) >= 3 else []
    )
