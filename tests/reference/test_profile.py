"""Proportions of a clustered sample with its finite population, against R's survey package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.model.profile import logit_interval
from pipeline.variance import means
from pipeline.weight import Design, hashed

pytestmark = pytest.mark.reference

# survey's own documentation: svymean(~stype, svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)).
STYPE = {"E": (0.786885, 0.0463), "H": (0.076503, 0.0268), "M": (0.136612, 0.0296)}


def test_school_types_in_a_sample_of_districts(shared: Path) -> None:
    path = shared / "exports" / "weighting" / "R_survey_apiclus1.csv"
    if not path.is_file():
        pytest.skip("../shared/exports/weighting is not beside the repository")
    data = pd.read_csv(path)
    keys, unit = np.unique(hashed(data["dnum"].astype(str).to_numpy()), return_inverse=True)
    left = np.array([1 - len(keys) / data["fpc"].iloc[0]])
    design = Design(
        weight=data["pw"].to_numpy(float), unit=unit, keys=keys, stratum=None, stratum_keys=None, kind="clustered",
        left=left,
    )  # fmt: skip
    columns = np.column_stack([(data["stype"] == level).to_numpy(float) for level in STYPE])
    found = means(columns, design)
    np.testing.assert_allclose(found.mean, [share for share, _ in STYPE.values()], atol=5e-7)
    np.testing.assert_allclose(found.se, [error for _, error in STYPE.values()], atol=5e-5)
    low, high = logit_interval(found, 0.95)
    assert ((low > 0) & (low < found.mean) & (found.mean < high) & (high < 1)).all()
