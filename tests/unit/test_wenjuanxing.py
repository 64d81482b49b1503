"""问卷星: headers, texts, codes, and the code book from both; samples made here after the shape of real exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline import load
from pipeline.errors import DataError
from pipeline.ingest import READERS, Opened, read_table
from pipeline.ingest import read as ingested
from pipeline.ingest._wenjuanxing import plain
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile

META = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "总分"]
TIMES = {"1": "123秒", "2": "2分5秒", "3": "1小时", "4": "60秒"}
MADE = {
    one: [one, f"2018/3/27 19:0{one}:11", length, "微信", "直接", f"1.2.3.{one}(广东)", "9"]
    for one, length in TIMES.items()
}
TEXT = [
    [*META, "1、性别 ", "2、购买渠道", "3、排序", "第4题(质量好)", "第4题(价格低)", "5、几部手机", "6、建议"],
    [*MADE["1"], "男", "门店┋网店", "甲→乙→丙", "同意", "同意", "2", "无"],
    [*MADE["2"], "女", "其他〖朋友┋代购〗", "乙→甲", "不同意", "(空)", "1", "太贵〖真的〗"],
    [*MADE["3"], "女", "(跳过)", "(空)", "(跳过)", "不同意", "(空)", "无"],
    [*MADE["4"], "其他〖不愿〗", "网店", "丙→甲→乙", "一般", "同意", "1", "┋"],
]
SPREAD = ["第2题(门店)", "第2题(网店)", "第2题(其他)", "第3题(甲)", "第3题(乙)", "第3题(丙)"]
CODE = [
    [*META, "1、性别", *SPREAD, "第4题(质量好)", "第4题(价格低)", "5、几部手机", "6、建议"],
    [*MADE["4"], "3", "0", "1", "0", "2", "3", "1", "2", "1", "1", "┋"],
    [*MADE["3"], "2", "-3", "-3", "-3", "-2", "-2", "-2", "-3", "3", "-2", "无"],
    [*MADE["2"], "2", "0", "0", "1", "2", "1", "-2", "3", "-2", "1", "太贵〖真的〗"],
    [*MADE["1"], "1", "1", "1", "0", "1", "2", "3", "1", "1", "2", "无"],
]


def written(rows: Sequence[Sequence[str]], encoding: str = "gb18030") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def read(rows: Sequence[Sequence[str]], labels: Sequence[Sequence[str]] | None = None) -> Table:
    other = None if labels is None else written(labels, "utf-8-sig")
    file = DataFile(file="a.csv", labels="b.csv" if other else None)
    return read_table(Opened(raw=written(rows), name="a.csv", file=file, labels=other))


def sentence(rows: Sequence[Sequence[str]], labels: Sequence[Sequence[str]] | None = None) -> str:
    with pytest.raises(DataError) as caught:
        read(rows, labels)
    return str(caught.value)


def cells(table: Table, column: str) -> list[object]:
    return list(table.columns[column].cells())


def test_metadata_have_their_roles_and_the_address_is_personal() -> None:
    table = read(TEXT)
    assert table.source.format == "wenjuanxing"
    roles = [table.about[name].role for name in META]
    assert roles == ["id", "ended", "seconds", "metadata", "metadata", "ip", "metadata"]
    assert table.about["提交答卷时间"].question is None


def test_a_text_export_gives_texts_with_the_kind_of_their_question() -> None:
    table = read(TEXT)
    said = table.about["2、购买渠道"]
    assert (said.wording, said.question, said.kind, said.separator) == ("购买渠道", "Q2", "multiple", "┋")
    assert cells(table, "2、购买渠道") == ["门店┋网店", "其他", "(跳过)", "网店"]
    assert (table.about["3、排序"].kind, table.about["3、排序"].separator) == ("ranking", "→")
    assert cells(table, "3、排序") == ["甲→乙→丙", "乙→甲", "(空)", "丙→甲→乙"]
    grid = table.about["第4题(价格低)"]
    assert (grid.kind, grid.part, grid.question, grid.wording) == ("grid", "价格低", "Q4", None)
    assert table.about["1、性别"].wording == "性别"


def test_skips_are_not_asked_and_blanks_are_skipped() -> None:
    missing = read(TEXT).about["2、购买渠道"].missing
    assert missing["(跳过)"] == missing["-3"] == Reason.NOT_ASKED
    assert missing["(空)"] == missing["-2"] == Reason.SKIPPED


def test_what_respondents_type_at_an_option_is_free_text_in_a_column_of_its_own() -> None:
    table = read(TEXT)
    assert cells(table, "1、性别") == ["男", "女", "女", "其他"]
    assert cells(table, "1、性别〖填空〗") == [None, None, None, "不愿"]
    assert cells(table, "2、购买渠道〖填空〗") == [None, "朋友┋代购", None, None]
    said = table.about["2、购买渠道〖填空〗"]
    assert (said.role, said.kind, said.blank) == ("free_text", "text", Reason.NOT_ASKED)
    assert any("〖…〗" in note for note in table.notes)


def test_texts_of_respondents_hold_the_signs_of_the_format_and_stay_whole() -> None:
    rows = [["序号", "提交答卷时间", "1、建议"]]
    rows += [[str(i), "", f"第{i}条┋建议〖{i}〗"] for i in range(1, 31)]
    table = read(rows)
    assert cells(table, "1、建议")[0] == "第1条┋建议〖1〗"
    said = table.about["1、建议"]
    assert (said.kind, said.role, said.separator) == ("text", "free_text", None)
    many = [*rows, *([str(i), "", "无"] for i in range(31, 90))]
    assert read(many).about["1、建议"].role == "free_text"


def test_a_code_export_gives_codes_and_says_where_their_texts_are() -> None:
    table = read(CODE)
    kinds = {name: said.kind for name, said in table.about.items() if said.question}
    assert {kinds[f"第2题({one})"] for one in ("门店", "网店", "其他")} == {"multiple"}
    assert {kinds[f"第3题({one})"] for one in "甲乙丙"} == {"ranking"}
    assert {kinds["第4题(质量好)"], kinds["第4题(价格低)"]} == {"grid"}
    assert (table.about["第2题(其他)"].part, table.about["第2题(其他)"].ticked) == ("其他", ("1",))
    assert cells(table, "第3题(甲)") == ["2", "-2", "2", "1"]
    assert sum("按选项文本" in note for note in table.notes) == 1


@pytest.mark.parametrize("main", ["text", "code"])
def test_both_exports_give_codes_with_the_code_book(main: str) -> None:
    table = read(TEXT, CODE) if main == "text" else read(CODE, TEXT)
    order = ["1", "2", "3", "4"] if main == "text" else ["4", "3", "2", "1"]
    assert cells(table, "序号") == order
    sex = dict(zip(order, cells(table, "1、性别"), strict=True))
    assert sex == {"1": "1", "2": "2", "3": "2", "4": "3"}
    assert dict(table.about["1、性别"].labels) == {"1": "男", "2": "女", "3": "其他"}
    assert table.about["1、性别"].kind == "single"
    option = table.about["第2题(其他)"]
    assert (option.wording, option.part, option.kind, option.ticked) == ("购买渠道", "其他", "multiple", ("1",))
    rank = table.about["第3题(丙)"]
    assert (rank.wording, rank.part, rank.kind, rank.ticked) == ("排序", "丙", "ranking", ())
    book = {"1": "同意", "2": "一般", "3": "不同意"}
    assert dict(table.about["第4题(质量好)"].labels) == dict(table.about["第4题(价格低)"].labels) == book
    assert list(table.about["第4题(价格低)"].labels) == ["1", "2", "3"]
    assert dict(table.about["5、几部手机"].labels) == {}
    assert (table.about["6、建议"].kind, table.about["6、建议"].role) == ("text", "free_text")
    assert dict(zip(order, cells(table, "2、购买渠道〖填空〗"), strict=True))["2"] == "朋友┋代购"
    assert table.notes[0] == "4 rows were joined with b.csv by 序号."
    assert not any("differ" in note for note in table.notes)


def test_answers_that_differ_are_counted_and_the_codes_count() -> None:
    changed = [row.copy() for row in CODE]
    changed[1][9] = "0"
    table = read(TEXT, changed)
    assert table.notes[1].startswith("1 of ")
    assert table.notes[1].endswith("differ between the two exports (第2题); those by code count.")
    assert cells(table, "第2题(网店)")[3] == "0"


def test_rows_that_only_the_other_export_has_are_left_out_and_counted() -> None:
    assert read(CODE[:4], TEXT).notes[:2] == (
        "3 rows were joined with b.csv by 序号.",
        "1 row was found in b.csv alone and left out.",
    )
    more = read(CODE, TEXT[:4])
    assert more.notes[1] == "1 row was not found in b.csv: there is no text to compare."
    assert dict(more.about["1、性别"].labels) == {"1": "男", "2": "女"}


def test_texts_without_codes_are_refused_with_counts() -> None:
    told = sentence(TEXT, CODE[:4])
    assert told == (
        "a.csv: only 3 of its 4 rows are also in b.csv, so the codes of the others are not known; export both again "
        "together."
    )


def test_exports_that_are_no_pair_are_refused() -> None:
    assert "holds the same kind of answers as b.csv" in sentence(TEXT, TEXT)
    assert "has no column 序号" in sentence([row[1:] for row in TEXT], CODE)
    twice = [*TEXT, ["1", *TEXT[4][1:]]]
    assert 'row 2, column "序号": stands in more than one row' in sentence(twice, CODE)
    blank = [TEXT[0], ["", *TEXT[1][1:]], *TEXT[2:]]
    assert 'row 2, column "序号": is blank' in sentence(blank, CODE)
    fewer, spread = (
        [[*row[:8], *row[9:]] for row in CODE],
        [[*row[:8], *CODE[at][8:11], *row[9:]] for at, row in enumerate(TEXT)],
    )
    assert "question 2 has 2 columns, in b.csv it has 3" in sentence(fewer, spread)


def test_codes_of_another_survey_are_refused() -> None:
    rows = [["序号", "提交答卷时间", "1、甲", "2、乙", "3、丙"]]
    texts = [*rows, *([str(i), "", *("AB"[(i * k) % 2] for k in (1, 3, 5))] for i in range(1, 41))]
    codes = [*rows, *([str(i), "", *(str(1 + (i * k) // 7 % 2) for k in (1, 3, 5))] for i in range(1, 41))]
    assert "do not belong to its codes" in sentence(texts, codes)


def test_codes_that_nobody_chose_are_named() -> None:
    rows = [["序号", "提交答卷时间", "1、年龄"]]
    texts = [*rows, *([str(i), "", "20岁" if i % 2 else "30岁"] for i in range(1, 9))]
    codes = [*rows, *([str(i), "", "2" if i % 2 else "4"] for i in range(1, 9))]
    table = read(codes, texts)
    assert dict(table.about["1、年龄"].labels) == {"2": "20岁", "4": "30岁"}
    assert 'Nobody chose 1 of "1、年龄", 3 of "1、年龄", so its text is not known.' in table.notes


@pytest.mark.parametrize(
    ("headers", "wording"),
    [
        (["1、您是否同意：（—质量好", "1、您是否同意：（—价格低"], "您是否同意"),
        (["1、您是否同意—质量好", "1、您是否同意—价格低"], "您是否同意"),
        (["1、您是否同意—质量好", "价格低"], "您是否同意"),
        (["1、您是否同意(质量好)", "1、您是否同意(价格低)"], "您是否同意"),
        (["1.您是否同意:质量好", "1.您是否同意:价格低"], "您是否同意"),
    ],
)
def test_rows_of_a_grid_in_every_form_of_header(headers: list[str], wording: str) -> None:
    rows = [
        ["序号", "提交答卷时间", *headers, "权重"],
        ["1", "", "同意", "同意", "1.5"],
        ["2", "", "不同意", "同意", "0.5"],
    ]
    table = read(rows)
    said = [table.about[header] for header in headers]
    assert [one.part for one in said] == ["质量好", "价格低"]
    assert {one.wording for one in said} == {wording}
    assert {(one.question, one.kind) for one in said} == {("Q1", "grid")}
    assert table.about["权重"].question is None


def test_a_dash_in_the_only_column_of_a_question_belongs_to_its_wording() -> None:
    table = read(
        [["序号", "提交答卷时间", "1、您对品牌—甲—的看法", "权重"], ["1", "", "好", "1"], ["2", "", "坏", "2"]]
    )
    assert (table.about["1、您对品牌—甲—的看法"].wording, table.about["1、您对品牌—甲—的看法"].part) == (
        "您对品牌—甲—的看法",
        None,
    )


@pytest.mark.parametrize(
    ("cell", "without"),
    [
        ("其他【请注明】〖亲友〗", "其他【请注明】"),
        ("其他〖a┋b〗┋网店", "其他┋网店"),
        ("其他〖a〗b┋c〗┋网店", "其他┋网店"),
        ("门店┋其他〖〗", "门店┋其他"),
        ("其他〖没有结尾┋网店", "其他〖没有结尾┋网店"),
        ("甲→其他〖丁〗→乙", "甲→其他→乙"),
        ("ACG文化(动漫、游戏等)", "ACG文化(动漫、游戏等)"),
    ],
)
def test_what_is_typed_is_told_from_options(cell: str, without: str) -> None:
    assert plain(cell) == without


def test_a_file_without_headings_is_refused_where_the_format_is_declared() -> None:
    raw = written(TEXT[1:])
    with pytest.raises(DataError, match="the first row holds no heading of 问卷星"):
        READERS["wenjuanxing"].read(Opened(raw=raw, name="a.csv", file=DataFile(file="a.csv", format="wenjuanxing")))


def test_a_plain_file_without_headings_is_refused() -> None:
    raw = "1,5,4,北京,1,0\n2,3,99,上海,0,1\n3,9,2,广州,1,1\n".encode("gb18030")
    with pytest.raises(DataError) as caught:
        read_table(Opened(raw=raw, name="a.csv", file=DataFile(file="a.csv")))
    assert str(caught.value) == (
        "a.csv: row 1 looks like answers, not names: it holds numbers wherever the rows below do; put a row with the "
        "name of each question above it."
    )


@pytest.mark.parametrize("header", ["id,1,2,3", "2019,2020,2021,2022", "a,b,c,d", "1,2,3,x"])
def test_numbers_that_rise_may_be_names(header: str) -> None:
    table = read_table(Opened(raw=f"{header}\n1,5,4,2\n2,4,3,1\n".encode(), name="a", file=DataFile(file="a")))
    assert table.source.rows == 2


PAIR = """
study: {title: 手机}
data: [{file: a.csv, labels: b.csv}]
respondent: {id: 序号, seconds: 所用时间, started: 提交答卷时间}
missing: {declined: [其他]}
scales: {agree: {points: 3}, many: {points: 2}}
constructs:
  quality: {items: [第4题(质量好)], scale: agree}
  price: {items: [第4题(价格低)], scale: agree}
  phones: {items: [5、几部手机], scale: many}
variables:
  sex: {column: 1、性别}
  where: {type: multiple, columns: [第2题(门店), 第2题(网店), 第2题(其他)]}
  order: {type: ranking, columns: [第3题(甲), 第3题(乙), 第3题(丙)]}
model: {outcome: phones, drivers: [quality, price]}
segments: [sex]
"""


def test_a_pair_reaches_a_study_with_its_three_reasons(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(written(TEXT))
    (tmp_path / "b.csv").write_bytes(written(CODE, "utf-8-sig"))
    (tmp_path / "study.yaml").write_text(PAIR, encoding="utf-8")
    found = ingested(load(tmp_path))
    assert sorted(found.seconds.tolist()) == [60, 123, 125, 3600]
    assert sorted(found.items["第4题(质量好)"].dropna()) == [1, 2, 3]
    reasons = found.reasons["第4题(价格低)"].value_counts().to_dict()
    assert reasons == {Reason.ANSWERED: 3, Reason.SKIPPED: 1}
    assert (found.reasons["第4题(质量好)"] == Reason.NOT_ASKED).sum() == 1
    assert sorted(found.variables["sex"].dropna()) == ["1", "2", "2"]
    assert found.choices["where"].sum().to_dict() == {"第2题(门店)": 1, "第2题(网店)": 2, "第2题(其他)": 1}
    assert found.choices["where"].isna().all(axis=1).sum() == 1
    assert sorted(found.choices["order"]["第3题(甲)"].dropna()) == [1, 2, 2]


def test_a_label_that_is_a_number_names_no_code(tmp_path: Path) -> None:
    rows = [["序号", "提交答卷时间", "1、推荐", "2、质量", "3、价格"]]
    texts = [*rows, *([str(i), "", str(i % 11), "好" if i % 2 else "拒答", str(i % 3)] for i in range(1, 34))]
    codes = [*rows, *([str(i), "", str(i % 11 + 1), str(2 - i % 2), str(i % 3)] for i in range(1, 34))]
    for name, made in (("a.csv", codes), ("b.csv", texts)):
        (tmp_path / name).write_bytes(written(made))
    keys = "scales: {two: {points: 2}, three: {points: 3, start: 0}}\nmissing: [拒答, 9]\n"
    keys += "constructs: {good: {items: [2、质量], scale: two}, price: {items: [3、价格], scale: three}}\n"
    keys += "variables: {nps: {column: 1、推荐}}\nmodel: {outcome: price, drivers: [good]}\n"
    head = "study: {title: x}\ndata: [{file: a.csv, labels: b.csv}]\n"
    (tmp_path / "study.yaml").write_text(head + keys, encoding="utf-8")
    found = ingested(load(tmp_path))
    assert set(found.variables["nps"].dropna()) == {"1", "2", "3", "4", "5", "6", "7", "8", "10", "11"}
    assert set(found.items["2、质量"].dropna()) == {1}
