"""Files of SPSS, Stata and SAS from other projects, held to counts taken with pyreadstat alone, not with our reader."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import DataError
from pipeline.ingest import READERS, Opened, detect, read_table
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile

FILES = {
    "gb18030_pspp.sav": (4, 8, 0, 3, 4),
    "gb18030_pspp.zsav": (4, 8, 0, 3, 4),
    "haven_datetime-d.dta": (1, 1, 0, 0, 0),
    "haven_datetime.sav": (2, 3, 0, 0, 0),
    "haven_labelled-num-na.sav": (2, 1, 0, 1, 1),
    "haven_labelled-num.sav": (1, 1, 0, 0, 1),
    "haven_labelled-str.sav": (2, 1, 0, 0, 1),
    "haven_notes.dta": (5, 4, 0, 0, 0),
    "haven_tagged-na-double.dta": (8, 1, 0, 3, 1),
    "haven_tagged-na-int.dta": (8, 1, 0, 3, 1),
    "haven_tagged-na.sas7bdat": (8, 1, 0, 3, 0),
    "haven_types.dta": (2, 8, 0, 0, 0),
    "haven_umlauts.sav": (4, 1, 0, 0, 1),
    "haven_variable-label.sav": (1, 1, 0, 0, 1),
    "pyreadstat_hebrews.sav": (99, 1, 0, 0, 0),
    "pyreadstat_missing_char.sav": (2, 1, 0, 1, 1),
    "pyreadstat_missing_test.dta": (1, 9, 2, 6, 1),
    "pyreadstat_missing_test.sas7bdat": (1, 9, 1, 7, 0),
    "pyreadstat_missing_test.sav": (2, 1, 0, 1, 1),
    "pyreadstat_mrsets_simple_alltypes.sav": (6, 12, 6, 3, 5),
    "pyreadstat_ordered_category.sav": (4, 1, 0, 0, 1),
    "pyreadstat_sample.dta": (5, 7, 3, 0, 2),
    "pyreadstat_sample.por": (5, 7, 3, 0, 2),
    "pyreadstat_sample.sas7bdat": (5, 7, 3, 0, 0),
    "pyreadstat_sample.sav": (5, 7, 3, 0, 2),
    "pyreadstat_sample.xpt": (5, 7, 3, 0, 0),
    "pyreadstat_sample.zsav": (5, 7, 3, 0, 2),
    "pyreadstat_sample_missing.sav": (7, 7, 11, 5, 2),
    "pyreadstat_tegulu.sav": (1, 2, 0, 0, 0),
    "pyreadstat_test_width.sav": (5, 4, 0, 0, 1),
    "quantipy_zlib_compressed.zsav": (2, 4, 0, 0, 0),
}
"""Rows, columns, blank cells, cells with a code or letter that the file declares missing, columns with value labels:
read_sav, read_por, read_dta, read_sas7bdat or read_xport of pyreadstat 1.3.7, user_missing=True, dates as numbers."""
REFUSED = {"gb18030_pspp.por": "save it as .sav"}
MUTANTS = 60


@pytest.fixture
def folder(shared: Path) -> Path:
    return shared / "exports" / "sas_stata_spss"


def load(path: Path, raw: bytes | None = None, **keys: str) -> Table:
    content = path.read_bytes() if raw is None else raw
    return read_table(Opened(raw=content, name=path.name, file=DataFile(file=path.name, **keys)))


def test_every_file_of_the_folder_is_tried(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", FILES)
def test_counts_are_those_of_another_reading(folder: Path, name: str) -> None:
    table = load(folder / name)
    columns = table.columns
    missing = {column: set(about.missing) for column, about in table.about.items()}
    blank = sum(int((cells.codes < 0).sum()) for cells in columns.values())
    declared = sum(str(cell) in missing[column] for column, cells in columns.items() for cell in cells.cells())
    labelled = sum(bool(about.labels) for about in table.about.values())
    assert (table.source.rows, len(columns), blank, declared, labelled) == FILES[name]


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
def test_what_cannot_be_read_is_refused_with_advice(folder: Path, name: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        load(folder / name)


def test_a_chinese_file_with_ranges_and_a_set(folder: Path) -> None:
    table = load(folder / "gb18030_pspp.sav")
    assert table.source.encoding == "GB18030"
    assert table.columns["city"].cells().tolist() == ["北京", "上海·浦东", "广州", "其他〖成都〗"]
    assert table.about["q1"].wording == "我认为这款手机物有所值"
    assert table.about["q1"].missing == {"9": Reason.DECLINED}
    assert table.about["q2"].missing == {"99": Reason.SKIPPED, "-3": Reason.SKIPPED}
    assert {(about.question, about.part, about.ticked) for about in table.about.values() if about.question} == {
        ("focus", "关注:价格", ("1",)),
        ("focus", "关注:拍照", ("1",)),
        ("focus", "关注:品牌", ("1",)),
    }


def test_sets_of_ticks_and_of_mentions(folder: Path) -> None:
    about = load(folder / "pyreadstat_mrsets_simple_alltypes.sav").about
    assert about["bool2"].wording == "My multiple response set"
    assert (about["bool2"].part, about["bool2"].ticked) == ("Response #2", ("1",))
    assert about["ca_subvar_3"].question == "categorical_array"
    assert about["ca_subvar_3"].ticked == ()
    assert about["z"].missing == {"999": Reason.SKIPPED, "-9": Reason.SKIPPED}


def test_a_date_beyond_the_calendar_leaves_the_others_whole(folder: Path) -> None:
    table = load(folder / "haven_datetime.sav")
    assert table.columns["date"].cells().tolist() == ["2014-09-22", "2014-09-23"]
    assert table.columns["date.posix"].cells().tolist() == [6306150067200, "2014-09-23 15:59:20"]
    assert "date.posix" in table.notes[0]


def test_letters_of_missing_values(folder: Path) -> None:
    stata, sas = (load(folder / f"haven_tagged-na{end}") for end in ("-int.dta", ".sas7bdat"))
    assert stata.columns["x"].cells().tolist() == [1, 2, 3, 4, 5, ".a", ".h", ".z"]
    assert dict(stata.about["x"].labels) == {".a": "apple", ".z": ".zebra"}
    assert sas.columns["x"].cells().tolist() == [1, 2, 3, 4, 5, ".A", ".H", ".Z"]
    assert "catalogue" in sas.notes[0]


def test_no_mutant_of_an_spss_file_ends_more_than_its_own_reading(folder: Path) -> None:
    """Each is read or refused in one sentence; a crash of the library is such a sentence."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".sav", ".zsav", ".por"))

    def outcome(seed: int) -> str:
        path = files[seed % len(files)]
        try:
            load(path, mutant(path.read_bytes(), seed), format="spss")
        except DataError as error:
            return "\n".join(map(str, error.problems))
        return f"{path.name}: read"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(outcome, range(MUTANTS)))
    assert all(text.startswith(f"{files[seed % len(files)].name}: ") for seed, text in enumerate(found))
    assert not any("\n" in text for text in found)


def mutant(raw: bytes, seed: int) -> bytes:
    """Some bytes changed, most in the header, and sometimes cut off."""
    chance, broken = random.Random(seed), bytearray(raw)
    for _ in range(chance.randint(1, 12)):
        end = len(broken) if chance.random() < 0.5 else min(len(broken), 600)
        broken[chance.randrange(4, end)] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
    return bytes(broken[: chance.randrange(1, len(broken))] if chance.random() < 0.2 else broken)


@pytest.mark.parametrize("name", ["gb18030_pspp.zsav", "haven_types.dta", "pyreadstat_sample.sas7bdat"])
def test_cut_files_and_garbage_are_one_sentence(folder: Path, name: str) -> None:
    raw = (folder / name).read_bytes()
    reader = detect(Opened(raw=raw, name=name, file=DataFile(file=name)))
    for broken in (raw[:40], raw[: len(raw) // 3], raw[:40] + b"\xa5" * 500):
        with pytest.raises(DataError) as caught:
            READERS[reader].read(Opened(raw=broken, name=name, file=DataFile(file=name, format=reader)))
        assert len(caught.value.problems) == 1
