"""Players of several columns, forced controls, groups and interactions, against least squares order by order."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.importance import METHODS
from pipeline.model.importance._sampled import along_orders
from pipeline.model.players import Structure, arranged, drawn_values, owen, values
from pipeline.terms import Terms

SEEDS = st.integers(0, 2**32 - 1)


def correlations(seed: int, columns: int, rows: int = 70) -> np.ndarray:
    random = np.random.default_rng(seed)
    drivers = random.normal(size=(rows, 1)) * random.uniform(0, 1.5, columns) + random.normal(size=(rows, columns))
    outcome = drivers @ random.normal(size=columns) + 2 * random.normal(size=rows)
    return np.corrcoef(np.column_stack([drivers, outcome]), rowvar=False)


def explained(found: np.ndarray, inside: list[int]) -> float:
    outcome = found[inside, -1]
    return float(outcome @ np.linalg.solve(found[np.ix_(inside, inside)], outcome)) if inside else 0.0


def by_orders(found: np.ndarray, structure: Structure, orders: list[tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """Mean increase of R², and mean part of what was unexplained, along the given orders of the players."""
    gain, partial = np.zeros((2, len(structure.players)))
    for order in orders:
        inside = list(range(structure.controls))
        for player in order:
            before = explained(found, inside)
            inside = inside + [structure.controls + at for at in structure.columns[player]]
            gain[player] += explained(found, inside) - before
            partial[player] += (explained(found, inside) - before) / (1 - before)
    return gain / len(orders), partial / len(orders)


def one(found: np.ndarray, structure: Structure, method: str = "lmg") -> np.ndarray:
    return values(arranged(found, structure), structure, method)[0]


def named(count: int) -> tuple[str, ...]:
    return tuple(f"x{at}" for at in range(count))


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, controls=st.integers(0, 2))
def test_players_of_several_columns_after_controls(seed: int, controls: int) -> None:
    structure = Structure(players=named(4), columns=((4,), (0, 2), (1, 5, 6), (3,)), controls=controls)
    found = correlations(seed, 7 + controls)
    gain, partial = by_orders(found, structure, list(permutations(range(4))))
    np.testing.assert_allclose(one(found, structure), gain, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(one(found, structure, "kruskal"), partial, rtol=1e-9, atol=1e-12)
    whole = list(range(7 + controls))
    for at, columns in enumerate(structure.columns):
        own = [controls + column for column in columns]
        first = explained(found, [*range(controls), *own]) - explained(found, whole[:controls])
        last = explained(found, whole) - explained(found, [column for column in whole if column not in own])
        assert one(found, structure, "first")[at] == pytest.approx(first, abs=1e-12)
        assert one(found, structure, "last")[at] == pytest.approx(last, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_controls_are_swept_out_as_if_everything_were_residuals(method: str) -> None:
    """Frisch & Waugh: the metric of the residuals, times the variance that the controls leave."""
    random = np.random.default_rng(4)
    columns = random.normal(size=(90, 6)) @ random.normal(size=(6, 6))
    controls, rest = np.column_stack([np.ones(90), columns[:, :2]]), columns[:, 2:]
    residuals = rest - controls @ np.linalg.lstsq(controls, rest, rcond=None)[0]
    inside = np.corrcoef(residuals, rowvar=False)
    left = residuals[:, -1].var() / columns[:, -1].var()
    structure = Structure(players=named(3), columns=((0,), (1,), (2,)), controls=2)
    theirs = METHODS[method](inside[:-1, :-1], inside[:-1, -1]) * (1 if method == "kruskal" else left)
    np.testing.assert_allclose(one(np.corrcoef(columns, rowvar=False), structure, method), theirs, rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, controls=st.integers(0, 1))
def test_owen_values_are_means_over_the_orders_that_keep_groups_together(seed: int, controls: int) -> None:
    groups = {"people": (0, 3), "thing": (1, 2, 4)}
    structure = Structure(
        players=named(6), columns=((0,), (1,), (2, 3), (4,), (5,), (6,)), controls=controls, groups=groups
    )
    found = correlations(seed, 7 + controls)
    sets = [(0, 3), (1, 2, 4), (5,)]
    together = [order for order in permutations(range(6)) if all(_close(order, inside) for inside in sets)]
    matrices = arranged(found, structure)
    ours = owen(matrices, structure)[0]
    np.testing.assert_allclose(ours, by_orders(found, structure, together)[0], rtol=1e-9, atol=1e-12)
    whole = structure.grouped
    assert whole.players == ("people", "thing", "x5")
    totals = values(arranged(found, whole), whole, "lmg")[0]
    np.testing.assert_allclose([ours[list(inside)].sum() for inside in sets], totals, rtol=1e-9, atol=1e-12)


def _close(order: tuple[int, ...], inside: tuple[int, ...]) -> bool:
    places = sorted(order.index(player) for player in inside)
    return places[-1] - places[0] == len(places) - 1


def test_groups_of_one_are_the_plain_lmg() -> None:
    found = correlations(6, 5)
    plain = Structure.plain(named(5))
    groups = Structure(players=plain.players, columns=plain.columns, groups={f"g{at}": (at,) for at in range(5)})
    matrices = arranged(found, plain)
    np.testing.assert_allclose(owen(matrices, groups), values(matrices, plain, "lmg"), rtol=1e-10)
    np.testing.assert_allclose(owen(matrices, plain), values(matrices, plain, "lmg"), rtol=1e-10)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_an_interaction_enters_only_after_its_parents(seed: int) -> None:
    parents = {3: (0, 1), 5: (1, 4)}
    structure = Structure(players=named(6), columns=tuple((at,) for at in range(6)), parents=parents)
    admissible = [
        order
        for order in permutations(range(6))
        if all(order.index(parent) < order.index(child) for child, needed in parents.items() for parent in needed)
    ]
    found = correlations(seed, 6)
    ours = one(found, structure)
    np.testing.assert_allclose(ours, by_orders(found, structure, admissible)[0], rtol=1e-9, atol=1e-12)
    assert ours.sum() == pytest.approx(explained(found, list(range(6))))


def test_orders_without_parents_are_the_plain_lmg() -> None:
    found = correlations(8, 5)
    free = Structure(players=named(5), columns=tuple((at,) for at in range(5)), parents={4: ()})
    np.testing.assert_allclose(one(found, free), one(found, Structure.plain(named(5))), rtol=1e-10)


def test_what_does_not_exist_for_such_players_is_known() -> None:
    several = Structure(players=("a", "b"), columns=((0, 1), (2,)))
    waiting = Structure(players=("a", "b", "a*b"), columns=((0,), (1,), (2,)), parents={2: (0, 1)})
    assert [several.reason(method) for method in ("lmg", "last", "car")] == [None, None, "several_columns"]
    assert [waiting.reason(method) for method in ("lmg", "last", "car")] == [None, "interaction", "interaction"]
    assert {Structure.plain(("a", "b")).reason(method) for method in METHODS} == {None}


def test_resamples_of_many_drivers_move_the_exact_point_along_sampled_orders() -> None:
    """17 drivers: the error of the sampled orders is far below the spread of the resamples."""
    structure = Structure.plain(named(17))
    point = correlations(9, 17, rows=400)[None]
    draws = np.stack([correlations_of(seed, point[0]) for seed in range(20)])
    exact = values(point, structure, "lmg")[0]
    found = drawn_values(draws, exact, point, structure, "lmg")
    wanted = values(draws, structure, "lmg")
    np.testing.assert_allclose(found.sum(1), wanted.sum(1), rtol=1e-10)
    error = np.sqrt(((found - wanted) ** 2).mean(0)) / wanted.std(0)
    assert error.max() < 0.4
    assert error.mean() < 0.15


@pytest.mark.parametrize("method", ["lmg", "kruskal"])
def test_three_players_turned_and_reversed_are_all_their_orders(method: str) -> None:
    """So that sampling is exact there, also for players of several columns."""
    structure = Structure(players=named(3), columns=((0, 4), (1,), (2, 3, 5)), controls=1)
    matrices = arranged(correlations(12, 7), structure)
    found = along_orders(matrices, structure.widths, 2, relative=method == "kruskal")
    assert found.shape == (2, 1, 3)
    np.testing.assert_allclose(found, np.stack([values(matrices, structure, method)] * 2), rtol=1e-10)


def test_players_too_many_for_all_orders_are_sampled() -> None:
    """28 players of one or two columns: the increments along every order still add up."""
    columns = (*((at,) for at in range(26)), (26, 27), (28, 29))
    structure = Structure(players=named(28), columns=columns)
    found = correlations(13, 30, rows=200)
    assert one(found, structure).sum() == pytest.approx(explained(found, list(range(30))))
    assert (one(found, structure, "kruskal") > 0).all()


def test_the_structure_is_that_of_the_terms() -> None:
    terms = Terms.of_scores(("a", "b", "y"), np.zeros((4, 3)))
    assert Structure.of(terms) == Structure.plain(("a", "b"))


def correlations_of(seed: int, point: np.ndarray) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(400, len(point))) @ np.linalg.cholesky(point).T
    return np.corrcoef(rows, rowvar=False)
