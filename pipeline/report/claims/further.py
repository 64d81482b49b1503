"""The rules of all questions beyond the model, in the order of the report."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.report.claims import (
    Claim,
    Ledger,
    comparability,
    contrasted,
    journey,
    lock_in,
    mediation,
    paradox,
    pricing,
    promotion,
    rivals,
    stated,
    value,
    what_if,
)

RULES: tuple[Callable[[Ledger], list[Claim]], ...] = (
    value.total_value,
    value.product_alone,
    value.layers,
    stated.stated,
    contrasted.outcomes,
    mediation.mediation,
    mediation.rival_orders,
    mediation.hidden_cause,
    mediation.moderated,
    paradox.critics,
    paradox.paradox,
    paradox.complaint,
    rivals.rivals,
    rivals.better_product,
    pricing.price_range,
    pricing.price_points,
    pricing.demand,
    pricing.premium,
    promotion.promotion,
    promotion.who,
    promotion.behind,
    lock_in.lock_in,
    lock_in.switchers,
    journey.journey,
    journey.image,
    journey.cohorts,
    journey.members,
    what_if.what_if,
    comparability.comparability,
    comparability.limit,
)
