"""The halo audit: within and between respondents add up, and centring gives back what a halo takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pipeline.model import Setting
from pipeline.model.importance import METHODS
from pipeline.model.resample import Panel, Resampled, resample
from pipeline.model.robustness.halo import between_share, halo_panels, halo_rows
from pipeline.moments import Moments
from pipeline.sample import Sample
from pipeline.weight import Design


def stacked(people: int, brands: int, halo: float, seed: int = 3, p: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """(people · brands, p + 1) scores and their respondent; one general impression of a person colours all."""
    random = np.random.default_rng(seed)
    respondent = np.repeat(np.arange(people), brands)
    general = halo * random.normal(size=people)[respondent, None]
    drivers = random.normal(size=(len(respondent), p)) + 0.4 * random.normal(size=(len(respondent), 1))
    effects = np.array([0.5, 0.35, 0.25, 0.0, 0.0])[:p]
    outcome = drivers @ effects + random.normal(size=len(respondent))
    return np.column_stack([drivers, outcome]) + general, respondent


def resampled(sample: Sample, draws: int = 200) -> dict[str, Resampled]:
    panels = {"scores": Panel(names=sample.names, columns=sample.scores, rows=np.arange(len(sample.scores)))}
    return resample(sample.design, {**panels, **halo_panels(sample)}, seed=1, draws=draws)


def estimates(rows: list[dict[str, Any]], metric: str) -> dict[tuple[str | None, str | None], Any]:
    return {(row["term"], row["contrast"]): row["estimate"] for row in rows if row["metric"] == metric}


@pytest.fixture
def haloed(make_sample: Callable[..., Sample], make_design: Callable[..., Design]) -> Sample:
    scores, respondent = stacked(500, 4, halo=1.2)
    return make_sample(scores, design=make_design(len(scores), unit=respondent), respondent=respondent)


def test_centring_gives_back_what_the_halo_takes(haloed: Sample, setting: Setting) -> None:
    clean = np.corrcoef(stacked(20000, 1, halo=0.0, seed=9)[0], rowvar=False)
    true = METHODS["lmg"](clean[:-1, :-1], clean[:-1, -1])
    true = true / true.sum()
    r = np.corrcoef(haloed.scores, rowvar=False)
    pooled = METHODS["lmg"](r[:-1, :-1], r[:-1, -1])
    pooled = pooled / pooled.sum()
    within = estimates(halo_rows(resampled(haloed), haloed, setting), "lmg_share")
    found = np.array([within[name, "part:within"] for name in haloed.drivers])
    assert pooled[0] < true[0] - 0.1
    assert pooled[3:].min() > true[3:].max() + 0.05
    assert found == pytest.approx(true, abs=0.05)


def test_first_eigenvalue_tells_the_parts_apart(haloed: Sample, setting: Setting) -> None:
    found = estimates(halo_rows(resampled(haloed), haloed, setting), "first_eigenvalue")
    values = np.linalg.eigvalsh(np.corrcoef(haloed.scores[:, :-1], rowvar=False))
    assert found[None, "part:total"] == pytest.approx(values[-1] / values.sum())
    assert found[None, "part:within"] < found[None, "part:total"] < found[None, "part:between"]


def test_both_parts_add_up_to_the_whole(make_sample: Callable[..., Sample], make_design: Callable[..., Design]) -> None:
    scores, respondent = stacked(60, 3, halo=0.8)
    keep = np.random.default_rng(2).random(len(scores)) < 0.7
    scores, respondent = scores[keep], respondent[keep]
    weight = np.random.default_rng(3).uniform(0.5, 2.0, len(scores))
    unit = np.unique(respondent, return_inverse=True)[1]
    design = make_design(len(scores), unit=unit, weight=weight)
    sample = make_sample(scores, design=design, respondent=respondent)
    total = Moments.of(scores, sample.names, weight).products
    parts = [
        Moments.of(panel.columns, panel.names, weight[panel.rows]).products for panel in halo_panels(sample).values()
    ]
    assert parts[0] + parts[1] == pytest.approx(total, rel=1e-9)
    within = halo_panels(sample)["halo:within"]
    assert (np.bincount(unit)[unit[within.rows]] > 1).all()
    sums = [np.bincount(unit[within.rows], weight[within.rows] * column) for column in within.columns.T]
    assert np.abs(sums).max() < 1e-9


def anova_icc(values: np.ndarray, brands: int) -> float:
    """ICC(1) from the mean squares of a one-way analysis of variance with equal groups."""
    table = values.reshape(-1, brands)
    between = brands * table.mean(1).var(ddof=1)
    within = table.var(axis=1, ddof=1).mean()
    return float((between - within) / (between + (brands - 1) * within))


def test_between_share_is_the_intraclass_correlation(haloed: Sample) -> None:
    person = haloed.respondent
    found = between_share(haloed.scores, np.ones(len(person)), person)
    wanted = [anova_icc(column, 4) for column in haloed.scores.T]
    assert found == pytest.approx(wanted, rel=1e-10)


def test_between_share_under_weights_equals_repeated_people() -> None:
    scores, respondent = stacked(400, 3, halo=1.0)
    twice = np.concatenate([scores, scores[respondent < 150]])
    people = np.concatenate([respondent, respondent[respondent < 150] + 1000])
    repeated = between_share(twice, np.ones(len(people)), np.unique(people, return_inverse=True)[1])
    weighted = between_share(scores, np.where(respondent < 150, 2.0, 1.0), respondent)
    assert weighted == pytest.approx(repeated, rel=5e-3)


def test_between_share_without_people_is_none() -> None:
    random = np.random.default_rng(1)
    values = np.column_stack([random.normal(size=300), np.ones(300)])
    found = between_share(values, np.ones(300), np.repeat(np.arange(100), 3))
    assert found[0] < 0.1
    assert np.isnan(found[1])


def test_a_sample_of_single_rows_has_only_the_total(
    make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting
) -> None:
    sample = make_sample(scores)
    assert halo_panels(sample) == {}
    rows = halo_rows(resampled(sample), sample, setting)
    assert [(row["metric"], row["contrast"]) for row in rows] == [("first_eigenvalue", "part:total")]


def test_a_driver_that_never_differs_within_a_person_has_a_state(
    make_sample: Callable[..., Sample], make_design: Callable[..., Design], setting: Setting
) -> None:
    scores, respondent = stacked(80, 3, halo=0.5)
    scores[:, 1] = np.random.default_rng(4).integers(1, 8, 80)[respondent]
    sample = make_sample(scores, design=make_design(len(scores), unit=respondent), respondent=respondent)
    rows = halo_rows(resampled(sample), sample, setting)
    within = [row for row in rows if row["contrast"] == "part:within"]
    assert {row["state"] for row in within} == {"no_variance"}
    between = [row for row in rows if row["contrast"] == "part:between"]
    assert {row["state"] for row in between} == {"ok"}
    assert estimates(rows, "between_share")["b", None] == pytest.approx(1.0)


def test_a_flat_rating_has_no_between_share(
    make_sample: Callable[..., Sample], make_design: Callable[..., Design], setting: Setting
) -> None:
    scores, respondent = stacked(40, 2, halo=0.5)
    scores[:, 2] = 4.0
    sample = make_sample(scores, design=make_design(len(scores), unit=respondent), respondent=respondent)
    rows = halo_rows(resampled(sample), sample, setting)
    assert {row["term"] for row in rows if row["metric"] == "between_share" and row["state"] == "no_variance"} == {"c"}
