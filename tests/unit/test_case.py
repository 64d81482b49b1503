"""Case: which rows a question beyond the model stands on, and what of them may be seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import load
from pipeline.analysis import analyse, explained
from pipeline.errors import AnalysisRefused, DataError, DefinitionError
from pipeline.ingest import read
from pipeline.model import Setting
from pipeline.model.case import Case
from pipeline.model.every import resample_all
from pipeline.named import refuse_unknown_levels
from pipeline.sample import sample
from pipeline.score import score
from pipeline.screen import screen

Maker = Callable[..., Path]
RANDOM = np.random.default_rng(3)


def market(n: int = 60) -> tuple[list[str], list[list[str]]]:
    """n people who rate two brands, the last ten in a second wave too; devices and a founder about brand a alone."""
    header = ["id", "wave", "t_a", "t_b", "i_a", "i_b", "founder", "devices", "city", "w"]
    rows = []
    for number in range(n + 10):
        answers = [str(value) for value in RANDOM.integers(1, 8, 5)]
        person, wave = (number, "1") if number < n else (number - 10, "2")
        rows.append([f"p{person:03d}", wave, *answers, str(number % 5), "xyz"[min(2, number // 30)], "1"])
    rows[0][2:5:2] = "", ""
    rows[1][7] = ""
    return header, rows


KEYS: dict[str, Any] = {
    "respondent": {"id": "id"},
    "constructs": {"trust": ["t"], "intent": ["i"], "founder": ["founder"]},
    "model": {"outcome": "intent", "drivers": ["trust"], "draws": 200},
    "stack": {"by": "brand", "levels": ["a", "b"], "columns": {"t": ["t_a", "t_b"], "i": ["i_a", "i_b"]}},
    "variables": {
        "devices": {"range": [0, 9]},
        "city": {"codes": {"x": "X", "y": "Y", "z": "Z"}},
        "wave": {"codes": {"1": "1", "2": "2"}},
    },
    "segments": {"waves": "wave"},
    "weights": {"column": "w"},
    "what_if": True,
}


def case(folder: Path) -> Case:
    study = load(folder)
    responses = read(study)
    screening = screen(responses, study)
    scores = score(responses, study)
    people, setting = sample(responses, screening, scores, study), Setting.of(study)
    return Case(
        study=study, responses=responses, screening=screening, scores=scores, people=people, setting=setting,
        resampled=resample_all(study, people, setting, explained(study)), kind="poisson",
    )  # fmt: skip


def made(study_folder: Maker, **keys: Any) -> Case:
    header, rows = market()
    return case(study_folder(rows, header, **(KEYS | keys)))


def test_constructs_are_scored_that_only_a_further_question_names(study_folder: Maker) -> None:
    asked = made(study_folder, mediation={"chain": {"from": "founder", "through": "trust"}})
    assert set(asked.scores.values) == {"trust", "intent", "founder"}
    assert set(made(study_folder).scores.values) == {"trust", "intent"}


def test_a_focus_of_few_people_is_refused_without_their_number(study_folder: Maker) -> None:
    header, rows = market()
    few = [
        [*row[:3], "" if at > 5 else row[3], row[4], "" if at > 5 else row[5], *row[6:]] for at, row in enumerate(rows)
    ]
    with pytest.raises(AnalysisRefused, match="fewer than 10 respondents with 'b' in 'brand'"):
        analyse(load(study_folder(few, header, **(KEYS | {"focus": {"brand": "b"}}))))


def test_focus_takes_the_rows_of_one_brand(study_folder: Maker) -> None:
    focused = made(study_folder, focus={"brand": "a"})
    cut = focused.cut(["trust", "intent"])
    assert len(cut) == 69
    assert cut.everyone.n == 59
    assert len(focused.cut(["trust", "intent"], focus=False)) == 139
    assert len(made(study_folder).cut(["trust", "intent"])) == 139


def test_answers_given_once_count_once_a_wave(study_folder: Maker) -> None:
    every = made(study_folder)
    assert len(every.cut(["devices"])) == 137
    assert len(every.cut(["devices"], once=True)) == 69


def test_a_person_of_two_waves_is_one_sampling_unit(study_folder: Maker) -> None:
    found = made(study_folder, focus={"brand": "a"})
    cut = found.cut(["trust"])
    assert not cut.once
    assert len(cut.design.keys) == cut.everyone.n
    drawn = found.resample(cut, 50)
    assert drawn.draws.mean.shape == (50, 1)


def test_categories_have_a_column_a_level_but_the_first(study_folder: Maker) -> None:
    found = made(study_folder)
    assert found.column("city").shape[1] == 2
    assert found.column("devices").shape[1] == 1


def test_groups_that_are_too_small_are_none(study_folder: Maker) -> None:
    found = made(study_folder)
    cut = found.cut(["trust", "intent"], also=found.known("devices") == 4)
    assert [level for _, level, _ in found.groups(["city"], cut)] == []
    whole = found.cut(["trust", "intent"])
    assert [level for _, level, _ in found.groups(["city"], whole)] == ["x", "y", "z"]


def test_levels_that_nobody_has_are_refused(study_folder: Maker) -> None:
    found = made(study_folder, focus={"brand": "aa"}, rivals={"brands": ["a", "b"]})
    with pytest.raises(DataError, match=r"nobody is 'aa' in 'brand'. Did you mean 'a'"):
        refuse_unknown_levels(found.study, found.responses)
    found = made(study_folder, focus={"brand": "a"})
    refuse_unknown_levels(found.study, found.responses)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"focus": {"brnd": "a"}}, "unknown name 'brnd'. Did you mean 'brand'?"),
        ({"focus": {"devices": "1"}}, "'devices' is a number; make bands of it"),
        ({"stated_importance": {"trust": "city"}}, "'city' is no number"),
        ({"stated_importance": {"price": "devices"}}, "'price' is no driver of the model"),
        ({"mediation": {"one": {"from": "founder", "through": []}}}, "through"),
        ({"paradox": {"product": "quality"}}, "unknown name 'quality'"),
        ({"rivals": {"brands": ["a"]}}, "brands"),
        ({"model": KEYS["model"] | {"outcomes": ["trust"]}}, "'trust' is in the model already"),
        ({"model": KEYS["model"] | {"level": "items"}}, "what_if looks at scales, and the model at items"),
        ({"classes": {"answers": ["devices"]}}, "'devices' is a number"),
        ({"value": {"product": ["intent"]}}, "'intent' is no driver of the model"),
        ({"lock_in": {"devices": "city"}}, "'city' is no number"),
        ({"lock_in": {"devices": "devices", "outcomes": ["founder", "founder"]}}, "twice in lock_in.outcomes"),
        ({"segments": {"waves": "city"}, "journey": {"cohorts": ["city"]}}, "'city' is the wave; cohorts are groups"),
    ],
)
def test_wrong_questions_are_refused_in_a_sentence(study_folder: Maker, keys: dict[str, Any], told: str) -> None:
    header, rows = market()
    with pytest.raises(DefinitionError) as raised:
        load(study_folder(rows, header, **(KEYS | keys)))
    text = str(raised.value)
    assert told in text
    assert "study.yaml:" in text


def test_a_number_without_end_is_refused_in_a_sentence(study_folder: Maker) -> None:
    header, rows = market()
    folder = study_folder(rows, header, **(KEYS | {"what_if": {"step": 2}}))
    file = folder / "study.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace('"step": 2', '"step": .inf'), encoding="utf-8")
    with pytest.raises(DefinitionError, match="'step' is the number inf; it must be a number"):
        load(folder)
