"""Cells of one Excel sheet, written to standard output. Run as a program of its own, with bounded memory and time:

a workbook of a few kilobytes can ask for a billion cells, and the library that reads it cannot say no.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any


def main() -> None:
    """In: the workbook on standard input; as argument a JSON object of the `sheet` asked for (or '') and of the most
    `memory` (bytes), `seconds`, `columns`, `cells` and `characters` it may have. Out: one JSON object.
    """
    asked = json.loads(sys.argv[1])
    _bound(asked["memory"], asked["seconds"])
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        answer = _answer(workbook, asked)
    except python_calamine.PasswordError:
        answer = {"error": "password"}
    except (python_calamine.CalamineError, OSError):
        answer = {"error": "unreadable"}
    json.dump(answer, sys.stdout)


def _answer(workbook: Any, asked: dict[str, Any]) -> dict[str, Any]:
    names = workbook.sheet_names
    wanted = asked["sheet"] or (names[0] if names else "")
    answer: dict[str, Any] = {"names": names, "sheet": wanted}
    if wanted not in names:
        return answer
    sheet = workbook.get_sheet_by_name(wanted)
    height, width = sheet.total_height + 1, sheet.total_width + 1  # both begin at 0
    if width > asked["columns"] or height * width > asked["cells"]:
        return answer | {"error": "large", "size": [height, width]}
    rows = sheet.to_python(skip_empty_area=False)
    if sum(len(cell) for row in rows for cell in row if isinstance(cell, str)) > asked["characters"]:
        return {"error": "swollen"}
    return answer | {"rows": [list(map(_cell, row)) for row in rows]}


def _cell(value: Any) -> Any:
    """A text, a number, or None where blank; dates and times as ISO text."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (str, int, float)):
        return None if value == "" else value
    return None if value is None else str(value)


def _bound(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
