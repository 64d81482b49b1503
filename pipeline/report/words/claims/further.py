"""Variants of the claims on questions beyond the model, and the forms of their sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.report.words.claims import brand_forms, chain_forms, class_forms, time_forms
from pipeline.report.words.claims.price_forms import demand, premium, price_range
from pipeline.report.words.claims.value_forms import outcomes, promotion_drivers

VARIANTS: Mapping[str, tuple[str, ...]] = {
    "total_value": ("more_beyond", "product_mostly", "doubtful", "undecided", "none", "small"),
    "product_alone": ("part", "most", "half"),
    "layers": ("clear", "doubtful", "close", "group", "flat", "none", "small"),
    "stated": ("most", "some", "none", "none_fit", "small"),
    "outcomes": ("shifts", "same", "open", "faint", "small"),
    "mediation": ("carried", "partly", "against", "not_carried", "undecided", "small", "unable"),
    "rival_orders": ("alike", "smaller"),
    "hidden_cause": ("sturdy", "some", "weak"),
    "moderated": ("differs", "even", "unable"),
    "price_range": ("range", "plain", "untold"),
    "price_points": ("points", "trial"),
    "demand": ("best", "edge", "between", "open", "small", "nobody", "profit"),
    "premium": ("more", "less", "none", "small", "untold", "groups"),
    "promotion": ("dependent", "slight", "lower", "none", "small"),
    "promotion_who": ("differs", "none", "small"),
    "promotion_drivers": ("some", "none"),
    "journey": ("moved", "same", "undecided", "faint", "small"),
    "image": ("passed", "ahead", "approaching", "retreating", "same", "small"),
    "cohorts": ("differs", "same", "small"),
    "members": ("changed", "same", "small"),
    "what_if": ("clear", "close", "none", "small"),
    "critics": ("fewer", "more", "same", "small", "absent"),
    "paradox": ("compensated", "none", "small", "absent"),
    "complaint": ("buffers", "worsens", "other", "none", "lower", "higher", "open", "small"),
    "rivals": ("perceptions", "weights", "both", "unsettled", "unparted", "no_overlap", "none", "small", "absent"),
    "better_product": ("lower", "higher", "open", "small", "absent"),
    "lock_in": ("rises", "falls", "none", "small", "absent"),
    "switchers": ("higher", "lower", "none", "small", "absent"),
    "comparability": ("holds", "item", "fails", "small", "absent"),
    "classes": ("found", "partly", "unstable", "one", "small", "unable"),
    "driver_classes": ("found", "partly", "unstable", "one", "small", "unable"),
    "class_profile": ("told", "mixed"),
    "class_outcome": ("differs", "none"),
    "class_driver": ("differs", "none"),
}
"""Claim -> its variants."""

CARDS: tuple[str, ...] = (
    "total_value",
    "layers",
    "product_alone",
    "stated",
    "outcomes",
    "mediation",
    "price_range",
    "demand",
    "premium",
    "promotion",
    "journey",
    "image",
    "what_if",
    "paradox",
    "rivals",
    "better_product",
    "lock_in",
    "comparability",
    "classes",
    "driver_classes",
)
"""Claims with all that a card of the first page needs: .title, .action and .detail beside the sentence."""

TITLED: tuple[str, ...] = ("rival_orders", "hidden_cause", "moderated")
"""Further claims with a .title."""

HOMES: Mapping[str, str] = {
    "total_value": "total_value",
    "layers": "total_value",
    "product_alone": "total_value",
    "stated": "stated",
    "outcomes": "outcomes",
    "mediation": "mediation",
    "price_range": "pricing",
    "demand": "pricing",
    "premium": "pricing",
    "promotion": "promotion",
    "journey": "journey",
    "image": "journey",
    "what_if": "what_if",
    "paradox": "paradox",
    "rivals": "rivals",
    "better_product": "rivals",
    "lock_in": "lock_in",
    "comparability": "comparability",
    "classes": "classes",
    "driver_classes": "classes",
}
"""Claim of a card -> the section it links to."""

FORMS: Mapping[str, Callable[[str, Mapping[str, Any]], str]] = {
    "outcomes": outcomes,
    "mediation": chain_forms.mediation,
    "moderated": chain_forms.moderated,
    "promotion_drivers": promotion_drivers,
    "price_range": price_range,
    "demand": demand,
    "premium": premium,
    "journey": time_forms.journey,
    "members": time_forms.members,
    "what_if": time_forms.what_if,
    "lock_in": brand_forms.lock_in,
    "switchers": brand_forms.switchers,
    "class_profile": class_forms.class_profile,
}
"""Claim -> function of variant and values that gives the end of its key, where it is not the variant."""
