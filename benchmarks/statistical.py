"""Reading a .sav of 100,000 respondents and 70 columns, against pyreadstat with user-missing codes and nothing else.

Ours includes the process it runs in, the reading of the bytes from disk, codes of every column, and their reasons.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.timing import Figure, cpu
from pipeline.ingest import Opened, read_table
from pipeline.specs import DataFile

ROWS, ITEMS = 100_000, 60


def figures() -> Iterator[Figure]:
    import pyreadstat

    with tempfile.TemporaryDirectory() as folder:
        for compressed in (True, False):
            path = Path(folder) / "survey.sav"
            write(path, compressed)
            theirs = cpu(lambda path=path: pyreadstat.read_sav(path, user_missing=True))  # type: ignore[misc]
            ours = cpu(lambda path=path: read_table(Opened(raw=path.read_bytes(), name="w1", file=DataFile(file="w1"))))  # type: ignore[misc]
            yield Figure(
                what=f".sav of {ROWS:,} × 70{', compressed' if compressed else ''}",
                ours=ours,
                peer="pyreadstat",
                theirs=theirs,
                most_times=1.5,
            )


def write(path: Path, compressed: bool) -> None:
    """Seven-point items with blanks and a refusal, ticks, an id, a weight, an age, a city, an open answer, a time."""
    import pandas as pd
    import pyreadstat

    random = np.random.default_rng(20260101)
    items = random.integers(1, 8, (ITEMS, ROWS)).astype(float)
    chance = random.random(items.shape)
    items[chance < 0.03], items[chance > 0.98] = np.nan, 9
    columns: dict[str, object] = {f"q{place + 1}": values for place, values in enumerate(items)}
    columns |= {f"shop{place}": random.integers(0, 2, ROWS).astype(float) for place in range(4)}
    columns |= {"id": np.arange(1e6, 1e6 + ROWS), "weight": random.random(ROWS) + 0.5}
    columns |= {"age": random.integers(16, 90, ROWS).astype(float)}
    columns |= {"city": np.array(["Beijing", "Shanghai", "Guangzhou"])[random.integers(0, 3, ROWS)]}
    columns |= {"open": [f"answer {row}" for row in range(ROWS)]}
    columns |= {"start": pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 10**6, ROWS), unit="s")}
    names = [f"q{place + 1}" for place in range(ITEMS)]
    labels = {name: {1.0: "Strongly disagree", 7.0: "Strongly agree", 9.0: "Refused"} for name in names}
    pyreadstat.write_sav(
        pd.DataFrame(columns),
        path,
        row_compress=compressed,
        variable_value_labels=labels,
        missing_ranges={name: [9] for name in names},
    )
