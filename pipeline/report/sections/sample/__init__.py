"""Who we asked: the way from the data to the analysis, unanswered questions, and those left out against those kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.charts import Box, Flow, Loss
from pipeline.report.sections._common import (
    base_cell,
    cell,
    claim_texts,
    columns,
    figure,
    interval,
    label,
    sentences,
    state_notes,
    table,
)
from pipeline.report.sections.sample._profile import profile_part
from pipeline.report.sections.sample._rules import rules_table
from pipeline.report.sections.sample._weights import weights_part
from pipeline.report.view import View, shown
from pipeline.report.words import Words

Step = Mapping[str, Any]


def applies(view: View) -> bool:
    """Whether there are single answers."""
    return not view.published


def context(view: View, words: Words) -> dict[str, Any]:
    return {
        "nav": words("sample.nav"),
        "title": words("sample.title"),
        "lede": sentences([*claim_texts(view, "flow", words), *claim_texts(view, "sample_type", words)], words),
        "figure": _figure(view, words),
        "paragraphs": _paragraphs(view, words),
        "rules_title": words("sample.rules"),
        "rules_text": sentences(claim_texts(view, "screening", words), words),
        "rules": rules_table(view, words) if view.study.get("rules") else None,
        "weights": weights_part(view, words),
        "profile": profile_part(view, words),
        "items_title": words("sample.items"),
        "items_table": _items(view, words),
        "items_none": words("sample.items.none"),
        "compare_title": words("sample.compare"),
        "compare_text": sentences(claim_texts(view, "nonresponse", words), words),
        "compare": _compare(view, words),
    }


def _paragraphs(view: View, words: Words) -> list[str]:
    stacked = [words("sample.respondents", rows=view.sample["rows"])] if view.study["stacked"] else []
    sizes = {name: view.sample[name] for name in ("n_eff", "deff")}
    return stacked + ([words("sample.weighted", **sizes)] if view.sample["weighted"] else [])


def _removed(step: Step) -> dict[str, int]:
    return {reason: count for reason, count in step["removed"].items() if count}


def _figure(view: View, words: Words) -> dict[str, Any]:
    return figure(
        "flow",
        Flow(boxes=tuple(_boxes(view, words))),
        words,
        uid="sample",
        title=_title(view, words),
        subtitle=words("sample.subtitle"),
        description=words("sample.description"),
        note=None,
        numbers=_numbers(view, words),
    )


def _title(view: View, words: Words) -> str:
    flow = view.claim("flow")
    if flow is None or flow["variant"] == "all":
        return words("sample.figure.all")
    return words("sample.figure", share=flow["values"]["share"])


def _boxes(view: View, words: Words) -> list[Box]:
    """A box for each stage; what the next stage removed lies between them."""
    after = [*[_removed(step) for step in view.screening[1:]], {}]
    return [
        Box(
            label=words(f"sample.stage.{step['stage']}"),
            n_text=words.format(step["remaining"], "int"),
            losses=_losses(lost, words),
        )
        for step, lost in zip(view.screening, after, strict=True)
    ]


def _losses(lost: Mapping[str, int], words: Words) -> tuple[Loss, ...]:
    return tuple(
        Loss(n_text=words("sample.loss", n=count), text=words(f"reason.{reason}.short"))
        for reason, count in lost.items()
    )


def _numbers(view: View, words: Words) -> dict[str, Any]:
    rows = []
    for step in view.screening:
        lost = [
            words("ui.colon", name=words(f"reason.{reason}.short"), text=words.format(count, "int"))
            for reason, count in _removed(step).items()
        ]
        removed = words("ui.semicolon").join(lost) if lost else words("ui.dash")
        rows.append([words(f"sample.stage.{step['stage']}"), words.format(step["remaining"], "int"), removed])
    numeric = {"stage": False, "remaining": True, "removed": False}
    heads = [{"label": words(f"sample.column.{name}"), "numeric": is_number} for name, is_number in numeric.items()]
    return table(heads, rows, caption=words("sample.numbers"))


def _items(view: View, words: Words) -> dict[str, Any] | None:
    """Items with missing answers, most first; None where there is none."""
    found = [row for row in view.rows("nonresponse", "item_missing") if not shown(row) or row["estimate"] > 0]
    if not found:
        return None
    owners = {item: name for name in view.used for item in view.construct(name)["items"]}
    rows = [
        [
            row["term"],
            label(owners[row["term"]], words),
            base_cell(row, words),
            cell(row, "pct1", words),
        ]
        for row in sorted(found, key=lambda row: -(row["estimate"] or 0.0))
    ]
    heads = columns(words, "item", "construct*", "base", "missing")
    return table(heads, rows, caption=words("sample.items.caption"), note=state_notes(found, words))


def _compare(view: View, words: Words) -> dict[str, Any] | None:
    row = view.estimate("nonresponse", "mean_difference", view.outcome, None, "dropped-kept")
    if row is None or not shown(row):
        return None
    cells = [
        label(view.outcome, words),
        base_cell(row, words),
        cell(row, "sign2", words),
        interval(row, "num2", words),
        cell(row, "pv", words, value="p_value"),
    ]
    heads = columns(words, "construct", "base", "difference", "interval", "p")
    return table(heads, [cells], caption=words("sample.compare.caption"))
