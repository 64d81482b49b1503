"""Groups as players of `total_value`, against relaimpo's `groups`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pipeline.model.parts import Parts, parts_of
from pipeline.model.players import Structure
from pipeline.model.resample import Resampled
from pipeline.moments import Moments

pytestmark = pytest.mark.reference

NAMES = ("Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality")


def test_parts_equal_relaimpo(dataset: Callable[[str], Any], expected: Callable[[str], Any]) -> None:
    """relaimpo::calc.relimp(groups = list(c("Education", "Examination"))), swiss data, Grömping (2006)."""
    block = expected("swiss/computed/lmg_groups")
    columns = dataset("swiss")[[*NAMES, "Fertility"]].to_numpy(float)
    point = Moments.of(columns, (*NAMES, "Fertility"))
    draws = Moments(
        names=point.names, origin=point.origin, weight=np.full(3, point.weight), sums=np.repeat(point.sums[None], 3, 0),
        products=np.repeat(point.products[None], 3, 0), rows=point.rows,
    )  # fmt: skip
    parts = parts_of(Resampled(point=point, draws=draws), Structure.plain(NAMES), {"EduExam": [1, 2]})
    assert isinstance(parts, Parts)
    for metric in ("lmg", "first", "last"):
        wanted = [block[metric][name] for name in parts.names]
        np.testing.assert_allclose(parts.raw[metric][0], wanted, rtol=1e-8)
        np.testing.assert_allclose(parts.raw[metric][1][0], wanted, rtol=1e-8)
    whole = sum(block["lmg"].values())
    alone = parts.part("first")
    assert alone is not None
    np.testing.assert_allclose(alone[0][0], block["first"]["EduExam"] / whole, rtol=1e-8)
