"""Journey: one wave; waves that are small, flat or without the question; two panel members; what must stay hidden."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import load
from pipeline.analysis import analyse
from pipeline.errors import DefinitionError
from pipeline.estimates import check, frame
from pipeline.model.journey import journey_rows
from pipeline.model.journey.people import Steps
from tests.made_case import a_case, found
from tests.waves import DRIVERS, IMAGES, MOVING, Drawn, Plan, case, draw, steady, study

Rows = list[dict[str, Any]]


def rows_of(plan: Plan, drawn: Drawn, **keys: Any) -> Rows:
    rows = journey_rows(case(plan, drawn, **keys))
    check(frame(rows))
    return rows


def without(drawn: Drawn, gone: np.ndarray) -> Drawn:
    """The survey without some of its rows."""
    keep = ~gone
    return replace(
        drawn,
        items={name: values[keep] for name, values in drawn.items.items()},
        **{name: getattr(drawn, name)[keep] for name in ("wave", "age", "spend", "person", "weight")},
    )


def blanked(drawn: Drawn, names: tuple[str, ...], gone: np.ndarray) -> Drawn:
    """The survey with no answers to some questions in some rows."""
    return replace(
        drawn,
        items={name: np.where(gone & (name in names), np.nan, values) for name, values in drawn.items.items()},
    )


def states(rows: Rows, metric: str, **key: Any) -> set[tuple[str, str | None]]:
    picked = (each for each in rows if each["metric"] == metric)
    return {
        (each["state"], each["reason"]) for each in picked if all(each[name] == value for name, value in key.items())
    }


def drawn_of(plan: Plan, seed: int = 1) -> Drawn:
    return draw(plan, np.random.default_rng(seed))


def test_nothing_where_it_is_not_asked() -> None:
    plan = steady(2, n=60)
    assert rows_of(plan, drawn_of(plan), journey=None) == []


def test_one_wave_is_no_journey() -> None:
    plan = steady(1, n=60)
    rows = rows_of(plan, drawn_of(plan))
    assert [(each["metric"], each["state"], each["reason"]) for each in rows] == [
        ("share_change", "not_defined", "one_wave")
    ]


def test_waves_stand_in_the_order_of_the_study_not_of_their_names() -> None:
    plan = steady(2, n=80)
    turned = {"wave": {"codes": {"2024": "2024", "2023": "2023"}}}
    turned |= {"age": {"codes": {"old": "old", "young": "young"}}, "spend": {"type": "number"}}
    drawn = drawn_of(plan)
    order = np.argsort(drawn.wave == "2023", kind="stable")
    rows = rows_of(plan, replace(
        drawn,
        items={name: values[order] for name, values in drawn.items.items()},
        **{name: getattr(drawn, name)[order] for name in ("wave", "age", "spend", "person", "weight")},
    ), variables=turned)  # fmt: skip
    assert {each["contrast"] for each in rows if each["metric"] == "share_change"} == {"wave=2023-2024"}


def test_a_wave_of_eight_people_is_hidden_and_another_with_it() -> None:
    plan = steady(4, n=60, again=0.0)
    drawn = drawn_of(plan)
    second = np.flatnonzero(drawn.wave == "2024")
    gone = np.isin(np.arange(len(drawn.wave)), second[8:])
    rows = rows_of(plan, without(drawn, gone))
    hidden = {each["group"] for each in rows if each["metric"] == "r2" and each["state"] == "suppressed"}
    blank = {each["group"] for each in rows if each["metric"] == "lmg_share" and each["state"] == "suppressed"}
    assert hidden | blank >= {"wave=2024"}
    assert len(blank) == 2
    for each in rows:
        assert each["group"] != "wave=2024" or each["estimate"] is None
        assert each["group"] != "wave=2024" or each["n"] is None


def test_waves_of_six_people_are_all_hidden() -> None:
    plan = steady(2, n=60, again=0.0)
    drawn = drawn_of(plan)
    kept = np.concatenate([np.flatnonzero(drawn.wave == wave)[:6] for wave in ("2023", "2024")])
    rows = rows_of(plan, without(drawn, ~np.isin(np.arange(len(drawn.wave)), kept)))
    assert not [each for each in rows if each["group"] and each["n"] is not None]
    assert states(rows, "image_lead_change", group=None) == {("too_few", "few_waves")}


def test_a_wave_without_the_images_is_named_and_the_first_with_them_begins() -> None:
    plan = steady(4, n=80)
    drawn = drawn_of(plan)
    rows = rows_of(plan, blanked(drawn, IMAGES, drawn.wave == "2023"))
    assert states(rows, "image_lead", group="wave=2023") == {("not_defined", "not_asked_then")}
    assert states(rows, "image_lead", group="age=old;wave=2023") == {("not_defined", "not_asked_then")}
    assert [each["contrast"] for each in rows if each["metric"] == "image_lead_change" and not each["group"]] == [
        "wave=2026-2024"
    ]
    assert {each["contrast"] for each in rows if each["metric"] == "share_change"} == {"wave=2026-2023"}


def test_a_wave_without_the_model_is_named() -> None:
    plan = steady(3, n=80)
    drawn = drawn_of(plan)
    rows = rows_of(plan, blanked(drawn, ("intent",), drawn.wave == "2025"))
    assert states(rows, "r2", group="wave=2025") == {("not_defined", "not_asked_then")}
    assert {each["contrast"] for each in rows if each["metric"] == "share_change"} == {"wave=2024-2023"}
    assert not [each for each in rows if each["metric"] == "share_trend"]


def test_a_driver_that_is_flat_in_a_wave_has_a_state_there_and_stops_nothing_else() -> None:
    plan = steady(3, n=80)
    drawn = drawn_of(plan)
    flat = replace(drawn, items=drawn.items | {"eco": np.where(drawn.wave == "2025", 4.0, drawn.items["eco"])})
    rows = rows_of(plan, flat)
    assert states(rows, "lmg_share", group="wave=2025") == {("no_variance", "no_variance")}
    assert states(rows, "share_change") == {("singular", "singular")}
    assert states(rows, "image_lead_change", group=None) == {("ok", None)}


@pytest.mark.parametrize("members", [0, 2, 15])
def test_few_panel_members_are_hidden(members: int) -> None:
    plan = steady(2, n=100, again=0.15, deff=1.0)
    drawn = drawn_of(plan)
    again = np.flatnonzero((drawn.wave == "2024") & np.isin(drawn.person, drawn.person[drawn.wave == "2023"]))
    assert len(again) == 15
    person = drawn.person.copy()
    person[again[members:]] = 10_000 + np.arange(len(again) - members)
    rows = rows_of(plan, replace(drawn, person=person))
    own = found(rows, "panel_members")
    assert (own["estimate"], own["state"], own["n"]) == {
        0: (0.0, "ok", None), 2: (None, "suppressed", None), 15: (15.0, "ok", 15)
    }[members]  # fmt: skip
    changes = [each for each in rows if each["metric"] == "within_change"]
    assert {each["state"] for each in changes} == ({"low_base"} if members == 15 else set())
    left = [each for each in rows if each["contrast"] == "stayed-left"]
    assert {each["state"] for each in left} == ({"low_base"} if members == 15 else set())


def test_steps_are_from_each_answer_to_the_next_of_the_same_person() -> None:
    entity = np.array([7, 5, 7, 9, 7, 5, 7])
    wave = np.array([2, 0, 0, 1, 2, 3, 3])
    steps = Steps.of(entity, wave)
    assert list(zip(steps.before.tolist(), steps.after.tolist(), strict=True)) == [(1, 5), (2, 0), (0, 6)]
    assert sorted(zip(steps.first.tolist(), steps.last.tolist(), strict=True)) == [(1, 5), (2, 6)]
    assert len(Steps.of(np.zeros(0, int), np.zeros(0, int)).after) == 0


def test_strata_narrow_the_errors_of_what_they_explain() -> None:
    """Strata of people who changed alike: the error of their change is that within strata, by hand."""
    plan = steady(2, n=150, again=1.0, deff=1.0)
    drawn = drawn_of(plan)
    part = drawn.person % 3
    items = drawn.items | {"intent": drawn.items["intent"] + 2.0 * part * (drawn.wave == "2024")}
    variables = {"wave": drawn.wave.tolist(), "age": drawn.age.tolist(), "spend": drawn.spend}
    stratified = a_case(study(plan), items, variables, respondent=drawn.person.tolist(), strata=part)
    own = found(journey_rows(stratified), "within_change", term="intent")
    order = np.argsort(drawn.person, kind="stable")
    change = items["intent"][order][1::2] - items["intent"][order][::2]
    of = part[order][::2]
    variance = sum(50 * np.var(change[of == at], ddof=1) for at in range(3)) / 150**2
    assert own["estimate"] == pytest.approx(change.mean())
    assert own["std_error"] == pytest.approx(np.sqrt(variance))


def test_brands_of_one_person_are_followed_apart() -> None:
    plan = steady(2, n=100, deff=1.0)
    drawn = drawn_of(plan)
    twice = np.tile(np.arange(len(drawn.wave)), 2)
    second = np.arange(len(twice)) >= len(drawn.wave)
    items = {name: values[twice] for name, values in drawn.items.items()}
    items["intent"] = items["intent"] + 3.0 * (second & (drawn.wave[twice] == "2024"))
    variables = {
        "wave": drawn.wave[twice].tolist(), "age": drawn.age[twice].tolist(), "spend": drawn.spend[twice],
        "maker": np.where(second, "b", "a").tolist(),
    }  # fmt: skip
    codes = {name: {"codes": {level: level for level in levels}} for name, levels in (
        ("wave", plan.waves), ("age", ("old", "young")), ("maker", ("a", "b")))}  # fmt: skip
    asked = study(
        plan,
        variables=codes | {"spend": {"type": "number"}},
        segments={"waves": "wave", "brand": "maker"},
    )
    rows = journey_rows(a_case(asked, items, variables, respondent=drawn.person[twice].tolist()))
    one = found(rows_of(plan, drawn), "within_change", term="intent")
    both = found(rows, "within_change", term="intent")
    assert (one["n"], both["n"]) == (40, 40)
    assert both["estimate"] == pytest.approx(one["estimate"] + 1.5)


def test_small_cells_of_cohorts_are_hidden_with_what_would_give_them_back() -> None:
    plan = steady(2, n=100, again=0.0)
    drawn = drawn_of(plan)
    young = np.flatnonzero((drawn.wave == "2023") & (drawn.age == "young"))
    rows = rows_of(plan, without(drawn, np.isin(np.arange(len(drawn.wave)), young[5:])))
    cells = {each["group"]: each for each in rows if each["metric"] == "image_lead" and each["group"].startswith("age")}
    assert len(cells) == 4
    assert {each["state"] for each in cells.values()} == {"suppressed"}
    assert {each["n"] for each in cells.values()} == {None}


def test_waves_are_the_same_whatever_the_order_of_rows() -> None:
    drawn = drawn_of(MOVING)
    order = np.random.default_rng(2).permutation(len(drawn.wave))
    order = order[np.argsort(drawn.wave[order], kind="stable")]
    turned = replace(
        drawn,
        items={name: values[order] for name, values in drawn.items.items()},
        **{name: getattr(drawn, name)[order] for name in ("wave", "age", "spend", "person", "weight")},
    )
    one, other = (
        {
            (each["metric"], each["term"], each["group"], each["contrast"]): each
            for each in rows_of(MOVING, each_of, model=model)
        }
        for each_of in (drawn, turned)
        for model in ({"outcome": "intent", "drivers": list(DRIVERS), "draws": 200},)
    )
    for key, row in one.items():
        if not (key[3] or "").startswith("age=") and row["estimate"] is not None:
            assert row["estimate"] == pytest.approx(other[key]["estimate"], rel=1e-9, abs=1e-12), key
            assert (row["conf_low"] or 0) == pytest.approx(other[key]["conf_low"] or 0, rel=1e-9, abs=1e-12), key


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"segments": {}}, "a journey needs waves"),
        ({"journey": {"image_from": "saver", "image_to": "saver"}}, "are two questions on the same scale"),
        ({"journey": {"image_from": "saver", "image_to": "spend"}}, "are two questions on the same scale"),
        ({"journey": {"cohorts": ["spend"]}}, "make bands of it"),
        ({"what_if": {"outcomes": ["trust"]}}, "'trust' is in the model already"),
    ],
)
def test_what_study_yaml_may_not_say(keys: Mapping[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        study(MOVING, **keys)


def test_a_strange_wave_of_the_context_is_refused(study_folder: Callable[..., Path]) -> None:
    folder = study_folder(
        respondent={"id": "id"},
        segments={"waves": "city"},
        journey={"context": [{"wave": "east", "name": "sales", "value": 3, "source": "a table"}]},
    )
    with pytest.raises(Exception, match="east"):
        analyse(load(folder))
