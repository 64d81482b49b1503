"""Study: a study.yaml read strictly, with the place of every key, checked as far as it goes without the data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline.errors import DefinitionError, Problem, UsageError, listing
from pipeline.specs import Construct, Definition, Label, Scale, Variable

LARGEST = 1_000_000
FIRST = {"study": "data", "questionnaire": "sections"}
"""A key that every definition of the kind has, to say what one looks like."""
WAVE: Label = {"en": "wave", "zh": "波次"}
"""Label of the waves that the files of a study are."""
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A definition that is right in itself, where it lies, and where each of its keys stands."""

    path: Path
    definition: Definition
    places: Mapping[Place, tuple[int, int]]
    sha256: str

    @property
    def folder(self) -> Path:
        return self.path.parent

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    @property
    def languages(self) -> tuple[str, ...]:
        return self.definition.report.languages

    @property
    def outcome(self) -> str:
        return self.definition.model.outcome

    @property
    def drivers(self) -> tuple[str, ...]:
        """Drivers in the order of the study: constructs, variables, then interactions as 'a*b'."""
        others = tuple(name for name in self.definition.constructs if name != self.outcome)
        named = self.definition.model.drivers or others
        return (*named, *(f"{a}*{b}" for a, b in self.definition.model.interactions))

    @property
    def scored(self) -> tuple[str, ...]:
        """Drivers that are constructs."""
        return tuple(name for name in self.drivers if name in self.definition.constructs)

    @property
    def used(self) -> tuple[str, ...]:
        """Constructs of the model: the drivers among them, then the outcome."""
        return (*self.scored, self.outcome)

    @property
    def controls(self) -> tuple[str, ...]:
        """Variables that are taken into account before any driver."""
        return self.definition.model.controls

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Group of drivers -> its drivers, in the order of the study; a driver in no group is in none here."""
        return {
            name: tuple(driver for driver in self.drivers if driver in group.drivers)
            for name, group in self.definition.model.groups.items()
        }

    @property
    def segment_variables(self) -> tuple[str, ...]:
        """Variables whose levels are compared: brand, then waves, then the declared ones; none twice."""
        compared = self.definition.segments.compare
        return tuple(dict.fromkeys(name for name in (self.brand_variable, self.wave_variable, *compared) if name))

    @property
    def brand_variable(self) -> str | None:
        """The variable that tells which brand a row rates."""
        stack = self.definition.stack
        return self.definition.segments.brand or (stack.by if stack else None)

    @property
    def wave_variable(self) -> str | None:
        """The variable that tells the wave."""
        return self.definition.segments.waves or ("wave" if any(file.wave for file in self.definition.data) else None)

    def construct(self, name: str) -> Construct:
        return self.definition.constructs[name]

    def scale(self, construct: str) -> Scale:
        """Scale of a construct: the one it names, or the only one there is."""
        scales = self.definition.scales
        return scales[self.construct(construct).scale or next(iter(scales))]

    def variable(self, name: str) -> Variable:
        """Declaration of a variable; one that is only named under segments is its own column."""
        made = (
            Variable(label=WAVE) if name == "wave" and any(file.wave for file in self.definition.data) else Variable()
        )
        return self.definition.variables.get(name) or made

    def label(self, label: Label | None, otherwise: str) -> dict[str, str]:
        """The text in every language of the report."""
        text = otherwise if label is None else label
        return {lang: text if isinstance(text, str) else text[lang] for lang in self.languages}

    def where(self, *keys: str | int) -> str:
        """'path:line:column' of a key, or of the nearest key above it."""
        for end in range(len(keys), -1, -1):
            if keys[:end] in self.places:
                line, column = self.places[keys[:end]]
                return f"{self.path}:{line}:{column}"
        return str(self.path)

    def problem(self, message: str, *keys: str | int) -> Problem:
        return Problem(where=self.where(*keys), message=message)


def chosen(asked: Sequence[str] | None, languages: tuple[str, ...], path: Path) -> tuple[str, ...]:
    """The languages asked for, each once, or all that the file at `path` has. Raises UsageError for another one."""
    wanted = tuple(dict.fromkeys(asked)) if asked else languages
    absent = [language for language in wanted if language not in languages]
    if absent:
        known = listing(languages)
        raise UsageError(f"--language: '{absent[0]}' is no language of {path} (report.languages: {known}).")
    return wanted


def load(path: str | Path) -> Study:
    """Study in a folder (its study.yaml) or in a file.

    Raises DefinitionError with every problem found, each with line and column.
    """
    path = Path(path)
    path = path / "study.yaml" if path.is_dir() else path
    raw = read(path)
    data, places = parse(path, raw)
    bare = Study(path=path, definition=None, places=places, sha256=hashlib.sha256(raw).hexdigest())  # type: ignore[arg-type]
    try:
        definition = Definition.model_validate(data)
    except ValidationError as error:
        raise DefinitionError(*shape_problems(bare, error)) from None
    study = Study(path=path, definition=definition, places=places, sha256=bare.sha256)
    from pipeline.contradictions import contradictions

    problems = list(contradictions(study))
    if problems:
        raise DefinitionError(*problems)
    if definition.model.level == "items":
        from pipeline.itemised import itemised

        return itemised(study)
    return study


def read(path: Path, name: str = "study") -> bytes:
    """The bytes of a definition. Raises DefinitionError where there is none, or one too large; `name` is what it is."""
    if not path.exists():
        raise DefinitionError(
            f"{path}: there is no such {name}; name a folder that holds a {name}.yaml, or the file itself."
        )
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be read ({error.strerror}).") from None
    if len(raw) > LARGEST:
        raise DefinitionError(f"{path}: is {len(raw):,} bytes long; a {name}.yaml has at most {LARGEST:,}.")
    return raw


def parse(path: Path, raw: bytes, name: str = "study") -> tuple[Any, dict[Place, tuple[int, int]]]:
    """Plain data and the line and column (from 1) of every key. Raises DefinitionError for what is no strict YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.nodes import Node

    from pipeline.wording import yaml_message

    yaml = YAML(typ="safe", pure=True)
    try:
        text = raw.decode("utf-8-sig")
        if any(sign in text for sign in "&*!"):
            _refuse_anchors(path, text)
        node: Node | None = yaml.compose(text)
        data = yaml.constructor.construct_document(node) if node else None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DefinitionError(
            f"{path}:{line}: byte 0x{raw[error.start]:02X} is not UTF-8; save the file as UTF-8."
        ) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise DefinitionError(Problem(where=place, message=yaml_message(error.problem))) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise DefinitionError(f"{path}: {yaml_message(str(error))}") from None
    if not isinstance(data, dict):
        raise DefinitionError(
            f"{path}:1:1: a {name}.yaml is a list of keys such as 'study:' and '{FIRST[name]}:'; found {_kind(data)}."
        )
    return data, dict(_places(node, ()))


def _refuse_anchors(path: Path, text: str) -> None:
    from ruamel.yaml import YAML
    from ruamel.yaml.tokens import AliasToken, AnchorToken, TagToken

    refused = {AnchorToken: "an anchor (&)", AliasToken: "an alias (*)", TagToken: "a tag (!)"}
    for token in YAML(typ="safe", pure=True).scan(text):
        if type(token) in refused:
            mark = token.start_mark
            message = (
                f"{refused[type(token)]} is not allowed in a study; write the value out, or put the text in quotes."
            )
            raise DefinitionError(Problem(where=f"{path}:{mark.line + 1}:{mark.column + 1}", message=message))


def _places(node: Any, above: Place) -> Iterator[tuple[Place, tuple[int, int]]]:
    from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

    if isinstance(node, MappingNode):
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                continue
            here = (*above, key.value)
            yield here, (key.start_mark.line + 1, key.start_mark.column + 1)
            yield from _places(value, here)
    elif isinstance(node, SequenceNode):
        for position, value in enumerate(node.value):
            here = (*above, position)
            yield here, (value.start_mark.line + 1, value.start_mark.column + 1)
            yield from _places(value, here)


def shape_problems(bare: Study, error: ValidationError, root: type[BaseModel] = Definition) -> list[Problem]:
    """One problem a place, in the order of the file; of the members of an 'or', only what went furthest."""
    from pipeline.wording import shape_message, spot

    entries = [(_real(bare, entry["loc"]), entry) for entry in error.errors(include_url=False)]
    found: dict[tuple[Place, str], Problem] = {}
    for keys, entry in entries:
        deeper = any(other[: len(keys)] == keys and len(other) > len(keys) for other, _ in entries)
        if not (deeper and (entry["type"] == "too_short" or spot(entry["loc"], root).member)):
            message = shape_message(entry, root)
            found.setdefault((keys, message), bare.problem(message, *keys))
    return [found[entry] for entry in sorted(found, key=lambda entry: _line(bare, entry[0]))]


def _line(bare: Study, keys: Place) -> tuple[int, int]:
    """Line and column of the nearest key above."""
    return next((bare.places[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in bare.places), (0, 0))


def _real(bare: Study, loc: Place) -> Place:
    """The part of pydantic's location that exists in the file (it adds names of union members)."""
    keys: Place = ()
    for part in loc:
        if (*keys, part) in bare.places:
            keys = (*keys, part)
        elif (*keys, str(part)) in bare.places:
            keys = (*keys, str(part))
    return keys


def _kind(value: Any) -> str:
    names = {
        type(None): "nothing",
        str: "a text",
        list: "a list",
        int: "a number",
        float: "a number",
        bool: "true or false",
    }
    return names.get(type(value), "something else")
