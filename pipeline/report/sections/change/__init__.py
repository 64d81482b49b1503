"""What lies behind a difference between two groups: the change of a share, and of the mean outcome, in parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.report.charts import Step, Waterfall
from pipeline.report.sections._common import (
    Claim,
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

PARTS = ("effect", "spread", "overlap", "reliability")
FIGURES = 4
"""Contrasts with a figure of their own; further ones have their tables."""

Pair = tuple[str, str, str]


def applies(view: View) -> bool:
    return bool(_contrasts(view))


def context(view: View, words: Words) -> dict[str, Any]:
    contrasts = _contrasts(view)
    return {
        "nav": words("change.nav"),
        "title": words("change.title"),
        "lede": words("change.lede"),
        "parts_title": words("change.about"),
        "parts": [{"term": words(f"change.part.{name}"), "text": words(f"change.about.{name}")} for name in PARTS],
        "contrasts": [_contrast(view, words, *one, at) for at, one in enumerate(contrasts.items(), start=1)],
    }


def _contrasts(view: View) -> dict[str, Pair]:
    """contrast -> (variable, first group, second group) where a share or a mean is taken apart."""
    pairs = view.pairs()
    found = [*view.contrasts("change", "share_change"), *view.contrasts("change", "mean_change")]
    return {name: pairs[name] for name in dict.fromkeys(found) if name in pairs}


def _contrast(view: View, words: Words, contrast: str, pair: Pair, at: int) -> dict[str, Any]:
    variable, a, b = pair
    names = {"variable": variable, "a": a.partition("=")[2], "b": b.partition("=")[2]}
    driver = _named(view, contrast, view.claims("change", **names)) if at <= FIGURES else None
    said = [text for name in ("change", "gap") for text in claim_texts(view, name, words, **names)]
    drawn = _figure(view, words, contrast, pair, driver, at) if driver else None
    return {
        "title": words("change.contrast", a=a, b=b),
        "figure": drawn,
        "paragraphs": said,
        "more_title": words("change.more.gap" if drawn else "change.more", a=a, b=b),
        "tables": [] if drawn else _shares(view, words, contrast, pair),
        "gap": _gap(view, words, contrast, pair),
    }


def _named(view: View, contrast: str, claims: Sequence[Claim]) -> str | None:
    """The driver to draw: of those that the claims name, or else of all, the one whose share differs most."""
    told = [claim["values"]["driver"] for claim in claims if claim["values"].get("driver") in view.drivers]
    changes = {name: view.value("change", "share_change", name, None, contrast) for name in told or view.drivers}
    known = {name: abs(change) for name, change in changes.items() if change is not None}
    return max(known, key=lambda name: known[name], default=None)


def _figure(view: View, words: Words, contrast: str, pair: Pair, driver: str, at: int) -> dict[str, Any] | None:
    _, a, b = pair
    ends = [view.estimate("importance", "lmg_share", driver, group) for group in (b, a)]
    first, last = ends
    if first is None or last is None or not (shown(first) and shown(last)):
        return None
    steps = [_total(first, words("change.share", group=b), words), *_steps(view, words, contrast, driver)]
    steps.append(_total(last, words("change.share", group=a), words))
    groups = {"driver": driver, "a": a, "b": b, "first": first["estimate"], "last": last["estimate"]}
    return figure(
        "waterfall",
        Waterfall(steps=tuple(steps)),
        words,
        uid=f"change-{at}",
        title=words("change.figure", **groups),
        subtitle=words("change.subtitle", **groups),
        description=words("change.description"),
        note=words("change.note"),
        numbers=_shares(view, words, contrast, pair),
    )


def _total(row: Row, name: str, words: Words) -> Step:
    text = with_interval(row, "cell", words)["text"]
    return Step(label=name, value=row["estimate"], low=row["conf_low"], high=row["conf_high"], text=text, total=True)


def _steps(view: View, words: Words, contrast: str, driver: str) -> list[Step]:
    """The parts in order; one that could not be worked out says so."""
    steps = []
    for name in PARTS:
        row = view.estimate("change", f"change_{name}", driver, None, contrast)
        seen = row if row is not None and shown(row) else {"estimate": None, "conf_low": None, "conf_high": None}
        text = with_interval(row, "points", words)["text"]
        part = words(f"change.part.{name}")
        steps.append(Step(label=part, value=seen["estimate"], low=seen["conf_low"], high=seen["conf_high"], text=text))
    return steps


def _shares(view: View, words: Words, contrast: str, pair: Pair) -> list[dict[str, Any]]:
    """Every driver: its change and the parts of it, in percentage points."""
    metrics = ("share_change", *(f"change_{name}" for name in PARTS))
    found = {
        name: [view.estimate("change", metric, name, None, contrast) for metric in metrics] for name in view.ranked()
    }
    if not any(row for rows in found.values() for row in rows):
        return []
    rows = [
        [
            label(name, words),
            with_interval(cells[0], "points", words),
            cell(cells[0], "pv", words, value="p_adjusted"),
            *(with_interval(row, "points", words) for row in cells[1:]),
        ]
        for name, cells in found.items()
    ]
    parts = [{"label": words(f"change.part.{name}"), "numeric": True} for name in PARTS]
    heads = [*columns(words, "driver", "change", "p_holm"), *parts]
    states = state_notes((row for cells in found.values() for row in cells), words)
    note = sentences([words("change.numbers.note"), states], words)
    return [table(heads, rows, caption=words("change.numbers", a=pair[1], b=pair[2]), note=note)]


def _gap(view: View, words: Words, contrast: str, pair: Pair) -> dict[str, Any] | None:
    """The difference of the mean outcome: how high ratings are, and how much a rating counts."""
    whole = view.estimate("change", "mean_change", None, None, contrast)
    if whole is None:
        return None
    parts = ("change_level", "change_weight")
    rows = [
        [
            name,
            with_interval(total, "sign2", words),
            *(with_interval(view.estimate("change", metric, term, None, contrast), "sign2", words) for metric in parts),
        ]
        for name, term, total in [
            (words("change.gap.total"), None, whole),
            *((label(driver, words), driver, None) for driver in view.ranked()),
            (words("change.gap.intercept"), "intercept", None),
        ]
    ]
    heads = columns(words, "driver", "difference", "level_part", "weight_part")
    return table(heads, rows, caption=words("change.gap", a=pair[1], b=pair[2]), note=words("change.gap.note"))
