"""Turning the first two drivers by leaving respondents out: held against refits and against every small set."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from pipeline.estimates import check, frame
from pipeline.model import Setting, players, tipping
from pipeline.model.importance import METHODS
from pipeline.model.jackknife import Function
from pipeline.model.players import Structure
from pipeline.model.tipping import tipping_rows, turning
from pipeline.moments import Moments
from pipeline.sample import Sample
from pipeline.weight import Design

Maker = Callable[..., Sample]


def lmg(scores: np.ndarray, weight: np.ndarray) -> np.ndarray:
    found = Moments.of(scores, tuple(map(str, range(scores.shape[1]))), weight).correlations
    return METHODS["lmg"](found[:-1, :-1], found[:-1, -1])


def close(n: int, seed: int, lead: float = 0.1) -> np.ndarray:
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 3)) + random.normal(size=(n, 1))
    return np.column_stack([x, x @ [0.5 + lead, 0.5, 0.2] + random.normal(size=n)])


def first_two(scores: np.ndarray, weight: np.ndarray) -> tuple[int, int]:
    one, other = np.argsort(-lmg(scores, weight), kind="stable")[:2]
    return int(one), int(other)


@pytest.mark.parametrize("seed", range(8))
def test_no_set_of_one_or_two_is_overlooked(make_sample: Maker, seed: int) -> None:
    scores = close(40, seed, lead=0.03)
    weight = np.ones(40)
    first, second = first_two(scores, weight)
    found = turning(make_sample(scores), first, second)
    sets = [(one,) for one in range(40)] + list(combinations(range(40), 2))
    turn = [gone for gone in sets if _turned(scores, weight, np.array(gone), first, second)]
    smallest = min((len(gone) for gone in turn), default=3)
    if found is None:
        assert smallest == 3
    elif smallest < 3:
        assert len(found) == smallest
    else:
        assert len(found) >= 3


def _turned(scores: np.ndarray, weight: np.ndarray, gone: np.ndarray, first: int, second: int) -> bool:
    left = lmg(np.delete(scores, gone, 0), np.delete(weight, gone))
    return bool(left[first] < left[second])


@pytest.mark.parametrize("seed", range(4))
def test_a_refit_without_them_is_turned_and_each_is_needed(
    make_sample: Maker, make_design: Callable[..., Design], seed: int
) -> None:
    """Weighted, several ratings a person: they leave with all their rows."""
    scores, respondent = close(600, seed, lead=0.05), np.repeat(np.arange(200), 3)
    weight = np.repeat(np.random.default_rng(seed).uniform(0.4, 2.5, 200), 3)
    sample = make_sample(scores, design=make_design(600, weight, unit=respondent), respondent=respondent)
    first, second = first_two(scores, weight)
    found = turning(sample, first, second)
    assert found is not None
    assert _turned(scores, weight, np.flatnonzero(np.isin(respondent, found)), first, second)
    for one in found:
        rest = np.flatnonzero(np.isin(respondent, found[found != one]))
        assert not _turned(scores, weight, rest, first, second)


def test_rows_say_how_many_and_what_part(make_sample: Maker, setting: Setting) -> None:
    scores = close(300, 1, lead=0.2)
    moments = Moments.of(scores, tuple("abcy"))
    rows = list(tipping_rows(moments, make_sample(scores), setting))
    check(frame(rows))
    assert [row["metric"] for row in rows] == ["tipping_respondents", "tipping_share"]
    assert rows[0]["estimate"] == pytest.approx(300 * rows[1]["estimate"])
    assert {(row["term"], row["contrast"]) for row in rows} == {("a", "above:b")}


def test_a_long_lead_is_not_found(make_sample: Maker, setting: Setting) -> None:
    scores = close(300, 1, lead=2.0)
    rows = list(tipping_rows(Moments.of(scores, tuple("abcy")), make_sample(scores), setting))
    assert {(row["state"], row["reason"]) for row in rows} == {("not_defined", "not_found")}


def test_one_driver_has_no_order(make_sample: Maker, setting: Setting) -> None:
    scores = close(60, 1)[:, [0, 3]]
    assert list(tipping_rows(Moments.of(scores, ("a", "y")), make_sample(scores), setting)) == []


def test_sampled_orders_are_held_against_all_of_them(make_sample: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = close(200, 3, lead=0.05)
    first, second = first_two(scores, np.ones(200))
    exact = turning(make_sample(scores), first, second)
    monkeypatch.setattr(players, "MOST_DRAWN", 1)
    found = turning(make_sample(scores), first, second)
    assert found is not None
    assert exact is not None
    assert _turned(scores, np.ones(200), found, first, second)
    assert len(found) <= 2 * len(exact) + 1


def test_a_gap_that_closes_too_early_is_followed_on(make_sample: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quick gap that is off by a little would end the search before the order has turned."""
    scores = close(200, 3, lead=0.1)
    first, second = first_two(scores, np.ones(200))
    usual = tipping.shares_near

    def optimistic(structure: Structure, point: Moments) -> Function:
        shares = usual(structure, point)

        def nearer(moments: Moments) -> np.ndarray:
            found = shares(moments)
            found[..., second] += 0.01
            return found

        return nearer

    monkeypatch.setattr(tipping, "shares_near", optimistic)
    found = turning(make_sample(scores), first, second)
    assert found is not None
    assert _turned(scores, np.ones(200), found, first, second)


def test_drivers_that_repeat_each_other_are_singular(make_sample: Maker, setting: Setting) -> None:
    scores = close(100, 1)
    scores[:, 1] = scores[:, 0]
    rows = list(tipping_rows(Moments.of(scores, tuple("abcy")), make_sample(scores), setting))
    check(frame(rows))
    assert [(row["state"], row["term"]) for row in rows] == [("singular", None)] * 2
