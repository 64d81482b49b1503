"""Who was asked what: questions that did not come up for everybody, or that some declined to answer."""

from __future__ import annotations

from typing import Any

from pipeline.report.sections._common import columns, table
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

COUNTS = ("asked", "answered", "skipped", "declined", "not_asked")


def asked(view: View, words: Words) -> dict[str, Any] | None:
    """Counts by reason of every question that was not asked of, or not answered by, somebody; None where none is."""
    terms = [row["term"] for row in view.rows("routing", "asked")]
    told = [term for term in terms if any(_count(view, metric, term) for metric in ("declined", "not_asked"))]
    if not told:
        return None
    filters = [_filter(view, words, term) for term in told]
    known = any(filters)
    rows = [
        [
            _named(term, words),
            *(words.format(_count(view, metric, term), "int") for metric in COUNTS),
            *([text or words("ui.dash")] if known else []),
        ]
        for term, text in zip(told, filters, strict=True)
    ]
    heads = columns(words, "question", *COUNTS, *(["asked_of*"] if known else []))
    return table(heads, rows, caption=words("answers.asked.caption"), note=words("answers.asked.note"))


def _count(view: View, metric: str, term: str) -> int:
    row = view.estimate("routing", metric, term)
    return 0 if row is None or row["estimate"] is None else int(row["estimate"])


def _filter(view: View, words: Words, term: str) -> str | None:
    """The groups most of whom were asked, where another answer decided it; None where none did."""
    rows = [row for row in view.rows("routing", "asked_share") if row["term"] == term and shown(row)]
    if not rows:
        return None
    groups = [
        words("answers.asked.group", group=_group(row, words), share=row["estimate"]) for row in rows if row["estimate"]
    ]
    return words.format(groups, "list")


def _group(row: Row, words: Words) -> str:
    """Label of the group, with that of its variable."""
    variable, _, level = row["contrast"].partition("=")
    return words("ui.colon", name=_named(variable, words), text=words.labels.get(row["contrast"], level))


def _named(term: str, words: Words) -> str:
    """Label of a variable where the study compares it; else the name of the question."""
    return words.labels.get(f"{term}=", term)
