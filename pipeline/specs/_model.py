"""What a study says of its model and of what is compared."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pipeline.specs._parts import Code, Label, Names, Spec


def group_of(value: Any) -> Any:
    return {"drivers": value} if isinstance(value, (list, str)) else value


def segments_of(value: Any) -> Any:
    return {"compare": value} if isinstance(value, (list, str)) else value


class Group(Spec):
    """Drivers that also play as one."""

    drivers: Names = Field(min_length=1, description="Drivers of the group; each belongs to one group.")
    label: Label | None = None


class Model(Spec):
    outcome: str = Field(description="Construct to explain.")
    outcomes: Names = Field(
        (), description="Further outcomes, constructs or numbers, which the same drivers explain, to be compared."
    )
    drivers: tuple[str, ...] | None = Field(
        None, description="Constructs or variables that may explain it; every other construct when absent."
    )
    level: Literal["scales", "items"] = Field(
        "scales", description="items: every item is a driver, and its construct the group it belongs to."
    )
    controls: Names = Field((), description="Variables that are taken into account before any driver.")
    groups: dict[str, Annotated[Group, BeforeValidator(group_of)]] = Field(
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
    imputations: int = Field(
        0, ge=0, le=200, description="Completed data sets of a multiple imputation beside the person means; 0: none."
    )


class Segments(Spec):
    compare: Names = Field((), description="Variables whose levels are compared.")
    brand: str | None = Field(None, description="The variable that tells which brand a row rates.")
    waves: str | None = Field(None, description="The variable that tells the wave; 'wave' when data names waves.")
    reference: dict[str, Code] = Field(
        {}, description="Variable -> level the others are compared with; the first when absent."
    )
    explain: Names = Field((), description="Variables, besides brand and waves, whose differences are taken apart.")
