"""Correction for unreliable measurement: Spearman's arithmetic, nearer to the truth, and what cannot be corrected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pipeline.model import Setting
from pipeline.model.importance import METHODS
from pipeline.model.reliability import alpha
from pipeline.model.resample import Panel, Resampled, resample
from pipeline.model.robustness.disattenuation import disattenuated, disattenuated_rows, possible
from pipeline.sample import Sample


def measured(seed: int, n: int, noise: tuple[float, ...], k: int = 3) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """True scores (n, 4), outcome last, and k items of each construct with errors of these sizes."""
    random = np.random.default_rng(seed)
    drivers = random.normal(size=(n, 3)) + 0.7 * random.normal(size=(n, 1))
    truth = np.column_stack([drivers, drivers @ [0.6, 0.3, 0.1] + random.normal(size=n)])
    items = {
        name: truth[:, [at]] + noise[at] * random.normal(size=(n, k)) for at, name in enumerate(("a", "b", "c", "y"))
    }
    return truth, items


def resampled(sample: Sample, draws: int = 200) -> dict[str, Resampled]:
    panels = {"scores": Panel(names=sample.names, columns=sample.scores, rows=np.arange(len(sample.scores)))}
    for name, answers in sample.items.items():
        if answers.shape[1] > 1:
            names = tuple(map(str, range(answers.shape[1])))
            panels[f"items:{name}"] = Panel(names=names, columns=answers, rows=np.arange(len(answers)))
    return resample(sample.design, panels, seed=1, draws=draws)


def table(rows: list[dict[str, Any]], metric: str) -> dict[str | None, dict[str, Any]]:
    return {row["term"]: row for row in rows if row["metric"] == metric}


def test_by_hand() -> None:
    r = np.array([[1.0, 0.3, 0.4], [0.3, 1.0, 0.2], [0.4, 0.2, 1.0]])
    corrected = disattenuated(r, np.array([0.64, 0.81, 0.49]))
    assert corrected[0, 1] == pytest.approx(0.3 / (0.8 * 0.9))
    assert corrected[0, 2] == pytest.approx(0.4 / (0.8 * 0.7))
    assert corrected[1, 2] == pytest.approx(0.2 / (0.9 * 0.7))
    assert (np.diag(corrected) == 1).all()


def test_what_is_no_correlation_matrix() -> None:
    r = np.array([[1.0, 0.7, 0.4], [0.7, 1.0, 0.2], [0.4, 0.2, 1.0]])
    assert possible(disattenuated(r, np.array([0.9, 0.9, 0.9])))
    assert not possible(disattenuated(r, np.array([0.5, 0.7, 0.9])))
    assert not possible(disattenuated(r, np.array([0.9, 0.9, 0.1])))
    assert not possible(disattenuated(r, np.array([-0.2, 0.9, 0.9])))


def test_corrected_shares_are_nearer_to_the_truth(make_sample: Callable[..., Sample], setting: Setting) -> None:
    truth, items = measured(4, 3000, (1.6, 0.3, 0.3, 0.5))
    r = np.corrcoef(truth, rowvar=False)
    true = METHODS["lmg"](r[:-1, :-1], r[:-1, -1])
    sample = make_sample(np.column_stack([items[name].mean(1) for name in "abcy"]), items=items)
    observed = np.corrcoef(sample.scores, rowvar=False)
    raw = METHODS["lmg"](observed[:-1, :-1], observed[:-1, -1])
    rows = disattenuated_rows(resampled(sample), sample, {}, setting)
    shares = table(rows, "lmg_share")
    corrected = np.array([shares[name]["estimate"] for name in "abc"])
    assert np.abs(raw / raw.sum() - true / true.sum()).max() > 0.05
    assert np.abs(corrected - true / true.sum()).max() < 0.02
    assert table(rows, "r2")[None]["estimate"] == pytest.approx(true.sum(), abs=0.03)
    assert all(row["conf_low"] < row["estimate"] < row["conf_high"] for row in shares.values())


def test_alpha_of_every_draw_is_used(make_sample: Callable[..., Sample], setting: Setting) -> None:
    _, items = measured(5, 300, (1.0, 1.0, 1.0, 1.0))
    sample = make_sample(np.column_stack([items[name].mean(1) for name in "abcy"]), items=items)
    panels = resampled(sample)
    used = table(disattenuated_rows(panels, sample, {}, setting), "reliability_used")
    drawn = alpha(panels["items:a"].draws.cov)
    assert used["a"]["estimate"] == pytest.approx(alpha(panels["items:a"].point.cov))
    assert used["a"]["conf_low"] == pytest.approx(np.quantile(drawn, 0.025))
    known = {name: float(used[name]["estimate"]) for name in "abcy"}
    fixed = disattenuated_rows(panels, sample, known, setting)
    free = disattenuated_rows(panels, sample, {}, setting)
    assert table(fixed, "lmg_share")["a"]["estimate"] == pytest.approx(table(free, "lmg_share")["a"]["estimate"])
    assert table(fixed, "lmg_share")["a"]["std_error"] != table(free, "lmg_share")["a"]["std_error"]
    assert table(fixed, "reliability_used")["a"]["conf_low"] is None


def test_single_items_keep_one_unless_declared(
    make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting
) -> None:
    sample = make_sample(scores)
    r = np.corrcoef(scores, rowvar=False)
    raw = METHODS["lmg"](r[:-1, :-1], r[:-1, -1])
    rows = disattenuated_rows(resampled(sample), sample, {}, setting)
    assert {row["reason"] for row in table(rows, "reliability_used").values()} == {"one_item"}
    assert table(rows, "lmg_share")["a"]["estimate"] == pytest.approx(raw[0] / raw.sum())
    rows = disattenuated_rows(resampled(sample), sample, {"a": 0.7}, setting)
    corrected = disattenuated(r, np.array([0.7, 1, 1, 1]))
    wanted = METHODS["lmg"](corrected[:-1, :-1], corrected[:-1, -1])
    assert table(rows, "lmg_share")["a"]["estimate"] == pytest.approx(wanted[0] / wanted.sum())
    assert table(rows, "reliability_used")["a"]["estimate"] == 0.7


def test_items_without_a_panel_are_unknown(
    make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting
) -> None:
    answers = np.full((len(scores), 2), np.nan)
    answers[:5] = 1.0
    sample = make_sample(scores, items={"a": answers})
    panels = {name: one for name, one in resampled(sample).items() if name == "scores"}
    used = table(disattenuated_rows(panels, sample, {}, setting), "reliability_used")
    assert (used["a"]["state"], used["a"]["reason"]) == ("not_defined", "small_base")


def test_too_much_correction_is_said(make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting) -> None:
    sample = make_sample(scores)
    rows = disattenuated_rows(resampled(sample), sample, {"y": 0.2}, setting)
    shares = [*table(rows, "lmg_share").values(), *table(rows, "r2").values()]
    assert {(row["state"], row["reason"]) for row in shares} == {("singular", "overcorrected")}


def test_a_correction_that_resamples_do_not_bear_has_no_interval(
    make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting
) -> None:
    sample = make_sample(scores)
    explained = np.linalg.lstsq(scores[:, :-1] - scores[:, :-1].mean(0), scores[:, -1] - scores[:, -1].mean())[1]
    just = 1.02 * (1 - float(explained[0]) / (scores[:, -1].var() * len(scores)))
    rows = disattenuated_rows(resampled(sample), sample, {"y": just}, setting)
    figures = [*table(rows, "lmg_share").values(), table(rows, "r2")[None]]
    assert {(row["state"], row["reason"], row["conf_low"]) for row in figures} == {("ok", "unsteady", None)}
    assert sum(row["estimate"] for row in figures[:-1]) == pytest.approx(1)
    assert 0.9 < figures[-1]["estimate"] < 1


def test_items_that_do_not_hang_together(make_sample: Callable[..., Sample], setting: Setting) -> None:
    _, items = measured(6, 200, (0.5, 0.5, 0.5, 0.5), k=2)
    items["a"] = np.column_stack([items["a"][:, 0], -items["a"][:, 1]]) + np.random.default_rng(1).normal(size=(200, 2))
    sample = make_sample(np.column_stack([items[name].mean(1) for name in "abcy"]), items=items)
    rows = disattenuated_rows(resampled(sample), sample, {}, setting)
    assert table(rows, "reliability_used")["a"]["estimate"] < 0
    assert table(rows, "lmg_share")["b"]["reason"] == "overcorrected"
    flat = make_sample(sample.scores, items=items | {"a": np.ones((200, 2))})
    rows = disattenuated_rows(resampled(flat), flat, {}, setting)
    assert table(rows, "reliability_used")["a"]["state"] == "no_variance"
