"""Latent classes: the climb, how classes are matched and compared, what holds within them, and input that has none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline import load
from pipeline.errors import DefinitionError
from pipeline.estimates import check, frame
from pipeline.model.case import Case
from pipeline.model.classes import classes_rows
from pipeline.model.classes._answers import Answers
from pipeline.model.classes._climb import climb
from pipeline.model.classes._number import ordered
from pipeline.model.classes._regressions import Regressions
from pipeline.model.classes._stable import adjusted_rand, jaccard, matched
from pipeline.model.classes._within import Members
from tests.made_case import a_case, a_study, found

Array = np.ndarray
NAMES = ("a", "b", "c", "d")
DRIVERS = ("x1", "x2")
CLEAR = 0.85


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as tell whether classes are found again; intervals are the business of the simulations."""
    monkeypatch.setattr("pipeline.model.classes.REFITS", 40)


def generator(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=seed))


def levels_of(classes: Array, random: np.random.Generator, clear: float = CLEAR, levels: int = 3) -> Array:
    """(n, 4) answers: that of one's own class, or any other."""
    drawn = random.integers(levels - 1, size=(len(classes), len(NAMES)))
    other = drawn + (drawn >= classes[:, None])
    return np.where(random.random(drawn.shape) < clear, classes[:, None], other)


def a_classed_case(
    n: int = 400, *, classes: int = 2, codes: Array | None = None, weight: Any = None, seed: int = 3, **key: Any
) -> tuple[Case, Array]:
    """A case of `classes` classes with their own line each, and the (n,) class of everybody."""
    random = np.random.default_rng(seed)
    of = random.choice(classes, n, p=np.arange(classes, 0, -1) / np.arange(classes + 1).sum())
    codes = levels_of(of, random) if codes is None else codes
    x = random.normal(size=(n, 2))
    y = np.where(of == 0, 0.8 * x[:, 0], 0.8 * x[:, 1] - 1) + 0.5 * random.normal(size=n)
    items = {"x1": 4 + x[:, 0], "x2": 4 + x[:, 1], "y": 4 + y}
    texts = {
        name: [None if one < 0 else f"l{one}" for one in column] for name, column in zip(NAMES, codes.T, strict=True)
    }
    asked = {"answers": list(NAMES), "starts": 6, "most": 2} | key
    study = a_study(
        constructs={name: {"items": [name], "scale": "seven"} for name in items},
        variables={name: {"column": name, "type": "category"} for name in NAMES},
        model={"outcome": "y", "draws": 200},
        classes=asked,
    )
    return a_case(study, items, texts, weight=weight), of


def test_a_step_never_lowers_the_likelihood_and_ends_where_one_by_hand_does() -> None:
    """Plain EM over the rows themselves, written out, from the same start."""
    random = np.random.default_rng(1)
    codes = levels_of(random.choice(2, 200), random)
    model = Answers.of(codes, np.array([3] * 4)).into(2)
    start = model.random(1, generator())
    sizes, chances = (part[0].copy() for part in model.parts(start))
    likelihood = []
    ones = np.hstack([codes == level for level in range(3)]).astype(float)
    table = np.stack([chances[:, level::3] for level in range(3)], axis=1).reshape(2, -1)
    for _ in range(500):
        joint = sizes * np.exp(ones @ np.log(table).T)
        likelihood.append(float(np.log(joint.sum(1)).sum()))
        chance = joint / joint.sum(1, keepdims=True)
        sizes = chance.mean(0)
        table = chance.T @ ones / chance.sum(0)[:, None]
    assert (np.diff(likelihood) > -1e-9).all()
    ours = climb(model, start, np.zeros(1, int))
    assert ours.likelihood[0] == pytest.approx(likelihood[-1], abs=1e-5)
    np.testing.assert_allclose(np.sort(model.parts(ours.values)[0][0]), np.sort(sizes), atol=1e-4)


def test_a_missing_answer_adds_nothing() -> None:
    """Under one class the shares are those of who answered, and the likelihood is that of the answers given."""
    codes = np.array([[0, 1], [0, -1], [1, 0], [0, 0], [-1, 1], [1, 1]])
    levels = np.array([2, 2])
    model = Answers.of(codes, levels)
    ours = climb(model, model.random(1, generator()), np.zeros(1, int))
    np.testing.assert_allclose(ours.values[0], [1, 3 / 5, 2 / 5, 2 / 5, 3 / 5], atol=1e-9)
    assert ours.likelihood[0] == pytest.approx(3 * np.log(0.6) * 2 + 2 * np.log(0.4) * 2)


def test_a_mixture_of_regressions_finds_its_lines() -> None:
    random = np.random.default_rng(2)
    of, x = random.choice(2, 800), random.normal(size=(800, 2))
    y = np.where(of == 0, 1 + x[:, 0], -1 - x[:, 1]) + 0.3 * random.normal(size=800)
    model = Regressions.of(x, y, np.ones(800), np.arange(800)).into(2)
    ours = climb(model, model.random(10, generator()), np.zeros(10, int))
    values = ours.values[ours.likelihood.argmax()][None]
    assert (np.diff(ordered(model, values)[0, :2]) <= 0).all()
    _, slopes, spread = model.parts(values)
    order = np.argsort(-slopes[0, :, 0])
    np.testing.assert_allclose(slopes[0, order], [[1, 1, 0], [-1, 0, -1]], atol=0.07)
    np.testing.assert_allclose(np.sqrt(spread), 0.3, atol=0.05)


def test_one_line_is_least_squares_and_rows_of_a_person_share_a_class() -> None:
    random = np.random.default_rng(2)
    x, person = random.normal(size=(60, 2)), np.repeat(np.arange(20), 3)
    y = x @ [1.0, 2.0] + random.normal(size=60)
    model = Regressions.of(x, y, np.ones(20), person)
    ours = climb(model, model.random(1, generator()), np.zeros(1, int))
    wanted = np.linalg.lstsq(np.column_stack([np.ones(60), x]), y, rcond=None)[0]
    np.testing.assert_allclose(ours.values[0, 1:4], wanted, atol=1e-6)
    assert model.into(2).posterior(model.into(2).random(1, generator())).shape == (1, 2, 20)


def test_classes_are_matched_and_compared_by_their_people() -> None:
    table = np.array([[1.0, 40, 9], [30, 5, 5], [0, 0, 10]])
    order = matched(table)
    assert list(order) == [1, 0, 2]
    swapped = table[None][:, :, order]
    np.testing.assert_allclose(jaccard(swapped)[0], [40 / 55, 30 / 41, 10 / 24])
    assert adjusted_rand(np.diag([3.0, 4.0])[None])[0] == pytest.approx(1.0)
    # Hubert & Arabie by hand: 2 × 2 of 2 each, nothing but chance: index (0·pairs) less expected.
    assert adjusted_rand(np.ones((1, 2, 2)))[0] == pytest.approx((0 - 2 * 2 / 6) / (2 - 2 * 2 / 6))


def test_sums_over_classes_are_those_of_the_true_classes() -> None:
    """With the true parameters, the mean within a class is that of its people, although nobody's class is known."""
    random = np.random.default_rng(5)
    of = random.choice(2, 60_000, p=[0.7, 0.3])
    codes = levels_of(of, random, clear=0.6, levels=2)
    model = Answers.of(codes, np.array([2] * 4)).into(2)
    true = np.array([0.7, 0.3, *([0.6, 0.4] * 4), *([0.4, 0.6] * 4)])
    y = np.where(of == 0, 1.0, 3.0) + random.normal(size=len(of))
    people = Members(
        model=model, point=true, values=np.empty((0, len(true))), where=model.where, weight=np.ones(len(of)),
        factor=np.empty((0, len(of))),
    )  # fmt: skip
    total, mean = people.sums(np.column_stack([np.ones(len(y)), y]), np.arange(len(y)))[0].T
    np.testing.assert_allclose(mean / total, [1.0, 3.0], atol=0.12)
    np.testing.assert_allclose(total / len(y), [0.7, 0.3], atol=0.01)


def test_two_classes_are_found_named_and_explained() -> None:
    names = [{"label": "firsts", "typical": {"a": "l0"}}, {"label": "seconds", "typical": {"a": "l1", "b": "l1"}}]
    case, of = a_classed_case(600, names=names)
    rows = classes_rows(case)
    check(frame(rows))
    assert found(rows, "class_count", contrast="classes")["estimate"] == 2
    assert found(rows, "blrt", contrast="classes:2")["p_value"] == 1 / 40
    for at in range(2):
        group = f"class={at + 1}"
        size = found(rows, "class_size", group=group)
        assert size["conf_low"] < (of == at).mean() < size["conf_high"]
        assert found(rows, "stability_jaccard", group=group)["estimate"] > 0.9
        assert found(rows, "prob_typical", group=group, contrast=f"name:{at}")["estimate"] == 1.0
        assert found(rows, "prob_typical", group=group, contrast=f"name:{1 - at}")["estimate"] == 0.0
        assert found(rows, "proportion", term="a", group=group, contrast=f"level:l{at}")["estimate"] == pytest.approx(
            CLEAR, abs=0.06
        )
        assert found(rows, "b", term=DRIVERS[at], group=group)["estimate"] == pytest.approx(0.8, abs=0.12)
        assert found(rows, "lmg_share", term=DRIVERS[at], group=group)["estimate"] > 0.9
    gap = found(rows, "mean_difference", term="y", contrast="class=1-2")
    assert gap["estimate"] == pytest.approx(1.0, abs=0.25)
    assert gap["p_adjusted"] < 0.01


def test_answers_at_random_are_one_class() -> None:
    codes = np.random.default_rng(8).integers(3, size=(300, 4))
    rows = classes_rows(a_classed_case(300, codes=codes)[0])
    assert found(rows, "class_count", contrast="classes")["estimate"] == 1
    assert {row["group"] for row in rows} == {None}


def test_shuffled_rows_and_another_seed_of_the_hash_change_nothing() -> None:
    one, two = (classes_rows(a_classed_case(200)[0]) for _ in range(2))
    assert one == two


def test_weights_of_zero_count_for_nothing_and_equal_weights_for_no_difference() -> None:
    case, _ = a_classed_case(300)
    plain = {(row["metric"], row["group"], row["contrast"], row["term"]): row for row in classes_rows(case)}
    weight = np.full(300, 2.5)
    for row in classes_rows(a_classed_case(300, weight=weight)[0]):
        same = plain[row["metric"], row["group"], row["contrast"], row["term"]]
        if row["estimate"] is not None:
            assert row["estimate"] == pytest.approx(same["estimate"], abs=1e-6), row
    weight[:150] = 0.0
    half = classes_rows(a_classed_case(300, weight=weight)[0])
    assert found(half, "class_count", contrast="classes")["n"] == 150


@pytest.mark.parametrize(
    ("codes", "state", "reason"),
    [
        (np.zeros((60, 4), int), "not_defined", "one_answer"),
        (np.tile(np.arange(3), (60, 1))[:, [0, 1, 2, 0]], "not_defined", "one_answer"),
        (np.column_stack([np.arange(60) % 40, np.arange(60) % 2, np.zeros((60, 2), int)]), "not_defined", "one_answer"),
    ],
    ids=["all alike", "columns alike", "forty levels"],
)
def test_answers_that_tell_nobody_apart(codes: Array, state: str, reason: str) -> None:
    rows = classes_rows(a_classed_case(60, codes=codes)[0])
    row = found(rows, "class_count", contrast="classes")
    assert (row["state"], row["reason"], row["estimate"]) == (state, reason, None)


def test_forty_levels_and_no_variance_are_told() -> None:
    codes = np.column_stack([np.arange(80) % 40, np.zeros(80, int), np.arange(80) % 2, np.arange(80) % 3])
    rows = classes_rows(a_classed_case(80, codes=codes)[0])
    told = {row["term"]: (row["state"], row["reason"]) for row in rows if row["contrast"] == "classes" and row["term"]}
    assert told == {"a": ("not_defined", "many_levels"), "b": ("no_variance", "one_level")}
    # Two answers of 2 × 3 levels cannot tell two classes: 7 parameters, 5 shares.
    assert found(rows, "smallest_class", contrast="classes:2")["reason"] == "not_identified"
    assert found(rows, "class_count", contrast="classes")["estimate"] == 1


def test_three_respondents_are_too_few() -> None:
    row = found(classes_rows(a_classed_case(12)[0]), "class_count", contrast="classes")
    assert (row["state"], row["reason"]) == ("too_few", "small_base")


def test_a_class_under_the_minimum_base_is_not_chosen() -> None:
    """Six people of their own: their class would be found, and is named as empty instead."""
    random = np.random.default_rng(4)
    of = np.repeat([0, 1, 2], [200, 150, 6])
    codes = levels_of(of, random, clear=0.97)
    rows = classes_rows(a_classed_case(356, codes=codes, most=3)[0])
    smallest = found(rows, "smallest_class", contrast="classes:3")
    assert (smallest["state"], smallest["reason"], smallest["estimate"]) == ("suppressed", "empty_class", None)
    assert found(rows, "class_count", contrast="classes")["estimate"] == 2
    asked = classes_rows(a_classed_case(356, codes=codes, count=3)[0])
    assert found(asked, "class_count", contrast="classes")["reason"] == "empty_class"
    assert not [row for row in asked if row["metric"] == "class_size"]


def test_missing_answers_keep_their_people_and_nobody_without_any_has_a_class() -> None:
    random = np.random.default_rng(6)
    of = random.choice(2, 300)
    codes = levels_of(of, random)
    codes[random.random(codes.shape) < 0.2] = -1
    codes[:25] = -1
    row = found(classes_rows(a_classed_case(300, codes=codes)[0]), "class_count", contrast="classes")
    assert row["estimate"] == 2
    assert row["n"] == (codes >= 0).any(1).sum()


def test_lines_are_classes_of_their_own() -> None:
    case, of = a_classed_case(700, drivers=True, answers=[])
    rows = classes_rows(case)
    check(frame(rows))
    assert found(rows, "class_count", contrast="driver_classes")["estimate"] == 2
    first = found(rows, "b", term="x1", group="driver_class=1")
    assert first["estimate"] == pytest.approx(0.8, abs=0.15)
    assert found(rows, "class_size", group="driver_class=1")["estimate"] == pytest.approx((of == 0).mean(), abs=0.1)
    assert {row["metric"] for row in rows if row["p_value"] is not None} == {"blrt"}


def test_a_study_that_does_not_ask_has_no_rows() -> None:
    case, _ = a_classed_case(60)
    study = a_study(
        constructs={name: {"items": [name], "scale": "seven"} for name in ("x1", "y")}, model={"outcome": "y"}
    )
    assert classes_rows(a_case(study, {"x1": np.arange(30) % 7 + 1, "y": np.arange(30) % 5 + 1})) == []
    assert case.study.definition.classes is not None


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ({}, "classes are made of answers"),
        ({"answers": ["city"]}, "one answer makes no classes"),
        ({"answers": ["city", "town"], "names": [{"label": "x", "typical": {"cty": "north"}}]}, "none of the answers"),
    ],
)
def test_keys_that_cannot_be_are_refused(study_folder: Any, classes: Any, words: str) -> None:
    variables = {"city": {"column": "city"}, "town": {"column": "city"}}
    with pytest.raises(DefinitionError, match=words):
        load(study_folder(variables=variables, classes=classes))


def test_a_variable_named_class_is_refused(study_folder: Any) -> None:
    variables = {"class": {"column": "city"}, "city": {"column": "city"}}
    with pytest.raises(DefinitionError, match="taken for the classes"):
        load(study_folder(variables=variables, classes={"answers": ["city", "class"]}))
