"""Sections on waves and on what if, over studies good and bad: one wave, few people, gaps, two answers, no script."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from pipeline import load
from pipeline.analysis import analyse
from pipeline.report.html import page
from pipeline.report.results import build
from pipeline.report.sections import SECTIONS
from pipeline.report.view import View
from tests.waves import DRIVERS, IMAGES, MOVING, draw

HAN = "[\u3400-\u9fff]"
NAMES = ("journey", "what_if")
LANGUAGES = ("en", "zh")
Table = list[dict[str, str]]
LABELS = {
    "trust": ("trust", "信任"), "price": ("price", "价格"), "eco": ("ecosystem", "生态"),
    "intent": ("intent", "购买意愿"), "saver": ("helps me save", "帮我省钱"),
    "companion": ("part of my life", "生活的一部分"),
}  # fmt: skip


def usual(_definition: dict[str, Any], rows: Table) -> Table:
    """Four waves, panel members, images, cohorts, figures of the waves."""
    return rows


def one_wave(definition: dict[str, Any], rows: Table) -> Table:
    definition["journey"]["context"] = definition["journey"]["context"][:1]
    return [row for row in rows if row["wave"] == "2023"]


def gaps(_definition: dict[str, Any], rows: Table) -> Table:
    """No images in the first wave, eight people in the second, a flat driver in the third; nobody answers twice."""
    seen, kept = 0, []
    for number, row in enumerate(rows):
        seen += row["wave"] == "2024"
        bent = dict(row, id=str(number))
        bent |= dict.fromkeys(IMAGES, "") if row["wave"] == "2023" else {}
        bent |= {"eco": "4"} if row["wave"] == "2025" else {}
        kept += [bent] if row["wave"] != "2024" or seen <= 8 else []
    return kept


def few(definition: dict[str, Any], rows: Table) -> Table:
    """Forty people a wave, and a step beyond all data."""
    definition["what_if"] = {"step": 2.0}
    kept: Table = []
    for wave in MOVING.waves:
        kept += [row for row in rows if row["wave"] == wave][:40]
    return kept


def bought(definition: dict[str, Any], rows: Table) -> Table:
    """An outcome of yes and no."""
    definition["scales"]["two"] = {"points": 2, "start": 0}
    definition["constructs"]["intent"]["scale"] = "two"
    return [dict(row, intent=str(int(int(row["intent"]) > 4))) for row in rows]


SHAPES: dict[str, Callable[[dict[str, Any], Table], Table]] = {
    shape.__name__: shape for shape in (usual, one_wave, gaps, few, bought)
}


def definition() -> dict[str, Any]:
    context = [
        {"wave": wave, "name": "sales", "value": 1.5 + at, "label": {"en": "sales", "zh": "销量"}, "source": "A table"}
        for at, wave in enumerate(MOVING.waves)
    ]
    return {
        "study": {"title": {"en": "Waves", "zh": "波次"}, "simulated": True},
        "data": "answers.csv",
        "respondent": {"id": "id"},
        "scales": {"seven": {"points": 7}},
        "constructs": {
            name: {"label": {"en": en, "zh": zh}, "items": [name], "scale": "seven"}
            for name, (en, zh) in LABELS.items()
        },
        "variables": {
            "wave": {"codes": {wave: wave for wave in MOVING.waves}, "label": {"en": "wave", "zh": "波次"}},
            "age": {"label": {"en": "age", "zh": "年龄"},
                    "codes": {"old": {"en": "older", "zh": "年长"}, "young": {"en": "younger", "zh": "年轻"}}},
            "spend": {"type": "number", "range": [0, 100], "label": {"en": "spending", "zh": "花费"}},
        },
        "segments": {"waves": "wave"},
        "model": {"outcome": "intent", "drivers": list(DRIVERS), "draws": 200},
        "journey": {"image_from": "saver", "image_to": "companion", "cohorts": ["age"], "context": context},
        "what_if": {"outcomes": ["spend"]},
    }  # fmt: skip


def answers() -> Table:
    """Answers of 220 people a wave on seven points, so that groups are large enough for claims."""
    drawn = draw(replace(MOVING, n=220, deff=1.0), np.random.default_rng(3))
    points = {name: np.clip(np.rint(4 + 1.3 * (values - 4)), 1, 7) for name, values in drawn.items.items()}
    return [
        {"id": str(drawn.person[at]), "wave": str(drawn.wave[at]), "age": str(drawn.age[at]),
         "spend": f"{np.clip(drawn.spend[at], 0, 100):.0f}"}
        | {name: f"{values[at]:.0f}" for name, values in points.items()}
        for at in range(len(drawn.wave))
    ]  # fmt: skip


@cache
def _made(name: str) -> str:
    whole = definition()
    rows = SHAPES[name](whole, answers())
    with TemporaryDirectory() as place:
        (Path(place) / "study.yaml").write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
        with (Path(place) / "answers.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return json.dumps(build(analyse(load(Path(place)))))


def made(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_made(name))
    return found


def shown(results: dict[str, Any], language: str, section: str) -> str:
    """What a reader sees of one section."""
    html = page(results, language)
    start = html.index(f'<section id="{section}">')
    return unescape(re.sub(r"<[^>]+>", "\n", html[start : html.index("</section>", start)]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_makes_clean_sections(name: str, language: str) -> None:
    results = made(name)
    for section in NAMES:
        assert SECTIONS[section].applies(View(results))
        text = shown(results, language, section)
        assert not re.search(r"\bNone\b|\bnan\b|\bTrue\b|\bFalse\b|[{}]|\binf\b", text)
        assert bool(re.search(HAN, text)) == (language == "zh")


def claims(name: str) -> dict[str, tuple[str, int | None]]:
    return {claim["id"]: (claim["variant"], claim["level"]) for claim in made(name)["claims"]}


def test_a_good_study_tells_what_moved() -> None:
    said = claims("usual")
    assert said["journey"] == ("moved", 3)
    assert said["image"] == ("passed", 3)
    assert said["what_if"][0] in ("clear", "close")
    assert (said["what_if"][1] or 0) <= 2
    text = shown(made("usual"), "en", "journey")
    assert "while price fell from" in text
    assert "“Part of my life” has passed “helps me save”" in text
    assert "people answered in two waves or more" in text
    assert "A table" in text


def test_one_wave_is_said_and_nothing_is_drawn_but_its_figures() -> None:
    assert not {"journey", "image", "cohorts", "members"} & set(claims("one_wave"))
    for language, said in (("en", "All answers are from one wave"), ("zh", "所有回答都来自同一个波次")):
        assert said in shown(made("one_wave"), language, "journey")


def test_what_is_missing_is_named() -> None:
    said, text = claims("gaps"), shown(made("gaps"), "en", "journey")
    assert "not asked" in text
    assert "hidden (too few)" in text
    assert "Nobody answered in two waves" in text
    assert not {"image", "members"} & set(said)
    assert "Fewer than two waves have enough answers" in text


def test_few_people_carry_no_claim_and_a_step_beyond_the_data_no_number() -> None:
    said = claims("few")
    assert said["journey"] == ("small", None)
    assert said["image"] == ("small", None)
    assert "beyond the data" in shown(made("few"), "en", "what_if")


def test_an_outcome_of_two_answers_moves_by_percentage_points() -> None:
    said = claims("bought")
    assert said["what_if"][0] in ("clear", "close", "none")
    text = shown(made("bought"), "en", "what_if")
    assert "top two points" not in text
    assert "If ratings cause intent, which this survey cannot show" in text or "even if ratings did cause it" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_that_carry_nothing_have_one_sentence(language: str) -> None:
    results = made("usual")
    kept = [row for row in results["estimates"] if row["analysis"] not in NAMES]
    blank = dict.fromkeys(results["estimates"][0]) | {"metric": "answered", "state": "too_few", "reason": "refused"}
    results["estimates"] = [*kept, *(blank | {"analysis": name} for name in NAMES)]
    for section in NAMES:
        assert ("one unit of several" if language == "en" else "只剩下多个单位中的一个") in shown(
            results, language, section
        )


def test_studies_without_the_keys_have_no_such_sections() -> None:
    results = made("usual")
    for key in NAMES:
        results["study"]["asked"][key] = None
    assert not [name for name in NAMES if SECTIONS[name].applies(View(results))]
