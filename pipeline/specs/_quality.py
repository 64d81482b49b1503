"""What a study says of weights, of careless answers and of small bases."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pipeline.specs._parts import Codes, Names, Spec, one_or_many, text_keys

Count = Annotated[float, Field(ge=0, le=1e12)]
Margin = Annotated[dict[str, Count], BeforeValidator(text_keys)]
"""Level -> share (all of them adding up to 1 or to 100) or number in the population."""
RULES = (
    "attention", "min_seconds", "min_speed", "longstring", "irv", "even_odd", "psychsyn", "psychant", "mahalanobis",
    "id", "ip", "answers",
)  # fmt: skip
"""Rules that may flag a row."""


def dropping(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"flags": value}
    return {"rules": value} if isinstance(value, (str, list)) else value


class Cells(Spec):
    """Post-stratification: the share of every combination of levels."""

    by: Names = Field(min_length=1, description="Variables whose levels make the cells.")
    shares: Margin = Field(
        description="'Female; 16-24' -> share or number in the population, levels in the order of 'by'."
    )


class Weights(Spec):
    """How much each row counts: given weights, adjusted or not to known figures of the population."""

    column: str | None = Field(None, description="Sampling weight of each row.")
    strata: str | None = Field(None, description="Column with the stratum.")
    cluster: str | None = Field(None, description="Column with the primary sampling unit.")
    fpc: str | None = Field(
        None,
        description="Column with the number of sampling units in the population of the row's stratum, or their sampled "
        "share (0 to 1).",
    )
    rake: dict[str, Margin] = Field(
        {}, description="Variable -> level -> share or number in the population; weights are raked until all fit."
    )
    linear: dict[str, Margin] = Field({}, description="The same, by linear calibration (GREG).")
    post_stratify: Cells | None = Field(None, description="Shares of the cells that several variables make together.")
    per: str | None = Field(
        None, min_length=1, description="Variable in each of whose levels the weights are made apart, as in 'wave'."
    )
    limits: tuple[float, float] | None = Field(
        None, description="Smallest and largest weight, relative to their mean; trimmed weights are adjusted again."
    )
    rerake: bool = Field(False, description="true: adjust the weights of every bootstrap replicate again.")

    @property
    def method(self) -> str | None:
        """rake, linear or post_stratify; None where weights are as given."""
        return next((key for key in ("rake", "linear", "post_stratify") if getattr(self, key)), None)


class Drop(Spec):
    """Which flagged rows are left out."""

    flags: int | None = Field(None, ge=1, description="So many flags, or more.")
    rules: Names = Field((), description="Any flag of these rules.")


DropWhen = Annotated[Drop, BeforeValidator(dropping)]


class Quality(Spec):
    minimum_base: int = Field(10, ge=10, description="Fewer respondents: the figure is hidden.")
    low_base: int = Field(30, ge=30, description="Fewer respondents: greyed, and no claim.")
    claim_base: int = Field(200, ge=100, description="A claim about a segment needs this many respondents.")
    attention: dict[str, Codes] = Field({}, description="Column of a check question -> its right answer or answers.")
    min_seconds: float | None = Field(None, gt=0, description="Shorter interviews are flagged.")
    min_speed: float | None = Field(
        None, gt=0, lt=1, description="Interviews shorter than this part of the median length are flagged."
    )
    longstring: int | None = Field(None, ge=2, description="Flagged: so many same answers in a row, or more.")
    irv: float | None = Field(None, ge=0, description="Flagged: a standard deviation over the items this low or lower.")
    even_odd: float | None = Field(None, ge=-1, le=1, description="Flagged: an even-odd consistency below this.")
    psychsyn: float | None = Field(None, ge=-1, le=1, description="Flagged: a correlation over synonyms below this.")
    psychant: float | None = Field(None, ge=-1, le=1, description="Flagged: a correlation over antonyms above this.")
    mahalanobis: float | None = Field(
        None, gt=0, le=0.5, description="Flagged: a squared distance with a chance below this, as 0.001."
    )
    synonyms: float = Field(
        0.6, gt=0, lt=1, description="Items correlated above this are synonyms (below minus it: antonyms)."
    )
    duplicates: Annotated[tuple[Literal["id", "ip", "answers"], ...], BeforeValidator(one_or_many)] = Field(
        (),
        description="Flagged: a row that repeats the respondent id, the IP address or all answers of an earlier one.",
    )
    drop_when: DropWhen | None = Field(
        None,
        description="Number of flags from which a row is left out, or the rules of which one flag is enough; "
        "nothing is left out for a flag when absent.",
    )
