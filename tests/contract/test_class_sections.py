"""The section on latent classes, over surveys with classes, without any, and with too few people."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import load
from pipeline.analysis import analyse
from pipeline.report.html import page
from pipeline.report.results import build
from pipeline.report.view import View

ANSWERS, LEVELS = ("motive", "waits", "next", "compared"), ("never", "often", "always")
SHAPES = {"classes": (320, 0.85), "chance": (200, 1 / 3), "few": (40, 0.9)}


@cache
def results(shape: str) -> dict[str, Any]:
    n, clear = SHAPES[shape]
    random = np.random.default_rng(11)
    of = random.choice(2, n, p=[0.6, 0.4])
    table: dict[str, Any] = {}
    for name in ANSWERS:
        at = np.where(random.random(n) < (clear - (1 - clear) / 2), of, random.integers(3, size=n))
        table[name] = np.array(LEVELS)[at]
    x = random.normal(size=(n, 2))
    y = np.where(of == 0, 0.9 * x[:, 0] + 0.8, 0.9 * x[:, 1]) + 0.4 * random.normal(size=n)
    for name, column in {"trust": x[:, 0], "price": x[:, 1], "intent": y}.items():
        table[f"{name}1"] = np.clip(np.rint(4 + column), 1, 7).astype(int)
    definition = {
        "study": {"title": {"en": "Kinds", "zh": "类型"}, "simulated": True},
        "data": "answers.csv",
        "scales": {"seven": {"points": 7}},
        "constructs": {name: {"items": [f"{name}1"], "scale": "seven"} for name in ("trust", "price", "intent")},
        "variables": {name: {"column": name, "type": "category"} for name in ANSWERS},
        "model": {"outcome": "intent", "draws": 200},
        "classes": {
            "answers": list(ANSWERS), "drivers": True, "most": 2, "starts": 6,
            "names": [{"label": {"en": "upgraders", "zh": "升级者"}, "typical": {"motive": "never"}}],
        },
    }  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "study.yaml").write_text(json.dumps(definition), encoding="utf-8")
        pd.DataFrame(table).to_csv(path / "answers.csv", index=False)
        return build(analyse(load(path)))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_section_is_drawn(shape: str, language: str) -> None:
    text = page(results(shape), language)
    assert 'id="classes"' in text
    claim = View(results(shape)).claim("classes")
    assert claim is not None
    assert claim["variant"] == {"classes": "found", "chance": "one", "few": "small"}[shape]
    drawn = 'id="figure-class-sizes"' in text
    assert drawn == (shape == "classes")


def test_a_named_class_bears_its_name_in_both_languages() -> None:
    claim = View(results("classes")).claim("classes")
    assert claim is not None
    assert "“upgraders”" in claim["text"]["en"]
    assert "升级者" in claim["text"]["zh"]
