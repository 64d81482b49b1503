"""Every questionnaire of surveys/ is whole: no complaint, a study that reads its data, and two runs alike."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from pipeline.instrument import Instrument, load, render
from pipeline.instrument.asked import all_asked, parts
from pipeline.instrument.drafting import draft_text, study_of
from pipeline.specs import Label

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "surveys").glob("*/questionnaire.yaml"))
VALUE = ROOT / "surveys" / "phone_value"


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda path: path.name)
def instrument(request: pytest.FixtureRequest) -> Instrument:
    return load(request.param)


def test_two_runs_give_the_same_files(instrument: Instrument) -> None:
    assert dict(render(instrument, instrument.languages)) == dict(render(load(instrument.path), instrument.languages))


def test_every_construct_has_its_literature(instrument: Instrument) -> None:
    assert not [name for name, entry in instrument.definition.constructs.items() if not entry.source]
    prices = [asked.question for asked in all_asked(instrument) if asked.question.type == "price"]
    assert not [question.id for question in prices if not question.source]


def test_every_text_is_in_every_language(instrument: Instrument) -> None:
    """Nothing is left in the other language, and no text is longer than a page can hold."""
    for part in parts(instrument):
        for text in (part.section.title, *(asked.question.wording for asked in part.asked)):
            assert isinstance(text, dict)
            _told(instrument, text)


def _told(instrument: Instrument, label: Label) -> None:
    said = [instrument.text(label, language) for language in instrument.languages]
    assert len(set(said)) == len(said)
    assert max(map(len, said)) < 300


def test_the_study_beside_it_has_the_same_columns(instrument: Instrument) -> None:
    """Items, scales and codes of the study.yaml are those of the questionnaire; words may differ."""
    from pipeline.study import load as load_study

    if not (instrument.path.parent / "study.yaml").exists():
        pytest.skip("no study.yaml beside it yet")
    study, drafted = load_study(instrument.path.parent).definition, study_of(instrument).definition
    for name, construct in drafted.constructs.items():
        assert list(study.constructs[name].items) == list(construct.items), name
        assert study.constructs[name].reverse == construct.reverse
    for name, variable in drafted.variables.items():
        if name in study.variables:
            assert list(study.variables[name].codes) == list(variable.codes), name
            assert study.variables[name].range == variable.range, name
    assert study.stack is not None
    assert drafted.stack is not None
    assert dict(study.stack.columns) == dict(drafted.stack.columns)


def test_the_value_study_asks_for_its_columns() -> None:
    """Names that the simulated market and the analyses rely on."""
    asked = {column.name for one in all_asked(load(VALUE)) for column in one.columns}
    items = {
        "prod": 3,
        "serv": 3,
        "vfm": 3,
        "cert": 3,
        "trust": 3,
        "emo": 3,
        "ident": 3,
        "conv": 3,
        "eco": 3,
        "found": 2,
    }
    items |= {"int": 2, "promo": 2}
    assert {
        f"{stem}_{n}_{brand}" for stem, many in items.items() for n in range(1, many + 1) for brand in "abc"
    } <= asked
    assert {f"gg_{price}" for price in (1999, 2499, 2999, 3499, 3999)} <= asked
    assert {"psm_too_cheap", "psm_cheap", "psm_expensive", "psm_too_expensive", "wtp_aurora", "premium_pct"} <= asked


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_import_of_wenjuanxing_begins_a_question_where_we_do(language: str) -> None:
    """The rules by which the import page parts the text, as its script has them, find our questions and no other."""
    text = dict(render(load(VALUE), [language]))[f"wenjuanxing.{language}.txt"].decode()
    counted = re.compile(r"\s*\d+(\s*[-－—~～]{1,3}\s*\d+|[次万%千小年以岁元人本个后级GXM分])")
    begins = re.compile(r"\s*([a-zA-Z]|问题|第)?\s*\d+|.*[０-９]")
    found = [line for line in text.split("\n") if begins.match(line) and not counted.match(line)]
    assert [int(line.split(".")[0]) for line in found] == list(range(1, len(all_asked(load(VALUE))) + 1))
    heads = [lines.split("\n")[1] for lines in text.split("\n\n") if "[矩阵量表题]" in lines]
    assert {len(head.split(" ")) for head in heads} == {7}


def test_van_westendorp_is_asked_in_one_order() -> None:
    asked = [one.question.id for one in all_asked(load(VALUE)) if one.question.id.startswith("psm_")]
    assert asked == ["psm_too_cheap", "psm_cheap", "psm_expensive", "psm_too_expensive"]


def test_the_draft_of_the_value_study_reads_its_data(tmp_path: Path) -> None:
    """The draft, put in place of the study.yaml, understands every wave that is there."""
    from pipeline.ingest import read
    from pipeline.study import load as load_study

    waves = sorted(VALUE.glob("wave*.csv"))
    if len(waves) < 4:
        pytest.skip("the waves of the simulated market are not there")
    for wave in waves:
        shutil.copy(wave, tmp_path)
    (tmp_path / "study.yaml").write_text(draft_text(load(VALUE)), encoding="utf-8")
    responses = read(load_study(tmp_path))
    with waves[0].open(encoding="utf-8", newline="") as file:
        first = sum(1 for _ in csv.reader(file)) - 1
    assert len(responses.items) >= 2 * first
    assert responses.variables["motive"].notna().mean() > 0.9
