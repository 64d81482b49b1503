"""Places for the labels of a scatter so that none lies on another label, on a dot or outside the frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from pipeline.report.charts._text import Block

GAP = 3.0


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


def place(markers: Sequence[Marker], frame: Area, taken: Sequence[Area]) -> list[Area]:
    """One area a marker, in their order: the nearest free one that covers the fewest interval lines."""
    solid = [*taken, *(dot_area(marker) for marker in markers)]
    thin = [line for marker in markers for line in marker.lines]
    found: dict[int, Area] = {}
    for number in sorted(range(len(markers)), key=lambda i: (-_crowd(markers, i), i)):
        marker = markers[number]
        hard = [*solid, *found.values()]
        found[number] = min(_candidates(marker, frame), key=lambda area: _cost(area, marker, hard, thin))
    return [found[number] for number in range(len(markers))]


def _crowd(markers: Sequence[Marker], number: int) -> int:
    one = markers[number]
    return sum(math.hypot(one.x - other.x, one.y - other.y) < 90 for other in markers)


def _candidates(marker: Marker, frame: Area) -> Iterator[Area]:
    """Areas beside the dot, ever farther away, pushed back into the frame; upper right first."""
    wide, tall = marker.block.width + 2 * GAP, marker.block.height
    for across, down in product((4.0, 9.0, 24.0, 48.0, 80.0, 120.0), (1.0, 8.0, 20.0, 36.0, 56.0, 84.0, 120.0)):
        for x_side, y_side in ((1, -1), (1, 1), (-1, -1), (-1, 1), (1, 0), (-1, 0), (0, -1), (0, 1)):
            x = marker.x + x_side * (across + wide / 2)
            y = marker.y + y_side * (down + tall / 2)
            x = min(max(x, frame.left + wide / 2), frame.right - wide / 2)
            y = min(max(y, frame.top + tall / 2), frame.foot - tall / 2)
            yield Area(left=x - wide / 2, top=y - tall / 2, right=x + wide / 2, foot=y + tall / 2)


def _cost(area: Area, marker: Marker, hard: Sequence[Area], thin: Sequence[Area]) -> float:
    across = max(area.left - marker.x, 0.0, marker.x - area.right)
    down = max(area.top - marker.y, 0.0, marker.y - area.foot)
    covered = sum(area.overlap(other) for other in hard)
    return covered * 1000 + sum(area.overlap(line) for line in thin) * 1.5 + float(math.hypot(across, down) ** 1.5)
