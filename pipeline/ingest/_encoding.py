"""Encoding: a fixed cascade, because no detector can be trusted on short files. What was chosen is always reported."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ingest._table import fail

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
EVERYDAY = 0.7
"""Share of a text's characters beyond ASCII that its reader sees every day; wrong readings have far less."""
CUT = 3
"""Bytes at the end of a file that may be the beginning of a character."""
LARGE = 500_000
"""Bytes beyond which some rows tell the encoding of all; whether all of them are of it is seen as they are read."""
KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
LEAST_KANA = 0.05
"""Share of kana in any Japanese text; texts of other languages, read rightly or wrongly, have none."""
WORD = re.compile(r"[^\W\d_]+")
FOREIGN, FEW = 0.4, 4
"""Share of words without a plain letter in the words with accents, and letters of them, that no Western text has."""
ODD = re.compile(r"(?<=[a-zß-öø-ÿ])(?:[À-ÖØ-ÞŠŒŽŸ]|[^\x00-\x7f\w\s’–—…](?=[A-Za-z]))")
"""A capital with an accent, or a sign, in the middle of a word: a text read with the wrong table is full of them."""
WEST = ("cp1252", "mac_roman")
WESTERN = frozenset("éèêëàâäáãçñóòôöõíìîïúùûüßøåæœÉÈÊÀÂÄÁÇÑÓÖÔÍÎÜÚØÅÆŒ‘’“”„–—…€£°ªº«»¿¡®™©·\xa0")


@dataclass(frozen=True, slots=True)
class East:
    """Two-byte encoding: the set that ranks its characters, and the lead bytes of everyday ones and of punctuation."""

    encoding: str
    ranked: str
    everyday: tuple[int, int]
    marks: tuple[int, int]
    common: str = ""
    """Most frequent characters, of texts and of questionnaires, where two encodings share their everyday bytes."""


JAPANESE = (
    East("cp932", "shift_jis", (0x88, 0x97), (0x81, 0x83)),
    East("euc_jp", "euc_jp", (0xB0, 0xCF), (0xA1, 0xA5)),
)
GB18030 = East(
    "gb18030",
    "gb2312",
    (0xB0, 0xD7),
    (0xA1, 0xA3),
    "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多"
    "编号序性别男女龄满意度非常同一般品牌其他没购买价格质量收入教育职业城市北京海广州分数题答问卷调查手机服务",
)
KOREAN = East(
    "cp949",
    "euc_kr",
    (0xB0, 0xC8),
    (0xA1, 0xA3),
    "이다는에의을가고하지로기사도한나어자서인요스리시대해들정제그부아만보일수전것라은를으있게성여장공무우"
    "번호별남녀령족매렇통불랜드타응답문항점구격품질용비조음습니까세직업학생원주소득택",
)
CHINESE_OR_KOREAN = (GB18030, KOREAN)
BIG5 = East("big5", "big5", (0xA4, 0xC6), (0xA1, 0xA3))


def decode(raw: bytes, name: str, declared: str | None) -> tuple[str, str]:
    """Text of a file without its byte order mark, and the encoding that was declared or found.

    Raises DataError with one sentence where the file mixes encodings, is cut off within a character, or could be
    either of two languages.
    """
    encoding = declared or _detect(raw, name)
    try:
        text = raw.decode(encoding)
    except UnicodeError as error:
        raise fail(name, _sentence(raw, getattr(error, "start", 0), encoding, declared)) from None
    except (LookupError, ValueError):
        raise fail(
            name, f"'{encoding}' is no known encoding; use utf-8, gb18030, big5, cp1252 or another name Python knows."
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise fail(
            name, f"row {line} holds a NUL byte, so this is no text file; export it again as CSV UTF-8 or as Excel."
        )
    return text.removeprefix("\ufeff"), encoding


def _sentence(raw: bytes, start: int, encoding: str, declared: str | None) -> str:
    """Where the bytes stop being the encoding, and what to do."""
    line = raw.count(b"\n", 0, start) + 1
    if not declared and start >= len(raw) - CUT:
        return f"row {line} ends in the middle of a character: the file was cut off; export it again."
    advice = (
        "leave 'encoding' out of data to have it detected, or save the file as UTF-8"
        if declared
        else "the file is damaged or mixes encodings; export it again as CSV UTF-8"
    )
    return f"row {line}: byte 0x{raw[start : start + 1].hex().upper()} is not {encoding}; {advice}."


def _detect(raw: bytes, name: str) -> str:
    """BOM, then strict UTF-8, then the languages of two-byte encodings, then Western."""
    for mark, encoding in BOMS:
        if raw.startswith(mark):
            return encoding
    if text := _decoded(raw, "utf-8"):
        whole = len(text.encode()) == len(raw)
        if whole or not text.isascii():
            return "utf-8"
    _refuse_mixture(raw, name)
    found = _guess(_sample(raw))
    if not found or found in WEST:
        _refuse_damage(raw, name)
    if isinstance(found, str):
        return found
    names = " or ".join(found) if found else "cp1251, iso8859_7 or what the program that wrote it says"
    raise fail(name, f"its bytes do not tell in which encoding it is; name it under data, as in encoding: {names}.")


def _sample(raw: bytes) -> bytes:
    """The rows that tell of the encoding, or of a large file some of them, from all over it."""
    if len(raw) <= LARGE:
        return raw
    rows = [row for row in raw.split(b"\n") if not row.isascii()]
    return b"\n".join(rows[:: sum(map(len, rows)) // LARGE + 1])


def _guess(raw: bytes) -> str | tuple[str, ...]:
    """Encoding of bytes that are not UTF-8; else those between which the bytes do not tell, none where all are odd."""
    for japanese in JAPANESE:
        if _everyday(raw, japanese) >= EVERYDAY and _kana(raw, japanese):
            return japanese.encoding
    shares = {east: _everyday(raw, east) for east in (GB18030, BIG5, KOREAN)}
    best = max(shares, key=lambda east: shares[east])
    if shares[best] < EVERYDAY or _by_chance(raw, best):
        return _western(raw)
    if best in CHINESE_OR_KOREAN and min(shares[east] for east in CHINESE_OR_KOREAN) >= EVERYDAY:
        return _chinese_or_korean(raw)
    return best.encoding


def _decoded(raw: bytes, encoding: str) -> str | None:
    """The text, without a last character that was cut in two; None if the bytes are not of the encoding."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        cut = error.start >= len(raw) - CUT and error.start > 0
        return raw[: error.start].decode(encoding) if cut and error.end >= len(raw) else None


def _others(raw: bytes, encoding: str) -> Counter[str]:
    """How often each character beyond ASCII stands in the bytes; none if they cannot be decoded."""
    return Counter(character for character in _decoded(raw, encoding) or "" if character > "\x7f")


def _everyday(raw: bytes, east: East) -> float:
    """Share of the characters beyond ASCII that are everyday ones or punctuation; 0 if it cannot be decoded."""
    others = _others(raw, east.encoding)
    known = 0
    for character, count in others.items():
        coded = character.encode(east.ranked, "ignore")
        if len(coded) == 2 and any(low <= coded[0] <= high for low, high in (east.everyday, east.marks)):
            known += count
    return known / others.total() if others else 0.0


def _by_chance(raw: bytes, east: East) -> bool:
    """May its characters be letters with accents, as in África? With very few, where a Western reading looks right."""
    others = _others(raw, east.encoding)
    before_letters = all(character.encode(east.encoding)[1:2] < b"\x80" for character in others)
    readings = (_decoded(raw, encoding) for encoding in WEST)
    return len(others) < (FEW if before_letters else 2) and any(text and not _oddness(text) for text in readings)


def _kana(raw: bytes, east: East) -> bool:
    others = _others(raw, east.encoding)
    return sum(count for character, count in others.items() if KANA.match(character)) >= LEAST_KANA * others.total()


def _chinese_or_korean(raw: bytes) -> str | tuple[str, ...]:
    """The language whose most frequent characters are seen; both where neither is seen clearly more often.

    Everyday hanzi and Hangul have the same bytes in their national sets, so only frequency tells.
    """
    seen = []
    for east in CHINESE_OR_KOREAN:
        others = _others(raw, east.encoding)
        seen.append(sum(others[character] for character in set(east.common)) / others.total())
    chinese, korean = seen
    if abs(chinese - korean) < 0.05 or max(seen) < 2 * min(seen):
        return tuple(east.encoding for east in CHINESE_OR_KOREAN)
    return (GB18030 if chinese > korean else KOREAN).encoding


def _western(raw: bytes) -> str | tuple[str, ...]:
    """cp1252 unless its reading looks odder than Mac Roman's; what else it may be where both look odd."""
    readings = {encoding: text for encoding in WEST if (text := _decoded(raw, encoding))}
    best = min(readings, key=lambda encoding: _oddness(readings[encoding]))
    accents = sum(character > "\x7f" for character in readings[best])
    words = [word for word in WORD.findall(readings[best]) if not word.isascii()]
    strange = [word for word in words if len(word) > 1 and min(word) > "\x7f"]
    foreign = len(strange) > FOREIGN * len(words) and len("".join(strange)) >= FEW
    japanese = tuple(east.encoding for east in JAPANESE if _everyday(raw, east) >= EVERYDAY and _varied(raw, east))
    odd = accents >= FEW and 2 * _oddness(readings[best]) > accents
    return japanese if foreign or odd or japanese else best


def _varied(raw: bytes, east: East) -> bool:
    """Do its characters have several lead bytes? Signs and letters of Western texts, read so, have one or two."""
    return len({character.encode(east.encoding)[0] for character in _others(raw, east.encoding)}) >= FEW


def _oddness(text: str) -> int:
    return len(ODD.findall(text)) + sum(character > "\x7f" and character not in WESTERN for character in text)


def _refuse_mixture(raw: bytes, name: str) -> None:
    """Raises DataError with the first row not encoded as most rows are, where some are UTF-8 and others cannot be."""
    rows = [(line, row) for line, row in enumerate(raw.split(b"\n"), start=1) if not row.isascii()]
    texts = [_strict(row) for _, row in rows]
    strange = [row for row, text in zip(rows, texts, strict=True) if text is None]
    if len(strange) == len(rows):
        return
    other = _guess(_sample(b"\n".join(row for _, row in strange)))
    east = next((east for east in (*JAPANESE, GB18030, KOREAN, BIG5) if east.encoding == other), None)
    utf8 = [row for row, text in zip(rows, texts, strict=True) if text is not None and _meant(row[1], text, east)]
    if not utf8:
        return
    shown = other if isinstance(other, str) else " or ".join(other) or "something else"
    line, few, most = (utf8[0][0], "utf-8", shown) if len(utf8) < len(strange) else (strange[0][0], shown, "utf-8")
    message = f"row {line} is {few} where most rows are {most}: the file mixes encodings"
    raise fail(name, f"{message}; put it together again from its parts, each saved as CSV UTF-8.")


def _refuse_damage(raw: bytes, name: str) -> None:
    """Raises DataError with the first row that cannot be read as most rows can, in one of the languages of the East."""
    rows = [(line, row) for line, row in enumerate(raw.split(b"\n"), start=1) if not row.isascii()]
    for east in (GB18030, BIG5, KOREAN, *JAPANESE):
        reads = [_decoded(row, east.encoding) is not None for _, row in rows]
        right = b"\n".join(row for (_, row), readable in zip(rows, reads, strict=True) if readable)
        meant = _everyday(right, east) >= EVERYDAY and (_kana(right, east) or east not in JAPANESE)
        if 2 * sum(reads) > len(rows) > sum(reads) and meant and not _by_chance(right, east):
            message = f"row {rows[reads.index(False)][0]} cannot be read as {east.encoding}, as most rows can"
            raise fail(name, f"{message}: the file is damaged; export it again, or correct the row.")


def _strict(row: bytes) -> str | None:
    try:
        return row.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _meant(row: bytes, text: str, east: East | None) -> bool:
    """Is a row that can be read as UTF-8 meant so, in a file whose other rows cannot?"""
    others: Sequence[str] = [character for character in text if character > "\x7f"]
    if east is None:
        return all("\xa0" <= character <= "\u017f" or character >= "\u0800" for character in others)
    return any(character >= "\u0800" for character in others) and _everyday(row, east) < EVERYDAY


def meant(raw: bytes, stated: str | None) -> str | None:
    """Encoding of texts whose file states another; None where they may be as stated, or do not tell.

    stated: None where it has proved wrong. A file that states a Western encoding has often none of its own choosing.
    """
    if raw.isascii():
        return None
    eastern = (*JAPANESE, GB18030, KOREAN, BIG5)
    east = next((one for one in eastern if stated in (one.encoding, one.ranked)), GB18030 if stated == "gbk" else None)
    text = _strict(raw)
    if text is not None:
        return "utf-8" if stated != "utf-8" and (east is None or _meant(raw, text, east)) else None
    if east is not None and _everyday(raw, east) >= EVERYDAY:
        return None
    found = _guess(raw)
    known = isinstance(found, str) and (stated is None or any(found == one.encoding for one in eastern))
    return found if known and isinstance(found, str) else None
