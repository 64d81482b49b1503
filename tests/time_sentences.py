"""Values of the claims on waves and on predictions, for the test of their sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TIME_LABELS: Mapping[str, str] = {
    "wave=": "wave",
    "wave=2023": "2023",
    "wave=2026": "2026",
    "age=": "age",
    "age=young": "18 to 34",
    "age=old": "55 and older",
    "saver": "helps me save",
    "companion": "part of my life",
}
WAVES: dict[str, Any] = {"variable": "wave", "a": "2026", "b": "2023", "smallest_n": 120, "n_eff_required": 50}
MOVED = WAVES | {
    "outcome": "intent", "driver": "trust", "other": "price", "first": 0.1, "last": 0.3, "change": 0.2,
    "change_low": 0.1, "change_high": 0.3, "p": 0.001, "other_first": 0.4, "other_last": 0.2, "other_change": -0.2,
    "other_change_low": -0.3, "other_change_high": -0.1, "other_p": 0.02, "comparisons": 9, "margin": 0.05,
    "bound": 0.04, "r2": 0.05,
}  # fmt: skip
ALONE = MOVED | {"other": None}
IMAGE = WAVES | {
    "was": "saver", "wants": "companion", "first": -0.8, "first_low": -1.0, "first_high": -0.6, "last": 0.5,
    "last_low": 0.3, "last_high": 0.7, "change": 1.3, "change_low": 1.1, "change_high": 1.5, "p": 0.0001,
}  # fmt: skip
COHORTS: dict[str, Any] = {
    "variable": "age", "a": "young", "b": "old", "difference": -0.3, "low": -0.5, "high": -0.1, "p_adjusted": 0.01,
    "comparisons": 4, "estimate_a": 0.2, "estimate_b": 0.5, "smallest_n": 90, "required": 200,
}  # fmt: skip
MEMBERS: dict[str, Any] = {
    "outcome": "intent", "members": 420, "required": 200, "selective": False, "change": 0.2, "change_low": 0.1,
    "change_high": 0.3, "p": 0.002, "left": 0.4, "left_low": 0.2, "left_high": 0.6,
}  # fmt: skip
MOVE: dict[str, Any] = {
    "outcome": "intent", "driver": "trust", "step": 0.5, "others": ["price"], "prob": 0.98, "change": 0.16,
    "low": 0.1, "high": 0.22, "r2": 0.34, "n_eff": 44.0, "share": False,
}  # fmt: skip
TIME_CASES: dict[str, list[dict[str, Any]]] = {
    "journey": [
        MOVED,
        ALONE,
        ALONE | {"change": -0.2, "change_low": -0.3, "change_high": -0.1, "first": 0.3, "last": 0.1},
    ],
    "image": [IMAGE],
    "cohorts": [COHORTS, COHORTS | {"difference": 0.3, "low": 0.1, "high": 0.5}],
    "members": [MEMBERS, MEMBERS | {"selective": True}],
    "what_if": [MOVE, MOVE | {"share": True}, MOVE | {"others": ["price", "app"]}],
}
