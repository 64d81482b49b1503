"""Study: a study.yaml read strictly, with the place of every key, checked as far as it goes without the data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.errors import DefinitionError, Problem, listing, nearest
from pipeline.specs import NAME, Construct, Definition, Label, Scale, Variable

LARGEST = 1_000_000
Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A definition that is right in itself, where it lies, and where each of its keys stands."""

    path: Path
    definition: Definition
    places: Mapping[Path_, tuple[int, int]]
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
        """Driver constructs, in the order of the study."""
        others = tuple(name for name in self.definition.constructs if name != self.outcome)
        return self.definition.model.drivers or others

    @property
    def used(self) -> tuple[str, ...]:
        """Constructs of the model: the drivers, then the outcome."""
        return (*self.drivers, self.outcome)

    @property
    def segment_variables(self) -> tuple[str, ...]:
        """Variables whose levels are compared: brand, then waves, then the declared ones; none twice."""
        segments = self.definition.segments
        wave = segments.waves or ("wave" if any(file.wave for file in self.definition.data) else None)
        brand = segments.brand or (self.definition.stack.by if self.definition.stack else None)
        return tuple(dict.fromkeys(name for name in (brand, wave, *segments.compare) if name))

    def construct(self, name: str) -> Construct:
        return self.definition.constructs[name]

    def scale(self, construct: str) -> Scale:
        """Scale of a construct: the one it names, or the only one there is."""
        scales = self.definition.scales
        return scales[self.construct(construct).scale or next(iter(scales))]

    def variable(self, name: str) -> Variable:
        """Declaration of a variable; one that is only named under segments is its own column."""
        return self.definition.variables.get(name) or Variable()

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


def load(path: str | Path) -> Study:
    """Study in a folder (its study.yaml) or in a file.

    Raises DefinitionError with every problem found, each with line and column.
    """
    path = Path(path)
    path = path / "study.yaml" if path.is_dir() else path
    raw = _read(path)
    data, places = _parse(path, raw)
    bare = Study(path=path, definition=None, places=places, sha256=hashlib.sha256(raw).hexdigest())  # type: ignore[arg-type]
    try:
        definition = Definition.model_validate(data)
    except ValidationError as error:
        raise DefinitionError(*_shape_problems(bare, error)) from None
    study = Study(path=path, definition=definition, places=places, sha256=bare.sha256)
    problems = list(_cross_problems(study))
    if problems:
        raise DefinitionError(*problems)
    return study


def _read(path: Path) -> bytes:
    if not path.exists():
        raise DefinitionError(f"{path}: there is no such study; name a folder that holds a study.yaml, or the file itself.")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be read ({error.strerror}).") from None
    if len(raw) > LARGEST:
        raise DefinitionError(f"{path}: is {len(raw):,} bytes long; a study.yaml has at most {LARGEST:,}.")
    return raw


def _parse(path: Path, raw: bytes) -> tuple[Any, dict[Path_, tuple[int, int]]]:
    """Plain data and the line and column (from 1) of every key."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.nodes import Node

    yaml = YAML(typ="safe", pure=True)
    try:
        text = raw.decode("utf-8-sig")
        _refuse_anchors(path, text)
        node: Node | None = yaml.compose(text)
        data = YAML(typ="safe", pure=True).load(text)
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path}: byte {error.start + 1} is not UTF-8; save the file as UTF-8.") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise DefinitionError(Problem(where=place, message=f"not valid YAML: {_flat(error.problem)}.")) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise DefinitionError(f"{path}: not valid YAML: {_flat(str(error))}.") from None
    if not isinstance(data, dict):
        raise DefinitionError(f"{path}:1:1: a study.yaml is a list of keys such as 'study:' and 'data:'; found {_kind(data)}.")
    return data, dict(_places(node, ()))


def _flat(text: str | None) -> str:
    return " ".join((text or "cannot be read").split()).rstrip(".")


def _refuse_anchors(path: Path, text: str) -> None:
    from ruamel.yaml import YAML
    from ruamel.yaml.tokens import AliasToken, AnchorToken, TagToken

    refused = {AnchorToken: "an anchor (&)", AliasToken: "an alias (*)", TagToken: "a tag (!)"}
    for token in YAML(typ="safe", pure=True).scan(text):
        if type(token) in refused:
            mark = token.start_mark
            message = f"{refused[type(token)]} is not allowed in a study; write the value out, or put the text in quotes."
            raise DefinitionError(Problem(where=f"{path}:{mark.line + 1}:{mark.column + 1}", message=message))


def _places(node: Any, above: Path_) -> Iterator[tuple[Path_, tuple[int, int]]]:
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    if isinstance(node, MappingNode):
        for key, value in node.value:
            here = (*above, key.value)
            yield here, (key.start_mark.line + 1, key.start_mark.column + 1)
            yield from _places(value, here)
    elif isinstance(node, SequenceNode):
        for position, value in enumerate(node.value):
            here = (*above, position)
            yield here, (value.start_mark.line + 1, value.start_mark.column + 1)
            yield from _places(value, here)


def _shape_problems(bare: Study, error: ValidationError) -> list[Problem]:
    """One problem a place, in the order of the file."""
    from pipeline.wording import shape_message

    found: dict[str, Problem] = {}
    for entry in error.errors(include_url=False):
        keys = tuple(key for key in entry["loc"])
        where = bare.where(*_real(bare, keys))
        found.setdefault(where + str(entry["loc"][-1:]), Problem(where=where, message=shape_message(entry)))
    places = {problem.where: problem for problem in reversed(list(found.values()))}
    return sorted(places.values(), key=lambda problem: [int(part) for part in problem.where.split(":")[-2:] if part.isdigit()])


def _real(bare: Study, loc: Path_) -> Path_:
    """The part of pydantic's location that exists in the file (it adds names of union members)."""
    keys: Path_ = ()
    for part in loc:
        if (*keys, part) in bare.places:
            keys = (*keys, part)
        elif (*keys, str(part)) in bare.places:
            keys = (*keys, str(part))
    return keys


def _kind(value: Any) -> str:
    names = {type(None): "nothing", str: "a text", list: "a list", int: "a number", float: "a number", bool: "true or false"}
    return names.get(type(value), "something else")


def _cross_problems(study: Study) -> Iterator[Problem]:
    """What is wrong between keys."""
    yield from _names(study)
    yield from _model(study)
    yield from _constructs(study)
    yield from _scales(study)
    yield from _variables(study)
    yield from _labels(study)


def _names(study: Study) -> Iterator[Problem]:
    for key in ("constructs", "variables", "scales"):
        for name in getattr(study.definition, key):
            if not NAME.match(name):
                message = f"'{name}' cannot be a name; use letters, digits, '_' and '-', beginning with a letter."
                yield study.problem(message, key, name)


def _model(study: Study) -> Iterator[Problem]:
    known = list(study.definition.constructs)
    model = study.definition.model
    if model.outcome not in known:
        message = f"unknown outcome '{model.outcome}'.{nearest(model.outcome, known)} Constructs are: {listing(known)}."
        yield study.problem(message, "model", "outcome")
    for position, driver in enumerate(model.drivers or ()):
        place = ("model", "drivers", position)
        if driver not in known:
            message = f"unknown driver '{driver}'.{nearest(driver, known)} Drivers are constructs: {listing(known)}."
            yield study.problem(message, *place)
        elif driver == model.outcome:
            yield study.problem(f"'{driver}' is the outcome; it cannot be its own driver.", *place)
        elif driver in (model.drivers or ())[:position]:
            yield study.problem(f"driver '{driver}' is listed twice.", *place)
    if model.drivers == ():
        yield study.problem("at least one driver is needed; leave the key out to use every other construct.", "model", "drivers")


def _constructs(study: Study) -> Iterator[Problem]:
    scales = study.definition.scales
    owner: dict[str, str] = {}
    for name, construct in study.definition.constructs.items():
        here = ("constructs", name)
        if construct.scale is None and len(scales) != 1:
            message = f"construct '{name}' names no scale; add 'scale:' with one of: {listing(list(scales)) or 'none declared yet under scales'}."
            yield study.problem(message, *here)
        elif construct.scale is not None and construct.scale not in scales:
            message = f"unknown scale '{construct.scale}'.{nearest(construct.scale, scales)} Scales are: {listing(list(scales)) or 'none declared'}."
            yield study.problem(message, *here, "scale")
        for item in construct.reverse:
            if item not in construct.items:
                message = f"'{item}' is reversed but is no item of '{name}'.{nearest(item, construct.items)}"
                yield study.problem(message, *here, "reverse")
        if construct.needed > len(construct.items):
            message = f"min_answered is {construct.min_answered}, but '{name}' has {len(construct.items)} items."
            yield study.problem(message, *here, "min_answered")
        for item in construct.items:
            if item in owner:
                message = f"item '{item}' already belongs to '{owner[item]}'; an item measures one construct."
                yield study.problem(message, *here, "items")
            owner.setdefault(item, name)


def _scales(study: Study) -> Iterator[Problem]:
    for name, scale in study.definition.scales.items():
        for text, value in scale.codes.items():
            if not scale.low <= value <= scale.high:
                message = f"'{text}' is coded {value}, outside {scale.low} to {scale.high}."
                yield study.problem(message, "scales", name, "codes", text)
        for key, length in (("labels", scale.points), ("ends", 2)):
            value = getattr(scale, key)
            for texts in value.values() if isinstance(value, dict) else [value] if value else []:
                if len(texts) != length:
                    message = f"{key} has {len(texts)} texts; this scale needs {length}."
                    yield study.problem(message, "scales", name, key)
        if scale.midpoint is not None and not scale.low < scale.midpoint < scale.high:
            yield study.problem(f"midpoint {scale.midpoint} is not inside {scale.low} to {scale.high}.", "scales", name, "midpoint")


def _variables(study: Study) -> Iterator[Problem]:
    known = study.definition.variables
    for name, variable in known.items():
        here = ("variables", name)
        if bool(variable.from_) != bool(variable.cut):
            yield study.problem(f"'{name}' needs both 'from' and 'cut' to make bands.", *here)
        if variable.from_ and variable.from_ not in known:
            message = f"unknown variable '{variable.from_}'.{nearest(variable.from_, known)} Variables are: {listing(list(known))}."
            yield study.problem(message, *here, "from")
        if list(variable.cut) != sorted(set(variable.cut)) or len(variable.cut) == 1:
            yield study.problem("cut needs at least two limits, each larger than the one before.", *here, "cut")
        elif variable.labels and len(variable.labels) != len(variable.cut) - 1:
            message = f"{len(variable.cut)} limits make {len(variable.cut) - 1} bands, but there are {len(variable.labels)} labels."
            yield study.problem(message, *here, "labels")
    stack = study.definition.stack
    for column, parts in stack.columns.items() if stack else ():
        if len(parts) != len(stack.levels):  # type: ignore[union-attr]
            message = f"'{column}' lists {len(parts)} columns for {len(stack.levels)} levels."  # type: ignore[union-attr]
            yield study.problem(message, "stack", "columns", column)


def _labels(study: Study) -> Iterator[Problem]:
    """Every map of languages must hold every language of the report."""
    for keys, value in _maps(study.definition.model_dump(by_alias=True), ()):
        absent = [lang for lang in study.languages if lang not in value]
        if absent:
            message = f"no text in '{absent[0]}'; a label is one text, or holds every language of the report ({listing(study.languages)})."
            yield study.problem(message, *keys)


def _maps(value: Any, above: Path_) -> Iterator[tuple[Path_, dict[str, Any]]]:
    if isinstance(value, dict):
        if value and set(value) <= {"en", "zh"}:
            yield above, value
            return
        for key, entry in value.items():
            yield from _maps(entry, (*above, key))
    elif isinstance(value, (list, tuple)):
        for position, entry in enumerate(value):
            yield from _maps(entry, (*above, position))
