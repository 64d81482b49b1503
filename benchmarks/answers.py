"""A CSV of 100,000 respondents and 70 columns to typed Responses; beside it what pandas takes to read its cells."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.timing import Figure, cpu

PEOPLE, ITEMS, GROUPS = 100_000, 64, 5
PLACES = np.array(["north", "south", "east", "west"])


def figures() -> Iterator[Figure]:
    from pipeline.ingest import read
    from pipeline.study import load

    with tempfile.TemporaryDirectory() as folder:
        study = load(write_study(Path(folder)))
        raw = (Path(folder) / "answers.csv").read_bytes()
        read(study)
        what = f"CSV, {PEOPLE:,} rows x {1 + ITEMS + GROUPS} columns, to typed Responses"
        theirs = cpu(lambda: pd.read_csv(BytesIO(raw), dtype=str), runs=3)
        yield Figure(what=what, ours=cpu(lambda: read(study)), peer="pandas, text", theirs=theirs, most_seconds=1.5)


def write_study(folder: Path) -> Path:
    """Study folder with an id, seven-point answers to 16 constructs of four items, and five groups."""
    chance = np.random.default_rng(1)
    columns = {"id": np.arange(PEOPLE).astype(str)}
    columns |= {f"q{i}": chance.integers(1, 8, PEOPLE).astype(str) for i in range(ITEMS)}
    columns |= {f"g{i}": chance.choice(PLACES, PEOPLE) for i in range(GROUPS)}
    pd.DataFrame(columns).to_csv(folder / "answers.csv", index=False)
    constructs = "".join(
        f"  c{i}: {{items: [{', '.join(f'q{j}' for j in range(4 * i, 4 * i + 4))}]}}\n" for i in range(ITEMS // 4)
    )
    text = (
        "study: {title: Large}\ndata: answers.csv\nrespondent: {id: id}\nscales: {seven: {points: 7}}\n"
        f"constructs:\n{constructs}segments: [{', '.join(f'g{i}' for i in range(GROUPS))}]\nmodel: {{outcome: c0}}\n"
    )
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    return folder
