"""The numbers behind the method panel: shares, R² units, outcome models, groups, dominance, shared parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.sections._common import (
    METHODS,
    Cell,
    cell,
    columns,
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

OTHER = ("last", "first", "betasq")
"""Methods that ask another question than how to divide the explained variance."""
MODELS = ("logit_mcfadden", "logit_tjur", "ordered_mcfadden", "count_mcfadden", "polychoric")
HALF = 4
"""Columns of a share with its interval that fit a printed page."""
SIZES = 8
"""Columns of plain figures that fit a printed page."""


def methods(view: View) -> list[str]:
    """Methods with a figure for some driver."""
    return [name for name in METHODS if view.holds("importance", f"{name}_share")]


def _by_driver(view: View, words: Words, found: Mapping[str, Sequence[Cell]]) -> list[list[Any]]:
    return [[label(name, words), *found[name]] for name in view.ranked()]


def _rows(view: View, metrics: Sequence[str], suffix: str) -> dict[str, list[Row | None]]:
    return {
        name: [view.estimate("importance", f"{metric}{suffix}", name) for metric in metrics] for name in view.drivers
    }


def shares(view: View, words: Words, metrics: list[str]) -> list[Table]:
    """Shares with their intervals, four methods a table."""
    made = []
    for start in range(0, len(metrics), HALF):
        part = metrics[start : start + HALF]
        found = _rows(view, part, "_share")
        cells = {name: [with_interval(row, "pct1", words) for row in rows] for name, rows in found.items()}
        heads = [*columns(words, "driver"), *named_columns(words(f"methods.name.{name}") for name in part)]
        note = state_notes((row for rows in found.values() for row in rows), words)
        made.append(table(heads, _by_driver(view, words, cells), caption=words("methods.numbers"), note=note))
    return made


def raw(view: View, words: Words, metrics: list[str]) -> list[Table]:
    found = _rows(view, metrics, "")
    cells = {name: [cell(row, "r3", words) for row in rows] for name, rows in found.items()}
    heads = [*columns(words, "driver"), *named_columns(words(f"methods.name.{name}") for name in metrics)]
    return [table(heads, _by_driver(view, words, cells), caption=words("methods.raw"), note=words("methods.raw.note"))]


def behind(view: View, words: Words, metrics: list[str]) -> list[Table]:
    """P(first by a method exceeds the driver), a method a column; none where nothing was resampled."""
    known = view.contrasts("importance", "prob_behind_first", "metric:")
    part = [name for name in metrics if f"metric:{name}" in known]
    found = {
        name: [view.estimate("importance", "prob_behind_first", name, None, f"metric:{metric}") for metric in part]
        for name in view.drivers
    }
    cells = {name: [_first_or(row, words) for row in rows] for name, rows in found.items()}
    heads = [*columns(words, "driver"), *named_columns(words(f"methods.name.{name}") for name in part)]
    return [table(heads, _by_driver(view, words, cells), caption=words("methods.behind"))] if part else []


def _first_or(row: Row | None, words: Words) -> Cell:
    return {"text": words("methods.behind.first"), "strong": True} if row is None else cell(row, "cell", words)


def models(view: View, words: Words) -> Table | None:
    """Shares under the score and under every other model of the outcome; the last row is what each explains."""
    part = [name for name in MODELS if f"model:{name}" in view.contrasts("outcome_models", "lmg_share", "model:")]
    if not part:
        return None
    found = {
        name: [
            view.estimate("importance", "lmg_share", name),
            *(view.estimate("outcome_models", "lmg_share", name, None, f"model:{model}") for model in part),
        ]
        for name in view.drivers
    }
    cells = {name: [cell(row, "pct1", words) for row in rows] for name, rows in found.items()}
    fits = [view.estimate("outcome_models", "pseudo_r2", None, None, f"model:{name}") for name in part]
    whole = [
        words("methods.models.fit"),
        *(cell(row, "r", words) for row in (view.estimate("regression", "r2"), *fits)),
    ]
    heads = [*columns(words, "driver"), *named_columns(words(f"methods.model.{name}") for name in ("score", *part))]
    states = state_notes((row for rows in found.values() for row in rows), words)
    note = sentences([words("methods.models.note"), states], words)
    rows = [*_by_driver(view, words, cells), whole]
    return table(heads, rows, caption=words("methods.models.caption"), note=note)


def parallel(view: View, words: Words) -> list[str]:
    """What the test of parallel lines says about the ordered model."""
    row = view.estimate("outcome_models", "parallel_lines", None, None, "model:ordered_mcfadden")
    if row is None or not shown(row) or row["p_value"] is None:
        return []
    verdict = "hold" if row["p_value"] >= 0.05 else "differ"
    return [words(f"methods.parallel.{verdict}", chi2=row["estimate"], p=row["p_value"])]


def groups(view: View, words: Words) -> list[Table]:
    """Groups of drivers by share, then every driver inside its group; nothing where no group is declared."""
    found = sorted(view.rows("groups", "lmg_share"), key=lambda row: -(row["estimate"] or 0.0))
    if not found:
        return []
    rows = [
        [
            label(row["term"], words),
            cell(row, "pct1", words),
            interval(row, "pct1", words),
            cell(view.estimate("groups", "rank", row["term"]), "int", words),
            cell(view.estimate("groups", "prob_rank_1", row["term"]), "cell", words),
        ]
        for row in found
    ]
    heads = columns(words, "group", "share", "interval", "place", "prob_first")
    return [table(heads, rows, caption=words("methods.groups.caption")), *_owen(view, words)]


def _owen(view: View, words: Words) -> list[Table]:
    values = {name: view.estimate("groups", "owen_share", name) for name in view.ranked()}
    rows = [
        [
            label(name, words),
            cell(row, "pct1", words),
            interval(row, "pct1", words),
            cell(view.estimate("importance", "lmg_share", name), "pct1", words),
        ]
        for name, row in values.items()
    ]
    heads = columns(words, "driver", "owen", "interval", "share")
    return [table(heads, rows, caption=words("methods.owen"))] if any(values.values()) else []


def dominant(view: View, words: Words) -> list[str]:
    """What the driver that ranks first beats in every submodel, and what every driver of a pair leaves open."""
    first, *others = view.ranked()
    wins = {name: view.value("dominance", "complete_dominance", first, None, f"above:{name}") for name in others}
    beaten = [name for name, share in wins.items() if share == 1]
    if not any(share is not None for share in wins.values()):
        return []
    about = [words("methods.dominance.text")]
    return [*about, words("methods.dominance.first", driver=first, others=beaten)] if beaten else about


def complete(view: View, words: Words) -> list[Table]:
    """Share of submodels in which the driver of the row adds more than that of the column."""
    if not view.holds("dominance", "complete_dominance"):
        return []
    ranked = view.ranked()
    rows = [
        [
            label(name, words),
            *(
                cell(view.estimate("dominance", "complete_dominance", name, None, f"above:{other}"), "cell", words)
                for other in ranked
            ),
        ]
        for name in ranked
    ]
    heads = [*columns(words, "driver"), *named_columns(label(name, words) for name in ranked)]
    return [table(heads, rows, caption=words("methods.dominance.complete"))]


def conditional(view: View, words: Words) -> list[Table]:
    """Mean increase of R² by the number of other drivers already in the model; many sizes take two tables."""
    known = view.contrasts("dominance", "conditional_dominance", "size:")
    made = []
    for start in range(0, len(known), SIZES):
        part = known[start : start + SIZES]
        cells = {
            name: [
                cell(view.estimate("dominance", "conditional_dominance", name, None, size), "r3", words)
                for size in part
            ]
            for name in view.drivers
        }
        sizes = (words.format(int(size.removeprefix("size:")), "int") for size in part)
        heads = [*columns(words, "driver"), *named_columns(sizes)]
        made.append(table(heads, _by_driver(view, words, cells), caption=words("methods.dominance.conditional")))
    return made


def commonality(view: View, words: Words) -> Table | None:
    """What each driver explains alone, and how much of it no other, its own group only, or others explain as well."""
    if not view.holds("commonality", "unique"):
        return None
    parts = [name for name in ("unique", "shared_within", "shared_across") if view.holds("commonality", name)]
    found = {
        name: [
            view.estimate("importance", "first", name),
            *(view.estimate("commonality", part, name) for part in parts),
        ]
        for name in view.drivers
    }
    cells = {name: [with_interval(row, "r3", words) for row in rows] for name, rows in found.items()}
    heads = columns(words, "driver", "alone", *parts)
    return table(heads, _by_driver(view, words, cells), caption=words("methods.shared.caption"))
