"""What people would pay: price curves and points, demand over a ladder, the premium over a reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.report.charts import Line, LinePoint, Lines, Mark, Shade, Tick, Tone, ticks
from pipeline.report.sections._common import (
    Cell,
    base_cell,
    cell,
    claim_texts,
    columns,
    figure,
    interval,
    label,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

CURVES: Mapping[str, tuple[Tone, bool]] = {
    "too_cheap": ("lead", True), "not_cheap": ("lead", False), "not_expensive": ("warm", False),
    "too_expensive": ("warm", True),
}  # fmt: skip
POINTS = ("pmc", "opp", "idp", "pme")
FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
MOST_TICKS = 8
MOST_ROWS = 20
PASSES = 0.05
Part = dict[str, Any]


def applies(view: View) -> bool:
    asked = view.study.get("asked") or {}
    return bool(asked.get("pricing")) and any(row["analysis"] == "pricing" for row in view.results["estimates"])


def context(view: View, words: Words) -> dict[str, Any]:
    asked = view.study["asked"]["pricing"]
    parts: list[Part] = []
    if view.estimate("pricing", "answered") is not None:
        return _whole(words, [_part(words("pricing.title"), [words("pricing.refused")])])
    if asked["westendorp"]:
        parts.append(_range(view, words, asked["westendorp"]["convention"]))
    if asked["ladder"]:
        parts.append(_demand(view, words))
    if asked["premium"]:
        parts.append(_premium(view, words, asked["premium"]))
    return _whole(words, parts)


def _whole(words: Words, parts: list[Part]) -> dict[str, Any]:
    return {
        "nav": words("pricing.nav"),
        "title": words("pricing.title"),
        "lede": words("pricing.lede"),
        "parts": parts,
        "caveat": words("pricing.caveat"),
    }


def _part(title: str, paragraphs: Sequence[str], **more: Any) -> Part:
    empty: Part = {"title": title, "figure": None, "tables": [], "more": [], "more_title": ""}
    return empty | {"paragraphs": list(paragraphs)} | more


def _range(view: View, words: Words, convention: str) -> Part:
    """Curves with the range and the points on them; the points of everyone and of groups."""
    said = [text for name in ("price_range", "price_points") for text in claim_texts(view, name, words)]
    points = [view.estimate("pricing", name) for name in POINTS]
    title, rows = words("pricing.range"), [_point_line(view, words, name) for name in POINTS]
    note = sentences([words(f"pricing.range.{convention}"), _narrower(view, words), state_notes(points, words)], words)
    heads = columns(words, "price_point", "price_estimate", "interval", "base", "price_meaning*")
    numbers = table(heads, rows, caption=words("pricing.points"), note=note)
    groups = _groups(view, words, POINTS, "pricing.range.groups", "pricing.differences.note")
    curves = _curves(view)
    if not curves:
        return _part(title, said, tables=[numbers], more=groups, more_title=words("pricing.more.range"))
    drawn = figure(
        "lines", _curve_lines(view, words, curves, convention), words, uid="pricing-range", title=title,
        subtitle=words("pricing.range.subtitle"), description=words("pricing.range.description"),
        note=words("pricing.range.note"), numbers=[numbers, _curve_table(words, curves)],
    )  # fmt: skip
    return _part(title, said, figure=drawn, more=groups, more_title=words("pricing.more.range"))


def _point_line(view: View, words: Words, name: str) -> list[Cell | str]:
    row = view.estimate("pricing", name)
    figures = [cell(row, "money", words), interval(row, "amount", words)]
    return [words(f"pricing.point.{name}"), *figures, base_cell(row, words), words(f"pricing.meaning.{name}")]


def _narrower(view: View, words: Words) -> str | None:
    low, high = (view.value("pricing", name, None, None, "narrower") for name in ("pmc", "pme"))
    return None if low is None or high is None else words("pricing.range.narrower", low=low, high=high)


def _curves(view: View) -> dict[str, list[tuple[float, Row]]]:
    """Curve -> (price, row) from low to high; empty where there is none."""
    found = {name: sorted(_priced(view, name), key=lambda one: one[0]) for name in CURVES}
    return found if all(len(points) > 1 for points in found.values()) else {}


def _priced(view: View, metric: str) -> Iterator[tuple[float, Row]]:
    for row in view.rows("pricing", metric):
        contrast = row["contrast"] or ""
        if contrast.startswith("price:") and row["group"] is None and shown(row):
            yield float(contrast.removeprefix("price:")), row


def _curve_lines(
    view: View, words: Words, curves: dict[str, list[tuple[float, Row]]], convention: str
) -> Lines:  # fmt: skip
    series = [
        Line(
            label=words(f"pricing.curve.{name}"),
            points=tuple(LinePoint(x=price, y=row["estimate"]) for price, row in curves[name]),
            text=_ends(words, curves[name]), tone=tone, dashed=dashed, step=convention == "observed",
        )
        for name, (tone, dashed) in CURVES.items()
    ]  # fmt: skip
    known = {name: view.value("pricing", name) for name in POINTS}
    marks = [
        Mark(x=price, label=words(f"pricing.mark.{name}", price=price))
        for name, price in known.items()
        if price is not None and name in ("opp", "idp")
    ]
    low, high = known["pmc"], known["pme"]
    shade = None
    if low is not None and high is not None and low < high:
        shade = Shade(low=low, high=high, label=words("pricing.range.shade", low=low, high=high))
    prices = [price for price, _ in curves["too_cheap"]]
    return Lines(
        series=tuple(series), x_ticks=_price_ticks(prices, words), y_ticks=_share_ticks(words),
        x_title=words("pricing.price"), y_title=words("pricing.share"), shade=shade, marks=tuple(marks),
    )  # fmt: skip


def _ends(words: Words, points: Sequence[tuple[float, Row]]) -> str:
    (low, first), (high, last) = points[0], points[-1]
    return words("pricing.curve.ends", low=low, first=first["estimate"], high=high, last=last["estimate"])


def _price_ticks(prices: Sequence[float], words: Words) -> tuple[Tick, ...]:
    found = ticks(min(prices), max(prices), MOST_TICKS)
    return tuple(Tick(at=price, name=words.format(price, "amount")) for price in found)


def _share_ticks(words: Words) -> tuple[Tick, ...]:
    return tuple(Tick(at=share, name=words.format(share, "cell")) for share in FIFTHS)


def _curve_table(words: Words, curves: dict[str, list[tuple[float, Row]]]) -> Part:
    named = list(enumerate(curves["too_cheap"]))
    rows = [
        [words.format(price, "money"), *(cell(curves[name][at][1], "cell", words) for name in CURVES)]
        for at, (price, _) in named[:: -(-len(named) // MOST_ROWS)]
    ]
    heads = [*columns(words, "price"), *({"label": words(f"pricing.curve.{name}"), "numeric": True} for name in CURVES)]
    return table(heads, rows, caption=words("pricing.curves"))


def _groups(view: View, words: Words, metrics: Sequence[str], caption: str, note: str) -> list[Part]:
    """One table of all groups, one of the differences between them; none where the study has no groups."""
    names = list(dict.fromkeys(row["group"] for row in view.rows("pricing", metrics[0]) if row["group"]))
    if not names:
        return []
    found = {name: [view.estimate("pricing", metric, None, name) for metric in metrics] for name in names}
    rows = [
        [
            words.format(name, "group"),
            *(with_interval(row, _spec(row), words) for row in cells),
            base_cell(cells[0], words),
        ]
        for name, cells in found.items()
    ]
    heads = columns(words, "group", *(f"price_{metric}" for metric in metrics), "base")
    states = state_notes((row for cells in found.values() for row in cells), words)
    return [table(heads, rows, caption=words(caption), note=states), *_gaps(view, words, metrics, names, note)]


def _spec(row: Row | None) -> str:
    return "pct1" if row is not None and row["metric"] == "premium_percent" else "amount"


def _gaps(view: View, words: Words, metrics: Sequence[str], names: Sequence[str], note: str) -> list[Part]:
    """Differences between two levels of a variable, with p after correction; where they are many those that pass."""
    found = [
        (a, b, row)
        for at, a in enumerate(names)
        for b in names[at + 1 :]
        for metric in metrics
        if (row := view.estimate("pricing", metric, None, None, _versus(a, b))) is not None
    ]
    passed = [one for one in found if (one[2]["p_adjusted"] or 1.0) < PASSES]
    chosen, told = (found, None) if len(found) <= MOST_ROWS else (
        passed, words("pricing.differences.passed", total=len(found), passed=len(passed))
    )  # fmt: skip
    rows = [
        [
            _named_gap(words, a, b, row),
            with_interval(row, _spec(row), words),
            cell(row, "pv", words, value="p_adjusted"),
        ]
        for a, b, row in chosen
    ]
    heads = columns(words, "groups", "difference", "p_holm")
    notes = sentences([words(note), told], words)
    return [table(heads, rows, caption=words("pricing.differences"), note=notes)] if found else []


def _named_gap(words: Words, a: str, b: str, row: Row) -> str:
    metric: str = row["metric"]
    return f"{words('pricing.versus', a=a, b=b)} · {words(f'pricing.point.{metric}')}"


def _versus(a: str, b: str) -> str:
    """The contrast of two groups; no contrast has it where they are of different variables."""
    variable, _, level = b.partition("=")
    return f"{a}-{level}" if a.startswith(f"{variable}=") else ""


def _demand(view: View, words: Words) -> Part:
    """Demand and revenue over the prices shown, as a drawing and as a table; elasticities; best prices of groups."""
    said, title = claim_texts(view, "demand", words), words("pricing.demand")
    points = sorted(_priced(view, "demand"), key=lambda one: one[0])
    row = view.estimate("pricing", "revenue_price")
    if len(points) < 2:
        return _part(title, [*said, *filter(None, [state_notes([row], words)])])
    gains = dict(_priced(view, "revenue"))
    top = max(gain["estimate"] for gain in gains.values()) or 1.0
    demand = [
        LinePoint(x=price, y=one["estimate"], low=one["conf_low"], high=one["conf_high"]) for price, one in points
    ]
    revenue = [LinePoint(x=price, y=gains[price]["estimate"] / top) for price, _ in points]
    shares = _ends(words, points)
    lines = Lines(
        series=(
            Line(label=words("pricing.demand.line"), points=tuple(demand), text=shares, tone="lead", band=True),
            Line(label=words("pricing.revenue.line"), points=tuple(revenue), tone="warm", dashed=True),
        ),
        x_ticks=tuple(Tick(at=price, name=words.format(price, "amount")) for price, _ in points),
        y_ticks=_share_ticks(words), x_title=words("pricing.price"), y_title=words("pricing.demand.share"),
    )  # fmt: skip
    drawn = figure(
        "lines", lines, words, uid="pricing-demand", title=title, subtitle=words("pricing.demand.subtitle"),
        description=words("pricing.demand.description"), note=_ladder_note(view, words),
        numbers=_demand_table(view, words, [price for price, _ in points]),
    )  # fmt: skip
    groups = _groups(view, words, ("revenue_price",), "pricing.demand.groups", "pricing.differences.note")
    more = [*_elasticities(view, words), *groups]
    return _part(title, said, figure=drawn, more=more, more_title=words("pricing.more.demand"))


def _ladder_note(view: View, words: Words) -> str:
    broken = view.estimate("pricing", "not_monotone")
    share = view.value("pricing", "not_monotone_share")
    told = None
    if broken is not None and shown(broken) and broken["estimate"] and share is not None:
        told = words("pricing.demand.broken", count=broken["estimate"], share=share)
    return sentences([words("pricing.demand.note"), told], words)


def _demand_table(view: View, words: Words, prices: Sequence[float]) -> Part:
    kinds = (("demand_asked", "cell"), ("demand", "cell"), ("revenue", "amount"), ("prob_best_price", "cell"))
    extra = (("profit", "amount"), ("prob_best_profit", "cell")) if view.holds("pricing", "profit") else ()
    rows = []
    for price in prices:
        found = [
            (view.estimate("pricing", name, None, None, f"price:{price:.10g}"), spec) for name, spec in kinds + extra
        ]
        rows.append([words.format(price, "money"), *(with_interval(row, spec, words) for row, spec in found)])
    heads = columns(words, "price", *(f"price_{name}" for name, _ in kinds + extra))
    return table(heads, rows, caption=words("pricing.demand.numbers"), note=words("pricing.demand.numbers.note"))


def _elasticities(view: View, words: Words) -> list[Part]:
    rows = []
    for row in view.rows("pricing", "elasticity"):
        low, high = map(float, row["contrast"].removeprefix("price:").split("-"))
        rows.append([words("pricing.step", low=low, high=high), with_interval(row, "num2", words)])
    heads = columns(words, "price_step", "price_elasticity")
    return (
        [table(heads, rows, caption=words("pricing.elasticity"), note=words("pricing.elasticity.note"))] if rows else []
    )


def _premium(view: View, words: Words, asked: Part) -> Part:
    """Means of both prices, the premium in currency and per cent, who pays one; groups; what goes with it."""
    said, title = claim_texts(view, "premium", words), words("pricing.premium")
    if asked["label"]:
        said.append(words("pricing.premium.reference", reference=words.pick(asked["label"])))
    lines: list[tuple[str, str | None, str | None, str]] = [
        ("mean", asked["own"], None, "money"), ("mean", asked["reference"], None, "money"),
    ]  # fmt: skip
    lines += [("premium", None, None, "money"), ("premium_percent", None, None, "pct1")]
    lines += [("premium_median", None, None, "money")]
    lines += [("premium_share", None, f"{side}:0", "cell") for side in ("above", "equal", "below")]
    rows, found = [], []
    for metric, term, contrast, spec in lines:
        row = view.estimate("pricing", metric, term, None, contrast)
        found.append(row)
        name = (
            label(term, words) if term else words(f"pricing.row.{metric}" + (f".{contrast[:-2]}" if contrast else ""))
        )
        rows.append([name, cell(row, spec, words), interval(row, "amount" if spec == "money" else spec, words),
                     base_cell(row, words)])  # fmt: skip
    heads = columns(words, "price_figure", "price_estimate", "interval", "base")
    note = sentences([words("pricing.premium.note"), state_notes(found, words)], words)
    numbers = table(heads, rows, caption=words("pricing.premium.numbers"), note=note)
    groups = _groups(
        view, words, ("premium", "premium_percent"), "pricing.premium.groups", "pricing.premium.differences"
    )
    more = [*groups, *_drivers(view, words)]
    return _part(title, said, tables=[numbers], more=more, more_title=words("pricing.more.premium"))


def _drivers(view: View, words: Words) -> list[Part]:
    """The regression of the premium on the drivers of the model."""
    rows = []
    for row in view.rows("pricing", "b"):
        beta = view.estimate("pricing", "beta", row["term"])
        p = cell(row, "pv", words, value="p_adjusted")
        rows.append([label(row["term"], words), with_interval(row, "amount", words), p, cell(beta, "r", words)])
    if not rows:
        return []
    r2 = view.value("pricing", "r2")
    note = words("pricing.drivers.note", r2=r2) if r2 is not None else None
    return [table(columns(words, "driver", "b", "p_holm", "beta"), rows, caption=words("pricing.drivers"), note=note)]
