"""Figures of each wave that respondents did not give: a table with their sources, and a line for the first few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.charts import Line, LinePoint, Tick
from pipeline.report.sections._common import columns, figure, named_columns, table
from pipeline.report.sections.journey._drawn import heights
from pipeline.report.view import View
from pipeline.report.words import Words

MOST_FIGURES = 3
MOST_COLUMNS = 5
"""Waves beside one another."""
Part = dict[str, Any]
Given = Mapping[str, Any]


def figures(view: View, words: Words) -> tuple[Part | None, list[Part]]:
    """The table of all figures, and the drawings; they are shown beside the answers and never tested against them."""
    asked: Sequence[Given] = view.study["asked"]["journey"]["context"]
    if not asked:
        return None, []
    variable, levels = _waves(view, asked)
    names = list(dict.fromkeys(one["name"] for one in asked))
    drawn = [_line(words, [one for one in asked if one["name"] == name], variable, levels, at)
             for at, name in enumerate(names[:MOST_FIGURES], start=1)]  # fmt: skip
    return _table(words, asked, variable, levels), [one for one in drawn if one is not None]


def _waves(view: View, asked: Sequence[Given]) -> tuple[str, list[str]]:
    """The wave variable, and its levels in the order of the study."""
    wanted = {one["wave"] for one in asked}
    for segment in view.study["segments"]:
        levels = [level["value"] for level in segment["levels"]]
        if wanted & set(levels):
            return str(segment["variable"]), levels
    return "", []


def _table(words: Words, asked: Sequence[Given], variable: str, levels: Sequence[str]) -> Part:
    """A line a figure and a wave a column; many waves have a line each."""
    names = list(dict.fromkeys(one["name"] for one in asked))
    waves = [level for level in levels if any(one["wave"] == level for one in asked)]
    if len(waves) > MOST_COLUMNS:
        return _long(words, asked, variable)
    rows = []
    for name in names:
        own = {one["wave"]: one for one in asked if one["name"] == name}
        cells = [words.format(own[wave]["value"], "plain") if wave in own else words("ui.dash") for wave in waves]
        first = next(iter(own.values()))
        sources = "; ".join(dict.fromkeys(one["source"] for one in own.values()))
        rows.append(
            [words.format(f"figure:{name}", "Label"), words.pick(first["unit"]) or words("ui.dash"), *cells, sources]
        )
    heads = [
        *columns(words, "journey_figure", "journey_unit*"),
        *named_columns(_wave(words, variable, wave) for wave in waves),
        *columns(words, "journey_figure", "journey_source*")[1:],
    ]  # fmt: skip
    return table(heads, rows, caption=words("journey.context.numbers"))


def _long(words: Words, asked: Sequence[Given], variable: str) -> Part:
    rows = [
        [words.format(f"figure:{one['name']}", "Label"), _wave(words, variable, one["wave"]),
         words.format(one["value"], "plain"), words.pick(one["unit"]) or words("ui.dash"), one["source"]]
        for one in asked
    ]  # fmt: skip
    heads = columns(words, "journey_figure", "journey_wave*", "journey_value", "journey_unit*", "journey_source*")
    return table(heads, rows, caption=words("journey.context.numbers"))


def _wave(words: Words, variable: str, level: str) -> str:
    return words.labels.get(f"{variable}={level}", level)


def _line(words: Words, own: Sequence[Given], variable: str, levels: Sequence[str], at: int) -> Part | None:
    """A line through the waves in which the figure is given; none for a figure of one wave."""
    known = {one["wave"]: one["value"] for one in own}
    if len(known) < 2 or not set(known) <= set(levels):
        return None
    title = words.format(f"figure:{own[0]['name']}", "Label")
    points = tuple(LinePoint(x=float(place), y=known.get(level)) for place, level in enumerate(levels))
    below = tuple(Tick(at=float(place), name=_wave(words, variable, level)) for place, level in enumerate(levels))
    ends = [words.format(known[level], "plain") for level in levels if level in known]
    line = Line(label=title, points=points, text=words("journey.line", first=ends[0], last=ends[-1]), tone="soft")
    return figure(
        "lines", heights([line], below, words, "plain", words.pick(own[0]["unit"]) or ""), words,
        uid=f"journey-context-{at}", title=title, subtitle=words("journey.context.subtitle"),
        description=words("journey.context.description"), note=None, numbers=_table(words, own, variable, levels),
    )  # fmt: skip
