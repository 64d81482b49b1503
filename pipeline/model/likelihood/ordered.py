"""Proportional-odds model of an ordered outcome.

With rows sorted by category, P(y = k) = e^eta (c(k-1) - c(k)) / ((1 + c(k) e^eta) (1 + c(k-1) e^eta)), c(k) = e^-a(k):
one exponential a row, and all that mixes thresholds is a sum over the rows of a category (McCullagh 1980).
"""

from __future__ import annotations

import numpy as np

from pipeline.model.likelihood.newton import block_size, pair_products, standardised

Array = np.ndarray

BOUND = 0.9
"""Part of the gap between two thresholds that one step may close."""


class Ordered:
    """P(y <= k) = 1 / (1 + exp(eta - a(k))) for whole (n,) y in 0..K-1, eta linear in (n, p) x.

    Parameters are the K - 1 thresholds and p slopes, signed as R's polr and clm. Every category must occur, K > 2.
    """

    def __init__(self, x: Array, y: Array, weight: Array) -> None:
        self.order = np.argsort(y, kind="stable")
        self.counts = np.bincount(y)
        self.weight = weight[self.order]
        self.ends = np.concatenate([[0], np.cumsum(self.counts)])
        self.fixed = len(self.ends) - 2
        columns, self.mean, self.scale = standardised(np.asarray(x, float)[self.order], self.weight)
        self.across = np.ascontiguousarray(columns.T)
        self.extent = np.concatenate([np.ones(self.fixed), np.abs(columns).max(0)])
        self.weighted = np.column_stack([np.ones(len(columns)), columns]) * self.weight[:, None]
        self.weighted_single = self.weighted.astype(np.float32)
        self.pairs, self.places = pair_products(columns, self.weight)
        self.size = np.add.reduceat(self.weight, self.ends[:-1])
        below = np.cumsum(self.size)[:-1] / self.size.sum()
        self.null = np.log(below / (1 - below))
        self.space = np.empty((3, block_size(len(y)), len(y)))
        self.single = np.empty((2, *self.space.shape[1:]), np.float32)

    def _ratios(self, params: Array, lowest: float) -> tuple[Array, Array, Array]:
        """(b, n) e^eta, 1 + c(k) e^eta and 1 + c(k-1) e^eta for each row's category k, with c(-1) = `lowest`."""
        grown, upper, lower = self.space[:, : len(params)]
        np.exp(np.matmul(params[:, self.fixed :], self.across, out=grown), out=grown)
        edges = np.empty((len(params), self.fixed + 2))
        edges[:, 0], edges[:, -1] = lowest, 0.0
        np.exp(-params[:, : self.fixed], out=edges[:, 1:-1])
        for part, ratio in ((edges[:, 1:], upper), (edges[:, :-1], lower)):
            np.multiply(np.repeat(part, self.counts, axis=1), grown, out=ratio)
            ratio += 1
        return grown, upper, lower

    def derivatives(self, params: Array) -> tuple[Array, Array]:
        spare, *below = self._ratios(params, lowest=np.inf)
        single = self.single[:, : len(params)]
        ratio = 1 / np.expm1(np.diff(params[:, : self.fixed], axis=1))
        for each, slope in zip(below, single, strict=True):
            np.reciprocal(each, out=each)
            np.subtract(each, np.multiply(each, each, out=spare), out=slope, casting="same_kind")
        upper, lower = (self._by_category(each, self.weighted) for each in below)
        above, under = (self._by_category(each, self.weighted_single) for each in single)
        single[0] += single[1]
        within = (single[0] @ self.pairs)[:, self.places]
        return self._gradient(upper, lower, ratio), self._information(above, under, within, ratio)

    def _gradient(self, upper: Array, lower: Array, ratio: Array) -> Array:
        m = self.fixed
        gradient = np.empty((len(upper), m + len(self.across)))
        gradient[:, :m] = self.size[:-1] - upper[:, :-1, 0] - lower[:, 1:, 0]
        gradient[:, 1:m] += self.size[1:-1] * ratio
        gradient[:, : m - 1] -= self.size[1:-1] * ratio
        gradient[:, m:] = (upper + lower)[:, :, 1:].sum(1) - self.weighted[:, 1:].sum(0)
        return gradient

    def _information(self, upper: Array, lower: Array, within: Array, ratio: Array) -> Array:
        m = self.fixed
        information = np.zeros((len(upper), m + within.shape[1], m + within.shape[1]))
        mixed = upper[:, :-1] + lower[:, 1:]
        information[:, m:, m:] = within
        information[:, :m, m:] = -mixed[:, :, 1:]
        information[:, m:, :m] = -mixed[:, :, 1:].transpose(0, 2, 1)
        tie = self.size[1:-1] * ratio * (1 + ratio)
        index = np.arange(m)
        information[:, index, index] = mixed[:, :, 0]
        information[:, index[1:], index[1:]] += tie
        information[:, index[:-1], index[:-1]] += tie
        information[:, index[1:], index[:-1]] = information[:, index[:-1], index[1:]] = -tie
        return information

    def _by_category(self, values: Array, weighted: Array) -> Array:
        """(b, K, 1 + p) weighted sums of values, and of values times x, over the rows of each category."""
        found = np.empty((self.fixed + 1, len(values), weighted.shape[1]), weighted.dtype)
        for at in range(self.fixed + 1):
            rows = slice(self.ends[at], self.ends[at + 1])
            np.matmul(values[:, rows], weighted[rows], out=found[at])
        return found.transpose(1, 0, 2)

    def log_likelihood(self, params: Array) -> Array:
        grown, upper, lower = self._ratios(params, lowest=0.0)
        m = self.fixed
        alone = np.zeros((len(params), m + 1))
        alone[:, 1:] = -params[:, :m]
        alone[:, 1:-1] += np.log(-np.expm1(-np.diff(params[:, :m], axis=1)))
        grown[:, : self.ends[1]] = 1.0
        grown /= np.multiply(upper, lower, out=upper)
        np.log(grown, out=grown)
        grown += np.repeat(alone, self.counts, axis=1)
        return grown

    def reach(self, params: Array, step: Array) -> Array:
        gap, change = np.diff(params[:, : self.fixed], axis=1), np.diff(step[:, : self.fixed], axis=1)
        limit = np.where(change < 0, BOUND * gap / np.minimum(change, -1e-300) * -1, np.inf)
        return np.minimum(1.0, limit.min(1, initial=np.inf))

    def unscaled(self) -> Array:
        turn = np.diag(np.concatenate([np.ones(self.fixed), 1 / self.scale]))
        turn[: self.fixed, self.fixed :] = self.mean / self.scale
        return turn
