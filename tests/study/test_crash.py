"""kill -9 at 50 random moments: the old report or the new one, never a mixture, and nothing to clear away by hand."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

KILLS = 50
COLD = 5
PRELOAD = [
    "pipeline.__main__",
    "pipeline.analysis",
    "pipeline.report.publish",
    "pipeline.report.results",
    "pipeline.report.html",
]

Contents = Callable[[Path], dict[str, bytes]]


class Bench:
    """Two versions of one survey, a report folder, and the undisturbed bytes of each version."""

    def __init__(self, survey: Any, run: Any, contents: Contents, root: Path) -> None:
        self.study, self.out, self.contents, self.run = root / "small", root / "out", contents, run
        self.data, self.whole = {}, {}
        for version in (1, 2):
            self.data[version] = (survey(self.study, seed=version) / "answers.csv").read_bytes()
            run(self.study, root / f"undisturbed-{version}")
            self.whole[version] = self.bytes_of(root / f"undisturbed-{version}")
        assert self.whole[1] != self.whole[2]
        self.put(1)
        run(self.study, self.out)

    def put(self, version: int) -> None:
        (self.study / "answers.csv").write_bytes(self.data[version])

    def bytes_of(self, out: Path) -> dict[str, bytes]:
        found = self.contents(out / "small")
        outputs = json.loads(found.pop("manifest.json"))["outputs"]
        assert set(found) == set(outputs)
        return found

    def arguments(self) -> list[str]:
        return ["report", str(self.study), "--out", str(self.out), "--quiet"]

    def check_after_kill(self, old: int, new: int) -> str:
        """'old' or 'new': which of the two reports is there, whole."""
        found = self.bytes_of(self.out)
        assert found in (self.whole[old], self.whole[new])
        return "old" if found == self.whole[old] else "new"

    def check_after_next_run(self, new: int) -> None:
        assert self.bytes_of(self.out) == self.whole[new]
        assert sorted(path.name for path in self.out.iterdir()) == ["small"]


@pytest.fixture(scope="module")
def bench(survey: Any, run: Any, contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(survey, run, contents, tmp_path_factory.mktemp("crash"))


@pytest.fixture(scope="module")
def start(bench: Bench) -> Callable[[], Any]:
    """Starts the command in a fresh process that has its imports already, so that moments fall on its work."""
    from pipeline.__main__ import main

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)

    def go() -> Any:
        process = context.Process(target=main)
        process.start()
        return process

    before, sys.argv = sys.argv, ["whybuy", *bench.arguments()]
    yield go
    sys.argv = before


def test_killed_while_it_works(bench: Bench, start: Callable[[], Any]) -> None:
    moments = random.Random(20261122)
    length = full_length(bench, start)
    left = []
    old = 1
    for _ in range(KILLS):
        new = 3 - old
        bench.put(new)
        process = start()
        time.sleep(moments.uniform(0, 1.15 * length))
        process.kill()
        process.join()
        left.append(bench.check_after_kill(old, new))
        again = start()
        again.join()
        assert again.exitcode == 0
        bench.check_after_next_run(new)
        old = new
    assert "old" in left


def full_length(bench: Bench, start: Callable[[], Any]) -> float:
    """Seconds of one undisturbed run, imports not counted (the first start pays for them)."""
    taken = 0.0
    for version in (2, 1):
        bench.put(version)
        begun = time.perf_counter()
        process = start()
        process.join()
        assert process.exitcode == 0
        taken = time.perf_counter() - begun
    return taken


def test_killed_from_the_first_moment_on(bench: Bench, run: Any) -> None:
    """The command as a person starts it, imports and all."""
    moments = random.Random(5)
    bench.put(1)
    run(bench.study, bench.out)
    for _ in range(COLD):
        bench.put(2)
        command = [sys.executable, "-m", "pipeline", *bench.arguments()]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ)
        time.sleep(moments.uniform(0, 3))
        process.kill()
        process.wait()
        bench.check_after_kill(1, 2)
        bench.put(1)
        run(bench.study, bench.out)
        bench.check_after_next_run(1)
