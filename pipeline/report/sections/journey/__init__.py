"""Over the waves: shares, image, cohorts, figures of the context, and the same people asked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.charts import Line, LinePoint, Tone
from pipeline.report.sections._common import (
    cell,
    claim_texts,
    columns,
    figure,
    label,
    named_columns,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.sections.journey._context import figures
from pipeline.report.sections.journey._drawn import spoken, waved
from pipeline.report.sections.journey._people import people
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

PARTS = ("change_effect", "change_spread", "change_overlap", "change_reliability")
MOST_COHORTS = 2
"""Variables with a drawing of their own; further ones have their tables."""
MOST_COLUMNS = 5
"""Waves in one table."""
TONES: tuple[Tone, ...] = ("lead", "warm", "soft", "grey")
Part = dict[str, Any]


def applies(view: View) -> bool:
    asked = view.study.get("asked") or {}
    return bool(asked.get("journey")) and any(row["analysis"] == "journey" for row in view.results["estimates"])


def context(view: View, words: Words) -> dict[str, Any]:
    alone = any(row["reason"] == "one_wave" for row in view.rows("journey", "share_change"))
    unable = any(row["reason"] == "refused" for row in view.rows("journey", "answered"))
    said = words("journey.one_wave" if alone else "journey.unable")
    parts = [part(None, [said]), *_context(view, words)] if alone or unable else _parts(view, words)
    return {
        "nav": words("journey.nav"),
        "title": words("journey.title"),
        "lede": words("journey.lede"),
        "parts": parts,
    }


def part(title: str | None, paragraphs: Sequence[str], **more: Any) -> Part:
    empty: Part = {"title": title, "figure": None, "tables": [], "more": [], "more_title": "", "lines": []}
    return empty | {"paragraphs": list(paragraphs)} | more


def _parts(view: View, words: Words) -> list[Part]:
    found = [_shares(view, words), *_images(view, words), *_context(view, words), *_cohorts(view, words)]
    title, said, tables = people(view, words)
    return [*found, part(title, said, more=tables, more_title=words("journey.more.people"))]


def groups_of(view: View, metric: str, term: str | None) -> list[str]:
    """Waves of one figure, in the order of the study."""
    return [row["group"] for row in view.rows("journey", metric) if row["term"] == term and row["group"]]


def _shares(view: View, words: Words) -> Part:
    """Shares wave by wave as lines, those that moved in front; the parts of the change in tables."""
    first = next(iter(view.drivers))
    groups = groups_of(view, "lmg_share", first)
    said = claim_texts(view, "journey", words)
    numbers = _share_table(view, words, groups)
    more, about = _change_tables(view, words), words("journey.more.change")
    title = words("journey.shares")
    series = [_share_line(view, words, name, groups) for name in _behind_first(view)]
    series = [line for line in series if sum(point.y is not None for point in line.points) > 1]
    if not series:
        return part(title, said, tables=numbers, more=more, more_title=about)
    drawn = figure(
        "lines", waved(series, groups, words, "pct"), words, uid="journey-shares", title=title,
        subtitle=words("journey.shares.subtitle"), description=words("journey.shares.description"),
        note=words("journey.shares.note"), numbers=numbers,
    )  # fmt: skip
    return part(title, said, figure=drawn, more=more, more_title=about)


def _told(view: View) -> dict[str, Tone]:
    """Drivers that the claim names, with their tone."""
    claim = view.claim("journey")
    if claim is None or claim["variant"] != "moved":
        return {}
    names = [claim["values"][key] for key in ("driver", "other")]
    return {name: ("lead" if claim["values"][f"{prefix}change"] > 0 else "warm")
            for name, prefix in zip(names, ("", "other_"), strict=True) if name}  # fmt: skip


def _behind_first(view: View) -> list[str]:
    told = _told(view)
    return [*(name for name in view.drivers if name not in told), *told]


def _share_line(view: View, words: Words, name: str, groups: Sequence[str]) -> Line:
    tone = _told(view).get(name, "grey")
    rows = [view.estimate("journey", "lmg_share", name, group) for group in groups]
    points = tuple(point(at, row, tone != "grey") for at, row in enumerate(rows))
    return Line(
        label=label(name, words), points=points, text=spoken(rows, words, "pct"), tone=tone, band=tone != "grey"
    )


def point(at: int, row: Row | None, limits: bool = True) -> LinePoint:
    """The figure of the wave at this place, with its interval; a gap where it shows none."""
    if row is None or not shown(row):
        return LinePoint(x=float(at), y=None)
    ends = (row["conf_low"], row["conf_high"]) if limits else (None, None)
    return LinePoint(x=float(at), y=row["estimate"], low=ends[0], high=ends[1])


def _share_table(view: View, words: Words, groups: Sequence[str]) -> list[Part]:
    """A line a driver: its share in every wave; then the change and the trend."""
    contrast = next(iter(view.contrasts("journey", "share_change")), None)
    cells = {
        label(name, words): [view.estimate("journey", "lmg_share", name, group) for group in groups]
        for name in view.drivers
    }
    fits = [view.estimate("journey", "r2", None, group) for group in groups]
    absent = [row for row in view.rows("journey", "r2") if row["reason"] == "not_asked_then"]
    caption = words("journey.shares.numbers")
    lines = [(name, row, "cell") for name, row in cells.items()] + [(words("journey.r2"), fits, "r")]
    found = by_wave(words, "driver", lines, groups, caption, absent)
    trend = view.holds("journey", "share_trend")
    rows, every = [], []
    for name in view.drivers:
        change = view.estimate("journey", "share_change", name, None, contrast)
        slope = view.estimate("journey", "share_trend", name)
        every.append(change)
        tested = [with_interval(change, "points", words), cell(change, "pv", words, value="p_adjusted")]
        rows.append([label(name, words), *tested, *([with_interval(slope, "points", words)] if trend else [])])
    heads = columns(words, "driver", "journey_change", "p_holm", *(["journey_trend"] if trend else []))
    note = sentences([words("journey.shares.numbers.note"), state_notes(every, words)], words)
    return [*found, table(heads, rows, caption=words("journey.shares.changes"), note=note)]


def by_wave(
    words: Words,
    head: str,
    lines: Sequence[tuple[str, Sequence[Row | None], str]],
    groups: Sequence[str],
    caption: str,
    further: Sequence[Row] = (),
) -> list[Part]:
    """Tables of named lines, a wave a column, as many to a table as a page has room for."""
    states = state_notes([*(row for _, cells, _ in lines for row in cells), *further], words)
    found = []
    for start in range(0, len(groups), MOST_COLUMNS):
        part_ = slice(start, start + MOST_COLUMNS)
        rows = [[name, *(with_interval(row, spec, words) for row in cells[part_])] for name, cells, spec in lines]
        heads = [*columns(words, head), *named_columns(words.format(group, "group") for group in groups[part_])]
        found.append(table(heads, rows, caption=caption, note=states))
    return found


def _change_tables(view: View, words: Words) -> list[Part]:
    """Parts of the change of every share, and of the change of the mean outcome."""
    contrast = next(iter(view.contrasts("journey", "share_change")), None)
    if contrast is None or not any(True for _ in view.rows("journey", "change_effect")):
        return []
    found = {
        name: [view.estimate("journey", metric, name, None, contrast) for metric in PARTS] for name in view.drivers
    }
    rows = [
        [label(name, words), *(with_interval(row, "points", words) for row in cells)] for name, cells in found.items()
    ]
    heads = columns(words, "driver", *(f"journey_{metric}" for metric in PARTS))
    note = state_notes((row for cells in found.values() for row in cells), words)
    parts = table(
        heads, rows, caption=words("journey.parts"), note=sentences([words("journey.parts.note"), note], words)
    )
    return [parts, _mean_table(view, words, contrast)]


def _mean_table(view: View, words: Words, contrast: str) -> Part:
    kinds = ("change_level", "change_weight")
    rows = [
        [name, with_interval(total, "sign2", words),
         *(with_interval(view.estimate("journey", kind, term, None, contrast), "sign2", words) for kind in kinds)]
        for name, term, total in [
            (words("change.gap.total"), None, view.estimate("journey", "mean_change", None, None, contrast)),
            *((label(driver, words), driver, None) for driver in view.drivers),
            (words("change.gap.intercept"), "intercept", None),
        ]
    ]  # fmt: skip
    heads = columns(words, "driver", "difference", "level_part", "weight_part")
    return table(heads, rows, caption=words("journey.mean"), note=words("change.gap.note"))


def _images(view: View, words: Words) -> list[Part]:
    """What the brand was and what it wants to be, wave by wave, and the lead of the one over the other."""
    asked = view.study["asked"]["journey"]
    named = [name for name in (asked["image_from"], asked["image_to"]) if name]
    if not named:
        return []
    groups = groups_of(view, "mean", named[0])
    tones: Mapping[str, Tone] = {str(asked["image_from"]): "warm", str(asked["image_to"]): "lead"}
    found = {name: [view.estimate("journey", "mean", name, group) for group in groups] for name in named}
    series = [
        Line(label=label(name, words), points=tuple(point(at, row) for at, row in enumerate(rows)),
             text=spoken(rows, words, "num2"), tone=tones[name], band=True)
        for name, rows in found.items()
    ]  # fmt: skip
    title, said = words("journey.images"), claim_texts(view, "image", words)
    numbers = _image_table(view, words, found, groups)
    if not any(shown(row) for rows in found.values() for row in rows):
        return [part(title, said, tables=numbers)]
    drawn = figure(
        "lines", waved(series, groups, words, "num1"), words, uid="journey-images", title=title,
        subtitle=words("journey.images.subtitle"), description=words("journey.images.description"),
        note=words("journey.images.note"), numbers=numbers,
    )  # fmt: skip
    return [part(title, said, figure=drawn)]


def _image_table(
    view: View, words: Words, found: Mapping[str, Sequence[Row | None]], groups: Sequence[str]
) -> list[Part]:
    lines: list[tuple[str, Sequence[Row | None], str]] = [
        (label(name, words), cells, "num2") for name, cells in found.items()
    ]
    moved = {
        label(row["term"], words): row
        for row in view.rows("journey", "mean_difference")
        if row["term"] in found and row["contrast"] != "stayed-left"
    }
    if len(found) == 2:
        leads = [view.estimate("journey", "image_lead", None, group) for group in groups]
        lines.append((words("journey.lead"), leads, "sign2"))
        change = (row for row in view.rows("journey", "image_lead_change") if row["group"] is None)
        moved |= {words("journey.lead"): row for row in change}
    first = by_wave(words, "journey_image", lines, groups, words("journey.images.numbers"))
    rows = [
        [name, with_interval(row, "sign2", words), cell(row, "pv", words, value="p_adjusted")]
        for name, row in moved.items()
    ]
    heads = columns(words, "journey_image", "journey_change", "p_holm")
    note = sentences([words("journey.images.numbers.note"), state_notes(moved.values(), words)], words)
    return [*first, table(heads, rows, caption=words("journey.images.changes"), note=note)]


def _cohorts(view: View, words: Words) -> list[Part]:
    """The lead of the images in every cohort and wave, a part for each variable."""
    asked = view.study["asked"]["journey"]
    found = [_cohort(view, words, name, at) for at, name in enumerate(asked["cohorts"])]
    return [each for each in found if each]


def _cohort(view: View, words: Words, variable: str, at: int) -> Part:
    cells: dict[str, list[Row]] = {}
    for row in view.rows("journey", "image_lead"):
        level, _, _ = (row["group"] or "").partition(";")
        if level.startswith(f"{variable}="):
            cells.setdefault(level, []).append(row)
    if not cells:
        return {}
    groups = [row["group"].partition(";")[2] for row in next(iter(cells.values()))]
    title, said = words("journey.cohorts", variable=variable), claim_texts(view, "cohorts", words, variable=variable)
    numbers = _cohort_table(view, words, variable, cells, groups)
    if at >= MOST_COHORTS or not any(shown(row) for rows in cells.values() for row in rows):
        return part(title, said, tables=numbers)
    series = [
        Line(label=words.format(level, "group"), points=tuple(point(at_, row, False) for at_, row in enumerate(rows)),
             text=spoken(rows, words, "sign2"), tone=TONES[place % len(TONES)], dashed=place >= len(TONES))
        for place, (level, rows) in enumerate(cells.items())
    ]  # fmt: skip
    drawn = figure(
        "lines", waved(series, groups, words, "sign2"), words, uid=f"journey-cohorts-{at + 1}", title=title,
        subtitle=words("journey.cohorts.subtitle"), description=words("journey.cohorts.description"),
        note=words("journey.cohorts.note"), numbers=numbers,
    )  # fmt: skip
    return part(title, said, figure=drawn)


def _cohort_table(
    view: View, words: Words, variable: str, cells: Mapping[str, Sequence[Row]], groups: Sequence[str]
) -> list[Part]:
    moves = {row["group"]: row for row in view.rows("journey", "image_lead_change") if row["group"]}
    gaps = {row["contrast"]: row for row in view.rows("journey", "image_lead_gap")}
    lines = [(words.format(level, "group"), own, "sign2") for level, own in cells.items()]
    caption = words("journey.cohorts.numbers", variable=variable)
    rows = []
    for level in cells:
        gap = next((row for contrast, row in gaps.items() if contrast.startswith(f"{level}-")), None)
        move = [with_interval(moves.get(level), "sign2", words), with_interval(gap, "sign2", words)]
        rows.append([words.format(level, "group"), *move, cell(gap, "pv", words, value="p_adjusted")])
    heads = columns(words, "group", "journey_change", "journey_gap", "p_holm")
    caption_ = words("journey.cohorts.changes", variable=variable)
    changes = table(heads, rows, caption=caption_, note=words("journey.cohorts.numbers.note"))
    return [*by_wave(words, "group", lines, groups, caption), changes]


def _context(view: View, words: Words) -> list[Part]:
    numbers, drawn = figures(view, words)
    if numbers is None:
        return []
    said = [words("journey.context.about")]
    return [
        part(words("journey.context"), said, tables=[numbers], lines=drawn, lines_title=words("journey.more.lines"))
    ]
