"""page(results, language): the findings as one HTML file that needs no network, drawn from results.json alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.report import theme
from pipeline.report.parity import parity
from pipeline.report.sections import SECTIONS, lede
from pipeline.report.view import View
from pipeline.report.words import Words

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
HTML_LANG = {"en": "en", "zh": "zh-Hans"}
UI = (
    "skip", "contents", "theme", "print", "save_svg", "show_numbers", "files", "file_results", "file_tables",
    "file_parity",
)  # fmt: skip
# The serif is for Latin headings; Chinese punctuation must not be taken from a Latin font.
FONTS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "en": (("Inter", "inter.woff2", ""), ("Source Serif 4", "source-serif-4.woff2", "")),
    "zh": (("Inter", "inter.woff2", "unicode-range:U+20-B6,U+B8-FF,U+2013,U+2212;"),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section ready to be put on the page; `number` is None for the summary."""

    name: str
    nav: str
    title: str
    lede: str
    number: int | None
    body: Markup


def page(results: Mapping[str, Any], language: str) -> str:
    """The whole file in one language; the same results give the same bytes."""
    view = View(results)
    words = view.words(language)
    study = view.study
    css, js = stylesheet(study, words), (ASSETS / "report.js").read_text(encoding="utf-8")
    environment = _environment(language)
    firm = words.pick(study["theme"]["firm"]) or "whybuy"
    return environment.get_template("page.html.j2").render(
        html_lang=HTML_LANG[language],
        policy=policy(css, js),
        title=words.pick(study["title"]),
        firm=firm,
        initial=firm.strip()[:1].upper(),
        logo=theme.safe_logo(study["theme"]["logo"]),
        others=[_other(words, other) for other in study["languages"] if other != language],
        sections=list(_sections(environment, view, words)),
        kit=bool(parity(results)),
        footer=_footer(study, words, firm),
        css=Markup(css),  # noqa: S704 our own file and escaped strings
        js=Markup(js),  # noqa: S704 our own file
    )


@cache
def _environment(language: str) -> Environment:
    """Templates with the texts of the buttons in one language, compiled once."""
    words = Words(language, {})
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["ui"] = {key: words(f"ui.{key}") for key in UI}
    return environment


def _sections(environment: Environment, view: View, words: Words) -> Iterable[Section]:
    number = 0
    for name, section in SECTIONS.items():
        if not section.applies(view):
            continue
        number += name != "summary"
        context = section.context(view, words)
        template = environment.get_template(f"sections/{name}/section.html.j2")
        yield Section(
            name=name,
            nav=context["nav"],
            title=context["title"],
            lede=lede(name, context, view, words),
            number=None if name == "summary" else number,
            body=Markup(template.render(context)),  # noqa: S704 rendered with autoescape
        )


def _other(words: Words, language: str) -> dict[str, str]:
    return {"language": language, "html_lang": HTML_LANG[language], "name": words(f"ui.language_{language}")}


def _footer(study: Mapping[str, Any], words: Words, firm: str) -> str:
    parts = [firm, words("ui.footer", title=words.pick(study["title"]), name=study["name"])]
    return " · ".join([*parts, words("ui.simulated")] if study["simulated"] else parts)


def policy(css: str, js: str) -> str:
    """Policy that allows exactly this style and this script, fonts and pictures inside the file, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_digest(css)}'; script-src '{_digest(js)}'; "
        "font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def stylesheet(study: Mapping[str, Any], words: Words) -> str:
    """Fonts, the study's colours, the rules of the page and the line at the foot of printed pages."""
    foot = words.pick(study["theme"]["firm"]), words.pick(study["title"])
    line = css_string(" · ".join(part for part in foot if part))
    paper = (
        f'@page{{@bottom-left{{content:{line};font:8pt "Inter",sans-serif;color:#4f5f66}}'
        '@bottom-right{content:counter(page) " / " counter(pages);font:8pt "Inter",sans-serif;color:#4f5f66}}'
    )
    rules = (ASSETS / "report.css").read_text(encoding="utf-8")
    return "\n".join([fonts(words.language), theme.stylesheet(study["theme"]["accent"]), rules, paper])


def css_string(text: str) -> str:
    """A quoted CSS string; everything but plain letters, digits and spaces is written as its code."""
    return '"' + "".join(c if c.isascii() and (c.isalnum() or c == " ") else f"\\{ord(c):x} " for c in text[:120]) + '"'


@cache
def fonts(language: str) -> str:
    """@font-face rules with the fonts themselves inside."""
    return "\n".join(_font(name, file, more) for name, file, more in FONTS[language])


def _font(name: str, file: str, more: str) -> str:
    data = base64.b64encode((ASSETS / "fonts" / file).read_bytes()).decode("ascii")
    source = f'url(data:font/woff2;base64,{data}) format("woff2")'
    return f'@font-face{{font-family:"{name}";font-weight:100 900;font-display:block;{more}src:{source}}}'
