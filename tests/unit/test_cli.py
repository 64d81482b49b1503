"""The command line: exit codes, what goes to stdout and what to stderr, and no traceback ever."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipeline import __main__ as cli
from pipeline import __version__
from pipeline.errors import AnalysisRefused, DataError, DefinitionError, ExportError, Problem, WhybuyError

Run = Callable[..., tuple[int, str, str]]
HEAVY = ("numpy", "pandas", "scipy", "jinja2", "statsmodels", "pingouin", "pyarrow", "ruamel")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """run(*arguments) -> (exit code, stdout, stderr) of the command line, in this process."""
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys.stdout, "reconfigure", lambda **_: None, raising=False)
    monkeypatch.setattr(sys.stderr, "reconfigure", lambda **_: None, raising=False)

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["whybuy", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException | Sequence[str]], None]:
    """Puts a result or an error in the place of the analysis, which has tests of its own."""

    def put(result: BaseException | Sequence[str]) -> None:
        def make(path: Path, out: Path, *_: Any) -> list[Path]:
            if isinstance(result, BaseException):
                raise result
            return [out / path.name / name for name in result]

        monkeypatch.setattr(cli, "_make", make)

    return put


def whybuy(*arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60, **settings)


def test_version_and_help(run: Run) -> None:
    assert run("--version") == (0, f"whybuy {__version__}\n", "")
    code, out, _ = run("--help")
    assert code == 0
    assert all(name in out for name in ("report", "check", "new", "schema"))


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("report", "--help")])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    program = (
        "import sys\nfrom pipeline.__main__ import app\n"
        f"try: app({list(arguments)!r})\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    assert whybuy("-c", program).stderr.strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize("arguments", [(), ("report",), ("frobnicate",), ("report", "x", "--nonsense"), ("new",)])
def test_wrong_usage_is_2(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert "Traceback" not in out + err


def test_results_on_stdout_with_the_findings_last(run: Run, made: Any, tmp_path: Path) -> None:
    made(["findings.en.html", "manifest.json", "results.json"])
    code, out, _ = run("report", tmp_path / "one", tmp_path / "two", "--out", tmp_path / "out")
    names = [Path(line).relative_to(tmp_path / "out").as_posix() for line in out.splitlines()]
    assert code == 0
    assert names[-2:] == ["one/findings.en.html", "two/findings.en.html"]
    assert len(names) == 6


CODES = ((WhybuyError, 1), (DefinitionError, 3), (DataError, 4), (AnalysisRefused, 5), (ExportError, 6))


@pytest.mark.parametrize(("kind", "code"), CODES)
def test_every_error_has_its_exit_code(run: Run, made: Any, tmp_path: Path, kind: Any, code: int) -> None:
    made(kind("One sentence."))
    assert run("report", tmp_path, "--quiet") == (code, "", "One sentence.\n")


def test_one_bad_study_does_not_stop_the_others(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def make(path: Path, out: Path, *_: Any) -> list[Path]:
        if path.name == "bad":
            raise DataError(Problem(where="x.csv: row 2", message="nothing."))
        return [out / path.name / "findings.en.html"]

    monkeypatch.setattr(cli, "_make", make)
    code, out, err = run("report", tmp_path / "bad", tmp_path / "good", "--out", "o", "--quiet")
    assert (code, out, err) == (4, "o/good/findings.en.html\n", "x.csv: row 2: nothing.\n")


def test_json_is_the_only_thing_on_stdout(run: Run, made: Any, tmp_path: Path) -> None:
    made(DefinitionError(Problem(where="s.yaml:3:1", message="no."), "and no."))
    code, out, err = run("report", tmp_path, "--json")
    listed = [{"where": "s.yaml:3:1", "message": "no."}, {"where": "", "message": "and no."}]
    assert (code, json.loads(out), err) == (3, {"ok": False, "problems": listed, "files": []}, "")


def test_json_when_all_is_well(run: Run, made: Any, tmp_path: Path) -> None:
    made(["findings.en.html"])
    code, out, err = run("report", tmp_path / "x", "--json", "--out", "o")
    assert (code, json.loads(out), err) == (0, {"ok": True, "problems": [], "files": ["o/x/findings.en.html"]}, "")


def test_our_own_fault_is_one_sentence_and_a_log_that_quotes_nobody(run: Run, made: Any, tmp_path: Path) -> None:
    made(ValueError("could not convert 'ann@example.org'"))
    code, out, err = run("report", tmp_path, "--quiet")
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    found = re.search(r"details are in (\S+\.log)", err)
    assert found
    log = Path(found[1])
    text = log.read_text(encoding="utf-8")
    log.unlink()
    assert "ValueError" in text
    assert "test_cli.py" in text
    assert "ann@example.org" not in text + err


def test_interrupted_is_130(run: Run, made: Any, tmp_path: Path) -> None:
    made(KeyboardInterrupt())
    assert run("report", tmp_path, "--quiet")[0] == 130


def test_two_studies_of_one_name_are_refused(run: Run, tmp_path: Path) -> None:
    code, _, err = run("report", tmp_path / "a/x", tmp_path / "b/x")
    assert code == 2
    assert "would both be written to 'x'" in err


def test_no_such_study(run: Run, tmp_path: Path) -> None:
    code, _, err = run("report", tmp_path / "nothing", "--out", tmp_path, "--quiet")
    assert (code, len(err.splitlines())) == (3, 1)


def test_progress_is_plain_where_there_is_no_terminal(run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    def make(*arguments: Any) -> list[Path]:
        for stage in ("read", "read", "score"):
            arguments[-1](stage)
        return []

    monkeypatch.setattr(cli, "_make", make)
    _, out, err = run("report", tmp_path / "x")
    assert out == ""
    assert [re.sub(r"[\d.]+ s", "T", line) for line in err.splitlines()] == ["x: read (T)", "x: score (T)"]


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"{sys.executable} -m pipeline schema | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[0] == "{"
    assert done.stdout.splitlines()[1] in ("0", "141")
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [("schema",), ("schema", "--results")])
def test_schemas_are_schemas(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, _ = run(*arguments)
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_output_is_utf8_in_any_locale() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "report", "调查", "--quiet"],
        capture_output=True,
        env=os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        timeout=60,
    )
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_draft_lies_beside_its_data_and_overwrites_nothing(run: Run, study_folder: Callable[..., Path]) -> None:
    folder = study_folder()
    (folder / "study.yaml").rename(folder / "mine.yaml")
    code, out, _ = run("new", folder / "answers.csv")
    assert (code, out) == (0, f"{folder / 'study.yaml'}\n")
    drafted = (folder / "study.yaml").read_bytes()
    code, out, err = run("new", folder / "answers.csv")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert (folder / "study.yaml").read_bytes() == drafted


def test_check_says_what_was_understood(run: Run, study_folder: Callable[..., Path]) -> None:
    folder = study_folder()
    code, out, err = run("check", folder)
    assert (code, err) == (0, "")
    assert "answers.csv" in out
    code, out, _ = run("check", folder, "--json")
    assert (code, json.loads(out)["ok"]) == (0, True)
    assert json.loads(out)["understood"]


def test_check_complains_like_report(run: Run, study_folder: Callable[..., Path]) -> None:
    code, out, err = run("check", study_folder(model={"outcome": "intnt"}))
    assert (code, out) == (3, "")
    assert "Did you mean 'intent'?" in err
