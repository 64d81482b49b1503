"""Forms of the sentences on latent classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def class_profile(variant: str, values: Mapping[str, Any]) -> str:
    """plain: the mean of the outcome is not known within the class."""
    return variant if values.get("mean") is not None else f"{variant}_plain"
