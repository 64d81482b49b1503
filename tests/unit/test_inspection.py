"""What is said of a file alone: kinds, reasons, roles, and never an answer that may say who gave it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.inspection import inspect

QUALTRICS = """\
StartDate,Finished,ResponseId,IPAddress,RecipientEmail,Duration (in seconds),Q1_1,Q1_2,Q2,Q3_1,Q3_2,Q4
Start Date,Finished,Response ID,IP Address,Recipient Email,Duration (in seconds),Rate - Trust,Rate - Price,Sex,\
Use - Calls,Use - Games,Why?
"{""ImportId"":""startDate""}","{""ImportId"":""finished""}","{""ImportId"":""_recordId""}","{""ImportId"":""ipAddress""}",\
"{""ImportId"":""recipientEmail""}","{""ImportId"":""duration""}","{""ImportId"":""QID1_1""}","{""ImportId"":""QID1_2""}",\
"{""ImportId"":""QID2""}","{""ImportId"":""QID3_1""}","{""ImportId"":""QID3_2""}","{""ImportId"":""QID4_TEXT""}"
2026-03-01 10:00:00,1,R_1AbcDefGhiJkLmn,192.0.2.1,ann@example.org,120,5,4,1,1,,my neighbour Bob sold it to me
2026-03-01 10:05:00,1,R_2AbcDefGhiJkLmn,192.0.2.2,bob@example.org,90,-99,2,2,,1,
2026-03-01 10:07:00,0,R_3AbcDefGhiJkLmn,192.0.2.3,,30,3,,,,,
"""


@pytest.fixture
def lines(tmp_path: Path) -> list[str]:
    (tmp_path / "answers.csv").write_text(QUALTRICS, encoding="utf-8")
    return inspect(tmp_path / "answers.csv")


def test_format_encoding_and_size_come_first(lines: list[str]) -> None:
    assert lines[0].startswith(
        "answers.csv: qualtrics (detected), utf-8 (detected), delimiter comma (detected); 3 rows"
    )


def test_roles_are_named(lines: list[str]) -> None:
    (roles,) = [line for line in lines if line.startswith("columns about the interview")]
    for part in (
        "ResponseId (tells people apart)",
        "Finished (finished or not)",
        "Duration (in seconds) (how long it took)",
    ):
        assert part in roles


def test_reasons_for_no_answer_are_counted(lines: list[str]) -> None:
    assert any(line.startswith("  Q1_1:") and "2 answers" in line and "1 skipped" in line for line in lines)
    assert any(line.startswith("  Q1_2:") and "2 answers" in line and "1 not asked" in line for line in lines)
    assert any(line.startswith("questions without an answer:") for line in lines)


def test_personal_columns_are_named_and_their_cells_never_shown(lines: list[str]) -> None:
    (personal,) = [line for line in lines if line.startswith("may say who answered")]
    assert "IPAddress (ip)" in personal
    assert "RecipientEmail (email)" in personal
    text = "\n".join(lines)
    for secret in ("neighbour", "Bob", "ann@", "192.0.2"):
        assert secret not in text


def test_labels_must_lie_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "else").mkdir()
    with pytest.raises(UsageError, match="does not lie beside"):
        inspect(tmp_path / "answers.csv", tmp_path / "else" / "x.qsf")
