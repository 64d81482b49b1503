"""What drives the outcome: shares with intervals, rank ranges, the leading group, and what to read with care."""

from __future__ import annotations

from typing import Any

from pipeline.report.charts import Bar, Bars
from pipeline.report.sections._common import (
    cell,
    claim_texts,
    columns,
    errors,
    figure,
    interval,
    label,
    limits,
    named_columns,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import View, shown
from pipeline.report.words import Words
from pipeline.report.words.claims import filled
from pipeline.report.words.claims.forms import lead_form

UNRANKED = ("none", "none_alone", "small", "few_units")
"""Forms of the lead claim under which no driver is drawn as leading."""


def applies(view: View) -> bool:
    return bool(view.drivers)


def context(view: View, words: Words) -> dict[str, Any]:
    lead = view.claims("lead")[0]
    form, values = lead_form(lead["variant"], lead["values"]), filled(lead["values"])
    return {
        "nav": words("drivers.nav"),
        "title": words("drivers.title"),
        "lede": words(f"drivers.lede.{form}", **values),
        "figure": _figure(view, words, form, values),
        "paragraphs": [text for name in _spoken(form) for text in claim_texts(view, name, words)],
        "caveats_title": words("drivers.caveats"),
        "caveats": claim_texts(view, "caveat", words),
        "pairs_title": words("drivers.pairs"),
        "pairs": [_pairs(view, words), _places(view, words)] if len(view.drivers) > 1 else [],
    }


def _spoken(form: str) -> tuple[str, ...]:
    """Claims to print below the figure; where nothing is ranked, no driver is spoken of."""
    return ("fit", "prediction") if form in UNRANKED else ("fit", "prediction", "unique")


def _figure(view: View, words: Words, form: str, values: dict[str, Any]) -> dict[str, Any]:
    leaders = [] if form in UNRANKED else list(values["leaders"])
    divider = len(leaders) if 0 < len(leaders) < len(view.drivers) else None
    bars = tuple(_bar(view, words, name, name in leaders) for name in view.ranked())
    divided = None if divider is None else words("drivers.note.clear" if divider == 1 else "drivers.note.divider")
    error = max((row["estimate"] for row in view.rows("importance", "sampling_error") if shown(row)), default=None)
    sampled = None if error is None else words("drivers.note.sampled", error=error)
    shares = [words("drivers.note"), divided, sampled] if len(bars) > 1 else [words("drivers.note.alone")]
    return figure(
        "importance",
        Bars(bars=bars, divider_after=divider, rank_title=words("drivers.rank") if len(bars) > 1 else ""),
        words,
        uid="drivers",
        title=words(f"drivers.figure.{form}", **values),
        subtitle=words("drivers.subtitle"),
        description=words("drivers.description"),
        note=sentences([*_warned(view, words), *shares, *_controlled(view, words)], words),
        numbers=_numbers(view, words),
    )


def _warned(view: View, words: Words) -> list[str]:
    """A warning on the figure of drivers that repeat each other, which the study asked to see."""
    if view.study.get("collinear") != "show":
        return []
    told = [claim["values"]["driver"] for claim in view.claims("caveat") if claim["variant"] == "collinear"]
    lost = [name for name in view.drivers if (view.estimate("overlap", "vif", name) or {}).get("state") == "singular"]
    names = [name for name in view.drivers if name in told or name in lost]
    return [words("drivers.note.collinear", drivers=names)] if names else []


def _controlled(view: View, words: Words) -> list[str]:
    names = [words.format(control["variable"], "variable") for control in view.study.get("controls", ())]
    return [words("drivers.note.controls", controls=names)] if names else []


def _bar(view: View, words: Words, name: str, leading: bool) -> Bar:
    share = view.estimate("importance", "lmg_share", name) or {}
    ranks = _ranks(view, name, words)
    return Bar(
        label=label(name, words),
        value=share["estimate"],
        low=share["conf_low"],
        high=share["conf_high"],
        value_text=words.format(share["estimate"], "cell"),
        range_text=limits(share, "cell", words) if share["conf_low"] is not None else "",
        rank_text=ranks if len(view.drivers) > 1 else "",
        leading=leading,
    )


def _ranks(view: View, name: str, words: Words) -> str:
    """'1–3', or one rank."""
    ends = [view.value("importance", metric, name) for metric in ("rank_low", "rank_high")]
    low, high = (words("ui.dash") if end is None else words.format(end, "int") for end in ends)
    return low if low == high else words("ui.range", low=low, high=high)


def _own(view: View) -> tuple[str, str]:
    """The test of a driver's own contribution, as the claim `unique`: its coefficient, or the F where one has none."""
    rows = [view.estimate("regression", "b", name) for name in view.drivers]
    tested = all(row is not None and row["p_adjusted"] is not None for row in rows)
    return ("regression", "b") if tested else ("importance", "f_unique")


def _numbers(view: View, words: Words) -> dict[str, Any]:
    rows, own = [], _own(view)
    for name in view.ranked():
        share, beta = view.estimate("importance", "lmg_share", name), view.estimate("regression", "beta", name)
        rows.append(
            [
                label(name, words),
                cell(share, "pct1", words),
                interval(share, "pct1", words),
                _ranks(view, name, words),
                cell(view.estimate("importance", "prob_rank_1", name), "cell", words),
                cell(beta, "r", words),
                cell(beta, "pv", words, value="p_value"),
                cell(view.estimate(*own, name), "pv", words, value="p_adjusted"),
            ]
        )
    heads = columns(words, "driver", "share", "interval", "rank", "prob_first", "beta", "p", "p_unique")
    caption = words("drivers.numbers", errors=words(f"drivers.errors.{errors(view)}"))
    notes = state_notes((view.estimate("regression", "beta", name) for name in view.ranked()), words)
    return table(heads, rows, caption=caption, note=notes)


def _pairs(view: View, words: Words) -> dict[str, Any]:
    """P(row > column) for every pair, in the order of the shares."""
    ranked = view.ranked()
    above = [[_above(view, words, row, column) for column in ranked] for row in ranked]
    heads = [*columns(words, "driver"), *({"label": label(name, words), "numeric": True} for name in ranked)]
    rows = [[label(name, words), *cells] for name, cells in zip(ranked, above, strict=True)]
    return table(heads, rows, caption=words("drivers.pairs.caption"))


def _places(view: View, words: Words) -> dict[str, Any]:
    """P(among the first so many), and the lead of each driver over the next."""
    ranked, tops = view.ranked(), view.contrasts("importance", "prob_top", "top:")
    rows = []
    for at, name in enumerate(ranked):
        below = ranked[at + 1] if at + 1 < len(ranked) else None
        lead = view.estimate("importance", "lmg_share_difference", name, None, f"above:{below}") if below else None
        rows.append(
            [
                label(name, words),
                cell(view.estimate("importance", "prob_rank_1", name), "cell", words),
                *(cell(view.estimate("importance", "prob_top", name, None, top), "cell", words) for top in tops),
                with_interval(lead, "points", words),
            ]
        )
    counts = (int(top.removeprefix("top:")) for top in tops)
    heads = [*columns(words, "driver", "prob_first"), *named_columns(words("drivers.top", count=n) for n in counts)]
    return table([*heads, *columns(words, "driver", "lead")[1:]], rows, caption=words("drivers.places"))


def _above(view: View, words: Words, row: str, column: str) -> dict[str, Any]:
    return cell(view.estimate("importance", "prob_above", row, None, f"above:{column}"), "cell", words)
