"""The same question in several files: other name, other wording, other codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.analysis import analyse
from pipeline.checkup import check
from pipeline.errors import DataError
from pipeline.report.results import build
from pipeline.study import load

QUALTRICS = """\
ResponseId,Q1,Q2,Q3
Response ID,{wording},{other},Sex
"{{""ImportId"":""_recordId""}}","{{""ImportId"":""QID1""}}","{{""ImportId"":""QID2""}}","{{""ImportId"":""QID3""}}"
{rows}
"""
STUDY = """\
study: {{title: Waves}}
data:
  - {{file: w1.csv, wave: 2025}}
  - {{file: w2.csv, wave: 2026{rename}}}
scales: {{s: {{points: 7}}}}
constructs: {{trust: {{items: [Q1]}}, buy: {{items: [Q2]}}}}
model: {{outcome: buy, draws: 200}}
"""


def waves(folder: Path, second: str, rename: str = "", name: str = "Q1") -> Path:
    for wave, wording in ((1, "I trust this brand"), (2, second)):
        rows = "\n".join(
            f"R_{wave}{i:013d},{(i * 7 + i // 3) % 7 + 1},{(i * 7 + i // 3 + i % 2) % 7 + 1},{i % 2}" for i in range(60)
        )
        text = QUALTRICS.format(wording=wording, other="I will buy it", rows=rows)
        text = text if wave == 1 else text.replace(",Q1,", f",{name},")
        (folder / f"w{wave}.csv").write_text(text, encoding="utf-8")
    (folder / "study.yaml").write_text(STUDY.format(rename=rename), encoding="utf-8")
    return folder


def test_a_question_in_other_words_is_a_break(tmp_path: Path) -> None:
    study = load(waves(tmp_path, "This brand keeps its word"))
    assert 'break: "Q1" is worded otherwise in w2.csv than in w1.csv' in check(study)
    results = build(analyse(study))
    assert results["study"]["breaks"] == [{"column": "Q1", "what": "wording", "first": "w1.csv", "other": "w2.csv"}]
    (found,) = [entry for entry in results["checks"] if entry["id"] == "concordance"]
    assert found["verdict"] == "note"
    assert "one question differs: Q1" in found["result"]["en"]


def test_case_and_signs_are_no_other_words(tmp_path: Path) -> None:
    study = load(waves(tmp_path, "I TRUST this brand!"))
    assert not any(line.startswith("break") for line in check(study))


def test_the_same_question_under_another_name_is_offered(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r'but "Q9" is worded the same; add rename: \{"Q9": "Q1"\}'):
        check(load(waves(tmp_path, "I trust this brand", name="Q9")))
    study = load(waves(tmp_path, "I trust this brand", name="Q9", rename=", rename: {Q9: Q1}"))
    assert not any(line.startswith("break") for line in check(study))


def test_one_file_under_two_names_is_refused(tmp_path: Path) -> None:
    folder = waves(tmp_path, "I trust this brand")
    (folder / "w2.csv").write_bytes((folder / "w1.csv").read_bytes())
    with pytest.raises(DataError, match=r"w2\.csv holds exactly what w1\.csv holds"):
        check(load(folder))
