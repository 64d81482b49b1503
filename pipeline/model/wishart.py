"""Sampling by theory: covariance matrices as a sample of n from a normal population would give them."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv

from pipeline.model.resample import Resampled
from pipeline.moments import Moments

Array = np.ndarray


def wishart(correlations: Array, n: float, draws: int, seed: int) -> Array:
    """(draws, q, q) sums of squares and products of n rows about their mean: Wishart with n - 1 degrees of freedom.

    Bartlett's (1933) decomposition: L A A' L' with L the Cholesky root, A lower triangular, chi on its diagonal and
    standard normal below. One generator (Philox) keyed by the seed; as chi comes from its quantiles, samples of
    different n from one seed are the same samples, more or less exact. n must exceed q and need not be whole.
    """
    q = len(correlations)
    generator = np.random.Generator(np.random.Philox(key=seed))
    root = np.zeros((draws, q, q))
    at = np.arange(q)
    root[:, at, at] = np.sqrt(2 * gammaincinv((n - 1 - at) / 2, generator.random((draws, q))))
    below = np.tril_indices(q, -1)
    root[:, below[0], below[1]] = generator.standard_normal((draws, len(below[0])))
    root = np.linalg.cholesky(correlations) @ root
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
