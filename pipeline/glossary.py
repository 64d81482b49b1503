"""The glossary of questions beyond the model: what their analyses answer, and what their metrics are."""

from __future__ import annotations

from collections.abc import Mapping

ANALYSES: Mapping[str, str] = {
    "total_value": "how much of the outcome is the product, and how much is value beyond it",
    "stated": "importance as respondents state it, beside the importance that their ratings show",
    "outcomes": "the same drivers of further outcomes, compared with those of the first",
    "mediation": "through what an effect may run",
    "paradox": "people who criticise the product and buy all the same",
    "rivals": "why one brand is wanted more than another",
    "pricing": "what people would pay",
    "promotion": "how far the outcome depends on promotion",
    "classes": "latent classes of respondents",
    "lock_in": "whether those who own more stay, pay and buy more",
    "journey": "how image and value have moved over the waves",
    "what_if": "what the model predicts when ratings move",
    "comparability": "whether questions mean the same in every language version",
}

TOTAL_VALUE: Mapping[str, str] = {}

STATED: Mapping[str, str] = {}

OUTCOMES: Mapping[str, str] = {}

MEDIATION: Mapping[str, str] = {}

PARADOX: Mapping[str, str] = {}

RIVALS: Mapping[str, str] = {}

PRICING: Mapping[str, str] = {}

PROMOTION: Mapping[str, str] = {}

CLASSES: Mapping[str, str] = {}

LOCK_IN: Mapping[str, str] = {}

JOURNEY: Mapping[str, str] = {}

WHAT_IF: Mapping[str, str] = {}

COMPARABILITY: Mapping[str, str] = {}

METRICS: Mapping[str, str] = {
    **TOTAL_VALUE, **STATED, **OUTCOMES, **MEDIATION, **PARADOX, **RIVALS, **PRICING, **PROMOTION, **CLASSES,
    **LOCK_IN, **JOURNEY, **WHAT_IF, **COMPARABILITY,
}  # fmt: skip

STATES: Mapping[str, str] = {}
"""Named states that only these questions have."""
