"""Forms of the claims on further outcomes and on promotion: which way a share differs, and who depends less or more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]


def outcomes(variant: str, values: Values) -> str:
    """A share that differs is larger (up) or smaller (down) for the other outcome."""
    return ("up" if values["gap"] > 0 else "down") if variant == "shifts" else variant


def promotion_drivers(variant: str, values: Values) -> str:
    """Ratings that go with less dependence (fewer), with more of it (more), or some with each (both); none of one."""
    if variant != "some":
        return "alone" if variant == "none" and values["k"] == 1 else variant
    return "both" if values["fewer"] and values["more"] else "fewer" if values["fewer"] else "more"
