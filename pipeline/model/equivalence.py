"""Differences of two shares, and whether they lie within the smallest difference that the study says matters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.drivers import Importance
from pipeline.model.resample import interval
from pipeline.weight import Base

Array = np.ndarray


def equivalence_rows(importance: Importance, base: Base, setting: Setting) -> Iterator[Row]:
    """lmg_share_difference for each pair of drivers, the first ranked before the contrast.

    p_value is that of two one-sided tests against setting.sesoi (Schuirmann 1987); null where none is declared.
    """
    share, draws = importance.share()
    order = np.argsort(-share, kind="stable")
    for place, first in enumerate(order):
        for second in order[place + 1 :]:
            gap = draws[:, first] - draws[:, second]
            low, high = interval(gap, setting.level)
            yield row(
                "importance",
                "lmg_share_difference",
                outcome=setting.outcome,
                term=importance.drivers[first],
                contrast=f"above:{importance.drivers[second]}",
                estimate=float(share[first] - share[second]),
                p_value=None if setting.sesoi is None else equivalence_p(gap, setting.sesoi),
                **spread(gap, float(low), float(high), setting.level),
                **based(base),
            )


def equivalence_p(draws: Array, margin: float) -> float:
    """Larger of the shares of draws at or beyond either margin; draws that do not exist (NaN) are left out.

    It is below α exactly where the percentile interval of level 1 - 2α lies within ±margin, ties of draws aside.
    """
    draws = draws[np.isfinite(draws)]
    return float(max((draws <= -margin).mean(), (draws >= margin).mean()))
