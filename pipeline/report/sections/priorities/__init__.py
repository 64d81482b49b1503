"""Where to act first: importance against performance, with intervals, and only sure places called by name."""

from __future__ import annotations

from typing import Any

from pipeline.report.charts import Point, Quadrants
from pipeline.report.sections._common import (
    cell,
    claim_texts,
    columns,
    figure,
    interval,
    label,
    limits,
    sentences,
    table,
)
from pipeline.report.view import View, shown
from pipeline.report.words import Words

PLACES = ("fix", "keep", "low", "overkill")


def applies(view: View) -> bool:
    """A map needs at least two drivers whose performance is known."""
    return len(_rated(view)) > 1 and shown(view.estimate("performance", "performance"))


def _rated(view: View) -> list[str]:
    """Drivers with a performance, by share; variables and interactions have none."""
    return [name for name in view.ranked() if view.estimate("performance", "performance", name) is not None]


def context(view: View, words: Words) -> dict[str, Any]:
    return {
        "nav": words("priorities.nav"),
        "title": words("priorities.title"),
        "lede": words("priorities.lede"),
        "figure": _figure(view, words),
        "paragraphs": _paragraphs(view, words),
    }


def _paragraphs(view: View, words: Words) -> list[str]:
    """The priority claim, then every driver with a sure place."""
    lead = view.claim("lead")
    if lead is not None and not view.ranks:
        return [words(f"priorities.careful.{lead['variant']}")]
    placed = [claim["text"][words.language] for claim in view.claims("quadrant") if claim["variant"] == "classified"]
    return [*claim_texts(view, "priority", words), *([sentences(placed, words)] if placed else [])]


def _figure(view: View, words: Words) -> dict[str, Any]:
    emphasised = {_named(view), *_fixed(view)}
    average, equal = view.value("performance", "performance") or 0.0, 1 / len(view.drivers)
    points = tuple(_point(view, words, name, name in emphasised) for name in _rated(view))
    return figure(
        "quadrants",
        Quadrants(
            points=points,
            x_line=average,
            y_line=equal,
            x_title=words("priorities.x"),
            y_title=words("priorities.y"),
            fix=words("quadrant.fix"),
            keep=words("quadrant.keep"),
            low=words("quadrant.low"),
            overkill=words("quadrant.overkill"),
        ),
        words,
        uid="priorities",
        title=_title(view, words),
        subtitle=words("priorities.subtitle"),
        description=words("priorities.description"),
        note=sentences(
            [words("priorities.note", average=average, equal=equal), _crossing(view, words), _warm(view, words)], words
        ),
        numbers=_numbers(view, words),
    )


def _named(view: View) -> str | None:
    """The driver that the priority claim names."""
    claim = view.claim("priority")
    return claim["values"].get("driver") if claim else None


def _fixed(view: View) -> list[str]:
    """Drivers surely on the upper left, where drivers are ranked at all."""
    if not view.ranks:
        return []
    return [claim["values"]["driver"] for claim in view.claims("quadrant", quadrant="fix")]


def _warm(view: View, words: Words) -> str | None:
    """What the colour of a dot means that the table does not place on the upper left."""
    claim, named = view.claim("priority"), _named(view)
    if claim is None or named is None or named in _fixed(view):
        return None
    return words(f"priorities.warm.{claim['variant']}", driver=named)


def _title(view: View, words: Words) -> str:
    priority = view.claim("priority")
    return priority["title"][words.language] if priority else words("priorities.title")


def _crossing(view: View, words: Words) -> str | None:
    names = [claim["values"]["driver"] for claim in view.claims("quadrant") if claim["variant"] == "crossing"]
    if not names:
        return None
    return (
        words("priorities.crossing.all")
        if len(names) == len(_rated(view))
        else words("priorities.crossing", drivers=names)
    )


def _point(view: View, words: Words, name: str, emphasis: bool) -> Point:
    performance = view.estimate("performance", "performance", name) or {}
    share = view.estimate("importance", "lmg_share", name) or {}
    text = words(
        "priorities.point",
        performance=performance["estimate"],
        performance_limits=limits(performance, "num0", words),
        share=share["estimate"],
        share_limits=limits(share, "cell", words),
    )
    return Point(
        label=label(name, words),
        x=performance["estimate"],
        x_low=performance["conf_low"],
        x_high=performance["conf_high"],
        y=share["estimate"],
        y_low=share["conf_low"],
        y_high=share["conf_high"],
        text=text,
        emphasis=emphasis,
    )


def _numbers(view: View, words: Words) -> dict[str, Any]:
    heads = columns(words, "driver", "performance", "interval", "importance", "prob_important", "prob_low")
    places = [{"label": words(f"quadrant.{place}"), "numeric": True} for place in PLACES]
    rows = [_row(view, words, name) for name in _rated(view)]
    note = words("priorities.note.rule")
    return table([*heads, *places, *columns(words, "placed")], rows, caption=words("priorities.numbers"), note=note)


def _row(view: View, words: Words, name: str) -> list[Any]:
    performance = view.estimate("performance", "performance", name)
    claim = view.claim("quadrant", driver=name)
    place = claim["values"]["quadrant"] if claim else None
    chances = [view.estimate("performance", "prob_quadrant", name, None, contrast) for contrast in PLACES]
    return [
        label(name, words),
        cell(performance, "num1", words),
        interval(performance, "num1", words),
        cell(view.estimate("importance", "lmg_share", name), "pct1", words),
        cell(view.estimate("performance", "prob_important", name), "cell", words),
        cell(view.estimate("performance", "prob_rated_low", name), "cell", words),
        *(cell(chance, "cell", words) for chance in chances),
        {"text": words(f"quadrant.{place or 'none'}"), "muted": place is None},
    ]
