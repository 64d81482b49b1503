"""weight, score and sample: from typed responses to the rows an analysis stands on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import AnalysisRefused, DataError
from pipeline.ingest import read
from pipeline.sample import Sample, sample
from pipeline.score import score
from pipeline.screen import screen
from pipeline.study import load
from pipeline.weight import base, hashed

Folder = Callable[..., Path]
HEADER = ("id", "t1", "t2", "t3", "p1", "i1", "city", "w", "house")
CONSTRUCTS = {"trust": ["t1", "t2", "t3"], "price": ["p1"], "intent": ["i1"]}


def rows(count: int = 24) -> list[list[str]]:
    random = np.random.default_rng(1)
    answers = random.integers(1, 8, (count, 5)).astype(str).tolist()
    towns = ["north", "south", "east"]
    return [[f"p{at:03}", *answers[at], towns[at % 3], str(1 + at % 2), f"h{at // 2}"] for at in range(count)]


def people(folder: Path) -> Sample:
    study = load(folder)
    responses = read(study)
    return sample(responses, screen(responses, study), score(responses, study), study)


def blank(table: list[list[str]], cells: dict[int, tuple[str, ...]]) -> list[list[str]]:
    for row, columns in cells.items():
        for column in columns:
            table[row][HEADER.index(column)] = ""
    return table


def test_base_is_kish_and_counts_a_person_once() -> None:
    found = base(np.array([1.0, 1, 2, 4]), np.array([0, 0, 1, 2]))
    assert (found.n, found.n_eff) == (3, pytest.approx(49 / 21))
    assert found.deff == pytest.approx(3 * 21 / 49)
    assert base(np.ones(5), np.arange(5)).deff == 1
    assert base(np.ones(0), np.arange(0)).n == 0


def test_hash_is_stable_and_depends_on_the_text_alone() -> None:
    one, other = hashed(np.array(["a", "b", "a"], dtype=object)), hashed(np.array(["b", "a"], dtype=object))
    assert one[0] == one[2] == other[1] != one[1]
    assert one.dtype == np.uint64


def test_kinds_of_design(study_folder: Folder) -> None:
    for weights, kind in (
        ({}, "simple"),
        ({"column": "w"}, "weighted"),
        ({"cluster": "house"}, "clustered"),
        ({"strata": "city"}, "stratified"),
        ({"column": "w", "strata": "city", "cluster": "house"}, "stratified"),
    ):
        found = people(study_folder(rows(48), HEADER, constructs=CONSTRUCTS, weights=weights))
        assert found.design.kind == kind
        assert len(found.design.keys) == (24 if weights == {"cluster": "house"} else 48)


def test_rows_of_one_person_are_one_unit(study_folder: Folder) -> None:
    table = rows(48)
    for at, row in enumerate(table):
        row[0] = f"p{at // 2}"
    found = people(
        study_folder(table, HEADER, constructs=CONSTRUCTS, respondent={"id": "id"}, segments={"brand": "city"})
    )
    assert (found.everyone.n, len(found.scores), found.stacked) == (24, 48, True)
    assert (found.design.kind, len(found.design.keys)) == ("clustered", 24)


def test_rows_without_weight_are_counted_and_left_out(study_folder: Folder) -> None:
    table = rows(40)
    for at, weight in ((0, "0"), (1, ""), (2, "0")):
        table[at][HEADER.index("w")] = weight
    found = people(study_folder(table, HEADER, constructs=CONSTRUCTS, weights={"column": "w"}))
    assert found.everyone.n == 37
    assert found.flow[1].removed == {"no_weight": 3}
    assert (found.design.weight > 0).all()


def test_every_row_is_kept_or_has_one_reason(study_folder: Folder) -> None:
    table = blank(rows(40), {0: ("i1",), 1: ("i1", "p1"), 2: ("p1",), 3: ("t1", "t2"), 4: ("t1",)})
    found = people(study_folder(table, HEADER, constructs=CONSTRUCTS))
    read_, complete, answered = found.flow
    assert (read_.remaining, complete.remaining, answered.remaining) == (40, 40, 36)
    assert dict(answered.removed) == {"no_outcome": 2, "no_driver": 2}


def test_min_answered_decides_who_has_a_score(study_folder: Folder) -> None:
    table = blank(rows(40), {0: ("t1",), 1: ("t1", "t2"), 2: ("t1", "t2", "t3")})
    for needed, left in ((None, 38), (1, 39), (3, 37)):
        trust: dict[str, Any] = {"items": ["t1", "t2", "t3"]} | ({"min_answered": needed} if needed else {})
        found = people(study_folder(table, HEADER, constructs=CONSTRUCTS | {"trust": trust}))
        assert len(found.scores) == left


def test_a_score_is_the_mean_of_the_answered_items(study_folder: Folder) -> None:
    study = load(study_folder(blank(rows(40), {0: ("t1",)}), HEADER, constructs=CONSTRUCTS, respondent={"id": "id"}))
    responses = read(study)
    found = score(responses, study)
    answers = responses.items[["t1", "t2", "t3"]].to_numpy(float)
    np.testing.assert_allclose(found.values["trust"], np.nanmean(answers, axis=1))


def test_reversed_items_are_turned_on_the_declared_scale(study_folder: Folder) -> None:
    trust = {"items": ["t1", "t2", "t3"], "reverse": ["t2"]}
    study = load(study_folder(rows(40), HEADER, constructs=CONSTRUCTS | {"trust": trust}))
    responses = read(study)
    before = responses.items.copy()
    turned = score(responses, study).items["trust"]
    answers = responses.items[["t1", "t2", "t3"]].to_numpy(float)
    np.testing.assert_array_equal(turned, np.column_stack([answers[:, 0], 8 - answers[:, 1], answers[:, 2]]))
    assert responses.items.equals(before)


def test_an_item_nobody_answered_is_a_data_error(study_folder: Folder) -> None:
    table = blank(rows(30), dict.fromkeys(range(30), ("t2",)))
    with pytest.raises(DataError, match=r"item 't2' of 'trust' holds no answer at all") as caught:
        people(study_folder(table, HEADER, constructs=CONSTRUCTS))
    assert "study.yaml:" in str(caught.value)


def test_an_item_everybody_answers_alike_is_refused(study_folder: Folder) -> None:
    table = rows(30)
    for row in table:
        row[2] = "4"
    with pytest.raises(AnalysisRefused, match=r"item 't2' of 'trust' has the same answer from everybody"):
        people(study_folder(table, HEADER, constructs=CONSTRUCTS))


def test_too_few_people_are_refused_by_name_of_what_is_needed(study_folder: Folder) -> None:
    with pytest.raises(AnalysisRefused, match=r"need at least 10 respondents"):
        people(study_folder(rows(9), HEADER, constructs=CONSTRUCTS))
    alike = [[*row[:2], "4", *row[3:]] for row in rows(9)]
    with pytest.raises(AnalysisRefused, match=r"need at least 10 respondents"):
        people(study_folder(alike, HEADER, constructs=CONSTRUCTS))
    drivers = {f"d{at}": [f"x{at}"] for at in range(12)}
    random = np.random.default_rng(2)
    table = random.integers(1, 8, (14, 13)).astype(str).tolist()
    header = [*(f"x{at}" for at in range(12)), "i1"]
    with pytest.raises(AnalysisRefused, match=r"12 drivers need at least 15"):
        people(study_folder(table, header, constructs=drivers | {"intent": ["i1"]}))


def test_a_stratum_of_one_is_refused(study_folder: Folder) -> None:
    table = rows(30)
    table[7][HEADER.index("city")] = "west"
    with pytest.raises(AnalysisRefused, match=r"stratum 'west' holds a single sampling unit"):
        people(study_folder(table, HEADER, constructs=CONSTRUCTS, weights={"strata": "city"}))


def test_a_handful_of_clusters_is_refused(study_folder: Folder) -> None:
    table = rows(30)
    for at, row in enumerate(table):
        row[HEADER.index("house")] = f"h{at % 2}"
    with pytest.raises(AnalysisRefused, match=r"2 sampling units .* at least 4 are needed"):
        people(study_folder(table, HEADER, constructs=CONSTRUCTS, weights={"cluster": "house"}))


def test_groups_keep_the_declared_reference_where_somebody_has_it(study_folder: Folder) -> None:
    segments = {"compare": ["city"], "reference": {"city": "south"}}
    found = people(study_folder(rows(30), HEADER, constructs=CONSTRUCTS, segments=segments)).groups["city"]
    assert found.reference == "south"
    assert [found.mask(level).sum() for level in found.levels] == [10, 10, 10]
    gone = blank(rows(30), {at: ("p1",) for at in range(30) if at % 3 == 1})
    found = people(study_folder(gone, HEADER, constructs=CONSTRUCTS, segments=segments)).groups["city"]
    assert found.reference in found.levels
    assert "south" not in found.levels


def test_rows_without_a_level_belong_to_no_group(study_folder: Folder) -> None:
    table = blank(rows(30), {0: ("city",), 3: ("city",)})
    found = people(study_folder(table, HEADER, constructs=CONSTRUCTS, segments=["city"])).groups["city"]
    assert (found.of_row == -1).sum() == 2
