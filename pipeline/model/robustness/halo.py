"""How far one general impression runs through all ratings, and what is left of the drivers' order without it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.drivers import decompose, figures
from pipeline.model.importance import SMALLEST_EIGENVALUE
from pipeline.model.resample import Panel, Resampled
from pipeline.sample import Sample

Array = np.ndarray

PARTS = ("within", "between")


def halo_panels(sample: Sample) -> dict[str, Panel]:
    """Panels 'halo:within' and 'halo:between' of a stacked sample; none of another.

    Within: scores less the respondent's own (weighted) mean, over the respondents with several rows. Between: that
    mean, on every row, so that the sums of squares of both add up to those of the scores, whatever the weights.
    """
    if not sample.stacked:
        return {}
    _, person, counts = np.unique(sample.respondent, return_inverse=True, return_counts=True)
    means = _means(sample.scores, sample.design.weight, person)[person]
    several = np.flatnonzero(counts[person] > 1)
    centred = (sample.scores - means)[several]
    everybody = np.arange(len(means))
    return {
        "halo:within": Panel(names=sample.names, columns=centred, rows=several),
        "halo:between": Panel(names=sample.names, columns=means, rows=everybody),
    }


def _means(scores: Array, weight: Array, person: Array) -> Array:
    """(people, q) weighted means."""
    total = np.bincount(person, weight)
    sums = [np.bincount(person, weight * column) for column in scores.T]
    return np.asarray(np.column_stack(sums) / total[:, None])


def between_share(values: Array, weight: Array, person: Array) -> Array:
    """(q,) share of the variance of (r, q) ratings that lies between people: ICC(1), not below 0; NaN without variance.

    From the variance within people, and that of their means less what it adds to it (Shrout & Fleiss 1979, case 1,
    equal to their ANOVA form where everybody has as many rows); a person counts with the mean weight of his rows.
    """
    counts = np.bincount(person)
    each = np.bincount(person, weight) / counts
    means = _means(values, weight, person)
    spread_within = np.column_stack([np.bincount(person, column) for column in ((values - means[person]) ** 2).T])
    within = each @ spread_within / (each @ (counts - 1))
    centre = each @ means / each.sum()
    of_means = each @ (means - centre) ** 2 / each.sum() * len(counts) / (len(counts) - 1)
    between = np.maximum(of_means - within * (each @ (1 / counts)) / each.sum(), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(between / (between + within))


def halo_rows(resampled: Mapping[str, Resampled], sample: Sample, setting: Setting) -> list[Row]:
    """first_eigenvalue of the driver correlations; in stacked samples also within and between, with shares of each.

    A part in which somebody's drivers cannot be told apart has the state that `decompose` gives.
    """
    rows = [_eigenvalue("total", resampled["scores"], sample, setting)]
    for part in PARTS:
        if f"halo:{part}" in resampled:
            rows.append(_eigenvalue(part, resampled[f"halo:{part}"], sample, setting))
            rows += _share_rows(part, resampled[f"halo:{part}"], sample, setting)
    return rows + (_between_rows(sample, setting) if sample.stacked else [])


def _eigenvalue(part: str, panel: Resampled, sample: Sample, setting: Setting) -> Row:
    common = {"outcome": setting.outcome, "contrast": f"part:{part}", **everyone(sample)}
    drivers = panel.point.correlations[:-1, :-1]
    if not np.isfinite(drivers).all():
        return row("halo", "first_eigenvalue", state="no_variance", reason="no_variance", **common)
    share = float(np.linalg.eigvalsh(drivers)[-1] / len(drivers))
    return row("halo", "first_eigenvalue", estimate=share, **common)


def _share_rows(part: str, panel: Resampled, sample: Sample, setting: Setting) -> list[Row]:
    common = {"outcome": setting.outcome, "contrast": f"part:{part}", **everyone(sample)}
    importance = decompose(panel, methods=("lmg",), floor=0.0 if setting.collinear else SMALLEST_EIGENVALUE)
    names = panel.point.names[:-1]
    if isinstance(importance, str):
        absent = {"state": importance, "reason": importance, **common}
        return [row("halo", "lmg_share", term=name, **absent) for name in names]
    return figures("halo", "lmg_share", names, *importance.share(), setting.level, common)


def _between_rows(sample: Sample, setting: Setting) -> list[Row]:
    person = np.unique(sample.respondent, return_inverse=True)[1]
    shares = between_share(sample.scores, sample.design.weight, person)
    common = {"outcome": setting.outcome, **everyone(sample)}
    return [
        row("halo", "between_share", term=name, estimate=float(share), **common)
        if np.isfinite(share)
        else row("halo", "between_share", term=name, state="no_variance", reason="no_variance", **common)
        for name, share in zip(sample.names, shares, strict=True)
    ]
