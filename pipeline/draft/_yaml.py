"""Texts as a YAML file can hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable

PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff-]*")
WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
WORDS_OF_YAML = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def name(text: str, taken: Iterable[str]) -> str:
    """A name made of a text: word characters only, beginning with a letter, and not taken."""
    name = re.sub(r"\W+", "_", text.strip().lower()).strip("_")[:40] or "x"
    name = name if not name[0].isdigit() else f"q{name}"
    used, plain, count = set(taken), name, 2
    while name in used:
        name, count = f"{plain}_{count}", count + 1
    return name


def title(stem: str) -> str:
    text = re.sub(r"[_\-]+", " ", stem).strip() or "study"
    return text[:1].upper() + text[1:]


def quoted(text: str) -> str:
    """A text as YAML: bare where that is safe, else in double quotes."""
    if PLAIN.fullmatch(text) and text.lower() not in WORDS_OF_YAML:
        return text
    marks = {'"': '\\"', "\\": "\\\\"}
    return '"' + "".join(marks.get(c) or (c if c.isprintable() else f"\\U{ord(c):08X}") for c in text) + '"'


def code(text: str) -> str:
    """A code as YAML: whole numbers bare, other than 007, which YAML would take for 7."""
    return text if WHOLE.fullmatch(text) else quoted(text)


def one_line(text: str) -> str:
    """A text on one line of a comment."""
    return "".join(c if c.isprintable() else " " for c in text)
