"""The rules of all questions beyond the model, in the order of the report."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.report.claims import Claim, Ledger

RULES: tuple[Callable[[Ledger], list[Claim]], ...] = ()
