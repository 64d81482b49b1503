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
LEVELS = {3: 0.01, 2: 0.05}
"""Grade of a tested difference: the p, corrected for the number of comparisons, that it must stay below."""


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
    """One thing that could spoil the findings: 'passed', 'note', 'failed', or 'open' where these data cannot tell."""

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

    @property
    def controls(self) -> list[str]:
        """'variable=' of every control, under which words know its name."""
        return [f"{control['variable']}=" for control in self.study.get("controls", ())]

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

    def known(
        self, analysis: str, metric: str, term: str | None = None, group: str | None = None, contrast: str | None = None
    ) -> Values | None:
        """The row, or None where the study has no such row or the row has no value."""
        at = self.find(analysis, metric, term, group, contrast)
        return None if at is None or self.rows[at]["estimate"] is None else self.rows[at]

    def value(self, analysis: str, metric: str, term: str | None = None, contrast: str | None = None) -> float:
        """The estimate of a row for everyone."""
        return float(self.row(analysis, metric, term, None, contrast)["estimate"])

    def figure(self, analysis: str, metric: str, term: str | None = None, contrast: str | None = None) -> float | None:
        """The same, or None where the study has no such figure."""
        row = self.known(analysis, metric, term, None, contrast)
        return None if row is None else float(row["estimate"])

    def contrasts(self, analysis: str, metric: str) -> list[str]:
        """Every contrast of a metric, in the order of the rows."""
        found = (row for row in self.rows if row["analysis"] == analysis and row["metric"] == metric)
        return list(dict.fromkeys(row["contrast"] for row in found if row["contrast"]))

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

    def explained(self) -> float:
        """What the drivers explain, and their shares divide: R² less that of the controls, which come before them."""
        return self.value("regression", "r2") - (self.figure("regression", "r2_controls") or 0.0)

    def tells_nothing(self) -> bool:
        """Whether the drivers explain too little to speak of shares: R² under its floor, or an overall F that fails."""
        return self.explained() < FLOOR_R2 or (self.overall_p() or 0.0) >= 0.05

    def overall_p(self) -> float | None:
        """p of the overall F; None where drivers that repeat each other leave none."""
        row = self.known("regression", "f")
        return None if row is None or row["p_value"] is None else float(row["p_value"])

    def size_guard(self) -> Guard:
        """Enough effective respondents, and enough sampling units for any of the errors to be trusted."""
        n_eff, units = float(self.sample["n_eff"]), int(self.sample["units"])
        if units < FEWEST_UNITS:
            return Guard(rule="sampling units of at least", required=FEWEST_UNITS, found=units, passed=False)
        return Guard(rule="n_eff of at least", required=SMALLEST_N_EFF, found=n_eff, passed=n_eff >= SMALLEST_N_EFF)

    def ranks(self) -> bool:
        """Whether the study carries a graded claim on its drivers at all."""
        return not self.tells_nothing() and self.size_guard().passed

    def compares(self) -> bool:
        """Whether there are several drivers, and they are ranked."""
        return len(self.drivers) > 1 and self.ranks()

    def reliability(self, name: str) -> Values:
        """The alpha row of a construct; empty for a driver that is none."""
        at = self.find("reliability", "alpha", name)
        return {"estimate": None, "reason": None} if at is None else self.rows[at]

    def caveats(self, driver: str) -> list[str]:
        """Reasons why a driver's own figure is in doubt: 'low_reliability', 'collinear', 'sign'."""
        found = []
        alpha = self.reliability(driver)["estimate"]
        if alpha is not None and alpha < LOW_RELIABILITY:
            found.append("low_reliability")
        if (self.figure("overlap", "vif", driver) or 0.0) > HIGH_VIF:
            found.append("collinear")
        r = self.correlation(driver, self.outcome)
        if r is not None and (self.figure("regression", "b", driver) or 0.0) * r < 0:
            found.append("sign")
        return found

    def correlation(self, a: str, b: str) -> float | None:
        """r of two constructs of the model; None where one is no single column."""
        one = self.figure("description", "r", a, f"with:{b}")
        return self.figure("description", "r", b, f"with:{a}") if one is None else one

    def size(self, variable: str, level: str) -> Values:
        """n, n_eff and reason of a level of a variable, as its rows tell; 0 where they are suppressed."""
        found = (
            self.find(analysis, metric, name, f"{variable}={level}")
            for name in self.drivers
            for analysis, metric in (("regression", "b"), ("importance", "lmg_share"))
        )
        at = next((at for at in found if at is not None), None)
        row = {"n": None, "n_eff": None, "reason": None} if at is None else self.rows[at]
        return {"n": row["n"] or 0, "n_eff": row["n_eff"] or 0.0, "reason": row["reason"]}

    def large(self, variable: str, level: str) -> bool:
        """Whether a level has the respondents that a claim about it needs."""
        size = self.size(variable, level)
        return bool(size["n"] >= self.study["bases"]["claim_base"] and size["n_eff"] >= SMALLEST_N_EFF)

    def split(self, contrast: str) -> tuple[str, str, str] | None:
        """Variable and both levels of 'variable=a-b'; None where it is no contrast of this study's levels."""
        variable, _, rest = contrast.partition("=")
        for segment in self.study["segments"]:
            names = [level["value"] for level in segment["levels"]] if segment["variable"] == variable else []
            for a in names:
                for b in names:
                    if f"{a}-{b}" == rest:
                        return variable, a, b
        return None


def all_claims(ledger: Ledger) -> list[Claim]:
    """Every claim of a study, in the order of the report; a rule whose rows the study does not have says nothing."""
    from pipeline.report.claims import (
        answers,
        caveats,
        change,
        doubts,
        further,
        lead,
        methods,
        priorities,
        robustness,
        screening,
        segments,
        shape,
    )

    rules: Iterable[Any] = (
        lead.lead, lead.fit, lead.unique,
        methods.panel, methods.outcome_model, methods.prediction, methods.equal, methods.groups,
        priorities.priority, priorities.quadrants, segments.segments, change.change, change.gap,
        answers.answers, answers.flow, screening.screening, answers.nonresponse,
        robustness.specification, robustness.corrected, robustness.imputed, robustness.halo, doubts.tipping,
        doubts.confounding,
        shape.linearity, shape.asymmetry, *further.RULES,
        caveats.caveats, caveats.sample_type, caveats.limits,
    )  # fmt: skip
    return [claim for rule in rules for claim in rule(ledger)]
