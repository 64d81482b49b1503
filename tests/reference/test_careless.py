"""Indices of careless answering against R's `careless` 1.2.2, and against its definitions written out row by row.

R's numbers: `../shared/exports/careless/R_careless_reference_*.csv`, computed by the package itself. What they do not
hold (missing answers, antonyms) is held to `careless`' source as transcribed below, one row and one pair at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.screen.careless import (
    average_string,
    even_odd,
    improbability,
    irv,
    longstring,
    mahalanobis,
    psychant,
    psychsyn,
)

pytestmark = pytest.mark.reference
Array = np.ndarray

CLOSE = 1e-10
"""R prints 15 digits; distances near 200 leave 1e-12."""
SIZES = {1: [5] * 10, 2: [10] * 10}
CRITICAL = {1: 0.60, 2: 0.50}


@pytest.fixture(scope="module", params=[1, 2], ids=["200 x 50", "1000 x 100"])
def by_r(request: pytest.FixtureRequest, shared: Path) -> tuple[int, Array, pd.DataFrame]:
    folder = shared / "exports" / "careless"
    name = "careless_dataset.csv" if request.param == 1 else "careless_dataset2.csv"
    answers = pd.read_csv(folder / name).to_numpy(float)
    return request.param, answers, pd.read_csv(folder / f"R_careless_reference_dataset{request.param}.csv")


def test_r_careless(by_r: tuple[int, Array, pd.DataFrame]) -> None:
    number, answers, expected = by_r
    ours = {
        "longstr": longstring(answers),
        "avgstr": average_string(answers),
        "irv": irv(answers),
        "evenodd": even_odd(answers, SIZES[number]),
        "mahad": mahalanobis(answers),
        "psychsyn60" if number == 1 else "psychsyn": psychsyn(answers, CRITICAL[number]),
    }
    held = [name for name in expected.columns if name in ours]
    assert len(held) == (6 if number == 1 else 5)
    for name in held:
        np.testing.assert_allclose(ours[name], expected[name].to_numpy(float), rtol=0, atol=CLOSE, err_msg=name)


def test_rows_without_a_score_are_those_of_r(by_r: tuple[int, Array, pd.DataFrame]) -> None:
    """Five rows of the first table have no even-odd score, two no synonyms; `allclose` above asks for the same rows."""
    number, answers, _ = by_r
    scores = (even_odd(answers, SIZES[number]), psychsyn(answers, CRITICAL[number]))
    assert [int(np.isnan(score).sum()) for score in scores] == ([5, 2] if number == 1 else [0, 0])


def test_where_r_finds_no_antonyms_nobody_has_a_score(by_r: tuple[int, Array, pd.DataFrame]) -> None:
    number, answers, expected = by_r
    if number == 1:
        assert expected["psychant"].str.contains("No Psychometric Antonyms").all()
        assert np.isnan(psychant(answers, 0.60)).all()


def test_the_chi_square_flag_catches_as_many_as_in_r(expected: Callable[[str], Any], references: Path) -> None:
    """`careless::mahad(flag = TRUE, confidence = 0.99)`."""
    answers = pd.read_csv(references / "careless_sim" / "data.csv").to_numpy(float)
    told = expected("careless_sim/computed/careless/mahad")
    distances = mahalanobis(answers)
    assert int((improbability(distances, answers.shape[1]) < 0.01).sum()) == told["n_flag_99"]
    assert distances.mean() == pytest.approx(told["d_sq_mean"], abs=CLOSE)
    assert distances.max() == pytest.approx(told["d_sq_max"], abs=CLOSE)


def correlation(x: list[float], y: list[float]) -> float:
    """`stats::cor`: NaN where one does not vary."""
    if len(x) < 2 or len(set(x)) == 1 or len(set(y)) == 1:
        return math.nan
    mx, my = math.fsum(x) / len(x), math.fsum(y) / len(y)
    products = math.fsum((a - mx) * (b - my) for a, b in zip(x, y, strict=True))
    squares = math.fsum((a - mx) ** 2 for a in x) * math.fsum((b - my) ** 2 for b in y)
    return products / math.sqrt(squares)


def both(x: Array, y: Array) -> tuple[list[float], list[float]]:
    kept = [(float(a), float(b)) for a, b in zip(x, y, strict=True) if not (math.isnan(a) or math.isnan(b))]
    return [a for a, _ in kept], [b for _, b in kept]


def runs_of_one(row: Array) -> list[int]:
    """`rle`: NA is never equal to anything."""
    return [1 if math.isnan(value) else len(list(run)) for value, run in groupby(row)]


def halves_of_one(row: Array, sizes: list[int]) -> float:
    pairs, start = [], 0
    for size in sizes:
        items = [float(value) for value in row[start : start + size]]
        start += size
        even, odd = ([value for value in items[first::2] if not math.isnan(value)] for first in (1, 0))
        if even and odd:
            pairs.append((math.fsum(even) / len(even), math.fsum(odd) / len(odd)))
    r = correlation([a for a, _ in pairs], [b for _, b in pairs])
    return r if math.isnan(r) else 1.0 if r <= -1 else -max(2 * r / (1 + r), -1.0)


def pairs_of(answers: Array, sign: int, critical: float) -> list[tuple[int, int]]:
    k = answers.shape[1]
    tried = ((i, j) for j in range(k) for i in range(j + 1, k))
    return [(i, j) for i, j in tried if sign * correlation(*both(answers[:, i], answers[:, j])) > critical]


def synonyms_of_one(row: Array, pairs: list[tuple[int, int]]) -> float:
    later, earlier = both(row[[i for i, _ in pairs]], row[[j for _, j in pairs]])
    return correlation(later, earlier) if len(later) > 2 else math.nan


def distances_of_all(answers: Array) -> list[float]:
    covariances = pd.DataFrame(answers).cov().to_numpy()
    inverse = np.linalg.inv(covariances)
    centred = np.nan_to_num(answers - np.nanmean(answers, axis=0))
    return [float(row @ inverse @ row) for row in centred]


@pytest.fixture(scope="module")
def holed() -> Array:
    """120 x 12 answers of three scales with a tenth missing, turned items, straightliners and empty rows."""
    random = np.random.default_rng(20)
    trait = np.repeat(random.normal(size=(120, 3)), 4, axis=1) * np.tile([1, 1, -1, 1], 3)
    answers = np.clip(np.rint(4 + 1.6 * trait + 0.7 * random.normal(size=(120, 12))), 1, 7)
    answers[random.random(answers.shape) < 0.1] = np.nan
    answers[:4] = 5.0
    answers[4] = np.nan
    answers[5, 1:] = np.nan
    answers[6, ::2] = np.nan
    return answers


def test_missing_answers_are_treated_as_in_r(holed: Array) -> None:
    sizes = [4, 4, 4]
    close = {"rtol": 0, "atol": CLOSE}
    np.testing.assert_array_equal(longstring(holed), [max(runs_of_one(row)) for row in holed])
    np.testing.assert_allclose(average_string(holed), [np.mean(runs_of_one(row)) for row in holed], **close)
    deviations = pd.DataFrame(holed).std(axis=1, ddof=1).to_numpy()
    np.testing.assert_allclose(irv(holed), deviations, **close)
    np.testing.assert_allclose(even_odd(holed, sizes), [halves_of_one(row, sizes) for row in holed], **close)
    np.testing.assert_allclose(mahalanobis(holed), distances_of_all(holed), **close)


@pytest.mark.parametrize(("index", "sign"), [(psychsyn, 1), (psychant, -1)])
def test_pairs_with_missing_answers(index: Callable[[Array, float], Array], sign: int, holed: Array) -> None:
    pairs = pairs_of(holed, sign, 0.5)
    assert len(pairs) >= 5
    wanted = [synonyms_of_one(row, pairs) for row in holed]
    assert 4 < sum(map(math.isnan, wanted)) < 20
    np.testing.assert_allclose(index(holed, 0.5), wanted, rtol=0, atol=CLOSE)


def test_scales_of_one_item_have_no_halves(holed: Array) -> None:
    sizes = [1, 5, 1, 5]
    wanted = [halves_of_one(row, sizes) for row in holed]
    np.testing.assert_allclose(even_odd(holed, sizes), wanted, rtol=0, atol=CLOSE)
