"""Data that cannot carry the model: one sentence, the right exit code, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import analyse, load
from pipeline.analysis import Analysis
from pipeline.errors import AnalysisRefused, DataError, WhybuyError

Folder = Callable[..., Path]
CONSTRUCTS = {"a": ["A"], "b": ["B"], "y": ["Y"]}
MODEL = {"outcome": "y", "draws": 200}
SCALES = {"ten": {"points": 11, "start": 0}}
PEOPLE = 60


def answers(people: int = PEOPLE) -> dict[str, np.ndarray]:
    random = np.random.default_rng(1)
    common = random.normal(size=people)
    a, b = (np.clip(np.round(5 + common + random.normal(size=people) * 1.5), 0, 10).astype(int) for _ in range(2))
    y = np.clip(np.round(2 + 0.4 * a + 0.2 * b + random.normal(size=people)), 0, 10).astype(int)
    return {"A": a, "B": b, "Y": y}


def run(folder: Folder, columns: dict[str, Any], **keys: Any) -> Analysis:
    rows = [list(map(str, row)) for row in zip(*columns.values(), strict=True)]
    settings = {"scales": SCALES, "constructs": CONSTRUCTS, "model": MODEL} | keys
    return analyse(load(folder(rows, tuple(columns), **settings)))


def refused(folder: Folder, columns: dict[str, Any], **keys: Any) -> WhybuyError:
    with pytest.raises(WhybuyError) as caught:
        run(folder, columns, **keys)
    assert all(line.count("\n") == 0 and line.endswith((".", "?")) for line in caught.value.lines())
    return caught.value


def test_sound_answers_are_analysed(study_folder: Folder) -> None:
    estimates = run(study_folder, answers()).estimates
    model = estimates[estimates["analysis"].isin(["importance", "regression"])]
    assert (model["state"] == "ok").all()
    elsewhere = estimates[~estimates["state"].isin(["ok", "not_defined", "too_few"])]
    assert set(zip(elsewhere["analysis"], elsewhere["state"], elsewhere["reason"], strict=True)) <= {
        ("nonlinearity", "low_base", "small_base"),
        ("outcome_models", "no_variance", "one_class"),
    }


def test_one_row(study_folder: Folder) -> None:
    error = refused(study_folder, answers(1))
    assert isinstance(error, AnalysisRefused)
    assert "2 drivers need at least 10 respondents" in str(error)


def test_header_only(study_folder: Folder) -> None:
    assert refused(study_folder, answers(0)).exit_code in (DataError.exit_code, AnalysisRefused.exit_code)


def test_as_many_drivers_as_people(study_folder: Folder) -> None:
    random = np.random.default_rng(2)
    columns = {f"X{at}": random.integers(0, 11, 14) for at in range(14)} | {"Y": random.integers(0, 11, 14)}
    constructs = {f"x{at}": [f"X{at}"] for at in range(14)} | {"y": ["Y"]}
    error = refused(study_folder, columns, constructs=constructs)
    assert isinstance(error, AnalysisRefused)
    assert "14 drivers need at least 17" in str(error)


def test_more_drivers_than_subsets_allow(study_folder: Folder) -> None:
    random = np.random.default_rng(3)
    columns = {f"X{at}": random.integers(0, 11, 40) for at in range(31)} | {"Y": random.integers(0, 11, 40)}
    constructs = {f"x{at}": [f"X{at}"] for at in range(31)} | {"y": ["Y"]}
    error = refused(study_folder, columns, constructs=constructs)
    assert isinstance(error, AnalysisRefused)
    assert "31 drivers are too many" in str(error)


def test_more_levels_than_can_be_compared(study_folder: Folder) -> None:
    columns = answers() | {"city": np.array([f"town {at}" for at in range(PEOPLE)])}
    error = refused(study_folder, columns, segments=["city"])
    assert isinstance(error, AnalysisRefused)
    assert "'city' has 60 levels; at most 40" in str(error)
    assert "town" not in str(error)


def test_a_constant_construct(study_folder: Folder) -> None:
    error = refused(study_folder, answers() | {"A": np.full(PEOPLE, 7)})
    assert isinstance(error, AnalysisRefused)
    assert "'A' of 'a' has the same answer from everybody" in str(error)


def test_a_construct_constant_among_those_who_are_left(study_folder: Folder) -> None:
    a, y = np.full(PEOPLE, 7), answers()["Y"].astype(object)
    a[0], y[0] = 3, ""
    error = refused(study_folder, answers() | {"A": a, "Y": y})
    assert isinstance(error, AnalysisRefused)
    assert "same score on a" in str(error)


def test_drivers_that_repeat_each_other(study_folder: Folder) -> None:
    columns = answers()
    error = refused(study_folder, columns | {"B": columns["A"]})
    assert isinstance(error, AnalysisRefused)
    assert "a, b repeat each other" in str(error)


def test_an_outcome_that_is_a_driver(study_folder: Folder) -> None:
    columns = answers()
    error = refused(study_folder, columns | {"Y": columns["A"]})
    assert isinstance(error, AnalysisRefused)
    assert "'y' is an exact combination of the drivers" in str(error)


def test_drivers_that_explain_nothing_at_all(study_folder: Folder) -> None:
    corners = np.array([[a, b, y] for a in (1, 9) for b in (1, 9) for y in (2, 8)] * 5)
    error = refused(study_folder, dict(zip("ABY", corners.T, strict=True)))
    assert isinstance(error, AnalysisRefused)
    assert "explain nothing at all" in str(error)


def test_an_item_constant_among_those_who_are_left_has_no_omega(study_folder: Folder) -> None:
    columns = answers()
    third, y = np.full(PEOPLE, 7), columns["Y"].astype(object)
    third[0], y[0] = 3, ""
    found = run(
        study_folder,
        {"A": columns["A"], "A2": columns["B"], "A3": third, "B": columns["B"], "Y": y},
        constructs=CONSTRUCTS | {"a": ["A", "A2", "A3"]},
    ).estimates
    assert found.loc[(found["metric"] == "omega") & (found["term"] == "a"), "state"].tolist() == ["no_variance"]


def test_a_stratum_only_dropped_people_are_in(study_folder: Folder) -> None:
    b = answers()["B"].astype(object)
    b[[0, *range(31, 45)]] = ""
    columns = answers() | {"B": b, "region": ["lost", *["west"] * 29, *["east"] * 30]}
    found = run(study_folder, columns, weights={"strata": "region"}).estimates
    row = found[found["metric"] == "mean_difference"].iloc[0]
    assert (row["state"], row["reason"]) == ("too_few", "small_base")


def test_a_declared_reference_that_nobody_left_has(study_folder: Folder) -> None:
    b = answers()["B"].astype(object)
    b[0] = ""
    columns = answers() | {"B": b, "region": ["lost", *["west"] * 29, *["east"] * 30]}
    segments = {"compare": ["region"], "reference": {"region": "lost"}}
    assert len(run(study_folder, columns, segments=segments).estimates)


def test_six_clusters_are_analysed_without_a_warning(study_folder: Folder) -> None:
    columns = answers() | {"block": np.repeat(np.arange(6), 10), "region": ["west", "east"] * 30}
    assert len(run(study_folder, columns, weights={"cluster": "block"}, segments=["region"]).estimates)


def test_ten_people_are_analysed_without_a_warning(study_folder: Folder) -> None:
    found = run(study_folder, {name: column[:10] for name, column in answers().items()})
    assert found.sample.everyone.n == 10


def test_one_driver(study_folder: Folder) -> None:
    columns = answers()
    found = run(study_folder, {"A": columns["A"], "Y": columns["Y"]}, constructs={"a": ["A"], "y": ["Y"]}).estimates
    share = found[(found["metric"] == "lmg_share") & (found["term"] == "a")].iloc[0]
    assert (share["estimate"], share["conf_low"], share["conf_high"]) == pytest.approx((1, 1, 1))
