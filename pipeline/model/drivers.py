"""Importance of the drivers with everything that says how surely: intervals, ranks, P(rank 1), P(j > k)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.importance import METHODS, r2, usable
from pipeline.model.resample import Resampled, corrected_interval, interval, rank_interval, ranks
from pipeline.weight import Base

Array = np.ndarray

FEWEST_USABLE = 0.9
"""Share of resamples that must be decomposable for a group to be shown."""
NOTHING = 1e-12
"""R² that is a rounding error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """Raw importances of p drivers by every metric: point (p,) and draws (B, p), with R² beside them.

    Resamples in which the drivers cannot be told apart are NaN in the draws.
    """

    drivers: tuple[str, ...]
    point: dict[str, Array]
    draws: dict[str, Array]
    r2: float
    r2_draws: Array

    def share(self, method: str = "lmg") -> tuple[Array, Array]:
        """Shares of R²: point (p,), draws (B, p)."""
        return self.point[method] / self.r2, self.draws[method] / self.r2_draws[:, None]


def decompose(resampled: Resampled, methods: Collection[str] = METHODS) -> Importance | str:
    """Importance by the metrics of METHODS that are named, or the state that forbids it: 'no_variance' or 'singular'.

    Where nothing at all is explained, nothing can be shared out: that is 'singular' too.
    """
    point, draws = resampled.point.correlations, resampled.draws.correlations
    if not np.isfinite(point).all():
        return "no_variance"
    if not usable(point[:-1, :-1]):
        return "singular"
    whole = float(r2(point[:-1, :-1], point[:-1, -1]))
    good = usable(draws[:, :-1, :-1]) & np.isfinite(draws).all((-2, -1))
    safe = np.where(good[:, None, None], draws, np.eye(draws.shape[-1]))
    drawn = r2(safe[:, :-1, :-1], safe[:, :-1, -1])
    good &= drawn > NOTHING
    if whole < NOTHING or good.mean() < FEWEST_USABLE:
        return "singular"
    hidden = np.where(good, 1.0, np.nan)
    return Importance(
        drivers=resampled.point.names[:-1],
        point={name: METHODS[name](point[:-1, :-1], point[:-1, -1]) for name in methods},
        draws={name: METHODS[name](safe[:, :-1, :-1], safe[:, :-1, -1]) * hidden[:, None] for name in methods},
        r2=whole,
        r2_draws=drawn * hidden,
    )


def importance_rows(importance: Importance, base: Base, setting: Setting) -> list[Row]:
    """Raw and share of every metric, ranks and probabilities of lmg_share, and R², for everyone."""
    common = {"outcome": setting.outcome, **based(base)}
    rows = [r2_row(importance, base, setting)]
    for method in METHODS:
        share, share_draws = importance.share(method)
        for metric, point, draws in (
            (method, importance.point[method], importance.draws[method]),
            (f"{method}_share", share, share_draws),
        ):
            low, high = interval(draws, setting.level)
            for at, driver in enumerate(importance.drivers):
                limits = spread(draws[:, at], low[at], high[at], setting.level)
                rows.append(row("importance", metric, term=driver, estimate=float(point[at]), **limits, **common))
    return rows + _rank_rows(importance, setting.level, common)


def r2_row(importance: Importance, base: Base, setting: Setting) -> Row:
    """R² with its bias-corrected interval."""
    low, high = corrected_interval(importance.r2_draws, importance.r2, setting.level)
    limits = spread(importance.r2_draws, low, high, setting.level)
    return row("regression", "r2", outcome=setting.outcome, estimate=importance.r2, **limits, **based(base))


def _rank_rows(importance: Importance, level: float, common: dict[str, object]) -> list[Row]:
    share, every = importance.share()
    draws = every[np.isfinite(every).all(1)]
    drawn = ranks(draws)
    low, high = rank_interval(drawn, level)
    first = (drawn == 1).mean(0)
    rows = []
    for at, driver in enumerate(importance.drivers):
        figures = {"rank": ranks(share)[at], "rank_low": low[at], "rank_high": high[at], "prob_rank_1": first[at]}
        rows += [
            row("importance", metric, term=driver, estimate=float(value), **common) for metric, value in figures.items()
        ]
    for at, driver in enumerate(importance.drivers):
        for other, against in enumerate(importance.drivers):
            if other != at:
                above = float((draws[:, at] > draws[:, other]).mean())
                rows.append(
                    row("importance", "prob_above", term=driver, contrast=f"above:{against}", estimate=above, **common)
                )
    return rows
