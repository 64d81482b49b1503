"""Wording: what is wrong with the shape of a study.yaml, as sentences that say what was found and what was possible."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.errors import listing, nearest
from pipeline.specs import LANGUAGES, DataFile, Definition, Label

PLAIN = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
PLURAL = {str: "texts", int: "whole numbers", float: "numbers"}
LIMITS = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}
CUT = 40
SHORTCUTS = {
    "one_or_many": "one text or a list of texts",
    "one_or_many_codes": "one text or a list of texts",
    "listed": "one column, a list of columns, or a map of columns to their wording",
    "files": f"a path, or a list of paths or of maps with the keys {listing(list(DataFile.model_fields))}",
    "by_reason": "a list of codes, or a map with the keys skipped, declined, not_asked",
    "segments_of": "a list of variables, or a map with the keys compare, brand, waves, reference",
    "dropping": "a number of flags, a list of rules, or a map with the keys flags, rules",
}
"""What a key holds that may also be written shorter, by the function that makes it long."""
LABEL = "one text, or a text for each language ({en: …, zh: …})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where an error stands: what is allowed there, the keys that lead there, and if it is one member of an 'or'."""

    allowed: Any
    keys: tuple[str | int, ...]
    field: FieldInfo | None
    member: bool

    @property
    def name(self) -> str:
        """'drivers', or 'entry 2 of drivers'."""
        if not self.keys:
            return "the study"
        *above, last = self.keys
        if isinstance(last, str):
            return f"'{last}'"
        owner = next((key for key in reversed(above) if isinstance(key, str)), "the list")
        return f"entry {last + 1} of '{owner}'"


def spot(loc: Sequence[str | int], root: type[BaseModel] = Definition) -> Spot:
    """The place of an error, by walking the models along its location."""
    allowed: Any = root
    keys: tuple[str | int, ...] = ()
    field: FieldInfo | None = None
    member = False
    for part in loc:
        inner = _member(allowed, part)
        if inner is not None:
            member = True
            if part == loc[-1]:
                break
            allowed = inner
            continue
        if part == "[key]":
            break
        allowed, field = _step(allowed, part, field)
        keys, member = (*keys, part), False
    return Spot(allowed=allowed, keys=keys, field=field, member=member)


def shape_message(entry: Mapping[str, Any], root: type[BaseModel] = Definition) -> str:
    """One sentence for one error of the models: what was found, what is possible, what to do."""
    kind, loc, context = entry["type"], tuple(entry["loc"]), entry.get("ctx") or {}
    here = spot(loc, root)
    if kind == "extra_forbidden":
        known = _keys(spot(loc[:-1], root).allowed)
        return f"unknown key '{loc[-1]}'.{nearest(str(loc[-1]), known)} Possible keys here: {listing(known, 20)}."
    if kind == "missing" and isinstance(loc[-1], int):
        return f"{spot(loc[:-1], root).name} holds {_count(loc[-1])}; it must hold {_size(spot(loc[:-1], root))}."
    if kind == "missing":
        owner = f" in {spot(loc[:-1], root).name}" if len(loc) > 1 else ""
        about = f": {_lower(here.field.description)}" if here.field and here.field.description else "."
        return f"'{loc[-1]}' is missing{owner}{about}"
    if kind == "value_error":
        return f"{here.name}: {context.get('error', entry['msg'])}."
    if kind == "invalid_key":
        known = _keys(spot(loc[:-1], root).allowed)
        return f"{_found(entry['input'])} cannot be a key here. Possible keys here: {listing(known, 20)}."
    if loc and loc[-1] == "[key]":
        if kind == "string_pattern_mismatch":
            return f"'{entry['input']}' is no language of a report; possible are: {listing(LANGUAGES)}."
        return f"{_found(entry['input'])} cannot be a key here; put it in quotes."
    if kind in ("too_short", "too_long"):
        return f"{here.name} holds {_count(context.get('actual_length', 0))}; it must hold {_size(here)}."
    if kind == "string_pattern_mismatch" and here.field and here.field.description:
        return f"{here.name} is {_found(entry['input'])}, which does not fit: {_lower(here.field.description)}"
    wanted = f"{_allowed(here)}{_limits(here, context)}"
    return f"{here.name} is {_found(entry['input'])}; it must be {wanted}.{_hint(here, entry)}"


def _allowed(here: Spot) -> str:
    rules = (getattr(rule, "func", None) for rule in (here.field.metadata if here.field else ()))
    known = [SHORTCUTS[rule.__name__] for rule in rules if rule and rule.__name__ in SHORTCUTS]
    return known[0] if known else possible(here.allowed)


def yaml_message(problem: str | None) -> str:
    """One sentence for what the YAML reader says."""
    text = " ".join((problem or "it cannot be read").split()).rstrip(".")
    twice = re.match(r'found duplicate key "(.*?)"', text)
    if twice:
        return f"the key '{twice[1]}' stands twice; keep one of them."
    if "'\\t'" in text:
        return "a tab stands where spaces belong; indent with spaces only."
    return f"not valid YAML ({text}); check the indentation, and put texts that hold ':' or '#' in quotes."


def possible(allowed: Any) -> str:
    """What a type allows, in plain words."""
    allowed = _bare(allowed)
    members = _members(allowed)
    if len(members) > 1:
        return LABEL if set(members) == set(_members(_bare(Label))) else " or ".join(map(possible, members))
    only = members[0]
    arguments = get_args(only)
    if get_origin(only) is Literal:
        return listing(arguments[:-1]) + f" or {arguments[-1]}" if len(arguments) > 1 else str(arguments[0])
    if isinstance(only, type) and issubclass(only, BaseModel):
        return f"a map with the keys {listing(_keys(only), 20)}"
    if get_origin(only) is dict:
        return f"a map of names to {_plural(arguments[1])}"
    if get_origin(only) is tuple and Ellipsis not in arguments:
        return f"a list of {len(arguments)} {_plural(arguments[0])}"
    if get_origin(only) in (list, tuple):
        return f"a list of {_plural(arguments[0])}"
    return PLAIN.get(only, "something else")


def _plural(allowed: Any) -> str:
    only = _bare(allowed)
    return PLURAL.get(only) or (f"entries, each {possible(only)}" if only is not Any else "entries")


def _bare(allowed: Any) -> Any:
    return get_args(allowed)[0] if get_origin(allowed) is Annotated else allowed


def _members(allowed: Any) -> list[Any]:
    """The types of an 'or' without None; else the type itself."""
    allowed = _bare(allowed)
    if get_origin(allowed) not in (Union, types.UnionType):
        return [allowed]
    return [one for one in get_args(allowed) if one is not types.NoneType]


def _member(allowed: Any, part: str | int) -> Any:
    """The member of an 'or' that a part of a location names, as in 'dict[str,str]'; else None."""
    members = _members(allowed)
    kinds = {(get_origin(one) or one).__name__: one for one in members} if len(members) > 1 else {}
    return kinds.get(str(part).partition("[")[0])


def _step(allowed: Any, part: str | int, field: FieldInfo | None) -> tuple[Any, FieldInfo | None]:
    """Type and field one key further down."""
    only = _members(allowed)[0]
    if isinstance(only, type) and issubclass(only, BaseModel):
        fields = {info.alias or name: info for name, info in only.model_fields.items()}
        return (fields[str(part)].annotation, fields[str(part)]) if part in fields else (Any, None)
    arguments = get_args(only)
    if not arguments:
        return Any, field
    return (arguments[1] if get_origin(only) is dict else arguments[0]), None


def _keys(allowed: Any) -> list[str]:
    only = _members(allowed)[0]
    if isinstance(only, type) and issubclass(only, BaseModel):
        return [info.alias or name for name, info in only.model_fields.items()]
    return []


def _found(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the text "{value if len(value) <= CUT else value[: CUT - 1] + "…"}"'
    return (
        "a map"
        if isinstance(value, dict)
        else "a list"
        if isinstance(value, (list, tuple))
        else f"a {type(value).__name__}"
    )


def _count(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries} entries"


def _limits(here: Spot, context: Mapping[str, Any]) -> str:
    """' of at least 2 and at most 101', from the field's own bounds; that of an entry of a map is in the context."""
    found = [(key, bound) for key, bound in _bounds(here) if key in LIMITS]
    parts = [LIMITS[key].format(bound) for key, bound in found or context.items() if key in LIMITS]
    return f", {' and '.join(parts)}" if parts else ""


def _bounds(here: Spot) -> list[tuple[str, Any]]:
    metadata = here.field.metadata if here.field else ()
    keys = (*LIMITS, "min_length", "max_length")
    return [(key, getattr(rule, key)) for rule in metadata for key in keys if getattr(rule, key, None) is not None]


def _size(here: Spot) -> str:
    bounds = dict(_bounds(here))
    return (
        f"at least {bounds['min_length']}"
        if "min_length" in bounds
        else f"exactly {len(get_args(_bare(here.allowed))) or 1}"
    )


def _hint(here: Spot, entry: Mapping[str, Any]) -> str:
    """How to write a text that YAML takes for something else."""
    texts = str in _members(here.allowed) or "one text" in _allowed(here)
    return " Put it in quotes." if isinstance(entry["input"], (bool, int, float, date)) and texts else ""


def _lower(text: str | None) -> str:
    text = text or ""
    return text[:1].lower() + text[1:]
