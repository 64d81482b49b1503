"""The specification curve: shares of two drivers over all specifications, and beneath it which choices each one made.

Specifications run from the smallest share of the leading driver to its largest. Below, a column of the grid stands for
one specification, or, where they are many, for a few neighbours; its height is the share of them that made the choice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts import _axis
from pipeline.report.charts._shapes import ChartTexts, Choice, Curve, Spec
from pipeline.report.charts._text import Block, fit, label
from pipeline.report.charts._text import width as measured

SIZE = 12.0
TALL = 150.0
ROW = 16.0
TICK = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`x` counts specifications, `y` holds shares; `rows` are the heights of the choices' middles."""

    full: float
    wide: bool
    order: tuple[Spec, ...]
    x: _axis.Scale
    y: _axis.Scale
    rows: tuple[float, ...]
    names: float
    sums: float

    @property
    def foot(self) -> float:
        return self.rows[-1] + ROW / 2 if self.rows else self.y.start + 10


def draw(data: Curve, *, width: int, uid: str, texts: ChartTexts) -> Markup:
    """Dots of the leading driver, dark where it comes first; dashes of the second; the headline ringed."""
    at = _layout(data, float(width))
    return svg.drawing(
        *_legend(data, at),
        *_ground(data, at),
        *_headline(data, at),
        _dashes(at),
        _dots(at, "spec behind", (i for i, spec in enumerate(at.order) if not spec.first)),
        _dots(at, "spec", (i for i, spec in enumerate(at.order) if spec.first)),
        *_rings(at),
        *_choices(data, at),
        width=width,
        height=at.foot + 6,
        uid=uid,
        title=texts.title,
        description=texts.spoken([*_spoken(data.series), *_spoken(data.choices)]),
        class_="curve",
    )


def _spoken(rows: Iterable[Choice]) -> list[tuple[str, str]]:
    found, heading = [], ""
    for row in rows:
        heading = row.heading or heading
        found.append((f"{heading} · {row.label}" if heading else row.label, row.text))
    return found


def _layout(data: Curve, full: float) -> Layout:
    wide = full >= 600
    order = tuple(sorted(data.specs, key=lambda spec: (spec.value, spec.other or 0.0, spec.choices)))
    names = min(
        max((measured(row.label, SIZE, bold=True) for row in data.choices), default=0.0),
        full * (0.18 if wide else 0.32),
    )
    heads = min(max((measured(row.heading, SIZE, bold=True) for row in data.choices), default=0.0), full * 0.14)
    sums = max([measured(row.text, SIZE) for row in data.choices], default=0.0)
    sums = min(sums, full * 0.14)
    start = max(names + (heads + 14 if wide else 0) + 14, 44.0)
    values = (value for spec in data.specs for value in (spec.value, spec.other))
    low, high = _axis.extent(values, hold=(0.0,), pad=0.03)
    top = 72.0 if wide else 92.0
    x = _axis.Scale(low=0, high=max(len(order), 1), start=start, end=full - sums - 10)
    y = _axis.Scale(low=max(low, 0.0) if low > -0.03 else low, high=high, start=top + TALL, end=top)
    rows = tuple(_heights(data.choices, top + TALL + (34 if wide else 30), wide))
    return Layout(full=full, wide=wide, order=order, x=x, y=y, rows=rows, names=names, sums=sums)


def _heights(choices: Sequence[Choice], top: float, wide: bool) -> Iterable[float]:
    """Middles of the rows; a new kind of choice takes a gap, on a narrow drawing a line for its name."""
    y = top - ROW / 2
    for row in choices:
        y += ROW + ((7 if wide else 22) if row.heading else 0)
        yield y


def _legend(data: Curve, at: Layout) -> list[Markup]:
    """The two drivers with their marks, beside each other where there is room, and what the curve shows."""
    marks: list[Markup] = []
    x, room = 0.0, (at.full / 2 - 34 if at.wide else at.full - 24)
    for number, one in enumerate(data.series):
        y = 10.0 if at.wide else 10.0 + 20 * number
        mark = svg.circle(x + 6, y, 4, "dot") if number == 0 else svg.line(x, y, x + 12, y, "dash")
        named = f"{one.label} · {one.text}" if one.text else one.label
        words = fit(named, room, 13, bold=not number, lines=1)
        marks += [mark, label(words, x + 20, y, "name" if number else "name strong")]
        x += words.width + 48 if at.wide else 0
    below = at.y.end - 38
    return [*marks, label(fit(data.axis_title, at.full, SIZE, lines=1), 0, below, "axis-title")]


def _ground(data: Curve, at: Layout) -> list[Markup]:
    """Level lines with their ticks, and the title of the sums."""
    marks = []
    for value in _axis.ticks(at.y.low, at.y.high, 5):
        y = at.y(value)
        marks.append(svg.line(at.x.start, y, at.x.end, y, "zero" if value == 0 else "grid"))
        marks.append(svg.text(_axis.tick_text(value, True), at.x.start - 8, y + 4, "tick", "end", SIZE))
    if at.rows and at.wide:
        head = fit(data.text_title, at.full * 0.3, SIZE, lines=1)
        marks.append(label(head, at.full, at.rows[0] - ROW - 5, "axis-title", "end"))
    return marks


def _center(at: Layout, place: float) -> float:
    return at.x(place + 0.5)


def _headline(data: Curve, at: Layout) -> list[Markup]:
    """An upright line through the specification of this report, and its text above the curve."""
    place = next((i for i, spec in enumerate(at.order) if spec.headline), None)
    if place is None:
        return []
    x = _center(at, place)
    block = fit(data.headline, at.x.end - at.x.start, SIZE, bold=True, lines=1)
    middle = min(max(x, at.x.start + block.width / 2), at.full - block.width / 2)
    foot = at.foot if at.rows else at.y.start
    return [
        svg.line(x, at.y.end - 6, x, foot, "quadrant-line"),
        label(block, middle, at.y.end - 14, "name strong", "middle"),
    ]


def _rings(at: Layout) -> list[Markup]:
    found = [(i, spec) for i, spec in enumerate(at.order) if spec.headline]
    return [svg.circle(_center(at, i), at.y(spec.value), 5.5, "dot") for i, spec in found]


def _dots(at: Layout, kind: str, places: Iterable[int]) -> Markup:
    """One path for all dots of a kind: strokes of no length with round ends."""
    dots = (f"M{svg.number(_center(at, i))} {svg.number(at.y(at.order[i].value))}h0" for i in places)
    path = "".join(dots)
    return svg.element("path", d=path, class_=kind) if path else Markup("")


def _dashes(at: Layout) -> Markup:
    half = min(max((at.x.end - at.x.start) / at.x.high / 2, 1.5), 5.0)
    places = ((_center(at, i), spec.other) for i, spec in enumerate(at.order))
    path = "".join(
        f"M{svg.number(x - half)} {svg.number(at.y(other))}h{svg.number(2 * half)}"
        for x, other in places
        if other is not None
    )
    return svg.element("path", d=path, class_="dash") if path else Markup("")


def _choices(data: Curve, at: Layout) -> list[Markup]:
    shown = {row for spec in at.order if spec.headline for row in spec.choices}
    rows = enumerate(zip(data.choices, at.rows, _shares(at, len(data.choices)), strict=True))
    return [part for i, (row, y, shares) in rows for part in _choice(at, row, y, shares, i in shown)]


def _shares(at: Layout, rows: int) -> list[list[float]]:
    """Share of the specifications of each column that made each choice."""
    step = 5.0 if at.wide else 3.5
    columns = max(min(len(at.order), int((at.x.end - at.x.start) / step)), 1)
    held = [0] * columns
    made = [[0] * columns for _ in range(rows)]
    for place, spec in enumerate(at.order):
        column = place * columns // len(at.order)
        held[column] += 1
        for row in spec.choices:
            made[row][column] += 1
    return [[count / size if size else 0.0 for count, size in zip(one, held, strict=True)] for one in made]


def _choice(at: Layout, row: Choice, y: float, shares: Sequence[float], strong: bool) -> list[Markup]:
    """Name, columns and sum of one choice; strong where the report made it."""
    step = (at.x.end - at.x.start) / len(shares)
    foot, named = y + TICK / 2, fit(row.label, at.names, SIZE, bold=strong, lines=1)
    columns = "".join(
        f"M{svg.number(at.x.start + (i + 0.5) * step)} {svg.number(foot)}v{svg.number(-TICK * math.sqrt(share))}"
        for i, share in enumerate(shares)
        if share
    )
    marks = [
        svg.line(at.x.start, foot, at.x.end, foot, "grid"),
        label(named, at.x.start - 10, y, "tick-name strong" if strong else "tick-name", "end"),
        label(fit(row.text, max(at.sums, 1), SIZE, lines=1), at.full, y, "rank", "end"),
    ]
    if columns:
        marks.append(svg.element("path", d=columns, class_="made" if at.wide else "made thin"))
    return [*_heading(at, row, y), svg.group(*marks, title=f"{row.label} · {row.text}")]


def _heading(at: Layout, row: Choice, y: float) -> list[Markup]:
    if not row.heading:
        return []
    room = at.x.start - at.names - 22 if at.wide else at.full
    block: Block = fit(row.heading, room, SIZE, bold=True, lines=1)
    return [label(block, 0, y if at.wide else y - ROW - 1, "axis-title strong")]
