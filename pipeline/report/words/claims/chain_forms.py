"""Forms of the sentences on chains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]


def mediation(variant: str, values: Values) -> str:
    """The reason for a chain that cannot be followed; sentences of their own where the beginning was assigned."""
    if variant == "unable":
        return str(values["reason"])
    assigned = values["experiment"] and variant in ("carried", "partly", "against")
    return f"{variant}_experiment" if assigned else variant


def moderated(variant: str, values: Values) -> str:
    """The reason for a moderator that cannot be used; 'levels' where it has two of them, not numbers."""
    if variant == "unable":
        return str(values["reason"])
    return variant if values["first_level"] is None else f"{variant}_levels"
