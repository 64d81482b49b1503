"""Read again as …: the findings once more for each reader, from the same claims; only choice, order and use differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.sections._common import focus_of, headed, sentences
from pipeline.report.sections.audience._order import MOST, ORDER
from pipeline.report.view import View
from pipeline.report.words import Words
from pipeline.report.words.claims import claim_key, filled, further

Claim = Mapping[str, Any]
HOMES: Mapping[str, str] = {**further.HOMES, "critics": "paradox", "switchers": "lock_in"}


def applies(view: View) -> bool:
    return bool(view.study.get("audience"))


def context(view: View, words: Words) -> dict[str, Any]:
    return {
        "nav": words("audience.nav"),
        "title": words("audience.title"),
        "lede": words("audience.about"),
        "readers": [_reader(view, words, who) for who in view.study["audience"]],
    }


def _reader(view: View, words: Words, who: str) -> dict[str, Any]:
    chosen = [card for name in ORDER[who] for card in _cards(view, words, who, name)][:MOST]
    return {
        "title": words("audience.as", who=words(f"audience.{who}")),
        "text": words(f"audience.{who}.asks"),
        "cards": chosen,
        "none": None if chosen else words("audience.none"),
    }


def _cards(view: View, words: Words, who: str, name: str) -> list[dict[str, Any]]:
    """Cards of the claims of one id for which this reader has a use, firmest first (for a factory: the product)."""
    product = set((view.study["asked"].get("value") or {}).get("product") or ()) if who == "factory" else ()
    claims = sorted(
        view.claims(name), key=lambda claim: (-(claim["level"] or 0), claim["values"].get("driver") not in product)
    )
    return [_card(claim, key, words, view) for claim in claims if (key := _use(claim, who, words)) is not None][:1]


def _use(claim: Claim, who: str, words: Words) -> str | None:
    """Key of what this reader does with the claim; None where the claim is of no use to him."""
    said = claim_key(claim["id"], claim["variant"], claim["values"]).removeprefix("claim.")
    exact = (f"audience.{who}.{said}", f"audience.{who}.{claim['id']}.{claim['variant']}")
    return next((key for key in exact if key in words), None)


def _card(claim: Claim, key: str, words: Words, view: View) -> dict[str, Any]:
    text, level = claim["text"][words.language], claim["level"]
    called = f"audience.called.{claim['id']}"
    if claim["title"]:
        title = claim["title"][words.language]
    else:
        title, text = (words(called), text) if called in words else (headed(text), "")
    only = focus_of(view, words, HOMES.get(claim["id"], ""))
    return {
        "level": level,
        "badge": words.format(level, "level") if level else None,
        "title": title,
        "text": sentences([text, words("audience.focus", level=only) if only else None], words),
        "action_label": words("ui.action"),
        "action": words(key, **filled(claim["values"])),
    }
