"""What may be said, how firmly, and why: rules, never wording.

A rule looks at estimate rows and returns claims. The rule chooses the variant of a claim; each guard keeps what was
required and what was found, so that a weaker sentence can always be explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]

CLEAR = 0.975
"""P above which an order may be stated. Choosing the winner after looking doubles the error that .95 would promise."""
NEAR = 0.90
MODERATE = 0.80
FLOOR_R2 = 0.10
SMALLEST_N_EFF = 50
FEWEST_UNITS = 30
"""Sampling units (respondents, or clusters) below which neither a bootstrap nor a design-based error can be trusted."""
LOW_RELIABILITY = 0.60
HIGH_VIF = 10.0
HIGH_CONDITION = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One requirement of a claim, in words, with what was asked and what was found."""

    rule: str
    required: float | str
    found: float | str | None
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence to be: id and variant name it, values fill it, evidence are positions of estimate rows.

    level: 3 strong, 2 moderate, 1 tentative, None for a plain statement that carries no grade.
    """

    id: str
    variant: str
    values: Values
    level: int | None = None
    evidence: tuple[int, ...] = ()
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that could spoil the findings: verdict is 'passed', 'note' or 'failed'."""

    id: str
    verdict: str
    values: Values = field(default_factory=dict)


class Ledger:
    """Estimate rows by their key, and the study they belong to (the `study` and `sample` parts of results.json)."""

    def __init__(self, rows: Sequence[Values], study: Values, sample: Values, screening: Sequence[Values]) -> None:
        self.rows, self.study, self.sample, self.screening = rows, study, sample, screening
        key = ("analysis", "metric", "term", "group", "contrast")
        self._at = {tuple(row[name] for name in key): at for at, row in enumerate(rows)}

    @property
    def drivers(self) -> list[str]:
        return list(self.study["drivers"])

    @property
    def outcome(self) -> str:
        return str(self.study["outcome"])

    def find(
        self, analysis: str, metric: str, term: str | None = None, group: str | None = None, contrast: str | None = None
    ) -> int | None:
        """Position of a row, or None."""
        return self._at.get((analysis, metric, term, group, contrast))

    def row(
        self, analysis: str, metric: str, term: str | None = None, group: str | None = None, contrast: str | None = None
    ) -> Values:
        """The row itself; every row asked for this way exists for every study."""
        return self.rows[self._at[analysis, metric, term, group, contrast]]

    def value(self, analysis: str, metric: str, term: str | None = None, contrast: str | None = None) -> float:
        """The estimate of a row for everyone."""
        return float(self.row(analysis, metric, term, None, contrast)["estimate"])

    def at(self, *keys: tuple[Any, ...]) -> tuple[int, ...]:
        """Positions of rows that exist, for the evidence of a claim."""
        return tuple(found for key in keys if (found := self.find(*key)) is not None)

    def ranked(self) -> list[str]:
        """Drivers by lmg_share, largest first; equal shares in the order of the study."""
        return sorted(self.drivers, key=lambda name: -self.value("importance", "lmg_share", name))

    def above(self, first: str, second: str) -> float:
        """P(first > second)."""
        return self.value("importance", "prob_above", first, f"above:{second}")

    def leaders(self) -> list[str]:
        """The first driver and every one that it does not beat in at least CLEAR of the resamples, by share."""
        first, *others = self.ranked()
        return [first, *(name for name in others if self.above(first, name) < CLEAR)]

    def tells_nothing(self) -> bool:
        """Whether the drivers explain too little to speak of shares: R² under its floor, or an overall F that fails."""
        return self.value("regression", "r2") < FLOOR_R2 or float(self.row("regression", "f")["p_value"]) >= 0.05

    def size_guard(self) -> Guard:
        """Enough effective respondents, and enough sampling units for any of the errors to be trusted."""
        n_eff, units = float(self.sample["n_eff"]), int(self.sample["units"])
        if units < FEWEST_UNITS:
            return Guard(rule="sampling units of at least", required=FEWEST_UNITS, found=units, passed=False)
        return Guard(rule="n_eff of at least", required=SMALLEST_N_EFF, found=n_eff, passed=n_eff >= SMALLEST_N_EFF)

    def caveats(self, driver: str) -> list[str]:
        """Reasons why a driver's own figure is in doubt: 'low_reliability', 'collinear', 'sign'."""
        found = []
        alpha = self.row("reliability", "alpha", driver)["estimate"]
        if alpha is not None and alpha < LOW_RELIABILITY:
            found.append("low_reliability")
        if self.value("overlap", "vif", driver) > HIGH_VIF:
            found.append("collinear")
        if self.value("regression", "b", driver) * self.correlation(driver, self.outcome) < 0:
            found.append("sign")
        return found

    def correlation(self, a: str, b: str) -> float:
        """r of two constructs of the model."""
        known = self.find("description", "r", a, None, f"with:{b}") is not None
        term, other = (a, b) if known else (b, a)
        return self.value("description", "r", term, f"with:{other}")


def all_claims(ledger: Ledger) -> list[Claim]:
    """Every claim of a study, in the order of the report."""
    from pipeline.report.claims import answers, caveats, lead, priorities, segments

    rules: Iterable[Any] = (
        lead.lead,
        lead.fit,
        lead.agreement,
        lead.unique,
        priorities.priority,
        priorities.quadrants,
        segments.segments,
        answers.answers,
        answers.flow,
        answers.nonresponse,
        caveats.caveats,
        caveats.sample_type,
        caveats.limits,
    )
    return [claim for rule in rules for claim in rule(ledger)]
