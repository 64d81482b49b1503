"""Values of the claims on critics, rivals, owners and language versions, for the test of their sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BRAND_LABELS: Mapping[str, str] = {
    "complaints": "complaints heard",
    "devices": "devices owned",
    "age": "age",
    "brand=ours": "Ours",
    "brand=theirs": "Theirs",
    "before=theirs": "Theirs",
    "before=ours": "Ours",
    "language=en": "English",
    "language=zh": "Chinese",
}


def limits(name: str, value: float, low: float, high: float) -> dict[str, float]:
    return {name: value, f"{name}_low": low, f"{name}_high": high}


SIZES = {"smallest_n": 124, "required": 200, "n": 900, "n_eff": 44.0}
CRITICS: dict[str, Any] = {
    "product": "product", "outcome": "intent", "below": 4.0, "p": 0.0004, "why": "no_critics", **SIZES,
    **limits("share", 0.18, 0.15, 0.21), **limits("all", 0.34, 0.32, 0.36), **limits("buying", 0.12, 0.1, 0.15),
    **limits("others", 0.33, 0.31, 0.35), **limits("gap", -0.21, -0.24, -0.18),
}  # fmt: skip
PARADOX: dict[str, Any] = {
    "product": "product", "outcome": "intent", "drivers": ["trust", "price"], "first": "trust", "count": 4,
    "comparisons": 9, "p": 0.0004, "n_buyers": 124, "n_others": 640, "why": "all_critics_buy", **SIZES,
    **limits("total", 0.84, 0.75, 0.94), **limits("part", 0.29, 0.24, 0.35), **limits("rating", 1.2, 1.0, 1.3),
}  # fmt: skip
COMPLAINT: dict[str, Any] = {
    "complaint": "complaints", "trust": "trust", "outcome": "intent", "p": 0.003, "at_p16": 3.3, "at_p84": 6.0, **SIZES,
    **limits("slope", -0.1, -0.15, -0.05), **limits("interaction", 0.05, 0.02, 0.08),
    **limits("p16", -0.2, -0.26, -0.14), **limits("p84", -0.04, -0.09, 0.01),
}  # fmt: skip
RIVALS: dict[str, Any] = {
    "outcome": "intent", "leading": "brand=ours", "trailing": "brand=theirs", "leading_mean": 4.82, "p": 0.0004,
    "trailing_mean": 4.35, "drivers": ["trust"], "against": ["product"], "support": 0.6, "paired": 0.8, **SIZES,
    "why": "one_brand", **limits("gap", 0.47, 0.42, 0.52), **limits("endowments", 0.34, 0.27, 0.41),
    **limits("coefficients", 0.2, 0.13, 0.27), **limits("interaction", -0.07, -0.15, 0.02),
}  # fmt: skip
BETTER: dict[str, Any] = RIVALS | {
    "product": "product", "better": "brand=theirs", "other": "brand=ours", "better_rating": 5.27, "other_rating": 4.31,
    "better_mean": 4.35, "other_mean": 4.82, **limits("rating", 0.96, 0.92, 1.01),
    **limits("wanted", -0.47, -0.52, -0.42),
}  # fmt: skip
LOCK_IN: dict[str, Any] = {
    "outcome": "intent", "devices": "devices", "controls": ["age"], "p": 0.0004, "least": "0", "least_mean": 4.7,
    "most": "5+", "most_mean": 5.1, "bend": "less", "why": "no_variance", **SIZES, **limits("slope", 0.08, 0.06, 0.1),
    **limits("kept", 0.02, -0.01, 0.05),
}  # fmt: skip
SWITCHERS: dict[str, Any] = {
    "rival": "before=theirs", "own": "before=ours", "outcome": "intent", "devices": "devices", "comparisons": 14,
    "p": 0.0004, "came_mean": 5.05, "stayed_mean": 4.74, "rated_higher": ["trust"], "rated_lower": [], **SIZES,
    "why": "no_switchers", **limits("share", 0.21, 0.2, 0.22), **limits("gap", 0.31, 0.2, 0.43),
}  # fmt: skip
VERSIONS: dict[str, Any] = {
    "one": "language=en", "other": "language=zh", "failing": ["trust"], "moved": ["trust"], "items": ["t2"],
    "unsafe": ["trust"], "count": 4, "tests": 12, "congruence": 0.99, "first": "t2", "construct": "trust", "p": 0.0004,
    "score": -0.2, **SIZES, **limits("shift", -0.61, -0.7, -0.52),
}  # fmt: skip
BRAND_CASES: dict[str, list[dict[str, Any]]] = {
    "critics": [CRITICS],
    "paradox": [PARADOX, PARADOX | {"why": "small_base"}],
    "complaint": [COMPLAINT],
    "rivals": [RIVALS, RIVALS | {"why": "small_base"}],
    "better_product": [BETTER],
    "lock_in": [LOCK_IN, LOCK_IN | {"controls": []}],
    "switchers": [SWITCHERS, SWITCHERS | {"own": None}],
    "comparability": [VERSIONS],
}
