"""Reasons: why a code that a file declares to be no answer is none, told by its label."""

from __future__ import annotations

import re

from pipeline.responses import Reason

WORDS = {
    Reason.NOT_ASKED: re.compile(
        r"\bnot (applicable|asked|shown|displayed|presented|administered|in (sample|routing))\b|\bn ?/ ?a\b|\biap\b"
        r"|\binap|\b(legitimate|valid|logical|routing) skip|\bskip(ped)? (pattern|logic)|\bfiltered\b|\brouted\b"
        r"|未问|未询问|没有问|不适用|无需回答|不需回答|不必回答|未出示|未显示|跳转|跳题|逻辑跳过",
        re.IGNORECASE,
    ),
    Reason.DECLINED: re.compile(
        r"\brefus|\bdeclin|\bdo( not|n['’]?t) know|\bdk\b|\bd ?/ ?k\b|\bunsure\b|\bnot sure\b|\buncertain\b"
        r"|\bno opinion|\bcan(not|['’]?t| not) (say|choose|answer|rate|judge)|\b(prefer|rather|would)( rather)? not\b"
        r"|\bwon['’]?t say"
        r"|拒答|拒绝|不知道|不清楚|说不清|不好说|难说|不确定|不想(回答|说)|不愿|无法(回答|评价|判断)|不了解",
        re.IGNORECASE,
    ),
}


def reason_of(label: str | None) -> Reason:
    """Not asked or declined where the label says so, whichever it says first; else skipped."""
    found = {
        reason: match.start() for reason, words in WORDS.items() if label is not None and (match := words.search(label))
    }
    return min(found, key=lambda reason: found[reason]) if found else Reason.SKIPPED
