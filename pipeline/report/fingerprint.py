"""Has anything changed that could change a byte of the report? Answered from hashes alone; imports nothing heavy."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from sysconfig import get_paths

from pipeline.report.folder import manifest

CODE = Path(__file__).parents[1]
SOFTWARE = ("numpy", "pandas", "scipy", "pyarrow", "python-calamine", "jinja2", "markupsafe", "babel")
PACKAGE = "package:"
DEFINITIONS = (".sss", ".xml")
ASKED_AGAIN = "asked again every time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a report was made from: sha256 of the definition and of every input, by the name the study gives it."""

    definition: str
    inputs: Mapping[str, str]

    def digest(self, languages: Iterable[str]) -> str:
        """One sha256 for inputs, languages, package code and the versions below it."""
        parts = [self.definition, dict(self.inputs), list(languages), code(), software()]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def take(folder: Path, definition: str, names: Iterable[str], queries: Iterable[str] = ()) -> Stamp:
    """Stamp of a study folder whose definition has this sha256 and names these files.

    What a query gives cannot be told without running it, so no later stamp of the same names equals one with queries.
    """
    inputs = {name: _content(folder, name) for name in names}
    return Stamp(definition=definition, inputs=inputs | dict.fromkeys(queries, ASKED_AGAIN))


def beside(folder: Path, name: str) -> list[str]:
    """Files of the same name as a definition of Triple-S, one of which holds its answers."""
    if not name.lower().endswith(DEFINITIONS):
        return []
    try:
        path = locate(folder, name)
        return sorted(
            name.removesuffix(path.name) + other.name
            for other in path.parent.iterdir()
            if other.stem == path.stem and other.name != path.name and other.is_file()
        )
    except OSError:
        return []


def _content(folder: Path, name: str) -> str:
    """sha256 of an input; empty where there is no such file, which is for ingest to complain about."""
    try:
        path = locate(folder, name)
        return sha256(path) if path.is_file() else ""
    except (OSError, ValueError):
        return ""


def unchanged(study: Path, target: Path, languages: Iterable[str] | None) -> list[str] | None:
    """Names of the report's files if it is complete and made from exactly what is there now, else None."""
    made = manifest(target)
    if made is None or not _complete(target, made["outputs"]):
        return None
    try:
        stamp = take(study.parent, sha256(study), made["inputs"])
        wanted = made["study_languages"] if languages is None else languages
        same = stamp.digest(wanted) == made["fingerprint"]
    except (OSError, KeyError, TypeError):
        return None
    return list(made["outputs"]) if same else None


def _complete(target: Path, outputs: Mapping[str, Mapping[str, object]]) -> bool:
    try:
        return all((target / name).stat().st_size == entry["bytes"] for name, entry in outputs.items())
    except (OSError, KeyError, TypeError):
        return False


def locate(folder: Path, name: str) -> Path:
    """Path of a file as a study names it; FileNotFoundError where its package is not installed."""
    if not name.startswith(PACKAGE):
        return folder / name
    package, _, inside = name.removeprefix(PACKAGE).partition("/")
    spec = find_spec(package) if package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(name)
    return Path(spec.submodule_search_locations[0]) / inside


def sha256(path: Path) -> str:
    """sha256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def code() -> str:
    """sha256 over every file of the package, by name and content."""
    total = hashlib.sha256()
    for path in sorted(CODE.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            total.update(f"{path.relative_to(CODE).as_posix()}\0{sha256(path)}\n".encode())
    return total.hexdigest()


@cache
def software() -> dict[str, str]:
    """Version of Python and of each package that has a hand in the report."""
    installed = _installed()
    return {"python": platform.python_version()} | {name: installed.get(name) or _version(name) for name in SOFTWARE}


def _installed() -> dict[str, str]:
    """Versions by package name, from the names of the metadata folders alone: ten times as fast as reading them."""
    paths = get_paths()
    folders = [Path(paths[kind]) for kind in ("platlib", "purelib")]
    found = (path.name.removesuffix(".dist-info").rpartition("-") for f in folders for path in f.glob("*.dist-info"))
    return {name.lower().replace("_", "-"): version for name, _, version in found}


def _version(name: str) -> str:
    """Version of a package that is installed elsewhere."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
