"""NIST's certified regressions and univariate summaries. LRE = digits that agree: -log10 of the relative error."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.model.regression import Fit, ols
from pipeline.moments import Moments

pytestmark = pytest.mark.reference

KEPT = json.loads(Path(__file__).with_name("nist.json").read_text(encoding="utf-8"))
"""Four sets, data and certified values, so that accuracy is held on every machine."""
CERTIFIED = [name for name in KEPT if name != "source"]
LINEAR = (
    "Norris",
    "Pontius",
    "NoInt1",
    "NoInt2",
    "Filip",
    "Longley",
    "Wampler1",
    "Wampler2",
    "Wampler3",
    "Wampler4",
    "Wampler5",
)
UNIVARIATE = ("PiDigits", "Lottery", "Lew", "Mavro", "Michelso", "NumAcc1", "NumAcc2", "NumAcc3", "NumAcc4")
POWERS = {"Pontius": 2, "Filip": 10} | {f"Wampler{at}": 5 for at in range(1, 6)}
DIGITS = {"Filip": 7}
"""Digits asked of the coefficients; 9 where nothing is said. Filip's powers, rounded to doubles, hold no more."""


def lre(found: Sequence[float], certified: Sequence[str]) -> float:
    """Fewest digits that agree; absolute where the certified value is zero; 15 where nothing differs."""
    digits = 15.0
    for ours, text in zip(np.atleast_1d(found), certified, strict=True):
        true = float(text)
        error = abs(ours - true) / (abs(true) or 1.0)
        digits = min(digits, -math.log10(error) if error else 15.0)
    return digits


def kept_rows(name: str) -> np.ndarray:
    return np.array([[float(cell) for cell in row.split(",")] for row in KEPT[name]["rows"].split()])


def fit(name: str, rows: np.ndarray) -> Fit:
    y, x = rows[:, 0], rows[:, 1:]
    x = np.column_stack([x[:, 0] ** power for power in range(1, POWERS[name] + 1)]) if name in POWERS else x
    names = tuple(f"x{at}" for at in range(x.shape[1]))
    return ols(x, y, names, intercept=not name.startswith("NoInt"))


def assert_certified(name: str, rows: np.ndarray, certified: Mapping[str, Any]) -> None:
    found = fit(name, rows)
    assert lre(found.b, certified["coef"]) >= DIGITS.get(name, 9)
    assert lre(found.se_classical, certified["se"]) >= DIGITS.get(name, 9)
    assert lre([found.sigma], [certified["sd"]]) >= DIGITS.get(name, 9)
    assert lre([found.r2], [certified["r2"]]) >= 9


@pytest.mark.parametrize("name", CERTIFIED)
def test_certified_linear_regression(name: str) -> None:
    assert_certified(name, kept_rows(name), KEPT[name])


@pytest.mark.parametrize("name", LINEAR)
def test_every_certified_linear_regression(name: str, references: Path) -> None:
    folder = references / "nist_strd"
    block = json.loads((folder / "expected.json").read_text())["printed"]["linear_regression"][name]["certified"]
    certified = {
        "coef": block["coef"].values(),
        "se": block["se"].values(),
        "sd": block["residual_sd"],
        "r2": block["r_squared"],
    }
    rows = np.loadtxt(folder / f"{name}.csv", delimiter=",", skiprows=1)
    if name in {"Wampler1", "Wampler2"}:
        exact = fit(name, rows)
        assert lre(exact.b, list(certified["coef"])) >= 9
        assert exact.se_classical.max() < 1e-9
        assert exact.r2 == pytest.approx(1, abs=1e-12)
    else:
        assert_certified(
            name, rows, {key: value if isinstance(value, str) else list(value) for key, value in certified.items()}
        )


def test_overall_f_of_longley_is_certified() -> None:
    """NIST prints F = 330.285339234588."""
    assert lre([fit("Longley", kept_rows("Longley")).f], ["330.285339234588"]) >= 9


@pytest.mark.parametrize("name", UNIVARIATE)
def test_certified_mean_and_deviation(name: str, references: Path) -> None:
    folder = references / "nist_strd"
    certified = json.loads((folder / "expected.json").read_text())["printed"]["univariate"][name]
    values = np.loadtxt(folder / f"uni_{name}.csv", skiprows=1)
    assert_summary(values, certified["mean"], certified["sd"])


def test_certified_deviation_of_large_values() -> None:
    """NumAcc4: 10,000,000.2 once, then .1 and .3 by turns; mean 10,000,000.2 and deviation .1 exactly."""
    assert_summary(np.array([10000000.2, *[10000000.1, 10000000.3] * 500]), "10000000.2", "0.1")


def assert_summary(values: np.ndarray, mean: str, deviation: str) -> None:
    """The data themselves, rounded to doubles, hold 8 digits of NumAcc4's deviation."""
    moments = Moments.of(values[:, None], ("y",))
    assert lre(moments.mean, [mean]) >= 14
    assert lre(moments.sd, [deviation]) >= 8
