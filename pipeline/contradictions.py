"""What is wrong between the keys of a study.yaml, found without the data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.asked import asked
from pipeline.clashes import terms
from pipeline.errors import Problem, listing, nearest
from pipeline.margins import margins
from pipeline.pricelist import priced
from pipeline.rivalry import rivalry
from pipeline.rulings import rulings
from pipeline.specs import NAME
from pipeline.study import Place, Study
from pipeline.variables import variables

INTERCEPT = "intercept"


def contradictions(study: Study) -> Iterator[Problem]:
    """Every problem between keys, in the order of the kinds below."""
    yield from _source(study)
    yield from _queries(study)
    yield from _names(study)
    yield from _model(study)
    yield from _constructs(study)
    yield from _scales(study)
    yield from _missing(study)
    yield from variables(study)
    yield from _stack(study)
    yield from _segments(study)
    yield from margins(study)
    yield from _labels(study)
    yield from rulings(study)
    yield from asked(study)
    if study.definition.correlations is None:
        yield from rivalry(study)
        yield from priced(study)


def _source(study: Study) -> Iterator[Problem]:
    """A study stands on answers or on a published table, never on both."""
    definition = study.definition
    if definition.data and definition.correlations:
        yield study.problem("a study has data or correlations, not both; take one of them out.", "correlations")
    if not definition.data and definition.correlations is None:
        yield study.problem(
            "'data' is missing; name the file with the answers, or a published table under 'correlations'."
        )


def _queries(study: Study) -> Iterator[Problem]:
    """A query is asked of one place, is no file, and shows nobody a password."""
    for position, file in enumerate(study.definition.data):
        here = ("data", position)
        if file.query is None:
            key = "database" if file.database else "format" if file.format == "sql" else None
            if key:
                yield study.problem(f"'{key}' needs 'query': the SELECT whose rows are the answers.", *here, key)
            continue
        if file.database and "file" in file.model_fields_set:
            message = "a query is asked of a .duckdb file under 'file' or of a 'database', not of both; take one out."
            yield study.problem(message, *here, "database")
        for key in ("labels", "encoding", "delimiter", "sheet"):
            if getattr(file, key) is not None:
                yield study.problem(f"'{key}' says how to read a file, and a query has none; take it out.", *here, key)
        if file.format not in (None, "sql"):
            yield study.problem(f"a query has the format sql, not {file.format}; take it out.", *here, "format")
        if file.database and _has_password(file.database):
            message = "'database' holds a password; put the address into an environment variable and write env:NAME."
            yield study.problem(message, *here, "database")


def _has_password(address: str) -> bool:
    before, _, options = address.partition("?")
    return bool(
        re.search(r"//[^/:@]*:[^@]+@", before) or re.search(r"(pass|pwd|token|secret)[^=&]*=", options, re.IGNORECASE)
    )


def _names(study: Study) -> Iterator[Problem]:
    for key in ("constructs", "variables", "scales"):
        for name in getattr(study.definition, key):
            if not NAME.match(name):
                message = f"'{name}' cannot be a name; use letters, digits, '_' and '-', beginning with a letter."
                yield study.problem(message, key, name)
    if INTERCEPT in study.definition.constructs:
        message = f"'{INTERCEPT}' is the name of the constant of the regression; give the construct another name."
        yield study.problem(message, "constructs", INTERCEPT)


def _model(study: Study) -> Iterator[Problem]:
    definition, model = study.definition, study.definition.model
    known = list(definition.constructs)
    if model.outcome not in known:
        message = f"unknown outcome '{model.outcome}'.{nearest(model.outcome, known)} Constructs are: {listing(known)}."
        yield study.problem(message, "model", "outcome")
    possible = [*known, *definition.variables]
    for position, driver in enumerate(model.drivers or ()):
        place = ("model", "drivers", position)
        if driver not in possible:
            close = nearest(driver, possible)
            others = f", or variables: {listing(list(definition.variables))}" if definition.variables else ""
            message = f"unknown driver '{driver}'.{close} Drivers are constructs: {listing(known)}{others}."
            yield study.problem(message, *place)
        elif driver == model.outcome:
            yield study.problem(f"'{driver}' is the outcome; it cannot be its own driver.", *place)
        elif driver in (model.drivers or ())[:position]:
            yield study.problem(f"driver '{driver}' is listed twice.", *place)
    if model.drivers == ():
        yield study.problem(
            "at least one driver is needed; leave the key out to use every other construct.", "model", "drivers"
        )
    yield from terms(study)


def _constructs(study: Study) -> Iterator[Problem]:
    scales = study.definition.scales
    owner: dict[str, str] = {}
    for name, construct in study.definition.constructs.items():
        here = ("constructs", name)
        if study.definition.correlations:
            continue
        if not construct.items:
            yield study.problem(f"construct '{name}' has no items; name the columns that measure it.", *here)
        if construct.scale is None and len(scales) != 1:
            known = listing(list(scales)) or "none is declared yet under scales"
            message = f"construct '{name}' names no scale; add 'scale:' with one of: {known}."
            yield study.problem(message, *here)
        elif construct.scale is not None and construct.scale not in scales:
            known = listing(list(scales)) or "none declared"
            message = f"unknown scale '{construct.scale}'.{nearest(construct.scale, scales)} Scales are: {known}."
            yield study.problem(message, *here, "scale")
        for item in construct.reverse:
            if item not in construct.items:
                message = f"'{item}' is reversed but is no item of '{name}'.{nearest(item, construct.items)}"
                yield study.problem(message, *here, "reverse")
        if construct.items and construct.needed > len(construct.items):
            message = f"min_answered is {construct.min_answered}, but '{name}' has {len(construct.items)} items."
            yield study.problem(message, *here, "min_answered")
        for item in construct.items:
            if item in owner:
                message = f"item '{item}' already belongs to '{owner[item]}'; an item measures one construct."
                yield study.problem(message, *here, "items")
            owner.setdefault(item, name)


def _scales(study: Study) -> Iterator[Problem]:
    for name, scale in study.definition.scales.items():
        for text, value in scale.codes.items():
            if not scale.low <= value <= scale.high:
                message = f"'{text}' is coded {value}, outside {scale.low} to {scale.high}."
                yield study.problem(message, "scales", name, "codes", text)
        for key, length in (("labels", scale.points), ("ends", 2)):
            value = getattr(scale, key)
            for texts in value.values() if isinstance(value, dict) else [value] if value else []:
                if len(texts) != length:
                    message = f"{key} has {len(texts)} texts; this scale needs {length}."
                    yield study.problem(message, "scales", name, key)
        if scale.midpoint is not None and not scale.low < scale.midpoint < scale.high:
            message = f"midpoint {scale.midpoint} is not inside {scale.low} to {scale.high}."
            yield study.problem(message, "scales", name, "midpoint")


def _missing(study: Study) -> Iterator[Problem]:
    """A code that is never an answer in any column cannot be an answer on a scale."""
    missing = study.definition.missing
    for key in ("skipped", "declined", "not_asked"):
        for code in getattr(missing, key):
            for name, scale in study.definition.scales.items():
                if code.strip() in map(str, range(scale.low, scale.high + 1)):
                    message = (
                        f"'{code}' is listed as missing but is an answer of scale {name}; take it out of one of them."
                    )
                    yield study.problem(message, "missing", key, code)


def _stack(study: Study) -> Iterator[Problem]:
    stack = study.definition.stack
    if stack is None:
        return
    yield from _twice(study, tuple(stack.levels), "level", "stack", "levels")
    for column, parts in stack.columns.items():
        if len(parts) != len(stack.levels):
            message = f"'{column}' lists {len(parts)} columns for {len(stack.levels)} levels."
            yield study.problem(message, "stack", "columns", column)
        yield from _twice(study, parts, "column", "stack", "columns", column)
    for name, variable in study.definition.variables.items():
        ticks = variable.columns or ([variable.column or name] if variable.type in ("multiple", "ranking") else [])
        if set(ticks) & set(stack.columns):
            message = f"'{name}' has several answers, which cannot be stacked; make it one question for each level."
            yield study.problem(message, "variables", name)
    items = [item for construct in study.definition.constructs.values() for item in construct.items]
    if not set(items) & set(stack.columns):
        close = nearest(next(iter(stack.columns), ""), items)
        message = f"no stacked column is an item of a construct.{close} Items are: {listing(items)}."
        yield study.problem(message, "stack", "columns")


def _twice(study: Study, names: Sequence[str], kind: str, *keys: str | int) -> Iterator[Problem]:
    for position, name in enumerate(names):
        if name in names[:position]:
            yield study.problem(f"{kind} '{name}' is listed twice; each {kind} stands once.", *keys, position)


def _segments(study: Study) -> Iterator[Problem]:
    names = study.segment_variables
    for name in study.definition.segments.reference:
        if name not in names:
            message = (
                f"'{name}' is not compared.{nearest(name, names)} Variables compared are: {listing(names) or 'none'}."
            )
            yield study.problem(message, "segments", "reference", name)
    for position, name in enumerate(study.definition.segments.explain):
        if name not in names:
            message = (
                f"'{name}' is not compared.{nearest(name, names)} Variables compared are: {listing(names) or 'none'}."
            )
            yield study.problem(message, "segments", "explain", position)
    for name in names:
        variable = study.variable(name)
        if not variable.from_ and (variable.column or name) == study.definition.respondent.id:
            message = f"'{name}' is the respondent id; comparing it would print every id, so name a variable of groups."
            yield study.problem(message, "segments")
        if (variable.type == "number" or variable.range) and not variable.cut:
            message = f"'{name}' is a number; name a variable of bands, made under variables with 'from' and 'cut'."
            yield study.problem(message, "segments")
    files = study.definition.data
    for position, file in enumerate(files):
        if file.wave is None and any(other.wave is not None for other in files):
            yield study.problem(f"'{file.file}' names no wave, but another file does; add it.", "data", position)


def _labels(study: Study) -> Iterator[Problem]:
    """Every map of languages must hold every language of the report."""
    for keys, value in _maps(study.definition.model_dump(by_alias=True), ()):
        absent = [lang for lang in study.languages if lang not in value]
        if absent:
            every = listing(study.languages)
            message = f"no text in '{absent[0]}'; a label is one text, or holds every language of the report ({every})."
            yield study.problem(message, *keys)


def _maps(value: Any, above: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    if isinstance(value, dict):
        if value and set(value) <= {"en", "zh"}:
            yield above, value
            return
        for key, entry in value.items():
            yield from _maps(entry, (*above, key))
    elif isinstance(value, (list, tuple)):
        for position, entry in enumerate(value):
            yield from _maps(entry, (*above, position))
