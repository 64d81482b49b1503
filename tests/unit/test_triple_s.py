"""Triple-S: definitions in every version, answers in fixed positions and CSV, routing, and files that lie."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline import load
from pipeline.errors import DataError
from pipeline.ingest import read as responses
from pipeline.ingest import triple_s
from pipeline.ingest._opened import Opened
from pipeline.responses import Reason, Table
from pipeline.specs import DataFile

Q1 = (
    '<variable ident="1" type="single"><name>Q1</name><label>Visits</label><position start="1" finish="2"/>'
    "{values}</variable>"
)
CODES = '<values><value code="1">First</value><value code="2">Again</value></values>'


def sss(variables: str, *, record: str = 'ident="A"', version: str = "2.0", head: str = "") -> str:
    return f'{head}<sss version="{version}"><survey><record {record}>{variables}</record></survey></sss>'


def variable(name: str, kind: str, start: int, finish: int | None = None, inside: str = "", more: str = "") -> str:
    end = f' finish="{finish}"' if finish else ""
    position = f'<position start="{start}"{end}/>'
    return f'<variable ident="{name}i" type="{kind}" {more}><name>{name}</name>{position}{inside}</variable>'


def read(
    definition: str | bytes, answers: str | bytes | None, *, suffix: str = ".asc", labels: bool = False, **declared: Any
) -> Table:
    raw = definition.encode() if isinstance(definition, str) else definition
    given = answers.encode() if isinstance(answers, str) else answers
    if labels:
        file = DataFile(file="w1.asc", labels="w1.sss", **declared)
        return triple_s.read(Opened(raw=given or b"", name="w1.asc", file=file, labels=raw))
    beside = {suffix: given}
    return triple_s.read(Opened(raw=raw, name="w1.sss", file=DataFile(file="w1.sss", **declared), beside=beside.get))


def cells(table: Table) -> dict[str, list[Any]]:
    return {name: column.cells().tolist() for name, column in table.columns.items()}


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(DataError) as caught:
        call()
    assert len(caught.value.problems) == 1
    return str(caught.value)


def test_codes_are_read_as_the_definition_writes_them() -> None:
    found = read(sss(Q1.format(values=CODES)), "01\n 2\n1 \n  \n02\n")
    assert cells(found) == {"Q1": ["1", "2", "1", "2"]}
    assert found.lines.tolist() == [1, 2, 3, 5]
    padded = CODES.replace('"1"', '"01"').replace('"2"', '"02"')
    assert cells(read(sss(Q1.format(values=padded)), "1 \n02\n")) == {"Q1": ["01", "02"]}
    both = CODES.replace('"2"', '"01"')
    assert cells(read(sss(Q1.format(values=both)), " 1\n01\n")) == {"Q1": ["1", "01"]}


def test_what_the_definition_says_comes_along() -> None:
    about = read(sss(Q1.format(values=CODES)), "01\n").about["Q1"]
    assert (about.wording, about.kind, about.measure) == ("Visits", "single", "nominal")
    assert list(about.labels.items()) == [("1", "First"), ("2", "Again")]


def test_codes_that_are_not_listed_are_kept_and_counted_and_zero_is_none() -> None:
    found = read(sss(Q1.format(values=CODES)), "01\n 7\n 0\n 7\n")
    assert cells(found) == {"Q1": ["1", "7", "0", "7"]}
    assert found.about["Q1"].missing == {"0": Reason.SKIPPED}
    assert found.notes == (
        "Codes that the definition does not list stand in Q1 (2) (number of answers); they are kept as they are.",
    )


@pytest.mark.parametrize(
    ("inside", "positions", "rows", "expected"),
    [
        ("", (1, 3), ["101", "000", "   ", "1 0"], {"M_1": "10-1", "M_3": "10-0"}),
        ('<spread subfields="2"/>', (1, 2), ["13", "00", "  ", "30"], {"M_1": "10-0", "M_3": "10-1"}),
        ('<spread subfields="2" width="2"/>', (1, 4), ["0103", " 0 0", "    ", " 3  "], {"M_1": "10-0", "M_3": "10-1"}),
    ],
)
def test_multiple_questions_of_fixed_records(
    inside: str, positions: tuple[int, int], rows: list[str], expected: Mapping[str, str]
) -> None:
    codes = '<values><value code="1">One</value><value code="3">Three</value></values>'
    definition = sss(
        variable("M", "multiple", *positions, inside + codes) + variable("X", "character", positions[1] + 1)
    )
    found = read(definition, "\n".join(f"{row}x" for row in rows))
    shown = {name: "".join(cell or "-" for cell in column) for name, column in cells(found).items() if name != "X"}
    assert shown == expected
    assert found.about["M_3"].part == "Three"
    assert (found.about["M_1"].kind, found.about["M_1"].ticked, found.about["M_1"].question) == (
        "multiple",
        ("1",),
        "M",
    )


def test_multiple_questions_of_csv() -> None:
    codes = '<values><value code="1">One</value><value code="12">Twelve</value></values>'
    spread = '<spread subfields="2" width="2"/>'
    definition = sss(
        variable("A", "multiple", 1, None, spread + codes)
        + variable("B", "multiple", 2, 3, '<spread subfields="2"/>' + codes)
        + variable("C", "multiple", 4, None, codes),
        record='ident="A" format="csv" skip="1"',
    )
    rows = 'a,b,c,d\n"0112",1,12,100000000001\n"1,12",12,,000000000000\n,,,\n" 1",0,0,\n'
    found = cells(read(definition, rows, suffix=".csv"))
    assert found["A_1"] == ["1", "1", "1"]
    assert found["A_12"] == ["1", "1", "0"]
    assert found["B_1"] == ["1", "0", "0"]
    assert found["B_12"] == ["1", "1", "0"]
    assert found["C_1"] == ["1", "0", None]
    assert found["C_12"] == ["1", "0", None]


def test_ticks_beside_the_listed_options_are_kept() -> None:
    codes = '<values><value code="1">One</value></values>'
    found = read(sss(variable("M", "multiple", 1, 3, codes)), "101\n001\n")
    assert cells(found) == {"M_1": ["1", "0"], "M_3": ["1", "1"]}
    assert "M_3 (2)" in found.notes[0]


def test_quantities_are_numbers_ids_keep_their_zeros_and_long_ones_their_digits() -> None:
    bounds = '<values><range from="-99999999999999999999.9999999999" to="99999999999999999999.9999999999"/></values>'
    definition = sss(
        variable("id", "quantity", 1, 4, "", 'use="serial"')
        + variable("n", "quantity", 5, 9, bounds)
        + variable("long", "quantity", 10, 29, bounds)
        + variable("w", "quantity", 30, 34, "", 'use="weight"')
    )
    rows = ["0007012.512345678901234567890 1.20", "0008" + " " * 25 + "00.90"]
    found = read(definition, "\r\n".join(rows) + "\r\n\x1a")
    assert cells(found) == {
        "id": ["0007", "0008"],
        "n": [12.5, None],
        "long": ["12345678901234567890", None],
        "w": [1.2, 0.9],
    }
    assert (found.about["id"].role, found.about["w"].role, found.about["n"].kind) == ("id", "weight", "number")


def test_codes_within_a_quantity_have_labels() -> None:
    values = '<values><range from="1" to="499"/><value code="0999">Not stated</value></values>'
    found = read(sss(variable("n", "quantity", 1, 4, values)), "0999\n0012\n")
    assert cells(found) == {"n": [999.0, 12.0]}
    assert found.about["n"].labels == {"999": "Not stated"}


def test_dates_times_texts_and_yes_or_no() -> None:
    definition = sss(
        variable("d", "date", 1, 8)
        + variable("t", "time", 9, 14)
        + variable("s", "character", 15, 20, "<size>6</size>")
        + variable("l", "logical", 21)
    )
    found = read(definition, "20260102030405 a b  1\n202699990304        0\n")
    assert cells(found) == {
        "d": ["2026-01-02", "2026-99-99"],
        "t": ["03:04:05", "03:04"],
        "s": ["a b", None],
        "l": ["1", "0"],
    }
    assert [about.kind for about in found.about.values()] == ["date", "text", "text", "single"]


def test_the_filter_tells_not_asked_from_skipped() -> None:
    definition = sss(
        variable("F", "logical", 1)
        + variable("G", "logical", 2, None, "<filter>F</filter>")
        + variable("Q", "single", 3, None, "<filter>Gi</filter>" + CODES)
        + variable("M", "multiple", 4, 5, "<filter>F</filter>" + CODES)
        + variable("X", "single", 6, None, "<filter>Q</filter>" + CODES)
    )
    found = read(definition, "1111 1\n10    \n0     \n11    \n")
    assert cells(found)["Q"] == ["1", "(not asked)", "(not asked)", None]
    assert cells(found)["M_1"] == ["1", None, "(not asked)", None]
    assert cells(found)["X"] == ["1", None, None, None]
    assert found.about["Q"].missing == {"(not asked)": Reason.NOT_ASKED}
    assert found.about["Q"].blank == Reason.SKIPPED
    assert found.notes == (
        "Who was asked X depends on a variable that is no yes/no variable; blanks there count as skipped.",
    )


def test_a_filter_that_goes_round_in_circles_ends() -> None:
    definition = sss(
        variable("F", "logical", 1, None, "<filter>G</filter>")
        + variable("G", "logical", 2, None, "<filter>F</filter>")
    )
    assert cells(read(definition, "1 \n 1\n0 \n")) == {"F": ["1", None, "0"], "G": [None, "1", "(not asked)"]}


def test_scores_make_an_order_and_are_said() -> None:
    values = '<values><value code="1" score="5">Good</value><value code="2" score="1">Bad</value></values>'
    found = read(sss(Q1.format(values=values)), "01\n")
    assert (found.about["Q1"].kind, found.about["Q1"].measure) == ("scale", "ordinal")
    assert found.notes[0].startswith("Scores come with the codes of Q1;")


def test_texts_in_several_languages_and_modes() -> None:
    label = (
        '<label><text xml:lang="en" mode="analysis">Short</text><text xml:lang="en" mode="interview">How &lt;b&gt; '
        'often?</text><text xml:lang="zh">多久</text></label>'
    )
    found = read(sss(Q1.format(values=CODES).replace("<label>Visits</label>", label)), "01\n")
    assert found.about["Q1"].wording == "How <b> often?"
    assert found.notes == ("Labels are in the first language, en; the definition also has zh.",)


def test_elements_of_later_versions_are_passed_over() -> None:
    later = '<future thing="1"><deep/></future>'
    inside = CODES.replace("<values>", '<values><hint xmlns="urn:x"/>')
    definition = f'<s:sss xmlns:s="urn:s" version="3.0">{later}' + sss(later + Q1.format(values=inside)) + "</s:sss>"
    assert cells(read(definition, "01\n")) == {"Q1": ["1"]}


def test_the_answers_may_be_named_and_the_definition_be_their_labels() -> None:
    definition = sss(Q1.format(values=CODES))
    found = read(definition, "01\n02\n", labels=True)
    assert cells(found) == {"Q1": ["1", "2"]}
    assert (found.source.name, found.source.labels, found.source.format) == ("w1.asc", "w1.sss", "triple_s")
    opened = Opened(raw=b"01", name="w1.asc", file=DataFile(file="w1.asc"), labels=definition.encode())
    assert triple_s.fits(opened)
    assert not triple_s.fits(Opened(raw=b"01", name="w1.asc", file=DataFile(file="w1.asc"), labels=b"<qsf/>"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "iso-8859-1"])
def test_a_definition_in_any_encoding_with_answers_in_another(encoding: str) -> None:
    wording = "Besuche für" if encoding == "iso-8859-1" else "几次来访"
    name = "utf-16" if encoding == "utf-16-le" else encoding.removesuffix("-sig")
    head = f'<?xml version="1.0" encoding="{name}"?>'
    text = sss(Q1.format(values=CODES).replace("Visits", wording) + variable("s", "character", 3, 6), head=head)
    answers = "01中国人啊\n02abcd\n".encode("gb18030")
    raw = text.encode(encoding)
    assert triple_s.fits(Opened(raw=raw, name="w1.sss", file=DataFile(file="w1.sss")))
    found = read(raw, answers, encoding="gb18030")
    assert found.about["Q1"].wording == wording
    assert cells(found)["s"] == ["中国人啊", "abcd"]


def test_positions_may_count_bytes() -> None:
    definition = sss(variable("s", "character", 1, 6) + variable("n", "quantity", 7, 8))
    found = read(definition, "中国07\nabcdef12\n".encode())
    assert cells(found) == {"s": ["中国", "abcdef"], "n": [7.0, 12.0]}


def test_the_encoding_the_definition_names_is_followed() -> None:
    record = 'format="csv" data-file-encoding="ISO-8859-5"'
    found = read(sss(variable("s", "character", 1), record=record), "ложка\n".encode("iso-8859-5"), suffix=".csv")
    assert cells(found) == {"s": ["ложка"]}
    assert found.source.encoding == "ISO-8859-5"
    assert "encoding" not in found.source.detected


def test_answers_that_are_not_there_are_named() -> None:
    assert refused(lambda: read(sss(Q1.format(values=""), record='href="C:\\data\\Test.asc"'), None)) == (
        'w1.sss: describes answers (the definition calls them "Test.asc"), but none of w1.asc, w1.dat, w1.txt, w1.csv '
        "lies beside it; put the file there, or name it under 'file' and this one under 'labels'."
    )
    assert "w1.csv, w1.txt" in refused(lambda: read(sss(Q1.format(values=""), record='format="csv"'), None))


def test_records_that_are_too_short_are_told_by_their_row() -> None:
    definition = sss(Q1.format(values=CODES) + variable("n", "quantity", 3, 5))
    assert refused(lambda: read(definition, "01123\n02\n\n01\n")) == (
        'w1.asc: row 2 ends at position 2, but the definition places "n" at 5; export answers and definition again, '
        "together. One more row is too short."
    )
    csv = sss(variable("n", "quantity", 5), record='format="csv"')
    assert 'has 2 fields in a row, but the definition places "n" in field 5' in refused(
        lambda: read(csv, "1,2\n", suffix=".csv")
    )


@pytest.mark.parametrize(
    ("variables", "answers", "says"),
    [
        (
            variable("M", "multiple", 1, 2, CODES),
            "10\n1X\n",
            'row 2, column "M": holds something other than the 0 and 1',
        ),
        (
            variable("M", "multiple", 1, 2, CODES.replace('"2"', '"9"')),
            "10\n",
            'row 1, column "M": has 2 ticks where the options need 9',
        ),
        (variable("M", "multiple", 1, 2, CODES.replace('"2"', '"b"')), "10\n", 'no place for the code "b"'),
        (variable("M", "colour", 1), "1\n", "the type 'colour' is not known; possible are single, multiple"),
        (variable("M", "single", 0), "1\n", "stands at positions 0 to 0"),
        (variable("M", "single", 3, 2), "1\n", "stands at positions 3 to 2"),
        ('<variable ident="1" type="single"/>', "1\n", 'variable "1" has no <position>'),
        (variable("M", "single", 1).replace('"1"', '"first"'), "1\n", "start is 'first', not a whole number"),
        ("", "1\n", "describes no variables"),
        ("</record><record>" + variable("M", "single", 1), "1\n", "describes 2 levels of records"),
        (variable("M", "single", 1), "  \n", "the file is empty"),
    ],
)
def test_definitions_that_do_not_hold_are_one_sentence(variables: str, answers: str, says: str) -> None:
    assert says in refused(lambda: read(sss(variables), answers))


@pytest.mark.parametrize(
    "raw", [b"", b"\0" * 40, b"<sss", b"<sss><record", b"\xff\xfe<\0s\0s\0s\0>", b"<html/>", b"garbage"]
)
def test_what_is_no_definition_is_one_sentence(raw: bytes) -> None:
    triple_s.fits(Opened(raw=raw, name="w1.sss", file=DataFile(file="w1.sss")))
    assert refused(lambda: read(raw, "01\n")).startswith("w1.sss: ")


def test_truncated_and_mutilated_files_are_read_or_refused() -> None:
    definition = sss(Q1.format(values=CODES) + variable("M", "multiple", 3, 4, CODES)).encode()
    answers, chance = b"0110\n0200\n", random.Random(20261122)
    for _ in range(300):
        broken, other = bytearray(definition), bytearray(answers)
        broken[chance.randrange(len(broken))] = chance.randrange(256)
        other[chance.randrange(len(other))] = chance.randrange(256)
        cut = chance.randint(1, len(broken)) if chance.random() < 0.3 else len(broken)
        assert outcome(bytes(broken[:cut]), bytes(other)).startswith(("w1.sss: ", "w1.asc: ", "read"))


def outcome(definition: bytes, answers: bytes) -> str:
    try:
        return f"read {len(read(definition, answers).lines)}"
    except DataError as error:
        return str(error)


def survey(folder: Path) -> str:
    """Definition of the tiny study's items, with a question that not everybody is asked and one with several ticks."""
    items = "".join(variable(name, "quantity", 4 + place) for place, name in enumerate(("t1", "t2", "p1", "i1")))
    rest = (
        variable("F", "logical", 8)
        + variable("p2", "quantity", 9, None, "<filter>F</filter>")
        + variable("M", "multiple", 10, 11, CODES)
    )
    serial = variable("id", "character", 1, 3, "", 'use="serial"')
    (folder / "w1.asc").write_text(
        "00176571710\n00232420 01\n00354131 00\n00412210   \n00567761701\n", encoding="utf-8"
    )
    return sss(serial + items + rest)


@pytest.mark.parametrize("named", ["w1.sss", "w1.asc"])
def test_a_study_of_a_definition_and_its_answers(study_folder: Callable[..., Path], named: str) -> None:
    folder = study_folder(
        data={"file": named} | ({"labels": "w1.sss"} if named == "w1.asc" else {}),
        respondent={"id": "id"},
        constructs={"trust": ["t1", "t2"], "price": ["p1", "p2"], "intent": ["i1"]},
        variables={"heard": {"type": "multiple", "columns": ["M_1", "M_2"]}},
    )
    (folder / "w1.sss").write_text(survey(folder), encoding="utf-8")
    found = responses(load(folder))
    assert found.items["t1"].sum() == 7 + 3 + 5 + 1 + 6
    counts = {reason: int((found.reasons["p2"] == reason).sum()) for reason in Reason}
    assert counts == {Reason.ANSWERED: 2, Reason.NOT_ASKED: 2, Reason.SKIPPED: 1, Reason.DECLINED: 0}
    assert found.choices["heard"].sum().tolist() == [1, 2]
    assert found.choices["heard"].notna().all(axis=1).sum() == 4
    source = found.sources[0]
    assert (source.name, source.format, source.rows, source.columns) == (named, "triple_s", 5, 9)


LAUGHS = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "' + f"&{before};" * 10 + '">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
ATTACKS = {
    "laughs": f"<!DOCTYPE sss [{LAUGHS}]>",
    "one entity": '<!DOCTYPE sss [<!ENTITY a "aaaa">]>',
    "file": '<!DOCTYPE sss [<!ENTITY a SYSTEM "/etc/passwd">]>',
    "address": '<!DOCTYPE sss [<!ENTITY a SYSTEM "http://127.0.0.1:9/a">]>',
    "parameter": '<!DOCTYPE sss [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;]>',
    "notation": '<!DOCTYPE sss [<!NOTATION gif SYSTEM "/bin/sh">]>',
    "attribute": '<!DOCTYPE sss [<!ATTLIST value code CDATA "7">]>',
    "element": "<!DOCTYPE sss [<!ELEMENT sss ANY>]>",
}


@pytest.fixture
def nothing_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.mark.usefixtures("nothing_fetched")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_document_type_that_declares_is_refused(attack: str, encoding: str) -> None:
    text = sss(Q1.format(values=CODES).replace("Visits", "&a;"), head=ATTACKS[attack])
    message = refused(lambda: read(text.encode(encoding), "01\n"))
    assert "document type" in message or "entity" in message
    assert "root:" not in message


@pytest.mark.usefixtures("nothing_fetched")
def test_a_document_type_that_points_elsewhere_is_never_fetched() -> None:
    head = '<!DOCTYPE sss PUBLIC "-//triple-s//DTD" "http://www.triple-s.org/dtd/sss_v20.dtd">'
    inside = CODES.replace(
        "<values>", '<values><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
    )
    assert cells(read(sss(Q1.format(values=inside), head=head), "01\n")) == {"Q1": ["1"]}
    undeclared = sss(Q1.format(values=CODES).replace("Visits", "&a;"), head=head)
    assert "entity" in refused(lambda: read(undeclared, "01\n"))


def test_depth_and_size_are_bounded() -> None:
    assert "levels" in refused(lambda: read(sss("<a>" * 500 + "</a>" * 500), "01\n"))
    codes = "".join(f'<value code="{n}"/>' for n in range(20_001))
    assert "20,001 codes" in refused(lambda: read(sss(Q1.format(values=f"<values>{codes}</values>")), "01\n"))
