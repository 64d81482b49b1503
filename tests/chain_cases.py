"""Values of the claims on chains, for the test of their sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CHAIN_LABELS: Mapping[str, str] = {"chain:transfer": "Trust transfer", "heard": "complaints heard"}

CHAIN = {
    "chain": "chain:transfer", "name": "transfer", "begin": "trust", "end": "intent", "way": "trust>price+app>intent",
    "through": ["price", "app"], "experiment": False, "n": 900, "n_eff": 812.4, "required": 50,
    "indirect": 0.21, "indirect_low": 0.15, "indirect_high": 0.28, "direct": 0.04, "direct_low": -0.05,
    "direct_high": 0.12, "total": 0.25, "total_low": 0.16, "total_high": 0.33, "p": 0.0002, "beta": 0.19,
    "bound": 0.25, "points": 0.28, "rho": 0.28, "part": 0.28, "route": "trust>app>intent", "a": "app", "b": "intent",
    "rival": "app>trust>intent", "rival_beta": 0.17, "orders": 3, "reason": "no_overlap",
}  # fmt: skip
MODERATED = {
    "chain": "chain:transfer", "name": "transfer", "way": "trust>price>intent", "moderator": "heard", "where": "first",
    "index": -0.012, "index_low": -0.02, "index_high": -0.004, "p": 0.004, "reason": "moderator_levels",
    "first": 0.3, "first_low": 0.2, "first_high": 0.4, "first_value": 0.0, "first_level": None,
    "last": 0.1, "last_low": 0.0, "last_high": 0.2, "last_value": 4.0, "last_level": None,
}  # fmt: skip
REASONS = ("no_overlap", "constant", "collinear", "same_as_end", "small_base", "refused")
UNUSABLE = ("moderator_levels", "moderator_hidden", "moderator_constant")

CHAIN_CASES: dict[str, list[dict[str, Any]]] = {
    "mediation": [*(CHAIN | {"reason": reason} for reason in REASONS), CHAIN | {"experiment": True}],
    "rival_orders": [CHAIN | {"smaller": 2}],
    "hidden_cause": [CHAIN | {"low": 0.2, "high": 0.36}],
    "moderated": [
        *(MODERATED | {"reason": reason} for reason in UNUSABLE),
        MODERATED | {"first_level": "city=north", "last_level": "city=south"},
    ],
}
"""Claim -> values under which each of its variants is said."""
