"""What a study.yaml may hold: one frozen model a key, with the sentence an editor shows for it.

Only shape is judged here. What needs other keys (a driver that is no construct) is judged in contradictions,
what needs the data (a column that is missing) in ingest.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from pipeline.specs._about import Report as Report
from pipeline.specs._about import SampleInfo as SampleInfo
from pipeline.specs._about import StudyInfo as StudyInfo
from pipeline.specs._about import Theme as Theme
from pipeline.specs._data import Complete as Complete
from pipeline.specs._data import Correlations as Correlations
from pipeline.specs._data import DataFile as DataFile
from pipeline.specs._data import Format as Format
from pipeline.specs._data import Missing as Missing
from pipeline.specs._data import Privacy as Privacy
from pipeline.specs._data import Respondent as Respondent
from pipeline.specs._data import Stack as Stack
from pipeline.specs._data import by_reason as by_reason
from pipeline.specs._data import files as files
from pipeline.specs._further import Beyond as Beyond
from pipeline.specs._further import Chain as Chain
from pipeline.specs._further import Classes as Classes
from pipeline.specs._further import LockIn as LockIn
from pipeline.specs._further import Promotion as Promotion
from pipeline.specs._further import Value as Value
from pipeline.specs._model import Group as Group
from pipeline.specs._model import Model as Model
from pipeline.specs._model import Segments as Segments
from pipeline.specs._model import segments_of as segments_of
from pipeline.specs._parts import LANGUAGES as LANGUAGES
from pipeline.specs._parts import NAME as NAME
from pipeline.specs._parts import Label as Label
from pipeline.specs._parts import Spec as Spec
from pipeline.specs._quality import RULES as RULES
from pipeline.specs._quality import Cells as Cells
from pipeline.specs._quality import Drop as Drop
from pipeline.specs._quality import Quality as Quality
from pipeline.specs._quality import Weights as Weights
from pipeline.specs._questions import Construct as Construct
from pipeline.specs._questions import Scale as Scale
from pipeline.specs._questions import Variable as Variable


class Survey(Spec):
    """The survey, its model and its report: keys of study.yaml."""

    study: StudyInfo
    data: Annotated[tuple[DataFile, ...], BeforeValidator(files)] = Field(
        (), description="One file or several; a study without it has correlations."
    )
    correlations: Correlations | None = None
    constructs: dict[str, Construct] = Field(min_length=2)
    model: Model
    sample: SampleInfo = SampleInfo()
    respondent: Respondent = Respondent()
    missing: Annotated[Missing, BeforeValidator(by_reason)] = Missing()
    scales: dict[str, Scale] = Field({})
    variables: dict[str, Variable] = Field({})
    stack: Stack | None = None
    segments: Annotated[Segments, BeforeValidator(segments_of)] = Segments()
    weights: Weights = Weights()
    quality: Quality = Quality()
    report: Report = Report()
    privacy: Privacy = Privacy()


class Definition(Beyond, Survey):
    """A whole study.yaml: the survey, and what is asked beyond its model."""
