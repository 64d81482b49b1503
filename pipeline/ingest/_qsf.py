"""QSF: the questionnaire that Qualtrics exports beside the data. It alone knows labels, their order and the kinds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.ingest._headings import clean
from pipeline.ingest._table import canonical, fail
from pipeline.responses import Kind

SELECTORS: dict[tuple[str, str], Kind] = {
    ("MC", "SAVR"): "single",
    ("MC", "SAHR"): "single",
    ("MC", "SACOL"): "single",
    ("MC", "DL"): "single",
    ("MC", "SB"): "single",
    ("MC", "NPS"): "scale",
    ("MC", "MAVR"): "multiple",
    ("MC", "MAHR"): "multiple",
    ("MC", "MACOL"): "multiple",
    ("MC", "MSB"): "multiple",
    ("Matrix", "TE"): "text",
    ("Matrix", "CS"): "number",
    ("Matrix", "RO"): "ranking",
}
TYPES: dict[str, Kind] = {
    "Matrix": "grid",
    "TE": "text",
    "Slider": "number",
    "CS": "number",
    "RO": "ranking",
    "DD": "single",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question. rows: of a grid, or what is rated, by id; options: what can be chosen, by id, in order.

    codes: id of an option -> what stands for it in the data.
    """

    tag: str
    wording: str
    kind: Kind | None
    rows: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)

    @property
    def labels(self) -> dict[str, str]:
        """Code -> label, in the order of the questionnaire."""
        return {self.codes[option]: label for option, label in self.options.items()}


def questions(raw: bytes, name: str) -> dict[str, Asked]:
    """Questions by their id; the columns of a side-by-side question as 'QID4#1', 'QID4#2'.

    Raises DataError for a file that is no questionnaire of Qualtrics.
    """
    try:
        elements = json.loads(raw.decode("utf-8-sig"))["SurveyElements"]
        asked = [element["Payload"] for element in elements if element["Element"] == "SQ"]
        found: dict[str, Asked] = {}
        for payload in asked:
            found[str(payload["QuestionID"])] = whole = _asked(payload)
            for number, part in _entries(payload.get("AdditionalQuestions")).items():
                inner = _asked(part)
                wording = f"{whole.wording} - {inner.wording}"
                found[str(part["QuestionID"])] = replace(inner, tag=f"{whole.tag}#{number}", wording=wording)
        return found
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise fail(
            name, "is no questionnaire of Qualtrics; in the survey, choose Tools, Import/Export, Export survey."
        ) from None


def _asked(payload: Mapping[str, Any]) -> Asked:
    kind = _kind(payload)
    choices = _displayed(payload.get("Choices"), payload.get("ChoiceOrder"))
    answers = _displayed(payload.get("Answers"), payload.get("AnswerOrder"))
    options = answers or ({} if kind in ("number", "ranking", "text") else choices)
    recoded = _entries(payload.get("RecodeValues"))
    codes = {option: canonical(recoded.get(option, option)) or option for option in options}
    return Asked(
        tag=str(payload.get("DataExportTag", "")),
        wording=clean(str(payload.get("QuestionText", ""))),
        kind=kind,
        rows=choices if options is not choices else {},
        options=options,
        codes=codes,
    )


def _kind(payload: Mapping[str, Any]) -> Kind | None:
    kind, selector = str(payload.get("QuestionType")), str(payload.get("Selector"))
    if kind == "Matrix" and payload.get("SubSelector") == "MultipleAnswer":
        return "multiple"
    settings = _entries(_entries(payload.get("Validation")).get("Settings"))
    if kind == "TE" and settings.get("ContentType") == "ValidNumber":
        return "number"
    return SELECTORS.get((kind, selector), TYPES.get(kind))


def _displayed(choices: Any, order: Any) -> dict[str, str]:
    """Id -> text, in the order of the questionnaire; ids that the order leaves out follow."""
    texts = {key: clean(str(entry.get("Display", ""))) for key, entry in _entries(choices).items()}
    first = [str(key) for key in order] if isinstance(order, list) else []
    return {key: texts[key] for key in dict.fromkeys([*first, *texts]) if key in texts}


def _entries(value: Any) -> dict[str, Any]:
    """An object of the file; Qualtrics writes an empty one, or one with the ids 0, 1, 2, as a list."""
    if isinstance(value, Mapping):
        return {str(key): entry for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {str(position): entry for position, entry in enumerate(value)}
    return {}
