"""The report in a real Chromium: quiet, self-contained, readable at every width, on paper and by keyboard."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
LANGUAGES = ("en", "zh")
Opened = Callable[..., Any]


def comes(page: Any, condition: str) -> None:
    """Wait up to ten seconds for a condition; asked anew each time, as the page forbids evaluating strings in it."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {condition}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 375, 768, 1240])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_fetched_nothing_complains_and_nothing_sticks_out(
    opened: Opened, language: str, width: int, scheme: str
) -> None:
    page = opened(language, width=width, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in page.requests if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in page.requests if url.startswith("file:")]) == 1
    assert page.noise == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 375, 1240])
def test_text_of_the_drawings_stays_inside_them(opened: Opened, language: str, width: int) -> None:
    page = opened(language, width=width)
    outside = page.evaluate(
        """() => [...document.querySelectorAll('svg.chart')].filter(svg => svg.getClientRects().length).flatMap(svg => {
            const { width, height } = svg.viewBox.baseVal;
            return [...svg.querySelectorAll('text')].filter(text => {
                const box = text.getBBox();
                return box.x < -2 || box.x + box.width > width + 2 || box.y < -3 || box.y + box.height > height + 3;
            }).map(text => text.textContent);
        })"""
    )
    assert outside == []
    assert page.evaluate("[...document.querySelectorAll('svg.chart')].some(svg => svg.getClientRects().length)")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_policy_lets_in_only_what_the_file_brought(opened: Opened, language: str) -> None:
    page = opened(language)
    policy = page.get_attribute('meta[http-equiv="Content-Security-Policy"]', "content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)"
    )
    page.evaluate("document.body.setAttribute('style', 'color: rgb(1, 2, 3)')")
    assert page.evaluate("window.ran") is None
    assert page.evaluate("getComputedStyle(document.body).color") != "rgb(1, 2, 3)"
    assert page.evaluate("document.fonts.check('16px Inter')")


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_are_unique_links_lead_somewhere_and_headings_are_in_order(opened: Opened, language: str) -> None:
    page = opened(language)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))
    links = page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].map(one => one.hash.slice(1))")
    assert links
    assert set(links) <= set(ids)
    levels = page.evaluate("[...document.querySelectorAll('main :is(h1,h2,h3,h4)')].map(one => +one.tagName[1])")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    named = page.evaluate("[...document.querySelectorAll('main > section')].map(one => one.id)")
    assert named[0] == "summary"
    assert page.evaluate("document.querySelectorAll('[style]').length") == 0
    assert page.get_attribute("html", "lang") == {"en": "en", "zh": "zh-Hans"}[language]


def test_the_other_language_is_one_link_away(opened: Opened) -> None:
    page = opened("en")
    page.click('a[hreflang="zh-Hans"]')
    assert page.url.endswith("findings.zh.html")


def test_light_and_dark_are_switched_by_keyboard(opened: Opened) -> None:
    page = opened("en")
    colour = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    page.focus('[data-do="theme"]')
    page.keyboard.press("Enter")
    assert page.evaluate(colour) != before
    page.keyboard.press("Enter")
    assert page.evaluate(colour) == before


def test_the_numbers_of_a_figure_open_by_keyboard(opened: Opened) -> None:
    page = opened("en")
    page.focus("figure summary")
    assert not page.is_visible("figure details table")
    page.keyboard.press("Enter")
    assert page.is_visible("figure details table")


def test_a_wide_table_is_scrolled_by_keyboard_on_a_phone(opened: Opened) -> None:
    page = opened("en", width=375)
    page.click("figure summary >> nth=0")
    comes(page, "document.querySelector('figure .scroll').tabIndex === 0")
    page.focus("figure .scroll >> nth=0")
    page.keyboard.press("ArrowRight")
    comes(page, "document.querySelector('figure .scroll').scrollLeft > 0")


def test_every_figure_has_its_table_or_says_its_values(opened: Opened) -> None:
    page = opened("en")
    assert (
        page.evaluate("[...document.querySelectorAll('figure')].filter(one => !one.querySelector('table')).length") == 0
    )


def test_a_saved_chart_brings_its_own_colours(opened: Opened) -> None:
    page = opened("en")
    with page.expect_download() as waiting:
        page.click('[data-do="save"] >> nth=0')
    saved = Path(waiting.value.path()).read_text(encoding="utf-8")
    root = ET.fromstring(saved)
    assert waiting.value.suggested_filename.endswith(".svg")
    assert "class=" not in saved
    assert "var(" not in saved
    assert {one.get("fill") for one in root.iter() if one.get("fill")} > {"rgb(11, 110, 105)"}
    assert root.get("width") == "800"


def test_dots_that_are_strokes_of_no_length_are_saved_with_their_round_ends(opened: Opened) -> None:
    page = opened("en")
    with page.expect_download() as waiting:
        page.click('#figure-specifications [data-do="save"]')
    root = ET.fromstring(Path(waiting.value.path()).read_text(encoding="utf-8"))
    assert "round" in {one.get("stroke-linecap") for one in root.iter("{http://www.w3.org/2000/svg}path")}


def test_without_script_everything_is_there_but_the_buttons_that_need_it(opened: Opened) -> None:
    page = opened("en", script=False)
    assert page.locator("button:visible").count() == 0
    assert page.is_visible("h1")
    assert page.locator("svg.chart:visible").count() >= 4
    page.click("figure summary >> nth=0")
    assert page.is_visible("figure details table")


def test_the_contents_mark_the_section_being_read(opened: Opened) -> None:
    page = opened("en")
    current = "document.querySelector('.contents [aria-current]').hash"
    assert page.evaluate(current) == "#summary"
    page.evaluate("document.getElementById('drivers').scrollIntoView({behavior: 'instant'})")
    comes(page, f"{current} === '#drivers'")


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_paper_the_summary_is_page_one_and_pages_are_numbered(opened: Opened, language: str, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    page = opened(language, scheme="dark")
    last = page.evaluate("document.querySelector('.callout li:last-child').textContent")
    page.pdf(path=tmp_path / "findings.pdf", prefer_css_page_size=True, print_background=True)
    told = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "findings.pdf", "-"], capture_output=True, check=True, text=True
    )
    sheets = told.stdout.rstrip("\f").split("\f")
    for number, sheet in enumerate(sheets, start=1):
        assert re.search(rf"\b{number}\s*/\s*{len(sheets)}\s*$", sheet), sheet[-200:]
    bare = re.sub(r"\s", "", sheets[0])
    assert re.sub(r"\s", "", last)[-20:] in bare
    tables = page.evaluate(
        "[...document.querySelectorAll('figure details table tbody tr:last-child th')].map(t => t.textContent)"
    )
    whole = re.sub(r"\s", "", told.stdout)
    assert all(re.sub(r"\s", "", text) in whole for text in tables)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_table_is_wider_than_the_paper(opened: Opened, language: str) -> None:
    page = opened(language, width=672)
    page.emulate_media(media="print")
    wide = "[...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth + 1).length"
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate(wide) == 0
    assert page.evaluate("Math.max(...[...document.querySelectorAll('table')].map(one => one.offsetWidth))") <= 672
    assert page.evaluate("[...document.querySelectorAll('thead')].some(one => one.offsetHeight)")
