"""Screening: every row read is kept or has one reason; rules flag whom they name, and drop_when decides who goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import load
from pipeline.errors import AnalysisRefused, DataError, DefinitionError
from pipeline.ingest import read
from pipeline.rulings import used
from pipeline.screen import Screening, screen
from pipeline.screen.rules import RULES, Subject, declared, scales_of
from pipeline.specs import RULES as NAMES
from tests.conftest import ROWS

Folder = Callable[..., Path]

HEADER = ("id", "a1", "a2", "a3", "b1", "b2", "b3", "y1", "sec", "ip", "check", "test", "done", "begun")
CONSTRUCTS: dict[str, Any] = {
    "a": {"items": ["a1", "a2", "a3"], "reverse": ["a3"]},
    "b": ["b1", "b2", "b3"],
    "y": ["y1"],
}
RESPONDENT = {"id": "id", "seconds": "sec", "ip": "ip"}


def survey(rows: int = 40, seed: int = 6) -> list[list[Any]]:
    """Attentive rows: a3 is reversed, so that it mirrors a1 and a2."""
    random = np.random.default_rng(seed)
    found: list[list[Any]] = []
    for at in range(rows):
        a, b = random.integers(2, 7, 2)
        a2, b2, b3 = np.clip(np.array([a, b, b]) + random.integers(-1, 2, 3), 1, 7)
        items = [a, a2, 8 - a, b, b2, b3]
        found.append([f"p{at:02d}", *map(int, items), int((a + b) // 2), 200 + at, f"10.0.0.{at}", "4", "", "1", at])
    return found


def changed(row: Sequence[Any], **cells: Any) -> list[Any]:
    found = list(row)
    for name, value in cells.items():
        found[HEADER.index(name)] = value
    return found


def screened(folder: Path) -> Screening:
    study = load(folder)
    return screen(read(study), study)


def flagged(folder: Path, rule: str) -> list[int]:
    """Rows that a rule flags, as their number in the survey; ids keep the order of the file."""
    study = load(folder)
    responses = read(study)
    (one,) = (one for one in screen(responses, study).found if one.rule.name == rule)
    assert one.flagged is not None, one.reason
    numbers = responses.variables["number"].to_numpy(float)
    return sorted(int(number) for number in numbers[one.flagged])


def made(study_folder: Folder, rows: list[list[Any]], quality: dict[str, Any], **keys: Any) -> Path:
    """A study of these rows with a variable that numbers them."""
    return study_folder(
        [[*row, at] for at, row in enumerate(rows)],
        (*HEADER, "number"),
        **{
            "constructs": CONSTRUCTS,
            "model": {"outcome": "y"},
            "variables": {"number": {"type": "number"}},
            "respondent": RESPONDENT,
            "quality": quality,
        }
        | keys,
    )


def test_nothing_is_removed_where_nothing_is_declared(study_folder: Folder) -> None:
    found = screened(study_folder())
    assert found.keep.all()
    assert [(flow.stage, flow.remaining, dict(flow.removed)) for flow in found.flow] == [
        ("read", 5, {}),
        ("complete", 5, {}),
    ]


def test_every_row_has_one_reason_and_the_steps_add_up(study_folder: Folder) -> None:
    rows = [*ROWS, ROWS[0], ["a06", "1", "2", "3", "4", "south", ""], ["a07", "1", "2", "3", "4", "north", ""]]
    keys = {"respondent": {"id": "id", "complete": {"column": "city", "equals": ["north"]}}, "weights": {"column": "w"}}
    found = screened(study_folder(rows=rows, **keys))
    read_, complete = found.flow
    assert dict(complete.removed) == {"duplicate": 1, "incomplete": 3, "no_weight": 1}
    assert read_.remaining == 8 == complete.remaining + sum(complete.removed.values())
    assert found.keep.sum() == complete.remaining == 3


def test_no_complete_row_at_all_is_refused(study_folder: Folder) -> None:
    folder = study_folder(respondent={"complete": {"column": "city", "equals": "west"}})
    with pytest.raises(AnalysisRefused, match=r'column "city" never holds west; correct equals'):
        screened(folder)


def test_rules_are_those_of_the_definition_in_one_order() -> None:
    assert tuple(RULES) == NAMES


def test_previews_go_before_anything_is_counted(study_folder: Folder) -> None:
    rows = survey()
    rows[3] = changed(rows[3], test="preview", sec=1)
    rows[4] = changed(rows[4], test="preview", done="0")
    rows[5] = changed(rows[5], done="0", sec=1)
    respondent = RESPONDENT | {
        "complete": {"column": "done", "equals": "1"},
        "tests": {"column": "test", "equals": "preview"},
    }
    folder = made(study_folder, rows, {"min_seconds": 100, "drop_when": "min_seconds"}, respondent=respondent)
    found = screened(folder)
    assert [dict(step.removed) for step in found.flow] == [{}, {"test": 2, "incomplete": 1}, {}]
    assert flagged(folder, "min_seconds") == []


def test_attention(study_folder: Folder) -> None:
    """Wrong, and left out by somebody who was asked; not where the question was never shown."""
    rows = survey()
    rows[1] = changed(rows[1], check="2")
    rows[2] = changed(rows[2], check="")
    rows[3] = changed(rows[3], check="-9")
    folder = made(study_folder, rows, {"attention": {"check": [4, 5]}}, missing={"not_asked": [-9]})
    assert flagged(folder, "attention") == [1, 2]


def test_speed_is_measured_against_all_complete_interviews(study_folder: Folder) -> None:
    rows = [changed(row, sec=100) for row in survey(20)]
    rows[0], rows[1], rows[2] = changed(rows[0], sec=39), changed(rows[1], sec=40), changed(rows[2], sec="")
    folder = made(study_folder, rows, {"min_seconds": 40, "min_speed": 0.4})
    assert flagged(folder, "min_seconds") == [0]
    assert flagged(folder, "min_speed") == [0]
    folder = made(study_folder, rows, {"min_seconds": 41, "min_speed": 0.401})
    assert flagged(folder, "min_seconds") == flagged(folder, "min_speed") == [0, 1]


def test_patterns_are_judged_as_presented_and_halves_as_scored(study_folder: Folder) -> None:
    """Straightlining hides where reversed items are turned first; a contradiction shows only then."""
    rows = survey()
    alike = dict.fromkeys(("a1", "a2", "a3", "b1", "b2", "b3", "y1"), 6)
    rows[7] = changed(rows[7], **alike)
    rows[8] = changed(rows[8], **alike | {"y1": 2})
    folder = made(study_folder, rows, {"longstring": 7, "irv": 0})
    assert flagged(folder, "longstring") == flagged(folder, "irv") == [7]
    folder = made(study_folder, rows, {"longstring": 6})
    assert flagged(folder, "longstring") == [7, 8]


def test_even_odd_flags_a_low_consistency(study_folder: Folder) -> None:
    """Halves by hand: a = (a1, 8 - a3 | a2), b = (b1, b3 | b2), y has one item and none; two scales correlate ±1."""
    rows = survey()
    rows[5] = changed(rows[5], a1=1, a2=7, a3=7, b1=7, b2=1, b3=7)
    folder = made(study_folder, rows, {"even_odd": 0.5})
    study = load(folder)
    subject = Subject.of(read(study), study, np.ones(40, dtype=bool))
    assert subject.sizes == (3, 3, 1)
    assert 5 in flagged(folder, "even_odd")


def test_synonyms_and_antonyms(study_folder: Folder) -> None:
    rows = survey(80)
    rows[5] = changed(rows[5], a1=7, a2=1, a3=7, b1=1, b2=7, b3=1)
    folder = made(study_folder, rows, {"psychsyn": 0.0, "synonyms": 0.5})
    assert 5 in flagged(folder, "psychsyn")
    turned = [changed(row, b1=8 - row[4], a2=8 - row[2]) for row in rows]
    turned[6] = changed(turned[6], a1=7, a2=7, a3=6, b1=1, b2=1, b3=2)
    folder = made(study_folder, turned, {"psychant": 0.5, "synonyms": 0.5})
    assert 6 in flagged(folder, "psychant")


def test_mahalanobis_flags_improbable_rows(study_folder: Folder) -> None:
    rows = survey(120)
    rows[5] = changed(rows[5], a1=7, a2=1, a3=7, b1=1, b2=7, b3=1, y1=7)
    found = flagged(made(study_folder, rows, {"mahalanobis": 0.001}), "mahalanobis")
    assert 5 in found
    assert len(found) < 6


def test_repeated_addresses_and_answers(study_folder: Folder) -> None:
    rows = survey()
    rows[9] = changed(rows[9], ip=rows[2][HEADER.index("ip")])
    rows[12] = [rows[12][0], *rows[4][1:8], *rows[12][8:]]
    rows[13], rows[14] = (changed(rows[at], ip="") for at in (13, 14))
    respondent = RESPONDENT | {"started": "begun"}
    folder = made(study_folder, rows, {"duplicates": ["ip", "answers"]}, respondent=respondent, variables={})
    study = load(folder)
    responses = read(study)
    found = {one.rule.name: one.flagged for one in screen(responses, study).found}
    assert responses.started is not None
    began = {name: sorted(responses.started[mask].astype(int)) for name, mask in found.items() if mask is not None}
    assert began["ip"] == [9]
    assert 12 in began["answers"]
    assert 4 not in began["answers"]


def test_of_rows_with_one_id_the_earliest_stays(study_folder: Folder) -> None:
    rows = survey()
    again = [changed(rows[3], a1=1, a2=7, begun=999), changed(rows[5], a1=7, a2=1, begun=0)]
    keys = {"respondent": RESPONDENT | {"started": "begun"}, "variables": {}}
    with pytest.raises(DataError, match="have the same respondent id but different answers"):
        read(load(made(study_folder, [*rows, *again], {}, **keys)))
    quality = {"duplicates": ["id"], "drop_when": ["id"]}
    study = load(made(study_folder, [*rows, *again], quality, **keys))
    responses = read(study)
    found = screen(responses, study)
    assert len(responses.respondent) == len(rows) + 2
    assert responses.started is not None
    assert sorted(responses.started[~found.keep].astype(int)) == sorted([999, int(rows[5][HEADER.index("begun")])])
    with pytest.raises(DefinitionError, match="cannot all stay"):
        load(made(study_folder, rows, {"duplicates": ["id"]}, **keys))


def test_a_panel_that_comes_back_is_no_duplicate(study_folder: Folder) -> None:
    rows = survey(12)
    twice = [*rows, *(changed(row, id=f"q{at}") for at, row in enumerate(rows))]
    waves = [[*row, "first" if at < 12 else "second"] for at, row in enumerate(twice)]
    keys = {"constructs": CONSTRUCTS, "model": {"outcome": "y"}, "respondent": RESPONDENT}
    keys |= {"segments": {"waves": "wave"}, "quality": {"duplicates": ["ip", "answers"]}}
    found = screened(study_folder(waves, (*HEADER, "wave"), **keys))
    assert {one.rule.name: int(one.flagged.sum()) for one in found.found if one.flagged is not None}["ip"] == 0


@pytest.mark.parametrize(
    ("quality", "rule", "change", "reason"),
    [
        ({"attention": {"check": 4}}, "attention", {"check": "-9"}, "not_asked"),
        ({"min_seconds": 60}, "min_seconds", {"sec": ""}, "no_times"),
        ({"min_speed": 0.3}, "min_speed", {"sec": ""}, "no_times"),
        ({"duplicates": "ip"}, "ip", {"ip": ""}, "no_addresses"),
        ({"psychsyn": 0.2, "synonyms": 0.999}, "psychsyn", {}, "no_synonyms"),
        ({"psychant": 0.2, "synonyms": 0.999}, "psychant", {}, "no_antonyms"),
        ({"mahalanobis": 0.01}, "mahalanobis", {"a2": 5}, "items_repeat"),
    ],
)
def test_a_rule_without_its_data_is_not_available(
    study_folder: Folder, quality: dict[str, Any], rule: str, change: dict[str, Any], reason: str
) -> None:
    rows = [changed(row, **change) for row in survey()]
    if rule in ("psychsyn", "psychant"):
        random = np.random.default_rng(1)
        rows = [[row[0], *map(int, random.integers(1, 8, 7)), *row[8:]] for row in rows]
    found = screened(made(study_folder, rows, quality | {"drop_when": rule}, missing={"not_asked": [-9]}))
    (one,) = found.found
    assert (one.rule.name, one.flagged, one.reason) == (rule, None, reason)
    assert found.keep.all()
    assert found.flags.sum() == 0


def test_scales_of_one_item_have_no_halves(study_folder: Folder) -> None:
    keys = {"constructs": {"a": ["a1"], "b": ["b1"], "y": ["y1"]}}
    found = screened(made(study_folder, survey(), {"even_odd": 0.0}, **keys))
    assert [one.reason for one in found.found] == ["no_halves"]


def test_drop_when_decides(study_folder: Folder) -> None:
    rows = survey()
    alike = dict.fromkeys(("a1", "a2", "a3", "b1", "b2", "b3", "y1"), 6)
    rows[1], rows[2], rows[3] = changed(rows[1], **alike), changed(rows[2], sec=20), changed(rows[3], sec=20, **alike)
    quality: dict[str, Any] = {"longstring": 7, "min_seconds": 60}
    kept = screened(made(study_folder, rows, quality))
    assert kept.keep.all()
    assert dict(kept.flow[-1].removed) == {}
    assert [rule.decides for rule in declared(load(made(study_folder, rows, quality)))] == [False, False]
    assert sorted(kept.flags[kept.flags > 0]) == [1, 1, 2]
    for drop, removed in {
        2: {"flags": 1},
        "longstring": {"longstring": 2},
        ("min_seconds", "longstring"): {"min_seconds": 2, "longstring": 1},
    }.items():
        told = list(drop) if isinstance(drop, tuple) else drop
        found = screened(made(study_folder, rows, quality | {"drop_when": told}))
        assert dict(found.flow[-1].removed) == removed
        assert found.keep.sum() == 40 - sum(removed.values())
    both = screened(made(study_folder, rows, quality | {"drop_when": {"flags": 1, "rules": ["min_seconds"]}}))
    assert dict(both.flow[-1].removed) == {"min_seconds": 2, "flags": 1}


@pytest.mark.parametrize("seed", range(4))
def test_rows_are_conserved_and_their_order_does_not_matter(study_folder: Folder, seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = survey(60, seed)
    for at in random.choice(60, 25, replace=False):
        cells = {
            "sec": int(random.integers(5, 300)),
            "check": int(random.integers(3, 5)),
            "done": random.choice(["0", "1"]),
        }
        rows[at] = changed(rows[at], **cells, **{f"a{item}": int(random.integers(1, 8)) for item in (1, 2, 3)})
    quality = {
        "attention": {"check": 4}, "min_seconds": 60, "min_speed": 0.5, "longstring": 4, "irv": 0.6, "even_odd": 0.0,
        "psychsyn": 0.0, "mahalanobis": 0.05, "duplicates": ["ip", "answers"],
        "drop_when": {"flags": 2, "rules": ["attention", "irv"]},
    }  # fmt: skip
    keys: dict[str, Any] = {"respondent": RESPONDENT | {"complete": {"column": "done", "equals": "1"}}, "variables": {}}
    found = screened(made(study_folder, rows, quality, **keys))
    remaining = [step.remaining for step in found.flow]
    for step, before in zip(found.flow[1:], remaining, strict=False):
        assert before == step.remaining + sum(step.removed.values())
    assert found.keep.sum() == remaining[-1]
    assert not (found.keep & ~found.complete).any()
    again = screened(made(study_folder, list(reversed(rows)), quality, **keys))
    np.testing.assert_array_equal(found.keep, again.keep)
    np.testing.assert_array_equal(found.flags, again.flags)


def test_stacked_rows_are_flagged_for_patterns_and_interviews_whole(study_folder: Folder) -> None:
    header = ("id", *(f"{item}_{brand}" for item in ("a1", "a2", "b1", "b2", "y1") for brand in "xz"), "sec")
    random = np.random.default_rng(3)
    rows = [[f"p{at:02d}", *map(int, random.integers(1, 8, 10)), 300 + at] for at in range(30)]
    rows[4][1:11:2] = [5] * 5
    rows[6][-1] = 10
    keys = {
        "constructs": {"a": ["a1", "a2"], "b": ["b1", "b2"], "y": ["y1"]},
        "model": {"outcome": "y"},
        "stack": {
            "by": "brand",
            "levels": ["x", "z"],
            "columns": {item: [f"{item}_x", f"{item}_z"] for item in ("a1", "a2", "b1", "b2", "y1")},
        },
        "respondent": {"id": "id", "seconds": "sec"},
        "quality": {"longstring": 5, "min_speed": 0.5, "drop_when": ["longstring", "min_speed"]},
    }
    study = load(study_folder(rows, header, **keys))
    found = screen(read(study), study)
    assert {one.rule.name: int(one.flagged.sum()) for one in found.found if one.flagged is not None} == {
        "min_speed": 2,
        "longstring": 1,
    }
    assert dict(found.flow[-1].removed) == {"min_speed": 2, "longstring": 1}


def test_where_every_driver_is_an_item_its_group_is_the_scale(study_folder: Folder) -> None:
    folder = made(study_folder, survey(), {"even_odd": 0.0}, model={"outcome": "y", "level": "items"})
    assert scales_of(load(folder)) == [("a1", "a2", "a3"), ("b1", "b2", "b3"), ("y1",)]


def test_nobody_left_is_refused_with_the_counts(study_folder: Folder) -> None:
    folder = made(study_folder, survey(), {"min_seconds": 9000, "drop_when": 1})
    with pytest.raises(AnalysisRefused, match=r"leaves out every complete interview \(flagged: min_seconds 40\)"):
        screened(folder)


@pytest.mark.parametrize(
    ("quality", "keys", "message"),
    [
        ({"min_seconds": 60}, {"respondent": {"id": "id"}}, "'min_seconds' needs the column with the length of the"),
        ({"min_speed": 0.3}, {"respondent": {"id": "id"}}, "name it under respondent as 'seconds'"),
        ({"duplicates": "ip"}, {"respondent": {"id": "id"}}, "'duplicates: ip' needs the column with the IP address"),
        ({"longstring": 8}, {}, "longstring is 8, but the model has 7 items"),
        ({"attention": {"check": []}}, {}, "the check 'check' has no right answer"),
        ({"attention": {"a1": 4}}, {}, "'a1' is an item of 'a'"),
        ({"irv": 0.2, "drop_when": "irw"}, {}, "unknown rule 'irw'. Did you mean 'irv'? Rules in use are: irv."),
        ({"irv": 0.2, "drop_when": "longstring"}, {}, "'longstring' decides who is left out but is not in use"),
        ({"irv": 0.2, "drop_when": {}}, {}, "drop_when says nothing"),
        ({"irv": 0.2, "drop_when": 2}, {}, "drop_when asks for 2 flags, but the rules in use are 1"),
        ({"attention": {"chek": 4}}, {}, "chek"),
    ],
)
def test_rules_that_contradict_the_study(
    study_folder: Folder, quality: dict[str, Any], keys: dict[str, Any], message: str
) -> None:
    folder = made(study_folder, survey(), quality, **keys)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        screened(folder)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value).strip() or isinstance(caught.value, DefinitionError)


def test_used_rules_stand_in_their_order(study_folder: Folder) -> None:
    quality = {"duplicates": ["answers", "ip"], "irv": 0.0, "attention": {"check": 4}, "min_speed": 0.2}
    assert used(load(made(study_folder, survey(), quality))) == ["attention", "min_speed", "irv", "ip", "answers"]
