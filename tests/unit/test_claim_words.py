"""Sentences of claims and checks: every variant of every rule, one driver or many, has its text in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.report.words import Words, catalogue
from pipeline.report.words.claims import (
    CARDS,
    TITLED,
    VARIANTS,
    VERDICTS,
    claim_key,
    filled,
    render,
    render_check,
)
from tests.further_cases import FURTHER_CASES, FURTHER_LABELS

LABELS = (
    FURTHER_LABELS
    | {name: name for name in ("trust", "price", "app", "intent", "product")}
    | {
        "city=": "city",
        "city=north": "North",
        "city=south": "South",
    }
)
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
    "caveats": ["sign", "collinear", "low_reliability", "method", "specification", "tipping"],
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
FIT = {"outcome": "intent", "k": 3, "r2": 0.41, "low": 0.3, "high": 0.5, "controls": []}
CONTROLLED = FIT | {"controls": ["city="], "r2_controls": 0.1, "beyond": 0.31}
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
    "corrected": False,
    "controls": [],
    "unsafe": ["trust"],
    "one": "city=north",
    "other": "city=south",
}
PANEL = {
    "driver": "trust",
    "common": ["price"],
    "agree": ["lmg", "car"],
    "others": ["relative_weights", "pratt", "kruskal", "last", "first", "betasq"],
    "other_drivers": ["price"],
    "metrics": 8,
    "tau": 0.71,
}
OTHER_MODEL = {"driver": "trust", "other": "price", "outcome": "intent", "r2s": [0.2, 0.3, 0.2, 0.1, 0.4]}
OTHER_MODEL |= {"models": ["logit_mcfadden", "logit_tjur", "ordered_mcfadden", "count_mcfadden", "polychoric"]}
EQUAL = {"a": "trust", "b": "price", "difference": -0.012, "low": -0.04, "high": 0.016, "sesoi": 0.05, "pairs": 1}
PAIRS = EQUAL | {"drivers": ["trust", "price", "app"], "pairs": 3, "wide_a": "trust", "wide_b": "app", "widest": 0.04}
GROUP = {"group": "product", "share": 0.6, "low": 0.5, "high": 0.7, "prob": 0.9, "outcome": "intent", "draws": 2000}
CURVE = {"driver": "trust", "share": 0.93, "count": 96, "low_share": 0.5, "p": 0.005, "outcome": "intent"}
CHOICES = {
    "outcome": ("score", "top2box", "ranks"),
    "weights": ("used", "none"),
    "screening": ("declared", "all", "no_rules", "longstring", "answers", "any_flag", "no_straightliners"),
    "missing": ("declared", "complete", "any"),
    "controls": ("declared", "none", "segments"),
    "subset": ("all", "city=north"),
    "metric": ("lmg", "relative_weights", "car", "pratt", "kruskal", "last", "first", "betasq"),
}
CORRECTED = {"driver": "trust", "outcome": "intent", "raw": 0.3, "corrected": 0.28, "other": "price"}
CORRECTED |= {"other_raw": 0.28, "other_corrected": 0.33, "uncorrected": []}
HALO = {"driver": "trust", "other": "price", "pooled": 0.4, "within": 0.2, "other_within": 0.5}
HALO |= {"first_eigenvalue": 0.61, "outcome": "intent"}
IMPUTED = {"driver": "trust", "other": "price", "plain": 0.4, "imputed": 0.3, "other_plain": 0.3, "other_imputed": 0.35}
IMPUTED |= {"part": 0.08, "n": 700, "completed": 900, "outcome": "intent"}
TIPPED = {"driver": "trust", "second": "price", "k": 12, "share": 0.0133, "n": 900}
HIDDEN = {"driver": "trust", "rv": 0.21, "other": "price", "other_r2": 0.08, "b": 0.4, "confounded": 0.31}
HIDDEN |= {"outcome": "intent"}
BENT = {"linear": 0.38, "boosted": 0.41, "gain": 0.03, "low": 0.01, "high": 0.05, "outcome": "intent"}
UNEVEN = {"driver": "trust", "penalty": 0.8, "reward": 0.2, "asymmetry": -0.6, "low": -0.9, "high": -0.2}
UNEVEN |= {"outcome": "intent"}
CHANGE = {
    "variable": "city",
    "a": "north",
    "b": "south",
    "outcome": "intent",
    "driver": "trust",
    "comparisons": 3,
    "total": -0.05,
    "low": -0.09,
    "high": -0.01,
    "p_adjusted": 0.02,
    "part": -0.04,
    "part_low": -0.07,
    "part_high": -0.01,
    "effect": 0.01,
    "spread": -0.02,
    "overlap": -0.04,
    "reliability": None,
}
MEANS = {
    "variable": "city",
    "a": "north",
    "b": "south",
    "outcome": "intent",
    "p_adjusted": 0.002,
    "comparisons": 2,
    "total": -0.5,
    "low": -0.8,
    "high": -0.2,
    "level": -0.4,
    "level_low": -0.6,
    "level_high": -0.2,
    "weight": -0.1,
    "weight_low": -0.4,
    "weight_high": 0.2,
    "settled": True,
}

TOO_SMALL = {"smallest": "south", "r2": 0.04, "required": 200, "n_eff": 41.2, "required_eff": 50}
SIZES = [TOO_SMALL | {"smallest_n": n} for n in (124, 240, None)]

SCREENED = {"complete": 300, "dropped": 12, "dropped_share": 0.04, "flagged": 20, "driver": "trust", "share": 0.4}
SCREENED |= {"unscreened": 0.38, "other": "price", "other_share": 0.35, "other_unscreened": 0.39, "outcome": "intent"}
SCREENED |= {"r2": 0.41, "r2_unscreened": 0.37, "group": False}

UNIQUE = {"adds": ["trust"], "outcome": "intent", "k": 2, "p": 0.004}

CASES: dict[str, list[dict[str, Any]]] = {
    "lead": [
        LEAD,
        ALONE,
        LEAD | {"k": 2},
        LEAD | {"units": 12, "few_units": True},
        LEAD | {"k": 7, "leaders": ["trust", "price", "app"]},
        LEAD | {"leaders": ["trust", "price", "app"]},
    ],
    "fit": [FIT, FIT | {"k": 1}, CONTROLLED, CONTROLLED | {"k": 1}],
    "priority": [PRIORITY],
    "quadrant": [{"driver": "trust", "quadrant": place, "prob": 0.98} for place in ("fix", "keep", "low", "overkill")],
    "segment": [
        GAP,
        GAP | {"comparisons": 1},
        GAP | {"estimate_b": -0.1},
        GAP | {"smallest_n": 40},
        GAP | {"smallest_n": None},
        GAP | {"smallest_n": None, "smallest": None},
    ],
    "answers": [ANSWERS],
    "flow": [{"read": 300, "analysed": 290, "share": 0.9667, "largest": "no_outcome", "largest_n": 8}],
    "screening": [SCREENED, SCREENED | {"dropped": 1, "flagged": 1}, SCREENED | {"group": True}],
    "nonresponse": [MISSING, MISSING | {"difference": 0.4, "low": 0.1, "high": 0.7}, MISSING | {"dropped": 1}],
    "panel": [PANEL, PANEL | {"other_drivers": ["price", "app"]}],
    "outcome_model": [OTHER_MODEL],
    "prediction": [{"r2": 0.4, "r2_cv": tested, "outcome": "intent"} for tested in (0.3, -0.02)],
    "equal": [EQUAL, PAIRS],
    "groups": [GROUP | {"ranked": ranked} for ranked in (True, False)],
    "specification": [
        *(CURVE | {"axis": axis, "value": value} for axis, values in CHOICES.items() for value in values),
        CURVE | {"axis": None, "value": None},
        CURVE | {"axis": "outcome", "value": "ranks", "share": 0.6},
    ],
    "corrected": [CORRECTED | {"uncorrected": names} for names in ([], ["trust"], ["trust", "intent"])],
    "imputed": [IMPUTED],
    "halo": [HALO | {"group": group} for group in (False, True)],
    "tipping": [TIPPED | {"k": k} for k in (12, 1)] + [TIPPED | {"k": None, "share": None}],
    "confounding": [HIDDEN, HIDDEN | {"other_r2": 0.3}],
    "linearity": [BENT, BENT | {"linear": -0.02, "boosted": -0.03}],
    "asymmetry": [UNEVEN],
    "change": [CHANGE | size for size in SIZES]
    + [CHANGE | SIZES[0] | {"total": 0.05, "low": 0.01, "high": 0.09, "part": 0.04}],
    "gap": [MEANS | size for size in SIZES] + [MEANS | SIZES[0] | {"settled": False, "comparisons": 1}],
    "unique": [
        UNIQUE | {"weak": weak, "nothing": nothing, "turned": turned}
        for weak in ([], ["price"])
        for nothing in (["price"], [])
        for turned in ([], ["app"])
    ],
    "caveat": [CAVEAT, CAVEAT | {"b": 0.1, "r": -0.3}],
    "limit": [
        LIMIT,
        LIMIT | {"drivers": ["trust", "price"]},
        LIMIT | {"corrected": True},
        LIMIT | {"controls": ["city="]},
    ],
    "sample_type": [{"n": 250}],
    **FURTHER_CASES,
}

CHECK_VALUES: dict[str, Any] = {
    "r2": 0.4,
    "adjusted": -0.01,
    "beyond": 0.3,
    "controls": [],
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
    "drivers": ["trust", "price"],
    "lowest": 0.43,
    "construct": "trust",
    "cooks": 0.2,
    "moved": 0.02,
    "changes": 0,
    "units": 250,
    "fewest": 30,
    "ample": 40,
    "many": 15,
    "k": 3,
    "each": 20,
    "clustered": False,
    "alone": False,
    "far": False,
    "residual": 5.2,
    "chi2": 12.0,
    "loss": 0.2,
    "distinct": 7,
    "smallest_n": None,
    "p_adjusted": 0.03,
    "comparisons": 3,
    "variant": "some",
    "agree": ["lmg"],
    "common": ["trust"],
    "metrics": 8,
    "count": 96,
    "other": "price",
    "other_corrected": 0.3,
    "second": "price",
    "gain": 0.03,
    "share": 0.02,
    "dropped": 8,
    "type": "panel",
    "smallest": "south",
    "outcome": "intent",
    "files": 2,
    "questions": 2,
    "columns": ["q1", "q2"],
    "more": False,
}
SPECIAL: dict[str, list[dict[str, Any]]] = {
    "model_fit": [{"adjusted": None}, {"controls": ["city="]}],
    "overall_test": [{"controls": ["city="]}],
    "precision": [{"clustered": True, "units": 12}],
    "panel": [{"variant": "all_first"}],
    "specification": [{"variant": "mostly", "share": 0.95}],
    "corrected": [{"variant": "impossible"}, {"variant": "unsteady"}],
    "tipping": [{"k": None}],
    "concordance": [{"questions": 1, "columns": ["q1"]}, {"questions": 9, "more": True}],
    "predictors": [{"each": 50}, {"k": 1}],
    "variable_types": [{"drivers": []}, {"drivers": ["trust"]}],
    "segment_needs": [{"smallest": None}, {"smallest_n": 40}],
    "collinearity": [{"vif": None}, {"vif": None, "alone": True}, {"a": None, "b": None, "r": None}],
    "unexpected_correlations": [{"drivers": ["trust"]}],
    "signs": [{"drivers": []}, {"drivers": ["trust"]}],
    "missing_data": [{"dropped": 0}, {"dropped": 1}],
    "outliers": [{"changes": 2}, {"far": True}],
}


def check_values(check_id: str) -> list[dict[str, Any]]:
    """Values of a check, as they are most of the time and in each special case."""
    usual = CHECK_VALUES | ({"variable": "city"} if check_id == "segment_needs" else {})
    return [usual, *(usual | changes for changes in SPECIAL.get(check_id, ()))]


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
            assert (said["action"] is not None) == (claim_id in CARDS)


def test_every_sentence_of_a_claim_can_be_reached() -> None:
    reached = {
        claim_key(name, variant, values) for name in VARIANTS for variant in VARIANTS[name] for values in CASES[name]
    }
    parts = ("", ".title", ".action", ".detail", ".dek")
    known = {key for key in catalogue("en") if key.startswith("claim.")}
    assert known <= {key + part for key in reached for part in parts}


def test_cards_and_headlines_have_all_their_parts(words: Words) -> None:
    for claim_id in CARDS:
        for variant in VARIANTS[claim_id]:
            for values in CASES[claim_id]:
                key = claim_key(claim_id, variant, values)
                assert words(f"{key}.detail", **filled(values))
                assert claim_id != "lead" or words(f"{key}.dek", **filled(values))


@pytest.mark.parametrize("check_id", VERDICTS)
def test_every_verdict_has_its_meaning(check_id: str, words: Words) -> None:
    for verdict in VERDICTS[check_id]:
        for values in check_values(check_id):
            said = render_check(check_id, verdict, values, words)
            assert said["name"]
            assert said["result"]
            assert said["text"].endswith((".", "。"))


def test_every_sentence_of_a_check_can_be_reached() -> None:
    said: set[str] = set()

    class Listening(Words):
        def __call__(self, key: str, **values: Any) -> str:
            said.add(key)
            return super().__call__(key, **values)

    listening = Listening("en", LABELS, FACTS)
    for check_id, verdicts in VERDICTS.items():
        for verdict in verdicts:
            for values in check_values(check_id):
                render_check(check_id, verdict, values, listening)
    assert {key for key in catalogue("en") if key.startswith("check.")} == {key for key in said if key[:6] == "check."}


@pytest.mark.parametrize(
    ("check_id", "verdict"), [("same_source", "failed"), ("causal_order", "note"), ("luck", "note")]
)
def test_a_verdict_that_a_check_cannot_come_to_is_an_error(check_id: str, verdict: str) -> None:
    with pytest.raises(KeyError, match=f"no check '{check_id}' with verdict '{verdict}'"):
        render_check(check_id, verdict, CHECK_VALUES, Words("en", LABELS, FACTS))


def test_a_share_that_fell_is_told_from_the_larger_one_with_its_parts_turned() -> None:
    text = render("change", "overlap", CHANGE, Words("en", LABELS, FACTS))["text"] or ""
    assert text.startswith("Trust carries 5.0 percentage points more of what is explained in “South” than in “North”")
    assert "interval 1.0 to 9.0; p = .020" in text
    assert "The largest part, +4.0 points (95% interval +1.0 to +7.0), comes from how far ratings move together" in text
    assert "Different coefficients make up −1.0 points." in text


def test_parts_of_a_lower_mean_are_turned_with_it() -> None:
    text = render("gap", "level", MEANS, Words("en", LABELS, FACTS))["text"] or ""
    assert text.startswith("Intent is 0.50 points higher in “South” than in “North” (95% interval 0.20 to 0.80).")
    assert "makes up +0.40 points (interval +0.20 to +0.60)" in text
    assert "makes up +0.10 points (interval −0.20 to +0.40), which cannot be told from zero" in text


@pytest.mark.parametrize("variant", ["sturdy", "some", "few"])
def test_the_number_of_people_is_said_to_be_an_upper_bound(variant: str, words: Words) -> None:
    text = render("tipping", variant, TIPPED, words)["text"] or ""
    assert ("upper bound" in text) or ("上限" in text)


def test_the_lead_of_one_driver_compares_with_nobody() -> None:
    said = render("lead", "clear", ALONE, Words("en", LABELS, FACTS))
    assert said["text"] == "Trust is related to intent; it is the only driver in the model."


def test_two_drivers_that_cannot_be_told_apart_are_not_called_equal() -> None:
    said = render("lead", "flat", LEAD | {"k": 2}, Words("en", LABELS, FACTS))
    assert said["text"] == "This survey cannot tell which of the two drivers of intent matters more."


def test_a_turned_difference_names_the_stronger_group_first() -> None:
    values = GAP | {"estimate_a": 0.1, "estimate_b": 0.4, "difference": -0.3, "low": -0.62, "high": 0.02}
    text = render("segment", "differs", values, Words("en", LABELS, FACTS))["text"] or ""
    assert "in “South” than in “North” (coefficient 0.40 against 0.10" in text
    assert "difference 0.30, 95% interval −0.02 to 0.62" in text
    assert "after correcting for 21 comparisons, p = .0499" in text


def test_a_negative_coefficient_is_not_called_a_closer_tie() -> None:
    text = render("segment", "differs", GAP | {"estimate_b": -0.1}, Words("en", LABELS, FACTS))["text"] or ""
    assert text.startswith("The coefficient of trust differs between “North” and “South”")


def test_no_difference_is_never_said_without_its_interval(words: Words) -> None:
    for values in (GAP, GAP | {"comparisons": 1}):
        text = render("segment", "none", values, words)["text"] or ""
        assert "−0.02" in text
        assert "0.62" in text


def test_an_unknown_variant_is_an_error() -> None:
    with pytest.raises(KeyError, match="has no variant 'loud'"):
        render("lead", "loud", LEAD, Words("en", LABELS, FACTS))
