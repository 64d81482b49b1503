"""Total value: the product against all other value, and layers of value as players of one model.

Each part plays as one (LMG of groups, as relaimpo's `groups`); alone it explains its own R², and beyond all others
what R² loses without it. What neither has alone is shared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, everyone, spread
from pipeline.model.case import Case
from pipeline.model.drivers import decompose
from pipeline.model.importance import SMALLEST_EIGENVALUE
from pipeline.model.parts import Figure, Parts, order_rows, part_rows, parts_of, rank_rows
from pipeline.model.players import Structure
from pipeline.model.resample import Panel, Resampled, corrected_interval, interval
from pipeline.specs import Group, Value
from pipeline.weight import Base

Array = np.ndarray

NAME = "total_value"
PRODUCT, BEYOND, REST = "part:product", "part:beyond", "part:rest"
"""Terms of the drivers that are the product, of all others, and of those in no layer."""
MOST = 0.5
"""Part of what all explain that the product alone explains, from which it explains most."""


def total_value_rows(case: Case) -> list[Row]:
    """Rows on the product and on the layers, as far as the study names them (key `value`).

    They stand on the rows of the model itself, so that they agree with the headline; layers with constructs outside
    the model on those of them that have these too.
    """
    value: Value | None = case.study.definition.value
    if value is None:
        return []
    structure, floor = Structure.of(case.people.model), _floor(case.setting)
    common = {"outcome": case.setting.outcome, **everyone(case.people)}
    rows = []
    if value.product:
        rows += product_rows(case.resampled["model"], structure, value.product, case.setting.level, common, floor)
    return rows + (list(_layer_rows(case, structure, value.layers, floor)) if value.layers else [])


def _floor(setting: Setting) -> float:
    return 0.0 if setting.collinear else SMALLEST_EIGENVALUE


def product_rows(
    model: Resampled,
    structure: Structure,
    product: tuple[str, ...],
    level: float,
    common: Row,
    floor: float = SMALLEST_EIGENVALUE,
) -> list[Row]:
    """Product and everything beyond it as two players, with the sums of what their drivers carry each for itself.

    Where all drivers are the product there is nothing beyond it: 'not_defined', reason 'nothing_beyond'.
    """
    inside = [at for at, name in enumerate(structure.players) if name in product]
    others = [at for at in range(len(structure.players)) if at not in inside]
    if not others:
        return [row(NAME, "lmg_share", term=PRODUCT, state="not_defined", reason="nothing_beyond", **common)]
    parts = parts_of(model, structure, {PRODUCT: inside, BEYOND: others}, floor)
    if isinstance(parts, str):
        return [_refused(name, parts, common) for name in (PRODUCT, BEYOND)]
    rows = [
        *part_rows(NAME, parts, level, common),
        *_together_rows(parts, level, common),
        *order_rows(NAME, parts.names, parts.share, level, common),
    ]
    single = decompose(model, ("lmg",), structure, floor)
    if not isinstance(single, str):
        rows += _sum_rows(single.share(), inside, parts, level, common)
    return rows


def _refused(name: str, why: str, common: Row) -> Row:
    state = "not_defined" if why == "interaction" else why
    return row(NAME, "lmg_share", term=name, state=state, reason=why, **common)


def _together_rows(parts: Parts, level: float, common: Row) -> Iterator[Row]:
    """shared_share, what neither part has alone, and P(the product alone explains most of what all explain)."""
    alone, own = parts.part("first"), parts.part("last")
    if alone is None or own is None:
        return
    point, draws = (1.0 - each.sum(-1) for each in own)
    low, high = interval(draws, level)
    limits = spread(draws, float(low), float(high), level)
    yield row(NAME, "shared_share", estimate=float(point), **limits, **common)
    chance = float((alone[1][np.isfinite(alone[1][:, 0]), 0] > MOST).mean())
    yield row(NAME, "prob_most", term=PRODUCT, estimate=chance, **common)


def _sum_rows(single: Figure, inside: list[int], parts: Parts, level: float, common: Row) -> Iterator[Row]:
    """lmg_share_sum of both parts, P(one sum exceeds the other), and P(the product has more than an equal share)."""
    summed = []
    for each in single:
        own = each[..., inside].sum(-1)
        summed.append(np.stack([own, each.sum(-1) - own], axis=-1))
    point, draws = summed
    low, high = interval(draws, level)
    for at, name in enumerate(parts.names):
        limits = spread(draws[:, at], low[at], high[at], level)
        yield row(NAME, "lmg_share_sum", term=name, estimate=float(point[at]), **limits, **common)
    there = draws[np.isfinite(draws).all(1)]
    for at, name in enumerate(parts.names):
        chance = float((there[:, at] > there[:, 1 - at]).mean())
        key = {"term": name, "contrast": f"sum:{parts.names[1 - at]}"}
        yield row(NAME, "prob_above", estimate=chance, **key, **common)
    equal = len(inside) / single[0].shape[-1]
    yield row(NAME, "prob_important", term=PRODUCT, estimate=float((there[:, 0] > equal).mean()), **common)


def _layer_rows(case: Case, structure: Structure, layers: Mapping[str, Group], floor: float) -> Iterator[Row]:
    """Shares of the layers, their order and what each explains alone; ranks are those among the layers."""
    model, whole, base = _with_layers(case, structure, layers)
    common = {"outcome": case.setting.outcome, **based(base)}
    names = tuple(f"layer:{name}" for name in layers)
    enough = base.n >= max(case.setting.minimum_base, len(whole.players) + 3)
    members = {
        f"layer:{name}": [whole.players.index(driver) for driver in group.drivers] for name, group in layers.items()
    }
    taken = {at for own in members.values() for at in own}
    if rest := [at for at in range(len(whole.players)) if at not in taken]:
        members[REST] = rest
    parts = parts_of(model, whole, members, floor) if enough else "too_few"
    if isinstance(parts, str):
        yield from (_refused(name, parts, common) for name in names)
        return
    yield from part_rows(NAME, parts, case.setting.level, common)
    yield from order_rows(NAME, parts.names, parts.share, case.setting.level, common)
    yield _r2_row(parts, case.setting.level, common)
    among = [parts.names.index(name) for name in names]
    point, draws = (each[..., among] for each in parts.share)
    yield from rank_rows(NAME, names, (point, draws), case.setting.level, common)


def _r2_row(parts: Parts, level: float, common: Row) -> Row:
    """R² of the model of the layers, controls included, with its bias-corrected interval."""
    low, high = corrected_interval(parts.r2_draws, parts.r2, level)
    limits = spread(parts.r2_draws, low, high, level)
    return row(NAME, "r2", contrast="layers", estimate=parts.r2, **limits, **common)


def _with_layers(case: Case, structure: Structure, layers: Mapping[str, Group]) -> tuple[Resampled, Structure, Base]:
    """Moments of the model with the constructs that only layers name, its players, and the base.

    Without such constructs it is the model itself. Else rows that have all of them, with the replicates of the model,
    and Pearson's correlations.
    """
    people = case.people
    named = dict.fromkeys(driver for group in layers.values() for driver in group.drivers)
    extra = tuple(name for name in named if name not in structure.players)
    if not extra:
        return case.resampled["model"], structure, people.everyone
    assert people.rows is not None  # noqa: S101 (a case is made of responses)
    further = np.column_stack([case.known(name)[people.rows] for name in extra])
    inside = np.isfinite(further).all(1)
    model, width = people.model, sum(structure.widths)
    values = np.column_stack([model.x, further, model.y])[inside]
    panel = Panel(names=(*model.names[:-1], *extra, model.names[-1]), columns=values, rows=np.flatnonzero(inside))
    drawn = case.replicated(people.design, {NAME: panel})[NAME]
    columns = (*structure.columns, *((width + at,) for at in range(len(extra))))
    whole = replace(structure, players=(*structure.players, *extra), columns=columns)
    return drawn, whole, people.base(inside)
