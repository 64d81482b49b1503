"""Data for every chart in several shapes, with short, long and hostile labels; simulated, no finding."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.report.charts import (
    Answers,
    Bar,
    Bars,
    Box,
    Choice,
    Curve,
    Diverging,
    Dumbbell,
    DumbbellRow,
    Flow,
    Forest,
    ForestRow,
    Line,
    LinePoint,
    Lines,
    Loss,
    Mark,
    MethodCell,
    MethodRow,
    Methods,
    Panel,
    PathArrow,
    PathBox,
    Paths,
    Point,
    Quadrants,
    Shade,
    Spec,
    Step,
    Tick,
    Waterfall,
)

HAN = "信任产品质量生态协同售后服务品牌形象价格公道外观设计"
LABELS: Mapping[str, Sequence[str]] = {
    "en": ["Trust", "Product quality", "Ecosystem", "Service", "Brand", "Price fairness", "Design"],
    "en long": [
        f"{word} and how well it has kept up over the years"[:40]
        for word in ("Trust", "Quality", "Ecosystem", "Service", "Brand", "Price", "Design")
    ],
    "en unbroken": ["W" * 40, "m" * 40, *(letter * 40 for letter in "abcde")],
    "zh": ["信任", "产品质量", "生态协同", "售后服务", "品牌形象", "价格公道", "外观设计"],
    "zh long": [(HAN[i:] + HAN)[:20] for i in range(0, 14, 2)],
}  # fmt: skip


def _values(labels: Sequence[str], seed: int = 7) -> list[tuple[str, float, float, float]]:
    """(label, value, low, high) falling from the first to the last."""
    draws = random.Random(seed)
    raw = sorted((draws.uniform(0.05, 1) for _ in labels), reverse=True)
    shares = [value / sum(raw) for value in raw]
    return [(label, share, share * 0.8, share * 1.25) for label, share in zip(labels, shares, strict=True)]


def bars(labels: Sequence[str]) -> Bars:
    rows = [
        Bar(
            label=label,
            value=value,
            low=low,
            high=high,
            value_text=f"{value:.0%}",
            range_text=f"{low:.0%} to {high:.0%}",
            rank_text="1–3",
            leading=i < 2,
            muted=i == len(labels) - 1,
        )
        for i, (label, value, low, high) in enumerate(_values(labels))
    ]
    return Bars(bars=tuple(rows), divider_after=2, rank_title="Rank range")


def bars_with_gaps(labels: Sequence[str]) -> Bars:
    first, second, *rest = bars(labels).bars
    empty = Bar(label=second.label, value=None, value_text="not shown")
    below = Bar(label=first.label, value=-0.02, low=-0.05, high=0.01, value_text="−2%", rank_text="7")
    return Bars(bars=(first, empty, *rest, below), rank_title="Rank range")


def points(labels: Sequence[str], seed: int = 5) -> Quadrants:
    draws = random.Random(seed)
    found = []
    for i, (label, value, low, high) in enumerate(_values(labels)):
        x = draws.uniform(35, 80)
        text = f"{x:.0f}, {value:.0%}"
        found.append(
            Point(
                label=label, x=x, x_low=x - 3, x_high=x + 3, y=value, y_low=low, y_high=high, text=text, emphasis=not i
            )
        )
    return _map(found)


def one_place(labels: Sequence[str]) -> Quadrants:
    """Every point at nearly the same place, one of them without a value."""
    found = [
        Point(label=label, x=60 + i * 0.2, y=0.14 + i * 0.001, text=str(i)) for i, label in enumerate(labels[:-1])
    ]  # fmt: skip
    return _map([*found, Point(label=labels[-1], x=None, y=None, text="not shown")])


def _map(found: list[Point]) -> Quadrants:
    return Quadrants(
        points=tuple(found),
        x_line=58.0,
        y_line=1 / len(found),
        fix="Fix first",
        keep="Keep up",
        low="Low priority",
        overkill="Possible overkill",
        x_title="Performance, 0 to 100",
        y_title="Importance",
    )


def panels(labels: Sequence[str], count: int = 3) -> Forest:
    draws = random.Random(11)
    found = []
    for number in range(count):
        rows = []
        for label in labels:
            value, half = draws.uniform(-0.05, 0.3), 0.08 + 0.1 * (number == count - 1)
            rows.append(ForestRow(label=label, value=value, low=value - half, high=value + half, text=f"{value:.2f}"))
        last = number == count - 1
        found.append(Panel(title=labels[number % 7], subtitle=f"n = {500 - number}", muted=last, rows=tuple(rows)))
    return Forest(panels=tuple(found), axis_title="Standardised coefficient")


def panels_with_gaps(labels: Sequence[str]) -> Forest:
    first, *rest = panels(labels, 6).panels
    rows = (ForestRow(label=labels[0], value=None, text="not shown"), *first.rows[1:])
    return Forest(panels=(Panel(title=first.title, subtitle="n = 9", rows=rows), *rest), axis_title="Coefficient")


def answers(count: int) -> Callable[[Sequence[str]], Diverging]:
    def make(labels: Sequence[str]) -> Diverging:
        draws, rows = random.Random(count), []
        for number, label in enumerate(labels):
            raw = [draws.gammavariate(1 + place * (7 - number) / 7, 1) for place in range(count)]
            shares = tuple(value / sum(raw) for value in raw)
            rows.append(Answers(label=label, shares=shares, texts=tuple(f"{share:.0%}" for share in shares)))
        half = count // 2
        return Diverging(
            rows=tuple(rows),
            points=tuple(str(point) for point in range(1, count + 1)),
            neutral=half if count % 2 else None,
            low_title=f"Negative 1–{half}",
            high_title=f"Positive {count - half + 1}–{count}",
            neutral_title="Midpoint" if count % 2 else "",
        )

    return make


def one_sided(labels: Sequence[str]) -> Diverging:
    """Nobody below the middle, and one row without any answer."""
    found = answers(5)(labels)
    rows = [Answers(label=label, shares=(0.0, 0.0, 0.1, 0.3, 0.6)) for label in labels[:-1]]
    empty = Answers(label=labels[-1], shares=(None,) * 5)
    return Diverging(
        rows=(*rows, empty),
        points=found.points,
        neutral=2,
        low_title="Low",
        high_title="High",
        neutral_title="Midpoint",
    )


def stages(labels: Sequence[str]) -> Flow:
    losses = tuple(Loss(n_text=f"−{number}", text=label) for number, label in enumerate(labels[3:6], start=98))
    return Flow(
        boxes=(
            Box(label=labels[0], n_text="1,712", losses=losses),
            Box(label=labels[1], n_text="1,310"),
            Box(label=labels[2], n_text="1,204"),
        )
    )


def methods(labels: Sequence[str], count: int = 8) -> Methods:
    """Shares by methods of which one puts another driver first and one has a share below zero."""
    draws, rows = random.Random(3), []
    for number, (label, value, _, _) in enumerate(_values(labels)):
        cells = []
        for method in range(count):
            share = value + draws.uniform(-0.02, 0.02) - 0.12 * (method == 5) * (number == len(labels) - 1)
            first = number == (method == 3) and len(labels) > 1
            cells.append(MethodCell(value=share, text=f"{share:.0%}".replace("-", "−"), first=first, top=number < 3))
        rows.append(MethodRow(label=label, cells=tuple(cells), text=f"{number} of {count}"))
    names = ("LMG", "Johnson", "First", "Last", "Beta²", "Pratt", "CAR", "Kruskal")
    return Methods(methods=names[:count], rows=tuple(rows), text_title="In the top set")


def methods_with_gaps(labels: Sequence[str]) -> Methods:
    """Columns named by the labels, and cells without a value."""
    empty = (MethodCell(value=None, text="–"),) * (len(labels) - 1)
    rows = [MethodRow(label=label, cells=(*empty, MethodCell(value=0.2, text="20%"))) for label in labels]
    return Methods(methods=tuple(labels), rows=tuple(rows))


def curve(count: int) -> Callable[[Sequence[str]], Curve]:
    """So many specifications of two drivers, with choices of three kinds."""

    def make(labels: Sequence[str]) -> Curve:
        draws, specs = random.Random(count), []
        for number in range(count):
            value, other = draws.gauss(0.3, 0.05), draws.gauss(0.25, 0.02)
            choices = (draws.randrange(2), 2 + draws.randrange(3), 5 + draws.randrange(2))
            specs.append(Spec(value=value, other=other, first=value > other, headline=not number, choices=choices))
        kinds = {0: labels[3], 2: labels[4], 5: labels[5]}
        choices = [
            Choice(label=labels[row], text=f"{90 - row}%", heading=kinds.get(row, "")) for row in range(7)
        ]  # fmt: skip
        return Curve(
            specs=tuple(specs),
            choices=tuple(choices),
            series=(Choice(label=labels[0], text="first in 82%"), Choice(label=labels[1], text="first in 18%")),
            headline="This report 30%",
            axis_title="Share of explained variance",
            text_title="First",
        )

    return make


def bare_curve(labels: Sequence[str]) -> Curve:
    """One driver, one kind of specification, nothing to choose."""
    return Curve(
        specs=(Spec(value=1.0, headline=True),),
        choices=(),
        series=(Choice(label=labels[0]),),
        headline="This report",
        axis_title="Share",
    )


def before_after(labels: Sequence[str]) -> Dumbbell:
    rows = [
        DumbbellRow(
            label=label,
            before=value,
            before_low=low,
            before_high=high,
            after=value * 1.1,
            after_low=low * 0.9,
            after_high=high * 1.2,
            text=f"{value:.0%} → {value * 1.1:.0%}",
        )
        for label, value, low, high in _values(labels)
    ]
    empty = DumbbellRow(label=labels[0], before=0.1, after=None, text="not shown")
    return Dumbbell(rows=(*rows, empty), before_title="As measured", after_title="Corrected for reliability")


def parts(labels: Sequence[str]) -> Waterfall:
    values = (0.04, -0.09, 0.02, -0.01)
    steps = [
        Step(label=label, value=value, low=value - 0.03, high=value + 0.03, text=f"{value * 100:+.1f}")
        for label, value in zip(labels[1:], values, strict=False)
    ]
    first = Step(label=labels[0], value=0.3, low=0.25, high=0.36, text="30%", total=True)
    last = Step(label=labels[-1], value=0.26, low=0.2, high=0.3, text="26%", total=True)
    return Waterfall(steps=(first, *steps, last))


def parts_below_zero(labels: Sequence[str]) -> Waterfall:
    """Totals below zero, and a part without a value."""
    empty = Step(label=labels[1], value=None, text="not shown")
    first, last = (Step(label=labels[i], value=v, text=f"−{-v:.0%}", total=True) for i, v in ((0, -0.02), (2, -0.08)))
    return Waterfall(steps=(first, empty, Step(label=labels[3], value=-0.06, text="−6.0"), last))


def prices(labels: Sequence[str], far: float = 900.0) -> Lines:
    """Four curves that end in pairs at one place, with a tinted range and marks close to each other."""
    at = [900.0 + 100 * i for i in range(40)]
    kinds = (("lead", True, -0.004, 1900.0), ("warm", True, 0.003, 3700.0), ("lead", False, 0.003, 2300.0))
    series = [
        Line(
            label=label,
            points=tuple(LinePoint(x=x, y=1 / (1 + math.exp(-slope * (x - middle)))) for x in at),
            text="rises" if slope > 0 else "falls",
            tone=tone,
            dashed=dashed,
            step=True,
        )
        for label, (tone, dashed, slope, middle) in zip(labels, (*kinds, ("warm", False, -0.003, 3300.0)), strict=False)
    ]
    marks = [(1999.0, labels[4]), (2799.0, labels[0]), (2849.0, labels[5]), (3999.0 + far, labels[6])]
    return Lines(
        series=tuple(series),
        x_ticks=tuple(Tick(at=x, name=f"{x:,.0f}") for x in at[1::5]),
        y_ticks=tuple(Tick(at=y / 4, name=f"{y * 25}%") for y in range(5)),
        x_title=labels[1],
        y_title=labels[2],
        shade=Shade(low=1999.0, high=3999.0, label=labels[3], text="from 1,999 to 3,999"),
        marks=tuple(Mark(x=x, label=name, text=f"at {x:,.0f}") for x, name in marks),
    )


def waves(labels: Sequence[str]) -> Lines:
    """Many lines over named waves: bands, whiskers, a gap, a line that ends early, one without a value."""
    draws, series = random.Random(8), []
    for number, (label, value, _, _) in enumerate(_values(labels)):
        values = [value + draws.uniform(-0.03, 0.03) for _ in labels]
        points = [LinePoint(x=float(i), y=y, low=y - 0.02, high=y + 0.03) for i, y in enumerate(values)]
        if number == 1:
            points[2] = LinePoint(x=2.0, y=None)
        if number == 2:
            points = points[:3]
        series.append(Line(label=label, points=tuple(points), text=f"{value:.0%}", band=not number, tone="lead"))
    empty = Line(label=labels[0], points=(LinePoint(x=0.0, y=None),), text="not shown")
    return Lines(
        series=(*series, empty),
        x_ticks=tuple(Tick(at=float(i), name=label) for i, label in enumerate(labels)),
        y_ticks=tuple(Tick(at=y / 100, name=f"{y}%") for y in range(0, 40, 2)),
    )


def one_line(labels: Sequence[str]) -> Lines:
    """A single point; its only mark and its name lie at the right end."""
    line = Line(
        label=labels[0], points=(LinePoint(x=3.0, y=0.4, low=0.3, high=0.5),), tone="soft", band=True, step=True
    )
    return Lines(
        series=(line, Line(label=labels[1], points=(LinePoint(x=3.0, y=0.4, low=0.3, high=0.5),), tone="warm")),
        x_ticks=(Tick(at=3.0, name=labels[2]),),
        y_ticks=(Tick(at=0.4, name=labels[3]),),
        marks=(Mark(x=3.0, label=labels[4]),),
        x_title=labels[5],
    )


def chain(*stages: int) -> Callable[[Sequence[str]], Paths]:
    """A chain with so many mediators in each stage; every third arrow is unsure, one has no value."""

    def make(labels: Sequence[str]) -> Paths:
        sizes, draws = (1, *stages, 1), random.Random(3)
        places = [stage for stage, size in enumerate(sizes) for _ in range(size)]
        boxes = tuple(PathBox(label=labels[at], stage=stage) for at, stage in enumerate(places))
        arrows = []
        for target, stage in enumerate(places):
            for source in (at for at, other in enumerate(places) if other < stage):
                value, half = draws.uniform(-0.4, 0.6), 0.05 + 0.6 * (len(arrows) % 3 == 2)
                known = {"value": value, "low": value - half, "high": value + half} if arrows else {"value": None}
                texts = (f"{value:.2f}", f"{value - half:.2f} to {value + half:.2f}") if arrows else ("not shown", "")
                named = f"{labels[source]} → {labels[target]}"
                near = places[source] == stage - 1
                arrows.append(
                    PathArrow(
                        source=source, target=target, label=named, value_text=texts[0], range_text=texts[1],
                        claimed=near, **known,
                    )
                )  # fmt: skip
        return Paths(boxes=boxes, arrows=tuple(arrows))

    return make


SAMPLES: Mapping[tuple[str, str], Callable[[Sequence[str]], Any]] = {
    ("importance", "plain"): bars,
    ("importance", "gaps"): bars_with_gaps,
    ("importance", "one"): lambda labels: bars(labels[:1]),
    ("quadrants", "plain"): points,
    ("quadrants", "crowded"): one_place,
    ("quadrants", "many"): lambda labels: points([*labels, *labels[::-1]], 3),
    ("forest", "plain"): panels,
    ("forest", "gaps"): panels_with_gaps,
    ("forest", "one"): lambda labels: panels(labels, 1),
    ("diverging", "5"): answers(5),
    ("diverging", "7"): answers(7),
    ("diverging", "10"): answers(10),
    ("diverging", "11"): answers(11),
    ("diverging", "one sided"): one_sided,
    ("diverging", "2"): answers(2),
    ("flow", "plain"): stages,
    ("panel", "plain"): methods,
    ("panel", "gaps"): methods_with_gaps,
    ("panel", "one"): lambda labels: methods(labels[:1], 4),
    ("curve", "few"): curve(12),
    ("curve", "many"): curve(400),
    ("curve", "bare"): bare_curve,
    ("dumbbell", "plain"): before_after,
    ("lines", "prices"): prices,
    ("lines", "marks at the end"): lambda labels: prices(labels, 801.0),
    ("lines", "waves"): waves,
    ("lines", "one"): one_line,
    ("paths", "simple"): chain(1),
    ("paths", "serial"): chain(1, 1),
    ("paths", "long"): chain(1, 1, 1),
    ("paths", "side by side"): chain(3),
    ("paths", "both"): chain(2, 1),
    ("waterfall", "plain"): parts,
    ("waterfall", "below zero"): parts_below_zero,
}
