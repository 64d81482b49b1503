"""Used columns: what a study needs of its files, and where it says so. Nothing else is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.errors import DataError, Problem, listing, nearest
from pipeline.ingest._wordings import elsewhere
from pipeline.responses import Table
from pipeline.study import Study

WAVE = "wave"
Keys = tuple[str | int, ...]
ROLES = {
    "id": "the respondent id",
    "started": "the time an interview began",
    "seconds": "the length of the interview",
    "ip": "the IP address",
}


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


def kind_of(study: Study, name: str) -> str:
    """category, number, date, multiple or ranking."""
    variable = study.variable(name)
    cut = any(other.from_ == name and other.cut for other in study.definition.variables.values())
    number = not variable.cut and (variable.range is not None or cut)
    return variable.type or ("number" if number else "category")


def source_item(study: Study, source: str) -> tuple[str, str]:
    """Construct and column of the item that `from` names: the item itself, or the only one of a construct."""
    constructs = study.definition.constructs
    if source in constructs:
        return source, next(iter(constructs[source].items))
    return next(name for name, spec in constructs.items() if source in spec.items), source


def made_here(study: Study, name: str) -> bool:
    """Is the variable made by the study (bands, recodes, stacked levels, waves of files) and no column of its own?"""
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
    yield from _of_variables(study)
    yield from _of_rows(study)


def _of_variables(study: Study) -> Iterator[Use]:
    for name in variable_names(study):
        if not made_here(study, name):
            variable = study.variable(name)
            keys = ("variables", name) if name in study.definition.variables else ("segments",)
            numeric = kind_of(study, name) == "number"
            for column in variable.columns or (variable.column or name,):
                yield from _expand(study, Use(column=column, role=f"variable {name}", keys=keys, numeric=numeric))


def _of_rows(study: Study) -> Iterator[Use]:
    """What rows say of themselves: design, id, length, checks."""
    definition = study.definition
    weights, respondent = definition.weights, definition.respondent
    for key, role in ("column", "the weight"), ("strata", "the strata"), ("cluster", "the cluster"), ("fpc", "the fpc"):
        column = getattr(weights, key)
        if column:
            yield Use(column=column, role=role, keys=("weights", key), numeric=key in ("column", "fpc"))
    for key, role in ROLES.items():
        column = getattr(respondent, key)
        if column:
            yield Use(column=column, role=role, keys=("respondent", key))
    for key, mark in ("complete", respondent.complete), ("tests", respondent.tests):
        if mark:
            role = "the mark of complete rows" if key == "complete" else "the mark of tests"
            yield Use(column=mark.column, role=role, keys=("respondent", key, "column"))
    for column in definition.quality.attention:
        yield Use(column=column, role="an attention check", keys=("quality", "attention", column), numeric=True)


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
    problems: list[Problem] = []
    for table in tables:
        known = list(table.columns)
        absent = [use for use in uses(study) if use.column not in table.columns]
        problems.extend(study.problem(_absent(table, use, known, tables), *use.keys) for use in absent)
    if problems:
        raise DataError(*dict.fromkeys(problems))


def _absent(table: Table, use: Use, known: Sequence[str], tables: Sequence[Table]) -> str:
    """That a file has no such column, or several of that name, or the same question under another name."""
    same = elsewhere(use.column, table, tables)
    if same is not None:
        message = f'{table.source.name} has no column "{use.column}" ({use.role}), but "{same}" is worded the same;'
        return f'{message} add rename: {{"{same}": "{use.column}"}} to the file under data.'
    several = [column for column in known if column.startswith(f"{use.column} (")]
    if f"{use.column} (1)" in several:
        which = listing([f'"{column}"' for column in several])
        return (
            f'{table.source.name} has several columns "{use.column}" ({use.role}); name the one that is meant: {which}.'
        )
    message = f'{table.source.name} has no column "{use.column}" ({use.role}).{nearest(use.column, known)}'
    return f"{message} Columns are: {listing(known)}."


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
        about = {new.get(column, column): entry for column, entry in table.about.items()}
        result.append(replace(table, columns=dict(zip(names, table.columns.values(), strict=True)), about=about))
    if problems:
        raise DataError(*problems)
    return result
