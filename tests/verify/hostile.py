"""Hostile input: damaged files of every format, real exports and labels, odd files, absurd definitions."""

from __future__ import annotations

import copy
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from pipeline import load
from pipeline.checkup import check
from pipeline.draft import draft_text
from pipeline.ingest import READERS
from pipeline.inspection import inspect
from tests.conftest import HEADER, ROWS, SHARED, STUDY, write_csv
from tests.contract.test_hostile import KEYS, SUFFIXES, VALUES, changed, places
from tests.contract.test_readers import LABELS, WRITERS
from tests.hostile import damaged, forked, verdict

UNIT = "damaged files a format"
CUTS = 20
EXPORTS = (".csv", ".xls", ".xlsx", ".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt", ".asc", ".dat")
DESCRIBED = {
    "qt_matrix": ".qsf",
    "qt_many_types": ".qsf",
    "qt_na_option": ".qsf",
    "qt_multi_answer": ".qsf",
    "sample-": ".sss",
}
Call = Callable[[], list[str]]
Rows = list[dict[str, Any]]


def jobs(number: int) -> list[tuple[str, str, int]]:
    """(what, of which, how many)."""
    outside = ["exports", "labels", "attacks"] if SHARED.is_dir() else []
    return [*(("damaged", name, number) for name in READERS), *(("outside", what, number) for what in outside),
            ("absurd", "definitions", number)]  # fmt: skip


def run(job: tuple[str, str, int]) -> Rows:
    """One row: how many were read and refused, the longest time, and whether every one was."""
    what, name, number = job
    makers: dict[str, Callable[[Path, int], Iterator[Call]]] = {
        "exports": _exports, "labels": _labels, "attacks": _attacks, "definitions": _definitions,
    }  # fmt: skip
    counts: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder, forked():
        for call in makers.get(name, partial(_format, name))(Path(folder), number):
            began = time.perf_counter()
            try:
                counts[verdict(call)] += 1
            except Exception as error:
                counts["failed"] += 1
                print(name, type(error).__name__, str(error)[:200], flush=True)
            slowest = max(slowest, time.perf_counter() - began)
    return [
        {
            "what": f"{what} {name}",
            "tried": counts.total(),
            "read": counts["read"],
            "refused in a sentence": counts.total() - counts["read"] - counts["failed"],
            "failed": counts["failed"],
            "longest (s)": f"{slowest:.1f}",
            "promise": "BROKEN" if counts["failed"] else "kept",
        }
    ]


def _call(path: Path, raw: bytes, labels: Path | None = None) -> Call:
    path.write_bytes(raw)
    said = labels.name if labels else None
    return lambda: [*inspect(path, labels), *draft_text(path.name, path.parent / "study.yaml", said).splitlines()]


def _format(name: str, folder: Path, number: int) -> Iterator[Call]:
    raw, chance, labels = WRITERS[name](), random.Random(f"{name} {number}"), None
    if name in LABELS:
        labels = folder / "w.sss"
        labels.write_bytes(LABELS[name])
    for place in range(number):
        broken = raw[: len(raw) * place // CUTS] if place < CUTS else damaged(raw, chance)
        yield _call(folder / f"w{SUFFIXES.get(name, '.csv')}", broken, labels)


def _real(*suffixes: str) -> list[Path]:
    return sorted(path for path in (SHARED / "exports").rglob("*") if path.suffix in suffixes)


def _broken(raw: bytes, chance: random.Random, number: int) -> Iterator[bytes]:
    """The bytes cut at so many places, and as often damaged."""
    for _ in range(number):
        yield raw[: chance.randrange(len(raw))]
        yield damaged(raw, chance)


def _exports(folder: Path, number: int) -> Iterator[Call]:
    for path in _real(*EXPORTS):
        for broken in _broken(path.read_bytes(), random.Random(path.name), min(CUTS, number)):
            yield _call(folder / path.name, broken)


def _labels(folder: Path, number: int) -> Iterator[Call]:
    for path in _real(".csv", ".asc", ".dat"):
        suffix = next((end for start, end in DESCRIBED.items() if path.stem.startswith(start)), None)
        book = path.with_name(path.stem.removesuffix("_insights").removesuffix("_legacy") + (suffix or ""))
        if suffix and book.is_file():
            shutil.copy(path, folder)
            for broken in _broken(book.read_bytes(), random.Random(book.name), min(CUTS, number)):
                (folder / book.name).write_bytes(broken)
                yield partial(inspect, folder / path.name, folder / book.name)


def _attacks(_folder: Path, _number: int) -> Iterator[Call]:
    for path in sorted((SHARED / "attacks").rglob("*")):
        if path.is_file():
            yield partial(inspect, path)


def _definitions(folder: Path, number: int) -> Iterator[Call]:
    write_csv(folder / "answers.csv", HEADER, ROWS)
    chosen = [(place, value) for place in places(KEYS) if place for value in VALUES]
    for place, value in random.Random(number).sample(chosen, min(number, len(chosen))):
        keys = copy.deepcopy(dict(STUDY)) | changed(KEYS, place, value)
        keys["constructs"] = {name: {"items": items} for name, items in keys["constructs"].items()}
        (folder / "study.yaml").write_text(json.dumps(keys), encoding="utf-8")
        yield lambda: check(load(folder))
