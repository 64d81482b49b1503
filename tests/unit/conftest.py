"""Makers of what estimators stand on: designs and samples, without a file behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from pipeline.estimates import row
from pipeline.model import Setting
from pipeline.sample import Groups, Sample
from pipeline.weight import Design, base


def a_design(
    rows: int, weight: Any = None, unit: Any = None, stratum: Sequence[int] | None = None, kind: str | None = None
) -> Design:
    """Design of `rows` rows; `unit` says which rows are drawn together, `stratum` has one entry a unit."""
    unit = np.arange(rows) if unit is None else np.asarray(unit)
    keys = np.arange(1, unit.max() + 2).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    strata = None if stratum is None else np.asarray(stratum)
    names = None if strata is None else np.arange(strata.max() + 1).astype(np.uint64)
    clustered = len(keys) < rows
    found = (
        "stratified" if strata is not None else "clustered" if clustered else "simple" if weight is None else "weighted"
    )
    weight = np.ones(rows) if weight is None else np.asarray(weight, float)
    return Design(weight=weight, unit=unit, keys=keys, stratum=strata, stratum_keys=names, kind=kind or found)  # type: ignore[arg-type]


def a_sample(
    scores: np.ndarray,
    *,
    design: Design | None = None,
    items: Mapping[str, np.ndarray] | None = None,
    groups: Mapping[str, Sequence[str | None]] | None = None,
    respondent: np.ndarray | None = None,
) -> Sample:
    """Sample whose columns are drivers a, b, c … and then the outcome y."""
    rows = len(scores)
    names = (*"abcdefghij"[: scores.shape[1] - 1], "y")
    design = design or a_design(rows)
    respondent = np.arange(rows) if respondent is None else respondent
    found = {name: _groups(values) for name, values in (groups or {}).items()}
    return Sample(
        names=names,
        scores=scores,
        items={name: scores[:, [at]] for at, name in enumerate(names)} | dict(items or {}),
        respondent=respondent,
        design=design,
        groups=found,
        everyone=base(design.weight, respondent),
        flow=(),
        stacked=len(np.unique(respondent)) < rows,
    )


def _groups(values: Sequence[str | None]) -> Groups:
    levels = tuple(dict.fromkeys(value for value in values if value is not None))
    of_row = np.array([-1 if value is None else levels.index(value) for value in values])
    return Groups(levels=levels, of_row=of_row, reference=levels[0])


@pytest.fixture
def make_design() -> Callable[..., Design]:
    return a_design


@pytest.fixture
def make_sample() -> Callable[..., Sample]:
    return a_sample


@pytest.fixture
def scores() -> np.ndarray:
    """(240, 4) three drivers that share a factor, and an outcome of the first two."""
    random = np.random.default_rng(21)
    drivers = random.normal(size=(240, 3)) + random.normal(size=(240, 1))
    return np.column_stack([drivers, drivers @ [0.6, 0.3, 0.0] + random.normal(size=240)])


@pytest.fixture
def setting() -> Setting:
    return Setting(outcome="y", level=0.95, minimum_base=10, low_base=30)


@pytest.fixture
def make_ledger() -> Callable[..., Any]:
    """Maker of a ledger by hand: drivers a (.4), b (.3), c (.2), d (.1), sound unless told otherwise."""
    return a_ledger


def a_ledger(
    *,
    shares: Mapping[str, float] | None = None,
    weights: Mapping[str, float] | None = None,
    above: Mapping[tuple[str, str], float] | None = None,
    r2: float = 0.4,
    f_p: float = 1e-6,
    n: int = 400,
    n_eff: float | None = None,
    units: int | None = None,
    moved: float = 0.01,
    flips: int = 0,
    alpha: Mapping[str, float | None] | None = None,
    one_item: Sequence[str] = (),
    vif: Mapping[str, float] | None = None,
    b: Mapping[str, float] | None = None,
    p_adjusted: Mapping[str, float] | None = None,
    performance: Mapping[str, tuple[float, float, float]] | None = None,
    important: Mapping[str, float] | None = None,
    metrics: Mapping[str, Mapping[str, float]] | None = None,
    behind: Mapping[tuple[str, str], float] | None = None,
    specified: float = 0.95,
    chance: float = 0.005,
    tipped: int | None = None,
    without: Sequence[str] = (),
    rows: Sequence[dict[str, Any]] = (),
    study: Mapping[str, Any] | None = None,
    screening: Sequence[Mapping[str, Any]] | None = None,
) -> Any:
    """P(one above other) is 0 or 1 by the shares where `above` does not say; performance is (estimate, low, high).

    metrics: shares of further methods, those of LMG where it does not say. behind: P(first by method above driver).
    specified, chance: share of specifications with the first driver first, and their p. tipped: people who turn the
    first two. without: analyses that this study does not have. Rows given take the place of those with the same key.
    """
    from pipeline.report.claims import Ledger

    shares = shares or {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}
    names = list(shares)
    found = [
        row("regression", "r2", estimate=r2, conf_low=r2 - 0.05, conf_high=r2 + 0.05),
        row("regression", "r2_adjusted", estimate=r2 - 0.01),
        row("regression", "r2_cv", estimate=r2 - 0.02),
        row("regression", "f", estimate=30.0, p_value=f_p),
        row("regression", "df_model", estimate=float(len(names))),
        row("regression", "df_residual", estimate=float(n - len(names) - 1)),
        row("overlap", "condition_index", estimate=3.0),
        row("influence", "cooks_distance", estimate=0.1),
        row("influence", "leave_one_out_r2", estimate=moved),
        row("influence", "leave_one_out_first", estimate=float(flips)),
        row("performance", "performance", estimate=50.0),
        row("description", "top2box", term="y", estimate=0.3),
        row("description", "mean", term="y", estimate=5.0),
        row("nonresponse", "mean_difference", term="y", contrast="dropped-kept", state="too_few", reason="nobody", n=0),
    ]
    for at, name in enumerate(names):
        spread = {"conf_low": max(0.0, shares[name] - 0.05), "conf_high": shares[name] + 0.05}
        middle, low, high = (performance or {}).get(name, (50.0, 45.0, 55.0))
        size = (important or {}).get(name, float(shares[name] > 1 / len(names)))
        found += [
            row("importance", "lmg_share", term=name, estimate=shares[name], **spread),
            row("overlap", "vif", term=name, estimate=(vif or {}).get(name, 1.5)),
            row(
                "regression",
                "b",
                term=name,
                estimate=(b or {}).get(name, 0.3),
                conf_low=-0.9,
                conf_high=0.9,
                p_value=0.01,
                p_adjusted=(p_adjusted or {}).get(name, 0.02),
            ),
            row("performance", "performance", term=name, estimate=middle, conf_low=low, conf_high=high),
            row("performance", "prob_important", term=name, estimate=size),
            row("performance", "prob_rated_low", term=name, estimate=float(middle < 50)),
            row("description", "r", term="y", contrast=f"with:{name}", estimate=0.4),
        ]
        for quadrant in ("fix", "keep", "low", "overkill"):
            found.append(row("performance", "prob_quadrant", term=name, contrast=quadrant, estimate=0.25))
        for other in names[:at]:
            found.append(row("description", "r", term=name, contrast=f"with:{other}", estimate=0.2))
        for other in names:
            if other != name:
                sure = float(shares[name] > shares[other])
                prob = (above or {}).get((name, other), sure)
                found.append(row("importance", "prob_above", term=name, contrast=f"above:{other}", estimate=prob))
    for name in [*names, "y"]:
        if name in one_item:
            found.append(row("reliability", "alpha", term=name, state="not_defined", reason="one_item"))
        else:
            value = (alpha or {}).get(name, 0.8)
            found.append(row("reliability", "alpha", term=name, estimate=value, conf_low=0.1, conf_high=0.9))
    by = {"relative_weights": weights or shares, **(metrics or {})}
    found += _panel_rows(shares, by, above or {}, behind or {}) + _unique_rows(names, p_adjusted or {})
    found += _sturdy_rows(names, shares, n, specified, chance, tipped) if len(names) > 1 else []
    found += _assumption_rows(names)
    base = {
        "outcome": "y",
        "drivers": names,
        "draws": 2000,
        "segments": [],
        "stacked": False,
        "simulated": False,
        "design": "survey",
        "sample": {"type": None},
        "bases": {"minimum_base": 10, "low_base": 30, "claim_base": 200},
        "terms": {},
        "published": False,
        "sesoi": None,
    }
    n_eff = float(n) if n_eff is None else n_eff
    steps = [{"stage": "read", "remaining": n, "removed": {}}] if screening is None else screening
    people = {"n": n, "n_eff": n_eff, "deff": n / n_eff, "units": n if units is None else units}
    key = ("analysis", "metric", "term", "group", "contrast")
    every = {tuple(one[name] for name in key): one for one in [*found, *rows] if one["analysis"] not in without}
    return Ledger(list(every.values()), base | dict(study or {}), people, steps)


def _panel_rows(
    shares: Mapping[str, float],
    by: Mapping[str, Mapping[str, float]],
    above: Mapping[tuple[str, str], float],
    behind: Mapping[tuple[str, str], float],
) -> list[dict[str, Any]]:
    """Shares by every method but LMG, and P(first by it above the others) for all but Kruskal's."""
    found = []
    for metric in ("relative_weights", "first", "last", "betasq", "pratt", "car", "kruskal"):
        own = by.get(metric, shares)
        first = max(own, key=lambda name: own[name])
        for name, share in own.items():
            found.append(row("importance", f"{metric}_share", term=name, estimate=share))
            if name != first and metric != "kruskal":
                prob = behind.get((metric, name), above.get((first, name), float(own[first] > share)))
                figures = {"term": name, "contrast": f"metric:{metric}", "estimate": prob}
                found.append(row("importance", "prob_behind_first", **figures))
    return found


def _unique_rows(names: Sequence[str], p_adjusted: Mapping[str, float]) -> list[dict[str, Any]]:
    tests = {name: p_adjusted.get(name, 0.02) for name in names}
    return [
        row("importance", "f_unique", term=name, estimate=9.0, p_value=p, p_adjusted=p) for name, p in tests.items()
    ]


def _sturdy_rows(
    names: Sequence[str], shares: Mapping[str, float], n: int, specified: float, chance: float, tipped: int | None
) -> list[dict[str, Any]]:
    """A result that stands, unless told otherwise, in every analysis that tries to shake it."""
    first, second = sorted(names, key=lambda name: -shares[name])[:2]
    pair = {"term": first, "contrast": f"above:{second}"}
    turned = {"state": "not_defined", "reason": "not_found"} if tipped is None else {}
    part = {"estimate": float(tipped)} if tipped else {}
    found = [
        row("specification", "spec_count", estimate=96.0),
        row("specification", "spec_first", term=first, estimate=specified),
        row("specification", "spec_significant", term=first, estimate=0.9, p_value=chance),
        row("specification", "spec_first", term=first, contrast="choice:metric=last", estimate=specified - 0.2),
        row("specification", "spec_first", term=first, contrast="choice:outcome=ranks", estimate=specified - 0.1),
        row("tipping", "tipping_respondents", **pair, **turned, **part),
        row("tipping", "tipping_share", **pair, **turned, **({"estimate": tipped / n} if tipped else {})),
        row("tipping", "confounded_b", term=first, contrast=f"as_strong_as:{second}", estimate=0.2),
        row("nonlinearity", "r2_cv", contrast="model:linear", estimate=0.38),
        row("nonlinearity", "r2_cv", contrast="model:boosted", estimate=0.37),
        row("nonlinearity", "r2_cv_gain", estimate=-0.01, conf_low=-0.03, conf_high=0.01),
        row("disattenuated", "reliability_used", term="y", estimate=0.8),
    ]
    rest = (1 - specified) / max(len(names) - 1, 1)
    for name in names:
        found += [
            row("tipping", "robustness_value", term=name, estimate=0.3),
            row("tipping", "partial_r2", term=name, estimate=0.1),
            row("disattenuated", "lmg_share", term=name, estimate=shares[name]),
            row("disattenuated", "reliability_used", term=name, estimate=0.8),
            row("outcome_models", "lmg_share", term=name, contrast="model:logit_tjur", estimate=shares[name]),
        ]
        if name != first:
            found.append(row("specification", "spec_first", term=name, estimate=rest))
    return [*found, row("outcome_models", "pseudo_r2", contrast="model:logit_tjur", estimate=0.3)]


def _assumption_rows(names: Sequence[str]) -> list[dict[str, Any]]:
    found = [row("assumption", "monotone_loss", term=name, estimate=0.02) for name in names]
    found += [row("assumption", "distinct_values", term=name, estimate=13.0) for name in (*names, "y")]
    return [
        *found,
        row("assumption", "largest_residual", estimate=3.1, p_value=0.8),
        row("assumption", "serial_correlation", estimate=0.02, p_value=0.7),
        row("assumption", "breusch_pagan", estimate=4.0, p_value=0.4),
    ]
