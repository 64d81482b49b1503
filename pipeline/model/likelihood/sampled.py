"""The subsets along a sample of the orders of entry, for drivers too many for every subset.

A block of orders is a random one, its rotations, and each of those backwards: its subsets are the arcs of one circle,
p (p - 1) + 2 of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.model.importance._sampled import orders_of
from pipeline.model.likelihood.newton import Model, fit_levels

Array = np.ndarray

BLOCKS = 32
"""Random orders, each with its rotations and reversals."""
FEWEST_BLOCKS = 8
"""Random orders without which their spread says nothing about the error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """Subsets of p drivers along orders of entry.

    orders: (blocks, 2p, p) drivers as they enter. numbers: (s,) the distinct subsets (bit j: driver j is in), rising,
    so that the empty one is first and the full one last. places: (blocks, 2p, p + 1) which subset each order has come
    to before, between and after its entries.
    """

    orders: Array
    numbers: Array
    places: Array

    @property
    def gains(self) -> Array:
        """(p, s) weight of each subset's value in the mean increment of each driver."""
        found = np.zeros((self.orders.shape[-1], len(self.numbers)))
        np.add.at(found, (self.orders, self.places[..., 1:]), 1.0)
        np.add.at(found, (self.orders, self.places[..., :-1]), -1.0)
        return found / self.orders[..., 0].size

    def error(self, values: Array) -> Array:
        """(p,) standard errors from the choice of orders, of mean increments of (s,) values: between blocks."""
        increments = np.diff(values[self.places], axis=-1)
        means = np.take_along_axis(increments, np.argsort(self.orders, axis=-1), -1).mean(1)
        return np.asarray(means.std(0, ddof=1) / len(means) ** 0.5)


def along(drivers: int, blocks: int) -> Along:
    """The subsets along so many blocks of orders, always the same."""
    orders = orders_of(drivers, blocks)
    passed = np.zeros((*orders.shape[:-1], drivers + 1), dtype=np.int64)
    passed[..., 1:] = np.cumsum(np.int64(1) << orders, axis=-1)
    numbers, places = np.unique(passed, return_inverse=True)
    return Along(orders=orders, numbers=numbers, places=places.reshape(passed.shape))


def blocks_within(rows: int, drivers: int, work: int) -> int:
    """Blocks of orders, BLOCKS at most, whose subsets times rows stay within so much work; 0 where that is too few."""
    blocks = min(BLOCKS, work // (rows * (drivers * (drivers - 1) + 2)))
    return blocks if blocks >= FEWEST_BLOCKS else 0


def fit_along(model: Model, subsets: Along) -> Array | str:
    """(s, q) parameters at the maximum for every one of these subsets, or the reason of `fit_subsets`."""
    drivers = subsets.orders.shape[-1]
    inside = (subsets.numbers[:, None] >> np.arange(drivers) & 1).astype(bool)
    one, other, neither = _smaller(subsets)

    def start(params: Array, part: Array) -> Array:
        """Starting values at which the first and the last driver to enter have no interaction."""
        nearest = params[one[part]]
        begun = nearest + params[other[part]] - params[neither[part]]
        lost = model.reach(nearest, begun - nearest) < 1
        begun[lost] = nearest[lost]
        return begun

    return fit_levels(model, inside, start)


def _smaller(subsets: Along) -> tuple[Array, Array, Array]:
    """(s,) each: the subset without the last driver to enter in some order, without the first, and without both."""
    flat, passed = subsets.orders.reshape(-1, subsets.orders.shape[-1]), subsets.places[..., 1:].ravel()
    entering = np.zeros((2, len(subsets.numbers)), dtype=np.int64)
    entering[0, passed] = (np.int64(1) << flat).ravel()
    entering[1, passed] = np.repeat(np.int64(1) << flat[:, 0], flat.shape[1])
    last, first = entering
    without = (subsets.numbers & ~bits for bits in (last, first, last | first))
    one, other, neither = (np.searchsorted(subsets.numbers, numbers) for numbers in without)
    return one, other, neither
