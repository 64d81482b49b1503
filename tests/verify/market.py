"""Recovery: do the intervals of every finding hold the truth of the simulated market?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.simulation import Market
from tests.verify import markets
from tests.verify.coverage import PROMISED
from tests.verify.markets import Found

DRAWS = 300
APART = ("classes",)
"""Verified by themselves: their figures have no key that is the same in every survey."""
BOUNDED = ("tucker_congruence",)
"""Their truth is the largest value there is, which no resample reaches."""
TITLE = "# The simulated market: does each finding recover its truth?"
MEANING = (
    f"Surveys of {markets.PEOPLE:,} respondents of the market that `pipeline/simulation` describes: unequal chances to "
    "answer, panel members, careless respondents, answers missing, all of it analysed as `surveys/phone_value` is. The "
    f"truth is the same figure among {markets.POPULATION:,} people who all give every answer. One row is one metric of "
    "one analysis over all of its figures: its mean absolute bias in standard errors, the mean share of surveys whose "
    "95 % interval holds the truth with its Monte Carlo error, and the figure with the lowest. Promised: a mean "
    f"coverage of at least {PROMISED[0]}, give or take two Monte Carlo errors; above {PROMISED[1]} intervals are wider "
    "than they need be, as they must be for prices that people name in hundreds. Nothing is promised of a congruence "
    "whose truth is 1: no sample reaches it, and what is claimed of it asks for less than .95."
)
Job = tuple[str, int]
Key = tuple[Any, ...]


def jobs(number: int) -> list[Job]:
    return [("recovery", number)]


def run(job: Job) -> list[dict[str, object]]:
    """One row a metric."""
    asked, study = markets.asked(*APART), markets.study(DRAWS)
    surveyed = [markets.figures(case, asked) for case in markets.surveys(Market(), job[1], seed=1000, asked=study)]
    return compared(markets.truth(*APART), surveyed)


def compared(true: Found, surveyed: Sequence[Found]) -> list[dict[str, object]]:
    """One row a metric: every figure that has an interval in the truth and in some survey."""
    families: dict[tuple[str, str], list[Key]] = {}
    for key, row in true.items():
        given = any(found.get(key, {}).get("conf_low") is not None for found in surveyed)
        if given and row.get("conf_low") is not None and not _banded(key):
            families.setdefault((str(key[0]), str(key[1])), []).append(key)
    return [_family(name, keys, true, surveyed) for name, keys in families.items()]


def _banded(key: Key) -> bool:
    """Whether a figure is about a band of devices, which is cut otherwise in every survey."""
    return str(key[-1]).startswith("dose:")


def _family(name: tuple[str, str], keys: Sequence[Key], true: Found, surveyed: Sequence[Found]) -> dict[str, object]:
    """What one metric of one analysis did."""
    held, bias = (
        np.array([[score(found.get(key), true[key]) for key in keys] for found in surveyed]) for score in (_held, _off)
    )
    each = np.nanmean(held, axis=0)
    mean, error = float(np.nanmean(held)), _error(held)
    lowest = keys[int(np.nanargmin(each))]
    low = mean < PROMISED[0] - 2 * error
    return {
        "analysis": name[0],
        "metric": f"`{name[1]}`",
        "figures": len(keys),
        "bias": f"{_mean_size(bias):.2f}",
        "coverage": f"{mean:.3f}",
        "± MC error": f"{error:.3f}",
        "lowest": f"{each.min():.2f}: {_named(lowest)}",
        "promise": _promise(name[1], low=low, wide=mean > PROMISED[1] + 2 * error),
    }


def _promise(metric: str, *, low: bool, wide: bool) -> str:
    if metric in BOUNDED:
        return "none: at its limit"
    return "BROKEN" if low else "too wide" if wide else "kept"


def _held(row: Mapping[str, Any] | None, true: Mapping[str, Any]) -> float:
    """1 where the interval holds the truth, 0 where not, NaN where there is none."""
    if row is None or row.get("conf_low") is None:
        return np.nan
    return float(row["conf_low"] <= true["estimate"] <= row["conf_high"])


def _off(row: Mapping[str, Any] | None, true: Mapping[str, Any]) -> float:
    """Estimate less truth, in standard errors of the survey: half its interval over 1.96."""
    if row is None or row.get("conf_low") is None:
        return np.nan
    off, width = row["estimate"] - true["estimate"], row["conf_high"] - row["conf_low"]
    return float(off * 3.92 / width) if width > 0 else 0.0 if off == 0 else np.nan


def _mean_size(bias: np.ndarray) -> float:
    """Mean absolute value over the figures of their mean over the surveys."""
    means = [column[np.isfinite(column)].mean() for column in bias.T if np.isfinite(column).any()]
    return float(np.abs(means).mean()) if means else np.nan


def _error(held: np.ndarray) -> float:
    """Monte Carlo error of the mean coverage: figures of one survey are not independent, surveys are."""
    surveys = np.array([np.nanmean(row) for row in held if np.isfinite(row).any()])
    return float(surveys.std(ddof=1) / np.sqrt(len(surveys)))


def _named(key: Key) -> str:
    """The figure in a cell of the table."""
    return " / ".join(str(part).replace("|", "+") for part in key[2:] if part is not None) or "whole"
