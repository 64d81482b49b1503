"""What a study asks beyond its model. Names are constructs or numbers, unless said otherwise."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from pipeline.specs._model import Group, group_of
from pipeline.specs._parts import Code, Codes, Label, Names, Spec, one_or_many, text_keys


def stages(value: Any) -> Any:
    """A name, or a list of names and lists; always a list of lists afterwards."""
    value = one_or_many(value)
    return [one_or_many(stage) for stage in value] if isinstance(value, list) else value


class Value(Spec):
    """What is the product itself, and what is value beyond it; layers of value as players."""

    product: Names = Field((), description="Drivers that are the product itself; all others are value beyond it.")
    layers: dict[str, Annotated[Group, BeforeValidator(group_of)]] = Field(
        {},
        description="Layer -> its constructs, which may be others than the drivers; drivers in none play together.",
    )


class Chain(Spec):
    """A claimed way of an effect, from one thing through others to an outcome."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: str = Field(alias="from", description="Where the chain begins.")
    through: Annotated[tuple[tuple[str, ...], ...], BeforeValidator(stages)] = Field(
        min_length=1, description="What it goes through, in order; a list within the list stands side by side."
    )
    to: str | None = Field(None, description="Where it ends; the outcome of the model when absent.")
    controls: Names = Field((), description="Taken into account in every equation: constructs, or variables.")
    moderator: str | None = Field(None, description="What the effect may depend on.")
    moderates: Literal["first", "last"] = Field("first", description="The path that may depend on the moderator.")
    label: Label | None = None


class Paradox(Spec):
    """People who criticise the product and buy it all the same."""

    product: str = Field(description="Construct that is criticised.")
    complaint: str | None = Field(None, description="Number of complaints, or how much was complained of.")
    trust: str | None = Field(None, description="Construct that may take the edge off a complaint.")
    below: float | None = Field(
        None, description="A critic rates the product below this; the middle of its scale when absent."
    )


class Rivals(Spec):
    """Two levels of the brand variable whose outcome is compared."""

    brands: tuple[Code, Code] = Field(description="The brand in question, and the one it is compared with.")
    product: str | None = Field(None, description="Construct that is the product itself.")
    variable: str | None = Field(None, description="The variable that tells them apart; the brand when absent.")


class WestendorpIntent(Spec):
    """How likely a purchase is at two of the prices (Newton, Miller & Smith)."""

    cheap: str
    expensive: str
    chances: Annotated[dict[str, float], BeforeValidator(text_keys)] = Field(
        {}, description="Answer -> chance of a purchase; 1-5 as 0, .1, .3, .5, .7 when absent."
    )


class Westendorp(Spec):
    """Four prices of every respondent: numbers."""

    too_cheap: str
    cheap: str
    expensive: str
    too_expensive: str
    intent: WestendorpIntent | None = None
    convention: Literal["observed", "interpolated"] = Field(
        "observed", description="observed: points are prices that were named; interpolated: where the lines cross."
    )


class Ladder(Spec):
    """Gabor-Granger: would you buy at this price?"""

    prices: Annotated[dict[str, str], BeforeValidator(text_keys)] = Field(
        {}, description="Price -> variable with the answer."
    )
    buys: Codes = Field(("1",), description="Answers that mean yes.")
    highest: str | None = Field(None, description="In place of the answers: the highest price that was accepted.")
    steps: tuple[float, ...] = Field((), description="With 'highest': the prices that were shown.")
    cost: float | None = Field(None, ge=0, description="Cost of a unit, for a profit optimum.")


class Premium(Spec):
    """What each respondent would pay for the brand, and for the reference, at equal specification."""

    own: str
    reference: str
    label: Label | None = Field(None, description="Name of the reference.")
    equal_specification: bool = Field(True, description="Whether both were asked for at equal specification.")


class Pricing(Spec):
    westendorp: Westendorp | None = None
    ladder: Ladder | None = None
    premium: Premium | None = None
    groups: Names = Field((), description="Variables by whose levels prices are shown; those of segments when absent.")


class Promotion(Spec):
    outcome: str = Field(description="The outcome of the model, asked again for a price on promotion.")
    offer: Label | None = Field(None, description="The promotion as it was put to respondents.")
    groups: Names = Field((), description="Who depends on it: variables; those of segments when absent.")


class ClassName(Spec):
    """A name for the class, if there is one, in which these answers are most frequent of all classes."""

    label: Label
    typical: Annotated[dict[str, Code], BeforeValidator(text_keys)] = Field(
        min_length=1, description="Variable -> level that is more frequent in this class than in any other."
    )


class Classes(Spec):
    """Latent classes of respondents."""

    answers: Names = Field((), description="Categories, or options, whose answers tell the classes apart.")
    drivers: bool = Field(False, description="true: also a mixture of regressions, classes by what drives the outcome.")
    most: int = Field(6, ge=2, le=10, description="Most classes that are tried.")
    count: int | None = Field(
        None, ge=2, le=10, description="Number of classes; the one of the lowest BIC when absent."
    )
    starts: int = Field(50, ge=5, le=1000, description="Random starts of every number of classes.")
    names: tuple[ClassName, ...] = Field((), description="Names that a class may get once it is stable.")


class LockIn(Spec):
    """Whether those who own more stay, pay and buy more."""

    devices: str = Field(description="Number of devices owned.")
    outcomes: Names = Field((), description="What may rise with it, besides the outcome of the model.")
    controls: Names = Field((), description="Taken into account: constructs, or variables.")
    cost: str | None = Field(None, description="Construct of the cost of switching.")
    former: str | None = Field(None, description="Variable with the brand that was used before.")
    rival: Code | None = Field(None, description="Level of 'former' whose switchers are looked at.")


class ContextFigure(Spec):
    """A figure of a wave that respondents did not give: sales, market share, sales on promotion."""

    wave: Code
    name: str = Field(description="Figures of one name make one line.")
    value: float
    label: Label | None = None
    unit: Label | None = None
    source: str = Field(description="Where it is published.")


class Journey(Spec):
    """From one image to another, wave by wave."""

    image_from: str | None = Field(None, description="What the brand was: construct, or number.")
    image_to: str | None = Field(None, description="What it wants to be.")
    cohorts: Names = Field((), description="Variables, as age bands, whose levels are followed.")
    context: tuple[ContextFigure, ...] = ()


class WhatIf(Spec):
    """A simulator of outcomes when ratings move."""

    outcomes: Names = Field((), description="What moves besides the outcome of the model and its top two points.")
    step: float = Field(0.5, gt=0, le=2, description="Points by which the table moves each rating.")


def what_if_of(value: Any) -> Any:
    return {} if value is True else value


class Focus(Spec):
    """The rows that questions beyond the model look at."""

    variable: str
    level: Code

    @model_validator(mode="before")
    @classmethod
    def _of_map(cls, value: Any) -> Any:
        """{brand: aurora} means variable brand, level aurora."""
        if isinstance(value, dict) and len(value) == 1 and not {"variable", "level"} & value.keys():
            ((variable, level),) = value.items()
            return {"variable": variable, "level": level}
        return value


class Beyond(Spec):
    """What is asked beyond the model: keys that study.yaml and the analysis of a questionnaire.yaml share."""

    focus: Focus | None = Field(
        None, description="The rows that the questions below look at, as {brand: aurora}; all when absent."
    )
    value: Value | None = None
    stated_importance: dict[str, str] = Field(
        {}, description="Driver -> variable with the importance that respondents gave it: a number."
    )
    mediation: dict[str, Chain] = Field({}, description="Name -> a claimed way of an effect.")
    paradox: Paradox | None = None
    rivals: Rivals | None = None
    pricing: Pricing | None = None
    promotion: Promotion | None = None
    classes: Classes | None = None
    lock_in: LockIn | None = None
    journey: Journey | None = None
    what_if: Annotated[WhatIf | None, BeforeValidator(what_if_of)] = None
    comparable: str | None = Field(
        None, description="Variable in whose levels (language versions) the same questions must mean the same."
    )
