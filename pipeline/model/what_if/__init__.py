"""What if: the change of each outcome that a linear model predicts when mean ratings move, and how far they may move.

A model describes people who already differ. That an outcome would follow a rating that is moved assumes that ratings
cause it, which no survey shows; every sentence on these rows says so. Nothing is predicted beyond the data: a mean may
move within its scale, within the middle 80 % of the observed ratings and, with all others, to a profile that lies no
farther from the mean of all (Mahalanobis) than half of the respondents do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import stdtr

from pipeline.estimates import row
from pipeline.model import Row, based
from pipeline.model.case import Case
from pipeline.model.effects import holm
from pipeline.model.focused import focused
from pipeline.model.importance import usable
from pipeline.model.what_if._bend import Bend
from pipeline.model.what_if._models import (
    Model,
    Reach,
    Target,
    fitted,
    moments_of,
    predicted,
    ratings_of,
    reach_of,
    targets_of,
    widest_of,
)
from pipeline.sample import Sample
from pipeline.weight import base

Array = np.ndarray


def what_if_rows(case: Case) -> list[Row]:
    """Rows of 'what_if'; empty where the study does not ask for it.

    Figures are those of the rows in focus, weighted; listwise within each outcome. Drivers that are categories or
    products have no mean that moves: not_defined. Drivers that repeat each other in focus: singular.
    """
    spec = case.study.definition.what_if
    if spec is None:
        return []
    people = focused(case)
    state = _state(case, people)
    if state:
        return [row("what_if", "predicted_change", outcome=case.setting.outcome, **state)]
    reach = reach_of(case, people)
    targets = [target for target in targets_of(case, people) if np.isfinite(target.values).sum() > len(people.names)]
    models = fitted(case, people, targets)
    rows = _reach_rows(case, people, reach)
    for target in targets:
        rows += _target_rows(case, people, target, models[target.contrast], reach, spec.step)
    return rows


def _state(case: Case, people: Sample) -> Row:
    """What forbids a model: too few rows, drivers of several columns, drivers that do not vary or repeat each other."""
    if people.everyone.n < max(case.setting.low_base, len(people.model.names) + 2):
        return {"state": "too_few", "reason": "too_few"}
    if set(people.model.kinds.values()) - {"construct", "number"}:
        return {"state": "not_defined", "reason": "several_columns"}
    if (np.ptp(ratings_of(people), axis=0) == 0).any():
        return {"state": "no_variance", "reason": "no_variance"}
    found = moments_of(people, ratings_of(people)).correlations
    return {} if usable(found) else {"state": "singular", "reason": "collinear"}


def _reach_rows(case: Case, people: Sample, reach: Reach) -> list[Row]:
    """mean, move_low and move_high of every driver, rating_precision of every pair, and profile_distance."""
    common = {"outcome": case.setting.outcome, **based(people.everyone)}
    players = people.model.players
    figures = {"mean": reach.mean, "move_low": reach.low, "move_high": reach.high}
    rows = [
        row("what_if", metric, term=name, estimate=float(values[at]), **common)
        for metric, values in figures.items()
        for at, name in enumerate(players)
    ]
    rows += _pairs("rating_precision", players, reach.precision, "with:", common)
    return [*rows, row("what_if", "profile_distance", estimate=reach.region, **common)]


def _pairs(metric: str, players: Sequence[str], matrix: Array, prefix: str, common: Row) -> list[Row]:
    """The lower triangle of a (p, p) matrix, its diagonal included."""
    return [
        row(
            "what_if",
            metric,
            term=name,
            contrast=f"{prefix}{players[other]}",
            estimate=float(matrix[at, other]),
            **common,
        )
        for at, name in enumerate(players)
        for other in range(at + 1)
    ]


def _target_rows(
    case: Case, people: Sample, target: Target, model: Model | str, reach: Reach, step: float
) -> list[Row]:
    """What is predicted of one outcome: where it stands, the model, and each driver moved alone by the step."""
    there = np.isfinite(target.values)
    found = base(people.design.weight[there], people.respondent[there])
    common = {"outcome": case.setting.outcome, "contrast": target.contrast, **based(found)}
    if isinstance(model, str):
        return [row("what_if", "predicted_change", **common, state=model, reason=model)]
    mean = float(np.average(target.values[there], weights=people.design.weight[there]))
    metric = {"outcome": "mean", "top2": "top2box", "share": "proportion"}[target.kind]
    players, prefix = people.model.players, f"{target.contrast};with:"
    plain = {name: value for name, value in common.items() if name != "contrast"}
    return [
        row("what_if", metric, term=target.name, estimate=mean, **common),
        *(row("what_if", f"stays_{end}", estimate=value, **common) for end, value in _stays(target)),
        row("what_if", "r2", estimate=model.r2, **common),
        row("what_if", "t_reach", estimate=model.reach, **common),
        *_pairs("b_covariance", players, model.cov, prefix, plain),
        *_bend_rows(model.bend, target, model, reach, plain),
        *_driver_rows(case, players, model, reach, step, common),
        *(_most_rows(players, model, reach, step, common, target) if target.name == case.setting.outcome else []),
    ]


def _stays(target: Target) -> Iterator[tuple[str, float]]:
    """What the prediction must not leave, where it is known."""
    for end, value in (("low", target.low), ("high", target.high)):
        if value is not None:
            yield end, value


def _bend_rows(bent: Bend | None, target: Target, model: Model, reach: Reach, common: Row) -> Iterator[Row]:
    """The curve that keeps a share within 0 and 1, from as far down to as far up as a prediction can come."""
    if bent is None:
        return
    for place, value in zip(*bent.curve(widest_of(model, reach)), strict=True):
        yield row(
            "what_if", "bent_change", contrast=f"{target.contrast};line:{place:+.6f}", estimate=float(value), **common
        )


def _driver_rows(
    case: Case, players: Sequence[str], model: Model, reach: Reach, step: float, common: Row
) -> Iterator[Row]:
    """b of every driver, and predicted_change when it alone moves by the step; beyond the data there is no number.

    p is that of b, by Holm over the drivers.
    """
    error = np.sqrt(np.diagonal(model.cov))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(error > 0, 2 * stdtr(model.df, -np.abs(model.b / error)), np.nan)
    adjusted = holm(p)
    changes = predicted(model, step * np.eye(len(players)), widest_of(model, reach))
    for at, name in enumerate(players):
        own = {"term": name, **common}
        level = {"std_error": float(error[at]), "conf_level": case.setting.level}
        tests = {"p_value": float(p[at]), "p_adjusted": float(adjusted[at])} if np.isfinite(p[at]) else {}
        ends = model.b[at] + model.reach * error[at] * np.array([-1.0, 1.0])
        limits = {"conf_low": float(ends[0]), "conf_high": float(ends[1])}
        yield row("what_if", "b", estimate=float(model.b[at]), **limits, **level, **tests, **own)
        if not reach.holds(at, step):
            yield row("what_if", "predicted_change", state="not_defined", reason="beyond_data", **own)
            continue
        change, low, high = (float(value) for value in changes[:, at])
        limits = {
            "conf_low": low,
            "conf_high": high,
            "conf_level": case.setting.level,
            "std_error": step * float(error[at]),
        }
        yield row("what_if", "predicted_change", estimate=change, **limits, **tests, **own)


def _most_rows(
    players: Sequence[str], model: Model, reach: Reach, step: float, common: Row, target: Target
) -> Iterator[Row]:
    """How often a driver's move goes with the largest change, and the first driver's with more than each other's."""
    there = [at for at in range(len(players)) if reach.holds(at, step)]
    if target.kind == "top2" or not there:
        return
    draws = model.draws[:, there]
    most = np.bincount(draws.argmax(1), minlength=len(there)) / len(draws)
    plain = {name: value for name, value in common.items() if name != "contrast"}
    for place, at in enumerate(there):
        yield row("what_if", "prob_largest_move", term=players[at], estimate=float(most[place]), **common)
    first = max(range(len(there)), key=lambda place: model.b[there[place]])
    for place, at in enumerate(there):
        if place != first:
            more = float((draws[:, first] > draws[:, place]).mean())
            key = {"term": players[there[first]], "contrast": f"{common['contrast']};above:{players[at]}"}
            yield row("what_if", "prob_larger_move", estimate=more, **key, **plain)
