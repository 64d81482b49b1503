"""The simulated market: the committed answers are those of the generator, and its truth is what its page says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML
from scipy.special import ndtr

from pipeline.simulation import NULLS, PEOPLE, SEED, Market, Sample, population, sample, texts
from pipeline.simulation.__main__ import main
from pipeline.simulation.answers import NOT_ASKED, SKIPPED
from pipeline.simulation.market import CLASSES, WAVES
from pipeline.simulation.money import LADDER

FOLDER = Path(__file__).parents[2] / "surveys" / "phone_value"


@cache
def drawn() -> Sample:
    return sample(Market(), PEOPLE, SEED)


@cache
def everybody() -> Sample:
    return population(Market(), 40_000, 3)


def yaml(name: str) -> Any:
    return YAML(typ="safe").load(FOLDER / name)


def test_the_committed_answers_are_those_of_the_generator() -> None:
    for name, text in texts(drawn()).items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, name


def test_the_same_seed_gives_the_same_answers_and_another_others() -> None:
    first, again, other = (texts(sample(Market(), 300, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def asked() -> Iterator[tuple[str, Any, Any]]:
    """Column, question and what is asked of it, for every column that the questionnaire fills."""
    sheet = yaml("questionnaire.yaml")
    suffixes = [level["suffix"] for level in sheet["loops"]["brand"]["levels"].values()]
    for section in sheet["sections"]:
        for question in section["questions"]:
            if question.get("analysed", True):
                for name in question.get("items") or [question["id"]]:
                    names = [f"{name}_{suffix}" for suffix in suffixes] if section.get("per") else [name]
                    yield from ((column, question, sheet) for column in names)


def test_the_answers_have_the_columns_of_the_questionnaire() -> None:
    sheet = yaml("questionnaire.yaml")
    told = {name for name, column in sheet["columns"].items() if column["role"] != "wave"}
    assert set(drawn().cells) == told | {column for column, _, _ in asked()}


def test_every_answer_is_one_that_the_questionnaire_offers() -> None:
    for column, question, sheet in asked():
        values = drawn().cells[column]
        if values.dtype.kind != "U":
            values = values[~np.isin(values, (NOT_ASKED, SKIPPED, -9))]
        if "options" in question:
            offered = {str(code) for code in question["options"]}
            assert {str(int(value)) if values.dtype.kind == "f" else str(value) for value in values} <= offered, column
        elif "range" in question:
            assert question["range"][0] <= values.min(), column
            assert values.max() <= question["range"][1], column
        else:
            points = set(range(1, sheet["scales"][question["scale"]]["points"] + 1))
            assert set(values) <= points if question["type"] == "attention" else set(values) == points, column


def test_study_and_questionnaire_mean_the_same() -> None:
    study = yaml("study.yaml")
    for column, question, _ in asked():
        if "options" in question and column in study["variables"]:
            codes = {str(code): label for code, label in study["variables"][column]["codes"].items()}
            assert codes == {str(code): label for code, label in question["options"].items()}, column
        if construct := question.get("construct"):
            stacked = column[-2:] in ("_a", "_b", "_c")
            assert (column[:-2] if stacked else column) in study["constructs"][construct]["items"], column


def test_waves_are_as_large_as_each_other_and_some_people_are_in_several() -> None:
    sizes = np.bincount(drawn().visits.wave)
    assert len(sizes) == len(WAVES)
    assert np.ptp(sizes) <= 3
    times = np.bincount(drawn().visits.person)
    assert len(times) == PEOPLE
    assert (times == 2).sum() == 360
    assert (times == 3).sum() == 120
    rows = drawn().visits
    assert len({(person, wave) for person, wave in zip(rows.person, rows.wave, strict=True)}) == len(rows)


def test_weights_make_the_classes_as_large_as_they_are() -> None:
    one = sample(Market(), 20_000, 5)
    share = np.bincount(one.who.kind) / len(one.who)
    weighted = np.bincount(one.who.kind, one.who.weight) / one.who.weight.sum()
    assert abs(share - Market().types.sizes).max() > 0.05
    np.testing.assert_allclose(weighted, Market().types.sizes, atol=0.015)


def test_answers_follow_the_classes() -> None:
    kind = everybody().kind
    for name, levels in Market().types.answers.items():
        for level, chances in levels.items():
            found = [(everybody().cells[name][kind == at].astype(str) == level).mean() for at in range(len(CLASSES))]
            np.testing.assert_allclose(found, chances, atol=0.02)


def test_prices_are_as_documented() -> None:
    true = Market().prices
    expected = ndtr((np.log(true.ladder) - np.log(LADDER)) / true.ladder_sd)
    np.testing.assert_allclose(everybody().money.buys.mean(0), expected, atol=0.01)
    assert LADDER[int(np.argmax(expected * LADDER))] == 2499
    in_order = (np.diff(everybody().money.four, axis=1) > 0).all(1)
    assert abs(1 - in_order.mean() - true.intransitive) < 0.005
    ratio = np.log(everybody().money.own / everybody().money.reference)
    assert abs(ratio.mean() - true.premium) < 0.01


def test_careless_people_fail_the_check_or_race() -> None:
    failed = drawn().cells["check"] != 4
    assert 0.025 < failed.mean() < 0.06
    assert 0.01 < (drawn().cells["seconds"] < 260).mean() < 0.05


@pytest.mark.parametrize("name", NULLS)
def test_a_market_without_one_truth_is_another_market(name: str) -> None:
    assert texts(sample(NULLS[name](Market()), 200, 1)) != texts(sample(Market(), 200, 1))


def test_without_the_founder_nothing_goes_with_founder_trust() -> None:
    one = population(NULLS["founder"](Market()), 40_000, 4).ratings
    for other in (one.values[:, 0, 4], one.intent[:, 0]):
        assert abs(np.corrcoef(one.founder[:, 0], other)[0, 1]) < 0.02


def test_without_a_rival_brands_are_alike() -> None:
    one = population(NULLS["rival"](Market()), 40_000, 4).ratings
    np.testing.assert_allclose(one.intent.mean(0), one.intent[:, 0].mean(), atol=0.03)


def test_without_a_premium_or_a_lift_pairs_are_equal() -> None:
    prices = population(NULLS["premium"](Market()), 40_000, 4).money
    assert abs(prices.own.mean() / prices.reference.mean() - 1) < 0.003
    ratings = population(NULLS["promotion"](Market()), 5_000, 4).ratings
    np.testing.assert_array_equal(ratings.promo, ratings.intent)


def test_the_command_writes_four_files_or_says_how(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "new"), "200", "7"]) == 0
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [f"wave{at}.csv" for at in (1, 2, 3, 4)]
    assert (tmp_path / "new" / "wave1.csv").read_text(encoding="utf-8") == texts(sample(Market(), 200, 7))["wave1.csv"]
    assert main([]) == main(["x", "many"]) == 2
    assert "python -m pipeline.simulation FOLDER" in capsys.readouterr().err
