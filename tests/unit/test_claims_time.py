"""Claims on waves and on what if: which variant the figures allow, its grade, and the guard that stopped it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipeline.estimates import row
from pipeline.report.claims import Claim
from pipeline.report.claims.journey import cohorts, image, journey, members
from pipeline.report.claims.what_if import what_if

Maker = Callable[..., Any]
WAVES = [{"variable": "wave", "levels": [{"value": "2023"}, {"value": "2026"}]}]
STUDY: Mapping[str, Any] = {
    "segments": WAVES,
    "asked": {
        "journey": {"image_from": "saver", "image_to": "companion", "cohorts": ["age"], "context": []},
        "what_if": {"outcomes": [], "step": 0.5},
    },
}
LAST = "wave=2026-2023"
BASE = {"n": 400, "n_eff": 350.0, "deff": 1.1}
Row = dict[str, Any]


def limits(estimate: float, reach: float) -> Row:
    return {"estimate": estimate, "conf_low": estimate - reach, "conf_high": estimate + reach}


def shares(
    changes: Mapping[str, tuple[float, float]], *, r2: float = 0.4, n: int = 400, reach: float = 0.03
) -> list[Row]:
    """Rows of two waves; changes: driver -> change and its Holm p."""
    base = BASE | {"n": n}
    rows = [row("journey", "r2", group=f"wave={wave}", estimate=r2, **base) for wave in ("2023", "2026")]
    for name, (change, p) in changes.items():
        rows += [
            row(
                "journey",
                "share_change",
                term=name,
                contrast=LAST,
                p_value=p,
                p_adjusted=p,
                **limits(change, reach),
                **base,
            ),
            row("journey", "lmg_share", term=name, group="wave=2023", estimate=0.3, **base),
            row("journey", "lmg_share", term=name, group="wave=2026", estimate=0.3 + change, **base),
        ]
    return rows


STILL = {"a": (0.01, 0.6), "b": (-0.01, 0.7), "c": (0.0, 1.0), "d": (0.0, 1.0)}


@pytest.mark.parametrize(
    ("rows", "variant", "level"),
    [
        (shares(STILL | {"a": (0.2, 0.004), "b": (-0.1, 0.03)}), "moved", 3),
        (shares(STILL | {"a": (0.2, 0.03)}), "moved", 2),
        (shares(STILL, reach=0.02), "same", 2),
        (shares(STILL, reach=0.06), "undecided", None),
        (shares(STILL | {"a": (0.2, 0.004)}, r2=0.04), "faint", None),
        (shares(STILL | {"a": (0.2, 0.004)}, n=150), "small", None),
    ],
)
def test_what_is_said_of_the_shares(make_ledger: Maker, rows: list[Row], variant: str, level: int | None) -> None:
    (claim,) = journey(make_ledger(rows=rows, study=STUDY))
    assert (claim.variant, claim.level) == (variant, level)
    failed = [guard.rule for guard in claim.guards if not guard.passed]
    assert bool(failed) == (variant != "moved" or "every interval within" in failed)


def test_what_rose_is_told_before_what_fell(make_ledger: Maker) -> None:
    (claim,) = journey(make_ledger(rows=shares(STILL | {"a": (0.1, 0.03), "b": (-0.2, 0.001)}), study=STUDY))
    assert (claim.values["driver"], claim.values["other"]) == ("a", "b")
    assert (claim.values["change"], claim.values["other_change"]) == (0.1, -0.2)


def test_a_declared_smallest_change_takes_the_place_of_five_points(make_ledger: Maker) -> None:
    (claim,) = journey(make_ledger(rows=shares(STILL, reach=0.06), study=dict(STUDY) | {"sesoi": 0.1}))
    assert claim.variant == "same"


def leads(first: float, last: float, p: float, *, n: int = 400) -> list[Row]:
    base = BASE | {"n": n}
    return [
        row("journey", "image_lead", group="wave=2023", **limits(first, 0.2), **base),
        row("journey", "image_lead", group="wave=2026", **limits(last, 0.2), **base),
        row(
            "journey", "image_lead_change", contrast=LAST, p_value=p, p_adjusted=p, **limits(last - first, 0.3), **base
        ),
    ]


@pytest.mark.parametrize(
    ("rows", "variant", "level"),
    [
        (leads(-1.0, 0.5, 0.001), "passed", 3),
        (leads(-0.1, 0.5, 0.02), "ahead", 2),
        (leads(-1.0, 0.1, 0.001), "approaching", 3),
        (leads(0.5, -0.5, 0.001), "retreating", 3),
        (leads(-1.0, 0.5, 0.06), "same", None),
        (leads(-1.0, 0.5, 0.001, n=199), "small", None),
    ],
)
def test_what_is_said_of_the_image(make_ledger: Maker, rows: list[Row], variant: str, level: int | None) -> None:
    (claim,) = image(make_ledger(rows=rows, study=STUDY))
    assert (claim.variant, claim.level) == (variant, level)


def gap(p: float, n: int = 300) -> list[Row]:
    base = BASE | {"n": n}
    moves = [
        row("journey", "image_lead_change", group=f"age={name}", contrast=LAST, **limits(value, 0.2), **base)
        for name, value in (("18-29", 1.8), ("30", 1.4))
    ]
    found = row(
        "journey", "image_lead_gap", contrast="age=30-18-29", p_value=p, p_adjusted=p, **limits(-0.4, 0.2), **base
    )
    return [*moves, found]


@pytest.mark.parametrize(
    ("rows", "variant", "level"),
    [(gap(0.002), "differs", 3), (gap(0.2), "same", None), (gap(0.002, 150), "small", None)],
)
def test_what_is_said_of_cohorts(make_ledger: Maker, rows: list[Row], variant: str, level: int | None) -> None:
    (claim,) = cohorts(make_ledger(rows=rows, study=STUDY))
    assert (claim.variant, claim.level) == (variant, level)
    assert (claim.values["a"], claim.values["b"]) == ("30", "18-29")


def panel(p: float, left: float = 0.5, n: int = 300) -> list[Row]:
    base = BASE | {"n": n}
    return [
        row("journey", "panel_members", estimate=float(n), **base),
        row("journey", "within_change", term="y", p_value=p, p_adjusted=p, **limits(0.2, 0.1), **base),
        row(
            "journey",
            "mean_difference",
            term="y",
            contrast="stayed-left",
            p_value=left,
            p_adjusted=left,
            **limits(0.3, 0.1),
        ),
    ]


@pytest.mark.parametrize(
    ("rows", "variant", "level", "selective"),
    [
        (panel(0.001), "changed", 3, False),
        (panel(0.001, left=0.01), "changed", 2, True),
        (panel(0.03, left=0.01), "changed", 1, True),
        (panel(0.2), "same", None, False),
        (panel(0.001, n=120), "small", None, False),
    ],
)
def test_what_is_said_of_the_same_people(
    make_ledger: Maker, rows: list[Row], variant: str, level: int | None, selective: bool
) -> None:
    (claim,) = members(make_ledger(rows=rows, study=STUDY))
    assert (claim.variant, claim.level, claim.values["selective"]) == (variant, level, selective)


def moves(
    sizes: Mapping[str, float], prob: float, *, p: float = 0.001, r2: float = 0.4, n_eff: float = 300.0
) -> list[Row]:
    base = {"n": 400, "n_eff": n_eff, "deff": 1.3}
    rows = [row("what_if", "r2", contrast="outcome:y", estimate=r2, **base)]
    first = max(sizes, key=lambda name: sizes[name])
    for name, size in sizes.items():
        own = {"contrast": "outcome:y", "p_value": p, "p_adjusted": p} | base
        rows.append(row("what_if", "predicted_change", term=name, **limits(size, 0.1), **own))
        if name != first:
            above = f"outcome:y;above:{name}"
            rows.append(row("what_if", "prob_larger_move", term=first, contrast=above, estimate=prob, **base))
    return rows


SIZES = {"a": 0.3, "b": 0.2, "c": 0.1, "d": 0.05}


@pytest.mark.parametrize(
    ("rows", "variant", "level"),
    [
        (moves(SIZES, 0.99), "clear", 2),
        (moves(SIZES, 0.9), "close", 1),
        (moves(SIZES, 0.99, r2=0.05), "none", None),
        (moves(SIZES, 0.99, p=0.2), "none", None),
        (moves({name: -size for name, size in SIZES.items()}, 0.99), "none", None),
        (moves(SIZES, 0.99, n_eff=40.0), "small", None),
    ],
)
def test_what_is_said_of_single_moves(make_ledger: Maker, rows: list[Row], variant: str, level: int | None) -> None:
    (claim,) = what_if(make_ledger(rows=rows, study=STUDY))
    assert (claim.variant, claim.level) == (variant, level)
    assert claim.values["others"] == (["b", "c", "d"] if variant == "close" else [])


def test_studies_that_do_not_ask_have_no_claims(make_ledger: Maker) -> None:
    ledger = make_ledger()
    found: list[Claim] = [claim for rule in (journey, image, cohorts, members, what_if) for claim in rule(ledger)]
    assert found == []
