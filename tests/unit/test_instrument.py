"""A questionnaire.yaml is read strictly: what is wrong is one sentence with its place; what is right is a study."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.errors import DefinitionError
from pipeline.ingest import read
from pipeline.instrument import load
from pipeline.instrument.asked import all_asked, parts
from pipeline.instrument.codes import answer_codes, heading
from pipeline.instrument.drafting import content_of, draft_text, left_for_later, renames
from pipeline.instrument.duration import minutes
from pipeline.study import load as load_study
from tests.questionnaire_sample import QUESTIONNAIRE, export, folder

WRONG = {
    "a key that is unknown": ("    per: cafe", "    pro: cafe", "unknown key 'pro'. Did you mean 'per'?"),
    "a type that is unknown": ("type: date", "type: day", 'type\' is the text "day"; it must be rating, grid'),
    "no title": ("title: {en: A survey about coffee, zh: 咖啡消费调查}\n", "", "'title' is missing"),
    "a language too few": ("{en: Since when?, zh: 从何时起？}", "{en: Since when?}", "'wording' has no text in zh"),
    "a label too few": ("north: {en: North, zh: 北店}, south", "north: {zh: 北店}, south", "'north' has no text in en"),
    "an empty text": ("zh: 为什么？", 'zh: ""', "'wording' has an empty text in zh"),
    "an unknown scale": ("scale: likely", "scale: likley", "unknown scale 'likley'. Did you mean 'likely'?"),
    "a scale below 0": ("points: 3, start: 0", "points: 3, start: -1", "begins below 0"),
    "no scale": (
        "        type: rating\n        scale: likely\n",
        "        type: rating\n",
        "is a rating and needs 'scale'",
    ),
    "a grid with two kinds of answers": (
        "        random: true\n",
        "        options: {1: a, 2: b}\n",
        "needs 'scale' or 'options', and not both",
    ),
    "options of a number": (
        "range: [18, 90]",
        "options: {1: a, 2: b}",
        "'options' belongs to questions of type single",
    ),
    "one option": ('          rarely_no: {en: "No", zh: 不是}\n', "", "has one option; give it two or more"),
    "a range upside down": ("range: [18, 90]", "range: [90, 18]", "lowest and then the highest"),
    "a right answer that is none": ("answer: 3", "answer: 9", "9 is no answer; possible are 1, 2, 3, 4, 5"),
    "an unknown construct": (
        "construct: taste,",
        "construct: tast,",
        "unknown construct 'tast'. Did you mean 'taste'?",
    ),
    "a construct nobody asks": ("construct: intent\n", "construct: trust\n", "no question measures 'intent'"),
    "a construct on two scales": (
        "        scale: likely\n        wording",
        "        scale: likely\n        construct: intent\n        wording",
        "'intent' is asked on several scales (agree, likely); use one",
    ),
    "an id twice": ("id: most", "id: age", "'age' is used twice (also in question 'age')"),
    "an id of a column": ("id: most", "id: w", "'w' is used twice (also in columns)"),
    "an id with a blank": ("id: most", "id: the most", "'the most' cannot name a column"),
    "an id that is too long": ("id: most", "id: " + "a" * 21, "is too long for LimeSurvey"),
    "ids that differ by _ only": ("id: most", "id: ag_e", "differ by _ or case only"),
    "columns that meet in a loop": ("id: most", "id: back_n", "column 'back_n' would be that of"),
    "routing to a later question": (
        "ask_if: {regular: [often_yes]}",
        "ask_if: {age: [18]}",
        "'age' is no earlier question",
    ),
    "routing to an answer that is none": (
        "[often_yes]}",
        "[often]}",
        "'regular' has no answer often; possible are often_yes",
    ),
    "routing without answers": ("[often_yes]}", "[]}", "name the answers of 'regular'"),
    "routing into a loop": (
        "ask_if: {regular: [often_yes]}",
        "ask_if: {back: [5]}",
        "'back' is no earlier question that can",
    ),
    "an unknown loop": ("    per: cafe", "    per: cafes", "unknown loop 'cafes'. Did you mean 'cafe'?"),
    "a loop nobody asks": ("    per: cafe\n", "", "no section is asked per 'cafe'"),
    "a loop asked by no ticks": ("asked_if: knows", "asked_if: regular", "no earlier question with several ticks"),
    "a loop with a code too few": (
        "options: {north: {en: North, zh: 北店}, south: {en: South, zh: 南店}}",
        "options: {north: {en: North, zh: 北店}, east: {en: East, zh: 东店}}",
        "'knows' has no option south",
    ),
    "a tick that can name no column": ("options: {1: {en: Cake", "options: {1 a: {en: Cake", "it names a column"),
    "a blank code": ("often_yes: {en", '" ": {en', "must be not blank"),
    "ticks that would be stacked": (
        "      - id: back\n",
        "      - {id: buys, type: multiple, wording: Which?, options: {1: Tea, 2: Cake}}\n      - id: back\n",
        "'buys' has several ticks, which cannot be analysed in a loop",
    ),
    "an id that LimeSurvey keeps": ("id: most", "id: token", "LimeSurvey keeps 'token' for itself"),
    "an option that LimeSurvey keeps": ("2: {en: Books", "other: {en: Books", "keeps 'other' for what is written"),
    "suffixes that are one": ("suffix: s", "suffix: n", "suffix 'n' must be"),
    "a loop by a name it does not have": (
        '{en: "I trust {cafe}."',
        '{en: "I trust {brand}."',
        "{brand} is no loop and would be printed as it stands; loops are: cafe.",
    ),
    "a brand outside its loop": (
        "{en: Why?, zh: 为什么？}",
        '{en: "Why {cafe}?", zh: 为什么？}',
        "{cafe} stands outside",
    ),
    "an outcome that is none": (
        "outcome: intent",
        "outcome: intend",
        "unknown outcome 'intend'. Did you mean 'intent'?",
    ),
    "a plan that the questions cannot keep": (
        "  segments: [regular]",
        "  segments: [regular]\n  journey: {image_from: trust, image_to: taste}",
        "a journey needs waves",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_sentence_with_its_place(case: str, tmp_path: Path) -> None:
    old, new, sentence = WRONG[case]
    assert QUESTIONNAIRE.count(old) >= 1
    path = folder(tmp_path, QUESTIONNAIRE.replace(old, new, 1))
    with pytest.raises(DefinitionError) as caught:
        load(path)
    problem = next(problem for problem in caught.value.problems if sentence in problem.message)
    assert problem.message.endswith((".", "?", "…"))
    assert "\n" not in str(problem)
    place = problem.where.removeprefix(f"{path / 'questionnaire.yaml'}").strip(":")
    assert case == "no title" or all(part.isdigit() for part in place.split(":")), problem.where


def test_the_place_is_that_of_the_key(tmp_path: Path) -> None:
    text = QUESTIONNAIRE.replace("scale: likely", "scale: likley")
    with pytest.raises(DefinitionError) as caught:
        load(folder(tmp_path, text))
    line = text[: text.index("scale: likley")].count("\n") + 1
    assert caught.value.problems[0].where.endswith(f"questionnaire.yaml:{line}:9")


def test_a_problem_of_the_study_is_told_where_the_questionnaire_has_it(tmp_path: Path) -> None:
    text = QUESTIONNAIRE.replace("drivers: [trust, taste]", "drivers: [trust, tastes]")
    with pytest.raises(DefinitionError) as caught:
        load(folder(tmp_path, text))
    line = text[: text.rindex("tastes")].count("\n") + 1
    assert f":{line}:" in caught.value.problems[0].where


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    text = QUESTIONNAIRE.replace("scale: likely", "scale: likley").replace("answer: 3", "answer: 9")
    with pytest.raises(DefinitionError) as caught:
        load(folder(tmp_path, text))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"title: &a x\n", "an anchor (&) is not allowed"),
        (b"title: x\ntitle: y\n", "stands twice"),
        (b"- x\n", "a questionnaire.yaml is a list of keys"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_what_is_no_questionnaire_is_refused(raw: bytes, says: str, tmp_path: Path) -> None:
    path = folder(tmp_path) / "questionnaire.yaml"
    path.write_bytes(raw)
    with pytest.raises(DefinitionError, match=says.replace("(", r"\(").replace(")", r"\)")):
        load(path)


def test_a_folder_without_one_is_said(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"no such questionnaire; name a folder that holds a questionnaire\.yaml"):
        load(tmp_path)


def test_the_interview_runs_through_the_loop(tmp_path: Path) -> None:
    instrument = load(folder(tmp_path))
    assert [part.level for part in parts(instrument)] == [None, "north", "south", None]
    asked = all_asked(instrument)
    assert [one.number for one in asked] == list(range(1, 14))
    assert [column.name for column in asked[2].columns] == ["trust_1_n", "trust_2_n", "taste_1_n"]
    assert [heading(asked[4], column) for column in asked[4].columns] == [
        "viewsS[trust1]",
        "viewsS[trust2]",
        "viewsS[taste1]",
    ]
    assert instrument.text("{cafe} is it.", "en") == "This café is it."
    assert instrument.text("I like {cafe}.", "en", "south") == "I like South."


def test_blanks_of_folded_chinese_are_taken_out(tmp_path: Path) -> None:
    text = QUESTIONNAIRE.replace(
        "outro: {en: Thank you., zh: 谢谢。}", "outro:\n  en: Bye\n  zh: >-\n    谢谢。\n    再见 A 店。"
    )
    instrument = load(folder(tmp_path, text))
    assert instrument.text(instrument.definition.outro or "", "zh") == "谢谢。再见 A 店。"


def test_codes_fit_limesurvey() -> None:
    assert answer_codes(["1", "0"]) == {"1": "1", "0": "0"}
    assert answer_codes(["step_up", "save"]) == {"step_up": "A1", "save": "A2"}


def test_minutes_grow_with_the_questions(tmp_path: Path) -> None:
    instrument = load(folder(tmp_path))
    assert minutes(instrument, "en") == 2
    assert minutes(instrument, "zh") == 2


def test_the_study_is_that_of_the_questions(tmp_path: Path) -> None:
    content = content_of(load(folder(tmp_path)))
    assert list(content["constructs"]["trust"]["items"]) == ["trust_1", "trust_2"]
    assert content["constructs"]["trust"]["items"]["trust_2"] == {
        "en": "This café disappoints.",
        "zh": "这家店让人失望。",
    }
    assert content["constructs"]["trust"]["reverse"] == ["trust_2"]
    assert content["constructs"]["trust"]["source"] == "after Morgan & Hunt (1994)"
    assert content["stack"]["columns"]["back"] == ["back_n", "back_s"]
    assert content["quality"] == {"attention": {"check": ["3"]}}
    assert content["variables"]["again"]["range"] == [0, 2]
    assert content["variables"]["extras"]["columns"] == {
        "extras_1": {"en": "Cake", "zh": "蛋糕"},
        "extras_2": {"en": "Books", "zh": "书"},
    }
    assert {"knows", "why", "check"} & set(content["variables"]) == set()
    assert content["respondent"] == {"id": "id", "complete": {"column": "submitdate"}}
    assert content["variables"]["language"]["codes"] == {"en": "English", "zh-Hans": "中文"}


def test_what_is_made_after_the_interviews_is_left_for_later(tmp_path: Path) -> None:
    instrument = load(folder(tmp_path))
    assert left_for_later(instrument) == {"w": "weight"}
    assert "Once there is a column 'w', declare it here: weights.column." in draft_text(instrument)
    own = load(folder(tmp_path, QUESTIONNAIRE + "data: mine.csv\n", "own"))
    assert content_of(own)["weights"] == {"column": "w"}
    assert content_of(own)["data"] == [{"file": "mine.csv"}]
    assert "complete" not in content_of(own)["respondent"]


def test_an_export_of_limesurvey_is_read_by_the_drafted_study(tmp_path: Path) -> None:
    from pipeline.instrument import publish

    path = folder(tmp_path)
    instrument = load(path)
    written = publish(instrument, tmp_path / "reports")
    assert path / "study.yaml" in written
    assert path / "limesurvey.lss" in written
    (path / "answers.csv").write_text(export(instrument), encoding="utf-8")
    responses = read(load_study(path))
    assert set(responses.variables["regular"].cat.categories) == {"often_yes", "rarely_no"}
    assert responses.variables["regular"].notna().all()
    assert set(responses.variables["cafe"].cat.categories) == {"north", "south"}
    assert responses.items["trust_1"].between(1, 5).all()
    assert 120 < len(responses.items) < 240
    assert set(responses.variables["language"].cat.categories) == {"en", "zh-Hans"}


def test_renames_speak_of_what_is_analysed_only(tmp_path: Path) -> None:
    found = renames(load(folder(tmp_path)))
    assert found["viewsN[trust1]"] == "trust_1_n"
    assert "startlanguage" in found
    assert not [name for name in found if name.startswith(("knows", "why"))]


def test_one_language_is_enough(tmp_path: Path) -> None:
    text = QUESTIONNAIRE.replace("languages: [en, zh]", "languages: [zh]")
    instrument = load(folder(tmp_path, text))
    assert instrument.languages == ("zh",)
    assert "这家店" in draft_text(instrument)


def test_the_contract_names_every_key() -> None:
    from pipeline.instrument.specs import Questionnaire
    from tests.test_house import page, rows

    schema = Questionnaire.model_json_schema(by_alias=True)
    table = rows(page("CONTRACT.md"), "part")
    words = {word for cells in table for cell in cells for word in re.findall(r"[a-z_]+", cell)}
    own = ["Questionnaire", "Plan", "Section", "Question", "Item", "Loop", "Level", "Measured", "Added"]
    keys = set(schema["properties"]).union(
        *(schema["$defs"][name]["properties"] for name in own if name in schema["$defs"])
    )
    assert keys - words == set()
    required = {name for cells in table for name in re.findall(r"`([a-z_]+)[*]`", cells[0])}
    assert set(schema["required"]) <= required


def test_the_example_of_the_readme_is_a_questionnaire(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    block = text.split("### From questionnaire to findings", 1)[1].split("\n    title:", 1)[1].split("\n\n1. ", 1)[0]
    example = "title:" + "\n".join(line.removeprefix("    ") for line in block.split("\n"))
    instrument = load(folder(tmp_path, example))
    assert [one.question.id for one in all_asked(instrument)] == ["regular", "views"]


def test_any_question_may_stand_in_a_loop(tmp_path: Path) -> None:
    """Numbers, dates and texts are stacked too, and ticks that only steer; routing stays within the level."""
    from pipeline.instrument import publish

    head, tail = QUESTIONNAIRE.split("  - title: {en: More, zh: 其他}\n", 1)
    inside = tail[tail.index("      - id: extras") : tail.index("analysis:")].replace(
        "{regular: [often_yes]}", "{back: [4, 5]}\n        analysed: false"
    )
    path = folder(tmp_path, head + inside + tail[tail.index("analysis:") :])
    instrument = load(path)
    publish(instrument, tmp_path / "reports")
    (path / "answers.csv").write_text(export(instrument), encoding="utf-8")
    study = load_study(path)
    assert study.definition.stack is not None
    assert not {"extras_1", "why"} & set(study.definition.stack.columns)
    assert study.definition.stack.columns["age"] == ("age_n", "age_s")
    responses = read(study)
    assert responses.variables["age"].between(18, 90).all()
    assert responses.choices == {}
