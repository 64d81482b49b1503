"""Chains: what runs where, what cannot be followed, and what the study file may ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import analyse, load
from pipeline.errors import DefinitionError
from pipeline.model.mediation import Plan, order, paths, rivals
from pipeline.moments import Moments

SERIAL = Plan(begin="x", stages=(("m",), ("k",)), end="y")
MIXED = Plan(begin="x", stages=(("m", "k"), ("l",)), end="y", controls=("c",))
CONSTRUCTS = {name: [name] for name in ("x", "m", "k", "y")}
NAMES = ("id", "x", "m", "k", "y", "w", "city", "heard")


def people(n: int = 300, seed: int = 1) -> list[list[Any]]:
    """Answers 1 to 7 of a chain x > m > k > y, weights, a city of two levels and a count."""
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    m = 0.6 * x + random.normal(size=n)
    k = 0.5 * m + random.normal(size=n)
    y = 0.5 * k + 0.2 * x + random.normal(size=n)
    scores = np.clip(np.rint(4 + np.column_stack([x, m, k, y])), 1, 7).astype(int)
    city = np.where(random.random(n) < 0.5, "north", "south")
    rest = zip(random.lognormal(sigma=0.3, size=n).round(3), city, random.poisson(2, n), strict=True)
    return [[f"p{at:04d}", *row, *more] for at, (row, more) in enumerate(zip(scores.tolist(), rest, strict=True))]


def rows_of(
    folder: Callable[..., Path], rows: Sequence[Sequence[Any]], mediation: dict[str, Any], **keys: Any
) -> dict[tuple[str, str | None], dict[str, Any]]:
    """(metric, contrast) -> row of the only chain."""
    usual = {"respondent": {"id": "id"}, "model": {"outcome": "y", "drivers": ["x"]}, "constructs": CONSTRUCTS}
    variables = {"heard": {"type": "number", "range": [0, 50]}, "city": {}}
    made = folder(rows, NAMES, variables=variables, mediation=mediation, **usual | keys)
    table = analyse(load(made)).estimates
    return {(row["metric"], row["contrast"]): row for row in table[table["analysis"] == "mediation"].to_dict("records")}


def test_routes_are_every_increasing_way() -> None:
    assert SERIAL.routes == (("x", "k", "y"), ("x", "m", "y"), ("x", "m", "k", "y"))
    assert SERIAL.whole == (("x", "m", "k", "y"),)
    assert set(MIXED.whole) == {("x", "m", "l", "y"), ("x", "k", "l", "y")}
    assert len(MIXED.routes) == 5
    assert MIXED.predictors("l") == ("x", "m", "k", "c")
    assert len(Plan(begin="x", stages=tuple((f"m{at}",) for at in range(6)), end="y").routes) == 63


@pytest.mark.parametrize("plan", [SERIAL, MIXED])
def test_direct_and_indirect_make_the_total(plan: Plan) -> None:
    columns = np.random.default_rng(2).normal(size=(3, 80, 6)) @ np.random.default_rng(3).normal(size=(6, 6))
    for block in columns:
        found = paths(Moments.of(block, ("x", "m", "k", "l", "c", "y")), plan)
        assert found.direct + found.total_indirect == pytest.approx(float(found.total), abs=1e-10)


def test_replicates_are_the_same_one_by_one() -> None:
    columns = np.random.default_rng(5).normal(size=(60, 6))
    one = Moments.of(columns, ("x", "m", "k", "l", "c", "y"))
    stacked = Moments(
        names=one.names, origin=one.origin, weight=np.array([60.0, 60.0]), sums=np.stack([one.sums] * 2),
        products=np.stack([one.products, one.products * 0]), rows=60,
    )  # fmt: skip
    found, single = paths(stacked, MIXED), paths(one, MIXED)
    assert found.chain()[0] == pytest.approx(float(single.chain()))
    assert np.isnan(found.chain()[1])
    assert np.isnan(found.b[1]).all()


def test_rivals_are_other_orders() -> None:
    assert list(rivals(SERIAL)) == ["x>k>m>y", "m>x>k>y", "k>m>x>y", "y>k>m>x"]
    assert list(rivals(SERIAL, assigned=True)) == ["x>k>m>y"]
    assert list(rivals(MIXED)) == ["x>l>m+k>y", "m>x+k>l>y", "k>m+x>l>y", "l>m+k>x>y"]
    long = Plan(begin="x", stages=tuple((f"m{at}",) for at in range(4)), end="y")
    assert len(rivals(long)) == 3 + 4 + 1
    assert order(MIXED) == "x>m+k>l>y"


def test_a_chain_is_followed(study_folder: Callable[..., Path]) -> None:
    chain = {"trust": {"from": "x", "through": ["m", "k"], "controls": ["city"], "moderator": "heard"}}
    found = rows_of(study_folder, people(), chain, weights={"column": "w"})
    assert {row["term"] for row in found.values()} == {"trust"}
    row = found["chain_indirect", None]
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
    assert row["estimate"] == found["indirect", "x>m>k>y"]["estimate"]
    total = found["direct", None]["estimate"] + found["total_indirect", None]["estimate"]
    assert total == pytest.approx(found["total", None]["estimate"])
    assert row["p_adjusted"] == row["p_value"] < 0.01
    assert found["rho_zero", "k>y"]["state"] == "ok"
    assert found["indirect_at_rho", "k>y@0"]["estimate"] == pytest.approx(row["estimate"])
    assert {contrast for metric, contrast in found if metric == "conditional_indirect"} == {"p16", "p50", "p84"}
    low, high = (found["conditional_indirect", key]["estimate"] for key in ("p16", "p84"))
    gap = found["moderator_value", "p84"]["estimate"] - found["moderator_value", "p16"]["estimate"]
    assert high - low == pytest.approx(found["index_of_moderated_mediation", None]["estimate"] * gap)


def test_row_order_changes_nothing(study_folder: Callable[..., Path]) -> None:
    chain = {"trust": {"from": "x", "through": [["m", "k"]], "moderator": "city", "moderates": "last"}}
    rows = people(80)
    first = rows_of(study_folder, rows, chain)
    assert first == rows_of(study_folder, rows[::-1], chain)
    assert {contrast for metric, contrast in first if metric == "conditional_indirect"} == {
        "level:north",
        "level:south",
    }


def test_an_experiment_has_fewer_rivals(study_folder: Callable[..., Path]) -> None:
    chain = {"trust": {"from": "x", "through": ["m"]}}
    found = rows_of(study_folder, people(60), chain, study={"title": "T", "design": "experiment"})
    assert [contrast for metric, contrast in found if metric == "rival_indirect"] == ["x>m>y"]
    assert [contrast for metric, contrast in found if metric == "rho_zero"] == ["m>y"]


def changed(rows: list[list[Any]], change: Callable[[list[Any]], list[Any]]) -> list[list[Any]]:
    return [change(list(row)) for row in rows]


def with_cell(at: int, value: Callable[[list[Any]], Any]) -> Callable[[list[Any]], list[Any]]:
    return lambda row: [*row[:at], value(row), *row[at + 1 :]]


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        (lambda row: [*row[:2], row[2] if row[0] < "p0040" else 4, "" if row[0] < "p0040" else row[3], *row[4:]],
         "no_variance", "constant"),
        (with_cell(3, lambda row: row[2]), "singular", "collinear"),
        (with_cell(4, lambda row: row[2]), "singular", "same_as_end"),
        (with_cell(2, lambda row: row[2] if row[0] < "p0005" else ""), "suppressed", "small_base"),
        (lambda row: [*row[:2], row[2] if row[0] < "p0040" else "", "" if row[0] < "p0040" else row[3], *row[4:]],
         "too_few", "no_overlap"),
    ],
)  # fmt: skip
def test_chains_that_cannot_be_followed_say_why(
    study_folder: Callable[..., Path], change: Callable[[list[Any]], list[Any]], state: str, reason: str
) -> None:
    found = rows_of(study_folder, changed(people(100), change), {"trust": {"from": "x", "through": ["m", "k"]}})
    ((key, row),) = found.items()
    assert key == ("chain_indirect", None)
    assert (row["state"], row["reason"]) == (state, reason)


def test_a_small_base_is_told(study_folder: Callable[..., Path]) -> None:
    found = rows_of(study_folder, people(20), {"trust": {"from": "x", "through": ["m"]}})
    assert found["chain_indirect", None]["state"] == "low_base"


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        (with_cell(6, lambda row: "abc"[int(row[0][1:]) % 3]), "not_defined", "moderator_levels"),
        (with_cell(6, lambda _: "north"), "not_defined", "moderator_levels"),
        (with_cell(6, lambda row: "south" if row[0] < "p0004" else "north"), "suppressed", "moderator_hidden"),
        (
            lambda row: [*row[:2], row[2] if row[6] == "north" or row[0] < "p0010" else "", *row[3:]],
            "suppressed",
            "moderator_hidden",
        ),
    ],
)
def test_moderators_that_cannot_be_used_say_why(
    study_folder: Callable[..., Path], change: Callable[[list[Any]], list[Any]], state: str, reason: str
) -> None:
    chain = {"trust": {"from": "x", "through": ["m"], "moderator": "city"}}
    found = rows_of(study_folder, changed(people(100), change), chain)
    row = found["index_of_moderated_mediation", None]
    assert (row["state"], row["reason"]) == (state, reason)
    assert found["chain_indirect", None]["state"] == "ok"


def test_a_constant_number_moderates_nothing(study_folder: Callable[..., Path]) -> None:
    chain = {"trust": {"from": "x", "through": ["m"], "moderator": "heard"}}
    found = rows_of(study_folder, changed(people(60), with_cell(7, lambda _: 3)), chain)
    assert found["index_of_moderated_mediation", None]["reason"] == "moderator_constant"


def test_a_proportion_of_opposite_parts_is_none(study_folder: Callable[..., Path]) -> None:
    def opposite(row: list[Any]) -> list[Any]:
        return [*row[:4], int(np.clip(4 + row[2] - row[1] - (row[0][-1] in "13579"), 1, 7)), *row[5:]]

    found = rows_of(study_folder, changed(people(200), opposite), {"trust": {"from": "x", "through": ["m"]}})
    assert found["proportion_mediated", None]["reason"] == "opposite_signs"


@pytest.mark.parametrize(
    ("mediation", "message"),
    [
        ({"from": "x", "through": ["m", "x"]}, "'x' stands twice in the chain 'trust'"),
        ({"from": "x", "through": ["y"]}, "'y' stands twice in the chain 'trust'"),
        ({"from": "x", "through": ["m"], "controls": ["m"]}, "'m' stands twice in the chain 'trust'"),
        ({"from": "x", "through": ["m"], "moderator": "m"}, "cannot moderate it"),
        ({"from": "x", "through": [["m"], []]}, "every stage needs a name"),
        ({"from": "x", "through": ["city"]}, "'city' is no number"),
    ],
)
def test_what_a_chain_must_be(study_folder: Callable[..., Path], mediation: dict[str, Any], message: str) -> None:
    made = study_folder(
        people(20), NAMES, constructs=CONSTRUCTS, model={"outcome": "y", "drivers": ["x"]}, variables={"city": {}},
        mediation={"trust": mediation},
    )  # fmt: skip
    with pytest.raises(DefinitionError, match=message):
        load(made)


@pytest.mark.parametrize("inference", ["bayesian", "jackknife"])
def test_every_kind_of_inference_gives_about_the_same_errors(study_folder: Callable[..., Path], inference: str) -> None:
    chain = {"trust": {"from": "x", "through": ["m", "k"], "moderator": "heard"}}
    found = [
        rows_of(study_folder, people(), chain, model={"outcome": "y", "drivers": ["x"], "inference": kind})
        for kind in ("bootstrap", inference)
    ]
    for key in (("chain_indirect", None), ("index_of_moderated_mediation", None), ("rho_zero", "k>y")):
        assert found[0][key]["estimate"] == found[1][key]["estimate"]
        assert found[1][key]["std_error"] == pytest.approx(found[0][key]["std_error"], rel=0.15)


def test_ratings_of_one_respondent_are_resampled_together(study_folder: Callable[..., Path]) -> None:
    """Every row twice, under one respondent: the same errors as the rows once, not smaller ones."""
    chain = {"trust": {"from": "x", "through": ["m"]}}
    rows = people(150)
    once = rows_of(study_folder, rows, chain)
    columns = {f"r{name}": [name, f"{name}2"] for name in ("x", "m", "k", "y")}
    constructs = {name: [f"r{name}"] for name in ("x", "m", "k", "y")}
    made = study_folder(
        [[*row, *row[1:5]] for row in rows], (*NAMES, "x2", "m2", "k2", "y2"), constructs=constructs,
        respondent={"id": "id"}, model={"outcome": "y", "drivers": ["x"]}, mediation=chain,
        stack={"by": "brand", "levels": ["a", "b"], "columns": columns},
    )  # fmt: skip
    table = analyse(load(made)).estimates
    row = next(one for one in table.to_dict("records") if one["metric"] == "chain_indirect")
    assert row["n"] == 150
    assert row["estimate"] == pytest.approx(once["chain_indirect", None]["estimate"])
    assert row["std_error"] == pytest.approx(once["chain_indirect", None]["std_error"])
