"""Means, distributions, performance and quadrants; importance rows; missing answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from pipeline.estimates import check, frame
from pipeline.model import Setting
from pipeline.model.description import description_rows, distribution_rows, performance_rows, rescaled
from pipeline.model.drivers import Importance, decompose, importance_rows
from pipeline.model.effects import fit, overlap_rows, regression_rows
from pipeline.model.resample import Panel, Resampled, resample
from pipeline.sample import Sample
from pipeline.specs import Scale

Maker = Callable[..., Sample]


def drawn(sample: Sample, columns: np.ndarray | None = None, draws: int = 500) -> Resampled:
    columns = sample.scores if columns is None else columns
    panel = Panel(names=sample.names, columns=columns, rows=np.arange(len(columns)))
    return resample(sample.design, {"scores": panel}, seed=4, draws=draws)["scores"]


def keyed(rows: Iterable[dict[str, Any]]) -> dict[tuple[Any, ...], Any]:
    rows = list(rows)
    check(frame(rows))
    return {(row["metric"], row["term"], row["contrast"]): row for row in rows}


def importance(sample: Sample) -> Importance:
    found = decompose(drawn(sample))
    assert isinstance(found, Importance)
    return found


def test_means_and_correlations(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(scores)
    found = keyed(description_rows(drawn(sample), drawn(sample, (scores > 0).astype(float)), sample, setting))
    assert found["mean", "b", None]["estimate"] == pytest.approx(scores[:, 1].mean())
    assert found["mean", "b", None]["std_error"] == pytest.approx(scores[:, 1].std() / np.sqrt(240), rel=0.15)
    assert found["sd", "y", None]["estimate"] == pytest.approx(scores[:, 3].std(ddof=1))
    assert found["r", "y", "with:a"]["estimate"] == pytest.approx(np.corrcoef(scores[:, 3], scores[:, 0])[0, 1])
    assert found["top2box", "a", None]["estimate"] == pytest.approx((scores[:, 0] > 0).mean())
    assert sum(key[0] == "r" for key in found) == 6


def test_shares_of_answers_pool_items_and_skip_blanks(make_sample: Maker, setting: Setting, scores: np.ndarray) -> None:
    answers = np.tile([[1.0, 2.0], [3.0, np.nan], [3.0, 1.0], [2.0, 3.0]], (60, 1))
    sample = make_sample(scores, items=dict.fromkeys("abcy", answers))
    found = keyed(distribution_rows(sample, dict.fromkeys("abcy", Scale(points=3)), setting))
    shares = [found["share_of_answers", "a", f"answer:{value}"]["estimate"] for value in (1, 2, 3)]
    np.testing.assert_allclose(shares, [2 / 7, 2 / 7, 3 / 7])


def test_shares_of_answers_are_weighted(
    make_sample: Maker, make_design: Any, setting: Setting, scores: np.ndarray
) -> None:
    answers = np.where(np.arange(240) < 120, 1.0, 2.0)[:, None]
    design = make_design(240, np.where(np.arange(240) < 120, 3.0, 1.0))
    sample = make_sample(scores, items=dict.fromkeys("abcy", answers), design=design)
    found = keyed(distribution_rows(sample, dict.fromkeys("abcy", Scale(points=2)), setting))
    assert found["share_of_answers", "a", "answer:1"]["estimate"] == pytest.approx(0.75)


def test_performance_uses_the_declared_ends_of_the_scale() -> None:
    scales = [Scale(points=7), Scale(points=11, start=0)]
    np.testing.assert_allclose(rescaled(np.array([[4.0, 5.0], [7.0, 0.0]]), scales), [[50, 50], [100, 0]])


def test_quadrants_share_out_every_resample(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(scores * 0.3 + 4 + np.array([0.5, 0, -0.5, 0]))
    found = keyed(performance_rows(importance(sample), drawn(sample), sample, [Scale(points=7)] * 3, setting))
    for name in "abc":
        quadrants = {key: found["prob_quadrant", name, key]["estimate"] for key in ("fix", "keep", "low", "overkill")}
        assert sum(quadrants.values()) == pytest.approx(1)
        assert quadrants["fix"] + quadrants["keep"] == pytest.approx(found["prob_important", name, None]["estimate"])
        assert quadrants["fix"] + quadrants["low"] == pytest.approx(found["prob_rated_low", name, None]["estimate"])
    assert found["prob_rated_low", "c", None]["estimate"] == 1
    assert found["prob_important", "a", None]["estimate"] > 0.95
    average = np.mean([found["performance", name, None]["estimate"] for name in "abc"])
    assert found["performance", None, None]["estimate"] == pytest.approx(average)


def test_importance_rows_agree_with_each_other(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(scores)
    part = importance(sample)
    found = keyed(importance_rows(part, sample.everyone, setting))
    r2 = found["r2", None, None]["estimate"]
    for metric in ("lmg", "relative_weights"):
        raw = [found[metric, name, None]["estimate"] for name in "abc"]
        share = [found[f"{metric}_share", name, None]["estimate"] for name in "abc"]
        assert sum(raw) == pytest.approx(r2)
        np.testing.assert_allclose(np.array(raw) / r2, share)
    assert [found["rank", name, None]["estimate"] for name in "abc"] == [1, 2, 3]
    assert sum(found["prob_rank_1", name, None]["estimate"] for name in "abc") == pytest.approx(1)
    for one, other in (("a", "b"), ("b", "c"), ("a", "c")):
        both = (
            found["prob_above", one, f"above:{other}"]["estimate"]
            + found["prob_above", other, f"above:{one}"]["estimate"]
        )
        assert both == pytest.approx(1)
    for name in "abc":
        low, rank, high = (found[key, name, None]["estimate"] for key in ("rank_low", "rank", "rank_high"))
        assert low <= rank <= high
        row = found["lmg_share", name, None]
        assert 0 <= row["conf_low"] < row["estimate"] < row["conf_high"] <= 1


def test_regression_and_overlap_rows(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(scores)
    moments = drawn(sample).point
    model = fit(sample)
    found = keyed(
        [*regression_rows(model, moments, sample, setting), *overlap_rows(moments.correlations, sample, setting)]
    )
    b, beta = found["b", "a", None], found["beta", "a", None]
    ratio = scores[:, 0].std() / scores[:, 3].std()
    assert beta["estimate"] == pytest.approx(b["estimate"] * ratio)
    assert beta["p_value"] == b["p_value"]
    assert beta["conf_high"] == pytest.approx(b["conf_high"] * ratio)
    assert b["p_adjusted"] >= b["p_value"]
    assert found["b", "intercept", None]["p_adjusted"] is None
    assert (found["df_model", None, None]["estimate"], found["df_residual", None, None]["estimate"]) == (3, 236)
    assert found["vif", "a", None]["estimate"] > 1
    values = np.linalg.eigvalsh(np.corrcoef(scores[:, :3], rowvar=False))
    assert found["condition_index", None, None]["estimate"] == pytest.approx(np.sqrt(values[-1] / values[0]))


def test_nothing_explained_is_nothing_to_share(make_sample: Maker) -> None:
    corners = np.array([[a, b, y] for a in (1.0, 9) for b in (1.0, 9) for y in (2.0, 8)] * 5)
    assert decompose(drawn(make_sample(corners))) == "singular"
