"""Coefficients by segment: small panels side by side, or all segments under each driver on a narrow drawing."""

from __future__ import annotations

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts import _axis
from pipeline.report.charts._shapes import ChartTexts, Forest, ForestRow, Panel
from pipeline.report.charts._text import Block, fit, label, pitch

SIZE = 14.0
PITCH = 32.0
HEAD = 48.0
MOST = 4


def draw(data: Forest, *, width: int, uid: str, texts: ChartTexts) -> Markup:
    """Dots on their intervals; hollow where the interval holds zero, faded where the base is small."""
    rows = [(panel, row) for panel in data.panels for row in panel.rows]
    low, high = _axis.extent((v for _, row in rows for v in (row.value, row.low, row.high)), hold=(0.0,), pad=0.03)
    marks, height = (_side_by_side if width >= 600 else _stacked)(data, float(width), (low, high))
    return svg.drawing(
        *marks,
        width=width,
        height=height,
        uid=uid,
        title=texts.title,
        description=texts.spoken([(f"{panel.title} · {row.label}", row.text) for panel, row in rows]),
        class_="forest",
    )


def _side_by_side(data: Forest, full: float, span: tuple[float, float]) -> tuple[list[Markup], float]:
    """Panels in bands of at most four, the drivers' names at the left of every band."""
    names = [fit(row.label, full * 0.24, SIZE) for row in data.panels[0].rows]
    step, start = pitch(names, PITCH), max(name.width for name in names) + 14
    across = min(MOST, len(data.panels))
    each = min((full - start) / across, 300.0)
    marks: list[Markup] = []
    tall = HEAD + step * len(names) + 30
    for number, panel in enumerate(data.panels):
        left, top = start + number % across * each, (number // across) * (tall + 14)
        scale = _axis.Scale(low=span[0], high=span[1], start=left + 8, end=left + each - 14)
        marks += [_names(names, start - 14, top + HEAD, step)] if number % across == 0 else []
        marks.append(_panel(panel, scale, top, step))
    bands = -(-len(data.panels) // across)
    foot = bands * tall + (bands - 1) * 14
    return [*marks, svg.text(data.axis_title, start + 8, foot + 10, "axis-title", None, 13)], foot + 18


def _names(names: list[Block], x: float, top: float, step: float) -> Markup:
    return Markup("").join(label(name, x, top + step * (i + 0.5), "name", "end") for i, name in enumerate(names))


def _panel(panel: Panel, scale: _axis.Scale, top: float, step: float) -> Markup:
    room = scale.end - scale.start + 14
    title = fit(panel.title, room, SIZE, bold=True, lines=1)
    below = fit(panel.subtitle, room, 13, bold=panel.muted, lines=1)
    foot = top + HEAD + step * len(panel.rows)
    return svg.group(
        label(title, scale.start, top + 10, "name strong"),
        label(below, scale.start, top + 29, "warning" if panel.muted else "rank"),
        _axis.grid(scale, top + HEAD, foot, 5),
        *(_dot(row, scale, top + HEAD + step * (i + 0.5), panel.muted) for i, row in enumerate(panel.rows)),
        _axis.bottom(scale, foot, percent=False, most=5),
    )


def _dot(row: ForestRow, scale: _axis.Scale, y: float, muted: bool) -> Markup:
    if row.value is None:
        return svg.group(svg.text("–", scale(0.0), y + 4, "tick", "middle"), title=f"{row.label} · {row.text}")
    faded = " faded" if muted else ""
    bounded = row.low is not None and row.high is not None
    open_ = not bounded or (row.low or 0.0) <= 0 <= (row.high or 0.0)
    span = [svg.line(scale(row.low or 0.0), y, scale(row.high or 0.0), y, "span" + faded)] if bounded else []
    dot = svg.circle(scale(row.value), y, 5.5, ("dot hollow" if open_ else "dot") + faded)
    return svg.group(*span, dot, title=f"{row.label} · {row.text}".strip())


def _stacked(data: Forest, full: float, span: tuple[float, float]) -> tuple[list[Markup], float]:
    """Every driver a group of rows, one row a segment."""
    blocks = [fit(panel.title, full * 0.34, 13, lines=1) for panel in data.panels]
    start = max(block.width for block in blocks) + 12
    scale = _axis.Scale(low=span[0], high=span[1], start=start + 6, end=full - 10)
    marks, y = _bases(data, full)
    for place, first in enumerate(data.panels[0].rows):
        marks.append(label(fit(first.label, full, SIZE, bold=True, lines=1), 0, y + 10, "name strong"))
        top = y + 22
        marks.append(_axis.grid(scale, top, top + 26 * len(data.panels), 5))
        for number, panel in enumerate(data.panels):
            middle = top + 26 * (number + 0.5)
            marks.append(label(blocks[number], start - 12, middle, "warning plain" if panel.muted else "rank", "end"))
            marks.append(_dot(panel.rows[place], scale, middle, panel.muted))
        y = top + 26 * len(data.panels) + 14
    marks.append(_axis.bottom(scale, y - 14, percent=False, most=5))
    marks.append(svg.text(data.axis_title, 0, y + 26, "axis-title", None, 13))
    return marks, y + 34


def _bases(data: Forest, full: float) -> tuple[list[Markup], float]:
    """One line a panel at the top: its title and its base."""
    marks: list[Markup] = []
    for number, panel in enumerate(data.panels):
        words = f"{panel.title} · {panel.subtitle}" if panel.subtitle else panel.title
        block = fit(words, full, 13, bold=panel.muted, lines=1)
        marks.append(label(block, 0, 10 + 20 * number, "warning" if panel.muted else "rank"))
    return marks, 20.0 * len(data.panels) + 14
