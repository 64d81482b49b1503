"""A published correlation table as estimates: everything that is a function of correlations, means and n alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import fdtrc, stdtr, stdtrit

from pipeline.errors import AnalysisRefused
from pipeline.estimates import row
from pipeline.model import Row, Setting, based
from pipeline.model.drivers import decompose, importance_rows
from pipeline.model.effects import holm, overlap_rows
from pipeline.model.wishart import resampled
from pipeline.published import Published
from pipeline.sample import Sample
from pipeline.study import Study
from pipeline.weight import Base, Design

Array = np.ndarray


def published_sample(table: Published) -> Sample:
    """The n respondents behind a table, of whom no answer is known: scores are (n, 0)."""
    keys = np.arange(table.n, dtype=np.uint64)
    design = Design(
        weight=np.ones(table.n), unit=np.arange(table.n), keys=keys, stratum=None, stratum_keys=None, kind="simple"
    )
    return Sample(
        names=table.names,
        scores=np.empty((table.n, 0)),
        items={},
        respondent=np.arange(table.n),
        design=design,
        groups={},
        everyone=Base(n=table.n, n_eff=float(table.n), deff=1.0),
        flow=(),
        stacked=False,
    )


def published_rows(table: Published, study: Study, setting: Setting) -> list[Row]:
    """Importance with intervals from Wishart draws, the classical regression, overlap, reliability and description.

    The draws take the outcome and the drivers as normal together, and the table as that of a simple random sample.
    """
    people = published_sample(table)
    drawn = resampled(table.correlations, table.names, n=table.n, seed=setting.seed, draws=setting.draws)
    importance = decompose(drawn)
    if isinstance(importance, str):
        message = "the drivers repeat each other, or explain nothing at all, in too many draws; use fewer drivers."
        raise AnalysisRefused(study.problem(message, "model", "drivers"))
    common = {"outcome": setting.outcome, **based(people.everyone)}
    return [
        *importance_rows(importance, people.everyone, setting),
        *_regression_rows(table, common, setting),
        *overlap_rows(table.correlations, people, setting),
        *_reliability_rows(table, common),
        *_description_rows(table, common),
    ]


def _regression_rows(table: Published, common: Row, setting: Setting) -> Iterator[Row]:
    """Classical least squares: F of R², t of every coefficient; b in sd units unless the table gives sds."""
    drivers, outcome = table.correlations[:-1, :-1], table.correlations[:-1, -1]
    beta = np.linalg.solve(drivers, outcome)
    r2, p = float(beta @ outcome), len(outcome)
    df = table.n - p - 1
    f = r2 / p / ((1 - r2) / df)
    yield row("regression", "r2_adjusted", estimate=1 - (1 - r2) * (table.n - 1) / df, **common)
    yield row("regression", "f", estimate=f, p_value=float(fdtrc(p, df, f)), **common)
    yield row("regression", "df_model", estimate=float(p), **common)
    yield row("regression", "df_residual", estimate=float(df), **common)
    se = np.sqrt((1 - r2) / df * np.diag(np.linalg.inv(drivers)))
    scale = np.ones(p)
    if table.sd is not None:
        scale = table.sd[-1] / table.sd[:-1]
        sigma = float(table.sd[-1] * np.sqrt((1 - r2) * (table.n - 1) / df))
        yield row("regression", "sigma", estimate=sigma, **common)
        if table.mean is not None:
            constant, error = _intercept(table, table.mean, table.sd, beta * scale, sigma)
            yield row("regression", "b", **_coefficient("intercept", constant, error, df, setting.level), **common)
    adjusted = holm(2 * stdtr(df, -np.abs(beta / se)))
    for at, name in enumerate(table.names[:-1]):
        for metric, unit in (("b", scale[at]), ("beta", 1.0)):
            figures = _coefficient(name, float(beta[at] * unit), float(se[at] * unit), df, setting.level)
            yield row("regression", metric, p_adjusted=float(adjusted[at]), **figures, **common)


def _intercept(table: Published, mean: Array, sd: Array, b: Array, sigma: float) -> tuple[float, float]:
    """The constant and its classical error."""
    products = (table.n - 1) * table.correlations[:-1, :-1] * np.outer(sd[:-1], sd[:-1])
    error = sigma * np.sqrt(1 / table.n + mean[:-1] @ np.linalg.solve(products, mean[:-1]))
    return float(mean[-1] - b @ mean[:-1]), float(error)


def _coefficient(term: str, value: float, error: float, df: int, level: float) -> Row:
    reach = float(stdtrit(df, (1 + level) / 2)) * error
    return {
        "term": term,
        "estimate": value,
        "std_error": error,
        "conf_low": value - reach,
        "conf_high": value + reach,
        "conf_level": level,
        "p_value": float(2 * stdtr(df, -abs(value / error))),
    }


def _reliability_rows(table: Published, common: Row) -> Iterator[Row]:
    """The reliability that the study states, as alpha; without one the figure does not exist."""
    absent = {"state": "not_defined", "reason": "not_given"}
    for name, value in zip(table.names, table.reliability, strict=True):
        figures = {"estimate": float(value)} if np.isfinite(value) else absent
        yield row("reliability", "alpha", term=name, **figures, **common)
        yield row("reliability", "omega", term=name, **absent, **common)


def _description_rows(table: Published, common: Row) -> Iterator[Row]:
    for metric, values in (("mean", table.mean), ("sd", table.sd)):
        if values is not None:
            for name, value in zip(table.names, values, strict=True):
                yield row("description", metric, term=name, estimate=float(value), **common)
    for at, name in enumerate(table.names):
        for other in range(at):
            r = float(table.correlations[at, other])
            yield row("description", "r", term=name, contrast=f"with:{table.names[other]}", estimate=r, **common)
