"""XML of strangers: nothing is fetched, nothing expanded, everything bounded, and refusals are one sentence."""

from __future__ import annotations

import socket
from xml.etree import ElementTree

import pytest

from pipeline.errors import DataError
from pipeline.ingest import _xml
from pipeline.ingest._xml import local, parse

PLAIN = '<?xml version="1.0" encoding="{}"?><s a="1"><v ident="x">Grüße 满意</v><v/>tail</s>'
BOMB = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]><l>&c;</l>'
REFUSED = {
    "internal entities": BOMB,
    "external entity": b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:secret.txt">]><l>&x;</l>',
    "remote entity": b'<!DOCTYPE l [<!ENTITY x SYSTEM "http://192.0.2.1/x">]><l>&x;</l>',
    "parameter entity": b'<!DOCTYPE l [<!ENTITY % p SYSTEM "http://192.0.2.1/p.dtd"> %p;]><l/>',
    "attribute default": b'<!DOCTYPE l [<!ATTLIST l a CDATA "filled">]><l/>',
    "empty subset": b"<!DOCTYPE l []><l/>",
    "entity of an outer document type": b'<!DOCTYPE l SYSTEM "http://192.0.2.1/l.dtd"><l>&later;</l>',
    "entity nobody declares": b"<l>&nbsp;</l>",
    "utf-16 bomb": BOMB.decode().replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16"),
    "zero bytes": b"",
    "blanks": b" \n\t ",
    "nul bytes": bytes(100),
    "garbage": bytes(range(256)),
    "text": b"id;answer\n1;2\n",
    "cut in a tag": b"<l><v ident='x",
    "cut in the text": b"<l><v>some",
    "cut utf-16": PLAIN.format("UTF-16").encode("utf-16")[:51],
    "odd utf-16": PLAIN.format("UTF-16").encode("utf-16")[:52],
    "two roots": b"<a/><b/>",
    "crossed tags": b"<a><b></a></b>",
    "attribute twice": b'<a x="1" x="2"/>',
    "unbound prefix": b"<a:b/>",
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?><a/>',
    "codec that is no encoding": b'<?xml version="1.0" encoding="base64"?><a/>',
    "another encoding of several bytes": '<?xml version="1.0" encoding="shift_jis"?><a>日</a>'.encode("shift_jis"),
    "not the encoding it declares": '<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode("latin-1"),
    "too deep": b"<a>" * 101 + b"</a>" * 101,
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("XML reached for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED)
def test_refused_in_one_sentence(raw: bytes) -> None:
    with pytest.raises(DataError) as refusal:
        parse(raw, "survey.lss")
    (line,) = refusal.value.lines()
    assert line.startswith("survey.lss: ")
    assert line.endswith(".")
    assert not [secret for secret in ("secret", "192.0.2.1", "\n") if secret in line]


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-16BE", "utf-16-be"),
        ("GB2312", "gbk"),
        ("gb18030", "gb18030"),
        ("UTF-16", "utf-8"),
        ("UTF-8", "utf-16"),
    ],
)
def test_encodings(declared: str, codec: str) -> None:
    text = PLAIN.format(declared)
    if codec == "gbk":
        text = text.replace("ß", "ss")
    root = parse(text.encode(codec), "x.xml")
    assert root[0].text == ElementTree.fromstring(text.partition("?>")[2])[0].text


def test_same_tree_as_the_standard_library() -> None:
    raw = b"""<?xml version="1.0" encoding="windows-1252"?><!-- c --><s:a xmlns:s="urn:x" xmlns="urn:y" s:k="1" l="2">
    t<b>&lt;&#8364;\x80</b>tail<![CDATA[<raw> & ]]>more<?php no?></s:a>"""
    assert ElementTree.canonicalize(ElementTree.tostring(parse(raw, "x"))) == ElementTree.canonicalize(
        ElementTree.tostring(ElementTree.fromstring(raw))
    )
    assert [local(element.tag) for element in parse(raw, "x").iter()] == ["a", "b"]


def test_a_document_type_that_only_points_elsewhere_is_passed_over() -> None:
    raw = (
        b'<!DOCTYPE sss PUBLIC "-//triple-s//DTD Survey Interchange v1.2//EN" "http://192.0.2.1/x.dtd"><sss><a/></sss>'
    )
    assert [element.tag for element in parse(raw, "x.sss").iter()] == ["sss", "a"]
    assert parse(b'<!DOCTYPE l SYSTEM "http://192.0.2.1/l.dtd"><l a="&later;"/>', "x").attrib == {"a": ""}


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_xml, "MOST_ELEMENTS", 3)
    assert len(parse(b"<a><b/><b/></a>", "x")) == 2
    with pytest.raises(DataError, match="more than 3 elements"):
        parse(b"<a><b/><b/><b/></a>", "x")
    monkeypatch.setattr(_xml, "LARGEST", 10)
    with pytest.raises(DataError, match="at most 10"):
        parse(b"<a>12345</a>", "x")
