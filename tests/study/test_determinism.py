"""Same answers, same bytes: whatever the run, the row order, the machine's settings or the folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

SETTINGS: Mapping[str, Mapping[str, str]] = {
    "again": {},
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "time zone": {"TZ": "Pacific/Kiritimati"},
    "C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "Turkish locale": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    "two threads": {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"},
}


@pytest.fixture(scope="module")
def undisturbed(
    survey: Any, run: Any, contents: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, bytes]]:
    """A study and the files of its report, the manifest left out."""
    root = tmp_path_factory.mktemp("first")
    study = survey(root / "small")
    run(study, root / "out")
    return study, without_manifest(contents(root / "out" / "small"))


def without_manifest(found: Mapping[str, bytes]) -> dict[str, bytes]:
    assert "manifest.json" in found
    return {name: content for name, content in found.items() if name != "manifest.json"}


@pytest.mark.parametrize("setting", SETTINGS)
def test_settings_change_no_byte(undisturbed: Any, run: Any, contents: Any, tmp_path: Path, setting: str) -> None:
    study, expected = undisturbed
    run(study, tmp_path, env=os.environ | SETTINGS[setting])
    assert without_manifest(contents(tmp_path / "small")) == expected


def test_the_order_of_rows_changes_no_byte_but_the_file_hash(
    undisturbed: Any, survey: Callable[..., Path], run: Any, contents: Any, tmp_path: Path
) -> None:
    study = survey(tmp_path / "elsewhere" / "small", shuffle=7)
    assert (study / "answers.csv").read_bytes() != (undisturbed[0] / "answers.csv").read_bytes()
    run(study, tmp_path / "out", cwd=None)
    assert without_manifest(contents(tmp_path / "out" / "small")) == undisturbed[1]


def test_a_report_names_no_place_of_this_machine(undisturbed: Any) -> None:
    study, found = undisturbed
    for name, content in found.items():
        assert str(study.parent).encode() not in content, name


def test_other_answers_do_change_it(undisturbed: Any, survey: Any, run: Any, contents: Any, tmp_path: Path) -> None:
    run(survey(tmp_path / "small", seed=2), tmp_path / "out")
    found = without_manifest(contents(tmp_path / "out" / "small"))
    assert found["results.json"] != undisturbed[1]["results.json"]
