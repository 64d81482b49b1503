"""The table of the screening rules: when each flags, how many records it flags, and what a flag leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.report.sections._common import sentences, state_notes, table
from pipeline.report.view import View, shown
from pipeline.report.words import Words

COLUMNS = {"rule": False, "threshold": False, "flagged": True, "decides": False}
"""Column -> whether it holds numbers."""


def rules_table(view: View, words: Words) -> dict[str, Any]:
    """A line a rule in use, then records by their number of flags; notes say what decides, what could not be used."""
    rules = view.study["rules"]
    found = [view.estimate("screening", "flagged", rule["rule"]) for rule in rules]
    heads = [{"label": words(f"sample.rules.column.{name}"), "numeric": number} for name, number in COLUMNS.items()]
    items = sum(len(view.construct(name)["items"]) for name in view.used)
    stacked = words("sample.rules.stacked") if view.study["stacked"] else None
    turned = words("sample.rules.turned") if any(rule["rule"] == "even_odd" for rule in rules) else None
    about = [words("sample.rules.about", items=items), turned, stacked]
    said = [words(f"sample.rules.{_decision(view)}", **_flags(view)), *about]
    note = sentences([*said, state_notes([row for row in found if not shown(row)], words)], words)
    lines = [*(_line(view, rule, words) for rule in rules), *_totals(view, words)]
    return table(heads, lines, caption=words("sample.rules.caption"), note=note)


def _line(view: View, rule: Mapping[str, Any], words: Words) -> list[Any]:
    name, value = rule["rule"], rule["threshold"]
    condition = words(f"sample.rule.{name}", value=value) if value is not None else words(f"sample.rule.{name}")
    decides = words(
        "sample.rules.leaves_out" if rule["decides"] or view.study["drop_flags"] == 1 else "sample.rules.counts"
    )
    return [words.format(name, "Rule"), condition, _figures(view, words, name, None), decides]


def _totals(view: View, words: Words) -> Iterator[list[Any]]:
    for row in view.rows("screening", "flagged"):
        if row["contrast"]:
            least = int(row["contrast"].removeprefix("flags:"))
            figures = _figures(view, words, None, row["contrast"])
            goes = view.study["drop_flags"] is not None and least >= view.study["drop_flags"]
            last = words("sample.rules.leaves_out" if goes else "ui.dash")
            yield [words("sample.rules.total", least=least), words("ui.dash"), figures, last]


def _figures(view: View, words: Words, term: str | None, contrast: str | None) -> dict[str, Any]:
    """Records and their share; 'not available' where the rule could not be used."""
    count, share = (view.estimate("screening", name, term, None, contrast) for name in ("flagged", "flagged_share"))
    if count is None or share is None or not shown(count):
        return {"text": words("sample.rules.absent"), "muted": True}
    text = words("sample.rules.figures", count=count["estimate"], share=share["estimate"])
    return {"text": text, "muted": False}


def _flags(view: View) -> dict[str, int]:
    least = view.study["drop_flags"]
    return {} if least is None else {"drop_flags": least}


def _decision(view: View) -> str:
    """What leaves a record out: a number of flags, one flag of some rules, both, or nothing."""
    deciding = any(rule["decides"] for rule in view.study["rules"])
    if view.study["drop_flags"] is None:
        return "one" if deciding else "nobody"
    return "both" if deciding else "flags"
