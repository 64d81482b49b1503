"""Checkup: what was understood of a study and its data, in lines a researcher can hold against the questionnaire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from pipeline.asked import FURTHER, constructs_asked
from pipeline.calibrated import calibrated
from pipeline.errors import listing
from pipeline.ingest import read
from pipeline.margins import PARTS
from pipeline.named import refuse_unknown_levels
from pipeline.published import understood
from pipeline.responses import Reason, Responses, Source
from pipeline.screen import Screening, screen
from pipeline.specs import SampleInfo
from pipeline.study import Study
from pipeline.suppression import hidden_levels, levels_of
from pipeline.weighting import Calibration

ABSENT = {
    "not_asked": "nobody was asked",
    "no_times": "no length is known",
    "few_items": "fewer than two items",
    "no_halves": "it needs two scales of two items or more",
    "no_synonyms": "fewer than three pairs of items correlate so highly",
    "no_antonyms": "fewer than three pairs of items correlate so negatively",
    "items_repeat": "items repeat each other, or do not vary",
    "no_addresses": "no address is known",
}
"""Why a screening rule cannot be used."""
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def check(study: Study) -> list[str]:
    """Lines about files, rows, constructs, variables and what is not stated; counts only, no statistics.

    Raises the errors a report would raise up to that point.
    """
    if study.definition.correlations is not None:
        return [*understood(study), *_disclosure(study)]
    responses = read(study)
    everybody = np.arange(len(responses.respondent))
    base = study.definition.quality.minimum_base
    hidden = hidden_levels(levels_of(responses, everybody), responses.respondent, base)
    return [
        *(source_line(source) for source in responses.sources),
        *(f"note: {note}" for note in responses.notes),
        *_breaks(responses),
        *_rows(study, responses),
        *(_construct(study, responses, name) for name in study.definition.constructs),
        *(_variable(study, responses, str(name), hidden) for name in responses.variables),
        *(_choices(responses, name) for name in responses.choices),
        *_design(study, responses),
        *_beyond(study, responses),
        *_disclosure(study),
    ]


def source_line(source: Source) -> str:
    """What was understood of a file as a whole."""
    delimiter = DELIMITERS.get(source.delimiter or "", source.delimiter)
    facts = {
        "format": source.format,
        "encoding": source.encoding,
        "delimiter": f"delimiter {delimiter}",
        "sheet": f"sheet '{source.sheet}'",
    }
    known = [
        f"{text} (detected)" if key in source.detected else text
        for key, text in facts.items()
        if text and getattr(source, key) is not None
    ]
    return f"{source.name}: {', '.join(known)}; {source.rows:,} rows, {source.columns} columns"


def _rows(study: Study, responses: Responses) -> Iterator[str]:
    people, rows = len(responses.keys), len(responses.respondent)
    stack = study.definition.stack
    each = f", one for each {stack.by} they rated" if stack else ""
    yield f"respondents: {people:,} in {rows:,} rows{each}"
    screening = screen(responses, study)
    yield from _flags(screening)
    for flow in screening.flow:
        if flow.removed:
            removed = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in flow.removed.items())
            yield f"rows left out: {removed}; {flow.remaining:,} remain"


def _flags(screening: Screening) -> Iterator[str]:
    """How many complete rows each rule flags, or why it cannot be used, and how many have several flags."""
    if not screening.found:
        return
    counted = [
        f"{one.rule.name} not available ({ABSENT[one.reason or '']})"
        if one.flagged is None
        else f"{one.rule.name} {one.flagged.sum():,}"
        for one in screening.found
    ]
    yield f"flagged of {screening.complete.sum():,} complete rows: {', '.join(counted)}"
    flags = screening.flags[screening.complete]
    several = [f"{least} or more {(flags >= least).sum():,}" for least in range(1, int(flags.max(initial=0)) + 1)]
    if several:
        yield f"flags a row: {', '.join(several)}"


def _construct(study: Study, responses: Responses, name: str) -> str:
    construct, scale = study.construct(name), study.scale(name)
    beyond = "asked beyond the model" if name in constructs_asked(study) else "not in the model"
    role = "outcome" if name == study.outcome else "driver" if name in study.drivers else beyond
    items = list(construct.items)
    reverse = f"; reversed: {listing(construct.reverse)}" if construct.reverse else ""
    needed = "" if len(items) == 1 else f", {construct.needed} of {len(items)} needed"
    reasons = responses.reasons[items].to_numpy()
    return (
        f"{name} ({role}): {listing(items)}{needed}; scale {scale.low} to {scale.high}{reverse}; "
        f"{(reasons == Reason.ANSWERED).sum():,} of {reasons.size:,} answers{_missing(reasons)}"
    )


def _breaks(responses: Responses) -> Iterator[str]:
    """Questions that are not the same in every file."""
    what = {"wording": "is worded otherwise", "labels": "has other labels for its codes"}
    for one in responses.breaks:
        yield f'break: "{one.column}" {what[one.what]} in {one.other} than in {one.first}'


def _choices(responses: Responses, name: str) -> str:
    """A question with several options: how many, and the reasons of those who gave none."""
    options, reasons = responses.choices[name], responses.variable_reasons[name].to_numpy()
    kind = f"question {name}: {len(options.columns)} options"
    return f"{kind}; {(reasons == Reason.ANSWERED).sum():,} answered{_missing(reasons)}"


def _missing(reasons: np.ndarray) -> str:
    counts = {reason: int((reasons == reason).sum()) for reason in Reason if reason is not Reason.ANSWERED}
    found = [f"{count:,} {reason.name.lower().replace('_', ' ')}" for reason, count in counts.items() if count]
    return f" ({', '.join(found)})" if found else ""


def _variable(study: Study, responses: Responses, name: str, hidden: Mapping[str, frozenset[str]]) -> str:
    """A number or a category; names and sizes of small levels may say who answered, so they are not printed."""
    column = responses.variables[name]
    blank = f"; {column.isna().sum():,} without" if column.isna().any() else ""
    compared = " (compared)" if name in study.segment_variables else ""
    if column.dtype.kind == "f":
        kind = "dates" if study.variable(name).type == "date" else "numbers"
        return f"variable {name}{compared}: {column.notna().sum():,} {kind}{blank}"
    counts = column.value_counts(sort=False)
    levels = [f"{level} n = {count:,}" for level, count in counts.items() if count and level not in hidden[name]]
    base, few = study.definition.quality.minimum_base, len(hidden[name])
    named = "1 level" if few == 1 else f"{few} levels"
    small = [f"{named} hidden, so that nobody learns of fewer than {base} respondents"] if few else []
    return f"variable {name}{compared}: {'; '.join([*([listing(levels)] if levels else []), *small])}{blank}"


def _design(study: Study, responses: Responses) -> Iterator[str]:
    weights = study.definition.weights
    if responses.weight is not None:
        yield f"weight: {weights.column}, {np.isfinite(responses.weight).sum():,} rows"
    for key, texts in (("strata", responses.strata), ("cluster", responses.cluster)):
        if texts is not None:
            yield f"{key}: {getattr(weights, key)}, {len(set(texts)):,} different"
    if responses.fpc is not None:
        yield f"fpc: {weights.fpc}, {np.nanmin(responses.fpc):g} to {np.nanmax(responses.fpc):g}"
    adjusted = calibrated(responses, screen(responses, study), study).calibration
    if adjusted is not None:
        yield _adjusted(adjusted, weights.method)


def _beyond(study: Study, responses: Responses) -> Iterator[str]:
    """What the study asks beyond its model."""
    refuse_unknown_levels(study, responses)
    definition = study.definition
    keys = [key for key in FURTHER if getattr(definition, key) and key != "focus"]
    found = [*(["outcomes"] if definition.model.outcomes else []), *keys]
    focus = definition.focus
    where = f" (rows of {focus.variable} = {focus.level})" if focus else ""
    if found:
        yield f"asked beyond the model{where}: {listing(found)}"


def _adjusted(calibration: Calibration, method: str | None) -> str:
    """What weights were adjusted to, in how many rounds, and what they look like."""
    weight = calibration.adjusted.weight
    means = np.bincount(calibration.group, weight) / np.bincount(calibration.group)
    relative = weight / means[calibration.group]
    apart = f" in each {calibration.per}" if calibration.per else ""
    done = {"rake": "raked", "linear": "calibrated"}.get(method or "")
    names = listing([margin.name.replace(PARTS, ",") for margin in calibration.margins])
    efficiency = weight.sum() ** 2 / (weight**2).sum() / len(weight)
    return (
        f"weights {done or 'post-stratified'} {'to' if done else 'by'} {names}{apart}: "
        f"{_rounds(calibration.adjusted.rounds)}, {relative.min():.2f} to {relative.max():.2f} times the mean, "
        f"efficiency {efficiency:.0%}"
    )


def _rounds(count: int) -> str:
    return "1 round" if count == 1 else f"{count:,} rounds"


def _disclosure(study: Study) -> Iterator[str]:
    weights = study.definition.weights
    told = {"weighting"} if weights.method or not weights.column else set()
    absent = [key for key in SampleInfo.model_fields if getattr(study.definition.sample, key) is None]
    absent = [key for key in absent if key not in told]
    if absent:
        yield f"not stated under sample: {listing(absent)} (the report will say so)"
