"""The page as text: the same bytes each time, a policy that fits the style and the script, nothing written into CSS."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from pipeline.report import html
from tests.report_sample import results

LANGUAGES = ("en", "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_results_give_the_same_bytes(language: str) -> None:
    assert html.page(results(), language) == html.page(results(), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_policy_names_exactly_the_style_and_the_script(language: str) -> None:
    text = html.page(results(), language)
    for tag in ("style", "script"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(inside) == 1
        digest = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;;" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_element_carries_style_or_deeds_and_nothing_is_fetched(language: str) -> None:
    text = html.page(results(), language)
    outside = re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"<[^>]*\s(style|on\w+)=", outside)
    assert not re.search(r"(?:src|href)=\"(?!#|findings\.|data:)", outside)
    assert not re.search(r"@import|url\((?!data:)", text)


def test_every_language_says_what_it_is_and_leads_to_the_other() -> None:
    pages = {language: html.page(results(), language) for language in LANGUAGES}
    assert '<html lang="zh-Hans">' in pages["zh"]
    assert 'href="findings.zh.html"' in pages["en"]
    assert 'href="findings.en.html"' in pages["zh"]
    assert 'Source Serif 4";font-weight' in pages["en"]
    assert 'Source Serif 4";font-weight' not in pages["zh"]


def test_a_page_of_one_language_links_nowhere() -> None:
    found = results()
    found["study"]["languages"] = ["en"]
    assert 'href="findings.' not in html.page(found, "en")


@pytest.mark.parametrize("text", ['"; } body { x', "</style><script>", "\\", "信任 · “x”", "a\nb"])
def test_text_in_css_can_leave_neither_its_quotes_nor_the_style(text: str) -> None:
    written = html.css_string(text)
    assert re.fullmatch(r'"(?:[A-Za-z0-9 ]|\\[0-9a-f]+ )*"', written)
    assert re.sub(r"\\([0-9a-f]+) ", lambda code: chr(int(code[1], 16)), written[1:-1]) == text


def test_a_logo_that_is_no_picture_is_left_out() -> None:
    found = results()
    found["study"]["theme"]["logo"] = "https://example.com/logo.png"
    assert "example.com" not in html.page(found, "en")
    found["study"]["theme"]["logo"] = "data:image/png;base64,iVBORw0KGgo="
    assert '<img src="data:image/png;base64,iVBORw0KGgo=" alt="">' in html.page(found, "en")
