"""Lengths of interviews, as seconds, however a survey tool writes them."""

from __future__ import annotations

import re
import unicodedata

from pipeline.ingest._cells import number

UNITS = {
    86_400: ("days", "day", "d", "天"),
    3_600: ("hours", "hour", "hrs", "hr", "h", "小时", "小時", "时", "時"),
    60: ("minutes", "minute", "mins", "min", "m", "分钟", "分鐘", "分"),
    1: ("seconds", "second", "secs", "sec", "s", "秒钟", "秒鐘", "秒"),
}
WORDS = {word: length for length, words in UNITS.items() for word in words}
PART = re.compile(rf"(\d+(?:\.\d+)?)\s*({'|'.join(sorted(WORDS, key=len, reverse=True))})[\s,]*")
CLOCK = re.compile(r"(?:(\d+) days?, )?(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)")
ISO = re.compile(r"p(?:(\d+)d)?(?:t(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?)?")


def seconds(text: str) -> float | None:
    """Seconds of a length: '125', '123秒', '2分5秒', '1:02:05', '2:05' (minutes first), '2 min 5 s', 'PT2M5S'.

    None for any other text, and for a negative number.
    """
    value = number(text)
    if value is not None:
        return value if value >= 0 else None
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    clock = CLOCK.fullmatch(folded)
    if clock:
        return _clock(clock)
    iso = ISO.fullmatch(folded)
    if iso and any(iso.groups()):
        return _sum(iso.groups())
    return _spoken(folded)


def _clock(found: re.Match[str]) -> float | None:
    """Days, hours, minutes and seconds of a clock; None where minutes or seconds pass 59."""
    _, hours, minutes, rest = found.groups()
    wrong = float(rest) >= 60 or (hours is not None and int(minutes) >= 60)
    return None if wrong else _sum(found.groups())


def _sum(parts: tuple[str | None, ...]) -> float:
    return sum(length * float(part) for length, part in zip(UNITS, parts, strict=True) if part)


def _spoken(text: str) -> float | None:
    """Numbers with units, each unit at most once and the longer first."""
    found = PART.findall(text)
    lengths = [WORDS[word] for _, word in found]
    if not found or PART.sub("", text) or lengths != sorted(set(lengths), reverse=True):
        return None
    return sum(float(value) * length for (value, _), length in zip(found, lengths, strict=True))
