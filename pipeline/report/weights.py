"""The weights of a study as results.json has them: given columns, margins with their labels, and how they were met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.analysis import Analysis
from pipeline.margins import MISSING, PARTS, Wanted, wanted
from pipeline.specs import Label

Text = dict[str, str]
NO_ANSWER: Label = {"en": "no answer", "zh": "未回答"}


def weights(analysis: Analysis) -> dict[str, Any]:
    """Key `weights` of the study."""
    study, given = analysis.study, analysis.study.definition.weights
    goals = wanted(study)
    return {
        **{key: getattr(given, key) for key in ("column", "strata", "cluster", "fpc")},
        "method": given.method,
        "margins": [_margin(analysis, goal) for goal in goals],
        "counted": any(goal.people is not None for goal in goals),
        "per": None if given.per is None else _named(analysis, given.per, _groups(analysis)),
        "limits": None if given.limits is None else list(given.limits),
        "rerake": given.rerake,
    }


def _margin(analysis: Analysis, goal: Wanted) -> dict[str, Any]:
    """A margin by its levels as the estimates name them; those of cells are put together from their parts."""
    rows = analysis.estimates
    mine = rows[(rows["analysis"] == "weighting") & (rows["metric"] == "margin_target") & (rows["term"] == goal.name)]
    levels = list(dict.fromkeys(str(contrast).removeprefix("level:") for contrast in mine["contrast"]))
    shown = {level: _level(analysis, goal.variables, level) for level in levels}
    label = _joined([analysis.study.label(analysis.study.variable(name).label, name) for name in goal.variables])
    return {
        "variable": goal.name,
        "label": label,
        "levels": [{"value": level, "label": text} for level, text in shown.items()],
    }


def _level(analysis: Analysis, variables: Sequence[str], level: str) -> Text | None:
    parts = level.split(f"{PARTS} ") if len(variables) > 1 else [level]
    if len(parts) != len(variables) or parts == [MISSING]:
        return None
    return _joined([_label(analysis, name, part) for name, part in zip(variables, parts, strict=True)])


def _label(analysis: Analysis, variable: str, level: str) -> Text:
    known = NO_ANSWER if level == MISSING else analysis.sample.labels.get(variable, {}).get(level)
    return analysis.study.label(known, level)


def _joined(texts: Sequence[Text]) -> Text:
    return {language: " × ".join(text[language] for text in texts) for language in texts[0]}


def _groups(analysis: Analysis) -> list[str]:
    rows = analysis.estimates
    found = dict.fromkeys(rows[rows["analysis"] == "weighting"]["group"].dropna())
    return [str(group).partition("=")[2] for group in found]


def _named(analysis: Analysis, variable: str, levels: Sequence[str]) -> dict[str, Any]:
    return {
        "variable": variable,
        "label": analysis.study.label(analysis.study.variable(variable).label, variable),
        "levels": [{"value": level, "label": _label(analysis, variable, level)} for level in levels],
    }
