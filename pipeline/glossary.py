"""The glossary of questions beyond the model: what their analyses answer, and what their metrics are."""

from __future__ import annotations

from collections.abc import Mapping

ANALYSES: Mapping[str, str] = {
    "total_value": "how much of the outcome is the product, and how much is value beyond it",
    "stated": "importance as respondents state it, beside the importance that their ratings show",
    "outcomes": "the same drivers of further outcomes, compared with those of the first",
    "mediation": "through what an effect may run",
    "paradox": "people who criticise the product and buy all the same",
    "rivals": "why one brand is wanted more than another",
    "pricing": "what people would pay",
    "promotion": "how far the outcome depends on promotion",
    "classes": "latent classes of respondents",
    "lock_in": "whether those who own more stay, pay and buy more",
    "journey": "how image and value have moved over the waves",
    "what_if": "what the model predicts when ratings move",
    "comparability": "whether questions mean the same in every language version",
}

TOTAL_VALUE: Mapping[str, str] = {
    "lmg_share_sum": "sum of the lmg_share of a part's drivers, each of which plays for itself",
    "alone_share": "what a part explains alone, divided by what all drivers explain",
    "unique_share": "what only a part explains, beyond all other drivers, divided by what all explain",
    "shared_share": "what neither of two parts explains alone, divided by what all drivers explain; may be negative",
    "share_difference": (
        "lmg_share of the term less that of the contrast, or that for the outcome of the contrast less that for the "
        "first outcome (between:b-a: for one further outcome less that for another); p_value of no difference"
    ),
    "prob_most": "share of draws in which the part alone explains more than half of what all drivers explain",
}

STATED: Mapping[str, str] = {
    "stated_importance": "mean stated importance, moved to 0-100 by its range",
    "stated_share": "stated_importance divided by its sum over the drivers",
    "stated_rank": "rank of stated_importance, 1 = largest",
    "share_gap": "lmg_share less stated_share: positive where a driver matters more than respondents say",
    "position_gap": "standardised lmg_share less standardised stated_importance, both over the drivers",
    "rank_gap": "stated_rank less rank: places by which a driver matters more than respondents say",
    "prob_largest_gap": "share of draws in which the driver has the largest share_gap (positions: position_gap)",
    "undifferentiated": "share of respondents who stated the same importance for every driver",
}

OUTCOMES: Mapping[str, str] = {}

MEDIATION: Mapping[str, str] = {
    "indirect": "specific indirect effect along the path of the contrast: points of the end per point of the beginning",
    "chain_indirect": "sum of the indirect effects along the paths through every stage: the chain as it is claimed",
    "total_indirect": "sum of all specific indirect effects: total less direct",
    "direct": "effect of the beginning with all mediators equal",
    "total": "effect of the beginning without any mediator",
    "indirect_beta": "indirect in sd of the end per sd of the beginning (completely standardised)",
    "chain_indirect_beta": "chain_indirect in sd of the end per sd of the beginning (completely standardised)",
    "total_indirect_beta": "total_indirect in sd of the end per sd of the beginning (completely standardised)",
    "direct_beta": "direct in sd of the end per sd of the beginning (completely standardised)",
    "total_beta": "total in sd of the end per sd of the beginning (completely standardised)",
    "indirect_partial": "indirect in sd of the end per point of the beginning (partially standardised)",
    "chain_indirect_partial": "chain_indirect in sd of the end per point of the beginning (partially standardised)",
    "total_indirect_partial": "total_indirect in sd of the end per point of the beginning (partially standardised)",
    "direct_partial": "direct in sd of the end per point of the beginning (partially standardised)",
    "total_partial": "total in sd of the end per point of the beginning (partially standardised)",
    "proportion_mediated": (
        "total_indirect divided by total, only where both have the sign of direct and total is not about zero"
    ),
    "rho_zero": "correlation of unmeasured causes of both ends of the arrow of the contrast at which the arrow is zero",
    "rho_zero_r2_residual": (
        "rho_zero squared: product of the parts of both residual variances that such causes explain"
    ),
    "rho_zero_r2_total": "the same as parts of both total variances",
    "indirect_at_rho": (
        "chain_indirect if unmeasured causes of the arrow of the contrast correlate by the number after @"
    ),
    "rival_indirect": "completely standardised chain_indirect of the order of the contrast",
    "rival_difference": "rival_indirect of the claimed order less that of the order of the contrast",
    "index_of_moderated_mediation": "change of chain_indirect (contrast: of one path) per point of the moderator",
    "moderator_value": (
        "value of the moderator: its 16th, 50th, 84th percentile (p16, p50, p84), or either of two (v0, v1, level:…)"
    ),
    "conditional_indirect": "chain_indirect at the moderator_value of the contrast",
}

PARADOX: Mapping[str, str] = {
    "critic_share": "share of critics, who rate the product below the cut: of everyone, or of buyers (of:buyers)",
    "buyer_share": (
        "share of buyers, in the top two points of the outcome: of everyone, of:critics, of:others, or the difference"
    ),
    "compensation": (
        "coefficient of the driver times the difference of its mean between the groups of the contrast; with no term "
        "their sum, the predicted gap"
    ),
}

RIVALS: Mapping[str, str] = {
    "endowments": "part of the gap due to other ratings, at the second brand's coefficients",
    "coefficients": "part of the gap due to other coefficients, at the second brand's ratings from the scales' middle",
    "interaction": "part of the gap due to other ratings and other coefficients at once",
    "common_support": "share of the brand's ratings that lie where the other brand has ratings too",
    "rated_both": "share of the respondents who rate both brands",
}

PRICING: Mapping[str, str] = {
    "opp": "price at which as many find it too cheap as too expensive; with two groups as contrast, first less second",
    "idp": "price at which as many find it cheap as expensive; contrasts as opp",
    "pmc": "price at which as many find it too cheap as not cheap; contrast narrower: as expensive; groups as opp",
    "pme": "price at which as many find it too expensive as not expensive; contrast narrower: as cheap; groups as opp",
    "intransitive": "respondents whose four prices do not rise from too cheap to too expensive; left out",
    "intransitive_share": "intransitive divided by those who answered all four, weighted",
    "too_cheap": "share that finds the price of the contrast too cheap",
    "not_cheap": "share that finds the price of the contrast not cheap",
    "not_expensive": "share that finds the price of the contrast not expensive",
    "too_expensive": "share that finds the price of the contrast too expensive",
    "trial": "mean chance of a purchase at the price of the contrast (Newton, Miller & Smith)",
    "trial_price": "named price at which trial is largest",
    "sales_price": "named price at which price times trial is largest",
    "demand": "share that buys at the price of the contrast, pooled so that it never rises with the price",
    "demand_asked": "share that buys at the price of the contrast, as answered",
    "revenue": "price of the contrast times its demand: revenue per respondent asked",
    "revenue_price": "price shown with the largest revenue",
    "prob_best_price": "share of draws in which the price of the contrast has the largest revenue",
    "elasticity": "relative change of demand over that of the price between the two prices of the contrast (midpoints)",
    "profit": "price of the contrast less the cost, times its demand",
    "profit_price": "price shown with the largest profit",
    "prob_best_profit": "share of draws in which the price of the contrast has the largest profit",
    "not_monotone": "respondents who accept a price after refusing a lower one",
    "not_monotone_share": "not_monotone divided by those who answered, weighted",
    "premium": "mean of what respondents would pay for the brand less what they would for the reference, in currency",
    "premium_percent": "mean price of the brand over mean price of the reference, less 1",
    "premium_median": "median difference of the two prices, in currency",
    "premium_share": "share that would pay more for the brand than for the reference (above:0), the same, or less",
}

PROMOTION: Mapping[str, str] = {
    "promotion_only": "share of respondents who reach the top two points on promotion only",
    "promotion_dependence": "promotion_only divided by the top2box on promotion",
    "dependence_difference": (
        "mean_difference (promotion less full price) in the first group of the contrast less that in the second"
    ),
}

CLASSES: Mapping[str, str] = {
    "class_count": (
        "number of classes chosen: the one asked for, or that of the lowest bic among those that may be chosen"
    ),
    "log_likelihood": (
        "pseudo-log-likelihood of the number of classes of the contrast, weights scaled to the number of respondents"
    ),
    "aic": "Akaike's criterion; lower is better; log_likelihood scaled to the effective number of respondents",
    "bic": "Bayesian criterion with the effective number of respondents; lower is better",
    "icl": "bic plus twice the entropy of the classification (integrated completed likelihood)",
    "entropy": "relative entropy of the classification: 1 = everybody belongs to one class for certain",
    "g2": "deviance of the classes from the table of all patterns of answers",
    "blrt": "likelihood ratio of the number of classes against one class less; p_value by parametric bootstrap",
    "starts_reached": "share of the starts followed to their end that reach the best log-likelihood",
    "smallest_class": "share of the smallest class, or why this number of classes cannot be chosen",
    "class_size": "share of the respondents in the class: mean probability of belonging to it",
    "stability_jaccard": "mean over resamples of the class's people common to sample and resample over those in either",
    "adjusted_rand": "mean agreement of sample and resamples on who is together, corrected for chance",
    "prob_typical": (
        "share of draws in which every typical answer of the name of the contrast is most frequent in the class"
    ),
}

LOCK_IN: Mapping[str, str] = {}

JOURNEY: Mapping[str, str] = {
    "share_trend": "slope of the driver's lmg_share over the waves: change a wave",
    "image_lead": "mean of what the brand wants to be less mean of what it was, in points of the scale",
    "image_lead_change": "image_lead in the first wave of the contrast less that in the second",
    "image_lead_gap": "image_lead_change of the first group of the contrast less that of the second",
    "panel_members": "respondents who answered in two waves or more",
    "within_change": "mean of the members' last answer less their first; without a term that of the lead of the images",
    "b_difference": "b of the first kind of the contrast less that of the second",
}

WHAT_IF: Mapping[str, str] = {
    "predicted_change": (
        "change of the outcome of the contrast that the model predicts when the driver's mean alone rises by the step"
    ),
    "b_covariance": "covariance of the b of the term and of the driver of the contrast over the replicates",
    "bent_change": "change of a share to which the straight-line change of the contrast is bent, within 0 and 1",
    "t_reach": "standard errors between a predicted change and the limits of its interval",
    "stays_low": "lowest value that the outcome of the contrast can have",
    "stays_high": "highest value that the outcome of the contrast can have",
    "move_low": "points by which the driver's mean alone may fall within the data",
    "move_high": "points by which the driver's mean alone may rise within the data",
    "rating_precision": "entry of the inverse covariance of the ratings",
    "profile_distance": "squared Mahalanobis distance from the mean within which half of the respondents lie",
    "prob_largest_move": "share of draws in which the driver's move goes with the largest predicted_change of all",
    "prob_larger_move": "share of draws in which the driver's predicted_change exceeds that of the contrast",
}

COMPARABILITY: Mapping[str, str] = {
    "tucker_congruence": "congruence of the loadings of one factor in two versions; 1 = proportional",
    "item_shift": "item mean in one version less that in the other, beyond what the construct's other items tell",
    "item_shift_d": "item_shift divided by the item's standard deviation within versions",
    "score_shift": "part of the difference of the construct's means that comes from items that shift",
    "alpha_difference": "alpha in the first version of the contrast less that in the second",
}

METRICS: Mapping[str, str] = {
    **TOTAL_VALUE, **STATED, **OUTCOMES, **MEDIATION, **PARADOX, **RIVALS, **PRICING, **PROMOTION, **CLASSES,
    **LOCK_IN, **JOURNEY, **WHAT_IF, **COMPARABILITY,
}  # fmt: skip

STATES: Mapping[str, str] = {
    "no_overlap": "two groups are rated too differently to be compared at the same ratings",
}
"""Named states that only these questions have."""
