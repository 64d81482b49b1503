"""Privacy: a column that may say who answered is read only where the study names it under privacy.keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.errors import DataError, Problem, listing, nearest
from pipeline.ingest._personal import held
from pipeline.ingest._table import canonical
from pipeline.ingest._used import kind_of, made_here, parts, variable_names
from pipeline.responses import PERSONAL, Table
from pipeline.study import Study


def check_privacy(study: Study, tables: Sequence[Table]) -> None:
    """Raises DataError for every variable made of a column with personal data that the study does not keep by name.

    The respondent id and the IP address are hashed as they are read, so they need no leave. Numbers say nothing.
    """
    problems = [*_unknown(study, tables), *(problem for table in tables for problem in _personal(study, table))]
    if problems:
        raise DataError(*dict.fromkeys(problems))


def _unknown(study: Study, tables: Sequence[Table]) -> Iterator[Problem]:
    known = list(dict.fromkeys(column for table in tables for column in table.columns))
    for column in study.definition.privacy.keep:
        if column not in known:
            message = f'no file has a column "{column}" to keep.{nearest(column, known)} Columns are: {listing(known)}.'
            yield study.problem(message, "privacy", "keep")


def _personal(study: Study, table: Table) -> Iterator[Problem]:
    kept = study.definition.privacy.keep
    for name, column in _read(study):
        if column in table.columns and column not in kept:
            what = _what(table, column)
            if what:
                message = f'column "{column}" of {table.source.name} {what}; leave out what is made of it, or name it'
                keys = ("variables", name) if name in study.definition.variables else ("segments",)
                yield study.problem(f"{message} under privacy.keep if the study needs it.", *keys)


def _read(study: Study) -> Iterator[tuple[str, str]]:
    """Variables whose texts are read, with their columns."""
    for name in variable_names(study):
        if not made_here(study, name) and kind_of(study, name) != "number":
            variable = study.variable(name)
            for column in variable.columns or parts(study, variable.column or name):
                yield name, column


def _what(table: Table, column: str) -> str:
    """What makes a column personal, or ''."""
    about = table.about.get(column)
    if about and about.role in PERSONAL:
        return (
            f"holds {about.role.replace('_', ' ')}s of respondents"
            if about.role != "place"
            else "tells where people are"
        )
    texts = (canonical(value) or "" for value in table.columns[column].values)
    return "holds mails, addresses or telephone numbers" if held(texts) else ""
