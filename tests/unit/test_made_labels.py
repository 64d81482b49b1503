"""Names that are made here where a study gives none: bands, other answers, waves; in both languages."""

from __future__ import annotations

from pathlib import Path

from pipeline import load
from pipeline.ingest import read

LINES = ["id,age,brand,q,o", *(f"{n},{20 + n % 40},{'ABC'[n % 3]},{1 + n % 5},{1 + n % 5}" for n in range(60))]
STUDY = """study: {title: Names}
data: [{file: a.csv, wave: first}, {file: b.csv, wave: second}]
scales: {five: {points: 5}}
constructs:
  trust: {items: [q]}
  loyalty: {items: [o]}
variables:
  age: {type: number}
  band: {from: age, cut: [20, 40, 60]}
  brand: {codes: {A: A}, other: {en: another, zh: 其他}}
model: {outcome: loyalty}
"""


def test_bands_others_and_waves_have_names_in_both_languages(tmp_path: Path) -> None:
    for name, rows in (("a.csv", LINES[1:]), ("b.csv", LINES[:0:-1])):
        (tmp_path / name).write_text("\n".join([LINES[0], *rows]), encoding="utf-8")
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    study = load(tmp_path)
    labels = read(study).labels
    assert labels["band"]["[20,40)"] == {"en": "20 to under 40", "zh": "20 至 40（不含）"}
    assert labels["brand"]["another"] == {"en": "another", "zh": "其他"}
    assert study.label(study.variable("wave").label, "wave")["zh"] == "波次"
