"""What all tests share: the folder of outside material, and a tiny study to bend."""

from __future__ import annotations

import copy
import csv
import json
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).parents[2] / "shared"

STUDY: Mapping[str, Any] = {
    "study": {"title": "Tiny"},
    "data": "answers.csv",
    "scales": {"agree": {"points": 7}},
    "constructs": {"trust": ["t1", "t2"], "price": ["p1"], "intent": ["i1"]},
    "model": {"outcome": "intent"},
}
HEADER = ("id", "t1", "t2", "p1", "i1", "city", "w")
ROWS = (
    ("a01", "7", "6", "5", "7", "north", "1.2"),
    ("a02", "3", "2", "4", "2", "south", "0.8"),
    ("a03", "5", "", "3", "4", "north", "1"),
    ("a04", "1", "2", "2", "1", "south", "0.5"),
    ("a05", "6", "7", "7", "6", "north", "1.5"),
)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of outside material beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not beside the repository")
    return SHARED


@pytest.fixture
def study_folder(tmp_path: Path) -> Callable[..., Path]:
    """Maker of a tiny study folder: `study_folder(rows=…, header=…, model={…})` puts keys over the tiny study's own.

    A key given as None leaves the key out. `text` writes answers.csv as it is, `yaml` the definition.
    """

    def make(
        rows: Sequence[Sequence[Any]] = ROWS,
        header: Sequence[str] = HEADER,
        *,
        text: str | bytes | None = None,
        yaml: str | None = None,
        **keys: Any,
    ) -> Path:
        definition = {key: value for key, value in (copy.deepcopy(dict(STUDY)) | keys).items() if value is not None}
        constructs = definition["constructs"].items()
        definition["constructs"] = {
            name: {"items": entry} if isinstance(entry, list) else entry for name, entry in constructs
        }
        written = json.dumps(definition, indent=1) if yaml is None else yaml
        (tmp_path / "study.yaml").write_text(written, encoding="utf-8")
        if isinstance(text, bytes):
            (tmp_path / "answers.csv").write_bytes(text)
        elif text is not None:
            (tmp_path / "answers.csv").write_text(text, encoding="utf-8")
        else:
            write_csv(tmp_path / "answers.csv", header, rows)
        return tmp_path

    return make


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI=true a skipped test has failed: there the machine must have what the tests need."""
    report = yield
    here = SHARED.is_dir() or "shared" not in str(report.longrepr)
    if report.skipped and here and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"{item.nodeid}: nothing may be skipped here: {report.longrepr}"
    return report
