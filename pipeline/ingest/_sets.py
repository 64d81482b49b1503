"""Multiple-response sets of an SPSS file, from its header.

They are read here because ReadStat knows neither sets that take their labels from counted values (type E) nor, in a
text column, counted values longer than a letter: it refuses the whole file.
Layout: PSPP developers' guide, "System file format".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

VARIABLE, LABELS, PLACES, DOCUMENT, EXTENSION, END = 2, 3, 4, 6, 7, 999
SETS, NEWER_SETS, LONG_NAMES = 7, 19, 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One question asked over several columns. counted: the value that means ticked, None where columns hold mentions.

    named: do the labels of the counted values, not those of the columns, name the options?
    """

    name: str
    label: str
    columns: tuple[str, ...]
    counted: str | None
    named: bool = False


def sets(raw: bytes, encoding: str) -> tuple[list[Answers], list[int]]:
    """The sets of a .sav file, and where the kinds of the records stand that hold them; none if the header is odd."""
    found: list[Answers] = []
    places: list[int] = []
    longer: dict[str, str] = {}
    try:
        for kind, place, content in _extensions(raw):
            if kind == LONG_NAMES:
                pairs = [pair.partition("=") for pair in content.decode(encoding, "replace").split("\t")]
                longer = {short.upper(): name.rstrip("\0") for short, _, name in pairs}
            elif kind in (SETS, NEWER_SETS):
                places.append(place)
                found += [read for line in content.split(b"\n") if (read := _set(line, encoding))]
    except (struct.error, LookupError, ValueError):  # LookupError: also a place beyond the end
        return [], places
    return [
        replace(entry, columns=tuple(longer.get(name.upper(), name) for name in entry.columns)) for entry in found
    ], places


def _set(line: bytes, encoding: str) -> Answers | None:
    """'$name=D1 1 8 Shops used shop1 shop2': counted value and label with their lengths, then short names."""
    name, _, rest = line.partition(b"=")
    kind, rest = rest[:1], rest[1:]
    if not name.startswith(b"$") or kind not in (b"C", b"D", b"E"):
        return None
    if kind == b"E":  # 1, or 11 where the set has the label of its first column
        rest = rest.split(maxsplit=1)[1]
    counted, rest = (None, rest) if kind == b"C" else _counted(rest)
    label, rest = _counted(rest)
    texts = [part.decode(encoding, "replace").strip() for part in (name[1:], label, counted or b"")]
    return Answers(
        name=texts[0],
        label=texts[1],
        columns=tuple(rest.decode(encoding, "replace").replace("\0", " ").split()),
        counted=None if counted is None else texts[2],
        named=kind == b"E",
    )


def _counted(rest: bytes) -> tuple[bytes, bytes]:
    """A text that stands behind its length, and what follows it."""
    length, _, rest = rest.lstrip(b" ").partition(b" ")
    size = int(length)
    return rest[:size], rest[size:]


def _extensions(raw: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Kind, place of the kind, and content of each extension record."""
    order = "<" if raw[64:68] in (b"\x02\0\0\0", b"\x03\0\0\0") else ">"

    def integers(place: int, count: int) -> tuple[int, ...]:
        return struct.unpack_from(f"{order}{count}i", raw, place)

    place = 176
    while (record := integers(place, 1)[0]) != END:
        if record == EXTENSION:
            kind, size, count = integers(place + 4, 3)
            yield kind, place + 4, raw[place + 16 : place + 16 + size * count]
        after = _after(raw, place, record, integers)
        if after <= place:
            raise ValueError
        place = after


def _after(raw: bytes, place: int, record: int, integers: Callable[[int, int], tuple[int, ...]]) -> int:
    """Where the next record begins. Raises ValueError where there can be none."""
    if record == VARIABLE:
        _, labelled, missing = integers(place + 4, 3)
        length = 4 + -(-integers(place + 32, 1)[0] // 4) * 4 if labelled else 0
        return place + 32 + length + 8 * abs(missing)
    if record == LABELS:
        count, place = integers(place + 4, 1)[0], place + 8
        for _ in range(count):
            place += 8 + (raw[place + 8] // 8 + 1) * 8
        return place
    if record == PLACES:
        return place + 8 + 4 * integers(place + 4, 1)[0]
    if record == DOCUMENT:
        return place + 8 + 80 * integers(place + 4, 1)[0]
    if record == EXTENSION:
        _, size, count = integers(place + 4, 3)
        return place + 16 + size * count
    raise ValueError
