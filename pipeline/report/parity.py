"""Parity: what a reader needs to work the importances out again in R with relaimpo, drawn from results.json alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.model.importance import usable

Array = np.ndarray

TYPES: Mapping[str, str] = {
    "lmg": "lmg",
    "last": "last",
    "first": "first",
    "betasq": "betasq",
    "pratt": "pratt",
    "relative_weights": "genizi",
    "car": "car",
}
"""Our metric -> relaimpo's type."""
ADJUSTED = ("lmg", "last", "first")
"""Metrics whose relaimpo figures are in the units of the whole R² where controls are always in the model."""
FEWEST_DRIVERS = 2
CLOSE = 1e-6

SCRIPT = """\
# Works the importances of this report out again from its correlations.
# Once: install.packages("relaimpo"). Then, in this folder: Rscript replicate.R
suppressMessages(library(relaimpo))
expected <- read.csv("expected.csv", stringsAsFactors = FALSE, encoding = "UTF-8")
r <- as.matrix(read.csv("correlations.csv", row.names = 1, check.names = FALSE, encoding = "UTF-8"))
always <- {always}
found <- calc.relimp(r, type = c({types}), rela = FALSE, always = always)
expected$relaimpo <- mapply(function(metric, driver) slot(found, metric)[[driver]], expected$metric, expected$driver)
print(expected, digits = 10)
cat("R2:", found@R2, "\\nlargest difference:", max(abs(expected$relaimpo - expected$value)), "\\n")
"""

README = """\
How to check this report with another program
=============================================

correlations.csv  correlations of the outcome ({outcome}, first) and {what}, as analysed{weighted}
expected.csv      importance of every driver by {count} metrics, in R² units, as this report has them
replicate.R       works them out again with the R package relaimpo and prints the largest difference

Run "Rscript replicate.R" in this folder. {n} respondents stand behind the correlations; R² is {r2}.
Figures are rounded to ten digits, so differences of 1e-9 are to be expected. Intervals and rank ranges come from
resampling and are not worked out here.
{always}
"""


def parity(results: Mapping[str, Any]) -> dict[str, bytes]:
    """Files of the folder parity/, by their path; none where relaimpo has no such model.

    It has none for one driver, for drivers of several columns (categories) or that must wait for others (interactions),
    for drivers that repeat each other, where controls have no correlations in the results, and where R² is not that of
    the correlations (shrunk ones, for instance).
    """
    drivers, outcome = list(results["study"]["drivers"]), str(results["study"]["outcome"])
    known = _correlations(results["estimates"])
    controls = [name for name in _columns(known) if name not in results["study"]["constructs"] and name not in drivers]
    names = [outcome, *drivers, *controls]
    matrix = _matrix(known, names)
    metrics = ADJUSTED if controls else tuple(TYPES)
    expected = [row for metric in metrics for row in _expected(results["estimates"], metric, drivers)]
    declared, r2 = bool(results["study"].get("controls")), _r2(results["estimates"])
    if len(drivers) < FEWEST_DRIVERS or matrix is None or declared != bool(controls) or not expected:
        return {}
    if abs(_explained(matrix) - r2) > CLOSE:
        return {}
    return {
        "parity/correlations.csv": _csv(
            [["", *names], *([name, *row] for name, row in zip(names, matrix, strict=True))]
        ),
        "parity/expected.csv": _csv([["metric", "driver", "value"], *expected]),
        "parity/replicate.R": _script([TYPES[metric] for metric in metrics], controls).encode(),
        "parity/README.txt": _readme(results, len(metrics), r2, controls).encode(),
    }


def _correlations(estimates: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], float]:
    """Correlation of every pair that has one, either way round."""
    found = {}
    for row in estimates:
        if row["analysis"] == "description" and row["metric"] == "r" and row["group"] is None and row["state"] == "ok":
            pair = row["term"], str(row["contrast"]).removeprefix("with:")
            found[pair[::-1]] = found[pair] = float(row["estimate"])
    return found


def _columns(known: Mapping[tuple[str, str], float]) -> list[str]:
    return list(dict.fromkeys(name for pair in known for name in pair))


def _matrix(known: Mapping[tuple[str, str], float], names: Sequence[str]) -> list[list[float]] | None:
    """Correlations in the order of the names; None unless all are known and relaimpo could work with them."""
    rows = [[1.0 if one == other else known.get((one, other)) for other in names] for one in names]
    matrix = np.array(rows, dtype=float)
    if not usable(matrix):
        return None
    return [[float(value) for value in row] for row in matrix]


def _expected(estimates: Sequence[Mapping[str, Any]], metric: str, drivers: Sequence[str]) -> list[list[Any]]:
    """Rows (relaimpo's name, driver, value) of one metric; none unless every driver has it."""
    found = {
        row["term"]: row["estimate"]
        for row in estimates
        if row["analysis"] == "importance" and row["metric"] == metric and row["state"] == "ok"
    }
    return [[TYPES[metric], name, found[name]] for name in drivers] if set(drivers) <= set(found) else []


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


def _script(types: Sequence[str], controls: Sequence[str]) -> str:
    always = f"c({_texts(controls)})" if controls else "NULL"
    return SCRIPT.replace("{always}", always).replace("{types}", _texts(types))


def _texts(texts: Sequence[str]) -> str:
    """The texts as R writes them, which is as JSON does."""
    return ", ".join(json.dumps(text, ensure_ascii=False) for text in texts)


def _r2(estimates: Sequence[Mapping[str, Any]]) -> float:
    rows = (row for row in estimates if row["analysis"] == "regression" and row["metric"] == "r2")
    return next(float(row["estimate"]) for row in rows if row["group"] is None)


def _explained(matrix: Sequence[Sequence[float]]) -> float:
    """R² of the first name on all others."""
    known = np.array(matrix)
    return float(known[0, 1:] @ np.linalg.solve(known[1:, 1:], known[1:, 0]))


def _readme(results: Mapping[str, Any], count: int, r2: float, controls: Sequence[str]) -> str:
    always = (
        "The controls are always in the model; importances are what drivers explain beyond them.\n" if controls else ""
    )
    return (
        README.format(
            outcome=results["study"]["outcome"],
            what="the drivers, and the controls" if controls else "the drivers",
            weighted=" (weighted)" if results["sample"]["weighted"] else "",
            count=count,
            n=f"{results['sample']['n']:,}",
            r2=f"{r2:.6g}",
            always=always,
        ).rstrip()
        + "\n"
    )
