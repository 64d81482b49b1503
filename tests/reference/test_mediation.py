"""Chains against lavaan, PROCESS algebra, R mediation, pingouin and statsmodels: coefficients and intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model.mediation import Paths, Plan, by, moderation, paths, products, sensitivity
from pipeline.model.resample import Panel, interval, resample
from pipeline.moments import Moments
from pipeline.weight import Design

pytestmark = pytest.mark.reference

Array = np.ndarray
BLOCKS = (
    "hayes_pmi/computed/simple", "hayes_pmi/computed/parallel", "hayes_glbwarm/computed/mediation",
    "hayes_protest/computed/simple_binary", "pingouin_mediation/computed/mediation",
    "influencer_purchase/computed/mediation_SIC_PL_PI", "influencer_purchase/computed/mediation_parallel",
    "mobi_ecsi/computed/mediation_IMAG_CUSA_CUSL", "mobi_ecsi/computed/mediation_parallel_PERV_PERQ",
    "corp_reputation/computed/mediation_LIKE_cusa_CUSL", "corp_reputation/computed/mediation_two_mediators",
    "bergami_bagozzi/computed/mediation", "utaut_trello/computed/mediation_HM_HAB_BI",
    "plspm_satisfaction/computed/mediation",
)  # fmt: skip


def listed(value: Any) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def plan_of(block: dict[str, Any]) -> Plan:
    stages = (listed(block["m"]),)
    return Plan(begin=block["x"], stages=stages, end=block["y"], controls=listed(block["covariates"]))


def frame_of(dataset: Callable[[str], pd.DataFrame], path: str, block: dict[str, Any]) -> pd.DataFrame:
    frame = dataset(path.split("/")[0])
    if "prot1" in (block["x"], block["y"]):
        frame = frame.assign(prot1=(frame["protest"] > 0).astype(int))
    return frame[[block["x"], *listed(block["m"]), block["y"], *listed(block["covariates"])]].dropna()


def design(n: int, weight: Array | None = None, unit: Array | None = None) -> Design:
    unit = np.arange(n) if unit is None else unit
    keys = np.arange(unit.max() + 1, dtype=np.uint64) * np.uint64(2**40)
    return Design(
        weight=np.ones(n) if weight is None else weight, unit=unit, keys=keys, stratum=None, stratum_keys=None,
        kind="simple",
    )  # fmt: skip


def bootstrapped(frame: pd.DataFrame, plan: Plan, draws: int = 5000, given: Design | None = None) -> Paths:
    panel = Panel(names=tuple(frame.columns), columns=frame.to_numpy(float), rows=np.arange(len(frame)))
    return paths(resample(given or design(len(frame)), {"chain": panel}, seed=1, draws=draws)["chain"].draws, plan)


@pytest.mark.parametrize("path", BLOCKS)
def test_coefficients_are_those_of_r(path: str, expected: Any, dataset: Any) -> None:
    block = expected(path)
    plan, frame = plan_of(block), frame_of(dataset, path, block)
    found = paths(Moments.of(frame.to_numpy(float), tuple(frame.columns)), plan)
    assert len(frame) == block["n"]
    for target, model in {**block["ols_mediator_models"], plan.end: block["ols_outcome_model"]}.items():
        for source in plan.sources(target):
            assert found.link((source, target)) == pytest.approx(model["coef"][source], abs=1e-9)
        assert found.r2[plan.targets.index(target)] == pytest.approx(model["r2"], abs=1e-9)
    assert found.total == pytest.approx(block["ols_total_effect_model"]["coef"][plan.begin], abs=1e-9)


@pytest.mark.parametrize("path", BLOCKS)
def test_indirect_effects_and_their_errors_are_those_of_lavaan(path: str, expected: Any, dataset: Any) -> None:
    block = expected(path)
    plan, frame = plan_of(block), frame_of(dataset, path, block)
    point = paths(Moments.of(frame.to_numpy(float), tuple(frame.columns)), plan)
    draws = bootstrapped(frame, plan)
    values = {f"ind{at + 1}": (point.indirect[at], draws.indirect[:, at]) for at in range(len(plan.mediators))}
    values |= {"cp": (point.direct, draws.direct), "total": (point.total, draws.total)}
    values |= {"ind_total": (point.total_indirect, draws.total_indirect)} if len(plan.mediators) > 1 else {}
    assert block["bootstrap"]["R"] >= 1000
    for name, (value, drawn) in values.items():
        theirs = block["lavaan"][name]
        assert value == pytest.approx(theirs["est"], abs=1e-6)  # lavaan iterates to about 1e-7
        low, high = interval(drawn[:, None], 0.95)
        # Their limits are quantiles of 1,000 or 2,000 draws: a standard error of about .08 of the effect's own.
        assert [low[0], high[0]] == pytest.approx(theirs["ci95_perc"], abs=0.3 * drawn.std())
        if theirs["se_boot"] is not None:  # a replicate of theirs did not converge
            assert drawn.std(ddof=1) == pytest.approx(theirs["se_boot"], rel=0.1)


def test_limits_differ_from_those_of_r_by_a_twentieth_of_the_error_on_average(expected: Any, dataset: Any) -> None:
    """All 14 chains together: noise of their draws averages out, a bias would not."""
    gaps = []
    for path in BLOCKS:
        block = expected(path)
        plan, frame = plan_of(block), frame_of(dataset, path, block)
        draws = bootstrapped(frame, plan).indirect
        low, high = interval(draws, 0.95)
        for at in range(len(plan.mediators)):
            theirs = block["lavaan"][f"ind{at + 1}"]
            gaps += [(np.array([low[at], high[at]]) - theirs["ci95_perc"]) / draws[:, at].std()]
    assert np.abs(np.mean(gaps, axis=0)).max() < 0.05
    assert np.abs(gaps).mean() < 0.1


def test_serial_chain_is_that_of_process_model_6(expected: Any, dataset: Any) -> None:
    block, frame = expected("hayes_pmi/computed/serial_import_pmi"), dataset("hayes_pmi")
    plan = Plan(begin="cond", stages=(("import",), ("pmi",)), end="reaction")
    names = ("cond", "import", "pmi", "reaction")
    found = paths(Moments.of(frame[list(names)].to_numpy(float), names), plan)
    ours = dict(zip(plan.routes, found.indirect, strict=True))
    assert ours["cond", "import", "reaction"] == pytest.approx(block["ind_import"], abs=1e-12)
    assert ours["cond", "pmi", "reaction"] == pytest.approx(block["ind_pmi"], abs=1e-12)
    assert ours["cond", "import", "pmi", "reaction"] == pytest.approx(block["ind_serial"], abs=1e-12)
    assert found.chain() == pytest.approx(block["ind_serial"], abs=1e-12)
    assert found.direct + found.total_indirect == pytest.approx(found.total, abs=1e-12)


def test_proportion_and_effects_are_those_of_r_mediation(expected: Any, dataset: Any) -> None:
    block, frame = expected("hayes_pmi/computed/mediation_pkg"), dataset("hayes_pmi")
    frame = frame[["cond", "pmi", "reaction"]]
    plan = Plan(begin="cond", stages=(("pmi",),), end="reaction")
    found = paths(Moments.of(frame.to_numpy(float), tuple(frame.columns)), plan)
    assert found.total_indirect == pytest.approx(block["acme"], abs=1e-6)
    assert found.direct == pytest.approx(block["ade"], abs=1e-6)
    assert found.total_indirect / found.total == pytest.approx(block["prop_mediated"], abs=1e-6)
    draws = bootstrapped(frame, plan).total_indirect
    low, high = interval(draws[:, None], 0.95)
    assert [low[0], high[0]] == pytest.approx(block["acme_ci"], abs=0.1 * draws.std())


def test_interactions_are_those_of_r(expected: Any, dataset: Any) -> None:
    """The moderated first arrow of the protest data (Hayes): lm respappr ~ prot1 * sexism, from centred products."""
    block, frame = expected("hayes_protest/computed/psychtools_vignette/respappr"), dataset("hayes_protest")
    names = ("prot1", "respappr", "liking", "sexism")
    columns = frame.assign(prot1=(frame["protest"] > 0).astype(float))[list(names)].to_numpy(float)
    product = products(columns[:, :1], columns[:, 3], np.ones(len(columns)))
    moments = Moments.of(np.hstack([columns, product]), (*names, by("prot1", "sexism")))
    plan, centre = Plan(begin="prot1", stages=(("respappr",),), end="liking"), float(columns[:, 3].mean())
    found = moderation(moments, plan, "sexism", "first", centre)
    slope = found.paths.extra[by("prot1", "sexism"), "respappr"]
    assert slope == pytest.approx(block["coef"]["prot1:sexism"], abs=1e-9)
    at_zero = found.paths.link(("prot1", "respappr")) - slope * centre
    assert at_zero == pytest.approx(block["coef"]["prot1"], abs=1e-9)
    assert found.paths.r2[0] == pytest.approx(block["r2"], abs=1e-9)
    outcome = expected("hayes_protest/computed/simple_binary/ols_outcome_model/coef/respappr")
    assert found.index() == pytest.approx(block["coef"]["prot1:sexism"] * outcome, abs=1e-9)
    per_point = (block["coef"]["prot1"] + block["coef"]["prot1:sexism"] * 6) * outcome
    assert found.at(6.0) == pytest.approx(per_point, abs=1e-9)


def test_pingouin_agrees(expected: Any, dataset: Any) -> None:
    pingouin = pytest.importorskip("pingouin")
    block = expected("corp_reputation/computed/mediation_two_mediators")
    frame = frame_of(dataset, "corp_reputation/x", block)
    theirs = pingouin.mediation_analysis(
        data=frame, x=block["x"], m=block["m"], y=block["y"], n_boot=50, seed=1
    ).set_index("path")["coef"]
    found = paths(Moments.of(frame.to_numpy(float), tuple(frame.columns)), plan_of(block))
    assert found.direct == pytest.approx(theirs["Direct"], abs=1e-6)
    assert found.total == pytest.approx(theirs["Total"], abs=1e-6)
    ours = dict(zip(block["m"], found.indirect, strict=True))
    assert [ours[name] for name in block["m"]] == pytest.approx(
        [theirs[f"Indirect {name}"] for name in block["m"]], abs=1e-6
    )


@pytest.fixture
def weighted() -> tuple[pd.DataFrame, Array, Array]:
    """600 rows in 120 clusters with log-normal weights: x, two mediators in a row, y, and a control."""
    random = np.random.default_rng(7)
    cluster = np.repeat(np.arange(120), 5)
    shared = random.normal(size=(120, 4))[cluster]
    control = random.normal(size=600)
    x = 0.3 * control + shared[:, 0] + random.normal(size=600)
    m = 0.4 * x + shared[:, 1] + random.normal(size=600)
    k = 0.3 * m + 0.2 * x + shared[:, 2] + random.normal(size=600)
    y = 0.5 * k + 0.1 * x + 0.2 * control + shared[:, 3] + random.normal(size=600)
    frame = pd.DataFrame({"x": x, "m": m, "k": k, "y": y, "c": control})
    return frame, random.lognormal(sigma=0.5, size=600), cluster


SERIAL = Plan(begin="x", stages=(("m",), ("k",)), end="y", controls=("c",))


def by_hand(frame: pd.DataFrame, weight: Array) -> Array:
    """chain, total_indirect, direct, total by weighted least squares of statsmodels, an equation at a time."""
    import statsmodels.api as sm

    def fitted(target: str, *names: str) -> pd.Series:
        return sm.WLS(frame[target], sm.add_constant(frame[list(names)]), weights=weight).fit().params

    m, k, y = fitted("m", "x", "c"), fitted("k", "x", "m", "c"), fitted("y", "x", "m", "k", "c")
    chain = m["x"] * k["m"] * y["k"]
    rest = m["x"] * y["m"] + k["x"] * y["k"]
    return np.array([chain, chain + rest, y["x"], fitted("y", "x", "c")["x"]])


def effects(found: Paths) -> Array:
    return np.stack([found.chain(), found.total_indirect, found.direct, found.total], axis=-1)


def test_weights_stand_in_every_equation(weighted: tuple[pd.DataFrame, Array, Array]) -> None:
    frame, weight, _ = weighted
    found = paths(Moments.of(frame.to_numpy(float), tuple(frame.columns), weight), SERIAL)
    assert effects(found) == pytest.approx(by_hand(frame, weight), abs=1e-10)


def test_clusters_are_resampled_whole(weighted: tuple[pd.DataFrame, Array, Array]) -> None:
    """Errors beside those of a bootstrap that draws clusters with replacement, by hand; simple ones are too small."""
    frame, weight, cluster = weighted
    random, rows = np.random.default_rng(3), np.arange(600).reshape(120, 5)
    values, theirs = frame.to_numpy(float), []
    for _ in range(1000):
        drawn = rows[random.integers(0, 120, 120)].ravel()
        theirs.append(effects(paths(Moments.of(values[drawn], tuple(frame.columns), weight[drawn]), SERIAL)))
    ours = effects(bootstrapped(frame, SERIAL, given=design(600, weight, cluster)))
    se = np.std(theirs, axis=0, ddof=1)
    assert ours.std(axis=0, ddof=1) == pytest.approx(se, rel=0.09)
    low, high = interval(ours, 0.95)
    by_draws = np.quantile(theirs, [0.025, 0.975], axis=0)
    assert np.abs((np.array([low, high]) - by_draws) / se).max() < 0.15
    alone = effects(bootstrapped(frame, SERIAL, given=design(600, weight))).std(axis=0, ddof=1)
    assert (alone < 0.9 * se).any()


def medsens(frame: pd.DataFrame, rho: float) -> float:
    """Indirect effect under a residual correlation, by the iterated least squares of R `mediation` (medsens)."""
    n = len(frame)
    x, m, y, c = (frame[name].to_numpy(float) for name in ("x", "m", "y", "c"))
    first, second = np.column_stack([np.ones(n), x, c]), np.column_stack([np.ones(n), x, m, c])
    a, b = np.linalg.lstsq(first, m, rcond=None)[0], np.linalg.lstsq(second, y, rcond=None)[0]
    for _ in range(2000):
        s, t = (m - first @ a).std(), (y - second @ b).std()
        inverse = np.linalg.inv(np.array([[s * s, rho * s * t], [rho * s * t, t * t]]))
        blocks = [[inverse[0, 0] * first.T @ first, inverse[0, 1] * first.T @ second]]
        blocks += [[inverse[1, 0] * second.T @ first, inverse[1, 1] * second.T @ second]]
        right = [first.T @ (inverse[0, 0] * m + inverse[0, 1] * y), second.T @ (inverse[1, 0] * m + inverse[1, 1] * y)]
        found = np.linalg.solve(np.block(blocks), np.concatenate(right))
        moved = np.abs(found - np.concatenate([a, b])).max()
        a, b = found[:3], found[3:]
        if moved < 1e-12:
            break
    return float(a[1] * b[2])


@pytest.mark.parametrize("rho", [-0.6, -0.2, 0.0, 0.3, 0.7])
def test_sensitivity_is_that_of_medsens(weighted: tuple[pd.DataFrame, Array, Array], rho: float) -> None:
    frame = weighted[0]
    plan = Plan(begin="x", stages=(("m",),), end="y", controls=("c",))
    moments = Moments.of(frame.to_numpy(float), tuple(frame.columns))
    each = sensitivity(moments, plan, ("m", "y"))
    assert paths(moments, plan).chain({("m", "y"): each.at(rho)}) == pytest.approx(medsens(frame, rho), abs=1e-8)


def test_rho_at_which_the_effect_is_zero_is_the_partial_correlation(
    weighted: tuple[pd.DataFrame, Array, Array],
) -> None:
    import statsmodels.api as sm

    frame = weighted[0]
    moments = Moments.of(frame.to_numpy(float), tuple(frame.columns))
    each = sensitivity(moments, SERIAL, ("m", "k"))
    others = sm.add_constant(frame[["x", "c"]])
    left = [sm.OLS(frame[name], others).fit() for name in ("m", "k")]
    r = np.corrcoef(left[0].resid, left[1].resid)[0, 1]
    whole = sm.OLS(frame["k"], others.assign(m=frame["m"])).fit()
    assert each.rho_zero == pytest.approx(r, abs=1e-12)
    assert each.at(float(each.rho_zero)) == pytest.approx(0.0, abs=1e-12)
    assert each.at(0.0) == pytest.approx(whole.params["m"], abs=1e-12)
    assert each.whole == pytest.approx(r**2 * (1 - left[0].rsquared) * (1 - whole.rsquared), abs=1e-12)


@pytest.mark.parametrize("where", ["first", "last"])
def test_a_moderated_serial_chain_is_that_of_its_equations(
    weighted: tuple[pd.DataFrame, Array, Array], where: str
) -> None:
    """PROCESS models 83 and 87 by weighted least squares of statsmodels, an equation at a time, uncentred products."""
    import statsmodels.api as sm

    frame, weight, _ = weighted
    frame = frame.rename(columns={"c": "w"})
    plan = Plan(begin="x", stages=(("m",), ("k",)), end="y")
    source = "x" if where == "first" else "k"
    columns = frame.to_numpy(float)
    product = products(frame[[source]].to_numpy(float), columns[:, 4], weight)
    moments = Moments.of(np.hstack([columns, product]), (*frame.columns, by(source, "w")), weight)
    found = moderation(moments, plan, "w", where, float(np.average(columns[:, 4], weights=weight)))

    def fitted(target: str, *names: str) -> pd.Series:
        table = frame.assign(xw=frame[source] * frame["w"])[list(names)]
        return sm.WLS(frame[target], sm.add_constant(table), weights=weight).fit().params

    first = fitted("m", "x", "w", "xw") if where == "first" else fitted("m", "x")
    second = fitted("k", "x", "m")
    last = fitted("y", "x", "m", "k", "w", "xw") if where == "last" else fitted("y", "x", "m", "k")
    slopes = (first["xw"], last["k"]) if where == "first" else (first["x"], last["xw"])
    assert found.index() == pytest.approx(slopes[0] * second["m"] * slopes[1], abs=1e-10)
    for value in (-1.0, 0.0, 2.5):
        a = first["x"] + (first["xw"] * value if where == "first" else 0.0)
        b = last["k"] + (last["xw"] * value if where == "last" else 0.0)
        assert found.at(value) == pytest.approx(a * second["m"] * b, abs=1e-10)
