"""False claims: how often is a finding claimed in a market that has been left without it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.simulation import NULLS, Market
from tests.verify import markets

DRAWS = 300
NOMINAL = 0.05
TITLE = "# The simulated market: claims where there is nothing to claim"
MEANING = (
    f"Surveys of {markets.PEOPLE:,} respondents of the market that `pipeline/simulation` describes, with one of its "
    "truths taken away at a time. One row is one claim: how often it says, in any of the variants named, what is not "
    f"so, for any driver, group or outcome. Promised: at most {NOMINAL}, give or take two Monte Carlo errors. Classes "
    "that are not there are counted in `classes.md`, clear headlines in `false_leads.md`."
)
ASKED = (
    "value", "stated_importance", "mediation", "paradox", "rivals", "pricing", "promotion", "classes", "lock_in",
    "journey", "what_if", "comparable",
)  # fmt: skip
"""Keys of study.yaml that ask beyond the model."""
Said = tuple[str, ...]
Job = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Null:
    """A truth, or several, that the market goes without; the keys asked, the analyses run, and the false variants."""

    without: tuple[str, ...]
    keys: tuple[str, ...]
    analyses: tuple[str, ...]
    false: Mapping[str, Said]


PLANS: Mapping[str, Null] = {
    "founder trust goes with nothing": Null(
        without=("founder",), keys=("mediation",), analyses=("mediation",),
        false={"mediation": ("carried", "partly", "against")},
    ),
    "complaints change no other path": Null(
        without=("moderation",), keys=("mediation", "paradox"), analyses=("mediation", "paradox"),
        false={"moderated": ("differs",), "complaint": ("buffers", "worsens", "other")},
    ),
    "brands are alike": Null(
        without=("rival",), keys=("rivals",), analyses=("rivals",),
        false={
            "rivals": ("no_overlap", "unparted", "perceptions", "weights", "both", "unsettled"),
            "better_product": ("lower", "higher"),
        },
    ),
    "no premium": Null(
        without=("premium",), keys=("pricing",), analyses=("pricing",), false={"premium": ("more", "less")},
    ),
    "promotion changes nothing": Null(
        without=("promotion",), keys=("promotion",), analyses=("promotion", "outcomes"),
        false={
            "promotion": ("dependent", "slight", "lower"), "promotion_who": ("differs",),
            "promotion_drivers": ("some",), "outcomes": ("shifts",),
        },
    ),
    "nothing moves over the waves": Null(
        without=("drift",), keys=("journey",), analyses=("journey",),
        false={
            "journey": ("moved",), "image": ("passed", "ahead", "approaching", "retreating"),
            "cohorts": ("differs",), "members": ("changed",),
        },
    ),
    "devices go with nothing": Null(
        without=("dose",), keys=("lock_in",), analyses=("lock_in",),
        false={"lock_in": ("rises", "falls"), "switchers": ("higher", "lower")},
    ),
    "nine dimensions alike": Null(
        without=("importance",), keys=("stated_importance", "what_if"), analyses=("stated", "what_if"),
        false={"stated": ("most", "some"), "what_if": ("clear",)},
    ),
}  # fmt: skip


def jobs(number: int) -> list[Job]:
    return [(name, number) for name in PLANS]


def run(job: Job) -> list[dict[str, object]]:
    """One row a claim."""
    name, number = job
    plan, market = PLANS[name], Market()
    for truth in plan.without:
        market = NULLS[truth](market)
    study = markets.study(DRAWS, tuple(key for key in ASKED if key not in plan.keys))
    said: dict[str, list[bool]] = {claim: [] for claim in plan.false}
    for case in markets.surveys(market, number, seed=50_000, asked=study):
        claims = markets.claims(case, plan.analyses)
        for claim, variants in plan.false.items():
            told = [one.variant in variants for one in claims if one.id == claim]
            assert told, f"no claim '{claim}' where {name}"
            said[claim].append(any(told))
    return [_row(name, claim, plan.false[claim], found) for claim, found in said.items()]


def _row(name: str, claim: str, variants: Said, found: list[bool]) -> dict[str, object]:
    rate = float(np.mean(found))
    error = float(np.sqrt(max(rate, NOMINAL) * (1 - max(rate, NOMINAL)) / len(found)))
    return {
        "market": name,
        "claim": f"`{claim}`",
        "said": ", ".join(variants),
        "false claims": f"{rate:.3f}",
        "± MC error": f"{error:.3f}",
        "nominal": f"{NOMINAL:.2f}",
        "promise": "kept" if rate <= NOMINAL + 2 * error else "BROKEN",
    }
