"""Workbooks: native cells of one sheet by python-calamine (xlsx, xlsm, xlsb, xls, ods), in a process of its own."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import listing, nearest
from pipeline.ingest._opened import TOP
from pipeline.ingest._table import MOST_CELLS, MOST_COLUMNS, fail
from pipeline.responses import Coded
from pipeline.specs import DataFile

LARGEST_TOTAL = 200_000_000
LARGEST_RATIO = 100
RATIO_FROM = 10_000_000
MOST_ENTRIES = 2_000
LEAST_MEMORY, MEMORY_PER_BYTE, MEMORY = 512 * 1024**2, 30, 3 * 1024**3
"""What a workbook may need, for each byte of it unpacked: cells that repeat a long text cost more than they show."""
LEAST_TEXT, TEXT_PER_BYTE = 50_000_000, 10
SECONDS, SECONDS_PER_MEGABYTE = 20, 1
WAITING = 4
"""How much longer than the seconds of its own the process may take on a busy machine."""
SWOLLEN = "unpacks to far more than an Excel workbook of answers holds; save the sheet as CSV."


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """Rows of one sheet that hold anything, each as wide as the sheet, and their numbers."""

    cells: list[list[Any]]
    lines: list[int]
    found: dict[str, Any]

    @property
    def top(self) -> list[list[Any]]:
        return self.cells[:TOP]

    def below(self, skip: int) -> tuple[list[Coded], np.ndarray]:
        """Columns below the first `skip` rows."""
        rows = self.cells[skip:]
        grid = np.empty((len(rows), len(self.cells[0])), dtype=object)
        if rows:
            grid[:] = rows
        return [Coded.of(column) for column in grid.T], np.array(self.lines[skip:], dtype=np.int64)


def workbook(raw: bytes, file: DataFile) -> Workbook:
    """Rows of the declared sheet, else of the first. Raises DataError for what is no workbook, or too much of one."""
    unpacked = _unpacked(raw, file.file) if raw[:2] == b"PK" else len(raw)
    answer = _ask(raw, file, unpacked)
    if "rows" not in answer:
        names, asked = answer["names"], answer["sheet"]
        raise fail(
            file.file, f"there is no sheet '{asked}'.{nearest(asked, names)} Sheets are: {listing(names) or 'none'}."
        )
    rows: list[list[Any]] = answer["rows"]
    lines = [i for i, row in enumerate(rows, start=1) if any(cell is not None for cell in row)]
    if not lines:
        raise fail(file.file, f"sheet '{answer['sheet']}' is empty; name another sheet with 'sheet'.")
    detected = () if file.sheet else ("sheet",)
    return Workbook(
        cells=[rows[i - 1] for i in lines], lines=lines, found={"sheet": answer["sheet"], "detected": detected}
    )


def _ask(raw: bytes, file: DataFile, unpacked: int) -> dict[str, Any]:
    """Sheet names, chosen sheet and rows, from a process that may die in our place."""
    asked: dict[str, Any] = {
        "sheet": file.sheet or "",
        "memory": min(MEMORY, LEAST_MEMORY + MEMORY_PER_BYTE * unpacked),
        "seconds": SECONDS + SECONDS_PER_MEGABYTE * unpacked // 1_000_000,
        "columns": MOST_COLUMNS,
        "cells": MOST_CELLS,
        "characters": LEAST_TEXT + TEXT_PER_BYTE * unpacked,
    }
    program = [sys.executable, "-I", str(Path(__file__).with_name("_sheet.py")), json.dumps(asked)]
    try:
        done = subprocess.run(  # noqa: S603
            program, input=raw, capture_output=True, timeout=WAITING * asked["seconds"], check=False
        )
        answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {"error": "died"}
    except subprocess.TimeoutExpired:
        answer = {"error": "died"}
    if "error" in answer:
        raise fail(file.file, _sentence(answer))
    return answer


def _sentence(answer: dict[str, Any]) -> str:
    """Why there are no rows."""
    if answer["error"] == "large":
        size = f"{answer['size'][0]:,} rows and {answer['size'][1]:,} columns"
        return f"sheet '{answer['sheet']}' has {size}; that is more than can be read at once."
    if answer["error"] == "swollen":
        return SWOLLEN
    if answer["error"] == "password":
        return "the workbook is locked with a password; save a copy without one."
    return "cannot be read as an Excel workbook; open it in a spreadsheet and save it again as xlsx or CSV."


def _unpacked(raw: bytes, name: str) -> int:
    """Bytes that the archive says it holds. Raises DataError for what is no workbook, or far more than one."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise fail(name, "is no whole Excel workbook (broken zip archive); export it again.") from None
    if not any(e.filename.startswith(("xl/", "content.xml")) for e in entries):
        raise fail(name, "is a zip archive and no workbook; unpack it, and name the file inside.")
    swollen = [e for e in entries if e.file_size > RATIO_FROM and e.file_size > LARGEST_RATIO * max(e.compress_size, 1)]
    if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > LARGEST_TOTAL or swollen:
        raise fail(name, SWOLLEN)
    return sum(e.file_size for e in entries)
