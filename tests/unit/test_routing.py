"""Who was asked what: counts by reason, and the answer that decided whether a question came up."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.analysis import Analysis, analyse
from pipeline.report.html import page
from pipeline.report.results import build
from pipeline.study import load

STUDY = """\
study: {title: Routing}
data: a.csv
missing: {skipped: [-2], declined: [-9], not_asked: [-3]}
scales: {s: {points: 7}}
constructs: {trust: {items: [t1, t2]}, buy: {items: [b]}, care: {items: [c]}}
model: {outcome: buy, drivers: [trust], draws: 200}
variables: {owner: {codes: {1: Owner, 2: Other}}, income: {codes: {1: low, 2: high}}}
"""


@pytest.fixture
def analysis(tmp_path: Path) -> Analysis:
    rows = ["t1,t2,b,c,owner,income"]
    for i in range(120):
        t = (i * 5 + i // 7) % 7 + 1
        care = -3 if i % 2 else -2 if i == 4 else i % 7 + 1
        income = -9 if i % 10 == 0 else 1 + i % 3 // 2
        rows.append(f"{t},{(t + i % 2) % 7 + 1},{(t + i // 3) % 7 + 1},{care},{1 + i % 2},{income}")
    (tmp_path / "a.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    return analyse(load(tmp_path))


def counts(analysis: Analysis, term: str) -> dict[str, float]:
    rows = analysis.estimates
    found = rows[(rows["analysis"] == "routing") & (rows["term"] == term) & rows["contrast"].isna()]
    return dict(zip(found["metric"], found["estimate"], strict=True))


def test_reasons_are_counted_apart(analysis: Analysis) -> None:
    assert counts(analysis, "c") == {"asked": 60, "answered": 59, "skipped": 1, "not_asked": 60}
    assert counts(analysis, "income") == {"asked": 120, "answered": 108, "declined": 12}
    assert counts(analysis, "t1") == {"asked": 120, "answered": 120}


def test_the_answer_that_decided_is_found(analysis: Analysis) -> None:
    rows = analysis.estimates[analysis.estimates["metric"] == "asked_share"]
    assert dict(zip(rows["contrast"], rows["estimate"], strict=True)) == {"owner=1": 1.0, "owner=2": 0.0}
    assert set(rows["term"]) == {"c"}


def test_the_report_tells_who_was_asked_in_both_languages(analysis: Analysis) -> None:
    results = build(analysis)
    assert "Who was asked what" in page(results, "en")
    assert "各题问了哪些人" in page(results, "zh")
