"""Draft: a study.yaml guessed from a data file. Every guess is marked `# confirm`; nothing of it is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.draft._columns import Column, Role, columns
from pipeline.draft._orders import ORDERS, wording
from pipeline.draft._yaml import name as named
from pipeline.draft._yaml import one_line, quoted, title
from pipeline.errors import UsageError
from pipeline.ingest import tables
from pipeline.responses import Table
from pipeline.specs import Definition
from pipeline.study import Study

SIZES = ((0, 5), (0, 7), (0, 11), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 10))
"""Usual scales: lowest value and number of points."""
WANTED = re.compile(
    r"intent|loyal|cusl|recommend|nps|rebuy|repurchase|purchase|buy|购买|推荐|复购|回购|意愿|意向|忠诚", re.IGNORECASE
)
NEXT_BEST = re.compile(r"satisf|cusa|满意", re.IGNORECASE)
LISTED = 30
ANSWERS = ("scale", "category", "number", "weight")


def draft(file: Path, out: Path) -> Path:
    """Path of the study.yaml written for a data file, which must lie in its folder or below, or be a package: path.

    Raises UsageError where a file is there already, or the data lie elsewhere; else the errors of reading.
    """
    if out.exists():
        raise UsageError(f"{out}: is there already and is never overwritten; give another place with --out.")
    written = file.as_posix()
    if not written.startswith("package:"):
        folder = out.resolve().parent
        if not file.resolve().is_relative_to(folder):
            beside = file.parent / "study.yaml"
            raise UsageError(f"{file}: does not lie in the folder of {out}; write the draft beside it: --out {beside}")
        written = file.resolve().relative_to(folder).as_posix()
    text = draft_text(written, out)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}); choose another place with --out.") from None
    return out


def draft_text(written: str, out: Path) -> str:
    """Text of a study.yaml at `out` for the data file it will name as `written`."""
    stand_in = {"items": ["x"]}
    shape = {
        "study": {"title": "x"},
        "data": written,
        "constructs": {"x": stand_in, "y": stand_in},
        "model": {"outcome": "x"},
    }
    definition = Definition.model_validate(shape)
    table = tables(Study(path=out, definition=definition, places={}, sha256=""))[0]
    return "\n".join(_lines(table, columns(table), written)) + "\n"


def _lines(table: Table, found: Sequence[Column], written: str) -> Iterator[str]:
    by_role = {role: [column for column in found if column.role == role] for role in {column.role for column in found}}
    items = by_role.get("scale", [])
    scales = {column.name: _scale(column, items) for column in items}
    groups = _groups(items, scales)
    yield "# A draft made from the data alone. Confirm or correct every line marked `confirm`."
    yield "study:"
    yield f"  title: {quoted(title(Path(written).stem))}  # confirm: the name of the study, as the report prints it"
    source = table.source
    kind = ", ".join(part for part in (source.format, source.encoding, source.sheet) if part)
    yield f"data: {quoted(written)}  # read as {one_line(kind)}: {source.rows} rows, {source.columns} columns"
    yield from _respondent(by_role)
    missing = dict.fromkeys(code for column in found if column.role in ANSWERS for code in column.missing)
    if missing:
        yield f"missing: [{', '.join(map(quoted, sorted(missing)))}]  # confirm: codes that are never answers"
    yield from _scale_lines(items, scales)
    yield from _construct_lines(groups, scales)
    yield from _variable_lines([*by_role.get("category", []), *by_role.get("number", [])])
    if "weight" in by_role:
        yield f"weights: {{column: {quoted(by_role['weight'][0].name)}}}  # confirm: a sampling weight"
    yield "model:"
    yield f"  outcome: {quoted(_outcome(groups))}  # confirm: what is to be explained by the others"
    left = [column.name for role in ("metadata", "text", "blank") for column in by_role.get(role, [])]
    if left:
        more = f" and {len(left) - LISTED} more" if len(left) > LISTED else ""
        yield f"# Left out (dates, names, free text, blank): {', '.join(map(one_line, left[:LISTED]))}{more}"


def _respondent(by_role: Mapping[Role, Sequence[Column]]) -> Iterator[str]:
    complete = [(column, _finished(column)) for column in by_role.get("complete", [])]
    complete = [(column, mark) for column, mark in complete if mark]
    if "id" in by_role or complete:
        yield "respondent:"
    if "id" in by_role:
        yield f"  id: {quoted(by_role['id'][0].name)}  # confirm: tells people apart"
    if complete:
        column, mark = complete[0]
        yield f"  complete: {{column: {quoted(column.name)}, equals: {quoted(mark)}}}  # confirm: the finished rows"


def _finished(column: Column) -> str:
    """The cell that marks a finished interview, or ''."""
    return next(
        (text for text in column.texts if text.casefold() in ("1", "true", "yes", "finished", "completed", "是")), ""
    )


def _scale(column: Column, items: Sequence[Column]) -> tuple[int, int]:
    """Lowest value and points of the usual scale that holds all answers to questions of the same stem."""
    if column.order:
        return 1, len(column.order)
    same = [value for other in items if other.stem == column.stem for value in other.numbers]
    start = 0 if min(same) == 0 else 1
    return next((low, points) for low, points in SIZES if low == start and max(same) <= low + points - 1)


def _scale_name(column: Column, scale: tuple[int, int]) -> str:
    low, points = scale
    return (
        f"points{points}"
        + ("_from_0" if low == 0 else "")
        + (f"_wording{ORDERS.index(column.order) + 1}" if column.order else "")
    )


def _scale_lines(items: Sequence[Column], scales: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    found: dict[str, list[Column]] = {}
    for column in items:
        found.setdefault(_scale_name(column, scales[column.name]), []).append(column)
    if found:
        yield "scales:"
    for name, members in found.items():
        low, points = scales[members[0].name]
        yield f"  {name}:"
        seen = sorted({value for column in members for value in column.numbers})
        held = f"the data hold {seen[0]:g} to {seen[-1]:g}; " if seen else ""
        yield f"    points: {points}  # confirm: {held}what did the questionnaire offer?"
        if low != 1:
            yield f"    start: {low}  # confirm"
        order = members[0].order
        if order:
            texts = {text for column in members for text in column.texts}
            labels = ", ".join(map(quoted, wording(order, sorted(texts))))
            yield f"    labels: [{labels}]  # confirm: the order, lowest first, and those nobody chose"


def _groups(items: Sequence[Column], scales: Mapping[str, tuple[int, int]]) -> dict[str, list[Column]]:
    """Construct name -> its items: one for each stem, or one for each question where all share one stem."""
    by_stem: dict[str, list[Column]] = {}
    for column in items:
        by_stem.setdefault(column.stem + _scale_name(column, scales[column.name]), []).append(column)
    if len(by_stem) < 2:
        by_stem = {column.name: [column] for column in items}
    groups: dict[str, list[Column]] = {}
    for members in by_stem.values():
        name = members[0].stem if len(members) > 1 else members[0].name
        groups[named(name, groups)] = members
    return groups


def _construct_lines(groups: Mapping[str, Sequence[Column]], scales: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    few = len(groups) < 2
    yield (
        "constructs:"
        + (" {}" if not groups else "")
        + ("  # confirm: fewer than two questions on a scale were found; name them" if few else "")
    )
    for name, members in groups.items():
        names = ", ".join(quoted(column.name) for column in members)
        same = ": do these measure one thing, all worded the same way round?" if len(members) > 1 else ""
        yield f"  {name}:  # confirm{same}"
        yield f"    scale: {_scale_name(members[0], scales[members[0].name])}"
        yield f"    items: [{names}]"


def _variable_lines(found: Sequence[Column]) -> Iterator[str]:
    if found:
        yield "variables:"
    taken: dict[str, Column] = {}
    for column in found:
        name = named(column.name, taken)
        taken[name] = column
        parts = [] if name == column.name else [f"column: {quoted(column.name)}"]
        if column.role == "number":
            parts.append("type: number")
        elif column.numeric:
            codes = [f'{value:g}: "{value:g}"' for value in column.numbers]
            parts.append(f"codes: {{{', '.join(codes)}}}")
        advice = "name its codes" if column.role == "category" and column.numeric else f"a {column.role}"
        yield f"  {name}: {{{', '.join(parts)}}}  # confirm: {advice}"
    categories = [name for name, column in taken.items() if column.role == "category"]
    if categories:
        yield f"# segments: [{', '.join(categories[:3])}]  # confirm: which groups are to be compared"


def _outcome(groups: Mapping[str, Sequence[Column]]) -> str:
    """The construct whose name or questions sound most like buying, staying or recommending; else the last."""
    for pattern in (WANTED, NEXT_BEST):
        for name, members in groups.items():
            if pattern.search(name) or any(pattern.search(column.name) for column in members):
                return name
    return [*groups, ""][len(groups) - 1] if groups else ""
