"""Correlations drawn towards none at all, by as much as they are uncertain: for many drivers and few people."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def shrunk(columns: Array, weight: Array | None = None) -> tuple[Array, float]:
    """(q, q) shrunk correlations and the intensity λ of (r, q) complete columns, the outcome among them.

    R* = (1 - λ) R + λ I with λ = Σ Var(r_jk) / Σ r_jk² over the pairs, at most 1 (Schäfer & Strimmer 2005, target D).
    Positive definite whatever the number of columns. Weights are taken as those of independent rows: with w that sum to
    1 the variance is Σw² / (1 - Σw²) · Σ w (x_j x_k - r_jk)², which equal weights turn into the published formula;
    clusters are not seen and would make λ larger.
    """
    weight = np.ones(len(columns)) if weight is None else np.asarray(weight, float)
    weight = weight / weight.sum()
    centred = columns - weight @ columns
    standard = centred / np.sqrt(weight @ centred**2)
    correlations = (standard * weight[:, None]).T @ standard
    spread = (standard**2 * weight[:, None]).T @ standard**2 - correlations**2
    size = float(weight @ weight)
    apart = ~np.eye(len(correlations), dtype=bool)
    signal = float((correlations[apart] ** 2).sum())
    noise = size / (1 - size) * float(spread[apart].sum())
    intensity = 1.0 if noise >= signal else noise / signal
    return towards_none(correlations, intensity), intensity


def towards_none(correlations: Array, intensity: float) -> Array:
    """(…, q, q) correlations times 1 - intensity, the diagonal left at 1: for resamples, with λ as found."""
    q = correlations.shape[-1]
    return np.asarray(np.where(np.eye(q, dtype=bool), 1.0, (1.0 - intensity) * correlations))
