"""Language versions: loadings and shifts of exact factor models, and items that say something else in one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.estimates import check, frame
from pipeline.model.case import Case
from pipeline.model.comparability import comparability_rows
from pipeline.model.comparability.loadings import congruence, loadings, shifts
from pipeline.model.reliability import minres_loadings
from tests.made_case import a_case, a_study, found

Array = np.ndarray
CONTRAST = "language=zh-en"


@pytest.mark.parametrize("true", [(0.8, 0.7, 0.6), (0.9, 0.5, 0.7, 0.6), (0.7, -0.6, 0.5)])
def test_loadings_of_an_exact_model_are_found(true: tuple[float, ...]) -> None:
    matrix = np.outer(true, true)
    np.fill_diagonal(matrix, 1.0)
    np.testing.assert_allclose(loadings(matrix), true, atol=1e-6)


@pytest.mark.parametrize("k", [3, 5])
def test_many_matrices_at_once_are_fitted_as_one_by_one(k: int) -> None:
    random = np.random.default_rng(k)
    data = random.normal(size=(20, 200, 1)) + random.normal(size=(20, 200, k))
    matrices = np.array([np.corrcoef(each, rowvar=False) for each in data])
    together = loadings(matrices)
    for found_, matrix in zip(together, matrices, strict=True):
        np.testing.assert_allclose(found_, minres_loadings(matrix), atol=1e-5)


def test_items_without_a_factor_have_no_loadings() -> None:
    none = np.array([[1, 0.5, 0.5], [0.5, 1, -0.3], [0.5, -0.3, 1]])
    assert np.isnan(loadings(none)).all()
    assert np.isnan(loadings(np.full((4, 4), np.nan))).all()


def test_congruence_is_that_of_the_formula() -> None:
    """Lorenzo-Seva & ten Berge (2006), eq. 1: proportional loadings agree whatever their size."""
    one, other = np.array([0.8, 0.7, 0.6]), np.array([0.4, 0.35, 0.3])
    assert congruence(one, other) == pytest.approx(1.0)
    assert congruence(one, np.array([0.8, 0.7, 0.0])) == pytest.approx(1.13 / np.sqrt(1.49 * 1.13))


def test_a_difference_of_the_factor_is_no_shift_and_an_intercept_is() -> None:
    loading = np.array([1.0, 0.8, 0.6, 0.9])
    everything = np.ones(4, dtype=bool)
    np.testing.assert_allclose(shifts(0.7 * loading, loading, everything), 0.0, atol=1e-12)
    gap = 0.7 * loading + np.array([0.0, 0.5, 0.0, 0.0])
    anchors = np.array([True, False, True, True])
    np.testing.assert_allclose(shifts(gap, loading, anchors), [0.0, 0.5, 0.0, 0.0], atol=1e-12)
    assert np.isnan(shifts(gap[:1], loading[:1], anchors[:1])).all()


def answers(n: int, random: np.random.Generator, factor: float = 0.0, shift: float = 0.0) -> dict[str, Array]:
    """Three items of trust and two of the outcome; `factor` moves the trait, `shift` the second item alone."""
    trait = random.normal(size=n) + factor
    loading, intercept = np.array([1.0, 0.9, 0.8]), np.array([4.0, 4.2 + shift, 3.9])
    trust = intercept + trait[:, None] * loading + 0.8 * random.normal(size=(n, 3))
    intent = 4 + 0.6 * trait[:, None] + 0.9 * random.normal(size=(n, 2))
    values = np.column_stack([trust, intent])
    return dict(zip(("t1", "t2", "t3", "i1", "i2"), values.T, strict=True))


def a_comparison(one: dict[str, Array], other: dict[str, Array], **design: Any) -> Case:
    """Version en, then version zh."""
    study = a_study(
        constructs={"trust": {"items": ["t1", "t2", "t3"]}, "intent": {"items": ["i1", "i2"]}},
        model={"outcome": "intent", "drivers": ["trust"], "draws": 400},
        variables={"language": {}},
        comparable="language",
        **({"weights": {"column": "w"}} if "weight" in design else {}),
    )
    items = {name: np.concatenate([one[name], other[name]]) for name in one}
    versions = ["en"] * len(one["t1"]) + ["zh"] * len(other["t1"])
    return a_case(study, items, {"language": versions}, **design)


def test_versions_whose_people_differ_have_no_shift() -> None:
    """A trait half a standard deviation higher, in items that hold error, is not taken for another meaning."""
    random = np.random.default_rng(1)
    rows = comparability_rows(a_comparison(answers(4000, random), answers(3000, random, factor=0.5)))
    check(frame(rows))
    for item in ("t1", "t2", "t3"):
        row = found(rows, "item_shift", term=item, contrast=CONTRAST)
        assert abs(row["estimate"]) < 3.5 * row["std_error"] < 0.2
    assert found(rows, "tucker_congruence", term="trust", contrast=CONTRAST)["estimate"] > 0.99
    assert not any(row["metric"] == "score_shift" for row in rows)


def test_the_rest_score_would_take_unlike_people_for_a_shift() -> None:
    """The usual test, a regression on the other items, which hold error: five standard errors from nothing at all."""
    random = np.random.default_rng(1)
    one, other = answers(4000, random), answers(3000, random, factor=0.5)
    items = {name: np.concatenate([one[name], other[name]]) for name in ("t1", "t2", "t3")}
    version = np.repeat([0.0, 1.0], [4000, 3000])
    x = np.column_stack([np.ones(7000), items["t2"] + items["t3"], version])
    b, rest = np.linalg.lstsq(x, items["t1"], rcond=None)[:2]
    error = np.sqrt(rest[0] / 6997 * np.linalg.inv(x.T @ x)[2, 2])
    assert b[2] / error > 5


def test_an_item_that_shifts_is_found_with_its_size_and_the_others_stay_anchors() -> None:
    random = np.random.default_rng(2)
    rows = comparability_rows(a_comparison(answers(2000, random), answers(1500, random, factor=0.3, shift=-0.6)))
    shifted = found(rows, "item_shift", term="t2", contrast=CONTRAST)
    assert shifted["estimate"] == pytest.approx(-0.6, abs=0.12)
    assert shifted["p_adjusted"] < 1e-6
    assert all(found(rows, "item_shift", term=item, contrast=CONTRAST)["p_adjusted"] > 0.01 for item in ("t1", "t3"))
    moved = found(rows, "score_shift", term="trust", contrast=CONTRAST)
    assert moved["estimate"] == pytest.approx(shifted["estimate"] / 3, rel=1e-9)


def test_two_items_tell_that_one_shifts_and_not_which() -> None:
    random = np.random.default_rng(3)
    one, other = answers(800, random), answers(800, random)
    other["i1"] = other["i1"] + 0.6
    rows = comparability_rows(a_comparison(one, other))
    pair = [found(rows, "item_shift", term=item, contrast=CONTRAST) for item in ("i1", "i2")]
    assert pair[0]["estimate"] == pytest.approx(-pair[1]["estimate"])
    assert pair[0]["p_adjusted"] < 0.001
    assert found(rows, "tucker_congruence", term="intent", contrast=CONTRAST)["reason"] == "two_loadings"


def test_alpha_is_that_of_each_version() -> None:
    random = np.random.default_rng(4)
    one, other = answers(300, random), answers(200, random)
    rows = comparability_rows(a_comparison(one, other))
    values = []
    for version, group in ((other, "language=zh"), (one, "language=en")):
        cov = np.cov(np.column_stack([version[name] for name in ("t1", "t2", "t3")]), rowvar=False)
        expected = 1.5 * (1 - np.trace(cov) / cov.sum())
        row = found(rows, "alpha", term="trust", group=group, contrast=CONTRAST)
        assert row["estimate"] == pytest.approx(expected, rel=1e-9)
        values.append(expected)
    gap = found(rows, "alpha_difference", term="trust", contrast=CONTRAST)
    assert gap["estimate"] == pytest.approx(values[0] - values[1], abs=1e-9)


def test_a_language_of_five_people_is_never_counted_and_one_of_twenty_not_judged() -> None:
    random = np.random.default_rng(5)
    for few, reason in ((5, "one_version"), (20, "small_base")):
        rows = comparability_rows(a_comparison(answers(300, random), answers(few, random)))
        check(frame(rows))
        assert {(row["state"], row["reason"]) for row in rows} == {("too_few", reason)}


def test_an_item_that_does_not_vary_in_one_version_is_named() -> None:
    random = np.random.default_rng(6)
    one, other = answers(300, random), answers(200, random)
    other |= {name: np.full(200, 4.0) for name in ("t1", "t2", "t3")}
    rows = comparability_rows(a_comparison(one, other))
    check(frame(rows))
    assert found(rows, "tucker_congruence", term="trust", contrast=CONTRAST)["state"] == "not_converged"
    assert found(rows, "alpha", term="trust", group="language=zh", contrast=CONTRAST)["state"] == "no_variance"
