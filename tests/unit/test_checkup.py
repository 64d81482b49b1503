"""The checkup: everything that was understood, counted, and no statistic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline import load
from pipeline.checkup import check
from tests.conftest import ROWS

Folder = Callable[..., Path]


def test_what_was_understood_is_said_in_counts(study_folder: Folder) -> None:
    keys = {
        "respondent": {"id": "id", "complete": {"column": "city", "equals": ["north", "south"]}},
        "weights": {"column": "w", "strata": "city"},
        "variables": {"size": {"column": "w", "type": "number"}, "city": {}},
        "segments": ["city"],
        "model": {"outcome": "intent", "drivers": ["trust"]},
        "constructs": {"trust": {"items": ["t1", "t2"], "reverse": "t2"}, "price": ["p1"], "intent": ["i1"]},
        "data": [{"file": "answers.csv", "encoding": "utf-8"}],
    }
    rows = [*ROWS, ROWS[1], ["a06", "1", "2", "3", "4", "west", "1"]]
    assert check(load(study_folder(rows=rows, **keys))) == [
        "answers.csv: csv (detected), utf-8, delimiter comma (detected); 7 rows, 7 columns",
        "respondents: 6 in 6 rows",
        "rows left out: 1 duplicate, 1 incomplete; 5 remain",
        "trust (driver): t1, t2, 2 of 2 needed; scale 1 to 7; reversed: t2; 11 of 12 answers (1 skipped)",
        "price (not in the model): p1; scale 1 to 7; 6 of 6 answers",
        "intent (outcome): i1; scale 1 to 7; 6 of 6 answers",
        "variable city (compared): 3 levels hidden, so that nobody learns of fewer than 10 respondents",
        "variable size: 6 numbers",
        "weight: w, 6 rows",
        "strata: city, 3 different",
        "not stated under sample: type, population, frame, method, mode, sponsor, conductor, instrument, language, "
        "incentives, weighting (the report will say so)",
    ]


def test_levels_are_named_only_where_they_hold_enough_people(study_folder: Folder) -> None:
    rows = [
        [str(i), "7", "6", "5", "7", "north" if i < 12 else "south" if i < 22 else f"p{i} of town"] for i in range(25)
    ]
    found = check(load(study_folder(rows, ("id", "t1", "t2", "p1", "i1", "city"), variables={"city": {}})))
    small = "hidden, so that nobody learns of fewer than 10 respondents"
    assert f"variable city: north n = 12; 4 levels {small}" in found
    rows = [row for row in rows if row[5] != "p24 of town"][:23]
    found = check(load(study_folder(rows, ("id", "t1", "t2", "p1", "i1", "city"), variables={"city": {}})))
    assert f"variable city: north n = 12; 2 levels {small}" in found
