"""What models with one intercept and one slope a driver share."""

from __future__ import annotations

import numpy as np

from pipeline.model.likelihood.newton import block_size, pair_products, standardised

Array = np.ndarray


class Glm:
    """(n, p) drivers x, (n,) outcome y and weights, made ready; parameters are the intercept and p slopes."""

    fixed = 1

    def __init__(self, x: Array, y: Array, weight: Array, null: float) -> None:
        columns, self.mean, self.scale = standardised(np.asarray(x, float), weight)
        full = np.column_stack([np.ones(len(columns)), columns])
        self.y, self.weight, self.order = np.asarray(y, float), weight, np.arange(len(weight))
        self.null = np.array([null])
        self.across = np.ascontiguousarray(full.T)
        self.extent = np.abs(full).max(0)
        self.weighted = full * weight[:, None]
        self.pairs, self.places = pair_products(full, weight)
        self.target = self.y @ self.weighted
        self.space = np.empty((2, block_size(len(y)), len(y)))
        self.single = np.empty(self.space.shape[1:], np.float32)

    def reach(self, params: Array, step: Array) -> Array:  # noqa: ARG002
        return np.ones(len(step))

    def unscaled(self) -> Array:
        turn = np.diag(np.concatenate([[1.0], 1 / self.scale]))
        turn[0, 1:] = -self.mean / self.scale
        return turn
