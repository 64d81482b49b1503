"""The same people asked again: how many, how they moved, and who left."""

from __future__ import annotations

from typing import Any

from pipeline.report.sections._common import (
    base_cell,
    cell,
    claim_texts,
    columns,
    label,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import Row, View
from pipeline.report.words import Words

Part = dict[str, Any]


def people(view: View, words: Words) -> tuple[str, list[str], list[Part]]:
    """Title, sentences and tables; one line where nobody, or too few, can be followed."""
    title, count = words("journey.people"), view.estimate("journey", "panel_members")
    if count is None or count["estimate"] is None:
        return title, [words("journey.people.few")], []
    if not count["estimate"]:
        return title, [words("journey.people.none")], []
    said = [words("journey.people.count", members=count["estimate"]), *claim_texts(view, "members", words)]
    found = [_changes(view, words), _steps(view, words), _left(view, words)]
    return title, said, [each for each in found if each]


def _named(row: Row, words: Words) -> str:
    return words("journey.lead") if row["term"] is None else label(row["term"], words)


def _changes(view: View, words: Words) -> Part:
    rows = list(view.rows("journey", "within_change"))
    cells = [
        [_named(row, words), with_interval(row, "sign2", words), cell(row, "pv", words, value="p_adjusted"),
         base_cell(row, words)]
        for row in rows
    ]  # fmt: skip
    heads = columns(words, "journey_figure", "journey_within", "p_holm", "base")
    note = sentences([words("journey.within.note"), state_notes(rows, words)], words)
    return table(heads, cells, caption=words("journey.within"), note=note)


def _steps(view: View, words: Words) -> Part:
    """What goes with a step of a person, beside what goes with differences between people."""
    gap = "within_person-cross_section"
    found = {
        name: (
            view.estimate("journey", "b", name, None, "within_person"),
            view.estimate("journey", "b", name, None, "cross_section"),
            view.estimate("journey", "b_difference", name, None, gap),
        )
        for name in view.drivers
    }
    every = [row for rows in found.values() for row in rows]
    rows = [
        [label(name, words), with_interval(steps, "num2", words), with_interval(across, "num2", words),
         with_interval(between, "sign2", words), cell(between, "pv", words, value="p_adjusted")]
        for name, (steps, across, between) in found.items()
        if steps is not None
    ]  # fmt: skip
    if not rows:
        return {}
    heads = columns(words, "driver", "journey_steps", "journey_across", "difference", "p_holm")
    note = sentences([words("journey.steps.note"), state_notes(every, words)], words)
    return table(heads, rows, caption=words("journey.steps"), note=note)


def _left(view: View, words: Words) -> Part:
    rows = [row for row in view.rows("journey", "mean_difference") if row["contrast"] == "stayed-left"]
    cells = [
        [_named(row, words), with_interval(row, "sign2", words), cell(row, "pv", words, value="p_adjusted"),
         base_cell(row, words)]
        for row in rows
    ]  # fmt: skip
    heads = columns(words, "journey_figure", "difference", "p_holm", "base")
    note = sentences([words("journey.left.note"), state_notes(rows, words)], words)
    return table(heads, cells, caption=words("journey.left"), note=note) if rows else {}
