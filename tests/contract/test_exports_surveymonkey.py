"""Real exports of SurveyMonkey. The figures were counted with the standard library's csv, not with our reader."""

from __future__ import annotations

import csv
import io
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from pipeline.ingest import READERS, Opened, read, read_table
from pipeline.responses import About, Table
from pipeline.specs import DataFile
from pipeline.study import load

FILES = {
    # rows, columns after options of a single choice were put together, columns of several options, cells that are '-'
    "538_MIDWEST.csv": (2778, 29, 20, 0),
    "538_StarWars.csv": (1186, 38, 6, 0),
    "538_flying-etiquette.csv": (1040, 27, 0, 0),
    "538_food-world-cup-data.csv": (1373, 48, 0, 0),
    "538_steak-risk-survey.csv": (550, 15, 0, 0),
    "538_thanksgiving-2015-poll-data.csv": (1058, 65, 38, 0),
    "538_weather-check.csv": (928, 9, 0, 843),
}
SEEN = "Which of the following Star Wars films have you seen? - Star Wars: "
LIKED = "Please state whether you view the ... with him/her. - "
FILMS = (
    "Episode I The Phantom Menace", "Episode II Attack of the Clones", "Episode III Revenge of the Sith",
    "Episode IV A New Hope", "Episode V The Empire Strikes Back", "Episode VI Return of the Jedi",
)  # fmt: skip


@cache
def export(shared: Path, name: str, raw: bytes | None = None) -> Table:
    raw = (shared / "exports" / "surveymonkey" / name).read_bytes() if raw is None else raw
    return read_table(Opened(raw=raw, name=name, file=DataFile(file=name)))


def counts(table: Table, column: str) -> list[int]:
    """How many rows hold each label of a column, in the order of its labels."""
    found = Counter(table.columns[column].cells())
    return [found[label] for label in table.about[column].labels]


def options(table: Table, question: str) -> dict[str | None, int]:
    """How many rows hold anything in each option of a question."""
    chosen = {
        column: entry
        for column, entry in table.about.items()
        if entry.question == question and entry.kind == "multiple"
    }
    return {entry.part: int((table.columns[column].codes >= 0).sum()) for column, entry in chosen.items()}


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_told_and_read_whole(shared: Path, name: str) -> None:
    table = export(shared, name)
    rows, columns, ticks, dashes = FILES[name]
    assert table.source.format == "surveymonkey"
    assert (table.source.rows, table.source.columns) == (rows, columns)
    assert sum(entry.kind == "multiple" for entry in table.about.values()) == ticks
    assert sum(Counter(cells.cells())["-"] for cells in table.columns.values()) == dashes
    ids = table.columns["RespondentID"]
    assert len(set(ids.cells())) == rows
    assert table.about["RespondentID"] == About(role="id")


def test_a_single_choice_of_one_column_an_option_is_one_column_again(shared: Path) -> None:
    table = export(shared, "538_MIDWEST.csv")
    assert counts(table, "Gender") == [1173, 1330]
    assert counts(table, "Age") == [0, 527, 634, 705, 637]
    assert list(table.about["Age"].labels) == ["< 18", "18-29", "30-44", "45-60", "> 60"]
    assert counts(table, "Education") == [29, 199, 786, 811, 648]
    assert counts(table, "Household Income") == [243, 421, 721, 363, 687]
    assert counts(table, "How much, if at all, do you ... as a Midwesterner?") == [770, 587, 346, 1075]
    assert counts(table, "Location (Census Region)") == [94, 334, 758, 358, 248, 97, 172, 190, 243]
    assert any("One column each was made" in note for note in table.notes)


def test_several_ticks_stay_one_column_an_option(shared: Path) -> None:
    states = options(export(shared, "538_MIDWEST.csv"), "Which of the following states do you ... part of the Midwest?")
    assert (len(states), states["Illinois"], states["West Virginia"]) == (20, 1954, 114)


def test_options_behind_their_question_in_one_row_are_told(shared: Path) -> None:
    table = export(shared, "538_thanksgiving-2015-poll-data.csv")
    dishes = options(table, "Which of these side dishes ... Thanksgiving dinner?")
    assert list(dishes.values()) == [155, 242, 88, 464, 235, 215, 686, 206, 817, 766, 171, 209, 631, 111]
    assert list(options(table, "Which of these desserts do you ... Thanksgiving dinner?").values()) == [
        110, 16, 128, 72, 191, 204, 43, 266, 103, 295, 134,
    ]  # fmt: skip
    texts = [column for column, entry in table.about.items() if entry.kind == "text"]
    assert len(texts) == 7
    assert all(table.about[column].role == "free_text" for column in texts)


def test_signs_in_place_of_answers_are_told(shared: Path) -> None:
    food = export(shared, "538_food-world-cup-data.csv")
    assert sum("N/A" in entry.missing for entry in food.about.values()) == 40
    assert food.source.encoding == "mac_roman"
    assert sum("-" in entry.missing for entry in export(shared, "538_weather-check.csv").about.values()) == 7


def test_names_can_be_typed(shared: Path) -> None:
    for name in FILES:
        for column in export(shared, name).columns:
            assert len(column) <= 135, column
            assert not set(column) & set("\n\t\xa0<>"), column
    assert (
        "Consider the following hypothetical ... A or Lottery B?" in export(shared, "538_steak-risk-survey.csv").columns
    )


def test_a_workbook_is_read_as_the_text_is(shared: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    lines = (shared / "exports" / "surveymonkey" / "538_MIDWEST.csv").read_text(encoding="utf-8").split("\n")
    for record in csv.reader(lines[:300]):
        book.active.append([int(cell) if cell.isdigit() else cell or None for cell in record])
    book.save(buffer)
    table, text = export(shared, "w.xlsx", buffer.getvalue()), export(shared, "t.csv", "\n".join(lines[:300]).encode())
    assert table.source.format == "surveymonkey"
    assert list(table.columns) == list(text.columns)
    assert table.columns["Gender"].cells().tolist() == text.columns["Gender"].cells().tolist()


def test_a_study_of_star_wars_has_the_bases_of_its_questions(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_bytes((shared / "exports" / "surveymonkey" / "538_StarWars.csv").read_bytes())
    seen = "\n".join(f'      - "{SEEN}{film}"' for film in FILMS)
    (tmp_path / "study.yaml").write_text(
        f"""study: {{title: Star Wars}}
data: w.csv
respondent: {{id: RespondentID}}
missing: {{declined: [Unfamiliar (N/A)]}}
scales:
  liking:
    points: 5
    labels: [Very unfavorably, Somewhat unfavorably, Neither favorably nor unfavorably (neutral), Somewhat favorably,
      Very favorably]
constructs:
  han: {{items: [{LIKED}Han Solo]}}
  yoda: {{items: [{LIKED}Yoda]}}
variables:
  seen:
    type: multiple
    columns:
{seen}
model: {{outcome: yoda}}
""",
        encoding="utf-8",
    )
    responses = read(load(tmp_path))
    han = responses.items[f"{LIKED}Han Solo"].value_counts()
    assert [int(han[value]) for value in (1, 2, 3, 4, 5)] == [1, 8, 44, 151, 610]
    assert Counter(responses.reasons[f"{LIKED}Han Solo"]) == {0: 814, 2: 357, 3: 15}
    films = responses.choices["seen"]
    assert films.notna().all(axis=1).sum() == 835
    assert films.sum().astype(int).tolist() == [673, 571, 550, 607, 758, 738]


def test_no_export_of_another_tool_is_taken_for_one(shared: Path) -> None:
    for path in sorted((shared / "exports").rglob("*.*")):
        if path.parent.name != "surveymonkey" and path.stat().st_size < 2_000_000:
            opened = Opened(raw=path.read_bytes(), name=path.name, file=DataFile(file=path.name))
            assert not READERS["surveymonkey"].fits(opened), path.name


def test_the_survey_with_names_of_its_own_is_plain_csv(shared: Path) -> None:
    table = export(shared, "538_raw-responses.csv")
    assert (table.source.format, table.source.rows, table.source.columns) == ("csv", 1615, 97)
