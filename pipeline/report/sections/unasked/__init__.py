"""What this study did not ask: one line for each question that it leaves open, and what to ask next time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.report.view import View
from pipeline.report.words import Words

KEYS: Mapping[str, str] = {
    "total_value": "value",
    "stated": "stated_importance",
    "outcomes": "outcomes",
    "mediation": "mediation",
    "paradox": "paradox",
    "rivals": "rivals",
    "pricing": "pricing",
    "promotion": "promotion",
    "classes": "classes",
    "lock_in": "lock_in",
    "journey": "journey",
    "what_if": "what_if",
    "comparability": "comparable",
}
"""Analysis -> the key of study.yaml that asks for it."""

PARTS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "layers": lambda asked: not asked.get("value") or asked["value"]["layers"],
    "westendorp": lambda asked: not asked.get("pricing") or asked["pricing"]["westendorp"],
    "ladder": lambda asked: not asked.get("pricing") or asked["pricing"]["ladder"],
    "premium": lambda asked: not asked.get("pricing") or asked["pricing"]["premium"],
}
"""Part of a question -> whether it was asked, or its whole question was not."""


def applies(view: View) -> bool:
    """A published table asked nobody anything."""
    return not view.published and bool(_absent(view) or _refused(view))


def context(view: View, words: Words) -> dict[str, Any]:
    absent, refused = _absent(view), _refused(view)
    return {
        "nav": words("unasked.nav"),
        "title": words("unasked.title"),
        "refused": [words("unasked.refused", question=words(f"unasked.{name}")) for name in refused],
        "more_title": words("unasked.more", number=len(absent)) if absent else None,
        "rows": [{"term": words(f"unasked.{name}"), "text": words(f"unasked.{name}.ask")} for name in absent],
    }


def _absent(view: View) -> list[str]:
    asked = view.study.get("asked", {})
    whole = [name for name, key in KEYS.items() if not asked.get(key)]
    return [*whole, *(part for part, there in PARTS.items() if not there(asked))]


def _refused(view: View) -> list[str]:
    """Questions that were asked, but whose answers cannot carry the analysis."""
    return [name for name in KEYS if view.estimate(name, "answered") is not None]
