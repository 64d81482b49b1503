"""How the effect may run: chains as boxes and arrows, what runs along them, in other orders, and how sturdy it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from pipeline.report.charts import PathArrow, PathBox, Paths
from pipeline.report.sections._common import (
    cell,
    claim_texts,
    columns,
    figure,
    limits,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.sections.mediation import _tables
from pipeline.report.sections.mediation._hidden import hidden_figure
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

CLAIMS = ("mediation", "rival_orders", "moderated")
Chain = Mapping[str, Any]


def applies(view: View) -> bool:
    return bool(view.claims("mediation"))


def context(view: View, words: Words) -> dict[str, Any]:
    chains = view.study["asked"]["mediation"]
    experiment = view.study["design"] == "experiment"
    return {
        "nav": words("mediation.nav"),
        "title": words("mediation.title"),
        "lede": words("mediation.lede.experiment" if experiment else "mediation.lede"),
        "chains": [_chain(view, words, name, chain, at) for at, (name, chain) in enumerate(chains.items(), start=1)],
    }


def _chain(view: View, words: Words, name: str, chain: Chain, at: int) -> dict[str, Any]:
    drawn = _figure(view, words, name, chain, at)
    return {
        "title": words.format(f"chain:{name}", "Label"),
        "figure": drawn,
        "hidden": hidden_figure(view, words, name, at) if drawn else None,
        "paragraphs": [text for claim in CLAIMS for text in claim_texts(view, claim, words, name=name)],
        "sturdy": claim_texts(view, "hidden_cause", words, name=name),
        "more_title": words("mediation.more"),
        "tables": _tables.all_tables(view, words, name, chain) if drawn else [],
    }


def _figure(view: View, words: Words, name: str, chain: Chain, at: int) -> dict[str, Any] | None:
    row = view.estimate("mediation", "chain_indirect", name)
    if row is None or not shown(row):
        return None
    end = chain["to"] or view.outcome
    return figure(
        "paths",
        drawing(view, words, name, chain),
        words,
        uid=f"mediation-{at}",
        title=words.format(f"chain:{name}", "Label"),
        subtitle=words("mediation.subtitle", n=row["n"]),
        description=words("mediation.description"),
        note=words("mediation.note"),
        numbers=[_ways(view, words, name, chain["from"], end)],
    )


def drawing(view: View, words: Words, name: str, chain: Chain) -> Paths:
    """The chain as boxes, in the order of its stages, and every arrow with its standardised coefficient."""
    stages = [[chain["from"]], *chain["through"], [chain["to"] or view.outcome]]
    names = [one for stage in stages for one in stage]
    boxes = [PathBox(label=words.format(one, "Label"), stage=at) for at, stage in enumerate(stages) for one in stage]
    claimed = {f"{a}>{b}" for here, there in pairwise(stages) for a in here for b in there}
    arrows = []
    for row in view.rows("mediation", "beta"):
        if row["term"] != name:
            continue
        source, target = row["contrast"].split(">")
        arrows.append(
            PathArrow(
                source=names.index(source), target=names.index(target), label=words.format(row["contrast"], "way"),
                claimed=row["contrast"] in claimed, **_figures(row, words),
            )
        )  # fmt: skip
    return Paths(boxes=tuple(boxes), arrows=tuple(arrows))


def _figures(row: Row, words: Words) -> dict[str, Any]:
    """Value, limits and texts of an arrow."""
    found = {"value": row["estimate"], "low": row["conf_low"], "high": row["conf_high"]}
    text = cell(row, "num2", words)["text"]
    return found | {"value_text": text, "range_text": "" if row["conf_low"] is None else limits(row, "num2", words)}


def _ways(view: View, words: Words, name: str, begin: str, end: str) -> dict[str, Any]:
    """Every specific way, then sums: in points, standardised, and p."""
    found = list(_lines(view, words, name))
    rows = [
        [
            text,
            with_interval(row, "num2", words),
            with_interval(beta, "num2", words),
            cell(row, "pv", words, value="p_adjusted" if row["contrast"] else "p_value"),
        ]
        for text, row, beta in found
    ]
    share = view.estimate("mediation", "proportion_mediated", name)
    dash = words("ui.dash")
    rows.append([words("mediation.proportion"), with_interval(share, "cell", words), dash, dash])
    draws = max(view.study["draws"], 5000)
    states = state_notes([row for _, row, _ in found] + [share], words)
    note = sentences([words("mediation.ways.note", draws=draws), states], words)
    heads = columns(words, "way", "effect", "standardised", "p")
    return table(heads, rows, caption=words("mediation.ways", begin=begin, end=end), note=note)


def _lines(view: View, words: Words, name: str) -> Iterator[tuple[str, Row, Row | None]]:
    for row in view.rows("mediation", "indirect"):
        if row["term"] == name:
            beta = view.estimate("mediation", "indirect_beta", name, None, row["contrast"])
            yield words.format(row["contrast"], "way"), row, beta
    for metric in ("total_indirect", "direct", "total"):
        row_of = view.estimate("mediation", metric, name)
        if row_of is not None:
            yield words(f"mediation.{metric}"), row_of, view.estimate("mediation", f"{metric}_beta", name)
