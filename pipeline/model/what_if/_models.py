"""The models behind what if: outcomes, how far ratings may move, coefficients with their covariance, predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from pipeline.model.case import Case
from pipeline.model.compare import slopes
from pipeline.model.drivers import FEWEST_USABLE
from pipeline.model.importance import r2, usable
from pipeline.model.modelled import quantile
from pipeline.model.players import Structure, settled
from pipeline.model.resample import Panel, Resampled, factors
from pipeline.model.what_if._bend import Bend, bend
from pipeline.moments import Moments
from pipeline.sample import Sample
from pipeline.variance import degrees

Array = np.ndarray

TAIL = 0.1
"""Part of the ratings at either end to which no mean may move."""
REGION = 0.5
"""Part of the respondents within whose distance a profile of means must stay."""
FEWEST_POINTS = 5
"""Points of a scale below which its top two are no top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An outcome: (r,) values with NaN where there is none. kind: outcome, top2 or share (of two answers).

    low, high: what a mean cannot leave; None where nothing is known of it.
    """

    name: str
    kind: str
    values: Array
    low: float | None
    high: float | None

    @property
    def contrast(self) -> str:
        """How rows name it: 'outcome:intent', 'top2:intent', 'share:bought'."""
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far p mean ratings may move. low, high: (p,) points from the mean, each rating alone.

    precision: (p, p) inverse covariance of the ratings. region: largest squared distance of a moved profile.
    """

    mean: Array
    low: Array
    high: Array
    precision: Array
    region: float

    def holds(self, at: int, move: float) -> bool:
        """Whether one mean alone may move so far."""
        return bool(self.low[at] <= move <= self.high[at])


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Coefficients b (p,), their replicates (B, p), and the t quantile that makes intervals of their errors."""

    b: Array
    draws: Array
    r2: float
    df: int
    reach: float
    bend: Bend | None

    @property
    def cov(self) -> Array:
        """(p, p) covariance of the coefficients over the replicates."""
        return np.cov(self.draws, rowvar=False).reshape(len(self.b), len(self.b))


def ratings_of(people: Sample) -> Array:
    """(r, p) columns of the drivers, in the order of the players."""
    model = people.model
    return model.values[:, [model.controls + own[0] for own in model.at]]


def moments_of(people: Sample, columns: Array) -> Moments:
    names = tuple(str(at) for at in range(columns.shape[1]))
    return Moments.of(columns, names, people.design.weight)


def targets_of(case: Case, people: Sample) -> list[Target]:
    """The outcome, its top two points, and the further outcomes; an outcome of two answers is a share."""
    spec, study, name = case.study.definition.what_if, case.study, case.setting.outcome
    assert spec is not None and people.rows is not None  # noqa: S101, PT018 (asked by the caller)
    scale = study.scale(name)
    found = [_target(name, people.model.y, (scale.low, scale.high))]
    if found[0].kind == "outcome" and scale.points >= FEWEST_POINTS:
        top = (people.model.y >= scale.high - 1 - 1e-9).astype(float)
        found.append(Target(name=name, kind="top2", values=top, low=0.0, high=1.0))
    for other in dict.fromkeys(spec.outcomes):
        if other == name or other in study.drivers:
            continue
        own = study.scale(other) if other in case.scores.values else None
        limits = (own.low, own.high) if own else study.variable(other).range
        found.append(_target(other, case.known(other)[people.rows], limits))
    return found


def _target(name: str, values: Array, limits: Sequence[float] | None) -> Target:
    known = values[np.isfinite(values)]
    low, high = (float(limits[0]), float(limits[1])) if limits else (None, None)
    answers = np.unique(known)
    if len(answers) == 2 and answers[1] - answers[0] == 1 and (low is None or (low, high) == tuple(answers)):
        return Target(name=name, kind="share", values=values - answers[0], low=0.0, high=1.0)
    return Target(name=name, kind="outcome", values=values, low=low, high=high)


def reach_of(case: Case, people: Sample) -> Reach:
    """How far the data carry (see the page of this module)."""
    ratings, weight = ratings_of(people), people.design.weight
    moments = moments_of(people, ratings)
    precision = np.linalg.inv(moments.cov)
    apart = ratings - moments.mean
    region = float(quantile(((apart @ precision) * apart).sum(1), weight, REGION))
    alone = np.sqrt(region / np.diagonal(precision))
    ends = np.array([_ends(case, people.model.players[at], ratings[:, at], weight) for at in range(len(alone))])
    low, high = np.maximum(ends[:, 0] - moments.mean, -alone), np.minimum(ends[:, 1] - moments.mean, alone)
    return Reach(
        mean=moments.mean, low=np.minimum(low, 0.0), high=np.maximum(high, 0.0), precision=precision, region=region
    )


def _ends(case: Case, name: str, ratings: Array, weight: Array) -> tuple[float, float]:
    """Lowest and highest value to which the mean may move: within the scale, and within the middle 80 % of ratings."""
    low, high = (quantile(ratings, weight, part) for part in (TAIL, 1 - TAIL))
    if name in case.scores.values:
        scale = case.study.scale(name)
        return max(low, scale.low), min(high, scale.high)
    return low, high


def fitted(case: Case, people: Sample, targets: Sequence[Target]) -> Mapping[str, Model | str]:
    """Model of every target by its contrast, or the state that forbids it; all share the replicates."""
    sets = {}
    for target in targets:
        rows = np.flatnonzero(np.isfinite(target.values))
        columns = np.column_stack([people.model.x[rows], target.values[rows]])
        sets[target.contrast] = Panel(names=(*people.model.names[:-1], target.contrast), columns=columns, rows=rows)
    drawn = case.replicated(people.design, sets)
    return {target.contrast: _model(case, people, target, drawn[target.contrast]) for target in targets}


def _model(case: Case, people: Sample, target: Target, drawn: Resampled) -> Model | str:
    """The linear model; that of a share has the mean slopes of a logit model, by the same replicates."""
    structure = Structure.of(people.model)
    correlations = [settled(each.correlations, structure.optional) for each in (drawn.point, drawn.draws)]
    if not np.isfinite(correlations[0]).all():
        return "no_variance"
    good = [usable(each[..., :-1, :-1]) for each in correlations]
    b, draws = (slopes(each, there) for each, there in zip((drawn.point, drawn.draws), good, strict=True))
    bent = None
    if target.kind != "outcome":
        bent = _bent(people, target)
        if bent is None:
            return "not_converged"
        draws = np.where(good[1][:, None], bent.drawn(_factors(case, people, target)), np.nan)
        b = bent.slopes
    at = [people.model.controls + own[0] for own in people.model.at]
    usual = np.isfinite(draws).all(-1)
    if not np.isfinite(b).all() or usual.mean() < FEWEST_USABLE:
        return "singular"
    df = max(1, degrees(people.design) - len(people.model.names))
    whole = float(r2(correlations[0][:-1, :-1], correlations[0][:-1, -1]))
    reach = float(stdtrit(df, (1 + case.setting.level) / 2))
    return Model(b=b[at], draws=draws[usual][:, at], r2=whole, df=df, reach=reach, bend=bent)


def _bent(people: Sample, target: Target) -> Bend | None:
    there = np.isfinite(target.values)
    return bend(people.model.x[there], target.values[there], people.design.weight[there])


def _factors(case: Case, people: Sample, target: Target) -> Iterator[Array]:
    """Blocks of (b, r) replicate factors of the rows with the outcome."""
    piece = people.design.pieces[0][np.isfinite(target.values)]
    for block in factors(people.design, case.setting.seed, case.setting.draws, case.kind):
        yield block[:, piece]


def widest_of(model: Model, reach: Reach) -> float:
    """Farthest straight-line change, limits included, of any profile inside the region."""
    spread = np.linalg.inv(reach.precision)
    root = np.linalg.cholesky(spread)
    error = float(np.linalg.eigvalsh(root.T @ model.cov @ root)[-1])
    return float(np.sqrt(reach.region) * (np.sqrt(model.b @ spread @ model.b) + model.reach * np.sqrt(max(error, 0.0))))


def predicted(model: Model, moves: Array, widest: float | None = None) -> Array:
    """(3, …) change and its limits for (…, p) moves of the means: Σ b·move ± t·√(move' cov move), bent for a share."""
    line = moves @ model.b
    error = np.sqrt(np.maximum(((moves @ model.cov) * moves).sum(-1), 0.0))
    found = np.stack([line, line - model.reach * error, line + model.reach * error])
    if model.bend is None:
        return found
    at, value = model.bend.curve(widest or 1.0)
    return np.asarray(np.interp(found, at, value))
