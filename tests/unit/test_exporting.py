"""whybuy export: what goes out comes back the same, and names nobody."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.analysis import analyse
from pipeline.errors import AnalysisRefused, DefinitionError, ExportError
from pipeline.exporting import DICTIONARY, PARQUET, SAV, export
from pipeline.exporting._names import legal
from pipeline.ingest import Opened, read_table
from pipeline.privacy import FILE, salted
from pipeline.responses import Reason
from pipeline.specs import DataFile
from pipeline.study import Study, load

Make = Callable[..., Path]
HEADER = ("id", "q1", "q2", "q3", "region", "age", "mail", "w")
STUDY: dict[str, Any] = {
    "respondent": {"id": "id"},
    "missing": {"declined": [8], "not_asked": [9], "skipped": []},
    "scales": {"five": {"points": 5, "ends": ["No", "Yes"]}},
    "constructs": {
        "trust": {"label": "Trust", "items": {"q1": "I trust it"}},
        "price": {"items": ["q2"]},
        "loyalty": {"items": ["q3"]},
    },
    "variables": {"region": {"codes": {"n": "North", "s": "South"}, "label": "Region"}, "age": {"type": "number"}},
    "segments": {"compare": ["region", "age"]},
    "weights": {"column": "w"},
    "model": {"outcome": "loyalty", "drivers": ["trust", "price"]},
}


def rows_of(count: int = 80) -> list[list[Any]]:
    random = np.random.default_rng(7)
    found = []
    for row in range(count):
        q1, q2 = random.integers(1, 6, 2)
        q3 = int(np.clip(np.rint(0.5 * q1 + 0.4 * q2 + random.normal()), 1, 5))
        cells: list[Any] = [f"a{row:03}", q1, q2, q3, "ns"[row % 2], 20 + row % 40, f"p{row}@example.com", 1 + row % 3]
        cells[1] = {3: 8, 4: 9, 5: ""}.get(row, cells[1])
        found.append(cells)
    return found


@pytest.fixture
def study(study_folder: Make) -> Study:
    return load(study_folder(rows_of(), HEADER, **(STUDY | {"segments": {"compare": ["region"]}})))


def test_what_goes_out_comes_back_with_its_labels_and_reasons(study: Study, tmp_path: Path) -> None:
    paths = export(study, tmp_path / "out")
    assert [path.name for path in paths] == [SAV, PARQUET, DICTIONARY]
    table = read_table(Opened(raw=paths[0].read_bytes(), name="s", file=DataFile(file="s")))
    assert table.source.rows == 80
    q1 = table.about["q1"]
    assert q1.wording == "I trust it"
    assert q1.missing == {"-99": Reason.NOT_ASKED, "-98": Reason.SKIPPED, "-97": Reason.DECLINED}
    assert {code: q1.labels[code] for code in ("1", "5")} == {"1": "No", "5": "Yes"}
    cells = table.columns["q1"].cells().tolist()
    assert [cells.count(code) for code in (-99, -98, -97)] == [1, 1, 1]
    assert dict(table.about["region"].labels)["2"] == "South"
    assert {table.about[name].measure for name in ("q1", "region", "score_trust")} == {"ordinal", "nominal", "scale"}
    assert table.columns["analysed"].cells().tolist().count(0) == 3
    assert table.columns["left_out"].cells().tolist().count(5) == 3


def test_a_study_on_the_export_gives_the_same_estimates(study: Study, tmp_path: Path) -> None:
    (path, *_) = export(study, tmp_path / "out")
    again = tmp_path / "again"
    again.mkdir()
    (again / SAV).write_bytes(path.read_bytes())
    text = (study.path).read_text(encoding="utf-8")
    text = text.replace("answers.csv", SAV).replace('"id": "id"', '"id": "respondent"').replace('"w"', '"weight"')
    text = text.replace('"n": "North"', '"1": "North"').replace('"s": "South"', '"2": "South"')
    (again / "study.yaml").write_text(text, encoding="utf-8")
    first, second = analyse(study), analyse(load(again))
    mine, theirs = (points(frame.estimates) for frame in (first, second))
    assert {metric for _, _, metric, *_ in mine.index} >= {"lmg_share", "r2", "beta"}
    pd.testing.assert_series_equal(mine, theirs, rtol=1e-9)


def points(estimates: pd.DataFrame) -> pd.Series:
    """Figures that no draw decides; levels go out with numbers for their texts."""
    keys = ["analysis", "term", "metric", "group", "contrast"]
    shown = estimates[estimates["metric"].isin(["lmg_share", "r2", "beta", "b", "mean", "n"])]
    shown = shown.fillna(dict.fromkeys(keys, ""))
    named = {"region=n": "region=1", "region=s": "region=2", "region=s-n": "region=2-1"}
    return shown.replace({"group": named, "contrast": named}).set_index(keys)["estimate"].sort_index()


def test_weights_that_go_out_meet_the_margins_without_a_filter(study_folder: Make, tmp_path: Path) -> None:
    rake = {"rake": {"region": {"n": 0.7, "s": 0.3}}}
    changes = STUDY | {"weights": rake, "quality": {"longstring": 3, "drop_when": {"rules": ["longstring"]}}}
    export(load(study_folder(rows_of(), HEADER, **(changes | {"segments": {"compare": ["region"]}}))), tmp_path / "out")
    frame, _ = pyreadstat.read_sav(next((tmp_path / "out").rglob(SAV)))
    screened = frame["left_out"] == 4
    assert screened.any()
    assert (frame["weight"].isna() == screened).all()
    assert frame["weight"].sum() == pytest.approx((~screened).sum())
    assert frame["weight"][frame["region"] == 1].sum() / frame["weight"].sum() == pytest.approx(0.7)


def test_nobody_is_named(study: Study, tmp_path: Path) -> None:
    paths = export(study, tmp_path / "out")
    frame, _ = pyreadstat.read_sav(paths[0])
    assert frame["respondent"].str.fullmatch(r"[0-9a-f]{16}").all()
    assert frame["respondent"].is_unique
    assert {"mail", "id"}.isdisjoint(frame.columns)
    for path in paths:
        raw = path.read_bytes()
        assert b"example.com" not in raw
        assert b"a001" not in raw


def test_the_salt_is_kept_secret_and_decides_the_names(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = salted([1, 2], study)
    kept = study.folder / FILE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert salted([1, 2], study) == first
    kept.unlink()
    assert salted([1, 2], study) != first
    kept.write_text("short")
    with pytest.raises(ExportError, match="holds no salt"):
        salted([1], study)
    declared = load_with(study, tmp_path, "env:WHYBUY_TEST_SALT")
    with pytest.raises(DefinitionError, match="WHYBUY_TEST_SALT"):
        salted([1], declared)
    monkeypatch.setenv("WHYBUY_TEST_SALT", "a long secret of this test")
    assert salted([1], declared) == salted([1], declared) != first[:1]
    with pytest.raises(DefinitionError, match="env:NAME"):
        salted([1], load_with(study, tmp_path, "written down for all to see"))


def load_with(study: Study, folder: Path, salt: str) -> Study:
    other = folder / "other"
    other.mkdir(exist_ok=True)
    text = study.path.read_text(encoding="utf-8").replace("{", f'{{"privacy": {{"salt": "{salt}"}},', 1)
    (other / "study.yaml").write_text(text, encoding="utf-8")
    return load(other)


def test_the_same_input_gives_the_same_bytes_in_place_of_the_old(study: Study, tmp_path: Path) -> None:
    first = [path.read_bytes() for path in export(study, tmp_path / "out")]
    assert [path.read_bytes() for path in export(study, tmp_path / "out")] == first
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [study.name]
    foreign = tmp_path / "foreign" / study.name
    foreign.mkdir(parents=True)
    (foreign / "mine.txt").write_text("x")
    with pytest.raises(ExportError, match="empty it"):
        export(study, tmp_path / "foreign")


def test_parquet_has_blanks_where_there_is_no_answer(study: Study, tmp_path: Path) -> None:
    paths = export(study, tmp_path / "out")
    frame = pd.read_parquet(paths[1])
    assert frame["q1"].isna().sum() == 3
    assert frame["q1"].min() == 1


def test_the_dictionary_tells_every_column(study: Study, tmp_path: Path) -> None:
    paths = export(study, tmp_path / "out")
    rows = list(csv.DictReader(io.StringIO(paths[2].read_text(encoding="utf-8-sig"))))
    assert [row["name"] for row in rows] == list(pd.read_parquet(paths[1]).columns)
    found = {row["name"]: row for row in rows}
    assert found["region"]["values"] == "North = 1; South = 2"
    assert found["q1"]["missing"] == "Not asked = -99; Skipped = -98; Declined to answer = -97"
    assert found["q1"]["answered"] == "77"
    assert not any(text.startswith(("=", "+", "-", "@")) for row in rows for text in row.values())


def test_names_that_spss_takes() -> None:
    names = ["q1", "Q1", "第1题 品牌?", "1st", "and", "a b-c", "_x.", "品" * 40, "品" * 41, ""]
    found = legal(names)
    assert found[:7] == ["q1", "Q1_2", "第1题_品牌", "v_1st", "v_and", "a_b_c", "x"]
    assert len({name.lower() for name in found}) == len(names)
    assert all(len(name.encode()) <= 64 for name in found)


def test_the_command(study: Study, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["export", str(study.folder), "--out", str(tmp_path / "out"), "--json"])
    assert done.exit_code == 0
    assert '"ok": true' in done.stdout
    assert (tmp_path / "out" / study.name / SAV).is_file()


def test_a_published_table_has_nothing_to_export(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("name,a,b,y\na,1,.2,.3\nb,.2,1,.4\ny,.3,.4,1\n")
    (tmp_path / "study.yaml").write_text(
        "study: {title: T}\ncorrelations: {file: table.csv, n: 200}\n"
        "constructs: {a: {}, b: {}, y: {}}\nmodel: {outcome: y}\n"
    )
    with pytest.raises(AnalysisRefused, match="no rows to export"):
        export(load(tmp_path), tmp_path / "out")


def test_an_export_takes_no_reports_place(tmp_path: Path) -> None:
    from pipeline.report.folder import MANIFEST, replacing

    (tmp_path / "mine").mkdir()
    manifest = {"whybuy": "0", "outputs": {"findings.en.html": {"bytes": 1}, "results.json": {"bytes": 1}}}
    (tmp_path / "mine" / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with (
        pytest.raises(ExportError, match="holds something else that whybuy wrote"),
        replacing(tmp_path / "mine", "scored.sav"),
    ):
        pass
    with replacing(tmp_path / "mine", "results.json"):
        pass
