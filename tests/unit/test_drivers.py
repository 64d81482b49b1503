"""Rows of importance, dominance, commonality and groups; what is not there says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from pipeline.estimates import check, frame
from pipeline.model import Setting
from pipeline.model.dominance import commonality_rows, dominance_rows
from pipeline.model.drivers import Importance, decompose, importance_rows, player_group_rows
from pipeline.model.importance import INFERRED, METHODS
from pipeline.model.players import Structure
from pipeline.model.resample import Panel, Resampled, resample
from pipeline.sample import Sample

Maker = Callable[..., Sample]
Rows = dict[tuple[Any, ...], Any]


@pytest.fixture
def six() -> np.ndarray:
    """(300, 7) six drivers that overlap, and an outcome of the first three."""
    random = np.random.default_rng(31)
    drivers = random.normal(size=(300, 6)) + random.normal(size=(300, 1))
    return np.column_stack([drivers, drivers @ [0.8, 0.5, 0.3, 0, 0, 0] + 2 * random.normal(size=300)])


def drawn(sample: Sample, draws: int = 300) -> Resampled:
    panel = Panel(names=sample.names, columns=sample.scores, rows=np.arange(len(sample.scores)))
    return resample(sample.design, {"scores": panel}, seed=4, draws=draws)["scores"]


def keyed(rows: Iterable[dict[str, Any]]) -> Rows:
    rows = list(rows)
    check(frame(rows))
    return {(row["metric"], row["term"], row["contrast"]): row for row in rows}


def decomposed(resampled: Resampled, **options: Any) -> Importance:
    found = decompose(resampled, **options)
    assert isinstance(found, Importance)
    return found


def figures(found: Rows, metric: str, names: Iterable[str], contrast: str | None = None) -> np.ndarray:
    return np.array([found[metric, name, contrast]["estimate"] for name in names])


def test_every_metric_has_raw_figures_and_shares(six: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(six)
    found = keyed(importance_rows(decomposed(drawn(sample)), sample.everyone, setting))
    for metric in METHODS:
        raw, share = figures(found, metric, "abcdef"), figures(found, f"{metric}_share", "abcdef")
        np.testing.assert_allclose(share, raw / raw.sum())
        limits = found[f"{metric}_share", "a", None]["conf_low"]
        assert (limits is not None) == (metric in INFERRED)
    assert ("r2_controls", None, None) not in found


def test_places_come_from_the_resamples(six: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(six)
    part = decomposed(drawn(sample))
    found = keyed(importance_rows(part, sample.everyone, setting))
    assert figures(found, "prob_rank_1", "abcdef").sum() == pytest.approx(1)
    for count in (2, 3):
        assert figures(found, "prob_top", "abcdef", f"top:{count}").sum() == pytest.approx(count)
    for metric in INFERRED:
        first = "abcdef"[int(np.argmax(part.point[metric]))]
        behind = [name for name in "abcdef" if ("prob_behind_first", name, f"metric:{metric}") in found]
        assert behind == [name for name in "abcdef" if name != first]
    ahead = found["prob_behind_first", "b", "metric:lmg"]["estimate"]
    assert ahead == pytest.approx((part.draws["lmg"][:, 0] > part.draws["lmg"][:, 1]).mean())


def test_two_drivers_have_no_first_two_and_one_driver_has_no_rival(
    six: np.ndarray, make_sample: Maker, setting: Setting
) -> None:
    two, one = make_sample(six[:, [0, 1, 6]]), make_sample(six[:, [0, 6]])
    found = keyed(importance_rows(decomposed(drawn(two)), two.everyone, setting))
    assert not any(key[0] == "prob_top" for key in found)
    alone = keyed(importance_rows(decomposed(drawn(one)), one.everyone, setting))
    assert {alone[f"{metric}_share", "a", None]["estimate"] for metric in METHODS} == {1.0}
    assert not any(key[0] in ("prob_above", "prob_behind_first") for key in alone)


def test_controls_are_explained_first(six: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(six)
    structure = Structure(players=("c", "d", "e", "f"), columns=((0,), (1,), (2,), (3,)), controls=2)
    part = decomposed(drawn(sample), structure=structure)
    found = keyed(importance_rows(part, sample.everyone, setting))
    plain = np.corrcoef(six, rowvar=False)
    before = plain[:2, -1] @ np.linalg.solve(plain[:2, :2], plain[:2, -1])
    assert found["r2_controls", None, None]["estimate"] == pytest.approx(before)
    assert found["r2", None, None]["estimate"] == pytest.approx(before + figures(found, "lmg", "cdef").sum())
    assert figures(found, "lmg_share", "cdef").sum() == pytest.approx(1)


def test_metrics_that_do_not_exist_for_the_players_say_so(
    six: np.ndarray, make_sample: Maker, setting: Setting
) -> None:
    sample = make_sample(six)
    several = Structure(players=("m", "n"), columns=((0, 1, 2), (3, 4, 5)))
    found = keyed(importance_rows(decomposed(drawn(sample), structure=several), sample.everyone, setting))
    assert {metric for metric in METHODS if found[metric, "m", None]["state"] == "ok"} == {
        "lmg",
        "first",
        "last",
        "kruskal",
    }
    assert found["car_share", "m", None]["reason"] == "several_columns"
    waiting = Structure(
        players=tuple("abcdef"), columns=tuple((at,) for at in range(6)), parents={5: (0, 1)}, groups={"g": (0, 1)}
    )
    found = keyed(importance_rows(decomposed(drawn(sample), structure=waiting), sample.everyone, setting))
    assert {metric for metric in METHODS if found[metric, "a", None]["state"] == "ok"} == {"lmg"}
    rest = keyed(dominance_rows(drawn(sample).point.correlations, waiting, sample, setting))
    rest |= keyed(commonality_rows(decomposed(drawn(sample)), drawn(sample), waiting, sample, setting))
    assert {row["reason"] for row in rest.values()} == {"interaction"}
    groups = keyed(player_group_rows(drawn(sample), waiting, sample, setting))
    assert groups["lmg", "g", None]["state"] == "ok"
    assert groups["owen", "a", None]["reason"] == "interaction"


def test_groups_that_wait_for_each_other_have_no_order(six: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(six)
    circle = Structure(
        players=tuple("abcdef"),
        columns=tuple((at,) for at in range(6)),
        parents={2: (0, 1), 3: (0, 1)},
        groups={"g": (0, 2), "h": (1, 3)},
    )
    found = keyed(player_group_rows(drawn(sample), circle, sample, setting))
    assert {row["reason"] for row in found.values()} == {"interaction"}


def test_dominance_rows(six: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(six)
    plain = Structure.plain(tuple("abcdef"))
    found = keyed(dominance_rows(drawn(sample).point.correlations, plain, sample, setting))
    part = decomposed(drawn(sample))
    for at, name in enumerate("abcdef"):
        sizes = [found["conditional_dominance", name, f"size:{size}"]["estimate"] for size in range(6)]
        np.testing.assert_allclose(
            [sizes[0], sizes[-1], np.mean(sizes)], [part.point[m][at] for m in ("first", "last", "lmg")]
        )
    both = [found["complete_dominance", one, f"above:{other}"]["estimate"] for one, other in ("ab", "ba")]
    assert sum(both) == pytest.approx(1)
    assert dominance_rows(np.eye(2), Structure.plain(("a",)), sample, setting) == []


def test_commonality_rows_add_up_to_first(six: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(six)
    resampled = drawn(sample)
    part = decomposed(resampled)
    for groups in ({}, {"g": (0, 1, 3), "h": (2,)}):
        structure = Structure(players=tuple("abcdef"), columns=tuple((at,) for at in range(6)), groups=groups)
        found = keyed(commonality_rows(part, resampled, structure, sample, setting))
        parts = [metric for metric in ("unique", "shared_within", "shared_across") if (metric, "a", None) in found]
        assert len(parts) == (3 if groups else 2)
        total = sum(figures(found, metric, "abcdef") for metric in parts)
        np.testing.assert_allclose(total, part.point["first"])
        assert found["unique", "a", None]["conf_low"] < found["unique", "a", None]["estimate"]
        if groups:
            assert found["shared_within", "c", None]["estimate"] == pytest.approx(0, abs=1e-12)
            assert found["shared_within", "a", None]["std_error"] > 0


def test_group_rows_share_out_what_the_groups_get(six: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    sample = make_sample(six)
    structure = Structure(
        players=tuple("abcdef"), columns=tuple((at,) for at in range(6)), groups={"g": (0, 3), "h": (1, 2, 4)}
    )
    found = keyed(player_group_rows(drawn(sample), structure, sample, setting))
    owen = figures(found, "owen", "abcdef")
    np.testing.assert_allclose([owen[[0, 3]].sum(), owen[[1, 2, 4]].sum(), owen[5]], figures(found, "lmg", "ghf"))
    assert figures(found, "prob_rank_1", "ghf").sum() == pytest.approx(1)
    assert sorted(figures(found, "rank", "ghf")) == [1, 2, 3]
    assert figures(found, "owen_share", "abcdef").sum() == pytest.approx(1)
    assert all(found[metric, "a", None]["conf_high"] for metric in ("owen", "owen_share"))


def test_exact_duplicates_are_refused_unless_they_are_to_be_shown(
    six: np.ndarray, make_sample: Maker, setting: Setting
) -> None:
    sample = make_sample(np.column_stack([six[:, 0], six[:, :2], six[:, -1]]))
    resampled = drawn(sample)
    assert decompose(resampled) == "singular"
    part = decomposed(resampled, floor=0.0)
    for metric in ("lmg", "first", "kruskal", "relative_weights", "betasq", "pratt", "car"):
        assert part.point[metric][0] == pytest.approx(part.point[metric][1], rel=1e-4), metric
    assert part.point["last"][:2].max() < 1e-6
    single = np.corrcoef(six[:, [0, 1, 6]], rowvar=False)
    assert part.r2 == pytest.approx(single[:2, -1] @ np.linalg.solve(single[:2, :2], single[:2, -1]), rel=1e-6)
    for metric in ("lmg", "pratt", "relative_weights", "car"):
        assert part.point[metric].sum() == pytest.approx(part.r2, rel=1e-5)
    keyed(importance_rows(part, sample.everyone, setting))
    structure = Structure(players=tuple("abc"), columns=((0,), (1,), (2,)), groups={"g": (0, 1)})
    found = keyed(dominance_rows(resampled.point.correlations, structure, sample, setting))
    found |= keyed(commonality_rows(part, resampled, structure, sample, setting))
    found |= keyed(player_group_rows(resampled, structure, sample, setting))
    assert found["complete_dominance", "a", "above:b"]["estimate"] == pytest.approx(0.5)
    assert found["shared_within", "a", None]["estimate"] > 0.01
    np.testing.assert_allclose(figures(found, "owen", "ab"), found["lmg", "g", None]["estimate"] / 2, rtol=1e-4)


def test_shares_of_nothing_are_named(six: np.ndarray, make_sample: Maker, setting: Setting) -> None:
    """Every driver twice: nobody has anything of his own, so there are no shares of it."""
    sample = make_sample(np.column_stack([six[:, [0, 0]], six[:, -1]]))
    part = decomposed(drawn(sample), floor=0.0)
    nothing = Importance(
        drivers=part.drivers,
        point=part.point | {"last": np.zeros(2)},
        draws=part.draws,
        r2=part.r2,
        r2_draws=part.r2_draws,
    )
    found = keyed(importance_rows(nothing, sample.everyone, setting))
    assert found["last_share", "a", None]["reason"] == "nothing_to_share"
    assert found["last", "a", None]["estimate"] == 0
