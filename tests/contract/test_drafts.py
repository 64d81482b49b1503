"""A draft of any real export runs once its constructs are named, and inspecting one never shows who answered."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from pipeline.checkup import check
from pipeline.draft import columns, draft, table_of
from pipeline.errors import DataError
from pipeline.inspection import inspect
from pipeline.study import load

FILES = (
    "qualtrics/qt_na_option_insights.csv",
    "qualtrics/qt_many_types_legacy.csv",
    "qualtrics/excluder_qualtrics_raw_choice_text.csv",
    "surveymonkey/538_StarWars.csv",
    "surveymonkey/538_thanksgiving-2015-poll-data.csv",
    "limesurvey/ls_codeandtext.csv",
    "limesurvey/ls_2021_codeonly.csv",
    "kobo/dietary_needs__both.csv",
    "kobo/grouped_repeatable.xlsx",
    "wenjuanxing/wjx_text_800_800_0.xls",
    "wenjuanxing/wjx_codes_800_800_2.xls",
    "triple_s/sample-3.sss",
    "sas_stata_spss/pyreadstat_sample.sav",
    "sas_stata_spss/gb18030_pspp.sav",
    "weighting/samplics_nhanes2.csv",
)
PERSONAL = re.compile(r"[\w.]+@[\w.]+\.\w+|\b\d{1,3}(\.\d{1,3}){3}\b")


@pytest.mark.parametrize("name", FILES)
def test_a_draft_runs_once_constructs_are_named(shared: Path, tmp_path: Path, name: str) -> None:
    file = beside(shared / "exports" / name, tmp_path)
    path = draft(file, tmp_path / "study.yaml")
    path.write_text(named(path, file.name), encoding="utf-8")
    assert any(line.startswith("respondents:") for line in check(load(path)))


@pytest.mark.parametrize("name", FILES)
def test_what_is_said_of_a_file_names_nobody(shared: Path, tmp_path: Path, name: str) -> None:
    lines = inspect(beside(shared / "exports" / name, tmp_path))
    assert lines[0].startswith(Path(name).name)
    assert not any(PERSONAL.search(line) for line in lines)


def test_labels_of_a_companion_reach_the_draft(shared: Path, tmp_path: Path) -> None:
    folder = shared / "exports" / "qualtrics"
    for file in ("qt_matrix_insights.csv", "qt_matrix.qsf", "qt_multi_answer.qsf"):
        shutil.copy(folder / file, tmp_path)
    path = draft(tmp_path / "qt_matrix_insights.csv", tmp_path / "study.yaml", tmp_path / "qt_matrix.qsf")
    text = path.read_text(encoding="utf-8")
    assert "data: {file: qt_matrix_insights.csv, labels: qt_matrix.qsf}" in text.replace('"', "")
    assert "as the file says" in text
    wrong = tmp_path / "wrong.yaml"
    with pytest.raises(DataError):
        draft(tmp_path / "qt_matrix_insights.csv", wrong, tmp_path / "qt_matrix_insights.csv")
    assert not wrong.exists()


def beside(file: Path, folder: Path) -> Path:
    """The file in a folder of its own, with those that share its name."""
    for other in file.parent.glob(f"{file.stem}.*"):
        shutil.copy(other, folder)
    return folder / file.name


def named(path: Path, file: str) -> str:
    """The draft with two constructs of a question each, whatever it holds of its own."""
    text = path.read_text(encoding="utf-8")
    found = [column for column in columns(table_of(file, path)) if 2 <= len(column.texts) <= 60][:2]
    scales = [
        f"  z{at}: {{points: {max(len(column.texts), 2)}, codes: {json.dumps(numbered(column.texts))}}}"
        for at, column in enumerate(found)
    ]
    constructs = [f"  c{at}: {{scale: z{at}, items: [{json.dumps(one.name)}]}}" for at, one in enumerate(found)]
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    kept = [
        line
        for key in ("study:", "data:", "respondent:", "missing:", "variables:", "weights:")
        for line in part(lines, key)
    ]
    declared = part(lines, "scales:")[1:]
    return "\n".join([*kept, "scales:", *declared, *scales, "constructs:", *constructs, "model: {outcome: c0}"]) + "\n"


def numbered(texts: tuple[str, ...]) -> dict[str, int]:
    return {text: at for at, text in enumerate(texts, start=1)}


def part(lines: list[str], key: str) -> list[str]:
    """A key of the first level and the lines below it; none where it is absent."""
    start = next((at for at, line in enumerate(lines) if line.startswith(key)), len(lines))
    end = next((at for at in range(start + 1, len(lines)) if not lines[at].startswith(" ")), len(lines))
    return lines[start:end]
