"""Real exports of LimeSurvey. The figures were counted with the standard library's csv and re, not with our reader."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipeline.errors import DataError
from pipeline.ingest import READERS, Opened, read_table
from pipeline.ingest._lss import structure
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile

FILES = {
    # rows, columns, rows without a submitdate, columns of options, cells with a tick, columns of timings
    "ls_codeonly.csv": (12, 559, 7, 216, 302, 109),
    "ls_codeandtext.csv": (12, 559, 7, 216, 302, 109),
    "ls_2021_codeonly.csv": (36, 680, 14, 261, 940, 143),
}
OPTIONS = {f"A{i}": f"Option {i}" for i in (1, 2, 3)}
KINDS = {"multiple": 216, "single": 47, "grid": 138, "text": 38, "date": 2}
"""Columns by the structure; of the options it names 196, the others it names by half of their code."""


def export(shared: Path, name: str, labels: str | None = None) -> Table:
    folder = shared / "exports" / "limesurvey"
    structure = (folder / labels).read_bytes() if labels else None
    raw = (folder / name).read_bytes()
    return read_table(Opened(raw=raw, name=name, file=DataFile(file=name, labels=labels), labels=structure))


def multiples(table: Table) -> list[str]:
    return [name for name, about in table.about.items() if about.kind == "multiple"]


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_told_and_read_whole(shared: Path, name: str) -> None:
    rows, columns, unfinished, options, ticks, timings = FILES[name]
    table = export(shared, name)
    assert table.source.format == "limesurvey"
    assert (table.source.rows, table.source.columns, table.source.delimiter) == (rows, columns, ",")
    assert int((table.columns["submitdate"].codes < 0).sum()) == unfinished
    assert table.notes[0].startswith(f"{unfinished} of {rows} interviews were not finished")
    roles = Counter(about.role for about in table.about.values())
    assert roles["metadata"] == timings + 3
    assert [roles[role] for role in ("id", "complete", "started", "ended", "seconds")] == [1] * 5
    assert len(multiples(table)) == options
    held = [table.columns[column].cells().tolist() for column in multiples(table)]
    assert sum(cells.count("Yes") + cells.count("Y") for cells in held) == ticks


@pytest.mark.parametrize("name", ["ls_codeonly.csv", "ls_codeandtext.csv"])
def test_options_that_were_not_shown_are_not_asked(shared: Path, name: str) -> None:
    table = export(shared, name)
    assert all(dict(table.about[column].missing) == {"N/A": Reason.NOT_ASKED} for column in multiples(table))
    held = [cell for column in multiples(table) for cell in table.columns[column].cells().tolist()]
    assert (held.count("N/A"), held.count("No"), held.count(None)) == (1195, 1095, 0)


def test_codes_and_texts_give_names_wordings_and_parts(shared: Path) -> None:
    coded, worded = export(shared, "ls_codeonly.csv"), export(shared, "ls_codeandtext.csv")
    assert list(coded.columns) == list(worded.columns)
    about = worded.about["A8[SQ001]"]
    assert (about.wording, about.part) == ("Which of the following best describes you?", "Caucasian/European")
    assert worded.about["C9[SQ007]"].part == "Mobility (i.e., work in different countries or cities)"
    assert sum(entry.question is not None for entry in worded.about.values()) == 382


def test_a_structure_tells_the_kinds_and_labels(shared: Path) -> None:
    table = export(shared, "ls_codeonly.csv", "ls_structure_queXML.xml")
    asked = [about for name, about in table.about.items() if name not in ("submitdate", "startdate", "datestamp")]
    assert Counter(about.kind for about in asked if about.kind) == KINDS
    assert table.source.labels == "ls_structure_queXML.xml"
    assert (len(table.about["A1"].labels), table.about["A2"].wording) == (93, "What is your field of study?")
    satisfied = ["Very satisfied", "Satisfied", "Neither/nor", "Dissatisfied", "Very dissatisfied"]
    assert list(table.about["C1[SQ001]"].labels)[:5] == satisfied
    assert Counter(about.role for about in table.about.values())["free_text"] == 38


def test_a_structure_of_another_survey_is_refused(shared: Path) -> None:
    with pytest.raises(DataError, match=r"ls_structure\.lss: describes none of the columns"):
        export(shared, "ls_codeonly.csv", "ls_structure.lss")


@pytest.mark.parametrize("name", ["ls_structure.lss", "ls_structure_queXML.xml"])
def test_a_structure_is_no_data(shared: Path, name: str) -> None:
    with pytest.raises(DataError, match="holds no answers"):
        export(shared, name)


def test_no_file_of_another_format_is_taken_for_one(shared: Path) -> None:
    for path in sorted((shared / "exports").rglob("*")):
        if path.is_file() and path.parent.name != "limesurvey" and path.stat().st_size < 300_000:
            opened = Opened(raw=path.read_bytes(), name=path.name, file=DataFile(file=path.name))
            assert not READERS["limesurvey"].fits(opened), path.name


def test_a_structure_with_a_question_of_every_type(shared: Path) -> None:
    described = structure((shared / "exports" / "limesurvey" / "ls_structure.lss").read_bytes(), "ls_structure.lss")
    titles = {column.question for column in described.values()}
    counts = {"G1": 4, "G2": 9, "G3": 10, "G4": 4, "G5": 2}
    assert titles == {f"{group}Q{i}" for group in counts for i in range(1, counts[group] + 1)} - {"G3Q9"}
    assert [dict(described[f"G2Q9[SQ001][{scale}]"].labels) for scale in (1, 2)] == [OPTIONS, OPTIONS]
    assert {name for name in described if name.startswith("G5Q2[")} == {
        "G5Q2[SQ001]", "G5Q2[SQ001comment]", "G5Q2[SQ002]", "G5Q2[SQ002comment]", "G5Q2[other]", "G5Q2[othercomment]",
    }  # fmt: skip
