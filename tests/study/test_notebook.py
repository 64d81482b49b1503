"""The notebook runs, imports the pipeline and defines nothing, and its last cell finds every number of R."""

from __future__ import annotations

import ast
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "phone_providers.ipynb"


@pytest.fixture(scope="module")
def stored() -> Any:
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    return nbformat.read(NOTEBOOK, as_version=4)


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def last_output(notebook: Any) -> Any:
    return ast.literal_eval(code(notebook)[-1].outputs[-1].data["text/plain"])


def test_it_defines_nothing_and_keeps_its_outputs(stored: Any) -> None:
    for cell in code(stored):
        nodes = list(ast.walk(ast.parse(cell.source)))
        assert not [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda))]
        assert cell.outputs
        assert not [output for output in cell.outputs if output.output_type in ("error", "stream")]
    assert last_output(stored)[0] is True


def test_it_runs_and_finds_every_number_of_r(stored: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOK.parents[1]))
    notebook = deepcopy(stored)
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOK.parent)}})
    client.execute()
    assert last_output(notebook) == last_output(stored)
    assert last_output(notebook)[0] is True
