"""The terms of a model: controls, categories, interactions, groups, and items in place of scales."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import AnalysisRefused, DataError, DefinitionError
from pipeline.ingest import read
from pipeline.ingest._times import moment
from pipeline.sample import Sample, sample
from pipeline.score import score
from pipeline.screen import screen
from pipeline.study import load

Folder = Callable[..., Path]
HEADER = ("id", "t1", "t2", "t3", "p1", "i1", "city", "age")
CONSTRUCTS = {"trust": ["t1", "t2", "t3"], "price": ["p1"], "intent": ["i1"]}
VARIABLES: dict[str, Any] = {
    "city": {"codes": {"north": "North", "south": "South", "east": "East"}},
    "age": {"range": [16, 99]},
}


def rows(count: int = 60) -> list[list[str]]:
    random = np.random.default_rng(1)
    answers = random.integers(1, 8, (count, 5)).astype(str).tolist()
    towns = ["north", "south", "east"]
    return [[f"p{at:03}", *answers[at], towns[at % 3], str(18 + at)] for at in range(count)]


def folder(make: Folder, table: list[list[str]] | None = None, **model: Any) -> Path:
    model = {"outcome": "intent"} | model
    return make(table or rows(), HEADER, constructs=CONSTRUCTS, variables=VARIABLES, model=model, segments=None)


def people(path: Path) -> Sample:
    study = load(path)
    responses = read(study)
    return sample(responses, screen(responses, study), score(responses, study), study)


def refusal(path: Path) -> str:
    with pytest.raises(DefinitionError) as error:
        load(path)
    (line,) = error.value.lines()
    return line


def test_scores_alone_are_a_plain_model(study_folder: Folder) -> None:
    found = people(folder(study_folder))
    assert found.model.plain
    assert found.model.names == found.names == ("trust", "price", "intent")
    np.testing.assert_array_equal(found.model.values, found.scores)


def test_controls_stand_first_and_a_category_leaves_its_first_level_out(study_folder: Folder) -> None:
    found = people(folder(study_folder, controls=["city", "age"]))
    model = found.model
    assert model.names == ("city=south", "city=east", "age", "trust", "price", "intent")
    assert (model.controls, model.at, model.plain) == (3, ((0,), (1,)), False)
    assert model.values[:, 0].sum() == model.values[:, 1].sum() == 20
    assert set(model.values[:, 2]) == set(range(18, 78))
    assert found.drivers == ("trust", "price")


def test_a_category_drives_with_all_its_columns(study_folder: Folder) -> None:
    found = people(folder(study_folder, drivers=["trust", "city", "price"]))
    assert found.drivers == ("trust", "city", "price")
    assert found.names == ("trust", "price", "intent")
    assert found.model.at == ((0,), (1, 2), (3,))
    assert found.model.kinds == {"trust": "construct", "city": "category", "price": "construct"}


def test_an_interaction_is_the_product_of_centred_scores(study_folder: Folder) -> None:
    found = people(folder(study_folder, interactions=[["trust", "price"]]))
    assert found.drivers == ("trust", "price", "trust*price")
    assert found.model.parents == {2: (0, 1)}
    centred = found.scores - found.scores.mean(0)
    np.testing.assert_allclose(found.model.values[:, 2], centred[:, 0] * centred[:, 1], atol=1e-12)


def test_a_missing_control_takes_the_row_and_is_counted(study_folder: Folder) -> None:
    table = rows()
    table[3][6] = table[7][6] = ""
    found = people(folder(study_folder, table, controls=["city"]))
    assert len(found.scores) == 58
    assert found.flow[-1].removed["no_control"] == 2


def test_a_missing_driver_that_is_a_variable_takes_the_row(study_folder: Folder) -> None:
    table = rows()
    table[3][6] = ""
    found = people(folder(study_folder, table, drivers=["trust", "city"]))
    assert found.flow[-1].removed["no_driver"] == 1


def test_one_level_is_no_category(study_folder: Folder) -> None:
    table = rows()
    for row in table:
        row[6] = "north"
    with pytest.raises(AnalysisRefused, match="'city' has 1 levels with answers"):
        people(folder(study_folder, table, controls=["city"]))


def test_items_drive_in_groups_of_their_constructs(study_folder: Folder) -> None:
    study = load(folder(study_folder, level="items"))
    assert study.drivers == ("t1", "t2", "t3", "price")
    assert study.groups == {"trust": ("t1", "t2", "t3")}
    assert people(folder(study_folder, level="items")).names == ("t1", "t2", "t3", "price", "intent")


def test_groups_keep_the_order_of_the_study(study_folder: Folder) -> None:
    study = load(folder(study_folder, groups={"value": ["price", "trust"]}))
    assert study.groups == {"value": ("trust", "price")}
    assert people(folder(study_folder, groups={"value": ["price", "trust"]})).model.groups == {"value": (0, 1)}


def test_a_declared_group_of_scales_becomes_one_of_items(study_folder: Folder) -> None:
    study = load(folder(study_folder, level="items", groups={"value": ["price", "trust"]}))
    assert study.groups == {"value": ("t1", "t2", "t3", "price")}


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"controls": ["town"]}, "unknown control 'town'. Variables are: city, age."),
        ({"controls": ["city", "city"]}, "control 'city' is listed twice."),
        ({"drivers": ["trust", "city"], "controls": ["city"]}, "'city' is a driver; it cannot be taken into account"),
        ({"drivers": ["city", "age"]}, "no driver is a construct; at least one of trust, price, intent must drive."),
        ({"groups": {"city": ["trust"]}}, "group 'city' has the name of a construct or variable"),
        ({"groups": {"value": ["prise"]}}, "'prise' is no driver. Did you mean 'price'?"),
        ({"groups": {"a": ["trust"], "b": ["trust"]}}, "driver 'trust' already belongs to group 'a'"),
        ({"interactions": [["trust", "city"]]}, "'city' cannot interact."),
        ({"interactions": [["trust", "trust"]]}, "is no new pair of two drivers"),
        ({"interactions": [["trust", "price"], ["price", "trust"]]}, "is no new pair of two drivers"),
        ({"interactions": [["trust", "price"]], "level": "items"}, "items and interactions do not go together"),
        ({"interactions": [["trust", "price"]], "groups": {"a": ["trust"]}}, "groups and interactions do not"),
        ({"sesoi": 0.7}, "'sesoi' is the number 0.7"),
        ({"correlations": "polychoric", "inference": "jackknife"}, "choose inference bootstrap or bayesian"),
    ],
)
def test_what_does_not_fit_together_is_refused(study_folder: Folder, model: dict[str, Any], words: str) -> None:
    assert words in refusal(folder(study_folder, **model))


def test_a_compared_variable_cannot_drive(study_folder: Folder) -> None:
    model = {"outcome": "intent", "drivers": ["trust", "city"]}
    path = study_folder(rows(), HEADER, constructs=CONSTRUCTS, variables=VARIABLES, model=model, segments=["city"])
    assert "'city' is compared under segments" in refusal(path)


def test_an_item_named_as_a_construct_cannot_drive(study_folder: Folder) -> None:
    constructs = {"t1": ["p1"], "trust": ["t1", "t2"], "intent": ["i1"]}
    model = {"outcome": "intent", "level": "items"}
    path = study_folder(rows(), HEADER, constructs=constructs, model=model, segments=None)
    assert "item 't1' has the name of a construct" in refusal(path)


def test_answers_and_a_published_table_exclude_each_other(study_folder: Folder) -> None:
    table = {"file": "r.csv", "n": 100}
    assert "has data or correlations, not both" in refusal(study_folder(correlations=table))


def test_a_published_table_has_no_answers_to_split(study_folder: Folder) -> None:
    table = {"file": "r.csv", "n": 100}
    constructs = {"trust": {}, "intent": {}}
    model = {"outcome": "intent", "outcome_type": "binary"}
    path = study_folder(correlations=table, data=None, constructs=constructs, model=model, scales=None, segments=None)
    assert "no answers of respondents, which model.outcome_type would need" in refusal(path)


def test_a_construct_may_share_its_name_with_a_variable_that_is_compared(study_folder: Folder) -> None:
    table = [[*row[:6], row[6], row[7]] for row in rows()]
    header = (*HEADER[:6], "trust", "age")
    model = {"outcome": "intent", "drivers": ["trust", "price"]}
    path = study_folder(table, header, constructs=CONSTRUCTS, model=model, segments=["trust"])
    assert people(path).model.kinds == {"trust": "construct", "price": "construct"}


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["2026-03-02 14:05", "2026-03-01T09:00:00", "2026-03-02 14:06:30"], [1, 0, 2]),
        (["3", "1", "2"], [2, 0, 1]),
        (["2026-03-02T10:00+08:00", "2026-03-02T03:00Z", "2026-03-02T01:00Z"], [1, 2, 0]),
    ],
)
def test_interviews_have_the_order_of_their_times(cells: list[str], order: list[int]) -> None:
    assert np.argsort(np.argsort([moment(cell) for cell in cells])).tolist() == order


def started(make: Folder, times: list[str]) -> Path:
    table = [[*row, time] for row, time in zip(rows(len(times)), times, strict=True)]
    respondent = {"id": "id", "started": "begun"}
    return make(table, (*HEADER, "begun"), constructs=CONSTRUCTS, respondent=respondent, segments=None)


def test_times_reach_the_sample_and_are_unknown_where_one_is_missing(study_folder: Folder) -> None:
    times = [f"2026-03-{1 + at % 28:02} 10:{at:02}" for at in range(60)]
    found = people(started(study_folder, times)).started
    assert found is not None
    assert sorted(found) == sorted(map(moment, times))
    assert people(started(study_folder, ["", *times[1:]])).started is None


def test_a_text_that_is_no_time_is_refused(study_folder: Folder) -> None:
    with pytest.raises(DataError, match=r'"noon" is no time\. Write it as 2026-03-02 14:05:00'):
        people(started(study_folder, ["noon", *["2026-03-02 14:05"] * 59]))
