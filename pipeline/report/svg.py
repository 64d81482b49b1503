"""SVG elements as escaped markup; colours come from classes alone, so no style ever stands in a drawing."""

from __future__ import annotations

import math

from markupsafe import Markup, escape


def number(value: float) -> str:
    """Text with at most one decimal, never '-0'; ValueError if the value is not finite."""
    if not math.isfinite(value):
        raise ValueError("a chart was given a number that is not finite")
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def element(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """One element; children that are not markup are escaped, `class_` and `_` in names follow SVG's spelling."""
    present = ((key, value) for key, value in attributes.items() if value is not None)
    parts = "".join(f' {_spelling(key)}="{escape(_value(value))}"' for key, value in present)
    inside = "".join(escape(child) for child in children)
    return Markup(f"<{name}{parts}>{inside}</{name}>")  # noqa: S704 every part was escaped above


def _spelling(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else number(value)


def group(*children: str, title: str | None = None, class_: str | None = None) -> Markup:
    """Marks that belong together, with the text a pointer shows over them."""
    hover = (element("title", title),) if title else ()
    return element("g", *hover, *children, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, round_: float | None = None) -> Markup:
    return element("rect", x=x, y=y, width=max(width, 0.0), height=height, rx=round_, class_=class_)


def circle(x: float, y: float, radius: float, class_: str) -> Markup:
    return element("circle", cx=x, cy=y, r=radius, class_=class_)


def text(content: str, x: float, y: float, class_: str, anchor: str | None = None, size: float | None = None) -> Markup:
    """One line of text with its baseline at y; `size` only where it differs from the class."""
    return element("text", content, x=x, y=y, class_=class_, text_anchor=anchor, font_size=size)


def drawing(*children: str, width: float, height: float, uid: str, title: str, description: str, class_: str) -> Markup:
    """A whole picture with an accessible name; its marks are hidden from readers aloud, who get the description."""
    name, words = f"{uid}-title", f"{uid}-desc"
    return element(
        "svg",
        element("title", title, id=name),
        element("desc", description, id=words),
        element("g", *children, aria_hidden="true"),
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_labelledby=f"{name} {words}",
        class_=f"chart {class_}",
        xmlns="http://www.w3.org/2000/svg",
    )
