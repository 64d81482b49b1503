"""The sections that doubt the result: methods side by side, differences taken apart, would it hold."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.report.charts import Curve, Methods, Waterfall
from pipeline.report.sections import SECTIONS, change, methods, robustness
from pipeline.report.sections.robustness import _curve
from pipeline.report.view import View, shown
from pipeline.report.words import catalogue
from tests.contract.test_sections import made

LANGUAGES = ("en", "zh")


def viewed(shape: str) -> View:
    return View(made(shape))


def context(view: View, name: str, language: str = "en") -> dict[str, Any]:
    return SECTIONS[name].context(view, view.words(language))


def panel(view: View) -> Methods:
    words = view.words("en")
    return methods._panel(view, words, methods._tables.methods(view))


def test_every_method_puts_one_driver_first_and_it_belongs_to_its_top_set() -> None:
    found = panel(viewed("usual"))
    assert len(found.methods) == 8
    for column in zip(*(row.cells for row in found.rows), strict=True):
        assert sum(cell.first for cell in column) == 1
        first = next(cell for cell in column if cell.first)
        assert first.value == max(cell.value for cell in column if cell.value is not None)
        assert sum(cell.value or 0.0 for cell in column) == pytest.approx(1)


def test_the_top_set_of_the_headline_is_its_leading_group() -> None:
    view = viewed("usual")
    leaders = view.claims("lead")[0]["values"]["leaders"]
    tops = [name for name, row in zip(view.ranked(), panel(view).rows, strict=True) if row.cells[0].top]
    assert {*tops, view.ranked()[0]} == set(leaders)


def test_nothing_is_marked_or_said_where_nothing_is_ranked() -> None:
    view = viewed("weak")
    assert not view.ranks
    assert not any(cell.top for row in panel(view).rows for cell in row.cells)
    assert context(view, "methods")["figure"]["title"] == "Shares of the drivers by method"
    assert not any(part["texts"] for part in context(view, "robustness")["parts"])


def test_dominance_of_every_pair_adds_up() -> None:
    view = viewed("usual")
    for a in view.drivers:
        for b in view.drivers[: view.drivers.index(a)]:
            both = [
                view.value("dominance", "complete_dominance", *one)
                for one in ((a, None, f"above:{b}"), (b, None, f"above:{a}"))
            ]
            assert sum(value or 0.0 for value in both) == pytest.approx(1)
    assert len(context(view, "methods")["dominance"]) == 2


def test_groups_of_drivers_are_shown_only_where_they_are_declared() -> None:
    assert context(viewed("usual"), "methods")["groups"] == []
    for language in LANGUAGES:
        groups, owen = context(viewed("explained"), "methods", language)["groups"]
        assert "relationship" in str(groups["rows"]).lower() or "关系" in str(groups["rows"])
        assert len(owen["rows"]) == 4


def steps(view: View) -> tuple[Waterfall, str, str]:
    """The first waterfall of a study, with its contrast and driver."""
    contrast, pair = next(iter(change._contrasts(view).items()))
    names = {"variable": pair[0], "a": pair[1].partition("=")[2], "b": pair[2].partition("=")[2]}
    driver = change._named(view, contrast, view.claims("change", **names))
    assert driver is not None
    parts = change._steps(view, view.words("en"), contrast, driver)
    return Waterfall(steps=tuple(parts)), contrast, driver


def test_the_parts_of_a_difference_add_up_to_it() -> None:
    view = viewed("explained")
    found, contrast, driver = steps(view)
    whole = view.value("change", "share_change", driver, None, contrast)
    assert sum(step.value or 0.0 for step in found.steps) == pytest.approx(whole)
    _, pair = next(iter(change._contrasts(view).items()))
    ends = [view.value("importance", "lmg_share", driver, group) for group in pair[1:]]
    assert (ends[0] or 0.0) - (ends[1] or 0.0) == pytest.approx(whole)


def test_a_difference_without_figures_has_its_tables_all_the_same() -> None:
    found = made("explained")
    for row in found["estimates"]:
        if row["metric"] == "lmg_share" and row["group"]:
            row.update(estimate=None, conf_low=None, conf_high=None, state="suppressed", reason="suppressed")
    one = context(View(found), "change")["contrasts"][0]
    assert one["figure"] is None
    assert one["tables"]


def test_no_difference_is_taken_apart_where_none_was_asked_for() -> None:
    assert not SECTIONS["change"].applies(viewed("two_drivers")) or viewed("two_drivers").study["explain"]
    assert not SECTIONS["change"].applies(viewed("published"))


def curve(view: View) -> Curve:
    first, second = view.ranked()[:2]
    return _curve._curve(view, view.words("en"), first, second)


def test_the_curve_marks_the_specification_of_the_report_and_every_choice() -> None:
    view = viewed("usual")
    found = curve(view)
    assert len(found.specs) == len(view.specifications) > 10
    own = [spec for spec in found.specs if spec.headline]
    assert len(own) == 1
    assert own[0].value == pytest.approx(view.value("importance", "lmg_share", view.ranked()[0]))
    kinds = sum(bool(choice.heading) for choice in found.choices)
    assert {len(spec.choices) for spec in found.specs} == {kinds}
    assert all(choice.text for choice in found.choices)


def test_every_choice_of_the_specifications_has_its_words() -> None:
    named = {key for key in catalogue("en") if key.startswith("robustness.")}
    for shape in ("usual", "weighted", "structured", "unstated"):
        for axis, values in _curve._axes(viewed(shape)).items():
            assert f"robustness.axis.{axis}" in named
            fixed = [value for value in values if axis != "metric" and "=" not in value]
            assert {f"robustness.{axis}.{value}" for value in fixed} <= named


def test_correction_is_drawn_where_it_can_be_done_and_told_where_it_cannot() -> None:
    view = viewed("usual")
    parts = {part["title"]: part for part in context(view, "robustness")["parts"]}
    part = parts["Would better questions say the same"]
    known = any(shown(row) for row in view.rows("disattenuated", "lmg_share"))
    assert (part["figure"] is not None) == known
    assert part["texts"]


def test_ratings_of_one_person_are_looked_at_only_where_rows_are_stacked() -> None:
    titles = [part["title"] for part in context(viewed("stacked"), "robustness")["parts"]]
    assert "Would one person’s ratings say the same" in titles
    assert "Would one person’s ratings say the same" not in [
        part["title"] for part in context(viewed("usual"), "robustness")["parts"]
    ]


def test_equality_is_spoken_of_only_where_a_smallest_difference_is_declared() -> None:
    for shape, told in (("explained", True), ("usual", False)):
        titles = [part["title"] for part in context(viewed(shape), "robustness")["parts"]]
        assert ("Which drivers matter practically the same" in titles) == told


def test_a_published_table_has_methods_and_doubts_but_no_answers() -> None:
    view = viewed("published")
    applied = {name for name, section in SECTIONS.items() if section.applies(view)}
    assert {"methods", "robustness", "certainty", "method", "drivers", "summary"} == applied
    assert len(context(view, "certainty")["left_out"]) == 1
    assert "classical" in context(view, "drivers")["figure"]["table"]["caption"]
    assert any("Bartlett" in text for text in context(view, "method")["references"])


def test_all_thirteen_assumptions_have_a_verdict() -> None:
    for shape in ("usual", "published"):
        rows = context(viewed(shape), "certainty", "zh")["assumptions"]
        assert len(rows) == 13
        assert all(row["verdict_text"] and row["result"] and row["meaning"] for row in rows)


def test_what_a_model_of_more_than_ratings_cannot_have_is_said() -> None:
    view = viewed("structured")
    assert not methods.applies(view)
    said = " ".join(context(view, "certainty")["left_out"])
    assert "only LMG" in said
    assert "more than ratings" in said
    assert "large enough" not in said


def test_controls_are_named_below_the_shares_and_categories_have_their_coefficients() -> None:
    view = viewed("structured")
    assert "the model takes age into account" in context(view, "drivers")["figure"]["note"]
    names = [row[0] for row in context(view, "method")["table2"]["rows"]]
    assert {"Region: 2", "Region: West"} & set(names)
    assert "Region" not in names


def test_a_warning_stands_on_the_figure_of_drivers_that_repeat_each_other() -> None:
    found = made("usual")
    found["study"]["collinear"] = "show"
    for row in found["estimates"]:
        if row["metric"] == "vif" and row["term"] == "trust":
            row.update(estimate=None, state="singular", reason="singular")
    assert context(View(found), "drivers")["figure"]["note"].startswith("Warning: trust repeats other drivers")
    found["study"]["collinear"] = "refuse"
    assert not context(View(found), "drivers")["figure"]["note"].startswith("Warning")


def test_every_reference_of_the_text_is_listed_and_no_other() -> None:
    for shape in ("usual", "weighted", "stacked", "explained", "published", "one_driver"):
        found = context(viewed(shape), "method")
        text = " ".join(found["text"])
        for reference in found["references"]:
            author = reference.split(",")[0].split(" ")[0]
            assert author in text, (shape, reference)


def test_sections_of_doubt_need_more_than_one_driver() -> None:
    view = viewed("one_driver")
    assert not methods.applies(view)
    assert not robustness.applies(view)
