"""Own contributions, and coefficients of models with controls and drivers of several columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import fdtrc

from pipeline.estimates import check, frame
from pipeline.model import Setting
from pipeline.model.effects import fit, holm, overlap_rows, regression_rows, unique_rows
from pipeline.model.regression import ols
from pipeline.moments import Moments
from pipeline.sample import Sample
from pipeline.terms import Terms
from pipeline.weight import Design

Maker = Callable[..., Sample]


@pytest.fixture
def mixed(scores: np.ndarray, make_sample: Maker) -> Sample:
    """A control, a construct, and a category of three levels."""
    random = np.random.default_rng(8)
    region = random.integers(0, 3, len(scores))
    values = np.column_stack(
        [random.normal(size=len(scores)), scores[:, 0], region == 1, region == 2, scores[:, -1] + 0.4 * (region == 2)]
    )
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
    return replace(make_sample(scores[:, [0, 3]]), terms=terms)


def by_term(rows: list[dict[str, Any]], metric: str) -> dict[str, dict[str, Any]]:
    check(frame(rows))
    return {row["term"]: row for row in rows if row["metric"] == metric}


def nested(sample: Sample, columns: list[int]) -> tuple[float, int]:
    """F of leaving columns out, from two fits."""
    x, y = sample.model.x, sample.model.y
    full = ols(x, y, tuple(map(str, range(x.shape[1]))))
    rest = np.delete(x, columns, 1)
    less = ols(rest, y, tuple(map(str, range(rest.shape[1]))))
    f = (full.r2 - less.r2) / len(columns) / ((1 - full.r2) / full.df_residual)
    return f, full.df_residual


def test_own_contribution_is_the_f_of_nested_models(mixed: Sample, setting: Setting) -> None:
    found = by_term(unique_rows(fit(mixed), mixed, setting), "f_unique")
    assert set(found) == {"a", "region"}
    for driver, columns in (("a", [1]), ("region", [2, 3])):
        f, df = nested(mixed, columns)
        assert found[driver]["estimate"] == pytest.approx(f, rel=1e-9)
        assert found[driver]["p_value"] == pytest.approx(fdtrc(len(columns), df, f), rel=1e-6)
    p = np.array([row["p_value"] for row in found.values()])
    np.testing.assert_allclose([row["p_adjusted"] for row in found.values()], holm(p))


def test_under_a_design_it_is_walds(mixed: Sample, make_design: Callable[..., Design], setting: Setting) -> None:
    weight = np.random.default_rng(1).uniform(0.3, 3, len(mixed.scores))
    weighted = replace(mixed, design=make_design(len(weight), weight))
    model = fit(weighted)
    found = by_term(unique_rows(model, weighted, setting), "f_unique")
    assert found["a"]["estimate"] == pytest.approx((model.b[2] / model.se[2]) ** 2)
    assert found["a"]["p_value"] == pytest.approx(model.p[2])
    cov, b = model.cov[3:5, 3:5], model.b[3:5]
    assert found["region"]["estimate"] == pytest.approx(b @ np.linalg.inv(cov) @ b / 2)


def test_controls_have_coefficients_and_no_place_in_the_family(mixed: Sample, setting: Setting) -> None:
    model, moments = fit(mixed), Moments.of(mixed.model.values, mixed.model.names)
    rows = [row for row in regression_rows(model, moments, mixed, setting) if row["metric"] == "b"]
    found = {(row["term"], row["contrast"]): row for row in rows}
    levels = [("region", "level:n"), ("region", "level:s")]
    assert list(found) == [("intercept", None), ("age", None), ("a", None), *levels, ("region", None)]
    assert found["age", None]["p_adjusted"] is None
    assert (found["region", None]["state"], found["region", None]["reason"]) == ("not_defined", "category")
    adjusted = [found[key]["p_adjusted"] for key in (("a", None), *levels)]
    np.testing.assert_allclose(adjusted, holm(model.p[2:]))


def test_overlap_of_a_category_is_the_root_of_its_generalised_factor(mixed: Sample, setting: Setting) -> None:
    correlations = Moments.of(mixed.model.values, mixed.model.names).correlations
    found = by_term(overlap_rows(correlations, mixed, setting), "vif")
    assert list(found) == ["a", "region"]
    columns = correlations[:-1, :-1]
    assert found["a"]["estimate"] == pytest.approx(np.linalg.inv(columns)[1, 1])
    parts = np.linalg.det(columns[2:, 2:]) * np.linalg.det(columns[:2, :2]) / np.linalg.det(columns)
    assert found["region"]["estimate"] == pytest.approx(np.sqrt(parts))


def test_what_repeats_others_has_nothing_of_its_own(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    twice = make_sample(np.column_stack([scores[:, 0], scores]))
    found = by_term(unique_rows(fit(twice), twice, setting), "f_unique")
    assert [found[name]["state"] for name in "abcd"] == ["singular", "singular", "ok", "ok"]
    p = np.array([found[name]["p_value"] for name in "cd"])
    np.testing.assert_allclose([found[name]["p_adjusted"] for name in "cd"], holm(p))


def test_the_overall_test_is_of_what_drivers_add_to_the_controls(mixed: Sample, setting: Setting) -> None:
    rows = {row["metric"]: row for row in regression_rows(fit(mixed), moments_of(mixed), mixed, setting)}
    f, df = nested(mixed, [1, 2, 3])
    assert rows["f"]["estimate"] == pytest.approx(f, rel=1e-9)
    assert rows["f"]["p_value"] == pytest.approx(fdtrc(3, df, f), rel=1e-6)
    assert rows["df_model"]["estimate"] == 3


def moments_of(sample: Sample) -> Moments:
    return Moments.of(sample.model.values, sample.model.names)
