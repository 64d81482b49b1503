"""Binary logit."""

from __future__ import annotations

import numpy as np

from pipeline.model.likelihood.glm import Glm

Array = np.ndarray


class Logit(Glm):
    """Log-odds of (n,) y = 1 against 0, linear in (n, p) x. Both values must occur."""

    def __init__(self, x: Array, y: Array, weight: Array) -> None:
        share = weight @ np.asarray(y, float) / weight.sum()
        super().__init__(x, y, weight, null=float(np.log(share / (1 - share))))

    def probability(self, params: Array) -> Array:
        """(b, n) fitted probabilities, in working space that the next call uses again."""
        fitted, other = self.space[:, : len(params)]
        np.exp(np.matmul(params, self.across, out=fitted), out=fitted)
        return np.divide(fitted, np.add(fitted, 1, out=other), out=fitted)

    def derivatives(self, params: Array) -> tuple[Array, Array]:
        fitted = self.probability(params)
        return self.target - fitted @ self.weighted, self.information(self.spread(fitted))

    def spread(self, fitted: Array) -> Array:
        """(b, n) single precision variances of y, in working space, of probabilities that lie there."""
        single = self.single[: len(fitted)]
        square = np.multiply(fitted, fitted, out=self.space[1, : len(fitted)])
        return np.subtract(fitted, square, out=single, casting="same_kind")

    def information(self, spread: Array) -> Array:
        """(b, q, q) information of variances of y."""
        return (spread @ self.pairs)[:, self.places].astype(float)

    def log_likelihood(self, params: Array) -> Array:
        eta, odds = self.space[:, : len(params)]
        np.exp(np.matmul(params, self.across, out=eta), out=odds)
        odds += 1
        eta *= self.y
        eta -= np.log(odds, out=odds)
        return eta
