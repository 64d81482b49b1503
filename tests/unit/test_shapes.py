"""Every shape of model a definition allows, from the file to the page: figures, or a named state, and never a NaN."""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import analyse, load
from pipeline.analysis import Analysis
from pipeline.errors import AnalysisRefused
from pipeline.model.importance.lmg import lmg
from pipeline.model.players import Structure, arranged, drawn_values, far_values, settled, values
from pipeline.model.regression import ols, ols_apart
from pipeline.report.html import page
from pipeline.report.results import build
from pipeline.report.schema import Results

Folder = Callable[..., Path]
PEOPLE = 160
VARIABLES = {
    "brand": {"label": {"en": "brand", "zh": "品牌"}},
    "region": {"label": {"en": "region", "zh": "地区"}},
    "age": {"label": {"en": "age", "zh": "年龄"}, "type": "number"},
}


def answers(drivers: int = 3, people: int = PEOPLE) -> dict[str, Any]:
    random = np.random.default_rng(11)
    common = random.normal(size=(people, 1))
    x = common + 1.3 * random.normal(size=(people, drivers))
    y = x @ np.linspace(1, 0.2, drivers) / np.sqrt(drivers) + random.normal(size=people)
    rated = np.clip(np.round(4 + np.column_stack([x, y])), 1, 7).astype(int)
    found: dict[str, Any] = {f"x{at}": rated[:, at] for at in range(drivers)} | {"y": rated[:, -1]}
    found["brand"] = np.array(["a", "b"])[np.arange(people) % 2]
    found["region"] = np.where(np.arange(people) < 3, "west", np.array(["north", "south"])[np.arange(people) // 2 % 2])
    found["age"] = random.integers(18, 80, people)
    found["w"] = random.gamma(4, 0.25, people).round(3) + 0.1
    found["psu"] = np.arange(people) // 4
    return found


def run(folder: Folder, columns: dict[str, Any], drivers: list[str] | None = None, **keys: Any) -> Analysis:
    """The analysis, with RuntimeWarnings as errors; then results and pages of both languages."""
    rated = [name for name in columns if re.fullmatch(r"x\d+|y", name)]
    model = {"outcome": "y", "drivers": drivers or [name for name in rated if name != "y"], "draws": 300}
    label = {"en": "a label", "zh": "标签"}
    settings: dict[str, Any] = {
        "study": {"title": {"en": "Shapes", "zh": "形状"}},
        "scales": {"agree": {"points": 7}},
        "constructs": {name: {"label": label, "items": {name: label}, "scale": "agree"} for name in rated},
        "variables": VARIABLES,
    }
    rows = [list(map(str, row)) for row in zip(*columns.values(), strict=True)]
    path = folder(rows, tuple(columns), **settings | keys | {"model": model | keys.get("model", {})})
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        found = analyse(load(path))
        results = json.loads(json.dumps(build(found), allow_nan=False))
    Results.model_validate(results)
    assert all(math.isfinite(row["estimate"]) for row in results["estimates"] if row["state"] == "ok")
    for language in results["study"]["languages"]:
        told = re.sub(r"<(style|script)[\s\S]*?</\1>|<[^>]+>", " ", page(results, language))
        assert not re.search(r"\b(nan|inf|NaN)\b", told)
    return found


def rows(found: Analysis, metric: str, analysis: str = "importance", **where: Any) -> pd.DataFrame:
    table = found.estimates
    table = table[(table["analysis"] == analysis) & (table["metric"] == metric)]
    for name in ("group", "contrast"):
        wanted = where.get(name)
        table = table[table[name].isna() if wanted is None else table[name] == wanted]
    return table.set_index("term")


def test_drivers_that_repeat_each_other_are_shown_where_that_is_wanted(study_folder: Folder) -> None:
    columns = answers() | {"x3": answers()["x0"]}
    found = run(study_folder, columns, model={"collinear": "show"}, segments={"compare": ["brand"]})
    shares = rows(found, "lmg_share")["estimate"]
    assert shares["x0"] == pytest.approx(shares["x3"], abs=1e-6)
    assert shares.sum() == pytest.approx(1)
    coefficients = rows(found, "b", "regression")
    assert (coefficients.loc[["x0", "x3"], "reason"] == "collinear").all()
    assert (coefficients.loc[["x0", "x3"], "state"] == "singular").all()
    assert rows(found, "vif", "overlap")["estimate"]["x0"] > 1e6
    assert rows(found, "vif", "overlap")["estimate"]["x1"] < 5
    alone = ols(*_xy(columns, ["x0", "x1", "x2"]))
    assert coefficients.loc["x1", "estimate"] == pytest.approx(alone.b[2])
    assert coefficients.loc["x1", "std_error"] == pytest.approx(alone.se[2])
    inside = rows(found, "lmg_share", group="brand=a")
    assert (inside["state"] == "ok").all()
    assert inside["estimate"]["x0"] == pytest.approx(inside["estimate"]["x3"], abs=1e-6)
    models = found.estimates[found.estimates["analysis"] == "outcome_models"]
    assert set(models.loc[models["state"] != "ok", "reason"]) <= {"collinear"}
    assert (rows(found, "leave_one_out_first", "influence")["estimate"] < PEOPLE / 2).all()


def _xy(columns: dict[str, Any], names: list[str]) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    return np.column_stack([columns[name] for name in names]), columns["y"], tuple(names)


@pytest.mark.parametrize("outcome", ["binary", "ordered", "count"])
def test_repeated_drivers_with_every_type_of_outcome(study_folder: Folder, outcome: str) -> None:
    columns = answers(2) | {"x2": answers(2)["x0"]}
    found = run(study_folder, columns, model={"collinear": "show", "outcome_type": outcome})
    assert (rows(found, "lmg_share")["state"] == "ok").all()


@pytest.mark.parametrize(
    "choice",
    [{"inference": "bayesian"}, {"inference": "jackknife"}, {"correlations": "shrunk"}, {"interval": "bca"}],
)
def test_repeated_drivers_with_other_inference(study_folder: Folder, choice: dict[str, str]) -> None:
    columns = answers(2) | {"x2": answers(2)["x0"]}
    found = run(study_folder, columns, model={"collinear": "show", **choice})
    assert (rows(found, "lmg_share")["state"] == "ok").all()


@pytest.mark.parametrize("choice", [{"interval": "bca", "sesoi": 0.05}, {"inference": "jackknife"}])
def test_a_single_driver_has_everything(study_folder: Folder, choice: dict[str, Any]) -> None:
    found = run(study_folder, answers(1), model=choice)
    assert rows(found, "lmg_share")["estimate"].tolist() == [1.0]


def test_repeated_drivers_without_that_are_refused_by_name(study_folder: Folder) -> None:
    with pytest.raises(AnalysisRefused, match="x0, x3 repeat each other"):
        run(study_folder, answers() | {"x3": answers()["x0"]})


def test_an_outcome_that_repeats_a_driver_is_refused_even_where_drivers_repeat(study_folder: Folder) -> None:
    columns = answers() | {"x3": answers()["x0"], "y": answers()["x0"]}
    with pytest.raises(AnalysisRefused, match="exact combination"):
        run(study_folder, columns, model={"collinear": "show"})


def test_a_fit_beside_repeated_columns_is_that_without_them() -> None:
    random = np.random.default_rng(4)
    x = random.normal(size=(50, 3))
    y = x @ [1.0, 2.0, 0.5] + random.normal(size=50)
    whole, alone = ols_apart(np.column_stack([x, x[:, 0] - x[:, 2]]), y, tuple("abcd")), ols(x, y, tuple("abc"))
    assert np.isnan(whole.b[[1, 3, 4]]).all()
    assert whole.b[2] == pytest.approx(alone.b[2], rel=1e-12)
    assert (whole.r2, whole.df_residual, whole.f) == (alone.r2, alone.df_residual, alone.f)
    assert whole.cooks == pytest.approx(alone.cooks)


def test_a_category_with_a_tiny_level_that_one_segment_lacks(study_folder: Folder) -> None:
    columns = answers()
    columns["region"][columns["brand"] == "a"] = np.where(
        columns["region"][columns["brand"] == "a"] == "west", "north", columns["region"][columns["brand"] == "a"]
    )
    drivers = ["x0", "x1", "region", "age"]
    found = run(
        study_folder, columns, drivers, segments={"compare": ["brand"]}, weights={"column": "w", "cluster": "psu"}
    )
    for group in (None, "brand=a", "brand=b"):
        shares = rows(found, "lmg_share", group=group)
        assert (shares["state"] == "ok").all()
        assert shares["estimate"].sum() == pytest.approx(1)
    assert (rows(found, "r2_cv", "regression")["state"] == "ok").all()


def test_a_control_that_is_constant_in_a_segment_is_left_out_there(study_folder: Folder) -> None:
    columns = answers()
    found = run(study_folder, columns, model={"controls": ["brand", "age"]}, segments={"compare": ["brand"]})
    inside = {name: np.asarray(column)[columns["brand"] == "a"] for name, column in columns.items()}
    matrix = np.corrcoef(np.column_stack([inside[name] for name in ("age", "x0", "x1", "x2", "y")]), rowvar=False)
    structure = Structure(players=("x0", "x1", "x2"), columns=((0,), (1,), (2,)), controls=1)
    expected = values(arranged(matrix[None], structure), structure, "lmg")[0]
    shares = rows(found, "lmg_share", group="brand=a")
    assert shares["estimate"].tolist() == pytest.approx((expected / expected.sum()).tolist(), abs=1e-8)
    b = rows(found, "b", "regression", group="brand=a")["estimate"]
    assert b["x0"] == pytest.approx(ols(*_xy(inside, ["x0", "x1", "x2", "age"])).b[1])


def test_levels_of_a_category_are_no_ordered_answers(study_folder: Folder) -> None:
    columns, drivers = answers(), ["x0", "x1", "region", "age"]
    choice = {"correlations": "polychoric", "controls": ["brand"], "draws": 200}
    found = rows(run(study_folder, columns, drivers, model=choice), "lmg_share")
    plain = rows(run(study_folder, columns, drivers, model={"controls": ["brand"], "draws": 200}), "lmg_share")
    assert found["estimate"].tolist() == pytest.approx(plain["estimate"].tolist(), abs=0.03)


def test_levels_that_nobody_analysed_has_take_no_column(study_folder: Folder) -> None:
    columns = answers()
    columns["y"] = [None if at < 3 else value for at, value in enumerate(columns["y"])]
    columns = {name: ["" if value is None else value for value in column] for name, column in columns.items()}
    found = run(study_folder, columns, ["x0", "x1", "region"])
    levels = rows(found, "b", "regression", contrast="level:south")
    assert levels.index.tolist() == ["region"]
    assert found.sample.model.names == ("x0", "x1", "region=south", "y")
    columns["region"] = ["west" if at < 3 else "north" for at in range(PEOPLE)]
    with pytest.raises(AnalysisRefused, match="one and the same 'region'"):
        run(study_folder, columns, ["x0", "x1", "region"])


@pytest.mark.parametrize("bend", ["flat_driver", "flat_outcome", "two_values", "weights", "perfect"])
def test_data_at_the_edge_have_states(study_folder: Folder, bend: str) -> None:
    columns = answers()
    keys: dict[str, Any] = {"segments": {"compare": ["brand"], "explain": ["brand"]}}
    first = columns["brand"] == "a"
    if bend == "flat_driver":
        columns["x2"][first] = 4
    elif bend == "flat_outcome":
        columns["y"][first] = 4
    elif bend == "two_values":
        columns = columns | {name: np.where(columns[name] > 4, 2, 1) for name in ("x0", "x1", "x2", "y")}
    elif bend == "weights":
        columns["w"] = np.where(np.arange(PEOPLE) < 40, 0.0, np.where(np.arange(PEOPLE) == 50, 1e9, columns["w"]))
        keys["weights"] = {"column": "w"}
    else:
        columns["y"] = columns["x0"].copy()
        columns["y"][0] = columns["y"][0] % 7 + 1
    found = run(study_folder, columns, **keys)
    assert (rows(found, "lmg_share")["state"] == "ok").all()
    if bend.startswith("flat"):
        assert (rows(found, "lmg_share", group="brand=a")["state"] == "no_variance").all()
        assert (rows(found, "lmg_share", group="brand=b")["state"] == "ok").all()


def test_columns_that_do_not_vary_go_with_nothing() -> None:
    matrix = np.diag(np.ones(4))
    matrix[1, :] = matrix[:, 1] = np.nan
    assert np.isnan(np.diagonal(settled(matrix, (0, 2)))).tolist() == [False, True, False, False]
    assert settled(matrix, (1,)) == pytest.approx(np.eye(4))


def test_resamples_of_many_drivers_are_near_those_over_all_orders() -> None:
    random = np.random.default_rng(2)
    scores: np.ndarray = random.normal(size=(300, 13)) + random.normal(size=(300, 1))
    scores[:, -1] += scores[:, :-1] @ random.gamma(0.5, size=12) / 4
    point = np.corrcoef(scores, rowvar=False)[None]
    drawn = np.stack([np.corrcoef(scores[random.integers(0, 300, 300)], rowvar=False) for _ in range(200)])
    structure = Structure.plain(tuple("abcdefghijkl"))
    for method, tolerance in (("lmg", 0.08), ("kruskal", 0.08)):
        exact = values(point, structure, method)[0]
        truth = values(drawn, structure, method)
        quick = drawn_values(drawn, exact, point, structure, method, most=1)
        assert quick.std(0) == pytest.approx(truth.std(0), rel=tolerance)
        assert (quick - truth).std(0).max() < 0.2 * truth.std(0).max()
    exact = lmg(point[:, :-1, :-1], point[:, :-1, -1])[0]
    assert drawn_values(point, exact, point, structure, "lmg", most=1)[0] == pytest.approx(exact)


def test_far_matrices_of_many_drivers(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    structure = Structure.plain(tuple("abcdefgh"))
    matrices = np.stack([np.corrcoef(random.normal(size=(40, 9)), rowvar=False) for _ in range(5)])
    for method in ("lmg", "kruskal"):
        truth = values(matrices, structure, method)
        monkeypatch.setattr("pipeline.model.players.MOST_DRAWN", 1)
        found = far_values(matrices, structure, method)
        monkeypatch.undo()
        assert found[0] == pytest.approx(truth[0])
        assert found == pytest.approx(truth, abs=0.02)
        assert far_values(matrices[:0], structure, method).shape == (0, 8)


def test_many_drivers_are_analysed_quickly(study_folder: Folder) -> None:
    found = run(study_folder, answers(18), model={"draws": 200})
    shares = rows(found, "lmg_share")
    assert shares["estimate"].sum() == pytest.approx(1)
    assert (shares["conf_low"] <= shares["estimate"]).all()
