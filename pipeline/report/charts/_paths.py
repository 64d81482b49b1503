"""What the chart of paths draws: values as raw numbers, everything that is read as words already."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PathBox:
    """A variable in its stage: 0 for the beginning, the last for the end; those of one stage stand side by side."""

    label: str
    stage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PathArrow:
    """An arrow between two boxes, by their places; `label` names it for those who hear it.

    Drawn as thick as its value is large, dashed where the interval holds zero. `claimed`: part of the chain.
    """

    source: int
    target: int
    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    text: str = ""
    value_text: str = ""
    range_text: str = ""
    claimed: bool = True

    @property
    def sure(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    boxes: tuple[PathBox, ...]
    arrows: tuple[PathArrow, ...]
