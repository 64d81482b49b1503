"""Questions that are no scale items: several ticks in three shapes, rankings, dates, recodes, and why no answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import DataError, DefinitionError
from pipeline.ingest import read
from pipeline.responses import Reason, Responses
from pipeline.study import load

STUDY = """\
study: {title: Phones}
data: a.csv
missing: {skipped: [-2], declined: [-9], not_asked: [-3]}
scales: {nps: {points: 11, start: 0}}
constructs:
  recommend: {items: [r]}
  value: {items: [v]}
model: {outcome: recommend}
"""
ROWS = 6


def responses(tmp_path: Path, columns: dict[str, list[str]], variables: str) -> Responses:
    filled = {"r": ["0", "6", "7", "8", "9", "10"], "v": ["1", "2", "3", "4", "5", "-9"]} | columns
    lines = [";".join(filled), *(";".join(row) for row in zip(*filled.values(), strict=True))]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "study.yaml").write_text(STUDY + f"variables:\n{variables}\n", encoding="utf-8")
    return read(load(tmp_path))


def by_row(found: Responses, values: np.ndarray) -> list[object]:
    """Values in the order of the file: r tells the rows apart."""
    order = np.argsort(found.items["r"].to_numpy())
    return [None if value != value else value for value in np.asarray(values, dtype=object)[order]]


def problem(tmp_path: Path, columns: dict[str, list[str]], variables: str) -> str:
    with pytest.raises((DataError, DefinitionError)) as caught:
        responses(tmp_path, columns, variables)
    return str(caught.value)


def test_one_column_an_option_has_the_base_of_those_who_answered(tmp_path: Path) -> None:
    columns = {"f1": ["1", "0", "", "1", "-3", ""], "f2": ["1", "1", "", "", "-3", "-2"]}
    found = responses(tmp_path, columns, "  f: {type: multiple, columns: {f1: Camera, f2: Price}}")
    options = found.choices["f"]
    assert by_row(found, options["f1"]) == [1, 0, None, 1, None, None]
    assert by_row(found, options["f2"]) == [1, 1, None, 0, None, None]
    reasons = [Reason.ANSWERED, Reason.ANSWERED, Reason.SKIPPED, Reason.ANSWERED, Reason.NOT_ASKED, Reason.SKIPPED]
    assert by_row(found, found.variable_reasons["f"]) == reasons
    assert found.labels["f"] == {"f1": "Camera", "f2": "Price"}


def test_a_label_that_repeats_in_its_column_means_ticked(tmp_path: Path) -> None:
    columns = {"f1": ["Camera", "", "Camera", "", "", ""], "f2": ["", "Price", "Price", "", "", ""]}
    found = responses(tmp_path, columns, "  f: {type: multiple, columns: [f1, f2]}")
    assert by_row(found, found.choices["f"]["f2"]) == [0, 1, 1, None, None, None]


def test_ticks_in_doubt_are_asked_for(tmp_path: Path) -> None:
    columns = {"f1": ["1", "2", "1", "2", "1", "2"], "f2": ["2", "2", "1", "1", "1", "1"]}
    assert "nothing says which of them means ticked; name it under variables.f.ticked" in problem(
        tmp_path, columns, "  f: {type: multiple, columns: [f1, f2]}"
    )
    found = responses(tmp_path, columns, "  f: {type: multiple, columns: [f1, f2], ticked: 1}")
    assert by_row(found, found.choices["f"]["f1"]) == [1, 0, 1, 0, 1, 0]


def test_one_cell_holds_all_options_and_what_was_written_beside_other(tmp_path: Path) -> None:
    cells = ["拍照┋价格", "价格", "其他〖颜色┋手感〗", "", "-3", "-9"]
    found = responses(tmp_path, {"f": cells}, "  f: {type: multiple, separator: ┋}")
    options = found.choices["f"]
    assert list(options) == ["价格", "其他", "拍照"]
    assert by_row(found, options["价格"]) == [1, 1, 0, None, None, None]
    assert by_row(found, options["其他"]) == [0, 0, 1, None, None, None]
    assert by_row(found, found.variable_reasons["f"])[4:] == [Reason.NOT_ASKED, Reason.DECLINED]


def test_an_option_may_hold_the_separator_once_it_is_declared(tmp_path: Path) -> None:
    cells = ["Size, weight, Price", "Price", "Size, weight", "Price, Size, weight", "", ""]
    codes = '"Size, weight": "Size, weight", Price: Price'
    found = responses(tmp_path, {"f": cells}, f'  f: {{type: multiple, separator: ", ", codes: {{{codes}}}}}')
    assert by_row(found, found.choices["f"]["Size, weight"]) == [1, 0, 1, 1, None, None]
    assert "is none of the 1 options" in problem(
        tmp_path, {"f": cells}, '  f: {type: multiple, separator: ", ", codes: {Price: Price}}'
    )


def test_mentions_become_options_by_their_codes(tmp_path: Path) -> None:
    columns = {"m1": ["1", "2", "3", "", "-3", "1"], "m2": ["3", "", "1", "", "-3", "2"]}
    variable = "  m: {type: multiple, columns: [m1, m2], codes: {1: Apple, 2: Huawei, 3: Xiaomi}}"
    found = responses(tmp_path, columns, variable)
    assert by_row(found, found.choices["m"]["1"]) == [1, 0, 1, None, None, 1]
    assert by_row(found, found.choices["m"]["2"]) == [0, 1, 0, None, None, 1]
    assert "is none of the 2 options" in problem(
        tmp_path, columns, "  m: {type: multiple, columns: [m1, m2], codes: {1: Apple, 2: Huawei}}"
    )


@pytest.mark.parametrize(
    ("columns", "variable"),
    [
        (
            {"a": ["1", "2", "1", "", "", ""], "b": ["2", "1", "", "", "", ""], "c": ["3", "", "2", "", "", ""]},
            "  k: {type: ranking, columns: [a, b, c]}",
        ),
        (
            {"k": ["a→b→c", "b→a", "a→c", "", "", ""]},
            "  k: {type: ranking, separator: →}",
        ),
        (
            {"p1": ["a", "b", "a", "", "", ""], "p2": ["b", "a", "c", "", "", ""], "p3": ["c", "", "", "", "", ""]},
            "  k: {type: ranking, columns: [p1, p2, p3], codes: {a: A, b: B, c: C}}",
        ),
    ],
)
def test_three_shapes_of_a_ranking_say_the_same(tmp_path: Path, columns: dict[str, list[str]], variable: str) -> None:
    found = responses(tmp_path, columns, variable)
    ranks = found.choices["k"]
    assert by_row(found, ranks["a"]) == [1, 2, 1, None, None, None]
    assert by_row(found, ranks["b"]) == [2, 1, None, None, None, None]
    assert by_row(found, ranks["c"]) == [3, None, 2, None, None, None]


def test_a_rank_that_cannot_be_is_named(tmp_path: Path) -> None:
    columns = {"a": ["1", "2", "4", "", "", ""], "b": ["2", "1", "1", "", "", ""]}
    found = problem(tmp_path, columns, "  k: {type: ranking, columns: [a, b]}")
    assert 'column "a": "4" is no rank: a whole number from 1 to 2' in found


def test_promoters_and_boxes_are_made_of_an_item(tmp_path: Path) -> None:
    variables = (
        "  nps: {from: recommend, recode: nps}\n  fans: {from: r, recode: top2_box}\n"
        "  lost: {from: v, recode: bottom_box, labels: [others, lost]}"
    )
    found = responses(tmp_path, {}, variables)
    assert by_row(found, found.variables["nps"].to_numpy()) == [
        "detractor", "detractor", "passive", "passive", "promoter", "promoter",
    ]  # fmt: skip
    assert by_row(found, found.variables["fans"].to_numpy()) == ["no", "no", "no", "no", "yes", "yes"]
    assert by_row(found, found.variables["lost"].to_numpy())[:5] == ["others"] * 5
    assert by_row(found, found.variable_reasons["lost"])[5] == Reason.DECLINED
    assert found.labels["fans"]["yes"] == {"en": "Yes", "zh": "是"}


def test_one_option_becomes_yes_and_no(tmp_path: Path) -> None:
    variables = "  f: {type: multiple, columns: [f1, f2]}\n  camera: {from: f, ticked: f1}"
    columns = {"f1": ["1", "0", "", "1", "", ""], "f2": ["1", "1", "", "", "", ""]}
    found = responses(tmp_path, columns, variables)
    assert by_row(found, found.variables["camera"].to_numpy()) == ["yes", "no", None, "yes", None, None]
    strange = problem(tmp_path, columns, variables.replace("ticked: f1", "ticked: f9"))
    assert "'f9' is no option of f. Options are: f1, f2." in strange


def test_everything_else_has_its_own_level(tmp_path: Path) -> None:
    columns = {"brand": ["1", "2", "my own text", "1", "", "2"]}
    found = responses(tmp_path, columns, "  brand: {codes: {1: Apple, 2: Huawei}, other: Other}")
    assert by_row(found, found.variables["brand"].to_numpy()) == ["1", "2", "Other", "1", None, "2"]
    refused = problem(tmp_path, columns, "  brand: {codes: {1: Apple, 2: Huawei}}")
    assert "my own text" not in refused
    assert "variables.brand.other" in refused


def test_dates_are_days(tmp_path: Path) -> None:
    columns = {"born": ["1970-01-02", "1970-01-11", "", "-9", "1970-01-01", "1970-01-01"]}
    found = responses(tmp_path, columns, "  born: {type: date}")
    assert by_row(found, found.variables["born"])[:4] == [1, 10, None, None]


def test_answers_that_a_spreadsheet_made_dates_of_stop_the_study(tmp_path: Path) -> None:
    columns = {"hours": ["1-2", "2026-03-05", "5-Mar", "6-8", "1-2", "1-2"]}
    assert "It looks like a date that a spreadsheet made of an answer" in problem(tmp_path, columns, "  hours: {}")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ("  x: {from: r, recode: nps, cut: [1, 2]}", "needs one of cut, recode and ticked beside 'from'"),
        ("  x: {recode: nps}", "needs 'from' beside 'recode'"),
        ("  x: {ticked: [1]}", "so it is of type multiple"),
        ("  x: {column: a, columns: [b], type: multiple}", "a question has one or several"),
        ("  x: {columns: [a, b]}", "which only a question with several options has"),
        ("  x: {columns: [a, b], type: multiple, separator: ','}", "take out 'separator'"),
        ("  x: {other: Other}", "has 'other' but no codes"),
        ("  x: {from: nothing, recode: nps}", "'nothing' is no item and no construct"),
        ("  x: {from: q, ticked: [1]}\n  q: {}", "'q' is no question with several options"),
        ("  x: {from: q, cut: [1, 2]}\n  q: {type: multiple}", "'q' is of type multiple; only a number can be cut"),
        ("  x: {from: r, recode: top_box, labels: [a, b, c]}", "'x' has 2 groups, but there are 3 labels"),
        ("  x: {type: multiple, columns: [a]}\nsegments: [x]", "'x' has several options; make a variable of one"),
        ("  x: {type: date}\nsegments: [x]", "'x' is a date"),
    ],
)
def test_what_cannot_go_together_is_said(tmp_path: Path, variables: str, words: str) -> None:
    assert words in problem(tmp_path, {}, variables)


def test_promoters_may_be_made_of_a_number(tmp_path: Path) -> None:
    columns = {"tell": ["0", "6", "7", "8", "9", "10"]}
    variables = "  tell: {range: [0, 10]}\n  nps: {from: tell, recode: nps}"
    found = responses(tmp_path, columns, variables)
    assert found.variables["nps"].value_counts().to_dict() == {"detractor": 2, "passive": 2, "promoter": 2}
    refused = problem(tmp_path, columns, variables.replace("10]", "100]"))
    assert "is no item and no construct" in refused


def test_promoters_need_answers_from_0_to_10(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(
        STUDY.replace("points: 11, start: 0", "points: 7") + "variables: {x: {from: r, recode: nps}}", encoding="utf-8"
    )
    with pytest.raises(DefinitionError, match="needs answers from 0 to 10"):
        load(tmp_path)


@pytest.mark.parametrize("cell", ["ann@x.org", "192.0.2.7", "+36 30 123 4567"])
def test_columns_that_say_who_answered_need_leave(tmp_path: Path, cell: str) -> None:
    columns = {"who": [cell, "x", "y", "x", "y", "x"]}
    found = problem(tmp_path, columns, "  who: {}")
    assert 'column "who" of a.csv holds mails, addresses or telephone numbers; leave out what is made of it' in found
    assert cell not in found
    assert responses(tmp_path, columns, "  who: {}\nprivacy: {keep: who}").variables["who"].notna().all()
    assert "no file has a column" in problem(tmp_path, columns, "  who: {}\nprivacy: {keep: [who, whom]}")
