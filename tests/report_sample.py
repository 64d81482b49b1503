"""Results of a simulated study, made by the pipeline itself; its figures mean nothing and its pages say so."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

DRIVERS = {
    "trust": ("trust", "信任", 0.34, 0.5),
    "quality": ("product quality", "产品质量", 0.31, 0.8),
    "ecosystem": ("ecosystem", "生态协同", 0.30, -0.3),
    "service": ("service", "售后服务", 0.16, -0.1),
    "brand": ("brand image", "品牌形象", 0.06, 1.0),
    "price": ("price fairness", "价格公道", 0.10, -0.5),
    "design": ("design", "外观设计", 0.05, 0.6),
}
LEVELS = {
    "owner": ({"en": "Owners", "zh": "现有用户"}, 0.46),
    "considerer": ({"en": "Considerers", "zh": "考虑中用户"}, 0.43),
    "lapsed": ({"en": "Lapsed users", "zh": "流失用户"}, 0.11),
}


def study(points: int) -> dict[str, Any]:
    """Definition of the simulated study; odd numbers of points have a midpoint."""
    constructs = {
        name: {
            "label": {"en": en, "zh": zh},
            "items": {
                f"{name}_{i}": {"en": f"Statement {i} about {en}", "zh": f"关于{zh}的陈述 {i}"} for i in (1, 2, 3)
            },
        }
        for name, (en, zh, _, _) in DRIVERS.items()
    }
    constructs["price"]["items"].pop("price_3")
    constructs["design"]["items"] = {"design_1": {"en": "It looks good", "zh": "外观好看"}}
    constructs["intent"] = {
        "label": {"en": "purchase intent", "zh": "购买意愿"},
        "items": {
            "intent_1": {"en": "I would buy it", "zh": "我会购买"},
            "intent_2": {"en": "I would choose it", "zh": "我会选择它"},
        },
    }
    return {
        "study": {
            "title": {"en": "Smart-home hub study", "zh": "智能家居中枢研究"},
            "client": {"en": "Meridian Home", "zh": "子午家居"},
            "wave": {"en": "Wave 1", "zh": "第一期"},
            "fieldwork": ["2026-03-02", "2026-03-15"],
            "simulated": True,
        },
        "sample": {
            "type": "panel",
            "population": {"en": "Adults 18–59 in two cities", "zh": "两座城市 18–59 岁成年人"},
        },
        "data": "answers.csv",
        "respondent": {"id": "id"},
        "scales": {"agree": {"points": points, "ends": {"en": ["disagree", "agree"], "zh": ["不同意", "同意"]}}},
        "constructs": constructs,
        "variables": {
            "status": {
                "label": {"en": "Relation to the category", "zh": "与品类的关系"},
                "codes": {value: label for value, (label, _) in LEVELS.items()},
            }
        },
        "segments": {"compare": ["status"], "explain": ["status"]},
        "model": {"outcome": "intent", "drivers": list(DRIVERS), "draws": 500, "seed": 17},
        "report": {"theme": {"firm": {"en": "Northlight Research", "zh": "北光研究"}}},
    }


def answers(points: int, n: int) -> list[list[str]]:
    """Rows of answers, the header first; some left blank, some respondents twice."""
    random = np.random.default_rng(17)
    common = random.standard_normal(n)
    scores = {name: 0.6 * common + 0.8 * random.standard_normal(n) for name in DRIVERS}
    shares = [share for _, share in LEVELS.values()]
    status = random.choice(list(LEVELS), size=n, p=shares)
    drivers = sum(weight * scores[name] for name, (_, _, weight, _) in DRIVERS.items())
    scores["intent"] = drivers + 0.2 * (status == "considerer") * scores["price"] + 0.9 * random.standard_normal(n)
    columns: dict[str, list[str]] = {"id": [f"r{i:05d}" for i in range(n)]}
    for name, construct in study(points)["constructs"].items():
        rated = DRIVERS[name][3] if name in DRIVERS else 0.2
        for item in construct["items"]:
            raw = (scores[name] + rated + 0.6 * random.standard_normal(n)) * points / 5.5 + (points + 1) / 2
            cells = np.clip(np.rint(raw), 1, points).astype(int).astype(str).astype(object)
            cells[random.random(n) < 0.015] = ""
            columns[item] = list(cells)
    columns["status"] = [str(level) for level in status]
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    return [list(columns), *rows, *rows[:9]]


@cache
def _results(points: int, n: int) -> str:
    from pipeline.analysis import analyse
    from pipeline.report.results import build
    from pipeline.study import load

    with TemporaryDirectory() as place:
        folder = Path(place) / "hub-wave1"
        folder.mkdir()
        (folder / "study.yaml").write_text(json.dumps(study(points), ensure_ascii=False), encoding="utf-8")
        with (folder / "answers.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(answers(points, n))
        return json.dumps(build(analyse(load(folder))))


def results(points: int = 7, n: int = 1204) -> dict[str, Any]:
    """A results.json of the simulated study, fresh every time so that a test may change it."""
    found: dict[str, Any] = json.loads(_results(points, n))
    return found
