"""Every output of a questionnaire, read again from outside: form, Word, LimeSurvey, 问卷星, code book."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pipeline.ingest._lss import structure as read_structure
from pipeline.instrument import Instrument, load, render
from pipeline.instrument.asked import all_asked, answers
from pipeline.instrument.codes import answer_codes, heading
from pipeline.instrument.layout import form
from pipeline.instrument.limesurvey import safe
from pipeline.instrument.wenjuanxing import option, started
from pipeline.report.words import read
from tests.questionnaire_sample import QUESTIONNAIRE, folder
from tests.unit.test_words import CAUSAL, HALF_WIDTH, SPACED, UNSPACED, bare, fields

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "{INSERTANS:1X1X1} {if(1,2,3)} {{ 7 * 7 }}",
    "]]> & &amp; <!-- \u202egnp.exe",
    "[单选题] 1. [分页栏]",
    "a\\nb \\u0007 | $ ^ } {",
    "词" * 600,
)
"""Labels as a prankster or a careless copy would have them."""


@pytest.fixture(scope="module")
def instrument(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    return load(folder(tmp_path_factory.mktemp("instrument")))


@pytest.fixture(scope="module")
def made(instrument: Instrument) -> dict[str, bytes]:
    return files(instrument)


@pytest.fixture
def hostile(tmp_path: Path) -> Callable[[str], Instrument]:
    """The sample with a hostile text as title, wording, item, option, unit and source."""

    def made(text: str) -> Instrument:
        quoted = '"' + text.replace('"', '\\"') + '"'
        changed = QUESTIONNAIRE.replace("title: {en: A survey about coffee, zh: 咖啡消费调查}", f"title: {quoted}")
        for old in (
            "{en: Cake, zh: 蛋糕}",
            "{en: Your age?, zh: 您的年龄？}",
            "{en: years, zh: 岁}",
            "after Morgan & Hunt (1994)",
        ):
            assert old in changed
            changed = changed.replace(old, quoted)
        changed = changed.replace('{en: "I trust {cafe}.", zh: "我信任{cafe}。"}', quoted)
        return load(folder(tmp_path, changed, "hostile"))

    return made


def files(instrument: Instrument) -> dict[str, bytes]:
    return dict(render(instrument, instrument.languages))


class Page(HTMLParser):
    """Elements, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_same_questionnaire_gives_the_same_bytes(instrument: Instrument, made: dict[str, bytes]) -> None:
    assert files(instrument) == made


def test_there_is_every_file_in_every_language(made: dict[str, bytes]) -> None:
    assert sorted(made) == sorted([
        "codebook.csv", "form.en.docx", "form.en.html", "form.zh.docx", "form.zh.html", "limesurvey.lss",
        "study.yaml", "wenjuanxing.en.txt", "wenjuanxing.zh.txt",
    ])  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_form_has_every_question_and_runs_nothing(
    instrument: Instrument, made: dict[str, bytes], language: str
) -> None:
    page = Page(made[f"form.{language}.html"].decode())
    text = " ".join(page.words)
    for asked in all_asked(instrument):
        assert instrument.text(asked.question.wording, language, asked.level) in text
        for item in asked.question.items.values():
            assert instrument.text(item.wording, language, asked.level) in text
    assert "script" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    policy = dict(page.attributes)["content"] or ""
    assert any("default-src 'none'" in (value or "") for _, value in page.attributes), policy


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_form_says_who_is_asked(made: dict[str, bytes], language: str) -> None:
    page = " ".join(Page(made[f"form.{language}.html"].decode()).words)
    sentence = {
        "en": "Please answer only if you chose “Yes” in question 2.",
        "zh": "仅当您在第 2 题选择了“是”时，请回答。",
    }
    assert sentence[language] in page
    assert {"en": "“South” in question 1", "zh": "第 1 题选择了“南店”"}[language] in page


def test_nobody_is_shown_the_range_of_a_price(instrument: Instrument) -> None:
    notes = {block.columns[0]: block.notes for sheet in form(instrument, "en").sheets for block in sheet.blocks}
    assert notes["age"] == ("a number from 18 to 90",)
    assert notes["most"] == ()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_word_opens_the_form(instrument: Instrument, made: dict[str, bytes], language: str) -> None:
    from docx import Document

    document = Document(io.BytesIO(made[f"form.{language}.docx"]))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for asked in all_asked(instrument):
        assert f"{asked.number}  {instrument.text(asked.question.wording, language, asked.level)}" in text
        for item in asked.question.items.values():
            assert instrument.text(item.wording, language, asked.level) in cells
    assert document.sections[0].page_width.mm == pytest.approx(210, abs=0.1)
    assert len(document.tables) == 2 + 2 + 2


def test_a_docx_has_no_clock(made: dict[str, bytes]) -> None:
    raw = made["form.en.docx"]
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert parts.namelist()[0] == "[Content_Types].xml"
        core = parts.read("docProps/core.xml").decode()
    assert "2000-01-01" in core
    assert not re.search("202[0-9]-", core)


def test_our_own_reader_gives_back_what_limesurvey_gets(instrument: Instrument, made: dict[str, bytes]) -> None:
    columns = read_structure(made["limesurvey.lss"], "limesurvey.lss")
    types = {"grid": "F", "multiple": "M", "number": "N", "price": "N", "text": "T", "date": "D"}
    for asked in all_asked(instrument):
        question = asked.question
        for column in asked.columns:
            found = columns[heading(asked, column)]
            assert found.type == types.get(question.type, "L")
            assert found.wording == instrument.text(question.wording, "en", asked.level)
            assert found.mandatory == question.required
            if column.part and question.type == "grid":
                assert found.part == instrument.text(question.items[column.part].wording, "en", asked.level)
            if question.type not in ("multiple", "text", "number", "price", "date"):
                labels = answers(instrument, question)
                wanted = {short: instrument.text(labels[code], "en") for code, short in answer_codes(labels).items()}
                assert dict(found.labels) == wanted
                assert list(found.labels) == list(wanted)


def rows(raw: bytes, table: str) -> list[dict[str, str]]:
    root = ElementTree.fromstring(raw)
    return [{cell.tag: cell.text or "" for cell in row} for row in root.iterfind(f"{table}/rows/row")]


def test_limesurvey_gets_both_languages_and_the_routing(made: dict[str, bytes]) -> None:
    raw = made["limesurvey.lss"]
    assert [row["language"] for row in rows(raw, "surveys")] == ["en"]
    assert rows(raw, "surveys")[0]["additional_languages"] == "zh-Hans"
    gates = [row["grelevance"] for row in rows(raw, "groups")]
    assert gates == ["", '(knows_north.NAOK == "Y")', '(knows_south.NAOK == "Y")', ""]
    relevance = {row["title"]: row["relevance"] for row in rows(raw, "questions")}
    assert relevance["extras"] == '(regular.NAOK == "A1")'
    assert relevance["back" + "N"] == "1"
    texts = {(row["qid"], row["language"]): row["question"] for row in rows(raw, "question_l10ns")}
    questions = rows(raw, "questions") + rows(raw, "subquestions")
    assert {qid for qid, _ in texts} == {row["qid"] for row in questions}
    assert len(texts) == 2 * len(questions)
    assert texts[questions[0]["qid"], "zh-Hans"] == "您知道哪些？"


def test_limesurvey_gets_numbers_that_are_told_apart(made: dict[str, bytes]) -> None:
    raw = made["limesurvey.lss"]
    numbers = [row["qid"] for row in rows(raw, "questions") + rows(raw, "subquestions")]
    assert len(set(numbers)) == len(numbers)
    assert len({row["aid"] for row in rows(raw, "answers")}) == len(rows(raw, "answers"))
    assert all(re.fullmatch("[A-Za-z][A-Za-z0-9]{0,19}", row["title"]) for row in rows(raw, "questions"))
    assert all(re.fullmatch("[A-Za-z0-9]{1,5}", row["code"]) for row in rows(raw, "answers"))
    values = {row["code"]: row["assessment_value"] for row in rows(raw, "answers")}
    assert (values["0"], values["A2"], values["5"]) == ("0", "2", "5")


def test_limesurvey_gets_limits_and_units(made: dict[str, bytes]) -> None:
    raw = made["limesurvey.lss"]
    qid = next(row["qid"] for row in rows(raw, "questions") if row["title"] == "age")
    found = [(row["attribute"], row["value"]) for row in rows(raw, "question_attributes") if row["qid"] == qid]
    assert found == [
        ("min_num_value_n", "18"),
        ("max_num_value_n", "90"),
        ("num_value_int_only", "1"),
        ("suffix", "years"),
        ("suffix", "岁"),
    ]


def test_what_limesurvey_would_run_is_written_as_text() -> None:
    assert safe("{if(1,2)} <b>") == "&#123;if(1,2)&#125; &lt;b&gt;"


def imported(text: str) -> list[tuple[str, str, list[str]]]:
    """Type, title and lines of each question, as the import page of 问卷星 parts the text."""
    title, *blocks = text.strip().split("\n\n")
    assert not re.match(r"\d", title)
    found = []
    for block in blocks:
        first, *lines = block.split("\n")
        tag = re.search(r"\[([^\[\]]+)\]$", first)
        assert tag, first
        if tag[1] in ("段落说明", "分页栏"):
            continue
        number = re.match(r"(\d+)\. ", first)
        assert number
        assert int(number[1]) == len(found) + 1
        found.append((tag[1], first[number.end() : tag.start()], lines))
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_wenjuanxing_finds_every_question(instrument: Instrument, made: dict[str, bytes], language: str) -> None:
    found = imported(made[f"wenjuanxing.{language}.txt"].decode())
    asked = all_asked(instrument)
    tags = "多选题 单选题 矩阵量表题 量表题 矩阵量表题 量表题 量表题 多选题 量表题 填空题 填空题 填空题 填空题"
    assert [tag for tag, _, _ in found] == tags.split()
    for one, (tag, title, lines) in zip(asked, found, strict=True):
        assert title.startswith(instrument.text(one.question.wording, language, one.level).replace("(", "（"))
        if tag == "矩阵量表题":
            assert len(lines[0].split(" ")) == 5
            assert len(lines) == 1 + len(one.question.items)
        elif tag != "填空题":
            assert len(lines) == len(answers(instrument, one.question))


def test_wenjuanxing_takes_no_option_for_two_or_for_a_question() -> None:
    assert option("Neither agree nor disagree") == "Neither\u00a0agree\u00a0nor\u00a0disagree"
    assert option("1999 元") == "1999元"
    assert option("3 times or more") == "·3\u00a0times\u00a0or\u00a0more"
    assert option("5,000 to 9,999") == "·5,000\u00a0to\u00a09,999"
    assert option("[单选题](A)") == "［单选题］（A）"
    assert option("约３次") == "约3次"
    assert started("2 questions first") == "·2 questions first"


def test_the_code_book_names_every_column(instrument: Instrument, made: dict[str, bytes]) -> None:
    text = made["codebook.csv"].decode("utf-8-sig")
    found = {row["column"]: row for row in csv.DictReader(io.StringIO(text))}
    columns = [column.name for asked in all_asked(instrument) for column in asked.columns]
    assert list(found) == [*instrument.definition.columns, *columns]
    row = found["trust_1_s"]
    assert (row["question"], row["construct"], row["scale"], row["limesurvey"]) == (
        "views",
        "trust",
        "agree",
        "viewsS[trust1]",
    )
    assert row["wording_en"] == "South: how far do you agree? – I trust South."
    assert row["codes_zh"] == "1 = 1 – 不同意; 2 = 2; 3 = 3; 4 = 4; 5 = 5 – 同意"
    assert row["asked_if_en"] == "Please answer only if you chose “South” in question 1."
    assert found["regular"]["codes_en"] == "often_yes / A1 = Yes; rarely_no / A2 = No"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_labels_are_printed_and_never_obeyed(hostile: Any, text: str) -> None:
    instrument = hostile(text)
    made = files(instrument)
    for language in ("en", "zh"):
        page = Page(made[f"form.{language}.html"].decode())
        assert not {"script", "img", "iframe"} & set(page.tags)
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        with zipfile.ZipFile(io.BytesIO(made[f"form.{language}.docx"])) as parts:
            for name in parts.namelist():
                if name.endswith(".xml"):
                    ElementTree.fromstring(parts.read(name))
        imported(made[f"wenjuanxing.{language}.txt"].decode())
    for row in rows(made["limesurvey.lss"], "question_l10ns"):
        assert not re.search(r"[{}<]", row["question"].replace("<br />", ""))
    read_structure(made["limesurvey.lss"], "limesurvey.lss")
    for line in csv.reader(io.StringIO(made["codebook.csv"].decode("utf-8-sig"))):
        assert not [cell for cell in line if cell.startswith(("=", "+", "@", "-"))]
    assert not re.search("[\u202a-\u202e\u0007]", made["form.en.html"].decode())


def test_a_form_of_one_language_knows_no_other(tmp_path: Path) -> None:
    text = QUESTIONNAIRE.replace("languages: [en, zh]", "languages: [zh]")
    made = files(load(folder(tmp_path, text)))
    assert {name for name in made if ".en." in name} == set()
    assert rows(made["limesurvey.lss"], "surveys")[0]["language"] == "zh-Hans"
    assert rows(made["limesurvey.lss"], "surveys")[0]["additional_languages"] == ""
    assert not re.search(r"agree|Which", made["form.zh.html"].decode())


def test_the_words_of_the_forms_are_in_both_languages() -> None:
    home = Path(__file__).parents[2] / "pipeline" / "instrument"
    english, chinese = (read(home / f"words.{language}.po") for language in ("en", "zh"))
    assert set(english) == set(chinese)
    assert not [key for key in english if fields(english[key]) != fields(chinese[key])]
    assert not [text for m in english.values() for text in m.texts if CAUSAL.search(text)]
    texts = [bare(text) for message in chinese.values() for text in message.texts]
    assert not [text for text in texts for rule in (HALF_WIDTH, UNSPACED, SPACED) if rule.search(text)]
