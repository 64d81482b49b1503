"""What a study.yaml may hold: one frozen model a key, with the sentence an editor shows for it.

Only shape is judged here. What needs other keys (a driver that is no construct) is judged in study.py,
what needs the data (a column that is missing) in ingest.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

LANGUAGES = ("en", "zh")
Label = str | dict[Annotated[str, Field(pattern="^(en|zh)$")], str]
"""One text for every language, or a map language -> text."""

NAME = re.compile(r"^[^\W\d][\w-]*$")


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _items(value: Any) -> Any:
    """A name, a list of names or a map name -> wording; always a map afterwards."""
    value = _one_or_many(value)
    if not isinstance(value, list):
        return value
    if any(isinstance(item, (list, dict)) for item in value):
        raise ValueError("an entry is no name of a column; write a list of names, or a map column: wording")
    repeated = {str(item) for item in value if value.count(item) > 1}
    if repeated:
        raise ValueError(f"item '{min(repeated)}' is listed twice")
    return dict.fromkeys(map(_text, value))


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _text_keys(value: Any) -> Any:
    return {_text(key): entry for key, entry in value.items()} if isinstance(value, dict) else value


def _files(value: Any) -> Any:
    value = [value] if isinstance(value, (str, dict)) else value
    return (
        [{"file": entry} if isinstance(entry, str) else entry for entry in value] if isinstance(value, list) else value
    )


def _missing(value: Any) -> Any:
    return {"skipped": value} if isinstance(value, list) else value


def _segments(value: Any) -> Any:
    return {"compare": value} if isinstance(value, (list, str)) else value


def _group(value: Any) -> Any:
    return {"drivers": value} if isinstance(value, (list, str)) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]
Code = Annotated[str, BeforeValidator(_text)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(_one_or_many)]


class Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StudyInfo(Spec):
    title: Label = Field(description="Name of the study, as the report prints it.")
    client: Label | None = Field(None, description="For whom the study was made.")
    wave: Label | None = Field(None, description="Name of this wave, as the report prints it.")
    fieldwork: tuple[str, str] | None = Field(
        None, description="First and last day of fieldwork, as the report prints them."
    )
    simulated: bool = Field(False, description="true if no real person answered; then every page says so.")
    design: Literal["survey", "experiment"] = Field("survey", description="Only an experiment may speak of effects.")


class SampleInfo(Spec):
    """What AAPOR's code asks a report to disclose. What is absent is printed as 'not stated'."""

    type: Literal["probability", "panel", "convenience"] | None = None
    population: Label | None = None
    frame: Label | None = None
    method: Label | None = Field(None, description="How people were selected and invited.")
    mode: Label | None = Field(None, description="Online, telephone, face to face …")
    sponsor: Label | None = None
    conductor: Label | None = None
    instrument: Label | None = Field(None, description="Where the exact questions can be read.")
    language: Label | None = Field(None, description="Language or languages of the interviews.")
    incentives: Label | None = None
    weighting: Label | None = Field(None, description="How the weights were made.")


class DataFile(Spec):
    file: str = Field(
        description="Path inside the study folder, or package:NAME/path for a file of an installed package."
    )
    wave: Code | None = Field(None, description="Level of the variable 'wave' for all rows of this file.")
    format: Literal["csv", "excel", "parquet"] | None = Field(None, description="Detected by content when absent.")
    encoding: str | None = Field(None, description="Detected when absent; always reported.")
    delimiter: str | None = Field(
        None, min_length=1, max_length=1, description="Detected when absent; always reported."
    )
    sheet: str | None = Field(None, description="Name of the Excel sheet; the first when absent.")
    rename: dict[str, str] = Field({}, description="Column of the file -> name used in this study.")


class Complete(Spec):
    column: str
    equals: Codes


class Respondent(Spec):
    id: str | None = Field(
        None, description="Column that tells people apart; rows of one person are resampled together."
    )
    complete: Complete | None = Field(None, description="Which rows are finished interviews.")
    started: str | None = Field(
        None, description="Column with the time, or a rising number, at which each interview began."
    )


class Missing(Spec):
    """Codes or texts that are never answers, in any column, by the reason they stand for."""

    skipped: Codes = ()
    declined: Codes = ()
    not_asked: Codes = ()


class Scale(Spec):
    points: int = Field(ge=2, le=101, description="Number of points; the values are start, start + 1, …")
    start: int = Field(1, description="Value of the lowest point: 1 in most surveys, 0 in a 0-10 scale.")
    labels: list[str] | dict[str, list[str]] | None = Field(None, description="Wording of every point, lowest first.")
    ends: list[str] | dict[str, list[str]] | None = Field(None, description="Wording of the lowest and highest point.")
    codes: Annotated[dict[str, int], BeforeValidator(_text_keys)] = Field({}, description="Text in the data -> value.")
    midpoint: int | None = Field(None, description="Neutral value; the middle of an odd number of points when absent.")

    @property
    def low(self) -> int:
        return self.start

    @property
    def high(self) -> int:
        return self.start + self.points - 1

    @property
    def neutral(self) -> int | None:
        middle = (self.low + self.high) // 2
        return self.midpoint if self.midpoint is not None else middle if self.points % 2 else None


class Construct(Spec):
    items: Annotated[dict[str, Label | None], BeforeValidator(_items)] = Field(
        {}, description="Columns that measure it: one name, a list, or a map column -> wording."
    )
    label: Label | None = Field(None, description="Name in the report; the key itself when absent.")
    scale: str | None = Field(None, description="A name under scales; may be absent where only one scale is declared.")
    reverse: Names = Field((), description="Items in which a high answer means little of the construct.")
    min_answered: int | None = Field(
        None, ge=1, description="Answers a score needs: all of 1-2 items, else half, rounded up."
    )
    reliability: float | None = Field(
        None, gt=0, le=1, description="Reliability known from elsewhere, for a single item or a published table."
    )
    source: str | None = Field(None, description="Literature the items come from.")

    @property
    def needed(self) -> int:
        count = len(self.items)
        return self.min_answered or (count if count <= 2 else -(-count // 2))


class Variable(Spec):
    """A question that is no scale item: a group to compare, a number."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    column: str | None = Field(None, description="Column in the data; the key itself when absent.")
    type: Literal["category", "number"] | None = Field(None, description="category unless range or cut is given.")
    label: Label | None = None
    codes: Annotated[dict[str, Label], BeforeValidator(_text_keys)] = Field(
        {}, description="Code in the data -> label."
    )
    from_: str | None = Field(None, alias="from", description="A number variable to cut into bands.")
    cut: tuple[float, ...] = Field(
        (), description="Limits of the bands: [16, 25, 35] gives 16 to under 25 and 25 to under 35."
    )
    labels: tuple[Label, ...] = Field((), description="Names of the bands.")
    range: tuple[float, float] | None = Field(None, description="Lowest and highest possible number.")


class Stack(Spec):
    by: str = Field(description="Name of the new variable, as in 'brand'.")
    levels: Annotated[dict[str, Label] | tuple[Code, ...], BeforeValidator(_text_keys)] = Field(
        description="Its levels, in the order of the columns."
    )
    columns: dict[str, tuple[str, ...]] = Field(description="New column -> the column of each level.")


class Group(Spec):
    """Drivers that also play as one."""

    drivers: Names = Field(min_length=1, description="Drivers of the group; each belongs to one group.")
    label: Label | None = None


class Model(Spec):
    outcome: str = Field(description="Construct to explain.")
    drivers: tuple[str, ...] | None = Field(
        None, description="Constructs or variables that may explain it; every other construct when absent."
    )
    level: Literal["scales", "items"] = Field(
        "scales", description="items: every item is a driver, and its construct the group it belongs to."
    )
    controls: Names = Field((), description="Variables that are taken into account before any driver.")
    groups: dict[str, Annotated[Group, BeforeValidator(_group)]] = Field(
        {}, description="Groups of drivers that also play as one; a driver in none stands alone."
    )
    interactions: tuple[tuple[str, str], ...] = Field(
        (), description="Pairs of drivers whose product may enter once both are in."
    )
    outcome_type: Literal["score", "binary", "ordered", "count"] = Field(
        "score", description="What else the outcome may be modelled as, beside the score."
    )
    correlations: Literal["pearson", "polychoric", "shrunk"] = Field(
        "pearson", description="shrunk: for many drivers and few respondents; polychoric: answers as steps of a normal."
    )
    inference: Literal["bootstrap", "bayesian", "jackknife"] = Field(
        "bootstrap", description="bayesian: exponential weights; jackknife: no replicates, for very large samples."
    )
    interval: Literal["percentile", "bca"] = Field("percentile", description="Kind of the intervals of shares.")
    sesoi: float | None = Field(None, gt=0, lt=0.5, description="Smallest difference of two shares that matters.")
    collinear: Literal["refuse", "show"] = Field(
        "refuse", description="show: shares of drivers that repeat each other, with a warning on the chart."
    )
    draws: int = Field(2000, ge=200, le=20000, description="Bootstrap replicates.")
    seed: int = Field(20260101, ge=0, lt=2**63, description="Seed of the bootstrap.")
    confidence: float = Field(0.95, ge=0.8, lt=1, description="Nominal coverage of the intervals.")


class Segments(Spec):
    compare: Names = Field((), description="Variables whose levels are compared.")
    brand: str | None = Field(None, description="The variable that tells which brand a row rates.")
    waves: str | None = Field(None, description="The variable that tells the wave; 'wave' when data names waves.")
    reference: dict[str, Code] = Field(
        {}, description="Variable -> level the others are compared with; the first when absent."
    )
    explain: Names = Field((), description="Variables, besides brand and waves, whose differences are taken apart.")


class Weights(Spec):
    column: str | None = Field(None, description="Sampling weight of each row.")
    strata: str | None = Field(None, description="Column with the stratum.")
    cluster: str | None = Field(None, description="Column with the primary sampling unit.")


class Quality(Spec):
    minimum_base: int = Field(10, ge=10, description="Fewer respondents: the figure is hidden.")
    low_base: int = Field(30, ge=30, description="Fewer respondents: greyed, and no claim.")
    claim_base: int = Field(200, ge=100, description="A claim about a segment needs this many respondents.")


class Theme(Spec):
    firm: Label | None = Field(None, description="Name printed at the top and the foot of every page.")
    logo: str | None = Field(None, description="SVG or PNG inside the study folder.")
    accent: str = Field("#0b6e69", pattern=r"^#[0-9a-fA-F]{6}$", description="Main colour, as #rrggbb.")


class Report(Spec):
    languages: Annotated[tuple[Literal["en", "zh"], ...], BeforeValidator(_one_or_many)] = Field(
        ("en", "zh"), min_length=1
    )
    theme: Theme = Theme()


class Correlations(Spec):
    """A published correlation table, in place of data."""

    file: str = Field(description="CSV inside the study folder: names, correlations; mean and sd if they are known.")
    n: int = Field(ge=4, le=10_000_000, description="Respondents behind the table.")


class Definition(Spec):
    """A whole study.yaml."""

    study: StudyInfo
    data: Annotated[tuple[DataFile, ...], BeforeValidator(_files)] = Field(
        (), description="One file or several; a study without it has correlations."
    )
    correlations: Correlations | None = None
    constructs: dict[str, Construct] = Field(min_length=2)
    model: Model
    sample: SampleInfo = SampleInfo()
    respondent: Respondent = Respondent()
    missing: Annotated[Missing, BeforeValidator(_missing)] = Missing()
    scales: dict[str, Scale] = {}
    variables: dict[str, Variable] = {}
    stack: Stack | None = None
    segments: Annotated[Segments, BeforeValidator(_segments)] = Segments()
    weights: Weights = Weights()
    quality: Quality = Quality()
    report: Report = Report()
