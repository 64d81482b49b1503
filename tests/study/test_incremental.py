"""A second run in which nothing has changed does nothing, quickly; any change is built."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HEAVY = ("numpy", "pandas", "scipy", "jinja2", "ruamel", "babel")


@pytest.fixture(scope="module")
def made(survey: Any, run: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A study and the folder its report lies in."""
    root = tmp_path_factory.mktemp("incremental")
    study = survey(root / "small")
    run(study, root / "out")
    return study, root / "out"


def test_the_second_run_does_nothing(made: Any, run: Any, contents: Any) -> None:
    study, out = made
    before = contents(out)
    changed = (out / "small").stat().st_mtime_ns
    begun = os.times().children_user
    run(study, out)
    assert os.times().children_user - begun < 1
    assert contents(out) == before
    assert (out / "small").stat().st_mtime_ns == changed


def test_it_loads_nothing_heavy_to_find_out(made: Any) -> None:
    study, out = made
    program = (
        "import sys\nfrom pipeline.__main__ import app\n"
        f"try: app(['report', {str(study)!r}, '--out', {str(out)!r}])\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
    assert "nothing changed" in done.stderr


def test_what_a_killed_run_left_goes_even_then(made: Any, run: Any) -> None:
    study, out = made
    (out / ".small-0123abcd").mkdir()
    run(study, out)
    assert sorted(path.name for path in out.iterdir()) == ["small"]


def test_it_is_built_again_when_asked(made: Any, contents: Any) -> None:
    study, out = made
    before, inode = contents(out / "small"), (out / "small").stat().st_ino
    command = [sys.executable, "-m", "pipeline", "report", str(study), "--out", str(out), "--force", "--quiet"]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    assert (out / "small").stat().st_ino != inode
    after = contents(out / "small")
    assert {name: after[name] for name in after if name != "manifest.json"} == {
        name: before[name] for name in before if name != "manifest.json"
    }


@pytest.mark.parametrize("name", ["study.yaml", "answers.csv"])
def test_an_edited_file_is_seen(made: Any, run: Any, name: str) -> None:
    study, out = made
    inode = (out / "small").stat().st_ino
    with (study / name).open("a", encoding="utf-8") as file:
        file.write("\n" if name == "study.yaml" else "r9999,5,5,5,4,4,4,5,5,north,1.0\n")
    run(study, out)
    assert (out / "small").stat().st_ino != inode
