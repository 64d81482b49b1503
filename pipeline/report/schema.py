"""results.json as a model: what `whybuy schema --results` prints and what the tests hold every result to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["en", "zh"]
Text = dict[Language, str]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ScaleShown(Part):
    low: int
    high: int
    points: int
    neutral: int | None = Field(description="Neutral value, or null where the scale has none.")
    labels: dict[Language, list[str]] | None
    ends: dict[Language, list[str]] | None


class ConstructShown(Part):
    label: Text
    items: dict[str, Text | None] = Field(description="Item -> its wording.")
    reverse: list[str]
    needed: int = Field(description="Answers a score needs.")
    reliability: float | None
    source: str | None
    scale: ScaleShown | None = Field(description="Null in a study of a published table.")


class Level(Part):
    value: str
    label: Text


class SegmentShown(Part):
    variable: str
    label: Text
    reference: str
    levels: list[Level]


class TermShown(Part):
    """A driver that is no construct."""

    kind: Literal["number", "category", "interaction"]
    label: Text
    levels: dict[str, Text] = Field(description="Level of a category -> its label.")


class ControlShown(Part):
    variable: str
    label: Text


class GroupShown(Part):
    name: str
    label: Text
    drivers: list[str]


class Disclosure(Part):
    """AAPOR's items; null is printed as 'not stated'."""

    type: Literal["probability", "panel", "convenience"] | None
    population: Text | None
    frame: Text | None
    method: Text | None
    mode: Text | None
    sponsor: Text | None
    conductor: Text | None
    instrument: Text | None
    language: Text | None
    incentives: Text | None
    weighting: Text | None


class ProfileShown(Part):
    variable: str
    label: Text
    levels: list[Level] = Field(description="Levels, or options, that have a row; none for a number.")


class LevelShown(Part):
    value: str
    label: Text | None


class MarginShown(Part):
    variable: str = Field(description="Of cells, all their variables.")
    label: Text
    levels: list[LevelShown]


class WeightsShown(Part):
    column: str | None
    strata: str | None
    cluster: str | None
    fpc: str | None
    method: Literal["rake", "linear", "post_stratify"] | None = Field(description="null: weights are as given.")
    margins: list[MarginShown]
    counted: bool = Field(description="Margins are numbers of people, not shares.")
    per: MarginShown | None
    limits: list[float] | None
    rerake: bool


class BreakShown(Part):
    column: str
    what: Literal["wording", "labels"]
    first: str = Field(description="File that is taken as the measure.")
    other: str = Field(description="File in which it differs.")


class Bases(Part):
    minimum_base: int
    low_base: int
    claim_base: int


class RuleShown(Part):
    rule: str
    threshold: float | None = Field(description="As the study has it; null where a flag needs none.")
    decides: bool = Field(description="Whether one flag of it leaves a record out.")


class ThemeShown(Part):
    firm: Text | None
    logo: str | None = Field(description="data: URL.")
    accent: str


class NameShown(Part):
    """A construct or variable that a question beyond the model names, and that is not in the model."""

    kind: Literal["construct", "number", "category"]
    label: Text
    levels: list[Level]
    range: list[float] | None
    source: str | None


class StudyShown(Part):
    name: str
    title: Text
    client: Text | None
    wave: Text | None
    fieldwork: list[str] | None
    simulated: bool
    design: Literal["survey", "experiment"]
    languages: list[Language]
    outcome: str
    drivers: list[str]
    constructs: dict[str, ConstructShown]
    terms: dict[str, TermShown] = Field(description="Drivers that are no constructs.")
    controls: list[ControlShown]
    groups: list[GroupShown]
    interactions: list[list[str]] = Field(description="Pairs of drivers whose product is a driver too.")
    explain: list[str] = Field(description="Variables between whose levels differences are taken apart.")
    segments: list[SegmentShown]
    asked: dict[str, Any] = Field(description="Questions beyond the model, as study.yaml asks them; null: not asked.")
    names: dict[str, NameShown] = Field(description="What these questions name besides the constructs of the model.")
    currency: str | None
    audience: list[str] = Field(description="For whom the summary is written again.")
    sample: Disclosure
    weights: WeightsShown
    profile: list[ProfileShown] = Field(description="Variables of the profile.")
    stacked: bool = Field(description="Several rows a respondent.")
    published: bool = Field(description="Known by its correlations alone, without answers.")
    files: int = Field(description="Files of answers.")
    breaks: list[BreakShown] = Field(description="Questions that are not the same in every file.")
    bases: Bases
    rules: list[RuleShown] = Field(description="Screening rules in use.")
    drop_flags: int | None = Field(description="So many flags, or more, leave a record out; null: no number of them.")
    draws: int
    seed: int
    confidence: float
    outcome_type: Literal["score", "binary", "ordered", "count"]
    level: Literal["scales", "items"]
    correlations: Literal["pearson", "polychoric", "shrunk"]
    inference: Literal["bootstrap", "bayesian", "jackknife"]
    interval: Literal["percentile", "bca"]
    sesoi: float | None = Field(description="Smallest difference of two shares that matters.")
    collinear: Literal["refuse", "show"]
    theme: ThemeShown


class DataShown(Part):
    name: str
    format: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    rows: Count
    columns: Count
    detected: list[str] = Field(description="Which of the above were detected, not declared.")


class Provenance(Part):
    definition_sha256: Sha256
    content_sha256: Sha256 = Field(description="Hash of the answers used, whatever their order.")
    data: list[DataShown]
    software: dict[str, str]


class SampleShown(Part):
    n: Count = Field(description="Respondents analysed.")
    rows: Count
    n_eff: float
    deff: float
    units: Count = Field(description="Sampling units: respondents, or the clusters they came in.")
    weighted: bool
    design: Literal["simple", "weighted", "clustered", "stratified", "published"]


class FlowStep(Part):
    stage: Literal["read", "complete", "screened", "answered"]
    remaining: Count = Field(description="Rows.")
    removed: dict[str, Count] = Field(description="Reason -> rows.")


class Estimate(Part):
    """One row of the tidy table; the meaning of metric and unit is in CONTRACT.md."""

    analysis: str
    metric: str
    outcome: str | None
    term: str | None
    group: str | None
    contrast: str | None
    estimate: float | None
    std_error: float | None
    conf_low: float | None
    conf_high: float | None
    conf_level: float | None
    p_value: Share | None
    p_adjusted: Share | None
    n: Count | None
    n_eff: float | None
    deff: float | None
    state: str
    reason: str | None


class Guard(Part):
    rule: str
    required: Any
    found: Any
    passed: bool


class ClaimShown(Part):
    id: str
    variant: str
    level: Annotated[int, Field(ge=0, le=3)] | None
    values: dict[str, Any]
    evidence: list[Count] = Field(description="Positions in estimates.")
    guards: list[Guard]
    text: Text
    title: Text | None
    action: Text | None


class CheckShown(Part):
    id: str
    verdict: Literal["passed", "note", "failed", "open"] = Field(description="open: these data cannot tell.")
    values: dict[str, Any]
    text: Text
    result: Text


class SpecificationShown(Part):
    """One defensible way of running the analysis, and what it gives."""

    choices: dict[str, str] = Field(description="Axis -> value.")
    n: Count
    r2: float
    first: str
    shares: dict[str, float] = Field(description="Driver -> share.")


class Results(Part):
    """results.json, from which every page and export is drawn."""

    schema_version: Literal["1"]
    study: StudyShown
    provenance: Provenance
    sample: SampleShown
    screening: list[FlowStep]
    estimates: list[Estimate]
    specifications: list[SpecificationShown]
    claims: list[ClaimShown]
    checks: list[CheckShown]
    assumptions: list[CheckShown] = Field(description="Thirteen assumptions, by name.")
