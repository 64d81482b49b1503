"""The question of one chain: its plan, the rows it stands on, and their moments in the sample and every replicate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.model.case import Case, Cut
from pipeline.model.importance import usable
from pipeline.model.mediation._moderated import Where, by, products, sources, values
from pipeline.model.mediation._paths import Plan, block, paths
from pipeline.model.resample import Resampled
from pipeline.moments import Moments
from pipeline.specs import Chain

Array = np.ndarray

DRAWS = 5000
"""Fewest replicates: limits of a product of coefficients lie in the tails."""
SAME = 1e-10
"""A target of which so little is left unexplained is one of its predictors, or made of them."""
CLOSER = {"no_overlap": "too_few", "constant": "no_variance", "collinear": "singular", "same_as_end": "singular"}
"""Reason why a chain cannot be followed -> state of its row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderator:
    """column: its name among the columns. points: the values at which the chain is shown; centre: its mean."""

    column: str
    where: Where
    points: dict[str, float]
    centre: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A chain with everything that is known of it. unmoderated: why its moderator cannot be used, if it cannot."""

    name: str
    plan: Plan
    cut: Cut
    resampled: Resampled
    moderator: Moderator | None = None
    unmoderated: str | None = None


def asked(case: Case, name: str, chain: Chain) -> Question | tuple[str, Cut]:
    """The question, or the reason why it cannot be answered (a key of CLOSER, or 'small_base') with its rows.

    Rows are complete in everything the chain names, its controls and moderator among them. A category among the
    controls has a column a level but the first; columns that do not vary among these rows stay away.
    """
    plan = Plan(begin=chain.from_, stages=chain.through, end=chain.to or case.study.outcome)
    unmoderated = _unusable(case, chain.moderator, case.cut((plan.begin, *plan.mediators, plan.end)))
    moderator = chain.moderator if unmoderated is None else None
    further = tuple(dict.fromkeys((*chain.controls, *([moderator] if moderator else []))))
    cut, columns = _cut(case, plan, further)
    plan = replace(
        plan, controls=tuple(column for one in chain.controls for column in columns[one] if column in cut.names)
    )
    reason = _refused(case, plan, cut)
    if reason is not None:
        return reason, cut
    used = None
    if moderator in cut.names:
        cut, used = _with_products(case, cut, plan, chain)
    elif moderator is not None:
        unmoderated = "constant"
    resampled = case.resample(cut, max(DRAWS, case.setting.draws))
    return Question(name=name, plan=plan, cut=cut, resampled=resampled, moderator=used, unmoderated=unmoderated)


def _unusable(case: Case, moderator: str | None, cut: Cut) -> str | None:
    """Why a moderator cannot be used: 'levels' (more than two, or fewer), 'hidden' (one stays hidden in the rows)."""
    if moderator is None or _numeric(case, moderator) or not len(cut):
        return None
    if case.hidden(moderator, cut):
        return "hidden"
    return None if case.column(moderator).shape[1] == 1 else "levels"


def _numeric(case: Case, name: str) -> bool:
    return name in case.scores.values or case.responses.variables[name].dtype.kind == "f"


def _cut(case: Case, plan: Plan, further: Sequence[str]) -> tuple[Cut, dict[str, tuple[str, ...]]]:
    """Complete rows of the chain with the columns of what is taken into account, and the names of these columns."""
    each = {name: case.column(name) for name in further}
    known = np.ones(len(case.responses.respondent), dtype=bool)
    for column in each.values():
        known &= np.isfinite(column).all(1)
    cut = case.cut((plan.begin, *plan.mediators, plan.end), also=known)
    names = {
        name: (name,) if column.shape[1] == 1 else tuple(f"{name}={at + 1}" for at in range(column.shape[1]))
        for name, column in each.items()
    }
    added = [(own, column[cut.rows, at]) for name, column in each.items() for at, own in enumerate(names[name])]
    kept = [(own, column) for own, column in added if own not in cut.names and len(cut) and np.ptp(column) > 0]
    values_ = np.column_stack([cut.values, *(column for _, column in kept)])
    return replace(cut, names=(*cut.names, *(own for own, _ in kept)), values=values_), names


def _refused(case: Case, plan: Plan, cut: Cut) -> str | None:
    """Why the chain cannot be followed, or None."""
    if not len(cut):
        return "no_overlap"
    if cut.everyone.n < max(case.setting.minimum_base, len(cut.names) + 2):
        return "small_base"
    moments = Moments.of(cut.values, cut.names, cut.design.weight)
    if not np.isfinite(np.diagonal(moments.correlations)).all():
        return "constant"
    places = [cut.names.index(name) for name in plan.predictors(plan.end)]
    if not usable(block(moments.correlations, places, places)):
        return "collinear"
    return "same_as_end" if (1 - paths(moments, plan).r2 < SAME).any() else None


def _with_products(case: Case, cut: Cut, plan: Plan, chain: Chain) -> tuple[Cut, Moderator]:
    """The cut with the products of its moderated columns, and the moderator with its points."""
    name, weight, own = str(chain.moderator), cut.design.weight, sources(plan, chain.moderates)
    moderator = cut.column(name)
    added = products(np.column_stack([cut.column(one) for one in own]), moderator, weight)
    wider = replace(cut, names=(*cut.names, *(by(one, name) for one in own)), values=np.hstack([cut.values, added]))
    points = values(moderator, weight)
    if not _numeric(case, name):
        points = {f"level:{level}": float(at) for at, level in enumerate(case.levels(name).names)}
    centre = float(np.average(moderator, weights=weight))
    return wider, Moderator(column=name, where=chain.moderates, points=points, centre=centre)
