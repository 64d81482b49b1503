"""SPSS: .sav, .zsav and .por, with value labels, user-missing codes and multiple-response sets."""

from __future__ import annotations

from pipeline.ingest._opened import Opened
from pipeline.ingest._readstat import Found, Way, found_in, python_name, table
from pipeline.ingest._sets import sets
from pipeline.ingest._table import fail
from pipeline.responses import Table

SYSTEM = (b"$FL2", b"$FL3")
LOCKED = b"ENCRYPTEDSAV"
PORTABLE = b"SPSSPORT"
PLACE = slice(400, 520)
"""Where the signature of a portable file stands, whatever ends its lines."""

PORTABLE_WAY = Way(
    reader="por",
    what="an SPSS file",
    advice="open it in SPSS and save it as .sav",
    undeclared="open it in SPSS and save it as .sav",
)


def fits(opened: Opened) -> bool:
    return opened.raw.startswith(SYSTEM) or _is_locked(opened.raw) or PORTABLE in opened.raw[PLACE]


def read(opened: Opened) -> Table:
    """Table of the file. User-missing codes stay in their cells; `missing` says why each is no answer."""
    if _is_locked(opened.raw):
        raise fail(opened.name, "is locked with a password; open it in SPSS and save a copy without one.")
    if opened.labels is not None:
        raise fail(opened.name, "carries its labels itself; leave 'labels' out of data.")
    return _portable(opened) if PORTABLE in opened.raw[PLACE] else _system(opened)


def _is_locked(raw: bytes) -> bool:
    return LOCKED in raw[:64]


def _system(opened: Opened) -> Table:
    hidden = sets(opened.raw, "latin-1")[1]
    way = Way(
        reader="sav",
        what="an SPSS file",
        advice="export it again as .sav, or as CSV",
        declared="windows-1252",
        hidden=tuple(hidden),
    )
    found = found_in(opened, way)
    encoding = opened.file.encoding or found.encoding or "windows-1252"
    return table(opened, way, found, "spss", sets(opened.raw, python_name(encoding))[0])


def _portable(opened: Opened) -> Table:
    if opened.file.encoding:
        raise fail(opened.name, "is a .por, which has no encoding; leave 'encoding' out, or save the file as .sav.")
    found = found_in(opened, PORTABLE_WAY)
    if _garbled(found):
        message = "holds letters that a .por does not say how to read; open it in SPSS and save it as .sav."
        raise fail(opened.name, message)
    note = "A .por does not hand over its user-missing codes: they are read as blank. Save it as .sav to keep them."
    return table(opened, PORTABLE_WAY, found, "spss", notes=[note] if found.has_blanks else ())


def _garbled(found: Found) -> bool:
    texts = [text for column in found.columns for text in (column["name"], column["label"], *(column["values"] or []))]
    texts += [label for column in found.columns for _, label in column["labels"]]
    return any("\ufffd" in text for text in texts if text)
