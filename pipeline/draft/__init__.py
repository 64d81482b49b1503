"""Draft: a study.yaml guessed from a data file. Every guess is marked `# confirm`; nothing of it is a finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.draft._columns import Column as Column
from pipeline.draft._columns import Role
from pipeline.draft._columns import columns as columns
from pipeline.draft._constructs import construct_lines, constructs_of, outcome_of, stack_lines
from pipeline.draft._respondent import respondent_lines
from pipeline.draft._scales import scale_lines, scales_of
from pipeline.draft._variables import beside_lines, variable_lines
from pipeline.draft._yaml import code, one_line, quoted, title
from pipeline.errors import UsageError
from pipeline.ingest import tables
from pipeline.responses import Table
from pipeline.specs import Definition
from pipeline.study import Study

LISTED = 30
LEFT_OUT: tuple[Role, ...] = ("metadata", "ip", "text", "blank")
ANSWERS = ("scale", "category", "number", "weight")


def draft(file: Path, out: Path, labels: Path | None = None) -> Path:
    """Path of the study.yaml written for a data file, which must lie in its folder or below, or be a package: path.

    labels: a file that says what columns and codes mean, in the same folder. Raises UsageError where a file is there
    already, or the data lie elsewhere; else the errors of reading.
    """
    if out.exists():
        raise UsageError(f"{out}: is there already and is never overwritten; give another place with --out.")
    written = _inside(file, out)
    said = None if labels is None else _inside(labels, out)
    text = draft_text(written, out, said)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}); choose another place with --out.") from None
    return out


def _inside(file: Path, out: Path) -> str:
    """The file as the study will write it."""
    if file.as_posix().startswith("package:"):
        return file.as_posix()
    folder = out.resolve().parent
    if not file.resolve().is_relative_to(folder):
        beside = file.parent / "study.yaml"
        raise UsageError(f"{file}: does not lie in the folder of {out}; write the draft beside it: --out {beside}")
    return file.resolve().relative_to(folder).as_posix()


def draft_text(written: str, out: Path, labels: str | None = None) -> str:
    """Text of a study.yaml at `out` for the data file it will name as `written`."""
    table = table_of(written, out, labels)
    return "\n".join(_lines(table, columns(table), written, labels)) + "\n"


def table_of(written: str, out: Path, labels: str | None = None) -> Table:
    """The file as a study at `out` would read it."""
    stand_in = {"items": ["x"]}
    shape = {
        "study": {"title": "x"},
        "data": {"file": written, **({"labels": labels} if labels else {})},
        "constructs": {"x": stand_in, "y": stand_in},
        "model": {"outcome": "x"},
    }
    return tables(Study(path=out, definition=Definition.model_validate(shape), places={}, sha256=""))[0]


def _lines(table: Table, found: Sequence[Column], written: str, labels: str | None) -> Iterator[str]:
    by_role = {role: [column for column in found if column.role == role] for role in {column.role for column in found}}
    items = by_role.get("scale", [])
    scales = scales_of(items)
    groups = constructs_of(items, scales)
    yield "# A draft made from the data alone. Confirm or correct every line marked `confirm`."
    for note in table.notes:
        yield f"# {one_line(note)}"
    yield "study:"
    yield f"  title: {quoted(title(Path(written).stem))}  # confirm: the name of the study, as the report prints it"
    yield _data(table, written, labels)
    yield from respondent_lines(by_role)
    yield from _missing(found)
    yield from scale_lines(items, scales)
    yield from construct_lines(groups, scales)
    others = [column for column in found if column.role in ("category", "number", "date")]
    yield from variable_lines(others, by_role.get("several", []))
    if "weight" in by_role:
        yield f"weights: {{column: {quoted(by_role['weight'][0].name)}}}  # confirm: a sampling weight"
    yield from beside_lines(by_role)
    yield from stack_lines(items)
    yield "model:"
    yield f"  outcome: {quoted(outcome_of(groups))}  # confirm: what is to be explained by the others"
    left = [column.name for role in LEFT_OUT for column in by_role.get(role, [])]
    if left:
        more = f" and {len(left) - LISTED} more" if len(left) > LISTED else ""
        yield f"# Left out (dates, names, free text, blank): {', '.join(map(one_line, left[:LISTED]))}{more}"


def _data(table: Table, written: str, labels: str | None) -> str:
    source = table.source
    kind = ", ".join(part for part in (source.format, source.encoding, source.sheet) if part)
    read = f"# read as {one_line(kind)}: {source.rows} rows, {source.columns} columns"
    if labels is None:
        return f"data: {quoted(written)}  {read}"
    return f"data: {{file: {quoted(written)}, labels: {quoted(labels)}}}  {read}"


def _missing(found: Sequence[Column]) -> Iterator[str]:
    """Codes that no file calls missing and that look like it; labels that stand beside a scale."""
    skipped = sorted({code for column in found if column.role in ANSWERS for code in column.missing})
    declined = sorted({code for column in found for code in column.declined})
    if declined:
        parts = [
            f"{key}: [{', '.join(map(code, codes))}]"
            for key, codes in (("skipped", skipped), ("declined", declined))
            if codes
        ]
        yield f"missing: {{{', '.join(parts)}}}  # confirm: codes and texts that are never answers"
    elif skipped:
        yield f"missing: [{', '.join(map(code, skipped))}]  # confirm: codes that are never answers"
