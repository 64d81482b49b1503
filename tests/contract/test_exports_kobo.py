"""Exports that KoboToolbox's own exporter made. The figures were counted with csv and openpyxl, not with our reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.ingest import READERS, Opened, read_table
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile

FILES = {
    # rows, columns, blank cells; columns of choices, ticked and unticked cells in them; can the format be told?
    "customer_satisfaction__labels.csv": (3, 2, 0, 0, 0, 0, False),
    "customer_satisfaction__xml.csv": (3, 2, 0, 0, 0, 0, False),
    "dietary_needs__both.csv": (3, 6, 0, 4, 7, 5, True),
    "dietary_needs__details.csv": (3, 5, 0, 4, 7, 5, True),
    "dietary_needs__summary.csv": (3, 2, 0, 0, 0, 0, False),
    "favorite_coffee__multi_version.csv": (5, 6, 3, 4, 7, 10, True),
    "grouped_questions__groups.csv": (2, 6, 0, 0, 0, 0, False),
    "grouped_repeatable.xlsx": (6, 4, 0, 0, 0, 0, True),
    "or_other__or_other.csv": (3, 9, 3, 5, 6, 9, True),
    "quotes_newlines_and_long_urls__newlines.csv": (5, 2, 0, 0, 0, 0, False),
    "restaurant_profile__both_labels.csv": (4, 9, 9, 2, 3, 3, True),
    "restaurant_profile__both_xml.csv": (4, 9, 9, 2, 3, 3, True),
}


def opened(shared: Path, name: str, **keys: str) -> Opened:
    raw = (shared / "exports" / "kobo" / name).read_bytes()
    return Opened(raw=raw, name=name, file=DataFile(file=name, **keys))


def cells(table: Table, column: str) -> list[object]:
    return table.columns[column].cells().tolist()


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_read_whole(shared: Path, name: str) -> None:
    rows, columns, blank, options, ticked, unticked, told = FILES[name]
    table = read_table(opened(shared, name, format="kobo"))
    assert (table.source.rows, table.source.columns) == (rows, columns)
    assert sum(cells(table, column).count(None) for column in table.columns) == blank
    chosen = [column for column, about in table.about.items() if about.kind == "multiple" and about.ticked == ("1",)]
    assert len(chosen) == options
    held = [cell for column in chosen for cell in cells(table, column)]
    assert (held.count("1"), held.count("0")) == (ticked, unticked)
    assert read_table(opened(shared, name)).source.format == ("kobo" if told else "csv")


def test_a_choice_of_a_later_version_was_not_asked_before(shared: Path) -> None:
    table = read_table(opened(shared, "favorite_coffee__multi_version.csv"))
    assert cells(table, "favorite_coffee_type/british") == [None, None, None, "0", "1"]
    assert table.about["favorite_coffee_type/british"].blank == Reason.NOT_ASKED


def test_asked_and_none_chosen_differs_from_not_asked(shared: Path) -> None:
    table = read_table(opened(shared, "restaurant_profile__both_xml.csv"))
    assert cells(table, "eatery_type/takeaway")[2:] == ["0", None]
    assert [name for name, about in table.about.items() if about.role == "place"] == [
        "location", "_location_latitude", "_location_longitude", "_location_altitude", "_location_precision",
    ]  # fmt: skip


def test_labels_with_blanks_are_not_split(shared: Path) -> None:
    table = read_table(opened(shared, "restaurant_profile__both_labels.csv"))
    assert table.about["type de restaurant"].role == "metadata"
    assert table.about["type de restaurant/avec vente à emporter"].part == "avec vente à emporter"


def test_repeats_are_named(shared: Path) -> None:
    table = read_table(opened(shared, "grouped_repeatable.xlsx"))
    assert table.notes == (
        "The sheet houshold_member_repeat stands beside the answers, as repeats do; only one sheet was read.",
    )
    assert [table.about[name].role for name in ("start", "end", "_index")] == ["started", "ended", "metadata"]
    people = read_table(opened(shared, "grouped_repeatable.xlsx", sheet="houshold_member_repeat"))
    assert people.source.rows == 13


def test_no_file_of_another_format_is_taken_for_one(shared: Path) -> None:
    for path in sorted((shared / "exports").rglob("*")):
        if path.is_file() and path.parent.name != "kobo" and path.stat().st_size < 300_000:
            other = Opened(raw=path.read_bytes(), name=path.name, file=DataFile(file=path.name))
            assert not READERS["kobo"].fits(other), path.name
