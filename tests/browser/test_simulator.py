"""The simulator of section what_if in a real Chromium: what Python predicts, a refusal beyond the data, on a phone."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.report_sample import answers, study

pytestmark = pytest.mark.browser
LANGUAGES = ("en", "zh")
DRIVERS = ("trust", "quality", "price")
CONTRASTS = ("outcome:intent", "top2:intent", "outcome:spend")
STEP = 0.4
Opened = Callable[..., Any]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """results.json of the simulated study with a further outcome and a simulator."""
    from pipeline.analysis import analyse
    from pipeline.report.results import build
    from pipeline.study import load

    folder = tmp_path_factory.mktemp("study")
    definition, rows = study(7), [list(row) for row in answers(7, 600)[:601]]
    definition["variables"]["spend"] = {"type": "number", "range": [0, 90], "label": {"en": "spending", "zh": "花费"}}
    definition["model"] |= {"drivers": list(DRIVERS), "draws": 300}
    definition["what_if"] = {"outcomes": ["spend"], "step": STEP}
    rows[0] = [*rows[0], "spend"]
    for number, row in enumerate(rows[1:]):
        row.append(str(20 + 3 * int(row[1] or 4) + number % 11))
    (folder / "study.yaml").write_text(json.dumps(definition, ensure_ascii=False), encoding="utf-8")
    with (folder / "answers.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    found: dict[str, Any] = json.loads(json.dumps(build(analyse(load(folder)))))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, results: dict[str, Any]) -> Path:
    """Its pages, which `opened` opens."""
    from pipeline.report.html import page

    place = tmp_path_factory.mktemp("report")
    for language in LANGUAGES:
        (place / f"findings.{language}.html").write_text(page(results, language), encoding="utf-8")
    return place


def value(results: dict[str, Any], metric: str, term: str | None = None, contrast: str | None = None) -> float:
    key = ("what_if", metric, term, contrast)
    (row,) = (
        row for row in results["estimates"] if (row["analysis"], row["metric"], row["term"], row["contrast"]) == key
    )
    return float(row["estimate"])


def matrix(results: dict[str, Any], metric: str, prefix: str) -> np.ndarray:
    found = np.empty((len(DRIVERS), len(DRIVERS)))
    for at, one in enumerate(DRIVERS):
        for other in range(at + 1):
            found[at, other] = found[other, at] = value(results, metric, one, f"{prefix}{DRIVERS[other]}")
    return found


def expected(results: dict[str, Any], contrast: str, moves: np.ndarray) -> list[float]:
    """Change and its limits, as the rows of results.json say."""
    b = np.array([value(results, "b", name, contrast) for name in DRIVERS])
    cov = matrix(results, "b_covariance", f"{contrast};with:")
    error = value(results, "t_reach", None, contrast) * float(np.sqrt(moves @ cov @ moves))
    line = float(moves @ b) + np.array([0.0, -error, error])
    curve = [
        (float(row["contrast"].rpartition(":")[2]), row["estimate"])
        for row in results["estimates"]
        if row["metric"] == "bent_change" and row["contrast"].startswith(f"{contrast};")
    ]
    return [float(found) for found in np.interp(line, *zip(*curve, strict=True))] if curve else line.tolist()


def printed(figure: float, share: bool) -> str:
    from pipeline.report.words import Words

    return Words("en", {}, {}).format(figure, "points" if share else "sign2")


def slide(page: Any, moves: dict[int, float]) -> None:
    """Sets sliders as a hand would: the value, then the event."""
    for at, move in moves.items():
        page.locator(".mover input").nth(at).evaluate(
            "(one, value) => { one.value = value; one.dispatchEvent(new Event('input', { bubbles: true })); }",
            str(move),
        )


def told(page: Any, at: int) -> list[str]:
    """Predicted, change and interval of one outcome, as they stand on the page."""
    line = page.locator("[data-outcome]").nth(at)
    return [line.locator(f"[data-shows={name}]").inner_text() for name in ("then", "change", "interval")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [390, 1240])
def test_it_is_quiet_shows_itself_and_nothing_sticks_out(opened: Opened, language: str, width: int) -> None:
    page = opened(language, width=width)
    assert page.is_visible(".simulator")
    slide(page, {0: 0.3, 1: -0.2})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(
        "[...document.querySelectorAll('.simulator .scroll')].every(s => s.scrollWidth <= s.clientWidth)"
    )
    assert page.noise == []
    assert [url for url in page.requests if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("moves", [(0.4, 0.0, 0.0), (0.3, -0.2, 0.4), (-0.5, 0.1, 0.0)])
def test_sliders_say_what_python_predicts(opened: Opened, results: dict[str, Any], moves: tuple[float, ...]) -> None:
    page = opened("en")
    slide(page, dict(enumerate(moves)))
    assert not page.is_visible(".refused")
    for at, contrast in enumerate(CONTRASTS):
        share = contrast.startswith("top2")
        change, low, high = (printed(one, share) for one in expected(results, contrast, np.array(moves)))
        metric, name = ("top2box" if share else "mean"), contrast.partition(":")[2]
        now = value(results, metric, name, contrast) + expected(results, contrast, np.array(moves))[0]
        assert told(page, at) == [f"{100 * now:.1f}%" if share else f"{now:.2f}", change, f"{low} to {high}"]
        assert page.locator(".mover-value").nth(0).inner_text() == printed(moves[0], False).rstrip("0")


def test_one_rating_moved_by_the_step_is_the_line_of_the_table(opened: Opened) -> None:
    page = opened("en")
    cells = page.locator("#what_if > .scroll tbody tr").nth(1).locator("td").all_inner_texts()
    slide(page, {1: STEP})
    for at, cell in enumerate(cells):
        _, change, interval = told(page, at)
        low, high = interval.split(" to ")
        assert cell == f"{change} [{low}, {high}]"


def test_beyond_the_data_there_is_a_sentence_and_no_number(opened: Opened, results: dict[str, Any]) -> None:
    page = opened("en")
    ends = page.evaluate("[...document.querySelectorAll('.mover input')].map(one => [+one.min, +one.max])")
    moves = np.array([ends[0][1], ends[1][0], ends[2][1]])
    precision = matrix(results, "rating_precision", "with:")
    assert moves @ precision @ moves > value(results, "profile_distance")
    slide(page, dict(enumerate(moves.tolist())))
    assert page.is_visible(".refused")
    for at in range(len(CONTRASTS)):
        assert told(page, at) == ["–", "–", "–"]
    page.click(".simulator [data-do=reset]")
    assert not page.is_visible(".refused")
    assert told(page, 0)[1] == "0.00"
    for at, name in enumerate(DRIVERS):
        assert value(results, "move_low", name) <= ends[at][0] <= 0 <= ends[at][1] <= value(results, "move_high", name)


def test_it_works_by_keyboard(opened: Opened, results: dict[str, Any]) -> None:
    page = opened("en")
    page.locator(".mover input").nth(2).focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    change = expected(results, CONTRASTS[0], np.array([0.0, 0.0, 0.3]))[0]
    assert told(page, 0)[1] == printed(change, False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_script_and_on_paper_the_table_stands_alone(opened: Opened, language: str) -> None:
    silent = opened(language, script=False)
    assert not silent.is_visible(".simulator")
    assert silent.is_visible("#what_if > .scroll table")
    page = opened(language)
    page.emulate_media(media="print")
    assert not page.is_visible(".simulator")
    assert page.is_visible("#what_if > .scroll table")


def test_the_assumption_stands_beside_every_result(opened: Opened) -> None:
    for language, word in (("en", "assume"), ("zh", "假定")):
        page = opened(language)
        places = page.locator(".assumes, #what_if > .scroll .note, .simulator > p").all_inner_texts()
        assert sum(word in text.lower() for text in places) == 3
