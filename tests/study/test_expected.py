"""Every study of surveys/ runs, and gives the numbers that others computed or published for it."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import pytest

from pipeline import analyse, load
from pipeline.analysis import Analysis
from pipeline.estimates import ANALYSES, KEY, METRICS

SURVEYS = Path(__file__).parents[2] / "surveys"
STUDIES = sorted(path.parent.name for path in SURVEYS.glob("*/study.yaml"))
COLUMNS = [*KEY, "field", "expected", "tolerance", "source"]


@lru_cache
def analysis(name: str) -> Analysis:
    return analyse(load(SURVEYS / name))


def expected(name: str) -> list[dict[str, str]]:
    with (SURVEYS / name / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_has_numbers_from_elsewhere_with_their_source(name: str) -> None:
    rows = expected(name)
    assert len(rows) >= 20
    assert list(rows[0]) == COLUMNS
    for row in rows:
        assert row["analysis"] in ANALYSES
        assert row["metric"] in METRICS
        assert row["source"]
        assert 0 < float(row["tolerance"]) <= 0.02


@pytest.mark.reference
@pytest.mark.parametrize("name", STUDIES)
def test_a_study_gives_the_expected_numbers(name: str) -> None:
    found = analysis(name).estimates
    keyed = {tuple(row[key] for key in KEY): row for row in found.to_dict("records")}
    wrong = []
    for row in expected(name):
        ours = keyed[tuple(row[key] or None for key in KEY)][row["field"]]
        if not abs(ours - float(row["expected"])) <= float(row["tolerance"]):
            place = ", ".join(row[key] for key in ("metric", "term", "contrast", "field") if row[key])
            wrong.append(f"{place}: {ours} instead of {row['expected']} ± {row['tolerance']} ({row['source']})")
    assert not wrong, "\n".join(wrong)
