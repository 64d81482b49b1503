"""Plain data as YAML that a person can read: short maps and lists on one line, the rest as blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.draft._yaml import code, quoted

WIDE = 112


def lines(value: Any, indent: int = 0) -> Iterator[str]:
    """Lines of a map, or of a list, at this depth."""
    pad = " " * indent
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _entry(f"{pad}{code(str(key))}:", entry, indent + 2)
    else:
        for entry in value:
            inner = list(_entry("", entry, indent + 2))
            yield f"{pad}- {inner[not inner[0].strip()].strip()}"
            yield from inner[1 + (not inner[0].strip()) :]


def _entry(head: str, value: Any, indent: int) -> Iterator[str]:
    flat = f"{head} {_flow(value)}"
    if not isinstance(value, (dict, list, tuple)) or not value or (len(flat) <= WIDE and _shallow(value)):
        yield flat
        return
    yield head
    yield from lines(value, indent)


def _shallow(value: Any) -> bool:
    """No map within a map within a map: such stand on lines of their own."""
    inner = value.values() if isinstance(value, dict) else value
    return not any(_deep(entry) for entry in inner)


def _deep(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return any(isinstance(entry, dict) for entry in inner)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{code(str(key))}: {_flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return quoted(value) if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
