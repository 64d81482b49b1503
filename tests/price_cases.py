"""Values of the claims on prices, for the test of their sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PRICE_LABELS: Mapping[str, str] = {"life=student": "Students", "life=family": "Families"}


def limits(name: str, value: float, low: float, high: float) -> dict[str, float]:
    return {name: value, f"{name}_low": low, f"{name}_high": high}


RANGE: dict[str, Any] = {
    "n": 1200, "left_out": 31.0, "part": 0.0252, "reason_key": "out_of_order",
    **limits("pmc", 1999.0, 1899.0, 2099.0), **limits("pme", 3499.0, 3299.0, 3599.0),
}  # fmt: skip
POINTS: dict[str, Any] = {
    "n": 1200, "share": 0.31, **limits("opp", 2499.0, 2399.0, 2599.0), **limits("idp", 2599.0, 2499.0, 2699.0),
    **limits("reach", 2299.0, 2199.0, 2399.0), **limits("sales", 2799.0, 2599.0, 2999.0),
}  # fmt: skip
DEMAND: dict[str, Any] = {
    "n": 1200, "n_eff": 1100.0, "steps": 5, "prob": 0.81, "lowest": 1999.0, "highest": 3999.0, "low": 2499.0,
    "high": 2999.0, "top": True, "cost": 1400.0, **limits("price", 2499.0, 2499.0, 2999.0),
    **limits("share", 0.52, 0.49, 0.55),
}  # fmt: skip
PREMIUM: dict[str, Any] = {
    "n": 1200, "n_eff": 44.0, "equal": True, "own_median": 150.0, "above": 0.61, "p": 0.0004, "size_less": 180.0,
    "percent_less": 0.08, "below_low": 120.0, "below_high": 240.0, "more": "life=family", "less": "life=student",
    "gap": 120.0, "gap_low": 40.0, "gap_high": 200.0, "more_size": 260.0, "less_size": 140.0, "comparisons": 10,
    **limits("size", 180.0, 120.0, 240.0), **limits("percent", 0.08, 0.05, 0.11),
}  # fmt: skip
PRICE_CASES: dict[str, list[dict[str, Any]]] = {
    "price_range": [RANGE, RANGE | {"reason_key": "small_base"}, RANGE | {"reason_key": "no_crossing"}],
    "price_points": [POINTS],
    "demand": [DEMAND, DEMAND | {"top": False}, DEMAND | {"n": None, "n_eff": None}],
    "premium": [PREMIUM, PREMIUM | {"equal": False}, PREMIUM | {"n": None, "n_eff": None}],
}
