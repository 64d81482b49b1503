"""The curve that bends a straight line so that a share stays within 0 and 1.

A linear model of a share gives the mean slope of its curve well where people are (for normal ratings exactly: Stein
1981), but runs out of 0 and 1 far from it. A logit model says how the curve bends on the way: with the respondents'
own linear predictors η, a common shift d moves the share to S(d) = mean of 1/(1 + exp(-η - d)), and a straight-line
change u is bent to S(u / S'(0)) - S(0). Its slope at 0 is 1, so that small moves are those of the linear model.
"""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """(r,) linear predictors of a logit model and their weights, which sum to 1."""

    eta: Array
    weight: Array

    def share(self, shift: Array) -> Array:
        """(k,) share when every linear predictor moves by each of (k,) shifts."""
        return np.array([float(self.weight @ expit(self.eta + one)) for one in shift])

    @property
    def slope(self) -> float:
        """S'(0)."""
        fitted = expit(self.eta)
        return float(self.weight @ (fitted * (1 - fitted)))

    def curve(self, widest: float) -> tuple[Array, Array]:
        """(k,) straight-line changes from -widest to widest, and the change that each is bent to."""
        line = np.round(np.linspace(-widest, widest, POINTS + 1), 6)
        return line, self.share(line / self.slope) - self.share(np.zeros(1))


def bend(x: Array, y: Array, weight: Array) -> Bend | None:
    """Bend of (r,) y of 0 and 1 (NaN: no answer) on (r, p) x; None where the logit model has no finite maximum."""
    there = np.isfinite(y)
    x, y, weight = x[there], y[there], weight[there] / weight[there].sum()
    sd = x.std(0)
    full = np.column_stack([np.ones(len(y)), (x - x.mean(0)) / np.where(sd > 0, sd, 1.0)])
    full = full[:, [True, *(sd > 0)]]
    b = np.zeros(full.shape[1])
    for _ in range(STEPS):
        fitted = expit(full @ b)
        information = (full * (weight * fitted * (1 - fitted))[:, None]).T @ full
        if np.linalg.eigvalsh(information)[0] < FLAT**2:
            return None
        step = np.linalg.solve(information, full.T @ (weight * (y - fitted)))
        b = b + step * min(1.0, LONGEST / max(np.abs(step).max(), 1e-300))
        if np.abs(step).max() < SETTLED:
            found = Bend(eta=full @ b, weight=weight)
            return found if found.slope > FLAT else None
    return None
