"""Two outcomes, the same drivers and the same people: whether what explains one also explains the other.

Shares do not depend on the scale of an outcome, nor on how reliably it is measured: error lowers R², and with it all
importances alike. So a difference is one of what the outcome goes with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from pipeline.estimates import row
from pipeline.model import Row, based, spread
from pipeline.model.case import Case
from pipeline.model.drivers import Importance, decompose, figures
from pipeline.model.effects import holm_rows
from pipeline.model.importance import SMALLEST_EIGENVALUE
from pipeline.model.players import Structure
from pipeline.model.resample import Panel, Resampled, corrected_interval, difference_p, ranks
from pipeline.weight import Base

Array = np.ndarray

SAME = 1 - 1e-9
"""Correlation of two outcomes from which they are one and the same."""
OTHER, FIRST, BETWEEN = "outcome", "paired", "between"
"""Contrast '<kind>:<name>' of the other outcome, of the first on the same rows, and of two further ones."""


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
    """Rows of every further outcome (key `model.outcomes`) against the first, and of further ones against each other.

    Those against the first are one family for Holm, those among the further ones another.
    """
    names = case.study.definition.model.outcomes
    return [*compared_rows("outcomes", case, names), *between_rows(case, names)]


def compared_rows(analysis: str, case: Case, names: Sequence[str]) -> list[Row]:
    """Shares for each outcome and for the first on the same rows in focus, R² of both, and their differences.

    Each outcome is paired with the first on the rows that have both, in the replicates of the model, with Pearson's
    correlations. Differences have p from their draws, and Holm's over drivers and outcomes.
    """
    return holm_rows([each for name in names for each in _pair_rows(analysis, case, name)])


def between_rows(case: Case, names: Sequence[str]) -> list[Row]:
    """share_difference of each further outcome less every one before it (contrast 'between:<later>-<earlier>').

    On the rows in focus that have both; outcomes that cannot be compared have no rows here.
    """
    rows: list[Row] = []
    for at, other in enumerate(names):
        for first in names[:at]:
            found, base = _paired(case, first, other)
            if isinstance(found, Contrasted):
                columns = {"outcome": other, "contrast": f"{BETWEEN}:{other}-{first}", **based(base)}
                rows += _gap_rows("outcomes", found, case.setting.level, columns | case.setting.state(base))
    return holm_rows(rows)


def _pair_rows(analysis: str, case: Case, name: str) -> Iterator[Row]:
    found, base = _paired(case, None, name)
    setting = case.setting
    if isinstance(found, str):
        yield from _absent_rows(analysis, name, case.people.drivers, found, base)
        return
    yield from contrast_rows(analysis, found, setting.outcome, name, setting.level, based(base) | setting.state(base))


def _paired(case: Case, first: str | None, other: str) -> tuple[Contrasted | str, Base]:
    """Both outcomes (the first is that of the model where it has no name) on the rows in focus that have both."""
    people, setting, model = case.people, case.setting, case.people.model
    assert people.rows is not None  # noqa: S101 (a case is made of responses)
    both = [model.y if name is None else case.known(name)[people.rows] for name in (first, other)]
    inside = np.isfinite(both).all(0) & case.focus[people.rows]
    base = people.base(inside)
    if base.n < max(setting.minimum_base, len(people.drivers) + 3):
        return "too_few", base
    panel = Panel(
        names=(*model.names[:-1], f"{FIRST}:{first}", f"{OTHER}:{other}"),
        columns=np.column_stack([model.x, *both])[inside],
        rows=np.flatnonzero(inside),
    )
    pair = case.replicated(people.design, {other: panel})[other]
    return contrasted(pair, Structure.of(model), setting.collinear), base


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
    yield from _gap_rows(analysis, found, level, common)


def _gap_rows(analysis: str, found: Contrasted, level: float, common: Row) -> Iterator[Row]:
    point, draws = found.gap
    gaps = figures(analysis, "share_difference", found.first.drivers, point, draws, level, common)
    for each, p in zip(gaps, paired_p(draws, point), strict=True):
        yield each | ({"p_value": float(p)} if each["estimate"] is not None else {})


def paired_p(draws: Array, point: Array) -> Array:
    """(p,) two-sided p of each difference: the larger of that of its draws and the normal one of their spread.

    Far out in the tails, where Holm looks, draws alone find a difference in .075 of samples of 300 that have none.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        normal = 2 * ndtr(-np.abs(point) / np.nanstd(draws, axis=0, ddof=1))
    return np.asarray(np.fmax(difference_p(draws, point), normal))


def _first_rows(analysis: str, importance: Importance, common: Row) -> Iterator[Row]:
    draws = importance.share()[1]
    first = (ranks(draws[np.isfinite(draws).all(1)]) == 1).mean(0)
    for name, chance in zip(importance.drivers, first, strict=True):
        yield row(analysis, "prob_rank_1", term=name, estimate=float(chance), **common)


def _r2(analysis: str, importance: Importance, level: float, common: Row) -> Row:
    low, high = corrected_interval(importance.r2_draws, importance.r2, level)
    return row(analysis, "r2", estimate=importance.r2, **spread(importance.r2_draws, low, high, level), **common)
