"""A report folder that is whole at every moment: built beside the old one, then swapped in by one system call.

A run that is killed leaves at most a hidden folder, which the next run removes. Locks are held on open folders,
so they end with the process and no lock file can stay behind. Imports nothing heavy.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pipeline.errors import ExportError, Problem

MANIFEST = "manifest.json"
LEFT = re.compile(r"\..+-[0-9a-f]{8}(-old)?")
"""Names of hidden folders in which a run builds."""


def manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a report folder, or None where the folder is not one of ours."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "whybuy" in found and isinstance(found.get("outputs"), dict) else None


def settle(target: Path, mark: str | None = None) -> Path:
    """Real path of the target, ready to be replaced: what a killed run left beside it is undone.

    mark: a file that every folder of this kind holds. Raises ExportError where the target holds something that whybuy
    did not write, or did for another purpose.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target = Path(os.path.realpath(target))
        if leftovers(target):
            with _alone_in(target.parent):
                _recover(target)
        _refuse_foreign(target)
        _refuse_other(target, mark)
    except OSError as error:
        raise _failed(target, error) from None
    return target


@contextmanager
def replacing(target: Path, mark: str | None = None) -> Iterator[Path]:
    """New empty folder; when the block ends without an error it stands where `target` was.

    Files a person put into the old folder are carried over. After an error the old folder is as it was.
    """
    target = settle(target, mark)
    new = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        with _alone_in(target.parent):
            new.mkdir()
            mine = os.open(new, os.O_RDONLY)
            _lock(mine)
        try:
            yield new
            with _alone_in(target.parent):
                _refuse_foreign(target)
                _carry(target, new)
                _swap(new, target)
        finally:
            shutil.rmtree(new, ignore_errors=True)
            os.close(mine)
    except OSError as error:
        raise _failed(target, error) from None


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Every file, on the disk when this returns."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    for place in {folder, *((folder / name).parent for name in files)}:
        _sync(place)


def leftovers(target: Path) -> list[Path]:
    """Hidden folders beside the target that belong to a run, the moved-away old report first."""
    pattern = re.compile(rf"\.{re.escape(target.name)}-[0-9a-f]{{8}}(-old)?")
    found = [path for path in target.parent.iterdir() if pattern.fullmatch(path.name)]
    return sorted(found, key=lambda path: (not path.name.endswith("-old"), path.name))


def _recover(target: Path) -> None:
    for leftover in leftovers(target):
        if leftover.name.endswith("-old") and not target.exists():
            leftover.rename(target)
        elif _is_dead(leftover):
            shutil.rmtree(leftover, ignore_errors=True)


def _refuse_foreign(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise ExportError(Problem(where=str(target), message="is a file; move it or name another folder with --out."))
    if target.exists() and manifest(target) is None and any(map(_is_foreign, target.iterdir())):
        message = "holds files that are no report of whybuy; empty it or name another folder with --out."
        raise ExportError(Problem(where=str(target), message=message))


def _refuse_other(target: Path, mark: str | None) -> None:
    """An export takes no report's place, and a report no export's."""
    found = manifest(target)
    if mark and found is not None and mark not in found["outputs"]:
        first = min(found["outputs"], default=MANIFEST)
        message = f"holds something else that whybuy wrote ({first}); name another folder with --out."
        raise ExportError(Problem(where=str(target), message=message))


def _is_foreign(path: Path) -> bool:
    """Neither a part that whybuy writes by itself, as the instrument, nor what a killed run left of one."""
    return manifest(path) is None and not LEFT.fullmatch(path.name)


def _carry(old: Path, new: Path) -> None:
    """Put what is not ours in the old folder into the new one, where nothing of ours has its name."""
    own = {MANIFEST, *((manifest(old) or {}).get("outputs", ()))}
    own_folders = {parent.as_posix() for name in own for parent in Path(name).parents}
    for path in sorted(old.rglob("*")) if old.exists() else ():
        name = path.relative_to(old).as_posix()
        copy = new / name
        if name in own or os.path.lexists(copy) or LEFT.fullmatch(name.partition("/")[0]):
            continue
        if path.is_dir() and not path.is_symlink():
            if name not in own_folders:
                copy.mkdir(parents=True)
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        _duplicate(path, copy)


def _duplicate(path: Path, copy: Path) -> None:
    try:
        os.link(path, copy, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(path, copy, follow_symlinks=False)


def _swap(new: Path, target: Path) -> None:
    """Give `new` the name of `target`; only where the system cannot exchange two names is there a moment without it."""
    old = new
    if not target.exists():
        new.rename(target)
    elif not _exchange(new, target):
        old = new.with_name(f"{new.name}-old")
        target.rename(old)
        new.rename(target)
    _sync(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """True when the system has exchanged the two names in one step."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    here, exchange = -100, 2
    try:
        if sys.platform == "darwin":
            return bool(libc.renamex_np(*names, exchange) == 0)
        return bool(libc.renameat2(here, names[0], here, names[1], exchange) == 0)
    except AttributeError:
        return False


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """No other run changes names in this folder meanwhile."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    with suppress(OSError):  # a file system without locks: two runs at once are then the user's to avoid
        fcntl.flock(handle, fcntl.LOCK_EX)


def _is_dead(folder: Path) -> bool:
    """Nobody holds the folder's lock any more."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _failed(target: Path, error: OSError) -> ExportError:
    reason = error.strerror or type(error).__name__
    message = f"the report cannot be written ({reason}); what was there is unchanged. Name another folder with --out."
    return ExportError(Problem(where=str(target), message=message))
