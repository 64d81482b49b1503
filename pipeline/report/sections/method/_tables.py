"""Table 1 (means, deviations, correlations) and Table 2 (the regression), as APA sets them."""

from __future__ import annotations

from typing import Any

from pipeline.report.sections._common import Cell, cell, columns, errors, label, table
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words


def table1(view: View, words: Words) -> dict[str, Any]:
    """Lower triangle of correlations with alpha on the diagonal."""
    used = view.used
    numbers = [{"label": words.format(at, "int"), "numeric": True} for at in range(1, len(used) + 1)]
    variable = {"label": words("method.table1.variable"), "numeric": False}
    heads = [variable, *columns(words, "construct", "mean", "sd")[1:], *numbers]
    rows = []
    for at, name in enumerate(used):
        below = [_correlation(view, words, name, other) for other in used[:at]]
        blank = [""] * (len(used) - at - 1)
        spread = [cell(view.estimate("description", metric, name), "num2", words) for metric in ("mean", "sd")]
        named = words("method.table1.name", number=at + 1, name=label(name, words))
        rows.append([named, *spread, *below, _diagonal(view, words, name), *blank])
    return table(heads, rows, caption=words("method.table1"), note=words("method.table1.note"))


def _correlation(view: View, words: Words, name: str, other: str) -> Cell:
    row = view.estimate("description", "r", name, None, f"with:{other}")
    return cell(row or view.estimate("description", "r", other, None, f"with:{name}"), "r", words)


def _diagonal(view: View, words: Words, name: str) -> Cell:
    alpha = view.estimate("reliability", "alpha", name)
    if alpha is None or not shown(alpha):
        return {"text": words("ui.dash"), "muted": True}
    return {"text": f"({words.format(alpha['estimate'], 'r')})"}


def table2(view: View, words: Words) -> dict[str, Any]:
    """Intercept, then the drivers in the order of the study."""
    levels = {name: [row["contrast"] for row in _levels(view, name)] for name in view.drivers}
    terms = [(name, contrast) for name in view.drivers for contrast in levels[name] or [None]]
    rows = [_coefficient(view, words, name, contrast) for name, contrast in [("intercept", None), *terms]]
    heads = columns(words, "driver", "b", "se", "ci", "beta", "p", "lmg_percent")
    return table(heads, rows, caption=words("method.table2"), note=words(f"method.table2.note.{errors(view)}"))


def _levels(view: View, name: str) -> list[Row]:
    """Coefficients of the levels of a driver of categories."""
    found = (row for row in view.rows("regression", "b") if row["term"] == name and row["group"] is None)
    return [row for row in found if (row["contrast"] or "").startswith("level:")]


def _coefficient(view: View, words: Words, name: str, contrast: str | None) -> list[Any]:
    b = view.estimate("regression", "b", name, None, contrast)
    bounded = b is not None and shown(b) and b["conf_low"] is not None
    ends = {end: words.format(b[f"conf_{end}"], "num2") for end in ("low", "high")} if b is not None and bounded else {}
    return [
        _term(view, words, name, contrast),
        cell(b, "num2", words),
        cell(b, "num2", words, value="std_error"),
        words("method.table2.ci", **ends) if ends else words("ui.dash"),
        cell(view.estimate("regression", "beta", name, None, contrast), "r", words),
        cell(b, "pv", words, value="p_value"),
        cell(view.estimate("importance", "lmg_share", name), "pct1", words),
    ]


def _term(view: View, words: Words, name: str, contrast: str | None) -> str:
    if contrast is None:
        return label(name, words) if name in words.labels else words("method.table2.intercept")
    level = contrast.removeprefix("level:")
    texts = view.study["terms"][name].get("levels", {}).get(level)
    return words("method.table2.level", driver=name, level=words.pick(texts) or level)
