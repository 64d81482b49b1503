"""Product and layers as players: against least squares order by order, in the sample and in single resamples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.model.total_value import BEYOND, PRODUCT, REST, total_value_rows
from tests.made_case import a_case, found
from tests.value_cases import DRIVERS, a_value_case, a_value_study, answers, r2, row_weights, shapley, with_model

LAYERS = {"money": ["price"], "trust": ["trust", "founder"]}
DESIGNS: dict[str, dict[str, Any]] = {
    "simple": {},
    "weighted": {"weight": 0.5 + np.random.default_rng(1).random(150)},
    "clustered": {"cluster": np.arange(150) // 3, "weight": 0.5 + np.random.default_rng(1).random(150)},
    "stratified": {"strata": np.arange(150) % 2},
}


def brute(parts: list[list[int]], columns: np.ndarray, outcome: np.ndarray, weight: np.ndarray) -> Any:
    """lmg, first and last of parts of columns by least squares."""

    def explained(inside: tuple[int, ...]) -> float:
        return r2(columns[:, [at for part in inside for at in parts[part]]], outcome, weight)

    every = tuple(range(len(parts)))
    last = [explained(every) - explained(tuple(at for at in every if at != part)) for part in every]
    return shapley(explained, len(parts)), np.array([explained((part,)) for part in every]), np.array(last)


@pytest.mark.parametrize("name", DESIGNS)
def test_product_and_the_rest_equal_least_squares_in_the_sample_and_in_resamples(name: str) -> None:
    case = a_value_case(value={"product": ["product"]}, **DESIGNS[name])
    model = case.people.model
    weights = row_weights(case)
    lmg, first, last = brute([[0], [1, 2]], model.x, model.y, weights[0])
    rows = total_value_rows(case)
    for at, part in enumerate((PRODUCT, BEYOND)):
        assert found(rows, "lmg", term=part)["estimate"] == pytest.approx(lmg[at])
        assert found(rows, "first", term=part)["estimate"] == pytest.approx(first[at])
        assert found(rows, "alone_share", term=part)["estimate"] == pytest.approx(first[at] / lmg.sum())
        assert found(rows, "unique_share", term=part)["estimate"] == pytest.approx(last[at] / lmg.sum())
    assert found(rows, "shared_share")["estimate"] == pytest.approx(1 - last.sum() / lmg.sum())
    drawn = np.array([brute([[0], [1, 2]], model.x, model.y, weight)[0] for weight in weights[1:]])
    share = drawn[:, 0] / drawn.sum(1)
    row = found(rows, "lmg_share", term=PRODUCT)
    assert row["conf_low"] == pytest.approx(np.quantile(share, 0.025))
    assert row["conf_high"] == pytest.approx(np.quantile(share, 0.975))
    assert row["std_error"] == pytest.approx(share.std(ddof=1))
    above = found(rows, "prob_above", term=BEYOND, contrast=f"above:{PRODUCT}")
    assert above["estimate"] == pytest.approx((share < 0.5).mean())


def test_the_two_shares_follow_from_three_r2() -> None:
    """With two players LMG of one is half of (R² alone + R² of all - R² of the other alone)."""
    rows = total_value_rows(a_value_case(value={"product": ["product"]}))
    alone, beyond = (found(rows, "first", term=part)["estimate"] for part in (PRODUCT, BEYOND))
    whole = sum(found(rows, "lmg", term=part)["estimate"] for part in (PRODUCT, BEYOND))
    assert found(rows, "lmg", term=PRODUCT)["estimate"] == pytest.approx((alone + whole - beyond) / 2)


def test_single_shares_add_up_beside_it() -> None:
    case = a_value_case(value={"product": ["product", "price"]})
    model, rows = case.people.model, total_value_rows(case)
    single = shapley(lambda inside: r2(model.x[:, list(inside)], model.y, np.ones(150)), 3)
    wanted = single[:2].sum() / single.sum()
    assert found(rows, "lmg_share_sum", term=PRODUCT)["estimate"] == pytest.approx(wanted)
    assert found(rows, "lmg_share_sum", term=BEYOND)["estimate"] == pytest.approx(1 - wanted)
    assert found(rows, "lmg_share_sum", term=PRODUCT)["estimate"] != pytest.approx(
        found(rows, "lmg_share", term=PRODUCT)["estimate"]
    )


@pytest.mark.parametrize("brands", [1, 3])
def test_layers_take_constructs_from_outside_the_model(brands: int) -> None:
    """Rows without the founder drop out; drivers in no layer play together; draws are those of the model."""
    case = a_value_case(60, brands=brands, missing=True, value={"layers": LAYERS})
    founder = case.known("founder")[case.people.rows]
    inside = np.isfinite(founder)
    model, weights = case.people.model, row_weights(case)[:, inside]
    columns = np.column_stack([model.x, founder])[inside]
    parts = [[1], [2, 3], [0]]
    lmg, first, _ = brute(parts, columns, model.y[inside], weights[0])
    rows = total_value_rows(case)
    names = ("layer:money", "layer:trust", REST)
    for at, name in enumerate(names):
        assert found(rows, "lmg", term=name)["estimate"] == pytest.approx(lmg[at])
        assert found(rows, "first", term=name)["estimate"] == pytest.approx(first[at])
        assert found(rows, "lmg", term=name)["n"] == len(np.unique(case.people.respondent[inside]))
    assert found(rows, "r2", contrast="layers")["estimate"] == pytest.approx(lmg.sum())
    drawn = np.array([brute(parts, columns, model.y[inside], weight)[0] for weight in weights[1:]])
    shares = drawn / drawn.sum(1, keepdims=True)
    gap = found(rows, "share_difference", term="layer:trust", contrast="above:layer:money")
    assert gap["conf_low"] == pytest.approx(np.quantile(shares[:, 1] - shares[:, 0], 0.025))
    first = found(rows, "prob_rank_1", term="layer:trust")["estimate"]
    assert first == pytest.approx((shares[:, 1] > shares[:, 0]).mean())
    assert [row["term"] for row in rows if row["metric"] == "rank"] == ["layer:money", "layer:trust"]


def test_layers_of_drivers_alone_are_the_groups_of_the_model() -> None:
    case = a_value_case(value={"layers": {"a": ["product", "price"], "b": ["trust"]}})
    rows = total_value_rows(case)
    shares = [row for row in rows if row["metric"] == "lmg_share"]
    assert [row["term"] for row in shares] == ["layer:a", "layer:b"]
    assert sum(row["estimate"] for row in shares) == pytest.approx(1)
    assert shares[0]["n"] == 150


def test_controls_come_before_every_part() -> None:
    keys = {"model": {"controls": ["income"]}, "value": {"product": ["product"], "layers": LAYERS}}
    case = a_value_case(**keys)
    model = case.people.model
    weight = np.ones(150)
    before = r2(model.x[:, :2], model.y, weight)
    alone = r2(model.x[:, :3], model.y, weight) - before
    rows = total_value_rows(case)
    assert found(rows, "first", term=PRODUCT)["estimate"] == pytest.approx(alone)
    founder = case.known("founder")[:, None]
    wanted = r2(np.column_stack([model.x[:, :2], model.x[:, 4], founder]), model.y, weight) - before
    assert found(rows, "first", term="layer:trust")["estimate"] == pytest.approx(wanted)


def test_a_part_waits_for_its_interactions() -> None:
    case = a_value_case(model={"interactions": [["product", "trust"]]}, value={"product": ["product"]})
    rows = total_value_rows(case)
    assert found(rows, "lmg_share", term=PRODUCT)["state"] == "ok"
    assert found(rows, "alone_share", term=PRODUCT)["reason"] == "interaction"
    case = a_value_case(
        model={"interactions": [["product", "trust"], ["price", "trust"]]},
        value={"product": ["product*trust", "price"]},
    )
    states = {row["reason"] for row in total_value_rows(case)}
    assert states == {"interaction"}


def test_what_cannot_be_divided_says_so() -> None:
    rows = total_value_rows(a_value_case(value={"product": list(DRIVERS)}))
    assert [(row["state"], row["reason"]) for row in rows] == [("not_defined", "nothing_beyond")]
    assert total_value_rows(a_value_case()) == []
    items, variables, person = answers(150)
    items["founder"] = items["trust"]
    study = a_value_study(value={"layers": {"one": ["trust"], "other": ["founder"]}})
    rows = total_value_rows(with_model(a_case(study, items, variables, respondent=person)))
    assert {(row["term"], row["state"]) for row in rows} == {("layer:one", "singular"), ("layer:other", "singular")}
    items["founder"] = np.where(np.arange(150) < 6, items["trust"], np.nan)
    rows = total_value_rows(with_model(a_case(study, items, variables, respondent=person)))
    assert {row["state"] for row in rows} == {"too_few"}
    items["founder"] = np.where(np.arange(150) == 0, 5.0, 4.0)
    items["product"] = np.where(np.arange(150) == 0, np.nan, items["product"])
    rows = total_value_rows(with_model(a_case(study, items, variables, respondent=person)))
    assert {row["state"] for row in rows} == {"no_variance"}


def test_nothing_depends_on_the_order_of_rows() -> None:
    items, variables, person = answers(80, brands=2)
    study = a_value_study(value={"product": ["product"], "layers": LAYERS})
    order = np.random.default_rng(2).permutation(len(person))
    turned = {name: values[order] for name, values in items.items()}
    shuffled = {name: np.asarray(values, object)[order] for name, values in variables.items()}
    shuffled = {name: values if name == "income" else values.astype(float) for name, values in shuffled.items()}
    one = total_value_rows(with_model(a_case(study, items, variables, respondent=person)))
    other = total_value_rows(with_model(a_case(study, turned, shuffled, respondent=person[order])))
    for column in ("estimate", "conf_low", "n"):
        both = [[row[column] for row in rows if row[column] is not None] for rows in (one, other)]
        assert both[0] == pytest.approx(both[1])
