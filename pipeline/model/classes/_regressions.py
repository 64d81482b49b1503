"""Mixtures of regressions: classes of people in which the outcome goes with the drivers in different ways.

DeSarbo & Cron (1988). Within a class the outcome is normal about its own line, with its own spread; all rows of a
person belong to one class. A spread may not fall below FLOOR of the largest: a class of people who lie on a line
exactly would have an endless likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.model.classes._answers import SMALLEST
from pipeline.model.classes._climb import product, shared_out

Array = np.ndarray

FLOOR = 0.3
"""Least residual standard deviation of a class, as a part of that of the class with the largest (Hathaway 1985)."""
EXACT_LINE = 1e-3
"""The same as a part of that of a single line."""
RIDGE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Regressions:
    """Rows of people, sorted by person. x: (r, p) with the constant. pairs: (r, p(p+1)/2) products of its columns.

    y: (Y, r) outcome of each of Y data sets, or one for all. weight: (N, m) weight of each person. first: (m,) first
    row of each person. counts: (m,) rows of each. floor: least variance. Parameters of a run: K sizes, K·p
    coefficients, K variances.
    """

    x: Array
    pairs: Array
    y: Array
    weight: Array
    first: Array
    counts: Array
    floor: float
    size: int = 1

    @classmethod
    def of(cls, x: Array, y: Array, weight: Array, person: Array) -> Regressions:
        """Of (r, p) drivers without a constant and (r,) outcome; weight: (m,); person: (r,) sorted, from 0 on."""
        columns = np.column_stack([np.ones(len(x)), x])
        one, other = np.triu_indices(columns.shape[1])
        first = np.searchsorted(person, np.arange(len(weight)))
        found = cls(
            x=columns, pairs=columns[:, one] * columns[:, other], y=y[None], weight=np.atleast_2d(weight), first=first,
            counts=np.bincount(person), floor=0.0,
        )  # fmt: skip
        whole = found.maximised(np.ones((1, 1, len(weight))), np.zeros(1, int))
        return replace(found, floor=max(EXACT_LINE**2 * float(whole[0, -1]), SMALLEST))

    def into(self, size: int) -> Regressions:
        """The same rows, in so many classes."""
        return replace(self, size=size)

    def weighted(self, weight: Array) -> Regressions:
        """The same rows under (N, m) other weights of the people."""
        return replace(self, weight=weight)

    def rough(self) -> Regressions:
        """The same in single precision: enough where many data sets are compared, and more than twice as fast."""
        single = {name: getattr(self, name).astype(np.float32) for name in ("x", "pairs", "y", "weight")}
        return replace(self, **single)

    @property
    def wide(self) -> int:
        return self.size * len(self.x)

    @property
    def free(self) -> int:
        """Number of parameters that may vary."""
        return self.size - 1 + self.size * (self.x.shape[1] + 1)

    def parts(self, values: Array) -> tuple[Array, Array, Array]:
        """(s, K) sizes, (s, K, p) coefficients with the constant first, and (s, K) variances."""
        k = self.size
        return values[:, :k], values[:, k:-k].reshape(len(values), k, -1), values[:, -k:]

    def joined(self, sizes: Array, slopes: Array, spread: Array) -> Array:
        return np.hstack([sizes, slopes.reshape(len(sizes), -1), spread])

    def mended(self, values: Array) -> Array:
        sizes, slopes, spread = self.parts(values)
        sizes = np.maximum(sizes, SMALLEST)
        return self.joined(sizes / sizes.sum(1, keepdims=True), slopes, self.held(spread))

    def held(self, spread: Array) -> Array:
        """(s, K) variances that are not too small beside the largest."""
        least = np.maximum(FLOOR**2 * spread.max(1, keepdims=True), self.floor)
        return np.asarray(np.maximum(spread, least))

    def _outcome(self, of: Array) -> Array:
        return self.y if len(self.y) == 1 else self.y[of]

    def _expected(self, values: Array, of: Array) -> tuple[Array, Array]:
        """(K, s, m) probability of each class for each person, and (s, m) log-likelihood of the people."""
        sizes, slopes, spread = self.parts(values)
        across = slopes.transpose(1, 0, 2).reshape(-1, slopes.shape[2]).astype(self.x.dtype)
        found = product(across, self.x.T).reshape(self.size, len(values), -1)
        np.subtract(self._outcome(of), found, out=found)
        np.square(found, out=found)
        found *= (-0.5 / spread.T[:, :, None]).astype(found.dtype)
        if len(self.first) < len(self.x):
            found = np.add.reduceat(found, self.first, axis=2)
        constant = np.log(np.maximum(sizes, SMALLEST)).T[:, :, None]
        width = 0.5 * np.log(2 * np.pi * spread.T[:, :, None])
        alone = len(self.first) == len(self.x)
        found += (constant - width if alone else constant - width * self.counts).astype(found.dtype)
        return shared_out(found)

    def step(self, values: Array, of: Array) -> tuple[Array, Array]:
        found, likelihood = self._expected(values, of)
        weight = self.weight[of] if len(self.weight) > 1 else self.weight
        found *= weight
        return self.maximised(found, of), (weight * likelihood).sum(1, dtype=float)

    def maximised(self, counts: Array, of: Array) -> Array:
        """(s, width) parameters for (K, s, m) weights of each person in each class: weighted least squares."""
        size, runs = counts.shape[:2]
        each = counts if len(self.first) == len(self.x) else np.repeat(counts, self.counts, axis=2)
        flat = each.reshape(size * runs, -1)
        gram = _square(product(flat, self.pairs).astype(float), self.x.shape[1])
        reach = (each * self._outcome(of)).reshape(size * runs, -1)
        toward, total = product(reach, self.x).astype(float), flat.sum(1, dtype=float)
        gram += np.eye(self.x.shape[1]) * (RIDGE * (gram[:, 0, :1, None] + 1.0))
        slopes = np.linalg.solve(gram, toward[:, :, None])[:, :, 0]
        across = (reach.reshape(size, runs, -1) * self._outcome(of)).sum(2, dtype=float).ravel()
        left = across - 2 * (slopes * toward).sum(1) + (slopes[:, None] @ gram @ slopes[:, :, None]).ravel()
        spread = self.held((left / np.maximum(total, SMALLEST)).reshape(size, runs).T)
        parts = (counts.sum(2, dtype=float), slopes.reshape(size, runs, -1).transpose(1, 0, 2), spread)
        sizes = np.maximum(parts[0].T, SMALLEST)
        return np.hstack([sizes / sizes.sum(1, keepdims=True), parts[1].reshape(runs, -1), parts[2]])

    def posterior(self, values: Array) -> Array:
        """(s, K, m) probability of each class for each person."""
        return self._expected(values, np.zeros(len(values), int))[0].transpose(1, 0, 2)

    def random(self, number: int, random: np.random.Generator, of: Array | None = None) -> Array:
        """(number, width) starts: the lines of as many random sets of a few people; of: (number,) data sets."""
        people = len(self.first)
        share = min(1.0, 4.0 * self.x.shape[1] * self.size / people)
        owner = random.integers(self.size, size=(number, people))
        owner[random.random((number, people)) > share] = -1
        counts = (owner == np.arange(self.size)[:, None, None]).astype(self.x.dtype)
        found = self.maximised(counts + self.x.dtype.type(1e-3), np.zeros(number, int) if of is None else of)
        sizes, slopes, spread = self.parts(found)
        return self.joined(
            np.full_like(sizes, 1 / self.size), slopes, np.broadcast_to(spread.mean(1)[:, None], spread.shape)
        )

    def grown(self, values: Array, random: np.random.Generator) -> Array:
        """(s, width of one class more) starts from (s, width) parameters: the largest class is split in two."""
        sizes, slopes, spread = self.parts(values)
        at, largest = np.arange(len(values)), sizes.argmax(1)
        moved = slopes[at, largest] * (1 + 0.5 * random.standard_normal((len(values), slopes.shape[2])))
        sizes = np.hstack([sizes, sizes[at, largest][:, None] / 2])
        sizes[at, largest] /= 2
        return self.joined(
            sizes, np.concatenate([slopes, moved[:, None]], axis=1), np.hstack([spread, spread[at, largest][:, None]])
        )

    def identified(self, values: Array) -> bool:
        """Whether every class of the (width,) parameters has more people than coefficients, and a spread of its own."""
        sizes, _, spread = self.parts(values[None])
        enough = sizes[0] * len(self.first) > self.x.shape[1] + 1
        return bool(enough.all() and (spread[0] > FLOOR**2 * spread[0].max() * 1.001).all())

    def simulated(self, values: Array, many: int, random: np.random.Generator) -> Regressions:
        """`many` data sets of our people, drivers and weights, with an outcome as the (width,) parameters say."""
        sizes, slopes, spread = self.parts(values[None])
        people = len(self.first)
        owner = np.minimum((random.random((many, people, 1)) > np.cumsum(sizes[0])).sum(2), self.size - 1)
        each = np.repeat(owner, self.counts, axis=1)
        mean = np.take_along_axis((self.x @ slopes[0].T).T, each, axis=0)
        return replace(self, y=mean + random.standard_normal(each.shape) * np.sqrt(spread[0])[each])


def _square(pairs: Array, width: int) -> Array:
    """(s, width, width) symmetric matrices of their (s, width(width+1)/2) upper triangles."""
    one, other = np.triu_indices(width)
    found = np.empty((len(pairs), width, width))
    found[:, one, other] = found[:, other, one] = pairs
    return found
