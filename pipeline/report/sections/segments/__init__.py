"""Do groups differ: coefficients within each group, and the differences with their correction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.report.charts import Forest, ForestRow, Panel
from pipeline.report.sections._common import (
    base_cell,
    cell,
    claim_texts,
    columns,
    figure,
    label,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

Variable = Mapping[str, Any]
WIDEST = 6
"""Columns of groups that fit a printed page beside the names of the drivers."""


def applies(view: View) -> bool:
    """Some variable must have two levels."""
    return bool(comparable(view))


def comparable(view: View) -> list[Variable]:
    """Variables with at least two levels."""
    return [segment for segment in view.study["segments"] if len(segment["levels"]) > 1]


def context(view: View, words: Words) -> dict[str, Any]:
    texts = claim_texts(view, "segment", words)
    return {
        "nav": words("segments.nav"),
        "title": words("segments.title"),
        "lede": texts[0] if texts else "",
        "paragraphs": texts[1:],
        "variables": [_variable(view, words, variable) for variable in comparable(view)],
    }


def _variable(view: View, words: Words, variable: Variable) -> dict[str, Any]:
    name, gaps = variable["variable"], list(_gaps(view, variable))
    visible = any(shown(row) for row in _coefficients(view, variable))
    return {
        "figure": _figure(view, words, variable) if visible else None,
        "numbers": None if visible else _numbers(view, words, variable),
        "more_title": words("segments.more", variable=name),
        "differences": _differences(view, words, variable, gaps) if gaps else None,
        "differences_none": None if gaps else words("segments.differences.none", variable=name),
        "shares": _grid(
            view, words, variable, "importance", "lmg_share", "pct1", words("segments.shares", variable=name)
        ),
    }


def _coefficients(view: View, variable: Variable) -> list[Row | None]:
    groups = [group_of(variable, level) for level in variable["levels"]]
    return [view.estimate("regression", "b", term, group) for group in groups for term in _terms(view)]


def _terms(view: View) -> list[str]:
    """Drivers with one coefficient, by share; a driver of categories has one a level, and is left out."""
    categories = [row["term"] for row in view.rows("regression", "b") if row["reason"] == "category"]
    return [name for name in view.ranked() if name not in categories]


def group_of(variable: Variable, level: Mapping[str, Any]) -> str:
    return f"{variable['variable']}={level['value']}"


def _figure(view: View, words: Words, variable: Variable) -> dict[str, Any]:
    name = variable["variable"]
    claim = view.claim("segment", variable=name)
    panels = tuple(_panel(view, words, group_of(variable, level)) for level in variable["levels"])
    small = words("segments.note.small") if any(panel.muted for panel in panels) else None
    return figure(
        "forest",
        Forest(panels=panels, axis_title=words("segments.axis")),
        words,
        uid=f"segments-{view.study['segments'].index(variable) + 1}",
        title=claim["title"][words.language] if claim else words("segments.figure", variable=name),
        subtitle=words("segments.subtitle", variable=name),
        description=words("segments.description"),
        note=sentences([words("segments.note"), small], words),
        numbers=_numbers(view, words, variable),
    )


def _panel(view: View, words: Words, group: str) -> Panel:
    rows = [(term, view.estimate("regression", "b", term, group)) for term in _terms(view)]
    first = next((row for _, row in rows if row is not None), None)
    n = None if first is None else first["n"]
    small = n is None or n < view.study["bases"]["claim_base"]
    subtitle = "segments.n.hidden" if n is None else "segments.n.small" if small else "segments.n"
    return Panel(
        title=words.format(group, "group"),
        subtitle=words(subtitle, n=base_cell(first, words)),
        muted=small,
        rows=tuple(_forest_row(words, driver, row) for driver, row in rows),
    )


def _forest_row(words: Words, driver: str, row: Row | None) -> ForestRow:
    seen = row if row is not None and shown(row) else {"estimate": None, "conf_low": None, "conf_high": None}
    text = with_interval(row, "num2", words)["text"]
    return ForestRow(
        label=label(driver, words), value=seen["estimate"], low=seen["conf_low"], high=seen["conf_high"], text=text
    )


def _numbers(view: View, words: Words, variable: Variable) -> list[dict[str, Any]]:
    caption = words("segments.numbers", variable=variable["variable"])
    return _grid(view, words, variable, "regression", "b", "num2", caption)


def _grid(
    view: View, words: Words, variable: Variable, analysis: str, metric: str, spec: str, caption: str
) -> list[dict[str, Any]]:
    """Drivers by levels, each figure with its interval; many levels are divided among several tables."""
    parts = _parts([group_of(variable, level) for level in variable["levels"]])
    made = []
    for at, groups in enumerate(parts, start=1):
        names = _terms(view) if analysis == "regression" else view.ranked()
        found = {name: [view.estimate(analysis, metric, name, group) for group in groups] for name in names}
        heads = [{"label": words.format(group, "group"), "numeric": True} for group in groups]
        rows = [
            [label(name, words), *(with_interval(row, spec, words) for row in cells)] for name, cells in found.items()
        ]
        notes = state_notes((row for cells in found.values() for row in cells), words)
        title = caption if len(parts) == 1 else words("segments.part", caption=caption, at=at, parts=len(parts))
        made.append(table([*columns(words, "driver"), *heads], rows, caption=title, note=notes))
    return made


def _parts(groups: list[str]) -> list[list[str]]:
    """The groups in as few parts as the page allows, of nearly the same size."""
    count = -(-len(groups) // WIDEST)
    size = -(-len(groups) // count)
    return [groups[start : start + size] for start in range(0, len(groups), size)]


def _gaps(view: View, variable: Variable) -> Iterator[tuple[Row, str, str]]:
    """Every tested difference of the variable, with its two levels."""
    pairs = {name: pair[1:] for name, pair in view.pairs().items() if pair[0] == variable["variable"]}
    for row in view.rows("regression", "b"):
        if row["group"] is None and row["contrast"] in pairs:
            yield row, *pairs[row["contrast"]]


def _differences(view: View, words: Words, variable: Variable, gaps: list[tuple[Row, str, str]]) -> dict[str, Any]:
    shares = [view.estimate("importance", "lmg_share", row["term"], None, row["contrast"]) for row, _, _ in gaps]
    rows = [
        [
            label(row["term"], words),
            words("segments.pair", a=a, b=b),
            with_interval(row, "sign2", words),
            cell(row, "pv", words, value="p_value"),
            cell(row, "pv", words, value="p_adjusted"),
            *_share(share, words, any(shares)),
        ]
        for (row, a, b), share in zip(gaps, shares, strict=True)
    ]
    heads = columns(words, "driver", "groups*", "difference", "p", "p_holm")
    heads += columns(words, "driver", "share_difference", "p_holm")[1:] if any(shares) else []
    reference = f"{variable['variable']}={variable['reference']}"
    note = words("segments.differences.note") if any(shares) else None
    return table(heads, rows, caption=words("segments.differences", reference=reference), note=note)


def _share(row: Row | None, words: Words, told: bool) -> list[Any]:
    """Difference of the shares in percentage points, with its corrected p; nothing where no share is compared."""
    return [with_interval(row, "points", words), cell(row, "pv", words, value="p_adjusted")] if told else []
