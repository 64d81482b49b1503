"""Respondent: what the rows of a file say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.draft._columns import Column, Role
from pipeline.draft._yaml import quoted

ROWS: Mapping[Role, str] = {
    "id": "tells people apart",
    "started": "when the interview began",
    "seconds": "how long it took",
}
MARKS: Mapping[Role, tuple[str, str]] = {
    "complete": ("complete", "the finished rows"),
    "test": ("tests", "they are no respondents"),
}
TESTS = ("Survey Preview", "Survey Test", "Spam", "Spam Preview", "Offline Preview", "Imported Spam")
FINISHED = ("1", "true", "yes", "finished", "completed", "是")


def respondent_lines(by_role: Mapping[Role, Sequence[Column]]) -> Iterator[str]:
    """What rows say of themselves."""
    named_by: dict[Role, str] = {
        "id": "tells people apart",
        "started": "when the interview began",
        "seconds": "how long it took",
    }
    lines = [
        f"  {role}: {quoted(by_role[role][0].name)}  # confirm: {what}"
        for role, what in named_by.items()
        if role in by_role
    ]
    marks: tuple[tuple[Role, str, str], ...] = (
        ("complete", "complete", "the finished rows"),
        ("test", "tests", "no respondents"),
    )
    for role, key, what in marks:
        column, equals = next(((one, mark) for one in by_role.get(role, []) if (mark := _mark(one, role))), (None, []))
        if column is not None:
            texts = quoted(equals[0]) if len(equals) == 1 else f"[{', '.join(map(quoted, equals))}]"
            lines.append(f"  {key}: {{column: {quoted(column.name)}, equals: {texts}}}  # confirm: {what}")
    if lines:
        yield "respondent:"
        yield from lines


def _mark(column: Column, role: Role) -> list[str]:
    """The cells that mark a finished interview, or a test."""
    if role == "test":
        return [text for text in column.texts if text in TESTS or column.about.labels.get(text) in TESTS]
    return [text for text in column.texts if text.casefold() in FINISHED][:1]
