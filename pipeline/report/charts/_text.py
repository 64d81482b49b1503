"""How wide a text is drawn, and how a label is broken so that it stays inside its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report import svg

# Advance widths of Inter (OFL) in thousandths of the size, characters 32 to 126, at weights 400 and 600.
_REGULAR = (
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610, 618, 646,
    593, 620, 566, 619, 620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601, 590, 746, 743, 269,
    571, 672, 565, 903, 753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471,
    456, 323, 562, 612, 571, 612, 583, 370, 613, 591, 242, 242, 549, 242, 876, 591, 600, 612, 612, 376, 528,
    327, 591, 562, 818, 546, 562, 552, 426, 333, 426, 662,
)  # fmt: skip
_BOLD = (
    252, 321, 523, 644, 650, 1004, 663, 326, 373, 373, 540, 673, 319, 465, 319, 379, 660, 423, 623, 636, 666,
    612, 640, 576, 640, 640, 319, 329, 673, 673, 673, 543, 999, 728, 659, 737, 722, 605, 588, 749, 746, 277,
    580, 703, 565, 922, 759, 769, 645, 773, 652, 650, 660, 736, 728, 1020, 720, 713, 652, 373, 379, 373, 481,
    469, 351, 574, 624, 583, 624, 591, 389, 625, 612, 262, 262, 569, 262, 900, 612, 609, 624, 624, 397, 549,
    353, 612, 587, 839, 569, 588, 566, 455, 359, 455, 673,
)  # fmt: skip
_OTHER = {"–": 500, "—": 1000, "−": 673, "·": 319, "’": 294, "“": 507, "”": 501, "…": 956}
_CLOSING = "，。、；：？！）》」』”’%,.;:?!)"
_HAN = r"\u2e80-\u9fff\u3000-\u303f\uf900-\ufaff\uff00-\uffef"
_PIECE = re.compile(rf"\s+|[{_HAN}]|[^\s{_HAN}]+?(?:[-/]|(?=[\s{_HAN}])|$)")
SMALLEST = 10.0


def width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line in units of the drawing, as Inter and a square Chinese font set it."""
    table = _BOLD if bold else _REGULAR
    return sum(_advance(character, table) for character in text) * size / 1000


def _advance(character: str, table: Sequence[int]) -> int:
    code = ord(character)
    if 32 <= code < 127:
        return table[code - 32]
    if character in _OTHER:
        return _OTHER[character]
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 1010 if unicodedata.east_asian_width(character) in "WF" or code > 0x2E7F else 760


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines of one label, the size they are set in and their widths."""

    lines: tuple[str, ...]
    size: float
    bold: bool = False

    @property
    def width(self) -> float:
        return max((width(line, self.size, self.bold) for line in self.lines), default=0.0)

    @property
    def leading(self) -> float:
        return self.size * 1.25

    @property
    def height(self) -> float:
        return self.leading * len(self.lines)


def fit(text: str, room: float, size: float, *, bold: bool = False, lines: int = 2) -> Block:
    """Text in at most `lines` lines no wider than `room`: wrapped first, then smaller, cut with '…' at last."""
    text = " ".join(text.split())
    tried = size
    while True:
        wrapped = _wrap(text, room, tried, bold)
        if len(wrapped) <= lines or tried <= SMALLEST:
            break
        tried = max(SMALLEST, tried - 0.5)
    if len(wrapped) > lines:
        wrapped = [*wrapped[: lines - 1], _cut("".join(wrapped[lines - 1 :]), room, tried, bold)]
    return Block(lines=tuple(line.rstrip() for line in wrapped), size=tried, bold=bold)


def _wrap(text: str, room: float, size: float, bold: bool) -> list[str]:
    """Lines broken at spaces, hyphens and between Han, a word only where it is longer than a line."""
    lines: list[str] = [""]
    for piece in _pieces(text, room, size, bold):
        if lines[-1] and piece.strip() and width(lines[-1] + piece, size, bold) > room:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return lines


def _pieces(text: str, room: float, size: float, bold: bool) -> list[str]:
    found: list[str] = []
    for piece in _PIECE.findall(text):
        if found and piece[0] in _CLOSING and not found[-1].isspace():
            found[-1] += piece
        else:
            found.append(piece)
    return [part for piece in found for part in ([piece] if width(piece, size, bold) <= room else piece)]


def _cut(text: str, room: float, size: float, bold: bool) -> str:
    room -= width("…", size, bold)
    fits = 0
    while fits < len(text) and (room := room - width(text[fits], size, bold)) >= 0:
        fits += 1
    return text[:fits].rstrip() + "…"


def pitch(blocks: Sequence[Block], least: float) -> float:
    """Height of a row that holds the tallest of the labels, at least `least`."""
    return max([least, *(block.height + 6 for block in blocks)])


def label(block: Block, x: float, middle: float, class_: str, anchor: str | None = None) -> Markup:
    """The lines of a block, centred on the height `middle`."""
    first = middle - block.height / 2 + block.size * 0.98
    drawn = [
        svg.text(line, x, first + i * block.leading, class_, anchor, block.size) for i, line in enumerate(block.lines)
    ]
    return Markup("").join(drawn)
