"""BCa on request: only the intervals change, and they are those of `limits`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.estimates import check, frame
from pipeline.model import Setting, accelerated
from pipeline.model.accelerated import accelerated as exchange
from pipeline.model.drivers import Importance, decompose, importance_rows
from pipeline.model.jackknife import acceleration, influence, share_of
from pipeline.model.players import Structure
from pipeline.model.resample import Panel, limits, resample
from pipeline.sample import Sample


@pytest.fixture
def sample(make_sample: Callable[..., Sample]) -> Sample:
    random = np.random.default_rng(3)
    x = random.gamma(2, size=(300, 3))
    return make_sample(np.column_stack([x, x @ [0.8, 0.5, 0.3] + 2 * random.normal(size=300)]))


def panel(sample: Sample) -> Panel:
    return Panel(names=sample.names, columns=sample.scores, rows=np.arange(len(sample.scores)))


@pytest.fixture
def importance(sample: Sample) -> Importance:
    found = decompose(resample(sample.design, {"all": panel(sample)}, seed=2, draws=800)["all"])
    assert isinstance(found, Importance)
    return found


def test_only_intervals_of_importance_are_exchanged(sample: Sample, importance: Importance, setting: Setting) -> None:
    before = importance_rows(importance, sample.everyone, setting)
    after = list(exchange(before, importance, sample, setting))
    check(frame(after))
    moved = 0
    for old, new in zip(before, after, strict=True):
        kept = {key for key in old if key not in ("conf_low", "conf_high")}
        assert {key: old[key] for key in kept} == {key: new[key] for key in kept}
        moved += old["conf_low"] != new["conf_low"]
    assert moved >= 2 * 3 * 6


def test_the_interval_of_a_share_is_bca(sample: Sample, importance: Importance, setting: Setting) -> None:
    rows = exchange(importance_rows(importance, sample.everyone, setting), importance, sample, setting)
    found = {row["term"]: row for row in rows if row["metric"] == "lmg_share"}
    rate = acceleration(
        influence(share_of(Structure.plain(sample.drivers)), panel(sample), sample.design), sample.design
    )
    point, draws = importance.share()
    low, high = limits(draws, point, 0.95, "bca", rate)
    np.testing.assert_allclose([found[name]["conf_low"] for name in sample.drivers], low, rtol=1e-9)
    np.testing.assert_allclose([found[name]["conf_high"] for name in sample.drivers], high, rtol=1e-9)


def test_with_many_drivers_they_are_bias_corrected(
    sample: Sample, importance: Importance, setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accelerated, "MOST_DRAWN", 2)
    rows = exchange(importance_rows(importance, sample.everyone, setting), importance, sample, setting)
    found = {row["term"]: row for row in rows if row["metric"] == "lmg_share"}
    low, _ = limits(importance.share()[1], importance.share()[0], 0.95, "corrected")
    np.testing.assert_allclose([found[name]["conf_low"] for name in sample.drivers], low)
