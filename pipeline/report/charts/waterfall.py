"""How a figure becomes another: the first total, one part after another, the second total; intervals as whiskers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts import _axis
from pipeline.report.charts._shapes import ChartTexts, Step, Waterfall
from pipeline.report.charts._text import Block, fit, label, pitch
from pipeline.report.charts._text import width as measured

SIZE = 14.0
THICK = 17.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`begins` holds where each step begins: zero for a total, the end of the step before for a part."""

    full: float
    wide: bool
    labels: tuple[Block, ...]
    begins: tuple[float, ...]
    scale: _axis.Scale
    pitch: float

    @property
    def top(self) -> float:
        return 6.0

    @property
    def foot(self) -> float:
        return self.top + self.pitch * len(self.labels)

    def middle(self, row: int) -> float:
        return self.top + self.pitch * (row + 0.5) + (0 if self.wide else 10)


def draw(data: Waterfall, *, width: int, uid: str, texts: ChartTexts) -> Markup:
    """Steps in the order given, joined by thin lines; a step without a value leaves its text alone."""
    at = _layout(data, float(width))
    return svg.drawing(
        *_grid(at),
        *_joins(at, data.steps),
        *(_step(at, step, row) for row, step in enumerate(data.steps)),
        _axis.bottom(at.scale, at.foot, percent=data.percent),
        width=width,
        height=at.foot + 28,
        uid=uid,
        title=texts.title,
        description=texts.spoken([(step.label, step.text) for step in data.steps]),
        class_="waterfall",
    )


def _begins(steps: Sequence[Step]) -> tuple[float, ...]:
    found, running = [], 0.0
    for step in steps:
        found.append(0.0 if step.total else running)
        running = found[-1] + (step.value or 0.0)
    return tuple(found)


def _layout(data: Waterfall, full: float) -> Layout:
    wide, begins = full >= 600, _begins(data.steps)
    texts = max((measured(step.text, 13, bold=step.total) for step in data.steps), default=0.0)
    room = full * 0.28 if wide else full - texts - 14
    labels = tuple(fit(step.label, room, SIZE, bold=step.total, lines=2 if wide else 1) for step in data.steps)
    start = max((block.width for block in labels), default=0.0) + 14 if wide else 18.0
    ends = [
        begin + value
        for begin, step in zip(begins, data.steps, strict=True)
        for value in (step.value, step.low, step.high)
        if value is not None
    ]
    low, high = _axis.extent(ends, hold=(0.0,))
    end = full - (min(texts, full * 0.26) + 18 if wide else 18)
    scale = _axis.Scale(low=low, high=high, start=start, end=end)
    step = pitch(labels, 36.0) if wide else 50.0
    return Layout(full=full, wide=wide, labels=labels, begins=begins, scale=scale, pitch=step)


def _grid(at: Layout) -> list[Markup]:
    """The grid, broken on a narrow drawing where the labels stand."""
    if at.wide:
        return [_axis.grid(at.scale, at.top, at.foot)]
    rows = (at.middle(row) for row in range(len(at.labels)))
    return [_axis.grid(at.scale, middle - THICK / 2 - 3, middle + THICK / 2 + 3) for middle in rows]


def _joins(at: Layout, steps: Sequence[Step]) -> list[Markup]:
    """A thin line from the end of each step to the next."""
    found = []
    for row, step in enumerate(steps[:-1]):
        x = at.scale(at.begins[row] + (step.value or 0.0))
        found.append(svg.line(x, at.middle(row), x, at.middle(row + 1), "join"))
    return found if at.wide else []


def _step(at: Layout, step: Step, row: int) -> Markup:
    y, kind = at.middle(row), "name strong" if step.total else "name"
    above = y - THICK / 2 - 13
    named = (
        label(at.labels[row], at.scale.start - 14, y, kind, "end") if at.wide else label(at.labels[row], 0, above, kind)
    )
    words = fit(step.text, at.full * (0.26 if at.wide else 0.6), 13, bold=step.total, lines=2 if at.wide else 1)
    shown = label(words, at.full, y if at.wide else above, "value" if step.total else "rank", "end")
    return svg.group(*_bar(at, step, row, y), named, shown, title=f"{step.label} · {step.text}")


def _bar(at: Layout, step: Step, row: int, y: float) -> list[Markup]:
    if step.value is None:
        return []
    begin = at.begins[row]
    ends = sorted((at.scale(begin), at.scale(begin + step.value)))
    kind = "bar lead" if step.total else "bar" if step.value >= 0 else "bar below"
    bar = svg.rect(ends[0], y - THICK / 2, max(ends[1] - ends[0], 1.0), THICK, kind, 1)
    if step.low is None or step.high is None:
        return [bar]
    return [bar, *_axis.whisker(at.scale(begin + step.low), at.scale(begin + step.high), y)]
