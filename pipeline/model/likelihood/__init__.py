"""Outcome models other than the straight line: logit, ordered logit, count; every subset of drivers, Shapley shares.

All fits are weighted pseudo-maximum likelihood. Every subset to MOST_DRIVERS drivers; above, those along a sample of
the orders of entry, with the error that this leaves.
"""

from __future__ import annotations

from pipeline.model.likelihood.count import Count
from pipeline.model.likelihood.logit import Logit
from pipeline.model.likelihood.newton import MOST_DRIVERS, Fit, Model, fit, fit_subsets
from pipeline.model.likelihood.ordered import Ordered
from pipeline.model.likelihood.parallel import ParallelLines, parallel_lines
from pipeline.model.likelihood.sampled import Along, along, blocks_within, fit_along
from pipeline.model.likelihood.shapley import Shares, mcfadden, tjur

__all__ = [
    "MOST_DRIVERS",
    "Along",
    "Count",
    "Fit",
    "Logit",
    "Model",
    "Ordered",
    "ParallelLines",
    "Shares",
    "along",
    "blocks_within",
    "fit",
    "fit_along",
    "fit_subsets",
    "mcfadden",
    "parallel_lines",
    "tjur",
]
