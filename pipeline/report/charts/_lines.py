"""What the chart of lines draws: values as raw numbers, everything that is read as words already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["lead", "soft", "warm", "grey"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePoint:
    """A value at x with its interval; a line has a gap where y is None."""

    x: float
    y: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Points from left to right, named at the line's end; `text` sums the line up for those who hear it.

    `step`: each value holds until the next point. `band`: intervals as an area instead of whiskers.
    """

    label: str
    points: tuple[LinePoint, ...]
    text: str = ""
    tone: Tone = "grey"
    dashed: bool = False
    step: bool = False
    band: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    at: float
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An upright line at x with its label above the plot."""

    x: float
    label: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """A range of x that is tinted, with the words of its key above the plot."""

    low: float
    high: float
    label: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines over one x; the caller says which ticks there are and how they read (waves are 0, 1, 2 with names)."""

    series: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    x_title: str = ""
    y_title: str = ""
    shade: Shade | None = None
    marks: tuple[Mark, ...] = ()
