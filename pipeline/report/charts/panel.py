"""The method panel: every driver by every method, a bar a cell, the first and the top set of each method marked."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts import _axis
from pipeline.report.charts._shapes import ChartTexts, MethodCell, MethodRow, Methods
from pipeline.report.charts._text import Block, fit, label, pitch
from pipeline.report.charts._text import width as measured

SIZE = 14.0
FIGURE = 12.0
GAP = 5.0
THICK = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`scale` maps a share to a place inside a cell, counted from the cell's left side."""

    full: float
    wide: bool
    labels: tuple[Block, ...]
    start: float
    column: float
    scale: _axis.Scale
    top: float
    pitch: float

    def middle(self, row: int) -> float:
        """Height of the middle of the cells; on a narrow drawing the label stands above them."""
        return self.top + self.pitch * (row + 0.5) + (0 if self.wide else 14)

    def left(self, column: int) -> float:
        return self.start + self.column * column


def draw(data: Methods, *, width: int, uid: str, texts: ChartTexts) -> Markup:
    """Rows and columns in the order given; a cell without a value holds its text alone."""
    at = _layout(data, float(width))
    return svg.drawing(
        *_heads(at, data),
        *(_row(at, data, row, number) for number, row in enumerate(data.rows)),
        width=width,
        height=at.top + at.pitch * len(data.rows) + 4,
        uid=uid,
        title=texts.title,
        description=texts.spoken([(row.label, _spoken(data, row)) for row in data.rows]),
        class_="panel",
    )


def _spoken(data: Methods, row: MethodRow) -> str:
    cells = ", ".join(f"{method} {cell.text}" for method, cell in zip(data.methods, row.cells, strict=True))
    return f"{cells} ({row.text})" if row.text else cells


def _layout(data: Methods, full: float) -> Layout:
    wide = full >= 600
    sums = max([measured(row.text, 13) for row in data.rows] + [measured(data.text_title, 13) * wide], default=0.0)
    room = full * 0.22 if wide else full - sums - 16
    labels = tuple(fit(row.label, room, SIZE, bold=_leads(row), lines=2 if wide else 1) for row in data.rows)
    start = max((block.width for block in labels), default=0.0) + 12 if wide else 0.0
    column = (full - start - (min(sums, full * 0.14) + 12 if wide and sums else 0)) / max(len(data.methods), 1)
    low, high = _axis.extent((cell.value for row in data.rows for cell in row.cells), hold=(0.0,))
    return Layout(
        full=full,
        wide=wide,
        labels=labels,
        start=start,
        column=column,
        scale=_axis.Scale(low=low, high=high, start=GAP, end=column - GAP - 2),
        top=30.0,
        pitch=pitch(labels, 40.0) if wide else 68.0,
    )


def _leads(row: MethodRow) -> bool:
    """Whether most methods put the driver first."""
    return sum(cell.first for cell in row.cells) * 2 > len(row.cells)


def _heads(at: Layout, data: Methods) -> list[Markup]:
    """The methods above their columns, and the title of the sums above theirs."""
    size, kind, inset = (FIGURE, "axis-title strong", GAP - 2) if at.wide else (11.0, "axis-title", 1.0)
    blocks = [fit(method, at.column - inset - at.wide, size, bold=at.wide, lines=1) for method in data.methods]
    heads = [label(block, at.left(i) + inset, 14, kind) for i, block in enumerate(blocks)]
    sums = [svg.text(data.text_title, at.full, 19, "axis-title", "end", 13)] if at.wide and data.text_title else []
    return [*heads, *sums, svg.line(at.start, at.top - 4, at.full, at.top - 4, "grid")]


def _row(at: Layout, data: Methods, row: MethodRow, number: int) -> Markup:
    middle, kind = at.middle(number), "name strong" if _leads(row) else "name"
    above = middle - 30
    if at.wide:
        named = label(at.labels[number], at.start - 12, middle, kind, "end")
    else:
        named = label(at.labels[number], 0, above, kind)
    sums = fit(row.text, at.full * 0.14 if at.wide else at.full * 0.5, 13, lines=1)
    summed = label(sums, at.full, middle if at.wide else above, "rank", "end")
    cells = zip(data.methods, row.cells, strict=True)
    drawn = (_cell(at, at.left(i), middle, cell, f"{row.label} · {name}") for i, (name, cell) in enumerate(cells))
    return svg.group(named, *drawn, summed)


def _cell(at: Layout, left: float, middle: float, cell: MethodCell, name: str) -> Markup:
    """The figure above its bar; a tint where it belongs to the top set, a ring where it comes first."""
    tint = [svg.rect(left + 1, middle - 18, at.column - 2, 36, "tint", 3)] if cell.top or cell.first else []
    kind = "value" if cell.first else "name" if cell.top else "tick"
    ring = [svg.rect(left + 1.5, middle - 17.5, at.column - 3, 35, "ring", 3)] if cell.first else []
    words = fit(cell.text, at.column - GAP - 3, FIGURE, bold=cell.first, lines=1)
    shown = label(words, left + GAP, middle - 7, kind)
    return svg.group(*tint, *ring, shown, *_bar(at, left, middle + 8, cell), title=f"{name} · {cell.text}")


def _bar(at: Layout, left: float, y: float, cell: MethodCell) -> list[Markup]:
    if cell.value is None:
        return []
    zero, end = left + at.scale(0.0), left + at.scale(cell.value)
    kind = "bar lead" if cell.first else "bar" if cell.value >= 0 else "bar below"
    bar = svg.rect(min(zero, end), y - THICK / 2, abs(end - zero), THICK, kind)
    return [bar, svg.line(zero, y - THICK / 2 - 1.5, zero, y + THICK / 2 + 1.5, "zero")]
