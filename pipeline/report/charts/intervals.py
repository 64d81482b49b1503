"""A few figures, each a dot on its interval, against one reference line."""

from __future__ import annotations

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts import _axis
from pipeline.report.charts._shapes import ChartTexts, IntervalRow, Intervals
from pipeline.report.charts._text import fit, label
from pipeline.report.charts._text import width as measured

SIZE = 14.0


def draw(data: Intervals, *, width: int, uid: str, texts: ChartTexts) -> Markup:
    """Rows in the order given; the label stands above its line on a narrow drawing."""
    wide = width >= 600
    pitch, top = (34.0 if wide else 46.0), 8.0
    foot = top + pitch * len(data.rows)
    scale = _scale(data, float(width), wide)
    place = [] if data.reference is None else [scale(data.reference)]
    rows = [_row(scale, row, top + pitch * (i + 0.5), float(width), wide) for i, row in enumerate(data.rows)]
    return svg.drawing(
        *(_axis.grid(scale, *ends) for ends in _spans(wide, top, foot, pitch)),
        *(svg.line(x, y, x, end, "quadrant-line") for x in place for y, end in _spans(wide, top, foot, pitch)),
        *rows,
        _axis.bottom(scale, foot, percent=data.percent),
        width=width,
        height=foot + 28,
        uid=uid,
        title=texts.title,
        description=texts.spoken([(row.label, row.text) for row in data.rows]),
        class_="intervals",
    )


def _spans(wide: bool, top: float, foot: float, pitch: float) -> list[tuple[float, float]]:
    """Heights of the grid, broken on a narrow drawing where the labels stand."""
    rows = round((foot - top) / pitch)
    return [(top, foot)] if wide else [(top + pitch * i + 24, top + pitch * (i + 1)) for i in range(rows)]


def _scale(data: Intervals, full: float, wide: bool) -> _axis.Scale:
    values = (value for row in data.rows for value in (row.value, row.low, row.high))
    low, high = _axis.extent(values, hold=(data.low, data.high))
    if not wide:
        return _axis.Scale(low=low, high=high, start=8, end=full - 16)
    start = max((fit(row.label, full * 0.3, SIZE).width for row in data.rows), default=0.0) + 20
    texts = max((min(measured(row.text, 13), full * 0.3) for row in data.rows), default=0.0)
    return _axis.Scale(low=low, high=high, start=start, end=full - texts - 24)


def _row(scale: _axis.Scale, row: IntervalRow, middle: float, full: float, wide: bool) -> Markup:
    y = middle if wide else middle + 10
    words = fit(row.text, full * (0.3 if wide else 0.45), 13)
    if wide:
        named = label(fit(row.label, full * 0.3, SIZE), scale.start - 20, y, "name", "end")
    else:
        named = label(fit(row.label, full - words.width - 12, SIZE, lines=1), 0, y - 20, "name")
    shown = label(words, full, y if wide else y - 20, "rank", "end")
    return svg.group(named, shown, *_dot(scale, row, y), title=f"{row.label} · {row.text}".strip())


def _dot(scale: _axis.Scale, row: IntervalRow, y: float) -> list[Markup]:
    if row.value is None:
        return []
    span = [] if row.low is None or row.high is None else [svg.line(scale(row.low), y, scale(row.high), y, "span")]
    return [*span, svg.circle(scale(row.value), y, 5.5, "dot")]
