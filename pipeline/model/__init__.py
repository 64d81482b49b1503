"""Estimators (functions of Moments or of a Sample) and combinators (functions of estimators)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.sample import Sample
from pipeline.study import Study
from pipeline.weight import Base

Array = np.ndarray
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What every estimator of a study shares: its name of the outcome, the confidence level and the bases."""

    outcome: str
    level: float
    minimum_base: int
    low_base: int
    seed: int = 20260101
    draws: int = 2000
    sesoi: float | None = None
    """Smallest difference of two shares that matters, where the study declares one."""
    collinear: bool = False
    """Whether drivers that repeat each other are shown all the same."""

    @classmethod
    def of(cls, study: Study) -> Setting:
        quality, model = study.definition.quality, study.definition.model
        return cls(
            outcome=study.outcome,
            level=model.confidence,
            minimum_base=quality.minimum_base,
            low_base=quality.low_base,
            seed=model.seed,
            draws=model.draws,
            sesoi=model.sesoi,
            collinear=model.collinear == "show",
        )

    def state(self, base: Base) -> dict[str, str]:
        """State and reason of a figure on this base."""
        if base.n < self.minimum_base:
            return {"state": "suppressed", "reason": "small_base"}
        return {"state": "low_base", "reason": "small_base"} if base.n < self.low_base else {}


def based(base: Base) -> dict[str, float]:
    """The three columns that say on whom a figure stands."""
    return {"n": base.n, "n_eff": base.n_eff, "deff": base.deff}


def spread(draws: Array, low: float, high: float, level: float) -> dict[str, float]:
    """Bootstrap error and interval columns of one figure; absent where the draws do not exist."""
    if not np.isfinite([low, high]).all():
        return {}
    there = np.isfinite(draws)
    return {
        "std_error": float((draws if there.all() else draws[there]).std(ddof=1)),
        "conf_low": float(low),
        "conf_high": float(high),
        "conf_level": level,
    }


def everyone(sample: Sample) -> dict[str, float]:
    """Base columns of the whole sample."""
    return based(sample.everyone)
