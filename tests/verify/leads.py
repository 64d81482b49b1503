"""How often a leader is announced as clear where the population has none: exact ties at the top."""

from __future__ import annotations

import numpy as np

from pipeline.model.drivers import Importance
from pipeline.report.claims import CLEAR, FLOOR_R2
from tests.verify.populations import Population, surveys

SIZES = (400, 1200)
NOMINAL = 0.05
"""Two-sided: which driver comes first is chosen after looking."""

TIES = {
    "two tied, r = .5": Population(overlap=0.5, slopes=(4, 4, 2, 1, 0), r2=0.4),
    "two tied, r = .2": Population(overlap=0.2, slopes=(4, 4, 2, 1, 0), r2=0.4),
    "two tied, no other driver": Population(overlap=0.3, slopes=(1, 1), r2=0.3),
    "three tied, r = .5": Population(overlap=0.5, slopes=(4, 4, 4, 1, 0), r2=0.4),
    "all five tied, r = .4": Population(overlap=0.4, slopes=(1, 1, 1, 1, 1), r2=0.3),
    "two tied, seven-point answers": Population(overlap=0.5, slopes=(4, 4, 2, 1, 0), r2=0.4, points=7),
}

Job = tuple[str, int, int]


def jobs(number: int) -> list[Job]:
    return [(name, n, number) for name in TIES for n in SIZES]


def run(job: Job) -> list[dict[str, object]]:
    """One row: the rate of surveys in which the first driver passes the rule of a clear lead."""
    name, n, number = job
    rate = float(np.mean([clear(importance) for importance in surveys(TIES[name], n, number, seed=7 + n)]))
    error = float(np.sqrt(rate * (1 - rate) / number))
    kept = rate <= NOMINAL + 2 * error
    return [
        {
            "population": name,
            "n": n,
            "false clear leads": f"{rate:.4f}",
            "± MC error": f"{error:.4f}",
            "nominal": f"{NOMINAL:.2f}",
            "promise": "kept" if kept else "BROKEN",
        }
    ]


def clear(importance: Importance) -> bool:
    """Whether the first driver beats every other in at least CLEAR of the resamples, as the lead claim asks."""
    point, draws = importance.share()
    draws = draws[np.isfinite(draws).all(1)]
    first = int(point.argmax())
    above = (draws[:, [first]] > draws).mean(0)
    return importance.r2 >= FLOOR_R2 and bool(np.delete(above >= CLEAR, first).all())
