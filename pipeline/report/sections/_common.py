"""What several sections need: table cells that say their state, tables, figures, and the numbers of sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.report.charts import ChartTexts, DumbbellRow, pair
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

Cell = dict[str, Any]
Claim = Mapping[str, Any]
METHODS = ("lmg", "relative_weights", "car", "pratt", "kruskal", "last", "first", "betasq")
"""Importance metrics in the order of the report: those that divide the explained variance, then the others."""
MOST_LIMITS = 5
FOCUSED = frozenset(
    (
        "outcomes",
        "mediation",
        "paradox",
        "pricing",
        "promotion",
        "classes",
        "lock_in",
        "journey",
        "what_if",
        "comparability",
    )
)
"""Sections that take the rows in focus alone, where the study has a focus."""
NOTED = ("low_base", "suppressed", "singular", "no_variance", "too_few", "not_defined", "not_converged", "ok")
"""States in the order of their notes; a figure that stands may have a reason why it has no interval."""


def columns(words: Words, *keys: str) -> list[dict[str, Any]]:
    """Columns by their key: the first holds names, the others numbers; a key with '*' at its end holds text."""
    shown_as = [(key.rstrip("*"), at > 0 and not key.endswith("*")) for at, key in enumerate(keys)]
    return [{"label": words(f"column.{key}"), "numeric": numeric} for key, numeric in shown_as]


def named_columns(names: Iterable[str]) -> list[dict[str, Any]]:
    """Columns of numbers under names that are words already."""
    return [{"label": name, "numeric": True} for name in names]


def table(
    heads: Sequence[Mapping[str, Any]],
    rows: Sequence[Sequence[Any]],
    caption: str | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    return {"columns": list(heads), "rows": [list(row) for row in rows], "caption": caption, "note": note}


def cell(row: Row | None, spec: str, words: Words, *, value: str = "estimate") -> Cell:
    """The figure as text; in brackets on a low base, its state in words where there is none."""
    if row is None or (shown(row) and row[value] is None):
        return {"text": words("ui.dash"), "muted": True}
    return _framed(row, words.format(row[value], spec), words) if shown(row) else _absent(row, words)


def interval(row: Row | None, spec: str, words: Words) -> Cell:
    """'19% to 27%' as a cell; a dash where the figure has no interval."""
    if row is None or not shown(row) or row["conf_low"] is None:
        return {"text": words("ui.dash"), "muted": True}
    return _framed(row, limits(row, spec, words), words)


def base_cell(row: Row | None, words: Words) -> str:
    """Respondents behind a figure, and how many they count like where weights make a difference."""
    if row is None or row["n"] is None:
        return words("ui.dash")
    effective = row["n_eff"]
    if effective is None or round(effective) >= row["n"]:
        return words.format(row["n"], "int")
    return words("ui.base_effective", n=row["n"], n_eff=effective)


def with_interval(row: Row | None, spec: str, words: Words) -> Cell:
    """'0.22 [0.14, 0.31]' as a cell."""
    if row is None or not shown(row) or row["conf_low"] is None:
        return cell(row, spec, words)
    figures = {name: words.format(row[column], spec) for name, column in _LIMITS.items()}
    return _framed(row, words("ui.with_interval", **figures), words)


_LIMITS = {"figure": "estimate", "low": "conf_low", "high": "conf_high"}


def limits(row: Row, spec: str, words: Words) -> str:
    return words("ui.interval", low=words.format(row["conf_low"], spec), high=words.format(row["conf_high"], spec))


def _framed(row: Row, text: str, words: Words) -> Cell:
    low = row["state"] == "low_base"
    return {"text": words("ui.brackets", text=text) if low else text, "muted": low}


def _absent(row: Row, words: Words) -> Cell:
    """Its state, or the reason of it where the state alone would say something else."""
    key = f"why.{row['reason']}.cell"
    return {"text": words(key if key in words else f"state.{row['state']}"), "muted": True}


def state_notes(rows: Iterable[Row | None], words: Words) -> str | None:
    """One sentence for each reason why a figure, or its interval, is missing; None where every figure stands."""
    found = dict.fromkeys((row["state"], row["reason"]) for row in rows if row is not None)
    keys = [_note(*one, words) for one in sorted(found, key=lambda one: NOTED.index(one[0]))]
    return sentences([words(key) for key in dict.fromkeys(keys) if key], words) or None


def _note(state: str, reason: str | None, words: Words) -> str | None:
    """Key of the sentence for a reason; that of the state where the reason has none or is one of size."""
    if f"why.{reason}" in words:
        return f"why.{reason}"
    return None if state == "ok" else f"state.{state}.note"


def sentences(texts: Iterable[str | None], words: Words) -> str:
    """Whole sentences after one another, as the language sets them."""
    return ("" if words.language == "zh" else " ").join(text for text in texts if text)


def headed(text: str) -> str:
    """A sentence as a heading: without its full stop."""
    return text[:-1] if text.endswith((".", "。")) else text


def figure(
    chart: str,
    data: Any,
    words: Words,
    *,
    uid: str,
    title: str,
    subtitle: str,
    description: str,
    note: str | None,
    numbers: Any,
) -> dict[str, Any]:
    """Everything the figure macro draws, charts included."""
    drawn = pair(chart, data, uid=uid, texts=ChartTexts(title=title, description=description, language=words.language))
    return {"id": uid, "title": title, "subtitle": subtitle, "note": note, "table": numbers, **drawn}


def from_to(name: str, before: Row | None, after: Row | None, text: str, words: Words) -> DumbbellRow:
    """A row of a dumbbell chart; an end that shows no value is left out."""
    one, other = (row if row is not None and shown(row) else NOWHERE for row in (before, after))
    return DumbbellRow(
        label=label(name, words),
        before=one["estimate"],
        before_low=one["conf_low"],
        before_high=one["conf_high"],
        after=other["estimate"],
        after_low=other["conf_low"],
        after_high=other["conf_high"],
        text=text,
    )


NOWHERE: Row = {"estimate": None, "conf_low": None, "conf_high": None}


def claim_texts(view: View, claim_id: str, words: Words, **match: Any) -> list[str]:
    """The sentences of all claims of one id."""
    return [claim["text"][words.language] for claim in view.claims(claim_id, **match)]


def focus_of(view: View, words: Words, section: str) -> str | None:
    """Label of the level a section covers alone; None where it takes every row."""
    focus = (view.study.get("asked") or {}).get("focus") if section in FOCUSED else None
    return words.labels.get(f"{focus['variable']}={focus['level']}", focus["level"]) if focus else None


def limits_shown(view: View) -> tuple[list[Claim], list[Claim]]:
    """Limits for the first page (five, and one group that is too small stands for all such groups), and the rest."""
    every = view.claims("limit")
    small = [claim for claim in every if claim["variant"] == "small_segment"]
    first = [claim for claim in every if claim not in small[1:]][:MOST_LIMITS]
    return first, [claim for claim in every if claim not in first]


def limit_item(claim: Claim, words: Words) -> dict[str, str]:
    return {"title": claim["title"][words.language], "text": claim["text"][words.language]}


def errors(view: View) -> str:
    """The kind of standard errors, as the notes under tables name it."""
    return {"simple": "hc3", "published": "classical"}.get(view.sample["design"], "design")


def label(name: str, words: Words) -> str:
    """The name of a construct as a heading of a row."""
    return words.format(name, "Label")
