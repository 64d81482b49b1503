"""The study that a questionnaire makes: constructs, variables, stack, checks from its questions; else as planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from pipeline.errors import DefinitionError
from pipeline.instrument._yaml import lines
from pipeline.instrument.asked import Asked, Column, all_asked
from pipeline.instrument.codes import heading
from pipeline.instrument.reading import Instrument
from pipeline.instrument.specs import Added, Item, Question
from pipeline.specs import Beyond, Definition, Label
from pipeline.study import Place, Study, shape_problems

EXPORT = {"file": "answers.csv", "format": "limesurvey"}
STRUCTURE = "limesurvey.lss"
OWN = {"id": "id", "seconds": "interviewtime", "language": "startlanguage", "started": "startdate"}
"""Columns that LimeSurvey writes itself, by the role they play."""
TO_DECLARE = {
    "weight": "weights.column.",
    "strata": "weights.strata.",
    "cluster": "weights.cluster.",
    "wave": "segments.waves, or 'wave' with each file under data.",
}
LATER = tuple(TO_DECLARE)
"""Roles of columns that no tool for interviews writes; they are made afterwards."""
LANGUAGE = {"zh": "zh-Hans"}
"""Languages whose code in LimeSurvey is another."""
NOT_READ = ("text", "attention")
AS_PLANNED = ("missing", *Beyond.model_fields, "privacy")


def draft_text(instrument: Instrument) -> str:
    """The study.yaml, with what is left to do as comments."""
    head = [f"# Made from {instrument.path.name} by `whybuy questionnaire`; the two share columns, codes and wordings."]
    if exported(instrument):
        head.append(f"# Put the export (headings: question code, answers: codes) beside it, with {STRUCTURE}.")
    for name, role in left_for_later(instrument).items():
        head.append(f"# Once there is a column '{name}', declare it here: {TO_DECLARE[role]}")
    return "\n".join([*head, *lines(content_of(instrument))]) + "\n"


def study_of(instrument: Instrument) -> Study:
    """The drafted study, every key of which stands where the questionnaire has what it was made of.

    Raises DefinitionError where a planned key does not fit the questions.
    """
    content = content_of(instrument)
    file = replace(instrument.file, places=_places(instrument))
    try:
        definition = Definition.model_validate(content)
    except ValidationError as error:
        raise DefinitionError(*shape_problems(file, error)) from None
    return replace(file, definition=definition)


def content_of(instrument: Instrument) -> dict[str, Any]:
    """The study as plain data, its keys in the order of a study.yaml."""
    plan = instrument.raw["analysis"]
    found: dict[str, Any] = {"study": instrument.raw["study"]}
    found["data"] = [_entry(instrument, entry) for entry in _entries(instrument)]
    found["sample"] = plan.get("sample")
    found["respondent"] = _respondent(instrument)
    found["scales"] = instrument.raw.get("scales")
    found["constructs"] = _constructs(instrument)
    found["variables"] = _variables(instrument) | plan.get("variables", {})
    found["stack"] = _stack(instrument)
    found["weights"] = _weights(instrument) | plan.get("weights", {})
    found["segments"] = _segments(instrument)
    found["quality"] = _quality(instrument)
    found["model"] = plan["model"]
    found |= {key: plan[key] for key in AS_PLANNED if key in plan}
    found["report"] = instrument.raw.get("report")
    return {key: value for key, value in found.items() if value}


def _entries(instrument: Instrument) -> list[dict[str, Any]]:
    given = instrument.raw.get("data") or [EXPORT]
    listed = given if isinstance(given, list) else [given]
    return [{"file": entry} if isinstance(entry, str) else dict(entry) for entry in listed]


def _entry(instrument: Instrument, entry: dict[str, Any]) -> dict[str, Any]:
    """A file of answers; an export of LimeSurvey with its structure and the names of the questionnaire."""
    if entry.get("format") != "limesurvey":
        return entry
    return {**entry, "labels": STRUCTURE, "rename": renames(instrument)} | entry


def renames(instrument: Instrument) -> dict[str, str]:
    """Heading in LimeSurvey's export with question codes -> column, where they differ; what is not analysed apart."""
    roles = {OWN[added.role]: name for name, added in instrument.definition.columns.items() if added.role in OWN}
    asked = {
        heading(asked, column): column.name
        for asked in all_asked(instrument)
        if asked.question.analysed and asked.question.type != "text"
        for column in asked.columns
    }
    return {old: new for old, new in (roles | asked).items() if old != new}


def exported(instrument: Instrument) -> bool:
    """Are all answers exports of LimeSurvey, which hold nothing that is made after the interviews?"""
    return all(entry.get("format") == "limesurvey" for entry in _entries(instrument))


def left_for_later(instrument: Instrument) -> dict[str, str]:
    """Column -> role of what has yet to be made: weights, design, wave."""
    columns = instrument.definition.columns
    return {name: added.role for name, added in columns.items() if added.role in LATER and exported(instrument)}


def _role(instrument: Instrument, role: str) -> str | None:
    """The column of a role, if it will be there."""
    later = left_for_later(instrument)
    columns = instrument.definition.columns
    return next((name for name, added in columns.items() if added.role == role and name not in later), None)


def _respondent(instrument: Instrument) -> dict[str, Any]:
    found: dict[str, Any] = {key: _role(instrument, key) for key in ("id", "started", "seconds")}
    complete = _role(instrument, "complete")
    found["complete"] = {"column": "submitdate"} if exported(instrument) else {"column": complete} if complete else None
    return {key: value for key, value in found.items() if value}


def _weights(instrument: Instrument) -> dict[str, Any]:
    roles = {"column": "weight", "strata": "strata", "cluster": "cluster"}
    return {key: column for key, role in roles.items() if (column := _role(instrument, role))}


def analysed(instrument: Instrument) -> Iterator[Asked]:
    """Questions whose answers the study reads; of a loop those of its first level."""
    first = next(iter(instrument.loop[1].levels)) if instrument.loop else None
    for asked in all_asked(instrument):
        if asked.question.analysed and asked.level in (None, first):
            yield asked


def _rows(asked: Asked) -> Iterator[tuple[Column, Item | None, str | None]]:
    """Columns of a rating or a grid, each with its item and the construct it measures."""
    for column in asked.columns:
        item = asked.question.items.get(column.part or "")
        yield column, item, (item.measures if item else None) or asked.question.measures


def _constructs(instrument: Instrument) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for name, measured in instrument.raw["constructs"].items():
        given = {key: value for key, value in (measured or {}).items() if key != "source"}
        found[name] = {**given, "items": {}, "reverse": []}
        if (measured or {}).get("source"):
            found[name]["source"] = measured["source"]
    for asked in analysed(instrument):
        for column, item, construct in _rows(asked) if asked.question.type in ("rating", "grid") else ():
            if construct is not None:
                _put(instrument, found[construct], asked.question, column, item)
    return {name: {key: value for key, value in entry.items() if value} for name, entry in found.items()}


def _put(instrument: Instrument, entry: dict[str, Any], question: Question, column: Column, item: Item | None) -> None:
    entry["scale"] = question.scale
    entry["items"][column.base] = spoken(instrument, item.wording if item else question.wording)
    if item.reverse if item else question.reverse:
        entry["reverse"].append(column.base)


def spoken(instrument: Instrument, label: Label) -> Any:
    """The label with any level of the loop in place of its name; as it is where there is no loop."""
    if instrument.loop is None or f"{{{instrument.loop[0]}}}" not in str(label):
        return label
    return {language: instrument.text(label, language) for language in instrument.languages}


def _variables(instrument: Instrument) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, added in instrument.definition.columns.items():
        if added.options and name not in left_for_later(instrument):
            found[name] = {"label": added.label, "codes": _spelt(instrument, added)}
    for asked in analysed(instrument):
        found |= dict(_of_question(instrument, asked))
    return {name: {key: value for key, value in entry.items() if value} for name, entry in found.items()}


def _spelt(instrument: Instrument, added: Added) -> dict[str, Label]:
    """Codes of a column that fieldwork adds; languages as LimeSurvey writes them."""
    if added.role != "language" or not exported(instrument):
        return added.options
    return {LANGUAGE.get(code, code): label for code, label in added.options.items()}


def _of_question(instrument: Instrument, asked: Asked) -> Iterator[tuple[str, dict[str, Any]]]:
    """Variables of one question: everything that measures no construct."""
    question = asked.question
    label = spoken(instrument, question.label or question.wording)
    codes = {code: spoken(instrument, text) for code, text in question.options.items()}
    if question.type == "multiple":
        columns = {column.base: codes[column.part or ""] for column in asked.columns}
        yield question.id, {"type": "multiple", "label": label, "columns": columns}
    elif question.type in ("rating", "grid"):
        for column, item, construct in _rows(asked):
            if construct is None:
                named = spoken(instrument, item.label or item.wording) if item else label
                yield column.base, {"label": named, "codes": codes} if codes else _points(instrument, question, named)
    elif question.type == "single":
        yield question.id, {"label": label, "codes": codes}
    elif question.type not in NOT_READ:
        kind = "date" if question.type == "date" else "number"
        yield question.id, {"type": kind, "label": label, "range": list(question.range or ())}


def _points(instrument: Instrument, question: Question, label: Any) -> dict[str, Any]:
    scale = instrument.definition.scales[question.scale or ""]
    return {"type": "number", "label": label, "range": [scale.low, scale.high]}


def _stack(instrument: Instrument) -> dict[str, Any] | None:
    if instrument.loop is None:
        return None
    name, loop = instrument.loop
    columns: dict[str, list[str]] = {}
    for asked in all_asked(instrument):
        if asked.level and asked.question.analysed and asked.question.type not in NOT_READ:
            for column in asked.columns:
                columns.setdefault(column.base, []).append(column.name)
    return {"by": name, "levels": {level: spec.label for level, spec in loop.levels.items()}, "columns": columns}


def _segments(instrument: Instrument) -> Any:
    """Segments as planned; the column of the wave, where the files do not name theirs."""
    planned = instrument.raw["analysis"].get("segments") or {}
    wave = _role(instrument, "wave")
    if wave is None or (wave == "wave" and any(entry.get("wave") for entry in _entries(instrument))):
        return planned
    listed = {"compare": planned} if isinstance(planned, (list, str)) else dict(planned)
    return {"waves": wave} | listed


def _quality(instrument: Instrument) -> dict[str, Any]:
    checks = {
        column.name: list(asked.question.answer)
        for asked in all_asked(instrument)
        if asked.question.type == "attention"
        for column in asked.columns
    }
    planned = dict(instrument.raw["analysis"].get("quality") or {})
    return {"attention": checks, **planned} if checks else planned


def _places(instrument: Instrument) -> Mapping[Place, tuple[int, int]]:
    """Where the keys of the study come from."""
    own = instrument.file.places
    moved: list[tuple[Place, Place]] = [((key,), ("analysis", key)) for key in instrument.raw["analysis"]]
    moved += [((key,), (key,)) for key in ("study", "data", "scales", "constructs", "report", "columns")]
    for asked in all_asked(instrument):
        moved += [(("variables", column.base), asked.place) for column in asked.columns]
        moved.append((("variables", asked.question.id), asked.place))
    return {
        (*new, *place[len(old) :]): spot
        for new, old in moved
        for place, spot in own.items()
        if place[: len(old)] == old
    }
