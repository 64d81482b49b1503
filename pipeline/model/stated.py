"""Stated importance beside derived: what respondents say matters, against what their ratings show to matter.

Stated means hardly differ, so that their shares of the sum are nearly equal; a gap of shares alone would follow the
derived share. Hence a second scale, on which both are standardised over the drivers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from pipeline.asked import ends
from pipeline.estimates import row
from pipeline.model import Row, based
from pipeline.model.case import Case
from pipeline.model.drivers import decompose, figures, shared_out
from pipeline.model.effects import holm
from pipeline.model.importance import SMALLEST_EIGENVALUE
from pipeline.model.players import Structure
from pipeline.model.resample import Panel, Resampled, difference_p, rank_interval, ranks
from pipeline.variance import means

Array = np.ndarray
Figure = tuple[Array, Array]
"""Point (k,) and draws (B, k)."""

NAME = "stated"
QUADRANTS = {(True, False): "hidden", (True, True): "known", (False, True): "lip_service", (False, False): "low"}
"""(derived above an equal share, stated above the mean) -> quadrant."""
ALIKE = 1e-9
"""Deviation of the stated means over the drivers, of 0-100, below which they do not differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Of k drivers: derived shares (of what they explain) and stated importance (0-100), paired draw by draw."""

    drivers: tuple[str, ...]
    derived: Figure
    stated: Figure

    @property
    def shares(self) -> Figure:
        """Stated importance as shares of its sum."""
        point, draws = self.stated
        return shared_out(point), shared_out(draws)

    @property
    def gap(self) -> Figure:
        """Derived less stated share."""
        return _less(self.derived, self.shares)

    @property
    def positions(self) -> Figure:
        """Standardised derived less standardised stated importance; NaN where either does not differ over drivers."""
        return _less(_standardised(self.derived), _standardised(self.stated))


def _less(one: Figure, other: Figure) -> Figure:
    return one[0] - other[0], one[1] - other[1]


def _standardised(figure: Figure) -> Figure:
    point, draws = (each - each.mean(-1, keepdims=True) for each in figure)
    sizes = (np.sqrt((each**2).mean(-1, keepdims=True)) for each in (point, draws))
    point, draws = (
        each / np.where(size > ALIKE, size, np.nan) for each, size in zip((point, draws), sizes, strict=True)
    )
    return point, draws


def stated_rows(case: Case) -> list[Row]:
    """Rows of every driver with a stated importance (key `stated_importance`).

    Derived shares are those of the model on its own rows; answers stand once for a respondent and wave, complete over
    the drivers asked for, and are resampled with the ratings. Weights count for both.
    """
    asked = case.study.definition.stated_importance
    drivers = tuple(name for name in case.study.drivers if name in asked)
    if not drivers:
        return []
    places, answers = _answers(case, tuple(asked[name] for name in drivers))
    inside = np.isin(np.arange(len(case.people.scores)), places)
    base = case.people.base(inside)
    common = {"outcome": case.setting.outcome, **based(base), **case.setting.state(base)}
    found = _compared(case, drivers, places, answers) if base.n >= case.setting.minimum_base else "suppressed"
    if isinstance(found, str):
        reason = "small_base" if found == "suppressed" else found
        blank = {"outcome": case.setting.outcome, "state": found, "reason": reason}
        return [row(NAME, "share_gap", term=name, **blank) for name in drivers]
    return [*gap_rows(found, case.setting.level, common), _alike_row(case, places, answers, common)]


def _answers(case: Case, names: tuple[str, ...]) -> tuple[Array, Array]:
    """Places in the sample (r,) and answers moved to 0-100 (r, k), once for each respondent and wave."""
    rows = case.people.rows
    assert rows is not None  # noqa: S101 (a case is made of responses)
    analysed = np.zeros(len(case.responses.respondent), dtype=bool)
    analysed[rows] = True
    cut = case.cut(names, focus=False, also=analysed, once=True)
    low, high = np.array([ends(case.study, name) or (0.0, 1.0) for name in names]).T
    return np.searchsorted(rows, cut.rows), 100 * (cut.values - low) / (high - low)


def _compared(case: Case, drivers: tuple[str, ...], places: Array, answers: Array) -> Stated | str:
    """Derived and stated figures from the same replicates, or the state that forbids it."""
    people, setting = case.people, case.setting
    panels = {NAME: Panel(names=drivers, columns=answers, rows=places)}
    if case.kind == "jackknife":
        everyone = np.arange(len(people.scores))
        panels["model"] = Panel(names=people.model.names, columns=people.model.values, rows=everyone)
    found = case.replicated(people.design, panels)
    model = found.get("model", case.resampled["model"])
    return paired(model, Structure.of(people.model), found[NAME], setting.collinear)


def paired(model: Resampled, structure: Structure, stated: Resampled, collinear: bool = False) -> Stated | str:
    """Stated figures of the drivers named by the stated panel beside their part of what these drivers explain.

    Draw b of both is the same resample; a model with fewer draws (polychoric) has the first of them.
    """
    importance = decompose(model, ("lmg",), structure, 0.0 if collinear else SMALLEST_EIGENVALUE)
    if isinstance(importance, str):
        return importance
    drivers = stated.point.names
    own = [importance.drivers.index(name) for name in drivers]
    derived = (shared_out(importance.point["lmg"][own]), shared_out(importance.draws["lmg"][:, own]))
    said = stated.draws.mean[: len(derived[1])]
    return Stated(drivers=drivers, derived=derived, stated=(stated.point.mean, said))


def gap_rows(found: Stated, level: float, common: Row) -> list[Row]:
    """Both importances with shares and ranks, their gaps on both scales, and the quadrants."""
    drivers = found.drivers
    told = {"lmg_share": found.derived, "stated_importance": found.stated, "stated_share": found.shares}
    rows = [each for metric, figure in told.items() for each in figures(NAME, metric, drivers, *figure, level, common)]
    rows += _rank_rows(found, level, common)
    for metric, gap, contrast in (("share_gap", found.gap, None), ("position_gap", found.positions, "positions")):
        rows += _gap_rows(metric, gap, drivers, level, common)
        rows += _largest_rows(gap, drivers, contrast, common)
    return rows + list(_quadrant_rows(found, common))


def _rank_rows(found: Stated, level: float, common: Row) -> Iterator[Row]:
    good = np.isfinite(found.derived[1]).all(1) & np.isfinite(found.stated[1]).all(1)
    derived, stated = ((ranks(point), ranks(draws[good])) for point, draws in (found.derived, found.stated))
    gap = stated[0] - derived[0], stated[1] - derived[1]
    for metric, (point, draws) in {"rank": derived, "stated_rank": stated, "rank_gap": gap}.items():
        low, high = rank_interval(draws, level)
        for at, name in enumerate(found.drivers):
            limits = {"conf_low": float(low[at]), "conf_high": float(high[at]), "conf_level": level}
            yield row(NAME, metric, term=name, estimate=float(point[at]), **limits, **common)


def _gap_rows(metric: str, gap: Figure, drivers: tuple[str, ...], level: float, common: Row) -> list[Row]:
    """Gaps with intervals and tests: p from the draws, Holm over the drivers."""
    point, draws = gap
    if not np.isfinite(point).all():
        columns = common | {"state": "no_variance", "reason": "stated_alike"}
        return [row(NAME, metric, term=name, **columns) for name in drivers]
    p = difference_p(draws, point)
    tested = zip(figures(NAME, metric, drivers, point, draws, level, common), p, holm(p), strict=True)
    return [each | {"p_value": float(one), "p_adjusted": float(all_)} for each, one, all_ in tested]


def _largest_rows(gap: Figure, drivers: tuple[str, ...], contrast: str | None, common: Row) -> Iterator[Row]:
    """P(the driver has the largest gap), on the scale of the contrast."""
    there = gap[1][np.isfinite(gap[1]).all(1)]
    if not np.isfinite(gap[0]).all() or not len(there):
        return
    first = np.bincount(there.argmax(1), minlength=len(drivers)) / len(there)
    for name, chance in zip(drivers, first, strict=True):
        yield row(NAME, "prob_largest_gap", term=name, contrast=contrast, estimate=float(chance), **common)


def _quadrant_rows(found: Stated, common: Row) -> Iterator[Row]:
    """P(each quadrant): derived against an equal share, stated against the mean of the drivers."""
    derived, stated = found.derived[1], found.stated[1]
    good = np.isfinite(derived).all(1) & np.isfinite(stated).all(1)
    high = derived[good] > 1 / len(found.drivers)
    said = stated[good] > stated[good].mean(1, keepdims=True)
    for (matters, named), quadrant in QUADRANTS.items():
        chance = ((high == matters) & (said == named)).mean(0)
        for at, name in enumerate(found.drivers):
            yield row(NAME, "prob_quadrant", term=name, contrast=quadrant, estimate=float(chance[at]), **common)


def _alike_row(case: Case, places: Array, answers: Array, common: Row) -> Row:
    """Share of respondents who stated the same importance for every driver, with its design-based interval."""
    column = np.full((len(case.people.scores), 1), np.nan)
    column[places, 0] = np.ptp(answers, axis=1) < ALIKE
    found = means(column, case.people.design)
    estimate, error = float(found.mean[0]), float(found.se[0])
    if not 0 < estimate < 1 or not error > 0:
        return row(NAME, "undifferentiated", estimate=estimate, **common)
    reach = float(stdtrit(found.df, (1 + case.setting.level) / 2)) * error
    limits = {"conf_low": max(0.0, estimate - reach), "conf_high": min(1.0, estimate + reach)}
    limits |= {"std_error": error, "conf_level": case.setting.level}
    return row(NAME, "undifferentiated", estimate=estimate, **limits, **common)
