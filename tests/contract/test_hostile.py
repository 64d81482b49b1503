"""Hostile input through the public door: whatever a file holds, it is read, or refused in one sentence, and soon."""

from __future__ import annotations

import json
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import load
from pipeline.checkup import check
from pipeline.draft import draft_text
from pipeline.errors import DataError
from pipeline.ingest import READERS
from pipeline.inspection import inspect
from tests.contract.test_readers import LABELS, WRITERS
from tests.hostile import bombs, damaged, forked, verdict

Folder = Callable[..., Path]
SUFFIXES = {"excel": ".xlsx", "parquet": ".parquet", "spss": ".sav", "stata": ".dta", "sas": ".xpt"}
SLOW = ("excel", "spss", "stata", "sas")
SECRETS = ("ann.lee@example.org", "13912345678", "my boss is a thief")


def put(folder: Path, name: str, raw: bytes) -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


def understood(path: Path, labels: Path | None = None) -> Callable[[], list[str]]:
    """inspect and new, on one file: what they print."""

    def lines() -> list[str]:
        written = draft_text(path.name, path.parent / "study.yaml", labels.name if labels else None)
        return [*inspect(path, labels), *written.splitlines()]

    return lines


def labels_of(folder: Path, name: str) -> Path | None:
    return put(folder, "w.sss", LABELS[name]) if name in LABELS else None


@pytest.mark.parametrize("name", READERS)
def test_damaged_files_of_every_format(name: str, tmp_path: Path) -> None:
    raw, chance = WRITERS[name](), random.Random(f"{name} 2026")
    labels = labels_of(tmp_path, name)
    cuts = [raw[: len(raw) * part // 20] for part in range(20)]
    flips = [damaged(raw, chance) for _ in range(20 if name in SLOW else 60)]
    with forked():
        found = [
            verdict(understood(put(tmp_path, f"w{SUFFIXES.get(name, '.csv')}", each), labels))
            for each in (*cuts, *flips)
        ]
    assert found[0] == "refused with 4"
    assert set(found) <= {"read", "refused with 4"}


def test_bombs_are_refused_within_bounds(tmp_path: Path) -> None:
    for name, raw in bombs().items():
        path = put(tmp_path, "bomb.xlsx", raw)
        began = time.process_time()
        assert verdict(lambda: inspect(path)) == "refused with 4", name  # noqa: B023
        assert time.process_time() - began < 1, name
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1_200_000  # KB: less than the half of what they ask


XML = {
    "expansion": '<!DOCTYPE {0} [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><{0}><x>&b;</x></{0}>',
    "external": '<!DOCTYPE {0} [<!ENTITY a SYSTEM "/etc/passwd">]><{0}><x>&a;</x></{0}>',
    "parameter": '<!DOCTYPE {0} [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]><{0}/>',
    "unknown": "<{0}><x>&nope;</x></{0}>",
    "deep": "<{0}>" + "<a>" * 100_000,
}


@pytest.mark.parametrize("root", ["sss", "document", "questionnaire"])
@pytest.mark.parametrize("name", XML)
def test_xml_that_declares_anything_is_refused(name: str, root: str, tmp_path: Path) -> None:
    raw = WRITERS["triple_s" if root == "sss" else "limesurvey"]()
    labels = put(tmp_path, f"w.{root}", XML[name].format(root).encode())
    assert verdict(understood(put(tmp_path, "w.csv", raw), labels), ("root:", "secret")) == "refused with 4"


WIDE = ",".join(f"q{i}" for i in range(10_000)) + "\n" + "\n".join([",".join(["5"] * 10_000)] * 20)
FILES: dict[str, tuple[bytes, str]] = {
    "a NUL byte": (b"id,q1\n1,2\0\n", "NUL byte"),
    "20,001 columns": (b",".join([b"q"] * 20_001) + b"\n" + b",".join([b"1"] * 20_001) + b"\n", "20,001 columns"),
    "10 MB in a cell": (b"id,q1\n1," + b"x" * 10_000_000 + b"\n", "row 2: a cell holds more than 131,072 characters"),
    "10 MB in quotes": (b'id,q1\n1,"' + b"x\n" * 5_000_000 + b'"\n', 'row 2: a quote (") opens here and is not closed'),
    "two encodings": ("id,q1\n1,满意\n".encode() + "2,不满意\n3,一般\n".encode("gb18030"), "mixes encodings"),
    "no header, with mails": (b"ann.lee@example.org,3\nbob@example.org,4\n", "put "),
    "no header, with numbers": (b"5,3,4\n2,4,1\n", "put "),
    "no header, with times": (b"2026-03-02 10:15,4\n2026-03-02 10:17,5\n", "put "),
    "header alone": (b"id,q1\n", "no answers below them"),
    "a Chinese .por": (b" " * 464 + "SPSSPORT品牌满意度".encode("gb18030") * 40, "SPSS"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_nobody_can_use_gets_one_sentence(name: str, tmp_path: Path) -> None:
    raw, words = FILES[name]
    path = put(tmp_path, "w.csv", raw)
    assert verdict(lambda: inspect(path), SECRETS) == "refused with 4"
    with pytest.raises(DataError, match=re.escape(words)):
        inspect(path)


def test_strange_files_that_can_be_used_are_read(tmp_path: Path) -> None:
    assert verdict(lambda: inspect(put(tmp_path, "w.csv", WIDE.encode()))) == "read"
    for raw in (b"q1\n1\n", b"id,q1\n1,2\n", "id,品牌\n1,\x1b[31m红\n2,蓝\n".encode()):
        assert verdict(understood(put(tmp_path, "w.csv", raw))) == "read"


def test_nothing_that_may_say_who_answered_is_printed(tmp_path: Path) -> None:
    rows = "\n".join(f"{i},{i % 7 + 1},{SECRETS[i % 3]} {i}" for i in range(30))
    raw = f"id,q1,comment\n{rows}\n".encode()
    chance = random.Random(7)
    body = raw.index(b"\n") + 1
    for _ in range(40):
        broken = raw[:body] + damaged(raw[body:], chance)
        verdict(understood(put(tmp_path, "w.csv", broken)), SECRETS)


def test_nothing_a_terminal_obeys_is_printed(tmp_path: Path) -> None:
    path = put(tmp_path, "w.csv", b"id,q\x1b[2Jx,q2\n1,2,3\n")
    done = subprocess.run([sys.executable, "-m", "pipeline", "inspect", str(path)], capture_output=True, timeout=60)
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout


QSF = [
    b'{"SurveyElements":' + b"[" * 500_000,
    b'{"a":' * 200_000,
    b'{"SurveyElements":null}',
    b"[]",
    b"\xff\xfe",
    b"PK",
]


def test_a_questionnaire_that_is_none_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "w.csv", WRITERS["qualtrics"]())
    for raw in QSF:
        assert verdict(understood(path, put(tmp_path, "w.qsf", raw))) == "refused with 4"


PLACES = [
    "../out.csv",
    "/etc/hostname",
    "link.csv",
    "loop",
    "folder",
    "pipe",
    "gone.csv",
    "http://x/y.csv",
    "a\0b",
    "~/x",
]


@pytest.mark.parametrize("key", ["file", "labels"])
@pytest.mark.parametrize("place", PLACES)
def test_no_file_outside_the_study_is_opened(key: str, place: str, study_folder: Folder, tmp_path: Path) -> None:
    import os

    home = tmp_path / "study"
    home.mkdir()
    put(tmp_path, "out.csv", b"id,t1\nSECRET,SECRET\n")
    (home / "link.csv").symlink_to(tmp_path / "out.csv")
    (home / "loop").symlink_to(home / "loop")
    (home / "folder").mkdir()
    os.mkfifo(home / "pipe")
    study = study_folder(data={"file": "answers.csv"} | {key: place})
    for name in ("study.yaml", "answers.csv"):
        (study / name).rename(home / name)
    assert verdict(lambda: check(load(home)), ("SECRET",)) in ("refused with 3", "refused with 4")


VALUES: list[Any] = [
    None, True, -1, 0, 1e308, 10**30, "", "x", "t1", "city", "../x", "a\0b", "=cmd|' /C calc'!A0", "\u202eabc",
    [], {}, [[]], [None], ["x", "x"], {"x": 1}, {"x": {"y": {}}}, {"": ""}, {"city": {"north": -1}}, [3, 0.1], [0, 0],
]  # fmt: skip
KEYS: dict[str, Any] = {
    "respondent": {"id": "id", "complete": {"column": "id"}, "tests": {"column": "city", "equals": "x"}},
    "privacy": {"keep": ["city"], "salt": "env:SALT"},
    "missing": {"skipped": [-99], "declined": [98], "not_asked": [97]},
    "variables": {
        "city": {"codes": {"north": "North", "south": "South"}, "type": "category", "other": "Else"},
        "band": {"from": "size", "cut": [0, 1, 5], "labels": ["low", "high"]},
        "size": {"column": "w", "type": "number", "range": [0, 9]},
        "top": {"from": "p1", "recode": "top2_box"},
    },
    "segments": {"compare": ["city"], "reference": {"city": "north"}},
    "weights": {"rake": {"city": {"north": 0.5, "south": 0.5}}, "limits": [0.3, 3], "rerake": True},
    "quality": {"minimum_base": 10, "longstring": 3, "irv": 0.1, "duplicates": ["answers"], "drop_when": {"flags": 2}},
    "model": {"outcome": "intent", "drivers": ["trust", "price"], "draws": 200, "confidence": 0.95, "imputations": 0},
}


def places(tree: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield above
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, entry in inner:
        yield from places(entry, (*above, key))


def changed(tree: Any, place: tuple[str | int, ...], value: Any) -> Any:
    """The tree with another value at a place."""
    found = json.loads(json.dumps(tree))
    inner = found
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return found


def test_a_definition_with_one_absurd_value_gets_a_sentence(study_folder: Folder) -> None:
    assert verdict(lambda: check(load(study_folder(**KEYS)))) == "read"
    jobs = [(place, value) for place in places(KEYS) if place for value in VALUES]
    for place, value in random.Random(4).sample(jobs, 60):
        verdict(lambda: check(load(study_folder(**changed(KEYS, place, value)))))  # noqa: B023
