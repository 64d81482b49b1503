"""Groups: what is hidden, what is compared, and in which direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipeline.estimates import check, frame
from pipeline.model import Setting
from pipeline.model.compare import group_rows, hidden_levels, panels, slopes
from pipeline.model.effects import holm
from pipeline.model.regression import ols
from pipeline.model.resample import Panel, resample
from pipeline.moments import Moments
from pipeline.sample import Sample
from pipeline.terms import Terms

Maker = Callable[..., Sample]
Rows = list[dict[str, Any]]


def levels(**sizes: int) -> list[str]:
    return [level for level, size in sizes.items() for _ in range(size)]


def grouped(sample: Sample, setting: Setting, draws: int = 400) -> Rows:
    whole = Panel(names=sample.names, columns=sample.scores, rows=np.arange(len(sample.scores)))
    resampled = resample(sample.design, {"scores": whole} | panels(sample, setting), seed=5, draws=draws)
    found = group_rows(resampled, sample, setting)
    check(frame(found))
    return found


def pick(rows: Rows, **keys: Any) -> Rows:
    return [row for row in rows if all(row[key] == value for key, value in keys.items())]


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"u": 100, "v": 100, "w": 40}, set()),
        ({"u": 150, "v": 81, "w": 9}, {"v", "w"}),
        ({"u": 150, "v": 81, "w": 4, "x": 5}, {"v", "w", "x"}),
        ({"u": 150, "v": 75, "w": 8, "x": 7}, {"w", "x"}),
        ({"u": 235, "v": 5}, {"u", "v"}),
        ({"u": 230, "v": 10}, set()),
    ],
)
def test_small_levels_and_what_would_give_them_away_are_hidden(
    scores: np.ndarray, make_sample: Maker, setting: Setting, sizes: dict[str, int], hidden: set[str]
) -> None:
    sample = make_sample(scores, groups={"g": levels(**sizes)})
    assert hidden_levels(sample, sample.groups["g"], setting) == hidden


def test_hidden_levels_show_no_number_at_all(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(scores, groups={"g": levels(u=150, v=81, w=9)})
    rows = grouped(sample, setting)
    for level, reason in (("v", "complementary"), ("w", "small_base")):
        for row in pick(rows, group=f"g={level}"):
            assert (row["state"], row["reason"]) == ("suppressed", reason)
            assert [
                row[key] for key in ("estimate", "std_error", "conf_low", "conf_high", "p_value", "n", "n_eff")
            ] == [None] * 7
    assert not [row for row in rows if row["contrast"]]


def test_a_low_base_is_marked_and_never_compared(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    rows = grouped(make_sample(scores, groups={"g": levels(u=215, v=25)}), setting)
    assert {row["state"] for row in pick(rows, group="g=v")} == {"low_base"}
    assert {row["state"] for row in pick(rows, group="g=u")} == {"ok"}
    assert not [row for row in rows if row["contrast"]]


def test_figures_of_a_level_are_those_of_its_rows(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(scores, groups={"g": levels(u=140, v=100)})
    rows = grouped(sample, setting)
    alone = ols(scores[:140, :-1], scores[:140, -1], sample.drivers)
    found = [row["estimate"] for row in pick(rows, group="g=u", metric="b")]
    np.testing.assert_allclose(found, alone.b[1:], rtol=1e-9)
    assert pick(rows, group="g=u", metric="r2")[0]["estimate"] == pytest.approx(alone.r2, rel=1e-9)
    assert sum(row["estimate"] for row in pick(rows, group="g=u", metric="lmg_share")) == pytest.approx(1)
    assert {row["n"] for row in pick(rows, group="g=v")} == {100}


def test_gaps_are_level_less_reference_and_holm_covers_all_of_them(
    scores: np.ndarray, make_sample: Maker, setting: Setting
) -> None:
    scores[:80, -1] += 1.5 * scores[:80, 2]
    other = ["m", "f"] * 120
    sample = make_sample(scores, groups={"g": levels(u=80, v=80, w=80), "h": other})
    rows = grouped(sample, setting)
    gaps = [row for row in rows if row["contrast"]]
    assert {row["contrast"] for row in gaps} == {"g=v-u", "g=w-u", "h=f-m"}
    values = {(row["metric"], row["group"], row["term"]): row["estimate"] for row in rows if row["group"]}
    for row in gaps:
        variable, _, pair = row["contrast"].partition("=")
        level, reference = (values[row["metric"], f"{variable}={name}", row["term"]] for name in pair.split("-"))
        assert row["estimate"] == pytest.approx(level - reference, rel=1e-9, abs=1e-12)
    c = pick(gaps, contrast="g=v-u", metric="b", term="c")[0]
    assert c["estimate"] == pytest.approx(-1.5, abs=0.5)
    assert c["conf_high"] < 0
    assert c["p_adjusted"] < 0.001
    assert c["n"] == 160
    for metric in ("b", "lmg_share"):
        family = pick(gaps, metric=metric)
        assert len(family) == 9
        by_hand = holm(np.array([row["p_value"] for row in family]))
        np.testing.assert_allclose([row["p_adjusted"] for row in family], by_hand)


def test_a_difference_of_shares_has_the_interval_of_its_own_draws(
    scores: np.ndarray, make_sample: Maker, setting: Setting
) -> None:
    """As wide as the two levels, which hold different people, make it; they sum to nothing over the drivers."""
    scores[:120, -1] += 1.2 * scores[:120, 2]
    rows = grouped(make_sample(scores, groups={"g": levels(u=120, v=120)}), setting, draws=2000)
    gaps = [row for row in pick(rows, metric="lmg_share") if row["contrast"]]
    assert sum(row["estimate"] for row in gaps) == pytest.approx(0, abs=1e-12)
    errors = {(row["group"], row["term"]): row["std_error"] for row in pick(rows, metric="lmg_share", contrast=None)}
    for row in gaps:
        apart = np.hypot(errors["g=u", row["term"]], errors["g=v", row["term"]])
        assert row["std_error"] == pytest.approx(apart, rel=0.1)
        assert row["conf_low"] < row["estimate"] < row["conf_high"]
        assert row["analysis"] == "importance"
    assert pick(gaps, term="c")[0]["p_adjusted"] < 0.01


def test_no_gap_rests_on_a_level_whose_drivers_repeat_each_other(
    scores: np.ndarray, make_sample: Maker, setting: Setting
) -> None:
    scores[:100, 1] = scores[:100, 0]
    rows = grouped(make_sample(scores, groups={"g": levels(u=100, v=70, w=70)}), setting)
    assert {row["state"] for row in pick(rows, group="g=u")} == {"singular"}
    assert not [row for row in rows if row["contrast"]]


def test_a_level_that_answers_alike_says_so(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    scores[:100, 1] = 4.0
    rows = grouped(make_sample(scores, groups={"g": levels(u=100, v=140)}), setting)
    assert {row["state"] for row in pick(rows, group="g=u")} == {"no_variance"}


def test_a_driver_that_hangs_on_one_row_is_not_decomposed(
    scores: np.ndarray, make_sample: Maker, setting: Setting
) -> None:
    """In more than a third of the resamples the one differing row is absent."""
    scores[:100, 1] = 4.0
    scores[0, 1] = 5.0
    rows = grouped(make_sample(scores, groups={"g": levels(u=100, v=140)}), setting)
    assert {row["state"] for row in pick(rows, group="g=u")} == {"singular"}


def test_more_drivers_than_people_is_too_few(make_sample: Maker, setting: Setting) -> None:
    random = np.random.default_rng(3)
    sample = make_sample(random.normal(size=(60, 10)), groups={"g": levels(u=49, v=11)})
    rows = grouped(sample, setting)
    assert {row["state"] for row in pick(rows, group="g=v")} == {"too_few"}


def test_slopes_are_regression_coefficients_in_every_batch(scores: np.ndarray) -> None:
    whole = Moments.of(scores, tuple("abcy"))
    np.testing.assert_allclose(
        slopes(whole, np.asarray(True)), ols(scores[:, :-1], scores[:, -1], tuple("abc")).b[1:], rtol=1e-10
    )
    repeated = Moments.of(np.column_stack([scores[:, 0], scores]), tuple("zabcy"))
    assert np.isnan(slopes(repeated, np.asarray(False))).all()


def test_nothing_to_compare_gives_no_rows(scores: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    assert grouped(make_sample(scores), setting) == []


def test_controls_and_categories_have_no_coefficient_in_a_level(
    scores: np.ndarray, make_sample: Maker, setting: Setting
) -> None:
    random = np.random.default_rng(8)
    region = random.integers(0, 3, len(scores))
    terms = Terms(
        names=("age", "a", "region=n", "region=s", "y"),
        values=np.column_stack(
            [random.normal(size=len(scores)), scores[:, 0], region == 1, region == 2, scores[:, -1]]
        ),
        controls=1,
        players=("a", "region"),
        at=((0,), (1, 2)),
        parents={},
        groups={},
        kinds={"a": "construct", "region": "category"},
    )
    rows = grouped(replace(make_sample(scores, groups={"g": levels(u=120, v=120)}), terms=terms), setting)
    assert {row["term"] for row in pick(rows, metric="b")} == {"a"}
    assert {row["term"] for row in pick(rows, metric="lmg_share")} == {"a", "region"}
    b = pick(rows, metric="b", group="g=u")[0]["estimate"]
    assert b == pytest.approx(ols(terms.x[:120], terms.y[:120], terms.names[:-1]).b[2])
