"""What simulated studies find: figures held against their true value, and claims made where the truth has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.verify.coverage import PROMISED

NOMINAL = 0.05
Rows = list[dict[str, object]]


class Tally:
    """Estimates, intervals and false claims of the simulated studies of one design."""

    def __init__(self) -> None:
        self.points: dict[str, list[float]] = {}
        self.held: dict[str, list[bool]] = {}
        self.claims: dict[str, list[bool]] = {}

    def figure(self, name: str, row: Mapping[str, Any], true: float) -> None:
        """One estimate; a study without an interval for it counts as not holding the truth."""
        self.points.setdefault(name, []).append(np.nan if row["estimate"] is None else float(row["estimate"]))
        inside = row["conf_low"] is not None and row["conf_low"] <= true <= row["conf_high"]
        self.held.setdefault(name, []).append(bool(inside))

    def claim(self, name: str, made: bool) -> None:
        """Whether a claim was made where there is nothing to claim."""
        self.claims.setdefault(name, []).append(bool(made))

    def rows(self, design: str, true: Mapping[str, float]) -> Rows:
        """A row a figure (coverage), then a row a false claim (rate)."""
        found = [self._covered(design, name, true[name]) for name in self.points]
        return found + [_rate(design, name, made) for name, made in self.claims.items()]

    def _covered(self, design: str, name: str, true: float) -> dict[str, object]:
        points, held = np.array(self.points[name]), np.array(self.held[name])
        covered = float(held.mean())
        error = float(np.sqrt(PROMISED[0] * (1 - PROMISED[0]) / len(held)))
        bias = np.nanmean(points) - true
        kept = "BROKEN" if covered < PROMISED[0] - 2 * error else "kept"
        return {
            "design": design,
            "figure": name,
            "true value": f"{true:.3f}",
            "bias": f"{bias:+.3f}",
            "± MC error of bias": f"{np.nanstd(points) / np.sqrt(len(points)):.3f}",
            "coverage, or rate of false claims": f"{covered:.3f}",
            "± MC error": f"{error:.3f}",
            "promise": "too wide" if covered > PROMISED[1] + 2 * error else kept,
        }


def _rate(design: str, name: str, made: list[bool]) -> dict[str, object]:
    rate, error = float(np.mean(made)), float(np.sqrt(NOMINAL * (1 - NOMINAL) / len(made)))
    return {
        "design": design,
        "figure": f"false claim: {name}",
        "true value": "",
        "bias": "",
        "± MC error of bias": "",
        "coverage, or rate of false claims": f"{rate:.3f}",
        "± MC error": f"{error:.3f}",
        "promise": "BROKEN" if rate > NOMINAL + 2 * error else "kept",
    }


def clustered(n: int, columns: int, random: np.random.Generator, together: int, alike: float = 0.3) -> np.ndarray:
    """(n, columns) standard normal numbers; people in clusters of several are alike by a part of their variance."""
    own = random.normal(size=(n, columns))
    if together == 1:
        return own
    shared = np.repeat(random.normal(size=(-(-n // together), columns)), together, axis=0)[:n]
    return np.asarray(np.sqrt(alike) * shared + np.sqrt(1 - alike) * own)
