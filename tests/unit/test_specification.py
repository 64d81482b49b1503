"""The specification curve: every specification as it would be by hand, their fraction, and shuffled outcomes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pipeline.ingest import read
from pipeline.model import Setting
from pipeline.model.importance import METHODS
from pipeline.model.robustness import specification
from pipeline.model.robustness._sums import Sums
from pipeline.model.robustness._ways import AXES, Ways, plan, ways
from pipeline.model.robustness.specification import Specifications, shuffles, specifications
from pipeline.moments import Moments
from pipeline.sample import sample
from pipeline.score import score
from pipeline.screen import screen
from pipeline.study import load

HEADER = ("id", "done", "w", "city", "a1", "a2", "b1", "b2", "c1", "y1", "y2")
DECLARED = {
    "outcome": "score",
    "controls": "none",
    "weights": "used",
    "missing": "declared",
    "screening": "declared",
    "subset": "all",
}


def answers(n: int = 260, effect: float = 0.9) -> list[list[Any]]:
    """Rows of a survey in which `a` counts most; some unfinished, straightlined, and with gaps."""
    random = np.random.default_rng(8)
    values = random.normal(size=(n, 3)) + 0.6 * random.normal(size=(n, 1))
    outcome = values @ [effect, 0.4 * effect, 0.0] + random.normal(size=n)
    latent = np.column_stack([values[:, [0, 0, 1, 1, 2]], outcome, outcome])
    items = np.clip(np.round(4 + latent + random.normal(scale=0.7, size=latent.shape)), 1, 7).astype(int).astype(object)
    items[:6] = 6
    items[random.random(items.shape) < 0.02] = ""
    weight, city = np.round(random.uniform(0.4, 2.0, n), 3), random.choice(["north", "south"], n)
    return [[f"p{at:03d}", "no" if at % 29 == 7 else "yes", weight[at], city[at], *items[at]] for at in range(n)]


KEYS: dict[str, Any] = {
    "constructs": {
        "a": {"items": ["a1", "a2"], "min_answered": 1},
        "b": ["b1", "b2"],
        "c": ["c1"],
        "y": ["y1", "y2"],
    },
    "model": {"outcome": "y"},
    "respondent": {"id": "id", "complete": {"column": "done", "equals": "yes"}},
    "weights": {"column": "w"},
    "segments": ["city"],
    "quality": {"claim_base": 100},
}


def parts(folder: Path) -> SimpleNamespace:
    study = load(folder)
    responses = read(study)
    screening = screen(responses, study)
    scores = score(responses, study)
    people = sample(responses, screening, scores, study)
    setting = Setting.of(study)
    args = (responses, screening, scores, study, people, setting)
    return SimpleNamespace(responses=responses, study=study, sample=people, setting=setting, args=args)


@pytest.fixture
def survey(study_folder: Callable[..., Path]) -> SimpleNamespace:
    return parts(study_folder(answers(), HEADER, **KEYS))


def entry(found: Specifications, **choices: str) -> dict[str, Any]:
    (only,) = (one for one in found.detail if choices.items() <= one["choices"].items())
    return only


def estimates(found: Specifications) -> dict[tuple[str, str | None, str | None], float]:
    return {(row["metric"], row["term"], row["contrast"]): row["estimate"] for row in found.rows}


def by_hand(found: Ways, choices: dict[str, str], metric: str) -> tuple[np.ndarray, float]:
    """Shares and R² of one specification from residuals of ordinary regressions."""
    mask = found.mask(choices)
    root = np.sqrt(found.weight[choices["weights"]][mask])[:, None]
    before = np.column_stack([np.ones(mask.sum()), found.controls[choices["controls"]][mask]]) * root
    columns = np.column_stack([found.x, found.y[choices["outcome"]]])[mask] * root
    left = columns - before @ np.linalg.lstsq(before, columns, rcond=None)[0]
    products = left.T @ left
    scale = 1 / np.sqrt(np.diag(products))
    r = products * scale[:, None] * scale
    raw = METHODS[metric](r[:-1, :-1], r[:-1, -1])
    own = columns[:, -1] - root[:, 0] * (root[:, 0] @ columns[:, -1]) / (root[:, 0] @ root[:, 0])
    explained = r[:-1, -1] @ np.linalg.solve(r[:-1, :-1], r[:-1, -1])
    return raw / raw.sum(), float(explained * products[-1, -1] / (own @ own))


def test_declared_choices_are_the_headline(survey: SimpleNamespace) -> None:
    people = survey.sample
    r = Moments.of(people.scores, people.names, people.design.weight).correlations
    lmg = METHODS["lmg"](r[:-1, :-1], r[:-1, -1])
    found = specifications(*survey.args, seed=1)
    headline = entry(found, metric="lmg", **DECLARED)
    assert found.detail[0] == headline
    assert list(headline["shares"].values()) == pytest.approx(lmg / lmg.sum(), rel=1e-9)
    assert headline["r2"] == pytest.approx(lmg.sum(), rel=1e-9)
    assert (headline["n"], headline["first"]) == (people.everyone.n, "a")


@pytest.mark.parametrize(
    "changed",
    [
        {"outcome": "top2box", "weights": "none"},
        {"outcome": "ranks", "controls": "segments"},
        {"missing": "complete"},
        {"missing": "any", "outcome": "ranks"},
        {"screening": "all"},
        {"screening": "no_straightliners", "outcome": "top2box"},
        {"subset": "city=north"},
    ],
    ids=str,
)
def test_every_choice_equals_the_same_by_hand(survey: SimpleNamespace, changed: dict[str, str]) -> None:
    found, choices = ways(*survey.args), DECLARED | changed
    done = specifications(*survey.args, seed=1)
    for metric in ("lmg", "pratt", "last"):
        shares, r2 = by_hand(found, choices, metric)
        one = entry(done, metric=metric, **choices)
        assert list(one["shares"].values()) == pytest.approx(shares, rel=1e-8, abs=1e-10)
        assert one["r2"] == pytest.approx(r2, rel=1e-8)
        assert one["n"] == found.mask(choices).sum()


def test_choices_take_the_rows_they_name(survey: SimpleNamespace) -> None:
    found, people = ways(*survey.args), survey.sample
    base = found.mask(DECLARED).sum()
    items = np.column_stack([people.items[name] for name in people.names])
    assert base == len(people.scores)
    assert found.mask(DECLARED | {"missing": "complete"}).sum() == np.isfinite(items).all(1).sum()
    assert found.mask(DECLARED | {"screening": "all"}).sum() > base
    alike = (np.nanmax(items, 1) == np.nanmin(items, 1)).sum()
    assert 0 < base - found.mask(DECLARED | {"screening": "no_straightliners"}).sum() == alike


def test_screening_rules_are_choices(study_folder: Callable[..., Path]) -> None:
    """Each rule alone, nobody with a flag, and no rule at all; one that leaves the same rows is no other choice."""
    rows = answers()
    for at in range(20, 60):
        rows[at][4:9] = [1, 7, 1, 7, at % 7 + 1]
    quality = {"longstring": 5, "irv": 2.0, "even_odd": 1.0, "drop_when": ["longstring"]}
    survey = parts(study_folder(rows, HEADER, **KEYS | {"quality": quality}))
    _, screening, *_ = survey.args
    found = ways(*survey.args)
    flagged = {one.rule.name: one.flagged[found.rows] for one in screening.found}
    complete = screening.complete[found.rows]
    wanted = {
        "declared": complete & ~flagged["longstring"],
        "no_rules": complete,
        "irv": complete & ~flagged["irv"],
        "even_odd": complete & ~flagged["even_odd"],
        "any_flag": complete & (screening.flags[found.rows] == 0),
    }
    for name, mask in wanted.items():
        np.testing.assert_array_equal(found.masks["screening"][name], mask, err_msg=name)
    assert "longstring" not in found.masks["screening"]
    assert found.masks["screening"]["all"].all()
    counted = [mask.sum() for mask in wanted.values()]
    assert len(set(counted)) == len(counted)


def test_at_most_six_rules_are_tried_alone(study_folder: Callable[..., Path]) -> None:
    quality = {
        "longstring": 3, "irv": 2.0, "even_odd": 0.9, "psychsyn": 0.9, "synonyms": 0.2, "mahalanobis": 0.3,
        "min_seconds": 100, "min_speed": 0.9, "duplicates": ["answers"],
    }  # fmt: skip
    rows = [[*row, 60 + at] for at, row in enumerate(answers())]
    keys = KEYS | {"respondent": KEYS["respondent"] | {"seconds": "sec"}, "quality": quality}
    survey = parts(study_folder(rows, (*HEADER, "sec"), **keys))
    found = ways(*survey.args).masks["screening"]
    assert len([name for name in found if name in quality or name == "answers"]) == 6


def test_rows_summarise_the_detail(survey: SimpleNamespace) -> None:
    found = specifications(*survey.args, seed=1)
    figures = estimates(found)
    shares = np.array([list(one["shares"].values()) for one in found.detail])
    first = np.array([one["first"] for one in found.detail])
    assert figures["spec_count", None, None] == len(found.detail)
    assert figures["spec_first", "a", None] == pytest.approx((first == "a").mean())
    assert figures["spec_lowest", "b", None] == shares[:, 1].min()
    assert figures["spec_median", "b", None] == pytest.approx(np.median(shares[:, 1]))
    assert figures["spec_highest", "b", None] == shares[:, 1].max()
    weighted = np.array([one["choices"]["weights"] == "none" for one in found.detail])
    chosen = figures["spec_first", "a", "choice:weights=none"]
    assert chosen == pytest.approx((first[weighted] == "a").mean())
    (significant,) = (row for row in found.rows if row["metric"] == "spec_significant")
    assert (significant["term"], significant["p_value"]) == ("a", 1 / 200)


def test_only_choices_that_change_something(study_folder: Callable[..., Path]) -> None:
    rows = [[*row[:2], 1, "north", *[value or 4 for value in row[4:]]] for row in answers()]
    keys = KEYS | {"respondent": {"id": "id"}, "segments": None}
    found = ways(*parts(study_folder(rows, HEADER, **keys)).args)
    assert {axis for axis, values in found.axes.items() if len(values) > 1} == {"outcome", "screening"}
    assert found.axes["screening"] == ("declared", "no_straightliners")
    assert found.axes["weights"] == ("none",)


def test_the_same_data_count_once(survey: SimpleNamespace) -> None:
    found = ways(*survey.args)
    twice = [DECLARED, DECLARED | {"subset": "all"}, DECLARED | {"weights": "none"}]
    assert specification._distinct(found, twice) == [twice[0], twice[2]]


def test_what_cannot_be_computed_is_left_out_and_counted(study_folder: Callable[..., Path]) -> None:
    rows = answers()
    for row in rows:
        if row[3] == "north":
            row[8] = 4
    survey = parts(study_folder(rows, HEADER, **KEYS))
    found = specifications(*survey.args, seed=1)
    figures = estimates(found)
    assert figures["spec_count", None, "left_out"] == 8 * sum(
        choice["subset"] == "city=north" for choice in plan(ways(*survey.args).axes, 8)
    )
    assert figures["spec_count", None, None] == len(found.detail)
    assert not any(one["choices"]["subset"] == "city=north" for one in found.detail)


def test_categories_have_no_curve(study_folder: Callable[..., Path]) -> None:
    keys = KEYS | {"segments": None, "model": {"outcome": "y", "drivers": ["a", "b", "c", "city"]}}
    keys["variables"] = {"city": {"type": "category"}}
    rows = answers()
    for at in range(90):
        rows[at][3] = "west"
    found = specifications(*parts(study_folder(rows, HEADER, **keys)).args, seed=1)
    assert [(row["state"], row["reason"]) for row in found.rows] == [("not_defined", "categories")]
    assert found.detail == []


def test_declared_controls_can_be_left_out(study_folder: Callable[..., Path]) -> None:
    keys = KEYS | {"model": {"outcome": "y", "controls": ["city"]}, "segments": None}
    keys["variables"] = {"city": {"type": "category"}}
    survey = parts(study_folder(answers(), HEADER, **keys))
    found = ways(*survey.args)
    assert found.axes["controls"] == ("declared", "none")
    shares, r2 = by_hand(found, DECLARED | {"controls": "declared"}, "lmg")
    one = entry(specifications(*survey.args, seed=1), metric="lmg", **DECLARED | {"controls": "declared"})
    assert list(one["shares"].values()) == pytest.approx(shares, rel=1e-8)
    assert one["r2"] == pytest.approx(r2, rel=1e-8)


def axes(**sizes: int) -> dict[str, tuple[str, ...]]:
    return {axis: tuple(f"{axis}{at}" for at in range(sizes.get(axis, 1))) for axis in AXES}


def test_few_choices_are_crossed_in_full() -> None:
    choices = plan(axes(outcome=3, weights=2, screening=2, subset=4), 8)
    assert len(choices) == 48
    assert len({tuple(choice.values()) for choice in choices}) == 48


def test_many_choices_make_a_fixed_fraction() -> None:
    many = axes(outcome=3, weights=2, screening=3, missing=3, controls=3, subset=4)
    choices = plan(many, 8)
    assert 8 * len(choices) <= 400
    assert choices == plan(many, 8)
    for axis, values in many.items():
        for value in values:
            assert sum(choice[axis] == value for choice in choices) >= 3
    crossed = {(choice["outcome"], choice["controls"]) for choice in choices}
    assert len(crossed) == 9


def test_whole_respondents_change_places_within_strata() -> None:
    respondent = np.array([0, 0, 1, 1, 2, 2, 3, 4, 5, 6])
    strata = np.array(list("nnnnnnnsss"), dtype=object)
    keys = np.arange(10, 17, dtype=np.uint64)[respondent]
    orders = np.array(list(shuffles(keys, respondent, strata, seed=3)))
    assert orders.shape == (199, 10)
    assert (np.sort(orders, axis=1) == np.arange(10)).all()
    lender = respondent[orders]
    assert (lender[:, 0] == lender[:, 1]).all()
    assert set(lender[:, 0]) == {0, 1, 2}
    assert (orders[:, 1] == orders[:, 0] + 1).all()
    assert (lender[:, 6] == 3).all()
    assert set(lender[:, 8]) == {4, 5, 6}
    assert (orders == list(shuffles(keys, respondent, strata, seed=3))).all()
    assert (orders != list(shuffles(keys, respondent, strata, seed=4))).any()


def test_t_of_a_shuffle_equals_a_refit(survey: SimpleNamespace) -> None:
    found = ways(*survey.args)
    choices = [DECLARED | {"outcome": "ranks", "controls": "segments"}, DECLARED | {"weights": "none"}]
    sums = Sums.of(found, choices)
    order = np.random.default_rng(0).permutation(len(found.rows))
    shuffled = sums.y[np.argsort(sums.order)][order][sums.order].T[:, None]
    t, _ = specification._t_of_first(sums, choices, 1, shuffled)
    for at, choice in enumerate(choices):
        mask = found.mask(choice)
        root = np.sqrt(found.weight[choice["weights"]][mask])
        x = np.column_stack([np.ones(mask.sum()), found.controls[choice["controls"]][mask], found.x[mask]])
        x, y = x * root[:, None], found.y[choice["outcome"]][order][mask] * root
        b, rss, *_ = np.linalg.lstsq(x, y, rcond=None)
        error = np.sqrt(rss[0] / (len(y) - x.shape[1]) * np.linalg.inv(x.T @ x)[-2, -2])
        assert t[at, 0] == pytest.approx(b[-2] / error, rel=1e-8)


def test_chance_is_rarely_significant(study_folder: Callable[..., Path]) -> None:
    survey = parts(study_folder(answers(), HEADER, **KEYS))
    found = ways(*survey.args)
    sums = Sums.of(found, [DECLARED])
    orders = shuffles(survey.responses.keys[found.respondent], found.respondent, None, seed=5)
    chance = specification._chance(sums, [DECLARED], 0, orders)
    assert chance.shape == (2, 199)
    assert (chance > 0).any()
    assert chance.mean(1) == pytest.approx(0.025, abs=0.03)


def test_shuffles_do_not_depend_on_the_order_of_the_rows() -> None:
    keys = np.array([50, 10, 30, 20, 40, 60], dtype=np.uint64)
    mixed = np.array([3, 0, 5, 1, 4, 2])
    one = list(shuffles(keys, np.arange(6), None, seed=3))
    other = list(shuffles(keys[mixed], np.arange(6), None, seed=3))
    assert all((keys[mixed][b] == keys[a][mixed]).all() for a, b in zip(one, other, strict=True))
