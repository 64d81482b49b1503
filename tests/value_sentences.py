"""Values of the claims on total value, stated importance, further outcomes and promotion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VALUE_LABELS: Mapping[str, str] = {
    "layer:trust": "trust with the founder",
    "layer:money": "value for money",
    "layer:brand": "brand",
    "premium": "premium",
}

SIDES = {
    "outcome": "intent", "drivers": ["product"], "share": 0.85, "low": 0.83, "high": 0.87, "product": 0.15,
    "product_low": 0.13, "product_high": 0.17, "single": 0.07, "single_low": 0.05, "single_high": 0.09,
    "equal": 0.111, "prob": 0.91, "prob_sum": 0.99, "k": 9, "r2": 0.5, "n_eff": 41.0, "draws": 2000,
    "weak": ["product"],
}  # fmt: skip
ALONE = {
    "outcome": "intent", "drivers": ["product"], "k": 9, "alone": 0.28, "low": 0.26, "high": 0.3, "own": 0.013,
    "own_low": 0.009, "own_high": 0.017, "other": 0.72, "other_low": 0.7, "other_high": 0.74, "shared": 0.27, "r2": 0.5,
}  # fmt: skip
LAYERS = {
    "outcome": "intent", "layer": "layer:trust", "share": 0.3, "low": 0.27, "high": 0.33, "second": "layer:money",
    "second_share": 0.2, "prob": 0.93, "leaders": ["layer:trust", "layer:money"], "others": ["layer:money"],
    "leaders_share": 0.5, "rest": None, "layers": 3, "r2": 0.05, "n_eff": 41.0, "draws": 2000,
}  # fmt: skip
STATED = {
    "outcome": "intent", "driver": "trust", "drivers": ["trust"], "over": [], "derived": 0.3, "stated": 0.1,
    "gap": 0.2, "low": 0.16, "high": 0.24, "rank": 1, "stated_rank": 7, "prob": 0.99, "prob_position": 0.98,
    "lowest": 60.0, "highest": 90.0, "k": 9, "n_eff": 41.0, "r2": 0.05, "draws": 2000,
}  # fmt: skip
OTHER = {
    "outcome": "intent", "other": "premium", "driver": "trust", "share": 0.3, "share_other": 0.4, "gap": 0.1,
    "low": 0.04, "high": 0.16, "p_adjusted": 0.003, "up": ["trust"], "down": [], "top": "price", "top_other": "trust",
    "prob_top": 0.99, "k": 3, "comparisons": 6, "n_eff": 41.0, "r2": 0.4, "r2_other": 0.06, "bound": 0.16,
    "margin": 0.05,
}  # fmt: skip
OFFER = {
    "outcome": "intent", "other": "premium", "gap": 0.7, "low": 0.6, "high": 0.8, "p": 0.0001, "mean": 4.0,
    "mean_other": 4.7, "buys": 0.13, "buys_other": 0.26, "only": 0.15, "only_low": 0.12, "only_high": 0.17,
    "part": 0.57, "n_eff": 41.0,
}  # fmt: skip
WHO = {
    "variable": "city", "outcome": "intent", "other": "premium", "required": 200, "more": "city=north",
    "less": "city=south", "more_gap": 1.0, "less_gap": 0.5, "gap": 0.5, "low": 0.4, "high": 0.6, "p_adjusted": 0.001,
    "comparisons": 4,
}  # fmt: skip
BEHIND = {"outcome": "intent", "driver": "trust", "b": -0.22, "low": -0.3, "high": -0.1, "r2": 0.1, "p": 0.001, "k": 3}

VALUE_CASES: dict[str, list[dict[str, Any]]] = {
    "total_value": [SIDES, SIDES | {"drivers": ["product", "app"]}],
    "product_alone": [ALONE, ALONE | {"drivers": ["product", "app"]}],
    "layers": [LAYERS, LAYERS | {"others": ["layer:money", "layer:brand"]}],
    "stated": [STATED, STATED | {"drivers": ["trust", "price"], "over": ["product"]}],
    "outcomes": [OTHER, OTHER | {"gap": -0.1, "low": -0.16, "high": -0.04, "up": [], "down": ["trust"]}],
    "promotion": [OFFER],
    "promotion_who": [WHO],
    "promotion_drivers": [
        BEHIND | {"fewer": fewer, "more": more}
        for fewer, more in ((["trust"], []), ([], ["price"]), (["trust", "app"], ["price"]))
    ]
    + [BEHIND | {"fewer": ["trust"], "more": [], "k": 1}],
}
