"""Screening: every row read is kept or has one reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import load
from pipeline.errors import AnalysisRefused
from pipeline.ingest import read
from pipeline.screen import Screening, screen
from tests.conftest import ROWS

Folder = Callable[..., Path]


def screened(folder: Path) -> Screening:
    study = load(folder)
    return screen(read(study), study)


def test_nothing_is_removed_where_nothing_is_declared(study_folder: Folder) -> None:
    found = screened(study_folder())
    assert found.keep.all()
    assert [(flow.stage, flow.remaining, dict(flow.removed)) for flow in found.flow] == [
        ("read", 5, {}),
        ("complete", 5, {}),
    ]


def test_every_row_has_one_reason_and_the_steps_add_up(study_folder: Folder) -> None:
    rows = [*ROWS, ROWS[0], ["a06", "1", "2", "3", "4", "south", ""], ["a07", "1", "2", "3", "4", "north", ""]]
    keys = {"respondent": {"id": "id", "complete": {"column": "city", "equals": ["north"]}}, "weights": {"column": "w"}}
    found = screened(study_folder(rows=rows, **keys))
    read_, complete = found.flow
    assert dict(complete.removed) == {"duplicate": 1, "incomplete": 3, "no_weight": 1}
    assert read_.remaining == 8 == complete.remaining + sum(complete.removed.values())
    assert found.keep.sum() == complete.remaining == 3


def test_no_complete_row_at_all_is_refused(study_folder: Folder) -> None:
    folder = study_folder(respondent={"complete": {"column": "city", "equals": "west"}})
    with pytest.raises(AnalysisRefused, match=r'column "city" never holds west; correct equals'):
        screened(folder)
