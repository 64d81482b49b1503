"""The report folder: complete, reproducible, never half-written, never somebody else's."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import json
import os
import resource
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline import estimates
from pipeline.errors import ExportError, UsageError
from pipeline.report import folder, publish
from pipeline.report.fingerprint import unchanged
from pipeline.study import load


@pytest.fixture
def analysis(study_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A finished analysis with little in it; the page is a stand-in that prints the seed."""
    html = SimpleNamespace(page=lambda results, language: f"<p>{language} {results['study']['seed']}</p>\n")
    monkeypatch.setitem(sys.modules, "pipeline.report.html", html)
    results = SimpleNamespace(build=lambda analysis: analysis.results)
    monkeypatch.setitem(sys.modules, "pipeline.report.results", results)
    return make(load(study_folder()), seed=1)


def make(study: Any, seed: int) -> Any:
    rows = [
        estimates.row("importance", "lmg_share", term="=cmd()", estimate=-0.5, n=5),
        estimates.row("regression", "r2", estimate=0.25, n=5),
    ]
    results = {
        "schema_version": "1",
        "study": {"seed": seed, "draws": 2000, "drivers": [], "outcome": "y", "constructs": {}},
        "provenance": {"content_sha256": "c" * 64},
        "screening": [{"stage": "read", "remaining": 5, "removed": {}}],
        "estimates": rows,
    }
    return SimpleNamespace(study=study, results=results)


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def hidden(root: Path) -> list[str]:
    return [path.name for path in root.iterdir() if path.name.startswith(".")]


def test_the_folder_holds_what_the_manifest_says(analysis: Any, tmp_path: Path) -> None:
    files = publish.publish(analysis, tmp_path / "out")
    target = tmp_path / "out" / analysis.study.name
    assert [path.relative_to(target).as_posix() for path in files] == [
        "manifest.json",
        "results.json",
        "tables/importance.csv",
        "tables/regression.csv",
        "findings.en.html",
        "findings.zh.html",
    ]
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    found = tree(target)
    del found["manifest.json"]
    assert {name: entry["sha256"] for name, entry in manifest["outputs"].items()} == {
        name: hashlib.sha256(content).hexdigest() for name, content in found.items()
    }
    data = (analysis.study.folder / "answers.csv").read_bytes()
    assert manifest["inputs"] == {"answers.csv": hashlib.sha256(data).hexdigest()}
    assert manifest["definition_sha256"] == hashlib.sha256(analysis.study.path.read_bytes()).hexdigest()
    assert manifest["rows"] == [{"stage": "read", "remaining": 5}]
    assert hidden(tmp_path / "out") == []


def test_results_survive_the_round_trip(analysis: Any, tmp_path: Path) -> None:
    publish.publish(analysis, tmp_path)
    raw = (tmp_path / analysis.study.name / "results.json").read_text(encoding="utf-8")
    assert json.loads(raw) == analysis.results
    assert raw.endswith("\n")


def test_a_number_that_is_not_finite_is_never_written(analysis: Any, tmp_path: Path) -> None:
    analysis.results["estimates"][0]["estimate"] = float("nan")
    with pytest.raises(ValueError, match="JSON compliant"):
        publish.publish(analysis, tmp_path / "out")
    assert not (tmp_path / "out" / analysis.study.name).exists()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_texts_that_a_spreadsheet_would_run_are_quoted(start: str) -> None:
    assert publish.safe_cell(f"{start}1+1") == f"'{start}1+1"


def test_numbers_keep_their_minus(analysis: Any, tmp_path: Path) -> None:
    publish.publish(analysis, tmp_path)
    table = (tmp_path / analysis.study.name / "tables/importance.csv").read_text(encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(table))
    assert list(row) == list(estimates.COLUMNS)
    assert (row["term"], row["estimate"], row["p_value"]) == ("'=cmd()", "-0.5", "")


def test_twice_gives_the_same_bytes(analysis: Any, tmp_path: Path) -> None:
    runs = []
    for _ in range(2):
        publish.publish(analysis, tmp_path / "out")
        runs.append(tree(tmp_path / "out" / analysis.study.name))
        del runs[-1]["manifest.json"]
    assert runs[0] == runs[1]


def test_what_a_person_put_there_stays_and_what_is_stale_goes(analysis: Any, tmp_path: Path) -> None:
    publish.publish(analysis, tmp_path / "out")
    target = tmp_path / "out" / analysis.study.name
    (target / "notes").mkdir()
    (target / "notes/mine.txt").write_text("mine")
    (target / "tables/mine.csv").write_text("mine")
    (target / "empty").mkdir()
    (target / "link").symlink_to("notes/mine.txt")
    publish.publish(analysis, tmp_path / "out", ["en"])
    assert (target / "notes/mine.txt").read_text() == (target / "tables/mine.csv").read_text() == "mine"
    assert (target / "empty").is_dir()
    assert (target / "link").is_symlink()
    assert not (target / "findings.zh.html").exists()


def test_a_folder_of_somebody_else_is_refused(analysis: Any, tmp_path: Path) -> None:
    target = tmp_path / "out" / analysis.study.name
    target.mkdir(parents=True)
    (target / "thesis.docx").write_text("years of work")
    with pytest.raises(ExportError, match="no report of whybuy"):
        publish.publish(analysis, tmp_path / "out")
    assert tree(target) == {"thesis.docx": b"years of work"}


def test_a_file_in_the_way_is_refused(analysis: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / analysis.study.name).write_text("mine")
    with pytest.raises(ExportError, match="is a file"):
        publish.publish(analysis, tmp_path / "out")


def test_an_empty_folder_and_a_link_are_filled(analysis: Any, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    link = tmp_path / "out" / analysis.study.name
    link.symlink_to(tmp_path / "elsewhere")
    publish.publish(analysis, tmp_path / "out")
    assert link.is_symlink()
    assert (tmp_path / "elsewhere/results.json").exists()


@contextmanager
def no_room() -> Iterator[None]:
    """No file may grow beyond 60 bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_old_report(analysis: Any, tmp_path: Path) -> None:
    publish.publish(analysis, tmp_path / "out")
    before = tree(tmp_path / "out")
    with no_room(), pytest.raises(ExportError) as caught:
        publish.publish(make(analysis.study, seed=2), tmp_path / "out")
    assert caught.value.exit_code == 6
    assert len(caught.value.lines()) == 1
    assert tree(tmp_path / "out") == before
    assert hidden(tmp_path / "out") == []


def test_a_folder_without_permission_is_one_sentence(analysis: Any, tmp_path: Path) -> None:
    publish.publish(analysis, tmp_path / "warm")
    place = Path(tempfile.mkdtemp())
    place.chmod(0o555)
    stamp = publish.take_stamp(analysis.study)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        with pytest.raises(ExportError, match="Permission denied") as caught:
            publish.publish(analysis, place, stamp=stamp)
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(place)
    assert len(caught.value.lines()) == 1


def test_a_parent_that_is_a_file_is_one_sentence(analysis: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError):
        publish.publish(analysis, tmp_path / "file" / "out")


def test_systems_that_cannot_exchange_names(analysis: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_exchange", lambda *_: False)
    publish.publish(analysis, tmp_path / "out")
    publish.publish(make(analysis.study, seed=2), tmp_path / "out")
    assert (tmp_path / "out" / analysis.study.name / "findings.en.html").read_text() == "<p>en 2</p>\n"
    assert hidden(tmp_path / "out") == []


def test_killed_between_the_two_renames(analysis: Any, tmp_path: Path) -> None:
    publish.publish(analysis, tmp_path / "out")
    target = tmp_path / "out" / analysis.study.name
    before = tree(target)
    target.rename(target.with_name(f".{target.name}-deadbeef-old"))
    target.with_name(f".{target.name}-deadbeef").mkdir()
    folder.settle(target)
    assert tree(target) == before
    assert hidden(tmp_path / "out") == []


def test_leftovers_of_the_dead_go_and_of_the_living_stay(tmp_path: Path) -> None:
    target = tmp_path / "out" / "study"
    names = (".study-0000000a", ".study-0000000b", ".study-2-0000000c")
    alive, dead, other = (target.with_name(name) for name in names)
    for path in (alive, dead, other):
        path.mkdir(parents=True)
    handle = os.open(alive, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    folder.settle(target)
    assert [path.exists() for path in (alive, dead, other)] == [True, False, True]
    os.close(handle)
    folder.settle(target)
    assert not alive.exists()


def test_runs_at_once_never_mix(analysis: Any, tmp_path: Path) -> None:
    """Four writers of four different reports; a reader that holds the folder open sees one of them, whole."""
    target = tmp_path / "out" / analysis.study.name
    publish.publish(analysis, tmp_path / "out")

    def writer(seed: int) -> None:
        for _ in range(5):
            publish.publish(make(analysis.study, seed), tmp_path / "out", stamp=stamp)

    stamp = publish.take_stamp(analysis.study)
    writers = [threading.Thread(target=writer, args=(seed,)) for seed in range(4)]
    for thread in writers:
        thread.start()
    seen = set()
    while any(thread.is_alive() for thread in writers):
        with suppress(FileNotFoundError):
            seen.add(whole(target))
    assert seen | {whole(target)} <= set(range(4))
    assert hidden(tmp_path / "out") == []


def whole(target: Path) -> int:
    """Seed of the report, after holding every file to the manifest of the same folder."""
    handle = os.open(target, os.O_RDONLY)
    try:
        manifest = json.loads(inside(handle, "manifest.json"))
        for name, entry in manifest["outputs"].items():
            assert hashlib.sha256(inside(handle, name)).hexdigest() == entry["sha256"]
        return int(manifest["seed"])
    finally:
        os.close(handle)


def inside(handle: int, name: str) -> bytes:
    with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=handle), "rb") as stream:
        return stream.read()


def test_a_language_the_study_does_not_have(analysis: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'fr' is no language"):
        publish.publish(analysis, tmp_path / "out", ["fr"])


def test_unchanged_until_something_changes(analysis: Any, tmp_path: Path) -> None:
    study, target = analysis.study, tmp_path / "out" / analysis.study.name
    assert unchanged(study.path, target, None) is None
    publish.publish(analysis, tmp_path / "out")
    made = unchanged(study.path, target, None)
    assert made is not None
    assert made[-2:] == ["findings.en.html", "findings.zh.html"]
    assert unchanged(study.path, target, ["en", "zh"]) == made
    assert unchanged(study.path, target, ["en"]) is None


CHANGES = ("definition", "data", "missing output", "cut output", "other code", "broken manifest")


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_seen(analysis: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    study, target = analysis.study, tmp_path / "out" / analysis.study.name
    publish.publish(analysis, tmp_path / "out")
    changes: dict[str, Callable[[], object]] = {
        "definition": lambda: study.path.write_bytes(study.path.read_bytes() + b"\n"),
        "data": lambda: (study.folder / "answers.csv").write_text("other"),
        "missing output": (target / "results.json").unlink,
        "cut output": lambda: (target / "findings.en.html").write_text("<p>"),
        "other code": lambda: monkeypatch.setattr("pipeline.report.fingerprint.code", lambda: "other"),
        "broken manifest": lambda: (target / "manifest.json").write_text('{"whybuy": "0", "outputs": {}, "inputs": 3}'),
    }
    assert unchanged(study.path, target, None) is not None
    changes[change]()
    assert unchanged(study.path, target, None) is None
