"""Texts of a survey tool as people see them, and columns with their texts changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from pipeline.ingest._headings import clean
from pipeline.ingest._table import canonical, numbered
from pipeline.responses import About, Coded

MOST = 5_000
"""Distinct cells beyond which a column holds no options: it is told by the first."""
MARKS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)")


def unmarked(text: str | None) -> str:
    """The text in one line without HTML, and without the stars and low lines that mark bold and italic words."""
    return MARKS.sub(r"\2", MARKS.sub(r"\2", clean(text or "")))


def mapped(column: Coded, change: Callable[[str], str | None]) -> Coded:
    """The column with every text changed, blank where the change gives None; native values stay."""
    changed = [change(value) if isinstance(value, str) else value for value in column.values]
    if changed == list(column.values):
        return column
    table = np.empty(len(changed) + 1, dtype=object)
    table[:-1] = changed
    codes, values = pd.factorize(table)
    return Coded(codes[column.codes], tuple(values.tolist()))


def held(column: Coded) -> list[str]:
    """Distinct texts of a column, native values in their one way of writing; of very many only the first."""
    return list(dict.fromkeys(text for value in column.values[:MOST] if (text := canonical(value)) is not None))


def parts_of(texts: Iterable[str], separator: str) -> list[str] | None:
    """The options of which the cells of a question are joined, in the order found; None where nothing speaks for it.

    It does where some option stands in two different cells, alone or beside others, and there are no more options
    than different cells: sentences with commas, and labels that hold one, have more.
    """
    different = list(dict.fromkeys(texts))
    if len(different) >= MOST or not any(separator in text for text in different):
        return None
    cells = [[part.strip() for part in text.split(separator) if part.strip()] for text in different]
    found = Counter(part for parts in cells for part in set(parts))
    joined = [parts for parts in cells if len(parts) > 1]
    if not joined or len(found) > len(cells) or any(len(set(parts)) < len(parts) for parts in cells):
        return None
    return list(found) if any(found[part] > 1 for parts in joined for part in parts) else None


def apart(names: Sequence[str], about: Sequence[About]) -> dict[str, About]:
    """What is known of each column by the name that a table gives it, where names stand more than once."""
    unique, _ = numbered([name or None for name in names])
    return {name: entry for name, entry in zip(unique, about, strict=True) if name and entry != About()}
