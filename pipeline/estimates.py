"""The column glossary: one row is one estimate, whatever the analysis.

`COLUMNS` and `METRICS` are the vocabulary of results.json; CONTRACT.md and this page are held together by a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

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
    "f": "overall F statistic of the regression, Wald form when design-based",
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
    "mean": "mean score, in points of the scale",
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
