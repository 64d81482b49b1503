"""Forms of the claims on owners and switchers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]


def lock_in(variant: str, values: Values) -> str:
    """'_controlled' where something was held equal."""
    return f"{variant}_controlled" if variant in ("rises", "falls") and values["controls"] else variant


def switchers(variant: str, values: Values) -> str:
    """'_others' where nobody is known to have had the brand before, so that everybody else is compared with."""
    return f"{variant}_others" if variant in ("higher", "lower", "none") and values["own"] is None else variant
