"""wenjuanxing.<lang>.txt: the questionnaire as 问卷星 reads it from pasted text (文本导入).

What the import page takes for something else is written otherwise: brackets and braces full width, blanks within an
option as no-break spaces (a blank would part two options), a sign before options that begin with a number (which would
begin a new question). Routing, ranges and required answers are no part of the format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.instrument.layout import Block, Form
from pipeline.instrument.words import HAN, one_line, words

TAGS = {
    "one": "[单选题]",
    "several": "[多选题]",
    "scale": "[量表题]",
    "number": "[填空题]",
    "text": "[填空题]",
    "date": "[填空题]",
}
SCALE_GRID, PLAIN_GRID = "[矩阵量表题]", "[矩阵单选题]"
NOTE, PAGE = "[段落说明]", "[分页栏]"
TAKEN = str.maketrans({
    "[": "［", "]": "］", "{": "｛", "}": "｝", "(": "（", ")": "）", "<": "＜", ">": "＞", "$": "＄", "^": "＾",
    "|": "｜", "【": "［", "】": "］", "\t": " ",
})  # fmt: skip
DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
"""Signs that the import obeys or replaces; full-width digits begin a question wherever they stand."""
NUMBERED = re.compile(r"(?:[A-Za-z]|问题|第)?\s*[0-9０-９]|[一二三四五六七八九十]+[、.．]")
COUNTED = re.compile(r"[0-9]+[次万%千小年以岁元人本个后级分]|[0-9]+\s*[-－—~～]{1,3}\s*[0-9]+")
NO_BREAK = "\u00a0"


def text_of(form: Form) -> str:
    """The whole text: title, introduction, then questions with one blank line between."""
    blocks = [f"{started(form.title)}\n{started(f'{form.intro} {form.lasts}')}"]
    for position, sheet in enumerate(form.sheets):
        blocks += [PAGE] if position else []
        blocks.append("\n".join(text for text in (started(sheet.title) + NOTE, started(sheet.text)) if text))
        blocks += ["\n".join(_question(form, block)) for block in sheet.blocks]
    return "\n\n".join(blocks) + "\n"


def inline(text: str) -> str:
    """A text in one line that the import takes for nothing but a text."""
    return one_line(text).translate(TAKEN).translate(DIGITS)


def started(text: str) -> str:
    """A line that does not begin as a question would."""
    text = inline(text)
    return f"·{text}" if NUMBERED.match(text) else text


def option(text: str) -> str:
    """An option, or a row of a grid, that stays one and begins no question."""
    text = inline(text)
    text = re.sub(rf"(?<=[0-9]) (?={HAN})|(?<={HAN}) (?=[0-9])", "", text).replace(" ", NO_BREAK)
    return f"·{text}" if NUMBERED.match(text) and not COUNTED.match(text) else text


def _question(form: Form, block: Block) -> Iterator[str]:
    notes = "".join(words(form.language)("form.question_route", route=note) for note in block.notes[: _shown(block)])
    yield f"{block.number}. {inline(block.wording)}{inline(notes)}{_tag(block)}"
    if block.kind == "grid":
        yield " ".join(map(option, block.heads))
        yield from map(option, block.rows)
    elif block.kind in ("one", "several", "scale"):
        yield from map(option, block.heads)


def _shown(block: Block) -> int | None:
    """Notes that the platform does not show itself: all of a number, none of what is ticked."""
    return None if block.kind in ("number", "date") else 0


def _tag(block: Block) -> str:
    if block.kind != "grid":
        return TAGS[block.kind]
    return SCALE_GRID if len(block.heads) > 2 else PLAIN_GRID
