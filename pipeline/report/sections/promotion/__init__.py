"""Dependence on promotion: how far, whose, and what goes with it."""

from __future__ import annotations

from typing import Any

from pipeline.report.charts import Bar, Bars
from pipeline.report.sections._common import (
    base_cell,
    cell,
    claim_texts,
    columns,
    figure,
    label,
    limits,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

NAME = "promotion"


def applies(view: View) -> bool:
    return any(True for _ in view.rows(NAME, "mean_difference"))


def context(view: View, words: Words) -> dict[str, Any]:
    other = view.study["asked"]["promotion"]["outcome"]
    row = view.estimate(NAME, "mean_difference", other)
    said = claim_texts(view, "promotion", words)
    whole = {
        "nav": words("promotion.nav"),
        "title": words("promotion.title"),
        "lede": said[0] if said else words("promotion.lede", other=other),
        "absent": None,
    }
    if not shown(row):
        return whole | {"absent": words("promotion.absent", reason=state_notes([row], words))}
    return whole | {
        "offer": _offer(view, words),
        "stated": words("promotion.stated"),
        "overall": _overall(view, words, other),
        "groups": [_group(view, words, other, name, at) for at, name in enumerate(_variables(view), start=1)],
        "absent_groups": _absent_groups(view, words),
        "gaps_title": words("promotion.groups.more"),
        "gaps": _gaps(view, words, other),
        "drivers_title": words("promotion.drivers.more"),
        "drivers_text": claim_texts(view, "promotion_drivers", words),
        "drivers": _drivers(view, words),
    }


def _offer(view: View, words: Words) -> str | None:
    offer = words.pick(view.study["asked"]["promotion"]["offer"])
    return words("promotion.offer", offer=offer) if offer else None


def _overall(view: View, words: Words, other: str) -> dict[str, Any]:
    first = view.outcome
    named = [
        ("mean", "mean", first, "num2"),
        ("mean_other", "mean", other, "num2"),
        ("gap", "mean_difference", other, "sign2"),
        ("buys", "top2box", first, "pct1"),
        ("buys_other", "top2box", other, "pct1"),
        ("only", "promotion_only", other, "pct1"),
        ("part", "promotion_dependence", other, "pct1"),
    ]
    rows = [
        [words(f"promotion.row.{key}"), with_interval(view.estimate(NAME, metric, term), spec, words)]
        for key, metric, term, spec in named
    ]
    rows.append([words("column.base"), base_cell(view.estimate(NAME, "mean_difference", other), words)])
    heads = columns(words, "promotion_figure", "promotion_value")
    return table(heads, rows, caption=words("promotion.overall", other=other), note=words("promotion.overall.note"))


def _levels(view: View, other: str) -> dict[str, Row]:
    """'variable=level' -> its row of the gain, in the order of the file."""
    rows = view.rows(NAME, "mean_difference")
    return {row["group"]: row for row in rows if row["group"] and row["term"] == other and shown(row)}


def _variables(view: View) -> list[str]:
    other = view.study["asked"]["promotion"]["outcome"]
    return list(dict.fromkeys(group.partition("=")[0] for group in _levels(view, other)))


def _group(view: View, words: Words, other: str, variable: str, at: int) -> dict[str, Any]:
    levels = {group: row for group, row in _levels(view, other).items() if group.partition("=")[0] == variable}
    small = any(_small(view, row) for row in levels.values())
    drawn = figure(
        "importance",
        Bars(bars=tuple(_bar(view, words, group, row) for group, row in levels.items()), percent=False),
        words,
        uid=f"promotion-{at}",
        title=words("promotion.groups.figure", variable=variable),
        subtitle=words("promotion.groups.subtitle", other=other),
        description=words("promotion.groups.description"),
        note=words("promotion.groups.note.small") if small else None,
        numbers=_levels_table(view, words, other, variable, levels),
    )
    return {"figure": drawn, "paragraphs": claim_texts(view, "promotion_who", words, variable=variable)}


def _small(view: View, row: Row) -> bool:
    return bool(row["n"] < view.study["bases"]["claim_base"])


def _bar(view: View, words: Words, group: str, row: Row) -> Bar:
    bounded = row["conf_low"] is not None
    return Bar(
        label=words.format(group, "group"),
        value=row["estimate"],
        low=row["conf_low"],
        high=row["conf_high"],
        value_text=words.format(row["estimate"], "sign2"),
        range_text=limits(row, "sign2", words) if bounded else "",
        muted=_small(view, row),
    )


def _levels_table(view: View, words: Words, other: str, variable: str, levels: dict[str, Row]) -> dict[str, Any]:
    rows = [
        [
            words.format(group, "group"),
            with_interval(row, "sign2", words),
            with_interval(view.estimate(NAME, "promotion_only", other, group), "pct1", words),
            base_cell(row, words),
        ]
        for group, row in levels.items()
    ]
    heads = columns(words, "promotion_group", "promotion_gain", "promotion_only", "base")
    return table(heads, rows, caption=words("promotion.groups.numbers", variable=variable))


def _absent_groups(view: View, words: Words) -> list[str]:
    names = view.contrasts(NAME, "dependence_difference", "variable:")
    return [words("promotion.groups.absent", variable=name.partition(":")[2]) for name in names]


def _gaps(view: View, words: Words, other: str) -> dict[str, Any] | None:
    """Every difference that was tested, with its two levels."""
    levels = list(_levels(view, other))
    pairs = {f"{a}-{b.partition('=')[2]}": (a, b) for a in levels for b in levels if a != b}
    rows = [
        [
            words("promotion.pair", a=pairs[row["contrast"]][0], b=pairs[row["contrast"]][1]),
            with_interval(row, "sign2", words),
            cell(row, "pv", words, value="p_value"),
            cell(row, "pv", words, value="p_adjusted"),
        ]
        for row in view.rows(NAME, "dependence_difference")
        if row["contrast"] in pairs
    ]
    heads = columns(words, "groups", "difference", "p", "p_holm")
    return table(heads, rows, caption=words("promotion.gaps")) if rows else None


def _drivers(view: View, words: Words) -> dict[str, Any]:
    found = {name: view.estimate(NAME, "b", name, None, "dependence") for name in view.ranked()}
    rows = [
        [label(name, words), with_interval(row, "sign2", words), cell(row, "pv", words, value="p_adjusted")]
        for name, row in found.items()
        if row is not None
    ]
    r2 = view.value(NAME, "r2", None, None, "dependence")
    note = words("promotion.drivers.note", r2=r2) if r2 is not None else state_notes(found.values(), words)
    heads = columns(words, "driver", "promotion_b", "p_holm")
    return table(heads, rows, caption=words("promotion.drivers"), note=note)
