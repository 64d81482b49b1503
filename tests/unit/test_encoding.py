"""Encodings: what the bytes tell is read, what they do not tell is a question, never a silent guess."""

from __future__ import annotations

import codecs

import pytest

from pipeline.errors import DataError
from pipeline.ingest._encoding import decode

CHINESE = "序号,满意度\n" + "".join(f"{i},{'非常满意' if i % 2 else '不太满意'}\n" for i in range(30))
TAIWAN = "編號,滿意度\n1,非常滿意\n2,不滿意\n"
KOREAN = "번호,만족도\n1,매우 만족\n2,보통\n3,불만족\n"
JAPANESE = "番号,満足度\n1,とても満足\n2,どちらともいえない\n"
FRENCH = "id,ville\n" + "".join(f"{i},{'Orléans' if i % 2 else 'Besançon'}\n" for i in range(30))


def sentence(raw: bytes, declared: str | None = None) -> str:
    with pytest.raises(DataError) as caught:
        decode(raw, "w1.csv", declared)
    assert len(caught.value.problems) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8-sig"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "gb18030", "gb18030"),
        (TAIWAN, "big5", "big5"),
        (KOREAN, "cp949", "cp949"),
        (JAPANESE, "cp932", "cp932"),
        (JAPANESE, "euc_jp", "euc_jp"),
        (FRENCH, "cp1252", "cp1252"),
        (FRENCH, "mac_roman", "mac_roman"),
        ("a,b\n1,don’t – it’s “fine”\n", "cp1252", "cp1252"),
        ("a,b\n1,l’été, naïve café\n", "mac_roman", "mac_roman"),
        ("a,b\n1,8\xa0€ or 7\xa0€\n", "mac_roman", "mac_roman"),
        ("a,b\n1,África\n2,Ángela\n", "cp1252", "cp1252"),
        ("a,b\n1,台北\n2,高雄\n", "big5", "big5"),
    ],
)
def test_languages_are_told_apart(text: str, encoding: str, found: str) -> None:
    assert decode(text.encode(encoding), "w1.csv", None) == (text, found)


@pytest.mark.parametrize(
    "header", ["编号,性别\n1,1\n", "题号,品牌\n1,1\n", "年龄\n30\n", "手机价格\n1\n", "你的学校\n1\n"]
)
def test_a_few_hanzi_are_not_taken_for_hangul(header: str) -> None:
    assert decode(header.encode("gb18030"), "w1.csv", None)[1] == "gb18030"


@pytest.mark.parametrize("header", ["나이\n30\n", "번호,성별\n1,1\n", "브랜드\n1\n"])
def test_a_few_hangul_are_not_taken_for_hanzi(header: str) -> None:
    assert decode(header.encode("cp949"), "w1.csv", None)[1] == "cp949"


def test_bytes_that_may_be_chinese_or_korean_are_a_question() -> None:
    raw = "苹果\n1\n".encode("gb18030")
    message = sentence(raw)
    assert "do not tell in which encoding it is" in message
    assert message.endswith("name it under data, as in encoding: gb18030 or cp949.")
    assert decode(raw, "w1.csv", "gb18030")[0].startswith("苹果")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет, как дела\nочень хорошо\n", "cp1251"),
        ("Καλημέρα\nπολύ καλά\n", "iso8859_7"),
        ("名前,年齢\n山田,30\n佐藤,28\n鈴木,25\n", "cp932"),
    ],
)
def test_other_alphabets_are_a_question_not_a_western_text(text: str, encoding: str) -> None:
    assert "do not tell in which encoding it is" in sentence(text.encode(encoding))
    assert decode(text.encode(encoding), "w1.csv", encoding) == (text, encoding)


@pytest.mark.parametrize(
    ("most", "text", "few", "strange", "told"),
    [
        ("utf-8", CHINESE, "gb18030", "30,一般同意\n", "row 32 is gb18030 where most rows are utf-8"),
        ("gb18030", CHINESE, "utf-8", "30,一般同意\n", "row 32 is utf-8 where most rows are gb18030"),
        ("utf-8", FRENCH, "cp1252", "30,Zürich\n", "row 32 is cp1252 where most rows are utf-8"),
        ("cp1252", FRENCH, "utf-8", "30,Zürich\n", "row 32 is utf-8 where most rows are cp1252"),
        ("utf-8", CHINESE, "cp1252", "30,café\n", "row 32 is cp1252 where most rows are utf-8"),
    ],
)
def test_a_file_of_two_encodings_names_the_first_row_of_the_other(
    most: str, text: str, few: str, strange: str, told: str
) -> None:
    raw = text.encode(most) + strange.encode(few) + b"31,x\n"
    message = sentence(raw)
    assert told in message
    assert message.count("; ") == 1
    assert "saved as CSV UTF-8" in message


def test_a_mark_of_utf8_holds_for_every_row() -> None:
    raw = codecs.BOM_UTF8 + CHINESE.encode() + "30,一般\n".encode("gb18030")
    assert "row 32: byte 0x" in sentence(raw)
    assert "is damaged or mixes encodings" in sentence(raw)


@pytest.mark.parametrize(("encoding", "cut"), [("utf-8", 2), ("utf-8", 3), ("gb18030", 2), ("gb18030", 4)])
def test_a_file_cut_within_a_character_says_so(encoding: str, cut: int) -> None:
    raw = CHINESE.encode(encoding)[:-cut]
    assert sentence(raw) == ("w1.csv: row 31 ends in the middle of a character: the file was cut off; export it again.")


@pytest.mark.parametrize("text", [CHINESE, KOREAN, FRENCH, "序号\n1\n"])
def test_a_declared_encoding_wins(text: str) -> None:
    assert decode(text.encode("utf-8"), "w1.csv", "latin-1")[1] == "latin-1"


def test_a_declared_encoding_that_is_wrong_names_row_and_byte() -> None:
    assert "row 2: byte 0xE9 is not utf-8; leave 'encoding' out of data" in sentence("a\né\n".encode("cp1252"), "utf-8")


@pytest.mark.parametrize(("text", "encoding"), [(CHINESE, "gb18030"), (TAIWAN * 5, "big5"), (JAPANESE * 5, "cp932")])
def test_a_damaged_row_is_named(text: str, encoding: str) -> None:
    lines = text.encode(encoding).split(b"\n")
    lines[4] = lines[4][:-1] + b"\xff"
    assert f"row 5 cannot be read as {encoding}, as most rows can: the file is damaged;" in sentence(b"\n".join(lines))


def test_a_damaged_row_of_utf8_is_named() -> None:
    lines = CHINESE.encode().split(b"\n")
    lines[4] = lines[4][:-1] + b","
    assert "row 5 is something else where most rows are utf-8: the file mixes encodings;" in sentence(b"\n".join(lines))


def test_a_large_file_is_told_by_some_of_its_rows_and_read_to_the_last() -> None:
    raw = (CHINESE * 1_200).encode("gb18030")
    assert decode(raw, "w1.csv", None)[1] == "gb18030"
    line = raw.count(b"\n") + 1
    assert f"row {line} is utf-8 where most rows are gb18030" in sentence(raw + "1,一般同意\n".encode() + raw[:100])
    assert f"w1.csv: row {line}" in sentence(raw + b"1,\xd6\xff\xff\n" + raw[:100])
