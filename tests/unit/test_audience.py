"""Read again as …: every reader sees the claims of the study, word for word, and is told a use of his own."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.report.sections import audience, unasked
from pipeline.report.sections.audience._order import MOST, ORDER
from pipeline.report.view import View
from pipeline.report.words import catalogue
from pipeline.report.words.claims import VARIANTS
from pipeline.specs._about import AUDIENCES
from tests.report_sample import results

LANGUAGES = ("en", "zh")


def read_as(*who: str) -> View:
    found: dict[str, Any] = results(7)
    return View(found | {"study": found["study"] | {"audience": list(who)}})


def test_every_audience_has_an_order_and_no_other() -> None:
    assert tuple(ORDER) == AUDIENCES
    for names in ORDER.values():
        assert len(set(names)) == len(names)
        assert set(names) <= set(VARIANTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_use_belongs_to_a_sentence_of_a_claim_in_the_order(language: str) -> None:
    known = catalogue(language)
    for who, names in ORDER.items():
        uses = [key.removeprefix(f"audience.{who}.") for key in known if key.startswith(f"audience.{who}.")]
        for use in uses:
            if use == "asks":
                continue
            claim, _, rest = use.partition(".")
            assert claim in names, f"{who} has a use for {claim}, which is not in the order"
            assert rest in VARIANTS[claim] or f"claim.{use}" in known, use
        for name in names:
            assert any(use.startswith(f"{name}.") for use in uses), f"{who} has no use for {name}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_are_those_of_the_claims(language: str) -> None:
    view = read_as(*AUDIENCES)
    said = {claim["text"][language] for claim in view.results["claims"]}
    titles = {claim["title"][language] for claim in view.results["claims"] if claim["title"]}
    for reader in audience.context(view, view.words(language))["readers"]:
        assert len(reader["cards"]) <= MOST
        for card in reader["cards"]:
            assert card["text"] in said or f"{card['title']}" in {text[:-1] for text in said}
            assert card["title"] in titles or not card["text"]


def test_readers_see_another_choice_in_another_order_with_another_use() -> None:
    view = read_as(*AUDIENCES)
    readers = audience.context(view, view.words("en"))["readers"]
    assert len({reader["title"] for reader in readers}) == len(AUDIENCES)
    uses = [card["action"] for reader in readers for card in reader["cards"]]
    assert len(set(uses)) == len(uses)


def test_nobody_asked_no_section() -> None:
    assert not audience.applies(View(results(7)))


def test_what_was_not_asked_is_said_with_what_to_ask() -> None:
    view = View(results(7))
    assert unasked.applies(view)
    rows = unasked.context(view, view.words("en"))["rows"]
    assert len(rows) == len(unasked.KEYS)
    asked = view.study["asked"] | {"pricing": {"westendorp": None, "ladder": None, "premium": {"own": "a"}}}
    some = View(view.results | {"study": view.results["study"] | {"asked": asked}})
    terms = {row["term"] for row in unasked.context(some, some.words("en"))["rows"]}
    assert len(terms) == len(unasked.KEYS) + 1
    assert some.words("en")("unasked.westendorp") in terms
    assert some.words("en")("unasked.premium") not in terms
