"""What people would pay: price points, demand over a ladder, and the premium over a reference.

All of it is stated, not paid: every claim made of these rows says so.
"""

from __future__ import annotations

from pipeline.model import Row
from pipeline.model.case import Case
from pipeline.model.pricing.ladder import ladder_rows
from pipeline.model.pricing.premium import premium_rows
from pipeline.model.pricing.westendorp import westendorp_rows


def pricing_rows(case: Case) -> list[Row]:
    """Rows of the price questions that the study asks (key `pricing`); none without the key."""
    pricing = case.study.definition.pricing
    if pricing is None:
        return []
    rows = westendorp_rows(case, pricing.westendorp) if pricing.westendorp else []
    rows += ladder_rows(case, pricing.ladder) if pricing.ladder else []
    return rows + (premium_rows(case, pricing.premium) if pricing.premium else [])
