"""The tables of a chain: its arrows, its orders, what unmeasured causes would have to be, and its moderator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.sections._common import cell, columns, table, with_interval
from pipeline.report.view import Row, View
from pipeline.report.words import Words

Table = dict[str, Any]


def all_tables(view: View, words: Words, name: str, chain: Mapping[str, Any]) -> list[Table]:
    found = [_arrows(view, words, name), _orders(view, words, name), _hidden(view, words, name)]
    moderated = _moderated(view, words, name, chain["moderator"])
    return [*found, *([moderated] if moderated else [])]


def _rows(view: View, metric: str, name: str) -> list[Row]:
    return [row for row in view.rows("mediation", metric) if row["term"] == name]


def _arrows(view: View, words: Words, name: str) -> Table:
    rows = [
        [
            words.format(beta["contrast"], "way"),
            with_interval(view.estimate("mediation", "b", name, None, beta["contrast"]), "num2", words),
            with_interval(beta, "num2", words),
        ]
        for beta in _rows(view, "beta", name)
    ]
    return table(columns(words, "arrow", "effect", "standardised"), rows, caption=words("mediation.arrows"))


def _orders(view: View, words: Words, name: str) -> Table:
    rows = [
        [
            words.format(row["contrast"], "way"),
            with_interval(row, "num2", words),
            with_interval(view.estimate("mediation", "rival_difference", name, None, row["contrast"]), "sign2", words),
        ]
        for row in _rows(view, "rival_indirect", name)
    ]
    heads = columns(words, "order", "standardised", "less_claimed")
    return table(heads, rows, caption=words("mediation.orders"), note=words("mediation.orders.note"))


def _hidden(view: View, words: Words, name: str) -> Table:
    parts = ("rho_zero_r2_residual", "rho_zero_r2_total")
    rows = [
        [
            words.format(row["contrast"], "way"),
            with_interval(row, "r", words),
            *(cell(view.estimate("mediation", part, name, None, row["contrast"]), "cell", words) for part in parts),
        ]
        for row in _rows(view, "rho_zero", name)
    ]
    heads = columns(words, "arrow", "rho_zero", "of_residual", "of_total")
    return table(heads, rows, caption=words("mediation.hidden"), note=words("mediation.hidden.note"))


def _moderated(view: View, words: Words, name: str, moderator: str | None) -> Table | None:
    found = _rows(view, "conditional_indirect", name)
    if moderator is None or not found:
        return None
    rows = [[_where(view, words, row, moderator), with_interval(row, "num2", words)] for row in found]
    levels = found[0]["contrast"].startswith("level:")
    index = view.estimate("mediation", "index_of_moderated_mediation", name)
    named = words("mediation.index.levels") if levels else words("mediation.index", moderator=moderator)
    rows.append([named, with_interval(index, "r3", words)])
    return table(columns(words, "where", "effect"), rows, caption=words("mediation.moderated", moderator=moderator))


def _where(view: View, words: Words, row: Row, moderator: str) -> str:
    kind, _, level = row["contrast"].partition(":")
    if kind == "level":
        return words.format(f"{moderator}={level}", "group")
    value = view.value("mediation", "moderator_value", row["term"], None, row["contrast"])
    key = f"mediation.at.{kind}" if kind in ("p16", "p50", "p84") else "mediation.at.value"
    return words(key, moderator=moderator, value=value)
