"""The same figures with missing answers imputed, beside those of the scores."""

from __future__ import annotations

from typing import Any

from pipeline.report.sections._common import (
    cell,
    columns,
    label,
    named_columns,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import View, shown
from pipeline.report.words import Words

Table = dict[str, Any]


def absent(view: View, words: Words) -> str | None:
    """Why nothing was imputed although the study asks for it; None where something was, or it does not ask."""
    row = view.estimate("imputed", "r2")
    if row is None or shown(row) or view.holds("imputed", "imputations"):
        return None
    return words(f"robustness.imputed.{row['reason']}")


def tables(view: View, words: Words) -> list[Table]:
    """Shares, coefficients and R² as scored and as imputed, then how much of each construct was imputed."""
    return [_figures(view, words), _parts(view, words)] if view.holds("imputed", "imputations") else []


def _figures(view: View, words: Words) -> Table:
    rows = [
        [
            label(name, words),
            with_interval(view.estimate("importance", "lmg_share", name), "pct1", words),
            with_interval(view.estimate("imputed", "lmg_share", name), "pct1", words),
            with_interval(view.estimate("regression", "b", name), "num2", words),
            with_interval(view.estimate("imputed", "b", name), "num2", words),
        ]
        for name in view.ranked()
    ]
    blank = {"text": words("ui.dash"), "muted": True}
    r2 = [with_interval(view.estimate(analysis, "r2"), "r", words) for analysis in ("regression", "imputed")]
    rows.append([words("robustness.corrected.r2", outcome=view.outcome), *r2, blank, blank])
    names = (words(f"robustness.imputed.column.{name}") for name in ("share", "share_imputed", "b", "b_imputed"))
    heads = [*columns(words, "driver"), *named_columns(names)]
    states = state_notes(view.rows("imputed", "lmg_share"), words)
    completed = view.estimate("imputed", "imputed_share")
    bases = {"n": view.sample["n"], "completed": 0 if completed is None else completed["n"]}
    number = view.value("imputed", "imputations") or 0
    caption = words("robustness.imputed.numbers", **bases, number=int(number))
    return table(heads, rows, caption=caption, note=sentences([words("robustness.imputed.note"), states], words))


def _parts(view: View, words: Words) -> Table:
    rows = [
        [
            label(name, words),
            cell(view.estimate("imputed", "imputed_share", name), "pct1", words),
            cell(view.estimate("imputed", "fmi", name, None, "of:b"), "pct1", words),
        ]
        for name in view.used
    ]
    names = (words(f"robustness.imputed.column.{name}") for name in ("part", "fmi"))
    heads = [*columns(words, "construct"), *named_columns(names)]
    return table(heads, rows, caption=words("robustness.imputed.parts"), note=words("robustness.imputed.fmi"))
