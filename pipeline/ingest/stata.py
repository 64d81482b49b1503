"""Stata: .dta of every version, with value labels and missing values .a to .z."""

from __future__ import annotations

import re

from pipeline.ingest._opened import Opened
from pipeline.ingest._readstat import Way, found_in, table
from pipeline.ingest._table import fail
from pipeline.responses import Table

TAGGED = re.compile(rb"<stata_dta><header><release>(\d{3})</release>")
OLD = range(104, 116)
UNICODE = 118


def fits(opened: Opened) -> bool:
    head = opened.raw[:4]
    old = len(head) == 4 and head[0] in OLD and head[1] in (1, 2) and head[2] == 1 and head[3] == 0
    return opened.raw.startswith(b"<stata_dta>") or old


def read(opened: Opened) -> Table:
    """Table of the file; a missing value with a letter is the cell '.a', whose label says why it is no answer."""
    if opened.labels is not None:
        raise fail(opened.name, "carries its labels itself; leave 'labels' out of data.")
    release = TAGGED.match(opened.raw)
    encoding = "utf-8" if release and int(release[1]) >= UNICODE else "windows-1252"
    way = Way(reader="dta", what="a Stata file", advice="save it again in Stata, or as CSV", declared=encoding)
    return table(opened, way, found_in(opened, way), "stata")
