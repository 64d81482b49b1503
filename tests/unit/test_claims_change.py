"""Why shares and means differ between two groups: which part is named, and when nothing is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipeline.estimates import row
from pipeline.report.claims import Claim, Ledger
from pipeline.report.claims.change import change, gap

Maker = Callable[..., Ledger]
WAVE = {
    "variable": "wave",
    "label": {},
    "reference": "2025-Q1",
    "levels": [{"value": "2025-Q1", "label": {}}, {"value": "2026", "label": {}}],
}
CONTRAST = "wave=2026-2025-Q1"
PARTS = ("effect", "spread", "overlap", "reliability")


def the(claims: list[Claim]) -> Claim:
    assert len(claims) == 1
    return claims[0]


def waves(
    p: Mapping[str, float],
    parts: Mapping[str, float | None] | None = None,
    *,
    size: int = 300,
    r2: float = 0.3,
    rest: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Facts of a study with two waves: p of the change of each driver's share, and the parts of all of them."""
    rows = [
        row("regression", "b", term="a", group=f"wave={level}", estimate=0.3, n=size, n_eff=float(size))
        for level in ("2025-Q1", "2026")
    ]
    rows += [row("regression", "r2", group=f"wave={level}", estimate=r2) for level in ("2025-Q1", "2026")]
    each = {"effect": 0.01, "spread": 0.0, "overlap": 0.04, "reliability": 0.0} | dict(parts or {})
    total = sum(part for part in each.values() if part is not None)
    for name, value in p.items():
        figures = {"estimate": total, "conf_low": total - 0.02, "conf_high": total + 0.02, "p_adjusted": value}
        figures |= {"p_value": min(1.0, value / 2 if name == "b" else value)}
        rows.append(row("change", "share_change", term=name, contrast=CONTRAST, **figures))
        for part, size_of in each.items():
            limits = {} if size_of is None else {"conf_low": size_of - 0.01, "conf_high": size_of + 0.01}
            state = {"state": "not_defined", "reason": "one_item"} if size_of is None else {"estimate": size_of}
            rows.append(row("change", f"change_{part}", term=name, contrast=CONTRAST, **state, **limits))
    return {"rows": rows + (rest or []), "study": {"segments": [WAVE]}}


@pytest.mark.parametrize(
    ("parts", "variant"),
    [
        ({}, "overlap"),
        ({"effect": 0.05}, "effect"),
        ({"spread": 0.05}, "spread"),
        ({"reliability": 0.05}, "reliability"),
        ({"effect": 0.03, "overlap": -0.08}, "overlap"),
        ({"effect": -0.06, "overlap": 0.02, "spread": -0.05}, "effect"),
        ({"reliability": None, "effect": 0.05}, "effect"),
    ],
)
def test_the_largest_part_in_the_direction_of_the_change_is_named(
    make_ledger: Maker, parts: Mapping[str, float | None], variant: str
) -> None:
    claim = the(change(make_ledger(**waves({"a": 0.02}, parts))))
    assert (claim.variant, claim.level) == (variant, 2)
    assert claim.values["part"] == claim.values[variant]
    assert (claim.values["variable"], claim.values["a"], claim.values["b"]) == ("wave", "2026", "2025-Q1")


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (
            {"a": 0.0099, "b": 0.01, "c": 0.049, "d": 0.05},
            [("a", "overlap", 3), ("b", "overlap", 2), ("c", "overlap", 2)],
        ),
        ({"a": 0.05, "b": 0.8}, [("a", "none", None)]),
        ({"a": 0.8, "b": 0.06}, [("b", "none", None)]),
        ({"a": 1.0, "b": 1.0, "c": 1.0}, [("b", "none", None)]),
    ],
)
def test_every_sure_change_is_told_and_else_the_nearest(
    make_ledger: Maker, p: Mapping[str, float], expected: list[tuple[str, str, int | None]]
) -> None:
    claims = change(make_ledger(**waves(p)))
    assert [(claim.values["driver"], claim.variant, claim.level) for claim in claims] == expected
    assert {claim.values["comparisons"] for claim in claims} == {len(p)}


@pytest.mark.parametrize(
    "facts",
    [
        waves({"a": 0.001}) | {"r2": 0.05},
        waves({"a": 0.001}) | {"n_eff": 40.0},
        waves({}),
        waves({"a": 0.001}) | {"study": {"segments": []}},
        {},
    ],
)
def test_nothing_is_said_of_changes_that_cannot_be_told(make_ledger: Maker, facts: dict[str, Any]) -> None:
    assert change(make_ledger(**facts)) == []


@pytest.mark.parametrize(
    ("facts", "variant", "n"),
    [({"size": 199}, "small", 199), ({"size": 0}, "small", None), ({"r2": 0.099}, "faint", None)],
)
def test_why_a_change_is_not_told(make_ledger: Maker, facts: dict[str, Any], variant: str, n: int | None) -> None:
    claim = the(change(make_ledger(**waves({"a": 0.001}, **facts))))
    assert (claim.variant, claim.level, claim.values.get("smallest_n")) == (variant, None, n)
    assert (claim.values["smallest"], claim.guards[0].passed) == ("2026", False)


def means(
    p: float | None, level: tuple[float, float] = (0.1, 0.5), weight: tuple[float, float] = (-0.2, 0.2)
) -> list[dict[str, Any]]:
    parts = {"level": level, "weight": weight}
    total = sum(sum(ends) / 2 for ends in parts.values())
    figures = {"contrast": CONTRAST, "estimate": total, "conf_low": total - 0.1, "conf_high": total + 0.1}
    return [row("change", "mean_change", **figures, p_value=p)] + [
        row("change", f"change_{part}", contrast=CONTRAST, estimate=sum(ends) / 2, conf_low=ends[0], conf_high=ends[1])
        for part, ends in parts.items()
    ]


@pytest.mark.parametrize(
    ("rest", "variant", "level", "settled"),
    [
        (means(0.02), "level", 2, True),
        (means(0.0099), "level", 3, True),
        (means(0.02, (-0.1, 0.1), (-0.5, -0.1)), "weight", 2, True),
        (means(0.02, (0.1, 0.5), (0.1, 0.2)), "both", 2, True),
        (means(0.02, (-0.1, 0.5), (-0.1, 0.5)), "both", 2, False),
        (means(0.05), "none", None, True),
    ],
)
def test_why_the_means_differ(
    make_ledger: Maker, rest: list[dict[str, Any]], variant: str, level: int | None, settled: bool
) -> None:
    claim = the(gap(make_ledger(**waves({}, rest=rest))))
    assert (claim.variant, claim.level, claim.values["settled"]) == (variant, level, settled)
    assert claim.values["total"] == pytest.approx(claim.values["level"] + claim.values["weight"])


def test_several_contrasts_of_means_are_corrected_for_their_number(make_ledger: Maker) -> None:
    third = {**WAVE, "levels": [*WAVE["levels"], {"value": "2027", "label": {}}]}  # type: ignore[misc]
    other = [one | {"contrast": "wave=2027-2025-Q1"} for one in means(0.5)]
    size = row("regression", "b", term="a", group="wave=2027", estimate=0.3, n=300, n_eff=300.0)
    facts = waves({}, rest=[*means(0.02), *other, size]) | {"study": {"segments": [third]}}
    found = gap(make_ledger(**facts))
    assert [(claim.values["p_adjusted"], claim.level) for claim in found] == [(0.04, 2), (1.0, None)]


def test_means_of_small_groups_or_without_parts_are_not_explained(make_ledger: Maker) -> None:
    assert the(gap(make_ledger(**waves({}, size=199, rest=means(0.02))))).variant == "small"
    assert gap(make_ledger(**waves({"a": 0.001}, size=199, rest=means(0.02)))) == []
    assert gap(make_ledger(**waves({}, rest=means(0.02)[:2]))) == []
    assert gap(make_ledger(**waves({}, rest=means(None)))) == []
