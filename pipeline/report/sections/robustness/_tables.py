"""The other questions: corrected measurement, ratings of one person, people and reasons left out, shape, equality."""

from __future__ import annotations

from typing import Any

from pipeline.report.charts import Dumbbell, DumbbellRow, Forest, ForestRow, Panel
from pipeline.report.sections._common import (
    NOWHERE,
    cell,
    columns,
    figure,
    from_to,
    interval,
    label,
    named_columns,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

Table = dict[str, Any]

SIDES = ("penalty", "reward")
PARTS = ("within", "between")


def corrected(view: View, words: Words) -> dict[str, Any] | None:
    """Raw against corrected shares; None where nothing could be corrected, or no reliability of a driver is known."""
    used = [view.estimate("disattenuated", "reliability_used", name) for name in view.ranked()]
    if not (view.holds("disattenuated", "lmg_share") and any(row is not None and shown(row) for row in used)):
        return None
    return figure(
        "dumbbell",
        Dumbbell(
            rows=tuple(_raw_corrected(view, words, name) for name in view.ranked()),
            before_title=words("robustness.corrected.before"),
            after_title=words("robustness.corrected.after"),
        ),
        words,
        uid="corrected",
        title=words("robustness.corrected.title"),
        subtitle=words("robustness.corrected.subtitle" + (".unsteady" if _unsteady(view) else "")),
        description=words("robustness.corrected.description"),
        note=words("robustness.corrected.note"),
        numbers=_corrections(view, words),
    )


def _unsteady(view: View) -> bool:
    """Whether corrected shares have no interval because too many resamples could not be corrected."""
    return any(row["reason"] == "unsteady" for row in view.rows("disattenuated", "lmg_share"))


def _pair(view: View, name: str) -> tuple[Row | None, Row | None]:
    return view.estimate("importance", "lmg_share", name), view.estimate("disattenuated", "lmg_share", name)


def _raw_corrected(view: View, words: Words, name: str) -> DumbbellRow:
    before, after = _pair(view, name)
    figures = {
        "before": cell(view.estimate("importance", "lmg_share", name), "cell", words)["text"],
        "after": cell(view.estimate("disattenuated", "lmg_share", name), "cell", words)["text"],
    }
    return from_to(name, before, after, words("robustness.corrected.text", **figures), words)


def _corrections(view: View, words: Words) -> Table:
    rows = []
    for name in view.ranked():
        used = view.estimate("disattenuated", "reliability_used", name)
        raw, after = (with_interval(row, "pct1", words) for row in _pair(view, name))
        rows.append([label(name, words), cell(used, "r", words), raw, after])
    r2 = [view.estimate(analysis, "r2") for analysis in ("regression", "disattenuated")]
    used = view.estimate("disattenuated", "reliability_used", view.outcome)
    last = words("robustness.corrected.r2", outcome=view.outcome)
    rows.append([last, cell(used, "r", words), *(with_interval(row, "r", words) for row in r2)])
    heads = columns(words, "driver", "reliability", "raw", "corrected")
    states = state_notes((_pair(view, name)[1] for name in view.ranked()), words)
    note = sentences([words("robustness.corrected.known"), states], words)
    return table(heads, rows, caption=words("robustness.corrected.numbers"), note=note)


def halo(view: View, words: Words) -> list[Table]:
    """Shares within and between respondents, and how much of the ratings is one general opinion; stacked rows only."""
    if not view.holds("halo", "lmg_share"):
        return []
    rows = []
    for name in view.ranked():
        found = [view.estimate("halo", "lmg_share", name, None, f"part:{part}") for part in PARTS]
        cells = [with_interval(row, "pct1", words) for row in found]
        between = cell(view.estimate("halo", "between_share", name), "cell", words)
        rows.append(
            [label(name, words), cell(view.estimate("importance", "lmg_share", name), "pct1", words), *cells, between]
        )
    values = [view.estimate("halo", "first_eigenvalue", None, None, f"part:{part}") for part in ("total", *PARTS)]
    own = cell(view.estimate("halo", "between_share", view.outcome), "cell", words)
    rows.append([label(view.outcome, words), *[{"text": words("ui.dash"), "muted": True}] * 3, own])
    rows.append([words("robustness.halo.eigenvalue"), *(cell(row, "cell", words) for row in values), ""])
    heads = columns(words, "driver", "share", "within", "between", "between_share")
    return [table(heads, rows, caption=words("robustness.halo.numbers"), note=words("robustness.halo.note"))]


def tipping(view: View, words: Words) -> list[Table]:
    """People whose removal turns the first two, and what an unmeasured reason would need, driver by driver."""
    found = [*_people(view, words)]
    if view.holds("tipping", "robustness_value"):
        metrics = ("partial_r2", "robustness_value", "robustness_value_alpha")
        rows = [
            [
                label(name, words),
                cell(view.estimate("regression", "b", name), "num2", words),
                *(cell(view.estimate("tipping", metric, name), "cell", words) for metric in metrics),
                *_confounded(view, words, name),
            ]
            for name in view.ranked()
        ]
        heads = columns(words, "driver", "b", *metrics, "confounded_b", "as_strong_as*")
        coefficients = (view.estimate("regression", "b", name) for name in view.ranked())
        states = state_notes([*coefficients, *view.rows("tipping", "confounded_b")], words)
        note = sentences([words("robustness.tipping.note"), states], words)
        found.append(table(heads, rows, caption=words("robustness.tipping.strength"), note=note))
    return found


def _people(view: View, words: Words) -> list[Table]:
    found = [row for row in view.rows("tipping", "tipping_respondents") if row["term"]]
    rows = []
    for row in found:
        second = (row["contrast"] or "").removeprefix("above:")
        share = view.estimate("tipping", "tipping_share", row["term"], None, row["contrast"])
        none = row["reason"] == "not_found"
        number = {"text": words("robustness.tipping.none"), "muted": True} if none else cell(row, "int", words)
        rows.append(
            [label(row["term"], words), label(second, words), number, cell(None if none else share, "pct1", words)]
        )
    heads = columns(words, "driver", "behind*", "tipping_respondents", "tipping_share")
    return [table(heads, rows, caption=words("robustness.tipping.people"))] if rows else []


def _confounded(view: View, words: Words, name: str) -> list[Any]:
    """The coefficient that an unmeasured reason would leave, and the driver it is as strong as."""
    for contrast in view.contrasts("tipping", "confounded_b", "as_strong_as:"):
        row = view.estimate("tipping", "confounded_b", name, None, contrast)
        if row is not None:
            return [cell(row, "num2", words), label(contrast.removeprefix("as_strong_as:"), words)]
    return [{"text": words("ui.dash"), "muted": True}] * 2


def asymmetry(view: View, words: Words) -> dict[str, Any] | None:
    """Penalty and reward of every driver side by side; None where they were not worked out."""
    if not view.holds("nonlinearity", "penalty"):
        return None
    panels = tuple(
        Panel(
            title=words(f"robustness.shape.{side}"),
            subtitle=words(f"robustness.shape.{side}.about"),
            rows=tuple(_side(view, words, side, name) for name in view.ranked()),
        )
        for side in SIDES
    )
    return figure(
        "forest",
        Forest(panels=panels, axis_title=words("robustness.shape.axis")),
        words,
        uid="asymmetry",
        title=words("robustness.shape.title"),
        subtitle=words("robustness.shape.subtitle"),
        description=words("robustness.shape.description"),
        note=words("robustness.shape.note"),
        numbers=_asymmetries(view, words),
    )


def _side(view: View, words: Words, side: str, name: str) -> ForestRow:
    row = view.estimate("nonlinearity", side, name)
    seen = row if row is not None and shown(row) else NOWHERE
    return ForestRow(
        label=label(name, words),
        value=seen["estimate"],
        low=seen["conf_low"],
        high=seen["conf_high"],
        text=with_interval(row, "num2", words)["text"],
    )


def _asymmetries(view: View, words: Words) -> Table:
    metrics = (*SIDES, "asymmetry")
    found = {name: [view.estimate("nonlinearity", metric, name) for metric in metrics] for name in view.ranked()}
    rows = [
        [label(name, words), *(with_interval(row, "num2", words) for row in cells)] for name, cells in found.items()
    ]
    states = state_notes((row for cells in found.values() for row in cells), words)
    note = sentences([words("robustness.shape.asymmetry"), states], words)
    heads = columns(words, "driver", *metrics)
    return table(heads, rows, caption=words("robustness.shape.numbers"), note=note)


def shape(view: View, words: Words) -> list[Table]:
    """R² in new respondents by the linear and by a model of free shape."""
    models = ("linear", "boosted")
    found = [view.estimate("nonlinearity", "r2_cv", None, None, f"model:{name}") for name in models]
    gain = view.estimate("nonlinearity", "r2_cv_gain")
    if gain is None:
        return []
    cells = [words("robustness.shape.cv"), *(cell(row, "r", words) for row in found), with_interval(gain, "r3", words)]
    names = (words(f"robustness.shape.{name}") for name in (*models, "gain"))
    heads = [{"label": "", "numeric": False}, *named_columns(names)]
    return [table(heads, [cells], caption=words("robustness.shape.models"))]


def equal(view: View, words: Words) -> list[Table]:
    """Differences of shares of every pair, tested for being too small to matter; only where the study says what is."""
    limit = view.study.get("sesoi")
    found = [row for row in view.rows("importance", "lmg_share_difference") if shown(row)]
    if limit is None or not found:
        return []
    rows = [
        [
            label(row["term"], words),
            label((row["contrast"] or "").removeprefix("above:"), words),
            cell(row, "points", words),
            interval(row, "points", words),
            cell(row, "pv", words, value="p_value"),
        ]
        for row in found
    ]
    heads = columns(words, "driver", "behind*", "difference", "interval", "p_equal")
    return [table(heads, rows, caption=words("robustness.equal.numbers", sesoi=limit))]
