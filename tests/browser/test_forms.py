"""The printable questionnaire in a real Chromium: quiet, within the page on every width, and on A4 sheets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.instrument import load
from pipeline.instrument.form import html_of
from pipeline.instrument.layout import form
from tests.questionnaire_sample import QUESTIONNAIRE, folder

pytestmark = pytest.mark.browser
LONG = "Does it " + "matter " * 80 + "/" + "x" * 400
VALUE = Path(__file__).parents[2] / "surveys" / "phone_value"


@pytest.fixture(params=["value", "long"])
def instrument(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The questionnaire of the value study, and one with a text without end."""
    if request.param == "value":
        return load(VALUE)
    return load(
        folder(
            tmp_path,
            QUESTIONNAIRE.replace("{en: Cake, zh: 蛋糕}", f'"{LONG}"').replace("en: A few facts.", f'en: "{LONG}"'),
        )
    )


@pytest.fixture
def page(browser: Any, request: pytest.FixtureRequest, tmp_path: Path, instrument: Any) -> Iterator[Any]:
    language = request.param
    path = tmp_path / "form.html"
    path.write_text(html_of(form(instrument, language)), encoding="utf-8")
    context = browser.new_context(viewport={"width": 390, "height": 900})
    opened = context.new_page()
    opened.noise = []
    opened.on("console", lambda message: opened.noise.append(message.text))
    opened.on(
        "request",
        lambda asked: opened.noise.extend([asked.url] if not asked.url.startswith(("file:", "data:")) else []),
    )
    opened.goto(path.as_uri())
    yield opened
    context.close()


@pytest.mark.parametrize("page", ["en", "zh"], indirect=True)
def test_a_form_is_quiet_and_stays_within_the_page(page: Any) -> None:
    for width in (390, 1240):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.noise == []
    assert page.evaluate("document.fonts.check('12px Inter')")


@pytest.mark.parametrize("page", ["en", "zh"], indirect=True)
def test_no_head_of_a_grid_is_wider_than_its_column_on_paper(page: Any) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 672, "height": 950})
    wide = page.evaluate(
        "[...document.querySelectorAll('thead th[scope=col]')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    )
    assert wide == 0


@pytest.mark.parametrize("page", ["en", "zh"], indirect=True)
def test_a_form_prints_on_a4(page: Any) -> None:
    raw = page.pdf(prefer_css_page_size=True)
    sheets = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", raw)
    assert len(sheets) >= 2
    for width, height in sheets:
        assert float(width) == pytest.approx(595.3, abs=1)
        assert float(height) == pytest.approx(841.9, abs=1)
