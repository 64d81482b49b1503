"""analyse(study): the whole pipeline on one screen.

ingest -> screen -> weight -> score -> model; what may be said of it, and how it looks, is the report's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import AnalysisRefused, listing
from pipeline.estimates import check, frame
from pipeline.ingest import read
from pipeline.model import Row, Setting, compare, description, drivers, effects, influence, nonresponse, reliability
from pipeline.model.importance import culprits
from pipeline.model.resample import Panel, Resampled, resample
from pipeline.responses import Responses, Source
from pipeline.sample import Sample, sample
from pipeline.score import score
from pipeline.screen import screen
from pipeline.study import Study

Progress = Callable[[str], None]
STAGES = ("read", "screen", "score", "resample", "estimate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Everything a report may draw on; holds no row of a respondent."""

    study: Study
    estimates: pd.DataFrame
    sample: Sample
    sources: tuple[Source, ...]
    content_sha256: str
    specifications: tuple[dict[str, Any], ...] = ()
    """Every way the analysis was run again, with its shares: what the specification curve is drawn from."""


def analyse(study: Study, progress: Progress | None = None) -> Analysis:
    """Estimates of a study. `progress` is told the name of each stage as it begins.

    Raises DataError where the data contradict the definition, AnalysisRefused where they cannot carry the model.
    """
    tell = progress or str
    tell("read")
    responses = read(study)
    tell("screen")
    screening = screen(responses, study)
    tell("score")
    scores = score(responses, study)
    people = sample(responses, screening, scores, study)
    _refuse_unusable(study, people)
    tell("resample")
    setting = Setting.of(study)
    resampled = _resample(study, people, setting)
    tell("estimate")
    rows = [
        *_model_rows(study, people, resampled, setting),
        *nonresponse.nonresponse_rows(responses, screening, scores, study, setting),
    ]
    return _analysis(study, people, responses, rows)


def _analysis(study: Study, people: Sample, responses: Responses, rows: list[Row]) -> Analysis:
    return Analysis(
        study=study,
        estimates=check(frame(rows)),
        sample=people,
        sources=responses.sources,
        content_sha256=responses.content_sha256,
    )


def explained(study: Study) -> tuple[str, ...]:
    """Variables whose differences are taken apart: brand, waves and those that segments.explain names."""
    segments = study.definition.segments
    compared = set(segments.compare) - {segments.brand, segments.waves}
    return tuple(name for name in study.segment_variables if name not in compared or name in segments.explain)


def _refuse_unusable(study: Study, people: Sample) -> None:
    """Scores without variance and drivers that repeat each other cannot be decomposed: say which."""
    flat = [name for name, column in zip(people.names, people.scores.T, strict=True) if np.ptp(column) == 0]
    if flat:
        message = f"everybody has the same score on {listing(flat)}, so it explains nothing; leave it out."
        raise AnalysisRefused(study.problem(message, "model"))
    together = np.corrcoef(people.scores[:, :-1], rowvar=False).reshape(len(people.drivers), -1)
    repeated = [people.drivers[at] for at in culprits(together)]
    if repeated:
        message = (
            f"the drivers {listing(repeated)} repeat each other (one is a combination of the others), so their "
            "importance cannot be told apart; drop one of them or put their items into one construct."
        )
        raise AnalysisRefused(study.problem(message, "model", "drivers"))
    if culprits(np.corrcoef(people.scores, rowvar=False)):
        message = (
            f"the outcome '{people.outcome}' is an exact combination of the drivers, so there is nothing to explain; "
            "take out the driver that repeats it."
        )
        raise AnalysisRefused(study.problem(message, "model", "outcome"))


def _resample(study: Study, people: Sample, setting: Setting) -> dict[str, Resampled]:
    """Moments of every panel: scores, top-two boxes, items of each construct, each group."""
    everyone = np.arange(len(people.scores))
    tops = [study.scale(name).high - 1 for name in people.names]
    panels = {
        "scores": Panel(names=people.names, columns=people.scores, rows=everyone),
        "tops": Panel(
            names=people.names, columns=(people.scores >= np.array(tops) - 1e-9).astype(float), rows=everyone
        ),
        **_item_panels(people, setting),
        **compare.panels(people, setting),
    }
    model = study.definition.model
    return resample(people.design, panels, seed=model.seed, draws=model.draws)


def _item_panels(people: Sample, setting: Setting) -> dict[str, Panel]:
    found = {}
    for name, answers in people.items.items():
        rows = np.flatnonzero(np.isfinite(answers).all(1))
        if answers.shape[1] > 1 and people.base(rows).n >= setting.minimum_base:
            names = tuple(str(at) for at in range(answers.shape[1]))
            found[f"items:{name}"] = Panel(names=names, columns=answers[rows], rows=rows)
    return found


def _model_rows(study: Study, people: Sample, resampled: dict[str, Resampled], setting: Setting) -> list[Row]:
    scores = resampled["scores"]
    importance = drivers.decompose(scores)
    if isinstance(importance, str):
        message = (
            "the drivers repeat each other, or explain nothing at all, in too many resamples to share anything out; "
            "use fewer drivers, or ask more people."
        )
        raise AnalysisRefused(study.problem(message, "model", "drivers"))
    model = effects.fit(people)
    scales = {name: study.scale(name) for name in people.names}
    items = {name: resampled[f"items:{name}"] for name in people.names if f"items:{name}" in resampled}
    return [
        *drivers.importance_rows(importance, people.everyone, setting),
        *effects.regression_rows(model, scores.point, people, setting),
        *effects.overlap_rows(scores.point.correlations, people, setting),
        *influence.influence_rows(model, scores.point, people, setting),
        *reliability.reliability_rows(items, people, setting),
        *description.description_rows(scores, resampled["tops"], people, setting),
        *description.distribution_rows(people, scales, setting),
        *description.performance_rows(importance, scores, people, [scales[name] for name in people.drivers], setting),
        *compare.group_rows(resampled, people, setting),
    ]
