"""Screening: how many records each rule flags, and the headline as it would be if no rule had left anybody out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.calibrated import calibrated
from pipeline.errors import AnalysisRefused, DataError
from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.correlate import correlated
from pipeline.model.drivers import Importance, decompose
from pipeline.model.importance import SMALLEST_EIGENVALUE
from pipeline.model.players import Structure
from pipeline.model.resample import Resampled, ranks
from pipeline.moments import Moments
from pipeline.responses import Responses
from pipeline.sample import Sample, sample
from pipeline.score import Scores
from pipeline.screen import Screening
from pipeline.study import Study


def screening_rows(
    responses: Responses, screening: Screening, scores: Scores, study: Study, setting: Setting
) -> list[Row]:
    """Rows of `screening`, and of `unscreened` where a rule left anybody out; none where the study uses no rule.

    flagged: complete records (rows, where data are stacked) that a rule flags, unweighted; n: respondents they are of.
    """
    if not screening.found:
        return []
    rows = [*_flagged(responses, screening), *_together(responses, screening)]
    if np.array_equal(screening.keep, screening.complete):
        return rows
    return [*rows, *_unscreened(responses, screening, scores, study, setting)]


def _flagged(responses: Responses, screening: Screening) -> list[Row]:
    common = {"n": _people(responses, screening)}
    total, found = screening.complete.sum(), []
    for one in screening.found:
        term = {"term": one.rule.name}
        if one.flagged is None:
            absent = {"state": "not_defined", "reason": one.reason}
            found += [row("screening", metric, **absent, **term, **common) for metric in ("flagged", "flagged_share")]
        else:
            figures = {"flagged": float(one.flagged.sum()), "flagged_share": float(one.flagged.sum() / total)}
            found += [row("screening", name, estimate=value, **term, **common) for name, value in figures.items()]
    return found


def _together(responses: Responses, screening: Screening) -> list[Row]:
    """Records with one flag or more, two or more, … as far as there are any."""
    common = {"n": _people(responses, screening)}
    flags, total = screening.flags[screening.complete], screening.complete.sum()
    return [
        row("screening", metric, contrast=f"flags:{least}", estimate=float(count / of), **common)
        for least in range(1, int(flags.max(initial=0)) + 1)
        for count in [(flags >= least).sum()]
        for metric, of in (("flagged", 1), ("flagged_share", total))
    ]


def _people(responses: Responses, screening: Screening) -> int:
    return len(np.unique(responses.respondent[screening.complete]))


def _unscreened(
    responses: Responses, screening: Screening, scores: Scores, study: Study, setting: Setting
) -> list[Row]:
    """Point estimates of the headline over everybody with a complete record."""
    absent = {"outcome": setting.outcome, "state": "not_defined", "reason": "singular"}
    everybody = replace(screening, keep=screening.complete)
    try:
        people = sample(calibrated(responses, everybody, study), everybody, scores, study)
    except (AnalysisRefused, DataError):
        return [row("unscreened", "r2", **absent)]
    found = importance_of(people, study, setting)
    if isinstance(found, str):
        return [row("unscreened", "r2", **absent, **everyone(people))]
    common = {"outcome": setting.outcome, **everyone(people)}
    shares = found.share()[0]
    rows = [row("unscreened", "r2", estimate=found.r2, **common)]
    for name, share, rank in zip(found.drivers, shares, ranks(shares), strict=True):
        rows.append(row("unscreened", "lmg_share", term=name, estimate=float(share), **common))
        rows.append(row("unscreened", "rank", term=name, estimate=float(rank), **common))
    return rows


def importance_of(people: Sample, study: Study, setting: Setting) -> Importance | str:
    """The headline's importance of a sample by LMG, without resamples; else the state that forbids it."""
    model = people.model
    point = Moments.of(model.values, model.names, people.design.weight)
    once = Resampled(point=point, draws=_drawn_once(point))
    choice = study.definition.model.correlations
    found = correlated(choice, once, people, replace(setting, draws=1), "poisson").point
    floor = 0.0 if study.definition.model.collinear == "show" else SMALLEST_EIGENVALUE
    drawn = Resampled(point=found, draws=_drawn_once(found))
    return decompose(drawn, methods=("lmg",), structure=Structure.of(model), floor=floor)


def _drawn_once(point: Moments) -> Moments:
    """The same as the one draw there is."""
    return replace(point, weight=np.asarray(point.weight)[None], sums=point.sums[None], products=point.products[None])
