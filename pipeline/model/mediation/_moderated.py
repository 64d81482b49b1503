"""Moderated mediation: the first or the last arrow of a chain depends on a moderator.

Hayes (2015), "An index and test of linear moderated mediation", Multivariate Behavioral Research 50, 1-22. First and
last are PROCESS models 7 and 14, and 83 and 87 in a chain of two stages: the moderator stands in the equations of the
moderated arrows alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from pipeline.model.mediation._paths import Link, Paths, Plan, Route, paths
from pipeline.model.modelled import quantile
from pipeline.moments import Moments

Array = np.ndarray
Where = Literal["first", "last"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """A chain of which one arrow depends on a moderator. links: the arrows that do; centre: of the moderator."""

    paths: Paths
    links: tuple[Link, ...]
    moderator: str
    centre: float

    @property
    def routes(self) -> tuple[Route, ...]:
        """Routes with a moderated arrow."""
        return tuple(route for route in self.paths.plan.routes if any(link in self.links for link in pairwise(route)))

    def _slopes(self) -> dict[Link, Array]:
        return {link: self.paths.extra[by(link[0], self.moderator), link[1]] for link in self.links}

    def index(self, route: Route | None = None) -> Array:
        """(…) change of the effect along the route (of the whole chain, without one) per point of the moderator."""
        slopes = self._slopes()
        return self.paths.chain(slopes) if route is None else self.paths.along(route, slopes)

    def at(self, value: float) -> Array:
        """(…) effect along the whole chain at a value of the moderator."""
        moved = {link: self.paths.link(link) + slope * (value - self.centre) for link, slope in self._slopes().items()}
        return self.paths.chain(moved)


def by(name: str, moderator: str) -> str:
    """Name of the product of a column and the moderator."""
    return f"{name}*{moderator}"


def moderated_links(plan: Plan, where: Where) -> tuple[Link, ...]:
    """Arrows from the beginning to the first stage, or from the last stage to the end."""
    if where == "first":
        return tuple((plan.begin, name) for name in plan.stages[0])
    return tuple((name, plan.end) for name in plan.stages[-1])


def sources(plan: Plan, where: Where) -> tuple[str, ...]:
    """Columns whose products with the moderator are needed."""
    return tuple(dict.fromkeys(source for source, _ in moderated_links(plan, where)))


def products(columns: Array, moderator: Array, weight: Array) -> Array:
    """(r, k) products of the columns with the moderator, all about their weighted means."""
    centred = columns - np.average(columns, axis=0, weights=weight)
    return np.asarray(centred * (moderator - np.average(moderator, weights=weight))[:, None])


def moderation(moments: Moments, plan: Plan, moderator: str, where: Where, centre: float) -> Moderation:
    """The chain with its moderated arrows; the moments hold the products, named as `by` does."""
    links = moderated_links(plan, where)
    further = {target: tuple(by(source, moderator) for source, to in links if to == target) for _, target in links}
    extra = tuple((target, (moderator, *names)) for target, names in further.items())
    return Moderation(paths=paths(moments, replace(plan, extra=extra)), links=links, moderator=moderator, centre=centre)


def values(moderator: Array, weight: Array, parts: Sequence[float] = (0.16, 0.5, 0.84)) -> dict[str, float]:
    """'p16', 'p50', 'p84' -> smallest value that so much of the weight does not exceed, equal ones once.

    'v0', 'v1' -> both values of a moderator that has but two.
    """
    found = np.unique(moderator)
    if len(found) == 2:
        return {f"v{value:g}": float(value) for value in found}
    named = {f"p{round(100 * part)}": quantile(moderator, weight, part) for part in parts}
    return {name: value for name, value in named.items() if name == _first(named, value)}


def _first(named: dict[str, float], value: float) -> str:
    return next(name for name, other in named.items() if other == value)
