"""Kinds of respondents: those who share the levels of all margins, and the base weight where that matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import prod

import numpy as np

Array = np.ndarray

DENSE = 1 << 16
"""Combinations of levels up to which they are counted in a table of all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """k kinds of n respondents. of: (n,) kind of each. mass: (k,) sum of their base weights.

    at: one (k,) array of levels a margin, counted within `spans`: (first, end) of each margin in the L levels of all.
    member: (k, L) 1 where a kind has a level, laid out column by column; blocks: its columns margin by margin. low,
    high: (k,) limits of the factor of the base weight, or None.
    """

    of: Array
    mass: Array
    at: tuple[Array, ...]
    spans: tuple[tuple[int, int], ...]
    member: Array
    blocks: tuple[Array, ...]
    low: Array | None = None
    high: Array | None = None

    def cut(self, factor: Array) -> Array:
        """(…, k) factors within the limits."""
        return factor if self.low is None else np.asarray(np.clip(factor, self.low, self.high))


def kinds_of(
    levels: Sequence[Array], sizes: Sequence[int], base: Array | None, bounds: tuple[Array, Array] | None
) -> Kinds:
    """Kinds of n respondents with (n,) levels of margins of these sizes; bounds: limits of the weight, () or (n,)."""
    flat, combinations = _packed(levels, sizes)
    if bounds is not None and base is not None and np.ptp(base) > 0:
        cell, of = _apart(flat, base)
        mass = np.bincount(of, base)
    else:
        cell, of, mass = _distinct(flat, combinations, base)
    at = np.unravel_index(cell, sizes)
    ends = [0, *accumulate(sizes)]
    across = np.zeros((ends[-1], len(cell)))
    for first, codes in zip(ends, at, strict=False):
        across[first + codes, np.arange(len(cell))] = 1.0
    spans = tuple(pairwise(ends))
    kinds = Kinds(
        of=of,
        mass=mass,
        at=at,
        spans=spans,
        member=across.T,
        blocks=tuple(across[first:end].T for first, end in spans),
    )
    return kinds if bounds is None else _limited(kinds, base, bounds)


def _packed(levels: Sequence[Array], sizes: Sequence[int]) -> tuple[Array, int]:
    """(n,) one number for the levels of each respondent, and how many there could be."""
    combinations = prod(sizes)
    narrow = np.dtype(np.int16 if combinations < np.iinfo(np.int16).max else np.int64)
    flat = levels[0].astype(narrow)
    for codes, size in zip(levels[1:], sizes[1:], strict=True):
        np.multiply(flat, narrow.type(size), out=flat)
        np.add(flat, codes if np.can_cast(codes.dtype, narrow) else codes.astype(narrow), out=flat)
    return flat.astype(np.int64, copy=False), combinations


def _apart(flat: Array, base: Array) -> tuple[Array, Array]:
    """Levels of each kind, and the (n,) kind of each respondent, where base weights differ within levels."""
    pairs = np.column_stack([flat, np.unique(base, return_inverse=True)[1]])
    _, first, of = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    return flat[first], of.ravel()


def _distinct(flat: Array, combinations: int, base: Array | None) -> tuple[Array, Array, Array]:
    """Levels of each kind, the (n,) kind of each respondent, and their mass; by counting where there are few."""
    if combinations > max(DENSE, len(flat)):
        cell, of = np.unique(flat, return_inverse=True)
        return cell, of, np.bincount(of, base, len(cell)).astype(float)
    counts = np.bincount(flat, minlength=combinations)
    mass = counts.astype(float) if base is None else np.bincount(flat, base, len(counts))
    cell = np.flatnonzero(counts)
    if len(cell) == len(counts):
        return cell, flat, mass
    place = np.zeros(len(counts), dtype=np.int64)
    place[cell] = np.arange(len(cell))
    return cell, place.take(flat, mode="clip"), mass[cell]


def _limited(kinds: Kinds, base: Array | None, bounds: tuple[Array, Array]) -> Kinds:
    """With limits of the factor: those of the weight over the base weight, which all of a kind share."""
    first = np.zeros(len(kinds.mass), dtype=np.int64)
    first[kinds.of] = np.arange(len(kinds.of))
    begun = np.ones(len(first)) if base is None else base[first]
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = (
            np.where(begun > 0, np.broadcast_to(bound, kinds.of.shape)[first] / begun, 0.0) for bound in bounds
        )
    return replace(kinds, low=low, high=high)
