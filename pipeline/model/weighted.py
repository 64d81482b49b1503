"""Weighting: what margins the weights were adjusted to, how far they had to move, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.estimates import row
from pipeline.margins import PARTS
from pipeline.model import Row, Setting, based
from pipeline.responses import Responses
from pipeline.suppression import two_way
from pipeline.weight import base
from pipeline.weighting import Calibration, Margin

Array = np.ndarray
ENDS = ("weight_low", "weight_high")
"""What gives the respondents of a level away, where few have it: its share of the population over their number."""


def weighting_rows(responses: Responses, setting: Setting) -> list[Row]:
    """Rows of `weighting`: the weights as a whole, then every level of every margin; none where nothing was adjusted.

    Over the respondents who were kept, analysed or not. With `weights.per` margins come for each of its levels. Shares
    before say how many there are of a level, so that those of levels under the minimum base are suppressed, and with
    them others from which, with the totals of levels and groups, they could be worked out (see `suppression`).
    """
    calibration = responses.calibration
    if calibration is None:
        return []
    adjusted = calibration.adjusted
    weight, everybody = adjusted.weight, np.arange(len(calibration.rows))
    common = based(base(weight, everybody))
    means = np.bincount(calibration.group, weight) / np.bincount(calibration.group)
    relative = weight / means[calibration.group]
    figures = {
        "weighting_efficiency": common["n_eff"] / common["n"],
        "weight_low": relative.min(),
        "weight_high": relative.max(),
        "weight_gap": adjusted.gap,
        "weight_rounds": adjusted.rounds,
    }
    counts = [_counts(calibration, margin) for margin in calibration.margins]
    parts = [_parts(margin) for margin in calibration.margins]
    hidden = [two_way(each, setting.minimum_base, own) for each, own in zip(counts, parts, strict=True)]
    kept = ENDS if any(gone.any() for gone in hidden) else ()
    rows = [
        row("weighting", name, state="suppressed", reason="small_base")
        if name in kept
        else row("weighting", name, estimate=float(value), **common)
        for name, value in figures.items()
    ]
    for at, name in enumerate(calibration.groups or (None,)):
        inside = calibration.group == at
        for margin, count, gone in zip(calibration.margins, counts, hidden, strict=True):
            rows += _margin(calibration, margin, name, inside, count[at], gone[at])
    return rows


def _parts(margin: Margin) -> Array:
    """(levels, variables) what the levels of cells are made of."""
    many = margin.name.count(f"{PARTS} ")
    return np.array([level.split(f"{PARTS} ", many) for level in margin.levels])


def _counts(calibration: Calibration, margin: Margin) -> Array:
    """(groups, levels) respondents."""
    groups, many = max(1, len(calibration.groups)), len(margin.levels)
    pairs = calibration.group * many + margin.codes[calibration.rows]
    return np.bincount(pairs, minlength=groups * many).reshape(groups, many)


def _margin(
    calibration: Calibration, margin: Margin, group: str | None, inside: Array, counts: Array, hidden: Array
) -> Iterator[Row]:
    adjusted, codes = calibration.adjusted, margin.codes[calibration.rows][inside]
    many, weight = len(margin.levels), adjusted.weight[inside]
    given = np.ones(len(weight)) if adjusted.base is None else adjusted.base[inside]
    whole = based(base(weight, np.arange(len(weight))))
    after, before = (np.bincount(codes, each, many) / each.sum() for each in (weight, given))
    for at, level in enumerate(margin.levels):
        key: Row = {"term": margin.name, "contrast": f"level:{level}"}
        if group is not None:
            key["group"] = f"{calibration.per}={group}"
        yield row("weighting", "margin_target", estimate=float(margin.shares[at]), **key, **whole)
        if hidden[at]:
            yield row("weighting", "margin_before", state="suppressed", reason="small_base", **key)
        else:
            yield row("weighting", "margin_before", estimate=float(before[at]), n=int(counts[at]), **key)
        yield row("weighting", "margin_after", estimate=float(after[at]), **key, **whole)
