"""Said and meant: stated importance against derived, on the map and in numbers."""

from __future__ import annotations

from typing import Any

from pipeline.report.charts import Point, Quadrants
from pipeline.report.sections._common import (
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
from pipeline.report.view import View, shown
from pipeline.report.words import Words

NAME = "stated"
QUADRANTS = ("hidden", "known", "lip_service", "low")
SURE = 0.975
"""P(quadrant) from which a hidden driver is set apart on the map."""


def applies(view: View) -> bool:
    return any(True for _ in view.rows(NAME, "share_gap"))


def context(view: View, words: Words) -> dict[str, Any]:
    said = claim_texts(view, "stated", words)
    names = _asked(view)
    whole = {
        "nav": words("stated.nav"),
        "title": words("stated.title"),
        "lede": said[0] if said else words("stated.lede"),
    }
    if not names:
        absent = words("stated.absent", reason=state_notes(view.rows(NAME, "share_gap"), words))
        return whole | {"absent": absent, "figure": None, "paragraphs": []}
    return whole | {
        "absent": None,
        "figure": _figure(view, words, names),
        "paragraphs": _paragraphs(view, words, names),
    }


def _asked(view: View) -> list[str]:
    """Drivers with a stated importance, the largest derived share first."""
    return [name for name in view.ranked() if shown(view.estimate(NAME, "stated_importance", name))]


def _paragraphs(view: View, words: Words, names: list[str]) -> list[str]:
    claim, alike = view.claim("stated"), view.value(NAME, "undifferentiated")
    over = claim["values"]["over"] if claim and claim["variant"] not in ("none_fit", "small") else []
    said = [view.value(NAME, "stated_importance", name) or 0.0 for name in names]
    told = [
        words("stated.over", over=over) if over else None,
        words("stated.compressed", lowest=min(said), highest=max(said)),
        words("stated.alike", share=alike) if alike is not None else None,
        words("stated.part", asked=names) if len(names) < len(view.drivers) else None,
    ]
    return [text for text in told if text]


def _figure(view: View, words: Words, names: list[str]) -> dict[str, Any]:
    claim = view.claim("stated")
    said = [view.value(NAME, "stated_importance", name) or 0.0 for name in names]
    average, equal = sum(said) / len(said), 1 / len(names)
    chart = Quadrants(
        points=tuple(_point(view, words, name) for name in names),
        x_line=average,
        y_line=equal,
        fix=words("stated.hidden"),
        keep=words("stated.known"),
        low=words("stated.low"),
        overkill=words("stated.lip_service"),
        x_title=words("stated.x"),
        y_title=words("stated.y"),
    )
    return figure(
        "quadrants",
        chart,
        words,
        uid="stated",
        title=claim["title"][words.language] if claim else words("stated.figure"),
        subtitle=words("stated.subtitle"),
        description=words("stated.description"),
        note=words("stated.note", average=average, count=len(names), equal=equal),
        numbers=_numbers(view, words, names),
    )


def _point(view: View, words: Words, name: str) -> Point:
    said, derived = view.estimate(NAME, "stated_importance", name) or {}, view.estimate(NAME, "lmg_share", name) or {}
    hidden = view.value(NAME, "prob_quadrant", name, None, "hidden") or 0.0
    return Point(
        label=label(name, words),
        x=said["estimate"],
        x_low=said["conf_low"],
        x_high=said["conf_high"],
        y=derived["estimate"],
        y_low=derived["conf_low"],
        y_high=derived["conf_high"],
        text=words("stated.point", stated=said["estimate"], derived=derived["estimate"]),
        emphasis=hidden >= SURE,
    )


def _numbers(view: View, words: Words, names: list[str]) -> list[dict[str, Any]]:
    """Shares with their gap; then the standing of each driver among the others."""
    gaps = {name: view.estimate(NAME, "share_gap", name) for name in names}
    positions = {name: view.estimate(NAME, "position_gap", name) for name in names}
    shares = [
        [
            label(name, words),
            with_interval(view.estimate(NAME, "stated_importance", name), "num1", words),
            cell(view.estimate(NAME, "stated_share", name), "pct1", words),
            with_interval(view.estimate(NAME, "lmg_share", name), "pct1", words),
            with_interval(gap, "points", words),
            cell(gap, "pv", words, value="p_adjusted"),
        ]
        for name, gap in gaps.items()
    ]
    standing = [
        [
            label(name, words),
            with_interval(position, "sign2", words),
            cell(position, "pv", words, value="p_value"),
            _ranks(view, name, words),
            _quadrant(view, name, words),
        ]
        for name, position in positions.items()
    ]
    heads = columns(words, "driver", "stated_importance", "stated_share", "stated_derived", "stated_gap", "p_holm")
    further = columns(words, "driver", "stated_position", "p", "stated_ranks", "stated_quadrant*")
    notes = [
        sentences([words(f"stated.{key}.note"), state_notes(rows.values(), words)], words)
        for key, rows in (("numbers", gaps), ("standing", positions))
    ]
    return [
        table(heads, shares, caption=words("stated.numbers"), note=notes[0]),
        table(further, standing, caption=words("stated.standing"), note=notes[1]),
    ]


def _ranks(view: View, name: str, words: Words) -> str:
    stated, derived = (view.value(NAME, metric, name) for metric in ("stated_rank", "rank"))
    if stated is None or derived is None:
        return words("ui.dash")
    return words("stated.ranks", stated=stated, derived=derived)


def _quadrant(view: View, name: str, words: Words) -> str:
    """The quadrant most resamples fall into, and how many do."""
    chances = {one: view.value(NAME, "prob_quadrant", name, None, one) or 0.0 for one in QUADRANTS}
    first = max(chances, key=lambda one: chances[one])
    return words("stated.placed", quadrant=words(f"stated.short.{first}"), prob=chances[first])
