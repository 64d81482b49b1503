"""The shelf of charts: one file each, pure, drawn wide and narrow from the same data.

Adding a chart: write draw(data, *, width, uid, texts) -> Markup in its own file, its data in _shapes, and name it
in CHARTS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from pipeline.report.charts import (
    curve,
    diverging,
    dumbbell,
    flow,
    forest,
    importance,
    lines,
    panel,
    paths,
    quadrants,
    waterfall,
)
from pipeline.report.charts._axis import ticks
from pipeline.report.charts._lines import Line, LinePoint, Lines, Mark, Shade, Tick, Tone
from pipeline.report.charts._paths import PathArrow, PathBox, Paths
from pipeline.report.charts._shapes import (
    Answers,
    Bar,
    Bars,
    Box,
    ChartTexts,
    Choice,
    Curve,
    Diverging,
    Dumbbell,
    DumbbellRow,
    Flow,
    Forest,
    ForestRow,
    Loss,
    MethodCell,
    MethodRow,
    Methods,
    Panel,
    Point,
    Quadrants,
    Spec,
    Step,
    Waterfall,
)

__all__ = [
    "CHARTS",
    "Answers",
    "Bar",
    "Bars",
    "Box",
    "ChartTexts",
    "Choice",
    "Curve",
    "Diverging",
    "Dumbbell",
    "DumbbellRow",
    "Flow",
    "Forest",
    "ForestRow",
    "Line",
    "LinePoint",
    "Lines",
    "Loss",
    "Mark",
    "MethodCell",
    "MethodRow",
    "Methods",
    "Panel",
    "PathArrow",
    "PathBox",
    "Paths",
    "Point",
    "Quadrants",
    "Shade",
    "Spec",
    "Step",
    "Tick",
    "Tone",
    "Waterfall",
    "pair",
    "ticks",
]

CHARTS: Mapping[str, Callable[..., Markup]] = {
    "importance": importance.draw,
    "quadrants": quadrants.draw,
    "forest": forest.draw,
    "diverging": diverging.draw,
    "flow": flow.draw,
    "panel": panel.draw,
    "paths": paths.draw,
    "curve": curve.draw,
    "dumbbell": dumbbell.draw,
    "waterfall": waterfall.draw,
    "lines": lines.draw,
}

WIDE, NARROW = 800, 340


def pair(name: str, data: Any, *, uid: str, texts: ChartTexts) -> dict[str, Markup]:
    """Both drawings of one chart, as the figure macro takes them."""
    draw = CHARTS[name]
    return {
        "chart_wide": draw(data, width=WIDE, uid=f"{uid}-wide", texts=texts),
        "chart_narrow": draw(data, width=NARROW, uid=f"{uid}-narrow", texts=texts),
    }
