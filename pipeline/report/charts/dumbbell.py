"""A share before and after a correction: two dots a driver, each on its own interval, joined by a line."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts import _axis
from pipeline.report.charts._shapes import ChartTexts, Dumbbell, DumbbellRow
from pipeline.report.charts._text import Block, fit, label, pitch
from pipeline.report.charts._text import width as measured

SIZE = 14.0
APART = 6.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    full: float
    wide: bool
    labels: tuple[Block, ...]
    scale: _axis.Scale
    top: float
    pitch: float

    @property
    def foot(self) -> float:
        return self.top + self.pitch * len(self.labels)

    def middle(self, row: int) -> float:
        return self.top + self.pitch * (row + 0.5) + (0 if self.wide else 10)


def draw(data: Dumbbell, *, width: int, uid: str, texts: ChartTexts) -> Markup:
    """Rows in the order given: the hollow dot above is before, the full one below after."""
    at = _layout(data, float(width))
    return svg.drawing(
        *_legend(data, at),
        *_grid(at),
        *(_row(at, row, number) for number, row in enumerate(data.rows)),
        _axis.bottom(at.scale, at.foot, percent=data.percent),
        width=width,
        height=at.foot + 28,
        uid=uid,
        title=texts.title,
        description=texts.spoken([(row.label, row.text) for row in data.rows]),
        class_="dumbbell",
    )


def _layout(data: Dumbbell, full: float) -> Layout:
    wide = full >= 600
    texts = max((measured(row.text, 13) for row in data.rows), default=0.0)
    room = full * 0.28 if wide else max(full - texts - 14, full * 0.4)
    labels = tuple(fit(row.label, room, SIZE, lines=2 if wide else 1) for row in data.rows)
    start = max((block.width for block in labels), default=0.0) + 16 if wide else 18.0
    fields = ("before", "before_low", "before_high", "after", "after_low", "after_high")
    low, high = _axis.extent(
        (getattr(row, name) for row in data.rows for name in fields), hold=(0.0,) if data.from_zero else ()
    )
    scale = _axis.Scale(low=low, high=high, start=start, end=full - (min(texts, full * 0.2) + 20 if wide else 18))
    step = pitch(labels, 40.0) if wide else 56.0
    return Layout(full=full, wide=wide, labels=labels, scale=scale, top=32.0 if wide else 52.0, pitch=step)


def _legend(data: Dumbbell, at: Layout) -> list[Markup]:
    """Both kinds of dots with their names, beside each other where there is room."""
    marks, x = [], at.scale.start if at.wide else 0.0
    for number, (words, kind) in enumerate(((data.before_title, "dot hollow"), (data.after_title, "dot"))):
        block = fit(words, (at.full - at.scale.start) / 2 - 24 if at.wide else at.full - 20, 13, lines=1)
        y = 10.0 if at.wide else 10.0 + 20 * number
        marks += [svg.circle(x + 6, y, 5, kind), label(block, x + 18, y, "axis-title")]
        x += block.width + 40 if at.wide else 0
    return marks


def _grid(at: Layout) -> list[Markup]:
    """The grid, broken on a narrow drawing where the labels stand."""
    if at.wide:
        return [_axis.grid(at.scale, at.top, at.foot)]
    rows = (at.middle(row) for row in range(len(at.labels)))
    return [_axis.grid(at.scale, middle - APART - 6, middle + APART + 6) for middle in rows]


def _row(at: Layout, row: DumbbellRow, number: int) -> Markup:
    y = at.middle(number)
    above = y - APART - 18
    words = fit(row.text, at.full * (0.2 if at.wide else 0.5), 13, lines=2 if at.wide else 1)
    shown = label(words, at.full, y if at.wide else above, "rank", "end")
    if at.wide:
        named = label(at.labels[number], at.scale.start - 16, y, "name", "end")
    else:
        named = label(fit(row.label, at.full - words.width - 12, SIZE, lines=1), 0, above, "name")
    before = _dot(at, row.before, row.before_low, row.before_high, y - APART, "hollow")
    after = _dot(at, row.after, row.after_low, row.after_high, y + APART, "")
    return svg.group(named, shown, *_thread(at, row, y), *before, *after, title=f"{row.label} · {row.text}")


def _thread(at: Layout, row: DumbbellRow, y: float) -> list[Markup]:
    if row.before is None or row.after is None:
        return []
    return [svg.line(at.scale(row.before), y - APART, at.scale(row.after), y + APART, "join")]


def _dot(at: Layout, value: float | None, low: float | None, high: float | None, y: float, kind: str) -> list[Markup]:
    if value is None:
        return []
    bounded = low is not None and high is not None
    span = [svg.line(at.scale(low or 0.0), y, at.scale(high or 0.0), y, "span light" if kind else "span")]
    return [*(span if bounded else []), svg.circle(at.scale(value), y, 5, f"dot {kind}".strip())]
