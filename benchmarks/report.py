"""A whole report in both languages, 2,000 people, 10 drivers, 2,000 draws: in a new process, and again in the same."""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.timing import Figure, cpu

PEOPLE, DRIVERS, ITEMS = 2_000, 10, 3


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        study = write_study(Path(folder) / "study")
        what = f"whole report, n = {PEOPLE:,}, {DRIVERS} drivers, 2,000 draws, English and Chinese"
        yield Figure(what=f"{what}: new process", ours=cold(study, Path(folder)), most_seconds=4.0)
        yield Figure(what=f"{what}: same process again", ours=warm(study, Path(folder) / "warm"), most_seconds=2.5)


def cold(study: Path, folder: Path, runs: int = 3) -> float:
    """CPU seconds, user and system, of the fastest of several commands, Python's own start among them."""
    return min(_command(study, folder / f"cold{run}") for run in range(runs))


def _command(study: Path, out: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "pipeline", "report", str(study), "--out", str(out)], check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def warm(study: Path, out: Path) -> float:
    """CPU seconds of load, analyse and publish once everything is imported."""
    from pipeline import analyse, load, publish

    run = 0

    def once() -> None:
        nonlocal run
        run += 1
        publish(analyse(load(study)), out / str(run))

    once()
    return cpu(once, runs=3)


def write_study(folder: Path) -> Path:
    """Study folder with simulated seven-point answers: three items a driver, two segments."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(20260101)
    common = random.normal(size=(PEOPLE, 1))
    constructs = common + random.normal(size=(PEOPLE, DRIVERS))
    outcome = constructs @ random.uniform(0.05, 0.4, DRIVERS) + random.normal(size=PEOPLE)
    table, definition = {}, {}
    for at, score in enumerate([*constructs.T, outcome]):
        name = f"driver{at + 1}" if at < DRIVERS else "intent"
        items = [f"{name}_{item + 1}" for item in range(ITEMS)]
        definition[name] = {"items": items}
        for item in items:
            table[item] = np.clip(np.round(4 + score + random.normal(size=PEOPLE)), 1, 7).astype(int)
    table["city"] = random.choice(["north", "south", "east"], PEOPLE)
    with (folder / "answers.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))
    study = {
        "study": {"title": "Speed", "simulated": True},
        "data": "answers.csv",
        "scales": {"agree": {"points": 7}},
        "constructs": definition,
        "model": {"outcome": "intent"},
        "segments": ["city"],
    }
    (folder / "study.yaml").write_text(json.dumps(study), encoding="utf-8")
    return folder
