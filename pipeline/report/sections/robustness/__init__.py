"""Would it hold: other specifications, corrected measurement, fewer people, an unasked reason, other shapes."""

from __future__ import annotations

from typing import Any

from pipeline.report.sections._common import claim_texts, sentences
from pipeline.report.sections.robustness import _curve, _imputed, _tables
from pipeline.report.view import View
from pipeline.report.words import Words

SHOWN = (
    ("specification", "spec_count"),
    ("disattenuated", "lmg_share"),
    ("imputed", "lmg_share"),
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
        "lede": sentences([words("robustness.lede"), _open(view, words)], words),
        "parts": [part for part in _parts(view, words) if part["figure"] or part["texts"] or part["tables"]],
    }


def _open(view: View, words: Words) -> str | None:
    """That the driver of which the sentences speak is no clear leader, where it is none."""
    lead = view.claim("lead")
    told = lead is not None and view.ranks and lead["variant"] != "clear"
    return words("robustness.open", driver=lead["values"]["driver"]) if lead and told else None


def _parts(view: View, words: Words) -> list[dict[str, Any]]:
    """The questions in order, each with its claims, its figure and its tables."""
    parts: list[tuple[str, dict[str, Any] | None, list[dict[str, Any]]]] = [
        ("specification", _curve.figures(view, words), []),
        ("corrected", _tables.corrected(view, words), []),
        ("imputed", None, _imputed.tables(view, words)),
        ("halo", None, _tables.halo(view, words)),
        ("tipping", None, _tables.tipping(view, words)),
        ("shape", _tables.asymmetry(view, words), _tables.shape(view, words)),
        ("equal", None, _tables.equal(view, words)),
    ]
    return [
        {
            "title": words(f"robustness.{name}"),
            "texts": _texts(view, words, name),
            "figure": drawn,
            "about": words(f"robustness.{name}.about"),
            "more_title": words(f"robustness.{name}.more"),
            "tables": tables,
        }
        for name, drawn, tables in parts
    ]


CLAIMS = {"tipping": ("tipping", "confounding"), "shape": ("linearity", "asymmetry")}
"""Questions whose claims have other names than the question."""


def _texts(view: View, words: Words, name: str) -> list[str]:
    if name == "imputed" and (absent := _imputed.absent(view, words)):
        return [absent]
    if not view.ranks:
        return []
    return [text for claim in CLAIMS.get(name, (name,)) for text in claim_texts(view, claim, words)]
