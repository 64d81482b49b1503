"""What goes with owning more: means by number, slopes, and who came from the rival."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.charts import Line, LinePoint, Lines, Tick, ticks
from pipeline.report.charts._lines import Tone
from pipeline.report.sections._common import (
    base_cell,
    cell,
    claim_texts,
    columns,
    figure,
    label,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

NAME = "lock_in"
TONES: tuple[Tone, ...] = ("lead", "warm", "soft", "grey")
MOST_TICKS = 7
Part = dict[str, Any]
Spec = Mapping[str, Any]


def applies(view: View) -> bool:
    asked = view.study.get("asked") or {}
    return bool(asked.get(NAME)) and view.estimate(NAME, "b", view.outcome, None, "alone") is not None


def context(view: View, words: Words) -> dict[str, Any]:
    asked = view.study["asked"][NAME]
    names = list(dict.fromkeys([view.outcome, *asked["outcomes"], *([asked["cost"]] if asked["cost"] else [])]))
    said = claim_texts(view, "lock_in", words)
    parts = [_slopes(view, words, asked, names, said), *_doses(view, words, asked, names)]
    if asked["former"]:
        parts.append(_switchers(view, words, asked))
    return {
        "nav": words("lock_in.nav"),
        "title": words("lock_in.title"),
        "lede": words("lock_in.lede", devices=asked["devices"]),
        "parts": parts,
    }


def _part(title: str, paragraphs: Sequence[str], **more: Any) -> Part:
    empty: Part = {"title": title, "figure": None, "tables": [], "more": [], "more_title": ""}
    return empty | {"paragraphs": list(paragraphs)} | more


def _doses(view: View, words: Words, asked: Spec, names: Sequence[str]) -> list[Part]:
    """A chart for outcomes on the scale of the first, and one for each other; their numbers as tables."""
    alike = [name for name in names if _range(view, name) == _range(view, view.outcome)]
    groups = [alike, *([name] for name in names if name not in alike)]
    return [_dose(view, words, asked, group, at) for at, group in enumerate(groups, start=1)]


def _range(view: View, name: str) -> tuple[float, float] | None:
    """Ends of the scale of a construct, or of a number's range."""
    if name in view.study["constructs"]:
        scale = view.construct(name)["scale"]
        return float(scale["low"]), float(scale["high"])
    ends = view.study["names"][name]["range"]
    return None if ends is None else (float(ends[0]), float(ends[1]))


def _rows(view: View, name: str) -> list[Row]:
    """Rows of the mean of one outcome by number, from few to many."""
    rows = view.rows(NAME, "mean")
    return [row for row in rows if row["term"] == name and (row["contrast"] or "").startswith("dose:")]


def _places(view: View, devices: str) -> dict[str, float]:
    """Dose -> mean number of devices in it."""
    return {row["contrast"]: row["estimate"] for row in _rows(view, devices) if shown(row)}


def _dose(view: View, words: Words, asked: Spec, names: Sequence[str], at: int) -> Part:
    devices, first = asked["devices"], names[0]
    numbers = _dose_table(view, words, devices, names)
    title = (
        words("lock_in.doses", devices=devices)
        if at == 1
        else words("lock_in.doses.other", outcome=first, devices=devices)
    )
    places = _places(view, devices)
    known = [row for name in names for row in _rows(view, name) if shown(row) and row["contrast"] in places]
    if len(places) < 2 or len(known) < 2:
        return _part(title, [], tables=[numbers])
    drawn = figure(
        "lines",
        _lines(view, words, devices, names, places, known),
        words,
        uid=f"lock-in-{at}",
        title=title,
        subtitle=words("lock_in.doses.subtitle" if at == 1 else "lock_in.doses.other.subtitle"),
        description=words("lock_in.doses.description"),
        note=words("lock_in.doses.note"),
        numbers=[numbers],
    )
    return _part(title, [], figure=drawn)


def _lines(
    view: View, words: Words, devices: str, names: Sequence[str], places: Mapping[str, float], known: Sequence[Row]
) -> Lines:
    series = [
        Line(
            label=label(name, words),
            points=tuple(
                LinePoint(x=places[row["contrast"]], y=row["estimate"], low=row["conf_low"], high=row["conf_high"])
                for row in _rows(view, name)
                if row["contrast"] in places and shown(row)
            ),
            text=_text(view, words, name),
            tone=TONES[at % len(TONES)],
        )
        for at, name in enumerate(names)
    ]
    ends = [row[end] for row in known for end in ("estimate", "conf_low", "conf_high") if row[end] is not None]
    low, high = math.floor(min(ends)), math.ceil(max(ends))
    return Lines(
        series=tuple(series),
        x_ticks=tuple(Tick(at=place, name=dose.removeprefix("dose:")) for dose, place in places.items()),
        y_ticks=tuple(
            Tick(at=tick, name=words.format(tick, "num0")) for tick in ticks(low, max(high, low + 1), MOST_TICKS)
        ),
        x_title=label(devices, words),
    )


def _text(view: View, words: Words, name: str) -> str:
    rows = [row for row in _rows(view, name) if shown(row)]
    if len(rows) < 2:
        return ""
    ends = {"first": rows[0]["estimate"], "last": rows[-1]["estimate"]}
    doses = {place: row["contrast"].removeprefix("dose:") for place, row in (("least", rows[0]), ("most", rows[-1]))}
    return words("lock_in.dose.line", **ends, **doses)


def _dose_table(view: View, words: Words, devices: str, names: Sequence[str]) -> Part:
    by_dose: dict[str, dict[str, Row]] = {}
    for name in names:
        for row in _rows(view, name):
            by_dose.setdefault(row["contrast"], {})[name] = row
    rows = [
        [
            dose.removeprefix("dose:"),
            base_cell(cells.get(names[0]), words),
            *(with_interval(cells.get(name), "num2", words) for name in names),
        ]
        for dose, cells in by_dose.items()
    ]
    named = [{"label": label(name, words), "numeric": True} for name in names]
    heads = [*columns(words, "lock_in_dose", "base"), *named]
    note = state_notes((row for cells in by_dose.values() for row in cells.values()), words)
    return table(heads, rows, caption=words("lock_in.doses.caption", devices=devices), note=note)


def _slopes(view: View, words: Words, asked: Spec, names: Sequence[str], said: Sequence[str]) -> Part:
    """The claims, and slopes alone, with controls, with the cost; bend and order below."""
    heads_of = {"alone": "lock_in_alone", "controlled": "lock_in_controlled", "with:cost": "lock_in_cost"}
    missing = {"controlled": not asked["controls"], "with:cost": not asked["cost"]}
    kinds = [kind for kind in heads_of if not missing.get(kind)]
    tested = "controlled" if asked["controls"] else "alone"
    rows = [
        [
            label(name, words),
            *(with_interval(view.estimate(NAME, "b", name, None, kind), "sign2", words) for kind in kinds),
            cell(view.estimate(NAME, "b", name, None, tested), "pv", words, value="p_adjusted"),
        ]
        for name in names
    ]
    notes = [words("lock_in.slopes.note")]
    notes.append(words("lock_in.slopes.controlled", controls=asked["controls"]) if asked["controls"] else "")
    notes.append(words("lock_in.slopes.cost", cost=asked["cost"]) if asked["cost"] and asked["controls"] else "")
    found = [view.estimate(NAME, "b", name, None, "alone") for name in names]
    note = sentences([*notes, state_notes(found, words)], words)
    heads = columns(words, "lock_in_outcome", *(heads_of[kind] for kind in kinds), "p_holm")
    numbers = table(heads, rows, caption=words("lock_in.slopes.caption", devices=asked["devices"]), note=note)
    paragraphs = [*said, *_bends(view, words)]
    shape = _shape(view, words, names)
    return _part(words("lock_in.slopes"), paragraphs, tables=[numbers], more=[shape], more_title=words("lock_in.shape"))


def _bends(view: View, words: Words) -> list[str]:
    found = [
        words(f"lock_in.bend.{claim['values']['bend']}", outcome=claim["values"]["outcome"])
        for claim in view.claims("lock_in")
        if claim["values"].get("bend")
    ]
    return [sentences(found, words)] if found else []


def _shape(view: View, words: Words, names: Sequence[str]) -> Part:
    """Bend of the line, and whether means only rise or only fall."""
    rows, found = [], []
    for name in names:
        bend, order = view.estimate(NAME, "b", name, None, "squared"), view.estimate(NAME, "monotone_loss", name)
        found += [bend, order]
        bent = [with_interval(bend, "sign2", words), cell(bend, "pv", words, value="p_adjusted")]
        rows.append([label(name, words), *bent, cell(order, "pv", words, value="p_value")])
    heads = columns(words, "lock_in_outcome", "lock_in_bend", "p_holm", "lock_in_order")
    note = sentences([words("lock_in.shape.note"), state_notes(found, words)], words)
    return table(heads, rows, caption=words("lock_in.shape.caption"), note=note)


def _switchers(view: View, words: Words, asked: Spec) -> Part:
    """Who came from the rival, and everything they are compared on."""
    rival = f"{asked['former']}={asked['rival']}"
    gaps = list(view.rows(NAME, "mean_difference"))
    own = str(gaps[0]["contrast"]).removeprefix(f"{rival}-") if gaps else "others"
    groups = (rival, f"{asked['former']}={own}")
    rows = [
        [
            label(gap["term"], words),
            *(cell(view.estimate(NAME, "mean", gap["term"], group), "num2", words) for group in groups),
            with_interval(gap, "sign2", words),
            cell(gap, "pv", words, value="p_adjusted"),
        ]
        for gap in gaps
    ]
    if own == "others":
        caption = words("lock_in.switchers.caption_others", rival=rival)
    else:
        caption = words("lock_in.switchers.caption", rival=rival, own=groups[1])
    heads = columns(words, "lock_in_outcome", "lock_in_came", "lock_in_stayed", "difference", "p_holm")
    note = sentences([words("lock_in.switchers.note"), state_notes(gaps, words)], words)
    numbers = table(heads, rows, caption=caption, note=note)
    said = claim_texts(view, "switchers", words)
    return _part(words("lock_in.switchers", rival=rival), said, tables=[numbers])
