"""publish(analysis, folder): every file of one report, written together or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import platform
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import __version__
from pipeline.report import fingerprint
from pipeline.report.folder import MANIFEST, replacing, write
from pipeline.study import chosen

if TYPE_CHECKING:
    from pipeline.analysis import Analysis
    from pipeline.study import Study

FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def publish(
    analysis: Analysis,
    folder: str | Path,
    languages: Sequence[str] | None = None,
    stamp: fingerprint.Stamp | None = None,
) -> list[Path]:
    """Paths of the files of folder/<study>/, the findings last.

    `stamp` says what the analysis was read from; taken now when absent.
    Raises ExportError where the folder cannot be written; what was there before then stays.
    """
    from pipeline.report.results import build

    chosen = choose(analysis.study, languages)
    stamp = stamp or take_stamp(analysis.study)
    results = build(analysis)
    files = render(results, chosen)
    files[MANIFEST] = _json(_manifest(analysis.study, results, files, chosen, stamp))
    target = Path(folder) / analysis.study.name
    with replacing(target, "results.json") as new:
        write(new, files)
    return [target / name for name in ordered(files)]


def choose(study: Study, languages: Sequence[str] | None) -> tuple[str, ...]:
    """The languages asked for, or those of the study."""
    return chosen(languages, study.languages, study.path)


def take_stamp(study: Study) -> fingerprint.Stamp:
    """Stamp of the study and of every file it names, as they are now."""
    logo = study.definition.report.theme.logo
    table = study.definition.correlations
    data = study.definition.data
    queries = [f"query {position}" for position, file in enumerate(data, start=1) if file.query]
    files = [file.file for file in data if "file" in file.model_fields_set]
    beside = [other for name in files for other in fingerprint.beside(study.folder, name)]
    others = [name for name in (*(file.labels for file in data), table and table.file, logo) if name]
    return fingerprint.take(study.folder, study.sha256, [*files, *beside, *others], queries)


def render(results: Mapping[str, Any], languages: Iterable[str]) -> dict[str, bytes]:
    """Every file of the report but the manifest; a function of the results alone."""
    from pipeline.report.html import page
    from pipeline.report.parity import parity

    files = {"results.json": _json(results), **parity(results)}
    files |= {f"tables/{name}.csv": table for name, table in _tables(results["estimates"]).items()}
    return files | {f"findings.{language}.html": page(results, language).encode() for language in languages}


def ordered(names: Iterable[str]) -> list[str]:
    """Names in the order they are shown: the findings last."""
    return sorted(names, key=lambda name: (name.startswith("findings."), name))


def _json(value: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8 with a line for every entry of the first two levels: easy to read, compare and stream."""
    parts = [f"{_dump(key)}: {_block(entry)}" for key, entry in value.items()]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _block(entry: Any) -> str:
    if entry and isinstance(entry, dict):
        return "{\n" + ",\n".join(f"{_dump(key)}: {_dump(part)}" for key, part in entry.items()) + "\n}"
    if entry and isinstance(entry, list):
        return "[\n" + ",\n".join(_dump(part) for part in entry) + "\n]"
    return _dump(entry)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _tables(estimates: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """One CSV an analysis, with the columns of the estimates in their order."""
    names = sorted({row["analysis"] for row in estimates})
    return {name: _csv([row for row in estimates if row["analysis"] == name]) for name in names}


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([safe_cell(value) for value in row.values()] for row in rows)
    return stream.getvalue().encode()


def safe_cell(value: Any) -> Any:
    """The value, unless it is a text that a spreadsheet would run as a formula: then with ' before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _manifest(
    study: Study,
    results: Mapping[str, Any],
    files: Mapping[str, bytes],
    languages: Sequence[str],
    stamp: fingerprint.Stamp,
) -> dict[str, Any]:
    """When, by what and from what the report was made. The only file that differs between two equal runs."""
    return {
        "whybuy": __version__,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["whybuy", *sys.argv[1:]]),
        "commit": commit(),
        "study": study.name,
        "definition_sha256": stamp.definition,
        "content_sha256": results["provenance"]["content_sha256"],
        "inputs": dict(stamp.inputs),
        "rows": [{"stage": step["stage"], "remaining": step["remaining"]} for step in results["screening"]],
        "seed": results["study"]["seed"],
        "draws": results["study"]["draws"],
        "study_languages": list(study.languages),
        "languages": list(languages),
        "software": fingerprint.software(),
        "system": f"{platform.system()} {platform.machine()}",
        "outputs": {name: _entry(files[name]) for name in ordered(files)},
        "fingerprint": stamp.digest(languages),
    }


def _entry(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def commit() -> str | None:
    """Commit of the package's own repository ('-dirty' where files differ from it), or None outside one."""
    home = fingerprint.CODE.parent
    if not (home / ".git").exists():
        return None
    command = ["git", "--no-optional-locks", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
