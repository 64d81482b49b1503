"""What a study says of itself: title, disclosure, how the report looks."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from pipeline.specs._parts import Label, Spec, one_or_many


class StudyInfo(Spec):
    title: Label = Field(description="Name of the study, as the report prints it.")
    client: Label | None = Field(None, description="For whom the study was made.")
    currency: str | None = Field(None, description="Currency of the prices, as the report prints it: CNY, € …")
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


class Theme(Spec):
    firm: Label | None = Field(None, description="Name printed at the top and the foot of every page.")
    logo: str | None = Field(None, description="SVG or PNG inside the study folder.")
    accent: str = Field("#0b6e69", pattern=r"^#[0-9a-fA-F]{6}$", description="Main colour, as #rrggbb.")


Audience = Literal["brand_owner", "seller", "factory", "service_firm", "platform", "researcher"]
"""For whom the summary may be written again."""
AUDIENCES: tuple[str, ...] = get_args(Audience)


class Report(Spec):
    languages: Annotated[tuple[Literal["en", "zh"], ...], BeforeValidator(one_or_many)] = Field(
        ("en", "zh"), min_length=1
    )
    theme: Theme = Theme()
    audience: Annotated[tuple[Audience, ...], BeforeValidator(one_or_many)] = Field(
        (), description="For whom the summary is written again, from the same claims."
    )
