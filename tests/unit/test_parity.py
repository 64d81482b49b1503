"""The parity files: what relaimpo would be given is what this report was made of."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import numpy as np
import pytest

from pipeline.estimates import row
from pipeline.model.importance import METHODS, r2
from pipeline.report.parity import ADJUSTED, TYPES, parity
from pipeline.report.results import rounded


def results(controls: int = 0, **study: Any) -> dict[str, Any]:
    """Results of a study of three drivers (the first `controls` of five columns being controls)."""
    random = np.random.default_rng(5)
    columns = random.normal(size=(200, 5)) + 0.7 * random.normal(size=(200, 1))
    matrix = np.corrcoef(np.column_stack([columns, columns.sum(1) + 3 * random.normal(size=200)]), rowvar=False)
    names = (*[f"age{at}" for at in range(controls)], *[f"d{at}" for at in range(controls, 5)], "intent")
    inside = [name for name in names[:-1] if name.startswith("d")]
    rows = [
        row("description", "r", term=one, contrast=f"with:{other}", estimate=matrix[i, j])
        for i, one in enumerate(names)
        for j, other in enumerate(names[:i])
    ]
    rows.append(row("regression", "r2", estimate=float(r2(matrix[:-1, :-1], matrix[:-1, -1]))))
    for metric in TYPES:
        values = METHODS[metric](matrix[controls:-1, controls:-1], matrix[controls:-1, -1])
        rows += [row("importance", metric, term=name, estimate=each) for name, each in zip(inside, values, strict=True)]
    shown = {"drivers": inside, "outcome": "intent", "constructs": {name: {} for name in (*inside, "intent")}}
    shown["controls"] = [{"variable": name} for name in names if name.startswith("age")]
    return rounded({"study": shown | study, "sample": {"n": 1200, "weighted": True}, "estimates": rows})


def table(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode())))


def test_expected_figures_are_those_of_the_correlations_beside_them() -> None:
    files = parity(results())
    (_, *names), *rows = table(files["parity/correlations.csv"])
    assert names == ["intent", "d0", "d1", "d2", "d3", "d4"]
    assert [each[0] for each in rows] == names
    matrix = np.array([each[1:] for each in rows], dtype=float)
    np.testing.assert_array_equal(matrix, matrix.T)
    heads, *expected = table(files["parity/expected.csv"])
    assert heads == ["metric", "driver", "value"]
    ours = {theirs: METHODS[name](matrix[1:, 1:], matrix[1:, 0]) for name, theirs in TYPES.items()}
    assert len(expected) == len(TYPES) * 5
    for metric, driver, value in expected:
        assert float(value) == pytest.approx(ours[metric][names.index(driver) - 1], abs=1e-9)


def test_the_script_names_files_columns_and_metrics_that_exist() -> None:
    files = parity(results())
    script = files["parity/replicate.R"].decode()
    code = [line for line in script.splitlines() if line and not line.startswith("#")]
    assert len(code) <= 10
    assert {f"parity/{name}" for name in re.findall(r'"(\w+\.csv)"', script)} < set(files)
    (types,) = re.findall(r"type = c\((.*?)\)", script)
    assert json.loads(f"[{types}]") == list(TYPES.values())
    assert {each[0] for each in table(files["parity/expected.csv"])[1:]} == set(TYPES.values())
    used = set(re.findall(r"expected\$(\w+)", script))
    assert used - {"relaimpo"} == {"metric", "driver", "value"}
    assert "always <- NULL" in script
    assert script.count("(") == script.count(")")


def test_controls_are_always_in_the_model_of_the_script() -> None:
    files = parity(results(controls=2))
    script = files["parity/replicate.R"].decode()
    assert 'always <- c("age0", "age1")' in script
    assert table(files["parity/correlations.csv"])[0] == ["", "intent", "d2", "d3", "d4", "age0", "age1"]
    assert {each[0] for each in table(files["parity/expected.csv"])[1:]} == set(ADJUSTED)
    assert "controls are always in the model" in files["parity/README.txt"].decode()


def test_the_readme_says_whose_correlations_these_are() -> None:
    text = parity(results())["parity/README.txt"].decode()
    assert "1,200 respondents" in text
    assert "(intent, first)" in text
    assert "as analysed (weighted)" in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def without(found: dict[str, Any], **match: Any) -> dict[str, Any]:
    kept = [each for each in found["estimates"] if any(each[key] != value for key, value in match.items())]
    return found | {"estimates": kept}


@pytest.mark.parametrize(
    "found",
    [
        results() | {"study": results()["study"] | {"drivers": ["d0"]}},
        results() | {"study": results()["study"] | {"drivers": ["d0", "region"]}},
        results(controls=2) | {"study": results(controls=2)["study"] | {"controls": []}},
        results() | {"study": results()["study"] | {"controls": [{"variable": "age"}]}},
        without(results(), metric="r", term="d1", contrast="with:d0"),
        {**results(), "estimates": [each for each in results()["estimates"] if each["metric"] not in TYPES]},
        {
            **results(),
            "estimates": [
                each | {"estimate": 0.1} if each["metric"] == "r2" else each for each in results()["estimates"]
            ],
        },
        {
            **results(),
            "estimates": [
                each | {"estimate": 1.0} if (each["term"], each["contrast"]) == ("d1", "with:d0") else each
                for each in results()["estimates"]
            ],
        },
    ],
    ids=[
        "one driver",
        "a category",
        "columns of nobody",
        "controls unknown",
        "a correlation missing",
        "no metric",
        "other correlations",
        "singular",
    ],
)
def test_what_relaimpo_cannot_work_out_has_no_files(found: dict[str, Any]) -> None:
    assert parity(found) == {}


def test_the_bytes_are_the_same_each_time() -> None:
    assert parity(results()) == parity(results())
