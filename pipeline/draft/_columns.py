"""Columns: what each one of a file may be. What the file says is taken; all else is a guess the researcher confirms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from pipeline.draft._orders import orders
from pipeline.ingest import canonical, number, personal, plain
from pipeline.responses import PERSONAL, About, Table

Role = Literal[
    "scale", "number", "category", "date", "several", "id", "weight", "complete", "test", "started", "seconds", "ip",
    "metadata", "text", "blank",
]  # fmt: skip

METADATA = [
    "ipaddress",
    "startdate",
    "enddate",
    "recordeddate",
    "submitdate",
    "datestamp",
    "timestamp",
    "starttime",
    "endtime",
    "duration",
    "latitude",
    "longitude",
    "email",
    "firstname",
    "lastname",
    "userlanguage",
    "distributionchannel",
    "collector",
    "externalreference",
    "interviewtime",
    "提交答卷时间",
    "所用时间",
    "来源",
    "来自ip",
    "答题时间",
    "答题时长",
    "昵称",
    "手机号",
]
GROUPS = [
    "gender",
    "sex",
    "agegroup",
    "income",
    "education",
    "region",
    "country",
    "city",
    "occupation",
    "segment",
    "性别",
    "年龄",
    "收入",
    "学历",
    "地区",
    "城市",
    "职业",
]
NAMES: Mapping[Role, str] = {
    "id": (
        r"(response|respondent|case|record|participant|panelist|user|worker)?(id|no|nr|token|uuid|serial)|序号|编号|答卷编号"
    ),
    "complete": r"(is)?(finished|completed?)",
    "weight": r"(p|f|post|survey|final|sample)?(weights?|wt|wgt)|权重|加权",
    "metadata": rf".*({'|'.join(METADATA)}).*|status|progress|seed|lastpage",
    "category": rf".*({'|'.join(GROUPS)}).*",
}
"""Names, case and spaces aside, of columns that are no questions on a scale."""
SAID: Mapping[str, Role] = {
    "id": "id",
    "complete": "complete",
    "test": "test",
    "started": "started",
    "seconds": "seconds",
    "weight": "weight",
    "ended": "metadata",
    "metadata": "metadata",
    "ip": "ip",
}
"""What a role that the file gives makes of a column."""
ABSENT = frozenset({"NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "#N/A", "#NULL!", "."})
"""What programs write among numbers where there is none."""
UNSURE = re.compile(
    r"do(n'?t| not) know|not sure|unsure|refuse|prefer not|rather not|no (answer|opinion)"
    r"|不知道|不清楚|说不清|拒绝?回?答",
    re.IGNORECASE,
)
BESIDE = re.compile(r"(not applicable|n/?a\b|unfamiliar|不适用|没有?使?用过)", re.IGNORECASE)
"""Labels of answers that say nothing: they stand beside a scale, not on it."""
CATEGORY_MOST = 20
CATEGORY_LONGEST = 60
NAME_LONGEST = 40
SCALE_MOST = 10
SINGLE_LEAST = 5
STEM = re.compile(r"(.*?)[\s_.\-\[(（]*(?:SQ|sq)?(\d+)[\])）]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its distinct texts, the numbers among them that are answers, and what it may be.

    written: the texts as they stand in the file, where numbers have zeros before them: '01' is '1' among texts.
    order: wordings of its scale, lowest first. missing: texts that look like no answer and of which the file says
    nothing. declined: labels that stand beside the scale.
    """

    name: str
    texts: tuple[str, ...]
    filled: int
    numbers: tuple[float, ...]
    missing: tuple[str, ...]
    role: Role
    order: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    about: About = field(default_factory=About)

    @property
    def numeric(self) -> bool:
        """Is every cell a number, apart from those that look like no answer?"""
        return bool(self.numbers) and len(self.numbers) == len(set(self.texts) - set(self.missing))

    @property
    def stem(self) -> str:
        """The question where the file says it, else the name without its number: 'IMAG' of IMAG3, 'q7' of q7_5."""
        if self.about.question and self.about.kind == "grid":
            return self.about.question
        match = STEM.fullmatch(self.name)
        return match[1].strip() if match and match[1].strip() else self.name

    @property
    def brief(self) -> str:
        """The name, or where that holds a whole question the row or the option that tells the column from others."""
        return self.about.part if self.about.part and len(self.name) > NAME_LONGEST else self.name

    @property
    def personal(self) -> bool:
        """May the column say who answered?"""
        said = self.about.role in PERSONAL
        return said or (self.role in ("text", "metadata", "ip") and personal(self.name, self.texts))

    @property
    def codes(self) -> dict[str, str]:
        """Code -> label of every answer of the code book that is no missing one."""
        return {code: label for code, label in self.about.labels.items() if code not in self.about.missing}


def columns(table: Table) -> list[Column]:
    """Every column of a table with its likely role, in the order of the file."""
    held = {name: _held(table, name) for name in table.columns}
    answers = {name: set(texts) - ABSENT - set(_about(table, name).missing) for name, (texts, _) in held.items()}
    known = orders([{text for text in texts if not _beside(text)} for texts in answers.values()])
    found = [
        replace(_column(name, texts, filled, _about(table, name), order), written=_written(table, name))
        for (name, (texts, filled)), order in zip(held.items(), known, strict=True)
    ]
    stems = [column.stem for column in found if column.role == "scale"]
    return [_private(_single(column, stems.count(column.stem))) for column in found]


def _about(table: Table, name: str) -> About:
    return table.about.get(name) or About()


def _held(table: Table, name: str) -> tuple[tuple[str, ...], int]:
    """Distinct texts of a column, and how many rows hold one."""
    coded = table.columns[name]
    counts = np.bincount(coded.codes[coded.codes >= 0], minlength=len(coded.values))
    texts = [plain(canonical(value)) for value in coded.values]
    used = [(text, count) for text, count in zip(texts, counts.tolist(), strict=True) if text is not None and count]
    return tuple(sorted({text for text, _ in used})), sum(count for _, count in used)


def _written(table: Table, name: str) -> tuple[str, ...]:
    """Distinct texts of a column as a study must write them, lowest number first."""
    column = table.columns[name]
    held = {canonical(column.values[place]) for place in np.unique(column.codes[column.codes >= 0])} - {None}
    return tuple(sorted(map(str, held), key=lambda text: (number(text) or 0.0, text)))


def _column(name: str, texts: tuple[str, ...], filled: int, about: About, order: tuple[str, ...]) -> Column:
    answers = tuple(text for text in texts if text not in about.missing)
    numbers, missing = _answers(answers)
    labelled = _labelled(about, answers)
    beside = tuple(text for text in answers if _beside(about.labels.get(text, text)))
    missing = missing or (tuple(sorted(ABSENT & set(answers))) if order or labelled else ())
    role = _said(about, answers, filled) or _role(name, answers, filled, numbers, bool(order))
    if labelled and (role in ("scale", "category") or about.kind in ("scale", "grid")):
        role, order = _of_code_book(role, about, answers, labelled, order)
    unsaid = tuple(text for text in missing if text not in beside)
    return Column(
        name=name, texts=answers, filled=filled, numbers=numbers, missing=unsaid, role=role, order=order,
        declined=beside if role == "scale" else (), about=about,
    )  # fmt: skip


def _labelled(about: About, answers: tuple[str, ...]) -> tuple[str, ...]:
    """Labels of the code book in its order, those that stand beside a scale left out; () where there is none."""
    codes = [code for code in about.labels if code not in about.missing]
    if not codes or not set(answers) <= {*about.labels, *about.missing}:
        return ()
    return tuple(about.labels[code] for code in codes if not _beside(about.labels[code]))


def _beside(label: str) -> bool:
    return label not in ABSENT and bool(UNSURE.search(label) or BESIDE.match(label))


def _of_code_book(
    role: Role, about: About, answers: tuple[str, ...], labelled: tuple[str, ...], order: tuple[str, ...]
) -> tuple[Role, tuple[str, ...]]:
    """A scale where file or wording say so: then its order is that of the code book."""
    known = orders([labelled])[0] or order
    scale = about.kind in ("scale", "grid") or about.measure == "ordinal" or bool(known)
    fits = 2 < len(labelled) <= SCALE_MOST + 1
    if not (scale and fits) or about.measure == "nominal":
        return ("category" if about.kind == "single" or about.measure == "nominal" else role), ()
    worded = all(code == label for code, label in about.labels.items() if code in answers)
    return "scale", (known or labelled) if worded else ()


def _said(about: About, answers: tuple[str, ...], filled: int) -> Role | None:
    """The role of a column of which the file says enough."""
    if not filled:
        return "blank"
    if about.role == "id" and len(answers) < filled:
        return "metadata"
    if about.role is not None and about.role in SAID:
        return SAID[about.role]
    if about.role in PERSONAL or about.kind == "text":
        return "text"
    if about.kind in ("multiple", "ranking"):
        return "several"
    return "date" if about.kind == "date" else None


def _answers(texts: tuple[str, ...]) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Numbers that look like answers, and numbers that look like codes for none (-99, or 99 beside 1 to 7)."""
    values = {text: value for text in texts if (value := number(text)) is not None}
    low = {text for text, value in values.items() if value < 0 and value == int(value)}
    others = [value for text, value in values.items() if text not in low]
    if not others or len(low) > 3:
        low, others = set(), list(values.values())
    usual = [value for value in others if value <= SCALE_MOST]
    strange = {text for text, value in values.items() if value in (77, 88, 97, 98, 99, 977, 988, 997, 998, 999)}
    high = strange if usual and len(usual) + len(strange) == len(others) else set()
    missing = low | high | (ABSENT & set(texts) if values else set())
    return tuple(sorted(value for text, value in values.items() if text not in missing)), tuple(sorted(missing))


def _role(name: str, texts: tuple[str, ...], filled: int, numbers: tuple[float, ...], ordered: bool) -> Role:
    bare = re.sub(r"[\W_]+", "", name.casefold())
    named = next((role for role, pattern in NAMES.items() if re.fullmatch(pattern, bare)), None)
    numeric = bool(numbers) and all(number(text) is not None or text in ABSENT for text in texts)
    whole = numeric and all(value == int(value) for value in numbers)
    if not texts:
        return "blank"
    if named == "metadata" or (named == "id" and len(texts) == filled):
        return named
    if named == "weight" and numeric and min(numbers) >= 0 < max(numbers):
        return "weight"
    if named == "complete" and len(texts) <= 2:
        return "complete"
    if ordered or (
        whole and named != "category" and numbers[0] >= 0 and len(numbers) > 2 and numbers[-1] <= SCALE_MOST
    ):
        return "scale"
    if numeric and (not whole or len(numbers) > CATEGORY_MOST or len(numbers) * 2 > max(filled, 6)):
        return "number"
    few = len(texts) <= CATEGORY_MOST and (len(texts) * 2 <= filled or len(texts) <= 3)
    return "category" if few and max(map(len, texts)) <= CATEGORY_LONGEST else "text"


def _single(column: Column, same_stem: int) -> Column:
    """A question on its own with few points is rather a category (a region, a brand) than a scale."""
    alone = (
        column.role == "scale" and not column.order and same_stem == 1 and column.about.kind not in ("scale", "grid")
    )
    few = not column.numbers or column.numbers[-1] < SINGLE_LEAST
    return replace(column, role="category") if alone and few else column


def _private(column: Column) -> Column:
    """A column that may say who answered is never a variable."""
    variable = column.role in ("category", "number", "date")
    hidden = variable and not column.about.labels and personal(column.name, column.texts)
    return replace(column, role="text") if hidden else column
