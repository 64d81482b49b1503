"""Rows: who each belongs to, which repeat another, and the hashes that make the order of the file irrelevant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd

from pipeline.errors import Problem
from pipeline.ingest._cells import Cells, Sheet
from pipeline.responses import Responses


def hashed(texts: Iterable[str]) -> np.ndarray:
    """(texts,) uint64, the same on every machine."""
    digests = (hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def contents(sheet: Sheet, extra: np.ndarray, identity: str | None) -> np.ndarray:
    """(rows,) uint64: a hash of the used content of each row but its id, whatever the order of columns.

    extra: (rows,) uint64, what else a row says.
    """
    total = extra.copy()
    for cells in sheet.columns.values():
        if cells.column == identity:
            continue
        total += np.append(hashed(f"{cells.column}\0{text}" for text in cells.texts), np.uint64(0))[cells.codes]
    return total


def keys(identity: Cells | None, content: np.ndarray) -> np.ndarray:
    """(rows,) uint64: a hash of the respondent id, or of the row's content and its ordinal among equal rows."""
    if identity is not None:
        known: np.ndarray = np.append(hashed(identity.texts), np.uint64(0))[identity.codes]
        return known
    ordinal = pd.Series(content).groupby(content).cumcount().to_numpy()
    return hashed(f"{row}\0{nth}" for row, nth in zip(content.tolist(), ordinal.tolist(), strict=True))


def repeats(
    sheet: Sheet, key: np.ndarray, wave: np.ndarray, brand: np.ndarray, content: np.ndarray
) -> tuple[np.ndarray, list[Problem]]:
    """(rows,) bool: repeats an earlier row of the same respondent, wave and brand; problems where answers differ."""
    rows = pd.DataFrame({"key": key, "wave": wave, "brand": brand, "content": content})
    repeated = rows.duplicated().to_numpy()
    left = rows[~repeated]
    clashing = left[left.duplicated(["key", "wave", "brand"], keep=False)]
    advice = (
        "if people rate several brands, declare segments.brand; if they answer in several waves, name 'wave' under "
        "data; else keep one of the rows, or add 'id' to quality.duplicates to keep the first of each"
    )
    problems: list[Problem] = []
    for _, group in clashing.groupby(["key", "wave", "brand"], sort=False):
        found = group.index.to_list()
        message = f"{sheet.rows(found)} have the same respondent id but different answers; {advice}."
        problems.append(Problem(where=sheet.names[sheet.file[found[0]]], message=message))
    return repeated, problems


def fingerprint(responses: Responses) -> str:
    """sha256 of everything typed, columns by name, rows in canonical order."""
    digest = hashlib.sha256()
    for name in sorted(map(str, responses.items)):
        digest.update(f"item\0{name}\0".encode())
        digest.update(np.ascontiguousarray(responses.items[name].to_numpy(), dtype="<f8").tobytes())
        digest.update(np.ascontiguousarray(responses.reasons[name].to_numpy(), dtype="i1").tobytes())
    others = {f"variable\0{name}": responses.variables[name].to_numpy() for name in responses.variables}
    others |= {"weight": responses.weight, "strata": responses.strata, "cluster": responses.cluster}  # type: ignore[dict-item]
    others |= {"started": responses.started} if responses.started is not None else {}
    others |= {"complete": responses.complete, "key": responses.keys[responses.respondent]}
    for name in sorted(others):
        if others[name] is not None:
            digest.update(f"{name}\0".encode())
            digest.update(_bytes(others[name]))
    return digest.hexdigest()


def _bytes(values: np.ndarray) -> bytes:
    """Numbers in one byte order, texts joined."""
    if values.dtype.kind in "fub":
        return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).tobytes()
    return "\0".join([*map(str, values.tolist()), ""]).encode("utf-8", "surrogatepass")
