"""Would it hold: other specifications, corrected measurement, fewer people, an unasked reason, other shapes."""

from __future__ import annotations

from typing import Any

from pipeline.report.sections._common import claim_texts
from pipeline.report.sections.robustness import _curve, _tables
from pipeline.report.view import View
from pipeline.report.words import Words

SHOWN = (
    ("specification", "spec_count"),
    ("disattenuated", "lmg_share"),
    ("halo", "first_eigenvalue"),
    ("tipping", "tipping_respondents"),
    ("tipping", "robustness_value"),
    ("nonlinearity", "r2_cv_gain"),
    ("nonlinearity", "asymmetry"),
    ("importance", "lmg_share_difference"),
)
"""Any one of these makes a section."""


def applies(view: View) -> bool:
    return len(view.drivers) > 1 and any(view.holds(*one) for one in SHOWN)


def context(view: View, words: Words) -> dict[str, Any]:
    return {
        "nav": words("robustness.nav"),
        "title": words("robustness.title"),
        "lede": words("robustness.lede"),
        "parts": [part for part in _parts(view, words) if part["figure"] or part["texts"] or part["tables"]],
    }


def _parts(view: View, words: Words) -> list[dict[str, Any]]:
    return [
        _part(view, words, "specification", ("specification",), _curve.figures(view, words)),
        _part(view, words, "corrected", ("corrected",), _tables.corrected(view, words)),
        _part(view, words, "halo", ("halo",), None, _tables.halo(view, words)),
        _part(view, words, "tipping", ("tipping", "confounding"), None, _tables.tipping(view, words)),
        _part(
            view, words, "shape", ("linearity", "asymmetry"), _tables.asymmetry(view, words), _tables.shape(view, words)
        ),
        _part(view, words, "equal", ("equal",), None, _tables.equal(view, words)),
    ]


def _part(
    view: View,
    words: Words,
    name: str,
    claims: tuple[str, ...],
    figure: dict[str, Any] | None,
    tables: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """One question: its claims, a figure where it has one, and its tables folded away."""
    texts = [text for claim in claims for text in claim_texts(view, claim, words)] if view.ranks else []
    return {
        "title": words(f"robustness.{name}"),
        "texts": texts,
        "figure": figure,
        "about": words(f"robustness.{name}.about"),
        "more_title": words(f"robustness.{name}.more"),
        "tables": tables or [],
    }
