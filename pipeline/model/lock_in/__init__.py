"""Whether those who own more devices of a brand want, pay and stay more, and who came from its rival."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based
from pipeline.model.case import Case, Cut
from pipeline.model.effects import holm_rows
from pipeline.model.importance import usable
from pipeline.model.lock_in.switchers import switcher_rows
from pipeline.model.modelled import ROUNDING, alone, is_number
from pipeline.model.regression import ols
from pipeline.model.robustness.assumptions import monotone_loss
from pipeline.specs import LockIn
from pipeline.variance import degrees, means

Array = np.ndarray

MOST = 5
"""Devices from which on all doses are one."""


def lock_in_rows(case: Case) -> list[Row]:
    """Means of each outcome by dose, slopes a device, and what switchers from the rival answer.

    Outcomes: that of the model, those of `outcomes`, and the cost of switching, each on the rows of the focus that have
    it, the devices, and the controls. Doses are 0, 1, 2, 3, 4 and 5 or more devices; one with fewer respondents than
    the low base is joined to the next, the last to the one before. Weights, strata and clusters enter all errors.
    """
    spec = case.study.definition.lock_in
    if spec is None:
        return []
    outcomes = list(dict.fromkeys([case.study.outcome, *spec.outcomes]))
    asked = [*outcomes, *([spec.cost] if spec.cost and spec.cost not in outcomes else [])]
    first = _look(case, spec, case.study.outcome)
    edges = dose_edges(np.floor(first.devices + ROUNDING), first.cut, case.setting)
    rows: list[Row] = []
    slopes: list[Row] = []
    for name in asked:
        look = first if name == case.study.outcome else _look(case, spec, name)
        rows += _dose_rows(look, name, edges, case.setting)
        slopes += _slope_rows(look, name, spec, case)
    rows += _dose_rows(first, spec.devices, edges, case.setting)[:-1]
    tested = [one for one in slopes if one["term"] in outcomes]
    for contrast in dict.fromkeys(one["contrast"] for one in slopes):
        rows += holm_rows([one for one in tested if one["contrast"] == contrast])
    rows += [one for one in slopes if one["term"] not in outcomes]
    return rows + (switcher_rows(case, spec, asked) if spec.former and spec.rival is not None else [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Rows with an outcome, devices and controls. controls: (r, k); costs: (r, 1), or (r, 0) where it is not asked."""

    cut: Cut
    devices: Array
    controls: Array
    costs: Array


def _look(case: Case, spec: LockIn, outcome: str) -> Look:
    cost = [spec.cost] if spec.cost and spec.cost != outcome else []
    numbers = [name for name in spec.controls if is_number(case, name) and name not in (outcome, spec.devices)]
    categories = [case.column(name) for name in spec.controls if not is_number(case, name)]
    keep = np.isfinite(np.column_stack([np.zeros(len(case.responses.respondent)), *categories])).all(1)
    cut = case.cut(list(dict.fromkeys([outcome, spec.devices, *numbers, *cost])), also=keep)
    columns = [*(cut.column(name)[:, None] for name in numbers), *(each[cut.rows] for each in categories)]
    controls = np.column_stack([np.empty((len(cut), 0)), *columns])
    varies = np.ptp(controls, axis=0) > 0 if len(cut) else np.ones(controls.shape[1], dtype=bool)
    costs = np.column_stack([np.empty((len(cut), 0)), *(cut.column(name) for name in cost)])
    return Look(cut=cut, devices=cut.column(spec.devices), controls=controls[:, varies], costs=costs)


Edges = tuple[tuple[int, int], ...]
"""First and last number of devices of each dose."""


def dose_edges(devices: Array, cut: Cut, setting: Setting) -> Edges:
    """Doses from 0 to MOST or more, each joined to the next until it has the low base; the last to the one before."""
    doses = np.clip(devices, 0, MOST)
    found: list[tuple[int, int]] = []
    start = 0
    for dose in range(MOST + 1):
        if cut.base((doses >= start) & (doses <= dose)).n >= setting.low_base:
            found.append((start, dose))
            start = dose + 1
    if start <= MOST and found:
        found[-1] = (found[-1][0], MOST)
    return tuple(found) or ((0, MOST),)


def named(edge: tuple[int, int]) -> str:
    """'2', '2-3' or '5+' devices."""
    first, last = edge
    if last == MOST:
        return f"{first}+"
    return str(first) if first == last else f"{first}-{last}"


def _dose_rows(look: Look, name: str, edges: Edges, setting: Setting) -> list[Row]:
    """mean of one outcome in each dose, and the monotone_loss of these means."""
    cut, values = look.cut, look.cut.column(name)
    doses = np.clip(np.floor(look.devices + ROUNDING), 0, MOST)
    inside = [(doses >= first) & (doses <= last) for first, last in edges]
    found = (
        means(np.column_stack([np.where(mask, values, np.nan) for mask in inside]), cut.design) if len(cut) else None
    )
    rows: list[Row] = []
    for at, (edge, mask) in enumerate(zip(edges, inside, strict=True)):
        base = cut.base(mask)
        state = setting.state(base) if base.n else {"state": "too_few", "reason": "small_base"}
        figures: Row = {} if state.get("state") not in (None, "low_base") else {**based(base)}
        if figures and found is not None:
            figures |= alone(found, at, setting.level)
        rows.append(row("lock_in", "mean", term=name, contrast=f"dose:{named(edge)}", **figures, **state))
    return [*rows, _order(look, values, inside, name, setting)]


def _order(look: Look, values: Array, inside: Sequence[Array], name: str, setting: Setting) -> Row:
    """monotone_loss of the doses' means, each counted as its weighted, clustered answers are worth."""
    cut = look.cut
    if len(inside) < 2 or min(cut.base(mask).n for mask in inside) < setting.minimum_base:
        return row("lock_in", "monotone_loss", term=name, state="too_few", reason="one_dose")
    worth = cut.design.weight * (cut.everyone.n_eff / cut.design.weight.sum())
    total = np.array([worth[mask].sum() for mask in inside])
    mean = np.array([worth[mask] @ values[mask] for mask in inside]) / total
    within = sum(float(worth[mask] @ (values[mask] - one) ** 2) for mask, one in zip(inside, mean, strict=True))
    loss, p = monotone_loss(mean, total, within)
    return row("lock_in", "monotone_loss", term=name, estimate=loss, p_value=p, **based(cut.everyone))


def _slope_rows(look: Look, name: str, spec: LockIn, case: Case) -> Iterator[Row]:
    """b of a device: alone, with the controls, with the cost of switching as well, and of its square."""
    bend = (look.devices - look.devices.mean() if len(look.cut) else look.devices) ** 2
    looks: dict[str, tuple[Array, ...]] = {"alone": ()}
    if spec.controls:
        looks["controlled"] = (look.controls,)
    if look.costs.shape[1] and name != spec.devices:
        looks["with:cost"] = (look.controls, look.costs)
    for contrast, others in looks.items():
        yield _slope(look, name, contrast, (look.devices, *others), case.setting)
    yield _slope(look, name, "squared", (bend, look.devices, look.controls), case.setting)


def _slope(look: Look, name: str, contrast: str, columns: tuple[Array, ...], setting: Setting) -> Row:
    """b of the first of some columns, with HC3 or design-based error."""
    cut, x, y = look.cut, np.column_stack(columns), look.cut.column(name)
    common: Row = {"term": name, "contrast": contrast}
    state = _unfit(x, y, cut)
    if state:
        return row("lock_in", "b", **common, **state)
    fit = ols(x, y, tuple(str(at) for at in range(x.shape[1])), design=cut.design)
    low, high = fit.interval(setting.level)
    limits = {"conf_low": float(low[1]), "conf_high": float(high[1]), "conf_level": setting.level}
    figures = {"estimate": float(fit.b[1]), "std_error": float(fit.se[1]), "p_value": float(fit.p[1])}
    return row("lock_in", "b", **common, **figures, **limits, **based(cut.everyone), **setting.state(cut.everyone))


def _unfit(x: Array, y: Array, cut: Cut) -> Row:
    if len(cut) < 2 or degrees(cut.design) <= x.shape[1] + 1:
        return {"state": "too_few", "reason": "small_base"}
    if np.ptp(x[:, 0]) == 0 or np.ptp(y) == 0:
        return {"state": "no_variance", "reason": "no_variance"}
    if not usable(np.corrcoef(x, rowvar=False).reshape(x.shape[1], -1)):
        return {"state": "singular", "reason": "singular"}
    return {}
