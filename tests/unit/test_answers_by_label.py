"""A category may be answered by the label of a declared code, or by a code that the file labels like one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import DataError
from pipeline.ingest import read
from pipeline.study import load
from tests.conftest import HEADER, ROWS

CODES = {"up": {"en": "Step up", "zh": "升级"}, "save": {"en": "Save money", "zh": "省钱"}}


def levels(
    study_folder: Callable[..., Path], cells: list[str], codes: dict[str, Any] = CODES, **variable: Any
) -> list[str]:
    """Levels of the answers, '' where there is none."""
    rows = [[*row, cells[at % len(cells)]] for at, row in enumerate(ROWS)]
    folder = study_folder(
        rows, [*HEADER, "motive"], variables={"motive": {"codes": codes, **variable}}, segments=["motive"]
    )
    found = read(load(folder)).variables["motive"].astype(object)
    return sorted({"" if value != value else str(value) for value in found})


@pytest.mark.parametrize(
    "cells", [["up", "save"], ["Step up", "Save money"], ["升级", "省钱"], ["step up ", "save", "省钱"]]
)
def test_a_label_in_any_language_is_its_code(study_folder: Callable[..., Path], cells: list[str]) -> None:
    assert levels(study_folder, cells) == ["save", "up"]


def test_a_code_wins_over_a_label(study_folder: Callable[..., Path]) -> None:
    codes = {"Save": "Step up", "Step up": "Save"}
    assert levels(study_folder, ["Save", "Step up"], codes) == ["Save", "Step up"]


def test_a_label_of_two_codes_names_none(study_folder: Callable[..., Path]) -> None:
    with pytest.raises(DataError, match="is not up or down"):
        levels(study_folder, ["Same", "up"], {"up": "Same", "down": "Same"})


def test_a_label_that_is_a_number_names_none(study_folder: Callable[..., Path]) -> None:
    """The answer 3 is no answer 2 because somebody called 2 'three'."""
    with pytest.raises(DataError, match='"3" is not 1 or 2'):
        levels(study_folder, ["1", "3"], {"1": "2", "2": "3"})


def test_other_takes_only_what_no_label_takes(study_folder: Callable[..., Path]) -> None:
    assert levels(study_folder, ["升级", "whim"], other="Another") == ["Another", "up"]
