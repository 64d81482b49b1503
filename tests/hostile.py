"""Hostile files: what may be done to a file, and what must come of it whatever was done."""

from __future__ import annotations

import io
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import types
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from pipeline.errors import WhybuyError
from pipeline.ingest import _parsed, _readstat, _sheet, _workbook

SECONDS = 30
LONGEST = 1500
MEMORY = 700 * 1024**2
"""What a program of its own may take beyond what is there when it is forked; the files are small."""
SENTENCE = re.compile(r"[^\n]+: [^\n]+[.?]|… and \d+ more problems\.")
INSERTED = (b"\0", b"\xff", b"\x7f", b'"', b"\n", b",", b"=cmd|' /C calc'!A0,", b"\xe4\xb8", b"<!DOCTYPE a [")
PROGRAMS = {"_sheet.py": _sheet, "_parsed.py": _parsed}


def damaged(raw: bytes, chance: random.Random) -> bytes:
    """The bytes with one to eight of: a byte or a bit changed, the rest cut off, a part doubled, taken out, put in."""
    found = bytearray(raw)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 8))):
        if not found:
            break
        at, what = chance.randrange(len(found)), chance.randrange(6)
        some = chance.randint(1, max(1, len(found) // 6))
        if what == 0:
            found[at] = chance.randrange(256)
        elif what == 1:
            found[at] ^= 1 << chance.randrange(8)
        elif what == 2:
            del found[at:]
        elif what == 3:
            found[at:at] = found[at : at + some]
        elif what == 4:
            del found[at : at + some]
        else:
            found[at:at] = chance.choice(INSERTED) * chance.randint(1, 4)
    return bytes(found)


def verdict(read: Any, secrets: tuple[str, ...] = ()) -> str:
    """'read' or 'refused with 4' for a call that gives lines to print.

    AssertionError where it ends otherwise, takes longer than half a minute, says no sentence, or says a secret.
    """
    signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        lines, found = list(read()), "read"
    except WhybuyError as error:
        lines, found = error.lines(), f"refused with {error.exit_code}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if found != "read":
        wrong = [line for line in lines if not SENTENCE.fullmatch(line) or len(line) > LONGEST]
        assert not wrong, wrong
        assert found[-1] in "2345", found
    told = [secret for secret in secrets if any(secret in line for line in lines)]
    assert not told, told
    return found


def _too_long(*_: Any) -> None:
    raise AssertionError(f"took longer than {SECONDS} seconds")


@contextmanager
def forked() -> Iterator[None]:
    """Within it, the programs that read workbooks and statistics files begin by a fork: thousands in a minute."""
    stand_in = types.SimpleNamespace(**{**vars(subprocess), "run": _fork})
    with ExitStack() as patches:
        for module in (_readstat, _workbook):
            patches.enter_context(mock.patch.object(module, "subprocess", stand_in))
        yield


def _fork(program: list[str], **streams: Any) -> Any:
    """What subprocess.run gives, of the program that stands in a module of the package."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as taken:
        given.write(streams.get("input", b""))
        given.seek(0)
        source, target = streams.get("stdin") or given, streams.get("stdout")
        target = taken if streams.get("capture_output") else target
        pid = os.fork()
        if pid == 0:
            _child(program, source.fileno(), target.fileno())  # type: ignore[union-attr]
        _, status = os.waitpid(pid, 0)
        taken.seek(0)
        return types.SimpleNamespace(returncode=os.waitstatus_to_exitcode(status), stdout=taken.read())


def _child(program: list[str], source: int, target: int) -> None:
    """Runs the program and ends; the bounds it gives itself are for a process that holds nothing else."""
    import resource

    code = 1
    try:
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.dup2(source, 0)
        os.dup2(target, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        here = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (here + MEMORY, here + MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        module = PROGRAMS[Path(program[2]).name]
        module._bound = lambda *_: None  # type: ignore[attr-defined]
        sys.argv, sys.stdin, sys.stdout = program[2:], open(0), open(1, "w")  # noqa: SIM115
        module.main()
        sys.stdout.flush()
        code = 0
    finally:
        os._exit(code)


RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
XML = '<?xml version="1.0"?>'


def workbook(rows: str, strings: str = "", more: int = 0) -> bytes:
    """An xlsx of one sheet with these rows as XML, these shared strings, and so many entries that nobody needs."""
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" '
        f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{OFFICE}/sharedStrings"'
        ' Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text if text.startswith("<!") else XML + text)
        for number in range(more):
            archive.writestr(f"xl/x{number}", "")
    return buffer.getvalue()


def bombs() -> dict[str, bytes]:
    """Small workbooks that ask for much."""
    texts = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, 40_001))
    entities = '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>'
    ends = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="IV1048576"><v>1</v></c></row>'
    lying = workbook(f"<row>{' ' * 20_000_000}</row>")
    size = next(e.file_size for e in zipfile.ZipFile(io.BytesIO(lying)).infolist() if "sheet1" in e.filename)
    return {
        "30 MB of blanks in a sheet": workbook(" " * 30_000_000),
        "a size that is not that of the content": lying.replace(
            size.to_bytes(4, "little"), (5000).to_bytes(4, "little")
        ),
        "3,000 entries": workbook("", more=3000),
        "a text of 32,767 characters in 40,000 cells": workbook(texts, f"<si><t>{'x' * 32_767}</t></si>"),
        "cells in the first and the last row": workbook(ends),
        "entities": workbook(entities),
    }
