"""Does the method matter: every driver by every method, other models of the outcome, dominance and shared parts."""

from __future__ import annotations

from typing import Any

from pipeline.report.charts import MethodCell, MethodRow, Methods
from pipeline.report.claims import CLEAR
from pipeline.report.sections._common import cell, claim_texts, figure, label, sentences
from pipeline.report.sections.methods import _tables
from pipeline.report.view import View
from pipeline.report.words import Words


def applies(view: View) -> bool:
    """Several drivers, and more than one method to compare."""
    return len(view.drivers) > 1 and len(_tables.methods(view)) > 1


def context(view: View, words: Words) -> dict[str, Any]:
    metrics = _tables.methods(view)
    texts = claim_texts(view, "panel", words) if view.ranks else []
    about = words("methods.lede", metrics=len(metrics))
    return {
        "nav": words("methods.nav"),
        "title": words("methods.title"),
        "lede": sentences(texts or [about], words),
        "paragraphs": [about] if texts else [],
        "figure": _figure(view, words, metrics),
        "models_title": words("methods.models"),
        "models_text": [*claim_texts(view, "outcome_model", words), *_tables.parallel(view, words)],
        "models": _tables.models(view, words),
        "groups_title": words("methods.groups"),
        "groups_text": claim_texts(view, "groups", words),
        "groups": _tables.groups(view, words),
        "about_title": words("methods.about"),
        "about": [{"term": words(f"methods.name.{name}"), "text": words(f"methods.about.{name}")} for name in metrics],
        "numbers_title": words("methods.more"),
        "numbers": [*_tables.raw(view, words, metrics), *_tables.behind(view, words, metrics)],
        "dominance_title": words("methods.dominance"),
        "dominance_text": _tables.dominant(view, words),
        "dominance": [*_tables.complete(view, words), *_tables.conditional(view, words)],
        "shared_title": words("methods.shared"),
        "shared_text": words("methods.shared.text"),
        "shared": _tables.commonality(view, words),
    }


def _figure(view: View, words: Words, metrics: list[str]) -> dict[str, Any]:
    claim = view.claim("panel") if view.ranks else None
    title = words(f"methods.figure.{claim['variant']}", **claim["values"]) if claim else words("methods.figure")
    note = [words("methods.note"), words("methods.note.marks") if view.ranks else None, _other(metrics, words)]
    return figure(
        "panel",
        _panel(view, words, metrics),
        words,
        uid="methods",
        title=title,
        subtitle=words("methods.subtitle"),
        description=words("methods.description"),
        note=sentences(note, words),
        numbers=_tables.shares(view, words, metrics),
    )


def _other(metrics: list[str], words: Words) -> str | None:
    """Which of the methods shown ask another question than how to divide the whole."""
    names = [words(f"methods.name.{name}") for name in metrics if name in _tables.OTHER]
    return words("methods.note.other", names=names) if names else None


def _panel(view: View, words: Words, metrics: list[str]) -> Methods:
    firsts = {name: _first(view, name) for name in metrics}
    tops = {name: _top(view, name, firsts[name]) for name in metrics} if view.ranks else {}
    rows = []
    for driver in view.ranked():
        shares = {name: view.estimate("importance", f"{name}_share", driver) for name in metrics}
        cells = tuple(
            MethodCell(
                value=row["estimate"] if row is not None else None,
                text=cell(row, "cell", words)["text"],
                first=driver == firsts[name],
                top=driver in tops.get(name, ()),
            )
            for name, row in shares.items()
        )
        count = sum(one.first for one in cells)
        text = words("methods.first_by", count=count, metrics=len(metrics))
        rows.append(MethodRow(label=label(driver, words), cells=cells, text=text))
    names = tuple(words(f"methods.name.{name}") for name in metrics)
    return Methods(methods=names, rows=tuple(rows), text_title=words("methods.first_by.title"))


def _first(view: View, metric: str) -> str | None:
    """The driver a method puts first; equal shares in the order of the study."""
    shares = {name: view.value("importance", f"{metric}_share", name) for name in view.drivers}
    known = {name: share for name, share in shares.items() if share is not None}
    return max(known, key=lambda name: known[name], default=None)


def _top(view: View, metric: str, first: str | None) -> list[str]:
    """Drivers that the first one does not exceed in at least CLEAR of the resamples, where the method has them."""
    behind = {
        name: view.value("importance", "prob_behind_first", name, None, f"metric:{metric}") for name in view.drivers
    }
    if metric == "lmg" and first is not None:
        behind = {name: view.value("importance", "prob_above", first, None, f"above:{name}") for name in view.drivers}
    return [name for name, prob in behind.items() if prob is not None and prob < CLEAR]
