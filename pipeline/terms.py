"""Terms: the columns of the model, made of scores, of variables that control or drive, and of interactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.errors import AnalysisRefused
from pipeline.responses import Responses
from pipeline.study import Study

Array = np.ndarray
Columns = tuple[tuple[str, ...], Array]
"""Names and (rows, columns) of one variable."""

MOST_CATEGORIES = 12
"""Levels of a category in the model; each takes a degree of freedom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The columns of the model over r rows: controls, then those of the drivers, then the outcome.

    values: (r, len(names)). players: drivers in the order of the study, each with its columns in `at`, counted after
    the controls. parents: players that must be in before an interaction may enter. groups: name -> its players.
    """

    names: tuple[str, ...]
    values: Array
    controls: int
    players: tuple[str, ...]
    at: tuple[tuple[int, ...], ...]
    parents: Mapping[int, tuple[int, ...]]
    groups: Mapping[str, tuple[int, ...]]
    kinds: Mapping[str, str]
    """Player -> 'construct', 'number', 'category' or 'interaction'."""

    @property
    def rated(self) -> bool:
        """Every driver is a construct; there may be controls."""
        return set(self.kinds.values()) == {"construct"}

    @property
    def plain(self) -> bool:
        """The scores are the model: every driver is a construct, and there are no controls."""
        return self.rated and not self.controls

    @property
    def places(self) -> tuple[tuple[str, str | None], ...]:
        """(variable or construct, level or None) of every column before the outcome; levels are those of categories."""
        parted = (name.partition("=") for name in self.names[:-1])
        return tuple((name, level if sign else None) for name, sign, level in parted)

    @property
    def x(self) -> Array:
        """(r, columns before the outcome)."""
        return self.values[:, :-1]

    @property
    def y(self) -> Array:
        """(r,) the outcome."""
        return self.values[:, -1]

    @classmethod
    def of_scores(cls, names: tuple[str, ...], scores: Array) -> Terms:
        """Terms of a model whose drivers are the score columns themselves."""
        players = names[:-1]
        return cls(
            names=names,
            values=scores,
            controls=0,
            players=players,
            at=tuple((at,) for at in range(len(players))),
            parents={},
            groups={},
            kinds=dict.fromkeys(players, "construct"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """Columns of the variables in the model, over all rows read: name -> (names, (rows, columns)), NaN if absent."""

    columns: Mapping[str, tuple[tuple[str, ...], Array]]
    kinds: Mapping[str, str]
    no_driver: Array
    no_control: Array


def columns_of(responses: Responses, study: Study) -> Variables:
    """Numbers as they are; categories as one column a level, the reference (declared or first) left out."""
    drivers = [name for name in study.drivers if name in responses.variables and name not in study.scored]
    found = {name: _columns(responses, study, name) for name in (*study.controls, *drivers)}
    kinds = {name: "number" if _is_number(responses, name) else "category" for name in drivers}
    return Variables(
        columns=found,
        kinds=kinds,
        no_driver=_absent([found[name][1] for name in drivers], len(responses.respondent)),
        no_control=_absent([found[name][1] for name in study.controls], len(responses.respondent)),
    )


def _absent(columns: list[Array], rows: int) -> Array:
    return ~np.isfinite(np.column_stack([np.zeros(rows), *columns])).all(1)


def _is_number(responses: Responses, name: str) -> bool:
    return responses.variables[name].dtype.kind == "f"


def _columns(responses: Responses, study: Study, name: str) -> tuple[tuple[str, ...], Array]:
    column = responses.variables[name]
    if _is_number(responses, name):
        return (name,), column.to_numpy(float)[:, None]
    levels = [str(level) for level in column.cat.categories if (column == level).any()]
    if not 2 <= len(levels) <= MOST_CATEGORIES:
        message = (
            f"'{name}' has {len(levels)} levels with answers; in the model a category has 2 to {MOST_CATEGORIES}. "
            "Put levels together in the data, or declare it as a number."
        )
        raise AnalysisRefused(study.problem(message, "variables", name))
    reference = study.definition.segments.reference.get(name, levels[0])
    shown = [level for level in levels if level != (reference if reference in levels else levels[0])]
    inside = np.column_stack([(column == level).to_numpy(float) for level in shown])
    inside[column.isna().to_numpy()] = np.nan
    return tuple(f"{name}={level}" for level in shown), inside


def terms_of(study: Study, scores: Array, variables: Variables, rows: Array, weight: Array) -> Terms:
    """Terms over the analysed rows; factors of an interaction are centred at their weighted mean.

    Levels that occur in none of these rows have no column; raises AnalysisRefused where a driver has one level only.
    """
    constructs = dict(zip(study.used, scores.T, strict=True))
    present = {name: _present(*variables.columns[name], rows) for name in variables.columns}
    single = [name for name in study.drivers if name in present and not present[name][0]]
    if single:
        message = f"everybody in the model is of one and the same '{single[0]}', so it explains nothing; leave it out."
        raise AnalysisRefused(study.problem(message, "model", "drivers"))
    names: list[str] = []
    columns: list[Array] = []
    for control in study.controls:
        names += present[control][0]
        columns += list(present[control][1].T)
    controls, at = len(names), []
    for player in study.drivers:
        own = _player(player, constructs, present, weight)
        at.append(tuple(range(len(names) - controls, len(names) - controls + len(own[0]))))
        names += own[0]
        columns += own[1]
    place = {player: position for position, player in enumerate(study.drivers)}
    kinds = {player: _kind(player, constructs, variables) for player in study.drivers}
    return Terms(
        names=(*names, study.outcome),
        values=np.column_stack([*columns, constructs[study.outcome]]),
        controls=controls,
        players=study.drivers,
        at=tuple(at),
        parents={place[f"{a}*{b}"]: (place[a], place[b]) for a, b in study.definition.model.interactions},
        groups={name: tuple(place[driver] for driver in drivers) for name, drivers in study.groups.items()},
        kinds=kinds,
    )


def _present(names: tuple[str, ...], values: Array, rows: Array) -> Columns:
    """Columns over the analysed rows; the first level that occurs stands in for a reference that does not."""
    values = values[rows]
    if "=" not in names[0]:
        return names, values
    occurring = list(np.flatnonzero(values.any(0)))
    kept = occurring if (values.sum(1) == 0).any() else occurring[1:]
    return tuple(names[at] for at in kept), values[:, kept]


def _kind(player: str, constructs: Mapping[str, Array], variables: Variables) -> str:
    return "construct" if player in constructs else variables.kinds.get(player, "interaction")


def _player(
    player: str, constructs: Mapping[str, Array], present: Mapping[str, Columns], weight: Array
) -> tuple[tuple[str, ...], list[Array]]:
    if player in constructs:
        return (player,), [constructs[player]]
    if player in present:
        names, values = present[player]
        return names, list(values.T)
    product = np.ones(len(weight))
    for part in player.split("*"):
        product = product * (constructs[part] - np.average(constructs[part], weights=weight))
    return (player,), [product]
