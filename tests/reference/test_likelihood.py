"""Logit, ordered logit, counts, polychoric correlations: R (glm, polr, clm, brant, domir, psych) and statsmodels."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model.likelihood import Count, Logit, Model, Ordered, fit, fit_subsets, mcfadden, parallel, parallel_lines
from pipeline.model.polychoric import of_tables, thresholds
from pipeline.weight import Design

pytestmark = pytest.mark.reference

Expected = Callable[[str], Any]
Dataset = Callable[[str], pd.DataFrame]

LOGITS = {
    "kakadu_wtp/computed/logit_yy": lambda frame: frame["answer"] == "yy",
    "kakadu_wtp/computed/logit_yy_demo": lambda frame: frame["answer"] == "yy",
    "influencer_purchase/computed/logit_top2box_pi_1": lambda frame: frame["pi_1"] >= 6,
    "utaut_trello/computed/logit_top2box_INT1": lambda frame: frame["INT1"] >= 6,
    "oj_brand_purchase/computed/logit": lambda frame: frame["mm"],
    "ecolabeled_apples/computed/logit": lambda frame: frame["ecobuy"],
    "bank_drivers_weighted/computed/logit_overall_ge4": lambda frame: frame["Overall"] >= 4,
}
ORDERED = {
    "kakadu_wtp/computed/polr": "yn",
    "corp_reputation/computed/polr_cusa": "cusa",
    "bank_drivers_weighted/computed/polr": "Overall",
    "bank_drivers_weighted/computed/polr_weighted": "Overall",
    "influencer_purchase/computed/polr_pi_1": "pi_1",
    "utaut_trello/computed/polr_INT1": "INT1",
    "phone_attitudes_2001/computed/polr_switch_q23x": "q23x",
    "ucla_ologit_hypothetical/computed/polr": "apply",
    "bfi/computed/polr_education": "education",
}
UCLA = {"unlikely": 0, "somewhat likely": 1, "very likely": 2}


def simple(rows: int) -> Design:
    each = np.arange(rows)
    return Design(
        weight=np.ones(rows), unit=each, keys=each.astype(np.uint64), stratum=None, stratum_keys=None, kind="simple"
    )


def values(block: dict[str, float]) -> np.ndarray:
    return np.array(list(block.values()), float)


def errors(model: Model) -> np.ndarray:
    found = fit(model)
    assert not isinstance(found, str)
    return np.sqrt(np.diag(found.cov))


def binary(path: str, expected: Expected, dataset: Dataset) -> tuple[dict[str, Any], Logit]:
    block, frame = expected(path), dataset(path.split("/")[0])
    names = list(block["coef"])[1:]
    frame = frame.assign(reached=LOGITS[path](frame).astype(int))
    if path.startswith("bank"):
        frame["reached"] = frame["reached"].where(frame["Overall"].notna())
    frame = frame[[*names, "reached"]].dropna()
    assert len(frame) == block["n"]
    return block, Logit(frame[names].to_numpy(float), frame["reached"].to_numpy(), np.ones(len(frame)))


def steps(path: str, expected: Expected, dataset: Dataset) -> tuple[dict[str, Any], np.ndarray, np.ndarray, np.ndarray]:
    """The block of R, and x, whole y from 0, weights."""
    block, frame = expected(path), dataset(path.split("/")[0])
    if path.startswith("ucla"):
        frame["apply"] = frame["apply"].map(UCLA)
    names, outcome = list(block["coef"]), ORDERED[path]
    weighted = path.endswith("weighted")
    frame = frame[[*names, outcome, *(["weight"] if weighted else [])]].dropna()
    assert len(frame) == block["n"]
    y = np.unique(frame[outcome], return_inverse=True)[1]
    weight = frame["weight"].to_numpy(float) if weighted else np.ones(len(frame))
    return block, frame[names].to_numpy(float), y, weight


@pytest.mark.parametrize("path", LOGITS)
def test_logit_equals_glm(path: str, expected: Expected, dataset: Dataset) -> None:
    block, model = binary(path, expected, dataset)
    found = fit(model)
    assert not isinstance(found, str)
    np.testing.assert_allclose(found.b, values(block["coef"]), rtol=1e-6, atol=1e-9)
    # glm's errors are those of its last iteration but one.
    np.testing.assert_allclose(errors(model), values(block["se"]), rtol=2e-4)
    assert found.log_likelihood == pytest.approx(block["logLik"], rel=1e-10)
    assert found.log_likelihood_null == pytest.approx(block["logLik_null"], rel=1e-10)
    assert 1 - found.log_likelihood / found.log_likelihood_null == pytest.approx(block["pseudo_r2"]["mcfadden"])


@pytest.mark.parametrize("path", [path for path in LOGITS if "demo" not in path])
def test_logit_shares_equal_dominanceanalysis(path: str, expected: Expected, dataset: Dataset) -> None:
    block, model = binary(path, expected, dataset)
    params = fit_subsets(model, len(block["coef"]) - 1)
    assert not isinstance(params, str)
    theirs = values(block["dominance_mcfadden"]["average_contribution"]["r2.m"])
    np.testing.assert_allclose(mcfadden(model, params).raw, theirs, atol=1e-11)


@pytest.mark.parametrize("path", ORDERED)
def test_ordered_logit_equals_clm_and_polr(path: str, expected: Expected, dataset: Dataset) -> None:
    block, x, y, weight = steps(path, expected, dataset)
    model = Ordered(x, y, weight)
    found, clm = fit(model), block["clm_check"]
    assert not isinstance(found, str)
    np.testing.assert_allclose(found.b, [*clm["alpha"].values(), *clm["coef"].values()], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(found.b, [*block["zeta"].values(), *block["coef"].values()], rtol=1e-2, atol=1e-3)
    np.testing.assert_allclose(errors(model), values(clm["se"]), rtol=1e-5)
    assert found.log_likelihood == pytest.approx(clm["logLik"], abs=1e-7)
    assert 1 - found.log_likelihood / found.log_likelihood_null == pytest.approx(block["mcfadden"], abs=1e-7)


@pytest.mark.parametrize(
    "path", [path for path in ORDERED if path.split("/")[0] in {"kakadu_wtp", "corp_reputation", "influencer_purchase"}]
)
def test_ordered_shares_equal_domir(path: str, expected: Expected, dataset: Dataset) -> None:
    block, x, y, weight = steps(path, expected, dataset)
    model = Ordered(x, y, weight)
    params = fit_subsets(model, x.shape[1])
    assert not isinstance(params, str)
    np.testing.assert_allclose(
        mcfadden(model, params).raw, values(block["dominance_mcfadden_domir"]["general"]), atol=1e-6
    )


def test_ordered_logit_of_a_frequency_table(expected: Expected, dataset: Dataset) -> None:
    block = expected("copenhagen_housing/computed/polr")
    x, y, counts = housing(dataset)
    found = fit(Ordered(x, y, counts))
    assert not isinstance(found, str)
    np.testing.assert_allclose(found.b[2:], values(block["coef"]), atol=1e-4)
    assert found.log_likelihood == pytest.approx(block["logLik"], abs=1e-6)


def test_ordered_logit_of_the_wine_tasting(expected: Expected, dataset: Dataset) -> None:
    block, frame = expected("ordinal_wine/computed/clm_logit"), dataset("ordinal_wine")
    x = np.column_stack([frame["temp"] == "warm", frame["contact"] == "yes"]).astype(float)
    model = Ordered(x, frame["rating"].to_numpy(int) - 1, np.ones(len(frame)))
    found = fit(model)
    assert not isinstance(found, str)
    np.testing.assert_allclose(found.b, [*block["alpha"].values(), *block["beta"].values()], rtol=1e-6)
    np.testing.assert_allclose(errors(model), values(block["se"]), rtol=1e-5)
    assert found.log_likelihood == pytest.approx(block["logLik"], abs=1e-8)


def housing(dataset: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    frame = dataset("copenhagen_housing")
    dummies = [("Infl", "Medium"), ("Infl", "High"), ("Type", "Apartment"), ("Type", "Atrium"), ("Type", "Terrace")]
    x = np.column_stack([frame[name] == level for name, level in [*dummies, ("Cont", "High")]]).astype(float)
    return x, frame["Sat"].map({"Low": 0, "Medium": 1, "High": 2}).to_numpy(), frame["Freq"].to_numpy(float)


def _as_brant_mirrors(covariance: np.ndarray, k: int) -> np.ndarray:
    """R's brant 0.3 puts each block above the diagonal below it as it is, not transposed."""
    mirrored, cuts = covariance.copy(), len(covariance) // k
    for at, other in combinations(range(cuts), 2):
        block = covariance[at * k : at * k + k, other * k : other * k + k]
        mirrored[other * k : other * k + k, at * k : at * k + k] = block
    return mirrored


@pytest.mark.parametrize("mirrored", [True, False])
@pytest.mark.parametrize(
    "path",
    ["kakadu_wtp/computed/polr", "utaut_trello/computed/polr_INT1", "phone_attitudes_2001/computed/polr_switch_q23x"],
)
def test_parallel_lines_equal_brant(
    path: str, mirrored: bool, expected: Expected, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its slip, a block that is not transposed, as near as glm's covariances allow; within a tenth without."""
    block, x, y, _ = steps(path, expected, dataset)
    if mirrored:
        ours = parallel.covariance_of
        monkeypatch.setattr(parallel, "covariance_of", lambda *each: _as_brant_mirrors(ours(*each), x.shape[1] + 1))
    found = parallel_lines(x, y, simple(len(y)), people=0)
    assert not isinstance(found, str)
    theirs = block["brant"]["Omnibus"]
    assert found.df == theirs["df"]
    assert found.chi2 == pytest.approx(theirs["X2"], rel=2e-4 if mirrored else 0.1)


def test_parallel_lines_of_the_housing_survey(expected: Expected, dataset: Dataset) -> None:
    x, y, counts = housing(dataset)
    rows = np.repeat(np.arange(len(y)), counts.astype(int))
    found = parallel_lines(x[rows], y[rows], simple(len(rows)))
    assert not isinstance(found, str)
    assert found.chi2 == pytest.approx(expected("copenhagen_housing/computed/brant/Omnibus/X2"), rel=1e-3)
    assert found.p == pytest.approx(expected("copenhagen_housing/computed/brant/Omnibus/probability"), abs=1e-3)


def test_polychoric_equals_psych(expected: Expected, dataset: Dataset) -> None:
    """The script of R reads one label of three as missing: two categories, pairwise rows, margins of each column."""
    theirs = pd.DataFrame(expected("bsa_environment/computed/polychoric"))
    frame = dataset("bsa_environment")
    frame = frame.apply(lambda column: column.map({"slightly concerned": 0, "very concerned": 1}))
    for one, other in combinations(frame, 2):
        table = pd.crosstab(frame[one], frame[other]).to_numpy(float)[None]
        h, k = (thresholds(frame[name].value_counts().sort_index().to_numpy(float)[None]) for name in (one, other))
        assert of_tables(table, h, k, np.array([0.5]))[0] == pytest.approx(theirs.loc[one, other], abs=5e-5)


@pytest.fixture(scope="module")
def made() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(300, 3) drivers, a latent outcome, uneven weights."""
    random = np.random.default_rng(11)
    x = random.normal(size=(300, 3)) + random.normal(size=(300, 1))
    return x, x @ [0.8, 0.4, 0.0] + random.logistic(size=300), random.uniform(0.2, 3, 300)


def subset_values(model: Model, drivers: int) -> np.ndarray:
    params = fit_subsets(model, drivers)
    assert not isinstance(params, str)
    return mcfadden(model, params).values[1:]


def chosen(x: np.ndarray) -> list[np.ndarray]:
    return [x[:, [at for at in range(x.shape[1]) if number >> at & 1]] for number in range(1, 1 << x.shape[1])]


@pytest.mark.parametrize("kind", ["logit", "count"])
def test_weighted_subsets_equal_statsmodels_glm(kind: str, made: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    import statsmodels.api as sm

    x, latent, weight = made
    y = (latent > 0.5).astype(int) if kind == "logit" else np.maximum(np.round(latent), 0)
    family = sm.families.Binomial() if kind == "logit" else sm.families.Poisson()
    ours = (Logit if kind == "logit" else Count)(x, y, weight)
    theirs = [sm.GLM(y, sm.add_constant(each), family=family, freq_weights=weight).fit(tol=1e-12) for each in chosen(x)]
    np.testing.assert_allclose(
        subset_values(ours, 3), [1 - each.llf / each.llnull for each in theirs], rtol=1e-9, atol=1e-12
    )
    found = fit(ours)
    assert not isinstance(found, str)
    np.testing.assert_allclose(found.b, theirs[-1].params, rtol=1e-7)
    np.testing.assert_allclose(errors(ours), theirs[-1].bse, rtol=1e-6)


def test_ordered_subsets_equal_statsmodels(made: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    x, latent, _ = made
    y = np.searchsorted([-1.0, 0.5, 2.0], latent)
    theirs = [OrderedModel(y, each, distr="logit").fit(method="bfgs", disp=False) for each in chosen(x)]
    found = subset_values(Ordered(x, y, np.ones(len(y))), 3)
    np.testing.assert_allclose(found, [1 - each.llf / each.llnull for each in theirs], atol=1e-7)
