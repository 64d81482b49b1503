"""Boxes and arrows: how an effect may run. From left to right on a wide drawing, where all stages find room, else down.

Wide: each arrow ends in a straight piece before its target, where its figures stand, so that no two of them meet; it
passes the stages between on a lane of its own. Down: the arrows of each box are listed above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts import _axis
from pipeline.report.charts._paths import PathArrow, Paths
from pipeline.report.charts._shapes import ChartTexts
from pipeline.report.charts._text import fit, label
from pipeline.report.charts._text import width as measured

SIZE = 14.0
MOST_COLUMNS = 4
PORT = 38.0
"""Height of an arrow's end, with its value above the line and its interval below."""
LANE, GAP, TALL = 20.0, 16.0, 46.0
TIP = 8.0
"""Length of an arrow's point."""
ROW = 27.0
Place = tuple[float, float]


def draw(data: Paths, *, width: int, uid: str, texts: ChartTexts) -> Markup:
    """Arrows as thick as their values are large, dashed where the interval holds zero; the last box in accent."""
    thick = _thickness(data)
    columns = max(box.stage for box in data.boxes) + 1
    across = width >= 600 and columns <= MOST_COLUMNS
    marks, height = _across(data, float(width), thick) if across else _down(data, float(width), thick)
    return svg.drawing(
        *marks,
        width=width,
        height=height,
        uid=uid,
        title=texts.title,
        description=texts.spoken([(arrow.label, _told(arrow)) for arrow in data.arrows] or _alone(data)),
        class_="paths",
    )


def _told(arrow: PathArrow) -> str:
    return " ".join(text for text in (arrow.value_text, arrow.range_text, arrow.text) if text)


def _alone(data: Paths) -> list[tuple[str, str]]:
    return [(box.label, "") for box in data.boxes]


def _thickness(data: Paths) -> dict[int, float]:
    """Width of the line of each arrow; ValueError where a number is not finite."""
    numbers = [each for arrow in data.arrows for each in (arrow.value, arrow.low, arrow.high)]
    _axis.extent(numbers)
    largest = max((abs(arrow.value or 0.0) for arrow in data.arrows), default=0.0) or 1.0
    return {at: 1.2 + 3.2 * abs(arrow.value or 0.0) / largest for at, arrow in enumerate(data.arrows)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Of the drawing across. box: place -> left, top, height. lane: (arrow, stage) -> height of its passage.

    port: arrow -> height at which it enters its target. wide: of every box; words: room for figures before it.
    """

    box: dict[int, tuple[float, float, float]]
    lane: dict[tuple[int, int], float]
    port: dict[int, float]
    wide: float
    words: float
    height: float


def _across(data: Paths, full: float, thick: dict[int, float]) -> tuple[list[Markup], float]:
    at = _layout(data, full)
    marks = [_line(data, at, number, thick[number]) for number in range(len(data.arrows))]
    marks += [_figures(data, at, number) for number in range(len(data.arrows))]
    last = max(box.stage for box in data.boxes)
    for number, box in enumerate(data.boxes):
        left, top, tall = at.box[number]
        marks.append(_box(box.label, left, top, at.wide, tall, last=box.stage == last, lines=3))
    return marks, at.height


def _layout(data: Paths, full: float) -> Layout:
    stages = max(box.stage for box in data.boxes)
    texts = [(arrow.value_text, 13.0, True) for arrow in data.arrows] + [
        (arrow.range_text, 11.5, False) for arrow in data.arrows
    ]
    words = min(max((measured(text, size, bold) for text, size, bold in texts), default=0.0) + TIP + 6, 112.0)
    between = 44.0 if stages < 3 else 26.0
    wide = min((full - 2 - stages * (words + between)) / (stages + 1), 190.0)
    step = (full - 2 - wide) / stages
    tall = {number: _tall(data, number) for number in range(len(data.boxes))}
    stacks = [_stack(data, stage) for stage in range(stages + 1)]
    heights = [sum(_size(item, tall) for item in stack) + GAP * (len(stack) - 1) for stack in stacks]
    height = max(heights) + 2
    box: dict[int, tuple[float, float, float]] = {}
    lane: dict[tuple[int, int], float] = {}
    for stage, stack in enumerate(stacks):
        y = (height - heights[stage]) / 2 if len(stack) == 1 else 1.0
        for kind, number in stack:
            size = _size((kind, number), tall)
            if kind == "box":
                box[number] = (1 + step * stage, y, size)
            else:
                lane[number, stage] = y + size / 2
            y += size + GAP
    return Layout(box=box, lane=lane, port=_ports(data, box), wide=wide, words=words, height=height)


def _tall(data: Paths, number: int) -> float:
    return max(TALL, PORT * sum(arrow.target == number for arrow in data.arrows))


def _stack(data: Paths, stage: int) -> list[tuple[str, int]]:
    """What stands in a column, from top to bottom: its boxes, then arrows that pass, those from near first."""
    boxes = [("box", number) for number, box in enumerate(data.boxes) if box.stage == stage]
    stage_of = [box.stage for box in data.boxes]
    passing = [
        number for number, arrow in enumerate(data.arrows) if stage_of[arrow.source] < stage < stage_of[arrow.target]
    ]
    ordered = sorted(passing, key=lambda number: (-stage_of[data.arrows[number].source], number))
    return [*boxes, *(("lane", number) for number in ordered)]


def _size(item: tuple[str, int], tall: dict[int, float]) -> float:
    return tall[item[1]] if item[0] == "box" else LANE


def _ports(data: Paths, box: dict[int, tuple[float, float, float]]) -> dict[int, float]:
    """Arrows from near stages enter above those from far."""
    found: dict[int, float] = {}
    for number, (_, top, tall) in box.items():
        arriving = [at for at, arrow in enumerate(data.arrows) if arrow.target == number]
        arriving.sort(key=lambda at: (-data.boxes[data.arrows[at].source].stage, box[data.arrows[at].source][1], at))
        for row, at in enumerate(arriving):
            found[at] = top + tall / 2 + PORT * (row - (len(arriving) - 1) / 2)
    return found


def _line(data: Paths, at: Layout, number: int, thick: float) -> Markup:
    """From the right of its source, over its lanes, to its straight end."""
    arrow = data.arrows[number]
    left, top, tall = at.box[arrow.source]
    begin, goal = data.boxes[arrow.source].stage, data.boxes[arrow.target].stage
    target, y = at.box[arrow.target][0], at.port[number]
    places: list[Place] = [(left + at.wide, top + tall / 2)]
    step = (target - left) / (goal - begin)
    for stage in range(begin + 1, goal):
        x = left + step * (stage - begin)
        places += [(x - at.words, at.lane[number, stage]), (x + at.wide, at.lane[number, stage])]
    places += [(target - at.words, y), (target - TIP + 1, y)]
    kind = _kind(arrow)
    path = svg.element("path", d=_curve(places), class_=f"way{kind}", stroke_width=thick)
    return svg.group(path, _point(target, y, kind, down=False), title=f"{arrow.label} · {_told(arrow)}")


def _kind(arrow: PathArrow) -> str:
    return ("" if arrow.claimed else " aside") + ("" if arrow.sure else " open")


def _curve(places: list[Place]) -> str:
    """Curves where the height changes, straight lines elsewhere."""
    parts = [f"M{svg.number(places[0][0])} {svg.number(places[0][1])}"]
    for (x, y), (to, end) in pairwise(places):
        middle = svg.number((x + to) / 2)
        bent = f"C{middle} {svg.number(y)} {middle} {svg.number(end)} "
        parts.append(f"{bent if y != end else 'L'}{svg.number(to)} {svg.number(end)}")
    return "".join(parts)


def _point(x: float, y: float, kind: str, *, down: bool) -> Markup:
    turn = f"l-4.5 {-TIP:g}h9z" if down else f"l{-TIP:g} -4.5v9z"
    return svg.element("path", d=f"M{svg.number(x)} {svg.number(y)}{turn}", class_=f"tip{kind}")


def _figures(data: Paths, at: Layout, number: int) -> Markup:
    arrow, y = data.arrows[number], at.port[number]
    x, room = at.box[arrow.target][0] - TIP - 3, at.words - TIP
    value = fit(arrow.value_text, room, 13.0, bold=True, lines=1)
    limits = fit(arrow.range_text, room, 11.5, lines=1)
    return svg.group(label(value, x, y - 9.5, "value", "end"), label(limits, x, y + 10, "rank", "end"))


def _box(text: str, x: float, y: float, wide: float, tall: float, *, last: bool, lines: int) -> Markup:
    ending = "-last" if last else ""
    named = fit(text, wide - 16, SIZE, bold=True, lines=lines)
    return svg.group(
        svg.rect(x, y, wide, tall, f"box{ending}", 5),
        label(named, x + wide / 2, y + tall / 2, f"name strong on-box{ending}", "middle"),
        title=text,
    )


def _down(data: Paths, full: float, thick: dict[int, float]) -> tuple[list[Markup], float]:
    marks: list[Markup] = []
    y, last = 1.0, max(box.stage for box in data.boxes)
    room = min(full - 2, 560.0)
    for number, box in enumerate(data.boxes):
        arriving = [at for at, arrow in enumerate(data.arrows) if arrow.target == number]
        arriving.sort(key=lambda at: (-data.boxes[data.arrows[at].source].stage, at))
        y += 6 if arriving else 0
        for at in arriving:
            marks += _listed(data, data.arrows[at], y + ROW / 2, room, thick[at])
            y += ROW
        y += 6 if arriving else 0
        marks.append(_box(box.label, 1, y, room, 40.0, last=box.stage == last, lines=2))
        y += 40 + 2
    return marks, y


def _listed(data: Paths, arrow: PathArrow, y: float, room: float, thick: float) -> Iterator[Markup]:
    """One arrow into the box below: a short line of its kind, where it comes from, and its figures."""
    kind, limits = _kind(arrow), fit(arrow.range_text, room * 0.36, 12.0, lines=1)
    value = fit(arrow.value_text, room * 0.2, 13.0, bold=True, lines=1)
    figures = limits.width + 8
    named = fit(data.boxes[arrow.source].label, room - 52 - figures - value.width - 14, 13.0, lines=1)
    yield svg.group(
        svg.element("path", d=f"M6 {svg.number(y)}h{30 - TIP:g}", class_=f"way{kind}", stroke_width=thick),
        _point(36, y, kind, down=False),
        label(named, 46, y, "name plain"),
        label(value, room - figures, y, "value", "end"),
        label(limits, room, y, "rank", "end"),
        title=f"{arrow.label} · {_told(arrow)}",
    )
