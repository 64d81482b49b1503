"""Which sentence fits a claim on prices, where one variant has several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]

FEW = ("small_base", "not_answered", "refused")


def price_range(variant: str, values: Values) -> str:
    """Why there is no range: prices out of order, too few respondents, or curves that do not cross."""
    if variant != "untold":
        return variant
    reason = values["reason_key"]
    return "untold_order" if reason == "out_of_order" else "untold_few" if reason in FEW else "untold_apart"


def demand(variant: str, values: Values) -> str:
    """Which end of the ladder has the largest revenue; 'few' where too few answered for their number to be told."""
    if variant == "small" and values["n"] is None:
        return "few"
    if variant != "edge":
        return variant
    return "edge_top" if values["top"] else "edge_bottom"


def premium(variant: str, values: Values) -> str:
    """Weaker where the two prices were not asked at equal specification; 'few' where their number is not told."""
    if variant == "small" and values["n"] is None:
        return "few"
    return f"{variant}_unequal" if variant in ("more", "less", "none") and not values["equal"] else variant
