"""The first page: headline, four facts, up to three graded findings, and what the study cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.sections._common import focus_of, headed, limit_item, limits_shown
from pipeline.report.view import View, shown
from pipeline.report.words import Words
from pipeline.report.words.claims import further, render_part

HOMES: Mapping[str, str] = {
    "lead": "drivers",
    "fit": "drivers",
    "priority": "priorities",
    "segment": "segments",
    "unique": "drivers",
    "answers": "answers",
}
"""Claims that may become a card, in the order of use, and the section each one points to."""

MOST_CARDS = 3
MOST_BEYOND = 6
"""Cards of questions beyond the model, one a section."""
FEWEST_POINTS = 5
"""Scales with fewer points have no meaningful top two; the mean stands in."""


def applies(view: View) -> bool:
    return bool(view.drivers)


def context(view: View, words: Words) -> dict[str, Any]:
    lead = view.claim("lead")
    cards = _cards(view, words, HOMES, MOST_CARDS)
    beyond = _cards(view, words, further.HOMES, MOST_BEYOND, apart=True)
    return {
        "nav": words("summary.nav"),
        "title": "",
        "kicker": _kicker(view, words),
        "headline_text": headed(lead["text"][words.language]) if lead else words.pick(view.study["title"]),
        "dek": render_part(lead, "dek", words) if lead else None,
        "facts": [_people(view, words), _outcome(view, words), _explained(view, words), _fieldwork(view, words)],
        "flags": _flags(view, words),
        "cards_title": words(f"summary.cards.{len(cards)}"),
        "cards": cards,
        "cards_empty": words("summary.cards.empty"),
        "beyond_title": words("summary.beyond"),
        "beyond": beyond,
        "limits_title": words("summary.limits"),
        "limits": [limit_item(claim, words) for claim in limits_shown(view)[0]],
    }


def _kicker(view: View, words: Words) -> str:
    study = view.study
    client = words.pick(study["client"])
    parts = [
        words.pick(study["title"]),
        words.pick(study["wave"]),
        words("summary.client", client=client) if client else None,
    ]
    return " · ".join(part for part in parts if part)


def _people(view: View, words: Words) -> dict[str, Any]:
    note = words("summary.published" if view.published else f"sample.{view.study['sample']['type'] or 'unknown'}")
    if view.study["stacked"]:
        note = words("summary.stacked", sample=note, rows=view.sample["rows"])
    return {"label": words("summary.respondents"), "value": words.format(view.sample["n"], "int"), "note": note}


def _outcome(view: View, words: Words) -> dict[str, Any]:
    """How high the outcome is; without answers, how many drivers there are."""
    if view.published:
        value = words.format(len(view.drivers), "int")
        return {"label": words("summary.drivers"), "value": value, "note": words("summary.drivers.note")}
    scale = view.construct(view.outcome)["scale"]
    ends = {"low": scale["low"], "high": scale["high"], "least": scale["high"] - 1}
    metric, spec, note = ("top2box", "cell", "top2") if scale["points"] >= FEWEST_POINTS else ("mean", "num1", "mean")
    row = view.estimate("description", metric, view.outcome)
    value = words.format(row["estimate"], spec) if row is not None and shown(row) else words("ui.dash")
    return {"label": words.format(view.outcome, "Label"), "value": value, "note": words(f"summary.{note}", **ends)}


def _explained(view: View, words: Words) -> dict[str, Any]:
    """What the drivers explain; beyond the controls, where there are some."""
    fit = view.claim("fit")
    controls = fit["values"]["controls"] if fit else []
    share = fit["values"]["beyond"] if fit and controls else view.value("regression", "r2")
    note = "summary.explained.beyond" if controls else "summary.explained.note"
    return {
        "label": words("summary.explained"),
        "value": words.format(share, "cell"),
        "note": words(note, controls=controls),
    }


def _fieldwork(view: View, words: Words) -> dict[str, Any]:
    label, given = words("summary.fieldwork"), view.study["fieldwork"]
    if not given:
        return {"label": label, "value": words("ui.not_stated"), "note": None, "muted": True}
    days = list(dict.fromkeys(given))
    value = words("ui.interval", low=days[0], high=days[-1]) if len(days) > 1 else days[0]
    return {"label": label, "value": value, "note": None}


def _flags(view: View, words: Words) -> list[str]:
    simulated = [words("summary.flag.simulated")] if view.study["simulated"] else []
    weighted = [words("summary.flag.weighted", n_eff=view.sample["n_eff"])] if view.sample["weighted"] else []
    return simulated + weighted


def _cards(view: View, words: Words, homes: Mapping[str, str], most: int, apart: bool = False) -> list[dict[str, Any]]:
    """Graded claims, firmest first, then in the order of use; apart: the first of each section alone."""
    graded = [claim for name in homes for claim in view.claims(name) if claim["level"]]
    firmest = sorted(graded, key=lambda claim: -claim["level"])
    if apart:
        firmest = list({homes[claim["id"]]: claim for claim in reversed(firmest)}.values())
        firmest.sort(key=lambda claim: (-claim["level"], list(homes).index(claim["id"])))
    return [_card(claim, homes[claim["id"]], words, view) for claim in firmest[:most]]


def _card(claim: Mapping[str, Any], home: str, words: Words, view: View) -> dict[str, Any]:
    only, link = focus_of(view, words, home), words("ui.link", section=words(f"{home}.nav"))
    return {
        "level": claim["level"],
        "badge": words.format(claim["level"], "level"),
        "title": claim["title"][words.language],
        "text": render_part(claim, "detail", words),
        "action_label": words("ui.action"),
        "action": claim["action"][words.language],
        "href": f"#{home}",
        "link": words("summary.link.focus", link=link, level=only) if only else link,
    }
