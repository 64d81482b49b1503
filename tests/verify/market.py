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
TITLE = "# The simulated market: does each finding recover its truth?"
MEANING = (
    f"Surveys of {markets.PEOPLE:,} respondents of the market that `pipeline/simulation` describes: unequal chances to "
    "answer, panel members, careless respondents, answers missing, all of it analysed as `surveys/phone_value` is. The "
    f"truth is the same figure among {markets.POPULATION:,} people who all give every answer. One row is one metric of "
    "one analysis over all of its figures: its mean absolute bias in standard errors, the mean share of surveys whose "
    "95 % interval holds the truth with its Monte Carlo error, and the figure with the lowest. Promised: a mean "
    f"coverage of at least {PROMISED[0]}, give or take two Monte Carlo errors; above {PROMISED[1]} intervals are wider "
    "than they need be."
)
Job = tuple[str, int]
Key = tuple[Any, ...]


def jobs(number: int) -> list[Job]:
    return [("recovery", number)]


def run(job: Job) -> list[dict[str, object]]:
    """One row a metric."""
    asked = markets.asked(*APART)
    true = markets.truth(*APART)
    wanted = [key for key, row in true.items() if row.get("conf_low") is not None and not _banded(key)]
    study = markets.study(DRAWS)
    surveyed = [markets.figures(case, asked) for case in markets.surveys(Market(), job[1], seed=1000, asked=study)]
    families: dict[tuple[str, str], list[Key]] = {}
    for key in wanted:
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
    there = np.isfinite(held).any(0) & np.isfinite(bias).any(0)
    keys, held, bias = [key for key, known in zip(keys, there, strict=True) if known], held[:, there], bias[:, there]
    each = np.nanmean(held, axis=0)
    mean, error = float(np.nanmean(held)), _error(held)
    lowest = keys[int(np.nanargmin(each))]
    low = mean < PROMISED[0] - 2 * error
    return {
        "analysis": name[0],
        "metric": f"`{name[1]}`",
        "figures": len(keys),
        "bias": f"{np.abs(np.nanmean(bias, axis=0)).mean():.2f}",
        "coverage": f"{mean:.3f}",
        "± MC error": f"{error:.3f}",
        "lowest": f"{each.min():.2f}: {_named(lowest)}",
        "promise": "BROKEN" if low else "too wide" if mean > PROMISED[1] + 2 * error else "kept",
    }


def _held(row: Mapping[str, Any] | None, true: Mapping[str, Any]) -> float:
    """1 where the interval holds the truth, 0 where not, NaN where there is none."""
    if row is None or row.get("conf_low") is None:
        return np.nan
    return float(row["conf_low"] <= true["estimate"] <= row["conf_high"])


def _off(row: Mapping[str, Any] | None, true: Mapping[str, Any]) -> float:
    """Estimate less truth, in standard errors of the survey: half its interval over 1.96."""
    if row is None or row.get("conf_low") is None or row["conf_high"] <= row["conf_low"]:
        return np.nan
    return float((row["estimate"] - true["estimate"]) * 3.92 / (row["conf_high"] - row["conf_low"]))


def _error(held: np.ndarray) -> float:
    """Monte Carlo error of the mean coverage: figures of one survey are not independent, surveys are."""
    surveys = np.array([np.nanmean(row) for row in held if np.isfinite(row).any()])
    return float(surveys.std(ddof=1) / np.sqrt(len(surveys)))


def _named(key: Key) -> str:
    """The figure in a cell of the table."""
    return " / ".join(str(part).replace("|", "+") for part in key[2:] if part is not None) or "whole"
