"""腾讯问卷: one column a question, an option or a row; samples made here after the shape its users' programs expect."""

from __future__ import annotations

import csv
import io

import pytest

from pipeline.errors import DataError
from pipeline.ingest import READERS, Opened, read_table
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile

META = [
    *("编号", "开始答题时间", "结束答题时间", "答题时长", "语言", "清洗数据结果", "智能清洗数据无效概率"),
    *(
        "地理位置国家和地区",
        "地理位置省",
        "地理位置市",
        "用户类型",
        "用户标识",
        "昵称",
        "自定义字段",
        "IP",
        "UA",
        "Referrer",
    ),
]
FILLED = ["2026-03-02 14:05:00", "2026-03-02 14:07:05", "125", "简体中文", "有效", "0.01"]
FILLED += ["中国", "广东", "深圳市", "QQ", "u1", "n", "", "1.2.3.4", "UA", "-"]
OTHER = "3.常去哪里：门店还是网店:其他____{fillblank-345b}"
HEADER = [
    *META,
    *("1.你的性别是？", "2.你来自于：_填空1", "3.常去哪里：门店还是网店:门店", "3.常去哪里：门店还是网店:网店"),
    *(OTHER, f"{OTHER}[选项填空]", "4.同意吗:质量好", "4.同意吗:价格低", "5.最看重:品牌", "5.最看重:服务"),
    *("6.几分", "7.地区", "7.地区[选项填空]", ""),
]
ROWS = [
    ["001", *FILLED, "B.女", "上海", "A.门店", "", "C.其他____{fillblank-345b}", "朋友", "A.同意", "C.不同意"],
    ["002", *FILLED, "A.男", "北京", "", "B.网店", "", "", "C.不同意", "A.同意"],
    ["003", *FILLED, "B.女", "上海", "", "", "", "", "B.一般", ""],
]
ROWS[0] += ["1", "2", "9", "B.其他____", "海外", ""]
ROWS[1] += ["2", "1", "7", "A.上海", "", ""]
ROWS[2] += ["1", "2", "9", "", "", ""]


def written(encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([HEADER, *ROWS])
    return text.getvalue().encode(encoding)


def read(encoding: str = "utf-8-sig") -> Table:
    return read_table(Opened(raw=written(encoding), name="a.csv", file=DataFile(file="a.csv")))


def cells(table: Table, column: str) -> list[object]:
    return list(table.columns[column].cells())


@pytest.mark.parametrize(("encoding", "found"), [("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030")])
def test_it_is_told_by_its_two_times_in_either_encoding(encoding: str, found: str) -> None:
    table = read(encoding)
    assert (table.source.format, table.source.encoding, table.source.rows) == ("tencent", found, 3)
    assert table.source.columns == len(HEADER) - 1
    assert cells(table, "编号") == ["001", "002", "003"]


def test_metadata_have_their_roles() -> None:
    about = read().about
    assert [about[name].role for name in META[:4]] == ["id", "started", "ended", "seconds"]
    assert {about[name].role for name in ("IP", "昵称", "用户标识", "地理位置市")} == {"ip", "name", "place"}


def test_letters_are_taken_off_and_give_the_order_of_the_options() -> None:
    table = read()
    said = table.about["1.你的性别是？"]
    assert cells(table, "1.你的性别是？") == ["女", "男", "女"]
    assert (said.kind, said.wording, list(said.labels.items())) == (
        "single",
        "你的性别是？",
        [("男", "男"), ("女", "女")],
    )
    assert cells(table, "7.地区") == ["其他", "上海", None]
    assert list(table.about["7.地区"].labels) == ["上海", "其他"]


def test_one_column_an_option() -> None:
    table = read()
    names = [name for name in table.columns if name.startswith("3.") and not name.endswith("[选项填空]")]
    said = [table.about[name] for name in names]
    assert {(one.kind, one.question, one.wording) for one in said} == {("multiple", "Q3", "常去哪里：门店还是网店")}
    assert [one.part for one in said] == ["门店", "网店", "其他"]
    assert [one.ticked for one in said] == [("门店",), ("网店",), ("其他",)]
    assert [cells(table, name)[0] for name in names] == ["门店", None, "其他"]


def test_what_respondents_type_is_free_text() -> None:
    about = read().about
    for name in (
        "3.常去哪里：门店还是网店:其他____{fillblank-345b}[选项填空]",
        "7.地区[选项填空]",
        "2.你来自于：_填空1",
    ):
        assert (about[name].kind, about[name].role, about[name].blank) == ("text", "free_text", Reason.NOT_ASKED)


def test_rows_of_a_grid_share_the_order_of_their_letters() -> None:
    table = read()
    said = [table.about[name] for name in ("4.同意吗:质量好", "4.同意吗:价格低")]
    assert [(one.kind, one.part, one.wording) for one in said] == [
        ("grid", "质量好", "同意吗"),
        ("grid", "价格低", "同意吗"),
    ]
    assert all(list(one.labels) == ["同意", "一般", "不同意"] for one in said)
    assert cells(table, "4.同意吗:价格低") == ["不同意", "同意", None]


def test_ranks_are_a_ranking_and_numbers_stay_as_they_are() -> None:
    table = read()
    assert table.about["5.最看重:品牌"].kind == "ranking"
    assert table.about["6.几分"].kind is None
    assert cells(table, "6.几分") == ["9", "7", "9"]


def test_texts_that_only_look_lettered_stay_whole() -> None:
    text = "编号,开始答题时间,结束答题时间,1.意见\n1,,,A.很好\n2,,,A.不好\n3,,,没有\n"
    table = read_table(Opened(raw=text.encode(), name="a", file=DataFile(file="a")))
    assert cells(table, "1.意见") == ["A.很好", "A.不好", "没有"]
    assert table.about["1.意见"].kind is None


def test_a_file_without_headings_is_refused_where_the_format_is_declared() -> None:
    opened = Opened(raw=b"1,2\n3,4\n", name="a.csv", file=DataFile(file="a.csv", format="tencent"))
    with pytest.raises(DataError, match="the first row holds no heading of 腾讯问卷"):
        READERS["tencent"].read(opened)
