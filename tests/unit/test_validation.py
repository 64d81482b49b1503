"""Cross-validated R²: the same figure as refits that never saw the rows they predict."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.model import Setting
from pipeline.model.regression import ols
from pipeline.model.validation import FOLDS, cross_validated, folds, validation_rows
from pipeline.sample import Sample
from pipeline.weight import Design

Maker = Callable[..., Design]


def refitted(scores: np.ndarray, weight: np.ndarray, fold: np.ndarray) -> float:
    """The definition, one refit a fold."""
    missed = spread = 0.0
    for number in range(fold.max() + 1):
        out, rest = fold == number, fold != number
        root = np.sqrt(weight[rest])
        full = np.column_stack([np.ones(len(scores)), scores[:, :-1]])
        b = np.linalg.lstsq(full[rest] * root[:, None], scores[rest, -1] * root, rcond=None)[0]
        missed += float(weight[out] @ (scores[out, -1] - full[out] @ b) ** 2)
        spread += float(weight[out] @ (scores[out, -1] - np.average(scores[rest, -1], weights=weight[rest])) ** 2)
    return 1 - missed / spread


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ratings", [1, 4])
def test_equal_to_refits(scores: np.ndarray, make_design: Maker, weighted: bool, ratings: int) -> None:
    n = len(scores)
    weight = np.random.default_rng(1).uniform(0.3, 3, n) if weighted else None
    design = make_design(n, weight, unit=np.arange(n) // ratings)
    fold = folds(design, 5)
    found = cross_validated(scores, tuple("abcy"), design, fold)
    assert found == pytest.approx(refitted(scores, design.weight, fold), rel=1e-12)


def test_less_than_r2_and_little_less_in_a_large_sample(make_design: Maker) -> None:
    random = np.random.default_rng(2)
    x = random.normal(size=(3000, 4))
    scores = np.column_stack([x, x @ [1, 0.5, 0.2, 0] + random.normal(size=3000)])
    design = make_design(3000)
    found = cross_validated(scores, tuple("abcdy"), design, folds(design, 5))
    r2 = ols(x, scores[:, -1], tuple("abcd")).r2
    assert found is not None
    assert r2 - 0.02 < found < r2


def test_noise_predicts_worse_than_the_mean(make_design: Maker) -> None:
    scores = np.random.default_rng(3).normal(size=(60, 9))
    design = make_design(60)
    found = cross_validated(scores, tuple("abcdefghy"), design, folds(design, 5))
    assert found is not None
    assert found < 0


def test_a_unit_is_never_divided_and_folds_are_even(make_design: Maker) -> None:
    design = make_design(400, unit=np.arange(400) // 4)
    fold = folds(design, 5)
    assert (fold.reshape(100, 4) == fold[::4, None]).all()
    assert np.bincount(fold).tolist() == [40] * FOLDS


def test_strata_are_spread_over_the_folds(make_design: Maker) -> None:
    stratum = np.repeat([0, 1], [300, 100])
    fold = folds(make_design(400, stratum=stratum), 5)
    assert np.bincount(fold[stratum == 1]).tolist() == [10] * FOLDS


def test_the_fold_of_a_unit_does_not_depend_on_its_place(make_design: Maker) -> None:
    design = make_design(50)
    order = np.argsort(np.random.default_rng(4).random(50))
    moved = Design(
        weight=design.weight, unit=order, keys=design.keys, stratum=None, stratum_keys=None, kind=design.kind
    )
    np.testing.assert_array_equal(folds(moved, 5), folds(design, 5)[order])
    assert (folds(design, 5) != folds(design, 6)).any()


def test_one_row(make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting) -> None:
    (found,) = validation_rows(make_sample(scores), setting, 5)
    assert (found["analysis"], found["metric"], found["term"]) == ("regression", "r2_cv", None)
    assert 0 < found["estimate"] < 1


def test_a_driver_that_hangs_on_one_fold_is_singular(
    make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting
) -> None:
    scores[:, 1] = 4.0
    scores[7, 1] = 5.0
    (found,) = validation_rows(make_sample(scores), setting, 5)
    assert (found["state"], found["estimate"]) == ("singular", None)
