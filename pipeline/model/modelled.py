"""The model over the rows of a further question: its columns, its coefficients, and means of groups in resamples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.model import Row
from pipeline.model.case import Case, Cut
from pipeline.model.compare import slopes
from pipeline.model.importance import usable
from pipeline.moments import Moments
from pipeline.specs import Scale
from pipeline.variance import Means

Array = np.ndarray

FEWEST_USABLE = 0.9
"""Part of the resamples in which a figure must exist to have an interval."""
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Modelled:
    """Drivers, then controls, of the model on the r rows of a cut, without its interactions.

    names: (k,) of the columns; at: term -> its columns. x: (r, k). y: (r,) the outcome. drivers: those of the terms
    that are no controls.
    """

    cut: Cut
    names: tuple[str, ...]
    at: Mapping[str, tuple[int, ...]]
    x: Array
    y: Array
    drivers: tuple[str, ...]

    @property
    def single(self) -> tuple[str, ...]:
        """Drivers of one column: all but categories."""
        return tuple(name for name in self.drivers if len(self.at[name]) == 1)

    def of_terms(self, values: Array) -> Array:
        """(…, terms) sums of (…, k) values of columns over the columns of each term."""
        return np.stack([values[..., list(columns)].sum(-1) for columns in self.at.values()], -1)


def modelled(
    case: Case,
    further: Sequence[str] = (),
    *,
    focus: bool = True,
    also: Array | None = None,
    without: str | None = None,
) -> Modelled:
    """The model on the rows that have all of it and of the `further` constructs and numbers; a category's first level
    among them is its reference. also: (all rows read,) bool, a further condition. without: a variable left out.
    """
    study = case.study
    gone = without if without not in study.definition.constructs else None
    drivers = [name for name in study.drivers if "*" not in name and name != gone]
    terms = list(dict.fromkeys([*drivers, *(name for name in study.controls if name != gone)]))
    parts = {name: case.column(name) for name in terms if not is_number(case, name)}
    keep = np.ones(len(case.responses.respondent), dtype=bool) if also is None else also
    for columns in parts.values():
        keep = keep & np.isfinite(columns).all(1)
    numbers = [name for name in terms if name not in parts]
    cut = case.cut(list(dict.fromkeys([*numbers, study.outcome, *further])), focus=focus, also=keep)
    names: list[str] = []
    blocks = [np.empty((len(cut), 0))]
    at: dict[str, tuple[int, ...]] = {}
    for name in terms:
        own = cut.column(name)[:, None] if name not in parts else parts[name][cut.rows]
        own = own[:, np.ptp(own, axis=0) > 0] if name in parts and len(own) else own
        at[name] = tuple(range(len(names), len(names) + own.shape[1]))
        names += [name] if own.shape[1] == 1 else [f"{name}#{part}" for part in range(own.shape[1])]
        blocks.append(own)
    return Modelled(
        cut=cut, names=tuple(names), at=at, x=np.column_stack(blocks), y=cut.column(study.outcome),
        drivers=tuple(drivers),
    )  # fmt: skip


def is_number(case: Case, name: str) -> bool:
    """Whether a name is a construct or a variable that holds numbers."""
    return name in case.scores.values or case.responses.variables[name].dtype.kind == "f"


def state_of(data: Modelled) -> dict[str, str]:
    """State and reason why the model cannot be fitted on these rows; empty where it can."""
    if not enough_units(data, data.x.shape[1]):
        return {"state": "too_few", "reason": "small_base"}
    values = np.column_stack([data.x, data.y])
    if (np.ptp(values, axis=0) <= ROUNDING).any():
        return {"state": "no_variance", "reason": "no_variance"}
    if not usable(np.corrcoef(data.x, rowvar=False).reshape(data.x.shape[1], -1)):
        return {"state": "singular", "reason": "singular"}
    return {}


def coefficients(moments: Moments) -> Array:
    """(…, k) slopes of moments whose last column is the outcome; NaN where columns repeat each other.

    A column that does not vary has the slope 0.
    """
    together = moments.correlations[..., :-1, :-1]
    flat = np.isnan(np.diagonal(together, axis1=-2, axis2=-1))
    settled = np.where(flat[..., :, None] | flat[..., None, :], np.eye(together.shape[-1]), together)
    return slopes(moments, usable(settled))


def means_within(moments: Moments, columns: Array, inside: int) -> Array:
    """(…, k) means of some columns over the rows where the column `inside`, which holds 0 and 1, is 1.

    NaN where nobody is inside: Σw·x·1 over Σw·1, both of which are among the moments.
    """
    own = moments.origin[inside]
    count = moments.sums[..., inside] + own * moments.weight
    total = moments.products[..., columns, inside] + own * moments.sums[..., columns]
    there = count > ROUNDING * moments.weight
    return moments.origin[columns] + np.where(there[..., None], total / np.where(there, count, 1.0)[..., None], np.nan)


def apart(found: Means, one: int, other: int, level: float) -> Row:
    """Difference of two means, error, t interval and p; without these where the difference cannot vary."""
    from scipy.special import stdtr, stdtrit

    gap = float(found.mean[one] - found.mean[other])
    error = float(np.sqrt(max(found.cov[one, one] + found.cov[other, other] - 2 * found.cov[one, other], 0.0)))
    if error <= ROUNDING or found.df < 1:
        return {"estimate": gap}
    reach, p = float(stdtrit(found.df, (1 + level) / 2)) * error, float(2 * stdtr(found.df, -abs(gap) / error))
    limits = {"conf_low": gap - reach, "conf_high": gap + reach, "conf_level": level}
    return {"estimate": gap, "std_error": error, "p_value": p, **limits}


def alone(found: Means, at: int, level: float) -> Row:
    """One mean with its error and t interval; without these where they do not exist."""
    low, high = found.interval(level)
    figures = {"std_error": found.se[at], "conf_low": low[at], "conf_high": high[at]}
    there = found.df >= 1 and np.isfinite(list(figures.values())).all()
    limits = {name: float(value) for name, value in figures.items()} | {"conf_level": level} if there else {}
    return {"estimate": float(found.mean[at]), **limits}


def middle(scale: Scale) -> float:
    """The neutral value of a scale, or the middle between two points."""
    return (scale.low + scale.high) / 2 if scale.midpoint is None else float(scale.midpoint)


def quantile(values: Array, weight: Array, part: float) -> float:
    """The smallest of (r,) values below or at which this part of the weight lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][min(int(np.searchsorted(reached, part - 1e-12)), len(order) - 1)])


def enough_units(data: Modelled, columns: int) -> bool:
    """Whether the sampling units carry errors for so many coefficients."""
    return len(data.cut.design.keys) - len(np.unique(data.cut.design.strata)) > columns + 1
