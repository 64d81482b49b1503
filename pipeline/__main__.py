"""The command line: report, check, inspect, new, questionnaire, export, plan, schema. Codes of exit in CONTRACT.md.

Results go to stdout, progress and errors to stderr. Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

# typer checks arguments with pydantic, which would first search every installed package for plugins.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

import typer

from pipeline import __version__
from pipeline.errors import UsageError, WhybuyError, printable

app = typer.Typer(
    name="whybuy",
    help="Raw survey responses in, defensible findings about why people buy out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout instead of paths and sentences.")]
Labels = Annotated[
    Path | None, typer.Option(help="A file beside it that says what columns and codes mean: .qsf, .lss, .sss …")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress.")]


@app.command()
def report(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Study folders, or their study.yaml.")],
    out: Annotated[Path, typer.Option(help="Folder that holds one folder a study.")] = Path("reports"),
    language: Annotated[str, typer.Option(help="Languages to write, as in en,zh; all of the study when absent.")] = "",
    as_json: Json = False,
    quiet: Quiet = False,
    force: Annotated[bool, typer.Option("--force", help="Build although nothing has changed.")] = False,
) -> None:
    """Analyse studies and write their findings; a study in which nothing has changed is left as it is."""
    from pipeline.progress import stages

    _refuse_namesakes(paths)
    languages = _languages(language)
    files: list[Path] = []
    errors: list[WhybuyError] = []
    for path in paths:
        with stages(_name(path), quiet=quiet or as_json) as progress:
            try:
                files += _build(path, out, languages, force, progress)
            except WhybuyError as error:
                errors.append(error)
    _conclude(files, errors, as_json)


@app.command()
def check(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A study folder, or its study.yaml.")],
    as_json: Json = False,
) -> None:
    """Hold a definition against its data and say what was understood; compute nothing."""
    from pipeline.checkup import check as examine
    from pipeline.study import load

    found = examine(load(path))
    if as_json:
        _say([json.dumps({"ok": True, "problems": [], "files": [], "understood": found}, ensure_ascii=False)])
    else:
        _say(map(printable, found))


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A data file in any format that whybuy reads.")],
    labels: Labels = None,
    as_json: Json = False,
) -> None:
    """Say what a data file holds: format, rows, questions by kind, reasons for no answer, suspected personal data."""
    from pipeline.inspection import inspect as examine

    found = examine(file, labels)
    if as_json:
        _say([json.dumps({"ok": True, "problems": [], "files": [], "understood": found}, ensure_ascii=False)])
    else:
        _say(map(printable, found))


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A data file in any format that whybuy reads.")],
    out: Annotated[
        Path | None, typer.Option(help="The study.yaml to write, beside FILE when absent; never overwritten.")
    ] = None,
    labels: Labels = None,
    as_json: Json = False,
) -> None:
    """Draft a study.yaml from a data file; every guess in it is marked for you to confirm."""
    from pipeline.draft import draft

    packaged = str(file).startswith("package:")
    _conclude([draft(file, out or (Path() if packaged else file.parent) / "study.yaml", labels)], [], as_json)


@app.command()
def questionnaire(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A study folder, or its questionnaire.yaml.")],
    out: Annotated[Path, typer.Option(help="Folder that holds one folder a study.")] = Path("reports"),
    language: Annotated[str, typer.Option(help="Languages of the forms, as in en,zh; all when absent.")] = "",
    as_json: Json = False,
) -> None:
    """Write a questionnaire as forms to print, files to import into survey tools, a code book and a study.yaml."""
    from pipeline.instrument import load, publish

    _conclude(publish(load(path), out, _languages(language)), [], as_json)


@app.command()
def export(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A study folder, or its study.yaml.")],
    out: Annotated[Path, typer.Option(help="Folder that holds one folder a study.")] = Path("exports"),
    as_json: Json = False,
) -> None:
    """Write the scored, labelled rows of a study as SPSS and Parquet, with a data dictionary."""
    from pipeline.exporting import export as write
    from pipeline.study import load

    _conclude(write(load(path), out), [], as_json)


@app.command("plan")
def plan_(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A pilot (study folder or study.yaml), or a CSV of correlations.")
    ],
    outcome: Annotated[str, typer.Option(help="Outcome in a CSV of correlations; its last row when absent.")] = "",
    change: Annotated[float, typer.Option(help="Change of a share between two waves that must be found.")] = 0.05,
    halfwidth: Annotated[float, typer.Option(help="Half the width that the largest share's interval may have.")] = 0.05,
    deff: Annotated[float | None, typer.Option(help="Design effect; that of the pilot when absent.")] = None,
    n: Annotated[int | None, typer.Option("--n", help="Also say what this many respondents would reach.")] = None,
    as_json: Json = False,
) -> None:
    """Say how many respondents are needed to name the first driver, to see its share change, and to know it closely."""
    from pipeline.planning import plan
    from pipeline.planning.words import lines, summary

    found = plan(path, outcome=outcome, deff=deff, change=change, halfwidth=halfwidth, n=n)
    if as_json:
        _say([json.dumps({"ok": True, "problems": [], "files": [], "plan": summary(found)}, ensure_ascii=False)])
    else:
        _say(lines(found))


@app.command()
def schema(
    results: Annotated[bool, typer.Option("--results", help="The schema of results.json instead.")] = False,
    asked: Annotated[bool, typer.Option("--questionnaire", help="The schema of questionnaire.yaml instead.")] = False,
) -> None:
    """Print the JSON Schema of study.yaml, for editors."""
    from pipeline.instrument.specs import Questionnaire
    from pipeline.report.schema import Results
    from pipeline.specs import Definition

    model = Results if results else Questionnaire if asked else Definition
    _say([json.dumps(model.model_json_schema(by_alias=True), ensure_ascii=False, indent=2)])


def _version(wanted: bool) -> None:
    if wanted:
        _say([f"whybuy {__version__}"])
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None: ...


def _build(
    path: Path, out: Path, languages: Sequence[str] | None, force: bool, progress: Callable[..., None]
) -> list[Path]:
    """Files of one report, made now or found unchanged."""
    from pipeline.report.fingerprint import unchanged
    from pipeline.report.folder import settle

    target = out / _name(path)
    definition = path / "study.yaml" if path.is_dir() else path
    same = None if force else unchanged(definition, target, languages)
    if same is not None:
        settle(target)
        progress("nothing changed")
        return [target / name for name in same]
    return _make(path, out, languages, progress)


def _make(path: Path, out: Path, languages: Sequence[str] | None, progress: Callable[..., None]) -> list[Path]:
    from pipeline.analysis import analyse
    from pipeline.report.folder import settle
    from pipeline.report.publish import choose, publish, take_stamp
    from pipeline.study import load

    study = load(path)
    choose(study, languages)
    settle(out / study.name, "results.json")
    stamp = take_stamp(study)
    analysis = analyse(study, progress=progress)
    progress("report")
    return publish(analysis, out, languages, stamp)


def _languages(text: str) -> list[str] | None:
    """The languages that an option lists, None where it lists none."""
    return [part.strip() for part in text.split(",") if part.strip()] or None


def _name(path: Path) -> str:
    """Name of the study at a path, which need not exist."""
    folder = path.parent if path.is_file() else path
    return folder.resolve().name


def _refuse_namesakes(paths: Sequence[Path]) -> None:
    """Two studies of one name would write into one folder."""
    seen: dict[str, Path] = {}
    for path in paths:
        first = seen.setdefault(_name(path), path)
        if first.resolve() != path.resolve():
            message = f"{first} and {path} would both be written to '{_name(path)}'; report them with different --out."
            raise UsageError(message)


def _conclude(files: Sequence[Path], errors: Sequence[WhybuyError], as_json: bool) -> None:
    """Print what was written and what went wrong; leave with the code of the first error."""
    problems = [problem for error in errors for problem in error.problems]
    if as_json:
        listed = [{"where": problem.where, "message": problem.message} for problem in problems]
        found = {"ok": not errors, "problems": listed, "files": [str(path) for path in files]}
        _say([json.dumps(found, ensure_ascii=False)])
    else:
        findings = [path for path in files if path.name.startswith("findings.")]
        _say(str(path) for path in [*(path for path in files if path not in findings), *findings])
        for error in errors:
            _complain(error.lines())
    if errors:
        raise typer.Exit(errors[0].exit_code)


def _say(lines: Iterable[str]) -> None:
    """Write to stdout; a reader that has gone away (`| head`) ends the command quietly."""
    try:
        for line in lines:
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(128 + signal.SIGPIPE) from None


def _complain(lines: Iterable[str]) -> None:
    with suppress(OSError):
        sys.stderr.write("".join(f"{line}\n" for line in lines))


def _stopped(*_: Any) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


def main() -> None:
    """Run the command line; whatever happens ends in an exit code and no traceback."""
    signal.signal(signal.SIGTERM, _stopped)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app(prog_name="whybuy")
    except WhybuyError as error:
        _leave(error)
    except Exception as error:
        where = _log(error)
        _leave(WhybuyError(f"whybuy: this is a fault of whybuy, not of your study; the details are in {where}."))


def _leave(error: WhybuyError) -> NoReturn:
    with suppress(typer.Exit):
        _conclude([], [error], "--json" in sys.argv)
    sys.exit(error.exit_code)


def _log(error: BaseException) -> str:
    """Path of a file with the traceback. Messages and values are left out: they may quote an answer."""
    lines = []
    link: BaseException | None = error
    while link is not None:
        lines += [f"{type(link).__qualname__}\n", *traceback.format_tb(link.__traceback__), "\n"]
        link = link.__cause__ or link.__context__
    with tempfile.NamedTemporaryFile("w", prefix="whybuy-", suffix=".log", delete=False, encoding="utf-8") as stream:
        stream.writelines([f"whybuy {__version__}, Python {sys.version}\n\n", *lines])
    return stream.name


if __name__ == "__main__":
    main()
