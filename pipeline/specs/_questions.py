"""What a study says of its questions: scales, constructs, variables."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from pipeline.specs._parts import Codes, Label, Names, Spec, one_or_many, text_keys, text_of


def listed(value: Any) -> Any:
    """A name, a list of names or a map name -> wording; always a map afterwards."""
    value = one_or_many(value)
    if not isinstance(value, list):
        return value
    if any(isinstance(item, (list, dict)) for item in value):
        raise ValueError("an entry is no name of a column; write a list of names, or a map column: wording")
    repeated = {str(item) for item in value if value.count(item) > 1}
    if repeated:
        raise ValueError(f"item '{min(repeated)}' is listed twice")
    return dict.fromkeys(map(text_of, value))


class Scale(Spec):
    points: int = Field(ge=2, le=101, description="Number of points; the values are start, start + 1 and so on.")
    start: int = Field(1, description="Value of the lowest point: 1 in most surveys, 0 in a 0-10 scale.")
    labels: list[str] | dict[str, list[str]] | None = Field(None, description="Wording of every point, lowest first.")
    ends: list[str] | dict[str, list[str]] | None = Field(None, description="Wording of the lowest and highest point.")
    codes: Annotated[dict[str, int], BeforeValidator(text_keys)] = Field({}, description="Text in the data -> value.")
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
    items: Annotated[dict[str, Label | None], BeforeValidator(listed)] = Field(
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
    """A question that is no scale item: a group to compare, a number, several ticks, a ranking, a date."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    column: str | None = Field(None, description="Column in the data; the key itself when absent.")
    columns: Annotated[dict[str, Label | None], BeforeValidator(listed)] = Field(
        {},
        description="Columns of a question that has several: one an option (multiple, ranking), or one a mention; "
        "a list, or a map column -> label of the option.",
    )
    type: Literal["category", "number", "multiple", "ranking", "date"] | None = Field(
        None, description="category unless range or cut is given."
    )
    label: Label | None = None
    codes: Annotated[dict[str, Label], BeforeValidator(text_keys)] = Field(
        {}, description="Code in the data -> label, in the order the report shows."
    )
    ticked: Codes = Field(
        (),
        description="In one column an option: the cells that mean ticked; what the file says, else 1, when absent. "
        "With 'from': the options of a multiple question of which one is needed, which makes yes and no.",
    )
    separator: str | None = Field(
        None, min_length=1, description="What stands between the options that share one cell: ', ' or '┋' or '→'."
    )
    other: Label | None = Field(
        None, description="Level for every answer that is no declared code ('other, please specify')."
    )
    from_: str | None = Field(
        None,
        alias="from",
        description="What it is made of: a number variable, an item, a construct, a multiple question.",
    )
    cut: tuple[float, ...] = Field(
        (), description="Limits of the bands: [16, 25, 35] gives 16 to under 25 and 25 to under 35."
    )
    recode: Literal["nps", "top_box", "top2_box", "bottom_box", "bottom2_box"] | None = Field(
        None, description="Groups made of an item or a construct: promoters, or those who reach the ends of the scale."
    )
    labels: tuple[Label, ...] = Field((), description="Names of the bands, or of the groups that recode makes.")
    range: tuple[float, float] | None = Field(None, description="Lowest and highest possible number.")
