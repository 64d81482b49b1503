"""Data sets and numbers of other programs, read where they lie: ../shared/reference (see its INDEX.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest


def numbered(stem: str, count: int) -> list[str]:
    return [f"{stem}{at}" for at in range(1, count + 1)]


SCALES: Mapping[str, Mapping[str, list[str]]] = {
    "bergami_bagozzi": {
        "m_OrgPres": numbered("cei", 8),
        "m_OrgIden": numbered("ma", 6),
        "m_AffLove": ["orgcmt1", "orgcmt2", "orgcmt3", "orgcmt7"],
        "m_AffJoy": ["orgcmt5", "orgcmt8"],
    },
    "bfi": {f"s_{name}": numbered(name[0], 5) for name in ("Agree", "Consc", "Extra", "Neuro", "Open")},
    "corp_reputation": {
        f"m_{stem}": numbered(f"{stem.lower()}_", count)
        for stem, count in {
            "COMP": 3,
            "LIKE": 3,
            "CUSL": 3,
            "QUAL": 8,
            "PERF": 5,
            "CSOR": 5,
            "ATTR": 3,
            "SWITCH": 4,
        }.items()
    },
    "influencer_purchase": {
        f"m_{stem}": numbered(f"{stem.lower()}_", count)
        for stem, count in {"SIC": 7, "PQ": 4, "PL": 4, "PI": 5, "PIC": 5}.items()
    },
    "mobi_ecsi": {
        f"m_{stem}": numbered(stem, count)
        for stem, count in {"IMAG": 5, "CUEX": 3, "PERQ": 7, "PERV": 2, "CUSA": 3, "CUSL": 3}.items()
    },
    "plspm_satisfaction": {
        f"m_{stem}": numbered(stem.lower(), count)
        for stem, count in {"IMAG": 5, "EXPE": 5, "QUAL": 5, "VAL": 4, "SAT": 4, "LOY": 4}.items()
    },
    "utaut_trello": {
        f"m_{stem}": numbered("INT" if stem == "BI" else stem, count)
        for stem, count in {"PE": 4, "EE": 4, "SI": 3, "FC": 4, "HM": 3, "PV": 3, "HAB": 4, "BI": 3}.items()
    },
    "phone_providers": {
        "expectation": numbered("CUEX", 3),
        "trust": ["IMAG1"],
        "brand": ["IMAG2", "IMAG3", "IMAG4", "IMAG5"],
        "product": ["PERQ1", "PERQ2", "PERQ5", "PERQ6"],
        "service": ["PERQ3", "PERQ4", "PERQ7"],
        "price": ["PERV1", "PERV2"],
        "complaints": ["CUSCO"],
        "loyalty": ["CUSL1", "CUSL3"],
    },
}
"""Data set -> score -> its items; a score is the mean of its items, missing where one is missing."""


def _bfi(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{item: 7 - frame[item] for item in ("A1", "C4", "C5", "E1", "E2", "O2", "O5")})


def _influencer(frame: pd.DataFrame) -> pd.DataFrame:
    centred = {f"{name}_c": frame[f"m_{name.upper()}"] - frame[f"m_{name.upper()}"].mean() for name in ("pq", "pic")}
    return frame.assign(**centred, pq_x_pic=centred["pq_c"] * centred["pic_c"])


BEFORE: Mapping[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "bfi": _bfi,
    "corp_reputation": lambda frame: frame.replace(-99, np.nan),
    "ecolabeled_apples": lambda frame: frame.assign(
        ecobuy=(frame["ecolbs"] > 0).astype(int), lfaminc=np.log(frame["faminc"])
    ),
    "kakadu_wtp": lambda frame: frame.assign(yn=frame["answer"].map({"nn": 1, "ny": 2, "yy": 3})),
    "oj_brand_purchase": lambda frame: frame.assign(mm=(frame["Purchase"] == "MM").astype(int)),
    "phone_attitudes_2001": lambda frame: frame.assign(
        **{name: frame[name].replace(9, np.nan) for name in frame.columns if name.startswith("q23")}
    ),
}
"""What the reference scripts do to the file before scoring."""


@pytest.fixture(scope="session")
def references(shared: Path) -> Path:
    return shared / "reference"


@pytest.fixture(scope="session")
def expected(references: Path) -> Callable[[str], Any]:
    """`expected("swiss/computed/ols")`: a block of the numbers that R computed."""

    def block(path: str) -> Any:
        dataset, *keys = path.split("/")
        found = json.loads((references / dataset / "expected.json").read_text(encoding="utf-8"))
        for key in keys:
            found = found[key]
        return found

    return block


@pytest.fixture(scope="session")
def dataset(references: Path) -> Callable[[str], pd.DataFrame]:
    """`dataset("swiss")`: the file as the reference script has it before the model, scores added."""

    def load(name: str) -> pd.DataFrame:
        folder = "mobi_ecsi" if name == "phone_providers" else name
        frame = pd.read_csv(references / folder / "data.csv")
        frame = BEFORE.get(name, lambda same: same)(frame)
        scales = SCALES.get(name, {})
        frame = frame.assign(**{score: frame[items].mean(axis=1, skipna=False) for score, items in scales.items()})
        return _influencer(frame) if name == "influencer_purchase" else frame

    return load
