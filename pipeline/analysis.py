"""analyse(study): the whole pipeline on one screen.

ingest -> screen -> weight -> score -> model; what may be said of it, and how it looks, is the report's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.calibrated import calibrated
from pipeline.estimates import check, frame
from pipeline.imputation import imputed_rows
from pipeline.ingest import read
from pipeline.model import Row, Setting, nonresponse
from pipeline.model.case import Case
from pipeline.model.every import KINDS, model_rows, refuse_unusable, resample_all, second_rows
from pipeline.model.focused import refuse_small_focus
from pipeline.model.further import further_rows
from pipeline.model.profile import profile_rows
from pipeline.model.published import published_rows, published_sample
from pipeline.model.robustness.specification import Specifications, specifications
from pipeline.model.routing import routing_rows
from pipeline.model.screening import screening_rows
from pipeline.model.weighted import weighting_rows
from pipeline.named import refuse_unknown_levels
from pipeline.published import read_published
from pipeline.responses import Break, Source
from pipeline.sample import Sample, sample
from pipeline.score import score
from pipeline.screen import screen
from pipeline.study import Study
from pipeline.suppression import shielded

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Everything a report may draw on; holds no row of a respondent."""

    study: Study
    estimates: pd.DataFrame
    sample: Sample
    sources: tuple[Source, ...]
    content_sha256: str
    breaks: tuple[Break, ...] = ()
    """Questions that are not the same in every file."""
    specifications: tuple[dict[str, Any], ...] = ()
    """Every way the analysis was run again, with its shares: what the specification curve is drawn from."""


def analyse(study: Study, progress: Progress | None = None) -> Analysis:
    """Estimates of a study. `progress` is told the name of each stage as it begins.

    Raises DataError where the data contradict the definition, AnalysisRefused where they cannot carry the model.
    """
    tell: Progress = progress or (lambda _: None)
    if study.definition.correlations is not None:
        return _published(study, tell)
    tell("read")
    responses = read(study)
    refuse_unknown_levels(study, responses)
    tell("screen")
    screening = screen(responses, study)
    tell("weight")
    responses = calibrated(responses, screening, study)
    tell("score")
    scores = score(responses, study)
    people = sample(responses, screening, scores, study)
    setting = Setting.of(study)
    refuse_unusable(study, people)
    tell("resample")
    case = Case(
        study=study,
        responses=responses,
        screening=screening,
        scores=scores,
        people=people,
        resampled=resample_all(study, people, setting, explained(study)),
        setting=setting,
        kind=KINDS[study.definition.model.inference],
    )
    refuse_small_focus(case)
    return _answered(case, tell)


def _answered(case: Case, tell: Progress) -> Analysis:
    """The model, what could make one doubt it, what the study asks beyond it, and who answered."""
    study, people, setting = case.study, case.people, case.setting
    tell("estimate")
    rows = model_rows(study, people, case.resampled, setting)
    tell("doubt")
    curve = Specifications(rows=[], detail=[])
    if people.model.rated:
        curve = specifications(case.responses, case.screening, case.scores, study, people, setting, setting.seed)
    rows += second_rows(study, people, case.resampled, setting, explained(study)) + curve.rows
    tell("ask")
    rows += further_rows(case) + _rows_of_all(case)
    return Analysis(
        study=study,
        estimates=check(frame(shielded(rows, people.hidden))),
        sample=people,
        sources=case.responses.sources,
        content_sha256=case.responses.content_sha256,
        breaks=case.responses.breaks,
        specifications=tuple(curve.detail),
    )


def _rows_of_all(case: Case) -> list[Row]:
    """Who was analysed, and figures that need more than the rows that were."""
    responses, screening, scores, study, setting = (
        case.responses, case.screening, case.scores, case.study, case.setting,
    )  # fmt: skip
    return [
        *profile_rows(responses, case.people, study, setting),
        *nonresponse.nonresponse_rows(responses, screening, scores, study, setting),
        *routing_rows(responses, screening, study, setting),
        *screening_rows(responses, screening, scores, study, setting),
        *weighting_rows(responses, setting),
        *imputed_rows(responses, screening, scores, study, setting),
    ]


def _published(study: Study, tell: Progress) -> Analysis:
    """The analysis of a published table: every figure that correlations alone can give."""
    tell("read")
    table = read_published(study)
    tell("estimate")
    rows = published_rows(table, study, Setting.of(study))
    return Analysis(
        study=study,
        estimates=check(frame(rows)),
        sample=published_sample(table),
        sources=(table.source,),
        content_sha256=table.content_sha256,
    )


def explained(study: Study) -> tuple[str, ...]:
    """Variables whose differences are taken apart: brand, waves and those that segments.explain names."""
    segments = study.definition.segments
    compared = set(segments.compare) - {segments.brand, segments.waves}
    return tuple(name for name in study.segment_variables if name not in compared or name in segments.explain)
