"""Names and codes as LimeSurvey takes them: letters and digits only, question codes of 20, answer codes of 5."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.instrument.asked import Asked, Column

LONGEST = 20
KEPT = frozenset(("lang", "sid", "savedid", "token", "tid", "qid", "gid", "sgq", "self", "that", "this", "time"))
"""Codes of questions that mean something else to LimeSurvey; it would give such a question another one."""
EXTRA = re.compile("other|.*comment", re.IGNORECASE)
"""Codes of rows and options that exports give to what is written beside an option."""
PLAIN = re.compile(r"[A-Za-z0-9]{1,5}")


def code_of(asked: Asked) -> str:
    """Code of a question, with the end of its loop."""
    return bare(asked.question.id) + asked.suffix.upper()


def subcode_of(column: Column) -> str:
    """Code of a row of a grid, or of an option of several ticks."""
    return bare(column.part or "")


def bare(name: str) -> str:
    """The name without what is no letter or digit."""
    return re.sub(r"[^A-Za-z0-9]", "", name)


def answer_codes(codes: Iterable[str]) -> dict[str, str]:
    """Code of the questionnaire -> LimeSurvey's: the same where all fit, else A1, A2 …"""
    listed = list(codes)
    if all(PLAIN.fullmatch(code) for code in listed):
        return {code: code for code in listed}
    return {code: f"A{position}" for position, code in enumerate(listed, start=1)}


def heading(asked: Asked, column: Column) -> str:
    """Heading of a column in LimeSurvey's export with question codes: 'producta[prod1]'."""
    return f"{code_of(asked)}[{subcode_of(column)}]" if column.part else code_of(asked)
