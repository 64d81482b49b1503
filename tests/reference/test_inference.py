"""What each driver adds of its own, against R: with one column a driver, F is the square of t."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model import Setting
from pipeline.model.effects import fit, unique_rows
from pipeline.sample import Sample
from pipeline.weight import Base, Design

pytestmark = pytest.mark.reference

SETTING = Setting(outcome="y", level=0.95, minimum_base=10, low_base=30)


def sample_of(frame: pd.DataFrame, names: list[str], outcome: str, weight: np.ndarray | None = None) -> Sample:
    rows = len(frame)
    each = np.arange(rows)
    design = Design(
        weight=np.ones(rows) if weight is None else weight,
        unit=each,
        keys=each.astype(np.uint64),
        stratum=None,
        stratum_keys=None,
        kind="simple" if weight is None else "weighted",
    )
    return Sample(
        names=(*names, outcome),
        scores=frame[[*names, outcome]].to_numpy(float),
        items={},
        respondent=each,
        design=design,
        groups={},
        everyone=Base(n=rows, n_eff=float(rows), deff=1.0),
        flow=(),
        stacked=False,
    )


@pytest.mark.parametrize("name", ["attitude", "swiss", "mobi_ecsi", "corp_reputation", "utaut_trello"])
def test_f_is_the_square_of_the_classical_t(
    name: str, dataset: Callable[[str], pd.DataFrame], expected: Callable[[str], Any]
) -> None:
    """stats::lm; the same numbers as stats::drop1(test = "F")."""
    block = expected(f"{name}/computed/ols")
    outcome, right = block["formula"].split(" ~ ")
    names = right.split(" + ")
    sample = sample_of(dataset(name)[[*names, outcome]].dropna(), names, outcome)
    rows = unique_rows(fit(sample), sample, SETTING)
    assert [row["term"] for row in rows] == names
    np.testing.assert_allclose([row["estimate"] for row in rows], [block["t"][name] ** 2 for name in names], rtol=1e-8)
    np.testing.assert_allclose([row["p_value"] for row in rows], [block["p"][name] for name in names], rtol=1e-7)
