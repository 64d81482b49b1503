"""The section on prices over answers of every kind: a page in both languages, and never a crash or silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline import analyse, load
from pipeline.report.html import page
from pipeline.report.results import build
from tests.unit.test_pricing import EVERYTHING, KEYS, LADDER, put, survey

Maker = Callable[..., Path]
PUT: dict[str, Callable[[list[str]], Any] | None] = {
    "as they are": None,
    "out of order": put(tc="9000", **{f"g{price}": "0" for price in LADDER}, own="", ref=""),
    "all alike": put(tc="1", c="2", e="3", te="4", **{f"g{price}": "1" for price in LADDER}, own="10", ref="10"),
    "no answers": put(tc="", pi_c="", **{f"g{price}": "" for price in LADDER}, own="5", ref="0"),
}
SAID = {
    "as they are": "Acceptable prices run from CNY",
    "out of order": "nobody’s four prices rise from too cheap to too expensive",
    "all alike": "the price curves do not cross",
    "no answers": "too few respondents named four prices in order",
}


def results(study_folder: Maker, kind: str, n: int = 60, **keys: Any) -> dict[str, Any]:
    header, rows = survey()
    cells = [list(row) for row in rows[:n]]
    for row in cells if PUT[kind] else ():
        PUT[kind](row)  # type: ignore[misc]
    model = KEYS["model"] | {"draws": 200}
    study = {"title": {"en": "Prices", "zh": "价格"}, "currency": "CNY"}
    label = {"en": "another brand", "zh": "另一品牌"}
    pricing = EVERYTHING | {"premium": {"own": "own", "reference": "ref", "label": label}}
    folder = study_folder(cells, header, **(KEYS | {"model": model, "study": study, "pricing": pricing} | keys))
    found: dict[str, Any] = json.loads(json.dumps(build(analyse(load(folder)))))
    return found


@pytest.mark.parametrize("kind", PUT)
def test_every_kind_of_answers_has_its_page(study_folder: Maker, kind: str) -> None:
    found = results(study_folder, kind)
    english, chinese = (page(found, language) for language in ("en", "zh"))
    said = " ".join(
        text for claim in found["claims"] for text in (claim["text"]["en"], (claim.get("title") or {}).get("en") or "")
    )
    assert SAID[kind] in said or (kind == "as they are" and "acceptable prices" in said)
    assert 'id="pricing"' in english
    assert 'id="pricing"' in chinese
    assert "口头价格不等于销售" in chinese
    for claim in found["claims"]:
        if claim["id"] in ("price_range", "price_points", "demand", "premium"):
            text = claim["text"]["en"]
            told = ("not sales", "no sales", "not paid")
            assert any(words in text for words in told) or claim["variant"] in ("untold",), text


def test_a_sample_that_cannot_carry_the_prices_says_so(study_folder: Maker) -> None:
    """A stratum that is left with one respondent: the rest of the report stands."""
    header, rows = survey()
    at = header.index("tc")
    cells = [[*row, "a" if number > 1 else "b"] for number, row in enumerate(rows[:60])]
    cells[0][at] = ""
    keys = {
        "weights": {"column": "w", "strata": "stratum"},
        "pricing": EVERYTHING,
        "model": KEYS["model"] | {"draws": 200},
    }
    found = build(analyse(load(study_folder(cells, [*header, "stratum"], **(KEYS | keys)))))
    assert "could not be analysed" in page(json.loads(json.dumps(found)), "en")
