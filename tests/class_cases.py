"""Values of the claims on latent classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CLASS_LABELS: Mapping[str, str] = {"class_name:0": "believers", "class_name:1": "bargain hunters"}
SIZED = [
    {"class": "class_name:0", "size": 0.45},
    {"class": "class_name:1", "size": 0.32},
    {"class": "class=3", "size": 0.23},
]
CLASSES = {
    "outcome": "intent", "n": 900, "n_eff": 812.0, "k": 3, "sized": SIZED,
    "classes": ["class_name:0", "class_name:1", "class=3"], "stable": ["class_name:0", "class_name:1"],
    "unstable": ["class=3"], "first": "class_name:0", "size": 0.45, "least": 0.71, "p": 0.01, "entropy": 0.8,
    "required": 0.75, "reason": "not_identified",
}  # fmt: skip
LINES = CLASSES | {
    "k": 2, "sized": [{"class": "driver_class=1", "size": 0.6}, {"class": "driver_class=2", "size": 0.4}],
    "classes": ["driver_class=1", "driver_class=2"], "stable": ["driver_class=1"], "unstable": ["driver_class=2"],
    "first": "driver_class=1", "size": 0.6, "p": 0.025, "entropy": 0.4,
}  # fmt: skip
PROFILE = {
    "class": "class_name:0", "size": 0.45, "outcome": "intent", "mean": 5.2, "group": "class=1",
    "typical": [{"answer": "city=north", "share": 0.8}, {"answer": "city=south", "share": 0.6}],
}  # fmt: skip
COMPARED = {
    "outcome": "intent", "driver": "trust", "more": "class_name:0", "less": "class=3", "more_value": 0.4,
    "less_value": 0.1, "gap": 0.3, "low": 0.2, "high": 0.4, "p_adjusted": 0.004, "comparisons": 9,
}  # fmt: skip
CLASS_CASES: dict[str, list[dict[str, Any]]] = {
    "classes": [CLASSES, CLASSES | {"reason": "empty_class", "n": 40, "n_eff": 31.5}],
    "driver_classes": [LINES, LINES | {"reason": "one_level"}],
    "class_profile": [
        PROFILE,
        PROFILE | {"class": "class=2", "typical": PROFILE["typical"][:1]},
        PROFILE | {"mean": None},
    ],
    "class_outcome": [COMPARED | {"more_value": 5.2, "less_value": 4.1, "gap": 1.1, "low": 0.8, "high": 1.4}],
    "class_driver": [COMPARED],
}
