"""Simulation: a phone market whose truth is known, and the answers that a survey of it would get.

python -m pipeline.simulation surveys/phone_value
"""

from __future__ import annotations

from pipeline.simulation.answers import Sample as Sample
from pipeline.simulation.answers import population as population
from pipeline.simulation.answers import sample as sample
from pipeline.simulation.files import PEOPLE as PEOPLE
from pipeline.simulation.files import SEED as SEED
from pipeline.simulation.files import texts as texts
from pipeline.simulation.files import write as write
from pipeline.simulation.market import NULLS as NULLS
from pipeline.simulation.market import Market as Market
