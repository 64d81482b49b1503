"""Answers on one scale: negative to the left, positive to the right of one line, the middle apart at the right."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts._shapes import Answers, ChartTexts, Diverging
from pipeline.report.charts._text import Block, fit, label, pitch
from pipeline.report.charts._text import width as measured

SIZE = 14.0
STEPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Places of the base line and of the middle column, and units of the drawing for a share of 1."""

    full: float
    wide: bool
    labels: tuple[Block, ...]
    zero: float
    unit: float
    apart: float
    top: float
    pitch: float
    thick: float

    @property
    def foot(self) -> float:
        return self.top + self.pitch * len(self.labels)

    def middle(self, row: int) -> float:
        return self.top + self.pitch * (row + 0.5) + (0 if self.wide else 9)


def draw(data: Diverging, *, width: int, uid: str, texts: ChartTexts) -> Markup:
    """Rows in the order given; whole percents stand in every part wide enough to hold them."""
    at = _layout(data, float(width))
    rows = [_row(at, data, row, number) for number, row in enumerate(data.rows)]
    return svg.drawing(
        *_legend(at, data),
        *rows,
        *_base(at),
        width=width,
        height=at.foot + 8,
        uid=uid,
        title=texts.title,
        description=texts.spoken([(row.label, _spoken(data, row)) for row in data.rows]),
        class_="diverging",
    )


def _base(at: Layout) -> list[Markup]:
    """The line between the sides, broken on a narrow drawing where the labels stand."""
    if at.wide:
        return [svg.line(at.zero, at.top - 4, at.zero, at.foot + 4, "zero")]
    rows = (at.middle(row) for row in range(len(at.labels)))
    return [svg.line(at.zero, y - at.thick / 2 - 3, at.zero, y + at.thick / 2 + 3, "zero") for y in rows]


def _spoken(data: Diverging, row: Answers) -> str:
    texts = row.texts or tuple(map(_percent, row.shares))
    return ", ".join(f"{point} {text}" for point, text in zip(data.points, texts, strict=True))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f}%"


def _sides(data: Diverging) -> tuple[range, range]:
    """Places of the negative and of the positive points."""
    count = len(data.points)
    half = count // 2 if data.neutral is None else data.neutral
    return range(half), range(half if data.neutral is None else half + 1, count)


def _sum(row: Answers, places: range) -> float:
    return sum(row.shares[place] or 0.0 for place in places)


def _layout(data: Diverging, full: float) -> Layout:
    wide = full >= 600
    labels = tuple(fit(row.label, full * 0.28 if wide else full, SIZE, lines=2 if wide else 1) for row in data.rows)
    start = max(block.width for block in labels) + 14 if wide else 0.0
    below, above = _sides(data)
    left = max(0.02, *(_sum(row, below) for row in data.rows))
    right = max(0.02, *(_sum(row, above) for row in data.rows))
    unit, gap = _unit(data, full - start - 2, left + right, 44.0 if wide else 14.0)
    zero = start + left * unit
    return Layout(
        full=full,
        wide=wide,
        labels=labels,
        zero=zero,
        unit=unit,
        apart=zero + right * unit + gap,
        top=50.0,
        pitch=pitch(labels, 34.0) if wide else 48.0,
        thick=20.0,
    )


def _unit(data: Diverging, room: float, sides: float, gap: float) -> tuple[float, float]:
    """Units of the drawing for a share of 1, and the gap before the middle column, which holds its title too."""
    if data.neutral is None:
        return room / sides, 0.0
    middle = max((row.shares[data.neutral] or 0.0 for row in data.rows), default=0.0)
    title = measured(data.neutral_title, 13) + 2
    unit = (room - gap) / (sides + middle)
    return (unit if middle * unit >= title else (room - gap - title) / sides), gap


def _shade(side: str, step: int, steps: int) -> str:
    """Class of a point: 1 beside the middle, 5 at the end of the scale."""
    return f"{side}-{STEPS if steps == 1 else round(1 + step * (STEPS - 1) / (steps - 1))}"


def _parts(data: Diverging) -> list[tuple[int, str, int]]:
    """(place, class, direction) from the base line outwards, negative points first."""
    below, above = _sides(data)
    left = [(place, _shade("neg", step, len(below)), -1) for step, place in enumerate(reversed(below))]
    return left + [(place, _shade("pos", step, len(above)), 1) for step, place in enumerate(above)]


def _row(at: Layout, data: Diverging, row: Answers, number: int) -> Markup:
    y = at.middle(number)
    name, edge = at.labels[number], at.zero - max(_sum(other, _sides(data)[0]) for other in data.rows) * at.unit
    named = label(name, edge - 14, y, "name", "end") if at.wide else label(name, 0, y - at.thick / 2 - 10, "name")
    ends, marks = {-1: at.zero, 1: at.zero}, []
    for place, kind, side in _parts(data):
        size = (row.shares[place] or 0.0) * at.unit
        marks.append(_part(min(ends[side], ends[side] + side * size), y, size, at.thick, kind, row.shares[place]))
        ends[side] += side * size
    if data.neutral is not None:
        share = row.shares[data.neutral]
        marks.append(_part(at.apart, y, (share or 0.0) * at.unit, at.thick, "mid", share))
    return svg.group(named, *marks, title=f"{row.label} · {_spoken(data, row)}")


def _part(x: float, y: float, size: float, thick: float, kind: str, share: float | None) -> Markup:
    if not share or size < 0.05:
        return Markup("")
    words = f"{share * 100:.0f}"
    drawn = svg.rect(x, y - thick / 2, size, thick, f"part {kind}")
    if size < measured(words, 12) + 7 or words == "0":
        return drawn
    return drawn + svg.text(words, x + size / 2, y + 4.3, f"share on-{kind}", "middle", 12)


def _legend(at: Layout, data: Diverging) -> list[Markup]:
    """Swatches with the points below, the names of the sides above; under the base line where there is room."""
    below, above = _sides(data)
    end = at.full if data.neutral is None else at.apart - 6
    swatch = min(22.0, end / (len(data.points) + 1))
    left = max(len(below) * swatch + 4, min(measured(data.low_title, 13), end / 2 - 8) + 8)
    right = max(len(above) * swatch + 4, min(measured(data.high_title, 13), end / 2 - 8) + 8)
    zero = max(min(at.zero, end - right), left)
    marks = []
    for place, kind, side in _parts(data):
        step = (below.stop - place if side < 0 else place - above.start + 1) * swatch
        marks += _swatch(zero - step - 2 if side < 0 else zero + step - swatch + 2, swatch, kind, data.points[place])
    marks += [_side(data.low_title, zero - 6, zero, "end"), _side(data.high_title, zero + 6, end - zero, None)]
    if data.neutral is not None:
        marks += _swatch(at.apart, swatch, "mid", data.points[data.neutral])
        marks.append(_side(data.neutral_title, at.apart, at.full - at.apart + 6, None))
    return marks


def _swatch(x: float, wide: float, kind: str, point: str) -> list[Markup]:
    return [svg.rect(x, 20, wide - 1, 9, kind), svg.text(point, x + wide / 2, 41, "legend", "middle", 11)]


def _side(words: str, x: float, room: float, anchor: str | None) -> Markup:
    return label(fit(words, max(room - 6, 40), 13, lines=1), x, 8, "axis-title", anchor)
