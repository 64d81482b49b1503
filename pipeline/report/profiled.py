"""What results.json says of the variables of the profile: their labels and those of their levels."""

from __future__ import annotations

from typing import Any

from pipeline.analysis import Analysis


def profile(analysis: Analysis) -> list[dict[str, Any]]:
    """Variables with figures in the profile, in the order of the rows, with the levels that have rows."""
    rows = analysis.estimates[analysis.estimates["analysis"] == "profile"]
    return [
        _variable(analysis, term, list(rows.loc[rows["term"] == term, "contrast"])) for term in rows["term"].unique()
    ]


def _variable(analysis: Analysis, name: str, contrasts: list[str | None]) -> dict[str, Any]:
    study, known = analysis.study, analysis.sample.labels.get(name, {})
    levels = [contrast.removeprefix("level:") for contrast in contrasts if contrast]
    return {
        "variable": name,
        "label": study.label(study.variable(name).label, name),
        "levels": [{"value": level, "label": study.label(known.get(level), level)} for level in levels],
    }
