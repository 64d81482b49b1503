"""The rules of all questions beyond the model, in the order of the report."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.report.claims import Claim, Ledger, contrasted, mediation, pricing, promotion, stated, value

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
    pricing.price_range,
    pricing.price_points,
    pricing.demand,
    pricing.premium,
    promotion.promotion,
    promotion.who,
    promotion.behind,
)
