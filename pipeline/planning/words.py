"""A plan in words, and as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.planning import ALPHA, LEVEL, MOST, POWER, Plan


def summary(found: Plan) -> dict[str, Any]:
    """The plan as plain values, for --json."""
    return {
        "outcome": found.pilot.names[-1],
        "pilot_n": found.pilot.n,
        "deff": found.deff,
        "change": found.change,
        "halfwidth": found.halfwidth,
        "n": found.n,
        **{
            name: {
                "shares": needs.shares,
                "n_first": needs.first,
                "n_change": needs.change,
                "n_interval": needs.precise,
                "reached": needs.given,
            }
            for name, needs in (("as_assumed", found.needs), ("half_the_lead", found.cautious))
        },
    }


def lines(found: Plan) -> Iterator[str]:
    """The plan in words."""
    pilot, points = found.pilot, 100 * found.change
    ranked = sorted(found.needs.shares.items(), key=lambda item: -item[1])
    (first, share), (second, next_share) = ranked[:2]
    source = "assumed correlations" if pilot.n is None else f"a pilot of {pilot.n:,} respondents"
    yield f"drivers of {pilot.names[-1]}, from {source}; design effect {found.deff:.2f}"
    yield f"first: {first} with {share:.0%} of what is explained, then {second} with {next_share:.0%}"
    yield ""
    yield from _table(
        ("respondents needed", "as assumed", "half the lead"),
        (
            (f"{first} comes first in 9 of 10 samples", found.needs.first, found.cautious.first),
            (f"a change of {points:g} points is found (each of two waves)", found.needs.change, found.cautious.change),
            (f"its share is known to ± {100 * found.halfwidth:g} points", found.needs.precise, found.cautious.precise),
        ),
    )
    yield from _reached(found, first)
    yield ""
    yield from _notes(found, first, second)


def _reached(found: Plan, first: str) -> Iterator[str]:
    if found.n is None:
        return
    yield ""
    one, other = found.needs.given, found.cautious.given
    if one is None or other is None:
        yield f"{found.n:,} respondents are too few for {len(found.needs.shares)} drivers"
        return
    texts = {
        "first": f"{first} comes first in … of samples",
        "change": "change found with power .8, in points",
        "halfwidth": "its share is known to ± … points",
    }
    rows = [
        (texts[key], *(f"{100 * each[key]:.1f}{' %' if key == 'first' else ''}" for each in (one, other)))
        for key in texts
    ]
    yield from _table((f"with {found.n:,} respondents", "as assumed", "half the lead"), rows)


def _table(heads: tuple[str, str, str], rows: Any) -> Iterator[str]:
    shown = [heads, *((text, _count(one), _count(other)) for text, one, other in rows)]
    wide = max(len(text) for text, _, _ in shown)
    yield from (f"{text:<{wide}}  {one:>17}  {other:>17}" for text, one, other in shown)


def _count(value: Any) -> str:
    """A text as it is, a number rounded up to three digits: more would not be known."""
    if value is None or isinstance(value, str):
        return value or f"more than {MOST:,}"
    unit = 10 ** max(0, len(str(value)) - 3)
    return f"{-(-value // unit) * unit:,}"


def _notes(found: Plan, first: str, second: str) -> Iterator[str]:
    whose = "the assumed correlations" if found.pilot.n is None else "the pilot's correlations"
    yield (
        f"This takes {whose} as true, which they are not exactly. 'Half the lead': the share of {first} is ahead of "
        f"{second} by half as much, all else equal."
    )
    yield (
        f"Power {POWER:.0%} at alpha {ALPHA:g}, intervals of {LEVEL:.0%}; samples of normal answers, their number "
        "divided by the design effect."
    )
