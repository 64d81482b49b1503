"""Rows of one chain: figures of the sample with the percentile interval of their replicates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.effects import holm_rows
from pipeline.model.mediation._moderated import Moderation, moderation
from pipeline.model.mediation._paths import Link, Paths, paths
from pipeline.model.mediation._question import Question
from pipeline.model.mediation._rivals import order, rivals
from pipeline.model.mediation._sensitivity import GRID, Sensitivity, chain_at, sensitivity
from pipeline.model.resample import difference_p, interval

Array = np.ndarray

TESTED = (
    "b", "direct", "indirect", "chain_indirect", "total_indirect", "total", "index_of_moderated_mediation",
    "conditional_indirect", "rival_difference",
)  # fmt: skip
"""Metrics with a p value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: its value in the sample, and in every replicate where it has an interval."""

    metric: str
    contrast: str | None
    point: float
    draws: Array | None = None


def figures(question: Question, *, assigned: bool) -> Iterator[Figure]:
    """All figures of a chain. assigned: an experiment gave its beginning, which then has no causes of its own."""
    point, draws = (paths(each, question.plan) for each in (question.resampled.point, question.resampled.draws))
    yield from _arrows(point, draws)
    yield from _effects(point, draws)
    yield from _hidden_causes(question, point, draws, assigned=assigned)
    yield from _orders(question, point, draws, assigned=assigned)
    yield from _moderated(question)


def _arrows(point: Paths, draws: Paths) -> Iterator[Figure]:
    for at, link in enumerate(point.plan.links):
        for metric in ("b", "beta"):
            yield _figure(metric, ">".join(link), getattr(point, metric)[at], getattr(draws, metric)[:, at])
    for at, target in enumerate(point.plan.targets):
        yield _figure("r2", f"to:{target}", point.r2[at], draws.r2[:, at])


def _effects(point: Paths, draws: Paths) -> Iterator[Figure]:
    """Every effect in points, then completely and partially standardised."""
    for at, route in enumerate(point.plan.routes):
        yield from _scaled("indirect", ">".join(route), point, draws, point.indirect[at], draws.indirect[:, at])
    yield from _scaled("chain_indirect", None, point, draws, point.chain(), draws.chain())
    for metric in ("total_indirect", "direct", "total"):
        yield from _scaled(metric, None, point, draws, getattr(point, metric), getattr(draws, metric))
    with np.errstate(invalid="ignore", divide="ignore"):
        part, parts = point.total_indirect / point.total, draws.total_indirect / draws.total
    yield _figure("proportion_mediated", None, part, parts)


def _scaled(
    metric: str, contrast: str | None, point: Paths, draws: Paths, value: Array, values: Array
) -> Iterator[Figure]:
    yield _figure(metric, contrast, value, values)
    yield _figure(f"{metric}_beta", contrast, value * point.standard, values * draws.standard)
    yield _figure(f"{metric}_partial", contrast, value * point.partly, values * draws.partly)


def _hidden_causes(question: Question, point: Paths, draws: Paths, *, assigned: bool) -> Iterator[Figure]:
    plan, resampled = question.plan, question.resampled
    steps = dict.fromkeys(step for route in plan.whole for step in pairwise(route))
    for link in steps:
        if assigned and link[0] == plan.begin:
            continue
        one, many = (sensitivity(moments, plan, link) for moments in (resampled.point, resampled.draws))
        yield from _of_link(link, one, many)
        for rho in GRID:
            value, values = chain_at(point, link, one, rho), chain_at(draws, link, many, rho)
            yield _figure("indirect_at_rho", f"{'>'.join(link)}@{rho:g}", value, values)


def _of_link(link: Link, one: Sensitivity, many: Sensitivity) -> Iterator[Figure]:
    named = {"rho_zero": "rho_zero", "rho_zero_r2_residual": "residual", "rho_zero_r2_total": "whole"}
    for metric, attribute in named.items():
        yield _figure(metric, ">".join(link), getattr(one, attribute), getattr(many, attribute))


def _orders(question: Question, point: Paths, draws: Paths, *, assigned: bool) -> Iterator[Figure]:
    """The chain in every order, completely standardised, and what it is more than in each rival order."""
    own, owns = point.chain() * point.standard, draws.chain() * draws.standard
    yield _figure("rival_indirect", order(question.plan), own, owns)
    for name, plan in rivals(question.plan, assigned=assigned).items():
        one, many = (paths(each, plan) for each in (question.resampled.point, question.resampled.draws))
        other, others = one.chain() * one.standard, many.chain() * many.standard
        yield _figure("rival_indirect", name, other, others)
        yield _figure("rival_difference", name, own - other, owns - others)


def _moderated(question: Question) -> Iterator[Figure]:
    used = question.moderator
    if used is None:
        return
    one, many = (
        moderation(each, question.plan, used.column, used.where, used.centre)
        for each in (question.resampled.point, question.resampled.draws)
    )
    for name, target in one.paths.extra:
        yield _figure("b", f"{name}>{target}", one.paths.extra[name, target], many.paths.extra[name, target])
    yield from _indices(one, many)
    for key, value in used.points.items():
        yield _figure("moderator_value", key, np.asarray(value), None)
        yield _figure("conditional_indirect", key, one.at(value), many.at(value))


def _indices(one: Moderation, many: Moderation) -> Iterator[Figure]:
    yield _figure("index_of_moderated_mediation", None, one.index(), many.index())
    for route in one.routes:
        yield _figure("index_of_moderated_mediation", ">".join(route), one.index(route), many.index(route))


def _figure(metric: str, contrast: str | None, point: Array, draws: Array | None) -> Figure:
    return Figure(metric=metric, contrast=contrast, point=float(point), draws=draws)


def figure_rows(question: Question, found: Sequence[Figure], setting: Setting) -> list[Row]:
    """A row a figure; p of what may be tested, that of the specific paths after Holm as well."""
    common: Row = {"outcome": question.plan.end, "term": question.name, **based(question.cut.everyone)}
    state = setting.state(question.cut.everyone)
    low, high, p = _limits([one for one in found if one.draws is not None], setting.level)
    rows = []
    for one in found:
        cells: Row = {"contrast": one.contrast, **common, **state}
        if not np.isfinite(one.point):
            cells |= {"state": "not_defined", "reason": "undefined"}
        else:
            cells["estimate"] = one.point
        if np.isfinite(one.point) and one.draws is not None:
            key = (one.metric, one.contrast)
            cells |= spread(one.draws, low[key], high[key], setting.level)
            cells |= {"p_value": p[key]} if one.metric in TESTED else {}
        rows.append(row("mediation", one.metric, **cells))
    rows = holm_rows(rows, "indirect")
    return [_proportion(each, rows) for each in rows]


Key = tuple[str, str | None]


def _limits(found: Sequence[Figure], level: float) -> tuple[dict[Key, float], dict[Key, float], dict[Key, float]]:
    """Lower and upper limits and p of every figure with replicates."""
    draws = np.column_stack([one.draws for one in found if one.draws is not None])
    low, high = interval(draws, level)
    p = difference_p(draws, np.array([one.point for one in found]))
    keys = [(one.metric, one.contrast) for one in found]
    first, second, third = (dict(zip(keys, map(float, each), strict=True)) for each in (low, high, p))
    return first, second, third


def _proportion(each: Row, rows: Sequence[Row]) -> Row:
    """The row itself, but for a proportion that means nothing: parts of opposite signs, or a total of about zero."""
    if each["metric"] != "proportion_mediated":
        return each
    known = {other["metric"]: other for other in rows if other["contrast"] is None}
    direct, indirect, total = (known[name]["estimate"] for name in ("direct", "total_indirect", "total"))
    low, high = known["total"]["conf_low"], known["total"]["conf_high"]
    opposite = direct * indirect < 0 or indirect * total <= 0
    if not opposite and low is not None and not low <= 0 <= high:
        return each
    kept = {name: each[name] for name in ("outcome", "term", "n", "n_eff", "deff")}
    return row(
        "mediation", each["metric"], state="not_defined", reason="opposite_signs" if opposite else "near_zero", **kept
    )
