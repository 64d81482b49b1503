"""Times at which interviews began, as numbers that rise: only their order is ever used."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from pipeline.errors import Problem
from pipeline.ingest._cells import Cells, Sheet, number, shown

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY_MONTH = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})")
"""A date whose first two numbers may be day and month, or month and day."""
UNDECIDED = "may have the day or the month first, and the other dates of the column do not tell which."
DATES = (
    re.compile(r"(?P<y>\d{4})([/.-])(?P<m>\d{1,2})\2(?P<d>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})年\s*(?P<m>\d{1,2})月\s*(?P<d>\d{1,2})[日号]"),
    re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"),
    re.compile(rf"(?P<d>\d{{1,2}})[ -](?P<m>{'|'.join(MONTHS)})[a-z]*\.?[ -](?P<y>\d{{4}})"),
    re.compile(rf"(?P<m>{'|'.join(MONTHS)})[a-z]*\.? (?P<d>\d{{1,2}}),? (?P<y>\d{{4}})"),
)
HALF = "am|pm|a\\.m\\.|p\\.m\\.|上午|下午|凌晨|早上|中午|晚上"
CLOCK = re.compile(
    rf"(?P<before>{HALF})?\s*(?P<h>\d{{1,2}})[:时](?P<min>\d{{2}})(?:[:分](?P<s>\d{{2}}(?:\.\d+)?)秒?|分)?\s*(?P<after>{HALF})?"
    r"\s*(?P<zone>z|(?:gmt|utc)?\s*(?P<sign>[+-])(?P<zh>\d{1,2}):?(?P<zm>\d{2})?|gmt|utc)?"
)
LATE = ("pm", "p.m.", "下午", "晚上")


def times(sheet: Sheet, cells: Cells) -> tuple[np.ndarray, list[Problem]]:
    """(rows,) seconds, or the numbers themselves; NaN where blank. A text that is neither is a problem.

    Times without a zone are taken as of one zone, the same for all. Whether the day or the month comes first is read
    from the whole column; where no date of it tells, that is one problem.
    """
    found, strange = told(cells.texts)
    advice = "Write it as 2026-03-02 14:05:00, or number the interviews."
    wrong = {text: f"{shown(text)} {message or 'is no time.'} {advice}" for text, message in strange.items()}
    values = cells.look_up([np.nan if value is None else value for value in found])
    return values, sheet.cell_problems(cells, wrong)


def told(texts: Sequence[str]) -> tuple[list[float | None], dict[str, str]]:
    """`moments` of a column, and its texts that are no time, each with why ('' where nothing is to be said).

    Where the column does not tell the order of day and month, only the first such date is named.
    """
    found = moments(texts)
    strange = [text for text, value in zip(texts, found, strict=True) if value is None]
    unclear = undecided(texts)
    return found, {
        text: UNDECIDED if text == unclear else ""
        for text in strange
        if text == unclear or not (unclear and DAY_MONTH.match(text))
    }


def undecided(texts: Sequence[str]) -> str | None:
    """The first date of which the column does not tell whether the day or the month comes first; None if it does."""
    return next((text for text in texts if DAY_MONTH.match(text)), None) if _day_first(texts) is None else None


def moments(texts: Sequence[str]) -> list[float | None]:
    """`moment` of each text of one column; the order of day and month is that of the whole column."""
    first = _day_first(texts)
    return [moment(text, first) for text in texts]


def moment(text: str, day_first: bool | None = None) -> float | None:
    """Seconds of a time, or a plain number; None for any other text.

    Read are ISO 8601, year first, Chinese dates, named months, 2.3.2026, and 3/2/2026 where `day_first` is known;
    with am or pm, 上午 or 下午, and an offset such as GMT+8.
    """
    value = number(text)
    if value is not None:
        return value
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        found = _parsed(unicodedata.normalize("NFKC", text).casefold().strip(), day_first)
        if found is None:
            return None
        read = found
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _day_first(texts: Sequence[str]) -> bool | None:
    """Does the day stand before the month in the column's dates? None where none tells, or they contradict."""
    found = [match for text in texts if (match := DAY_MONTH.match(text))]
    day = any(int(match[1]) > 12 for match in found)
    month = any(int(match[3]) > 12 for match in found)
    same = all(match[1] == match[3] for match in found)
    return None if day == month and not same else day


def _parsed(text: str, day_first: bool | None) -> datetime | None:
    """Date and time of a folded text, as of UTC where it says an offset."""
    numbers = DAY_MONTH.match(text)
    date = numbers or next((match for pattern in DATES if (match := pattern.match(text))), None)
    if date is None or (numbers and day_first is None):
        return None
    rest = text[date.end() :].strip(" ,t")
    clock = CLOCK.fullmatch(rest) if rest else None
    if rest and clock is None:
        return None
    try:
        day = datetime(*_calendar(date, numbers is not None, bool(day_first)))
        return day + _since_midnight(clock) if clock else day
    except ValueError:
        return None


def _calendar(date: re.Match[str], numbers: bool, day_first: bool) -> tuple[int, int, int]:
    """Year, month and day."""
    if numbers:
        day, month = (date[1], date[3]) if day_first else (date[3], date[1])
        return int(date[4]), int(month), int(day)
    month = date["m"]
    return int(date["y"]), MONTHS.index(month) + 1 if month in MONTHS else int(month), int(date["d"])


def _since_midnight(clock: re.Match[str]) -> timedelta:
    """Time since midnight, less the offset of its zone. Raises ValueError for an hour that no clock shows."""
    hour, minute, half = int(clock["h"]), int(clock["min"]), clock["after"] or clock["before"]
    if hour > 23 or minute > 59 or float(clock["s"] or 0) >= 60:
        raise ValueError(clock[0])
    if half in LATE and hour < 12:
        hour += 12
    elif half in ("am", "a.m.", "上午", "凌晨") and hour == 12:
        hour = 0
    offset = timedelta(hours=int(clock["zh"] or 0), minutes=int(clock["zm"] or 0))
    time = timedelta(hours=hour, minutes=minute, seconds=float(clock["s"] or 0))
    return time + offset if clock["sign"] == "-" else time - offset
