"""Rubin's rules: one estimate, its error and its degrees of freedom from those of several completed data sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

Array = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """Of k estimates: point, std_error, df, fmi (k,). fmi: part of the information that the missing answers took."""

    point: Array
    std_error: Array
    df: Array
    fmi: Array

    @property
    def p(self) -> Array:
        """(k,) two-sided p values of t = point / std_error."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(2 * stdtr(self.df, -np.abs(self.point / self.std_error)))

    def interval(self, level: float) -> tuple[Array, Array]:
        """Limits of the t interval."""
        reach = self.reach(level)
        return self.point - reach, self.point + reach

    def reach(self, level: float) -> Array:
        """(k,) half the width of the t interval."""
        return np.asarray(stdtrit(self.df, (1 + level) / 2) * self.std_error)


def pool(estimates: Array, variances: Array, df: float) -> Pooled:
    """Pooled (m, k) estimates with their (m, k) squared errors, whose complete-data degrees of freedom are `df`.

    T = W + (1 + 1/m) B (Rubin 1987, sec. 3.1); degrees of freedom of Barnard & Rubin (1999, Biometrika 86, 948-955);
    fmi = (r + 2/(ν + 3)) / (r + 1) with r = (1 + 1/m) B / W, as `pool` of R's mice. Where the data sets agree (B = 0)
    fmi is 0, and the degrees of freedom are nearly those of one of them. Two data sets or more.
    """
    m = len(estimates)
    within, between = variances.mean(0), estimates.var(0, ddof=1)
    total = within + (1 + 1 / m) * between
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(total > 0, (1 + 1 / m) * between / total, 0.0)
        observed = (df + 1) / (df + 3) * df * (1 - part)
        old = (m - 1) / part**2
        freedom = np.where(part > 0, old * observed / (old + observed), observed)
        ratio = part / (1 - part)
        fmi = np.where(part > 0, (ratio + 2 / (freedom + 3)) / (ratio + 1), 0.0)
    return Pooled(point=estimates.mean(0), std_error=np.sqrt(total), df=freedom, fmi=fmi)
