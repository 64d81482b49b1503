"""The instrument: a questionnaire.yaml as forms to print, files to import, a code book and the study that reads them.

Fieldwork and analysis share one definition: the columns, codes and roles of a question are written once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline import __version__
from pipeline.errors import ExportError, Problem
from pipeline.instrument.reading import Instrument
from pipeline.instrument.reading import load as load
from pipeline.report.folder import MANIFEST, replacing, write
from pipeline.study import chosen

FOLDER = "instrument"
STUDY = "study.yaml"


def publish(instrument: Instrument, folder: str | Path, languages: Sequence[str] | None = None) -> list[Path]:
    """Paths of the files of folder/<study>/instrument/, and of a study.yaml where the study had none.

    Written together or not at all; a report beside it stays. Raises ExportError where the folder cannot be written.
    """
    files = dict(render(instrument, choose(instrument, languages)))
    target = Path(folder) / instrument.name / FOLDER
    files[MANIFEST] = _manifest(instrument, files)
    with replacing(target) as new:
        write(new, files)
    return [*_begin(instrument, files), *(target / name for name in sorted(files))]


def choose(instrument: Instrument, languages: Sequence[str] | None) -> tuple[str, ...]:
    """The languages asked for, or those of the questionnaire."""
    return chosen(languages, instrument.languages, instrument.path)


def render(instrument: Instrument, languages: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file but the manifest; forms in the languages, all else in every language."""
    from pipeline.instrument.codebook import code_book
    from pipeline.instrument.drafting import STRUCTURE, draft_text
    from pipeline.instrument.form import html_of
    from pipeline.instrument.layout import form
    from pipeline.instrument.limesurvey import structure
    from pipeline.instrument.wenjuanxing import text_of
    from pipeline.instrument.word import docx_of

    for language in languages:
        drawn = form(instrument, language)
        yield f"form.{language}.html", html_of(drawn).encode()
        yield f"form.{language}.docx", docx_of(drawn)
        yield f"wenjuanxing.{language}.txt", text_of(drawn).encode()
    yield STRUCTURE, structure(instrument)
    yield "codebook.csv", code_book(instrument)
    yield STUDY, draft_text(instrument).encode()


def _manifest(instrument: Instrument, files: dict[str, bytes]) -> bytes:
    """What the files were made of; nothing of it changes between two runs of one version."""
    outputs = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in sorted(files.items())
    }
    content = {"whybuy": __version__, "study": instrument.name, "definition_sha256": instrument.file.sha256}
    return (json.dumps({**content, "outputs": outputs}, ensure_ascii=False, indent=1) + "\n").encode()


def _begin(instrument: Instrument, files: dict[str, bytes]) -> Iterator[Path]:
    """A study.yaml in the study folder that has none, with the structure that it names; nothing is ever overwritten."""
    from pipeline.instrument.drafting import STRUCTURE, exported

    folder = instrument.path.parent
    if (folder / STUDY).exists():
        return
    for name in (STRUCTURE, STUDY) if exported(instrument) else (STUDY,):
        path = folder / name
        try:
            with path.open("xb") as stream:
                stream.write(files[name])
        except FileExistsError:
            continue
        except OSError as error:
            message = f"cannot be written ({error.strerror}); the draft is in the folder of the instrument."
            raise ExportError(Problem(where=str(path), message=message)) from None
        yield path
