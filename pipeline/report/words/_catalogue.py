"""Messages of gettext catalogues, read once in a process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One sentence, or one for each plural form. `counted` names the argument whose number decides."""

    texts: tuple[str, ...]
    counted: str | None


@lru_cache(maxsize=8)
def read(*paths: Path) -> Mapping[str, Message]:
    """key -> message of all files together; a key in two files is an error, as is an empty sentence."""
    messages: dict[str, Message] = {}
    for path in paths:
        for key, message in _file(path):
            if key in messages:
                raise ValueError(f"{path.name}: '{key}' is already in another catalogue")
            messages[key] = message
    return messages


def _file(path: Path) -> list[tuple[str, Message]]:
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id]
    return [_message(path, entry.id, entry.string) for entry in entries]


def _message(path: Path, key: str | Sequence[str], text: str | Sequence[str] | None) -> tuple[str, Message]:
    name, counted = (key, None) if isinstance(key, str) else (key[0], key[1])
    texts = (text,) if isinstance(text, str) else tuple(text or ("",))
    if not all(texts):
        raise ValueError(f"{path.name}: '{name}' has no text")
    return name, Message(texts=texts, counted=counted)
