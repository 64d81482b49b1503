"""Variants of the claims on questions beyond the model, and the forms of their sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

VARIANTS: Mapping[str, tuple[str, ...]] = {}
"""Claim -> its variants."""

CARDS: tuple[str, ...] = ()
"""Claims with all that a card of the first page needs: .title, .action and .detail beside the sentence."""

TITLED: tuple[str, ...] = ()
"""Further claims with a .title."""

HOMES: Mapping[str, str] = {}
"""Claim of a card -> the section it links to."""

FORMS: Mapping[str, Callable[[str, Mapping[str, Any]], str]] = {}
"""Claim -> function of variant and values that gives the end of its key, where it is not the variant."""
