"""The factors of every kind: by proportional fitting or by Newton's method, for one sample or many replicates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from pipeline.weighting._kinds import Kinds

Array = np.ndarray
Method = Literal["rake", "linear"]
METHODS: tuple[Method, ...] = ("rake", "linear")

TINY = 1e-300
"""What an empty level counts as, so that a target of nothing is met by nobody."""
RIDGE = 1e-12
"""Part of the size of the equations added to them: levels of a margin add up, so some are always one too many."""
PATIENCE, SHRUNK = 100, 0.99
"""Rounds in which the largest distance must shrink to this part of itself, else there is nothing to converge to."""


def solve(
    method: Method, kinds: Kinds, mass: Array, target: Array, tolerance: float, rounds: int
) -> tuple[Array, int, Array]:
    """(…, k) factors, rounds gone through, and the (…) largest distance of a margin from its (L,) target over all."""
    first, end = kinds.spans[0]
    total = target[first:end].sum()
    step, free, used = _STEPS[method], np.ones(mass.shape), 0
    away = before = np.full(mass.shape[:-1], np.inf)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        while used < rounds and (away > tolerance * total).any():
            free = step(kinds, mass, target, free)
            away = np.abs((mass * kinds.cut(free)) @ kinds.member - target).max(-1)
            used += 1
            if used % PATIENCE == 0:
                if not (away < SHRUNK * before).any():
                    break
                before = away
    return kinds.cut(free), used, away / total


def _proportional(kinds: Kinds, mass: Array, target: Array, free: Array) -> Array:
    """Each margin in turn is multiplied by what it lacks, cut to the limits after each."""
    for (first, end), block, at in zip(kinds.spans, kinds.blocks, kinds.at, strict=True):
        found = (mass * kinds.cut(free)) @ block
        free = free * (target[first:end] / np.maximum(found, TINY))[..., at]
    return free


def _newton(kinds: Kinds, mass: Array, target: Array, free: Array) -> Array:
    """One step on the linear function between the limits: the closed form where nothing is cut."""
    member, factor = kinds.member, kinds.cut(free)
    missing = target - (mass * factor) @ member
    inside = mass * (factor == free)
    products = (member.T * inside[..., None, :]) @ member
    ridge = RIDGE * (TINY + np.trace(products, axis1=-2, axis2=-1))
    products += ridge[..., None, None] * np.eye(member.shape[1])
    return np.asarray(free + np.linalg.solve(products, missing[..., None])[..., 0] @ member.T)


_STEPS: dict[Method, Callable[[Kinds, Array, Array, Array], Array]] = {"rake": _proportional, "linear": _newton}
