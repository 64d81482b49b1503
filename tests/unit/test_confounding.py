"""An unmeasured cause: partial R² against nested fits, and what the bounds say where the cause is in the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.estimates import check, frame
from pipeline.model import Setting
from pipeline.model.confounding import confounded, confounding_rows, critical, partial_r2, robustness_value
from pipeline.model.effects import fit
from pipeline.model.regression import ols
from pipeline.moments import Moments
from pipeline.sample import Sample
from pipeline.terms import Terms
from pipeline.weight import Design

Maker = Callable[..., Sample]


def rows_of(sample: Sample, setting: Setting) -> list[dict[str, Any]]:
    moments = Moments.of(sample.model.values, sample.model.names, sample.design.weight)
    rows = list(confounding_rows(fit(sample), moments, sample, setting))
    check(frame(rows))
    return rows


def one(rows: list[dict[str, Any]], metric: str, term: str) -> dict[str, Any]:
    (found,) = [row for row in rows if (row["metric"], row["term"]) == (metric, term)]
    return found


def test_partial_r2_is_that_of_nested_fits_and_of_t(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(scores)
    rows = rows_of(sample, setting)
    full = ols(scores[:, :-1], scores[:, -1], tuple("abc"))
    for at, name in enumerate("abc"):
        less = ols(np.delete(scores[:, :-1], at, 1), scores[:, -1], tuple("de"))
        by_fit = (full.r2 - less.r2) / (1 - less.r2)
        t = full.b[1 + at] / full.se_classical[1 + at]
        assert one(rows, "partial_r2", name)["estimate"] == pytest.approx(by_fit, rel=1e-9)
        assert by_fit == pytest.approx(t**2 / (t**2 + full.df_residual), rel=1e-9)


def test_a_cause_as_strong_as_the_robustness_value_brings_the_coefficient_to_zero(
    scores: np.ndarray, make_sample: Maker, setting: Setting
) -> None:
    rows = rows_of(make_sample(scores), setting)
    f = np.sqrt(one(rows, "partial_r2", "a")["estimate"] / (1 - one(rows, "partial_r2", "a")["estimate"]))
    value = one(rows, "robustness_value", "a")["estimate"]
    assert value / np.sqrt(1 - value) == pytest.approx(f)


def test_the_benchmark_is_the_strongest_other_driver(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    rows = rows_of(make_sample(scores), setting)
    contrasts = {row["term"]: row["contrast"] for row in rows if row["metric"] == "confounded_b"}
    assert contrasts == {"a": "as_strong_as:b", "b": "as_strong_as:a", "c": "as_strong_as:a"}
    b = ols(scores[:, :-1], scores[:, -1], tuple("abc")).b[1]
    assert 0 < one(rows, "confounded_b", "a")["estimate"] < b


def test_the_bias_is_exact_for_a_cause_that_is_left_out() -> None:
    """Omitted variable bias: |b short - b long| from the two partial R² of what was left out."""
    random = np.random.default_rng(4)
    z = random.normal(size=500)
    x = np.column_stack([random.normal(size=500) + 0.5 * z, random.normal(size=500)])
    y = x @ [0.4, 0.3] + 0.6 * z + random.normal(size=500)
    long = Moments.of(np.column_stack([x, z, y]), ("x", "w", "z", "y")).correlations
    short, full = ols(x, y, ("x", "w")), ols(np.column_stack([x, z]), y, ("x", "w", "z"))
    with_driver, with_outcome = partial_r2(long, 0, [2], without=[3]), partial_r2(long, 3, [2])
    t = short.b[1] / short.se_classical[1]
    bias = short.se_classical[1] * np.sqrt(short.df_residual * with_outcome * with_driver / (1 - with_driver))
    assert abs(short.b[1] - full.b[1]) == pytest.approx(bias, rel=1e-9)
    assert t**2 / (t**2 + short.df_residual) == pytest.approx(partial_r2(long[[0, 1, 3]][:, [0, 1, 3]], 2, [0]))


def test_weights_make_the_critical_value_harder_to_reach(
    scores: np.ndarray, make_sample: Maker, make_design: Callable[..., Design], setting: Setting
) -> None:
    weight = np.random.default_rng(2).lognormal(0, 1, len(scores))
    rows = rows_of(make_sample(scores, design=make_design(len(scores), weight)), setting)
    model = ols(scores[:, :-1], scores[:, -1], tuple("abc"), design=make_design(len(scores), weight))
    partial = one(rows, "partial_r2", "a")["estimate"]
    f, t = np.sqrt(partial / (1 - partial)), model.b[1] / model.se[1]
    found = one(rows, "robustness_value_alpha", "a")["estimate"]
    assert found == robustness_value(f, critical(f, t, model.df_residual, 0.05))
    assert found < robustness_value(f, critical(f, f * np.sqrt(model.df_residual), model.df_residual, 0.05))


@given(st.floats(0.001, 30), st.floats(0, 2))
def test_robustness_values_lie_between_0_and_1_and_fall_with_the_critical_value(f: float, crit: float) -> None:
    assert 0 <= robustness_value(f, crit) <= robustness_value(f) + 1e-12 < 1 + 1e-12


def test_what_is_not_significant_needs_no_confounder_at_all() -> None:
    assert robustness_value(0.05, critical(0.05, 1.0, 400, 0.05)) == 0
    assert robustness_value(0.3, critical(0.3, 4.0, 1, 0.05)) == 0


def test_a_very_large_effect_needs_only_the_driver_side() -> None:
    assert robustness_value(30.0, 0.1) == pytest.approx((900 - 0.01) / 901)


def test_a_cause_that_cannot_be_so_strong_is_none() -> None:
    assert confounded(0.4, 0.2, 0.6, 0.1) is None
    assert confounded(0.0, 0.0, 0.1, 0.1) == 0


def test_one_driver_has_no_benchmark(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    rows = rows_of(make_sample(scores[:, [0, 3]]), setting)
    assert {row["metric"] for row in rows} == {"partial_r2", "robustness_value", "robustness_value_alpha"}


def test_a_driver_of_several_columns_has_a_partial_r2_only(
    scores: np.ndarray, make_sample: Maker, setting: Setting
) -> None:
    region = np.random.default_rng(8).integers(0, 3, len(scores))
    values = np.column_stack([scores[:, :2], region == 1, region == 2, scores[:, -1]])
    terms = Terms(
        names=("age", "a", "region=n", "region=s", "y"),
        values=values,
        controls=1,
        players=("a", "region"),
        at=((0,), (1, 2)),
        parents={},
        groups={},
        kinds={"a": "construct", "region": "category"},
    )
    rows = rows_of(replace(make_sample(scores), terms=terms), setting)
    full, less = (
        ols(values[:, columns], values[:, -1], tuple(map(str, columns))) for columns in ([0, 1, 2, 3], [0, 1])
    )
    expected = (full.r2 - less.r2) / (1 - less.r2)
    assert one(rows, "partial_r2", "region")["estimate"] == pytest.approx(expected, rel=1e-9)
    assert one(rows, "robustness_value", "region")["reason"] == "several_columns"
    assert not [row for row in rows if row["metric"] == "confounded_b"]


def test_drivers_that_repeat_each_other_are_singular(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    scores[:, 1] = scores[:, 0]
    rows = rows_of(make_sample(scores), setting)
    assert [(row["metric"], row["state"]) for row in rows] == [("partial_r2", "singular")] * 3
