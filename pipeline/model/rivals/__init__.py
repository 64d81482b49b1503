"""Why one brand is wanted more than another: how it is rated, how much ratings count for it, and both together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.case import Case
from pipeline.model.change import Threefold, threefold
from pipeline.model.effects import holm_rows
from pipeline.model.modelled import (
    FEWEST_USABLE,
    Modelled,
    alone,
    apart,
    coefficients,
    middle,
    modelled,
    state_of,
)
from pipeline.model.resample import Panel, Resampled, difference_p, interval
from pipeline.model.rivals.overlap import ENOUGH, common_support
from pipeline.variance import means

Array = np.ndarray
Found = tuple[Array, Array]
"""Point (…) and draws (B, …) of some figures."""
Shares = tuple[float, float]
"""Common support of both brands."""

PARTS = ("endowments", "coefficients", "interaction")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two brands on the rows of the model. masks: (r,) rows of each. names: 'variable=brand' of each."""

    data: Modelled
    masks: tuple[Array, Array]
    names: tuple[str, str]
    contrast: str

    @property
    def both(self) -> float:
        """Part of the respondents who rate both brands."""
        people = [set(self.data.cut.respondent[mask].tolist()) for mask in self.masks]
        return len(people[0] & people[1]) / len(people[0] | people[1])


def rivals_rows(case: Case) -> list[Row]:
    """Means, slopes and the threefold decomposition of the outcome gap of two brands, over brands whatever the focus.

    The first brand less the second. Oaxaca (1973), Blinder (1973), with the coefficients and means of the second brand
    as the point of departure, as statsmodels' `OaxacaBlinder(...).three_fold()`. Where the same people rate both, the
    errors know it: means are paired, and a respondent is resampled with all his rows. Rows of a brand under the minimum
    base, or of one brand alone, leave a state; brands whose ratings hardly overlap have no parts (`no_overlap`).
    """
    spec = case.study.definition.rivals
    variable = (spec.variable or case.study.brand_variable) if spec else None
    if spec is None or variable is None:
        return []
    levels = case.levels(variable)
    of_brand = [levels.of_row == (levels.names.index(one) if one in levels.names else -2) for one in spec.brands]
    further = [spec.product] if spec.product else []
    data = modelled(case, further, focus=False, also=of_brand[0] | of_brand[1], without=variable)
    pair = Pair(
        data=data,
        masks=(of_brand[0][data.cut.rows], of_brand[1][data.cut.rows]),
        names=(f"{variable}={spec.brands[0]}", f"{variable}={spec.brands[1]}"),
        contrast=f"{variable}={spec.brands[0]}-{spec.brands[1]}",
    )
    state = _state(pair, case, variable, spec.brands)
    if state.get("state") not in (None, "low_base"):
        return list(_blank(pair, further, state))
    shares = common_support(data.x, pair.masks, data.cut.design.weight)
    level_rows = _level_rows(pair, further, case, state)
    return [*level_rows, *_support_rows(pair, shares, case), *_part_rows(pair, shares, case, state)]


def _state(pair: Pair, case: Case, variable: str, brands: Sequence[str]) -> Row:
    """State that both brands share: one alone, one hidden, or one of a low base."""
    bases = [pair.data.cut.base(mask) for mask in pair.masks]
    if min(base.n for base in bases) == 0:
        return {"state": "too_few", "reason": "one_brand"}
    if set(brands) & case.hidden(variable, pair.data.cut):
        return {"state": "suppressed", "reason": "small_base"}
    return case.setting.state(min(bases, key=lambda base: base.n))


def _level_rows(pair: Pair, further: Sequence[str], case: Case, state: Row) -> list[Row]:
    """mean of every rating and of the outcome (term null) in each brand, and mean_difference, Holm's p over ratings."""
    data, setting = pair.data, case.setting
    names = [*dict.fromkeys([*data.single, *further]), None]
    values = np.column_stack([data.y if name is None else data.cut.column(name) for name in names])
    each = [np.where(mask[:, None], values, np.nan) for mask in pair.masks]
    found = means(np.hstack(each), data.cut.design)
    rows: list[Row] = []
    for side, (group, mask) in enumerate(zip(pair.names, pair.masks, strict=True)):
        base = data.cut.base(mask)
        for at, name in enumerate(names, start=side * len(names)):
            figures = alone(found, at, setting.level) | based(base) | setting.state(base)
            rows.append(row("rivals", "mean", term=name, group=group, **figures))
    everyone = based(data.cut.everyone)
    gaps = [
        row("rivals", "mean_difference", term=name, contrast=pair.contrast, **everyone, **state)
        | apart(found, at, at + len(names), setting.level)
        for at, name in enumerate(names)
    ]
    people = row("rivals", "rated_both", contrast=pair.contrast, estimate=pair.both, **everyone)
    return [*rows, people, *holm_rows(gaps[:-1]), gaps[-1]]


def _support_rows(pair: Pair, shares: Shares | None, case: Case) -> Iterator[Row]:
    """common_support of each brand: the share of its ratings that lie where the other brand has ratings too."""
    for group, mask, share in zip(pair.names, pair.masks, shares or (None, None), strict=True):
        base = pair.data.cut.base(mask)
        common: Row = {"group": group, **based(base)}
        if share is None:
            yield row("rivals", "common_support", state="singular", reason="singular", **common)
        else:
            yield row("rivals", "common_support", estimate=share, **common, **case.setting.state(base))


def _part_rows(pair: Pair, shares: Shares | None, case: Case, state: Row) -> list[Row]:
    """endowments, coefficients and interaction of every term and in total, and b of every term in each brand."""
    data = pair.data
    unfit = _unfit(pair, shares)
    if unfit:
        return [*_blank_parts(pair, unfit), *_blank_slopes(pair, unfit)]
    panels = {
        str(side): Panel(
            names=(*data.names, "outcome"), columns=np.column_stack([_from_middle(pair, case)[mask], data.y[mask]]),
            rows=np.flatnonzero(mask),
        )
        for side, mask in enumerate(pair.masks)
    }  # fmt: skip
    setting = case.setting
    found = case.replicated(data.cut.design, panels)
    one, other = found["0"], found["1"]
    point, draws = threefold(one.point, other.point), threefold(one.draws, other.draws)
    if not _finite(point) or _finite(draws).mean() < FEWEST_USABLE:
        singular = {"state": "singular", "reason": "singular"}
        return [*_blank_parts(pair, singular), *_blank_slopes(pair, singular)]
    common: Row = {"contrast": pair.contrast, **based(data.cut.everyone), **state}
    rows = [each for part in PARTS for each in _one_part(part, pair, point, draws, common, setting)]
    return rows + list(_slope_rows(pair, (one, other), setting))


def _finite(parts: Threefold) -> Array:
    return np.asarray(np.isfinite(parts.coefficients).all(-1) & np.isfinite(parts.interaction).all(-1))


def _unfit(pair: Pair, shares: Shares | None) -> Row:
    """Why the gap has no parts: too few of a brand for the model, drivers that repeat each other, hardly an overlap."""
    data = pair.data
    whole = state_of(data)
    if whole:
        return whole
    for mask in pair.masks:
        if data.cut.base(mask).n <= data.x.shape[1] + 2:
            return {"state": "too_few", "reason": "small_base"}
    if shares is not None and min(shares) < ENOUGH:
        return {"state": "no_overlap", "reason": "no_overlap"}
    return {}


def _from_middle(pair: Pair, case: Case) -> Array:
    """(r, k) columns of the model, ratings measured from the middle of their scale."""
    data, study = pair.data, case.study
    zero = np.zeros(len(data.names))
    for name in data.single:
        if name in study.definition.constructs:
            zero[data.at[name][0]] = middle(study.scale(name))
    return data.x - zero


def _one_part(
    part: str, pair: Pair, point: Threefold, draws: Threefold, common: Row, setting: Setting
) -> Iterator[Row]:
    """Rows of one part: every term with Holm's p over drivers, the constant (of the coefficients alone), the total."""
    data = pair.data
    values = [getattr(each, part) for each in (point, draws)]
    terms = [*data.at]
    columns = [data.of_terms(each[..., 1:]) for each in values]
    figures = list(_figures(part, terms, (columns[0], columns[1]), common, setting))
    drivers = holm_rows([one for one in figures if one["term"] in data.drivers])
    yield from drivers
    yield from (one | {"p_value": None} for one in figures if one["term"] not in data.drivers)
    if part == "coefficients":
        yield from _figures(part, ["intercept"], (values[0][..., :1], values[1][..., :1]), common, setting)
    sums = [each.sum(-1, keepdims=True) for each in values]
    yield from _figures(part, [None], (sums[0], sums[1]), common, setting)


def _figures(metric: str, terms: Sequence[str | None], values: Found, common: Row, setting: Setting) -> Iterator[Row]:
    point, draws = values
    low, high = interval(draws, setting.level)
    p = difference_p(draws, point)
    for at, term in enumerate(terms):
        limits = spread(draws[:, at], low[at], high[at], setting.level)
        test = {"p_value": float(p[at])} if limits.get("std_error") else {}
        yield row("rivals", metric, term=term, estimate=float(point[at]), **limits, **test, **common)


def _slope_rows(pair: Pair, each: tuple[Resampled, Resampled], setting: Setting) -> Iterator[Row]:
    """b of every driver of one column within each brand, with percentile intervals."""
    data = pair.data
    columns = [data.at[name][0] for name in data.single]
    for group, mask, one in zip(pair.names, pair.masks, each, strict=True):
        base = data.cut.base(mask)
        values = [coefficients(of)[..., columns] for of in (one.point, one.draws)]
        common: Row = {"group": group, **based(base), **setting.state(base)}
        for found in _figures("b", data.single, (values[0], values[1]), common, setting):
            yield found | {"p_value": None}


def _blank(pair: Pair, further: Sequence[str], state: Row) -> Iterator[Row]:
    for term in (*dict.fromkeys([*pair.data.single, *further]), None):
        yield row("rivals", "mean_difference", term=term, contrast=pair.contrast, **state)
    yield from _blank_parts(pair, state)


def _blank_parts(pair: Pair, state: Row) -> Iterator[Row]:
    for part in PARTS:
        own = ("intercept",) if part == "coefficients" else ()
        for term in (*pair.data.at, *own, None):
            yield row("rivals", part, term=term, contrast=pair.contrast, **state)


def _blank_slopes(pair: Pair, state: Row) -> Iterator[Row]:
    for group in pair.names:
        yield from (row("rivals", "b", term=term, group=group, **state) for term in pair.data.single)
