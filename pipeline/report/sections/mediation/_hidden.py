"""What is left of a chain if something unmeasured moves both ends of one of its arrows: a figure with its table."""

from __future__ import annotations

from typing import Any

from pipeline.report.charts import Line, LinePoint, Lines, Mark, Tick, ticks
from pipeline.report.sections._common import columns, figure, table, with_interval
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

DRAWN = 0.7
"""Correlations beyond this stand in the table alone: what is left grows without bound towards 1."""
MOST_LINES, MOST_TICKS = 4, 6


def hidden_figure(view: View, words: Words, name: str, at: int) -> dict[str, Any] | None:
    """Of the arrow that the claim names first, then of the others; None where the chain carries nothing."""
    claim = view.claim("hidden_cause", name=name)
    if claim is None:
        return None
    values = claim["values"]
    weakest = f"{values['a']}>{values['b']}"
    found: dict[str, list[Row]] = {weakest: []}
    for row in view.rows("mediation", "indirect_at_rho"):
        if row["term"] == name and shown(row):
            found.setdefault(row["contrast"].partition("@")[0], []).append(row)
    mark = Mark(x=values["rho"], label=words("mediation.hidden.mark", rho=values["rho"]))
    return figure(
        "lines",
        _drawn(words, dict(list(found.items())[:MOST_LINES]), mark),
        words,
        uid=f"mediation-hidden-{at}",
        title=words("mediation.grid", way=values["way"]),
        subtitle=words("mediation.grid.subtitle"),
        description=words("mediation.grid.description"),
        note=words("mediation.grid.note", a=values["a"], b=values["b"]),
        numbers=[_numbers(words, found)],
    )


def _rho(row: Row) -> float:
    return float(row["contrast"].partition("@")[2])


def _drawn(words: Words, found: dict[str, list[Row]], mark: Mark) -> Lines:
    inside = {link: [row for row in rows if abs(_rho(row)) <= DRAWN] for link, rows in found.items()}
    series = [
        Line(
            label=words.format(link, "way"),
            points=tuple(
                LinePoint(
                    x=_rho(row), y=row["estimate"], low=None if at else row["conf_low"],
                    high=None if at else row["conf_high"],
                )
                for row in rows
            ),
            text=_text(words, rows),
            tone="grey" if at else "lead",
            band=not at,
        )
        for at, (link, rows) in enumerate(inside.items())
    ]  # fmt: skip
    ends = [point for line in series for each in line.points for point in (each.y, each.low, each.high)]
    known = [0.0, *(end for end in ends if end is not None)]
    return Lines(
        series=tuple(series),
        x_ticks=tuple(Tick(at=place / 10, name=words.format(place / 10, "num1")) for place in range(-6, 7, 3)),
        y_ticks=tuple(
            Tick(at=place, name=words.format(place, "num1")) for place in ticks(min(known), max(known), MOST_TICKS)
        ),
        x_title=words("mediation.grid.x"),
        marks=(mark,),
    )


def _text(words: Words, rows: list[Row]) -> str:
    return words("mediation.grid.line", first=rows[0]["estimate"], last=rows[-1]["estimate"])


def _numbers(words: Words, found: dict[str, list[Row]]) -> dict[str, Any]:
    """A row a correlation, a column an arrow."""
    places = sorted({_rho(row) for rows in found.values() for row in rows})
    cells = {link: {_rho(row): row for row in rows} for link, rows in found.items()}
    rows = [
        [words.format(place, "num1"), *(with_interval(cells[link].get(place), "num2", words) for link in found)]
        for place in places
    ]
    heads = [*columns(words, "rho"), *({"label": words.format(link, "way"), "numeric": True} for link in found)]
    return table(heads, rows, caption=words("mediation.grid.numbers"))
