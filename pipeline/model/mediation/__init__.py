"""Through what an effect may run: chains of mediators of any length, their rivals, and what could explain them away.

Least squares in every equation, sampling weights in all of them; percentile bootstrap of respondents (clusters, strata)
with at least 5,000 draws, one matrix product for all chains' columns. A cross-section cannot tell orders apart.
"""

from __future__ import annotations

from pipeline.estimates import row
from pipeline.model import Row, based
from pipeline.model.case import Case, Cut
from pipeline.model.effects import holm_rows
from pipeline.model.mediation._moderated import Moderation, by, moderation, products
from pipeline.model.mediation._paths import Paths, Plan, paths
from pipeline.model.mediation._question import CLOSER, DRAWS, Question, asked
from pipeline.model.mediation._rivals import order, rivals
from pipeline.model.mediation._rows import figure_rows, figures
from pipeline.model.mediation._sensitivity import GRID, Sensitivity, chain_at, sensitivity
from pipeline.specs import Chain

__all__ = [
    "DRAWS", "GRID", "Moderation", "Paths", "Plan", "Sensitivity", "by", "chain_at", "mediation_rows", "moderation",
    "order", "paths", "products", "rivals", "sensitivity",
]  # fmt: skip


def mediation_rows(case: Case) -> list[Row]:
    """Rows of every chain of `mediation`, none where the study has no such key; p of the chains after Holm.

    Rows complete in all that a chain names, in focus. A chain that cannot be followed has one row of chain_indirect
    with its state: too_few (nobody answered all of it), suppressed, no_variance, singular (mediators that repeat each
    other, or one that is the outcome).
    """
    rows: list[Row] = []
    for name, chain in case.study.definition.mediation.items():
        rows += _chain(case, name, chain)
    return holm_rows(rows, "chain_indirect")


def _chain(case: Case, name: str, chain: Chain) -> list[Row]:
    found = asked(case, name, chain)
    if isinstance(found, tuple):
        return [_refusal(case, name, chain, *found)]
    assigned = case.study.definition.study.design == "experiment"
    rows = figure_rows(found, list(figures(found, assigned=assigned)), case.setting)
    return rows + _without_moderator(found)


def _refusal(case: Case, name: str, chain: Chain, reason: str, cut: Cut) -> Row:
    state = CLOSER.get(reason) or ("suppressed" if cut.everyone.n < case.setting.minimum_base else "too_few")
    base = {} if state == "suppressed" else based(cut.everyone) if len(cut) else {"n": 0}
    outcome = chain.to or case.study.outcome
    return row("mediation", "chain_indirect", outcome=outcome, term=name, state=state, reason=reason, **base)


def _without_moderator(question: Question) -> list[Row]:
    """Why there is no index, where a moderator is named that cannot be used."""
    if question.unmoderated is None:
        return []
    state = {"hidden": "suppressed", "constant": "no_variance"}.get(question.unmoderated, "not_defined")
    return [
        row(
            "mediation", "index_of_moderated_mediation", outcome=question.plan.end, term=question.name, state=state,
            reason=f"moderator_{question.unmoderated}",
        )
    ]  # fmt: skip
