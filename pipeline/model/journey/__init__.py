"""Journey: how shares, image and cohorts have moved over the waves, and the same people from wave to wave.

Waves stand in the order of the study: that of its files, or of the codes of its wave variable; one step each. All
figures are those of the rows in focus. Replicates and design-based errors take a respondent whole, so that people who
answered in several waves count once among the units. Figures of the context are never tested against answers.
"""

from __future__ import annotations

from pipeline.estimates import row
from pipeline.model import Row
from pipeline.model.case import Case
from pipeline.model.focused import focused
from pipeline.model.journey._waves import Waves
from pipeline.model.journey.images import cohort_rows, image_rows
from pipeline.model.journey.people import panel_rows
from pipeline.model.journey.shares import share_rows


def journey_rows(case: Case) -> list[Row]:
    """Rows of 'journey'; empty where the study does not ask for it. With one wave alone nothing has moved yet."""
    name = case.study.wave_variable
    if case.study.definition.journey is None or name is None:
        return []
    waves = Waves.of(case, name)
    if len(waves.levels) < 2:
        return [row("journey", "share_change", outcome=case.setting.outcome, state="not_defined", reason="one_wave")]
    people = focused(case)
    return [
        *share_rows(case, people, waves),
        *image_rows(case, waves),
        *cohort_rows(case, waves),
        *panel_rows(case, people, waves),
    ]
