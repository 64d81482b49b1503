"""Paths: every arrow of a chain, and what runs along them, as functions of Moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from pipeline.model.importance import usable
from pipeline.moments import Moments

Array = np.ndarray
Route = tuple[str, ...]
Link = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A chain from `begin` through stages, in order, to `end`; what stands in one stage stands side by side.

    controls: columns in every equation. extra: further columns of the equations of some targets.
    """

    begin: str
    stages: tuple[tuple[str, ...], ...]
    end: str
    controls: tuple[str, ...] = ()
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def mediators(self) -> tuple[str, ...]:
        return tuple(name for stage in self.stages for name in stage)

    @property
    def targets(self) -> tuple[str, ...]:
        """What has an equation: the mediators in order, then the end."""
        return (*self.mediators, self.end)

    def sources(self, target: str) -> tuple[str, ...]:
        """What has an arrow to the target: the beginning, and all mediators of earlier stages."""
        earlier: tuple[str, ...] = ()
        for stage in self.stages:
            if target in stage:
                break
            earlier += stage
        return (self.begin, *earlier)

    def predictors(self, target: str) -> tuple[str, ...]:
        """Columns of the target's equation: its arrows first, then controls and what is extra, none twice."""
        further = dict(self.extra).get(target, ())
        return tuple(dict.fromkeys((*self.sources(target), *self.controls, *further)))

    @property
    def links(self) -> tuple[Link, ...]:
        """Every arrow, in the order of the equations."""
        return tuple((source, target) for target in self.targets for source in self.sources(target))

    @property
    def routes(self) -> tuple[Route, ...]:
        """Every way through one mediator or more: at most one of each stage, in order; short ones first."""
        choices = product(*((None, *stage) for stage in self.stages))
        found = [tuple(name for name in choice if name is not None) for choice in choices]
        return tuple((self.begin, *route, self.end) for route in sorted(filter(None, found), key=len))

    @property
    def whole(self) -> tuple[Route, ...]:
        """Routes through every stage: the chain as it is claimed."""
        return tuple(route for route in self.routes if len(route) == len(self.stages) + 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Coefficients of a plan over any leading axes (…); NaN where columns do not vary or repeat each other.

    b, beta: (…, links), in points and standardised. extra: those of the extra columns, by (column, target).
    r2: (…, targets). direct, total: (…), the latter without any mediator; sd: (…, 2) of beginning and end.
    """

    plan: Plan
    b: Array
    beta: Array
    extra: dict[Link, Array]
    r2: Array
    direct: Array
    total: Array
    sd: Array

    def link(self, link: Link) -> Array:
        """(…) coefficient of one arrow."""
        return np.asarray(self.b[..., self.plan.links.index(link)])

    def along(self, route: Route, other: dict[Link, Array] | None = None) -> Array:
        """(…) product of the coefficients along a route, some of them put in place of the arrow's own."""
        replaced = other or {}
        found = np.ones(self.total.shape)
        for step in pairwise(route):
            found = found * (replaced[step] if step in replaced else self.link(step))
        return found

    @property
    def indirect(self) -> Array:
        """(…, routes) specific indirect effects: points of the end per point of the beginning."""
        return np.stack([self.along(route) for route in self.plan.routes], axis=-1)

    @property
    def total_indirect(self) -> Array:
        """(…) sum of all specific indirect effects: total less direct."""
        return np.asarray(self.indirect.sum(-1))

    def chain(self, other: dict[Link, Array] | None = None) -> Array:
        """(…) sum of the effects along the routes through every stage, with arrows put in place as in `along`."""
        return np.asarray(sum(self.along(route, other) for route in self.plan.whole))

    @property
    def standard(self) -> Array:
        """(…) what turns an effect into the completely standardised one: sd of the beginning over sd of the end."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.sd[..., 0] / self.sd[..., 1])

    @property
    def partly(self) -> Array:
        """(…) what turns an effect into the partially standardised one: one over the sd of the end."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(1 / self.sd[..., 1])


def block(matrix: Array, rows: Sequence[int], columns: Sequence[int]) -> Array:
    """(…, k, l) some rows and columns of (…, q, q)."""
    return np.asarray(matrix[..., np.array(rows)[:, None], np.array(columns)])


def paths(moments: Moments, plan: Plan) -> Paths:
    """Every equation of the plan by least squares, one of each mediator and of the end, over all leading axes.

    Weights stand in the moments. As PROCESS models 4, 6, 80 and 81 (Hayes 2022), and as lavaan with free residual
    covariances of mediators that stand side by side.
    """
    correlations, sd = moments.correlations, moments.sd
    everything = tuple(dict.fromkeys(name for target in plan.targets for name in plan.predictors(target)))
    places = [moments.names.index(name) for name in everything]
    there = usable(block(correlations, places, places))
    end = moments.names.index(plan.end)
    there &= np.isfinite(correlations[..., end, end])
    safe = np.where(there[..., None, None], correlations, np.eye(len(moments.names)))
    scale = np.where(there[..., None], sd, np.nan)
    betas: dict[Link, Array] = {}
    for target in plan.targets:
        predictors = plan.predictors(target)
        found = _solved(safe, moments, predictors, target)
        betas |= {(source, target): beta for source, beta in zip(predictors, found, strict=True)}
    whole = _solved(safe, moments, (plan.begin, *plan.controls), plan.end)[0]
    return _gathered(plan, moments, safe, scale, betas, whole)


def _solved(correlations: Array, moments: Moments, predictors: tuple[str, ...], target: str) -> list[Array]:
    """Standardised coefficients, each (…), of one equation."""
    places = [moments.names.index(name) for name in predictors]
    right = block(correlations, places, [moments.names.index(target)])
    return list(np.moveaxis(np.linalg.solve(block(correlations, places, places), right)[..., 0], -1, 0))


def _gathered(
    plan: Plan, moments: Moments, correlations: Array, sd: Array, betas: dict[Link, Array], whole: Array
) -> Paths:
    def deviation(name: str) -> Array:
        return np.asarray(sd[..., moments.names.index(name)])

    def points(link: Link, beta: Array) -> Array:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(beta * deviation(link[1]) / deviation(link[0]))

    explained = []
    for target in plan.targets:
        at = moments.names.index(target)
        own = [
            betas[name, target] * correlations[..., moments.names.index(name), at] for name in plan.predictors(target)
        ]
        explained.append(np.where(np.isnan(deviation(target)), np.nan, sum(own)))
    b = {link: points(link, beta) for link, beta in betas.items()}
    further = {(name, target): b[name, target] for target, names in plan.extra for name in names}
    known = np.where(np.isnan(deviation(plan.end)), np.nan, 1.0)
    return Paths(
        plan=plan,
        b=np.stack([b[link] for link in plan.links], axis=-1),
        beta=np.stack([betas[link] * known for link in plan.links], axis=-1),
        extra=further,
        r2=np.stack(explained, axis=-1),
        direct=b[plan.begin, plan.end],
        total=points((plan.begin, plan.end), whole),
        sd=np.stack([deviation(plan.begin), deviation(plan.end)], axis=-1),
    )
