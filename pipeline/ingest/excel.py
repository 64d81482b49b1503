"""Excel: native cells by python-calamine (xlsx, xlsm, xlsb, xls, ods), read in a process of its own."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import listing, nearest
from pipeline.ingest._table import MOST_CELLS, fail, make
from pipeline.responses import Table
from pipeline.specs import DataFile

LARGEST_TOTAL = 200_000_000
LARGEST_RATIO = 100
RATIO_FROM = 10_000_000
MOST_ENTRIES = 2_000
SECONDS = 180


def read(raw: bytes, file: DataFile) -> Table:
    """Table of one sheet: the declared one, else the first. The first row that holds anything is the header."""
    if raw[:2] == b"PK":
        _refuse_bomb(raw, file.file)
    answer = _ask(raw, file)
    if "rows" not in answer:
        names, asked = answer["names"], answer["sheet"]
        raise fail(
            file.file, f"there is no sheet '{asked}'.{nearest(asked, names)} Sheets are: {listing(names) or 'none'}."
        )
    rows: list[list[Any]] = answer["rows"]
    top = next((i for i, row in enumerate(rows) if any(cell is not None for cell in row)), None)
    if top is None:
        raise fail(file.file, f"sheet '{answer['sheet']}' is empty; name another sheet with 'sheet'.")
    if len(rows) * len(rows[top]) > MOST_CELLS:
        raise fail(
            file.file, f"sheet '{answer['sheet']}' has {len(rows):,} rows; that is more than can be read at once."
        )
    cells = np.empty((len(rows) - top - 1, len(rows[top])), dtype=object)
    if len(cells):
        cells[:] = rows[top + 1 :]
    lines = np.arange(top + 2, len(rows) + 1)
    found = () if file.sheet else ("sheet",)
    return make(raw, file.file, "excel", rows[top], cells, lines, sheet=answer["sheet"], detected=found)


def _ask(raw: bytes, file: DataFile) -> dict[str, Any]:
    """Sheet names, chosen sheet and rows, from a process that may die in our place."""
    program = [sys.executable, "-I", str(Path(__file__).with_name("_sheet.py")), file.sheet or ""]
    try:
        done = subprocess.run(program, input=raw, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
        answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {"error": "died"}
    except subprocess.TimeoutExpired:
        answer = {"error": "died"}
    if answer.get("error") == "password":
        raise fail(file.file, "the workbook is locked with a password; save a copy without one.")
    if "error" in answer:
        raise fail(
            file.file, "cannot be read as an Excel workbook; open it in a spreadsheet and save it again as xlsx or CSV."
        )
    return answer


def _refuse_bomb(raw: bytes, name: str) -> None:
    try:
        entries = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise fail(name, "is no whole Excel workbook (broken zip archive); export it again.") from None
    swollen = [e for e in entries if e.file_size > RATIO_FROM and e.file_size > LARGEST_RATIO * max(e.compress_size, 1)]
    if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > LARGEST_TOTAL or swollen:
        raise fail(name, "unpacks to far more than an Excel workbook of answers holds; save the sheet as CSV.")
