"""A real questionnaire of 问卷星, exported by text and by code: held to counts taken with calamine and csv alone."""

from __future__ import annotations

import csv
import functools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import DataError
from pipeline.ingest import READERS, Opened, read_table
from pipeline.responses import Table
from pipeline.specs import DataFile

TEXTS = ("wjx_text_800_800_0.xls", "derived_wjx_text_gb18030.csv", "derived_wjx_text_utf8bom.csv")
CODES = ("wjx_codes_800_800_2.xls", "derived_wjx_codes.xlsx")
META = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
BOOK = {
    "1、手机部数": {"1": "1部", "2": "2部", "3": "3部", "4": "4部及以上"},
    "2、手机价格": {
        "1": "0-799元", "2": "800-999元", "3": "1000-1499元", "4": "1500-1999元", "5": "2000-2499元",
        "6": "2500-2999元", "7": "3000-3499元", "8": "3500元及以上", "9": "免费赠送的", "10": "其他【请注明】",
    },
    "3、性别": {"1": "男", "2": "女"},
    "4、年龄": {
        "2": "16~19岁", "3": "20~24岁", "4": "25~29岁", "5": "30~34岁", "6": "35~39岁", "7": "40~49岁", "8": "50~59岁",
        "9": "60岁以上",
    },
    "5、月收入": {
        "1": "3000元以下", "2": "3001-5000元", "3": "5001-8000元", "4": "8001-10000元", "5": "10001-15000元",
        "6": "15000元以上", "7": "无收入", "8": "不知道/拒绝回答",
    },
    "7、爱好投入占收入比重": {
        "1": "没有投入", "2": "10%左右", "3": "20%左右", "4": "30%左右", "5": "40%左右", "6": "50%左右", "7": "超过50%",
    },
}  # fmt: skip
"""Pairs that stand together in the rows of both files, all of them, other texts taken off."""
TICKED = {
    "第6题(运动)": 479, "第6题(阅读)": 436, "第6题(影视)": 461, "第6题(美食)": 492, "第6题(旅游)": 478,
    "第6题(IT数码)": 214, "第6题(艺术)": 95, "第6题(音乐)": 294, "第6题(游戏动漫)": 145, "第6题(手工艺)": 76,
    "第6题(摄影)": 184, "第6题(购物)": 425, "第6题(健康)": 242, "第6题(其他【请注明】)": 2, "第8题(不关注)": 11,
    "第8题(娱乐八卦)": 416, "第8题(财经)": 448, "第8题(汽车类)": 310, "第8题(时尚)": 401, "第8题(电子科技类)": 332,
    "第8题(体育类)": 270, "第8题(政治/军事)": 287, "第8题(ACG文化(动漫、游戏等))": 131, "第8题(其他【请注明】)": 5,
}  # fmt: skip
Load = Callable[..., Table]


def opened(folder: Path, name: str, labels: str | None = None, **keys: str) -> Opened:
    file = DataFile(file=name, labels=labels, **keys)
    beside = (folder / labels).read_bytes() if labels else None
    return Opened(raw=(folder / name).read_bytes(), name=name, file=file, labels=beside)


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "exports" / "wenjuanxing"


@pytest.fixture(scope="module")
def load(folder: Path) -> Load:
    return functools.cache(lambda name, labels=None: read_table(opened(folder, name, labels)))


def rows_of(path: Path) -> list[list[Any]]:
    """Cells without our reader."""
    if path.suffix == ".csv":
        with path.open(encoding="gb18030" if "gb18030" in path.name else "utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    calamine = pytest.importorskip("python_calamine")
    return calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()  # type: ignore[no-any-return]


def counts(table: Table, column: str) -> dict[str, int]:
    coded = table.columns[column]
    return {str(int(float(value))): count for value, count in Counter(coded.cells().tolist()).items()}


@pytest.mark.parametrize("name", [*TEXTS, *CODES])
def test_rows_columns_and_cells_are_those_of_the_file(folder: Path, load: Load, name: str) -> None:
    header, *rows = rows_of(folder / name)
    table = load(name)
    assert table.source.format == "wenjuanxing"
    assert table.source.rows == len(rows) == 800
    own = [column for column in table.columns if not column.endswith("〖填空〗")]
    assert own == [column.strip() for column in header]
    assert len(own) == (14 if name in TEXTS else 36)
    assert table.lines.tolist() == list(range(2, 802))
    for place, column in enumerate(own):
        found = [plain(cell) for cell in table.columns[column].cells()]
        assert found == ["┋".join(part.partition("〖")[0] for part in plain(row[place]).split("┋")) for row in rows]


def plain(cell: Any) -> str:
    return "" if cell is None else str(cell).removesuffix(".0")


def test_encodings_are_told_and_reported(load: Load) -> None:
    assert [load(name).source.encoding for name in TEXTS] == [None, "gb18030", "utf-8-sig"]


@pytest.mark.parametrize("name", TEXTS)
def test_the_text_export_by_itself(load: Load, name: str) -> None:
    table = load(name)
    kinds = Counter(table.about[column].kind for column in table.columns if column not in META)
    assert kinds == {"single": 6, "multiple": 2, "text": 3}
    assert {table.about[column].separator for column in ("6、兴趣爱好", "8、关注资讯")} == {"┋"}
    typed = {column: sum(cell is not None for cell in cells.cells()) for column, cells in table.columns.items()}
    assert [typed[f"{column}〖填空〗"] for column in ("2、手机价格", "6、兴趣爱好", "8、关注资讯")] == [2, 2, 5]
    parts = Counter(part for cell in table.columns["8、关注资讯"].cells() for part in cell.split("┋"))
    assert parts == {name[4:-1]: count for name, count in TICKED.items() if name.startswith("第8题")}
    assert table.about["来自IP"].role == "ip"


@pytest.mark.parametrize("name", CODES)
def test_the_code_export_by_itself(load: Load, name: str) -> None:
    table = load(name)
    kinds = Counter(table.about[column].kind for column in table.columns if column not in META)
    assert kinds == {"multiple": 24, None: 6}
    assert {column: counts(table, column)["1"] for column in TICKED} == TICKED
    assert "按选项文本" in " ".join(table.notes)


@pytest.mark.parametrize(
    ("name", "labels"),
    [(CODES[0], TEXTS[0]), (TEXTS[0], CODES[0]), (TEXTS[1], CODES[1]), (CODES[1], TEXTS[2])],
)
def test_the_pair_gives_the_code_book(load: Load, name: str, labels: str) -> None:
    table = load(name, labels)
    assert (table.source.rows, table.source.labels) == (800, labels)
    book = {column: dict(said.labels) for column, said in table.about.items() if said.labels}
    assert book == BOOK
    assert all(list(labels) == sorted(labels, key=int) for labels in book.values())
    assert all(counts(table, column).keys() == book[column].keys() for column in book)
    assert counts(table, "5、月收入") == {"1": 62, "2": 163, "3": 251, "4": 176, "5": 98, "6": 40, "7": 8, "8": 2}
    assert {column: counts(table, column)["1"] for column in TICKED} == TICKED
    wordings = {table.about[column].wording for column in TICKED}
    assert wordings == {"兴趣爱好", "关注资讯"}
    assert {table.about[column].part for column in TICKED} == {column[4:-1] for column in TICKED}
    assert table.notes[:2] == (
        f"800 rows were joined with {labels} by 序号.",
        'Nobody chose 1 of "4、年龄", so its text is not known.',
    )


def test_splitting_texts_agrees_with_all_24_columns_of_ticks(folder: Path, load: Load) -> None:
    header, *rows = rows_of(folder / TEXTS[0])
    table = load(CODES[0], TEXTS[0])
    ids = [str(int(cell)) for cell in table.columns["序号"].cells()]
    assert ids == [str(int(row[0])) for row in rows]
    for column in TICKED:
        cell = header.index("6、兴趣爱好" if column.startswith("第6题") else "8、关注资讯")
        split = [column[4:-1] in {part.partition("〖")[0] for part in row[cell].split("┋")} for row in rows]
        assert [value == 1 for value in table.columns[column].cells()] == split
    assert not any("differ" in note for note in table.notes)


def test_a_row_with_another_tick_is_counted(folder: Path) -> None:
    text = (folder / TEXTS[2]).read_text(encoding="utf-8-sig").replace("运动┋影视┋购物", "运动┋影视", 1)
    file = DataFile(file="text.csv", labels=CODES[1])
    table = read_table(Opened(raw=text.encode(), name="text.csv", file=file, labels=(folder / CODES[1]).read_bytes()))
    assert "1 of 24,000 answers differ between the two exports (第6题); those by code count." in table.notes


@pytest.mark.parametrize("name", [TEXTS[1], CODES[0]])
@pytest.mark.parametrize("end", [0, 1, 7, 100, 5_000, 46_601, -1])
def test_a_file_cut_short_is_read_or_refused_in_a_sentence(folder: Path, name: str, end: int) -> None:
    raw = (folder / name).read_bytes()[:end]
    file = DataFile(file=name, format="wenjuanxing")
    try:
        found: Table | DataError = read_table(Opened(raw=raw, name=name, file=file))
    except DataError as error:
        found = error
    assert len(found.problems) == 1 if isinstance(found, DataError) else 0 < found.source.rows <= 800


def test_rows_of_answers_without_a_heading_are_refused(folder: Path) -> None:
    with pytest.raises(DataError, match="row 1 looks like answers, not names"):
        read_table(opened(folder, "gb18030_headerless.csv"))
    with pytest.raises(DataError, match="the first row holds no heading of 问卷星"):
        read_table(opened(folder, "gb18030_headerless.csv", format="wenjuanxing"))


def test_no_other_export_is_taken_for_it(shared: Path) -> None:
    fitting: dict[str, list[str]] = {"wenjuanxing": [], "tencent": []}
    for path in sorted(path for path in (shared / "exports").rglob("*.*") if path.is_file()):
        one = Opened(raw=path.read_bytes(), name=path.name, file=DataFile(file=path.name))
        for name, found in fitting.items():
            found.extend([path.name] if READERS[name].fits(one) else [])
    assert fitting == {"wenjuanxing": sorted([*TEXTS, *CODES]), "tencent": []}
