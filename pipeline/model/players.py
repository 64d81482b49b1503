"""Players: drivers of several columns, groups, forced controls, and interactions that must wait for their parents.

Correlations are laid out as controls, then the columns of the drivers, then the outcome; the controls are swept out
first, so that every figure is what the drivers explain beyond them, in R² units (as relaimpo's `always`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial

import numpy as np

from pipeline.model.importance import METHODS
from pipeline.model.importance._sampled import BLOCKS, along_orders, moved
from pipeline.model.importance._subsets import (
    CHUNK,
    VECTOR,
    Widths,
    entry_weights,
    shapley,
    shapley_of_r2,
    sizes,
    swept,
    unexplained,
    without_and_with,
)
from pipeline.model.importance.kruskal import MOST_EXACT as MOST_KRUSKAL
from pipeline.model.importance.kruskal import mean_partial
from pipeline.model.importance.lmg import MOST_EXACT
from pipeline.moments import correlations as scaled
from pipeline.terms import Terms

Array = np.ndarray
Parents = tuple[tuple[int, tuple[int, ...]], ...]

MOST_DRAWN = 16
"""Players up to which every resample is exact; above, resamples move the exact point along a sample of orders."""
OVER_ORDERS = ("lmg", "kruskal")
"""Metrics that go through all orders of entry."""
OF_COLUMNS = ("lmg", "first", "last", "kruskal")
"""Metrics that exist for players of several columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Who the players are. columns: those of each player, counted after the controls. controls: columns before them.

    parents: players that must be in before a player (an interaction) may enter. groups: name -> its players. optional:
    places (controls counted) of columns that may be constant in a resample or a group: controls and levels.
    """

    players: tuple[str, ...]
    columns: tuple[tuple[int, ...], ...]
    controls: int = 0
    parents: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    optional: tuple[int, ...] = ()

    @classmethod
    def plain(cls, names: tuple[str, ...]) -> Structure:
        """Each column a player."""
        return cls(players=names, columns=tuple((at,) for at in range(len(names))))

    @classmethod
    def of(cls, terms: Terms) -> Structure:
        return cls(
            players=terms.players,
            columns=terms.at,
            controls=terms.controls,
            parents=terms.parents,
            groups=terms.groups,
            optional=tuple(
                at for at, (_, level) in enumerate(terms.places) if at < terms.controls or level is not None
            ),
        )

    @property
    def widths(self) -> Widths:
        return tuple(len(columns) for columns in self.columns)

    @property
    def single(self) -> bool:
        """One column a player."""
        return max(self.widths) == 1

    @property
    def deepest(self) -> int:
        """Players that are looked at together for an Owen value."""
        largest = max(map(len, self.groups.values()), default=1)
        return len(self.players) - sum(map(len, self.groups.values())) + len(self.groups) - 1 + largest

    @property
    def grouped(self) -> Structure:
        """The groups, and the players in none, as the players; a group waits for those that hold parents of its own."""
        inside = {player for members in self.groups.values() for player in members}
        alone = {name: (at,) for at, name in enumerate(self.players) if at not in inside}
        members = {**self.groups, **alone}
        columns = (tuple(at for player in own for at in self.columns[player]) for own in members.values())
        home = {player: at for at, own in enumerate(members.values()) for player in own}
        waits: dict[int, set[int]] = {}
        for child, needed in self.parents.items():
            waits.setdefault(home[child], set()).update({home[parent] for parent in needed} - {home[child]})
        parents = {child: tuple(sorted(needed)) for child, needed in waits.items() if needed}
        return Structure(
            players=tuple(members),
            columns=tuple(columns),
            controls=self.controls,
            parents=parents,
            optional=self.optional,
        )

    @property
    def possible(self) -> bool:
        """Whether there is any order in which everybody comes after his parents."""
        return not self.parents or bool(_orders(len(self.players), _waiting(self.parents))[0][-1, 0])

    def reason(self, method: str) -> str | None:
        """Why a metric does not exist for these players, or None where it does."""
        if self.parents and method != "lmg":
            return "interaction"
        return None if self.single or method in OF_COLUMNS else "several_columns"


def settled(correlations: Array, optional: tuple[int, ...]) -> Array:
    """(…, q, q) the same, where an optional column that does not vary goes with nothing instead of being NaN.

    Least squares gives such a column no slope, so R² of every subset is that without it.
    """
    flat = np.isnan(np.diagonal(correlations, axis1=-2, axis2=-1))
    flat[..., [at for at in range(flat.shape[-1]) if at not in optional]] = False
    return np.where(flat[..., :, None] | flat[..., None, :], np.eye(flat.shape[-1]), correlations)


def arranged(correlations: Array, structure: Structure) -> Array:
    """(b, c+1, c+1) what the controls leave of the columns, in the order of the players, and of the outcome (last)."""
    controls, size = structure.controls, correlations.shape[-1]
    columns = [controls + at for own in structure.columns for at in own]
    at = np.array([*range(controls), *columns, size - 1])
    chosen = correlations.reshape(-1, size, size)[:, at[:, None], at]
    return swept(chosen, controls) if controls else chosen


def values(matrices: Array, structure: Structure, method: str) -> Array:
    """(b, P) importances of the players in `arranged` matrices, by a metric that exists for them (see `reason`)."""
    if structure.parents:
        return under_hierarchy(matrices, structure)
    if structure.single:
        whole = matrices[:, -1, -1]
        inside = scaled(matrices) if structure.controls else matrices
        found = METHODS[method](inside[:, :-1, :-1], inside[:, :-1, -1])
        return found * whole[:, None] if structure.controls and method != "kruskal" else found
    return _OF_COLUMNS[method](matrices, structure.widths)


def sampling_error(matrices: Array, structure: Structure) -> Array | None:
    """(b, P) standard error of sampled LMG from the choice of orders; None where all orders are taken."""
    if len(structure.players) <= MOST_EXACT or structure.parents:
        return None
    found = along_orders(matrices, structure.widths, BLOCKS)
    return np.asarray(found.std(0, ddof=1) / np.sqrt(BLOCKS))


def drawn_values(
    matrices: Array, exact: Array, point: Array, structure: Structure, method: str, most: int | None = None
) -> Array:
    """(b, P) importances in resamples, of which `point` (1, c+1, c+1), with `exact` (P,), is the sample itself.

    Above 16 players (or `most`) LMG and Kruskal's measure are `exact` plus the difference of resample and sample along
    the same sampled orders (see `moved`): errors of shares are within about a twentieth of those over all orders.
    """
    if method not in OVER_ORDERS or structure.parents or len(structure.players) <= (most or MOST_DRAWN):
        return values(matrices, structure, method)
    if structure.controls and structure.single and method == "kruskal":
        point, matrices = scaled(point), scaled(matrices)
    return np.asarray(exact + moved(point, matrices, structure.widths, relative=method == "kruskal"))


def far_values(matrices: Array, structure: Structure, method: str) -> Array:
    """(b, P) importances in matrices that may be far from each other.

    Above 16 players only the first is exact; the others are moved from it along a good many sampled orders.
    """
    if method not in OVER_ORDERS or structure.parents or len(structure.players) <= MOST_DRAWN:
        return values(matrices, structure, method)
    found = along_orders(matrices, structure.widths, BLOCKS, relative=method == "kruskal").mean(0)
    if not len(found):
        return found
    return np.asarray(found + values(matrices[:1], structure, method) - found[0])


def owen(matrices: Array, structure: Structure) -> Array:
    """(b, P) Owen values: each group's LMG, shared out among its players; sums to what all explain.

    Orders of entry in which the members of a group stand together (Owen 1977): only subsets of other groups as a whole
    and members of one's own are looked at. Without order of entry: interactions have no Owen value here.
    """
    grouped = structure.grouped
    found = np.empty((len(matrices), len(structure.players)))
    place = {name: at for at, name in enumerate(structure.players)}
    members = [structure.groups.get(name) or (place[name],) for name in grouped.players]
    start = np.cumsum([0, *structure.widths])
    for own in members:
        others = [group for group in members if group is not own]
        order = [*others, *((player,) for player in own)]
        columns = [np.concatenate([np.arange(start[at], start[at + 1]) for at in block]) for block in order]
        at = np.append(np.concatenate(columns), matrices.shape[-1] - 1)
        within = partial(_within, widths=tuple(len(block) for block in columns), others=len(others))
        found[:, list(own)] = _by_part(matrices[:, at[:, None], at], len(columns), within)
    return found


def _within(matrices: Array, widths: Widths, others: int) -> Array:
    """(b, members) Shapley values in the game of one group, averaged over the orders of the other groups before it."""
    left = unexplained(matrices, widths).reshape(-1, 1 << others, len(matrices))
    weight = entry_weights(others + 1)[0][sizes(others)]
    return -shapley(np.einsum("h,thb->tb", weight, left))


def under_hierarchy(matrices: Array, structure: Structure) -> Array:
    """(b, P) mean increase of R² over the orders of entry in which no interaction comes before its parents.

    Every admissible order counts alike: the Shapley value under precedence (Faigle & Kern 1992), by counting the linear
    extensions before and after each step.
    """
    before, after = _orders(len(structure.players), _waiting(structure.parents))

    def part(some: Array) -> Array:
        left = unexplained(some, structure.widths)
        found = np.empty((len(some), len(structure.players)))
        for player in range(len(structure.players)):
            without, within = without_and_with(left, player)
            weight = without_and_with(before, player)[0] * without_and_with(after, player)[1] / before[-1]
            found[:, player] = weight[:, 0] @ (without - within)
        return found

    return _by_part(matrices, len(structure.players), part)


def _waiting(parents: Mapping[int, tuple[int, ...]]) -> Parents:
    return tuple(sorted(parents.items()))


@lru_cache(maxsize=8)
def _orders(players: int, parents: Parents) -> tuple[Array, Array]:
    """(2^P, 1) number of admissible orders of a subset's members, and of the rest after it; 0 where none is."""
    numbers, size = np.arange(1 << players), sizes(players)
    fits = np.ones(1 << players, dtype=bool)
    for child, needed in parents:
        together = sum(1 << parent for parent in needed)
        fits &= (numbers >> child & 1 == 0) | (numbers & together == together)
    before, after = np.zeros((2, 1 << players, 1))
    before[0] = after[-1] = 1.0
    for count in range(1, players + 1):
        late, early = (numbers[fits & (size == members)] for members in (count, players - count))
        for player in range(players):
            bit = 1 << player
            ending, starting = late[late & bit > 0], early[early & bit == 0]
            before[ending] += before[ending ^ bit]
            after[starting] += after[starting | bit]
    return before, after


def _by_part(matrices: Array, players: int, estimate: Callable[[Array], Array], step: int = 0) -> Array:
    step = step or max(1, CHUNK >> players)
    return np.concatenate([estimate(matrices[at : at + step]) for at in range(0, len(matrices), step)])


def _lmg(matrices: Array, widths: Widths) -> Array:
    if len(widths) > MOST_EXACT:
        return np.asarray(along_orders(matrices, widths, BLOCKS).mean(0))
    return _by_part(matrices, len(widths), lambda part: shapley_of_r2(part, widths), VECTOR // 8)


def _kruskal(matrices: Array, widths: Widths) -> Array:
    if len(widths) > MOST_KRUSKAL:
        return np.asarray(along_orders(matrices, widths, BLOCKS, relative=True).mean(0))
    return _by_part(matrices, len(widths), lambda part: mean_partial(unexplained(part, widths)))


def _first(matrices: Array, widths: Widths) -> Array:
    return np.stack([left_by(matrices, []) - left_by(matrices, own) for own in spans(widths)], axis=-1)


def _last(matrices: Array, widths: Widths) -> Array:
    every = list(range(sum(widths)))
    without = [left_by(matrices, [at for at in every if at not in own]) for own in spans(widths)]
    return np.stack(without, axis=-1) - left_by(matrices, every)[:, None]


def left_by(matrices: Array, columns: list[int]) -> Array:
    """(b,) variance of the outcome (last) that some columns leave unexplained."""
    at = np.array([*columns, matrices.shape[-1] - 1])
    return np.asarray(swept(matrices[:, at[:, None], at], len(columns))[:, 0, 0])


def spans(widths: Widths) -> list[list[int]]:
    """Columns of each player in arranged matrices."""
    ends = np.cumsum(widths)
    return [list(range(end - width, end)) for end, width in zip(ends, widths, strict=True)]


_OF_COLUMNS: Mapping[str, Callable[[Array, Widths], Array]] = {
    "lmg": _lmg,
    "first": _first,
    "last": _last,
    "kruskal": _kruskal,
}
