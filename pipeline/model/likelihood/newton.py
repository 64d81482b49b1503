"""Newton's method for every subset of drivers at once.

Subsets of one size are fitted together, in blocks that stay in the processor's cache; a subset starts where its
smaller subsets lead to. A maximum that lies at infinity (separation) is told from one that was not reached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

Array = np.ndarray

MOST_DRIVERS = 15
BLOCK = 1 << 16
"""Subsets × rows worked on at once."""
ITERATIONS = 50
PATIENCE = 10
"""Newton steps after which each is checked."""
HALVINGS = 20
LOOKAHEAD = 4
DECREMENT = 3e-5
"""Newton decrement, over the root of the rows, after which one more step leaves less than 1e-9 of log-likelihood."""
STEP = 1e-2
"""Largest last step of a coefficient, in standard deviations: near separation the gain fades, the step does not."""
LONGEST = 3.0
LARGEST = 300.0
"""Linear predictor beyond which its exponential might overflow."""


class Model(Protocol):
    """A likelihood with q parameters: `fixed` of them always in the model, then one for each of p drivers.

    Drivers are standardised inside. Parameters are (b, q), one row a subset, 0 where a driver is left out.
    order: (n,) which row of the data each row of the model is; weight: (n,) weights of the rows of the model.
    extent: (q,) largest absolute value that multiplies each parameter. Results may lie in working space: use them
    before the next call.
    """

    order: Array
    weight: Array
    null: Array
    fixed: int
    extent: Array

    def derivatives(self, params: Array) -> tuple[Array, Array]:
        """(b, q) gradient of the weighted log-likelihood, and its (b, q, q) information (negative Hessian).

        Products behind the information are in single precision: that changes how a step is aimed, not where it ends.
        """

    def log_likelihood(self, params: Array) -> Array:
        """(b, n) log-likelihood of each row, unweighted, in the order of the model."""

    def reach(self, params: Array, step: Array) -> Array:
        """(b,) fraction of the step that keeps the parameters inside their space."""

    def unscaled(self) -> Array:
        """(q, q) matrix that turns parameters into those of the drivers as they came."""


def fit_subsets(model: Model, drivers: int) -> Array | str:
    """(2^p, q) parameters at the maximum for every subset (bit j: driver j is in), or the reason why there is none.

    The reasons: 'too_many_drivers', 'separation' (a subset predicts some answers perfectly, so that a
    coefficient is infinite) and 'not_converged'.
    """
    if drivers > MOST_DRIVERS:
        return "too_many_drivers"
    numbers = np.arange(1 << drivers)
    inside = (numbers[:, None] >> np.arange(drivers) & 1).astype(bool)
    return fit_levels(model, inside, partial(_start, model))


def fit_levels(model: Model, inside: Array, start: Callable[[Array, Array], Array]) -> Array | str:
    """(s, q) parameters at the maximum for (s, p) subsets, the empty one first, or the reason why there is none.

    start: starting values of the subsets of those indices, from the parameters of all smaller ones.
    """
    used = np.column_stack([np.ones((len(inside), model.fixed), dtype=bool), inside])
    params = np.zeros(used.shape)
    params[0, : model.fixed] = model.null
    sizes, step = inside.sum(1), block_size(len(model.weight))
    for size in range(1, inside.shape[1] + 1):
        level = np.flatnonzero(sizes == size)
        for at in range(0, len(level), step):
            part = level[at : at + step]
            found = climb(model, start(params, part), used[part])
            if isinstance(found, str):
                return found
            params[part] = found
    return params


def block_size(rows: int) -> int:
    """Number of subsets worked on at once."""
    return max(4, BLOCK // rows)


def _start(model: Model, params: Array, part: Array) -> Array:
    """(b, q) starting values: those at which the first LOOKAHEAD drivers of a subset have no joint interaction."""
    terms, rest, start = [(1, part)], part, np.zeros((len(part), params.shape[1]))
    for _ in range(min(LOOKAHEAD, int(part[0]).bit_count())):
        terms += [(-sign, numbers & ~(rest & -rest)) for sign, numbers in terms]
        rest = rest & (rest - 1)
    for sign, numbers in terms[1:]:
        start -= sign * params[numbers]
    one = params[part & (part - 1)]
    lost = model.reach(one, start - one) < 1
    start[lost] = one[lost]
    return start


def climb(model: Model, params: Array, used: Array) -> Array | str:
    """(b, q) parameters at the maximum from these starting values, or the reason why there is none.

    Plain Newton steps at first; where they do not get there, from the empty model again with steps that only climb.
    """
    both = used[:, :, None] & used[:, None, :]
    idle = np.eye(used.shape[1]) * ~used[:, :, None]
    near = DECREMENT * len(model.weight) ** 0.5
    decrement = np.full(1, np.inf)
    for iteration in range(ITERATIONS):
        if iteration == PATIENCE:
            params = np.zeros(params.shape)
            params[:, : model.fixed] = model.null
        gradient, information = model.derivatives(params)
        gradient = np.where(used, gradient, 0.0)
        try:
            step = np.linalg.solve(np.where(both, information, idle), gradient[..., None])[..., 0]
        except np.linalg.LinAlgError:
            return "separation"
        decrement, length = (gradient * step).sum(1), np.abs(step).max(1)
        step *= np.minimum(model.reach(params, step), LONGEST / np.maximum(length, LONGEST))[:, None]
        params = params + (_climbing(model, params, step) if iteration >= PATIENCE else step)
        if (np.abs(params) @ model.extent > LARGEST).any():
            return "separation"
        if (np.abs(decrement) < near).all() and (length < STEP).all():
            return params
    return "separation" if (np.abs(decrement) < near).all() else "not_converged"


def _climbing(model: Model, params: Array, step: Array) -> Array:
    """(b, q) steps, each halved until it leads up."""
    before = model.log_likelihood(params) @ model.weight
    for _ in range(HALVINGS):
        lower = model.log_likelihood(params + step) @ model.weight < before
        if not lower.any():
            break
        step = np.where(lower[:, None], step / 2, step)
    return step


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The model with every driver. b: (q,) intercept or thresholds, then slopes, of the drivers as they came.

    cov: (q, q) inverse information, the errors of a simple sample. params: the same as b, of standardised drivers.
    """

    b: Array
    cov: Array
    params: Array
    log_likelihood: float
    log_likelihood_null: float


def fit(model: Model) -> Fit | str:
    """Maximum of the likelihood with all drivers, or the reason why there is none (see `fit_subsets`)."""
    start = np.zeros((1, len(model.extent)))
    start[0, : model.fixed] = model.null
    empty = float(model.log_likelihood(start)[0] @ model.weight)
    every = np.ones(start.shape, dtype=bool)
    near = climb(model, start, every)
    params = near if isinstance(near, str) else climb(model, near, every)
    if isinstance(params, str):
        return params
    turn = model.unscaled()
    return Fit(
        b=turn @ params[0],
        cov=turn @ np.linalg.inv(model.derivatives(params)[1][0]) @ turn.T,
        params=params[0],
        log_likelihood=float(model.log_likelihood(params)[0] @ model.weight),
        log_likelihood_null=empty,
    )


def standardised(x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """(n, p) columns with weighted mean 0 and deviation 1, their means and deviations."""
    mean = weight @ x / weight.sum()
    centred = x - mean
    scale = np.sqrt(weight @ centred**2 / weight.sum())
    return centred / scale, mean, scale


def pair_products(x: Array, weight: Array) -> tuple[Array, Array]:
    """(n, q(q+1)/2) single precision weighted products of two columns, and the (q, q) places where each is to go."""
    q = x.shape[1]
    first, second = np.triu_indices(q)
    places = np.empty((q, q), dtype=int)
    places[first, second] = places[second, first] = np.arange(len(first))
    across = np.ascontiguousarray(x.T)
    products = np.empty((len(first), len(x)), np.float32)
    at = 0
    for column in range(q):
        np.multiply(across[column] * weight, across[column:], out=products[at : at + q - column], casting="same_kind")
        at += q - column
    return np.ascontiguousarray(products.T), places
