"""Charts: inside their frame, nothing on top of anything, nothing hostile, every colour readable."""

from __future__ import annotations

import itertools
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.report import svg, theme
from pipeline.report.charts import CHARTS, ChartTexts, _axis, _text
from tests.chart_samples import LABELS, SAMPLES

WIDTHS = (800, 340)
TEXTS = ChartTexts(title="Title", description="One sentence.")
BOLD = {"strong", "value", "point-name", "loss", "warning", "fix"}
SPACE = "{http://www.w3.org/2000/svg}"
DRAWN = [
    (name, kind, labels, width)
    for (name, kind), labels, width in itertools.product(SAMPLES, LABELS, WIDTHS)
]  # fmt: skip


@cache
def draw(name: str, kind: str, labels: str, width: int) -> str:
    data = SAMPLES[name, kind](LABELS[labels])
    return str(CHARTS[name](data, width=width, uid="u", texts=replace(TEXTS, language=labels[:2])))


def boxes(picture: str) -> Iterator[tuple[str, str, float, float, float, float]]:
    """(class, text, left, top, right, bottom) of every line of text, measured as the charts measure."""
    for one in ET.fromstring(picture).iter(f"{SPACE}text"):
        size = float(one.get("font-size") or 14)
        kind = one.get("class") or ""
        bold = not BOLD.isdisjoint(kind.split()) and not {"plain", "muted"} & set(kind.split())
        wide = _text.width(one.text or "", size, bold)
        x, y = float(one.get("x") or 0), float(one.get("y") or 0)
        left = x - {"end": wide, "middle": wide / 2}.get(one.get("text-anchor") or "", 0.0)
        yield kind, one.text or "", left, y - size * 0.8, left + wide, y + size * 0.22


@pytest.mark.parametrize(("name", "kind", "labels", "width"), DRAWN)
def test_text_stays_inside_the_frame(name: str, kind: str, labels: str, width: int) -> None:
    picture = draw(name, kind, labels, width)
    height = float((ET.fromstring(picture).get("viewBox") or "").split()[3])
    for _, text, left, top, right, foot in boxes(picture):
        assert left >= -1.5, text
        assert right <= width + 1.5, text
        assert top >= -1, text
        assert foot <= height + 1, text


@pytest.mark.parametrize(("name", "kind", "labels", "width"), DRAWN)
def test_no_text_lies_on_another(name: str, kind: str, labels: str, width: int) -> None:
    found = list(boxes(draw(name, kind, labels, width)))
    for one, other in itertools.combinations(found, 2):
        across = min(one[4], other[4]) - max(one[2], other[2])
        down = min(one[5], other[5]) - max(one[3], other[3])
        assert across <= 1 or down <= 1.5, (one, other)


@pytest.mark.parametrize(("name", "kind", "labels", "width"), DRAWN)
def test_marks_stay_inside_the_frame(name: str, kind: str, labels: str, width: int) -> None:
    root = ET.fromstring(draw(name, kind, labels, width))
    places = {"rect": ("x",), "circle": ("cx",), "line": ("x1", "x2")}
    for tag, keys in places.items():
        for mark in root.iter(SPACE + tag):
            assert all(-0.5 <= float(mark.get(key) or 0) <= width + 0.5 for key in keys), ET.tostring(mark)
            assert float(mark.get("x") or 0) + float(mark.get("width") or 0) <= width + 0.5, ET.tostring(mark)


def test_a_long_label_is_cut_as_fast_as_a_short_one() -> None:
    begun = time.process_time()
    cut = _text.fit("L" * 20_000, 100, 14)
    assert time.process_time() - begun < 3
    assert cut.width <= 100
    assert cut.lines[-1].endswith("…")


def test_a_long_label_is_wrapped_then_made_smaller_then_cut() -> None:
    words = "Trustworthy advice from people who know what they are doing, always"
    assert _text.fit("Trust", 100, 14).lines == ("Trust",)
    assert len(_text.fit(words, 260, 14).lines) == 2
    assert _text.fit(words, 160, 14, lines=3).size < 14
    cut = _text.fit(words, 60, 14)
    assert cut.lines[-1].endswith("…")
    for room in (20, 60, 160, 260):
        for text in (words, words.replace(" ", ""), "非常值得信任而且一直可靠的产品与服务体验，始终如一"):
            assert _text.fit(text, room, 14).width <= room


def test_a_line_of_chinese_does_not_begin_with_a_closing_mark() -> None:
    lines = _text.fit("信任与服务，质量、价格。", 70, 14, lines=4).lines
    assert "".join(lines) == "信任与服务，质量、价格。"
    assert not any(line[0] in "，、。" for line in lines)


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 0.31), (-0.2, 0.4), (0.0, 1.0), (3.2, 96.0), (0.0, 0.004), (-7.0, -2.0)]
)
def test_ticks_are_round_inside_and_not_too_many(low: float, high: float) -> None:
    values = _axis.ticks(low, high, 6)
    assert 2 <= len(values) <= 6
    assert all(low - 1e-9 <= value <= high + 1e-9 for value in values)
    assert (0 in values) == (low <= 0 <= high)


def test_tick_texts_use_a_true_minus_sign() -> None:
    assert [_axis.tick_text(*one) for one in ((0.2, True), (0.0, True), (-0.2, False), (20, False))] == [
        "20%", "0", "−0.2", "20",
    ]  # fmt: skip


def test_numbers_have_one_decimal_and_must_be_finite() -> None:
    assert [svg.number(value) for value in (1, 1.26, -0.01, 12.0)] == ["1", "1.3", "0", "12"]
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="not finite"):
            svg.number(value)


def test_what_a_user_writes_is_escaped_everywhere() -> None:
    drawn = svg.element("text", "<script>&\"'", class_='x" onload="alert(1)')
    assert "<script" not in drawn
    assert drawn.count('"') == 2


@pytest.mark.parametrize("accent", [theme.ACCENT, "#1d4ed8", "#7a1fa2", "#b3261e", "#000000", "#767676", "#007a3d"])
@pytest.mark.parametrize("block", ["light", "dark", "chosen", "paper"])
def test_every_pair_of_colours_can_be_read(accent: str, block: str) -> None:
    found = palettes(theme.stylesheet(accent))[block]
    pairs = [
        ("ink", "bg"), ("soft", "bg"), ("ink", "surface"), ("soft", "surface"), ("ink", "card"), ("soft", "card"),
        ("accent", "bg"), ("accent", "card"), ("warm", "bg"), ("warm", "card"), ("good", "bg"), ("ink", "warm-bg"),
        ("warm", "warm-bg"), ("soft", "warm-bg"), ("ink", "accent-bg"), ("soft", "accent-bg"), ("on-accent", "accent"),
        ("on-mid", "mid"),
        *((f"on-{side}-{step}", f"{side}-{step}") for side in ("pos", "neg") for step in range(1, 6)),
    ]  # fmt: skip
    for text, ground in pairs:
        assert theme.contrast(found[text], found[ground]) >= 4.5, (text, ground)
    for mark in ("accent", "axis", "warm", "ink"):
        assert theme.contrast(found[mark], found["bg"]) >= 3, mark


def palettes(css: str) -> dict[str, dict[str, str]]:
    """The variables of each block of the stylesheet, read from the text a browser gets."""
    blocks = re.findall(r"\{color-scheme:(\w+);([^}]*)\}", css)
    names = ("light", "dark", "chosen", "paper")
    assert [scheme for scheme, _ in blocks] == ["light", "dark", "dark", "light"]
    return {
        name: dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", body))
        for name, (_, body) in zip(names, blocks, strict=True)
    }


def test_every_class_of_a_chart_has_its_colour_in_the_stylesheet() -> None:
    css = (Path(svg.__file__).parent / "assets" / "report.css").read_text(encoding="utf-8")
    used = {
        word
        for name, kind, labels, width in DRAWN
        for found in re.findall(r'<(?:rect|line|circle|path)[^>]*class="([^"]*)"', draw(name, kind, labels, width))
        for word in found.split()
    }
    assert {word for word in used if f".{word}" not in css} == set()


@pytest.mark.parametrize(("accent", "named"), [("#2ec4b6", "#1f847b"), ("#ffffff", "#767676")])
def test_an_accent_nobody_can_read_is_refused_with_the_nearest_that_can(accent: str, named: str) -> None:
    with pytest.raises(theme.ThemeError, match=rf"nearest shade that passes is {named}"):
        theme.accent(accent)
    assert theme.contrast(named, "#ffffff") >= 4.5


def test_a_logo_is_embedded_only_from_inside_the_study(tmp_path: Any) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "outside.svg").write_text("<svg/>")
    (tmp_path / "study" / "big.png").write_bytes(b"x" * (theme.LARGEST_LOGO + 1))
    found = theme.logo(tmp_path / "study", "logo.svg")
    assert theme.safe_logo(found) == found
    assert theme.safe_logo("https://example.com/x.png") is None
    assert theme.safe_logo('data:image/png;base64,AA" onerror="x') is None
    for name, message in [
        ("../outside.svg", "outside"),
        ("big.png", "bytes"),
        ("none.png", "no logo"),
        ("x.gif", "neither"),
    ]:
        with pytest.raises(theme.ThemeError, match=message):
            theme.logo(tmp_path / "study", name)
