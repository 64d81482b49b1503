"""Headings: the rows above the answers as plain text, and what the texts of neighbouring columns share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from pipeline.ingest._opened import Opened
from pipeline.ingest._table import canonical

MARKUP = re.compile(r"</?[A-Za-z][^<>]*>")
BREAKS = re.compile(r"<(br|/?(div|p|li|tr|td|h\d))\b[^<>]*>", re.IGNORECASE)
BETWEEN = (" - ", "-")
"""What stands between a question and its part, the surer sign first."""


def headings(opened: Opened) -> list[list[str]]:
    """Clean texts of the first rows, '' where blank. Raises DataError where the file cannot be opened as rows."""
    return [[clean(canonical(cell) or "") for cell in row] for row in opened.rows.top]


def clean(text: str) -> str:
    """The text without markup, in one line, with single spaces."""
    if "<" in text or "&" in text:
        text = unescape(MARKUP.sub("", BREAKS.sub(" ", text)))
    return " ".join(text.split())


def stem(texts: Sequence[str]) -> str:
    """What all texts begin with, up to the sign that parts a question from its rows or options; '' where none does."""
    start = shared(texts)
    return next((start[: start.rindex(sign)] for sign in BETWEEN if sign in start), "")


def shared(texts: Sequence[str]) -> str:
    """What all texts begin with."""
    first, last = min(texts), max(texts)
    same = (i for i, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(same, len(first))]
