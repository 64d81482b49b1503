"""Shares: the mean slope of a logit model, and the curve that keeps what it predicts within 0 and 1.

A straight line for a share runs out of 0 and 1, and where ratings are skewed its slope is not the mean slope of the
curve that people lie on. So the slope is that of a logit model, averaged over the respondents (average marginal
effect). Farther off the same model says how the line bends: with the respondents' own linear predictors η, a common
shift d moves the share to S(d) = mean of 1/(1 + exp(-η - d)), and a straight-line change u is bent to S(u / S'(0)) -
S(0), whose slope at 0 is 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

Array = np.ndarray

STEPS = 100
"""Newton steps before the logit model counts as not converged: with separation it never does."""
LONGEST = 4.0
SETTLED = 1e-10
POINTS = 80
FLAT = 1e-6
"""A mean slope below this is none."""
ROWS = 1 << 16
"""Replicates × rows worked on at once: what stays in the cache of a processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """A logit model of (r,) y on (r, k) full: an intercept and the columns that vary, standardised.

    weight: (r,), sums to 1. b: (k,). varies: (q,) which of the columns came in. sd: (q,) what they were divided by.
    """

    full: Array
    y: Array
    weight: Array
    b: Array
    varies: Array
    sd: Array

    @property
    def eta(self) -> Array:
        """(r,) linear predictors."""
        return np.asarray(self.full @ self.b)

    def share(self, shift: Array) -> Array:
        """(k,) share when every linear predictor moves by each of (k,) shifts."""
        eta = self.eta
        return np.array([float(self.weight @ expit(eta + one)) for one in shift])

    @property
    def slope(self) -> float:
        """S'(0)."""
        fitted = expit(self.eta)
        return float(self.weight @ (fitted * (1 - fitted)))

    @property
    def slopes(self) -> Array:
        """(q,) mean slope of the share in each column, 0 where it does not vary."""
        return self._unscaled(self.b[None], np.array([self.slope]))[0]

    def curve(self, widest: float) -> tuple[Array, Array]:
        """(k,) straight-line changes from -widest to widest, and the change that each is bent to."""
        line = np.round(np.linspace(-widest, widest, POINTS + 1), 6)
        return line, self.share(line / self.slope) - self.share(np.zeros(1))

    def drawn(self, blocks: Iterable[Array]) -> Array:
        """(B, q) slopes in replicates with (b, r) factors of the rows; NaN where a replicate has no information.

        Two Newton steps from the sample, and a third with the information of the second.
        """
        first, second = np.triu_indices(len(self.b))
        pairs = self.full[:, first] * self.full[:, second]
        step = max(1, ROWS // len(self.y))
        return np.concatenate(
            [self._block(block[at : at + step], pairs) for block in blocks for at in range(0, len(block), step)]
        )

    def _block(self, factors: Array, pairs: Array) -> Array:
        own = factors * self.weight
        b = np.repeat(self.b[None], len(own), axis=0)
        fitted = expit(b @ self.full.T)
        for newton in (True, True, False):
            if newton:
                inverse, good = self._inverse((own * fitted * (1 - fitted)) @ pairs)
            b += (inverse @ ((own * (self.y - fitted)) @ self.full)[..., None])[..., 0]
            fitted = expit(b @ self.full.T)
        slope = (own * fitted * (1 - fitted)).sum(1) / np.maximum(own.sum(1), FLAT)
        return np.where(good[:, None], self._unscaled(b, slope), np.nan)

    def _inverse(self, sums: Array) -> tuple[Array, Array]:
        """(b, k, k) inverse of informations given by their upper triangles, and whether each has one."""
        k = len(self.b)
        first, second = np.triu_indices(k)
        information = np.empty((len(sums), k, k))
        information[:, first, second] = information[:, second, first] = sums
        good = np.linalg.eigvalsh(information)[:, 0] > FLAT**2
        return np.linalg.inv(np.where(good[:, None, None], information, np.eye(k))), good

    def _unscaled(self, b: Array, slope: Array) -> Array:
        found = np.zeros((len(b), len(self.sd)))
        found[:, self.varies] = b[:, 1:] * slope[:, None] / self.sd[self.varies]
        return found


def bend(x: Array, y: Array, weight: Array) -> Bend | None:
    """Bend of (r,) y of 0 and 1 on (r, q) x; None where the logit model has no finite maximum."""
    weight = weight / weight.sum()
    sd = x.std(0)
    varies = sd > 0
    full = np.column_stack([np.ones(len(y)), ((x - x.mean(0)) / np.where(varies, sd, 1.0))[:, varies]])
    b = np.zeros(full.shape[1])
    for _ in range(STEPS):
        fitted = expit(full @ b)
        information = (full * (weight * fitted * (1 - fitted))[:, None]).T @ full
        if np.linalg.eigvalsh(information)[0] < FLAT**2:
            return None
        step = np.linalg.solve(information, full.T @ (weight * (y - fitted)))
        b = b + step * min(1.0, LONGEST / max(np.abs(step).max(), 1e-300))
        if np.abs(step).max() < SETTLED:
            found = Bend(full=full, y=y, weight=weight, b=b, varies=varies, sd=sd)
            return found if found.slope > FLAT else None
    return None
