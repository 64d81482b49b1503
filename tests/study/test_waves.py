"""Several files in one study: the same answers are the same Responses whatever the formats of the waves."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import load
from pipeline.calibrated import calibrated
from pipeline.checkup import check
from pipeline.ingest import read
from pipeline.responses import Reason, Responses
from pipeline.screen import screen

ITEMS = ("t1", "t2", "t3", "p1", "i1", "i2")
CHANNELS = ("ch_1", "ch_2", "ch_3")
NAMES = ("id", *ITEMS, "sex", *CHANNELS)
WORDINGS = dict(
    zip(
        ITEMS,
        ["I trust it", "It is honest", "It keeps its word", "It is worth it", "I will buy", "I will tell"],
        strict=True,
    )
)
SEXES = {1: "男", 2: "女"}
PLACES = ("门店", "网店", "代购")
LEFT_OUT, DECLINED = "left out", "declined"
Record = Mapping[str, Any]


def records(seed: int, people: int = 80) -> list[Record]:
    """Answers 1 to 5 with gaps of two kinds, a sex, and at least one channel of three."""
    chance = random.Random(seed)

    def answer(mean: float) -> Any:
        kind = chance.random()
        value = min(5, max(1, round(chance.gauss(mean, 1))))
        return LEFT_OUT if kind < 0.04 else DECLINED if kind < 0.08 else value

    found = []
    for person in range(people):
        liking = chance.gauss(3, 1)
        ticks = chance.sample([1, 0, chance.randint(0, 1)], 3)
        found.append(
            {"id": f"{seed}{person:04d}", **{item: answer(liking) for item in ITEMS}, "sex": chance.choice((1, 1, 2))}
            | dict(zip(CHANNELS, ticks, strict=True))
        )
    return found


def text_of(rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def coded(record: Record, left_out: Any, declined: Any) -> list[Any]:
    codes = {LEFT_OUT: left_out, DECLINED: declined}
    return [codes.get(record[name], record[name]) for name in NAMES]


def as_csv(folder: Path, stem: str, people: Sequence[Record]) -> dict[str, Any]:
    (folder / f"{stem}.csv").write_bytes(text_of([NAMES, *(coded(one, "", 98) for one in people)]))
    return {"file": f"{stem}.csv"}


def as_headed(**names: str) -> Callable[[Path, str, Sequence[Record]], dict[str, Any]]:
    """A CSV of a survey tool that is told by its own columns: name in this study -> there, and columns beside them."""

    def write(folder: Path, stem: str, people: Sequence[Record]) -> dict[str, Any]:
        beside = [name for name in names if name not in NAMES]
        head = [*(names.get(name, name) for name in NAMES), *(names[name] for name in beside)]
        rows = [[*coded(one, "", 98), *("3/2/2026 9:05:00" for _ in beside)] for one in people]
        (folder / f"{stem}.csv").write_bytes(text_of([head, *rows]))
        return {"file": f"{stem}.csv", "rename": {there: name for name, there in names.items() if name in NAMES}}

    return write


def as_qualtrics(folder: Path, stem: str, people: Sequence[Record]) -> dict[str, Any]:
    """Seen and left out is -99; an option that was not ticked is blank."""
    names = ["ResponseId", *(f"Q{i}" for i in range(1, 8)), *(f"Q8_{i}" for i in (1, 2, 3))]
    wordings = ["Response ID", *WORDINGS.values(), "Sex", *(f"Where? - {place}" for place in PLACES)]
    ids = ["_recordId", *(f"QID{i}" for i in range(1, 8)), *(f"QID8_{i}" for i in (1, 2, 3))]
    rows = [coded(one, -99, 98) for one in people]
    cells = [[*row[:8], *(tick or "" for tick in row[8:])] for row in rows]
    head = [names, wordings, [json.dumps({"ImportId": one}) for one in ids]]
    (folder / f"{stem}.csv").write_bytes(text_of([*head, *cells]))
    return {"file": f"{stem}.csv", "rename": dict(zip(names, NAMES, strict=True))}


def as_wenjuanxing(folder: Path, stem: str, people: Sequence[Record]) -> dict[str, Any]:
    """Texts and codes joined by 序号; left out is -2, and who declined chose the option 拒答."""
    labels = {value: f"{value}分" for value in range(1, 6)} | {LEFT_OUT: "(空)", DECLINED: "拒答"}
    wordings = [f"{number}、{words}" for number, words in enumerate([*WORDINGS.values(), "性别"], start=1)]
    head = ["序号", "提交答卷时间", *wordings]
    options = [f"第8题({place})" for place in PLACES]
    texts, codes = [[*head, "8、购买渠道"]], [[*head, *options]]
    for one in people:
        start = [one["id"], "2026/3/2 9:05:00"]
        ticked = "┋".join(place for place, name in zip(PLACES, CHANNELS, strict=True) if one[name])
        texts.append([*start, *(labels[one[item]] for item in ITEMS), SEXES[one["sex"]], ticked])
        codes.append([*start, *coded(one, -2, 6)[1:]])
    (folder / f"{stem}.csv").write_bytes(text_of(texts, "gb18030"))
    (folder / f"{stem}_codes.csv").write_bytes(text_of(codes, "utf-8-sig"))
    rename = {"序号": "id"} | dict(zip([*wordings, *options], NAMES[1:], strict=True))
    return {"file": f"{stem}.csv", "labels": f"{stem}_codes.csv", "rename": rename}


def as_statistical(writer: str, suffix: str) -> Callable[[Path, str, Sequence[Record]], dict[str, Any]]:
    """SPSS with 98 as a user-missing code; Stata with 98 as a code that the study calls missing."""

    def write(folder: Path, stem: str, people: Sequence[Record]) -> dict[str, Any]:
        pyreadstat = pytest.importorskip("pyreadstat")
        names = ["pid", *(name.upper() for name in NAMES[1:])]
        columns = list(zip(*(coded(one, np.nan, 98) for one in people), strict=True))
        frame = pd.DataFrame({"pid": columns[0]} | dict(zip(names[1:], map(np.array, columns[1:]), strict=True)))
        more: dict[str, Any] = {"column_labels": ["", *WORDINGS.values(), "Sex", *PLACES]}
        if writer != "write_xport":
            more["variable_value_labels"] = {"SEX": SEXES}
        if writer == "write_sav":
            more["missing_ranges"] = {item.upper(): [98] for item in ITEMS}
        getattr(pyreadstat, writer)(frame, folder / f"{stem}{suffix}", **more)
        return {"file": f"{stem}{suffix}", "rename": dict(zip(names, NAMES, strict=True))}

    return write


def as_triple_s(folder: Path, stem: str, people: Sequence[Record]) -> dict[str, Any]:
    """Fixed records, the channels as a string of ticks."""
    scale = "".join(f'<value code="{code}">{code}</value>' for code in (1, 2, 3, 4, 5, 98))
    sexes = "".join(f'<value code="{code}">{label}</value>' for code, label in SEXES.items())
    places = "".join(f'<value code="{code}">{label}</value>' for code, label in enumerate(PLACES, start=1))
    found = [
        '<variable ident="1" type="character" use="serial"><name>N</name><position start="1" finish="8"/></variable>'
    ]
    for place, (name, words) in enumerate(WORDINGS.items()):
        found.append(
            f'<variable ident="{name}" type="single"><name>V{place}</name><label>{words}</label><position '
            f'start="{9 + 2 * place}" finish="{10 + 2 * place}"/><values>{scale}</values></variable>'
        )
    found.append(
        f'<variable ident="s" type="single"><name>S</name><label>Sex</label><position start="21"/><values>{sexes}'
        f'</values></variable><variable ident="m" type="multiple"><name>M</name><label>Where?</label><position '
        f'start="22" finish="24"/><values>{places}</values></variable>'
    )
    definition = f'<sss version="2.0"><survey><record ident="A">{"".join(found)}</record></survey></sss>'
    rows = [coded(one, "", 98) for one in people]
    lines = [
        f"{row[0]:8}{''.join(f'{cell!s:>2}' for cell in row[1:7])}{row[7]}{''.join(map(str, row[8:]))}" for row in rows
    ]
    (folder / f"{stem}.sss").write_text(definition, encoding="utf-8")
    (folder / f"{stem}.asc").write_text("\n".join(lines) + "\n", encoding="utf-8")
    names = ["N", *(f"V{place}" for place in range(6)), "S", *(f"M_{place}" for place in (1, 2, 3))]
    return {"file": f"{stem}.asc", "labels": f"{stem}.sss", "rename": dict(zip(names, NAMES, strict=True))}


def as_excel(folder: Path, stem: str, people: Sequence[Record]) -> dict[str, Any]:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [NAMES, *(coded(one, None, 98) for one in people)]:
        book.active.append(row)
    book.save(folder / f"{stem}.xlsx")
    return {"file": f"{stem}.xlsx"}


def as_parquet(folder: Path, stem: str, people: Sequence[Record]) -> dict[str, Any]:
    frame = pd.DataFrame([coded(one, None, 98) for one in people], columns=list(NAMES))
    frame.to_parquet(folder / f"{stem}.parquet")
    return {"file": f"{stem}.parquet"}


WRITERS: dict[str, Callable[[Path, str, Sequence[Record]], dict[str, Any]]] = {
    "csv": as_csv,
    "excel": as_excel,
    "parquet": as_parquet,
    "qualtrics": as_qualtrics,
    "wenjuanxing": as_wenjuanxing,
    "spss": as_statistical("write_sav", ".sav"),
    "stata": as_statistical("write_dta", ".dta"),
    "sas": as_statistical("write_xport", ".xpt"),
    "triple_s": as_triple_s,
    "kobo": as_headed(id="_uuid", at="_submission_time"),
    "typeform": as_headed(id="#", at="Submit Date (UTC)"),
}


def study(folder: Path, waves: Mapping[str, str], seed: int = 1, **keys: Any) -> Path:
    """Folder of a study with a file a wave, in the format named; wave number i holds the records of seed + i."""
    folder.mkdir()
    data = []
    for number, (wave, name) in enumerate(waves.items()):
        entry = WRITERS[name](folder, f"w{number}", records(seed + number))
        data.append(entry if len(waves) == 1 else {**entry, "wave": wave})
    definition = {
        "study": {"title": "Waves"},
        "data": data,
        "respondent": {"id": "id"},
        "missing": {"skipped": [-99], "declined": [98, "拒答"]},
        "scales": {"five": {"points": 5}},
        "constructs": {
            "trust": {"items": ["t1", "t2", "t3"]}, "price": {"items": ["p1"]}, "intent": {"items": ["i1", "i2"]},
        },
        "variables": {
            "sex": {"codes": {"1": "Male", "2": "Female"}},
            "channel": {"type": "multiple", "columns": list(CHANNELS)},
        },
        "model": {"outcome": "intent", "draws": 200},
    } | keys  # fmt: skip
    (folder / "study.yaml").write_text(json.dumps(definition, ensure_ascii=False), encoding="utf-8")
    return folder


def same(found: Responses, other: Responses) -> None:
    """Do both hold the same answers of the same people, with the same reasons for those that are missing?"""
    for part in ("items", "reasons", "variables", "variable_reasons"):
        pd.testing.assert_frame_equal(getattr(found, part), getattr(other, part), obj=part)
    assert found.choices.keys() == other.choices.keys()
    for name, options in found.choices.items():
        pd.testing.assert_frame_equal(options, other.choices[name], obj=name)
    assert (found.keys == other.keys).all()
    assert (found.respondent == other.respondent).all()
    assert found.content_sha256 == other.content_sha256


@pytest.mark.parametrize("name", WRITERS)
def test_one_survey_is_the_same_in_every_format(name: str, tmp_path: Path) -> None:
    found = read(load(study(tmp_path / "other", {"only": name})))
    assert found.sources[0].format == name
    same(found, read(load(study(tmp_path / "plain", {"only": "csv"}))))
    for item in ITEMS:
        reasons = [one[item] for one in records(1)]
        assert (found.reasons[item] == Reason.SKIPPED).sum() == reasons.count(LEFT_OUT)
        assert (found.reasons[item] == Reason.DECLINED).sum() == reasons.count(DECLINED)


WAVES = {"spring": "qualtrics", "summer": "wenjuanxing", "autumn": "spss", "winter": "triple_s"}
MORE = {
    "segments": {"waves": "wave"},
    "weights": {"rake": {"sex": {"1": 48, "2": 52}}, "per": "wave"},
    "quality": {"longstring": 4, "irv": 0.3, "duplicates": ["answers"], "drop_when": {"rules": ["longstring"]}},
}


def test_waves_in_four_formats_are_those_in_one(tmp_path: Path) -> None:
    mixed = load(study(tmp_path / "mixed", WAVES, **MORE))
    plain = load(study(tmp_path / "plain", dict.fromkeys(WAVES, "csv"), **MORE))
    found, other = read(mixed), read(plain)
    same(found, other)
    assert [source.format for source in found.sources] == list(WAVES.values())
    assert found.variables["wave"].value_counts().to_dict() == dict.fromkeys(WAVES, 80)
    weighted = [calibrated(one, screen(one, each), each) for one, each in ((found, mixed), (other, plain))]
    np.testing.assert_array_equal(weighted[0].weight, weighted[1].weight)
    kept = screen(found, mixed)
    assert 0 < sum(flow.removed.get("longstring", 0) for flow in kept.flow) < 80
    told = weighted[0].calibration
    assert told is not None
    assert set(told.groups) == set(WAVES)
    for wave in WAVES:
        inside = (found.variables["wave"] == wave).to_numpy()[told.rows]
        shares = (
            pd.Series(told.adjusted.weight[inside]).groupby(found.variables["sex"].to_numpy()[told.rows][inside]).sum()
        )
        np.testing.assert_allclose((shares / shares.sum()).loc[["1", "2"]], [0.48, 0.52], atol=1e-9)
    said = [
        [line for line in check(each) if line.startswith(("respondents", "weights", "flagged"))]
        for each in (mixed, plain)
    ]
    assert said[0] == said[1]
    assert len(said[0]) == 3


def test_codes_that_mean_other_things_in_another_wave_stop_the_study(tmp_path: Path) -> None:
    from pipeline.errors import DataError

    folder = study(tmp_path / "clash", {"one": "spss", "two": "triple_s"}, variables={"sex": {}})
    definition = (folder / "w1.sss").read_text(encoding="utf-8")
    (folder / "w1.sss").write_text(definition.replace("男", "女", 1).replace('"2">女', '"2">男'), encoding="utf-8")
    with pytest.raises(DataError, match=r'the codes of column "sex" do not mean the same in w0\.sav and in w1\.asc'):
        read(load(folder))


def test_wide_grids_of_a_vendor_are_stacked_by_brand(tmp_path: Path) -> None:
    """Two brands of one item each, in a grid of Qualtrics and in columns of a CSV."""
    people = records(5)
    brands = {"north": ["t1", "t2"], "south": ["t3", "p1"]}
    stack = {
        "by": "brand", "levels": list(brands),
        "columns": {
            "trust_it": [pair[0] for pair in brands.values()], "worth_it": [pair[1] for pair in brands.values()],
        },
    }  # fmt: skip
    keys = {
        "stack": stack,
        "constructs": {
            "trust": {"items": ["trust_it"]}, "price": {"items": ["worth_it"]}, "intent": {"items": ["i1", "i2"]},
        },
        "segments": {"brand": "brand"},
    }  # fmt: skip
    found = read(load(study(tmp_path / "vendor", {"only": "qualtrics"}, seed=5, **keys)))
    same(found, read(load(study(tmp_path / "plain", {"only": "csv"}, seed=5, **keys))))
    answers = [[one[column] for column in pair] for one in people for pair in brands.values()]
    assert len(found.items) == sum(any(isinstance(cell, int) for cell in pair) for pair in answers)
    assert len(found.keys) <= len(people)
