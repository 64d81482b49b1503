"""What each chart draws: values as raw numbers, everything that is read as words already."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartTexts:
    """Accessible name and one sentence of description; the chart adds the values of its rows."""

    title: str
    description: str
    language: str = "en"

    def spoken(self, rows: list[tuple[str, str]]) -> str:
        """The description, then 'label: text' for every row."""
        colon, stop = ("：", "；") if self.language.startswith("zh") else (": ", "; ")
        return " ".join([self.description, stop.join(f"{label}{colon}{text}" for label, text in rows)]).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    value_text: str = ""
    range_text: str = ""
    rank_text: str = ""
    leading: bool = False
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Importance, already sorted; `divider_after` counts the bars above the dotted line."""

    bars: tuple[Bar, ...]
    divider_after: int | None = None
    rank_title: str = ""
    percent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    label: str
    x: float | None
    y: float | None
    x_low: float | None = None
    x_high: float | None = None
    y_low: float | None = None
    y_high: float | None = None
    text: str = ""
    emphasis: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadrants:
    """Performance (x) against importance (y) with the texts of the four corners."""

    points: tuple[Point, ...]
    x_line: float
    y_line: float
    fix: str
    keep: str
    low: str
    overkill: str
    x_title: str
    y_title: str
    x_percent: bool = False
    y_percent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    title: str
    rows: tuple[ForestRow, ...]
    subtitle: str = ""
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Coefficients by segment; every panel holds the same labels in the same order."""

    panels: tuple[Panel, ...]
    axis_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    label: str
    shares: tuple[float | None, ...]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diverging:
    """Shares of answers on one scale; `neutral` is the place of its middle point, None if there is none."""

    rows: tuple[Answers, ...]
    points: tuple[str, ...]
    neutral: int | None
    low_title: str
    high_title: str
    neutral_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    n_text: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    label: str
    n_text: str
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Stages from first to last; the losses of a box lie between it and the next."""

    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodCell:
    """A share by one method; `first`: the largest by this method, `top`: not to be told from the largest."""

    value: float | None
    text: str = ""
    first: bool = False
    top: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodRow:
    """A driver by every method; `text` sums the row up."""

    label: str
    cells: tuple[MethodCell, ...]
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """Drivers (rows) by methods (columns); `text_title` heads the sums of the rows."""

    methods: tuple[str, ...]
    rows: tuple[MethodRow, ...]
    text_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One specification: shares of the two drivers; `choices` are places among the rows of choices."""

    value: float
    other: float | None = None
    first: bool = True
    headline: bool = False
    choices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A row of the grid below the curve; `heading` names the kind of choice where a new one begins."""

    label: str
    text: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Specifications in any order; the two drivers with their texts, and the choices below."""

    specs: tuple[Spec, ...]
    choices: tuple[Choice, ...]
    series: tuple[Choice, ...]
    headline: str
    axis_title: str
    text_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DumbbellRow:
    label: str
    before: float | None
    before_low: float | None = None
    before_high: float | None = None
    after: float | None = None
    after_low: float | None = None
    after_high: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dumbbell:
    """Shares before and after, each on its interval."""

    rows: tuple[DumbbellRow, ...]
    before_title: str
    after_title: str
    percent: bool = True
    from_zero: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A total that begins at zero, or a part that begins where the step before it ended."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    text: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    steps: tuple[Step, ...]
    percent: bool = True
