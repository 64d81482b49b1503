"""One space between Han and Latin or digits, none between Han and Han, wherever a value meets a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

HAN = (("\u3400", "\u9fff"), ("\uf900", "\ufaff"), ("\U00020000", "\U0003ffff"))
LATIN_MARKS = "%+\u2212<>"


def is_han(character: str) -> bool:
    return any(low <= character <= high for low, high in HAN)


def is_latin(character: str) -> bool:
    """A letter or digit of another script, or a sign that belongs to a number."""
    return character in LATIN_MARKS or (character.isalnum() and not is_han(character))


def joined(pieces: Iterable[tuple[str, bool]], language: str) -> str:
    """The pieces (text, is a value) as one text; in Chinese the space at each seam is put right."""
    filled = [piece for piece in pieces if piece[0]]
    if language != "zh":
        return "".join(text for text, _ in filled)
    texts = [text for text, _ in filled]
    for left, right in pairwise(range(len(filled))):
        texts[left], texts[right] = _seam(texts[left], filled[left][1], texts[right], filled[right][1])
    return "".join(texts)


def _seam(left: str, left_is_value: bool, right: str, right_is_value: bool) -> tuple[str, str]:
    """Both texts with the sentence's own blanks at the seam replaced by what belongs there; values stay untouched."""
    bare_left = left if left_is_value else left.rstrip(" ")
    bare_right = right if right_is_value else right.lstrip(" ")
    before, after = bare_left[-1:], bare_right[:1]
    if (is_han(before) and is_latin(after)) or (is_latin(before) and is_han(after)):
        return bare_left, " " + bare_right
    if is_han(before) and is_han(after):
        return bare_left, bare_right
    return left, right
