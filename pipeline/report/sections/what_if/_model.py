"""What the script of the page predicts with: the same coefficients, covariances, curves and limits as the table's."""

from __future__ import annotations

import json
import math
from typing import Any

from pipeline.report.sections._common import label
from pipeline.report.view import View, shown
from pipeline.report.words import Words

NAME = "what_if"
STEP = 0.1
"""Points between two places of a slider."""
DIGITS = 6
"""Significant digits that are handed to the script: more than are shown."""
Part = dict[str, Any]


def model(view: View, words: Words, contrasts: list[str]) -> Part | None:
    """Sliders, lines of results, and the numbers behind them as one text; None where no driver can move."""
    drivers = list(view.drivers)
    sliders = [_slider(view, words, name) for name in drivers]
    if not any(one["low"] < one["high"] for one in sliders):
        return None
    outcomes = [_outcome(view, contrast, drivers) for contrast in contrasts]
    numbers = {
        "precision": _matrix(view, "rating_precision", drivers, "with:"),
        "region": view.value(NAME, "profile_distance"),
        "outcomes": outcomes,
    }
    return {
        "title": words("what_if.simulator"),
        "about": words("what_if.simulator.about"),
        "sliders": sliders,
        "caption": words("what_if.simulator.result"),
        "heads": [words(f"column.what_if_{name}") for name in ("outcome", "now", "then", "change")],
        "lines": [_line(view, words, contrast) for contrast in contrasts],
        "refused": words("what_if.simulator.refused"),
        "reset": words("what_if.simulator.reset"),
        "interval": words("ui.interval", low="%1", high="%2"),
        "dash": words("ui.dash"),
        "numbers": json.dumps(numbers, separators=(",", ":"), allow_nan=False),
    }


def _slider(view: View, words: Words, name: str) -> Part:
    """Ends of a slider: the limits, inwards to whole places of it."""
    low, high = (float(view.value(NAME, f"move_{end}", name) or 0.0) for end in ("low", "high"))
    ends = math.ceil(low / STEP - 1e-9) * STEP, math.floor(high / STEP + 1e-9) * STEP
    low, high = (round(end, 1) + 0.0 for end in ends)
    mean = view.value(NAME, "mean", name)
    return {
        "label": label(name, words),
        "about": words("what_if.simulator.slider", mean=mean, low=low, high=high),
        "low": low,
        "high": high,
        "step": STEP,
    }


def _line(view: View, words: Words, contrast: str) -> Part:
    kind, _, name = contrast.partition(":")
    share = kind != "outcome"
    now = _now(view, contrast)
    return {
        "label": words("what_if.top2", name=name) if kind == "top2" else label(name, words),
        "now": words.format(now, "pct1" if share else "num2"),
    }


def _now(view: View, contrast: str) -> float:
    kind, _, name = contrast.partition(":")
    metric = {"outcome": "mean", "top2": "top2box", "share": "proportion"}[kind]
    return float(view.value(NAME, metric, name, None, contrast) or 0.0)


def _outcome(view: View, contrast: str, drivers: list[str]) -> Part:
    share = not contrast.startswith("outcome:")
    curve = [
        (float(row["contrast"].rpartition(":")[2]), row["estimate"])
        for row in view.rows(NAME, "bent_change")
        if row["contrast"].startswith(f"{contrast};") and shown(row)
    ]
    low, high = (view.value(NAME, f"stays_{end}", None, None, contrast) for end in ("low", "high"))
    return {
        "base": _now(view, contrast),
        "b": [_short(view.value(NAME, "b", name, None, contrast)) for name in drivers],
        "cov": _matrix(view, "b_covariance", drivers, f"{contrast};with:"),
        "reach": view.value(NAME, "t_reach", None, None, contrast),
        "low": low,
        "high": high,
        "share": share,
        "line": [_short(place) for place, _ in curve],
        "bent": [_short(value) for _, value in curve],
    }


def _matrix(view: View, metric: str, drivers: list[str], prefix: str) -> list[list[float]]:
    """All of a symmetric matrix of which the rows hold the lower triangle."""
    found = []
    for one in drivers:
        line = []
        for other in drivers:
            pairs = ((one, other), (other, one))
            values = (view.value(NAME, metric, a, None, f"{prefix}{b}") for a, b in pairs)
            line.append(_short(next((value for value in values if value is not None), 0.0)))
        found.append(line)
    return found


def _short(value: float | None) -> float:
    return float(f"{value or 0.0:.{DIGITS}g}")
