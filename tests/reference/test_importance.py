"""The metrics that are not in every package: relaimpo's others, dominance by size and pair, commonality, groups."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model.importance import METHODS, SHAPED
from pipeline.model.players import Structure, arranged, values
from pipeline.moments import Moments

pytestmark = pytest.mark.reference

Expected = Callable[[str], Any]
Dataset = Callable[[str], pd.DataFrame]

RELAIMPO = {
    "lmg": "lmg",
    "first": "first",
    "last": "last",
    "betasq": "betasq",
    "pratt": "pratt",
    "relative_weights": "genizi",
    "car": "car",
}
BLOCKS = (
    "attitude/computed/importance",
    "bank_drivers_weighted/computed/importance_cc",
    "bank_drivers_weighted/computed/importance_model_cols",
    "bergami_bagozzi/computed/importance",
    "bfi/computed/importance_age",
    "corp_reputation/computed/importance",
    "corp_reputation/computed/importance_comp_like_cusa",
    "ecolabeled_apples/computed/importance",
    "hayes_glbwarm/computed/importance",
    "influencer_purchase/computed/importance",
    "kakadu_wtp/computed/importance",
    "mobi_ecsi/computed/importance",
    "mobi_ecsi/computed/importance_drivers_only",
    "mtcars/computed/importance_am_cyl_carb",
    "oj_brand_purchase/computed/importance_lpm",
    "phone_attitudes_2001/computed/importance_bill",
    "phone_providers/importance",
    "plspm_satisfaction/computed/importance",
    "swiss/computed/importance",
    "utaut_trello/computed/importance",
)


def loaded(path: str, dataset: Dataset, expected: Expected) -> tuple[np.ndarray, Any, list[str]]:
    """Correlations with the outcome last, the block and the names of the drivers."""
    block = expected(path)
    outcome, right = block["formula"].split(" ~ ")
    names = right.split(" + ")
    frame = dataset(path.split("/")[0])
    frame = frame.dropna() if path.endswith("_cc") else frame
    complete = frame[[*names, outcome]].dropna().astype(float)
    assert len(complete) == block["n"]
    return Moments.of(complete.to_numpy(), (*names, outcome)).correlations, block, names


def table_of(block: Any, names: list[str]) -> np.ndarray:
    return np.array([[block[one][other] for other in names] for one in names], float)


@pytest.mark.parametrize("path", BLOCKS)
def test_seven_metrics_equal_relaimpo(path: str, dataset: Dataset, expected: Expected) -> None:
    """relaimpo 2.2.7, raw and as shares of their sum."""
    found, block, names = loaded(path, dataset, expected)
    for ours, theirs in RELAIMPO.items():
        raw = METHODS[ours](found[:-1, :-1], found[:-1, -1])
        for mine, key in ((raw, "relaimpo_raw_shares_of_variance"), (raw / raw.sum(), "relaimpo_normalised")):
            wanted = [block[key][theirs][name] for name in names]
            np.testing.assert_allclose(mine, wanted, rtol=1e-8, atol=1e-11, err_msg=f"{path} {ours}")


@pytest.mark.parametrize("path", BLOCKS)
def test_dominance_equals_domir_and_dominanceanalysis(path: str, dataset: Dataset, expected: Expected) -> None:
    """domir 1.2.0 (by size, and complete: 1, 0 or neither); dominanceanalysis 2.1.0 (complete: 1, 0 or one half)."""
    found, block, names = loaded(path, dataset, expected)
    by_size, won = (
        SHAPED[name][0](found[:-1, :-1], found[:-1, -1]) for name in ("conditional_dominance", "complete_dominance")
    )
    theirs = block["dominance_domir"]
    sizes = [[theirs["conditional"][name][f"IVs_{at + 1}"] for at in range(len(names))] for name in names]
    np.testing.assert_allclose(by_size, sizes, rtol=1e-8, atol=1e-11)
    undecided = {None: 0.5}
    wanted = [[theirs["complete"][f"Dmnates_{one}"][f"Dmnated_{other}"] for other in names] for one in names]
    certain = np.where(won == 1, 1, np.where(won == 0, 0, 0.5))
    np.fill_diagonal(certain, 0.5)
    np.testing.assert_array_equal(certain, [[undecided.get(each, each) for each in line] for line in wanted])
    other = block["dominance_dominanceanalysis"]
    if "complete" in other:
        np.testing.assert_array_equal(certain, table_of(other["complete"], names))


@pytest.mark.parametrize("path", BLOCKS)
def test_commonality_adds_up_those_of_yhat(path: str, dataset: Dataset, expected: Expected) -> None:
    """yhat 2.0.4 prints four decimals of every coefficient, so sums of many carry their rounding."""
    found, block, names = loaded(path, dataset, expected)
    theirs = block.get("commonality_yhat", {}).get("CC")
    if not theirs:
        pytest.skip("yhat was not run on this many drivers")
    every = {members(label): entry["Coefficient"] for label, entry in theirs.items() if label.strip() != "Total"}
    half = set(names[: len(names) // 2])
    blocks = [[at for at, name in enumerate(names) if (name in half) == inside] for inside in (True, False)]
    unique, within, across = SHAPED["commonality"][0](found[:-1, :-1], found[:-1, -1], blocks)
    for at, name in enumerate(names):
        mine = half if name in half else set(names) - half
        shared = {inside: value for inside, value in every.items() if name in inside and len(inside) > 1}
        assert unique[at] == pytest.approx(every[frozenset({name})], abs=6e-5)
        for value, kept in ((within, True), (across, False)):
            parts = [part for inside, part in shared.items() if (inside <= mine) == kept]
            assert value[at] == pytest.approx(sum(parts), abs=5e-5 * (len(parts) + 1))


def members(label: str) -> frozenset[str]:
    text = label.replace("Unique to", "").replace("Common to", "").replace(", and ", ",").replace(" and ", ",")
    return frozenset(part.strip() for part in text.split(",") if part.strip())


@pytest.mark.parametrize("name", ["azen_budescu_2003", "gpa_ses_iq_nach", "iopsych_relwt_example", "dls2007"])
def test_published_tables_by_every_metric(name: str, references: Any, expected: Expected) -> None:
    block = expected(f"importance_matrices/computed/{name}")
    table = pd.read_csv(references / "importance_matrices" / block["file"], index_col=0)
    table.columns = table.index = pd.Index([block["y"], *block["x"]])
    names = block["x"]
    drivers, outcome = table.loc[names, names].to_numpy(float), table.loc[names, block["y"]].to_numpy(float)
    for ours, theirs in RELAIMPO.items():
        if theirs in block["relaimpo"]:
            wanted = [block["relaimpo"][theirs][driver] for driver in names]
            np.testing.assert_allclose(METHODS[ours](drivers, outcome), wanted, rtol=1e-8, atol=1e-11)
    by_size = SHAPED["conditional_dominance"][0](drivers, outcome)
    levels = [
        [block["dominanceanalysis"]["by_level"][str(at + 1)][driver] for at in range(len(names))] for driver in names
    ]
    np.testing.assert_allclose(by_size, levels, rtol=1e-8)


def test_complete_dominance_of_azen_and_budescu_as_printed() -> None:
    """Azen & Budescu (2003): X1 completely dominates the three others; nobody else dominates anybody."""
    drivers = np.array([[1, 0.8, 0.1, 0.3], [0.8, 1, 0.1, 0.1], [0.1, 0.1, 1, 0.5], [0.3, 0.1, 0.5, 1]])
    won = SHAPED["complete_dominance"][0](drivers, np.array([0.6, 0.3, 0.4, 0.5]))
    assert (won[0, 1:] == 1).all()
    assert all(0 < won[one, other] < 1 for one, other in combinations(range(1, 4), 2))


def test_a_group_as_one_player_equals_relaimpo(dataset: Dataset, expected: Expected) -> None:
    """relaimpo::calc.relimp(groups = list(c("Education", "Examination")))."""
    block = expected("swiss/computed/lmg_groups")
    names = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"]
    columns = dataset("swiss")[[*names, "Fertility"]].to_numpy(float)
    players = {"EduExam": (1, 2), "Agriculture": (0,), "Catholic": (3,), "Infant.Mortality": (4,)}
    structure = Structure(players=tuple(players), columns=tuple(players.values()))
    matrices = arranged(np.corrcoef(columns, rowvar=False), structure)
    for metric in ("lmg", "first", "last"):
        wanted = [block[metric][name] for name in players]
        np.testing.assert_allclose(values(matrices, structure, metric)[0], wanted, rtol=1e-8)


@pytest.mark.parametrize(
    ("path", "metrics"),
    [
        ("bank_drivers_weighted/computed/weighted_lmg_cc", ("lmg", "first", "last", "relative_weights", "car")),
        ("phone_providers/importance_weighted", tuple(RELAIMPO)),
    ],
)
def test_weighted_metrics_equal_relaimpo(
    path: str, metrics: tuple[str, ...], dataset: Dataset, expected: Expected
) -> None:
    """relaimpo::calc.relimp(weights =)."""
    block, folder = expected(path), path.split("/")[0]
    names = list(block["lmg"])
    frame = dataset(folder)
    if folder == "phone_providers":
        outcome, weight = "loyalty", np.array(expected("phone_providers/weights"), float)
    else:
        frame = frame.dropna()
        outcome, weight = "Overall", frame[next(name for name in frame if "eight" in name)].to_numpy(float)
    columns = frame[[*names, outcome]].to_numpy(float)
    kept = np.isfinite(columns).all(1)
    weight = weight if len(weight) == kept.sum() else weight[kept]
    found = Moments.of(columns[kept], (*names, outcome), weight).correlations
    for metric in metrics:
        wanted = [block[RELAIMPO[metric]][name] for name in names]
        np.testing.assert_allclose(METHODS[metric](found[:-1, :-1], found[:-1, -1]), wanted, rtol=1e-8, atol=1e-11)
