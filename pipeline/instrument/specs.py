"""What a questionnaire.yaml may hold: a frozen model a key. Only shape is judged here, the rest in rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from pipeline.specs import (
    Beyond,
    DataFile,
    Label,
    Missing,
    Model,
    Privacy,
    Quality,
    Report,
    SampleInfo,
    Scale,
    Segments,
    Spec,
    StudyInfo,
    Variable,
    Weights,
    by_reason,
    files,
    segments_of,
)
from pipeline.specs._parts import Codes, text_keys

Type = Literal["rating", "grid", "single", "multiple", "number", "price", "text", "attention", "date"]
Options = Annotated[dict[str, Label], BeforeValidator(text_keys)]
Routing = Annotated[dict[str, Codes], BeforeValidator(text_keys)]


def item_of(value: Any) -> Any:
    """A wording alone is an item that says nothing else."""
    worded = isinstance(value, dict) and "wording" in value
    return value if worded else {"wording": value}


class Item(Spec):
    """One row of a grid: a column in the data."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    wording: Label
    label: Label | None = Field(None, description="Short name in the report; the wording when absent.")
    measures: str | None = Field(
        None, alias="construct", description="What it measures; that of the question when absent."
    )
    reverse: bool = Field(False, description="true: agreement means little of the construct.")


class Question(Spec):
    """What is asked at one place."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str = Field(description="Column in the data; of a grid and of several ticks, the name of the whole.")
    type: Type
    wording: Label = Field(description="The question as respondents read it.")
    help: Label | None = Field(None, description="A note for the respondent.")
    label: Label | None = Field(None, description="Short name in the report; the wording when absent.")
    scale: str | None = Field(None, description="A name under scales: rating, grid, attention.")
    options: Options = Field({}, description="Code -> label: single, multiple, or the answers of a grid.")
    items: dict[str, Annotated[Item, BeforeValidator(item_of)]] = Field(
        {}, description="Rows of a grid: column -> wording, or a map with wording, construct, reverse."
    )
    measures: str | None = Field(
        None, alias="construct", description="A name under constructs: what a rating or a grid measures."
    )
    reverse: bool = Field(False, description="true: a high rating means little of the construct.")
    source: str | None = Field(None, description="Literature the question follows.")
    range: tuple[float, float] | None = Field(None, description="Lowest and highest possible number or price.")
    unit: Label | None = Field(None, description="What is counted: years, times, per cent.")
    answer: Codes = Field((), description="The right answer, or answers, of an attention check.")
    ask_if: Routing = Field({}, description="Earlier question -> answers, one of which is needed; all must hold.")
    required: bool = Field(False, description="true: it cannot be left out.")
    random: bool = Field(False, description="true: options or rows in random order, where the tool can.")
    analysed: bool = Field(True, description="false: it steers the interview and is not read into the study.")


class Section(Spec):
    """Questions that stand under one heading."""

    title: Label
    text: Label | None = Field(None, description="What respondents read before the first question.")
    per: str | None = Field(None, description="A name under loops: the section is asked once for each level.")
    ask_if: Routing = Field({}, description="Earlier question -> answers, one of which is needed; all must hold.")
    questions: tuple[Question, ...] = Field(min_length=1)


class Level(Spec):
    """One thing that a loop asks about, as a brand."""

    label: Label
    suffix: str = Field(description="End of its columns: a makes trust_1_a of trust_1.")


class Loop(Spec):
    """Questions asked of several things in turn; in the study the rows of the stack."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    levels: Annotated[dict[str, Level], BeforeValidator(text_keys)] = Field(min_length=2)
    any_: Label = Field(alias="any", description="What the report calls any of them: this brand.")
    label: Label | None = None
    asked_if: str | None = Field(
        None, description="Earlier question with several ticks and the same codes: only what was ticked is asked about."
    )


class Measured(Spec):
    """A construct that questions measure."""

    label: Label | None = None
    source: str | None = Field(None, description="Literature in which it was first measured.")
    min_answered: int | None = Field(None, ge=1, description="Answers a score needs: as in study.yaml.")
    reliability: float | None = Field(None, gt=0, le=1, description="Known from elsewhere, for a single item.")


class Added(Spec):
    """A column that fieldwork adds and nobody is asked."""

    role: Literal["id", "wave", "weight", "seconds", "started", "complete", "language", "strata", "cluster", "variable"]
    label: Label | None = None
    options: Options = Field({}, description="Code -> label, where it is a category.")


class Basis(Spec):
    """The model and its rows: keys of study.yaml, as they stand there."""

    model: Model
    sample: SampleInfo = SampleInfo()
    missing: Annotated[Missing, BeforeValidator(by_reason)] = Missing()
    variables: dict[str, Variable] = Field({}, description="Variables made of others, as bands of age.")
    segments: Annotated[Segments, BeforeValidator(segments_of)] = Segments()
    weights: Weights = Weights()
    quality: Quality = Quality()
    privacy: Privacy = Privacy()


class Plan(Beyond, Basis):
    """What the analysis is to do, and what is asked beyond its model."""


class Questionnaire(Spec):
    """A whole questionnaire.yaml."""

    title: Label = Field(description="What respondents read at the top; it should not give away what is studied.")
    study: StudyInfo = Field(description="As in study.yaml: title and client of the report.")
    sections: tuple[Section, ...] = Field(min_length=1)
    analysis: Plan
    report: Report = Report()
    intro: Label | None = Field(None, description="What respondents read first: purpose, anonymity, who asks.")
    outro: Label | None = Field(None, description="What they read last.")
    scales: dict[str, Scale] = Field({})
    constructs: dict[str, Measured] = Field(min_length=2)
    loops: dict[str, Loop] = Field({}, max_length=1, description="At most one: the stack of the study.")
    columns: dict[str, Added] = Field({}, description="Columns that fieldwork adds.")
    data: Annotated[tuple[DataFile, ...], BeforeValidator(files)] = Field(
        (), description="Where the answers will lie, as in study.yaml; a LimeSurvey export when absent."
    )
