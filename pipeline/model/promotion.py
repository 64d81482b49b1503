"""Dependence on promotion: the same people asked for the outcome at the full price and on promotion.

What differs is a paired difference within each person, so that what one person likes better in all is gone from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from pipeline.estimates import row
from pipeline.model import Row, Setting, based
from pipeline.model.case import Case, Cut
from pipeline.model.contrasted import compared_rows
from pipeline.model.effects import holm, holm_rows
from pipeline.model.regression import Fit, ols_apart
from pipeline.specs import Promotion
from pipeline.variance import Means, means
from pipeline.weight import Design, weigh

Array = np.ndarray

NAME = "promotion"
HALF_POINT = 1e-9
"""What a score may fall short of a point for a rounding error."""


def promotion_rows(case: Case) -> list[Row]:
    """Rows on the rows in focus that have both outcomes (key `promotion`): means, buyers, groups, drivers."""
    promotion: Promotion | None = case.study.definition.promotion
    if promotion is None:
        return []
    first, other, setting = case.setting.outcome, promotion.outcome, case.setting
    cut = case.cut((first, other))
    common = {"outcome": first, **based(cut.everyone), **setting.state(cut.everyone)}
    if cut.everyone.n < setting.minimum_base:
        return [row(NAME, "mean_difference", outcome=first, term=other, state="suppressed", reason="small_base")]
    shift = Shift.of(cut, case.study.scale(first).high - 1)
    named = promotion.groups or case.study.segment_variables
    rows = [*overall_rows(shift, cut.design, first, other, setting.level, common)]
    rows += group_rows(case, cut, shift, named, other)
    if other not in case.study.definition.model.outcomes:
        rows += compared_rows(NAME, case, (other,))
    return rows + dependence_rows(case, other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Of r people: the outcome at the full price and on promotion, and whether each reaches the top two points."""

    full: Array
    offer: Array
    buys: Array
    buys_offer: Array

    @classmethod
    def of(cls, cut: Cut, top: float) -> Shift:
        full, offer = cut.values.T
        return cls(full=full, offer=offer, buys=full >= top - HALF_POINT, buys_offer=offer >= top - HALF_POINT)

    @property
    def gain(self) -> Array:
        return self.offer - self.full

    @property
    def only(self) -> Array:
        """Who reaches the top two points on promotion only."""
        return np.asarray((self.buys_offer & ~self.buys).astype(float))


def overall_rows(shift: Shift, design: Design, first: str, other: str, level: float, common: Row) -> Iterator[Row]:
    """Both means and top-2 shares, the paired difference with its p, who buys on promotion only, and their part.

    Design-based errors; promotion_dependence is a ratio, its error linearised.
    """
    found = means(
        np.column_stack([shift.full, shift.offer, shift.gain, shift.buys, shift.buys_offer, shift.only]), design
    )
    named = [("mean", first), ("mean", other), ("mean_difference", other), ("top2box", first), ("top2box", other)]
    for at, (metric, term) in enumerate([*named, ("promotion_only", other)]):
        tested = {"p_value": _p(found, at)} if metric == "mean_difference" else {}
        bounds = (0.0, 1.0) if at > 2 else (-np.inf, np.inf)
        yield row(NAME, metric, term=term, **_figure(found, at, level, bounds), **tested, **common)
    yield row(NAME, "promotion_dependence", term=other, **_dependence(shift, found, design, level), **common)


def _figure(found: Means, at: int, level: float, bounds: tuple[float, float] = (-np.inf, np.inf)) -> Row:
    """Estimate, error and interval within the bounds; a figure that does not vary has no interval."""
    estimate, error = float(found.mean[at]), float(found.se[at])
    if not error > 0:
        return {"estimate": estimate}
    reach = float(stdtrit(found.df, (1 + level) / 2)) * error
    return {
        "estimate": estimate,
        "std_error": error,
        "conf_low": max(bounds[0], estimate - reach),
        "conf_high": min(bounds[1], estimate + reach),
        "conf_level": level,
    }


def _p(found: Means, at: int) -> float | None:
    """Two-sided p of a mean that is zero; None where nothing varies."""
    error = float(found.se[at])
    return float(2 * stdtr(found.df, -abs(float(found.mean[at])) / error)) if error > 0 else None


def _dependence(shift: Shift, found: Means, design: Design, level: float) -> Row:
    """Buyers on promotion only as a part of all buyers on promotion; not defined where nobody buys on promotion."""
    buyers = float(found.mean[4])
    if not buyers > 0:
        return {"state": "not_defined", "reason": "no_promotion_buyers"}
    ratio = float(found.mean[5]) / buyers
    scores = (shift.only - ratio * shift.buys_offer) / buyers
    error = means(scores[:, None], design)
    around = _figure(error, 0, level)
    if "std_error" not in around:
        return {"estimate": ratio}
    return around | {
        "estimate": ratio,
        "conf_low": max(0.0, ratio + around["conf_low"]),
        "conf_high": min(1.0, ratio + around["conf_high"]),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    variable: str
    name: str
    mask: Array


def group_rows(case: Case, cut: Cut, shift: Shift, variables: Sequence[str], other: str) -> list[Row]:
    """The difference, and who buys on promotion only, in every level; differences from the reference level.

    All contrasts are one family for Holm. A variable with fewer than two levels of the low base has one row that says
    so; levels under the minimum base are not named.
    """
    rows: list[Row] = []
    tested: list[Row] = []
    for variable in dict.fromkeys(variables):
        levels = [Level(variable=name, name=level, mask=mask) for name, level, mask in case.groups([variable], cut)]
        found = _means_within(shift, levels, cut.design) if levels else None
        for at, level in enumerate(levels):
            rows += _level_rows(case.setting, cut, found, at, level, other)
        gaps = list(_gap_rows(case, cut, found, levels, other))
        if not gaps:
            key = {"outcome": case.setting.outcome, "term": other, "contrast": f"variable:{variable}"}
            rows.append(row(NAME, "dependence_difference", state="too_few", reason="small_groups", **key))
        tested += gaps
    return rows + holm_rows(tested)


def _means_within(shift: Shift, levels: Sequence[Level], design: Design) -> Means:
    """Means of the gain in each level, then of the buyers on promotion only in each, with their covariances."""
    columns = [np.where(level.mask, values, np.nan) for values in (shift.gain, shift.only) for level in levels]
    return means(np.column_stack(columns), design)


def _level_rows(setting: Setting, cut: Cut, found: Means | None, at: int, level: Level, other: str) -> Iterator[Row]:
    assert found is not None  # noqa: S101 (there is a level)
    base = cut.base(level.mask)
    common: Row = {"outcome": setting.outcome, "term": other, "group": f"{level.variable}={level.name}"}
    common |= {**based(base), **setting.state(base)}
    yield row(NAME, "mean_difference", **_figure(found, at, setting.level), **common)
    only = at + len(found.mean) // 2
    yield row(NAME, "promotion_only", **_figure(found, only, setting.level, (0.0, 1.0)), **common)


def _gap_rows(case: Case, cut: Cut, found: Means | None, levels: Sequence[Level], other: str) -> Iterator[Row]:
    """Differences of every level from the reference, both of the low base; errors know that levels share units."""
    large = [at for at, level in enumerate(levels) if cut.base(level.mask).n >= case.setting.low_base]
    if found is None or len(large) < 2:
        return
    declared = case.study.definition.segments.reference.get(levels[0].variable)
    reference = next((at for at in large if levels[at].name == declared), large[0])
    for at in large:
        if at == reference:
            continue
        one, zero = levels[at], levels[reference]
        gap = float(found.mean[at] - found.mean[reference])
        spread = found.cov[at, at] + found.cov[reference, reference] - 2 * found.cov[at, reference]
        pair = Means(mean=np.array([gap]), cov=np.array([[spread]]), deff=np.ones(1), df=found.df)
        yield row(
            NAME, "dependence_difference", outcome=case.setting.outcome, term=other,
            contrast=f"{one.variable}={one.name}-{zero.name}", **_figure(pair, 0, case.setting.level),
            p_value=_p(pair, 0), **based(cut.base(one.mask | zero.mask)),
        )  # fmt: skip


def dependence_rows(case: Case, other: str) -> list[Row]:
    """Regression of the difference (promotion less full price) on the drivers: b with Holm's p, and R².

    On the rows of the model in focus that have both outcomes; errors as those of the model, HC3 or of the design.
    """
    people, setting = case.people, case.setting
    assert people.rows is not None  # noqa: S101 (a case is made of responses)
    offered = case.known(other)[people.rows]
    inside = np.isfinite(offered) & case.focus[people.rows]
    base, model = people.base(inside), people.model
    common = {"outcome": setting.outcome, "contrast": "dependence", **based(base), **setting.state(base)}
    x, gain = model.x[inside], (offered - model.y)[inside]
    kept = [at for at in range(x.shape[1]) if np.ptp(x[:, at]) > 0] if len(x) else []
    if base.n < max(setting.minimum_base, len(model.names) + 3) or not kept or np.ptp(gain) == 0:
        constant = base.n >= setting.minimum_base and bool(kept) and np.ptp(gain) == 0
        state = "no_variance" if constant else "too_few"
        blank = {"outcome": setting.outcome, "contrast": "dependence", "state": state, "reason": state}
        return [row(NAME, "b", term=name, **blank) for name in people.drivers]
    design = weigh(case.responses, people.rows[inside], case.study)
    fit = ols_apart(x[:, kept], gain, tuple(model.names[at] for at in kept), design=design)
    rows = [row(NAME, "r2", estimate=fit.r2, p_value=fit.f_p, **common)]
    return rows + _slope_rows(fit, kept, case, common)


def _slope_rows(fit: Fit, kept: list[int], case: Case, common: Row) -> list[Row]:
    """A row for each driver of one column; categories have no single slope and are left out."""
    model, level = case.people.model, case.setting.level
    low, high = fit.interval(level)
    single = {
        name: model.controls + columns[0]
        for name, columns in zip(model.players, model.at, strict=True)
        if model.kinds[name] != "category"
    }
    places = {name: 1 + kept.index(at) for name, at in single.items() if at in kept}
    adjusted = dict(zip(places, holm(fit.p[list(places.values())]), strict=True))
    rows = []
    for name, at in places.items():
        figures: Row = {"state": "singular", "reason": "collinear"}
        if np.isfinite(fit.b[at]) and np.isfinite(adjusted[name]):
            figures = {
                "estimate": float(fit.b[at]), "std_error": float(fit.se[at]), "conf_low": float(low[at]),
                "conf_high": float(high[at]), "conf_level": level, "p_value": float(fit.p[at]),
                "p_adjusted": float(adjusted[name]),
            }  # fmt: skip
        columns = common if "estimate" in figures else {k: v for k, v in common.items() if k not in ("state", "reason")}
        rows.append(row(NAME, "b", term=name, **columns, **figures))
    return rows
