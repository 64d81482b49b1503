"""Print the speed figures: `make bench`, or `python -m benchmarks`. Exit code 1 where a figure misses its target."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table

from benchmarks import (
    answers,
    careless,
    classes,
    importance,
    imputation,
    likelihood,
    mediation,
    pricing,
    report,
    statistical,
    weighting,
)
from benchmarks.timing import Figure

SUITES: tuple[Callable[[], Iterator[Figure]], ...] = (
    importance.figures,
    likelihood.figures,
    imputation.figures,
    mediation.figures,
    pricing.figures,
    classes.figures,
    weighting.figures,
    careless.figures,
    answers.figures,
    statistical.figures,
    report.figures,
)


def main() -> int:
    table = Table("what", "whybuy", "memory", "peer", "ratio", "target", "")
    missed = 0
    for suite in SUITES:
        for figure in suite():
            missed += not figure.kept
            table.add_row(*figure.cells())
    Console(width=150).print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
