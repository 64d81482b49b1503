"""Change: parts that add up, and a change of one ingredient that shows up as that ingredient and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.estimates import check, frame
from pipeline.model import Setting
from pipeline.model.change import PARTS, change_panels, change_rows, ingredients, shapley, swap, threefold
from pipeline.model.compare import panels
from pipeline.model.importance import METHODS, r2
from pipeline.model.resample import resample
from pipeline.moments import Moments
from pipeline.sample import Sample

Maker = Callable[..., Sample]
DRIVERS = tuple("abcde")
SLOPES = np.array([0.5, 0.3, 0.2, 0.1, 0.0])


def population(
    *, slope: Any = SLOPES, sd: Any = 1.0, r: float = 0.4, reliability: Any = 1.0, residual: float = 1.0
) -> Moments:
    """Moments of ratings of five drivers: true scores, and error that takes away nothing of their spread."""
    root = np.sqrt(np.broadcast_to(reliability, 5))
    sd = np.broadcast_to(sd, 5).astype(float)
    true = (r + (1 - r) * np.eye(5)) * np.outer(sd, sd)
    cov = np.empty((6, 6))
    cov[:5, :5] = true
    cov[range(5), range(5)] = np.diag(true) / root**2
    cov[:5, 5] = cov[5, :5] = true @ slope
    cov[5, 5] = slope @ true @ slope + residual**2
    zeros = np.zeros(6)
    weight = np.asarray(1000.0)
    return Moments(names=(*DRIVERS, "y"), origin=zeros, weight=weight, sums=zeros, products=cov * 999, rows=1000)


def parts(one: Moments, other: Moments, rel_one: Any = 1.0, rel_other: Any = 1.0) -> np.ndarray:
    rels = (np.broadcast_to(rel, 5).astype(float) for rel in (rel_one, rel_other))
    return swap(*(ingredients(moments, rel) for moments, rel in zip((one, other), rels, strict=True)))


def share(moments: Moments) -> np.ndarray:
    drivers, outcome = moments.correlations[:-1, :-1], moments.correlations[:-1, -1]
    return METHODS["lmg"](drivers, outcome) / r2(drivers, outcome)


@pytest.mark.parametrize(
    ("change", "part", "direction"),
    [
        ({"slope": np.array([0.7, 0.3, 0.2, 0.1, 0.0])}, "change_effect", 1),
        ({"sd": [1.5, 1, 1, 1, 1]}, "change_spread", 1),
        ({"r": 0.6}, "change_overlap", -1),
        ({"reliability": [0.6, 1, 1, 1, 1]}, "change_reliability", -1),
    ],
)
def test_a_change_of_one_ingredient_is_its_part_and_no_other(change: dict[str, Any], part: str, direction: int) -> None:
    """One rating spreads 1.5 times as wide, all move together more, or one is measured worse; coefficients the same."""
    before, after = population(), population(**change)
    found = dict(zip(PARTS, parts(after, before, change.get("reliability", 1.0)), strict=True))
    others = [found[name] for name in PARTS if name != part]
    np.testing.assert_allclose(others, 0.0, atol=1e-12)
    np.testing.assert_allclose(found[part], share(after) - share(before), atol=1e-12)
    assert direction * found[part][0] > 0.02


def test_a_residual_that_is_wider_moves_no_share() -> None:
    np.testing.assert_allclose(parts(population(residual=3.0), population()), 0.0, atol=1e-12)


def test_the_outcome_may_be_on_any_scale() -> None:
    one, other = population(sd=[1, 2, 1, 1, 1], r=0.5), population(slope=SLOPES[::-1])
    wide = population(slope=10 * SLOPES[::-1], residual=10.0)
    np.testing.assert_allclose(parts(one, other).sum(0), parts(one, wide).sum(0), atol=1e-12)


@given(st.integers(0, 10_000))
def test_parts_add_up_to_the_change_of_the_share(seed: int) -> None:
    random = np.random.default_rng(seed)
    draws = [random.normal(size=(60, 6)) @ (np.eye(6) + 0.4 * random.normal(size=(6, 6))) for _ in (0, 1)]
    one, other = (Moments.of(each, (*DRIVERS, "y")) for each in draws)
    np.testing.assert_allclose(parts(one, other).sum(0), share(one) - share(other), atol=1e-9)
    np.testing.assert_allclose(parts(one, other), -parts(other, one), atol=1e-9)


def test_shapley_is_the_mean_step_over_every_order() -> None:
    values = {
        each: np.random.default_rng(sum(2**at * on for at, on in enumerate(each))).normal(size=2)
        for each in product((0, 1), repeat=4)
    }
    brute = np.zeros((4, 2))
    for order in permutations(range(4)):
        inside = [0, 0, 0, 0]
        for player in order:
            before = values[tuple(inside)]
            inside[player] = 1
            brute[player] += (values[tuple(inside)] - before) / 24
    np.testing.assert_allclose(shapley(values), brute, atol=1e-14)


@pytest.mark.parametrize("reliability", [0.0, -0.2, 1.2, np.nan, 0.3])
def test_what_cannot_be_corrected_is_absent_not_repaired(reliability: float) -> None:
    found = ingredients(population(r=0.6), np.array([reliability, 0.3, 1, 1, 1]))
    assert np.isnan(found.slope).all()


@pytest.fixture
def waves(make_sample: Maker) -> Sample:
    """Two waves of 300 and a third of 20: in the second, what drives ratings in common is stronger."""
    random = np.random.default_rng(4)
    wave = np.repeat(["one", "two", "few"], [300, 300, 20])
    common = random.normal(size=(620, 1)) * np.where(wave == "two", 1.5, 0.5)[:, None]
    true = common + random.normal(size=(620, 2))
    items = {name: true[:, [at]] + 0.7 * random.normal(size=(620, 3)) for at, name in enumerate("ab")}
    scores = np.column_stack([*(items[name].mean(1) for name in "ab"), true @ [0.6, 0.2] + random.normal(size=620) + 1])
    items["b"] = items["b"][:, :1]
    return make_sample(scores, items=items, groups={"wave": list(wave)})


def rows_of(sample: Sample, setting: Setting, draws: int = 300) -> dict[tuple[str, str | None], dict[str, Any]]:
    wanted = panels(sample, setting) | change_panels(sample, setting, ["wave"])
    resampled = resample(sample.design, wanted, seed=3, draws=draws)
    found = change_rows(resampled, sample, setting, ["wave"])
    check(frame(found))
    assert {row["contrast"] for row in found} == {"wave=two-one"}
    return {(row["metric"], row["term"]): row for row in found}


def test_rows_stand_for_levels_of_the_low_base_against_the_reference(waves: Sample, setting: Setting) -> None:
    found = rows_of(waves, setting)
    for driver in "ab":
        total = found["share_change", driver]
        assert sum(found[part, driver]["estimate"] for part in PARTS) == pytest.approx(total["estimate"], abs=1e-12)
        assert total["conf_low"] < total["estimate"] < total["conf_high"]
        assert total["p_value"] <= total["p_adjusted"] <= 1
        assert total["n"] == 600
    assert found["change_overlap", "b"]["estimate"] > 0
    assert found["change_reliability", "a"]["state"] == "ok"


def test_parts_of_the_mean_add_up_driver_by_driver(waves: Sample, setting: Setting) -> None:
    found = rows_of(waves, setting)
    levels = waves.groups["wave"]
    gap = waves.scores[levels.mask("two"), -1].mean() - waves.scores[levels.mask("one"), -1].mean()
    value = {key: row["estimate"] for key, row in found.items()}
    assert value["mean_change", None] == pytest.approx(gap)
    assert value["change_level", None] + value["change_weight", None] == pytest.approx(gap)
    assert value["change_level", None] == pytest.approx(value["change_level", "a"] + value["change_level", "b"])
    weights = [value["change_weight", term] for term in ("intercept", "a", "b")]
    assert value["change_weight", None] == pytest.approx(sum(weights))
    assert all(row["conf_low"] is not None for row in found.values())


def test_without_items_reliability_is_unknown_and_the_other_three_parts_add_up(
    waves: Sample, make_sample: Maker, setting: Setting
) -> None:
    levels = waves.groups["wave"]
    sample = make_sample(waves.scores, groups={"wave": [levels.levels[at] for at in levels.of_row]})
    found = rows_of(sample, setting)
    assert (found["change_reliability", "a"]["state"], found["change_reliability", "a"]["reason"]) == (
        "not_defined",
        "one_item",
    )
    total = sum(found[part, "a"]["estimate"] for part in PARTS[:-1])
    assert total == pytest.approx(found["share_change", "a"]["estimate"], abs=1e-12)


def test_a_correction_that_goes_too_far_is_named_and_the_rest_still_stands(
    make_sample: Maker, setting: Setting
) -> None:
    random = np.random.default_rng(6)
    true = random.normal(size=(200, 1))
    items = {name: true + 2.0 * random.normal(size=(200, 2)) for name in "ab"}
    shared = 0.4 * (items["a"].mean(1) + items["b"].mean(1))
    scores = np.column_stack([items["a"].mean(1) + shared, items["b"].mean(1) + shared, true[:, 0] + shared])
    sample = make_sample(
        scores + 0.3 * random.normal(size=(200, 3)), items=items, groups={"wave": ["one", "two"] * 100}
    )
    found = rows_of(sample, setting)
    reliability = found["change_reliability", "a"]
    assert (reliability["state"], reliability["reason"]) == ("singular", "overcorrected")
    assert found["share_change", "a"]["state"] == "ok"


def test_a_level_in_which_drivers_repeat_each_other_gives_a_state_and_its_mean(
    waves: Sample, make_sample: Maker, setting: Setting
) -> None:
    scores = waves.scores.copy()
    levels = waves.groups["wave"]
    scores[levels.mask("two"), 1] = scores[levels.mask("two"), 0]
    found = rows_of(make_sample(scores, groups={"wave": [levels.levels[at] for at in levels.of_row]}), setting)
    assert {found[metric, "a"]["state"] for metric in ("share_change", *PARTS)} == {"singular"}
    assert found["change_level", None]["state"] == "singular"
    assert found["mean_change", None]["state"] == "ok"


def test_too_many_drivers_have_parts_of_the_mean_only(
    waves: Sample, setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.model.change.MOST_DRIVERS", 1)
    found = rows_of(waves, setting)
    assert {found[metric, "a"]["reason"] for metric in ("share_change", *PARTS)} == {"too_many"}
    assert found["change_level", None]["state"] == "ok"


def test_threefold_of_draws_is_threefold_of_each(waves: Sample, setting: Setting) -> None:
    resampled = resample(waves.design, panels(waves, setting), seed=3, draws=5)
    one, other = resampled["wave=one"], resampled["wave=two"]
    found = threefold(one.draws, other.draws)
    gaps = one.draws.mean[:, -1] - other.draws.mean[:, -1]
    np.testing.assert_allclose(found.level.sum(-1) + found.weight.sum(-1), gaps, atol=1e-12)
