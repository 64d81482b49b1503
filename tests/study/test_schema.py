"""results.json of every bundled study is what `whybuy schema --results` says, and the columns are the glossary's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from pipeline import load
from pipeline.estimates import ANALYSES, COLUMNS, METRICS, STATES
from pipeline.report.schema import Estimate, Results

ROOT = Path(__file__).parents[2]
STUDIES = sorted(path.parent for path in (ROOT / "surveys").glob("*/study.yaml"))


@pytest.fixture(scope="module", params=STUDIES, ids=lambda path: path.name)
def results(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from pipeline.analysis import analyse
    from pipeline.report.publish import _json
    from pipeline.report.results import build

    folder = tmp_path_factory.mktemp("quick") / request.param.name
    return json.loads(_json(build(analyse(load(quick(request.param, folder))))))


def quick(study: Path, folder: Path) -> Path:
    """The study itself, or a copy of one that looks for classes, with few resamples and starts: rows of every kind."""
    definition = YAML(typ="safe").load(study / "study.yaml")
    if "classes" not in definition:
        return study
    shutil.copytree(study, folder, ignore=shutil.ignore_patterns("study.yaml"))
    definition["model"]["draws"] = 200
    definition["classes"] |= {"starts": 5, "most": 2}
    definition["data"] = definition["data"][:2]
    waves = {entry["wave"] for entry in definition["data"]}
    definition["journey"]["context"] = [one for one in definition["journey"]["context"] if one["wave"] in waves]
    (folder / "study.yaml").write_text(json.dumps(definition), encoding="utf-8")
    return folder


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
