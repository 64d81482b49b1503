"""Dice: draws from one Philox stream, each made of uniform numbers, so that no version of numpy changes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Array = np.ndarray


class Dice:
    """Draws of one seed. The order of the calls decides what each gives."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.Generator(np.random.Philox(key=seed))

    def uniform(self, *shape: int) -> Array:
        """Numbers inside (0, 1)."""
        return (self._random.integers(0, 1 << 32, shape, dtype=np.uint32) + 0.5) / 2.0**32

    def normal(self, *shape: int) -> Array:
        """Standard normal numbers."""
        from scipy.special import ndtri

        return np.asarray(ndtri(self.uniform(*shape)))

    def chance(self, probability: Array | float, *shape: int) -> Array:
        """bool of this shape: true with the probability, which is broadcast."""
        return self.uniform(*shape) < probability

    def choice(self, chances: Array) -> Array:
        """(n,) level of each row of (n, levels) chances."""
        total = np.cumsum(chances, axis=1)
        return (self.uniform(len(chances), 1) * total[:, -1:] > total[:, :-1]).sum(1)

    def level(self, chances: Sequence[float], n: int) -> Array:
        """(n,) levels of the same chances for everybody."""
        return self.choice(np.broadcast_to(np.asarray(chances, float), (n, len(chances))))

    def count(self, mean: Array) -> Array:
        """(n,) Poisson counts up to 40 with these means."""
        left, chance, found = self.uniform(len(mean)), np.exp(-mean), np.zeros(len(mean))
        for at in range(1, 41):
            left = left - chance
            found += left > 0
            chance = chance * mean / at
        return found
