"""What if: what it refuses, and that it never leaves the data, the scale, or 0 and 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.estimates import check, frame
from pipeline.model.what_if import what_if_rows
from pipeline.model.what_if._bend import bend
from tests.made_case import a_case, a_study, found

RANDOM = np.random.default_rng(5)


def rated(n: int = 200) -> dict[str, np.ndarray]:
    x = RANDOM.normal(size=(n, 2))
    a, b = np.clip(np.rint(4 + 1.3 * x.T), 1, 7)
    y = np.clip(np.rint(0.5 * a + 0.3 * b + RANDOM.normal(size=n) + 0.8), 1, 7)
    return {"a": a, "b": b, "y": y}


def rows_of(items: dict[str, np.ndarray], columns: dict[str, Any] | None = None, **keys: Any) -> list[dict[str, Any]]:
    constructs = {name: {"items": [name]} for name in items}
    drivers = [name for name in items if name != "y"]
    whole = {
        "constructs": constructs,
        "model": {"outcome": "y", "drivers": drivers, "draws": 200},
        "what_if": True,
    } | keys
    rows = what_if_rows(a_case(a_study(**whole), items, columns))
    check(frame(rows))
    return rows


def test_nothing_where_it_is_not_asked() -> None:
    assert rows_of(rated(), what_if=None) == []


def test_a_step_beyond_the_data_has_no_number() -> None:
    items = rated()
    rows = rows_of(items, what_if={"step": 2.0})
    for name in ("a", "b"):
        high = found(rows, "move_high", term=name)["estimate"]
        own = found(rows, "predicted_change", term=name, contrast="outcome:y")
        assert (own["state"], own["reason"]) == (("not_defined", "beyond_data") if high < 2 else ("ok", None))
        assert own["estimate"] is None or high >= 2
        b = found(rows, "b", term=name, contrast="outcome:y")
        assert b["estimate"] is not None


def test_no_mean_moves_out_of_its_scale_or_the_middle_of_the_ratings() -> None:
    items = rated() | {"a": np.where(RANDOM.random(200) < 0.97, 7.0, 6.0)}
    rows = rows_of(items)
    mean, high = (found(rows, metric, term="a")["estimate"] for metric in ("mean", "move_high"))
    assert mean + high == pytest.approx(7.0)
    assert found(rows, "move_low", term="a")["estimate"] == 0.0


def test_identical_drivers_have_a_named_state() -> None:
    items = rated()
    rows = rows_of(items | {"c": items["a"]}, model={"outcome": "y", "drivers": ["a", "b", "c"], "collinear": "show"})
    assert [(each["metric"], each["state"], each["reason"]) for each in rows] == [
        ("predicted_change", "singular", "collinear")
    ]


def test_a_driver_that_does_not_vary_in_focus_has_a_named_state() -> None:
    ours = np.arange(200) < 120
    items = rated()
    rows = rows_of(
        items | {"b": np.where(ours, 4.0, items["b"])},
        {"brand": np.where(ours, "ours", "theirs").tolist()},
        variables={"brand": {"codes": {"ours": "ours", "theirs": "theirs"}}},
        focus={"brand": "ours"},
    )
    assert [(each["state"], each["reason"]) for each in rows] == [("no_variance", "no_variance")]


def test_few_people_have_a_named_state() -> None:
    assert [each["state"] for each in rows_of(rated(20))] == ["too_few"]


def test_categories_have_no_mean_that_moves() -> None:
    rows = rows_of(
        rated(),
        {"city": ["north", "south"] * 100},
        variables={"city": {"codes": {"north": "north", "south": "south"}}},
        model={"outcome": "y", "drivers": ["a", "city"]},
    )
    assert [(each["state"], each["reason"]) for each in rows] == [("not_defined", "several_columns")]


def test_an_outcome_of_two_answers_is_a_share_that_stays_within_0_and_1() -> None:
    items = rated()
    bought = (items["y"] > 4).astype(float)
    rows = rows_of(
        {"a": items["a"], "b": items["b"], "y": bought},
        scales={"seven": {"points": 7}, "two": {"points": 2, "start": 0}},
        constructs={"a": {"items": ["a"], "scale": "seven"}, "b": {"items": ["b"], "scale": "seven"},
                    "y": {"items": ["y"], "scale": "two"}},
    )  # fmt: skip
    assert {each["contrast"].partition(";")[0] for each in rows if each["metric"] == "b"} == {"share:y"}
    share = found(rows, "proportion", term="y", contrast="share:y")["estimate"]
    assert share == pytest.approx(bought.mean())
    for each in rows:
        if each["metric"] in ("bent_change", "predicted_change") and each["estimate"] is not None:
            assert 0 < share + each["estimate"] < 1


def test_answers_that_are_told_perfectly_have_no_curve() -> None:
    x = np.linspace(-1, 1, 60)[:, None]
    assert bend(x, (x[:, 0] > 0).astype(float), np.ones(60)) is None
    items = rated(60) | {"y": np.repeat([2.0, 6.0], 30), "a": np.repeat([2.0, 6.0], 30) + RANDOM.integers(0, 2, 60)}
    items["y"] += RANDOM.integers(0, 2, 60)
    rows = rows_of(items)
    own = [each for each in rows if each["contrast"] == "top2:y" and each["metric"] == "predicted_change"]
    assert [(each["state"], each["term"]) for each in own] == [("not_converged", None)]


def test_rows_do_not_depend_on_the_order_of_answers() -> None:
    items = rated()
    order = RANDOM.permutation(200)
    one = rows_of(items)
    study = a_study(constructs={name: {"items": [name]} for name in items}, what_if=True,
                    model={"outcome": "y", "drivers": ["a", "b"], "draws": 200})  # fmt: skip
    other = what_if_rows(a_case(study, {name: values[order] for name, values in items.items()}, respondent=list(order)))
    for before, after in zip(one, other, strict=True):
        assert before["estimate"] == pytest.approx(after["estimate"], rel=1e-9)
        assert (before["std_error"] or 0.0) == pytest.approx(after["std_error"] or 0.0, rel=1e-9)
