"""Simulations behind the promises of CONTRACT.md: python -m tests.verify [surveys a row [coverage designs …]]."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import __version__
from tests.verify import (
    claims,
    classes,
    comparability,
    coverage,
    designs,
    hostile,
    imputation,
    journey,
    leads,
    lock_in,
    market,
    market_nulls,
    mediation,
    paradox,
    pricing,
    raked,
    rivals,
    value,
    what_if,
)
from tests.verify.populations import DRAWS

FOLDER = Path(__file__).parents[2] / "docs" / "verification"
NUMBER = 2000
Rows = list[dict[str, Any]]


SIMULATIONS = {
    "coverage": coverage,
    "coverage_designs": designs,
    "coverage_imputed": imputation,
    "coverage_raked": raked,
    "false_leads": leads,
    "false_claims": claims,
    "value": value,
    "mediation": mediation,
    "journey": journey,
    "what_if": what_if,
    "paradox": paradox,
    "rivals": rivals,
    "pricing": pricing,
    "classes": classes,
    "lock_in": lock_in,
    "comparability": comparability,
    "market": market,
    "market_nulls": market_nulls,
    "hostile": hostile,
}
PROCESSES = int(os.environ.get("VERIFY_PROCESSES", os.cpu_count() or 1))


def main(number: int, names: Sequence[str]) -> int:
    """0 where every promise is kept, else 1."""
    found = {}
    with ProcessPoolExecutor(max_workers=PROCESSES) as pool:
        for name in names:
            module = SIMULATIONS[name]
            found[name] = _run(pool, name, module.run, module.jobs(number), number)
    broken = [row for rows in found.values() for row in rows if row["promise"] == "BROKEN"]
    print(f"{len(broken)} promises broken; tables are in {FOLDER}")
    return 1 if broken else 0


def _run(pool: ProcessPoolExecutor, name: str, run: Callable[[Any], Rows], jobs: Sequence[Any], number: int) -> Rows:
    """Rows of all jobs; the table is written anew after each, so that a run that is stopped leaves what it had."""
    rows: Rows = []
    for job, part in zip(jobs, pool.map(run, jobs), strict=True):
        print(*job[:2], *(row["promise"] for row in part), sep=" | ", flush=True)
        rows += part
        _write(name, rows, number)
    return rows


TITLES = {
    "coverage": (
        "# Coverage of the intervals",
        "Share of simulated surveys whose 95 % interval of `lmg_share` or `r2` holds the value of the population. "
        f"Promised: {coverage.PROMISED[0]} to {coverage.PROMISED[1]} for population values of at least "
        f"{coverage.SMALLEST}, give or take two Monte Carlo errors. Below, the promise is broken; above, the interval "
        "is wider than it need be, which is noted as too wide.",
    ),
    "coverage_designs": (
        "# Coverage by sampling design",
        "Share of simulated surveys whose 95 % interval holds the value of the population: five drivers whose pairwise "
        f"correlation is r, R² {designs.R2}, log-normal weights of Kish design effect deff, {designs.BRANDS} ratings a "
        f"person where rows are stacked ({designs.HALO:.0%} of their variance between people), {designs.DRAWS} draws. "
        "The promise is about R² (bias-corrected interval) and the shares (percentile interval), and is judged by the "
        f"lowest coverage of the six: {coverage.PROMISED[0]} to {coverage.PROMISED[1]}, give or take two Monte Carlo "
        "errors. BCa, and percentiles of normal draws of the sums (`inference: jackknife`), stand beside it as "
        "information.",
    ),
    "coverage_imputed": (
        "# Coverage with missing answers",
        "Share of simulated surveys whose 95 % interval holds the value of the population without gaps: "
        f"{imputation.DRIVERS} drivers and an outcome of {imputation.ITEMS} items each on a skewed "
        f"{imputation.POINTS}-point scale, {imputation.MISSING:.0%} of the drivers' answers missing, either by chance "
        "or the more often the lower the outcome; in clusters answers are alike by "
        f"{imputation.ALIKE:.0%} of their variance. Imputed: "
        f"`model.imputations: {imputation.IMPUTATIONS}`. Person means: one answer of a construct is enough. Complete "
        "answers: nobody with a gap is kept. The promise is about the imputed figures, and is judged by their lowest "
        "coverage.",
    ),
    "coverage_raked": (
        "# Coverage with raked weights",
        "Share of simulated surveys whose 95 % interval holds the value of the population, and its mean width: weights "
        "raked to two margins that decide who answers and explain 44 % of the outcome. Margins "
        "known: linearised, with what the margins explain taken out; weights fixed: linearised without. Raked again "
        "(`weights.rerake: true`) and replicates fixed: percentiles of resamples. The promise is about the intervals "
        "that know the margins; those with fixed weights are wider where the margins explain the figure.",
    ),
    "false_leads": (
        "# False clear leads",
        "Share of simulated surveys in which the rule of a `clear` lead is met though the first drivers are exactly "
        f"tied in the population. Promised: at most {leads.NOMINAL} (two-sided), give or take two Monte Carlo errors.",
    ),
    "false_claims": (
        "# False claims about shares",
        "Share of simulated surveys in which two drivers pass the equivalence test though their shares differ by "
        "exactly the declared margin, and in which any of five shares is called different, after Holm, between two "
        f"groups of one population. Promised: at most {claims.NOMINAL}, give or take two Monte Carlo errors.",
    ),
    "hostile": (
        "# Hostile input",
        "What `whybuy inspect`, `new` and `check` make of damaged input: tiny files of every format, cut at "
        f"{hostile.CUTS} places, then with bytes and bits changed, parts cut off, doubled, taken out and put in; real "
        f"exports and their files of labels, each cut and damaged {hostile.CUTS} times; files made to break readers; a "
        "definition with one absurd value. Promised: each is read, or refused in sentences and with the exit code of "
        "the contract, within half a minute, and the process lives.",
    ),
}


def _write(name: str, rows: Rows, number: int) -> None:
    module = SIMULATIONS[name]
    title, meaning = TITLES.get(name) or (module.TITLE, module.MEANING)
    unit = getattr(module, "UNIT", f"surveys a row, {getattr(module, 'DRAWS', DRAWS):,} draws each")
    made = (
        f"Made on {datetime.now(UTC):%Y-%m-%d} by `make verify` (`python -m tests.verify {number}`): "
        f"{number:,} {unit}, whybuy {__version__}, numpy {np.__version__}."
    )
    columns = list(rows[0])
    table = [columns, ["---"] * len(columns), *([str(row[column]) for column in columns] for row in rows)]
    lines = [title, "", meaning, "", made, "", *(f"| {' | '.join(cells)} |" for cells in table), ""]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER, sys.argv[2:] or list(SIMULATIONS)))
