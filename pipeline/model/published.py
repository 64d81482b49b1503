"""A published correlation table as estimates: everything that is a function of correlations, means and n alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.special import fdtrc

from pipeline.errors import AnalysisRefused
from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.confounding import confounding_rows
from pipeline.model.dominance import commonality_rows, dominance_rows
from pipeline.model.drivers import decompose, importance_rows, player_group_rows
from pipeline.model.effects import holm, overlap_rows, regression_rows
from pipeline.model.equivalence import equivalence_rows
from pipeline.model.players import Structure
from pipeline.model.regression import Fit
from pipeline.model.resample import Resampled
from pipeline.model.robustness.disattenuation import disattenuated_rows
from pipeline.model.robustness.halo import halo_rows
from pipeline.model.wishart import resampled
from pipeline.moments import Moments
from pipeline.published import Published
from pipeline.sample import Sample
from pipeline.study import Study
from pipeline.weight import Base, Design

Array = np.ndarray

NOT_GIVEN = {"state": "not_defined", "reason": "not_given"}


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
    """Importance with intervals from Wishart draws, the classical regression, and what else follows from correlations.

    The draws take the outcome and the drivers as normal together, and the table as that of a simple random sample.
    """
    people, moments = published_sample(table), moments_of(table)
    drawn = resampled(table.correlations, table.names, n=table.n, seed=setting.seed, draws=setting.draws)
    fit = classical(moments)
    declared = {name: value for name in table.names if (value := study.construct(name).reliability)}
    return [
        *_importance_rows(drawn, study, people, setting),
        *(each for each in regression_rows(fit, moments, people, setting) if _known(each, table)),
        *_unique_rows(fit, people, setting),
        *overlap_rows(table.correlations, people, setting),
        *confounding_rows(fit, moments, people, setting),
        *(_unstated(each) for each in disattenuated_rows({"scores": drawn}, people, declared, setting)),
        *halo_rows({"scores": drawn}, people, setting),
        *_reliability_rows(table, people, setting),
        *_description_rows(table, people, setting),
    ]


def moments_of(table: Published) -> Moments:
    """Moments of n rows with these correlations, means and deviations; 0 and 1 where the table gives none."""
    sd = np.ones(len(table.names)) if table.sd is None else table.sd
    return Moments(
        names=table.names,
        origin=np.zeros(len(table.names)) if table.mean is None else table.mean,
        weight=np.asarray(float(table.n)),
        sums=np.zeros(len(table.names)),
        products=table.correlations * np.outer(sd, sd) * (table.n - 1),
        rows=table.n,
    )


def classical(moments: Moments) -> Fit:
    """Least squares of the last column on the others, with classical errors; there are no residuals to look at."""
    n, p, mean = moments.rows, len(moments.names) - 1, moments.mean
    inverse = np.linalg.inv(moments.products[:-1, :-1])
    slope = inverse @ moments.products[:-1, -1]
    explained = float(slope @ moments.products[:-1, -1])
    r2, df = explained / float(moments.products[-1, -1]), n - p - 1
    bread = np.empty((p + 1, p + 1))
    bread[1:, 1:] = inverse
    bread[0, 1:] = bread[1:, 0] = -inverse @ mean[:-1]
    bread[0, 0] = 1 / n + mean[:-1] @ inverse @ mean[:-1]
    sigma2 = (float(moments.products[-1, -1]) - explained) / df
    se = np.sqrt(sigma2 * np.diag(bread))
    f = r2 / p / ((1 - r2) / df)
    return Fit(
        names=("intercept", *moments.names[:-1]),
        b=np.concatenate([[mean[-1] - slope @ mean[:-1]], slope]),
        se=se,
        se_classical=se,
        cov=sigma2 * bread,
        residuals=np.empty(0),
        leverage=np.empty(0),
        sigma=float(np.sqrt(sigma2)),
        r2=r2,
        r2_adjusted=1 - (1 - r2) * (n - 1) / df,
        f=f,
        f_p=float(fdtrc(p, df, f)),
        df_model=p,
        df_residual=df,
        errors="classical",
    )


def _importance_rows(drawn: Resampled, study: Study, people: Sample, setting: Setting) -> list[Row]:
    importance = decompose(drawn)
    if isinstance(importance, str):
        message = "the drivers repeat each other, or explain nothing at all, in too many draws; use fewer drivers."
        raise AnalysisRefused(study.problem(message, "model", "drivers"))
    names = people.drivers
    groups = {name: tuple(names.index(each) for each in members) for name, members in study.groups.items()}
    structure = replace(Structure.plain(names), groups=groups)
    return [
        *importance_rows(importance, people.everyone, setting),
        *equivalence_rows(importance, people.everyone, setting),
        *dominance_rows(drawn.point.correlations, structure, people, setting),
        *commonality_rows(importance, drawn, structure, people, setting),
        *(player_group_rows(drawn, structure, people, setting) if groups else []),
    ]


def _unique_rows(fit: Fit, people: Sample, setting: Setting) -> Iterator[Row]:
    """f_unique: the exact F of what each driver explains beyond all others, which is t² of its coefficient."""
    p, adjusted = fit.p[1:], holm(fit.p[1:])
    for at, name in enumerate(people.drivers):
        f = float((fit.b[1 + at] / fit.se[1 + at]) ** 2)
        tested = {"estimate": f, "p_value": float(p[at]), "p_adjusted": float(adjusted[at])}
        yield row("importance", "f_unique", outcome=setting.outcome, term=name, **tested, **everyone(people))


def _known(found: Row, table: Published) -> bool:
    """Whether a figure has a unit: the constant needs means, and like the residual sd deviations."""
    if found["metric"] == "b" and found["term"] == "intercept":
        return table.mean is not None and table.sd is not None
    return found["metric"] != "sigma" or table.sd is not None


def _unstated(found: Row) -> Row:
    unknown = found["metric"] == "reliability_used" and found["state"] == "not_defined"
    return found | NOT_GIVEN if unknown else found


def _reliability_rows(table: Published, people: Sample, setting: Setting) -> Iterator[Row]:
    """The reliability that the study states, as alpha; without one the figure does not exist."""
    for name, value in zip(table.names, table.reliability, strict=True):
        common: Row = {"outcome": setting.outcome, "term": name, **everyone(people)}
        stated: Row = {"estimate": float(value)} if np.isfinite(value) else NOT_GIVEN
        yield row("reliability", "alpha", **stated, **common)
        yield row("reliability", "omega", **NOT_GIVEN, **common)


def _description_rows(table: Published, people: Sample, setting: Setting) -> Iterator[Row]:
    common: Row = {"outcome": setting.outcome, **everyone(people)}
    for metric, values in (("mean", table.mean), ("sd", table.sd)):
        if values is not None:
            for name, value in zip(table.names, values, strict=True):
                yield row("description", metric, term=name, estimate=float(value), **common)
    for at, name in enumerate(table.names):
        for other in range(at):
            r = float(table.correlations[at, other])
            yield row("description", "r", term=name, contrast=f"with:{table.names[other]}", estimate=r, **common)
