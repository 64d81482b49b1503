"""OLS with errors that respect the design; accurate to the last digits that double precision allows.

Weights are sampling weights. In a simple sample errors are HC3
(MacKinnon & White 1985; Long & Ervin 2000), else design-based by linearisation (Binder 1983), as R `svyglm`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import fdtrc, stdtr, stdtrit

from pipeline.model.importance import culprits
from pipeline.variance import covariance, degrees
from pipeline.weight import Design

Array = np.ndarray

REFINEMENTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fitted linear model with k coefficients on r rows; the intercept comes first where there is one.

    b, se: (k,), in points of the outcome; se is robust (see `errors`). se_classical: (k,), equal variances assumed.
    cov: (k, k) robust. residuals, leverage: (r,). sigma: residual standard deviation. f: overall F of all
    slopes, the test of R² (Wald's under a design), with df_model and df_residual degrees of freedom.
    """

    names: tuple[str, ...]
    b: Array
    se: Array
    se_classical: Array
    cov: Array
    residuals: Array
    leverage: Array
    sigma: float
    r2: float
    r2_adjusted: float
    f: float
    f_p: float
    df_model: int
    df_residual: int
    errors: str
    """'hc3' or 'design'."""

    @property
    def p(self) -> Array:
        """(k,) two-sided p values of t = b / se."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(2 * stdtr(self.df_residual, -np.abs(self.b / self.se)))

    def interval(self, level: float) -> tuple[Array, Array]:
        """Limits of the t interval of every coefficient."""
        reach = stdtrit(self.df_residual, (1 + level) / 2) * self.se
        return self.b - reach, self.b + reach

    @property
    def cooks(self) -> Array:
        """(r,) Cook's distances, from the classical leverages."""
        k = self.df_model + ("intercept" in self.names)
        return self.residuals**2 * self.leverage / (k * self.sigma**2 * (1 - self.leverage) ** 2)


def ols(x: Array, y: Array, names: tuple[str, ...], *, intercept: bool = True, design: Design | None = None) -> Fit:
    """Fit of (r,) y on the (r, q) complete columns x.

    Coefficients solve the weighted least squares by QR with iterative refinement (Björck 1967; residuals in extended
    precision). Weights, strata, clusters and stacked rows come with `design`; without one the rows are a simple sample.
    Raises numpy.linalg.LinAlgError when columns repeat each other: refuse collinear drivers before.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    full = np.column_stack([np.ones(len(y)), x]) if intercept else x
    design = None if design is None or design.kind == "simple" else design
    weight = np.ones(len(y)) if design is None else design.weight / design.weight.mean()
    b, residuals, root = _solve(full, y, np.sqrt(weight))
    bread = root @ root.T
    leverage = weight * ((full @ root) ** 2).sum(1)
    if design is None:
        cov = _hc3(full, residuals, leverage, bread)
    else:
        cov = _linearised(full, residuals, weight, bread, design)
    df = len(y) - full.shape[1]
    rss, tss = float(weight @ residuals**2), _total(y, weight, intercept)
    sigma2 = rss / df if df else np.nan
    r2 = 1 - rss / tss if tss else np.nan
    tested = _overall(b, cov, r2, df, int(intercept), design)
    return Fit(
        names=(("intercept",) if intercept else ()) + names,
        b=b,
        se=np.sqrt(np.maximum(np.diag(cov), 0.0)),
        se_classical=np.sqrt(sigma2 * np.diag(bread)),
        cov=cov,
        residuals=residuals,
        leverage=leverage,
        sigma=float(np.sqrt(sigma2)),
        r2=r2,
        r2_adjusted=1 - (1 - r2) * (len(y) - int(intercept)) / df if df else np.nan,
        **tested,
        errors="hc3" if design is None else "design",
    )


def ols_apart(x: Array, y: Array, names: tuple[str, ...], *, design: Design | None = None) -> Fit:
    """The fit also where columns repeat each other: their coefficients and errors are NaN, everything else is right.

    Left out are columns that repeat those before them, which changes neither fit, residuals nor other coefficients.
    """
    together = np.corrcoef(x, rowvar=False).reshape(x.shape[1], -1)
    repeated = culprits(together)
    if not repeated:
        return ols(x, y, names, design=design)
    kept: list[int] = []
    for at in range(x.shape[1]):
        if not culprits(together[np.ix_([*kept, at], [*kept, at])]):
            kept.append(at)
    fit = ols(x[:, kept], y, tuple(names[at] for at in kept), design=design)
    known = [at for at in range(len(kept)) if kept[at] not in repeated]
    to, of = (np.array([0, *(1 + at for at in some)]) for some in ([kept[at] for at in known], known))
    b, se, classical = np.full((3, 1 + len(names)), np.nan)
    cov = np.full((len(b), len(b)), np.nan)
    b[to], se[to], classical[to], cov[np.ix_(to, to)] = (
        fit.b[of],
        fit.se[of],
        fit.se_classical[of],
        fit.cov[np.ix_(of, of)],
    )
    return replace(fit, names=("intercept", *names), b=b, se=se, se_classical=classical, cov=cov)


def _overall(b: Array, cov: Array, r2: float, df: int, first: int, design: Design | None) -> dict[str, Any]:
    """F of all slopes: the ordinary one of R² in a simple sample, Wald's under a design."""
    q = len(b) - first
    if design is None:
        df_residual, f = df, r2 / q / ((1 - r2) / df) if df and r2 < 1 else np.inf
    else:
        df_residual = _design_df(design, len(b))
        f = float(b[first:] @ np.linalg.solve(cov[first:, first:], b[first:])) / q
    p = float(fdtrc(q, df_residual, f)) if np.isfinite(f) else 0.0
    return {"f": float(f), "f_p": p, "df_model": q, "df_residual": df_residual}


def _solve(x: Array, y: Array, root_weight: Array) -> tuple[Array, Array, Array]:
    """Coefficients, residuals, and S with (X'WX)^-1 = S S'. Columns are scaled by powers of two: exact."""
    scale = 2.0 ** -np.round(np.log2(np.abs(x).max(0) + (np.abs(x).max(0) == 0)))
    design = x * root_weight[:, None] * scale
    target = y * root_weight
    q, r = np.linalg.qr(design)
    wide, wide_target = design.astype(np.longdouble), target.astype(np.longdouble)
    b, residual = np.zeros(x.shape[1], np.longdouble), np.zeros(len(y), np.longdouble)
    for _ in range(REFINEMENTS):
        missing = (wide_target - residual - wide @ b).astype(float)
        slope = -(wide.T @ residual).astype(float)
        h = np.linalg.solve(r.T, slope)
        b += np.linalg.solve(r, q.T @ missing - h)
        residual += missing - q @ (q.T @ missing - h)
    inverse = np.linalg.inv(r)
    left = np.asarray(residual, float) / np.where(root_weight > 0, root_weight, 1.0)
    return np.asarray(b, float) * scale, left, inverse * scale[:, None]


def _total(y: Array, weight: Array, intercept: bool) -> float:
    centre = weight @ y / weight.sum() if intercept else 0.0
    return float(weight @ (y - centre) ** 2)


def _hc3(x: Array, residuals: Array, leverage: Array, bread: Array) -> Array:
    scores = x * (residuals / (1 - np.minimum(leverage, 1 - 1e-12)))[:, None]
    return np.asarray(bread @ (scores.T @ scores) @ bread)


def _design_df(design: Design, k: int) -> int:
    """Units less strata, less the slopes, as R `svyglm`."""
    return max(1, degrees(design) + 1 - k)


def _linearised(x: Array, residuals: Array, weight: Array, bread: Array, design: Design) -> Array:
    return np.asarray(bread @ covariance(x * (residuals * weight)[:, None], design) @ bread)
