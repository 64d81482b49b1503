"""The way of the sample: a box for every stage, and beside the arrows what was removed and why."""

from __future__ import annotations

from markupsafe import Markup

from pipeline.report import svg
from pipeline.report.charts._shapes import Box, ChartTexts, Flow, Loss
from pipeline.report.charts._text import fit, label
from pipeline.report.charts._text import width as measured

SIZE = 14.0
TALL = 46.0


def draw(data: Flow, *, width: int, uid: str, texts: ChartTexts) -> Markup:
    """Boxes from the first stage to the last, which is drawn in the accent colour."""
    full, marks, y = float(width), [], 1.0
    for number, box in enumerate(data.boxes):
        last = number == len(data.boxes) - 1
        marks.append(_box(box, y, full, last))
        y += TALL
        if not last:
            marks.append(_losses(box, y, full))
            y += _gap(box, full)
    return svg.drawing(
        *marks,
        width=width,
        height=y + 1,
        uid=uid,
        title=texts.title,
        description=texts.spoken([row for box in data.boxes for row in _spoken(box)]),
        class_="flow",
    )


def _spoken(box: Box) -> list[tuple[str, str]]:
    return [(box.label, box.n_text), *((loss.text, loss.n_text) for loss in box.losses)]


def _step(full: float) -> float:
    """Room for one loss; its text may take two lines on a narrow drawing."""
    return 24.0 if full >= 600 else 32.0


def _gap(box: Box, full: float) -> float:
    return max(32.0, _step(full) * len(box.losses) + 12)


def _room(full: float) -> float:
    return full * 0.52 if full >= 600 else full - 2


def _box(box: Box, y: float, full: float, last: bool) -> Markup:
    wide, ending = _room(full), "-last" if last else ""
    number = measured(box.n_text, SIZE, bold=True)
    named = fit(box.label, wide - number - 44, SIZE, bold=True)
    return svg.group(
        svg.rect(1, y, wide - 2, TALL, f"box{ending}", 5),
        label(named, 16, y + TALL / 2, f"name strong on-box{ending}"),
        svg.text(box.n_text, wide - 16, y + TALL / 2 + 5, f"name strong on-box{ending}", "end"),
        title=f"{box.label} · {box.n_text}",
    )


def _losses(box: Box, y: float, full: float) -> Markup:
    """The arrow to the next box and a branch for each loss."""
    gap, step, stem = _gap(box, full), _step(full), 28.0
    end = y + gap
    arrow = svg.element("path", d=f"M{svg.number(stem - 5)} {svg.number(end - 7)}h10l-5 7z", class_="arrow")
    first = y + (gap - 6) / 2 - step * (len(box.losses) - 1) / 2
    branches = [_branch(loss, first + i * step, full, stem) for i, loss in enumerate(box.losses)]
    return svg.group(svg.line(stem, y, stem, end - 6, "stem"), arrow, *branches)


def _branch(loss: Loss, y: float, full: float, stem: float) -> Markup:
    end = _room(full) + 18 if full >= 600 else stem + 22
    number = measured(loss.n_text, 13.5, bold=True)
    words = fit(loss.text, full - end - 16 - number - 8, 13, lines=1 if full >= 600 else 2)
    return svg.group(
        svg.line(stem, y, end, y, "stem"),
        svg.text(loss.n_text, end + 8, y + 4.7, "loss", None, 13.5),
        label(words, end + 16 + number, y, "loss-text"),
        title=f"{loss.text} {loss.n_text}",
    )
