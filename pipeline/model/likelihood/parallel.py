"""Whether one slope holds for every step of an ordered outcome: the Wald test of Brant (1990)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtrc

from pipeline.model.likelihood.logit import Logit
from pipeline.model.likelihood.newton import fit
from pipeline.model.likelihood.shapley import covariance
from pipeline.weight import Design

Array = np.ndarray

PEOPLE_A_SLOPE = 5
MOST_CUTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelLines:
    """chi2: Wald statistic with df degrees of freedom. cuts: how many steps of the outcome were compared."""

    chi2: float
    df: int
    p: float
    cuts: int


def parallel_lines(x: Array, y: Array, design: Design, people: int = PEOPLE_A_SLOPE) -> ParallelLines | str:
    """Test of equal slopes in the binary logits of y above each category, for (n, p) x and whole (n,) y in 0..K-1.

    A simple sample has Brant's covariance of the logits, as R's brant (omnibus). Else it is design-based: linearised
    between sampling units, residuals over one less their leverage, p from F with units less strata degrees of freedom.
    Steps with fewer than `people` rows a coefficient on either side are left out, and of more than MOST_CUTS steps
    those are taken that split the sample most evenly. Returns the reason where the test does not exist.
    """
    cuts = _cuts(np.bincount(y), people * (x.shape[1] + 1))
    if len(cuts) < 2:
        return "few_answers"
    logits = []
    for cut in cuts:
        model = Logit(x, y > cut, design.weight)
        found = fit(model)
        if isinstance(found, str):
            return found
        logits.append((model, found.params, model.probability(found.params[None])[0].copy()))
    slopes = np.concatenate([params for _, params, _ in logits])
    return _wald(slopes, covariance_of(logits, design), x.shape[1], design)


def _cuts(counts: Array, least: int) -> Array:
    """Categories after which the outcome is cut."""
    below = np.cumsum(counts)[:-1]
    good = np.flatnonzero((below >= least) & (counts.sum() - below >= least))
    if len(good) <= MOST_CUTS:
        return good
    wanted = np.arange(1, MOST_CUTS + 1) / (MOST_CUTS + 1) * counts.sum()
    return np.unique(good[np.abs(below[good] - wanted[:, None]).argmin(1)])


def covariance_of(logits: list[tuple[Logit, Array, Array]], design: Design) -> Array:
    """Covariance of the parameters of all logits together."""
    full = logits[0][0].across.T
    k, weight = full.shape[1], design.weight
    bread = np.zeros((len(logits) * k, len(logits) * k))
    meat = bread.copy()
    for at, (_, _, above) in enumerate(logits):
        mine = slice(at * k, at * k + k)
        bread[mine, mine] = np.linalg.inv((full * (weight * above * (1 - above))[:, None]).T @ full)
        for other, (_, _, further) in enumerate(logits[at:], start=at):
            its = slice(other * k, other * k + k)
            meat[mine, its] = (full * (weight * further * (1 - above))[:, None]).T @ full
            meat[its, mine] = meat[mine, its].T
    if design.kind != "simple":
        scores = np.hstack(
            [
                _scores(model, above, bread[at * k : at * k + k, at * k : at * k + k])
                for at, (model, _, above) in enumerate(logits)
            ]
        )
        meat = covariance(scores, design)
    return bread @ meat @ bread


def _scores(model: Logit, above: Array, bread: Array) -> Array:
    """(n, k) slopes of each row's log-likelihood, each over one less its leverage, as in HC3."""
    full = model.across.T
    leverage = model.weight * above * (1 - above) * ((full @ bread) * full).sum(1)
    return full * ((model.y - above) / (1 - np.minimum(leverage, 0.99)))[:, None]


def _wald(slopes: Array, covariance: Array, drivers: int, design: Design) -> ParallelLines | str:
    cuts = len(slopes) // (drivers + 1)
    contrast = np.zeros(((cuts - 1) * drivers, len(slopes)))
    for at in range(1, cuts):
        for driver in range(drivers):
            line = (at - 1) * drivers + driver
            contrast[line, 1 + driver], contrast[line, at * (drivers + 1) + 1 + driver] = 1.0, -1.0
    apart, spread, df = contrast @ slopes, contrast @ covariance @ contrast.T, len(contrast)
    try:
        chi2 = float(apart @ np.linalg.solve(spread, apart))
    except np.linalg.LinAlgError:
        return "few_answers"
    if design.kind == "simple":
        return ParallelLines(chi2=chi2, df=df, p=float(chdtrc(df, chi2)), cuts=cuts)
    left = len(design.keys) - len(np.unique(design.strata)) - df + 1
    if left < 1:
        return "few_units"
    return ParallelLines(chi2=chi2, df=df, p=float(fdtrc(df, left, chi2 * left / ((left + df - 1) * df))), cuts=cuts)
