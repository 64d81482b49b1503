"""Whether the language versions ask the same: loadings, items that shift, and reliability, construct by construct."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.report.claims.comparability import SMALL, UNLIKE
from pipeline.report.sections._common import (
    base_cell,
    cell,
    claim_texts,
    columns,
    label,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

NAME = "comparability"
SURE = 0.05
Part = dict[str, Any]


def applies(view: View) -> bool:
    return any(row["analysis"] == NAME for row in view.results["estimates"])


def context(view: View, words: Words) -> dict[str, Any]:
    said = claim_texts(view, NAME, words)
    parts = [_pair(view, words, contrast) for contrast in view.contrasts(NAME, "tucker_congruence")]
    return {
        "nav": words("comparability.nav"),
        "title": words("comparability.title"),
        "lede": words("comparability.lede"),
        "said": said,
        "parts": parts,
    }


def _pair(view: View, words: Words, contrast: str) -> Part:
    """The table of constructs of two versions, and that of their items."""
    variable = contrast.partition("=")[0]
    levels = [level["value"] for level in view.study["names"][variable]["levels"]]
    one, other = next((a, b) for a in levels for b in levels if f"{variable}={a}-{b}" == contrast)
    names = {"one": f"{variable}={one}", "other": f"{variable}={other}"}
    rows = [row for row in view.rows(NAME, "tucker_congruence") if row["contrast"] == contrast]
    lines = [_line(view, words, row, contrast, tuple(names.values())) for row in rows]
    alphas = [{"label": words("comparability.alpha", group=group), "numeric": True} for group in names.values()]
    more = columns(words, "construct", "comparability_item*", "comparability_shift", "verdict*")
    heads = [*columns(words, "construct", "comparability_congruence"), *alphas, *more[1:]]
    note = sentences([words("comparability.note", **names), state_notes(rows, words)], words)
    title = words("comparability.table", **names)
    items = _items(view, words, contrast, names)
    return {
        "title": title,
        "tables": [table(heads, lines, caption=words("comparability.caption"), note=note)],
        "more": [items],
        "more_title": words("comparability.items"),
    }


def _line(view: View, words: Words, row: Row, contrast: str, groups: Sequence[str]) -> list[Any]:
    name = row["term"]
    alphas = [view.estimate(NAME, "alpha", name, group, contrast) for group in groups]
    shifts = sorted(_shifts(view, contrast, name), key=lambda one: -_size(view, one))
    first = shifts[0] if shifts else None
    return [
        label(name, words),
        cell(row, "num2", words),
        *(cell(alpha, "r", words) for alpha in alphas),
        first["term"] if first else {"text": words("ui.dash"), "muted": True},
        with_interval(first, "sign2", words),
        words(f"comparability.verdict.{_verdict(view, row, shifts)}"),
    ]


def _shifts(view: View, contrast: str, construct: str) -> Iterator[Row]:
    for row in view.rows(NAME, "item_shift"):
        if row["contrast"] == contrast and row["outcome"] == construct and shown(row):
            yield row


def _size(view: View, row: Row) -> float:
    return abs(view.value(NAME, "item_shift_d", row["term"], None, row["contrast"]) or 0.0)


def _verdict(view: View, row: Row, shifts: Sequence[Row]) -> str:
    """holds, item, fails, or unknown where nothing could be looked at."""
    claims = view.claims(NAME)
    failing = {name for claim in claims for name in claim["values"].get("failing", ())}
    if row["term"] in failing or (shown(row) and row["estimate"] < UNLIKE and row["conf_high"] < UNLIKE):
        return "fails"
    if not shifts:
        return "unknown"
    sure = [one for one in shifts if (one["p_adjusted"] or 0.0) < SURE and one["p_adjusted"] is not None]
    return "item" if any(_size(view, one) >= SMALL for one in sure) else "holds"


def _items(view: View, words: Words, contrast: str, names: dict[str, str]) -> Part:
    found = [row for row in view.rows(NAME, "item_shift") if row["contrast"] == contrast]
    rows = [
        [
            row["term"],
            label(row["outcome"], words),
            base_cell(row, words),
            with_interval(row, "sign2", words),
            cell(view.estimate(NAME, "item_shift_d", row["term"], None, contrast), "sign2", words),
            cell(row, "pv", words, value="p_adjusted"),
        ]
        for row in found
    ]
    heads = columns(words, "item", "construct*", "base", "comparability_shift", "comparability_size", "p_holm")
    caption = words("comparability.items.caption", **names)
    return table(heads, rows, caption=caption, note=state_notes(found, words))
