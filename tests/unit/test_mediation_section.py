"""The section of chains: figures, tables and sentences in a survey and an experiment, and where nothing can be told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline import analyse, load
from pipeline.report.html import page
from pipeline.report.results import build
from pipeline.report.sections import mediation
from pipeline.report.view import View
from tests.unit.test_mediation import CONSTRUCTS, NAMES, people

CHAINS = {
    "long": {"from": "x", "through": [["m"], ["k"]], "moderator": "heard", "label": {"en": "Long way", "zh": "长链"}},
    "wide": {"from": "x", "through": [["m", "k"]], "moderator": "city", "moderates": "last"},
}


def results(folder: Callable[..., Path], mediation_: dict[str, Any], design: str = "survey") -> dict[str, Any]:
    made = folder(
        people(260), NAMES, study={"title": "T", "design": design}, constructs=CONSTRUCTS, respondent={"id": "id"},
        model={"outcome": "y", "drivers": ["x"]}, mediation=mediation_,
        variables={"heard": {"type": "number", "range": [0, 50]}, "city": {}},
    )  # fmt: skip
    return build(analyse(load(made)))


@pytest.mark.parametrize("design", ["survey", "experiment"])
def test_a_chain_has_its_figure_its_sentences_and_its_tables(study_folder: Callable[..., Path], design: str) -> None:
    found = results(study_folder, CHAINS, design)
    view = View(found)
    for language in ("en", "zh"):
        told = mediation.context(view, view.words(language))
        long, wide = told["chains"]
        assert long["figure"]["title"] == {"en": "Long way", "zh": "长链"}[language]
        assert len(long["paragraphs"]) == 3
        assert len(long["sturdy"]) == 1
        assert [len(table["rows"]) for table in long["tables"]] == [
            6, 5 if design == "survey" else 2, 3 if design == "survey" else 2, 4,
        ]  # fmt: skip
        assert len(wide["tables"][-1]["rows"]) == 3
        assert 'id="mediation"' in page(found, language)


def test_only_an_experiment_speaks_of_an_effect(study_folder: Callable[..., Path]) -> None:
    said = {}
    for design in ("survey", "experiment"):
        view = View(results(study_folder, CHAINS, design))
        chains = mediation.context(view, view.words("en"))["chains"]
        said[design] = " ".join(text for chain in chains for text in (*chain["paragraphs"], *chain["sturdy"]))
    assert "has an effect of" in said["experiment"]
    assert "effect" not in said["survey"]
    assert "The order is assumed." in said["survey"]


def test_the_share_of_the_total_stands_in_no_sentence(study_folder: Callable[..., Path]) -> None:
    view = View(results(study_folder, CHAINS))
    share = view.value("mediation", "proportion_mediated", "long")
    told = mediation.context(view, view.words("en"))["chains"][0]
    assert share is not None
    assert not any(f"{share:.0%}" in text for text in (*told["paragraphs"], *told["sturdy"]))


def test_a_chain_that_cannot_be_followed_is_a_sentence(study_folder: Callable[..., Path]) -> None:
    rows = [[*row[:2], *(("", row[3]) if at % 2 else (row[2], "")), *row[4:]] for at, row in enumerate(people(260))]
    made = study_folder(
        rows, NAMES, constructs=CONSTRUCTS, respondent={"id": "id"}, model={"outcome": "y", "drivers": ["x"]},
        mediation={"trust": {"from": "x", "through": ["m", "k"]}},
    )  # fmt: skip
    view = View(build(analyse(load(made))))
    (told,) = mediation.context(view, view.words("en"))["chains"]
    assert told["figure"] is None
    assert told["tables"] == []
    assert told["paragraphs"] == ["The chain x → m → k → y cannot be followed: nobody answered everything it names."]
