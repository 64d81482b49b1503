"""The methods text, sentence by sentence, each with the references it names: only what this report did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.report.sections._common import sentences
from pipeline.report.view import View
from pipeline.report.words import Words

Told = Iterator[tuple[str, tuple[str, ...]]]
"""Sentences with the keys of their references."""

ERRORS = {"simple": ("long", "mackinnon"), "published": ()}
"""References of the standard errors; every other design has those of linearisation."""
DESIGNED = ("binder", "kish", "lumley")
SCALES = ("cronbach", "harman", "mcdonald")
LMG = ("budescu", "groemping2006", "groemping2007", "lindeman", "shapley")
FITTED = 500
"""Most resamples in which polychoric correlations are fitted anew."""
MOST_EXACT = 16
"""Drivers up to which resamples go through all orders of entry."""
METHODS = ("darlington", "genizi", "johnson", "kruskal", "pratt", "zuber")


def paragraphs(view: View, words: Words) -> list[str]:
    parts = (_measures(view, words), _importance(view, words), _beside(view, words), _doubts(view, words))
    texts = (sentences([text for text, _ in part], words) for part in parts)
    return [text for text in texts if text]


def references(view: View, words: Words) -> list[str]:
    """Keys of the references, in the order of the alphabet."""
    parts = (_measures(view, words), _importance(view, words), _beside(view, words), _doubts(view, words))
    return sorted({name for part in parts for _, names in part for name in names})


def designed(view: View) -> bool:
    """Whether weights, clusters or strata are respected."""
    return view.sample["design"] not in ERRORS


def resampling(view: View) -> str:
    """The kind of replicates, as the sentences and formulas name it."""
    if view.published:
        return "published"
    kind = view.study.get("inference", "bootstrap")
    return "rao_wu" if kind == "bootstrap" and view.sample["design"] == "stratified" else _KINDS[kind]


_KINDS = {"bootstrap": "poisson", "bayesian": "bayesian", "jackknife": "jackknife"}
_SOURCES = {
    "poisson": ("hanley", "salmon"),
    "rao_wu": ("rao", "salmon"),
    "bayesian": ("rubin", "salmon"),
    "jackknife": ("efron1982", "salmon"),
    "published": ("bartlett", "salmon"),
}


def _measures(view: View, words: Words) -> Told:
    """Scores, reliability, the regression and how much it explains."""
    if view.published:
        yield words("method.published"), ()
    else:
        yield words("method.scores"), ()
        kind = "bootstrap" if designed(view) else "feldt"
        yield words(f"method.reliability.{kind}"), (*SCALES, *(() if designed(view) else ("feldt",)))
    yield from _screened(view, words)
    yield from _weights(view, words)
    yield _model(view, words)
    controls = [words.format(one["variable"], "variable") for one in view.study.get("controls", ())]
    if controls:
        yield words("method.controls", controls=controls), ()
    kind = view.study.get("correlations", "pearson")
    if kind != "pearson":
        yield words(f"method.correlations.{kind}"), {"polychoric": ("olsson",), "shrunk": ("schaefer",)}[kind]
    if view.holds("regression", "f"):
        yield words("method.fit_controlled" if controls else "method.fit", **_fit(view)), ()
    if view.holds("regression", "r2_cv"):
        yield words("method.cv", r2_cv=view.value("regression", "r2_cv")), ("stone",)


def _model(view: View, words: Words) -> tuple[str, tuple[str, ...]]:
    """The regression and its standard errors, as far as the design goes."""
    design, sample = view.sample["design"], view.sample
    if design in ERRORS:
        return words(f"method.model.{design}", drivers=view.drivers), ERRORS[design]
    kind = f"{design}.units" if design == "stratified" and view.study["weights"]["cluster"] else design
    fit = words("method.fit.weighted" if sample["weighted"] else "method.fit.plain")
    return words(f"method.model.{kind}", drivers=view.drivers, n_eff=sample["n_eff"], fit=fit), DESIGNED


def _screened(view: View, words: Words) -> Told:
    """The rules that were in use, and how many records went for them."""
    rules = [rule["rule"] for rule in view.study.get("rules", ())]
    used = [words.format(rule, "rule") for rule in rules if view.value("screening", "flagged", rule) is not None]
    if used:
        steps = {step["stage"]: step for step in view.screening}
        counts = {"complete": steps["complete"]["remaining"], "dropped": sum(steps["screened"]["removed"].values())}
        key = "method.screening" if counts["dropped"] else "method.screening.kept"
        yield words(key, names=used, **counts), ("curran", "meade")


def _weights(view: View, words: Words) -> Told:
    """What the weights were adjusted to, and whether resamples adjust theirs; what part of a population was sampled."""
    weights = view.study.get("weights", {})
    way = weights.get("method")
    if way:
        names = [one["variable"] for one in weights["margins"]]
        yield words(f"method.weights.{way}", variables=names), ("deming" if way == "rake" else "deville",)
        if weights["per"]:
            yield words("sample.weights.per", per=weights["per"]["variable"]), ()
        if weights["limits"]:
            yield words("sample.weights.limits", low=weights["limits"][0], high=weights["limits"][1]), ()
        yield words("method.weights.errors"), ("deville",)
        yield words("method.weights.again" if weights["rerake"] else "method.weights.fixed"), ()
    if weights.get("fpc"):
        yield words("method.fpc"), ("lumley",)


def _fit(view: View) -> dict[str, Any]:
    r2, f = view.estimate("regression", "r2") or {}, view.estimate("regression", "f") or {}
    return {
        "r2": r2["estimate"],
        "low": r2["conf_low"],
        "high": r2["conf_high"],
        "adjusted": view.value("regression", "r2_adjusted"),
        "f": f["estimate"],
        "p": f["p_value"],
        "df1": view.value("regression", "df_model"),
        "df2": view.value("regression", "df_residual"),
    }


def _importance(view: View, words: Words) -> Told:
    """How the explained variance is divided, and how surely."""
    several = len(view.drivers) > 1
    if several:
        yield words("method.importance"), LMG
    kind = resampling(view)
    fitted = view.study.get("correlations") == "polychoric"
    draws = min(view.study["draws"], FITTED) if fitted else view.study["draws"]
    yield words(f"method.bootstrap.{kind}", draws=draws), _SOURCES[kind]
    if len(view.drivers) > MOST_EXACT:
        yield words("method.orders"), ()
    yield words("method.r2"), ("efron",)
    if view.study.get("interval") == "bca":
        yield words("method.bca"), ("efron1987",)
    if several:
        yield words("method.lead"), ()
        if view.holds("performance", "performance"):
            yield words("method.map"), ("martilla",)
        yield words("method.holm"), ("holm",)
    pairs = view.pairs()
    comparisons = sum(row["group"] is None and row["contrast"] in pairs for row in view.rows("regression", "b"))
    if comparisons:
        yield words("method.segments", comparisons=comparisons), ("holm",) if comparisons > 1 else ()
    if view.study.get("sesoi") is not None and several:
        yield words("method.equal", sesoi=view.study["sesoi"]), ("schuirmann",)


def _beside(view: View, words: Words) -> Told:
    """Other methods and models that stand beside the headline."""
    if len(view.drivers) > 1 and view.holds("importance", "car_share"):
        yield words("method.methods"), METHODS
    if view.holds("dominance", "complete_dominance"):
        yield words("method.dominance"), ("azen",)
    if view.holds("commonality", "unique"):
        yield words("method.commonality"), ("seibold",)
    if view.holds("groups", "lmg_share"):
        yield words("method.groups"), ("owen",)
    if view.holds("outcome_models", "lmg_share"):
        yield words("method.models"), ("mccullagh", "mcfadden", "tjur")
    if view.holds("outcome_models", "parallel_lines"):
        yield words("method.parallel"), ("brant",)
    if "model:polychoric" in view.contrasts("outcome_models", "lmg_share"):
        yield words("method.polychoric"), ("olsson",)
    if view.holds("change", "share_change"):
        yield words("method.change"), ("shorrocks",)
    if view.holds("change", "mean_change"):
        yield words("method.gap"), ("blinder", "oaxaca")


def _doubts(view: View, words: Words) -> Told:
    """What was tried to make the result fall."""
    if view.specifications:
        yield words("method.specification", count=len(view.specifications)), ("simonsohn",)
    if view.holds("disattenuated", "lmg_share") and view.holds("disattenuated", "reliability_used"):
        yield words("method.corrected"), ("spearman",)
    if view.holds("imputed", "b"):
        number = int(view.value("imputed", "imputations") or 0)
        yield words("method.imputed", number=number), ("barnard", "buuren", "little", "rubin1987")
    if view.holds("halo", "lmg_share"):
        yield words("method.halo"), ()
    if any(row["term"] for row in view.rows("tipping", "tipping_respondents")):
        yield words("method.tipping"), ("broderick",)
    if view.holds("tipping", "robustness_value"):
        yield words("method.confounding"), ("cinelli",)
    if view.holds("nonlinearity", "r2_cv_gain"):
        yield words("method.boosted"), ("buehlmann",)
    if view.holds("nonlinearity", "penalty"):
        yield words("method.penalty"), ("brandt",)
    if view.holds("assumption", "breusch_pagan"):
        yield words("method.assumptions"), ("breusch", "cook", "koenker")
