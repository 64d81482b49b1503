"""Cells of one Excel sheet, written to standard output. Run as a program of its own, with bounded memory and time:

a workbook of a few kilobytes can ask for a billion cells, and the library that reads it cannot say no.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

MEMORY = 3 * 1024**3
LEAST_MEMORY = 512 * 1024**2
MEMORY_PER_BYTE = 30
"""What a workbook may need, for each byte of it unpacked: cells that repeat a long text cost more than they show."""
LEAST_TEXT = 50_000_000
TEXT_PER_BYTE = 10
SECONDS = 120


def main() -> None:
    """In: the workbook on standard input; as arguments the name of the sheet (or '') and the workbook's size unpacked.

    Out: one JSON object.
    """
    unpacked = int(sys.argv[2])
    _bound(min(MEMORY, LEAST_MEMORY + MEMORY_PER_BYTE * unpacked))
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        names = workbook.sheet_names
        sheet = sys.argv[1] or (names[0] if names else "")
        answer: dict[str, Any] = {"names": names, "sheet": sheet}
        if sheet in names:
            rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            most = LEAST_TEXT + TEXT_PER_BYTE * unpacked
            answer = {"error": "large"} if _characters(rows) > most else answer | {"rows": [*map(_cells, rows)]}
    except python_calamine.PasswordError:
        answer = {"error": "password"}
    except (python_calamine.CalamineError, OSError):
        answer = {"error": "unreadable"}
    json.dump(answer, sys.stdout)


def _characters(rows: list[list[Any]]) -> int:
    return sum(len(cell) for row in rows for cell in row if isinstance(cell, str))


def _cells(row: list[Any]) -> list[Any]:
    return list(map(_cell, row))


def _cell(value: Any) -> Any:
    """A text, a number, or None where blank; dates and times as ISO text."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (str, int, float)):
        return None if value == "" else value
    return None if value is None else str(value)


def _bound(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
