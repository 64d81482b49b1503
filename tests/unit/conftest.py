"""Makers of what estimators stand on: designs and samples, without a file behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from pipeline.model import Setting
from pipeline.sample import Groups, Sample
from pipeline.weight import Design, base


def a_design(
    rows: int, weight: Any = None, unit: Any = None, stratum: Sequence[int] | None = None, kind: str | None = None
) -> Design:
    """Design of `rows` rows; `unit` says which rows are drawn together, `stratum` has one entry a unit."""
    unit = np.arange(rows) if unit is None else np.asarray(unit)
    keys = np.arange(1, unit.max() + 2).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    strata = None if stratum is None else np.asarray(stratum)
    names = None if strata is None else np.arange(strata.max() + 1).astype(np.uint64)
    clustered = len(keys) < rows
    found = (
        "stratified" if strata is not None else "clustered" if clustered else "simple" if weight is None else "weighted"
    )
    weight = np.ones(rows) if weight is None else np.asarray(weight, float)
    return Design(weight=weight, unit=unit, keys=keys, stratum=strata, stratum_keys=names, kind=kind or found)  # type: ignore[arg-type]


def a_sample(
    scores: np.ndarray,
    *,
    design: Design | None = None,
    items: Mapping[str, np.ndarray] | None = None,
    groups: Mapping[str, Sequence[str | None]] | None = None,
    respondent: np.ndarray | None = None,
) -> Sample:
    """Sample whose columns are drivers a, b, c … and then the outcome y."""
    rows = len(scores)
    names = (*"abcdefghij"[: scores.shape[1] - 1], "y")
    design = design or a_design(rows)
    respondent = np.arange(rows) if respondent is None else respondent
    found = {name: _groups(values) for name, values in (groups or {}).items()}
    return Sample(
        names=names,
        scores=scores,
        items={name: scores[:, [at]] for at, name in enumerate(names)} | dict(items or {}),
        respondent=respondent,
        design=design,
        groups=found,
        everyone=base(design.weight, respondent),
        flow=(),
        stacked=len(np.unique(respondent)) < rows,
    )


def _groups(values: Sequence[str | None]) -> Groups:
    levels = tuple(dict.fromkeys(value for value in values if value is not None))
    of_row = np.array([-1 if value is None else levels.index(value) for value in values])
    return Groups(levels=levels, of_row=of_row, reference=levels[0])


@pytest.fixture
def make_design() -> Callable[..., Design]:
    return a_design


@pytest.fixture
def make_sample() -> Callable[..., Sample]:
    return a_sample


@pytest.fixture
def scores() -> np.ndarray:
    """(240, 4) three drivers that share a factor, and an outcome of the first two."""
    random = np.random.default_rng(21)
    drivers = random.normal(size=(240, 3)) + random.normal(size=(240, 1))
    return np.column_stack([drivers, drivers @ [0.6, 0.3, 0.0] + random.normal(size=240)])


@pytest.fixture
def setting() -> Setting:
    return Setting(outcome="y", level=0.95, minimum_base=10, low_base=30)
