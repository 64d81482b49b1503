"""What if: predicted changes as a table for everybody, and sliders where a script runs. Never beyond the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.report.sections._common import (
    cell,
    claim_texts,
    columns,
    label,
    named_columns,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.sections.what_if._model import model
from pipeline.report.view import View, shown
from pipeline.report.words import Words

Part = dict[str, Any]
NAME = "what_if"


def applies(view: View) -> bool:
    asked = view.study.get("asked") or {}
    return asked.get("what_if") is not None and any(row["analysis"] == NAME for row in view.results["estimates"])


def context(view: View, words: Words) -> dict[str, Any]:
    contrasts = [name for name in view.contrasts(NAME, "predicted_change") if view.value(NAME, "r2", None, None, name)]
    made = bool(contrasts)
    return {
        "nav": words("what_if.nav"),
        "title": words("what_if.title"),
        "lede": words("what_if.lede"),
        "assumes": words("what_if.assumes"),
        "paragraphs": claim_texts(view, NAME, words),
        "absent": None if made else _absent(view, words),
        "table": _moves(view, words, contrasts) if made else None,
        "simulator": model(view, words, contrasts) if made else None,
        "more_title": words("what_if.reach"),
        "more": [_limits(view, words), _models(view, words, contrasts)] if made else [],
    }


def _absent(view: View, words: Words) -> str:
    if any(row["reason"] == "refused" for row in view.rows(NAME, "answered")):
        return words("what_if.unable")
    return sentences([words("what_if.absent"), state_notes(view.rows(NAME, "predicted_change"), words)], words)


def named(contrast: str, words: Words) -> str:
    """'outcome:intent' as the head of a column; the top two points of an outcome say so."""
    kind, _, name = contrast.partition(":")
    return words("what_if.top2", name=name) if kind == "top2" else label(name, words)


def _spec(contrast: str) -> str:
    return "sign2" if contrast.startswith("outcome:") else "points"


def _moves(view: View, words: Words, contrasts: list[str]) -> Part:
    """A line a driver: what each outcome would do if it alone rose by the step."""
    rows, every = [], []
    for name in view.drivers:
        found = [view.estimate(NAME, "predicted_change", name, None, contrast) for contrast in contrasts]
        every += found
        cells = [with_interval(row, _spec(at), words) for row, at in zip(found, contrasts, strict=True)]
        rows.append([label(name, words), *cells])
    every += [row for row in view.rows(NAME, "predicted_change") if row["term"] is None]
    heads = [*columns(words, "driver"), *named_columns(named(contrast, words) for contrast in contrasts)]
    step = view.study["asked"]["what_if"]["step"]
    note = sentences([words("what_if.table.note"), state_notes(every, words)], words)
    return table(heads, rows, caption=words("what_if.table", step=step), note=note)


def _limits(view: View, words: Words) -> Part:
    rows = [
        [label(name, words), *(cell(view.estimate(NAME, metric, name), spec, words) for metric, spec in _BOUNDS)]
        for name in view.drivers
    ]
    distance = view.value(NAME, "profile_distance")
    heads = columns(words, "driver", "mean", "what_if_low", "what_if_high")
    note = words("what_if.limits.note", distance=distance)
    return table(heads, rows, caption=words("what_if.limits"), note=note)


_BOUNDS = (("mean", "num2"), ("move_low", "sign2"), ("move_high", "sign2"))


def _models(view: View, words: Words, contrasts: list[str]) -> Part:
    rows = []
    for contrast in contrasts:
        kind = "outcome" if contrast.startswith("outcome:") else "share"
        now = next(_now(view, contrast), None)
        fit = cell(view.estimate(NAME, "r2", None, None, contrast), "r", words)
        mean = cell(now, "num2" if kind == "outcome" else "pct1", words)
        rows.append([named(contrast, words), words(f"what_if.kind.{kind}"), mean, fit])
    heads = columns(words, "what_if_outcome", "what_if_kind*", "what_if_now", "what_if_r2")
    return table(heads, rows, caption=words("what_if.models"), note=words("what_if.models.note"))


def _now(view: View, contrast: str) -> Iterator[Any]:
    """Where an outcome stands: its mean, or its share."""
    name = contrast.partition(":")[2]
    for metric in ("mean", "top2box", "proportion"):
        row = view.estimate(NAME, metric, name, None, contrast)
        if row is not None and shown(row):
            yield row
