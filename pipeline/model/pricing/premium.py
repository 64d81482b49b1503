"""The premium over a reference: what the same people would pay for the brand and for the reference.

The premium is the mean of the differences within respondents, and in per cent the ratio of the two means: a mean of
ratios gives those most say who would pay next to nothing for the reference. Its limits are Fieller's (1954).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import stdtr, stdtrit

from pipeline.estimates import row
from pipeline.model import Row, Setting, based
from pipeline.model.case import Case, Cut
from pipeline.model.effects import holm, holm_rows
from pipeline.model.pricing._points import Grid, replicated, sums_by, whole
from pipeline.model.pricing._rows import Part, figure, pairs, parts_of
from pipeline.model.profile import logit_interval
from pipeline.model.regression import ols_apart
from pipeline.specs._further import Premium
from pipeline.variance import Means, means
from pipeline.weight import weigh

Array = np.ndarray

SIDES = ("above", "equal", "below")


def premium_rows(case: Case, premium: Premium) -> list[Row]:
    """Premium in currency and per cent, of everyone and of groups with differences; its median; who pays one; drivers.

    On respondents in focus with both prices, none below zero. Weighted; t intervals by linearisation of the paired
    differences.
    """
    names = [premium.own, premium.reference]
    usable = (case.known(premium.own) >= 0) & (case.known(premium.reference) >= 0)
    cut = case.cut(names, also=usable, once=True)
    state = _state(case, cut)
    if state:
        return [row("pricing", metric, **state, **based(cut.everyone)) for metric in ("premium", "premium_percent")]
    parts = parts_of(case, cut)
    rows = [made for part in parts for made in _part_rows(cut, part, case.setting)]
    rows += list(_mean_rows(cut, names, case.setting)) + list(_share_rows(cut, case.setting))
    rows += [_median_row(case, cut)]
    rows += holm_rows(list(_differences(cut, parts, case.setting)))
    return rows + _driver_rows(case, premium, usable)


def _state(case: Case, cut: Cut) -> dict[str, str]:
    if not len(cut):
        return {"state": "too_few", "reason": "not_answered"}
    if cut.everyone.n < case.setting.minimum_base:
        return {"state": "suppressed", "reason": "small_base"}
    return {}


def paired(cut: Cut, mask: Array) -> Means:
    """Means of own price, reference and difference among the rows of the mask, as part of the whole design."""
    own, reference = cut.values.T
    columns = np.column_stack([own, reference, own - reference])
    return means(np.where(mask[:, None], columns, np.nan), cut.design)


def _reach(found: Means, n: int, level: float) -> float:
    """Half-width of a t interval in standard errors; a group has no more degrees of freedom than people."""
    return float(stdtrit(max(1, min(found.df, n - 1)), (1 + level) / 2))


def _part_rows(cut: Cut, part: Part, setting: Setting) -> Iterator[Row]:
    base = cut.base(part.mask)
    common: Row = {"group": part.group, **based(base), **setting.state(base)}
    if base.n < setting.minimum_base:
        yield from (row("pricing", metric, **common) for metric in ("premium", "premium_percent"))
        return
    found = paired(cut, part.mask)
    yield row("pricing", "premium", **tested(found.mean[2], found.se[2], found, base.n, setting), **common)
    own, reference = found.mean[:2]
    if reference <= 0:
        yield row("pricing", "premium_percent", **(common | {"state": "not_defined", "reason": "no_reference"}))
        return
    low, high = fieller(own, reference, found.cov[:2, :2], _reach(found, base.n, setting.level))
    limits = {"conf_low": low - 1, "conf_high": high - 1, "conf_level": setting.level} if np.isfinite(low) else {}
    yield row("pricing", "premium_percent", estimate=float(own / reference - 1), **limits, **common)


def tested(estimate: float, se: float, found: Means, n: int, setting: Setting) -> Row:
    """A mean with its t interval and p of zero; without them where nobody differs from another."""
    if not (np.isfinite(se) and se > 0):
        return {"estimate": float(estimate)}
    reach = _reach(found, n, setting.level) * se
    p = 2 * stdtr(max(1, min(found.df, n - 1)), -abs(estimate / se))
    return {
        "estimate": float(estimate), "std_error": float(se), "conf_low": float(estimate - reach),
        "conf_high": float(estimate + reach), "conf_level": setting.level, "p_value": float(p),
    }  # fmt: skip


def fieller(own: float, reference: float, cov: Array, reach: float) -> tuple[float, float]:
    """Limits of own / reference; NaN where the reference may be zero, so that the interval has no ends."""
    a = reference**2 - reach**2 * cov[1, 1]
    b = own * reference - reach**2 * cov[0, 1]
    c = own**2 - reach**2 * cov[0, 0]
    inside = b**2 - a * c
    if a <= 0 or inside < 0:
        return np.nan, np.nan
    return float((b - np.sqrt(inside)) / a), float((b + np.sqrt(inside)) / a)


def _mean_rows(cut: Cut, names: list[str], setting: Setting) -> Iterator[Row]:
    found = paired(cut, np.ones(len(cut), bool))
    for at, name in enumerate(names):
        figures = tested(found.mean[at], found.se[at], found, cut.everyone.n, setting) | {"p_value": None}
        yield row("pricing", "mean", term=name, **figures, **based(cut.everyone), **setting.state(cut.everyone))


def _share_rows(cut: Cut, setting: Setting) -> Iterator[Row]:
    """Shares of people who would pay more for the brand, the same, and less."""
    gap = cut.values[:, 0] - cut.values[:, 1]
    found = means(np.column_stack([gap > 0, gap == 0, gap < 0]).astype(float), cut.design)
    low, high = logit_interval(found, setting.level)
    for at, side in enumerate(SIDES):
        limits: Row = {}
        if np.isfinite(low[at]):
            limits = {"std_error": float(found.se[at]), "conf_low": float(low[at]), "conf_high": float(high[at])}
            limits |= {"conf_level": setting.level}
        key: Row = {"contrast": f"{side}:0", **based(cut.everyone), **setting.state(cut.everyone)}
        yield row("pricing", "premium_share", estimate=float(found.mean[at]), **limits, **key)


def _median_row(case: Case, cut: Cut) -> Row:
    """Median of the differences, which a few absurd prices cannot move."""
    grid = Grid.of((cut.values[:, 0] - cut.values[:, 1])[:, None])
    matrix = sums_by(grid.place, cut.design.weight[:, None], cut.design, len(grid.prices))
    setting, draws = case.setting, np.empty(case.setting.draws)
    for where, (sums,) in replicated(cut.design, [matrix], setting.seed, setting.draws, case.kind):
        draws[where] = _median(sums, grid.prices)
    point = float(_median(whole(cut.design, matrix), grid.prices)[0])
    return figure("premium_median", point, draws, cut, Part(mask=np.ones(len(cut), bool)), setting)


def _median(sums: Array, values: Array) -> Array:
    """(b,) lowest value that half of the weight does not exceed."""
    found = np.cumsum(sums, axis=0)
    half = found >= found[-1] * (0.5 - 1e-12)
    return np.where(found[-1] > 0, values[half.argmax(0)], np.nan)


def _differences(cut: Cut, parts: list[Part], setting: Setting) -> Iterator[Row]:
    """Premium of the first group less that of the second."""
    gap = (cut.values[:, 0] - cut.values[:, 1])[:, None]
    for contrast, one, two in pairs(parts):
        first, second = parts[one].mask, parts[two].mask
        found = means(np.where(np.column_stack([first, second]), gap, np.nan), cut.design)
        cov, base = found.cov, cut.base(first | second)
        se = float(np.sqrt(max(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1], 0.0)))
        least = min(cut.base(first).n, cut.base(second).n)
        figures = tested(found.mean[0] - found.mean[1], se, found, base.n, setting)
        state = setting.state(cut.base(first if cut.base(first).n == least else second))
        yield row("pricing", "premium", contrast=contrast, **figures, **based(base), **state)


def _driver_rows(case: Case, premium: Premium, usable: Array) -> list[Row]:
    """What goes with the premium: its regression on the drivers (no interactions); `b`, `beta` of ratings, numbers."""
    names = [name for name in case.study.drivers if "*" not in name]
    columns = [case.column(name) for name in (*case.study.definition.model.controls, *names)]
    x = np.hstack(columns)
    also = usable & np.isfinite(x).all(1)
    cut = case.cut([premium.own, premium.reference], also=also, once=True)
    rows, setting = cut.rows, case.setting
    widths = [column.shape[1] for column in columns]
    vary = np.ptp(x[rows], axis=0) > 0 if len(rows) else np.zeros(x.shape[1], bool)
    y = cut.values[:, 0] - cut.values[:, 1] if len(rows) else np.empty(0)
    if cut.everyone.n < max(setting.low_base, 10 * (int(vary.sum()) + 1)) or not vary.any() or np.ptp(y) == 0:
        return [row("pricing", "r2", state="too_few", reason="few_answers", **based(cut.everyone))]
    design = weigh(case.responses, rows, case.study)
    labels = tuple(f"x{at}" for at in np.flatnonzero(vary))
    fit = ols_apart(x[rows][:, vary], y, labels, design=design)
    starts = np.cumsum([0, *widths])[-len(names) - 1 : -1]
    places = {name: int(at) for name, at, column in zip(names, starts, columns[-len(names) :], strict=True)
              if column.shape[1] == 1 and vary[at]}  # fmt: skip
    base: dict[str, Any] = {**based(cut.everyone), **setting.state(cut.everyone)}
    spreads = _weighted_sd(np.column_stack([x[rows], y]), design.weight)
    found = [row("pricing", "r2", estimate=float(fit.r2), **base)]
    return found + list(_coefficients(fit, labels, places, spreads, setting, base))


def _weighted_sd(columns: Array, weight: Array) -> Array:
    centre = np.average(columns, axis=0, weights=weight)
    return np.sqrt(np.average((columns - centre) ** 2, axis=0, weights=weight))


def _coefficients(
    fit: Any, labels: tuple[str, ...], places: dict[str, int], spreads: Array, setting: Setting, base: dict[str, Any]
) -> Iterator[Row]:
    """b in currency a point of the rating, with Holm's p over the drivers, and beta."""
    at = {name: 1 + labels.index(f"x{place}") for name, place in places.items()}
    p = holm(np.array([fit.p[place] for place in at.values()]))
    low, high = fit.interval(setting.level)
    for (name, place), q in zip(at.items(), p, strict=True):
        if not np.isfinite(fit.b[place]):
            yield row("pricing", "b", term=name, state="singular", reason="collinear", **_stateless(base))
            continue
        for metric, unit in (("b", 1.0), ("beta", float(spreads[places[name]] / spreads[-1]))):
            yield row(
                "pricing", metric, term=name, estimate=float(fit.b[place] * unit), conf_level=setting.level,
                std_error=float(fit.se[place] * unit), conf_low=float(low[place] * unit),
                conf_high=float(high[place] * unit), p_value=float(fit.p[place]), p_adjusted=float(q), **base,
            )  # fmt: skip


def _stateless(base: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in base.items() if name not in ("state", "reason")}
