"""SAS: .sas7bdat with its catalogue of labels (.sas7bcat), and transport files (.xpt)."""

from __future__ import annotations

import re

from pipeline.errors import listing
from pipeline.ingest._opened import Opened
from pipeline.ingest._readstat import Found, Way, found_in, table
from pipeline.ingest._table import fail
from pipeline.responses import Table

MAGIC = b"\0" * 12 + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c\x18\x1f\x10\x11"
TRANSPORT = b"HEADER RECORD*******LIB"
CATALOGUE = b"CATALOG "
KIND = slice(156, 164)
OWN = re.compile(
    r"(\$?(F|CHAR|W)?|\$(ASCII|BINARY|HEX|OCTAL|QUOTE|UPCASE|VARYING)|BEST[DX]?|[FDEZ]|COMMAX?|DOLLARX?|NEGPAREN|NLNUM|NUMX"
    r"|PERCENTN?|HEX|BINARY|OCTAL|ROMAN|WORD[FS]|YEN|EURO|EUROX|SSN|FRACT|.*(DATE|TIME|YY|MON|YEAR|QTR|DAY|WEEK|HOUR|MMSS|8601).*"
    r"|TOD|HHMM|MONTH|MONNAME|DOWNAME|JULIAN)\d*(\.\d*)?"
)
"""Formats of SAS itself. Any other is the study's own, and its labels stand in a catalogue."""


def fits(opened: Opened) -> bool:
    return opened.raw.startswith((MAGIC, TRANSPORT))


def read(opened: Opened) -> Table:
    """Table of the file; a missing value with a letter is the cell '.A'."""
    if opened.raw.startswith(TRANSPORT):
        return _transport(opened)
    if opened.raw[KIND] == CATALOGUE:
        message = "is a catalogue of labels; name the .sas7bdat under 'file' and this one under 'labels'."
        raise fail(opened.name, message)
    if opened.labels is not None and not (opened.labels.startswith(MAGIC) and opened.labels[KIND] == CATALOGUE):
        raise fail(opened.file.labels or opened.name, "is no SAS catalogue (.sas7bcat); name that under 'labels'.")
    way = Way(reader="sas7bdat", what="a SAS file", advice="save it again in SAS, or as CSV")
    found = found_in(opened, way)
    return table(opened, way, found, "sas", notes=_unlabelled(found) if opened.labels is None else ())


def _transport(opened: Opened) -> Table:
    if opened.labels is not None:
        raise fail(opened.name, "is a transport file, which takes no catalogue; leave 'labels' out of data.")
    way = Way(reader="xport", what="a SAS transport file", advice="export it again, or as CSV", declared="utf-8")
    found = found_in(opened, way)
    note = "A transport file does not hand over which missing values were .A to .Z: they are read as blank."
    return table(opened, way, found, "sas", notes=[note] if found.has_blanks else ())


def _unlabelled(found: Found) -> list[str]:
    """A note about columns whose labels stand in a catalogue that the study does not name."""
    own = [column["name"] for column in found.columns if not OWN.fullmatch((column["format"] or "").upper())]
    if not own:
        return []
    return [f"Labels of {listing(own, 5)} stand in a catalogue; name the .sas7bcat under data.labels."]
