"""The weights: what they were adjusted to, how far that moved them, and the margins before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.report.sections._common import cell, sentences, table
from pipeline.report.view import View, shown
from pipeline.report.words import Words

Margin = Mapping[str, Any]
NUMBERS = ("n", "before", "after", "target")
MISSING = "missing"


def weights_part(view: View, words: Words) -> dict[str, Any] | None:
    """Heading, sentences and table; None where weights are as given."""
    weights = view.study.get("weights", {})
    if not weights.get("method"):
        return None
    return {"title": words("sample.weights"), "text": _text(view, weights, words), "table": _table(view, words)}


def _text(view: View, weights: Mapping[str, Any], words: Words) -> str:
    whole = view.estimate("weighting", "weighting_efficiency") or {}
    values = {name: view.value("weighting", f"weight_{name}") for name in ("low", "high", "rounds")}
    names = [one["variable"] for one in weights["margins"]]
    found = [words(f"sample.weights.{weights['method']}", variables=names, rounds=int(values["rounds"] or 0))]
    if weights["per"]:
        found.append(words("sample.weights.per", per=weights["per"]["variable"]))
    if weights["limits"]:
        low, high = weights["limits"]
        found.append(words("sample.weights.limits", low=low, high=high))
    key = "spread"
    if values["low"] is None:
        key = "counted"
    elif weights["limits"] and [f"{values[name]:.2f}" for name in ("low", "high")] == [f"{low:.2f}", f"{high:.2f}"]:
        key = "reached"
    spread = {"least": values["low"], "most": values["high"], "asked": whole["n"], "effective": whole["n_eff"]}
    found.append(words(f"sample.weights.{key}", efficiency=whole["estimate"], **spread))
    return sentences(found, words)


def _table(view: View, words: Words) -> dict[str, Any]:
    """A line for every level of every margin, in every group that was weighted apart."""
    weights = view.study["weights"]
    apart = weights["per"] or {"levels": ()}
    names = (*(["group"] if weights["per"] else []), "level", *NUMBERS)
    heads = [{"label": words(f"sample.weights.column.{name}"), "numeric": name in NUMBERS} for name in names]
    groups: list[str | None] = [f"{apart['variable']}={one['value']}" for one in apart["levels"]]
    lines = [
        line
        for group in groups or [None]
        for margin in weights["margins"]
        for line in _lines(view, margin, group, words)
    ]
    base = words("sample.weights.note.base") if weights["column"] else ""
    hidden = [row for row in view.rows("weighting", "margin_before") if not shown(row)]
    notes = [words("sample.weights.note", base=base), words("sample.weights.hidden") if hidden else None]
    return table(heads, lines, caption=words("sample.weights.caption"), note=sentences(notes, words))


def _lines(view: View, margin: Margin, group: str | None, words: Words) -> Iterator[list[Any]]:
    variable = margin["variable"]
    for level in margin["levels"]:
        key = (variable, group, f"level:{level['value']}")
        rows = [view.estimate("weighting", f"margin_{name}", *key) for name in ("before", "after", "target")]
        n = None if rows[0] is None else rows[0]["n"]
        yield [
            *([words.format(group, "group")] if group else []),
            words("ui.colon", name=words.format(variable, "Variable"), text=_level(variable, level, words)),
            words("ui.dash") if n is None else words.format(n, "int"),
            *(cell(row, "pct1", words) for row in rows),
        ]


def _level(variable: str, level: Mapping[str, Any], words: Words) -> str:
    if level["label"] is None:
        return words("sample.weights.missing") if level["value"] == MISSING else str(level["value"])
    return words.format(f"{variable}={level['value']}", "group")
