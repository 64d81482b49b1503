"""How sure we are: every check with its verdict in words, and what this report leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.sections._common import limit_item, limits_shown
from pipeline.report.view import View
from pipeline.report.words import Words


def applies(view: View) -> bool:
    return bool(view.drivers)


def context(view: View, words: Words) -> dict[str, Any]:
    return {
        "nav": words("certainty.nav"),
        "title": words("certainty.title"),
        "lede": words("certainty.lede"),
        "columns": [words(f"column.{name}") for name in ("check", "result", "verdict", "meaning")],
        "checks_title": words("certainty.checks"),
        "rows": _rows(view.checks, words),
        "assumptions_title": words("certainty.assumptions"),
        "assumptions_text": words("certainty.assumptions.lede"),
        "assumptions": _rows(view.assumptions, words),
        "limits_title": words("certainty.limits"),
        "limits": [limit_item(claim, words) for claim in limits_shown(view)[1]],
        "left_out_title": words("certainty.not_shown"),
        "left_out": _left_out(view, words),
    }


def _rows(checks: Sequence[Mapping[str, Any]], words: Words) -> list[dict[str, Any]]:
    return [
        {
            "name": words(f"check.{check['id']}"),
            "result": check["result"][words.language],
            "verdict": check["verdict"],
            "verdict_text": words(f"verdict.{check['verdict']}"),
            "meaning": check["text"][words.language],
        }
        for check in checks
    ]


def _left_out(view: View, words: Words) -> list[str]:
    """One sentence for each section this study does not have."""
    if view.published:
        return [words("certainty.published")]
    study, several = view.study, len(view.drivers) > 1
    levels = [len(segment["levels"]) for segment in study["segments"]]
    mixed = bool(study.get("terms") or study.get("controls"))
    unexplained = bool(study.get("explain")) and not view.holds("change", "mean_change")
    missing = [
        ("no_segments", not levels),
        ("no_comparison", bool(levels) and max(levels) < 2),
        ("no_map", not several),
        ("no_methods", not several),
        ("no_others", several and not view.holds("importance", "relative_weights_share")),
        ("more_than_ratings", mixed),
        ("no_change", unexplained and several and not mixed),
    ]
    return [words(f"certainty.{key}") for key, absent in missing if absent]
