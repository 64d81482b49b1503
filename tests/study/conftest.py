"""A small survey with everything in it that could depend on order, and the command line to run it with."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

DEFINITION = """\
study: {title: {en: Small survey, zh: 小型调查}, simulated: true}
data: answers.csv
respondent: {id: person}
scales: {agree: {points: 7}}
constructs:
  trust: {items: [t1, t2, t3]}
  price: {items: [p1, p2]}
  brand: {items: [b1]}
  intent: {items: [i1, i2]}
model: {outcome: intent, draws: 200}
variables: {city: {label: {en: City, zh: 城市}}}
segments: [city]
weights: {column: w}
"""
HEADER = ("person", "t1", "t2", "t3", "p1", "p2", "b1", "i1", "i2", "city", "w")


def answers(seed: int, people: int = 160) -> list[list[Any]]:
    """Rows of a simulated survey: one latent value behind each construct, a few gaps, two cities."""
    source = random.Random(seed)

    def answer(value: float) -> str:
        return "" if source.random() < 0.03 else str(min(7, max(1, round(4 + value + source.gauss(0, 0.7)))))

    rows = []
    for person in range(people):
        trust, price, brand = (source.gauss(0, 1.2) for _ in range(3))
        intent = 0.6 * trust + 0.3 * price + 0.2 * brand + source.gauss(0, 0.6)
        values = [trust] * 3 + [price] * 2 + [brand] + [intent] * 2
        city = source.choice(["north", "south"])
        rows.append([f"r{person:04d}", *map(answer, values), city, f"{source.uniform(0.5, 2):.3f}"])
    return rows


def write(folder: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """Study folder with these rows as its data."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.yaml").write_text(DEFINITION, encoding="utf-8")
    with (folder / "answers.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return folder


def report(study: Path, out: Path, **settings: Any) -> None:
    """One run of the real command in a process of its own."""
    command = [sys.executable, "-m", "pipeline", "report", str(study), "--out", str(out), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **settings)
    assert done.returncode == 0, done.stderr


def files(folder: Path) -> dict[str, bytes]:
    """Content of every file below a folder, by its name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def survey() -> Callable[..., Path]:
    """survey(folder, seed=1, shuffle=None) -> study folder."""

    def make(folder: Path, seed: int = 1, shuffle: int | None = None) -> Path:
        rows = answers(seed)
        if shuffle is not None:
            random.Random(shuffle).shuffle(rows)
        return write(folder, rows)

    return make


@pytest.fixture(scope="module")
def run() -> Callable[..., None]:
    return report


@pytest.fixture(scope="module")
def contents() -> Callable[[Path], dict[str, bytes]]:
    return files
