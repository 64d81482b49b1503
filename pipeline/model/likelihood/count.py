"""Poisson regression of counts."""

from __future__ import annotations

import numpy as np

from pipeline.model.likelihood.glm import Glm

Array = np.ndarray


class Count(Glm):
    """Log of the expected (n,) count y, linear in (n, p) x. Not all counts may be 0."""

    def __init__(self, x: Array, y: Array, weight: Array) -> None:
        from scipy.special import gammaln

        super().__init__(x, y, weight, null=float(np.log(weight @ np.asarray(y, float) / weight.sum())))
        self.constant = gammaln(self.y + 1)

    def derivatives(self, params: Array) -> tuple[Array, Array]:
        expected, single = self.space[0, : len(params)], self.single[: len(params)]
        np.exp(np.matmul(params, self.across, out=expected), out=expected)
        np.copyto(single, expected, casting="same_kind")
        return self.target - expected @ self.weighted, (single @ self.pairs)[:, self.places].astype(float)

    def log_likelihood(self, params: Array) -> Array:
        eta, expected = self.space[:, : len(params)]
        np.exp(np.matmul(params, self.across, out=eta), out=expected)
        eta *= self.y
        eta -= expected
        eta -= self.constant
        return eta
