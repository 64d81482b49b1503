"""Levels that questions beyond the model name: nobody may be asked about what nobody is."""

from __future__ import annotations

import numpy as np

from pipeline.asked import levels_asked
from pipeline.errors import DataError, listing, nearest
from pipeline.responses import Responses
from pipeline.study import Study
from pipeline.suppression import levels_in


def refuse_unknown_levels(study: Study, responses: Responses) -> None:
    """Raises DataError for levels that a question names and nobody has."""
    problems = []
    everybody = np.arange(len(responses.respondent))
    for variable, level, keys in levels_asked(study):
        known = levels_in(responses, variable, everybody).names
        if level not in known:
            message = f"nobody is '{level}' in '{variable}'.{nearest(level, known)} Levels are: {listing(list(known))}."
            problems.append(study.problem(message, *keys))
    if problems:
        raise DataError(*dict.fromkeys(problems))
