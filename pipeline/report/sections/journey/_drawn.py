"""Lines over the waves, with the texts of their axes."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.report.charts import Line, Lines, Tick, ticks
from pipeline.report.view import Row, shown
from pipeline.report.words import Words

MOST_TICKS = 6
ROOM = 0.08
"""Part of the range that is left free above and below the lines."""


def waved(series: Sequence[Line], groups: Sequence[str], words: Words, spec: str) -> Lines:
    """Lines over waves 0, 1, 2 … with their names below."""
    return heights(
        series,
        tuple(Tick(at=float(at), name=words.format(group, "group")) for at, group in enumerate(groups)),
        words,
        spec,
        "",
    )


def heights(series: Sequence[Line], below: tuple[Tick, ...], words: Words, spec: str, title: str) -> Lines:
    """The lines with ticks at round heights; an axis of shares begins at nothing."""
    values = [
        value
        for line in series
        for point in line.points
        for value in (point.y, point.low, point.high)
        if value is not None
    ]
    low, high = min(values), max(values)
    room = ROOM * ((high - low) or abs(high) or 1.0)
    low = 0.0 if spec in ("pct", "plain") and low >= 0 else low - room
    beside = tuple(
        Tick(at=value, name=words.format(value, "cell" if spec == "pct" else spec))
        for value in ticks(low, high + room, MOST_TICKS)
    )
    return Lines(series=tuple(series), x_ticks=below, y_ticks=beside, y_title=title)


def spoken(rows: Sequence[Row | None], words: Words, spec: str) -> str:
    """The first and the last figure of a line, for those who hear it."""
    known = [row for row in rows if row is not None and shown(row)]
    if not known:
        return words("ui.dash")
    ends = [words.format(row["estimate"], spec) for row in (known[0], known[-1])]
    return words("journey.line", first=ends[0], last=ends[1])
