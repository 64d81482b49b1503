"""Penalty and reward: what a rating below the middle of its scale costs, and what one as far above it brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, everyone
from pipeline.model.effects import holm_rows
from pipeline.model.importance import usable
from pipeline.model.regression import Fit, ols
from pipeline.model.resample import interval
from pipeline.sample import Sample
from pipeline.specs import Scale

Array = np.ndarray

DRAWS = 2000
ROUNDING = 1e-9
Place = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Boxes:
    """(r,) columns of the sides with an estimate, by driver and side; why others have none; members of the sides."""

    columns: Mapping[Place, Array]
    absent: Mapping[Place, tuple[str, str]]
    sizes: Mapping[Place, Array]


def cuts(scale: Scale) -> tuple[float, float]:
    """Middle of the scale, and the distance from it that counts as rated low or high: a third of the scale.

    Both sides have the same distance, so that a straight line has a penalty as large as its reward. (Boxes of unlike
    width, as the top two points against the bottom three, make a straight line look like a reward.)
    """
    middle = (scale.low + scale.high) / 2 if scale.midpoint is None else float(scale.midpoint)
    return middle, (scale.high - scale.low) / 3


def box_rows(sample: Sample, scales: Mapping[str, Scale], setting: Setting, seed: int) -> list[Row]:
    """penalty, reward and asymmetry of every driver that has a scale, from one regression on all sides together.

    Penalty-reward contrast (Brandt 1987) with one slope below the middle of the scale and one above, in place of boxes.
    Errors respect the design. A side with fewer respondents than the minimum base has a state, and the driver one
    slope; a side under the low base is marked. The interval of the asymmetry comes from normal draws of the
    coefficients; its p is that of equal slopes (Wald), adjusted for the number of drivers by Holm.
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
    return holm_rows(list(_rows(fit, boxes, sample, setting, seed)), "asymmetry")


def _boxes(sample: Sample, scales: Mapping[str, Scale], setting: Setting) -> _Boxes:
    columns: dict[Place, Array] = {}
    absent: dict[Place, tuple[str, str]] = {}
    sizes: dict[Place, Array] = {}
    for at, driver in enumerate(sample.names[:-1]):
        middle, reach = cuts(scales[driver])
        away = (sample.scores[:, at] - middle) / reach
        sides = {"low": np.maximum(-away, 0.0), "high": np.maximum(away, 0.0)}
        few = {side: sample.base(values > ROUNDING).n < setting.minimum_base for side, values in sides.items()}
        for side, values in sides.items():
            sizes[driver, side] = values > ROUNDING
            if scales[driver].points == 2:
                absent[driver, side] = ("not_defined", "two_points")
            elif few[side]:
                absent[driver, side] = ("too_few", "small_base")
            else:
                alone = any(few.values())
                columns[driver, side] = (away if side == "high" else -away) if alone else values
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
            figures = _asymmetry(fit.b[own], draws[:, own], setting) | {"p_value": _equal(fit, own)}
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


def _equal(fit: Fit, own: list[int]) -> float:
    """Two-sided p of equal slopes on both sides; the low side's column runs downwards."""
    error = np.sqrt(fit.cov[np.ix_(own, own)].sum())
    return float(2 * stdtr(fit.df_residual, -abs(fit.b[own].sum()) / error)) if error > 0 else 1.0


def _draws(fit: Fit, seed: int) -> Array:
    """(DRAWS, k) coefficients drawn from their normal approximation."""
    values, vectors = np.linalg.eigh(fit.cov)
    random = np.random.Generator(np.random.Philox(key=seed))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(fit.b + random.standard_normal((DRAWS, len(fit.b))) @ root.T)


def asymmetry(low: Array, high: Array) -> Array:
    """(…) (reward - penalty) / (|reward| + |penalty|) of coefficients of the low and the high side: -1 … 1."""
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
