"""What each reader is shown first. The order is the reader's; facts, figures and evidence stay those of the claims."""

from __future__ import annotations

from collections.abc import Mapping

MOST = 6
"""Findings a reader is shown."""

ORDER: Mapping[str, tuple[str, ...]] = {
    "brand_owner": (
        "lead", "total_value", "stated", "layers", "better_product", "premium", "promotion", "image", "lock_in",
        "paradox", "what_if", "priority", "journey", "classes", "change", "gap",
    ),
    "seller": (
        "promotion", "demand", "price_range", "classes", "premium", "lead", "switchers", "segment", "priority",
        "stated", "answers",
    ),
    "factory": (
        "product_alone", "asymmetry", "better_product", "critics", "total_value", "price_range", "demand", "rivals",
        "priority", "lead",
    ),
    "service_firm": (
        "stated", "lead", "mediation", "paradox", "classes", "what_if", "journey", "outcomes", "promotion", "segment",
        "change",
    ),
    "platform": (
        "lock_in", "switchers", "promotion", "classes", "demand", "segment", "journey", "lead", "answers",
    ),
    "researcher": (
        "lead", "specification", "panel", "tipping", "corrected", "prediction", "mediation", "comparability",
        "confounding", "equal", "halo", "imputed",
    ),
}  # fmt: skip
