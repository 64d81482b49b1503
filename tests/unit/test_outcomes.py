"""Rows of the outcome models: which models suit which outcome, agreement with the engine, every named state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipeline.estimates import check, frame
from pipeline.model import Setting, outcomes
from pipeline.model.likelihood import Logit, fit_subsets, mcfadden
from pipeline.model.outcomes import outcome_rows

Maker = Callable[..., Any]


@pytest.fixture
def answers() -> np.ndarray:
    """(300, 4) whole answers from 1 to 7: three drivers and an outcome of the first two."""
    random = np.random.default_rng(41)
    drivers = random.normal(size=(300, 3)) + random.normal(size=(300, 1))
    outcome = drivers @ [0.6, 0.3, 0.0] + random.normal(size=300)
    return np.clip(np.round(4 + np.column_stack([drivers, outcome])), 1, 7)


def by_model(rows: list[dict[str, Any]], metric: str = "lmg_share") -> dict[str, list[dict[str, Any]]]:
    check(frame(rows))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["metric"] == metric:
            found.setdefault(row["contrast"].removeprefix("model:"), []).append(row)
    return found


def reasons(rows: list[dict[str, Any]]) -> dict[str, tuple[str, str | None]]:
    return {name: (part[0]["state"], part[0]["reason"]) for name, part in by_model(rows, "pseudo_r2").items()}


def test_every_model_of_a_score_has_shares_that_sum_to_one(
    answers: np.ndarray, make_sample: Maker, setting: Setting
) -> None:
    rows = outcome_rows(make_sample(answers), setting, 6.0)
    shares = by_model(rows)
    assert list(shares) == ["logit_mcfadden", "logit_tjur", "ordered_mcfadden", "polychoric"]
    for name, part in shares.items():
        assert sum(row["estimate"] for row in part) == pytest.approx(1)
        assert [row["term"] for row in part] == ["a", "b", "c"]
        assert part[0]["estimate"] > part[1]["estimate"] > part[2]["estimate"]
        assert (part[0]["std_error"] is None) == (name == "polychoric")
    assert by_model(rows, "parallel_lines")["ordered_mcfadden"][0]["p_value"] > 0.001


def test_figures_are_those_of_the_engine(answers: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(answers)
    rows = by_model(outcome_rows(sample, setting, 6.0))["logit_mcfadden"]
    model = Logit(answers[:, :-1], answers[:, -1] >= 6, np.ones(300))
    params = fit_subsets(model, 3)
    assert not isinstance(params, str)
    found = mcfadden(model, params)
    np.testing.assert_allclose([row["estimate"] for row in rows], found.shares, rtol=1e-10)
    limits = np.array([[row["std_error"], row["conf_low"], row["conf_high"]] for row in rows]).T
    np.testing.assert_allclose(limits, found.share_interval(sample.design, 0.95), rtol=1e-9)


def test_equal_rows_are_put_together_where_there_are_many(
    answers: np.ndarray, make_sample: Maker, make_design: Maker, setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = np.tile(answers, (4, 1))
    design = make_design(1200, weight=np.random.default_rng(3).uniform(2, 9, 1200))
    sample = make_sample(rows, design=design)
    whole = frame(outcome_rows(sample, setting, 6.0))
    monkeypatch.setattr(outcomes, "MOST_WORK", 2400)
    merged = frame(outcome_rows(sample, setting, 6.0))
    for column in ("estimate", "std_error", "conf_low"):
        np.testing.assert_allclose(merged[column].astype(float), whole[column].astype(float), rtol=1e-6, atol=1e-9)


def test_more_weight_for_all_changes_nothing(
    answers: np.ndarray, make_sample: Maker, make_design: Maker, setting: Setting
) -> None:
    weight = np.random.default_rng(4).uniform(0.5, 2, 300)
    one, other = (
        frame(outcome_rows(make_sample(answers, design=make_design(300, each)), setting, 6.0))
        for each in (weight, 5000 * weight)
    )
    for column in ("estimate", "std_error", "p_value"):
        np.testing.assert_allclose(other[column].astype(float), one[column].astype(float), rtol=1e-5)


def test_a_binary_outcome_is_taken_as_it_is(answers: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    answers[:, -1] = answers[:, -1] > 4
    rows = outcome_rows(make_sample(answers), setting, 6.0, "binary")
    assert set(reasons(rows).values()) == {("ok", None)}
    assert set(reasons(rows)) == {"logit_mcfadden", "logit_tjur", "polychoric"}


def test_a_count_has_a_model_of_its_own(answers: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    rows = outcome_rows(make_sample(answers), setting, 6.0, "count")
    assert reasons(rows) == {"count_mcfadden": ("ok", None), "polychoric": ("ok", None)}
    answers[:, -1] += 0.5
    rows = outcome_rows(make_sample(answers), setting, 6.0, "count")
    assert reasons(rows)["count_mcfadden"] == ("not_defined", "not_counts")
    answers[:, -1] -= 10
    rows = outcome_rows(make_sample(answers), setting, 6.0, "count")
    assert reasons(rows)["count_mcfadden"] == ("not_defined", "not_counts")


def test_many_scores_are_rounded_to_scale_points(answers: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    plain = by_model(outcome_rows(make_sample(answers), setting, 6.0))["ordered_mcfadden"]
    answers[:, -1] += np.random.default_rng(5).uniform(-0.4, 0.4, 300)
    fine = by_model(outcome_rows(make_sample(answers), setting, 6.0))["ordered_mcfadden"]
    assert [row["estimate"] for row in fine] == pytest.approx([row["estimate"] for row in plain])


def test_what_cannot_be_modelled_is_named(
    answers: np.ndarray, make_sample: Maker, setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = make_sample(answers)
    assert reasons(outcome_rows(sample, setting, 8.0))["logit_tjur"] == ("no_variance", "one_class")
    two = answers.copy()
    two[:, -1] = answers[:, -1] > 4
    assert reasons(outcome_rows(make_sample(two), setting, 8.0))["ordered_mcfadden"] == (
        "not_defined",
        "two_categories",
    )
    parted = np.column_stack([answers[:, 0], answers[:, 1], answers[:, 0]])
    assert reasons(outcome_rows(make_sample(parted), setting, 6.0))["logit_mcfadden"] == ("not_defined", "separation")
    fine = answers + np.random.default_rng(6).uniform(-0.4, 0.4, answers.shape)
    assert reasons(outcome_rows(make_sample(fine), setting, 6.0))["polychoric"] == ("not_defined", "nothing_ordered")
    monkeypatch.setattr(outcomes, "MOST_WORK", 100)
    found = reasons(outcome_rows(sample, setting, 6.0))
    assert found["logit_mcfadden"] == found["ordered_mcfadden"] == ("not_defined", "too_much_work")
    declared = outcome_rows(sample, setting, 6.0, "ordered")
    assert {state for state, _ in reasons(declared).values()} == {"ok"}
    assert set(by_model(declared, "sampling_error")) == {"logit_mcfadden", "logit_tjur"}
    monkeypatch.setattr(outcomes, "MOST_DRIVERS", 2)
    assert reasons(outcome_rows(sample, setting, 6.0))["logit_tjur"] == ("not_defined", "too_much_work")
    monkeypatch.setattr(outcomes, "DECLARED_WORK", 100)
    assert reasons(outcome_rows(sample, setting, 6.0, "ordered"))["ordered_mcfadden"][1] == "too_much_work"


def test_many_drivers_of_a_declared_type_go_along_sampled_orders(make_sample: Maker, setting: Setting) -> None:
    """Every model of 17 drivers and 300 rows; equal rows and their weights are put together."""
    random = np.random.default_rng(43)
    drivers = random.normal(size=(290, 17)) + random.normal(size=(290, 1))
    outcome = 0.3 * drivers[:, 0] + drivers[:, 1:].sum(1) / 20 + random.normal(size=290)
    scores = np.round(np.column_stack([drivers, outcome]), 3)
    scores[:, -1] = np.clip(np.round(scores[:, -1]), -2, 2) + 2
    scores = np.concatenate([scores, scores[:10]])
    names = (*(f"d{at}" for at in range(17)), "y")
    sample = replace(make_sample(scores), names=names)
    kinds: dict[Any, list[str]] = {
        "binary": ["logit_mcfadden", "logit_tjur"],
        "ordered": ["ordered_mcfadden", "logit_tjur"],
        "count": ["count_mcfadden"],
    }
    for kind, models in kinds.items():
        rows = outcome_rows(sample, setting, 3.0, kind)
        for name in models:
            parts = by_model(rows)[name]
            assert reasons(rows)[name] == ("ok", None)
            assert sum(part["estimate"] for part in parts) == pytest.approx(1)
            errors = by_model(rows, "sampling_error")[name]
            assert [part["term"] for part in errors] == list(names[:-1])
            for part, error in zip(parts, errors, strict=True):
                assert 0 < error["estimate"] < min(0.01, part["std_error"])
    assert reasons(outcome_rows(sample, setting, 3.0))["logit_tjur"][1] == "too_much_work"


def test_more_rows_than_the_work_allows_are_sampled(
    answers: np.ndarray, make_sample: Maker, setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = make_sample(answers)
    exact = outcome_rows(sample, setting, 6.0, "ordered")
    monkeypatch.setattr(outcomes, "MOST_DRIVERS", 2)
    sampled = outcome_rows(sample, setting, 6.0, "ordered")
    pairs = [by_model(rows)["ordered_mcfadden"] for rows in (exact, sampled)]
    errors = by_model(sampled, "sampling_error")["ordered_mcfadden"]
    assert "sampling_error" not in {row["metric"] for row in exact}
    for straight, drawn, error in zip(*pairs, errors, strict=True):
        assert abs(drawn["estimate"] - straight["estimate"]) <= 4 * error["estimate"] + 1e-9
        combined = np.hypot(straight["std_error"], error["estimate"])
        assert drawn["std_error"] == pytest.approx(combined, rel=0.05)


def test_mended_correlations_are_marked(answers: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    low, high = answers[:, 0] < 4, answers[:, 0] > 4
    sample = make_sample(np.column_stack([low, high, low | high, answers[:, -1]]).astype(float))
    assert reasons(outcome_rows(sample, setting, 6.0))["polychoric"] == ("ok", "smoothed")


def test_nothing_explained_is_named(make_sample: Maker, setting: Setting) -> None:
    x = np.array([[1.0], [2.0]] * 30)
    rows = outcome_rows(make_sample(np.column_stack([x, np.repeat([1.0, 5.0, 7.0], 20)])), setting, 6.0)
    assert reasons(rows)["logit_mcfadden"] == ("not_defined", "nothing_explained")


def test_few_answers_leave_parallel_lines_open(answers: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    rows = outcome_rows(make_sample(answers[:30]), setting, 6.0)
    found = by_model(rows, "parallel_lines")["ordered_mcfadden"][0]
    assert (found["state"], found["reason"]) == ("too_few", "few_answers")


def test_a_setting_with_another_level_moves_the_limits(
    answers: np.ndarray, make_sample: Maker, setting: Setting
) -> None:
    wide, narrow = (
        by_model(outcome_rows(make_sample(answers), replace(setting, level=level), 6.0))["logit_mcfadden"][0]
        for level in (0.99, 0.8)
    )
    assert wide["conf_low"] < narrow["conf_low"] < narrow["estimate"] < narrow["conf_high"] < wide["conf_high"]
