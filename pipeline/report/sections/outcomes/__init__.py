"""Other outcomes: the same drivers' shares for the first outcome and for each further one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.report.charts import Dumbbell, DumbbellRow
from pipeline.report.sections._common import (
    cell,
    claim_texts,
    columns,
    figure,
    from_to,
    label,
    named_columns,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

ANALYSES = ("outcomes", "promotion")
"""Where shares of further outcomes stand: that of the promotion stands there, unless it is a further outcome too."""
Place = tuple[str, str]


def applies(view: View) -> bool:
    return bool(_places(view))


def _places(view: View) -> list[Place]:
    """(analysis, outcome) of every further outcome."""
    return [
        (analysis, contrast.partition(":")[2])
        for analysis in ANALYSES
        for contrast in view.contrasts(analysis, "share_difference", "outcome:")
    ]


def context(view: View, words: Words) -> dict[str, Any]:
    parts = [_part(view, words, place, at) for at, place in enumerate(_places(view), start=1)]
    return {
        "nav": words("outcomes.nav"),
        "title": words("outcomes.title"),
        "lede": words("outcomes.lede"),
        "parts": parts,
        "between_title": words("outcomes.between.more"),
        "between": _between(view, words),
    }


def _between(view: View, words: Words) -> dict[str, Any] | None:
    """Differences between the further outcomes themselves: a column for each pair."""
    named = view.study["asked"]["outcomes"]
    pairs = {f"between:{b}-{a}": (a, b) for at, b in enumerate(named) for a in named[:at]}
    known = [key for key in pairs if view.estimate("outcomes", "share_difference", view.drivers[0], None, key)]
    if not known:
        return None
    rows = []
    for name in view.ranked():
        found = [view.estimate("outcomes", "share_difference", name, None, key) for key in known]
        cells = [[with_interval(row, "points", words), cell(row, "pv", words, value="p_adjusted")] for row in found]
        rows.append([label(name, words), *(one for pair in cells for one in pair)])
    heads = columns(words, "driver")
    for key in known:
        heads += named_columns([words("outcomes.between.pair", a=pairs[key][1], b=pairs[key][0])])
        heads += columns(words, "driver", "p_holm")[1:]
    return table(heads, rows, caption=words("outcomes.between"), note=words("outcomes.between.note"))


def _part(view: View, words: Words, place: Place, at: int) -> dict[str, Any]:
    rows = list(_gaps(view, place))
    if not any(shown(row) for row in rows):
        reason = state_notes(rows, words)
        return {"figure": None, "paragraphs": [words("outcomes.absent", other=place[1], reason=reason)]}
    texts = claim_texts(view, "outcomes", words, other=place[1])
    return {"figure": _figure(view, words, place, at), "paragraphs": texts}


def _gaps(view: View, place: Place) -> Iterator[Row]:
    analysis, other = place
    for name in view.ranked():
        row = view.estimate(analysis, "share_difference", name, None, f"outcome:{other}")
        if row is not None:
            yield row


def _figure(view: View, words: Words, place: Place, at: int) -> dict[str, Any]:
    analysis, other = place
    claim = view.claim("outcomes", other=other)
    rows = tuple(_dumbbell(view, words, place, name) for name in view.ranked())
    first, second = (view.value(analysis, "r2", None, None, f"{kind}:{other}") for kind in ("paired", "outcome"))
    names = {"outcome": view.outcome, "other": other}
    return figure(
        "dumbbell",
        Dumbbell(rows=rows, before_title=label(view.outcome, words), after_title=label(other, words)),
        words,
        uid=f"outcomes-{at}",
        title=claim["title"][words.language] if claim else words("outcomes.figure", **names),
        subtitle=words("outcomes.subtitle"),
        description=words("outcomes.description"),
        note=words("outcomes.note", r2=first, r2_other=second, **names),
        numbers=_numbers(view, words, place),
    )


def _share(view: View, place: Place, name: str, kind: str) -> Row | None:
    return view.estimate(place[0], "lmg_share", name, None, f"{kind}:{place[1]}")


def _dumbbell(view: View, words: Words, place: Place, name: str) -> DumbbellRow:
    before, after = (_share(view, place, name, kind) for kind in ("paired", "outcome"))
    gap = view.estimate(place[0], "share_difference", name, None, f"outcome:{place[1]}")
    return from_to(name, before, after, cell(gap, "points", words)["text"], words)


def _numbers(view: View, words: Words, place: Place) -> dict[str, Any]:
    analysis, other = place
    rows = []
    for name in view.ranked():
        gap = view.estimate(analysis, "share_difference", name, None, f"outcome:{other}")
        chance = view.estimate(analysis, "prob_rank_1", name, None, f"outcome:{other}")
        rows.append(
            [
                label(name, words),
                *(with_interval(_share(view, place, name, kind), "pct1", words) for kind in ("paired", "outcome")),
                with_interval(gap, "points", words),
                cell(gap, "pv", words, value="p_adjusted"),
                cell(chance, "cell", words),
            ]
        )
    shares = named_columns(words("outcomes.share", outcome=name) for name in (view.outcome, other))
    last = named_columns([words("outcomes.first", outcome=other)])
    heads = [*columns(words, "driver"), *shares, *columns(words, "driver", "difference", "p_holm")[1:], *last]
    note = _note(view, words, place)
    return table(heads, rows, caption=words("outcomes.numbers", outcome=view.outcome, other=other), note=note)


def _note(view: View, words: Words, place: Place) -> str:
    rows = list(_gaps(view, place))
    every = (row for row in view.rows(place[0], "share_difference") if row["contrast"].startswith("outcome:"))
    tested = sum(row["p_adjusted"] is not None for row in every)
    return words("outcomes.numbers.note", n=rows[0]["n"], comparisons=tested)
