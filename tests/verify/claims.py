"""How often something false is said of shares: equal though they are not, or different though groups are alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.model import Setting
from pipeline.model.compare import group_rows, panels
from pipeline.model.drivers import Importance, decompose
from pipeline.model.equivalence import equivalence_p
from pipeline.model.resample import Panel, resample
from pipeline.sample import Groups, Sample
from pipeline.weight import Design, base
from tests.verify.designs import Plan, asked

Array = np.ndarray

NOMINAL = 0.05
DRAWS = 1000
SEED = 20260101
SETTING = Setting(outcome="y", level=0.95, minimum_base=10, low_base=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A plan, and the rule that must rarely be met. second: part of the people in the other of two like groups."""

    plan: Plan
    rule: str
    second: float = 0.5


def _plans(*plans: tuple[int, float, float, int]) -> list[Plan]:
    return [Plan(n=n, overlap=overlap, deff=deff, ratings=ratings) for n, overlap, deff, ratings in plans]


MARGINS = _plans(
    (400, 0.3, 1.0, 1), (1000, 0.3, 1.0, 1), (4000, 0.3, 1.0, 1), (4000, 0.5, 1.0, 1), (4000, 0.3, 1.9, 1),
    (1000, 0.3, 1.0, 4),
)  # fmt: skip
GROUPS = _plans(
    (300, 0.3, 1.0, 1), (800, 0.3, 1.0, 1), (300, 0.5, 1.0, 1), (800, 0.5, 1.0, 1), (800, 0.3, 1.9, 1),
    (400, 0.3, 1.0, 4),
)  # fmt: skip

Job = tuple[str, Case, int]


def jobs(number: int) -> list[Job]:
    """Two drivers at the margin, then two groups alike, of one size and of one and four."""
    cases = [Case(plan=plan, rule="equal at the margin") for plan in MARGINS]
    cases += [Case(plan=plan, rule="shares differ") for plan in GROUPS]
    cases += [Case(plan=plan, rule="shares differ", second=0.2) for plan in GROUPS[1:3]]
    return [(case.rule, case, number) for case in cases]


def run(job: Job) -> list[dict[str, object]]:
    """One row: the rate of surveys in which the false claim is made."""
    _, case, number = job
    plan = case.plan
    met = 0
    for survey in range(number):
        random = np.random.default_rng([31, plan.n, round(100 * plan.overlap), round(10 * plan.deff), survey])
        met += RULES[case.rule](case, *asked(plan, random))
    rate = met / number
    error = float(np.sqrt(max(rate * (1 - rate), NOMINAL * (1 - NOMINAL)) / number))
    return [
        {
            "false claim": case.rule,
            "r": plan.overlap,
            "n": f"{plan.n}" if case.rule in WHOLE else f"{_second(case)} + {plan.n - _second(case)}",
            "deff": plan.deff,
            "ratings a person": plan.ratings,
            "rate": f"{rate:.4f}",
            "± MC error": f"{error:.4f}",
            "nominal": f"{NOMINAL:.2f}",
            "promise": "kept" if rate <= NOMINAL + 2 * error else "BROKEN",
        }
    ]


def _second(case: Case) -> int:
    return round(case.second * case.plan.n)


def called_equal(case: Case, answers: Array, design: Design) -> bool:
    """Whether the first two drivers pass the equivalence test, the margin being their true difference."""
    names = (*(f"x{at}" for at in range(answers.shape[1] - 1)), "y")
    panel = Panel(names=names, columns=answers, rows=np.arange(len(answers)))
    found = decompose(resample(design, {"all": panel}, seed=SEED, draws=DRAWS)["all"], ("lmg",))
    assert isinstance(found, Importance)
    draws = found.share()[1]
    shares = case.plan.population.shares
    return equivalence_p(draws[:, 0] - draws[:, 1], float(shares[0] - shares[1])) < NOMINAL


def called_different(case: Case, answers: Array, design: Design) -> bool:
    """Whether any share differs between two groups drawn from one population, after Holm."""
    people = (design.unit < _second(case)).astype(int)
    sample = Sample(
        names=(*(f"x{at}" for at in range(answers.shape[1] - 1)), "y"),
        scores=answers,
        items={},
        respondent=design.unit,
        design=design,
        groups={"g": Groups(levels=("a", "b"), of_row=people, reference="a")},
        everyone=base(design.weight, design.unit),
        flow=(),
        stacked=case.plan.ratings > 1,
    )
    found = group_rows(resample(design, panels(sample, SETTING), seed=SEED, draws=DRAWS), sample, SETTING)
    tested = [row["p_adjusted"] for row in found if row["metric"] == "lmg_share" and row["contrast"]]
    return min(tested) < NOMINAL


RULES: Mapping[str, Callable[[Case, Array, Design], bool]] = {
    "equal at the margin": called_equal,
    "shares differ": called_different,
}
WHOLE = ("equal at the margin",)
