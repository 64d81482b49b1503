"""What every section obeys, over studies of every shape: one driver, two, groups too small, weights, stacked rows."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from pipeline.report.html import page
from pipeline.report.sections import SECTIONS, unasked
from pipeline.report.view import View
from pipeline.report.words import SECTIONS as SECTION_FOLDERS
from pipeline.report.words.claims import render, render_check
from tests.report_sample import answers, study

LANGUAGES = ("en", "zh")
Table = list[list[str]]
HAN = "[\u3400-\u9fff]"


def usual(_definition: dict[str, Any], _rows: Table) -> None:
    """The simulated study as it is."""


def one_driver(definition: dict[str, Any], _rows: Table) -> None:
    definition["model"]["drivers"] = ["trust"]
    definition["segments"] = []


def two_drivers(definition: dict[str, Any], _rows: Table) -> None:
    definition["model"]["drivers"] = ["trust", "price"]


def weak(_definition: dict[str, Any], rows: Table) -> None:
    """Answers to the outcome in another order: nothing is explained."""
    del rows[901:]
    at = [rows[0].index(name) for name in ("intent_1", "intent_2")]
    turned = [[row[i] for i in at] for row in rows[1:]]
    for row, other in zip(rows[1:], turned[500:] + turned[:500], strict=True):
        row[at[0]], row[at[1]] = other


def few(definition: dict[str, Any], rows: Table) -> None:
    """40 respondents: no driver is ranked, groups are hidden or bracketed."""
    del rows[41:]
    definition["model"]["drivers"] = ["trust", "quality", "price"]


def weighted(definition: dict[str, Any], rows: Table) -> None:
    definition["weights"] = {"column": "w", "strata": "area"}
    definition["model"]["imputations"] = 2
    rows[0] += ["w", "area"]
    for number, row in enumerate(rows[1:]):
        row += [str(1 + number % 3), "abc"[number % 3]]


def stacked(definition: dict[str, Any], rows: Table) -> None:
    """Two rows a respondent, one a brand, and capital letters in the outcome's label."""
    del rows[901:]
    definition["constructs"]["intent"]["label"] = {"en": "Purchase Intent (NPS)", "zh": "NPS 购买意愿"}
    definition["segments"] = {"compare": ["status"], "brand": "maker"}
    definition["model"]["imputations"] = 2
    rows[0].append("maker")
    for number, row in enumerate(rows[1:]):
        row[0] = f"p{number // 2:05d}"
        row.append("ab"[number % 2])


def zero_to_ten(definition: dict[str, Any], _rows: Table) -> None:
    definition["scales"]["agree"] = {"points": 11, "start": 0}
    definition["constructs"]["price"]["reverse"] = ["price_1"]
    del definition["study"]["fieldwork"]


def many_groups(definition: dict[str, Any], rows: Table) -> None:
    """13 groups, more than a printed page has room for beside one another, two of them apart by a capital only."""
    definition["variables"]["kind"] = {"codes": {str(code): f"kind {code}" for code in range(1, 12)}}
    definition["variables"]["kind"]["codes"] |= {"12": "yes", "13": "Yes"}
    definition["segments"] = ["kind"]
    del rows[901:]
    rows[0].append("kind")
    for number, row in enumerate(rows[1:]):
        row.append(str(1 + number % 13))


def unstated(definition: dict[str, Any], rows: Table) -> None:
    """Three points, too few for a top two; one group only; nothing stated about the sample."""
    definition["scales"]["agree"] = {"points": 3, "labels": ["no", "perhaps", "yes"]}
    definition["variables"]["kind"] = {"codes": {"1": "one"}}
    definition["segments"] = ["kind"]
    definition["sample"] = {}
    del rows[901:]
    rows[0].append("kind")
    rows[1:] = [
        [row[0], *(cell and str(1 + 3 * int(cell) // 8) for cell in row[1:-1]), row[-1], "1"] for row in rows[1:]
    ]


def explained(definition: dict[str, Any], _rows: Table) -> None:
    """Groups of drivers, a smallest difference that matters, and differences taken apart."""
    definition["segments"] = {"compare": ["status"], "explain": ["status"]}
    definition["model"]["groups"] = {"relation": {"label": {"en": "relationship", "zh": "关系"}, "drivers": ["trust"]}}
    definition["model"] |= {"sesoi": 0.05, "drivers": ["trust", "quality", "service", "price"]}


def structured(definition: dict[str, Any], rows: Table) -> None:
    """A control, a driver of categories and a product of two drivers."""
    definition["variables"] |= {
        "age": {"label": {"en": "age", "zh": "年龄"}, "type": "number"},
        "region": {
            "label": {"en": "region", "zh": "地区"},
            "codes": {"1": {"en": "East", "zh": "东部"}, "2": {"en": "West", "zh": "西部"}},
        },
    }
    definition["model"] |= {
        "drivers": ["trust", "quality", "region"], "controls": ["age"], "interactions": [["trust", "quality"]],
        "imputations": 2,
    }  # fmt: skip
    rows[0] += ["age", "region"]
    for number, row in enumerate(rows[1:]):
        row += [str(20 + number * 7 % 50), str(1 + number % 2)]


def described(definition: dict[str, Any], rows: Table) -> None:
    """Missing answers imputed; a question of several answers, a number, promoters, and a level of three people."""
    definition["model"] |= {"imputations": 3, "drivers": ["trust", "quality", "price"], "controls": ["town"]}
    definition["scales"]["eleven"] = {"points": 11, "start": 0}
    for construct in definition["constructs"].values():
        construct["scale"] = "agree"
    definition["constructs"]["advice"] = {"items": ["advice_1"], "scale": "eleven"}
    definition["variables"] |= {
        "years": {"label": {"en": "age", "zh": "年龄"}, "type": "number"},
        "town": {"label": {"en": "town", "zh": "城镇"}, "codes": {"1": "A", "2": "B", "3": "C"}},
        "media": {"label": {"en": "media", "zh": "媒体"}, "type": "multiple", "columns": ["tv", "net"]},
        "advises": {"label": {"en": "advice", "zh": "推荐"}, "from": "advice_1", "recode": "nps"},
    }
    del rows[901:]
    rows[0] += ["years", "town", "tv", "net", "advice_1"]
    for number, row in enumerate(rows[1:]):
        town = "3" if number < 3 else "1" if number % 3 else "2"
        row += [str(20 + number * 7 % 50), town, str(number % 2), str(number // 2 % 2), str(number * 7 % 11)]


def published(definition: dict[str, Any], rows: Table) -> None:
    """A table of correlations in place of answers."""
    for key in ("data", "respondent", "scales", "variables", "segments"):
        del definition[key]
    names = ["trust", "quality", "price", "intent"]
    definition["constructs"] = {name: {"label": definition["constructs"][name]["label"]} for name in names}
    definition["constructs"]["trust"]["reliability"] = 0.8
    definition["model"]["drivers"] = names[:-1]
    definition["correlations"] = {"file": "answers.csv", "n": 285}
    cells = [["1", ".3", ".4", ".5"], [".3", "1", ".2", ".4"], [".4", ".2", "1", ".35"], [".5", ".4", ".35", "1"]]
    rows[:] = [["", *names], *([name, *row] for name, row in zip(names, cells, strict=True))]


SHAPES: dict[str, Callable[[dict[str, Any], Table], None]] = {
    shape.__name__: shape
    for shape in (
        usual,
        one_driver,
        two_drivers,
        weak,
        few,
        weighted,
        stacked,
        zero_to_ten,
        many_groups,
        unstated,
        explained,
        structured,
        described,
        published,
    )
}


@cache
def _made(name: str) -> str:
    """results.json of one shape, as text."""
    from pipeline.analysis import analyse
    from pipeline.report.results import build
    from pipeline.study import load

    definition, rows = study(7), [list(row) for row in answers(7, 900)]
    definition["model"]["draws"] = 300
    SHAPES[name](definition, rows)
    with TemporaryDirectory() as place:
        folder = Path(place) / name
        folder.mkdir()
        (folder / "study.yaml").write_text(json.dumps(definition, ensure_ascii=False), encoding="utf-8")
        with (folder / "answers.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        return json.dumps(build(analyse(load(folder))))


@pytest.fixture(params=SHAPES)
def results(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_made(request.param))
    return found


def visible(html: str) -> str:
    """What a reader sees or hears, drawings and tables included."""
    body = html[html.index("<body>") : html.index("<script>")]
    return unescape(re.sub(r"<[^>]+>", "\n", body))


def test_every_folder_is_a_section_and_has_its_words() -> None:
    folders = sorted(path.name for path in SECTION_FOLDERS.iterdir() if path.is_dir() and path.name[0] != "_")
    assert folders == sorted(SECTIONS)
    for name in folders:
        for file in ("section.html.j2", "words.en.po", "words.zh.po"):
            assert (SECTION_FOLDERS / name / file).exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_says_what_it_is(results: dict[str, Any], language: str) -> None:
    view = View(results)
    for name, section in SECTIONS.items():
        if section.applies(view):
            shown = section.context(view, view.words(language))
            assert shown["nav"]
            assert bool(shown["title"]) == (name != "summary")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_study_makes_a_clean_page(results: dict[str, Any], language: str) -> None:
    text = visible(page(results, language))
    assert not re.search(r"\bNone\b|\bnan\b|\bTrue\b|\bFalse\b|[{}]|\binf\b", text)
    assert "  ." not in text
    if language == "zh":
        own = "\n".join(line for line in text.split("\n") if "). " not in line)
        assert not re.search(rf"{HAN}[,;:!?](?!\w)|{HAN} {HAN}|{HAN}[A-Za-z0-9]|[A-Za-z0-9%]{HAN}", own)
    else:
        assert not re.search(HAN, text.replace("中文", ""))


def test_texts_are_what_the_words_say_again(results: dict[str, Any]) -> None:
    for language in LANGUAGES:
        words = View(results).words(language)
        for claim in results["claims"]:
            said = render(claim["id"], claim["variant"], claim["values"], words)
            assert said["text"] == claim["text"][language]
            for part in ("title", "action"):
                assert said[part] == (claim[part] and claim[part][language])
        for check in results["checks"]:
            said_of = render_check(check["id"], check["verdict"], check["values"], words)
            assert (said_of["text"], said_of["result"]) == (check["text"][language], check["result"][language])


def test_a_section_never_changes_the_results(results: dict[str, Any]) -> None:
    before = json.dumps(results)
    page(results, "en")
    assert json.dumps(results) == before


def made(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_made(name))
    return found


def test_one_driver_has_no_map_and_no_groups() -> None:
    view = View(made("one_driver"))
    beyond = {"audience", *unasked.KEYS}
    assert [name for name, section in SECTIONS.items() if name not in beyond and not section.applies(view)] == [
        "methods", "priorities", "segments", "change", "robustness",
    ]  # fmt: skip
    text = visible(page(made("one_driver"), "en"))
    assert "With one driver there is no map" in text
    assert "names no groups to compare" in text
    assert "ranked above" not in text


def test_a_weak_model_ranks_nobody() -> None:
    found = made("weak")
    assert View(found).claims("lead")[0]["variant"] == "none"
    summary = SECTIONS["summary"].context(View(found), View(found).words("en"))
    assert summary["headline_text"] == "These drivers tell us little about purchase intent"
    assert summary["cards"] == []
    assert "No single finding passed" in visible(page(found, "en"))


def test_small_groups_are_hidden_or_bracketed_and_never_claimed() -> None:
    found = made("few")
    text = visible(page(found, "en"))
    assert "hidden (too few)" in text
    assert not [claim for claim in found["claims"] if claim["id"] == "segment" and claim["level"]]


def test_weights_and_strata_are_told() -> None:
    text = visible(page(made("weighted"), "en"))
    assert "Figures are weighted" in text
    assert "rescaling bootstrap within strata" in text
    assert "design-based" in text
    assert "HC3" not in text


def test_respondents_are_not_their_rows() -> None:
    found = made("stacked")
    assert found["sample"]["rows"] > found["sample"]["n"]
    assert "purchase intent" not in visible(page(found, "en"))


def test_what_is_not_stated_says_so() -> None:
    for language, words in (("en", "not stated"), ("zh", "未说明")):
        assert visible(page(made("unstated"), language)).count(words) >= 8


def test_user_text_stays_text() -> None:
    found = made("usual")
    found["study"]["title"] = dict.fromkeys(LANGUAGES, "<img src=x onerror=alert(1)>{{7*7}}")
    assert "<img src=x" not in page(found, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_groups_are_divided_among_tables_and_none_is_lost(language: str) -> None:
    view = View(made("many_groups"))
    shown = SECTIONS["segments"].context(view, view.words(language))["variables"][0]
    for tables in (shown["figure"]["table"] if shown["figure"] else shown["numbers"], shown["shares"]):
        heads = [[column["label"] for column in one["columns"][1:]] for one in tables]
        assert [len(part) for part in heads] == [5, 5, 3]
        assert [head for part in heads for head in part] == [*(f"kind {code}" for code in range(1, 12)), "yes", "Yes"]
        assert len({one["caption"] for one in tables}) == len(tables)


def test_signs_of_direction_never_turn_a_number() -> None:
    found = made("usual")
    labels = {name: shown["label"] for name, shown in found["study"]["constructs"].items()}
    labels["trust"]["en"], labels["price"]["en"] = "\u202etrust\u2066\u200f", "السعر"
    view = View(found)
    assert view.labels("en")["trust"] == "trust"
    assert view.labels("en")["price"] == "\u2068السعر\u2069"
    assert labels["trust"]["en"].startswith("\u202e")
    first = next(name for name in view.drivers if name not in ("trust", "price"))
    assert view.labels("zh")[first] == labels[first]["zh"]


def test_the_outcome_is_drawn_after_the_drivers() -> None:
    found = made("usual")
    view = View(found)
    for row in found["estimates"]:
        if row["metric"] == "mean" and row["term"] == view.outcome:
            row["estimate"] = 7.0
    figure = SECTIONS["answers"].context(View(found), view.words("en"))["figures"][0]
    labels = view.labels("en")
    drawn = [row[0].lower() for row in figure["table"]["rows"]]
    best, worst = (view.claims("answers")[0]["values"][end] for end in ("best", "worst"))
    assert drawn[0] == labels[best].lower()
    assert drawn[-2:] == [labels[worst].lower(), labels[view.outcome].lower()]
    assert "then the outcome" in figure["subtitle"]


def test_short_scales_have_no_top_two() -> None:
    for name, dashes in (("unstated", True), ("usual", False)):
        view = View(made(name))
        table = SECTIONS["answers"].context(view, view.words("en"))["scores"]
        at = [column["label"] for column in table["columns"]].index(view.words("en")("column.top2"))
        assert all((row[at]["text"] == "–") == dashes for row in table["rows"])


@pytest.mark.parametrize("variant", ["clear", "promising", "none"])
@pytest.mark.parametrize("placed", [True, False])
def test_a_dot_stands_out_only_for_a_reason_that_is_told(variant: str, placed: bool) -> None:
    found = made("usual")
    for claim in found["claims"]:
        if claim["id"] == "priority":
            claim["variant"], claim["values"] = variant, {} if variant == "none" else {"driver": "price"}
        if claim["id"] == "quadrant":
            sure = placed and claim["values"]["driver"] == "price"
            claim["variant"] = "classified" if sure else "crossing"
            claim["values"]["quadrant"] = "fix" if sure else None
    for language in LANGUAGES:
        view = View(found)
        figure = SECTIONS["priorities"].context(view, view.words(language))["figure"]
        assert ("dot warm" in figure["chart_wide"]) == (placed or variant != "none")
        assert (("orange" if language == "en" else "橙色") in figure["note"]) == (not placed and variant != "none")
