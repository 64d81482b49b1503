"""Weighting: properties of the adjusted weights, what a study may ask for, and what reaches the rows of the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import analyse, load
from pipeline.calibrated import calibrated
from pipeline.checkup import check
from pipeline.errors import AnalysisRefused, DataError, DefinitionError, WhybuyError
from pipeline.ingest import read
from pipeline.model import Setting
from pipeline.model.resample import Panel, factors, resample
from pipeline.model.weighted import weighting_rows
from pipeline.report.html import page
from pipeline.report.results import build
from pipeline.report.schema import Results
from pipeline.responses import Responses
from pipeline.screen import screen
from pipeline.variance import covariance, means
from pipeline.weight import Design, weigh
from pipeline.weighting import Adjusted, linear, post_stratify, rake

Folder = Callable[..., Path]
WAYS = (rake, linear)
Way = Callable[..., Adjusted]

SEXES, REGIONS = np.array([0.5, 0.5]), np.array([0.2, 0.3, 0.5])


def people(rows: int = 300, seed: int = 4) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Levels of two margins, their totals, and base weights."""
    random = np.random.default_rng(seed)
    levels = [random.choice(2, rows, p=[0.6, 0.4]), random.choice(3, rows, p=[0.4, 0.3, 0.3])]
    return levels, [rows * SEXES, rows * REGIONS], random.uniform(0.5, 2.0, rows)


def sums(levels: list[np.ndarray], weight: np.ndarray) -> list[np.ndarray]:
    return [np.bincount(codes, weight) for codes in levels]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("limits", [None, (0.3, 2.5)])
def test_margins_are_met_from_any_base(way: Way, limits: Any) -> None:
    levels, targets, base = people()
    for begun in (None, base):
        found = way(levels, targets, begun, limits)
        assert found.met
        assert found.rounds >= 1
        for got, goal in zip(sums(levels, found.weight), targets, strict=True):
            np.testing.assert_allclose(got, goal, rtol=1e-10)


def test_raking_multiplies_one_factor_a_level() -> None:
    """Deming & Stephan (1940): log(weight / base) is a sum of one number for each level."""
    levels, targets, base = people()
    found = rake(levels, targets, base)
    design = np.column_stack([np.eye(2)[levels[0]], np.eye(3)[levels[1]]])
    log = np.log(found.weight / base)
    fitted = design @ np.linalg.lstsq(design, log, rcond=None)[0]
    np.testing.assert_allclose(log, fitted, atol=1e-9)


@pytest.mark.parametrize("way", WAYS)
def test_scale_of_the_base_and_order_of_rows_and_margins_do_not_matter(way: Way) -> None:
    levels, targets, base = people()
    found = way(levels, targets, base).weight
    np.testing.assert_allclose(way(levels, targets, 40 * base).weight, found, rtol=1e-9)
    order = np.random.default_rng(1).permutation(len(base))
    mixed = way([codes[order] for codes in levels], targets, base[order]).weight
    np.testing.assert_allclose(mixed, found[order], rtol=1e-9)
    np.testing.assert_allclose(way(levels[::-1], targets[::-1], base).weight, found, rtol=1e-8)


@pytest.mark.parametrize("way", WAYS)
def test_one_level_only_scales_and_a_weight_of_zero_stays(way: Way) -> None:
    levels, targets, base = people()
    one = way([np.zeros(300, int)], [np.array([900.0])], base)
    np.testing.assert_allclose(one.weight, base * 900 / base.sum(), rtol=1e-12)
    base[:20] = 0.0
    found = way(levels, targets, base)
    assert found.met
    assert (found.weight[:20] == 0).all()


@pytest.mark.parametrize("way", WAYS)
def test_limits_hold_and_are_no_farther_than_they_must_be(way: Way) -> None:
    levels, targets, base = people()
    free = way(levels, targets, base).weight
    low, high = float(np.quantile(free, 0.05)), float(np.quantile(free, 0.9))
    found = way(levels, targets, base, limits=(low, high))
    assert found.met
    assert found.weight.min() >= low * (1 - 1e-12)
    assert found.weight.max() <= high * (1 + 1e-12)
    assert np.isclose(found.weight, high).any()
    wide = way(levels, targets, base, limits=(0.01, 50.0)).weight
    np.testing.assert_allclose(wide, free, rtol=1e-9)


def test_limits_hold_in_each_group_relative_to_its_own_mean() -> None:
    levels, _, _ = people()
    group = np.repeat([0, 1], 150)
    nested = group * 2 + levels[0]
    found = rake(
        [nested], [np.array([20.0, 20.0, 500.0, 500.0])], limits=(0.5, 2.0), mean=np.where(group, 1000, 40) / 150
    )
    relative = found.weight / np.where(group, 1000, 40) * 150
    assert found.met
    assert relative.min() >= 0.5
    assert relative.max() <= 2.0


@pytest.mark.parametrize("way", WAYS)
def test_impossible_margins_do_not_converge_and_say_so(way: Way) -> None:
    """Level 1 of both margins is the same people: two totals for them cannot both hold."""
    same = np.repeat([0, 1], [90, 10])
    found = way([same, same], [np.array([50.0, 50.0]), np.array([60.0, 40.0])])
    assert not found.met
    tight = way([same], [np.array([50.0, 50.0])], limits=(0.5, 2.0))
    assert not tight.met


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    rows=st.integers(80, 400),
    way=st.sampled_from(WAYS),
)
def test_margins_that_some_weights_meet_are_met(seed: int, sizes: list[int], rows: int, way: Way) -> None:
    """Targets are those of hidden weights, so an answer exists; scaled, mixed and empty of some levels."""
    random = np.random.default_rng(seed)
    levels = [random.integers(0, size, rows) for size in sizes]
    hidden = random.uniform(0.4, 2.5, rows)
    targets = [np.bincount(codes, hidden, size) for codes, size in zip(levels, sizes, strict=True)]
    base = random.uniform(0.5, 2.0, rows)
    found = way(levels, targets, base)
    assert found.met
    for codes, goal, size in zip(levels, targets, sizes, strict=True):
        np.testing.assert_allclose(np.bincount(codes, found.weight, size), goal, rtol=1e-8)
    bounded = way(levels, targets, None, (0.3 / hidden.mean(), 2.6 / hidden.mean()))
    assert bounded.met
    assert bounded.weight.min() >= 0.3 * (1 - 1e-9)
    assert bounded.weight.max() <= 2.6 * (1 + 1e-9)


def test_wrong_totals_and_empty_levels_are_refused() -> None:
    levels, targets, _ = people()
    with pytest.raises(WhybuyError, match="agree with each other"):
        rake(levels, [targets[0], 2 * targets[1]])
    with pytest.raises(WhybuyError, match="no respondent"):
        rake([np.zeros(300, int)], [np.array([200.0, 100.0])])


def test_post_stratification_is_one_factor_a_cell_in_one_round() -> None:
    cell = np.repeat([0, 1, 2], [50, 30, 20])
    found = post_stratify(cell, np.array([30.0, 30.0, 40.0]))
    np.testing.assert_allclose(found.weight, np.repeat([0.6, 1.0, 2.0], [50, 30, 20]), rtol=1e-14)
    assert found.rounds == 1


def test_replicates_are_adjusted_as_the_sample_would_be() -> None:
    levels, targets, base = people()
    found = rake(levels, targets, base)
    counts = np.random.default_rng(3).poisson(1.0, (6, 300))
    kinds = np.stack([np.bincount(found.kinds.of, base * one, len(found.kinds.mass)) for one in counts])
    again = found.again(kinds)
    for one, ratio in zip(counts, again, strict=True):
        direct = rake(levels, targets, base * one)
        np.testing.assert_allclose(one * found.weight * ratio[found.kinds.of], direct.weight, rtol=1e-6)
    counts[0, levels[0] == 1] = 0
    kinds[0] = np.bincount(found.kinds.of, base * counts[0], len(found.kinds.mass))
    assert np.isnan(found.again(kinds)[0]).all()
    assert np.isfinite(found.again(kinds)[1:]).all()


# --- studies -------------------------------------------------------------------------------------------------------

HEADER = ["id", "q1", "q2", "q3", "y1", "sex", "region", "wave", "w", "hh", "size"]
MARGINS = {"sex": {"f": 0.5, "m": 0.5}, "region": {"north": 20, "south": 30, "west": 50}}
VARIABLES = {
    "sex": {"codes": {"f": "Female", "m": "Male"}},
    "region": {},
    "wave": {},
    "age": {"column": "w", "type": "number"},
}


def table(rows: int = 120) -> list[list[str]]:
    random = np.random.default_rng(8)
    made = []
    for at in range(rows):
        answers = [str(value) for value in random.integers(1, 8, 4)]
        facts = ["f" if at % 3 else "m", ("north", "south", "west")[(at * at + at // 7) % 3], str(1 + at % 2)]
        made.append([f"p{at:03}", *answers, *facts, f"{1 + at % 4}", f"h{at // 2}", "1000"])
    return made


@pytest.fixture
def weighted(study_folder: Folder) -> Callable[..., Responses]:
    """Responses of a study with these keys under weights, adjusted."""

    def make(rows: list[list[str]] | None = None, **weights: Any) -> Responses:
        study = load(folder_of(study_folder, rows, **weights))
        responses = read(study)
        return calibrated(responses, screen(responses, study), study)

    return make


def folder_of(study_folder: Folder, rows: list[list[str]] | None = None, **weights: Any) -> Path:
    return study_folder(
        rows=rows or table(),
        header=HEADER,
        scales={"seven": {"points": 7}},
        constructs={"a": ["q1", "q2"], "b": ["q3"], "y": ["y1"]},
        model={"outcome": "y"},
        respondent={"id": "id"},
        variables=VARIABLES,
        weights=weights,
    )


def share(responses: Responses, name: str) -> dict[str, float]:
    weight = responses.weight
    assert weight is not None
    column = responses.variables[name]
    return {level: float(weight[(column == level).to_numpy()].sum() / weight.sum()) for level in column.cat.categories}


def test_weights_meet_the_margins_of_the_study_with_a_mean_of_one(weighted: Callable[..., Responses]) -> None:
    found = weighted(rake=MARGINS)
    assert share(found, "sex") == pytest.approx({"f": 0.5, "m": 0.5})
    assert share(found, "region") == pytest.approx({"north": 0.2, "south": 0.3, "west": 0.5})
    assert found.weight is not None
    assert found.weight.mean() == pytest.approx(1.0)
    by_label = weighted(rake={"sex": {"Female": 50, "Male": 50}, "region": MARGINS["region"]})
    np.testing.assert_array_equal(by_label.weight, found.weight)


def test_numbers_of_people_become_what_weights_add_up_to(weighted: Callable[..., Responses]) -> None:
    counted = {"sex": {"f": 400, "m": 600}, "region": {"north": 0.2, "south": 0.3, "west": 0.5}}
    found = weighted(linear=counted, column="w")
    assert found.weight is not None
    assert found.weight.sum() == pytest.approx(1000)
    assert share(found, "sex") == pytest.approx({"f": 0.4, "m": 0.6})


def test_waves_are_weighted_apart_and_keep_their_size(weighted: Callable[..., Responses]) -> None:
    found = weighted(rake=MARGINS, per="wave")
    assert found.weight is not None
    for wave in ("1", "2"):
        inside = (found.variables["wave"] == wave).to_numpy()
        assert found.weight[inside].sum() == pytest.approx(inside.sum())
        part = found.weight[inside & (found.variables["sex"] == "m").to_numpy()].sum()
        assert part == pytest.approx(inside.sum() / 2)
    assert found.calibration is not None
    assert found.calibration.groups == ("1", "2")


def test_cells_are_post_stratified(weighted: Callable[..., Responses]) -> None:
    shares = {
        f"{sex}; {wave}": value
        for (sex, wave), value in zip([("Female", 1), ("f", 2), ("m", 1), ("m", 2)], (10, 20, 30, 40), strict=True)
    }
    found = weighted(post_stratify={"by": ["sex", "wave"], "shares": shares})
    assert share(found, "sex") == pytest.approx({"f": 0.3, "m": 0.7})
    assert found.calibration is not None
    assert found.calibration.margins[0].levels == ("f; 1", "f; 2", "m; 1", "m; 2")


def test_those_without_an_answer_need_a_share_of_their_own(weighted: Callable[..., Responses]) -> None:
    rows = table()
    for row in rows[:12]:
        row[5] = ""
    with pytest.raises(DataError, match=r"12 of the 120 respondents kept have no sex; give them a share of their own"):
        weighted(rows, rake=MARGINS)
    found = weighted(rows, rake={"sex": {"f": 0.45, "m": 0.45, "missing": 0.1}})
    assert found.weight is not None
    assert found.weight[found.variables["sex"].isna().to_numpy()].sum() == pytest.approx(12.0)


def test_rows_that_were_left_out_are_weighted_like_those_who_resemble_them(study_folder: Folder) -> None:
    study = load(folder_of(study_folder, rake=MARGINS))
    responses = read(study)
    screening = screen(responses, study)
    keep = screening.keep.copy()
    keep[:30] = False
    found = calibrated(responses, replace(screening, keep=keep), study)
    assert found.weight is not None
    assert found.calibration is not None
    assert found.weight[keep].sum() == pytest.approx(90)
    alike = (found.variables.loc[30:, ["sex", "region"]] == found.variables.loc[0, ["sex", "region"]]).all(axis=1)
    assert found.weight[0] == pytest.approx(found.weight[alike.index[alike][0]])
    again = calibrated(found, screening, study)
    np.testing.assert_allclose(again.weight, calibrated(responses, screening, study).weight)


CONTRADICTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "two ways": ({"rake": MARGINS, "linear": MARGINS}, "'rake' and 'linear'; adjust them in one way"),
    "unknown variable": ({"rake": {"gender": {"f": 1}}}, "unknown variable 'gender'"),
    "a number": ({"rake": {"age": {"1": 0.5, "2": 0.5}}}, "'age' is a number; weights need groups"),
    "shares that do not add up": (
        {"rake": {"sex": {"f": 0.5, "m": 0.4}}},
        r"shares of 'sex' add up to 0\.9; shares add",
    ),
    "two populations": (
        {"rake": {"sex": {"f": 500, "m": 500}, "region": {"north": 500, "south": 500, "west": 800}}},
        r"'region' counts 1,800 people but 'sex' 1,000",
    ),
    "limits without the mean": ({"rake": MARGINS, "limits": [1.5, 3]}, r"limits \[1\.5, 3\] do not hold the mean"),
    "limits of nothing": ({"limits": [0.3, 3]}, "'limits' says how weights are adjusted, but to no margins"),
    "cells of one level": (
        {"post_stratify": {"by": ["sex", "wave"], "shares": {"f": 0.5, "m": 0.5}}},
        "names 1 level, but cells are made by 2 variables",
    ),
    "per is a margin": ({"rake": MARGINS, "per": "sex"}, "it cannot be a margin as well"),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_contradictions_are_found_without_the_data(case: str, study_folder: Folder) -> None:
    weights, message = CONTRADICTIONS[case]
    with pytest.raises(DefinitionError, match=message):
        load(folder_of(study_folder, **weights))


MISFITS: dict[str, tuple[dict[str, Any], str]] = {
    "a level nobody has": (
        {"rake": {"region": {"north": 0.2, "south": 0.3, "west": 0.4, "east": 0.1}}},
        "'east' is no level of region in the data.* Levels are: north, south, west",
    ),
    "a level without a share": (
        {"rake": {"region": {"north": 0.5, "south": 0.5}}},
        "without a share, as 'west'; give every level a share",
    ),
    "a share of nothing": (
        {"rake": {"region": {"north": 0.5, "south": 0.5, "west": 0}}},
        r"respondents have region 'west', whose share is 0",
    ),
    "a level twice": ({"rake": {"sex": {"f": 0.3, "Female": 0.3, "m": 0.4}}}, "names the level 'f' twice"),
    "fewer people than asked": ({"rake": {"sex": {"f": 51.5, "m": 52}}}, "less than the 120 respondents kept"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_margins_that_do_not_fit_the_data_are_refused_in_a_sentence(
    case: str, weighted: Callable[..., Responses]
) -> None:
    weights, message = MISFITS[case]
    with pytest.raises(DataError, match=message) as caught:
        weighted(**weights)
    assert len(caught.value.problems) == 1


def test_an_empty_level_of_one_wave_names_the_wave(weighted: Callable[..., Responses]) -> None:
    rows = [row if row[7] == "1" or row[6] != "west" else [*row[:6], "north", *row[7:]] for row in table()]
    with pytest.raises(DataError, match="nobody kept has region 'west' in wave '2'"):
        weighted(rows, rake=MARGINS, per="wave")


def test_weights_that_cannot_exist_are_refused(weighted: Callable[..., Responses]) -> None:
    with pytest.raises(AnalysisRefused, match=r"no weights between 0\.9 and 1\.1 times their mean meet every margin"):
        weighted(rake=MARGINS, limits=[0.9, 1.1])
    rows = [[*row[:6], "west" if row[5] == "f" else "north", *row[7:]] for row in table()]
    clash = {"sex": {"f": 0.5, "m": 0.5}, "region": {"west": 0.7, "north": 0.3}}
    with pytest.raises(AnalysisRefused, match=r"weights do not converge.*combinations that nobody has"):
        weighted(rows, rake=clash)


def test_negative_weights_of_linear_calibration_are_refused(weighted: Callable[..., Responses]) -> None:
    far = {"sex": {"f": 0.02, "m": 0.98}, "region": {"north": 0.02, "south": 0.02, "west": 0.96}}
    with pytest.raises(AnalysisRefused, match="a weight of zero or less; add 'limits'"):
        weighted(linear=far)
    found = weighted(linear=MARGINS, limits=[0.2, 4])
    assert found.weight is not None
    assert found.weight.min() > 0


def test_rows_of_one_respondent_must_agree(study_folder: Folder) -> None:
    rows = table(80)
    for at in range(0, 80, 2):
        rows[at + 1][0] = rows[at][0]
        rows[at + 1][7] = "2" if rows[at][7] == "1" else "1"
    folder = study_folder(
        rows=rows,
        header=HEADER,
        scales={"seven": {"points": 7}},
        constructs={"a": ["q1", "q2"], "b": ["q3"], "y": ["y1"]},
        model={"outcome": "y"},
        respondent={"id": "id"},
        variables=VARIABLES,
        segments={"brand": "wave"},
        weights={"rake": {"sex": {"f": 0.5, "m": 0.5}}},
    )
    study = load(folder)
    responses = read(study)
    with pytest.raises(DataError, match="'sex' differs between rows of"):
        calibrated(responses, screen(responses, study), study)


def test_rows_of_the_report_add_up(weighted: Callable[..., Responses]) -> None:
    setting = Setting(outcome="y", level=0.95, minimum_base=10, low_base=30)
    rows = weighting_rows(weighted(rake=MARGINS, per="wave"), setting)
    figures = {row["metric"]: row for row in rows if row["term"] is None}
    assert figures["weighting_efficiency"]["estimate"] == pytest.approx(figures["weighting_efficiency"]["n_eff"] / 120)
    assert figures["weight_low"]["estimate"] < 1 < figures["weight_high"]["estimate"]
    assert figures["weight_gap"]["estimate"] < 1e-10
    for metric in ("margin_before", "margin_after", "margin_target"):
        found = [row for row in rows if row["metric"] == metric and (row["term"], row["group"]) == ("sex", "wave=1")]
        assert sum(row["estimate"] for row in found) == pytest.approx(1.0)
    assert not weighting_rows(replace(weighted(rake=MARGINS), calibration=None), setting)


def test_small_levels_are_hidden_and_one_more_with_them(weighted: Callable[..., Responses]) -> None:
    rows = [
        [*row[:6], "west" if at < 4 else "north" if at < 40 else "south", *row[7:]] for at, row in enumerate(table())
    ]
    setting = Setting(outcome="y", level=0.95, minimum_base=10, low_base=30)
    every = weighting_rows(weighted(rows, rake={"region": MARGINS["region"]}), setting)
    ends = [row for row in every if row["metric"] in ("weight_low", "weight_high")]
    assert [(row["estimate"], row["state"]) for row in ends] == [(None, "suppressed")] * 2
    found = [row for row in every if row["term"]]
    hidden = {row["contrast"] for row in found if row["state"] == "suppressed"}
    assert hidden == {"level:west", "level:north"}
    assert all(row["n"] is None for row in found if row["state"] == "suppressed")


# --- errors and replicates -----------------------------------------------------------------------------------------


def design_of(study_folder: Folder, **weights: Any) -> tuple[Design, Responses]:
    study = load(folder_of(study_folder, **weights))
    responses = read(study)
    found = calibrated(responses, screen(responses, study), study)
    return weigh(found, np.arange(len(found.respondent)), study), found


def test_known_margins_have_no_error(study_folder: Folder) -> None:
    design, responses = design_of(study_folder, rake=MARGINS)
    member = (responses.variables["sex"] == "f").to_numpy(float)
    found = means(member[:, None], design)
    assert found.mean[0] == pytest.approx(0.5)
    assert found.se[0] < 1e-9
    answers = responses.items[["q1"]].to_numpy()
    fixed = means(answers, replace(design, frame=None))
    assert means(answers, design).se[0] == pytest.approx(fixed.se[0], rel=0.2)
    assert means(answers, design).se[0] != fixed.se[0]


def test_replicates_that_are_adjusted_again_meet_the_margins(study_folder: Folder) -> None:
    design, responses = design_of(study_folder, rake=MARGINS, rerake=True, column="w", cluster="hh")
    assert design.pieces[1] > len(design.keys)
    columns = np.column_stack([responses.variables["sex"] == "f", responses.items["q1"]]).astype(float)
    panels = {"x": Panel(names=("f", "q"), columns=columns, rows=np.arange(len(columns)))}
    for kind in ("poisson", "bayesian"):
        drawn = resample(design, panels, seed=3, draws=40, kind=kind)["x"].draws  # type: ignore[arg-type]
        np.testing.assert_allclose(drawn.mean[:, 0], 0.5, atol=1e-8)
        assert drawn.mean[:, 1].std() > 0
    fixed, _ = design_of(study_folder, rake=MARGINS, column="w", cluster="hh")
    drawn = resample(fixed, panels, seed=3, draws=40)["x"].draws
    assert drawn.mean[:, 0].std() > 0.01


def test_a_finite_population_shrinks_errors_and_replicates(study_folder: Folder) -> None:
    whole, responses = design_of(study_folder)
    part, _ = design_of(study_folder, fpc="size")
    score = responses.items[["q1"]].to_numpy()
    shrunk = 1 - len(score) / 1000
    assert covariance(score, part)[0, 0] == pytest.approx(shrunk * covariance(score, whole)[0, 0])
    plain = np.concatenate(list(factors(whole, 5, 400)))
    found = np.concatenate(list(factors(part, 5, 400)))
    np.testing.assert_allclose(found, 1 + np.sqrt(shrunk) * (plain - 1.0))
    assert part.kind == "weighted"


@pytest.mark.parametrize("kind", ["poisson", "jackknife"])
def test_replicates_of_a_finite_population_have_the_linearised_error(kind: Any) -> None:
    random = np.random.default_rng(2)
    stratum = np.repeat([0, 1, 2], [10, 40, 90])
    y = random.normal(size=140) + stratum
    design = Design(
        weight=np.repeat([3.0, 2.0, 4.0], [10, 40, 90]),
        unit=np.arange(140),
        keys=np.sort(random.integers(0, 2**64, 140, dtype=np.uint64)),
        stratum=stratum,
        stratum_keys=np.arange(3).astype(np.uint64),
        kind="stratified",
        left=np.array([0.0, 0.5, 0.8]),
    )
    panel = {"y": Panel(names=("y",), columns=y[:, None], rows=np.arange(140))}
    drawn = resample(design, panel, seed=4, draws=4000, kind=kind)["y"].draws.mean[:, 0]
    assert drawn.std() == pytest.approx(means(y[:, None], design).se[0], rel=0.04)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (["1000"] * 60 + ["2000"] * 60, "the sample does not have one size of the population"),
        (["100"] * 120, "the sample has more sampling units than its population"),
        (["120"] * 120, "every unit of the population was sampled"),
    ],
)
def test_sizes_that_cannot_be_are_refused(sizes: list[str], message: str, study_folder: Folder) -> None:
    rows = [[*row[:-1], size] for row, size in zip(table(), sizes, strict=True)]
    study = load(folder_of(study_folder, rows, fpc="size"))
    responses = read(study)
    with pytest.raises(AnalysisRefused, match=message):
        weigh(responses, np.arange(120), study)


def test_a_stratum_of_one_unit_that_is_its_whole_population_adds_nothing(study_folder: Folder) -> None:
    rows = [[*row[:-1], "1" if at == 0 else "500"] for at, row in enumerate(table())]
    for at, row in enumerate(rows):
        row[6] = "all" if at == 0 else "some"
    study = load(folder_of(study_folder, rows, fpc="size", strata="region"))
    responses = read(study)
    design = weigh(responses, np.arange(120), study)
    assert design.left is not None
    assert sorted(design.left) == pytest.approx([0.0, 1 - 119 / 500])
    drawn = np.concatenate(list(factors(design, 5, 16)))
    alone = design.unit[int(np.flatnonzero(responses.strata == "all")[0])]
    assert (drawn[:, alone] == 1).all()
    assert np.isfinite(covariance(responses.items[["q1"]].to_numpy(), design)).all()


# --- the report ----------------------------------------------------------------------------------------------------


def test_the_report_says_what_weights_were_adjusted_to(study_folder: Folder) -> None:
    rows = table()
    for row in rows[:12]:
        row[5] = ""
    margins = {"sex": {"f": 0.45, "m": 0.45, "missing": 0.1}, "region": MARGINS["region"]}
    folder = folder_of(
        study_folder, rows, rake=margins, per="wave", limits=[0.2, 5], rerake=True, fpc="size", column="w"
    )
    analysis = analyse(load(folder))
    found = build(analysis)
    assert found["sample"]["weighted"]
    assert [margin["variable"] for margin in found["study"]["weights"]["margins"]] == ["sex", "region"]
    assert Results.model_validate(found)
    english = page(found, "en")
    for text in (
        "Weights were raked until the sample has the population’s distribution of sex and region",
        "This was done apart for each level of wave.",
        "kept between 0.20 and 5.00 times their mean",
        "a weighting efficiency of",
        "Sex: Female",
        "Sex: No answer",
        "under their given weights",
        "In every resample the weights were adjusted to the margins again.",
        "Variances are reduced by the part of the finite population that was sampled",
    ):
        assert text in english, text
    assert "加权效率为" in page(found, "zh")
    assert any("weights raked to sex, region in each wave" in line for line in check(load(folder)))
