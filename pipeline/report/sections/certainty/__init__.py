"""How sure we are: every check with its verdict in words, and what this report leaves out."""

from __future__ import annotations

from typing import Any

from pipeline.report.sections._common import limit_item, limits_shown
from pipeline.report.view import View
from pipeline.report.words import Words


def applies(view: View) -> bool:
    return bool(view.drivers)


def context(view: View, words: Words) -> dict[str, Any]:
    lang = words.language
    return {
        "nav": words("certainty.nav"),
        "title": words("certainty.title"),
        "lede": words("certainty.lede"),
        "columns": [words(f"column.{name}") for name in ("check", "result", "verdict", "meaning")],
        "rows": [
            {
                "name": words(f"check.{check['id']}"),
                "result": check["result"][lang],
                "verdict": check["verdict"],
                "verdict_text": words(f"verdict.{check['verdict']}"),
                "meaning": check["text"][lang],
            }
            for check in view.checks
        ],
        "limits_title": words("certainty.limits"),
        "limits": [limit_item(claim, words) for claim in limits_shown(view)[1]],
        "left_out_title": words("certainty.not_shown"),
        "left_out": _left_out(view, words),
    }


def _left_out(view: View, words: Words) -> list[str]:
    """One sentence for each section this study does not have."""
    levels = [len(segment["levels"]) for segment in view.study["segments"]]
    missing = [
        ("no_segments", not levels),
        ("no_comparison", bool(levels) and max(levels) < 2),
        ("no_map", len(view.drivers) < 2),
    ]
    return [words(f"certainty.{key}") for key, absent in missing if absent]
