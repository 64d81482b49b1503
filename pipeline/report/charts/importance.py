"""Importance bars with their intervals, the line below the leading group and a column of rank ranges."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts import _axis
from pipeline.report.charts._shapes import Bar, Bars, ChartTexts
from pipeline.report.charts._text import Block, fit, label, pitch, width

SIZE = 14.0
THICK = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    width: float
    wide: bool
    labels: tuple[Block, ...]
    scale: _axis.Scale
    top: float
    pitch: float

    @property
    def foot(self) -> float:
        return self.top + self.pitch * len(self.labels)

    def middle(self, row: int) -> float:
        """Height of the bar's middle; on a narrow drawing the label stands above it."""
        return self.top + self.pitch * (row + 0.5) + (0 if self.wide else 10)


def draw(data: Bars, *, width: int, uid: str, texts: ChartTexts) -> Markup:
    """Bars in the order given; a bar without a value leaves its text alone."""
    at = _layout(data, float(width))
    marks = [
        *_grid(at),
        *(_row(at, bar, row) for row, bar in enumerate(data.bars)),
        *_ranks(at, data),
        _divider(at, data.divider_after),
        _axis.bottom(at.scale, at.foot, percent=data.percent),
    ]
    return svg.drawing(
        *marks,
        width=width,
        height=at.foot + 28,
        uid=uid,
        title=texts.title,
        description=texts.spoken([(bar.label, _spoken(data, bar)) for bar in data.bars]),
        class_="importance",
    )


def _spoken(data: Bars, bar: Bar) -> str:
    rank = f"({data.rank_title} {bar.rank_text})" if bar.rank_text else ""
    span = f"[{bar.range_text}]" if bar.range_text else ""
    return " ".join(part for part in (bar.value_text, span, rank) if part)


def _layout(data: Bars, full: float) -> Layout:
    wide = full >= 600
    ranks = max([width(bar.rank_text, SIZE) for bar in data.bars] + [width(data.rank_title, 13) * wide], default=0.0)
    room = full * 0.3 if wide else full - ranks - 16
    labels = tuple(fit(bar.label, room, SIZE, bold=bar.leading, lines=2 if wide else 1) for bar in data.bars)
    start = max((block.width for block in labels), default=0.0) + 12 if wide else 4.0
    values = max((width(bar.value_text, SIZE, bold=True) for bar in data.bars), default=0.0)
    low, high = _axis.extent((value for bar in data.bars for value in (bar.value, bar.low, bar.high)), hold=(0.0,))
    end = full - values - 14 - (ranks + 20 if wide else 0)
    scale = _axis.Scale(low=low, high=high, start=start, end=end)
    return Layout(
        width=full, wide=wide, labels=labels, scale=scale, top=30.0, pitch=pitch(labels, 38.0) if wide else 52.0
    )


def _grid(at: Layout) -> list[Markup]:
    """The grid, broken on a narrow drawing where the labels stand."""
    if at.wide:
        return [_axis.grid(at.scale, at.top, at.foot)]
    rows = (at.middle(row) for row in range(len(at.labels)))
    return [_axis.grid(at.scale, middle - THICK / 2 - 3, middle + THICK / 2 + 3) for middle in rows]


def _row(at: Layout, bar: Bar, row: int) -> Markup:
    block, middle = at.labels[row], at.middle(row)
    kind = "name strong" if bar.leading else "name"
    if at.wide:
        named = label(block, at.scale.start - 12, middle, kind, "end")
    else:
        named = label(block, 0, middle - THICK / 2 - 13, kind)
    value = "value muted" if bar.muted else "value"
    shown = svg.text(bar.value_text, _end(at, bar) + 8, middle + 5, value)
    hover = " · ".join(text for text in (bar.label, bar.value_text, bar.range_text) if text)
    return svg.group(named, *_bar(at, bar, middle), shown, title=hover)


def _end(at: Layout, bar: Bar) -> float:
    return max(at.scale(value) for value in (0.0, bar.value, bar.high) if value is not None)


def _bar(at: Layout, bar: Bar, middle: float) -> list[Markup]:
    if bar.value is None:
        return []
    zero, end = at.scale(0.0), at.scale(bar.value)
    kind = "bar faint" if bar.muted else "bar lead" if bar.leading else "bar"
    drawn = [svg.rect(min(zero, end), middle - THICK / 2, abs(end - zero), THICK, kind, 1)]
    if bar.low is not None and bar.high is not None:
        drawn += _axis.whisker(at.scale(bar.low), at.scale(bar.high), middle)
    return drawn


def _ranks(at: Layout, data: Bars) -> list[Markup]:
    lift = 0.0 if at.wide else -THICK / 2 - 13
    head = svg.text(data.rank_title, at.width, 16, "axis-title", "end", 13)
    heights = [at.middle(row) + lift + 5 for row in range(len(data.bars))]
    ranks = zip(data.bars, heights, strict=True)
    return [head, *(svg.text(bar.rank_text, at.width, y, "rank", "end") for bar, y in ranks)]


def _divider(at: Layout, after: int | None) -> Markup:
    if not after or after >= len(at.labels):
        return Markup("")
    y = at.top + at.pitch * after + (0 if at.wide else 4)
    return svg.line(0, y, at.width, y, "divider")
