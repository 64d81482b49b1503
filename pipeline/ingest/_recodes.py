"""Recodes: groups made of other answers: bands of a number, ends of a scale, promoters, one option of many."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.ingest._typing import Typed, first_text
from pipeline.responses import Reason
from pipeline.specs import Label, Scale, Variable

NPS = ("detractor", "passive", "promoter")
ENDS = {"top_box": 1, "top2_box": 2, "bottom_box": 1, "bottom2_box": 2}
YES, NO = "yes", "no"


def bands(base: Typed, variable: Variable) -> Typed:
    """(rows,) positions in the bands: each limit belongs to the band above it; -1 outside all of them."""
    limits = np.array(variable.cut)
    positions = np.digitize(base.values, limits) - 1
    outside = np.isnan(base.values) | (positions >= len(limits) - 1)
    return Typed(values=np.where(outside, -1, positions), reasons=base.reasons, levels=band_levels(variable))


def band_levels(variable: Variable) -> tuple[str, ...]:
    """Names of the bands: the declared ones (the first language's), else '[16,25)'."""
    if variable.labels:
        return tuple(map(first_text, variable.labels))
    return tuple(f"[{low:g},{high:g})" for low, high in _limits(variable))


def band_labels(variable: Variable) -> dict[str, Label]:
    """Band -> how the report names it, for bands without declared names."""
    texts: list[Label] = [
        {"en": f"{low:g} to under {high:g}", "zh": f"{low:g} 至 {high:g}（不含）"} for low, high in _limits(variable)
    ]
    return {} if variable.labels else dict(zip(band_levels(variable), texts, strict=True))


def _limits(variable: Variable) -> list[tuple[float, float]]:
    return list(zip(variable.cut, variable.cut[1:], strict=False))


def recoded(base: Typed, scale: Scale, reverse: bool, variable: Variable) -> Typed:
    """(rows,) group of each answer: who promotes (9-10), is passive (7-8) or detracts (0-6), or reaches an end.

    nps: Reichheld (2003). Boxes: the top (bottom) one or two points; a reversed item is turned round before.
    """
    answers = scale.low + scale.high - base.values if reverse else base.values
    levels: tuple[str, ...] = (NO, YES)
    if variable.recode == "nps":
        levels, place = NPS, np.digitize(answers, [7, 9]).astype(float)
    else:
        size = ENDS[str(variable.recode)]
        top = str(variable.recode).startswith("top")
        inside = answers > scale.high - size if top else answers < scale.low + size
        place = inside.astype(float)
    return _grouped(base.values, base.reasons, place, levels, variable)


def ticked(options: pd.DataFrame, reasons: np.ndarray, variable: Variable) -> Typed:
    """(rows,) yes where any of the named options was ticked or ranked, no where others were."""
    chosen = options[list(variable.ticked)].to_numpy()
    answered = np.where(reasons == Reason.ANSWERED, 1.0, np.nan)
    return _grouped(answered, reasons, (np.nan_to_num(chosen) > 0).any(1).astype(float), (NO, YES), variable)


def _grouped(
    answers: np.ndarray, reasons: np.ndarray, place: np.ndarray, levels: tuple[str, ...], variable: Variable
) -> Typed:
    names = tuple(map(first_text, variable.labels)) or levels
    return Typed(values=np.where(np.isnan(answers), -1, place).astype(np.int64), reasons=reasons, levels=names)
