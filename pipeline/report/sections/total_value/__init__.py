"""Product or total value: what only the product explains, and which layer of value carries most."""

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
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

NAME = "total_value"
PRODUCT, BEYOND, REST = "part:product", "part:beyond", "part:rest"


def applies(view: View) -> bool:
    return any(True for _ in view.rows(NAME, "lmg_share"))


def context(view: View, words: Words) -> dict[str, Any]:
    said = claim_texts(view, "total_value", words)
    return {
        "nav": words("total_value.nav"),
        "title": words("total_value.title"),
        "lede": said[0] if said else words("total_value.lede.silent"),
        "product": _product(view, words),
        "layers": _layers(view, words),
    }


def _product(view: View, words: Words) -> dict[str, Any] | None:
    """Both sides: bars of what is whose, and the table; or the reason why there is none."""
    row = view.estimate(NAME, "lmg_share", PRODUCT)
    if row is None:
        return None
    if not shown(row):
        return {"absent": words("total_value.none", reason=state_notes([row], words))}
    drawn = view.estimate(NAME, "shared_share")
    return {
        "absent": None,
        "figure": _parts_figure(view, words) if drawn is not None and shown(drawn) else None,
        "table": None if drawn is not None and shown(drawn) else _parts_table(view, words),
        "paragraphs": [*claim_texts(view, "product_alone", words), words("total_value.alone")],
    }


def _parts_figure(view: View, words: Words) -> dict[str, Any]:
    shares = {
        "product": view.estimate(NAME, "unique_share", PRODUCT),
        "shared": view.estimate(NAME, "shared_share"),
        "beyond": view.estimate(NAME, "unique_share", BEYOND),
    }
    bars = tuple(
        _bar(words(f"total_value.parts.{name}"), row, words, leading=name == "product") for name, row in shares.items()
    )
    return figure(
        "importance",
        Bars(bars=bars),
        words,
        uid="total-value-parts",
        title=words("total_value.parts.figure"),
        subtitle=words("total_value.parts.subtitle"),
        description=words("total_value.parts.description"),
        note=words("total_value.parts.note"),
        numbers=_parts_table(view, words),
    )


def _bar(
    name: str, row: Row | None, words: Words, *, leading: bool = False, rank: str = "", muted: bool = False
) -> Bar:
    if row is None or not shown(row):
        return Bar(label=name, value=None, value_text=words("ui.dash"))
    bounded = row["conf_low"] is not None
    return Bar(
        label=name,
        value=row["estimate"],
        low=row["conf_low"],
        high=row["conf_high"],
        value_text=words.format(row["estimate"], "cell"),
        range_text=limits(row, "cell", words) if bounded else "",
        rank_text=rank,
        leading=leading,
        muted=muted,
    )


def _parts_table(view: View, words: Words) -> dict[str, Any]:
    metrics = ("lmg_share", "lmg_share_sum", "alone_share", "unique_share")
    found = {part: [view.estimate(NAME, metric, part) for metric in metrics] for part in (PRODUCT, BEYOND)}
    rows = [
        [words(f"total_value.{part.partition(':')[2]}"), *(with_interval(row, "pct1", words) for row in rows)]
        for part, rows in found.items()
    ]
    product = view.study["asked"]["value"]["product"]
    heads = columns(words, "value_side", "value_as_one", "value_sum", "value_alone", "value_only")
    states = state_notes((row for rows in found.values() for row in rows), words)
    note = sentences([words("total_value.parts.numbers.note"), states], words)
    return table(heads, rows, caption=words("total_value.parts.numbers", drivers=product), note=note)


def _layers(view: View, words: Words) -> dict[str, Any] | None:
    """The layers, largest first, with drivers in none; or the reason why they are not compared."""
    named = view.study["asked"]["value"]["layers"] or {}
    rows = {f"layer:{name}": view.estimate(NAME, "lmg_share", f"layer:{name}") for name in named}
    known = {name: row for name, row in rows.items() if row is not None and shown(row)}
    if not known:
        absent = state_notes(rows.values(), words) if any(rows.values()) else None
        return {"absent": words("total_value.layers.none", reason=absent)} if absent else None
    ranked = sorted(known, key=lambda name: -known[name]["estimate"])
    return {
        "absent": None,
        "figure": _layers_figure(view, words, ranked),
        "paragraphs": [*claim_texts(view, "layers", words), *_beside(view, words, named)],
        "more_title": words("total_value.more"),
        "gaps": _gaps_table(view, words, ranked),
    }


def _beside(view: View, words: Words, named: Any) -> list[str]:
    """What is in no layer, and what only layers know of."""
    members = [driver for layer in named.values() for driver in layer["drivers"]]
    rest = [name for name in view.drivers if name not in members]
    further = [name for name in members if name not in view.drivers]
    share, r2 = view.value(NAME, "lmg_share", REST), view.value(NAME, "r2", None, None, "layers")
    told = [words("total_value.layers.rest", rest=rest, share=share)] if share is not None and rest else []
    return [*told, *([words("total_value.layers.further", further=further, r2=r2)] if further else [])]


def _layers_figure(view: View, words: Words, ranked: list[str]) -> dict[str, Any]:
    claim = view.claim("layers")
    leaders = (
        claim["values"]["leaders"] if claim and claim["variant"] in ("clear", "close", "group", "doubtful") else []
    )
    bars = [
        _bar(label(name, words), view.estimate(NAME, "lmg_share", name), words, leading=name in leaders,
             rank=_ranks(view, name, words))
        for name in ranked
    ]  # fmt: skip
    rest = view.estimate(NAME, "lmg_share", REST)
    if rest is not None and shown(rest):
        bars.append(_bar(words("total_value.rest"), rest, words, muted=True))
    return figure(
        "importance",
        Bars(bars=tuple(bars), rank_title=words("total_value.layers.rank")),
        words,
        uid="total-value-layers",
        title=claim["title"][words.language] if claim else words("total_value.layers.figure"),
        subtitle=words("total_value.layers.subtitle"),
        description=words("total_value.layers.description"),
        note=words("total_value.layers.note"),
        numbers=_layers_table(view, words, [*ranked, *([REST] if rest is not None else [])]),
    )


def _ranks(view: View, name: str, words: Words) -> str:
    """'1–3', or one rank."""
    ends = [view.value(NAME, metric, name) for metric in ("rank_low", "rank_high")]
    low, high = (words("ui.dash") if end is None else words.format(end, "int") for end in ends)
    return low if low == high else words("ui.range", low=low, high=high)


def _layers_table(view: View, words: Words, names: list[str]) -> list[dict[str, Any]]:
    """Shares and ranks; then what each layer explains alone, and alone of all."""
    shares, alone = [], []
    for name in names:
        row = view.estimate(NAME, "lmg_share", name)
        title = words("total_value.rest") if name == REST else label(name, words)
        shares.append(
            [
                title,
                words.format(_members(view, name), "labels"),
                with_interval(row, "pct1", words),
                words("ui.dash") if name == REST else _ranks(view, name, words),
                cell(view.estimate(NAME, "prob_rank_1", name), "cell", words),
                base_cell(row, words),
            ]
        )
        metrics = ("alone_share", "unique_share")
        alone.append([title, *(with_interval(view.estimate(NAME, metric, name), "pct1", words) for metric in metrics)])
    heads = columns(words, "value_layer", "value_members*", "share", "rank", "prob_first", "base")
    return [
        table(heads, shares, caption=words("total_value.layers.numbers")),
        table(
            columns(words, "value_layer", "value_alone", "value_only"), alone,
            caption=words("total_value.layers.alone"),
        ),
    ]  # fmt: skip


def _members(view: View, name: str) -> list[str]:
    """Constructs of a layer, or drivers in none."""
    named = view.study["asked"]["value"]["layers"]
    if name != REST:
        return list(named[name.partition(":")[2]]["drivers"])
    inside = {driver for layer in named.values() for driver in layer["drivers"]}
    return [one for one in view.drivers if one not in inside]


def _gaps_table(view: View, words: Words, ranked: list[str]) -> dict[str, Any]:
    """Every difference, larger less smaller, and how probable that order is."""
    rows = []
    for at, one in enumerate(ranked):
        for other in ranked[at + 1 :]:
            pair = words("total_value.gaps.pair", a=label(one, words), b=label(other, words))
            gap = view.estimate(NAME, "share_difference", one, None, f"above:{other}")
            chance = view.estimate(NAME, "prob_above", one, None, f"above:{other}")
            rows.append([pair, with_interval(gap, "points", words), cell(chance, "cell", words)])
    heads = columns(words, "value_pair", "difference", "value_prob")
    return table(heads, rows, caption=words("total_value.gaps"), note=words("total_value.gaps.note"))
