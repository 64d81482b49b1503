"""Suppression: no small count can be worked out, from a thousand random tables and from every file of a report."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from pipeline import analyse, load
from pipeline.checkup import check
from pipeline.report.publish import publish
from pipeline.suppression import Levels, few, hidden, hidden_levels, shielded, two_way

Maker = Callable[..., Path]
MINIMUM = 10


def limits(sums: np.ndarray, counts: np.ndarray, gone: np.ndarray, at: int) -> tuple[float, float]:
    """What a reader can work out of one hidden count: he knows all sums and all counts that are shown."""
    inside = np.flatnonzero(gone)
    part = sums[:, inside]
    known = part @ counts[inside]
    goal = (inside == at).astype(float)
    low, high = (linprog(sign * goal, A_eq=part, b_eq=known) for sign in (1.0, -1.0))
    return float(low.fun), float(-high.fun) if high.success else np.inf


def held(sums: np.ndarray, counts: np.ndarray, gone: np.ndarray) -> bool:
    small = np.flatnonzero((counts > 0) & (counts < MINIMUM))
    return all(gone[at] and np.diff(limits(sums, counts, gone, at))[0] >= 3 for at in small)


def test_a_thousand_tables_give_no_small_count_back() -> None:
    """One variable and its base: levels of 0 to 60 respondents, together at least the minimum."""
    random = np.random.default_rng(3)
    hidden_at_all = 0
    for _ in range(1000):
        counts = random.integers(0, random.integers(5, 60), random.integers(2, 9))
        if counts.sum() >= MINIMUM:
            sums = np.ones((1, len(counts)))
            gone = hidden(counts, sums, MINIMUM)
            inside = counts[gone]
            assert gone[(counts > 0) & (counts < MINIMUM)].all()
            assert len(inside) != 1
            assert not len(inside) or inside.sum() >= MINIMUM
            hidden_at_all += gone.any()
    assert hidden_at_all > 300


def with_totals(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums of a two-way table whose totals are counts too."""
    rows, columns = counts.shape
    whole = np.concatenate([counts.ravel(), counts.sum(1), counts.sum(0)])
    sums = np.zeros((rows + columns + 2, len(whole)))
    cells = np.arange(counts.size).reshape(counts.shape)
    for at, line in enumerate([*cells, *cells.T]):
        sums[at, line], sums[at, counts.size + at] = 1, -1
    sums[-2, counts.size : counts.size + rows] = 1
    sums[-1, counts.size + rows :] = 1
    return whole, sums


@pytest.mark.parametrize("seed", range(4))
def test_two_way_tables_with_their_totals(seed: int) -> None:
    random = np.random.default_rng(seed)
    for _ in range(25):
        counts = np.floor(random.lognormal(3, 1, random.integers(2, 6, 2))).astype(int)
        whole, sums = with_totals(counts)
        gone = hidden(whole, sums, MINIMUM)
        assert held(sums, whole, gone)
        np.testing.assert_array_equal(two_way(counts, MINIMUM).ravel(), gone[: counts.size])


def table(*parts: tuple[str, int]) -> Levels:
    names = tuple(dict.fromkeys(name for name, _ in parts if name))
    codes = [names.index(name) if name else -1 for name, count in parts for _ in range(count)]
    return Levels(names=names, of_row=np.array(codes))


def judged(**tables: Levels) -> dict[str, set[str]]:
    rows = len(next(iter(tables.values())).of_row)
    return {name: set(gone) for name, gone in hidden_levels(tables, np.arange(rows), MINIMUM).items()}


def test_the_next_smallest_level_is_hidden_too() -> None:
    assert judged(city=table(("a", 3), ("b", 40), ("c", 25))) == {"city": {"a", "c"}}
    assert judged(city=table(("a", 3), ("b", 40))) == {"city": {"a", "b"}}
    assert judged(city=table(("a", 3), ("b", 4), ("c", 2), ("d", 30), ("e", 50))) == {"city": {"a", "b", "c", "d"}}
    assert judged(city=table(("a", 10), ("b", 40))) == {"city": set()}


def test_cities_inside_regions() -> None:
    """Within its city table b would do; but a and c make the east, whose total would give a back: c is hidden too."""
    city = table(("a", 3), ("c", 30), ("b", 12), ("d", 40))
    region = table(("east", 33), ("west", 52))
    gone = judged(city=city, region=region)
    assert {"a", "b", "c"} <= gone["city"]
    assert gone["city"] == {"a", "b", "c", "d"} or gone["region"]


def test_the_same_variable_under_two_names_hides_the_same() -> None:
    first = table(("a", 3), ("b", 20), ("c", 20), ("d", 50))
    second = Levels(names=("one", "two", "three", "four"), of_row=first.of_row)
    assert judged(x=first, y=second) == {"x": {"a", "b"}, "y": {"one", "two"}}


def test_people_count_once_and_more_than_forty_levels_are_all_hidden() -> None:
    twice = Levels(names=("a", "b"), of_row=np.repeat([0, 1], 16))
    assert hidden_levels({"x": twice}, np.repeat(np.arange(16), 2), MINIMUM)["x"] == {"a", "b"}
    many = Levels(names=tuple(map(str, range(41))), of_row=np.repeat(np.arange(41), 20))
    assert len(hidden_levels({"x": many}, np.arange(820), MINIMUM)["x"]) == 41


def test_few() -> None:
    people = np.arange(50)
    assert [few(people, people < count, MINIMUM) for count in (0, 3, 10, 40, 41, 50)] == [
        False, True, False, False, True, False,
    ]  # fmt: skip


def a_row(**columns: Any) -> dict[str, Any]:
    from pipeline.estimates import row

    return row("regression", "b", estimate=1.0, n=3, **columns)


def test_rows_that_speak_of_a_hidden_level_are_emptied() -> None:
    gone = {"city": frozenset({"a"}), "age": frozenset()}
    speaking = [
        a_row(term="price", group="city=a"),
        a_row(term="city", contrast="level:a"),
        a_row(term="city", contrast="of:b;level:a"),
        a_row(term="city=a", contrast="with:price"),
        a_row(term="price", contrast="with:city=a"),
        a_row(term="price", contrast="city=b-a"),
        a_row(term="price", contrast="city=a"),
    ]
    silent = [
        a_row(term="price", group="city=ab"),
        a_row(term="age", contrast="level:a"),
        a_row(term="price", contrast="city=b-c"),
        a_row(term="a"),
    ]
    emptied = shielded(speaking, gone)
    assert {(row["state"], row["reason"], row["estimate"], row["n"]) for row in emptied} == {
        ("suppressed", "small_base", None, None)
    }
    assert shielded(silent, gone) == silent


def test_a_row_that_is_suppressed_by_itself_keeps_neither_figure_nor_base() -> None:
    (emptied,) = shielded([a_row(term="price", n_eff=3.0, state="suppressed", reason="small_base")], {})
    assert (emptied["state"], emptied["reason"]) == ("suppressed", "small_base")
    assert {emptied[name] for name in ("estimate", "n", "n_eff")} == {None}


HEADER = ("id", "t1", "p1", "i1", "city", "region", "group", "tv", "net", "press", "rate")
SIZES = {"tiny": 3, "mid": 41, "big": 83, "huge": 107}
REGION = {"tiny": "east", "mid": "east", "big": "west", "huge": "west"}


def people() -> list[list[str]]:
    random = np.random.default_rng(8)
    rows = []
    for at, city in enumerate(city for city, size in SIZES.items() for _ in range(size)):
        common = random.normal()
        marks = np.clip(np.rint(4 + common + random.normal(size=3)), 1, 7).astype(int).astype(str)
        press = "1" if city == "tiny" else "0"
        ticks = [str(int(random.random() < share)) for share in (0.6, 0.4)]
        rows.append([f"r{at}", *marks, city, REGION[city], "ab"[at % 2], *ticks, press, str(random.integers(0, 11))])
    return rows


@pytest.fixture
def tiny_level(study_folder: Maker) -> Path:
    return study_folder(
        people(), HEADER, constructs={"trust": ["t1"], "price": ["p1"], "intent": ["i1"]},
        segments=["city", "group"],
        variables={
            "region": {}, "media": {"type": "multiple", "columns": ["tv", "net", "press"]},
            "age": {"column": "rate", "type": "number"},
        },
        model={"outcome": "intent", "draws": 200, "controls": ["city"], "drivers": ["trust", "price"]},
    )  # fmt: skip


def test_a_level_of_three_is_in_no_file(tiny_level: Path, tmp_path: Path) -> None:
    """The counts 3 and 44 (what region tells of tiny and mid), their shares, and the coefficient of the level."""
    study = load(tiny_level)
    files = publish(analyse(study), tmp_path / "out")
    results = json.loads(next(path for path in files if path.name == "results.json").read_text(encoding="utf-8"))
    told = [
        row for row in results["estimates"] if any("tiny" in str(row[key]) for key in ("term", "group", "contrast"))
    ]
    assert told
    assert {row["state"] for row in told} == {"suppressed"}
    assert {row[key] for row in told for key in ("estimate", "n", "n_eff", "std_error", "conf_low")} == {None}
    n = sum(SIZES.values())
    shares = {round(count / n, 4) for count in (3, n - 3)}
    found = {round(row["estimate"], 4) for row in results["estimates"] if row["metric"] == "proportion" and row["n"]}
    assert not shares & found
    shown = {row["contrast"]: row["estimate"] for row in results["estimates"]
             if row["metric"] == "proportion" and row["term"] == "city" and row["state"] == "ok"}  # fmt: skip
    assert len(shown) <= 2
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not re.search(r"tiny\D{0,40}(\b3\b|1\.3\s?%|0\.0128)", text), path.name
    assert not any(path.parts[-2] == "parity" for path in files)


def test_whybuy_check_hides_it_too(tiny_level: Path) -> None:
    lines = [line for line in check(load(tiny_level)) if line.startswith("variable city")]
    assert len(lines) == 1
    assert "tiny" not in lines[0]
    shown = [int(number) for number in re.findall(r"n = (\d+)", lines[0])]
    assert sum(SIZES.values()) - sum(shown) >= MINIMUM
    assert "2 levels hidden" in lines[0] or "4 levels hidden" in lines[0]


def test_an_option_that_three_people_ticked(tiny_level: Path) -> None:
    rows = analyse(load(tiny_level)).estimates
    options = rows[(rows["analysis"] == "profile") & (rows["term"] == "media")]
    assert dict(zip(options["contrast"], options["state"], strict=True)) == {
        "level:tv": "ok", "level:net": "ok", "level:press": "suppressed",
    }  # fmt: skip


def test_cells_of_two_variables_do_not_give_each_other_back() -> None:
    """Three women in the north: the totals of women and of the north would tell, so more than one other cell hides."""
    parts = np.array([["f", "north"], ["f", "south"], ["m", "north"], ["m", "south"], ["f", "west"], ["m", "west"]])
    counts = np.array([[3, 50, 40, 60, 30, 25]])
    gone = two_way(counts, MINIMUM, parts)[0]
    inside = {tuple(part) for part in parts[gone]}
    assert ("f", "north") in inside
    for column in range(2):
        for one in set(parts[:, column]):
            assert sum(part[column] == one for part in inside) != 1
