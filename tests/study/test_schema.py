"""results.json of every bundled study is what `whybuy schema --results` says, and the columns are the glossary's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipeline import load
from pipeline.estimates import ANALYSES, COLUMNS, METRICS, STATES
from pipeline.report.schema import Estimate, Results

ROOT = Path(__file__).parents[2]
STUDIES = sorted(path.parent for path in (ROOT / "surveys").glob("*/study.yaml"))


@pytest.fixture(scope="module", params=STUDIES, ids=lambda path: path.name)
def results(request: pytest.FixtureRequest) -> Any:
    from pipeline.analysis import analyse
    from pipeline.report.publish import _json
    from pipeline.report.results import build

    return json.loads(_json(build(analyse(load(request.param)))))


def test_results_are_as_described(results: Any) -> None:
    Results.model_validate(results)
    jsonschema.Draft202012Validator(Results.model_json_schema()).validate(results)


def test_rows_speak_the_glossary(results: Any) -> None:
    assert list(Estimate.model_fields) == list(COLUMNS)
    for column, known in (("analysis", ANALYSES), ("metric", METRICS), ("state", STATES)):
        assert {row[column] for row in results["estimates"]} <= set(known)


def test_evidence_points_at_rows(results: Any) -> None:
    for claim in results["claims"]:
        assert all(position < len(results["estimates"]) for position in claim["evidence"])


def test_keys_are_in_the_described_order(results: Any) -> None:
    assert list(results) == list(Results.model_fields)


def test_a_key_too_many_is_refused(results: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(Results.model_json_schema()).validate({**results, "extra": 1})
