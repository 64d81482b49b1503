"""Two outcomes, the same drivers and the same people: whether what explains one also explains the other.

Shares do not depend on the scale of an outcome, nor on how reliably it is measured: error lowers R², and with it all
importances alike. So a difference is one of what the outcome goes with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, based, spread
from pipeline.model.case import Case
from pipeline.model.drivers import Importance, decompose, figures
from pipeline.model.effects import holm
from pipeline.model.importance import SMALLEST_EIGENVALUE
from pipeline.model.players import Structure
from pipeline.model.resample import Panel, Resampled, corrected_interval, difference_p, ranks, resample
from pipeline.weight import Base

Array = np.ndarray

SAME = 1 - 1e-9
"""Correlation of two outcomes from which they are one and the same."""
OTHER, FIRST = "outcome", "paired"
"""Contrast '<kind>:<name>' of the other outcome, and of the first on the same rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrasted:
    """Importances for the first and the other outcome; draw b of both is the same resample."""

    first: Importance
    other: Importance

    @property
    def gap(self) -> tuple[Array, Array]:
        """Share for the other less share for the first: point (p,), draws (B, p)."""
        (one, draws), (two, others) = self.first.share(), self.other.share()
        return two - one, others - draws


def contrasted(pair: Resampled, structure: Structure, collinear: bool = False) -> Contrasted | str:
    """Both decompositions of a panel whose last two columns are the first and the other outcome.

    Or the state that forbids it: 'no_variance', 'singular', or 'same_outcome' where one repeats the other.
    """
    names = pair.point.names
    together = pair.point.correlations[-2, -1]
    if np.isfinite(together) and abs(together) > SAME:
        return "same_outcome"
    floor = 0.0 if collinear else SMALLEST_EIGENVALUE
    found = []
    for outcome in names[-2:]:
        own = (*names[:-2], outcome)
        part = Resampled(point=pair.point.select(own), draws=pair.draws.select(own))
        importance = decompose(part, ("lmg",), structure, floor)
        if isinstance(importance, str):
            return importance
        found.append(importance)
    return Contrasted(first=found[0], other=found[1])


def outcomes_rows(case: Case) -> list[Row]:
    """Rows of every further outcome (key `model.outcomes`), tested together."""
    return compared_rows("outcomes", case, case.study.definition.model.outcomes)


def compared_rows(analysis: str, case: Case, names: Sequence[str]) -> list[Row]:
    """Shares for each outcome and for the first on the same rows in focus, R² of both, and their differences.

    Each outcome is paired with the first on the rows that have both, in the replicates of the model, with Pearson's
    correlations. Differences have p from their draws, and Holm's over drivers and outcomes.
    """
    rows = [each for name in names for each in _pair_rows(analysis, case, name)]
    tested = [each for each in rows if each["p_value"] is not None]
    adjusted = iter(holm(np.array([each["p_value"] for each in tested], float)))
    return [each if each["p_value"] is None else each | {"p_adjusted": float(next(adjusted))} for each in rows]


def _pair_rows(analysis: str, case: Case, name: str) -> Iterator[Row]:
    people, setting = case.people, case.setting
    assert people.rows is not None  # noqa: S101 (a case is made of responses)
    other = case.known(name)[people.rows]
    inside = np.isfinite(other) & case.focus[people.rows]
    base, model = people.base(inside), people.model
    drivers = people.drivers
    if base.n < max(setting.minimum_base, len(drivers) + 3):
        yield from _absent_rows(analysis, name, drivers, "too_few", base)
        return
    panel = Panel(
        names=(*model.names, f"{OTHER}:{name}"),
        columns=np.column_stack([model.values, other])[inside],
        rows=np.flatnonzero(inside),
    )
    pair = resample(people.design, {name: panel}, seed=setting.seed, draws=setting.draws, kind=case.kind)[name]
    found = contrasted(pair, Structure.of(model), setting.collinear)
    if isinstance(found, str):
        yield from _absent_rows(analysis, name, drivers, found, base)
        return
    yield from contrast_rows(analysis, found, setting.outcome, name, setting.level, based(base) | setting.state(base))


def _absent_rows(analysis: str, name: str, drivers: Sequence[str], why: str, base: Base) -> Iterator[Row]:
    state = "not_defined" if why == "same_outcome" else why
    small = {} if why == "too_few" else based(base)
    for driver in drivers:
        key = {"outcome": name, "term": driver, "contrast": f"{OTHER}:{name}"}
        yield row(analysis, "share_difference", state=state, reason=why, **key, **small)


def contrast_rows(
    analysis: str, found: Contrasted, first: str, other: str, level: float, columns: Row
) -> Iterator[Row]:
    """R² and shares of both outcomes, P(rank 1) for each, and the differences with their p."""
    for kind, outcome, importance in ((FIRST, first, found.first), (OTHER, other, found.other)):
        common = {"outcome": outcome, "contrast": f"{kind}:{other}", **columns}
        yield _r2(analysis, importance, level, common)
        yield from figures(analysis, "lmg_share", importance.drivers, *importance.share(), level, common)
        yield from _first_rows(analysis, importance, common)
    common = {"outcome": other, "contrast": f"{OTHER}:{other}", **columns}
    point, draws = found.gap
    gaps = figures(analysis, "share_difference", found.first.drivers, point, draws, level, common)
    for each, p in zip(gaps, difference_p(draws, point), strict=True):
        yield each | ({"p_value": float(p)} if each["estimate"] is not None else {})


def _first_rows(analysis: str, importance: Importance, common: Row) -> Iterator[Row]:
    draws = importance.share()[1]
    first = (ranks(draws[np.isfinite(draws).all(1)]) == 1).mean(0)
    for name, chance in zip(importance.drivers, first, strict=True):
        yield row(analysis, "prob_rank_1", term=name, estimate=float(chance), **common)


def _r2(analysis: str, importance: Importance, level: float, common: Row) -> Row:
    low, high = corrected_interval(importance.r2_draws, importance.r2, level)
    return row(analysis, "r2", estimate=importance.r2, **spread(importance.r2_draws, low, high, level), **common)
