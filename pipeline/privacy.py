"""Privacy: names of respondents that say nothing to whoever has not the salt of the study."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b

from pipeline.errors import DefinitionError, ExportError, Problem
from pipeline.study import Study

FILE = ".whybuy-salt"
FROM_ENVIRONMENT = "env:"
LEAST = 16
"""Characters of a salt that nobody guesses."""


def salted(keys: Iterable[int], study: Study) -> list[str]:
    """A name of 16 hex digits for each key: the same in every export of the study, unlike in any other study.

    Keyed BLAKE2b (RFC 7693). Raises DefinitionError where the salt is declared and absent or too short, ExportError
    where none can be kept.
    """
    salt = blake2b(_salt(study)).digest()
    return [hmac.new(salt, int(key).to_bytes(8, "little"), "blake2b").hexdigest()[:16] for key in keys]


def _salt(study: Study) -> bytes:
    declared = study.definition.privacy.salt
    return _kept(study) if declared is None else _from_environment(study, declared)


def _from_environment(study: Study, declared: str) -> bytes:
    name = declared.removeprefix(FROM_ENVIRONMENT)
    if name == declared:
        message = "a salt is not written into study.yaml; write env:NAME, the environment variable that holds it."
        raise DefinitionError(study.problem(message, "privacy", "salt"))
    found = os.environ.get(name, "")
    if len(found) < LEAST:
        message = f"the environment variable '{name}' holds no salt of {LEAST} characters or more; set it, as a secret."
        raise DefinitionError(study.problem(message, "privacy", "salt"))
    return found.encode()


def _kept(study: Study) -> bytes:
    """The random salt in the study folder, made now if there is none."""
    path = study.folder / FILE
    try:
        with suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as stream:
                stream.write(secrets.token_hex(32))
        found = path.read_bytes().strip()
    except OSError as error:
        message = f"the salt cannot be kept here ({error.strerror}); set privacy.salt to env:NAME instead."
        raise ExportError(Problem(where=str(path), message=message)) from None
    if len(found) < LEAST:
        raise ExportError(Problem(where=str(path), message="holds no salt; remove the file to have a new one made."))
    return found
