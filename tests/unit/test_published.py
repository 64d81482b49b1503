"""Published correlation tables: read strictly, refused where no data can have them, and estimated as R does."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import load
from pipeline.checkup import check as check_study
from pipeline.errors import AnalysisRefused, DataError, DefinitionError
from pipeline.estimates import check, frame
from pipeline.model import Setting
from pipeline.model.importance import METHODS
from pipeline.model.published import published_rows, published_sample
from pipeline.model.regression import ols
from pipeline.model.wishart import resampled, wishart
from pipeline.published import read_published, understood
from pipeline.report.publish import take_stamp

STUDY = """
study: {title: t}
correlations: {file: table.csv, n: 285}
constructs:
  trust: {reliability: 0.8}
  price: {}
  intent: {}
model: {outcome: intent, draws: 400}
"""
SQUARE = ",trust,price,intent\ntrust,1,.3,.5\nprice,.3,1,.4\nintent,.5,.4,1\n"


def study(folder: Path, table: str, definition: str = STUDY) -> Any:
    (folder / "study.yaml").write_text(definition, encoding="utf-8")
    (folder / "table.csv").write_text(table, encoding="utf-8")
    return load(folder)


@pytest.mark.parametrize(
    "table",
    [
        SQUARE,
        ",trust,price,intent\ntrust,,,\nprice,.3,,\nintent,.5,.4,\n",
        "name;price;intent;trust\nintent;0.4;;0.5\nprice;;;.30\ntrust;;;1\n",
        ",intent,trust,price,other\nintent,1.0,.5,.4,\ntrust,,1,0.3,\nprice,,,1,\nother,.1,,,1\n",
        "\ufeff,trust,price\n\ntrust,1\nprice,.3,1\nintent,.5,.4\n",
    ],
    ids=["square", "lower triangle", "semicolons", "upper triangle and a name too many", "last column left out"],
)
def test_a_table_may_be_square_or_a_triangle_in_any_order(tmp_path: Path, table: str) -> None:
    found = read_published(study(tmp_path, table))
    assert found.names == ("trust", "price", "intent")
    np.testing.assert_array_equal(found.correlations, [[1, 0.3, 0.5], [0.3, 1, 0.4], [0.5, 0.4, 1]])
    assert found.mean is None
    assert found.n == 285
    np.testing.assert_array_equal(found.reliability, [0.8, np.nan, np.nan])


@pytest.mark.parametrize(
    "table",
    [
        SQUARE + "mean,4,5,3\nSD,1,2,1.5\n",
        ",mean,sd,trust,price,intent\ntrust,4,1,1,,\nprice,5,2,.3,1,\nintent,3,1.5,.5,.4,1\n",
    ],
    ids=["rows", "columns"],
)
def test_means_and_deviations_may_stand_beside(tmp_path: Path, table: str) -> None:
    found = read_published(study(tmp_path, table))
    np.testing.assert_array_equal(found.mean, [4, 5, 3])
    np.testing.assert_array_equal(found.sd, [1, 2, 1.5])


def test_the_order_of_rows_and_columns_changes_no_hash(tmp_path: Path) -> None:
    turned = "x,intent,trust,price\nprice,.4,.3,1\nintent,1,.5,.4\ntrust,.5,1,.3\n"
    one = read_published(study(tmp_path, SQUARE)).content_sha256
    assert read_published(study(tmp_path, turned)).content_sha256 == one
    assert read_published(study(tmp_path, SQUARE.replace(".4", ".41"))).content_sha256 != one


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (SQUARE.replace("price,.3", "price,.3*"), "row 3, column \"trust\": '.3*' is not a number"),
        (SQUARE.replace("intent,.5,.4", "intent,1.5,.4"), 'row 4, column "trust": 1.5 is no correlation'),
        (SQUARE.replace("price,.3", "price,.2"), 'row 3, column "trust": 0.2, but it is 0.3 in row 2'),
        (SQUARE.replace("trust,1,", "trust,.8,"), "a reliability belongs under constructs.trust.reliability"),
        (SQUARE.replace("price", "prise"), "has no row or column 'price'. Did you mean 'prise'?"),
        (",trust,price,intent\ntrust,1,,.5\nprice,,1,.4\nintent,,,1\n", "no correlation of 'price' and 'trust'"),
        (SQUARE + "trust,1,.3,.5\n", "row 5: 'trust' stands twice"),
        (SQUARE + ",1,.3,.5\n", "row 5 has no name in its first cell"),
        (SQUARE + "x,1,.3,.5,.7\n", "row 5: 5 fields where the header has 4"),
        (SQUARE.replace(",price,intent\n", ",price,price\n"), "'price' stands over more than one column"),
        (SQUARE.replace(",price,intent\n", ",,intent\n"), "row 2: a number stands in a column without a name"),
        (",trust,price,intent\n", "no correlations below"),
        (SQUARE + "mean,4,five,3\n", "row 5, column \"price\": 'five' is not a number"),
        (SQUARE + "sd,1,0,1\n", "is not a number above 0"),
        (SQUARE + 'x,"1\n', "is no row of a CSV file"),
        ("  \n", "the file is empty"),
    ],
)
def test_every_cell_that_cannot_be_is_named(tmp_path: Path, table: str, sentence: str) -> None:
    with pytest.raises(DataError) as caught:
        read_published(study(tmp_path, table))
    assert sentence in str(caught.value)
    assert "table.csv" in str(caught.value)


def test_a_minus_sign_of_print_is_a_minus_sign(tmp_path: Path) -> None:
    found = read_published(study(tmp_path, SQUARE.replace(".3", "\N{MINUS SIGN}.3")))
    assert found.correlations[0, 1] == -0.3


def test_correlations_that_no_data_can_have_are_refused_with_the_pair(tmp_path: Path) -> None:
    impossible = SQUARE.replace(".3", ".9").replace("intent,.5,.4", "intent,.9,-.3").replace(",.5\n", ",.9\n")
    with pytest.raises(DataError, match="no data can have these correlations") as caught:
        read_published(study(tmp_path, impossible.replace("1,.4", "1,-.3")))
    assert "smallest eigenvalue -" in str(caught.value)
    assert "contradict" in str(caught.value)


def test_a_combination_of_others_is_refused_with_its_names(tmp_path: Path) -> None:
    with pytest.raises(AnalysisRefused, match="repeat each other"):
        read_published(study(tmp_path, SQUARE.replace(".3", "1").replace("1,.4", "1,.5").replace(".5,.4", ".5,.5")))


def test_too_few_and_too_many_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AnalysisRefused, match="at least 10 respondents"):
        read_published(study(tmp_path, SQUARE, STUDY.replace("285", "9")))
    many = "".join(f"  d{at}: {{}}\n" for at in range(31))
    with pytest.raises(AnalysisRefused, match="at most"):
        read_published(study(tmp_path, SQUARE, STUDY.replace("  price: {}\n", many)))


@pytest.mark.parametrize("name", ["../table.csv", "/etc/table.csv"])
def test_a_table_lies_inside_the_study(tmp_path: Path, name: str) -> None:
    with pytest.raises(DefinitionError, match="does not lie inside"):
        read_published(study(tmp_path, SQUARE, STUDY.replace("table.csv", name)))


def test_a_table_that_is_not_there_is_named_with_its_neighbour(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no such file. Did you mean 'table.csv'"):
        read_published(study(tmp_path, SQUARE, STUDY.replace("table.csv", "tabel.csv")))


def test_what_was_understood_can_be_held_against_the_paper(tmp_path: Path) -> None:
    lines = understood(study(tmp_path, SQUARE))
    assert lines[0] == "table.csv: correlations of 3 constructs; 285 respondents"
    assert "largest correlation: 0.50 (trust, intent)" in lines
    assert "reliability stated: trust" in lines
    assert check_study(study(tmp_path, SQUARE))[: len(lines)] == lines


def test_draws_are_those_of_a_normal_sample() -> None:
    """Mean and variance of Wishart draws: n - 1 times the matrix, and (n - 1)(r² + 1) for each product."""
    matrix = np.array([[1, 0.3, 0.5], [0.3, 1, 0.4], [0.5, 0.4, 1]])
    drawn = wishart(matrix, 50, 20_000, seed=3)
    np.testing.assert_allclose(drawn.mean(0), 49 * matrix, rtol=0.02)
    np.testing.assert_allclose(drawn.var(0), 49 * (matrix**2 + 1), rtol=0.05)
    assert np.array_equal(drawn[:5], wishart(matrix, 50, 20_000, seed=3)[:5])


def test_draws_agree_with_samples_of_rows() -> None:
    """The spread of correlations is that of correlations of simulated rows."""
    matrix = np.array([[1, 0.6], [0.6, 1]])
    rows = np.random.default_rng(1).standard_normal((4000, 40, 2)) @ np.linalg.cholesky(matrix).T
    simulated = [np.corrcoef(each, rowvar=False)[0, 1] for each in rows]
    drawn = resampled(matrix, ("a", "y"), n=40, seed=2, draws=4000).draws.correlations[:, 0, 1]
    assert drawn.mean() == pytest.approx(np.mean(simulated), abs=0.01)
    assert drawn.std() == pytest.approx(np.std(simulated), rel=0.06)


def exact_rows(matrix: np.ndarray, n: int, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """(n, q) rows that have exactly these correlations, means and deviations."""
    raw = np.random.default_rng(4).standard_normal((n, len(matrix)))
    raw -= raw.mean(0)
    white = np.linalg.solve(np.linalg.cholesky(raw.T @ raw / (n - 1)), raw.T).T
    return white @ np.linalg.cholesky(matrix).T * sd + mean


@pytest.mark.parametrize("units", [True, False], ids=["points", "deviations"])
def test_the_regression_is_that_of_rows_with_these_figures(tmp_path: Path, units: bool) -> None:
    table = SQUARE + ("mean,4,5,3\nsd,1,2,1.5\n" if units else "")
    found = study(tmp_path, table)
    table_read = read_published(found)
    rows = published_rows(table_read, found, Setting.of(found))
    check(frame(rows))
    keyed = {(row["metric"], row["term"]): row for row in rows if row["analysis"] == "regression"}
    mean, sd = (np.array([4, 5, 3]), np.array([1, 2, 1.5])) if units else (np.zeros(3), np.ones(3))
    data = exact_rows(table_read.correlations, 285, mean, sd)
    fit = ols(data[:, :-1], data[:, -1], ("trust", "price"))
    names = ("intercept", "trust", "price") if units else ("trust", "price")
    at = [fit.names.index(name) for name in names]
    for field, values in (("estimate", fit.b), ("std_error", fit.se_classical)):
        ours = [keyed["b", name][field] for name in names]
        np.testing.assert_allclose(ours, values[at], rtol=1e-9)
    assert keyed["r2_adjusted", None]["estimate"] == pytest.approx(fit.r2_adjusted)
    assert keyed["f", None]["estimate"] == pytest.approx(fit.f)
    assert keyed["f", None]["p_value"] == pytest.approx(fit.f_p)
    assert ("sigma", None) in keyed if units else ("sigma", None) not in keyed
    if units:
        assert keyed["sigma", None]["estimate"] == pytest.approx(fit.sigma)


def test_rows_stand_on_the_respondents_of_the_paper(tmp_path: Path) -> None:
    found = study(tmp_path, SQUARE)
    rows = published_rows(read_published(found), found, Setting.of(found))
    keyed = {(row["metric"], row["term"], row["contrast"]): row for row in rows}
    assert {row["n"] for row in rows} == {285}
    assert keyed["lmg_share", "trust", None]["conf_low"] < keyed["lmg_share", "trust", None]["estimate"]
    assert keyed["alpha", "trust", None]["estimate"] == 0.8
    assert keyed["alpha", "price", None]["reason"] == "not_given"
    assert keyed["r", "intent", "with:price"]["estimate"] == 0.4
    assert keyed["reliability_used", "trust", None]["estimate"] == 0.8
    assert keyed["reliability_used", "price", None]["reason"] == "not_given"
    assert keyed["complete_dominance", "trust", "above:price"]["estimate"] == 1.0
    assert keyed["first_eigenvalue", None, "part:total"]["estimate"] == pytest.approx(0.65)
    assert keyed["f_unique", "price", None]["p_value"] == keyed["b", "price", None]["p_value"]
    again = published_rows(read_published(found), found, Setting.of(found))
    assert again == rows


def test_correction_follows_from_the_stated_reliabilities(tmp_path: Path) -> None:
    """Shares of R² with each correlation divided by the roots of both reliabilities (Spearman 1904)."""
    found = study(tmp_path, SQUARE)
    rows = published_rows(read_published(found), found, Setting.of(found))
    corrected = {row["term"]: row["estimate"] for row in rows if row["analysis"] == "disattenuated"}
    matrix = np.array([[1, 0.3, 0.5], [0.3, 1, 0.4], [0.5, 0.4, 1]])
    matrix[0, 1:] /= np.sqrt(0.8)
    matrix[1:, 0] /= np.sqrt(0.8)
    lmg = METHODS["lmg"](matrix[:-1, :-1], matrix[:-1, -1])
    assert corrected["trust"] == pytest.approx(lmg[0] / lmg.sum())


def test_declared_groups_are_players(tmp_path: Path) -> None:
    grouped = STUDY.replace("draws: 400", "draws: 400, groups: {both: {drivers: [trust, price]}}")
    found = study(tmp_path, SQUARE, grouped)
    rows = published_rows(read_published(found), found, Setting.of(found))
    check(frame(rows))
    keyed = {(row["metric"], row["term"]): row["estimate"] for row in rows if row["analysis"] == "groups"}
    assert keyed["lmg_share", "both"] == pytest.approx(1.0)
    assert keyed["owen_share", "trust"] + keyed["owen_share", "price"] == pytest.approx(1.0)


def test_nobody_is_in_the_sample_but_all_are_counted(tmp_path: Path) -> None:
    people = published_sample(read_published(study(tmp_path, SQUARE)))
    assert (people.everyone.n, len(people.scores), len(people.design.keys)) == (285, 285, 285)
    assert people.scores.shape[1] == 0
    assert people.flow == ()


def test_a_changed_table_is_a_changed_study(tmp_path: Path) -> None:
    found = study(tmp_path, SQUARE)
    before = take_stamp(found).inputs
    assert before == {"table.csv": hashlib.sha256(SQUARE.encode()).hexdigest()}
    (tmp_path / "table.csv").write_text(SQUARE.replace(".4", ".41"), encoding="utf-8")
    assert take_stamp(found).inputs != before
