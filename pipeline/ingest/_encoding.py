"""Encoding: a fixed cascade, because no detector can be trusted on short files. What was chosen is always reported."""

from __future__ import annotations

import codecs
import re

from pipeline.ingest._table import fail

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHINESE = (("gb18030", "gb2312", (0xB0, 0xD7), (0xA1, 0xA3)), ("big5", "big5", (0xA4, 0xC6), (0xA1, 0xA3)))
"""Encoding, the character set that ranks its hanzi, lead bytes of everyday hanzi, lead bytes of punctuation."""
EVERYDAY = 0.7
ODD = re.compile(r"(?<=[a-zß-öø-ÿ])(?:[À-ÖØ-ÞŠŒŽŸ]|[^\x00-\x7f\w\s’–—…](?=[A-Za-z]))")
"""A capital with an accent, or a sign, in the middle of a word: a text read with the wrong table is full of them."""


def decode(raw: bytes, name: str, declared: str | None) -> tuple[str, str]:
    """Text of a file without its byte order mark, and the encoding that was declared or found."""
    encoding = declared or _detect(raw)
    try:
        text = raw.decode(encoding)
    except LookupError:
        raise fail(
            name, f"'{encoding}' is no known encoding; use utf-8, gb18030, big5, cp1252 or another name Python knows."
        ) from None
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        line = raw.count(b"\n", 0, start) + 1
        advice = "leave 'encoding' out of data to have it detected, or save the file as UTF-8"
        raise fail(
            name, f"row {line}: byte 0x{raw[start : start + 1].hex().upper()} is not {encoding}; {advice}."
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise fail(
            name, f"row {line} holds a NUL byte, so this is no text file; export it again as CSV UTF-8 or as Excel."
        )
    return text.removeprefix("\ufeff"), encoding


def _detect(raw: bytes) -> str:
    """BOM, then strict UTF-8, then Chinese where most characters are everyday ones, then Western."""
    for mark, encoding in BOMS:
        if raw.startswith(mark):
            return encoding
    if _decodes(raw, "utf-8"):
        return "utf-8"
    shares = {encoding: _everyday(raw, encoding, ranked, *leads) for encoding, ranked, *leads in CHINESE}
    best = max(shares, key=lambda encoding: shares[encoding])
    if shares[best] >= EVERYDAY:
        return best
    return _western(raw)


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeError:
        return False
    return True


def _everyday(raw: bytes, encoding: str, ranked: str, hanzi: tuple[int, int], marks: tuple[int, int]) -> float:
    """Share of the characters beyond ASCII that are everyday hanzi or their punctuation; 0 if it cannot be decoded."""
    if not _decodes(raw, encoding):
        return 0.0
    others = [character for character in raw.decode(encoding) if character > "\x7f"]
    known = 0
    for character in set(others):
        coded = character.encode(ranked, "ignore")
        if len(coded) == 2 and any(low <= coded[0] <= high for low, high in (hanzi, marks)):
            known += others.count(character)
    return known / len(others) if others else 0.0


def _western(raw: bytes) -> str:
    """cp1252 unless its reading looks odder than Mac Roman's."""
    if not _decodes(raw, "cp1252"):
        return "mac_roman"
    odd = {encoding: len(ODD.findall(raw.decode(encoding))) for encoding in ("cp1252", "mac_roman")}
    return "mac_roman" if odd["mac_roman"] < odd["cp1252"] else "cp1252"
