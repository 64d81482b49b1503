"""Lengths of interviews and times at which they began, as survey tools write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import load
from pipeline.errors import DataError
from pipeline.ingest import read
from pipeline.ingest._durations import seconds
from pipeline.ingest._times import moment, moments, undecided
from tests.conftest import HEADER, ROWS


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("125", 125),
        ("125.3", 125.3),
        ("0", 0),
        ("123秒", 123),
        ("2分5秒", 125),
        ("1小时2分5秒", 3725),
        ("1小時3分鐘", 3780),
        ("１２３秒", 123),
        ("00:02:05", 125),
        ("2:05", 125),
        ("90:00", 5400),
        ("26:00:01", 93601),
        ("1 day, 0:02:05", 86525),
        ("PT2M5S", 125),
        ("P1DT1H", 90000),
        ("2 min 5 s", 125),
        ("1 hour, 2 minutes", 3720),
    ],
)
def test_lengths_of_every_tool(text: str, length: float) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["-3", "abc", "2:65", "1:70:00", "5秒2分", "2分5", "PT", "P", "2026-03-02", "秒", ""])
def test_what_is_no_length_is_not_guessed(text: str) -> None:
    assert seconds(text) is None


NINE = datetime(2026, 11, 22, 13, 2, 3, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T13:02:03",
        "2026-11-22 13:02:03",
        "2026/11/22 13:02:03",
        "2026/11/22 1:02:03 PM",
        "2026/11/22 下午1:02:03",
        "2026/11/22 1:02:03 下午",
        "2026年11月22日 13:02:03",
        "2026年11月22日 13时02分03秒",
        "22.11.2026 13:02:03",
        "22-Nov-2026 13:02:03",
        "Nov 22, 2026 1:02:03 pm",
        "2026-11-22T21:02:03+08:00",
        "2026/11/22 9:02:03 PM GMT+8",
        "2026-11-22 13:02:03 UTC",
        "2026-11-22 08:02:03 -0500",
    ],
)
def test_one_moment_as_every_tool_writes_it(text: str) -> None:
    assert moment(text) == NINE


@pytest.mark.parametrize("text", ["2026-02-30", "2026/2/30", "2026/3/2 24:03", "3/2/2026", "soon", "2026/3/2 noon", ""])
def test_what_is_no_time_or_an_unclear_one_is_none(text: str) -> None:
    assert moment(text) is None


def test_midnight_and_noon_of_clocks_with_twelve_hours() -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
    assert [moment(f"2026/3/2 12:00 {half}") for half in ("AM", "PM")] == [day, day + 12 * 3600]


def test_one_day_after_the_twelfth_tells_the_order_of_a_column() -> None:
    march, april = datetime(2026, 3, 4, tzinfo=UTC).timestamp(), datetime(2026, 4, 3, tzinfo=UTC).timestamp()
    assert moments(["03/04/2026", "03/25/2026"])[0] == march
    assert moments(["03/04/2026", "25/03/2026"])[0] == april


@pytest.mark.parametrize("dates", [["03/04/2026", "05/04/2026"], ["13/03/2026", "03/14/2026"]])
def test_a_column_that_does_not_tell_is_refused(dates: list[str]) -> None:
    assert moments(dates) == [None, None]
    assert undecided(dates) == dates[0]


def test_dates_that_read_the_same_either_way_are_read() -> None:
    assert moments(["03/03/2026"]) == [datetime(2026, 3, 3, tzinfo=UTC).timestamp()]
    assert undecided(["03/03/2026", "2026-03-04"]) is None


def test_the_order_of_a_column_reaches_the_study(study_folder: Callable[..., Path]) -> None:
    dates = ["03/25/2026 02:14:05 PM", "03/04/2026 01:00:00 AM", "04/01/2026 09:00:00 AM", "", "03/05/2026 09:00:00 AM"]
    rows = [[*row, date] for row, date in zip(ROWS, dates, strict=True)]
    folder = study_folder(
        rows=rows,
        header=(*HEADER, "began"),
        respondent={"id": "id", "started": "began"},
        variables={"began": {"type": "date"}},
    )
    found = read(load(folder))
    assert found.started is not None
    at = dict(zip(found.variables["began"].tolist(), found.started.tolist(), strict=True))
    days = [
        (datetime(2026, month, day, tzinfo=UTC).timestamp() / 86_400)
        for month, day in ((3, 4), (3, 5), (3, 25), (4, 1))
    ]
    assert [int(day) for day in sorted(day for day in at if day == day)] == days
    assert sorted(value for value in at.values() if value == value) == sorted(
        value for text in dates[:3] + dates[4:] if (value := moments([text, dates[0]])[0]) is not None
    )


def test_a_column_whose_order_is_not_told_is_one_problem(study_folder: Callable[..., Path]) -> None:
    rows = [[*row, f"0{place}/04/2026"] for place, row in enumerate(ROWS, start=1)]
    keys = {"respondent": {"id": "id", "started": "began"}, "variables": {"began": {"type": "date"}}}
    with pytest.raises(DataError) as caught:
        read(load(study_folder(rows=rows, header=(*HEADER, "began"), **keys)))
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == 2
    assert all('row 2, column "began"' in one for one in told)
    assert all(
        "may have the day or the month first, and the other dates of the column do not tell which." in one
        for one in told
    )
