"""Weighting: what margins the weights were adjusted to, how far they had to move, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based
from pipeline.responses import Responses
from pipeline.weight import base
from pipeline.weighting import Calibration, Margin

Array = np.ndarray


def weighting_rows(responses: Responses, setting: Setting) -> list[Row]:
    """Rows of `weighting`: the weights as a whole, then every level of every margin; none where nothing was adjusted.

    Over the respondents who were kept, analysed or not. With `weights.per` margins come for each of its levels. Shares
    before say how many there are of a level, so that those of levels under the minimum base are suppressed, and with
    them the next smallest where one alone could be worked out from the others.
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
    rows = [row("weighting", name, estimate=float(value), **common) for name, value in figures.items()]
    for at, name in enumerate(calibration.groups or (None,)):
        inside = calibration.group == at
        for margin in calibration.margins:
            rows += _margin(calibration, margin, name, inside, setting)
    return rows


def _margin(
    calibration: Calibration, margin: Margin, group: str | None, inside: Array, setting: Setting
) -> Iterator[Row]:
    adjusted, codes = calibration.adjusted, margin.codes[calibration.rows][inside]
    many, weight = len(margin.levels), adjusted.weight[inside]
    given = np.ones(len(weight)) if adjusted.base is None else adjusted.base[inside]
    counts = np.bincount(codes, minlength=many)
    whole = based(base(weight, np.arange(len(weight))))
    hidden = _hidden(counts, setting.minimum_base)
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


def _hidden(counts: Array, least: int) -> Array:
    """(levels,) those of too few respondents, and one more where it is a single one."""
    hidden = (counts > 0) & (counts < least)
    if hidden.sum() == 1 and not hidden.all():
        hidden[np.where(hidden | (counts == 0), counts.max() + 1, counts).argmin()] = True
    return np.asarray(hidden)
