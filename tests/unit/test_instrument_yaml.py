"""Plain data written as YAML come back as they were, whatever the texts hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.instrument._yaml import lines
from pipeline.study import parse

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
KEY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(lambda key: key != "-0")
LEAF = TEXT | st.integers(-9999, 9999) | st.booleans() | st.sampled_from([0.05, 1.5, -0.33])
DATA = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEY, inner, max_size=4), max_leaves=20
)


def plain(value: Any) -> Any:
    """Keys as texts: a code that is a number is written as one."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    return [plain(entry) for entry in value] if isinstance(value, list) else value


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KEY, DATA, min_size=1, max_size=4))
def test_what_is_written_is_read_again(data: dict[str, Any]) -> None:
    text = "\n".join(lines(data)) + "\n"
    found, _ = parse(Path("made.yaml"), text.encode())
    assert plain(found) == data


def test_a_list_of_maps_reads_well() -> None:
    data = {"data": [{"file": "a.csv", "rename": {f"column {n}": f"c{n}" for n in range(12)}}, {"file": "b.csv"}]}
    assert list(lines(data))[:3] == ["data:", '  - file: "a.csv"', "    rename:"]
    assert list(lines(data))[-1] == '  - {file: "b.csv"}'
