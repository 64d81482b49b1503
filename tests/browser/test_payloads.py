"""Nothing a study file or a data file says is ever run: 9,042 known attacks as labels, titles, wordings and levels."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.report_sample import results

pytestmark = pytest.mark.browser
SAMPLE = 500
WATCH = """
window.__ran = [];
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])
    window[name] = (...given) => { window.__ran.push(name + '(' + given.join() + ')'); };
"""
TOUCH = """
() => {
    const KINDS = ["mouseover", "pointerover", "focus", "input", "toggle", "animationend", "wheel", "error"];
    for (const one of document.querySelectorAll('body *')) {
        if (one.focus) one.focus();
        for (const kind of KINDS) one.dispatchEvent(new Event(kind, { bubbles: true }));
    }
    document.querySelectorAll('details').forEach(one => one.open = true);
    return window.__ran;
}
"""


def payloads(shared: Path) -> list[str]:
    """All of them when WHYBUY_VERIFY is set, else a fixed sample."""
    known: list[str] = json.loads((shared / "attacks" / "script_payloads.json").read_text(encoding="utf-8"))
    return known if os.environ.get("WHYBUY_VERIFY") else random.Random(17).sample(known, SAMPLE)


def poisoned(clean: dict[str, Any], supply: Iterator[str]) -> tuple[dict[str, Any], int]:
    """The results with every text of the study replaced by the next payloads, and sentences made anew from them."""
    found = deepcopy(clean)
    used = 0

    def take() -> str:
        nonlocal used
        text = next(supply, None)
        used += text is not None
        return "spare" if text is None else text

    def label() -> dict[str, str]:
        return {language: take() for language in clean["study"]["languages"]}

    study = found["study"]
    study["name"] = take()
    for key in ("title", "client", "wave"):
        study[key] = label()
    study["theme"]["firm"] = label()
    for construct in study["constructs"].values():
        construct["label"], construct["source"] = label(), take()
        construct["items"] = {item: label() for item in construct["items"]}
        scale = construct["scale"]
        scale["ends"] = {language: [take(), take()] for language in study["languages"]}
    for segment in study["segments"]:
        segment["label"] = label()
        for level in segment["levels"]:
            level["label"] = label()
    study["sample"] = {key: value if key == "type" else label() for key, value in study["sample"].items()}
    for source in found["provenance"]["data"]:
        source["name"], source["sheet"] = take(), take()
    return said_again(found), used


def said_again(found: dict[str, Any]) -> dict[str, Any]:
    """The results with the sentences of claims and checks made from the names they now have."""
    from pipeline.report.view import View
    from pipeline.report.words.claims import render, render_check

    for language in found["study"]["languages"]:
        words = View(found).words(language)
        for claim in found["claims"]:
            texts = render(claim["id"], claim["variant"], claim["values"], words)
            for part in ("text", "title", "action"):
                if claim[part] is not None:
                    claim[part][language] = texts[part]
        for check in found["checks"]:
            texts = render_check(check["id"], check["verdict"], check["values"], words)
            check["text"][language], check["result"][language] = texts["text"], texts["result"]
    return found


def pages(clean: dict[str, Any], texts: list[str]) -> Iterator[str]:
    from pipeline.report.html import page

    supply, done = iter(texts), 0
    while done < len(texts):
        found, used = poisoned(clean, supply)
        done += used
        for language in clean["study"]["languages"]:
            yield page(found, language)


def test_the_payloads_do_reach_the_page(shared: Path) -> None:
    texts = payloads(shared)[:SAMPLE]
    whole = "".join(unescape("".join(pages(results(), texts))).split())
    missing = [text for text in texts if "".join(text.split()) not in whole]
    assert len(missing) < len(texts) / 20, missing[:5]


@pytest.fixture
def watched(browser: Any) -> Iterator[Callable[[Path], list[str]]]:
    """Opener of a file that touches every element and tells what was run, asked for or fetched."""
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(120_000)
    heard: list[str] = []
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text))
    page.on(
        "request", lambda request: heard.append(request.url) if not request.url.startswith(("file:", "data:")) else None
    )
    page.on("popup", lambda popup: heard.append(popup.url))

    def open_(path: Path) -> list[str]:
        heard.clear()
        page.goto(path.as_uri())
        ran: list[str] = page.evaluate(TOUCH)
        return [*ran, *heard, *([] if page.url == path.as_uri() else [page.url])]

    yield open_
    context.close()


def test_the_watch_sees_a_page_that_does_run_something(watched: Callable[[Path], list[str]], tmp_path: Path) -> None:
    for number, bad in enumerate(
        ("<img src=x onerror=alert(1)>", "<script>prompt(8)</script>", "<b onmouseover=alert(2)>x</b>")
    ):
        (tmp_path / f"{number}.html").write_text(f"<!doctype html><body>{bad}")
        assert watched(tmp_path / f"{number}.html"), bad


def test_no_text_of_a_study_is_run(watched: Callable[[Path], list[str]], shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "findings.html"
    for text in pages(results(), payloads(shared)):
        file.write_text(text, encoding="utf-8", errors="surrogatepass")
        assert watched(file) == []
