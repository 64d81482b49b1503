"""Lines over prices, doses or waves: each named at its end, with bands or whiskers, marks and a tinted range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts import _axis
from pipeline.report.charts._ends import name_ticks, rising, spread
from pipeline.report.charts._lines import Line, LinePoint, Lines, Mark, Tick
from pipeline.report.charts._shapes import ChartTexts
from pipeline.report.charts._text import Block, fit, label

SIZE = 13.0
TICK = 12.0
MOST_DOTS = 12
ROW = 17.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Scales of both axes (y falls), names of the lines with the heights of their middles, rows of the marks."""

    full: float
    x: _axis.Scale
    y: _axis.Scale
    names: tuple[Block, ...]
    marks: tuple[tuple[Block, float, int], ...]
    left: tuple[tuple[Block, float], ...]

    @property
    def top(self) -> float:
        return self.y.end

    @property
    def foot(self) -> float:
        return self.y.start


def draw(data: Lines, *, width: int, uid: str, texts: ChartTexts) -> Markup:
    """Lines in the order given, the last on top; a line without a value is named in the description alone."""
    plot = _plot(data, float(width))
    below, foot = _bottom(data, plot)
    return svg.drawing(
        *_ground(data, plot),
        *_key(data, plot),
        *_marks(data, plot),
        *(_band(plot, line) for line in data.series if line.band),
        *(_line(plot, line) for line in data.series),
        *_names(data, plot),
        *below,
        width=width,
        height=foot,
        uid=uid,
        title=texts.title,
        description=texts.spoken(_spoken(data)),
        class_="lines",
    )


def _spoken(data: Lines) -> list[tuple[str, str]]:
    lines, marks = ([(one.label, one.text) for one in group] for group in (data.series, data.marks))
    return lines + marks + ([(data.shade.label, data.shade.text)] if data.shade else [])


def _plot(data: Lines, full: float) -> Plot:
    wide = full >= 600
    left = [fit(tick.name, full * 0.26, TICK, lines=1) for tick in data.y_ticks]
    start = max([12.0, *(block.width + 10 for block in left)])
    shown = [line for line in data.series if _ending(line)]
    names = tuple(fit(line.label, full * (0.24 if wide else 0.28), SIZE if wide else 12, lines=3) for line in shown)
    end = full - max([10.0, *(block.width + 18 for block in names)])
    across = _axis.extent(_across(data))
    x = _axis.Scale(low=across[0], high=across[1], start=start + 8, end=end)
    marks = tuple(rising(_above(data.marks, x, full)))
    top = 8.0 + 20 * bool(data.y_title) + 20 * bool(data.shade) + ROW * max((row + 1 for *_, row in marks), default=0)
    tall = max(280.0 if wide else 230.0, sum(block.height + 4 for block in names))
    up = _axis.extent(_up(data))
    y = _axis.Scale(low=up[0], high=up[1], start=top + tall, end=top)
    return Plot(full=full, x=x, y=y, names=names, marks=marks, left=tuple(_level(data.y_ticks, left, y)))


def _across(data: Lines) -> Iterator[float]:
    yield from (point.x for line in data.series for point in line.points)
    yield from (one.at for one in data.x_ticks)
    yield from (one.x for one in data.marks)
    yield from (data.shade.low, data.shade.high) if data.shade else ()


def _up(data: Lines) -> Iterator[float | None]:
    for line in data.series:
        yield from (value for point in line.points for value in (point.y, point.low, point.high))
    yield from (one.at for one in data.y_ticks)


def _level(ticks: Sequence[Tick], blocks: Sequence[Block], y: _axis.Scale) -> Iterator[tuple[Block, float]]:
    """Names of the y axis from the lowest up, without those that would lie on the one before."""
    last = float("inf")
    for at, block in sorted((y(tick.at), block) for tick, block in zip(ticks, blocks, strict=True))[::-1]:
        if last - at >= ROW:
            last = at
            yield block, at


def _above(marks: Sequence[Mark], x: _axis.Scale, full: float) -> Iterator[tuple[Block, float]]:
    """Labels of the marks from left to right, each as wide as there is room to its right, with the line's place."""
    for mark in sorted(marks, key=lambda one: one.x):
        yield fit(mark.label, max(full - x(mark.x) - 4, full * 0.3), TICK, bold=True, lines=1), x(mark.x)


def _ending(line: Line) -> LinePoint | None:
    """The last point that has a value."""
    return next((point for point in reversed(line.points) if point.y is not None), None)


def _ground(data: Lines, plot: Plot) -> list[Markup]:
    marks = []
    if data.shade:
        low, high = plot.x(data.shade.low), plot.x(data.shade.high)
        marks.append(svg.rect(min(low, high), plot.top, abs(high - low), plot.foot - plot.top, "tint"))
    for block, at in plot.left:
        marks.append(svg.line(plot.x.start - 4, at, plot.x.end, at, "grid"))
        marks.append(label(block, plot.x.start - 10, at, "tick", "end"))
    return [*marks, svg.line(plot.x.start - 4, plot.foot, plot.x.end, plot.foot, "zero")]


def _key(data: Lines, plot: Plot) -> list[Markup]:
    """The title of the y axis and, below it, what the tinted range means."""
    marks = []
    if data.y_title:
        marks.append(label(fit(data.y_title, plot.full - 4, SIZE, lines=1), 0, 9, "axis-title"))
    if data.shade:
        at = 9.0 + 20 * bool(data.y_title)
        marks.append(svg.rect(0, at - 6, 18, 12, "tint"))
        marks.append(label(fit(data.shade.label, plot.full - 30, SIZE, lines=1), 26, at, "axis-title"))
    return marks


def _marks(data: Lines, plot: Plot) -> Iterator[Markup]:
    """Upright lines that end at their label; those farther left have theirs higher, so no line crosses a label."""
    rows = max((row for *_, row in plot.marks), default=0)
    for mark, (block, x, row) in zip(sorted(data.marks, key=lambda one: one.x), plot.marks, strict=True):
        middle = plot.top - ROW * (rows - row + 0.5)
        begin = min(x + 4, plot.full - block.width)
        line = svg.line(x, middle - 7, x, plot.foot, "quadrant-line")
        yield svg.group(
            line, label(block, begin, middle, "point-name"), title=f"{mark.label} · {mark.text}".strip(" ·")
        )


def _runs(line: Line) -> Iterator[list[LinePoint]]:
    """Neighbouring points that have a value."""
    run: list[LinePoint] = []
    for point in line.points:
        if point.y is None:
            if run:
                yield run
            run = []
        else:
            run.append(point)
    if run:
        yield run


def _path(plot: Plot, points: Sequence[tuple[float, float]], step: bool, begin: str = "M") -> str:
    parts: list[str] = []
    for x, y in points:
        across, down = svg.number(plot.x(x)), svg.number(plot.y(y))
        if not parts:
            parts.append(f"{begin}{across} {down}")
        else:
            parts.append(f"H{across}V{down}" if step else f"L{across} {down}")
    return "".join(parts)


def _band(plot: Plot, line: Line) -> Markup:
    """The area between the limits; under a step the way back goes down before it goes left."""
    path = ""
    for run in _runs(line):
        held = [(one.x, one.low, one.high) for one in run if one.low is not None and one.high is not None]
        path += _path(plot, [(x, high) for x, _, high in held], line.step)
        back = _stairs([(x, low) for x, low, _ in held]) if line.step else [(x, low) for x, low, _ in held]
        path += _path(plot, back[::-1], False, "L") + ("Z" if held else "")
    return svg.element("path", d=path, class_=f"band {line.tone}") if path else Markup("")


def _stairs(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of a step, spelt out."""
    found: list[tuple[float, float]] = []
    for x, y in points:
        found += [(x, found[-1][1]), (x, y)] if found else [(x, y)]
    return found


def _line(plot: Plot, line: Line) -> Markup:
    """The line itself, a dot at each point where they are few, whiskers where intervals are no band."""
    kind = f"track {line.tone}" + (" dashed" if line.dashed else "")
    marks = []
    for run in _runs(line):
        path = _path(plot, [(one.x, one.y) for one in run if one.y is not None], line.step)
        marks.append(svg.element("path", d=path, class_=kind))
    held = [point for run in _runs(line) for point in run]
    for point in held if len(held) <= MOST_DOTS and not line.step else ():
        marks += _dot(plot, line, point)
    return svg.group(*marks, title=f"{line.label} · {line.text}".strip(" ·"))


def _dot(plot: Plot, line: Line, point: LinePoint) -> Iterator[Markup]:
    x = plot.x(point.x)
    if not line.band and point.low is not None and point.high is not None:
        yield svg.line(x, plot.y(point.low), x, plot.y(point.high), f"limits {line.tone}")
    yield svg.circle(x, plot.y(point.y or 0.0), 4, f"dot {line.tone}")


def _names(data: Lines, plot: Plot) -> Iterator[Markup]:
    """Every line's name right of the plot, with a thread to the line's end where it had to move away."""
    ends = [(line, end) for line in data.series if (end := _ending(line))]
    wanted = [plot.y(end.y or 0.0) for _, end in ends]
    middles = spread(wanted, [block.height + 4 for block in plot.names], plot.top - 6, plot.foot + 6)
    for (line, end), block, at, middle in zip(ends, plot.names, wanted, middles, strict=True):
        x = plot.x(end.x)
        if abs(middle - at) > 3 or x < plot.x.end - 3:
            yield svg.line(x + 4, at, plot.x.end + 13, middle, "thread")
        yield label(block, plot.x.end + 16, middle, f"line-name {line.tone}")


def _bottom(data: Lines, plot: Plot) -> tuple[list[Markup], float]:
    """Names of the x axis, its title, and the height of all."""
    places = [(plot.x(tick.at), tick.name) for tick in sorted(data.x_ticks, key=lambda one: one.at)]
    named = name_ticks(places, plot.full, TICK)
    tall = max((block.height for block, _ in named), default=0.0)
    marks = [label(block, x, plot.foot + 8 + block.height / 2, "tick", "middle") for block, x in named]
    marks += [svg.line(x, plot.foot, x, plot.foot + 4, "zero") for _, x in named]
    foot = plot.foot + 14 + tall
    if data.x_title:
        title = fit(data.x_title, plot.full - 4, SIZE, lines=1)
        marks.append(label(title, max(plot.x.end, title.width), foot + 8, "axis-title", "end"))
        foot += 20
    return marks, foot
