"""Dominance of one driver over another, submodel by submodel; and what drivers explain alone and together."""

from __future__ import annotations

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.drivers import Importance, figures, loosened
from pipeline.model.importance import usable
from pipeline.model.importance._subsets import unexplained
from pipeline.model.importance.complete_dominance import shares_won
from pipeline.model.importance.conditional_dominance import by_size
from pipeline.model.players import Structure, arranged, left_by, settled, spans
from pipeline.model.resample import Resampled
from pipeline.sample import Sample

Array = np.ndarray

MOST_DOMINANCE = 12
"""Drivers beyond which pairs and sizes are more than anybody reads."""


def dominance_rows(correlations: Array, structure: Structure, sample: Sample, setting: Setting) -> list[Row]:
    """conditional_dominance by size of the model and complete_dominance of every pair, for 2 to 12 drivers.

    correlations: those of the sample itself, laid out as the structure says. Point estimates; beyond the controls.
    Interactions, which may not enter before their parents, have no submodels of every size: not_defined. Collinear
    drivers, where they are shown, have the ridge of `decompose`.
    """
    players, common = structure.players, {"outcome": setting.outcome, **everyone(sample)}
    if not 2 <= len(players) <= MOST_DOMINANCE:
        return []
    if structure.parents:
        absent = {"state": "not_defined", "reason": "interaction", **common}
        return [row("dominance", "complete_dominance", term=name, **absent) for name in players]
    correlations = correlations if usable(correlations[:-1, :-1]) else loosened(correlations)
    left = unexplained(arranged(correlations, structure), structure.widths)
    sizes, won = by_size(left)[0], shares_won(left)[0]
    rows = []
    for at, name in enumerate(players):
        for size, gain in enumerate(sizes[at]):
            columns = {"contrast": f"size:{size}", "estimate": float(gain), **common}
            rows.append(row("dominance", "conditional_dominance", term=name, **columns))
        for other, against in enumerate(players):
            if other != at:
                columns = {"contrast": f"above:{against}", "estimate": float(won[at, other]), **common}
                rows.append(row("dominance", "complete_dominance", term=name, **columns))
    return rows


def commonality_rows(
    importance: Importance, resampled: Resampled, structure: Structure, sample: Sample, setting: Setting
) -> list[Row]:
    """unique, shared_across and, with declared groups, shared_within of every driver, with intervals.

    From `first` and `last` of the importance; they add up to what the driver explains alone (`first`).
    """
    common = {"outcome": setting.outcome, **everyone(sample)}
    if structure.parents:
        absent = {"state": "not_defined", "reason": "interaction", **common}
        return [row("commonality", "unique", term=name, **absent) for name in structure.players]
    first, last = ((importance.point[name], importance.draws[name]) for name in ("first", "last"))
    beyond = last
    parts = {"unique": last}
    if structure.groups:
        good = np.isfinite(importance.r2_draws)
        point, draws = (settled(each.correlations, structure.optional) for each in (resampled.point, resampled.draws))
        both = point, draws[good]
        point, draws = both if usable(both[0][:-1, :-1]) else map(loosened, both)
        beyond = _beyond(point, last[0][None], structure)[0], last[1].copy()
        beyond[1][good] = _beyond(draws, last[1][good], structure)
        parts["shared_within"] = beyond[0] - last[0], beyond[1] - last[1]
    parts["shared_across"] = first[0] - beyond[0], first[1] - beyond[1]
    return [
        each
        for metric, (point, draws) in parts.items()
        for each in figures("commonality", metric, structure.players, point, draws, setting.level, common)
    ]


def _beyond(correlations: Array, last: Array, structure: Structure) -> Array:
    """(b, P) what each player adds to everybody outside its group; `last` where it has none."""
    matrices, own = arranged(correlations, structure), spans(structure.widths)
    found = last.copy()
    for members in structure.groups.values():
        outside = [at for player, columns in enumerate(own) if player not in members for at in columns]
        before = left_by(matrices, outside)
        for player in members if len(members) > 1 else ():
            found[:, player] = before - left_by(matrices, [*outside, *own[player]])
    return found
