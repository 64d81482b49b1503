"""Instrument: a questionnaire.yaml read strictly, with the place of every key, and the study that it makes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.errors import DefinitionError, Problem
from pipeline.instrument.specs import Loop, Questionnaire
from pipeline.instrument.words import unfolded
from pipeline.specs import Label
from pipeline.study import Study, parse, read, shape_problems

NAME = "questionnaire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A questionnaire that is right in itself. raw: the same as plain data, as the researcher wrote it."""

    definition: Questionnaire
    raw: Mapping[str, Any]
    file: Study

    @property
    def path(self) -> Path:
        return self.file.path

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def languages(self) -> tuple[str, ...]:
        return self.definition.report.languages

    @property
    def loop(self) -> tuple[str, Loop] | None:
        """Name and loop, where there is one."""
        return next(iter(self.definition.loops.items()), None)

    def problem(self, message: str, *keys: str | int) -> Problem:
        return self.file.problem(message, *keys)

    def text(self, label: Label, language: str, level: str | None = None) -> str:
        """The text in one language; the name of the loop in braces is the level asked about, else any of them."""
        found = label if isinstance(label, str) else label[language]
        found = unfolded(found) if language == "zh" else found
        if self.loop is None:
            return found
        name, loop = self.loop
        other = loop.any_ if level is None else loop.levels[level].label
        shown = other if isinstance(other, str) else other[language]
        first = f"{{{name}}}"
        if found.startswith(first):
            found = shown[:1].upper() + shown[1:] + found.removeprefix(first)
        return found.replace(first, shown)


def load(path: str | Path) -> Instrument:
    """Questionnaire in a folder (its questionnaire.yaml) or in a file.

    Raises DefinitionError with every problem found, each with line and column.
    """
    path = Path(path)
    path = path / f"{NAME}.yaml" if path.is_dir() else path
    raw = read(path, NAME)
    data, places = parse(path, raw, NAME)
    file = Study(path=path, definition=None, places=places, sha256=hashlib.sha256(raw).hexdigest())  # type: ignore[arg-type]
    try:
        definition = Questionnaire.model_validate(data)
    except ValidationError as error:
        raise DefinitionError(*shape_problems(file, error, Questionnaire)) from None
    instrument = Instrument(definition=definition, raw=data, file=file)
    _refuse(instrument)
    return instrument


def _refuse(instrument: Instrument) -> None:
    """Raise what is wrong between the keys, else what is wrong in the study that they make."""
    from pipeline.contradictions import contradictions
    from pipeline.instrument.drafting import study_of
    from pipeline.instrument.rules import rules

    problems = list(rules(instrument)) or list(contradictions(study_of(instrument)))
    if problems:
        raise DefinitionError(*problems)
