"""The few sentences that a form adds to the questions, in both languages, and texts without what no file may hold."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pipeline.report.words import Words, read

HERE = Path(__file__).parent
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""What XML forbids, and what turns around the text beside it."""
HAN = "[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
FOLDED = re.compile(f"(?<={HAN}) (?={HAN})")


@cache
def words(language: str) -> Words:
    """Sentences of the forms."""
    return Words(language, {}, messages=read(HERE / f"words.{language}.po"))


def printable(text: str) -> str:
    """The text without signs that XML forbids or that change the direction of what follows; line ends as \\n."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The text in one line, with single blanks, and with none between Chinese signs."""
    return FOLDED.sub("", " ".join(printable(text).split()))


def unfolded(text: str) -> str:
    """The text without the blanks that YAML puts where Chinese was broken over lines."""
    return FOLDED.sub("", text)
