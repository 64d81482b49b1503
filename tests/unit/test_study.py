"""study.yaml: read strictly, and every mistake gets one sentence at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import load
from pipeline.errors import DefinitionError
from pipeline.study import LARGEST

BASE = """study: {title: T}
data: a.csv
scales: {s: {points: 7}}
constructs:
  trust: {items: [a, b]}
  price: {items: c}
  loyal: {items: d}
model: {outcome: loyal}
"""


def lines(folder: Path, text: str | bytes) -> list[str]:
    """Problems of a study.yaml, without the path before the line."""
    path = folder / "study.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(DefinitionError) as caught:
        load(folder)
    assert all("\n" not in str(problem) for problem in caught.value.problems)
    return [line.removeprefix(f"{path}:").strip() for line in caught.value.lines()]


def test_the_smallest_study(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(BASE, encoding="utf-8")
    study = load(tmp_path)
    assert study.drivers == ("trust", "price")
    assert study.used == ("trust", "price", "loyal")
    assert study.name == tmp_path.name
    assert study.scale("trust").high == 7
    assert study.label(None, "trust") == {"en": "trust", "zh": "trust"}
    assert study.where("constructs", "price", "label") == f"{tmp_path}/study.yaml:6:3"
    assert load(tmp_path / "study.yaml").sha256 == study.sha256


@pytest.mark.parametrize(
    "shape", ["items: a", "items: [a]", "items: {a: wording}", "items: {a: {en: x, zh: y}}", "items: [1]"]
)
def test_items_are_a_name_a_list_or_a_map(tmp_path: Path, shape: str) -> None:
    (tmp_path / "study.yaml").write_text(BASE.replace("items: [a, b]", shape), encoding="utf-8")
    assert list(load(tmp_path).construct("trust").items) == [shape.partition(":")[2].strip(" {[]}")[0]]


SHAPES = [
    (
        "{title: T}",
        "{title: T, clinet: x}",
        "1:19: unknown key 'clinet'. Did you mean 'client'? Possible keys here: title, ",
    ),
    ("{title: T}", "{}", "1:1: 'title' is missing in 'study': name of the study, as the report prints it."),
    (
        "title: T",
        "title: [T]",
        "1:9: 'title' is a list; it must be one text, or a text for each language ({en: …, zh: …}).",
    ),
    ("title: T", "title: 5", "1:9: 'title' is the number 5; it must be one text, or a text for each language"),
    (
        "title: T",
        "title: {en: x}",
        "1:9: no text in 'zh'; a label is one text, or holds every language of the report (en, zh).",
    ),
    ("title: T", "title: {en: x, zh: 5}", "1:24: 'zh' is the number 5; it must be a text. Put it in quotes."),
    ("title: T", "title: {de: x}", "1:17: 'de' is no language of a report; possible are: en, zh."),
    ("study: {title: T}", "study: T", "1:1: 'study' is the text \"T\"; it must be a map with the keys title, client,"),
    ("study: {title: T}", "study:", "1:1: 'study' is empty; it must be a map with the keys title, client,"),
    (
        "a.csv",
        "5",
        "2:1: 'data' is the number 5; it must be a path, or a list of paths or of maps with the keys file, labels,",
    ),
    ("a.csv", "[{file: a, format: spps}]", "2:18: 'format' is the text \"spps\"; it must be csv, excel, parquet, "),
    ("data: a.csv\n", "", "'data' is missing; name the file"),
    (
        "points: 7",
        "points: seven",
        "3:14: 'points' is the text \"seven\"; it must be a whole number, at least 2 and at most 101.",
    ),
    (
        "points: 7",
        "points: 1",
        "3:14: 'points' is the number 1; it must be a whole number, at least 2 and at most 101.",
    ),
    ("points: 7", "points: true", "3:14: 'points' is true; it must be a whole number, at least 2 and at most 101."),
    (
        "points: 7",
        "points: 2, labels: [a, 1]",
        "3:37: entry 2 of 'labels' is the number 1; it must be a text. Put it in quotes.",
    ),
    ("points: 7", "points: 2, labels: [a]", "3:25: labels has 1 texts; this scale needs 2."),
    ("points: 7", "points: 7, codes: {yes: 9}", "3:33: 'yes' is coded 9, outside 1 to 7."),
    (
        "{items: [a, b]}",
        "[a, b]",
        "5:3: 'trust' is a list; it must be a map with the keys items, label, scale, reverse,",
    ),
    ("[a, b]", "[]", "5:3: construct 'trust' has no items; name the columns that measure it."),
    ("[a, b]", "[a, a]", "5:11: 'items': item 'a' is listed twice."),
    (
        "[a, b]",
        "[[a], b]",
        "5:11: 'items': an entry is no name of a column; write a list of names, or a map column: wording.",
    ),
    (
        "[a, b]",
        "5",
        "5:11: 'items' is the number 5; it must be one column, a list of columns, or a map of columns to their",
    ),
    ("[a, b]", "[a, c]", "6:11: item 'c' already belongs to 'trust'; an item measures one construct."),
    ("[a, b]", "[a, b], reverse: e", "5:26: 'e' is reversed but is no item of 'trust'."),
    ("[a, b]", "[a, b], scale: t", "5:26: unknown scale 't'. Scales are: s."),
    ("[a, b]", "[a, b], min_answered: 3", "5:26: min_answered is 3, but 'trust' has 2 items."),
    (
        "trust:",
        '"my trust":',
        "5:3: 'my trust' cannot be a name; use letters, digits, '_' and '-', beginning with a letter.",
    ),
    ("  price:", "  intercept:", "6:3: 'intercept' is the name of the constant of the regression;"),
    (
        "outcome: loyal",
        "outcome: loyl",
        "8:9: unknown outcome 'loyl'. Did you mean 'loyal'? Constructs are: trust, price, loyal.",
    ),
    (
        "outcome: loyal",
        "outcome: loyal, drivers: [prise]",
        "8:35: unknown driver 'prise'. Did you mean 'price'? Drivers are constructs:",
    ),
    (
        "outcome: loyal",
        "outcome: loyal, drivers: [loyal]",
        "8:35: 'loyal' is the outcome; it cannot be its own driver.",
    ),
    (
        "outcome: loyal",
        "outcome: loyal, drivers: trust",
        "8:25: 'drivers' is the text \"trust\"; it must be a list of texts.",
    ),
    (
        "outcome: loyal",
        "outcome: loyal, draws: 10",
        "8:25: 'draws' is the number 10; it must be a whole number, at least 200 and at most 20000.",
    ),
    (
        "outcome: loyal",
        "outcome: loyal, confidence: .nan",
        "8:25: 'confidence' is the number nan; it must be a number, at least 0.8 and below 1.",
    ),
    (
        "outcome: loyal}",
        "outcome: loyal}\nweights: {rake: {sex: {f: 1.2, m: -0.2}}}",
        "9:32: 'm' is the number -0.2; it must be a number, at least 0.0.",
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), SHAPES, ids=[new[:40] for _, new, _ in SHAPES])
def test_one_mistake_gets_one_sentence(tmp_path: Path, old: str, new: str, expected: str) -> None:
    (line,) = lines(tmp_path, BASE.replace(old, new, 1))
    assert line.startswith(expected)


ADDED = [
    ("modle: 3", "9:1: unknown key 'modle'. Did you mean 'model'? Possible keys here: study, data, correlations,"),
    ("5: 3", "9:1: the number 5 cannot be a key here. Possible keys here: study,"),
    ("? [a, b]\n: 3", "a list cannot be a key here. Possible keys here: study,"),
    ("study: {title: x}", "9:1: the key 'study' stands twice; keep one of them."),
    ("report:\n\tlanguages: en", "10:1: a tab stands where spaces belong; indent with spaces only."),
    ("variables: &a {}", "9:12: an anchor (&) is not allowed in a study;"),
    ("variables: *a", "9:12: an alias (*) is not allowed in a study;"),
    ("variables: !!python/object:os.system x", "9:12: a tag (!) is not allowed in a study;"),
    ("report: {languages: [en, fr]}", "9:26: entry 2 of 'languages' is the text \"fr\"; it must be en or zh."),
    (
        "report: {theme: {accent: red}}",
        "9:18: 'accent' is the text \"red\", which does not fit: main colour, as #rrggbb.",
    ),
    ("missing: {skiped: [1]}", "9:11: unknown key 'skiped'. Did you mean 'skipped'?"),
    (
        "missing: 9",
        "9:1: 'missing' is the number 9; it must be a list of codes, or a map with the keys skipped, declined,",
    ),
    ("missing: [true]", "9:11: entry 1 of 'skipped' is true; it must be a text. Put it in quotes."),
    ("missing: [99, 7]", "9:1: '7' is listed as missing but is an answer of scale s; take it out of one of them."),
    ("segments: 5", "9:1: 'segments' is the number 5; it must be a list of variables, or a map with the keys compare,"),
    ("segments: [age]\nvariables: {age: {type: number}}", "9:1: 'age' is a number; name a variable of bands,"),
    ("segments: {compare: [city], reference: {cty: x}}", "9:41: 'cty' is not compared. Did you mean 'city'?"),
    ("variables: {age: {range: [1]}}", "9:19: 'range' holds 1 entry; it must hold exactly 2."),
    ("variables: {age: {range: [9, 1]}}", "9:19: the range of 'age' ends below its start."),
    ("variables: {age: {from: x, cut: [1, 2]}}", "9:19: unknown variable 'x'. Variables are: age."),
    ("variables: {a: {cut: [1, 2]}}", "9:17: 'a' needs 'from' beside 'cut': what it is made of."),
    ("variables: {a: {codes: {1: 5}}}", "9:25: '1' is the number 5; it must be one text, or a text for each language"),
    ("variables:", "9:1: 'variables' is empty; it must be a map of names to entries,"),
    (
        "respondent: {complete: {column: f, equals: true}}",
        "9:36: 'equals' is true; it must be one text or a list of texts. Put it in quotes.",
    ),
    ("stack: {by: brand, levels: [1, 2], columns: {x: [y, z]}}", "9:36: no stacked column is an item of a construct."),
    ("stack: {by: brand, levels: [1, 2], columns: {a: [y]}}", "9:46: 'a' lists 1 columns for 2 levels."),
    ("stack: {by: brand, levels: [A, B, A], columns: {a: [x, y, z]}}", "9:35: level 'A' is listed twice;"),
    (
        "variables: {m: {type: multiple, columns: [k]}}\n"
        "stack: {by: brand, levels: [1, 2], columns: {a: [x, y], k: [v, w]}}",
        "9:13: 'm' has several answers, which cannot be stacked; make it one question for each level.",
    ),
    ("stack: {by: brand, levels: [1, 2, 3], columns: {a: [x, x, y]}}", "9:56: column 'x' is listed twice;"),
    ("respondent: {id: who}\nsegments: who", "10:1: 'who' is the respondent id; comparing it would print every id,"),
    ("respondent: {id: who}\nsegments: {brand: who}", "10:1: 'who' is the respondent id;"),
    ("respondent: {id: who}\nvariables: {p: {column: who}}\nsegments: p", "11:1: 'p' is the respondent id;"),
    ("quality: {claim_base: 50}", "9:11: 'claim_base' is the number 50; it must be a whole number, at least 100."),
]


@pytest.mark.parametrize(("added", "expected"), ADDED, ids=[added[:40] for added, _ in ADDED])
def test_one_strange_key_gets_one_sentence(tmp_path: Path, added: str, expected: str) -> None:
    (line,) = lines(tmp_path, BASE + added + "\n")
    assert line.startswith(expected)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "1:1: a study.yaml is a list of keys such as 'study:' and 'data:'; found nothing."),
        (b"- a\n", "1:1: a study.yaml is a list of keys such as 'study:' and 'data:'; found a list."),
        (BASE.replace("T", "é").encode("latin-1"), "1: byte 0xE9 is not UTF-8; save the file as UTF-8."),
        (BASE.encode() + b"\x01", "not valid YAML (unacceptable character #x0001"),
        (b"a: " + b"[" * 3000, "not valid YAML (maximum recursion depth exceeded"),
        (b"a: b: c\n", "1:5: not valid YAML ("),
        (BASE.encode() + b"---\n" + BASE.encode(), "9:1: not valid YAML ("),
        (b"#" * (LARGEST + 1), "is 1,000,001 bytes long; a study.yaml has at most 1,000,000."),
    ],
)
def test_what_is_no_study_at_all_gets_one_sentence(tmp_path: Path, raw: bytes, expected: str) -> None:
    (line,) = lines(tmp_path, raw)
    assert line.startswith(expected)


def test_an_alias_bomb_is_refused_at_once(tmp_path: Path) -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )
    assert lines(tmp_path, bomb) == [
        "1:4: an anchor (&) is not allowed in a study; write the value out, or put the text in quotes."
    ]


def test_all_problems_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    broken = BASE.replace("title: T", "titel: T").replace("points: 7", "points: x") + "modle: 3\n"
    assert [line.partition(" ")[0] for line in lines(tmp_path, broken)] == ["1:1:", "1:9:", "3:14:", "9:1:"]


def test_a_study_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="there is no such study; name a folder that holds a study"):
        load(tmp_path / "none")


def test_the_words_of_yaml_1_1_stay_words(tmp_path: Path) -> None:
    text = BASE + "variables: {g: {codes: {1: Yes, 2: No, 3: on, 010: x, 1:30: y}}}\n"
    (tmp_path / "study.yaml").write_text(text.replace(", 010: x, 1:30: y", ""), encoding="utf-8")
    assert load(tmp_path).variable("g").codes == {"1": "Yes", "2": "No", "3": "on"}
