"""Used columns: what a study needs of its files, and where it says so. Nothing else is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.errors import DataError, Problem, listing, nearest
from pipeline.responses import Table
from pipeline.study import Study

WAVE = "wave"
Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A column of the files, what for ('an item of trust'), where the study names it, and whether it holds numbers."""

    column: str
    role: str
    keys: Keys
    numeric: bool = False


def parts(study: Study, name: str) -> tuple[str, ...]:
    """Columns of the files behind a name: itself, or one for each level where it is stacked."""
    stack = study.definition.stack
    return stack.columns.get(name, (name,)) if stack else (name,)


def wave_of_files(study: Study) -> bool:
    return any(file.wave is not None for file in study.definition.data)


def variable_names(study: Study) -> tuple[str, ...]:
    """Variables of the study: declared ones and those only named under segments."""
    return tuple(dict.fromkeys((*study.segment_variables, *study.definition.variables)))


def is_number(study: Study, name: str) -> bool:
    variable = study.variable(name)
    bands = any(other.from_ == name for other in study.definition.variables.values())
    return not variable.cut and (variable.type == "number" or variable.range is not None or bands)


def made_here(study: Study, name: str) -> bool:
    """Is the variable made by the study (bands, stacked levels, waves of files) and no column of its own?"""
    stack = study.definition.stack
    return (
        bool(study.variable(name).from_)
        or (stack is not None and name == stack.by)
        or (name == WAVE and wave_of_files(study))
    )


def uses(study: Study) -> Iterator[Use]:
    """Every use of a column of the files, stacked columns by the names they have there."""
    definition = study.definition
    for construct, spec in definition.constructs.items():
        for position, item in enumerate(spec.items):
            named = ("constructs", construct, "items", item) in study.places
            keys: Keys = ("constructs", construct, "items", item if named else position)
            yield from _expand(study, Use(column=item, role=f"an item of {construct}", keys=keys, numeric=True))
    for name in variable_names(study):
        if not made_here(study, name):
            column = study.variable(name).column or name
            keys = ("variables", name) if name in definition.variables else ("segments",)
            yield from _expand(
                study, Use(column=column, role=f"variable {name}", keys=keys, numeric=is_number(study, name))
            )
    for key in ("column", "strata", "cluster"):
        column = getattr(definition.weights, key)
        if column:
            yield Use(
                column=column,
                role="the weight" if key == "column" else f"the {key}",
                keys=("weights", key),
                numeric=key == "column",
            )
    if definition.respondent.id:
        yield Use(column=definition.respondent.id, role="the respondent id", keys=("respondent", "id"))
    if definition.respondent.started:
        column, keys = definition.respondent.started, ("respondent", "started")
        yield Use(column=column, role="the time an interview began", keys=keys)
    if definition.respondent.complete:
        keys = ("respondent", "complete", "column")
        yield Use(column=definition.respondent.complete.column, role="the mark of complete rows", keys=keys)


def _expand(study: Study, use: Use) -> Iterator[Use]:
    for column in parts(study, use.column):
        yield use if column == use.column else replace(use, column=column, keys=("stack", "columns", use.column))


def numeric_columns(study: Study) -> dict[str, bool]:
    """Used columns, each with whether any use of it takes it for a number."""
    numeric: dict[str, bool] = {}
    for use in uses(study):
        numeric[use.column] = numeric.get(use.column, False) or use.numeric
    return numeric


def check_columns(study: Study, tables: Sequence[Table]) -> None:
    """Raises DataError with the nearest names for every used column that a file lacks."""
    problems = []
    for table in tables:
        known = list(table.columns)
        for use in uses(study):
            if use.column not in table.columns:
                message = f'{table.source.name} has no column "{use.column}" ({use.role}).{nearest(use.column, known)}'
                problems.append(study.problem(f"{message} Columns are: {listing(known)}.", *use.keys))
    if problems:
        raise DataError(*dict.fromkeys(problems))


def renamed(study: Study, tables: Sequence[Table]) -> list[Table]:
    """The tables with the names the study gives their columns."""
    problems: list[Problem] = []
    result = []
    for position, (file, table) in enumerate(zip(study.definition.data, tables, strict=True)):
        known = list(table.columns)
        for old in file.rename:
            if old.strip() not in table.columns:
                message = f'{table.source.name} has no column "{old}" to rename.{nearest(old, known)}'
                message = f"{message} Columns are: {listing(known)}."
                problems.append(study.problem(message, "data", position, "rename", old))
        new = {old.strip(): name for old, name in file.rename.items()}
        names = [new.get(column, column) for column in known]
        for name in sorted({name for name in names if names.count(name) > 1} if new else ()):
            message = f'rename makes two columns of {table.source.name} "{name}"; give each its own name.'
            problems.append(study.problem(message, "data", position, "rename"))
        result.append(replace(table, columns=dict(zip(names, table.columns.values(), strict=True))))
    if problems:
        raise DataError(*problems)
    return result
