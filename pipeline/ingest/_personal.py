"""Personal: which columns may say who answered, by their name or by what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
NAMED = re.compile(
    r"e?mails?|(user|first|last|full|sur)?names?|((tele|cell)?phones?|tel|mobile)(no|number)?|ip|(e?mail|ip)?address(es)?"
    r"|comments?"
)
ABOUT_GOODS = frozenset({"brand", "brands", "model", "product", "company", "store"})
CHINESE = re.compile(r"姓名|电话|邮箱|手机号|联系方式|地址|(^|\W)手机$")
CHINESE_GOODS = re.compile(r"品牌|型号")
HELD = re.compile(
    r"(?!(?:\d{4}([/.-])\d{1,2}\1\d{1,2}|\d{1,2}([/.-])\d{1,2}\2\d{4})(?:[ ,T].*)?$"
    r"|\d{1,3}(?::\d\d){1,2}(?:\.\d+)?$)(?:"
    r".*@.*|\d{1,3}(\.\d{1,3}){3}|([0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}"
    r"|(\+|00?[1-9])[\d\s()/.-]{7,}|\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}|\d{10,15})",
    re.IGNORECASE | re.DOTALL,
)
"""A mail, an IP address, a telephone number; no date and no time of day."""


def personal(column: str, texts: Iterable[str]) -> bool:
    """May the column say who answered? Mails, IP addresses and telephone numbers do whatever its name."""
    return _named(column) or held(texts)


def held(texts: Iterable[str]) -> bool:
    """Is any of the texts a mail, an IP address or a telephone number?"""
    return any(HELD.fullmatch(text) for text in texts)


def _named(column: str) -> bool:
    words = {part.lower() for part in PARTS.findall(column)}
    english = any(map(NAMED.fullmatch, words)) and not words & ABOUT_GOODS
    return english or bool(CHINESE.search(column) and not CHINESE_GOODS.search(column))
