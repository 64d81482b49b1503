"""The shelf of sections, in the order of the report.

A section is a folder: __init__.py says what it shows (applies, context), section.html.j2 where, words.*.po how.
`applies(view)` says whether this study has it; `context(view, words)` gives its template plain, already worded values,
among them `nav` and `title`, and `lede` where it has one. Templates compute nothing and hold no sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, cast

from pipeline.report.sections import (
    answers,
    audience,
    certainty,
    change,
    classes,
    comparability,
    drivers,
    journey,
    lock_in,
    mediation,
    method,
    methods,
    outcomes,
    paradox,
    pricing,
    priorities,
    promotion,
    rivals,
    robustness,
    sample,
    segments,
    stated,
    summary,
    total_value,
    unasked,
    what_if,
)
from pipeline.report.sections._common import focus_of, sentences
from pipeline.report.view import View
from pipeline.report.words import Words


class Section(Protocol):
    def applies(self, view: View) -> bool: ...

    def context(self, view: View, words: Words) -> dict[str, Any]: ...


SECTIONS: Mapping[str, Section] = cast(
    "Mapping[str, Section]",
    {
        "summary": summary,
        "audience": audience,
        "drivers": drivers,
        "methods": methods,
        "priorities": priorities,
        "segments": segments,
        "change": change,
        "total_value": total_value,
        "stated": stated,
        "outcomes": outcomes,
        "mediation": mediation,
        "paradox": paradox,
        "rivals": rivals,
        "pricing": pricing,
        "promotion": promotion,
        "classes": classes,
        "lock_in": lock_in,
        "journey": journey,
        "what_if": what_if,
        "comparability": comparability,
        "answers": answers,
        "sample": sample,
        "robustness": robustness,
        "certainty": certainty,
        "unasked": unasked,
        "method": method,
    },
)


def lede(name: str, context: Mapping[str, Any], view: View, words: Words) -> str:
    """What a section says first, and the level it covers alone where it leaves others out."""
    only = focus_of(view, words, name)
    return sentences([context.get("lede"), words("ui.focus", level=only) if only else None], words)
