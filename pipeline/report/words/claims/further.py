"""Variants of the claims on questions beyond the model, and the forms of their sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.report.words.claims.price_forms import demand, premium, price_range

VARIANTS: Mapping[str, tuple[str, ...]] = {
    "price_range": ("range", "plain", "untold"),
    "price_points": ("points", "trial"),
    "demand": ("best", "edge", "between", "open", "small", "nobody", "profit"),
    "premium": ("more", "less", "none", "small", "untold", "groups"),
}
"""Claim -> its variants."""

CARDS: tuple[str, ...] = (
    "price_range",
    "demand",
    "premium",
)
"""Claims with all that a card of the first page needs: .title, .action and .detail beside the sentence."""

TITLED: tuple[str, ...] = ()
"""Further claims with a .title."""

HOMES: Mapping[str, str] = {
    "price_range": "pricing",
    "demand": "pricing",
    "premium": "pricing",
}
"""Claim of a card -> the section it links to."""

FORMS: Mapping[str, Callable[[str, Mapping[str, Any]], str]] = {
    "price_range": price_range,
    "demand": demand,
    "premium": premium,
}
"""Claim -> function of variant and values that gives the end of its key, where it is not the variant."""
