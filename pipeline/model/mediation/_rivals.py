"""Rival orders: the same variables in another order, fitted to the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

from pipeline.model.mediation._paths import Plan

ALL_ORDERS = 3
"""Stages up to which every order is tried; of more, those in which two neighbours have changed places."""


def order(plan: Plan) -> str:
    """The order as a text: 'founder>trust+identity>intent'."""
    return ">".join((plan.begin, *("+".join(stage) for stage in plan.stages), plan.end))


def rivals(plan: Plan, *, assigned: bool = False) -> dict[str, Plan]:
    """Order -> plan of every rival.

    The stages in another order; each mediator in the place of the beginning; the whole chain backwards. Where the
    beginning was assigned by an experiment nothing comes before it, and only the first kind is a rival.
    """
    found = [replace(plan, stages=stages) for stages in _orders(plan.stages)]
    if not assigned:
        found += _swapped(plan)
        if all(len(stage) == 1 for stage in plan.stages):
            found.append(replace(plan, begin=plan.end, stages=plan.stages[::-1], end=plan.begin))
    return {order(rival): rival for rival in found}


def _orders(stages: tuple[tuple[str, ...], ...]) -> Iterator[tuple[tuple[str, ...], ...]]:
    if len(stages) <= ALL_ORDERS:
        yield from list(permutations(stages))[1:]
        return
    for at in range(len(stages) - 1):
        yield (*stages[:at], stages[at + 1], stages[at], *stages[at + 2 :])


def _swapped(plan: Plan) -> Iterator[Plan]:
    """Each mediator at the beginning, which takes its place."""
    for at, stage in enumerate(plan.stages):
        for name in stage:
            turned = tuple(plan.begin if other == name else other for other in stage)
            yield replace(plan, begin=name, stages=(*plan.stages[:at], turned, *plan.stages[at + 1 :]))
