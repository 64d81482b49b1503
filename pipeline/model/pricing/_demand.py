"""Answers on a price ladder, and the demand, revenue and elasticity they imply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.model.case import Case
from pipeline.specs._further import Ladder

Array = np.ndarray

EQUAL = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """(K,) prices from low to high; (rows, K) 1 buys, 0 does not, NaN was not asked. single: one price a respondent.

    broken: (rows,) whether somebody refuses a price and accepts a higher one.
    """

    prices: Array
    buys: Array
    single: bool
    broken: Array


def answers_of(case: Case, ladder: Ladder) -> Answers:
    """Answers of all rows read, with what they imply: who buys at a price buys below it, who refuses refuses above.

    Where answers contradict each other, nothing is implied between them.
    """
    if ladder.highest:
        prices = np.unique(np.array(ladder.steps, float))
        highest = case.known(ladder.highest)
        buys = np.where(np.isfinite(highest)[:, None], highest[:, None] >= prices, np.nan)
    else:
        asked = sorted((float(price), name) for price, name in ladder.prices.items())
        prices = np.array([price for price, _ in asked])
        buys = np.column_stack([_bought(case, name, ladder.buys) for _, name in asked])
    return arranged(prices, buys)


def _bought(case: Case, name: str, codes: tuple[str, ...]) -> Array:
    """(all rows read,) 1 for an answer among the codes, 0 for another, NaN for none."""
    if name not in case.scores.values and case.responses.variables[name].dtype.kind != "f":
        found = case.levels(name)
        yes = np.array([level in codes for level in found.names] + [False])[found.of_row]
        return np.where(found.of_row >= 0, yes, np.nan)
    values = case.known(name)
    yes = np.isin(values, [float(code) for code in codes if code.strip().lstrip("-").replace(".", "", 1).isdigit()])
    return np.where(np.isfinite(values), yes, np.nan)


def arranged(prices: Array, buys: Array) -> Answers:
    """The answers with what they imply filled in; prices rise."""
    known = np.isfinite(buys)
    single = bool(known.any()) and bool((known.sum(1) <= 1).all())
    yes, no = buys == 1, buys == 0
    above = np.cumsum(yes[:, ::-1], axis=1)[:, ::-1] > 0
    below = np.cumsum(no, axis=1) > 0
    broken = (no & above).any(1)
    filled = buys
    if not single:
        implied = np.where(above & ~below, 1.0, np.where(below & ~above, 0.0, np.nan))
        filled = np.where(known, buys, implied)
    return Answers(prices=prices, buys=filled, single=single, broken=broken)


def falling(shares: Array, weights: Array) -> Array:
    """(b, K) closest demand that never rises with the price: neighbours that do are pooled by their weight.

    The weighted least squares under that order (Ayer et al. 1955; Barlow et al. 1972, eq. 1.9): at each price the
    smallest, over lower ends, of the largest, over upper ends, of the means of the prices between them.
    """
    held = np.where(weights > 0, shares * weights, 0.0)
    edge = np.zeros((len(shares), 1))
    total = np.concatenate([edge, np.cumsum(weights, axis=1)], axis=1)
    bought = np.concatenate([edge, np.cumsum(held, axis=1)], axis=1)
    found = np.empty_like(held)
    for at in range(shares.shape[1]):
        with np.errstate(invalid="ignore", divide="ignore"):
            weight = total[:, None, at + 1 :] - total[:, : at + 1, None]
            means = (bought[:, None, at + 1 :] - bought[:, : at + 1, None]) / weight
        largest = np.where(weight > 0, means, -np.inf).max(2)
        found[:, at] = np.where(np.isfinite(largest), largest, np.inf).min(1)
    return np.where(np.isfinite(found), found, np.nan)


def best_price(values: Array, prices: Array) -> Array:
    """(b,) lowest price with the largest of (b, K) values; NaN where none is above zero."""
    top = np.where(np.isfinite(values), values, -np.inf).max(1)
    at = (values >= (top - EQUAL * np.abs(top))[:, None]).argmax(1)
    return np.where(top > 0, prices[at], np.nan)


def elasticities(demand: Array, prices: Array) -> Array:
    """(b, K - 1) arc elasticity between neighbouring prices, by midpoints; NaN where nobody buys at either."""
    with np.errstate(invalid="ignore", divide="ignore"):
        change = np.diff(demand, axis=1) / (demand[:, 1:] + demand[:, :-1])
    return np.asarray(change / (np.diff(prices) / (prices[1:] + prices[:-1])))
