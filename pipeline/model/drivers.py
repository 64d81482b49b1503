"""Importance of the drivers with everything that says how surely: intervals, ranks, P(rank 1), P(j > k)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, everyone, spread
from pipeline.model.importance import INFERRED, METHODS, SMALLEST_EIGENVALUE, r2, usable
from pipeline.model.players import MOST_DRAWN, Structure, arranged, drawn_values, owen, settled, values
from pipeline.model.resample import Interval, Resampled, corrected_interval, interval, rank_interval, ranks
from pipeline.sample import Sample
from pipeline.weight import Base

Array = np.ndarray

FEWEST_USABLE = 0.9
"""Share of resamples that must be decomposable for a group to be shown."""
NOTHING = 1e-12
"""R² that is a rounding error."""
RIDGE = 1e-9
"""What is added to each driver's variance of 1 where collinear drivers are shown all the same."""
TOP = (2, 3)
"""How many first places P(among the first) is given for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """Raw importances of p drivers by every metric: point (p,) and, for metrics of INFERRED, draws (B, p).

    r2: of the whole model, controls included; r2_controls: of the controls alone. Resamples in which the drivers cannot
    be told apart are NaN in the draws. absent: metric -> why it does not exist for these drivers.
    """

    drivers: tuple[str, ...]
    point: dict[str, Array]
    draws: dict[str, Array]
    r2: float
    r2_draws: Array
    r2_controls: float = 0.0
    absent: Mapping[str, str] = field(default_factory=dict)

    def share(self, method: str = "lmg") -> tuple[Array, Array]:
        """Shares of the sum over the drivers: point (p,), draws (B, p), or (0, p) for a metric without draws."""
        draws = self.draws.get(method, np.empty((0, len(self.drivers))))
        return shared_out(self.point[method]), shared_out(draws)


def shared_out(raw: Array) -> Array:
    """(…, p) parts of the sum over the last axis; NaN where there is nothing to share out."""
    total = raw.sum(-1, keepdims=True)
    return np.asarray(raw / np.where(np.abs(total) > NOTHING, total, np.nan))


def decompose(
    resampled: Resampled,
    methods: Collection[str] = tuple(METHODS),
    structure: Structure | None = None,
    floor: float = SMALLEST_EIGENVALUE,
) -> Importance | str:
    """Importance by the metrics of METHODS that are named, or the state that forbids it: 'no_variance' or 'singular'.

    Columns: controls, the drivers' columns, the outcome; without a structure each column is a driver. Where nothing at
    all is explained, nothing can be shared out: that is 'singular' too. A floor of 0 shows collinear drivers all the
    same, with a ridge of 1e-9: R² of a subset is then that of least squares, so that LMG, first and Kruskal's measure
    share equally between exact duplicates, each of which has next to nothing of its own (last), and betas are split.
    Controls and levels of a category that do not occur are left out, resample by resample (see `settled`); a driver
    that does not vary at all in the sample is 'no_variance'.
    """
    structure = structure or Structure.plain(resampled.point.names[:-1])
    point, draws = (settled(each.correlations, structure.optional) for each in (resampled.point, resampled.draws))
    alone = np.isnan(np.diagonal(resampled.point.correlations))[structure.controls :]
    if not np.isfinite(point).all() or any(alone[list(own)].all() for own in structure.columns):
        return "no_variance"
    if floor < SMALLEST_EIGENVALUE:
        point, draws = loosened(point), loosened(draws)
    if not usable(point[:-1, :-1], floor):
        return "singular"
    good = np.isfinite(draws).all((-2, -1)) & usable(draws[:, :-1, :-1], floor)
    return _decomposed(point, np.where(good[:, None, None], draws, np.eye(len(point))), good, methods, structure)


def loosened(correlations: Array) -> Array:
    """(…, q, q) the same with a ridge of 1e-9 on everything but the outcome (last), so that subsets can be swept."""
    ridge = np.full(correlations.shape[-1], RIDGE)
    ridge[-1] = 0.0
    return correlations + np.diag(ridge)


def _decomposed(
    point: Array, draws: Array, good: Array, methods: Collection[str], structure: Structure
) -> Importance | str:
    whole, drawn = float(r2(point[:-1, :-1], point[:-1, -1])), r2(draws[:, :-1, :-1], draws[:, :-1, -1])
    one, every = arranged(point, structure), arranged(draws, structure)
    controls = 1.0 - one[0, -1, -1]
    good = good & (drawn - (1.0 - every[:, -1, -1]) > NOTHING)
    if whole - controls < NOTHING or good.mean() < FEWEST_USABLE:
        return "singular"
    hidden = np.where(good, 1.0, np.nan)
    there = [name for name in methods if structure.reason(name) is None]
    exact = {name: values(one, structure, name)[0] for name in there}
    return Importance(
        drivers=structure.players,
        point=exact,
        draws={
            name: drawn_values(every, exact[name], one, structure, name) * hidden[:, None]
            for name in there
            if name in INFERRED
        },
        r2=whole,
        r2_draws=drawn * hidden,
        r2_controls=float(controls),
        absent={name: reason for name in methods if (reason := structure.reason(name))},
    )


def importance_rows(
    importance: Importance, base: Base, setting: Setting, acceleration: Array | None = None
) -> list[Row]:
    """Raw and share of every metric, ranks and probabilities of lmg_share, and R², for everyone.

    With a (p,) acceleration, from the infinitesimal jackknife, lmg_share has the BCa interval.
    """
    common = {"outcome": setting.outcome, **based(base)}
    rows = [r2_row(importance, base, setting)]
    if importance.r2_controls:
        rows.append(row("regression", "r2_controls", estimate=importance.r2_controls, **common))
    for method in METHODS:
        own = acceleration if method == "lmg" else None
        rows += _metric_rows("importance", method, importance, setting.level, common, own)
    return [
        *rows,
        *_rank_rows("importance", importance, setting.level, common),
        *_order_rows(importance, common),
        *_top_rows(importance, common),
        *_behind_rows(importance, common),
    ]


def r2_row(importance: Importance, base: Base, setting: Setting) -> Row:
    """R² with its bias-corrected interval."""
    low, high = corrected_interval(importance.r2_draws, importance.r2, setting.level)
    limits = spread(importance.r2_draws, low, high, setting.level)
    return row("regression", "r2", outcome=setting.outcome, estimate=importance.r2, **limits, **based(base))


def player_group_rows(resampled: Resampled, structure: Structure, sample: Sample, setting: Setting) -> list[Row]:
    """LMG of the declared groups (and of drivers in none) as players, and the Owen value of every driver.

    Groups that wait for each other's interactions have no order of entry: not_defined, reason 'interaction'. Collinear
    drivers, where they are shown, with the ridge of `decompose`.
    """
    common = {"outcome": setting.outcome, **everyone(sample)}
    grouped = structure.grouped
    loose = not usable(resampled.point.correlations[:-1, :-1])
    if not grouped.possible:
        return list(_absent_rows("groups", "lmg", grouped.players, "interaction", common))
    whole = decompose(resampled, ("lmg",), grouped, 0.0 if loose else SMALLEST_EIGENVALUE)
    if isinstance(whole, str):
        columns = {"state": whole, "reason": whole, **common}
        return [row("groups", "lmg_share", term=name, **columns) for name in grouped.players]
    rows = _metric_rows("groups", "lmg", whole, setting.level, common)
    kept = ("rank", "prob_rank_1")
    rows += [each for each in _rank_rows("groups", whole, setting.level, common) if each["metric"] in kept]
    if structure.parents:
        return rows + list(_absent_rows("groups", "owen", structure.players, "interaction", common))
    point, draws = (settled(each.correlations, structure.optional) for each in (resampled.point, resampled.draws))
    both = point, draws[np.isfinite(whole.r2_draws)]
    point, draws = map(loosened, both) if loose else both
    return rows + _owen_rows(point, draws, structure, setting.level, common)


def _owen_rows(point: Array, draws: Array, structure: Structure, level: float, common: Row) -> list[Row]:
    exact = owen(arranged(point, structure), structure)[0]
    drawn = np.empty((0, len(exact)))
    if structure.deepest <= MOST_DRAWN:
        drawn = owen(arranged(draws, structure), structure)
    return [
        *figures("groups", "owen", structure.players, exact, drawn, level, common),
        *figures("groups", "owen_share", structure.players, shared_out(exact), shared_out(drawn), level, common),
    ]


def _metric_rows(
    analysis: str, method: str, importance: Importance, level: float, common: Row, acceleration: Array | None = None
) -> list[Row]:
    """A metric raw and as shares, each with its interval, or the reason why it does not exist."""
    if method in importance.absent:
        return list(_absent_rows(analysis, method, importance.drivers, importance.absent[method], common))
    raw, share = importance.draws.get(method, np.empty((0, len(importance.drivers)))), importance.share(method)
    return [
        *figures(analysis, method, importance.drivers, importance.point[method], raw, level, common),
        *figures(analysis, f"{method}_share", importance.drivers, *share, level, common, acceleration),
    ]


def _absent_rows(analysis: str, method: str, names: tuple[str, ...], reason: str, common: Row) -> Iterator[Row]:
    for metric in (method, f"{method}_share"):
        for name in names:
            yield row(analysis, metric, term=name, state="not_defined", reason=reason, **common)


def figures(
    analysis: str,
    metric: str,
    names: tuple[str, ...],
    point: Array,
    draws: Array,
    level: float,
    common: Row,
    acceleration: Array | None = None,
) -> list[Row]:
    """One row a name: (p,) point, and the error and interval of (B, p) draws where there are any."""
    if not np.isfinite(point).all():
        return [
            row(analysis, metric, term=name, state="not_defined", reason="nothing_to_share", **common) for name in names
        ]
    low, high = np.full((2, len(names)), np.nan)
    if len(draws):
        kind: Interval = "percentile" if acceleration is None else "bca"
        low, high = interval(draws, level, point, kind, 0.0 if acceleration is None else acceleration)
    return [
        row(
            analysis,
            metric,
            term=name,
            estimate=float(point[at]),
            **spread(draws[:, at], low[at], high[at], level),
            **common,
        )
        for at, name in enumerate(names)
    ]


def _rank_rows(analysis: str, importance: Importance, level: float, common: Row) -> list[Row]:
    share, draws = importance.share()[0], _usable_shares(importance)
    drawn = ranks(draws)
    low, high = rank_interval(drawn, level)
    first = (drawn == 1).mean(0)
    rows = []
    for at, driver in enumerate(importance.drivers):
        figures = {"rank": ranks(share)[at], "rank_low": low[at], "rank_high": high[at], "prob_rank_1": first[at]}
        rows += [
            row(analysis, metric, term=driver, estimate=float(value), **common) for metric, value in figures.items()
        ]
    return rows


def _order_rows(importance: Importance, common: Row) -> Iterator[Row]:
    """P(one > other) for every pair."""
    draws = _usable_shares(importance)
    above = (draws[:, :, None] > draws[:, None, :]).mean(0)
    for at, driver in enumerate(importance.drivers):
        for other, against in enumerate(importance.drivers):
            if other != at:
                estimate = float(above[at, other])
                yield row(
                    "importance", "prob_above", term=driver, contrast=f"above:{against}", estimate=estimate, **common
                )


def _top_rows(importance: Importance, common: Row) -> Iterator[Row]:
    """P(among the first two, three), while that is fewer than all."""
    drawn = ranks(_usable_shares(importance))
    for count in TOP:
        for at, driver in enumerate(importance.drivers if count < len(importance.drivers) else ()):
            estimate = float((drawn[:, at] <= count).mean())
            yield row("importance", "prob_top", term=driver, contrast=f"top:{count}", estimate=estimate, **common)


def _behind_rows(importance: Importance, common: Row) -> Iterator[Row]:
    """P(the first by a metric > each other driver), for every metric with draws."""
    for method, raw in importance.draws.items():
        draws = raw[np.isfinite(raw).all(1)]
        first = int(np.argmax(importance.point[method]))
        behind = (draws[:, first, None] > draws).mean(0)
        for at, driver in enumerate(importance.drivers):
            if at != first:
                columns = {"contrast": f"metric:{method}", "estimate": float(behind[at]), **common}
                yield row("importance", "prob_behind_first", term=driver, **columns)


def _usable_shares(importance: Importance) -> Array:
    draws = importance.share()[1]
    return draws[np.isfinite(draws).all(1)]
