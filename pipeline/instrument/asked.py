"""Asked: the questionnaire as a respondent goes through it, loops unrolled, with the columns of each question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.instrument.reading import Instrument
from pipeline.instrument.specs import Question, Section
from pipeline.specs import Label
from pipeline.study import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the data. base: its name without the end of a loop; part: the item or the option, if any."""

    name: str
    base: str
    part: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """An earlier question, one of whose answers is needed. level: that of its loop, where it was asked in one."""

    question: str
    codes: tuple[str, ...]
    level: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, once for each level of a loop. number: its place in the interview, from 1."""

    number: int
    question: Question
    level: str | None
    suffix: str
    place: Place
    columns: tuple[Column, ...]
    route: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section, once for each level of a loop, with what must hold for it to be asked at all."""

    section: Section
    level: str | None
    route: tuple[Condition, ...]
    asked: tuple[Asked, ...]


def parts(instrument: Instrument) -> tuple[Part, ...]:
    """The whole interview in its order."""
    found: list[Part] = []
    number = 1
    for at, section in enumerate(instrument.definition.sections):
        for level, suffix in _levels(instrument, section):
            inside = _ids(section) if level else ()
            asked = tuple(
                _asked(question, number + position, level, suffix, ("sections", at, "questions", position), inside)
                for position, question in enumerate(section.questions)
            )
            number += len(asked)
            found.append(Part(section=section, level=level, route=_gate(instrument, section, level), asked=asked))
    return tuple(found)


def all_asked(instrument: Instrument) -> tuple[Asked, ...]:
    """Every question of the interview, in order."""
    return tuple(asked for part in parts(instrument) for asked in part.asked)


def _levels(instrument: Instrument, section: Section) -> Iterator[tuple[str | None, str]]:
    """Levels of the section's loop with the ends of their columns; once no level where it has none."""
    if section.per is None or section.per not in instrument.definition.loops:
        yield None, ""
        return
    for level, spec in instrument.definition.loops[section.per].levels.items():
        yield level, spec.suffix


def _ids(section: Section) -> tuple[str, ...]:
    return tuple(question.id for question in section.questions)


def _asked(
    question: Question, number: int, level: str | None, suffix: str, place: Place, inside: Sequence[str]
) -> Asked:
    return Asked(
        number=number,
        question=question,
        level=level,
        suffix=suffix,
        place=place,
        columns=tuple(columns(question, suffix)),
        route=conditions(question.ask_if, level, inside),
    )


def conditions(
    routing: Mapping[str, tuple[str, ...]], level: str | None, inside: Sequence[str]
) -> tuple[Condition, ...]:
    """What a routing asks for; a question of the same loop is that of the same level."""
    return tuple(
        Condition(question=name, codes=codes, level=level if name in inside else None)
        for name, codes in routing.items()
    )


def _gate(instrument: Instrument, section: Section, level: str | None) -> tuple[Condition, ...]:
    loop = instrument.definition.loops.get(section.per or "")
    known = (Condition(question=loop.asked_if, codes=(level,)),) if loop and loop.asked_if and level else ()
    return (*known, *conditions(section.ask_if, None, ()))


def columns(question: Question, suffix: str = "") -> Iterator[Column]:
    """The columns of a question: one an item of a grid, one an option of several ticks, else one."""
    end = f"_{suffix}" if suffix else ""
    parts: dict[str, str | None] = {question.id: None}
    if question.type == "grid":
        parts = {item: item for item in question.items}
    elif question.type == "multiple":
        parts = {f"{question.id}_{code}": code for code in question.options}
    for base, part in parts.items():
        yield Column(name=f"{base}{end}", base=base, part=part)


def answers(instrument: Instrument, question: Question) -> dict[str, Label]:
    """Code -> label of what can be chosen, a scale's points as numbers with their wording where they have one."""
    if question.options:
        return dict(question.options)
    scale = instrument.definition.scales.get(question.scale or "")
    if scale is None:
        return {}
    return {str(scale.low + point): _point(instrument, question.scale or "", point) for point in range(scale.points)}


def _point(instrument: Instrument, scale: str, point: int) -> Label:
    """Wording of a scale point; of one that has none, its number."""
    spec = instrument.definition.scales[scale]
    labels = spec.labels or {}
    number = str(spec.low + point)
    ends = {0: 0, spec.points - 1: 1}
    if isinstance(labels, list):
        return labels[point]
    if labels:
        return {language: texts[point] for language, texts in labels.items()}
    if spec.ends is None or point not in ends:
        return number
    if isinstance(spec.ends, list):
        return f"{number} – {spec.ends[ends[point]]}"
    return {language: f"{number} – {texts[ends[point]]}" for language, texts in spec.ends.items()}
