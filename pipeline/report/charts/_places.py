"""Places for the labels of a scatter so that none lies on another label, on a dot or outside the frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from pipeline.report.charts._text import Block

GAP = 3.0
ACROSS = (4.0, 9.0, 24.0, 48.0, 80.0, 120.0)
DOWN = (1.0, 8.0, 20.0, 36.0, 56.0, 84.0, 120.0)
# (cost of the distance, x, y), nearest first; upper right before the others.
OFFSETS = sorted(
    (math.hypot(x, y) ** 1.5 + lean, x * x_side, y * y_side)
    for x, y in product((0.0, *ACROSS), (0.0, *DOWN))
    for lean, x_side, y_side in ((0.0, 1, -1), (0.2, 1, 1), (0.4, -1, -1), (0.6, -1, 1))
    if x or y
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    left: float
    top: float
    right: float
    foot: float

    def overlap(self, other: Area) -> float:
        """Shared area, in square units of the drawing."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.foot, other.foot) - max(self.top, other.top)
        return max(across, 0.0) * max(down, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A dot with its label and the two lines of its intervals."""

    x: float
    y: float
    block: Block
    lines: tuple[Area, ...] = ()


def dot_area(marker: Marker, radius: float = 7.0) -> Area:
    return Area(left=marker.x - radius, top=marker.y - radius, right=marker.x + radius, foot=marker.y + radius)


def place(markers: Sequence[Marker], frame: Area, taken: Sequence[Area], avoided: Sequence[Area] = ()) -> list[Area]:
    """One area a marker, in their order: the nearest free one that covers the fewest interval lines."""
    solid = [*taken, *(dot_area(marker) for marker in markers)]
    thin = [*avoided, *(line for marker in markers for line in marker.lines)]
    found: dict[int, Area] = {}
    for number in sorted(range(len(markers)), key=lambda i: (-_crowd(markers, i), i)):
        found[number] = _best(markers[number], frame, [*solid, *found.values()], thin)
    return [found[number] for number in range(len(markers))]


def _best(marker: Marker, frame: Area, hard: Sequence[Area], thin: Sequence[Area]) -> Area:
    """The cheapest place: beside the dot, ever farther away until nothing cheaper can follow."""
    best, least = dot_area(marker), math.inf
    for cost, x, y in OFFSETS:
        if cost >= least:
            break
        area = _beside(marker, frame, x, y)
        cost += sum(area.overlap(other) for other in hard) * 1000
        if cost < least:
            cost += sum(area.overlap(line) for line in thin) * 1.5
        if cost < least:
            best, least = area, cost
    return best


def _crowd(markers: Sequence[Marker], number: int) -> int:
    one = markers[number]
    return sum(math.hypot(one.x - other.x, one.y - other.y) < 90 for other in markers)


def _beside(marker: Marker, frame: Area, x: float, y: float) -> Area:
    """The label's area x and y away from the dot, pushed back into the frame."""
    wide, tall = marker.block.width + 2 * GAP, marker.block.height
    x = marker.x + x + math.copysign(wide / 2, x) * (x != 0)
    y = marker.y + y + math.copysign(tall / 2, y) * (y != 0)
    x = min(max(x, frame.left + wide / 2), frame.right - wide / 2)
    y = min(max(y, frame.top + tall / 2), frame.foot - tall / 2)
    return Area(left=x - wide / 2, top=y - tall / 2, right=x + wide / 2, foot=y + tall / 2)
