"""Latent classes of categorical answers: probabilities of every answer within each class, and the sizes of the classes.

Goodman (1974); Linzer & Lewis (2011). Answers are independent within a class. A missing answer adds nothing to the
likelihood, which is right where it is missing at random (as poLCA `na.rm = FALSE`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.model.classes._climb import product, shared_out

Array = np.ndarray

SMALLEST = 1e-12
"""Least probability of an answer: a zero, for every purpose but its logarithm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers of people, as patterns. patterns: (P, J) level of each answer, -1 = none. levels: (J,) their number.

    weight: (N, P) how often each pattern stands in each of N data sets. ones: (P, M) the patterns as 0 and 1, M levels
    in all. where: (n,) pattern of each person of the first. people: (n,) their weights. size: number of classes.
    Parameters of a run: K sizes, then M probabilities of each class.
    """

    patterns: Array
    levels: Array
    weight: Array
    ones: Array
    where: Array
    people: Array
    size: int = 1

    @classmethod
    def of(cls, codes: Array, levels: Array, people: Array | None = None) -> Answers:
        """Of (n, J) answers of people with (n,) weights, 1 when absent."""
        people = np.ones(len(codes)) if people is None else people
        patterns, where = collapsed(codes, levels)
        return cls.counted(patterns, levels, np.bincount(where, people)[None], where, people)

    @classmethod
    def counted(cls, patterns: Array, levels: Array, weight: Array, where: Array, people: Array) -> Answers:
        """Of (P, J) patterns that stand (N, P) times in N data sets."""
        first = np.cumsum([0, *levels])
        ones = np.zeros((len(patterns), first[-1]))
        for at, answer in enumerate(patterns.T):
            given = np.flatnonzero(answer >= 0)
            ones[given, first[at] + answer[given]] = 1.0
        return cls(
            patterns=patterns, levels=np.asarray(levels), weight=weight, ones=ones, where=where, people=people
        )  # fmt: skip

    def into(self, size: int) -> Answers:
        """The same answers, in so many classes."""
        return replace(self, size=size)

    def weighted(self, weight: Array) -> Answers:
        """The same patterns under (N, P) other weights."""
        return replace(self, weight=weight)

    def rough(self) -> Answers:
        """The same in single precision: enough where many data sets are compared, and more than twice as fast."""
        return replace(self, ones=self.ones.astype(np.float32), weight=self.weight.astype(np.float32))

    @property
    def wide(self) -> int:
        return self.size * len(self.patterns)

    @property
    def free(self) -> int:
        """Number of parameters that may vary."""
        return self.size - 1 + self.size * int((self.levels - 1).sum())

    @property
    def owner(self) -> Array:
        """(M,) answer that each level belongs to."""
        return np.repeat(np.arange(len(self.levels)), self.levels)

    def parts(self, values: Array) -> tuple[Array, Array]:
        """(s, K) sizes and (s, K, M) probabilities."""
        return values[:, : self.size], values[:, self.size :].reshape(len(values), self.size, -1)

    def joined(self, sizes: Array, chances: Array) -> Array:
        return np.hstack([sizes, chances.reshape(len(sizes), -1)])

    def mended(self, values: Array) -> Array:
        sizes, chances = self.parts(np.maximum(values, SMALLEST))
        return self.joined(sizes / sizes.sum(1, keepdims=True), self._scaled(chances))

    def _scaled(self, chances: Array) -> Array:
        """The (…, M) numbers divided by their sum over the levels of each answer."""
        first = np.cumsum([0, *self.levels[:-1]])
        return np.asarray(chances / np.add.reduceat(chances, first, axis=-1)[..., self.owner])

    def _expected(self, values: Array) -> tuple[Array, Array]:
        """(K, s, P) probability of each class, given the pattern, and (s, P) log-likelihood of the patterns."""
        sizes, chances = self.parts(values)
        across = np.log(np.maximum(chances, SMALLEST)).transpose(1, 0, 2).reshape(-1, self.ones.shape[1])
        found = product(across.astype(self.ones.dtype), self.ones.T).reshape(self.size, len(values), -1)
        found += np.log(np.maximum(sizes, SMALLEST)).T[:, :, None].astype(found.dtype)
        return shared_out(found)

    def step(self, values: Array, of: Array) -> tuple[Array, Array]:
        found, likelihood = self._expected(values)
        weight = self.weight[of]
        likelihood = (weight * likelihood).sum(1, dtype=float)
        found *= weight
        counts = found.sum(2, dtype=float).T
        each = product(found.reshape(-1, found.shape[2]), self.ones)
        chances = each.reshape(self.size, len(values), -1).transpose(1, 0, 2).astype(float)
        return self.mended(self.joined(counts, chances + SMALLEST)), likelihood

    def posterior(self, values: Array) -> Array:
        """(s, K, P) probability of each class for somebody with each pattern."""
        return self._expected(values)[0].transpose(1, 0, 2)

    def random(self, number: int, random: np.random.Generator) -> Array:
        """(number, width) starts: sizes alike, probabilities drawn anew for every class."""
        chances = self._scaled(random.random((number, self.size, self.ones.shape[1])) + 1e-3)
        return self.joined(np.full((number, self.size), 1 / self.size), chances)

    def grown(self, values: Array, random: np.random.Generator) -> Array:
        """(s, width of one class more) starts from (s, width) parameters: the largest class is split in two."""
        sizes, chances = self.parts(values)
        largest = sizes.argmax(1)
        at = np.arange(len(values))
        apart = self._scaled(chances[at, largest] * (0.5 + random.random((len(values), chances.shape[2]))))
        sizes = np.hstack([sizes, sizes[at, largest][:, None] / 2])
        sizes[at, largest] /= 2
        return self.joined(sizes, np.concatenate([chances, apart[:, None]], axis=1))

    def identified(self, values: Array) -> bool:
        """Whether the (width,) parameters can be told from their neighbours by these patterns (rank of the scores).

        Goodman's condition at the maximum; probabilities at 0, which have no neighbours, are left out.
        """
        sizes, chances = self.parts(values[None])
        posterior = self.posterior(values[None])[0].T
        given = (self.patterns >= 0)[:, self.owner]
        inner = (self.ones[:, None] - given[:, None] * chances[0]) * posterior[:, :, None]
        scores = np.hstack([posterior - sizes[0], inner.reshape(len(inner), -1)])
        free = chances[0] > 1e-4
        needed = self.size - 1 + int(free.sum()) - self.size * len(self.levels)
        return min(self.cells, len(scores)) > needed and int(np.linalg.matrix_rank(scores, tol=1e-6)) >= needed

    @property
    def cells(self) -> int:
        """Number of possible patterns, as far as it matters."""
        return int(min(np.prod(self.levels.astype(float)), 2.0**60))

    def deviance(self, values: Array) -> float:
        """G² of the (width,) parameters against the shares of the patterns themselves (whole answers only)."""
        logs = self._expected(values[None])[1][0]
        there = self.weight[0] > 0
        counts = self.weight[0][there]
        return 2 * float((counts * (np.log(counts / self.weight[0].sum()) - logs[there])).sum())

    def simulated(self, values: Array, many: int, random: np.random.Generator) -> Answers:
        """`many` data sets of our people with their gaps and weights, and answers as the (width,) parameters say."""
        sizes, chances = self.parts(values[None])
        number = len(self.where)
        of = np.minimum((random.random((number * many, 1)) > np.cumsum(sizes[0])).sum(1), self.size - 1)
        columns, first = [], 0
        for count in self.levels:
            ladder = np.cumsum(chances[0, :, first : first + count], axis=1)[of]
            columns.append(np.minimum((random.random((len(of), 1)) > ladder).sum(1), count - 1))
            first += count
        drawn = np.column_stack(columns)
        drawn[np.tile(self.patterns[self.where] < 0, (many, 1))] = -1
        patterns, where = collapsed(drawn, self.levels)
        weight = np.zeros((many, len(patterns)))
        np.add.at(weight, (np.repeat(np.arange(many), number), where), np.tile(self.people, many))
        made = Answers.counted(patterns, self.levels, weight, where[:number], self.people)
        return replace(made, size=self.size)


def collapsed(answers: Array, levels: Array) -> tuple[Array, Array]:
    """(P, J) different patterns of (n, J) answers, and (n,) which of them each is."""
    if np.prod(levels.astype(float) + 1) < 2.0**62:
        codes = (answers + 1) @ np.cumprod([1, *(levels[:-1] + 1)])
        _, first, where = np.unique(codes, return_index=True, return_inverse=True)
        return answers[first], where
    patterns, where = np.unique(answers, axis=0, return_inverse=True)
    return patterns, where.ravel()
