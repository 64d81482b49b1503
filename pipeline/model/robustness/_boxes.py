"""Penalty and reward: what a low rating costs and a high one brings, against one in the middle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, everyone
from pipeline.model.importance import usable
from pipeline.model.regression import Fit, ols
from pipeline.model.resample import interval
from pipeline.sample import Sample
from pipeline.specs import Scale

Array = np.ndarray

DRAWS = 2000
FEWEST_POINTS = 5
"""Points from which on two of them make a box at either end; with fewer it is one."""
ROUNDING = 1e-9
Place = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Boxes:
    """(r,) members of the boxes that carry an estimate, by driver and side; why the others carry none."""

    columns: Mapping[Place, Array]
    absent: Mapping[Place, tuple[str, str]]
    sizes: Mapping[Place, Array]


def cuts(scale: Scale) -> tuple[float, float]:
    """Highest low score and lowest high score, from the end points of the scale.

    High: the top two points, or the top tenth of a long scale. Low: the bottom third, at least two points, as few
    people use the lowest ones. Scales of three or four points: the end points themselves.
    """
    span = scale.high - scale.low
    if scale.points < FEWEST_POINTS:
        return float(scale.low), float(scale.high)
    return scale.low + max(1.0, span / 3), scale.high - max(1.0, span / 10)


def box_rows(sample: Sample, scales: Mapping[str, Scale], setting: Setting, seed: int) -> list[Row]:
    """penalty, reward and asymmetry of every driver that has a scale, from one regression on all boxes together.

    Penalty-reward contrast (Brandt 1987). Errors respect the design. A side with fewer respondents than the minimum
    base is no column, and has a state; one under the low base is marked. The interval of the asymmetry comes from
    normal draws of the coefficients.
    """
    boxes = _boxes(sample, scales, setting)
    columns = np.column_stack(list(boxes.columns.values())) if boxes.columns else np.empty((len(sample.scores), 0))
    units = len(sample.design.keys) - len(np.unique(sample.design.strata))
    state = None
    if not boxes.columns or units <= columns.shape[1]:
        state = ("too_few", "small_base")
    elif not usable(np.corrcoef(columns, rowvar=False).reshape(columns.shape[1], -1)):
        state = ("singular", "singular")
    if state:
        absent = dict.fromkeys(boxes.columns, state) | dict(boxes.absent)
        return _rows(None, _Boxes(columns={}, absent=absent, sizes=boxes.sizes), sample, setting, seed)
    names = tuple(f"{driver}:{side}" for driver, side in boxes.columns)
    fit = ols(columns, sample.scores[:, -1], names, design=sample.design)
    return _rows(fit, boxes, sample, setting, seed)


def _boxes(sample: Sample, scales: Mapping[str, Scale], setting: Setting) -> _Boxes:
    columns: dict[Place, Array] = {}
    absent: dict[Place, tuple[str, str]] = {}
    sizes: dict[Place, Array] = {}
    for at, driver in enumerate(sample.names[:-1]):
        low, high = cuts(scales[driver])
        score = sample.scores[:, at]
        members = {"low": score <= low + ROUNDING, "high": score >= high - ROUNDING}
        sizes |= {(driver, side): inside for side, inside in members.items()}
        middle = ~members["low"] & ~members["high"]
        for side, inside in members.items():
            if scales[driver].points == 2:
                absent[driver, side] = ("not_defined", "two_points")
            elif min(sample.base(inside).n, sample.base(middle).n) < setting.minimum_base:
                absent[driver, side] = ("too_few", "small_base")
            else:
                columns[driver, side] = inside.astype(float)
    return _Boxes(columns=columns, absent=absent, sizes=sizes)


def _rows(fit: Fit | None, boxes: _Boxes, sample: Sample, setting: Setting, seed: int) -> list[Row]:
    at = {place: position for position, place in enumerate(boxes.columns, start=1)}
    draws = None if fit is None else _draws(fit, seed)
    rows: list[Row] = []
    for driver in dict.fromkeys(driver for driver, _ in boxes.sizes):
        common: Row = {"outcome": setting.outcome, "term": driver}
        for metric, side, sign in (("penalty", "low", -1.0), ("reward", "high", 1.0)):
            place = (driver, side)
            base = based(sample.base(boxes.sizes[place]))
            few = setting.state(sample.base(boxes.sizes[place]))
            if fit is None or place in boxes.absent:
                rows.append(_without(metric, boxes.absent[place], common | base, setting))
            else:
                figures = _figures(fit, at[place], sign, setting)
                rows.append(row("nonlinearity", metric, **figures, **common, **base, **few))
        either = [boxes.absent[driver, side] for side in ("low", "high") if (driver, side) in boxes.absent]
        common |= everyone(sample)
        if fit is None or draws is None or either:
            rows.append(_without("asymmetry", either[0], common, setting))
        else:
            own = [at[driver, "low"], at[driver, "high"]]
            smaller = min((sample.base(boxes.sizes[driver, side]) for side in ("low", "high")), key=lambda base: base.n)
            figures = _asymmetry(fit.b[own], draws[:, own], setting)
            rows.append(row("nonlinearity", "asymmetry", **figures, **common, **setting.state(smaller)))
    return rows


def _without(metric: str, why: tuple[str, str], common: Row, setting: Setting) -> Row:
    """A row with a state; a base under the minimum is not told."""
    hidden = {"n": None, "n_eff": None, "deff": None} if common["n"] < setting.minimum_base else {}
    return row("nonlinearity", metric, state=why[0], reason=why[1], **common | hidden)


def _figures(fit: Fit, at: int, sign: float, setting: Setting) -> Row:
    low, high = fit.interval(setting.level)
    limits = sorted((float(sign * low[at]), float(sign * high[at])))
    return {
        "estimate": float(sign * fit.b[at]),
        "std_error": float(fit.se[at]),
        "conf_low": limits[0],
        "conf_high": limits[1],
        "conf_level": setting.level,
        "p_value": float(fit.p[at]),
    }


def _draws(fit: Fit, seed: int) -> Array:
    """(DRAWS, k) coefficients drawn from their normal approximation."""
    values, vectors = np.linalg.eigh(fit.cov)
    random = np.random.Generator(np.random.Philox(key=seed))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(fit.b + random.standard_normal((DRAWS, len(fit.b))) @ root.T)


def asymmetry(low: Array, high: Array) -> Array:
    """(…) (reward - penalty) / (|reward| + |penalty|) of coefficients of the low and the high box: -1 … 1."""
    size = np.abs(high) + np.abs(low)
    return np.asarray(np.where(size > 0, (high + low) / np.where(size > 0, size, 1.0), 0.0))


def _asymmetry(b: Array, draws: Array, setting: Setting) -> Row:
    drawn = asymmetry(draws[:, 0], draws[:, 1])
    low, high = interval(drawn, setting.level)
    return {
        "estimate": float(asymmetry(b[0], b[1])),
        "std_error": float(drawn.std(ddof=1)),
        "conf_low": float(low),
        "conf_high": float(high),
        "conf_level": setting.level,
    }
