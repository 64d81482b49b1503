"""Columns: what each one of an unknown file may be. Guesses only; the researcher confirms every one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.draft._orders import orders
from pipeline.draft._personal import personal
from pipeline.ingest import number, texts
from pipeline.responses import Table

Role = Literal["scale", "number", "category", "id", "weight", "complete", "metadata", "text", "blank"]

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
ABSENT = frozenset({"NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "#N/A", "#NULL!", "."})
"""What programs write among numbers where there is none."""
CATEGORY_MOST = 20
CATEGORY_LONGEST = 60
SCALE_MOST = 10
SINGLE_LEAST = 5
STEM = re.compile(r"(.*?)[\s_.\-\[(（]*(?:SQ|sq)?(\d+)[\])）]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its distinct texts, the numbers among them that are answers, and what it may be."""

    name: str
    texts: tuple[str, ...]
    filled: int
    numbers: tuple[float, ...]
    missing: tuple[str, ...]
    role: Role
    order: tuple[str, ...] = ()

    @property
    def numeric(self) -> bool:
        """Is every cell a number, apart from those that look like no answer?"""
        return bool(self.numbers) and len(self.numbers) == len(set(self.texts) - set(self.missing))

    @property
    def stem(self) -> str:
        """Name without its number: 'IMAG' of IMAG3, 'q7' of q7_5; the name itself where it has none."""
        match = STEM.fullmatch(self.name)
        return match[1].strip() if match and match[1].strip() else self.name


def columns(table: Table) -> list[Column]:
    """Every column of a table with its likely role, in the order of the file."""
    filled = {name: [text for text in texts(table, name) if text is not None] for name in table.columns}
    known = orders([set(cells) - ABSENT for cells in filled.values()])
    found = [_column(name, cells, order) for (name, cells), order in zip(filled.items(), known, strict=True)]
    stems = [column.stem for column in found if column.role == "scale"]
    return [_private(_single(column, stems.count(column.stem))) for column in found]


def _column(name: str, filled: list[str], order: tuple[str, ...]) -> Column:
    distinct = tuple(sorted(set(filled)))
    numbers, missing = _answers(distinct)
    missing = missing or (tuple(sorted(ABSENT & set(distinct))) if order else ())
    role = _role(name, distinct, len(filled), numbers, bool(order))
    return Column(
        name=name, texts=distinct, filled=len(filled), numbers=numbers, missing=missing, role=role, order=order
    )


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
    plain = re.sub(r"[\W_]+", "", name.casefold())
    named = next((role for role, pattern in NAMES.items() if re.fullmatch(pattern, plain)), None)
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
    alone = column.role == "scale" and not column.order and same_stem == 1
    return replace(column, role="category") if alone and column.numbers[-1] < SINGLE_LEAST else column


def _private(column: Column) -> Column:
    """A column that may say who answered is never a variable."""
    variable = column.role in ("category", "number")
    return replace(column, role="text") if variable and personal(column.name, column.texts) else column
