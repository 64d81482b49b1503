"""Ticks: multiple questions of Triple-S, a string of 0 and 1 or codes one after the other, as one column an option."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from pipeline.ingest._sss import Variable
from pipeline.ingest._table import fail
from pipeline.responses import Coded

BITS = re.compile(r"[01 ]*")
BETWEEN = re.compile(r"[,;|\s]+")
WHOLE = re.compile(r"\d{1,6}", re.ASCII)
Ticked = dict[str, np.ndarray]


def declared(labels: Mapping[str, str]) -> Callable[[str], str]:
    """Code as the definition writes it: '01', ' 1' and '1' are one code, unless the definition has several of them."""
    whole: dict[int, list[str]] = {}
    for code in labels:
        if WHOLE.fullmatch(code):
            whole.setdefault(int(code), []).append(code)
    alone = {value: codes[0] for value, codes in whole.items() if len(codes) == 1}

    def as_declared(text: str) -> str:
        text = text.strip()
        return text if text in labels or not WHOLE.fullmatch(text) else alone.get(int(text), text)

    return as_declared


def ticks(variable: Variable, fields: Sequence[Coded], lines: np.ndarray, name: str) -> tuple[Ticked, np.ndarray]:
    """Option -> (rows,) bool, in the order of the definition and then those it does not list; and (rows,) answered.

    Raises DataError, naming the row, for a string that is no string of ticks or is too short for the options.
    """
    if not variable.subfields and len(fields) == 1:
        parts = [(fields[0], _bits(variable, fields[0], lines, name))]
    else:
        as_declared = declared(variable.labels)
        apart = [
            (one, [[cell] for cell in one.values] if len(fields) > 1 else _apart(variable, one.values))
            for one in fields
        ]
        parts = [
            (one, [{as_declared(text) for text in texts if text.strip("0 ")} for texts in each]) for one, each in apart
        ]
    held = {code for _, each in parts for codes in each for code in codes}
    options = dict.fromkeys([*variable.labels, *sorted(held, key=lambda code: (len(code), code))])
    ticked = {option: _any((one, [option in codes for codes in each]) for one, each in parts) for option in options}
    return ticked, np.any([one.codes >= 0 for one in fields], axis=0)


def _any(parts: Iterable[tuple[Coded, list[bool]]]) -> np.ndarray:
    """(rows,) bool: does any field hold it? Each part says it of the distinct cells of one field."""
    found: np.ndarray = np.any([np.array([*has, False])[one.codes] for one, has in parts], axis=0)
    return found


def _bits(variable: Variable, field: Coded, lines: np.ndarray, name: str) -> list[set[str]]:
    """Of each distinct string the codes ticked: the n-th character ticks code n."""
    codes = {int(code): code for code in variable.labels if WHOLE.fullmatch(code)}
    strange = next((code for code in variable.labels if not WHOLE.fullmatch(code) or code == "0"), None)
    if strange is not None:
        message = f'variable "{variable.name}": a string of ticks has no place for the code "{strange[:20]}"'
        raise fail(name, f"{message}; export the definition again.")
    for position, text in enumerate(field.values):
        if not BITS.fullmatch(text) or len(text) < max(codes, default=0):
            row = lines[np.flatnonzero(field.codes == position)[0]]
            raise fail(name, f'row {row}, column "{variable.name}": {_wrong(text, max(codes, default=0))}')
    places = [[place for place, bit in enumerate(text, start=1) if bit == "1"] for text in field.values]
    return [{codes.get(place, str(place)) for place in each} for each in places]


def _wrong(text: str, needed: int) -> str:
    if not BITS.fullmatch(text):
        return (
            "holds something other than the 0 and 1 of a question with several answers; export answers and definition "
            "again, together."
        )
    return (
        f"has {len(text)} ticks where the options need {needed}; a spreadsheet may have cut the zeros at the front, so "
        "export the answers again."
    )


def _apart(variable: Variable, cells: Sequence[str]) -> list[list[str]]:
    """Of each distinct cell its codes, of equal width; one field of a CSV may also have something between them."""
    alone = variable.start == variable.finish
    longest = max((len(code) for code in variable.labels), default=1)
    width = max(variable.width or (longest if alone else variable.field_width), 1)
    return [
        BETWEEN.split(text.strip())
        if alone and BETWEEN.search(text.strip())
        else [text[start : start + width] for start in range(0, len(text), width)]
        for text in cells
    ]
