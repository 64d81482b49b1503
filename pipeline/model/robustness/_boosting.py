"""Boosted step functions on top of the linear model, from products of indicator columns alone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

Array = np.ndarray

BINS = 7
COARSE = 3
MANY = 10
"""Columns from which on pairs are cut in two, not three: the products of all pairs would fill the memory."""
SHRINKAGE = 0.1
STEPS = 150
PATIENCE = 20
CHUNK = 1 << 22


def bins(column: Array, most: int) -> Array:
    """(r,) bin of each value: the values themselves where there are few, else bins with equally many rows."""
    values, inverse = np.unique(column, return_inverse=True)
    if len(values) <= most:
        return np.asarray(inverse)
    cuts = np.unique(np.quantile(column, np.arange(1, most) / most))
    found = np.searchsorted(cuts, column, side="right")
    return np.asarray(np.unique(found, return_inverse=True)[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Learners:
    """Base learners: a step function of each column, and of each pair of columns in coarser bins.

    cells: (r, learners) cell that a row falls into, numbered over all learners. starts: first cell of each learner.
    """

    cells: Array
    starts: Array
    count: int

    @classmethod
    def of(cls, x: Array) -> Learners:
        """Learners of the (r, k) columns; a column that does not vary has none."""
        varying = [column for column in x.T if np.ptp(column) > 0]
        coarse = [bins(column, COARSE if len(varying) <= MANY else 2) for column in varying]
        codes = [bins(column, BINS) for column in varying]
        codes += [one * (other.max() + 1) + other for one, other in combinations(coarse, 2)]
        sizes = [int(code.max()) + 1 for code in codes]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
        cells = np.column_stack([code + start for code, start in zip(codes, starts[:-1], strict=True)])
        return cls(cells=cells, starts=starts[:-1], count=int(starts[-1]))

    def products(self, x: Array, y: Array, weight: Array, rows: Array) -> Array:
        """(cells + k + 2, same) weighted products of the indicators of all cells, 1, x and y over some rows."""
        size = self.count + x.shape[1] + 2
        total = np.zeros((size, size))
        step = max(1, CHUNK // size)
        for at in range(0, len(rows), step):
            part = rows[at : at + step]
            columns = np.zeros((len(part), size))
            columns[np.arange(len(part))[:, None], self.cells[part]] = 1.0
            columns[:, self.count] = 1.0
            columns[:, self.count + 1 : -1] = x[part]
            columns[:, -1] = y[part]
            columns *= np.sqrt(weight[part])[:, None]
            total += columns.T @ columns
        return total


def linear(products: Array, cells: int) -> Array:
    """(k + 1,) least squares from products; columns that repeat others share their slope."""
    inner = products[cells:-1, cells:-1]
    scale = 1 / np.sqrt(np.maximum(np.diag(inner), 1e-300))
    inverse = np.linalg.pinv(inner * scale[:, None] * scale, rcond=1e-10, hermitian=True)
    return np.asarray(scale * (inverse @ (scale * products[cells:-1, -1])))


class Boost:
    """The linear fit of `train`, boosted step by step; `lost` is the squared error gained or lost in `test` so far.

    Componentwise L2 boosting (Bühlmann & Yu 2003; Bühlmann & Hothorn 2007): each step refits the residuals by the one
    learner that explains most of them, and takes a tenth of it. Starting from the straight lines, what is added is
    what these miss. Both are products of `Learners`; no step looks at rows.
    """

    def __init__(self, learners: Learners, train: Array, test: Array | None = None) -> None:
        m = learners.count
        self.starts, self.ends = learners.starts, np.append(learners.starts[1:], m)
        self.slopes, self.added, self.lost = linear(train, m), np.zeros(m), 0.0
        sizes = np.diag(train)[:m]
        self.inverse = np.where(sizes > 0, 1 / np.where(sizes > 0, sizes, 1.0), 0.0)
        parts = [train] if test is None else [train, test]
        self.parts = [part[:m, :m] for part in parts]
        self.left = [part[:m, -1] - part[:m, m:-1] @ self.slopes for part in parts]

    def step(self) -> None:
        """One step; O(cells) and a few rows of the products."""
        left = self.left[0]
        best = int(np.add.reduceat(left * left * self.inverse, self.starts).argmax())
        cells = slice(self.starts[best], self.ends[best])
        change = SHRINKAGE * left[cells] * self.inverse[cells]
        self.added[cells] += change
        if len(self.parts) > 1:
            sizes = self.parts[1].diagonal()[cells]
            self.lost += float(change @ (sizes * change - 2 * self.left[1][cells]))
        for part, each in zip(self.parts, self.left, strict=True):
            each -= change @ part[cells]

    def predictions(self, learners: Learners, x: Array, rows: Array) -> tuple[Array, Array]:
        """Linear and boosted predictions of some rows."""
        straight = self.slopes[0] + x[rows] @ self.slopes[1:]
        return straight, straight + self.added[learners.cells[rows]].sum(1)


def best_steps(learners: Learners, train: Array, tests: list[Array]) -> int:
    """Number of steps with the smallest error in the tests, each left out of the training in its turn.

    The search ends when PATIENCE further steps have gained nothing.
    """
    boosts = [Boost(learners, train - test, test) for test in tests]
    best, smallest = 0, 0.0
    for step in range(1, STEPS + 1):
        for boost in boosts:
            boost.step()
        lost = sum(boost.lost for boost in boosts)
        if lost < smallest:
            best, smallest = step, lost
        elif step - best >= PATIENCE:
            break
    return best
