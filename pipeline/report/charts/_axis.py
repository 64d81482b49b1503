"""Round ticks and the linear scales every chart shares."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts._text import width

TICK = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A linear map from values low…high to places start…end."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def extent(values: Iterable[float | None], *, hold: Iterable[float] = (), pad: float = 0.0) -> tuple[float, float]:
    """Lowest and highest of the values present and of those to hold, widened by a share of the range."""
    present = [value for value in (*values, *hold) if value is not None]
    if not all(map(math.isfinite, present)):
        raise ValueError("a chart was given a number that is not finite")
    low, high = min(present, default=0.0), max(present, default=1.0)
    if high - low < 1e-9:
        low, high = low - 0.5 * (low != 0), high + 0.5
    room = (high - low) * pad
    return low - room, high + room


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` round values from low to high, 0 among them if it lies inside."""
    for step in _steps(high - low):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [round(step * i, 10) for i in range(first, last + 1)]
    return []


def _steps(span: float) -> Iterable[float]:
    power = 10.0 ** math.floor(math.log10(span) - 1)
    return (power * factor for factor in (1, 2, 5, 10, 20, 50, 100, 200))


def tick_text(value: float, percent: bool) -> str:
    """'20%', '0', '0.2' or '−0.2' with the minus sign of typography."""
    text = f"{value * 100:g}%" if percent and value else f"{value:g}"
    return text.replace("-", "−")


def bottom(scale: Scale, y: float, *, percent: bool, most: int = 6) -> Markup:
    """Tick texts below the height y, none of them outside the scale's ends."""
    texts = [(scale(value), tick_text(value, percent)) for value in ticks(scale.low, scale.high, most)]
    return Markup("").join(svg.text(text, _inside(x, text, scale), y + 18, "tick", "middle", TICK) for x, text in texts)


def _inside(x: float, text: str, scale: Scale) -> float:
    half = width(text, TICK) / 2
    return min(max(x, scale.start - 20 + half), scale.end + 20 - half)


def grid(scale: Scale, top: float, foot: float, most: int = 6) -> Markup:
    """Thin upright lines at the ticks, the one at zero darker."""
    values = ticks(scale.low, scale.high, most)
    return Markup("").join(svg.line(scale(v), top, scale(v), foot, "zero" if v == 0 else "grid") for v in values)


def whisker(low: float, high: float, y: float) -> list[Markup]:
    """A line with two caps over a lighter one, so that it shows on a bar as well."""
    ends = [(low, y, high, y), (low, y - 4, low, y + 4), (high, y - 4, high, y + 4)]
    return [svg.line(*end, kind) for kind in ("halo", "whisker") for end in ends]
