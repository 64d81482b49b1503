"""Forms of the claims on waves and predictions: which way shares moved, who was followed, points or shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]


def journey(variant: str, values: Values) -> str:
    """A share that rose, one that fell, or both."""
    if variant != "moved":
        return variant
    return "both" if values["other"] else "rose" if values["change"] > 0 else "fell"


def members(variant: str, values: Values) -> str:
    """Whether those who answered again had differed from the others from the beginning."""
    return f"{variant}_selective" if values["selective"] and variant != "small" else variant


def what_if(variant: str, values: Values) -> str:
    """An outcome of two answers moves by percentage points."""
    return f"{variant}_share" if values["share"] and variant in ("clear", "close") else variant
