"""Wordings: when do two exports ask the same question?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.responses import Table

SIGNS = re.compile(r"[\W_]+")


def folded(text: str | None) -> str:
    """The text without case, spaces and signs: what two exports of one question still share."""
    return SIGNS.sub("", (text or "").casefold())


def elsewhere(column: str, table: Table, tables: Sequence[Table]) -> str | None:
    """The column of this file that asks what `column` asks in another file, where exactly one does."""
    wordings: Mapping[str, tuple[str, str]] = {
        name: (folded(about.wording), folded(about.part)) for name, about in table.about.items() if about.wording
    }
    asked = {
        (folded(other.about[column].wording), folded(other.about[column].part))
        for other in tables
        if column in other.about and other.about[column].wording
    }
    same = [name for name, wording in wordings.items() if wording in asked]
    return same[0] if len(same) == 1 else None
