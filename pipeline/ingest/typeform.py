"""Typeform: CSV or Excel with the questions as headings, in HTML or with stars, and one column an option.

The heading of an option is the option alone: its question does not stand in the file. Neighbouring columns whose cells
hold nothing but their own heading belong to one question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.errors import listing
from pipeline.ingest._opened import Opened
from pipeline.ingest._table import canonical, make
from pipeline.ingest._text import apart, held, mapped, parts_of, unmarked
from pipeline.responses import About, Coded, Role, Table

ADDED: dict[str, Role] = {
    "#": "id",
    "Token": "id",
    "Response Type": "complete",
    "Start Date (UTC)": "started",
    "Submit Date (UTC)": "ended",
    "Submitted At": "ended",
    "Network ID": "ip",
    **dict.fromkeys(("Stage Date (UTC)", "Tags", "Ending", "Outcome", "Winning Outcome ID", "Score"), "metadata"),
}
SEPARATORS = (" / ", ", ")
"""What older layouts, and sheets that Typeform fills, write between the options of one cell."""
YES_NO = ({"1": "yes", "0": "no"}, {"TRUE": "yes", "FALSE": "no"})
OTHER = ("other", "andere", "autre", "otro", "otra", "outro", "其他")
FORMULAS = ("'=", "'+", "'-", "'@")
"""How Typeform masks cells that a spreadsheet would take for formulas, telephone numbers among them."""


def fits(opened: Opened) -> bool:
    """Do the columns stand there that Typeform adds after the questions?"""
    header = set(next(iter(opened.top), []))
    return "Submit Date (UTC)" in header or {"Start Date (UTC)", "Network ID"} <= header


def read(opened: Opened) -> Table:
    """Table of the answers; headings that stand several times are numbered by their place."""
    rows = opened.rows
    names = [unmarked(canonical(cell)) for cell in rows.top[0]]
    columns, lines = rows.below(1)
    columns = [mapped(column, lambda text: text[1:] if text.startswith(FORMULAS) else text) for column in columns]
    about = [_column(name, column) for name, column in zip(names, columns, strict=True)]
    questions = _questions(names, columns, about)
    for places in questions:
        for place in places:
            about[place] = _option(names, places, place, columns[place])
    table = make(opened, "typeform", names, columns, lines, notes=_notes(names, questions), **rows.found)
    return replace(table, about=apart(names, about))


def _column(name: str, column: Coded) -> About:
    if name in ADDED:
        return About(role=ADDED[name])
    texts = held(column)
    for labels in YES_NO:
        if texts and set(texts) <= labels.keys() and (len(texts) == 2 or "TRUE" in labels):
            return About(wording=name, kind="single", labels=labels)
    for separator in SEPARATORS:
        if parts_of(texts, separator):
            return About(wording=name, kind="multiple", separator=separator)
    return About(wording=name)


def _questions(names: Sequence[str], columns: Sequence[Coded], about: Sequence[About]) -> list[list[int]]:
    """Columns of each question with several ticks. An option nobody chose belongs there between chosen ones."""
    found: list[list[int]] = []
    run: list[int] = []
    for place, (name, column) in enumerate(zip(names, columns, strict=True)):
        texts = [unmarked(text) for text in held(column)[:2]]
        if about[place].role or (texts and texts != [name]):
            if texts and run and name.casefold() in OTHER and not about[place].role:
                run.append(place)
            found, run = [*found, run], []
        elif texts or run:
            run.append(place)
    return [kept for places in [*found, run] if len(kept := _trimmed(places, columns)) > 1]


def _trimmed(places: Sequence[int], columns: Sequence[Coded]) -> list[int]:
    """The run without the columns at its end that nobody filled: they may belong to the next question."""
    filled = [i for i, place in enumerate(places) if columns[place].values]
    return list(places[: filled[-1] + 1]) if filled else []


def _option(names: Sequence[str], places: Sequence[int], place: int, column: Coded) -> About:
    name, question = names[place], f"{names[places[0]]} … {names[places[-1]]}"
    if place == places[-1] and name.casefold() in OTHER and [unmarked(text) for text in held(column)[:2]] != [name]:
        return About(part=name, question=question, kind="text", role="free_text")
    return About(part=name, question=question, kind="multiple", ticked=tuple(held(column)) or (name,))


def _notes(names: Sequence[str], questions: Sequence[Sequence[int]]) -> list[str]:
    if not questions:
        return []
    first = [f'"{names[places[0]][:30]}" (columns {places[0] + 1} to {places[-1] + 1})' for places in questions]
    return [
        "Neighbouring columns that hold nothing but their own heading were read as options of one question, whose text "
        f"the file does not have: from {listing(first, 4)}."
    ]
