"""The rules of all questions beyond the model, in the order of the report."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.report.claims import Claim, Ledger, pricing

RULES: tuple[Callable[[Ledger], list[Claim]], ...] = (
    pricing.price_range,
    pricing.price_points,
    pricing.demand,
    pricing.premium,
)
