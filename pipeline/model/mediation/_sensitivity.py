"""How strong a common unmeasured cause of two neighbours in a chain would have to be to explain their arrow away.

Imai, Keele & Yamamoto (2010), "Identification, inference and sensitivity analysis for causal mediation effects",
Statistical Science 25, 51-71, theorem 4: with a correlation rho of the two residuals the arrow is
(s1/s2)(r - rho √((1 - r²)/(1 - rho²))), where s1, s2 and r are the standard deviations and the correlation of what all
other predictors leave of the target and of the source. It is zero at rho = r. R `mediation` (medsens) does the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.model.importance import usable
from pipeline.model.mediation._paths import Link, Paths, Plan, block
from pipeline.moments import Moments

Array = np.ndarray

GRID = tuple(at / 10 for at in range(-9, 10))
"""Correlations of the residuals that are tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """Of one arrow, over any leading axes: what must be known to take an unmeasured common cause into account.

    rho_zero: correlation of the residuals at which the arrow is zero. ratio: s1/s2. left_source, left_target: parts of
    the variances of source and target that their own equations leave unexplained.
    """

    rho_zero: Array
    ratio: Array
    left_source: Array
    left_target: Array

    def at(self, rho: float) -> Array:
        """(…) the arrow if the residuals correlate by rho."""
        left = np.sqrt((1 - self.rho_zero**2) / (1 - rho**2))
        return np.asarray(self.ratio * (self.rho_zero - rho * left))

    @property
    def residual(self) -> Array:
        """(…) product of the parts of both residual variances that the cause must explain: rho²."""
        return np.asarray(self.rho_zero**2)

    @property
    def whole(self) -> Array:
        """(…) product of the parts of both total variances that it must explain."""
        return np.asarray(self.rho_zero**2 * self.left_source * self.left_target)


def sensitivity(moments: Moments, plan: Plan, link: Link) -> Sensitivity:
    """Of one arrow of the plan; NaN where the plan has no coefficients."""
    source, target = link
    others = tuple(name for name in plan.predictors(target) if name != source)
    cov = moments.cov
    inner = [moments.names.index(name) for name in link]
    outer = [moments.names.index(name) for name in others]
    every = block(cov, inner, inner)
    left = every - _explained(moments, inner, outer) if outer else every
    size = np.diagonal(every, axis1=-2, axis2=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = left[..., 0, 1] / np.sqrt(left[..., 0, 0] * left[..., 1, 1])
        r = np.where(np.abs(r) < 1, r, np.nan)
        return Sensitivity(
            rho_zero=r,
            ratio=np.sqrt(left[..., 1, 1] / left[..., 0, 0]),
            left_source=left[..., 0, 0] / size[..., 0],
            left_target=left[..., 1, 1] * (1 - r**2) / size[..., 1],
        )


def _explained(moments: Moments, inner: list[int], outer: list[int]) -> Array:
    """(…, 2, 2) covariances of two columns that others explain; NaN where these are singular."""
    correlations, sd = moments.correlations, moments.sd
    known = block(correlations, outer, outer)
    there = usable(known)[..., None, None]
    safe = np.where(there, known, np.eye(len(outer)))
    across = np.where(there, block(correlations, outer, inner), np.nan)
    both = np.swapaxes(across, -1, -2) @ np.linalg.solve(safe, across)
    return np.asarray(both * sd[..., inner][..., :, None] * sd[..., inner][..., None, :])


def chain_at(found: Paths, link: Link, each: Sensitivity, rho: float) -> Array:
    """(…) the effect along the whole chain if the residuals at the ends of one arrow correlate by rho."""
    return found.chain({link: each.at(rho)})
