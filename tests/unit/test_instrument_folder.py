"""`whybuy questionnaire` beside `whybuy report`: either keeps what the other wrote; no study is overwritten."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ExportError, UsageError
from pipeline.instrument import load, publish
from pipeline.report.folder import replacing, write
from tests.questionnaire_sample import QUESTIONNAIRE, folder

ROOT = Path(__file__).parents[2]


def report(target: Path, text: str = "findings") -> None:
    """What `whybuy report` does to a folder, with one small page."""
    outputs = {"findings.en.html": {"sha256": "0", "bytes": len(text)}}
    manifest = json.dumps({"whybuy": "0", "outputs": outputs}).encode()
    with replacing(target) as new:
        write(new, {"findings.en.html": text.encode(), "manifest.json": manifest})


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def whybuy(*arguments: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return folder(tmp_path)


def test_a_report_keeps_the_instrument(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    publish(load(study), out)
    before = tree(out / "coffee" / "instrument")
    for text in ("one", "two"):
        report(out / "coffee", text)
        assert tree(out / "coffee" / "instrument") == before
    assert (out / "coffee" / "findings.en.html").read_text() == "two"


def test_an_instrument_keeps_the_report(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    report(out / "coffee")
    before = tree(out / "coffee")
    publish(load(study), out)
    after = tree(out / "coffee")
    assert {name: content for name, content in after.items() if not name.startswith("instrument/")} == before
    assert "instrument/form.en.html" in after


def test_a_second_run_changes_no_byte_and_drops_what_is_no_longer_asked_for(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    publish(load(study), out)
    before = tree(out)
    note = out / "coffee" / "instrument" / "pretest.txt"
    note.write_text("eight people, 11 minutes", encoding="utf-8")
    publish(load(study), out)
    assert tree(out) == before | {"coffee/instrument/pretest.txt": note.read_bytes()}
    publish(load(study), out, ["zh"])
    assert not (out / "coffee" / "instrument" / "form.en.html").exists()
    assert note.exists()


def test_what_a_killed_run_left_is_no_strangers(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    publish(load(study), out)
    (out / "coffee" / ".instrument-0123abcd").mkdir()
    report(out / "coffee")
    assert sorted(path.name for path in (out / "coffee").iterdir()) == [
        "findings.en.html",
        "instrument",
        "manifest.json",
    ]


def test_a_folder_of_somebody_else_is_refused(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    (out / "coffee" / "instrument").mkdir(parents=True)
    (out / "coffee" / "instrument" / "guide.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match="holds files that are no report of whybuy"):
        publish(load(study), out)
    assert tree(out) == {"coffee/instrument/guide.txt": b"mine"}


def test_a_report_still_refuses_a_folder_with_other_files(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    publish(load(study), out)
    (out / "coffee" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match="holds files that are no report of whybuy"):
        report(out / "coffee")


def test_a_study_is_begun_once_and_never_overwritten(study: Path, tmp_path: Path) -> None:
    written = publish(load(study), tmp_path / "reports")
    assert {path.name for path in written if path.parent == study} == {"study.yaml", "limesurvey.lss"}
    (study / "study.yaml").write_text("mine", encoding="utf-8")
    again = publish(load(study), tmp_path / "reports")
    assert not [path for path in again if path.parent == study]
    assert (study / "study.yaml").read_text(encoding="utf-8") == "mine"
    assert "constructs:" in (tmp_path / "reports" / "coffee" / "instrument" / "study.yaml").read_text(encoding="utf-8")


def test_a_language_that_is_not_asked_in_is_refused(study: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'fr' is no language of .* \(report\.languages: en, zh\)"):
        publish(load(study), tmp_path, ["fr"])
    assert not (tmp_path / "coffee" / "instrument").exists()


def test_the_manifest_names_every_file(study: Path, tmp_path: Path) -> None:
    publish(load(study), tmp_path / "out")
    target = tmp_path / "out" / "coffee" / "instrument"
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    assert {*manifest["outputs"], "manifest.json"} == {path.name for path in target.iterdir()}
    assert manifest["outputs"]["codebook.csv"]["bytes"] == (target / "codebook.csv").stat().st_size


def test_the_command_says_what_it_wrote(study: Path, tmp_path: Path) -> None:
    done = whybuy("questionnaire", study, "--out", tmp_path / "out", "--language", "zh", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    names = [Path(name).name for name in found["files"]]
    assert found["ok"]
    assert "form.zh.docx" in names
    assert "form.en.docx" not in names


def test_the_command_ends_with_the_code_of_the_contract(study: Path, tmp_path: Path) -> None:
    (study / "questionnaire.yaml").write_text(QUESTIONNAIRE.replace("scale: likely", "scale: x"), encoding="utf-8")
    done = whybuy("questionnaire", study, "--out", tmp_path / "out")
    assert done.returncode == 3
    assert re.search(r"questionnaire\.yaml:\d+:\d+: unknown scale 'x'\. Scales are: agree, likely\.", done.stderr)
    assert whybuy("questionnaire", tmp_path / "nowhere").returncode == 3
    assert not (tmp_path / "out").exists()


def test_the_schema_knows_every_key() -> None:
    done = whybuy("schema", "--questionnaire")
    assert {"title", "sections", "analysis", "loops"} <= set(json.loads(done.stdout)["properties"])
