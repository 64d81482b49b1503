"""Values of every claim on questions beyond the model, for the test of their sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.brand_cases import BRAND_CASES, BRAND_LABELS
from tests.chain_cases import CHAIN_CASES, CHAIN_LABELS
from tests.class_cases import CLASS_CASES, CLASS_LABELS
from tests.price_cases import PRICE_CASES, PRICE_LABELS
from tests.time_sentences import TIME_CASES, TIME_LABELS
from tests.value_sentences import VALUE_CASES, VALUE_LABELS

FURTHER_LABELS: Mapping[str, str] = {
    **VALUE_LABELS,
    **CHAIN_LABELS,
    **PRICE_LABELS,
    **TIME_LABELS,
    **BRAND_LABELS,
    **CLASS_LABELS,
}
"""Names that these sentences print."""

FURTHER_CASES: dict[str, list[dict[str, Any]]] = {
    **VALUE_CASES,
    **CHAIN_CASES,
    **PRICE_CASES,
    **TIME_CASES,
    **BRAND_CASES,
    **CLASS_CASES,
}
"""Claim -> values under which each of its variants is said."""
