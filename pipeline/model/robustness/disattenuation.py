"""Importance after correction for unreliable measurement."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, everyone, spread
from pipeline.model.drivers import FEWEST_USABLE, NOTHING, figures
from pipeline.model.importance import METHODS, SMALLEST_EIGENVALUE, r2, usable
from pipeline.model.players import Structure, drawn_values
from pipeline.model.reliability import alpha
from pipeline.model.resample import Resampled, corrected_interval, interval
from pipeline.sample import Sample

Array = np.ndarray

MOST_EXACT = 12
"""Drivers up to which every draw is exact: a second opinion may take no longer than the first."""
LARGEST_R2 = 1.0


def disattenuated(correlations: Array, reliability: Array) -> Array:
    """(…, q, q) correlations between what is measured without error: r_ij / sqrt(rel_i rel_j).

    Spearman (1904), "The proof and measurement of association between two things". NaN where a reliability of
    (…, q) is not above 0. The result need not be a correlation matrix.
    """
    with np.errstate(invalid="ignore"):
        root = np.sqrt(np.where(reliability > 0, reliability, np.nan))
    corrected = correlations / root[..., :, None] / root[..., None, :]
    at = np.arange(correlations.shape[-1])
    corrected[..., at, at] = np.where(np.isnan(root), np.nan, 1.0)
    return np.asarray(corrected)


def possible(corrected: Array) -> Array:
    """(…) whether drivers can be told apart and explain something, and no more than everything (outcome last)."""
    finite = np.isfinite(corrected).all((-2, -1))
    safe = np.where(finite[..., None, None], corrected, np.eye(corrected.shape[-1]))
    far = np.linalg.eigvalsh(safe[..., :-1, :-1])[..., 0] > SMALLEST_EIGENVALUE
    safe = np.where((finite & far)[..., None, None], safe, np.eye(corrected.shape[-1]))
    explained = r2(safe[..., :-1, :-1], safe[..., :-1, -1])
    return np.asarray(finite & far & (explained > NOTHING) & (explained < LARGEST_R2))


def disattenuated_rows(
    resampled: Mapping[str, Resampled], sample: Sample, declared: Mapping[str, float], setting: Setting
) -> list[Row]:
    """lmg_share per driver and r2 of the corrected correlations, and the reliability of every construct.

    The reliability is the declared one, else alpha, which each draw computes from its own respondents, so that the
    intervals know that alpha is an estimate too. A construct with neither is taken as measured without error, and its
    reliability_used is 'not_defined'. Where the corrected matrix is none of correlations, everything is 'singular'
    (overcorrected); where that of more than one draw in ten is none, the figures have no interval (unsteady).
    """
    scores = resampled["scores"]
    names, draws = scores.point.names, len(scores.draws.weight)
    point, drawn = np.ones(len(names)), np.ones((draws, len(names)))
    unknown: dict[str, str] = {}
    for at, name in enumerate(names):
        if name in declared:
            point[at] = drawn[:, at] = declared[name]
        elif f"items:{name}" in resampled:
            items = resampled[f"items:{name}"]
            point[at], drawn[:, at] = alpha(items.point.cov), alpha(items.draws.cov)
        else:
            unknown[name] = "one_item" if name not in sample.items or sample.items[name].shape[1] == 1 else "small_base"
    corrected = disattenuated(scores.point.correlations, point)
    corrected_draws = disattenuated(scores.draws.correlations, drawn)
    return [
        *_used(names, point, drawn, unknown, declared, sample, setting),
        *(
            _shares(names[:-1], corrected, corrected_draws, sample, setting)
            if usable(scores.point.correlations[:-1, :-1])
            else _absent_rows(names[:-1], "singular", sample, setting)
        ),
    ]


def _used(
    names: tuple[str, ...],
    point: Array,
    drawn: Array,
    unknown: Mapping[str, str],
    declared: Mapping[str, float],
    sample: Sample,
    setting: Setting,
) -> list[Row]:
    rows = []
    low, high = interval(drawn, setting.level)
    for at, name in enumerate(names):
        complete = np.isfinite(sample.items[name]).all(1) if name in sample.items else None
        common = {"outcome": setting.outcome, "term": name, **based(sample.base(complete))}
        if name in unknown:
            figures: Row = {"state": "not_defined", "reason": unknown[name]}
        elif not np.isfinite(point[at]):
            figures = {"state": "no_variance", "reason": "no_variance"}
        else:
            limits = {} if name in declared else spread(drawn[:, at], low[at], high[at], setting.level)
            figures = {"estimate": float(point[at]), **limits}
        rows.append(row("disattenuated", "reliability_used", **figures, **common))
    return rows


def _absent_rows(drivers: tuple[str, ...], reason: str, sample: Sample, setting: Setting) -> list[Row]:
    absent = {"outcome": setting.outcome, "state": "singular", "reason": reason, **everyone(sample)}
    shares = [row("disattenuated", "lmg_share", term=driver, **absent) for driver in drivers]
    return [*shares, row("disattenuated", "r2", **absent)]


def _shares(drivers: tuple[str, ...], point: Array, draws: Array, sample: Sample, setting: Setting) -> list[Row]:
    common = {"outcome": setting.outcome, **everyone(sample)}
    good = possible(draws)
    if not possible(point):
        return _absent_rows(drivers, "overcorrected", sample, setting)
    raw = METHODS["lmg"](point[:-1, :-1], point[:-1, -1])
    share, whole = raw / raw.sum(), raw.sum()
    if good.mean() < FEWEST_USABLE:
        common |= {"reason": "unsteady"}
        shares = figures("disattenuated", "lmg_share", drivers, share, draws[:0, 0, :-1], setting.level, common)
        return [*shares, row("disattenuated", "r2", estimate=float(whole), **common)]
    drawn = drawn_values(draws[good], raw, point[None], Structure.plain(drivers), "lmg", MOST_EXACT)
    wholes = drawn.sum(-1)
    shares = figures("disattenuated", "lmg_share", drivers, share, drawn / wholes[:, None], setting.level, common)
    limits = spread(wholes, *corrected_interval(wholes, float(whole), setting.level), setting.level)
    return [*shares, row("disattenuated", "r2", estimate=float(whole), **limits, **common)]
