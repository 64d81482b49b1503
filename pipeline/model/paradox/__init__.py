"""People who criticise the product and buy all the same: how many they are, and what goes with it that they do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based
from pipeline.model.case import Case, Cut
from pipeline.model.modelled import Modelled, apart, middle, modelled
from pipeline.model.paradox.compensation import Sides, compensation_rows
from pipeline.model.paradox.complaint import complaint_rows
from pipeline.model.profile import logit_interval
from pipeline.model.robustness._boxes import box_rows
from pipeline.sample import Sample
from pipeline.specs import Scale
from pipeline.suppression import few, two_way
from pipeline.variance import means

Array = np.ndarray

ROUNDING = 1e-9
TOP_TWO_FROM = 4
"""Points from which on the top two of a scale mean that somebody buys; on shorter ones only the highest does."""


def paradox_rows(case: Case) -> list[Row]:
    """Shares of critics and buyers, what compensates, complaints beside trust, and penalty and reward of the product.

    A critic rates the product below the cut (the middle of its scale where none is declared), a buyer is in the top two
    points of the outcome. All on the rows of the focus that have the whole model. Weights, strata and clusters enter
    everything; counts under the minimum base are never told, and with one of the four groups hidden all are.
    """
    spec = case.study.definition.paradox
    if spec is None:
        return []
    data = modelled(case, [spec.product])
    sides = sides_of(case, data, spec.product, spec.below)
    return [
        *share_rows(data.cut, sides, spec.product, case.setting),
        *compensation_rows(data, sides, case),
        *(complaint_rows(case, spec.complaint, spec.trust) if spec.complaint else []),
        *_asymmetry(case, data, spec.product),
    ]


def sides_of(case: Case, data: Modelled, product: str, below: float | None) -> Sides:
    """Who is a critic and who buys, and whether the four groups that makes may be told."""
    limit = middle(case.study.scale(product)) if below is None else below
    critic = data.cut.column(product) < limit - ROUNDING
    buys = data.y >= bought(case.study.scale(case.study.outcome)) - ROUNDING
    minimum = case.setting.minimum_base
    counts = np.array([[data.cut.base((critic == one) & (buys == other)).n for other in (1, 0)] for one in (1, 0)])
    return Sides(critic=critic, buys=buys, told=not two_way(counts, minimum).any())


def bought(scale: Scale) -> int:
    """The score from which on somebody counts as a buyer."""
    return scale.high - 1 if scale.points >= TOP_TWO_FROM else scale.high


def share_rows(cut: Cut, sides: Sides, product: str, setting: Setting) -> Iterator[Row]:
    """critic_share of everyone and of buyers; buyer_share of everyone, of critics and of others, and the difference.

    Design-based errors, intervals on the logit (as R `svyciprop`); the difference has a t interval and a p.
    """
    critic, buys = sides.critic.astype(float), sides.buys.astype(float)
    columns = {
        ("critic_share", None): critic,
        ("critic_share", "of:buyers"): np.where(sides.buys, critic, np.nan),
        ("buyer_share", None): buys,
        ("buyer_share", "of:critics"): np.where(sides.critic, buys, np.nan),
        ("buyer_share", "of:others"): np.where(sides.critic, np.nan, buys),
    }
    if not len(cut):
        state = {"state": "too_few", "reason": "small_base"}
        yield from (row("paradox", name, term=product, contrast=contrast, **state) for name, contrast in columns)
        return
    found = means(np.column_stack(list(columns.values())), cut.design)
    low, high = logit_interval(found, setting.level)
    for at, ((metric, contrast), values) in enumerate(columns.items()):
        inside = np.isfinite(values)
        state = _share_state(cut, sides, values, contrast, setting)
        common: Row = {"term": product, "contrast": contrast, **state}
        if state.get("state") not in (None, "low_base"):
            yield row("paradox", metric, **common)
            continue
        limits = {}
        if np.isfinite([low[at], high[at]]).all():
            limits = {"std_error": found.se[at], "conf_low": low[at], "conf_high": high[at]}
        limits = {name: float(value) for name, value in limits.items()} | (
            {"conf_level": setting.level} if limits else {}
        )
        yield row("paradox", metric, estimate=float(found.mean[at]), **limits, **common, **based(cut.base(inside)))
    yield _difference(cut, sides, product, setting)


def _share_state(cut: Cut, sides: Sides, values: Array, contrast: str | None, setting: Setting) -> Row:
    """Why a share is not told; empty where it is."""
    inside = np.isfinite(values)
    if not inside.any():
        reason = {"of:buyers": "no_buyers", "of:critics": "no_critics"}.get(contrast or "", "no_others")
        return {"state": "not_defined", "reason": reason}
    hidden = few(cut.respondent, values == 1, setting.minimum_base) if contrast is None else not sides.told
    if hidden:
        return {"state": "suppressed", "reason": "small_base"}
    return setting.state(cut.base(inside))


def _difference(cut: Cut, sides: Sides, product: str, setting: Setting) -> Row:
    """buyer_share of critics less that of all others, with p."""
    common: Row = {"term": product, "contrast": "critics-others"}
    if sides.critic.all() or not sides.critic.any():
        reason = "no_others" if sides.critic.any() else "no_critics"
        return row("paradox", "buyer_share", state="not_defined", reason=reason, **common)
    if not sides.told:
        return row("paradox", "buyer_share", state="suppressed", reason="small_base", **common)
    buys = sides.buys.astype(float)
    both = np.column_stack([np.where(sides.critic, buys, np.nan), np.where(sides.critic, np.nan, buys)])
    smaller = min((cut.base(sides.critic), cut.base(~sides.critic)), key=lambda base: base.n)
    figures = apart(means(both, cut.design), 0, 1, setting.level)
    return row("paradox", "buyer_share", **figures, **common, **based(cut.everyone), **setting.state(smaller))


def _asymmetry(case: Case, data: Modelled, product: str) -> list[Row]:
    """penalty, reward and asymmetry of the product in the focus; those of `nonlinearity` serve where there is none."""
    study = case.study
    if study.definition.focus is None or product not in study.scored or not len(data.cut):
        return []
    cut = data.cut
    scores = np.column_stack([cut.column(name) for name in study.used])
    people = Sample(
        names=study.used, scores=scores, items={}, respondent=cut.respondent, design=cut.design, groups={},
        everyone=cut.everyone, flow=(), stacked=not cut.once,
    )  # fmt: skip
    scales = {name: study.scale(name) for name in study.used}
    rows = box_rows(people, scales, case.setting, case.setting.seed)
    return [found | {"analysis": "paradox"} for found in rows if found["term"] == product]
