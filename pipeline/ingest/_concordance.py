"""Concordance: is a question that several files share the same question in all of them?

A figure that moves between waves may move because the wording, or what a code means, has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.errors import DataError, Problem
from pipeline.ingest._used import made_here, parts, uses, variable_names
from pipeline.ingest._wordings import folded
from pipeline.responses import About, Break, Table
from pipeline.study import Study

NOTHING = About()


def breaks(study: Study, tables: Sequence[Table]) -> tuple[Break, ...]:
    """Used columns whose wording, or the label of a code, differs from the first file that tells it.

    Raises DataError where a code of a variable means one thing in one file and another in the next, and the study does
    not say itself what its codes mean.
    """
    if len(tables) < 2:
        return ()
    _refuse_twice(study, tables)
    found = [one for column in dict.fromkeys(use.column for use in uses(study)) for one in _of(column, tables)]
    clashing = {one.column: one for one in found if one.what == "labels"}
    problems = [
        _clash(study, name, clashing[column])
        for name in variable_names(study)
        if not made_here(study, name) and not study.variable(name).codes
        for column in parts(study, study.variable(name).column or name)
        if column in clashing
    ]
    if problems:
        raise DataError(*dict.fromkeys(problems))
    return tuple(found)


def _refuse_twice(study: Study, tables: Sequence[Table]) -> None:
    """The same content under two names would count everybody twice; several sheets of one workbook are meant."""
    seen: dict[tuple[str, str | None], str] = {}
    for position, table in enumerate(tables):
        content = (table.source.sha256, table.source.sheet)
        if content in seen:
            message = (
                f"{table.source.name} holds exactly what {seen[content]} holds; name another file, or take one out."
            )
            raise DataError(study.problem(message, "data", position))
        seen[content] = table.source.name


def _of(column: str, tables: Sequence[Table]) -> Iterator[Break]:
    """Breaks of one column: at most one of each kind in every file after the first that tells."""
    for what, differ in (("wording", _worded_otherwise), ("labels", _labelled_otherwise)):
        known = [table for table in tables if _tells(table.about.get(column, NOTHING), what)]
        for table in known[1:]:
            if differ(known[0].about[column], table.about[column]):
                yield Break(column=column, what=what, first=known[0].source.name, other=table.source.name)


def _tells(about: About, what: str) -> bool:
    return bool(about.labels if what == "labels" else about.wording)


def _worded_otherwise(first: About, other: About) -> bool:
    return (folded(first.wording), folded(first.part)) != (folded(other.wording), folded(other.part))


def _labelled_otherwise(first: About, other: About) -> bool:
    return any(
        folded(first.labels[code]) != folded(label) for code, label in other.labels.items() if code in first.labels
    )


def _clash(study: Study, name: str, found: Break) -> Problem:
    message = (
        f'the codes of column "{found.column}" do not mean the same in {found.first} and in {found.other}; say under '
        f"variables.{name}.codes what they mean, or give one of the columns another name under data.rename."
    )
    return study.problem(message, *(("variables", name) if name in study.definition.variables else ("segments",)))
