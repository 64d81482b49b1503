"""A file of SPSS, Stata or SAS as arrays, written to standard output. Run as a program of its own, bounded in memory
and time: the library that reads these files is written in C, and a crafted file can end the process it runs in.

Out: the length of a JSON object (8 bytes, little endian), the object, then one array a column, in its order. A column
of texts has `values`, and int32 positions in them; one of few whole numbers has its lowest, `low`, and uint8 distances
from it, 255 where blank; any other is float64. A missing value with a letter is a NaN whose last byte is that letter.
Nothing of it can be executed.
"""

from __future__ import annotations

import io
import json
import os
import struct
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice
from typing import Any, BinaryIO

import numpy as np

MEMORY = 3 * 1024**3
SECONDS = 20
SECONDS_PER_MEGABYTE = 2
PASS = 10_000
MOST_PASSES = 10
"""A file is read in passes of so many rows, so that the numbers of a pass, which the library makes one by one, are
still near the processor when they are put into arrays. More passes would skip through the same rows too often."""
BLOCK = 1000
BLANK = 255
NO_TAGS = ("por", "xport")
"""Readers that cannot say which code or letter a missing value had."""


def main() -> None:
    """In: on standard input the file and behind it its catalogue, if any; as argument a JSON object that says
    the `reader`, the `encoding` (or null), the `length` of the file and `hidden`, places whose next four bytes are
    to be made unreadable.
    """
    asked = json.loads(sys.argv[1])
    _bound(asked["length"])
    raw = sys.stdin.buffer.read()
    try:
        head, arrays = parse(_hide(raw[: asked["length"]], asked["hidden"]), raw[asked["length"] :], asked)
    except MemoryError:
        head, arrays = {"error": "memory"}, []
    except Exception as error:  # whatever a library says of a broken file
        letters = isinstance(error, UnicodeError) or "requested encoding" in str(error)
        head, arrays = {"error": "letters" if letters else "broken"}, []
    _write(sys.stdout.buffer, head, arrays)
    os._exit(0)  # nothing is left to do, and freeing what was read takes its time


def parse(raw: bytes, catalogue: bytes, asked: dict[str, Any]) -> tuple[dict[str, Any], list[np.ndarray]]:
    """What the file says of itself, and (rows,) arrays."""
    import pyreadstat

    encoding = {"encoding": asked["encoding"]} if asked["encoding"] else {}
    tags = {} if asked["reader"] in NO_TAGS else {"user_missing": True}
    how = {"output_format": "dict", "disable_datetime_conversion": True, **encoding, **tags}
    read = partial(getattr(pyreadstat, f"read_{asked['reader']}"), **how)
    _, meta = read(io.BytesIO(raw), metadataonly=True)
    labels = meta.variable_value_labels
    if catalogue:
        _, book = pyreadstat.read_sas7bcat(io.BytesIO(catalogue), **encoding)
        labels = {name: book.value_labels.get(used, {}) for name, used in meta.variable_to_label.items()}
    columns = [
        _column(meta, name, label, labels.get(name, {}))
        for name, label in zip(meta.column_names, meta.column_labels, strict=True)
    ]
    arrays = _arrays(_passes(read, raw, meta.number_rows), columns, meta.number_rows)
    return {"encoding": meta.file_encoding, "rows": len(arrays[0]) if arrays else 0, "columns": columns}, arrays


def _column(meta: Any, name: str, label: str | None, labels: dict[Any, str]) -> dict[str, Any]:
    return {
        "name": name or "",
        "label": label or "",
        "format": meta.original_variable_types.get(name),
        "type": meta.readstat_variable_types[name],
        "measure": meta.variable_measure.get(name),
        "labels": [(code, text or "") for code, text in labels.items() if code is not None],
        "missing": [(part["lo"], part["hi"]) for part in meta.missing_ranges.get(name, [])],
        "low": None,
        "values": [] if meta.readstat_variable_types[name] == "string" else None,
    }


def _passes(read: Callable[..., Any], raw: bytes, rows: int | None) -> Iterator[tuple[list[list[Any]], list[str]]]:
    """The cells of each column, some rows at a time, and the columns that hold letters for missing values."""
    step = max(PASS, -(-rows // MOST_PASSES)) if rows else 0
    for start in range(0, rows or 1, step or 1):
        part = {"row_offset": start, "row_limit": step} if step else {}
        cells, meta = read(io.BytesIO(raw), **part)
        yield list(cells.values()), list(meta.missing_user_values)


def _arrays(
    passes: Iterator[tuple[list[list[Any]], list[str]]], columns: list[dict[str, Any]], rows: int | None
) -> list[np.ndarray]:
    """(rows,) arrays; `values` and `low` are set here. rows: None where unknown."""
    numeric = [position for position, column in enumerate(columns) if column["values"] is None]
    texts = [position for position, column in enumerate(columns) if column["values"] is not None]
    known: list[dict[str | None, int]] = [{} for _ in texts]
    done, numbers, codes = 0, np.empty((len(numeric), rows or 0)), np.empty((len(texts), rows or 0), np.int32)
    for cells, tagged in passes:
        size = len(cells[0]) if cells else 0
        if rows is None:  # one pass, whose size tells
            numbers, codes = np.empty((len(numeric), size)), np.empty((len(texts), size), np.int32)
        for position in numeric:
            if columns[position]["name"] in tagged:
                cells[position] = [_tag(cell) if isinstance(cell, str) else cell for cell in cells[position]]
        _turn([cells[position] for position in numeric], numbers[:, done : done + size])
        for row, places, position in zip(codes, known, texts, strict=True):
            for text in dict.fromkeys(cells[position]):
                places.setdefault(text, len(places))
            row[done : done + size] = np.fromiter(map(places.__getitem__, cells[position]), np.int32, size)
        done += size
    for position, places in zip(texts, known, strict=True):
        columns[position]["values"] = [text or "" for text in places]
    arrays = dict(zip([*numeric, *texts], [*numbers[:, :done], *codes[:, :done]], strict=True))
    for position in numeric:
        small, columns[position]["low"] = _small(arrays[position])
        arrays[position] = arrays[position] if small is None else small
    return [arrays[position] for position in range(len(columns))]


def _small(array: np.ndarray) -> tuple[np.ndarray | None, int | None]:
    """(rows,) uint8 distances from the lowest number, and that number; None where they do not say all."""
    blank = np.isnan(array)
    low, high = (float(end.reduce(array, initial=np.nan)) for end in (np.fmin, np.fmax))
    if not high - low < BLANK or (array[blank].view(np.uint64) & 0xFF).any():
        return None, None
    distance = np.where(blank, BLANK, array - low)
    places = distance.astype(np.uint8)
    return (places, int(low)) if low.is_integer() and (places == distance).all() else (None, None)


def _tag(letter: str) -> float:
    """A NaN that carries the letter in its last byte."""
    return float(struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000 | ord(letter) & 0xFF))[0])


def _turn(columns: list[list[Any]], into: np.ndarray) -> None:
    """Puts the columns' numbers into (columns, rows), NaN where None, going along the rows as they lie in memory."""
    rows = into.shape[1]
    records = zip(*columns, strict=True)
    for start in range(0, rows, BLOCK) if columns else ():
        size = min(BLOCK, rows - start)
        block = np.fromiter(chain.from_iterable(islice(records, size)), np.float64, size * len(columns))
        into[:, start : start + size] = block.reshape(size, -1).T


def _hide(raw: bytes, places: list[int]) -> bytes:
    for place in places:
        raw = raw[:place] + b"\x7f" * 4 + raw[place + 4 :]
    return raw


def _write(out: BinaryIO, head: dict[str, Any], arrays: list[np.ndarray]) -> None:
    text = json.dumps(head).encode()
    out.write(len(text).to_bytes(8, "little"))
    out.write(text)
    for array in arrays:
        out.write(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).data)
    out.flush()


def _bound(length: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    seconds = SECONDS + SECONDS_PER_MEGABYTE * length // 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
