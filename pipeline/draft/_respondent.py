"""Respondent: what the rows of a file say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.draft._columns import Column, Role
from pipeline.draft._yaml import code, quoted

ROWS: Mapping[Role, str] = {
    "id": "tells people apart",
    "started": "when the interview began",
    "seconds": "how long it took",
}
MARKS: Mapping[Role, tuple[str, str]] = {
    "complete": ("complete", "the finished rows"),
    "test": ("tests", "no respondents"),
}
TESTS = ("Survey Preview", "Survey Test", "Spam", "Spam Preview", "Offline Preview", "Imported Spam")
FINISHED = ("1", "true", "yes", "finished", "completed", "是")


def respondent_lines(by_role: Mapping[Role, Sequence[Column]]) -> Iterator[str]:
    """What rows say of themselves."""
    lines = [
        f"  {role}: {quoted(by_role[role][0].name)}  # confirm: {what}"
        for role, what in ROWS.items()
        if role in by_role
    ]
    lines += [line for role in MARKS for line in _marked(role, by_role.get(role, ()))]
    if lines:
        yield "respondent:"
        yield from lines


def _marked(role: Role, columns: Sequence[Column]) -> Iterator[str]:
    """The first column that marks such rows: by what it holds, or by holding the time at which the interview ended."""
    key, what = MARKS[role]
    for column in columns:
        equals = _mark(column, role)
        texts = code(equals[0]) if len(equals) == 1 else f"[{', '.join(map(code, equals))}]"
        if equals:
            yield f"  {key}: {{column: {quoted(column.name)}, equals: {texts}}}  # confirm: {what}"
        elif role == "complete" and column.about.kind == "date":
            yield f"  {key}: {{column: {quoted(column.name)}}}  # confirm: {what}, where it is not blank"
        else:
            continue
        return


def _mark(column: Column, role: Role) -> list[str]:
    """The cells that mark a finished interview, or a test."""
    if role == "test":
        return [text for text in column.texts if text in TESTS or column.about.labels.get(text) in TESTS]
    return [text for text in column.texts if text.casefold() in FINISHED][:1]
