"""Variables: the questions of a draft that are no scale items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.draft._columns import Column, Role
from pipeline.draft._yaml import code as coded
from pipeline.draft._yaml import name as named
from pipeline.draft._yaml import one_line, quoted
from pipeline.ingest import plain

LISTED = 40
SEGMENTS = 3
LONGEST_LABEL = 80
"""Characters; a longer wording stands in the comment alone."""


def variable_lines(found: Sequence[Column], several: Sequence[Column]) -> Iterator[str]:
    """The part of the draft that declares categories, numbers, dates and questions with several options."""
    questions = _questions(several)
    if found or questions:
        yield "variables:"
    taken: dict[str, Column] = {}
    for column in found:
        name = named(column.brief, taken)
        taken[name] = column
        own = [] if name == column.name else [f"column: {quoted(column.name)}"]
        parts = [*own, *_labelled(name, column.about.wording or column.name), *_typed(column)]
        yield f"  {name}: {{{', '.join(parts)}}}  # confirm: {_advice(column)}"
    for question, members in questions.items():
        name = named(question, taken)
        taken[name] = members[0]
        yield f"  {name}: {{{', '.join(_several(members, name))}}}  # confirm: {_asked(members)}"
    categories = [name for name, column in taken.items() if column.role == "category"]
    if categories:
        yield f"# segments: [{', '.join(categories[:SEGMENTS])}]  # confirm: which groups are to be compared"


def _labelled(name: str, wording: str) -> list[str]:
    """What the report calls it, where that is short and more than the name."""
    text = one_line(wording)
    return [] if text.casefold() == name.casefold() or len(text) > LONGEST_LABEL else [f"label: {quoted(text)}"]


def _typed(column: Column) -> list[str]:
    if column.role in ("number", "date"):
        return [f"type: {column.role}"]
    if column.codes and set(column.texts) <= set(column.about.labels) and len(column.codes) <= LISTED:
        worded = all(code == label for code, label in column.codes.items())
        codes = [f"{coded(code)}: {quoted(label)}" for code, label in column.codes.items()]
        return [] if worded else [f"codes: {{{', '.join(codes)}}}"]
    if column.numeric:
        codes = [f'{coded(text)}: "{text}"' for text in column.written if plain(text) not in column.missing]
        return [f"codes: {{{', '.join(codes)}}}"]
    return []


def _advice(column: Column) -> str:
    if column.about.kind in ("grid", "scale") and not column.numeric:
        return "a scale? Then declare its labels under scales, lowest first, and make it an item"
    if column.role == "category" and column.numeric and not column.codes:
        return "name its codes"
    return f"a {column.role}{_wording(column)}"


def _wording(column: Column) -> str:
    text = one_line(column.about.wording or "")
    return f': "{text[:LONGEST_LABEL]}…"' if len(text) > LONGEST_LABEL else ""


def _questions(several: Sequence[Column]) -> dict[str, list[Column]]:
    """Question -> its columns, in the order of the file."""
    found: dict[str, list[Column]] = {}
    for column in several:
        found.setdefault(column.about.question or column.name, []).append(column)
    return found


def _several(members: Sequence[Column], name: str) -> list[str]:
    """Keys of a question with several options, in whichever of three shapes the file has it."""
    first = members[0].about
    parts = [f"type: {first.kind}", *_labelled(name, first.wording or name)]
    if len(members) == 1 and (first.separator or not first.ticked):
        parts += [] if name == members[0].name else [f"column: {quoted(members[0].name)}"]
        return [*parts, *([f"separator: {quoted(first.separator)}"] if first.separator else [])]
    labels = [f"{quoted(column.name)}: {quoted(column.about.part or column.name)}" for column in members]
    mentions = bool(first.labels) and not first.ticked
    columns = [quoted(column.name) for column in members]
    parts.append(f"columns: [{', '.join(columns)}]" if mentions else f"columns: {{{', '.join(labels)}}}")
    return parts


def _asked(members: Sequence[Column]) -> str:
    return f"several answers are possible{_wording(members[0])}"


def beside_lines(found: Mapping[Role, Sequence[Column]]) -> Iterator[str]:
    """Suggestions that a draft leaves commented out, for only the researcher can know."""
    if found.get("seconds"):
        yield "# quality: {min_speed: 0.33, duplicates: [answers], drop_when: 2}  # confirm: which rows are careless"
