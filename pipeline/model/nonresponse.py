"""Answers that are missing: how many an item lacks, and whether the people left out differ on the outcome."""

from __future__ import annotations

import numpy as np

from pipeline.errors import AnalysisRefused
from pipeline.estimates import row
from pipeline.model import Row, Setting, based
from pipeline.model.regression import ols
from pipeline.responses import Reason, Responses
from pipeline.score import Scores
from pipeline.screen import Screening
from pipeline.study import Study
from pipeline.suppression import few
from pipeline.weight import Design, base, weigh

Array = np.ndarray


def nonresponse_rows(
    responses: Responses, screening: Screening, scores: Scores, study: Study, setting: Setting
) -> list[Row]:
    """item_missing of every item among those asked, and the outcome's mean difference, left out minus analysed."""
    kept = np.flatnonzero(screening.keep)
    rows = []
    for name in study.used:
        for item in study.construct(name).items:
            reasons = responses.reasons[item].to_numpy()[kept]
            asked = reasons != Reason.NOT_ASKED
            people = base(np.ones(int(asked.sum())), responses.respondent[kept][asked])
            common = {"outcome": setting.outcome, "term": item, **based(people)}
            if people.n < setting.minimum_base or few(responses.respondent[kept], asked, setting.minimum_base):
                common |= {"state": "suppressed", "reason": "small_base", "n": None, "n_eff": None, "deff": None}
                rows.append(row("nonresponse", "item_missing", **common))
            else:
                share = float((reasons[asked] != Reason.ANSWERED).mean())
                rows.append(row("nonresponse", "item_missing", estimate=share, **common))
    return [*rows, _difference(responses, kept, scores, study, setting)]


def _difference(responses: Responses, kept: Array, scores: Scores, study: Study, setting: Setting) -> Row:
    outcome = scores.values[study.outcome]
    rows = kept[np.isfinite(outcome[kept])]
    left_out = ~np.isfinite(np.column_stack([scores.values[name][rows] for name in study.scored])).all(1)
    people = base(np.ones(int(left_out.sum())), responses.respondent[rows][left_out])
    common = {"outcome": setting.outcome, "term": study.outcome, "contrast": "dropped-kept"}
    design = _design(responses, rows, study)
    if people.n < setting.minimum_base or design is None:
        reason = "nobody" if people.n == 0 else "small_base"
        return row("nonresponse", "mean_difference", state="too_few", reason=reason, n=people.n, **common)
    fit = ols(left_out[:, None].astype(float), outcome[rows], ("left_out",), design=design)
    low, high = fit.interval(setting.level)
    limits = {
        "std_error": float(fit.se[1]),
        "conf_low": float(low[1]),
        "conf_high": float(high[1]),
        "conf_level": setting.level,
    }
    figures = {"estimate": float(fit.b[1]), "p_value": float(fit.p[1]), **limits}
    return row("nonresponse", "mean_difference", **figures, **based(people), **common)


def _design(responses: Responses, rows: Array, study: Study) -> Design | None:
    """Design of kept and dropped rows; None where a stratum of which nothing is kept holds a single unit."""
    try:
        return weigh(responses, rows, study)
    except AnalysisRefused:
        return None
