"""Sentences of claims and checks: every variant of every rule, one driver or many, has its text in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.report.words import Words, catalogue
from pipeline.report.words.claims import CHECKS, TITLED, VARIANTS, VERDICTS, claim_key, filled, render, render_check

LABELS = {name: name for name in ("trust", "price", "app", "intent")} | {
    "city=": "city",
    "city=north": "North",
    "city=south": "South",
}
FACTS = {
    "confidence": 0.95,
    "draws": 2000,
    "seed": 1,
    "outcome": "intent",
    "k": 3,
    "n": 900,
    "minimum_base": 10,
    "low_base": 30,
    "claim_base": 200,
}
LEAD = {
    "driver": "trust",
    "share": 0.4,
    "low": 0.3,
    "high": 0.5,
    "second": "price",
    "prob": 0.93,
    "leaders": ["trust", "price"],
    "others": ["price"],
    "leaders_share": 0.7,
    "outcome": "intent",
    "r2": 0.41,
    "n_eff": 44.0,
    "units": 44,
    "few_units": False,
    "draws": 2000,
    "k": 3,
    "caveats": ["sign", "collinear"],
}
ALONE = LEAD | {"second": None, "prob": None, "leaders": ["trust"], "others": [], "k": 1, "caveats": []}
GAP = {
    "variable": "city",
    "outcome": "intent",
    "smallest": "south",
    "smallest_n": 240,
    "required": 200,
    "levels": 2,
    "driver": "trust",
    "a": "north",
    "b": "south",
    "estimate_a": 0.4,
    "estimate_b": 0.1,
    "difference": 0.3,
    "low": -0.02,
    "high": 0.62,
    "p_adjusted": 0.0499,
    "comparisons": 21,
}
FIT = {"outcome": "intent", "k": 3, "r2": 0.41, "low": 0.3, "high": 0.5}
PRIORITY = {
    "driver": "trust",
    "outcome": "intent",
    "performance": 61.0,
    "low": 58.0,
    "high": 64.0,
    "average": 70.0,
    "share": 0.3,
    "prob_important": 0.9,
    "prob_rated_low": 0.99,
    "draws": 2000,
    "k": 3,
}
ANSWERS = {"best": "trust", "best_performance": 75.0, "worst": "price", "worst_performance": 60.0, "outcome": "intent"}
CAVEAT = {
    "driver": "trust",
    "outcome": "intent",
    "alpha": 0.43,
    "low": 0.3,
    "high": 0.54,
    "vif": 12.0,
    "r": 0.3,
    "b": -0.1,
    "p": 0.4,
}
MISSING = {"dropped": 12, "outcome": "intent", "difference": -0.4, "low": -0.7, "high": -0.1}
LIMIT = {
    "outcome": "intent",
    "driver": "trust",
    "n": 250,
    "required": 200,
    "variable": "city",
    "level": "south",
    "r2": 0.2,
    "drivers": ["trust"],
}

CASES: dict[str, list[dict[str, Any]]] = {
    "lead": [
        LEAD,
        ALONE,
        LEAD | {"k": 2},
        LEAD | {"units": 12, "few_units": True},
        LEAD | {"k": 7, "leaders": ["trust", "price", "app"]},
        LEAD | {"leaders": ["trust", "price", "app"]},
    ],
    "fit": [FIT, FIT | {"k": 1}],
    "priority": [PRIORITY],
    "quadrant": [{"driver": "trust", "quadrant": place, "prob": 0.98} for place in ("fix", "keep", "low", "overkill")],
    "segment": [
        GAP,
        GAP | {"comparisons": 1},
        GAP | {"estimate_b": -0.1},
        GAP | {"smallest_n": 40},
        GAP | {"smallest_n": None},
    ],
    "answers": [ANSWERS],
    "flow": [{"read": 300, "analysed": 290, "share": 0.9667, "largest": "no_outcome", "largest_n": 8}],
    "nonresponse": [MISSING, MISSING | {"difference": 0.4, "low": 0.1, "high": 0.7}, MISSING | {"dropped": 1}],
    "agreement": [{"driver": "trust", "other": "price", "tau": tau} for tau in (0.9, None)],
    "unique": [
        {"adds": ["trust"], "nothing": ["price"], "outcome": "intent", "k": 2, "p": 0.004, "weak": weak}
        for weak in ([], ["price"])
    ],
    "caveat": [CAVEAT, CAVEAT | {"b": 0.1, "r": -0.3}],
    "limit": [LIMIT, LIMIT | {"drivers": ["trust", "price"]}],
    "sample_type": [{"n": 250}],
}

CHECK_VALUES: dict[str, Any] = {
    "r2": 0.4,
    "adjusted": -0.01,
    "f": 20.0,
    "p": 0.0001,
    "df1": 3.0,
    "df2": 246.0,
    "n": 250,
    "n_eff": 199.6,
    "deff": 1.2,
    "required": 200,
    "vif": 3.0,
    "driver": "trust",
    "condition_index": 4.0,
    "r": 0.6,
    "a": "trust",
    "b": "price",
    "tau": 0.9,
    "same_top": False,
    "drivers": ["trust", "price"],
    "lowest": 0.43,
    "construct": "trust",
    "cooks": 0.2,
    "moved": 0.02,
    "changes": 0,
    "units": 250,
    "fewest": 30,
    "clustered": False,
    "share": 0.02,
    "dropped": 8,
    "type": "panel",
    "smallest": 40,
    "level": "city=south",
    "outcome": "intent",
}


@pytest.fixture(params=["en", "zh"])
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, LABELS, FACTS)


@pytest.mark.parametrize("claim_id", VARIANTS)
def test_every_variant_has_its_sentences(claim_id: str, words: Words) -> None:
    for variant in VARIANTS[claim_id]:
        for values in CASES[claim_id]:
            said = render(claim_id, variant, values, words)
            assert said["text"]
            assert said["text"].endswith((".", "。"))
            assert (said["title"] is not None) == (claim_id in TITLED)
            assert (said["action"] is not None) == (claim_id in TITLED and claim_id != "limit")


def test_every_sentence_of_a_claim_can_be_reached() -> None:
    reached = {
        claim_key(name, variant, values) for name in VARIANTS for variant in VARIANTS[name] for values in CASES[name]
    }
    parts = ("", ".title", ".action", ".detail", ".dek")
    known = {key for key in catalogue("en") if key.startswith("claim.")}
    assert known <= {key + part for key in reached for part in parts}


def test_cards_and_headlines_have_all_their_parts(words: Words) -> None:
    for claim_id in TITLED[:-1]:
        for variant in VARIANTS[claim_id]:
            for values in CASES[claim_id]:
                key = claim_key(claim_id, variant, values)
                assert words(f"{key}.detail", **filled(values))
                assert claim_id != "lead" or words(f"{key}.dek", **filled(values))


@pytest.mark.parametrize("check_id", CHECKS)
def test_every_verdict_has_its_meaning(check_id: str, words: Words) -> None:
    special = ({}, {"drivers": []}, {"dropped": 0}, {"smallest": None}, {"same_top": True})
    for verdict in VERDICTS:
        for changes in special:
            said = render_check(check_id, verdict, CHECK_VALUES | changes, words)
            assert said["name"]
            assert said["result"]
            assert said["text"].endswith((".", "。"))


def test_the_lead_of_one_driver_compares_with_nobody() -> None:
    said = render("lead", "clear", ALONE, Words("en", LABELS, FACTS))
    assert said["text"] == "Trust is related to intent; it is the only driver in the model."


def test_two_drivers_that_cannot_be_told_apart_are_not_called_equal() -> None:
    said = render("lead", "flat", LEAD | {"k": 2}, Words("en", LABELS, FACTS))
    assert said["text"] == "This survey cannot tell which of the two drivers of intent matters more."


def test_a_turned_difference_names_the_stronger_group_first() -> None:
    values = GAP | {"estimate_a": 0.1, "estimate_b": 0.4, "difference": -0.3, "low": -0.62, "high": 0.02}
    text = render("segment", "differs", values, Words("en", LABELS, FACTS))["text"] or ""
    assert "in the group “South” than in “North” (coefficient 0.40 against 0.10" in text
    assert "difference 0.30, 95% interval −0.02 to 0.62" in text
    assert "after correcting for 21 comparisons, p = .0499" in text


def test_a_negative_coefficient_is_not_called_a_closer_tie() -> None:
    text = render("segment", "differs", GAP | {"estimate_b": -0.1}, Words("en", LABELS, FACTS))["text"] or ""
    assert text.startswith("The coefficient of trust differs between the groups")


def test_no_difference_is_never_said_without_its_interval(words: Words) -> None:
    for values in (GAP, GAP | {"comparisons": 1}):
        text = render("segment", "none", values, words)["text"] or ""
        assert "−0.02" in text
        assert "0.62" in text


def test_an_unknown_variant_is_an_error() -> None:
    with pytest.raises(KeyError, match="has no variant 'loud'"):
        render("lead", "loud", LEAD, Words("en", LABELS, FACTS))
