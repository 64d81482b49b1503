"""The map of performance and importance: intervals both ways, the two quadrants that matter tinted."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts import _axis
from pipeline.report.charts._places import Area, Marker, place
from pipeline.report.charts._shapes import ChartTexts, Point, Quadrants
from pipeline.report.charts._text import Block, fit, label
from pipeline.report.charts._text import width as measured

SIZE = 14.0
BAND = 30.0
KEY = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    frame: Area
    x: _axis.Scale
    y: _axis.Scale
    middle: float
    level: float


def draw(data: Quadrants, *, width: int, uid: str, texts: ChartTexts) -> Markup:
    """Points with a label each that covers no other; a point without both values is named in the description alone.

    Where the labels would crowd the drawing, the points carry numbers and the labels stand below it.
    """
    plot = _plot(data, float(width))
    corners = _corners(data, plot)
    shown = [point for point in data.points if point.x is not None and point.y is not None]
    blocks = [fit(point.label, width * 0.26, SIZE if width >= 600 else 13, bold=True) for point in shown]
    key = _key(shown, plot, float(width)) if _crowded(blocks, plot.frame, width) else []
    markers = [_marker(plot, *one) for one in zip(shown, _numbers(blocks) if key else blocks, strict=True)]
    areas = place(markers, plot.frame, [area for _, area, _ in corners], _borders(plot))
    return svg.drawing(
        *_ground(data, plot),
        *(label(block, area.left, (area.top + area.foot) / 2, kind) for block, area, kind in corners),
        *(_cross(plot, point) for point in shown),
        *(_named(*parts) for parts in zip(shown, markers, areas, strict=True)),
        *key,
        width=width,
        height=plot.frame.foot + 48 + (KEY * len(key) + 12 if key else 0),
        uid=uid,
        title=texts.title,
        description=texts.spoken([(point.label, point.text) for point in data.points]),
        class_="quadrants",
    )


def _borders(plot: Plot) -> list[Area]:
    """The two dashed lines, which labels avoid where they can."""
    frame = plot.frame
    return [
        Area(left=plot.middle - 1, top=frame.top, right=plot.middle + 1, foot=frame.foot),
        Area(left=frame.left, top=plot.level - 1, right=frame.right, foot=plot.level + 1),
    ]


def _crowded(blocks: list[Block], frame: Area, width: int) -> bool:
    most = (0.2 if width >= 600 else 0.12) * (frame.right - frame.left) * (frame.foot - frame.top)
    return sum(block.width * block.height for block in blocks) > most


def _numbers(blocks: list[Block]) -> list[Block]:
    return [Block(lines=(str(number),), size=13, bold=True) for number in range(1, len(blocks) + 1)]


def _key(shown: list[Point], plot: Plot, full: float) -> list[Markup]:
    """One line a point below the drawing: its number and its label."""
    lines = []
    for number, point in enumerate(shown):
        y = plot.frame.foot + 56 + KEY * (number + 0.5)
        named = label(fit(point.label, full - 30, 13, lines=1), 28, y, "name")
        lines.append(svg.group(svg.text(str(number + 1), 18, y + 4.6, "point-name", "end", 13), named))
    return lines


def _plot(data: Quadrants, full: float) -> Plot:
    wide = full >= 600
    across = _axis.extent((v for p in data.points for v in (p.x, p.x_low, p.x_high)), hold=(data.x_line,), pad=0.04)
    up = _axis.extent((v for p in data.points for v in (p.y, p.y_low, p.y_high)), hold=(data.y_line,))
    texts = (_axis.tick_text(value, data.y_percent) for value in _axis.ticks(*up, 6))
    left = max(46.0 if wide else 36.0, *(measured(text, _axis.TICK) + 10 for text in texts))
    frame = Area(left=left, top=26, right=full - 2, foot=26 + (370 if wide else 340))
    x = _axis.Scale(low=across[0], high=across[1], start=frame.left + 12, end=frame.right - 12)
    y = _axis.Scale(low=up[0], high=up[1], start=frame.foot - BAND, end=frame.top + BAND)
    return Plot(frame=frame, x=x, y=y, middle=x(data.x_line), level=y(data.y_line))


def _ground(data: Quadrants, plot: Plot) -> list[Markup]:
    frame, high = plot.frame, plot.level - plot.frame.top
    return [
        svg.rect(frame.left, frame.top, plot.middle - frame.left, high, "tint-warm"),
        svg.rect(plot.middle, frame.top, frame.right - plot.middle, high, "tint"),
        svg.line(plot.middle, frame.top, plot.middle, frame.foot, "quadrant-line"),
        svg.line(frame.left, plot.level, frame.right, plot.level, "quadrant-line"),
        svg.line(frame.left, frame.foot, frame.right, frame.foot, "zero"),
        _axis.bottom(_within(plot.x, frame), frame.foot, percent=data.x_percent),
        *_left(plot, data.y_percent),
        svg.text(data.y_title, 0, 13, "axis-title", None, 13),
        label(fit(data.x_title, frame.right, 13, lines=1), frame.right, frame.foot + 37, "axis-title", "end"),
    ]


def _within(scale: _axis.Scale, frame: Area) -> _axis.Scale:
    """The same scale with its ends drawn in by what a tick text needs."""
    step = (scale.high - scale.low) / (scale.end - scale.start)
    start, end = frame.left + 20, frame.right - 20
    low, high = scale.low + (start - scale.start) * step, scale.high + (end - scale.end) * step
    return _axis.Scale(low=low, high=high, start=start, end=end)


def _left(plot: Plot, percent: bool) -> list[Markup]:
    values = [value for value in _axis.ticks(plot.y.low, plot.y.high, 6) if value >= 0 or plot.y.low < 0]
    x = plot.frame.left - 8
    return [svg.text(_axis.tick_text(v, percent), x, plot.y(v) + 4, "tick", "end", _axis.TICK) for v in values]


def _corners(data: Quadrants, plot: Plot) -> list[tuple[Block, Area, str]]:
    """Texts of the four corners, each inside its own quadrant."""
    frame = plot.frame
    texts = [
        (data.fix, 0, 0, "corner fix"),
        (data.keep, 1, 0, "corner"),
        (data.low, 0, 1, "corner"),
        (data.overkill, 1, 1, "corner"),
    ]
    found = []
    for words, right, below, kind in texts:
        room = (frame.right - plot.middle if right else plot.middle - frame.left) - 16
        block = fit(words, max(room, 60), 13, bold=kind != "corner")
        left = frame.right - 8 - block.width if right else frame.left + 8
        top = frame.foot - 6 - block.height if below else frame.top + 6
        found.append((block, Area(left=left, top=top, right=left + block.width, foot=top + block.height), kind))
    return found


def _marker(plot: Plot, point: Point, block: Block) -> Marker:
    x, y = plot.x(point.x or 0.0), plot.y(point.y or 0.0)
    lines = []
    if point.x_low is not None and point.x_high is not None:
        lines.append(Area(left=plot.x(point.x_low), top=y - 1, right=plot.x(point.x_high), foot=y + 1))
    if point.y_low is not None and point.y_high is not None:
        lines.append(Area(left=x - 1, top=plot.y(point.y_high), right=x + 1, foot=plot.y(point.y_low)))
    return Marker(x=x, y=y, block=block, lines=tuple(lines))


def _cross(plot: Plot, point: Point) -> Markup:
    marks, x, y = [], plot.x(point.x or 0.0), plot.y(point.y or 0.0)
    if point.x_low is not None and point.x_high is not None:
        marks.append(svg.line(plot.x(point.x_low), y, plot.x(point.x_high), y, "cross"))
    if point.y_low is not None and point.y_high is not None:
        marks.append(svg.line(x, plot.y(point.y_low), x, plot.y(point.y_high), "cross"))
    return Markup("").join(marks)


def _named(point: Point, marker: Marker, area: Area) -> Markup:
    """The dot, its label, and a thread between them where the label had to move away."""
    kind = "dot warm" if point.emphasis else "dot"
    marks = [svg.circle(marker.x, marker.y, 6, kind)]
    near_x, near_y = min(max(marker.x, area.left), area.right), min(max(marker.y, area.top), area.foot)
    if abs(near_x - marker.x) + abs(near_y - marker.y) > 26:
        marks.insert(0, svg.line(marker.x, marker.y, near_x, near_y, "thread"))
    marks.append(label(marker.block, area.left + 3, (area.top + area.foot) / 2, "point-name"))
    return svg.group(*marks, title=f"{point.label} · {point.text}".strip())
