"""The factors of every kind: by proportional fitting or by Newton's method, for one sample or many replicates."""

from __future__ import annotations

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
FITTED = 3
"""Rounds of fitting after which all levels are moved at once where that is nearer."""
PATIENCE, SHRUNK = 100, 0.99
"""Rounds in which the largest distance must shrink to this part of itself, else there is nothing to converge to."""


def solve(
    method: Method, kinds: Kinds, mass: Array, target: Array, tolerance: float, rounds: int
) -> tuple[Array, int, Array]:
    """(…, k) factors, rounds gone through, and the (…) largest distance of a margin from its (L,) target over all."""
    first, end = kinds.spans[0]
    total = target[first:end].sum()
    step = _newton if method == "linear" else _proportional if kinds.low is None else _bounded
    quick = step is _proportional and mass.ndim == 1
    free, weight, used = np.ones(mass.shape), mass, 0
    away = before = np.full(mass.shape[:-1], np.inf)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        while used < rounds and (away > tolerance * total).any():
            leapt = _leap(kinds, target, weight, away) if quick and used >= FITTED else None
            free, weight = step(kinds, mass, target, free, weight) if leapt is None else (free, leapt)
            away = np.abs(weight @ kinds.member - target).max(-1)
            used += 1
            if used % PATIENCE == 0:
                if not (away < SHRUNK * before).any():
                    break
                before = away
        factor = weight / np.where(mass > 0, mass, 1.0) if step is _proportional else kinds.cut(free)
    return factor, used, away / total


def _proportional(kinds: Kinds, _: Array, target: Array, free: Array, weight: Array) -> tuple[Array, Array]:
    """Each margin in turn is multiplied by what it lacks; the weights themselves say how far they are."""
    for (first, end), block, at in zip(kinds.spans, kinds.blocks, kinds.at, strict=True):
        weight = weight * (target[first:end] / np.maximum(weight @ block, TINY)).take(at, axis=-1, mode="clip")
    return free, weight


def _bounded(kinds: Kinds, mass: Array, target: Array, free: Array, weight: Array) -> tuple[Array, Array]:
    """The same with factors that are cut to their limits after each margin, and remembered without."""
    for (first, end), block, at in zip(kinds.spans, kinds.blocks, kinds.at, strict=True):
        free = free * (target[first:end] / np.maximum(weight @ block, TINY)).take(at, axis=-1, mode="clip")
        weight = mass * kinds.cut(free)
    return free, weight


def _leap(kinds: Kinds, target: Array, weight: Array, away: Array) -> Array | None:
    """Weights after Newton's step on the factors of all levels together; None where it does not halve the distance."""
    moved = weight * np.exp(_slopes(kinds.member, weight, target - weight @ kinds.member) @ kinds.member.T)
    return moved if np.abs(moved @ kinds.member - target).max() < away / 2 else None


def _newton(kinds: Kinds, mass: Array, target: Array, free: Array, weight: Array) -> tuple[Array, Array]:
    """One step on the linear function between the limits: the closed form where nothing is cut."""
    inside = mass if kinds.low is None else mass * (kinds.cut(free) == free)
    free = free + _slopes(kinds.member, inside, target - weight @ kinds.member) @ kinds.member.T
    return free, mass * kinds.cut(free)


def _slopes(member: Array, mass: Array, missing: Array) -> Array:
    """(…, L) what the factor of each level changes by, so that (…, k) masses make up for what is missing."""
    products = (member.T * mass[..., None, :]) @ member
    ridge = RIDGE * (TINY + np.trace(products, axis1=-2, axis2=-1))
    products += ridge[..., None, None] * np.eye(member.shape[1])
    return np.asarray(np.linalg.solve(products, missing[..., None])[..., 0])
