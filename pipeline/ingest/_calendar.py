"""Calendars of SPSS, Stata and SAS: numbers since an origin as ISO texts, by the format of their column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

SPSS = datetime(1582, 10, 14)
STATA = SAS = datetime(1960, 1, 1)
DAY, MILLISECOND = 86_400.0, 0.001
SPSS_DATES, SPSS_MOMENTS = {"DATE", "ADATE", "EDATE", "JDATE", "SDATE"}, {"DATETIME", "YMDHMS"}
SPSS_TIMES = {"TIME", "DTIME", "MTIME"}
SAS_DATES = re.compile(
    r"(WEEKDATE|WEEKDATX|DATE|DTDATE|JULIAN|(MM|DD)MMYY|(MMDDYY|DDMMYY|YYMMDD)[BCDNPS]?|YYMMDD|(IS8601|E8601|B8601)DA)"
)
SAS_MOMENTS = re.compile(r"(DATETIME|DATEAMPM|MDYAMPM|(IS8601|E8601|B8601)DT|B8601DN)")
SAS_TIMES = re.compile(r"(TIME|TIMEAMPM|HHMM|TOD|(IS8601|E8601|B8601)TM)")
CLOCK = re.compile(r"(?=.*[Hh])[HhMmSs:.,_+ ]+([AaPp]\.?[Mm]\.?)?")
NAME = re.compile(r"[A-Z]+(8601[A-Z]+)?")


class Calendar:
    """How the numbers of one column are read: 'date', 'moment' or 'time', an origin and the seconds in a unit."""

    __slots__ = ("kind", "origin", "unit")

    def __init__(self, kind: str, origin: datetime, unit: float) -> None:
        self.kind, self.origin, self.unit = kind, origin, unit

    def texts(self, values: Sequence[float]) -> list[str | None]:
        """The text of each value."""
        numbers = np.array(values, dtype=float) * self.unit
        first, last = ((end - self.origin).total_seconds() for end in (datetime.min, datetime.max))
        plain = (np.floor(numbers) == numbers) & (numbers >= first) & (numbers <= last)
        if self.kind == "time" or not plain.all():
            return [self.text(value) for value in values]
        moments = np.datetime64(self.origin, "s") + numbers.astype("timedelta64[s]")
        written = np.datetime_as_string(moments, "D" if self.kind == "date" else "s").tolist()
        return [text.replace("T", " ") for text in written]

    def text(self, value: float) -> str | None:
        """'2026-03-02', '2026-03-02 14:05:00' or '1:23:45'; None for a number beyond the years 1 to 9999."""
        try:
            span = timedelta(seconds=value * self.unit)
            if self.kind == "time":
                return _clock(span)
            moment = self.origin + span
        except (OverflowError, ValueError):
            return None
        return moment.date().isoformat() if self.kind == "date" else moment.isoformat(sep=" ")


def _clock(span: timedelta) -> str | None:
    """Hours, minutes and seconds; a length of time may have more than 24 hours."""
    if span < timedelta(0):
        return None
    whole, rest = divmod(span, timedelta(seconds=1))
    text = f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{text}.{rest.microseconds:06}" if rest else text


def calendar(reader: str, written: str | None) -> Calendar | None:
    """The calendar of a column whose format is written so; None where it holds no dates."""
    if not written:
        return None
    if reader == "dta":
        return _stata(written)
    found = NAME.match(written.upper())
    name = found.group() if found else ""
    if reader in ("sav", "por"):
        kinds = {"date": name in SPSS_DATES, "moment": name in SPSS_MOMENTS, "time": name in SPSS_TIMES}
        return next((Calendar(kind, SPSS, 1.0) for kind, is_kind in kinds.items() if is_kind), None)
    if SAS_DATES.fullmatch(name):
        return Calendar("date", SAS, DAY if name != "DTDATE" else 1.0)
    if SAS_MOMENTS.fullmatch(name):
        return Calendar("moment", SAS, 1.0)
    return Calendar("time", SAS, 1.0) if SAS_TIMES.fullmatch(name) else None


def _stata(written: str) -> Calendar | None:
    """%td and %d count days, %tc and %tC milliseconds; weeks, months, quarters and years stay numbers."""
    shown = written.lstrip("%-")
    if shown.startswith(("tc", "tC")):
        only_time = CLOCK.fullmatch(shown[2:])
        return Calendar("time" if only_time else "moment", STATA, MILLISECOND)
    return Calendar("date", STATA, DAY) if shown.startswith(("td", "d")) else None
