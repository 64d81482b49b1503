"""Profile: proportions, means and promoters with their bases, by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit, stdtrit

from pipeline import analyse, load

Maker = Callable[..., Path]
HEADER = ("id", "t1", "i1", "city", "age", "rate", "tv", "net", "w")
CITIES = ("north", "south", "west", "")


def people(n: int = 200) -> list[list[str]]:
    random = np.random.default_rng(3)
    rows = []
    for at in range(n):
        common = random.normal()
        marks = np.clip(np.rint(4 + common + random.normal(size=2)), 1, 7).astype(int).astype(str)
        asked = at % 4 > 0
        ticks = [str(int(random.random() < share)) if asked else "-" for share in (0.7, 0.3)]
        city = str(random.choice(CITIES, p=(0.4, 0.3, 0.2, 0.1)))
        rate = str(random.choice(11, p=np.arange(1, 12) / 66))
        weight = str(np.round(random.uniform(0.5, 2), 2))
        rows.append([f"r{at}", *marks, city, str(random.integers(18, 80)), rate, *ticks, weight])
    return rows


def profile(maker: Maker, table: list[list[str]], **keys: Any) -> pd.DataFrame:
    variables = {
        "city": {}, "years": {"column": "age", "type": "number"},
        "media": {"type": "multiple", "columns": ["tv", "net"]},
        "recommends": {"from": "rate", "recode": "nps"},
    }  # fmt: skip
    folder = maker(
        table, HEADER, variables=variables, missing={"not_asked": ["-"]},
        scales={"agree": {"points": 7}, "eleven": {"points": 11, "start": 0}},
        constructs={
            "trust": {"items": ["t1"], "scale": "agree"}, "rate": {"items": ["rate"], "scale": "eleven"},
            "intent": {"items": ["i1"], "scale": "agree"},
        },
        model={"outcome": "intent", "drivers": ["trust"], "draws": 200}, **keys,
    )  # fmt: skip
    rows = analyse(load(folder)).estimates
    return rows[rows["analysis"] == "profile"]


def the(rows: pd.DataFrame, metric: str, term: str, level: str | None = None) -> pd.Series:
    found = rows[(rows["metric"] == metric) & (rows["term"] == term)]
    found = found[found["contrast"].isna()] if level is None else found[found["contrast"] == f"level:{level}"]
    assert len(found) == 1
    return found.iloc[0]


def test_proportions_of_those_who_answered(study_folder: Maker) -> None:
    """A simple sample: se = sqrt(p (1 - p) / (n - 1)) among n who answered, as a part of all 200 (R `svyby`)."""
    table = people()
    rows = profile(study_folder, table)
    cities = [row[3] for row in table if row[3]]
    n = len(cities)
    for city in CITIES[:3]:
        found, p = the(rows, "proportion", "city", city), cities.count(city) / n
        se = np.sqrt(p * (1 - p) / n * 200 / 199)
        reach = stdtrit(199, 0.975) * se / (p * (1 - p))
        assert found["n"] == n
        wanted = [p, se, expit(logit(p) - reach), expit(logit(p) + reach)]
        got = found[["estimate", "std_error", "conf_low", "conf_high"]].astype(float)
        np.testing.assert_allclose(got, wanted, rtol=1e-9)


def test_options_stand_on_those_who_were_asked(study_folder: Maker) -> None:
    table = people()
    rows = profile(study_folder, table)
    for at, option in ((6, "tv"), (7, "net")):
        asked = [row[at] for row in table if row[at] != "-"]
        found = the(rows, "proportion", "media", option)
        assert (found["n"], found["estimate"]) == (150, pytest.approx(asked.count("1") / 150))


def test_numbers_and_promoters_under_weights(study_folder: Maker) -> None:
    table = people()
    rows = profile(study_folder, table, weights={"column": "w"})
    weight = np.array([float(row[8]) for row in table])
    ages, rates = (np.array([float(row[at]) for row in table]) for at in (4, 5))
    sides = np.where(rates >= 9, 1.0, np.where(rates >= 7, 0.0, -1.0))
    for metric, term, values in (("mean", "years", ages), ("nps", "recommends", sides)):
        found = the(rows, metric, term)
        middle = np.average(values, weights=weight)
        score = weight * (values - middle) / weight.sum()
        error = np.sqrt(((score - score.mean()) ** 2).sum() * 200 / 199)
        got = found[["estimate", "std_error"]].astype(float)
        np.testing.assert_allclose(got, [middle, error], rtol=1e-9)
        assert found["n_eff"] == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
    parts = [the(rows, "proportion", "recommends", name)["estimate"] for name in ("detractor", "promoter")]
    assert parts[1] - parts[0] == pytest.approx(the(rows, "nps", "recommends")["estimate"])


def test_promoters_of_a_small_group_are_hidden(study_folder: Maker) -> None:
    """Three detractors: their share, that of the next smallest group, and the score, which would tell it."""
    table = people()
    for at, row in enumerate(table):
        row[5] = "3" if at < 3 else "9" if at < 120 else "7"
    rows = profile(study_folder, table)
    assert the(rows, "nps", "recommends")["state"] == "suppressed"
    states = {
        name: the(rows, "proportion", "recommends", name)["state"] for name in ("detractor", "passive", "promoter")
    }
    assert states == {"detractor": "suppressed", "passive": "suppressed", "promoter": "ok"}


def test_everybody_of_one_level_has_no_interval(study_folder: Maker) -> None:
    table = people()
    for row in table:
        row[3] = "north"
    found = the(profile(study_folder, table), "proportion", "city", "north")
    assert (found["estimate"], found["conf_low"], found["state"]) == (1.0, None, "ok")


def test_a_question_for_few_and_a_variable_of_many_levels(study_folder: Maker) -> None:
    table = people()
    for at, row in enumerate(table):
        row[6:8] = ["1", "0"] if at < 6 else ["-", "-"]
        row[3] = f"street {at % 50}"
    rows = profile(study_folder, table)
    media = rows[rows["term"] == "media"]
    assert set(media["state"]) == {"suppressed"}
    assert media["n"].isna().all()
    assert (the(rows, "proportion", "city")["state"], the(rows, "proportion", "city")["reason"]) == (
        "not_defined",
        "many_levels",
    )


def test_options_of_a_ranking_have_their_mean_place(study_folder: Maker) -> None:
    table = [[*row, str(at % 2 + 1), str(2 - at % 2) if at % 5 else ""] for at, row in enumerate(people())]
    keys: dict[str, Any] = {
        "variables": {"order": {"type": "ranking", "columns": {"first": "Price", "second": "Trust"}}},
        "missing": {"not_asked": ["-"]},
        "scales": {"agree": {"points": 7}},
        "constructs": {name: {"items": [item]} for name, item in (("trust", "t1"), ("intent", "i1"))},
        "model": {"outcome": "intent", "draws": 200},
    }
    rows = analyse(load(study_folder(table, (*HEADER, "first", "second"), **keys))).estimates
    found = rows[rows["metric"] == "mean_rank"].set_index("contrast")
    second = [float(row[-1]) for row in table if row[-1]]
    assert found.loc["level:first", "estimate"] == pytest.approx(1.5)
    assert found.loc["level:second", "estimate"] == pytest.approx(np.mean(second))
    assert found.loc["level:second", "n"] == len(second)
