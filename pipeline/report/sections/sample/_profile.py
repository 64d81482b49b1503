"""Who the respondents are: every variable with its levels, their shares and the base they stand on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.report.sections._common import base_cell, sentences, state_notes, table, with_interval
from pipeline.report.view import View, shown
from pipeline.report.words import Words

Variable = Mapping[str, Any]
MEANS = {"mean": "num1", "nps": "points"}
"""Metrics of a whole variable, with their format."""
COLUMNS = {"variable": False, "level": False, "figure": True, "base": True}


def profile_part(view: View, words: Words) -> dict[str, Any] | None:
    """Heading, sentence and table; None where the study has no variables with figures."""
    lines = [line for variable in view.study.get("profile", ()) for line in _lines(view, variable, words)]
    if not lines:
        return None
    text = "sample.profile.weighted" if view.sample["weighted"] else "sample.profile.text"
    return {"title": words("sample.profile"), "text": words(text), "table": _table(view, lines, words)}


def _table(view: View, lines: list[list[Any]], words: Words) -> dict[str, Any]:
    heads = [{"label": words(f"sample.profile.column.{name}"), "numeric": number} for name, number in COLUMNS.items()]
    every = (row for metric in ("proportion", "mean_rank", *MEANS) for row in view.rows("profile", metric))
    rows = [row for row in every if row["state"] != "suppressed"]
    note = sentences([words("sample.profile.note"), state_notes(rows, words)], words)
    return table(heads, lines, caption=words("sample.profile.caption"), note=note)


def _lines(view: View, variable: Variable, words: Words) -> Iterator[list[Any]]:
    """A line a level, the variable named on the first; then its mean or score."""
    name = variable["variable"]
    said = words.format(name, "Variable")
    for level in variable["levels"]:
        option = words.format(f"{name}={level['value']}", "group")
        row = view.estimate("profile", "proportion", name, None, f"level:{level['value']}")
        rank = view.estimate("profile", "mean_rank", name, None, f"level:{level['value']}")
        text = option if rank is None else words("sample.profile.mean_rank", option=option)
        found, spec = (row, "pct1") if rank is None else (rank, "num1")
        base = base_cell(found, words) if found is not None and shown(found) else words("ui.dash")
        yield [said, text, with_interval(found, spec, words), base]
        said = ""
    for metric, spec in MEANS.items():
        row = view.estimate("profile", metric, name)
        if row is not None:
            base = base_cell(row, words) if shown(row) else words("ui.dash")
            yield [said, words(f"sample.profile.{metric}"), with_interval(row, spec, words), base]
