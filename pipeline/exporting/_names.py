"""Names that SPSS takes: at most 64 bytes, letters, digits and . _ $ # @, no two alike but for case."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 64
RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}
ILLEGAL = re.compile(r"[^\w.$#@]+")


def legal(names: Sequence[str]) -> list[str]:
    """A legal name for each, as like it as can be, in the same order."""
    taken: set[str] = set()
    found = []
    for name in names:
        base = _cut(_mended(name), LONGEST)
        unique, nth = base, 1
        while unique.lower() in taken:
            nth += 1
            end = f"_{nth}"
            unique = _cut(base, LONGEST - len(end)) + end
        taken.add(unique.lower())
        found.append(unique)
    return found


def _mended(name: str) -> str:
    text = ILLEGAL.sub("_", name).strip("_. ") or "v"
    begins = (text[0].isalpha() or text[0] == "@") and text.lower() not in RESERVED
    return text if begins else f"v_{text}"


def _cut(name: str, size: int) -> str:
    return name.encode()[:size].decode("utf-8", "ignore").rstrip("_.") or "v"
