"""The column glossary: one row is one estimate, whatever the analysis.

`COLUMNS` and `METRICS` are the vocabulary of results.json; CONTRACT.md and this page are held together by a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from pipeline import glossary

COLUMNS: Mapping[str, str] = {
    "analysis": "what kind of question the row answers (see ANALYSES)",
    "metric": "what `estimate` is (see METRICS)",
    "outcome": "the outcome construct, or null where none is meant",
    "term": "the construct, item or variable the row is about; null for whole-model figures",
    "group": "null = everyone, else 'variable=level', joined by ';'",
    "contrast": "null, or what it is compared with: 'above:price', 'servicetype=contract-prepaid', 'answer:7'",
    "estimate": "the value, in the unit of its metric",
    "std_error": "standard error in the same unit",
    "conf_low": "lower limit of the interval",
    "conf_high": "upper limit of the interval",
    "conf_level": "nominal coverage of the interval",
    "p_value": "two-sided p, where a test is meaningful",
    "p_adjusted": "p after correction for the number of comparisons in its family (Holm)",
    "n": "respondents behind the row (not rows)",
    "n_eff": "Kish effective number of respondents",
    "deff": "n / n_eff",
    "state": "'ok' or a named state with null values (see STATES)",
    "reason": "one key saying why the state is not 'ok'",
}

ANALYSES: Mapping[str, str] = {
    "importance": "how explained variance divides over the drivers",
    "regression": "the linear model of the outcome on the drivers",
    "overlap": "how far the drivers can be told apart",
    "influence": "whether a single respondent decides the result",
    "reliability": "how well items measure their construct",
    "description": "means, deviations, correlations",
    "distribution": "how answers fall on the scale",
    "performance": "how high the drivers are rated, and the importance-performance quadrants",
    "nonresponse": "answers that are missing, and who gave them",
    "dominance": "which driver adds more, submodel by submodel",
    "commonality": "what each driver explains alone, and what it shares",
    "groups": "importance of declared groups of drivers, and of the drivers within them",
    "outcome_models": "the same shares when the outcome is modelled in another way",
    "disattenuated": "importance after correction for unreliable measurement",
    "halo": "how far one general impression runs through all ratings",
    "tipping": "how little it would take to turn the result",
    "nonlinearity": "whether straight lines are enough, and whether low or high ratings weigh more",
    "specification": "how the result stands over every defensible way of running the analysis",
    "assumption": "figures behind the assumptions that are checked by name",
    "profile": "who the respondents are, by every variable",
    "imputed": "the same model with missing answers imputed several times over",
    "routing": "who was asked what, and why answers are missing",
    "change": "why a share, or the mean of the outcome, differs between two groups",
    "screening": "how many complete records each screening rule flags, whether it leaves them out or not",
    "weighting": "how far weights were moved to meet the declared margins of the population",
    "unscreened": "the headline as it would be if no screening rule had left anybody out",
    **glossary.ANALYSES,
}

METRICS: Mapping[str, str] = {
    "lmg": "Shapley value of R² (LMG), in R² units; sums to r2",
    "lmg_share": "lmg divided by r2; sums to 1",
    "relative_weights": "Johnson's relative weight (= genizi), in R² units; sums to r2",
    "relative_weights_share": "relative_weights divided by r2; sums to 1",
    "rank": "rank of lmg_share, 1 = largest",
    "rank_low": "lower end of the central interval of the bootstrap ranks",
    "rank_high": "upper end of the central interval of the bootstrap ranks",
    "prob_rank_1": "share of bootstrap draws in which the term has the largest lmg_share",
    "prob_above": "share of bootstrap draws in which the term's lmg_share exceeds that of the contrast",
    "r2": "share of the outcome's variance the drivers explain together",
    "r2_adjusted": "r2 corrected for the number of drivers",
    "f": "overall F statistic of the drivers, beyond the controls where there are any; Wald form when design-based",
    "df_model": "numerator degrees of freedom of f",
    "df_residual": "denominator degrees of freedom of f and of the t tests",
    "sigma": "residual standard deviation, in points of the outcome",
    "b": "regression coefficient: points of outcome per point of the driver, other drivers equal",
    "beta": "standardised coefficient: b times sd of the driver over sd of the outcome",
    "vif": "variance inflation factor",
    "condition_index": "sqrt of largest over smallest eigenvalue of the driver correlations",
    "cooks_distance": "largest Cook's distance of any row in the unweighted regression",
    "leave_one_out_r2": "largest change of r2 when one of the most influential respondents is left out",
    "leave_one_out_first": "number of respondents without whom another driver has the largest lmg",
    "mean": "mean score, in points of the scale (profile: mean of a number)",
    "sd": "standard deviation of the score, in points of the scale",
    "r": "Pearson correlation",
    "top2box": "share of respondents whose score reaches the top two points of the scale",
    "share_of_answers": "share of the answers to a construct's items that fall on one scale point",
    "performance": "mean score moved to 0-100 by the scale's own end points",
    "prob_important": "share of draws with lmg_share above an equal share (1 over the number of drivers)",
    "prob_rated_low": "share of draws with performance below the mean performance of all drivers",
    "prob_quadrant": "share of draws in the quadrant named by the contrast",
    "alpha": "Cronbach's alpha",
    "omega": "McDonald's omega total of a one-factor minres solution",
    "item_missing": "share of kept and dropped respondents without a usable answer to the item",
    "mean_difference": "difference of two means, in points of the scale",
    "first": "squared correlation with the outcome: what the driver explains alone, in R² units",
    "first_share": "first divided by its sum over the drivers",
    "last": "drop of r2 when the driver leaves the full model (usefulness), in R² units",
    "last_share": "last divided by its sum over the drivers",
    "betasq": "squared standardised coefficient",
    "betasq_share": "betasq divided by its sum over the drivers",
    "pratt": "standardised coefficient times correlation (product measure), may be negative; sums to r2",
    "pratt_share": "pratt divided by r2; may be negative",
    "car": "squared correlation-adjusted correlation (CAR score), in R² units; sums to r2",
    "car_share": "car divided by r2; sums to 1",
    "kruskal": "mean squared partial correlation over all orders of entry",
    "kruskal_share": "kruskal divided by its sum over the drivers",
    "sampling_error": "standard error of lmg (outcome_models: of lmg_share) from the sampling of orders of entry",
    "prob_top": "share of draws in which the driver is among the first k by lmg_share (contrast top:k)",
    "prob_behind_first": (
        "share of draws in which the driver that is first by the metric of the contrast exceeds the term"
    ),
    "lmg_share_difference": (
        "lmg_share of the term less that of the contrast; p_value is that of the equivalence test "
        "within the declared smallest difference"
    ),
    "f_unique": "F statistic of the driver's own contribution beyond all others; Wald form when design-based",
    "r2_controls": "share of the outcome's variance that the controls explain before any driver",
    "r2_cv": "r2 in respondents that the model has not seen (10-fold cross-validation)",
    "conditional_dominance": "mean increase of r2 when the driver joins models of the size named by the contrast",
    "complete_dominance": "share of submodels in which the driver adds more than the contrast",
    "unique": "what only this driver explains, in R² units",
    "shared_within": "what the driver explains together with others of its group only",
    "shared_across": "what the driver explains together with drivers outside its group",
    "owen": "share of the group's lmg that falls on the driver (Owen value), in R² units; sums to r2",
    "owen_share": "owen divided by r2; sums to 1",
    "pseudo_r2": "pseudo-R² of the outcome model of the contrast (McFadden's or Tjur's)",
    "parallel_lines": "chi-square of the test that one slope holds for every step of the ordered outcome",
    "reliability_used": "reliability by which a construct was corrected",
    "first_eigenvalue": "share of the drivers' total variance on their first principal component",
    "between_share": "share of a rating's variance that lies between respondents",
    "tipping_respondents": (
        "fewest respondents found whose removal turns the order of the first two drivers; an upper bound"
    ),
    "tipping_share": "tipping_respondents divided by the number of respondents",
    "partial_r2": "share of the outcome's remaining variance that the driver explains beyond all others",
    "robustness_value": (
        "strength an unmeasured confounder needs, with driver and outcome, to bring the coefficient to zero"
    ),
    "robustness_value_alpha": "the same to make the coefficient no longer significant",
    "confounded_b": "coefficient left after a confounder as strong as the driver of the contrast",
    "r2_cv_gain": "r2_cv of a boosted model less that of the linear one",
    "penalty": "points of outcome lost where the driver is rated a third of its scale below the middle",
    "reward": "points of outcome gained where the driver is rated a third of its scale above the middle",
    "asymmetry": "reward less penalty over their sum: -1 penalty only, +1 reward only; p_value of equal slopes",
    "spec_count": "number of specifications",
    "spec_first": "share of specifications in which the driver comes first; with a contrast, of those with that choice",
    "spec_lowest": "smallest share of the driver over the specifications",
    "spec_median": "median share of the driver over the specifications",
    "spec_highest": "largest share of the driver over the specifications",
    "spec_significant": (
        "share of specifications with a significant coefficient of the same sign; p_value is against shuffled outcomes"
    ),
    "distinct_values": "number of different scores",
    "monotone_loss": (
        "part of the differences between rating levels that is lost when the outcome may only rise or only fall"
    ),
    "largest_residual": "largest studentised residual; p_value after Bonferroni",
    "serial_correlation": "correlation of neighbouring residuals in the order of the interviews",
    "breusch_pagan": "chi-square of the test of constant variance (studentised)",
    "proportion": "share of the respondents who answered with this level, or ticked this option",
    "mean_rank": "mean place of the option of the contrast among those who ranked it, 1 = first",
    "nps": "net promoter score: share of promoters less that of detractors",
    "fmi": "share of the information on the figure of the contrast that the missing answers took",
    "imputed_share": "share of the answers asked for that were missing and imputed",
    "imputations": "number of completed data sets",
    "weighting_efficiency": "effective over actual number of the respondents weighted (Kish)",
    "weight_low": "smallest weight relative to the mean",
    "weight_high": "largest weight relative to the mean",
    "weight_gap": "largest distance of a margin from its target, as a part of all weights",
    "weight_rounds": "number of times all margins were gone through",
    "margin_target": "share of the level in the population, as declared",
    "margin_before": "share of the level before its weights were adjusted",
    "margin_after": "share of the level under the adjusted weights",
    "asked": "rows in which the question was asked",
    "answered": "rows with an answer",
    "skipped": "rows in which it was asked and left out",
    "declined": "rows in which an answer was declined",
    "not_asked": "rows in which it was not asked",
    "asked_share": "share of the group of the contrast that was asked",
    "share_change": "lmg_share in the first group of the contrast less that in the second",
    "change_effect": "part of share_change due to the coefficients",
    "change_spread": "part of share_change due to how widely ratings differ",
    "change_overlap": "part of share_change due to how far ratings move together",
    "change_reliability": "part of share_change due to measurement error",
    "mean_change": "mean of the outcome in the first group of the contrast less that in the second",
    "change_level": "part of mean_change due to how high the driver is rated",
    "change_weight": "part of mean_change due to how much a rating counts, with the constant where no term is named",
    "flagged": "complete records that the rule flags; with the contrast flags:k, those that k rules or more flag",
    "flagged_share": "flagged divided by the number of complete records",
    **glossary.METRICS,
}

STATES: Mapping[str, str] = {
    "ok": "usable",
    "low_base": "10 to 29 respondents: shown greyed and bracketed, no claim rests on it",
    "suppressed": "fewer than 10 respondents, or hidden so that another cell cannot be derived",
    "singular": "drivers cannot be told apart in this group",
    "no_variance": "everybody in this group answers alike",
    "too_few": "fewer respondents than the estimate needs",
    "not_defined": "the figure does not exist for this case (one item, two items)",
    "not_converged": "the iteration did not settle",
    **glossary.STATES,
}

VALUES = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "p_value", "p_adjusted")
NUMBERS = (*VALUES, "n", "n_eff", "deff")
KEY = ("analysis", "metric", "outcome", "term", "group", "contrast")


def row(analysis: str, metric: str, **values: Any) -> dict[str, Any]:
    """One complete row: every column present, absent values None, state 'ok' unless given."""
    unknown = set(values) - set(COLUMNS)
    if unknown:
        raise KeyError(f"no such column: {sorted(unknown)}")
    return dict.fromkeys(COLUMNS) | {"analysis": analysis, "metric": metric, "state": "ok"} | values


def frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Table of the rows with exactly the columns of COLUMNS, in that order."""
    return pd.DataFrame(list(rows), columns=list(COLUMNS), dtype=object)


def check(table: pd.DataFrame) -> pd.DataFrame:
    """The table itself, after holding it to the glossary.

    Raises ValueError on an unknown analysis, metric or state, a repeated key, a value beside a state
    other than ok and low_base, or a number that is not finite.
    """
    if list(table.columns) != list(COLUMNS):
        raise ValueError("columns are not those of the glossary")
    for column, known in (("analysis", ANALYSES), ("metric", METRICS), ("state", STATES)):
        strange = set(table[column]) - set(known)
        if strange:
            raise ValueError(f"{column} not in the glossary: {sorted(strange)}")
    repeated = table.duplicated(list(KEY))
    if repeated.any():
        raise ValueError(f"two rows with the same key: {table.loc[repeated, list(KEY)].iloc[0].to_dict()}")
    _check_values(table)
    return table


def _check_values(table: pd.DataFrame) -> None:
    numbers = table[list(NUMBERS)].astype(float)
    present = table[list(NUMBERS)].notna()
    if (numbers.isna() & present).any(axis=None) or numbers.isin([float("inf"), float("-inf")]).any(axis=None):
        raise ValueError("a number is not finite")
    hidden = ~table["state"].isin(["ok", "low_base"])
    if present.loc[hidden, list(VALUES)].any(axis=None):
        raise ValueError("a value stands beside a state that has none")
    if table.loc[hidden, "reason"].isna().any() or table.loc[~hidden, "estimate"].isna().any():
        raise ValueError("a row has neither a value nor a reason")
