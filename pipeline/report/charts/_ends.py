"""Places for the names of lines, marks and ticks so that none lies on another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pipeline.report.charts._text import Block, fit, width

APART = 6.0


def spread(wanted: Sequence[float], heights: Sequence[float], top: float, foot: float) -> list[float]:
    """Middles near those wanted, in their order, none closer than their heights, inside top…foot if there is room.

    Neighbours that would touch become one pile around the mean of what they want.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    piles: list[list[int]] = []
    starts: list[float] = []
    for one in order:
        piles.append([one])
        starts.append(_start(piles[-1], wanted, heights, top, foot))
        while len(piles) > 1 and starts[-2] + sum(heights[i] for i in piles[-2]) > starts[-1]:
            pile = piles.pop()
            starts.pop()
            piles[-1] += pile
            starts[-1] = _start(piles[-1], wanted, heights, top, foot)
    found = dict(pair for pile, start in zip(piles, starts, strict=True) for pair in _piled(pile, start, heights))
    return [found[i] for i in range(len(wanted))]


def _start(pile: Sequence[int], wanted: Sequence[float], heights: Sequence[float], top: float, foot: float) -> float:
    """The upper end of the pile: the mean of the starts its members want, within the frame."""
    tall, above, total = 0.0, 0.0, 0.0
    for one in pile:
        total += wanted[one] - above - heights[one] / 2
        above += heights[one]
        tall += heights[one]
    return max(min(total / len(pile), foot - tall), top)


def _piled(pile: Sequence[int], start: float, heights: Sequence[float]) -> Iterator[tuple[int, float]]:
    for one in pile:
        yield one, start + heights[one] / 2
        start += heights[one]


def rising(labels: Iterable[tuple[Block, float]]) -> Iterator[tuple[Block, float, int]]:
    """Labels that begin at their place, from left to right, with their row: 0 is the highest.

    A label goes one row below those to its left that reach beyond its place, so that no upright line crosses one.
    """
    rows: list[tuple[float, int]] = []
    for block, x in labels:
        row = max((below + 1 for end, below in rows if end + APART > x), default=0)
        rows.append((x + 4 + block.width, row))
        yield block, x, row


def name_ticks(places: Sequence[tuple[float, str]], full: float, size: float) -> list[tuple[Block, float]]:
    """Names of ticks below an axis, from left to right; every second, third … where all have no room whole."""
    for every in range(1, len(places) + 1):
        kept = places[::every]
        blocks = [fit(text, room, size, lines=3) for (_, text), room in zip(kept, _rooms(kept, full), strict=True)]
        if every == len(places) or all(_whole(block, text) for block, (_, text) in zip(blocks, kept, strict=True)):
            return [(block, x) for block, (x, _) in zip(blocks, kept, strict=True)]
    return []


def _rooms(kept: Sequence[tuple[float, str]], full: float) -> list[float]:
    """Width for each name, as far as its neighbours and the frame let it be centred."""
    places = [x for x, _ in kept]
    gaps = [after - before - APART for before, after in pairwise(places)]
    sides = [2 * min(x, full - x) - 2 for x in places]
    return [
        max(min([side, *gaps[max(i - 1, 0) : i + 1]]), 1.0)
        for i, side in enumerate(sides)
    ]  # fmt: skip


def _whole(block: Block, text: str) -> bool:
    """Whether nothing was cut and no word or number broken."""
    words = [word for word in text.split() if word.isascii()]
    return not block.lines[-1].endswith("…") and all(width(word, block.size) <= block.width + 0.1 for word in words)
