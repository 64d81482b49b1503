"""The headline's figures with missing answers imputed: rows of the analysis `imputed`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from pipeline.errors import AnalysisRefused
from pipeline.estimates import row
from pipeline.imputation.chained import Gaps, completed
from pipeline.imputation.pooling import Pooled, pool
from pipeline.model import Row, Setting, everyone
from pipeline.model.effects import fit
from pipeline.model.importance import r2, usable
from pipeline.model.jackknife import contributions, gradient, shares_near
from pipeline.model.players import Structure, arranged, far_values
from pipeline.model.resample import Panel
from pipeline.moments import Moments
from pipeline.responses import Reason, Responses
from pipeline.sample import Sample, sample
from pipeline.score import Scores, person_mean
from pipeline.screen import Screening
from pipeline.study import Study
from pipeline.terms import MOST_CATEGORIES, columns_of, terms_of
from pipeline.variance import spread_of_rows

Array = np.ndarray


def imputed_rows(
    responses: Responses, screening: Screening, scores: Scores, study: Study, setting: Setting
) -> list[Row]:
    """b, beta, lmg_share and r2 pooled over `model.imputations` completed data sets, each with its fmi; none where 0.

    Filled are answers to the model's items that were asked for, of everybody who answered any of them; answers never
    asked for stay missing, and scores need `min_answered` as before. Predictors are all items of the model, the
    variables in it or compared, the weight (log) and the stratum; errors within a data set respect the design, those of
    shares and R² by the infinitesimal jackknife. `n` is the completed sample. States: nothing_missing, no_answers (an
    item nobody answered), predictors (more of them than answers), design, collinear.
    """
    if not study.definition.model.imputations:
        return []
    found = _completion(responses, screening, scores, study)
    if isinstance(found, str):
        state = "not_defined" if found == "nothing_missing" else "too_few"
        return [row("imputed", "r2", outcome=setting.outcome, state=state, reason=found)]
    return [*_told(found, study, setting), *_pooled_rows(found, study, setting)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Completion:
    """What is to be completed, and the sample that it will give, which has means in its gaps until then."""

    gaps: Gaps
    asked: Array
    people: Sample
    responses: Responses

    def samples(self, study: Study) -> Iterator[Sample]:
        """The sample of every completed data set."""
        model = study.definition.model
        variables = columns_of(self.responses, study)
        rows, weight = _rows(self.people), self.people.design.weight
        for answers in completed(self.gaps, seed=model.seed, number=model.imputations):
            scores = np.column_stack(list(_scored(answers, study).values.values()))
            yield replace(self.people, scores=scores, terms=terms_of(study, scores, variables, rows, weight))


def _completion(responses: Responses, screening: Screening, scores: Scores, study: Study) -> _Completion | str:
    """What is to be completed, or the reason why nothing can be."""
    answers = np.column_stack([scores.items[name] for name in study.used])
    items = [item for name in study.used for item in study.construct(name).items]
    asked = responses.reasons[items].to_numpy() != Reason.NOT_ASKED
    wanted = np.isnan(answers) & asked & np.isfinite(answers).any(1)[:, None]
    held = np.where(wanted, np.nan_to_num(np.nanmean(answers, 0)), answers)
    try:
        people = sample(responses, screening, _scored(held, study), study)
    except AnalysisRefused:
        return "design"
    rows = _rows(people)
    gaps = Gaps(answers=answers[rows], wanted=wanted[rows], beside=_beside(responses, people, study))
    if not gaps.incomplete:
        return "nothing_missing"
    if not np.isfinite(gaps.answers).any(0)[gaps.incomplete].all():
        return "no_answers"
    if gaps.room < 1:
        return "predictors"
    return _Completion(gaps=gaps, asked=asked[rows], people=people, responses=responses)


def _rows(people: Sample) -> Array:
    assert people.rows is not None  # noqa: S101 (these samples are made of responses)
    return people.rows


def _scored(answers: Array, study: Study) -> Scores:
    """Scores of (r, items of the model) answers."""
    ends = np.cumsum([len(study.construct(name).items) for name in study.used])[:-1]
    parts = dict(zip(study.used, np.split(answers, ends, axis=1), strict=True))
    values = {name: person_mean(part, study.construct(name).needed) for name, part in parts.items()}
    return Scores(values=values, items=parts)


def _beside(responses: Responses, people: Sample, study: Study) -> Array:
    """(r, q) complete predictors: a column a level of each category, numbers with an indicator where they are missing.

    Also the log of the weight. Strata, and categories, of more than MOST_CATEGORIES levels are left out.
    """
    rows, weight = _rows(people), people.design.weight
    named = [name for name in study.drivers if name in responses.variables and name not in study.scored]
    columns = [np.log(weight)[:, None]]
    if responses.strata is not None:
        columns += _levels(responses.strata[rows].astype(str))
    for name in dict.fromkeys((*study.controls, *named, *study.segment_variables)):
        values = responses.variables[name].iloc[rows]
        if values.dtype.kind == "f":
            numbers = values.to_numpy(float)
            known = np.isfinite(numbers)
            middle = numbers[known].mean() if known.any() else 0.0
            columns += [np.column_stack([np.where(known, numbers, middle), ~known])]
        else:
            columns += _levels(values.astype(object).where(values.notna(), "").to_numpy().astype(str))
    return np.hstack(columns)


def _levels(values: Array) -> list[Array]:
    found, codes = np.unique(values, return_inverse=True)
    return [np.eye(len(found))[codes][:, 1:]] if len(found) <= MOST_CATEGORIES else []


def _told(found: _Completion, study: Study, setting: Setting) -> Iterator[Row]:
    """How many data sets were made, and what share of the answers asked for was filled, in all and by construct."""
    common = {"outcome": setting.outcome, **everyone(found.people)}
    yield row("imputed", "imputations", estimate=float(study.definition.model.imputations), **common)
    owner = np.array([name for name in study.used for _ in study.construct(name).items])
    for name in (None, *study.used):
        own = np.ones(len(owner), dtype=bool) if name is None else owner == name
        count = found.asked[:, own].sum()
        share = float(found.gaps.wanted[:, own].sum() / count) if count else 0.0
        yield row("imputed", "imputed_share", term=name, estimate=share, **common)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Each:
    """Of m completed data sets: b, beta and their squared errors (m, k), and correlations (m, q, q).

    squared: (m, p + 1) squared errors of the shares and R², or None where drivers repeat each other.
    """

    b: Array
    beta: Array
    b_squared: Array
    beta_squared: Array
    correlations: Array
    squared: Array | None
    df: int


def _pooled_rows(found: _Completion, study: Study, setting: Setting) -> list[Row]:
    each, model = _each(found, study), found.people.model
    common = {"outcome": setting.outcome, **everyone(found.people)}
    rows = list(_share_rows(each, Structure.of(model), setting, common))
    pooled = {"b": pool(each.b, each.b_squared, each.df), "beta": pool(each.beta, each.beta_squared, each.df)}
    for at, (name, level) in enumerate(model.places):
        for metric, figures in pooled.items() if at >= model.controls else ():
            contrast = {} if level is None else {"contrast": f"level:{level}"}
            rows.append(row("imputed", metric, term=name, **_coefficient(figures, at, setting), **contrast, **common))
        if at >= model.controls and np.isfinite(pooled["b"].point[at]):
            of = "of:b" if level is None else f"of:b;level:{level}"
            rows.append(row("imputed", "fmi", term=name, contrast=of, estimate=float(pooled["b"].fmi[at]), **common))
    return rows


def _each(found: _Completion, study: Study) -> _Each:
    """Every completed data set, fitted. Slopes of the shares are those at the first one: the others are near it."""
    structure, squared = Structure.of(found.people.model), []
    columns: list[tuple[Array, ...]] = []
    slopes, origin, df = None, np.zeros(0), 1
    for people in found.samples(study):
        model, regression = people.model, fit(people)
        moments = Moments.of(model.values, model.names, people.design.weight)
        ratio = moments.sd[:-1] / moments.sd[-1]
        b, se, df = regression.b[1:], regression.se[1:], regression.df_residual
        apart = usable(moments.correlations[:-1, :-1])
        if not columns and apart:
            slopes, origin = gradient(_shares_and_r2(structure, moments), moments), moments.origin
        if slopes is not None and apart:
            squared.append(_squared(slopes, origin, people))
        columns.append((b, b * ratio, se**2, (se * ratio) ** 2, moments.correlations))
    stacked = [np.stack(column) for column in zip(*columns, strict=True)]
    return _Each(
        b=stacked[0],
        beta=stacked[1],
        b_squared=stacked[2],
        beta_squared=stacked[3],
        correlations=stacked[4],
        squared=np.stack(squared) if len(squared) == len(columns) else None,
        df=df,
    )


def _squared(slopes: Array, origin: Array, people: Sample) -> Array:
    """(k,) squared errors of functions of the moments with the given slopes, by the infinitesimal jackknife."""
    everybody = np.arange(len(people.model.values))
    panel = Panel(names=people.model.names, columns=people.model.values, rows=everybody)
    apart = replace(people.design, unit=everybody, keys=everybody)
    spread = spread_of_rows(contributions(slopes, origin, panel, apart), people.design)
    return np.asarray((spread**2).sum(0))


def _shares_and_r2(structure: Structure, point: Moments) -> Callable[[Moments], Array]:
    shares = shares_near(structure, point)
    return lambda moments: np.concatenate([shares(moments), _whole(moments.correlations)[..., None]], axis=-1)


def _whole(correlations: Array) -> Array:
    return np.asarray(r2(correlations[..., :-1, :-1], correlations[..., :-1, -1]))


def _share_rows(each: _Each, structure: Structure, setting: Setting, common: Row) -> Iterator[Row]:
    """lmg_share of every driver, and r2; the mean over the data sets, with limits on the scale where they are normal.

    That is the logit for a share, so that no limit lies outside 0 to 1, and Fisher's z of the multiple correlation for
    R² (Harel 2009, J. Applied Statistics 36).
    """
    names = [("lmg_share", name) for name in structure.players] + [("r2", None)]
    if each.squared is None:
        for metric, name in names:
            yield row("imputed", metric, term=name, state="singular", reason="collinear", **common)
        return
    raw = far_values(arranged(each.correlations, structure), structure, "lmg")
    shares = raw / raw.sum(1, keepdims=True)
    pooled = pool(np.column_stack([shares, _whole(each.correlations)]), each.squared, each.df)
    for at, (metric, name) in enumerate(names):
        low, high = _limits(pooled, at, metric, setting.level)
        figures = {"estimate": float(pooled.point[at]), "std_error": float(pooled.std_error[at])}
        limits = {"conf_low": low, "conf_high": high, "conf_level": setting.level}
        yield row("imputed", metric, term=name, **figures, **limits, **common)
        contrast = f"of:{metric}"
        yield row("imputed", "fmi", term=name, contrast=contrast, estimate=float(pooled.fmi[at]), **common)


def _limits(pooled: Pooled, at: int, metric: str, level: float) -> tuple[float, float]:
    point, reach = pooled.point[at], pooled.reach(level)[at]
    if not 0 < point < 1:
        return float(point), float(point)
    if metric == "r2":
        centre, wide = np.arctanh(np.sqrt(point)), reach / (2 * np.sqrt(point) * (1 - point))
        low, high = np.tanh(max(centre - wide, 0.0)) ** 2, np.tanh(centre + wide) ** 2
    else:
        centre, wide = np.log(point / (1 - point)), reach / (point * (1 - point))
        low, high = 1 / (1 + np.exp(-(centre - wide))), 1 / (1 + np.exp(-(centre + wide)))
    return float(low), float(high)


def _coefficient(pooled: Pooled, at: int, setting: Setting) -> Row:
    if not np.isfinite(pooled.point[at]):
        return {"state": "singular", "reason": "collinear"}
    low, high = pooled.interval(setting.level)
    return {
        "estimate": float(pooled.point[at]),
        "std_error": float(pooled.std_error[at]),
        "conf_low": float(low[at]),
        "conf_high": float(high[at]),
        "conf_level": setting.level,
        "p_value": float(pooled.p[at]),
    }
