"""Every error a user can cause, as one tree; each branch has the exit code of CONTRACT.md.

WhybuyError              1   our bug, if nothing more exact is raised
├── UsageError           2   the command line is wrong
├── DefinitionError      3   study.yaml is wrong
├── DataError            4   the data cannot be read, or contradict the definition
├── AnalysisRefused      5   too few cases, singular drivers, no variance
└── ExportError          6   an output could not be written; the analysis was kept
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHOWN = 20
LONGEST = 200
CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
"""What begins a new line, rings, colours or turns around what a terminal shows; a name of a column may hold it."""


def printable(text: str) -> str:
    """The text in one line, without what a terminal would obey."""
    return CONTROL.sub(" ", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One sentence about one place: `where` is "file:line:column", or file, row and column name."""

    where: str
    message: str

    def __str__(self) -> str:
        return printable(f"{self.where}: {self.message}" if self.where else self.message)


class WhybuyError(Exception):
    """One or more problems, all found before anything was written."""

    exit_code = 1

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(Problem(where="", message=p) if isinstance(p, str) else p for p in problems)
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """Up to 20 problems, one a line, then how many more there are."""
        shown = [str(problem) for problem in self.problems[:SHOWN]]
        more = len(self.problems) - SHOWN
        return [*shown, f"… and {more} more problems."] if more > 0 else shown


class UsageError(WhybuyError):
    exit_code = 2


class DefinitionError(WhybuyError):
    exit_code = 3


class DataError(WhybuyError):
    exit_code = 4


class AnalysisRefused(WhybuyError):
    exit_code = 5


class ExportError(WhybuyError):
    exit_code = 6


def nearest(word: str, known: Iterable[str]) -> str:
    """' Did you mean 'x'?' with the closest known name (case aside), or an empty text."""
    by_lower = {name.lower(): name for name in known}
    match = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f" Did you mean '{by_lower[match[0]]}'?" if match else ""


def listing(names: Sequence[str], most: int = 12) -> str:
    """'a, b, c' in the given order, each of bounded length, cut after `most` names with the count of the rest."""
    rest = len(names) - most
    shown = [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in names[:most]]
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
