"""Sampling by theory: covariance matrices as a sample of n from a normal population would give them."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv

from pipeline.model.resample import Resampled
from pipeline.moments import Moments

Array = np.ndarray


def wishart(correlations: Array, n: float, draws: int, seed: int) -> Array:
    """(draws, q, q) sums of squares and products of n rows about their mean: Wishart with n - 1 degrees of freedom.

    Bartlett's (1933) decomposition L A A' L', L being the Cholesky root. n must exceed q and need not be whole.
    """
    return products(correlations, factor(len(correlations), n, draws, seed))


def factor(q: int, n: float, draws: int, seed: int) -> Array:
    """(draws, q, q) lower triangular A: chi on its diagonal, standard normal below, keyed by the seed (Philox).

    As chi comes from its quantiles, samples of different n from one seed are the same samples, more or less exact.
    """
    generator = np.random.Generator(np.random.Philox(key=seed))
    root = np.zeros((draws, q, q))
    at = np.arange(q)
    root[:, at, at] = np.sqrt(2 * gammaincinv((n - 1 - at) / 2, generator.random((draws, q))))
    below = np.tril_indices(q, -1)
    root[:, below[0], below[1]] = generator.standard_normal((draws, len(below[0])))
    return root


def products(correlations: Array, factors: Array) -> Array:
    """(draws, q, q) sums of products of the factors in a population with these correlations."""
    root = np.linalg.cholesky(correlations) @ factors
    return np.asarray(root @ np.swapaxes(root, -1, -2))


def resampled(correlations: Array, names: tuple[str, ...], *, n: int, seed: int, draws: int) -> Resampled:
    """Moments of standardised columns with these correlations, and of `draws` normal samples of n from them."""
    point = Moments.of_correlations(correlations, names, n)
    zeros = np.zeros((draws, len(names)))
    drawn = Moments(
        names=names,
        origin=point.origin,
        weight=np.full(draws, float(n)),
        sums=zeros,
        products=wishart(correlations, n, draws, seed),
        rows=n,
    )
    return Resampled(point=point, draws=drawn)
