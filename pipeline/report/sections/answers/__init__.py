"""How people answered: distributions on each scale, exact wordings with their base, means, spread and reliability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.charts import Answers, Diverging
from pipeline.report.sections._common import (
    base_cell,
    cell,
    claim_texts,
    columns,
    figure,
    interval,
    label,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.sections.answers._asked import asked
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

Scale = Mapping[str, Any]

MOST_POINTS = 11
"""Longer scales are no bars any more; their means stand in the table."""
FEWEST_POINTS = 5
"""On shorter scales the top two points say little."""


def applies(view: View) -> bool:
    """Whether there are single answers."""
    return not view.published


def context(view: View, words: Words) -> dict[str, Any]:
    return {
        "nav": words("answers.nav"),
        "title": words("answers.title"),
        "lede": sentences([*claim_texts(view, "answers", words), _outcome(view, words)], words),
        "figures": _figures(view, words),
        "wording_title": words("answers.wording"),
        "wording": _wording(view, words),
        "asked_title": words("answers.asked"),
        "asked": asked(view, words),
        "scores_title": words("answers.scores"),
        "scores": _scores(view, words),
    }


def _outcome(view: View, words: Words) -> str | None:
    scale, row = view.construct(view.outcome)["scale"], _top2(view, view.outcome)
    if row is None or not shown(row):
        return None
    least = scale["high"] - 1
    return words("answers.outcome.top2", top2=row["estimate"], least=least, low=scale["low"], high=scale["high"])


def _top2(view: View, name: str) -> Row | None:
    """The share in the top two points; None on a scale so short that they say little."""
    few = view.construct(name)["scale"]["points"] < FEWEST_POINTS
    return None if few else view.estimate("description", "top2box", name)


def _figures(view: View, words: Words) -> list[dict[str, Any]]:
    """One figure for each different scale, the first titled by the finding."""
    found: list[tuple[Scale, list[str]]] = []
    for name in view.used:
        scale = view.construct(name)["scale"]
        for known, names in found:
            if known == scale:
                names.append(name)
                break
        else:
            found.append((scale, [name]))
    drawn = [(scale, names) for scale, names in found if scale["points"] <= MOST_POINTS]
    return [_figure(view, words, scale, names, at) for at, (scale, names) in enumerate(drawn, start=1)]


def _figure(view: View, words: Words, scale: Scale, names: list[str], at: int) -> dict[str, Any]:
    rated = {name: view.value("description", "mean", name) or 0.0 for name in names}
    ordered = sorted(names, key=lambda name: (name == view.outcome, -rated[name]))
    claim = view.claim("answers")
    ends = {"low": scale["low"], "high": scale["high"]}
    title = claim["title"][words.language] if claim and at == 1 else words("answers.figure.also", **ends)
    return figure(
        "diverging",
        _bars(view, words, scale, ordered),
        words,
        uid=f"answers-{at}",
        title=title,
        subtitle=words(f"answers.subtitle.{_kind(view, names)}", **ends),
        description=words("answers.description"),
        note=_note(view, words, scale, names),
        numbers=_numbers(view, words, scale, ordered),
    )


def _kind(view: View, names: list[str]) -> str:
    """Which bars a figure holds: those of drivers, that of the outcome, or both."""
    return "drivers" if view.outcome not in names else "outcome" if len(names) == 1 else "both"


def _values(scale: Scale) -> range:
    return range(scale["low"], scale["high"] + 1)


def _share(view: View, name: str, value: int) -> Row | None:
    return view.estimate("distribution", "share_of_answers", name, None, f"answer:{value}")


def _bars(view: View, words: Words, scale: Scale, names: list[str]) -> Diverging:
    neutral, values = scale["neutral"], list(_values(scale))
    middle = neutral if neutral is not None else (scale["low"] + scale["high"]) / 2
    low, high = [value for value in values if value < middle], [value for value in values if value > middle]
    return Diverging(
        rows=tuple(_answers(view, words, name, values) for name in names),
        points=tuple(words.format(value, "int") for value in values),
        neutral=None if neutral is None else neutral - scale["low"],
        low_title=words("answers.low", range=_span(low, words)),
        high_title=words("answers.high", range=_span(high, words)),
        neutral_title="" if neutral is None else words("answers.neutral", value=neutral),
    )


def _answers(view: View, words: Words, name: str, values: list[int]) -> Answers:
    rows = [_share(view, name, value) for value in values]
    shares = tuple(row["estimate"] if row is not None and shown(row) else None for row in rows)
    return Answers(
        label=label(name, words), shares=shares, texts=tuple(cell(row, "cell", words)["text"] for row in rows)
    )


def _span(values: list[int], words: Words) -> str:
    ends = [words.format(value, "int") for value in (values[0], values[-1])]
    return ends[0] if len(values) == 1 else words("ui.range", low=ends[0], high=ends[1])


def _note(view: View, words: Words, scale: Scale, names: list[str]) -> str:
    texts = words.pick(scale["ends"]) or words.pick(scale["labels"])
    ends = {"low": scale["low"], "high": scale["high"]}
    meaning = words("answers.ends", **ends, low_text=texts[0], high_text=texts[-1]) if texts else None
    neutral = None if scale["neutral"] is None else words("answers.note.neutral", value=scale["neutral"])
    turned = words("answers.note.reversed") if any(view.construct(name)["reverse"] for name in names) else None
    return sentences([meaning, neutral, words("answers.note"), turned], words)


def _numbers(view: View, words: Words, scale: Scale, names: list[str]) -> dict[str, Any]:
    heads = [
        *columns(words, "construct"),
        *({"label": words.format(value, "int"), "numeric": True} for value in _values(scale)),
    ]
    rows = []
    for name in names:
        cells = [_share(view, name, value) for value in _values(scale)]
        base = base_cell(next((row for row in cells if row is not None), None), words)
        rows.append([label(name, words), *(cell(row, "cell", words) for row in cells), base])
    return table([*heads, *columns(words, "construct", "base")[1:]], rows, caption=words("answers.numbers"))


def _wording(view: View, words: Words) -> dict[str, Any]:
    """Construct, item, exact wording and base, an item a row."""
    rows = []
    for name in view.used:
        construct = view.construct(name)
        for item, texts in construct["items"].items():
            wording = words.pick(texts)
            row = view.estimate("nonresponse", "item_missing", item)
            rows.append(
                [
                    label(name, words),
                    words("answers.reversed", item=item) if item in construct["reverse"] else item,
                    {"text": wording or words("answers.wording.none"), "muted": wording is None},
                    base_cell(row, words),
                ]
            )
    return table(columns(words, "construct", "item*", "wording*", "base"), rows)


def _scores(view: View, words: Words) -> dict[str, Any]:
    found = {name: [view.estimate("reliability", metric, name) for metric in ("alpha", "omega")] for name in view.used}
    rows = [
        [
            label(name, words),
            words.format(len(view.construct(name)["items"]), "int"),
            *(cell(view.estimate("description", metric, name), "num2", words) for metric in ("mean", "sd")),
            interval(view.estimate("description", "mean", name), "num2", words),
            cell(_top2(view, name), "pct1", words),
            with_interval(alpha, "r", words),
            cell(omega, "r", words),
        ]
        for name, (alpha, omega) in found.items()
    ]
    heads = columns(words, "construct", "items", "mean", "sd", "interval", "top2", "alpha", "omega")
    states = state_notes((row for pair in found.values() for row in pair), words)
    note = sentences([words("answers.scores.note"), states], words)
    return table(heads, rows, caption=words("answers.scores.caption"), note=note)
