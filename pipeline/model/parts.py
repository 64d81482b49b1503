"""Parts: groups of drivers as the players, what each explains alone and beyond the others, and who exceeds whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, spread
from pipeline.model.drivers import decompose, figures, shared_out
from pipeline.model.importance import SMALLEST_EIGENVALUE
from pipeline.model.players import Structure
from pipeline.model.resample import Resampled, interval, rank_interval, ranks

Array = np.ndarray
Figure = tuple[Array, Array]
"""Point (k,) and draws (B, k)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Raw importances of k groups of drivers, which make up a model: lmg, first and last, each as a `Figure`.

    first: R² of the group alone (beyond the controls). last: what it adds to all others. Both are absent where an
    interaction must wait for its parents. r2, r2_controls: of the whole model.
    """

    names: tuple[str, ...]
    raw: Mapping[str, Figure]
    r2: float
    r2_draws: Array
    r2_controls: float

    @property
    def share(self) -> Figure:
        point, draws = self.raw["lmg"]
        return shared_out(point), shared_out(draws)

    def part(self, metric: str) -> Figure | None:
        """A raw importance divided by what all explain; None where it does not exist."""
        if metric not in self.raw:
            return None
        whole = self.raw["lmg"]
        point, draws = (
            each / np.where(np.abs(total) > 0, total, np.nan)
            for each, total in zip(self.raw[metric], (lmg.sum(-1, keepdims=True) for lmg in whole), strict=True)
        )
        return point, draws


def parts_of(
    resampled: Resampled,
    structure: Structure,
    groups: Mapping[str, Sequence[int]],
    floor: float = SMALLEST_EIGENVALUE,
) -> Parts | str:
    """The groups (and players in none) as the players, or why not: 'no_variance', 'singular' or 'interaction'.

    Groups that wait for each other's interactions have no order of entry: 'interaction'.
    """
    game = replace(structure, groups={name: tuple(members) for name, members in groups.items()}).grouped
    if not game.possible:
        return "interaction"
    found = decompose(resampled, ("lmg", "first", "last"), game, floor)
    if isinstance(found, str):
        return found
    raw = {name: (found.point[name], found.draws[name]) for name in found.point}
    return Parts(names=found.drivers, raw=raw, r2=found.r2, r2_draws=found.r2_draws, r2_controls=found.r2_controls)


def part_rows(analysis: str, parts: Parts, level: float, common: Row) -> list[Row]:
    """lmg, lmg_share, first, last, alone_share and unique_share of every part, with intervals."""
    rows = []
    named: dict[str, Figure | None] = {"lmg": parts.raw["lmg"], "lmg_share": parts.share}
    named |= {name: parts.raw.get(name) for name in ("first", "last")}
    named |= {"alone_share": parts.part("first"), "unique_share": parts.part("last")}
    for metric, figure in named.items():
        if figure is None:
            columns = {"state": "not_defined", "reason": "interaction", **common}
            rows += [row(analysis, metric, term=name, **columns) for name in parts.names]
        else:
            rows += figures(analysis, metric, parts.names, *figure, level, common)
    return rows


def order_rows(
    analysis: str, names: tuple[str, ...], figure: Figure, level: float, common: Row, kind: str = "above"
) -> Iterator[Row]:
    """prob_above of every pair both ways, and share_difference of the larger less the smaller share."""
    share, draws = figure
    there = draws[np.isfinite(draws).all(1)]
    for at, one in enumerate(names):
        for against, other in enumerate(names):
            if at == against:
                continue
            key = {"term": one, "contrast": f"{kind}:{other}", **common}
            yield row(analysis, "prob_above", estimate=float((there[:, at] > there[:, against]).mean()), **key)
            if (share[at], -at) >= (share[against], -against):
                gap = there[:, at] - there[:, against]
                low, high = interval(gap, level)
                found = spread(gap, float(low), float(high), level)
                yield row(analysis, "share_difference", estimate=float(share[at] - share[against]), **found, **key)


def rank_rows(analysis: str, names: tuple[str, ...], figure: Figure, level: float, common: Row) -> Iterator[Row]:
    """rank, rank_low, rank_high and prob_rank_1 of every name, by its share."""
    share, draws = figure
    drawn = ranks(draws[np.isfinite(draws).all(1)])
    low, high = rank_interval(drawn, level)
    told = {"rank": ranks(share), "rank_low": low, "rank_high": high, "prob_rank_1": (drawn == 1).mean(0)}
    for metric, values in told.items():
        for name, value in zip(names, values, strict=True):
            yield row(analysis, metric, term=name, estimate=float(value), **common)
