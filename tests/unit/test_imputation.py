"""Imputation: what is filled and what is not, cases with a name, the same bytes again, and rows of a whole study."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import analyse, load
from pipeline.errors import DefinitionError
from pipeline.imputation.chained import Gaps, completed, donors
from pipeline.imputation.pooling import pool

Maker = Callable[..., Path]
HEADER = ("id", "t1", "t2", "p1", "i1", "i2", "city", "w")


def filled(answers: np.ndarray, number: int = 3, seed: int = 1, beside: np.ndarray | None = None) -> list[np.ndarray]:
    return list(completed(gaps_of(answers, beside), seed=seed, number=number))


def gaps_of(answers: np.ndarray, beside: np.ndarray | None = None) -> Gaps:
    beside = np.empty((len(answers), 0)) if beside is None else beside
    return Gaps(answers=answers, wanted=np.isnan(answers), beside=beside)


@pytest.fixture
def answers() -> np.ndarray:
    """(120, 4) answers from 1 to 7 with gaps in the last three columns."""
    random = np.random.default_rng(5)
    found = np.clip(np.rint(4 + random.normal(size=(120, 1)) + random.normal(size=(120, 4))), 1, 7)
    gone = random.random(found.shape) < 0.15
    gone[:, 0] = False
    return np.where(gone, np.nan, found)


def test_given_answers_stay_and_gaps_get_answers_of_others(answers: np.ndarray) -> None:
    given = np.isfinite(answers)
    for each in filled(answers):
        np.testing.assert_array_equal(each[given], answers[given])
        for at in range(4):
            assert set(each[:, at]) <= set(answers[given[:, at], at])


def test_data_sets_differ_and_come_back_the_same(answers: np.ndarray) -> None:
    first, again, other = filled(answers), filled(answers), filled(answers, seed=2)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first[0], first[1])


def test_cells_that_are_not_wanted_stay_missing(answers: np.ndarray) -> None:
    never = np.zeros(answers.shape, dtype=bool)
    never[:40, 3] = True
    answers[:40, 3] = np.nan
    gaps = Gaps(answers=answers, wanted=np.isnan(answers) & ~never, beside=np.empty((120, 0)))
    for each in completed(gaps, seed=1, number=2):
        assert np.array_equal(np.isnan(each), never)
    assert gaps.predictors.shape == (120, 2)


def test_one_missing_cell() -> None:
    random = np.random.default_rng(1)
    answers = random.integers(1, 6, (50, 3)).astype(float)
    answers[7, 1] = np.nan
    drawn = [each[7, 1] for each in filled(answers, number=20)]
    assert set(drawn) <= {1, 2, 3, 4, 5}
    assert len(set(drawn)) > 1


def test_exact_copies_and_flat_columns_do_no_harm(answers: np.ndarray) -> None:
    """A copy predicts without error, so a gap beside it gets its value; a flat column is filled with its value."""
    copied = np.column_stack([answers[:, 0], answers[:, 0], np.full(120, 3.0), answers[:, 1]])
    copied[:10, 1] = np.nan
    copied[5:15, 2] = np.nan
    for each in filled(copied, beside=np.column_stack([answers[:, 0], np.ones(120)])):
        np.testing.assert_array_equal(each[:, 1], answers[:, 0])
        assert (each[:, 2] == 3).all()


def test_predictors_that_are_flat_where_the_column_is_answered(answers: np.ndarray) -> None:
    """Everybody in one group left the item out: that group cannot be told from the others, and nothing explodes."""
    group = np.arange(120) < 30
    answers[group, 3] = np.nan
    drawn = np.array(filled(answers, number=20, beside=group[:, None].astype(float)))[:, group, 3]
    assert 2 < drawn.mean() < 6
    assert drawn.std() > 0.5


def test_an_item_without_answers_and_more_predictors_than_answers(answers: np.ndarray) -> None:
    answers[:, 2] = np.nan
    with pytest.raises(ValueError, match="without any answer"):
        filled(answers)
    answers[:3, 2] = 4
    assert gaps_of(answers).room < 1
    assert np.isfinite(filled(answers)).all()


def test_donors_are_the_nearest() -> None:
    given = np.array([[0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0, 110.0]] * 2)
    wanted = np.array([[1.0, 58.0, 500.0], [-9.0, 41.0, 100.0]])
    random = np.random.Generator(np.random.Philox(key=1))
    seen = np.stack([donors(given, wanted, random) for _ in range(400)])
    nearest = np.argsort(np.abs(given[:, None] - wanted[..., None]), axis=-1)[..., :5]
    for chain in range(2):
        for at in range(3):
            assert set(seen[:, chain, at]) == set(nearest[chain, at])


def test_fewer_donors_than_five() -> None:
    random = np.random.Generator(np.random.Philox(key=1))
    assert set(donors(np.array([[1.0, 2.0]]), np.array([[1.4]]), random).ravel()) <= {0, 1}


def test_agreement_leaves_the_degrees_of_freedom_of_one_data_set() -> None:
    found = pool(np.full((5, 1), 2.0), np.full((5, 1), 0.25), 30)
    assert (found.point[0], found.std_error[0], found.fmi[0]) == (2.0, 0.5, 0.0)
    assert found.df[0] == pytest.approx(30 * 31 / 33)
    low, high = found.interval(0.95)
    assert low[0] < 2 < high[0]
    assert found.p[0] < 0.01


def people(n: int = 160, missing: float = 0.2) -> list[list[str]]:
    random = np.random.default_rng(11)
    common = random.normal(size=(n, 1))
    marks = np.clip(np.rint(4 + common + random.normal(size=(n, 5))), 1, 7).astype(int).astype(str)
    marks[random.random(marks.shape) < missing] = ""
    places, weights = random.choice(["north", "south", ""], n), np.round(random.uniform(0.5, 2, n), 2)
    return [[f"r{at}", *marks[at], places[at], str(weights[at])] for at in range(n)]


def constructs() -> dict[str, Any]:
    return {"trust": ["t1", "t2"], "price": ["p1"], "intent": ["i1", "i2"]}


def rows_of(folder: Path) -> pd.DataFrame:
    table = analyse(load(folder)).estimates
    return table[table["analysis"] == "imputed"]


def figure(rows: pd.DataFrame, metric: str, term: str | None = None, contrast: str | None = None) -> pd.Series:
    keys = {"metric": metric, "term": term, "contrast": contrast}
    for name, value in keys.items():
        rows = rows[rows[name].isna()] if value is None else rows[rows[name] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def test_rows_of_a_study(study_folder: Maker) -> None:
    folder = study_folder(
        people(), HEADER, constructs=constructs(), model={"outcome": "intent", "imputations": 5, "draws": 200},
        segments=["city"], weights={"column": "w"},
    )  # fmt: skip
    rows = rows_of(folder)
    assert (rows["state"] == "ok").all()
    assert set(rows["metric"]) == {"imputations", "imputed_share", "lmg_share", "r2", "fmi", "b", "beta"}
    assert figure(rows, "imputations")["estimate"] == 5
    answered = sum(any(row[1:6]) for row in people())
    asked = 5 * answered
    blank = sum(not cell for row in people() if any(row[1:6]) for cell in row[1:6])
    whole = figure(rows, "imputed_share")
    assert whole["n"] == answered
    assert whole["estimate"] == pytest.approx(blank / asked)
    shares = rows[rows["metric"] == "lmg_share"]
    assert shares["estimate"].sum() == pytest.approx(1)
    inside = rows[rows["metric"].isin(["lmg_share", "r2"])].astype({"conf_low": float, "conf_high": float})
    assert ((inside["conf_low"] > 0) & (inside["conf_high"] < 1) & (inside["conf_low"] < inside["conf_high"])).all()
    assert 0 < figure(rows, "fmi", "trust", "of:b")["estimate"] < 1
    assert figure(rows, "b", "trust")["std_error"] > 0


def test_order_of_rows_changes_nothing(study_folder: Maker) -> None:
    keys: dict[str, Any] = {"constructs": constructs(), "model": {"outcome": "intent", "imputations": 3, "draws": 200}}
    keys["respondent"] = {"id": "id"}
    first = rows_of(study_folder(people(), HEADER, **keys))
    second = rows_of(study_folder(people()[::-1], HEADER, **keys))
    pd.testing.assert_frame_equal(first, second)


def test_questions_not_asked_are_never_filled(study_folder: Maker) -> None:
    """Nobody in the south was asked for the price: these respondents stay out, and only asked answers are counted."""
    asked = people(missing=0.1)
    for row in asked:
        if row[6] == "south":
            row[3] = "n/a"
    folder = study_folder(
        asked, HEADER, constructs=constructs(), missing={"not_asked": ["n/a"]},
        model={"outcome": "intent", "imputations": 3, "draws": 200},
    )  # fmt: skip
    rows = rows_of(folder)
    elsewhere = [row for row in asked if row[3] != "n/a"]
    assert figure(rows, "imputed_share")["n"] == sum(any(row[1:6]) for row in elsewhere)
    gone = sum(not row[3] for row in elsewhere) / len(elsewhere)
    assert figure(rows, "imputed_share", "price")["estimate"] == pytest.approx(gone)


def test_nothing_is_missing(study_folder: Maker) -> None:
    model = {"outcome": "intent", "imputations": 3, "draws": 200}
    rows = rows_of(study_folder(people(missing=0), HEADER, constructs=constructs(), model=model))
    assert [tuple(row) for row in rows[["metric", "state", "reason"]].to_numpy()] == [
        ("r2", "not_defined", "nothing_missing")
    ]


def test_off_by_default(study_folder: Maker) -> None:
    model = {"outcome": "intent", "draws": 200}
    assert rows_of(study_folder(people(), HEADER, constructs=constructs(), model=model)).empty


def test_one_data_set_is_no_multiple_imputation(study_folder: Maker) -> None:
    folder = study_folder(people(), HEADER, constructs=constructs(), model={"outcome": "intent", "imputations": 1})
    with pytest.raises(DefinitionError, match="one completed data set cannot say how far others would differ"):
        load(folder)


def test_drivers_that_repeat_each_other_have_no_share(study_folder: Maker) -> None:
    """Copies of an item that has no gaps repeat each other in every data set."""
    table = people()
    for at, row in enumerate(table):
        row[1] = row[1] or str(1 + at % 7)
        row.append(row[1])
    keys = {"trust": ["t1"], "copy": ["t3"], "price": ["p1"], "intent": ["i1", "i2"]}
    model = {"outcome": "intent", "imputations": 3, "draws": 200, "collinear": "show"}
    rows = rows_of(study_folder(table, (*HEADER, "t3"), constructs=keys, model=model))
    assert figure(rows, "lmg_share", "trust")["reason"] == "collinear"
    assert figure(rows, "b", "copy")["state"] == "singular"
    assert figure(rows, "b", "price")["state"] == "ok"


def test_clusters_and_strata_reach_the_errors(study_folder: Maker) -> None:
    """Every respondent four times over, in a cluster of four: errors are those of fewer people."""
    table = [[f"{row[0]}_{copy}", *row[1:], f"c{at}"] for at, row in enumerate(people(80)) for copy in range(4)]
    header = (*HEADER, "cluster")
    model = {"outcome": "intent", "imputations": 3, "draws": 200}
    plain = rows_of(study_folder(table, header, constructs=constructs(), model=model))
    wide = rows_of(study_folder(table, header, constructs=constructs(), model=model, weights={"cluster": "cluster"}))
    for metric in ("b", "lmg_share"):
        ratio = figure(wide, metric, "trust")["std_error"] / figure(plain, metric, "trust")["std_error"]
        assert 1.3 < ratio < 2.5
