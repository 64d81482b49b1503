"""How few respondents it would take to turn the order of the first two drivers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.importance import usable
from pipeline.model.jackknife import Function, contributions, gradient, share_of, shares_near
from pipeline.model.players import Structure
from pipeline.model.resample import Panel
from pipeline.moments import Moments, from_sums
from pipeline.sample import Sample
from pipeline.weight import Design

Array = np.ndarray

MOST_REMOVED = 0.1
"""Part of the respondents up to which a turn is looked for."""
TRIED = 32
"""Numbers of removed respondents tried at once."""
ROUNDS = 4
"""How often respondents are ordered anew, by their pull where the order turned."""
MOST_RETURNED = 100
"""Removed respondents up to which it is tried to put each of them back."""


def tipping_rows(moments: Moments, sample: Sample, setting: Setting) -> Iterator[Row]:
    """Fewest respondents found without whom the second driver has the larger lmg_share, and their part of all.

    An upper bound: another set may be smaller. Respondents leave with all their rows and weights. 'not_defined'
    (not_found) where nobody up to a tenth of them turns it; 'singular' where drivers repeat each other; no rows for a
    single driver. moments: of the model.
    """
    if len(sample.drivers) < 2:
        return
    observed = np.corrcoef(sample.model.x, rowvar=False)
    if not usable(moments.correlations[:-1, :-1]) or not usable(observed):
        absent: Row = {"state": "singular", "reason": "singular", "outcome": setting.outcome, **everyone(sample)}
        yield from (row("tipping", metric, **absent) for metric in ("tipping_respondents", "tipping_share"))
        return
    first, second = np.argsort(-share_of(Structure.of(sample.model))(moments), kind="stable")[:2]
    removed = turning(sample, int(first), int(second))
    people = len(np.unique(sample.respondent))
    columns: Row = {"outcome": setting.outcome, "term": sample.drivers[first], **everyone(sample)}
    columns |= {"contrast": f"above:{sample.drivers[second]}"}
    for metric, unit in (("tipping_respondents", 1.0), ("tipping_share", 1 / people)):
        if removed is None:
            yield row("tipping", metric, state="not_defined", reason="not_found", **columns)
        else:
            yield row("tipping", metric, estimate=len(removed) * unit, **columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """Where a turn is looked for: rows of the model, their respondents, and the gap of shares that has to close.

    Many sets are tried by `gap`, which is quick near the whole sample; what is found is held against `exact`.
    """

    panel: Panel
    design: Design
    whole: Moments
    gap: Function
    exact: Function

    @property
    def most(self) -> int:
        return int(MOST_REMOVED * len(self.design.keys))

    def without(self, people: Array) -> Moments:
        """Moments of the rows of everybody else, from the rows themselves."""
        keep = ~np.isin(self.design.unit, people)
        return Moments.of(self.panel.columns[keep], self.panel.names, self.design.weight[keep])

    def sums(self, people: list[Array]) -> Array:
        """(sets, parts) sums of the rows of each set of people."""
        q = len(self.panel.names)
        first, second = np.triu_indices(q)
        found = np.empty((len(people), 1 + q + len(first)))
        by_person = np.argsort(self.design.unit, kind="stable")
        ends = np.searchsorted(self.design.unit[by_person], np.arange(len(self.design.keys) + 1))
        for at, some in enumerate(people):
            rows = np.concatenate([by_person[ends[one] : ends[one + 1]] for one in some])
            centred = self.panel.columns[rows] - self.whole.origin
            weight = self.design.weight[rows]
            products = (centred * weight[:, None]).T @ centred
            found[at] = np.concatenate([[weight.sum()], weight @ centred, products[first, second]])
        return found

    def turned(self, removed: Array) -> Array:
        """(sets,) whether the gap is closed without the (sets, parts) sums."""
        first, second = np.triu_indices(len(self.panel.names))
        total = np.concatenate([[self.whole.weight], self.whole.sums, self.whole.products[first, second]])
        with np.errstate(invalid="ignore", divide="ignore"):
            left = self.gap(from_sums(total - removed, self.panel.names, self.whole.origin, self.whole.rows))
        return np.asarray(left[:, 0] < 0)


def turning(sample: Sample, first: int, second: int) -> Array | None:
    """Respondents (positions in order of their ids) without whom `second` has the larger share, or None.

    They are taken in the order of their pull on the gap (infinitesimal jackknife), ordered anew where it turned, and
    put back one by one while it stays turned; in the end the rows that are left are analysed from scratch.
    """
    search = _search(sample, first, second)
    best: Array | None = None
    at = search.whole
    order = np.empty(0, dtype=int)
    for _ in range(ROUNDS):
        pull = contributions(gradient(search.gap, at), at.origin, search.panel, search.design)[:, 0]
        order = np.argsort(-pull, kind="stable")[: search.most]
        count = _fewest(search, order)
        if count is None or (best is not None and count >= len(best)):
            break
        best = order[:count]
        at = search.without(best)
    return None if best is None else _confirmed(search, _shortened(search, best), order)


def _confirmed(search: _Search, removed: Array, order: Array) -> Array | None:
    """The set, analysed from scratch without it; more of those who pull next where the quick gap was too quick."""
    next_ones, more = order[~np.isin(order, removed)], 0
    while len(removed) + more <= search.most and more <= len(next_ones):
        people = np.concatenate([removed, next_ones[:more]])
        if search.exact(search.without(people))[0] < 0:
            return people
        more = 2 * more or 1
    return None


def _search(sample: Sample, first: int, second: int) -> _Search:
    model, structure = sample.model, Structure.of(sample.model)
    people, index = np.unique(sample.respondent, return_inverse=True)
    design = replace(
        sample.design, unit=index, keys=np.arange(len(people), dtype=np.uint64), stratum=None, stratum_keys=None
    )
    whole = Moments.of(model.values, model.names, design.weight)
    return _Search(
        panel=Panel(names=model.names, columns=model.values, rows=np.arange(len(model.values))),
        design=design,
        whole=whole,
        gap=_gap(shares_near(structure, whole), first, second),
        exact=_gap(share_of(structure), first, second),
    )


def _gap(shares: Function, first: int, second: int) -> Function:
    def gap(moments: Moments) -> Array:
        found = shares(moments)
        return np.asarray(found[..., [first]] - found[..., [second]])

    return gap


def _fewest(search: _Search, order: Array) -> int | None:
    """Smallest number of the first respondents in this order without whom the gap is closed; a grid, then its cell."""
    below, above = 0, len(order)
    while above > below:
        counts = np.unique(np.ceil(np.linspace(below, above, TRIED + 1)[1:]).astype(int))
        parts = [order[start:stop] for start, stop in zip([0, *counts[:-1]], counts, strict=True)]
        turned = np.flatnonzero(search.turned(np.cumsum(search.sums(parts), axis=0)))
        if not len(turned):
            return None
        above = int(counts[turned[0]])
        below = int(counts[turned[0] - 1]) if turned[0] else below
        if above - below <= 1:
            return above
    return None


def _shortened(search: _Search, removed: Array) -> Array:
    """The set without those who can be put back, one by one, while the gap stays closed."""
    while 1 < len(removed) <= MOST_RETURNED:
        each = search.sums([removed[[at]] for at in range(len(removed))])
        idle = np.flatnonzero(search.turned(each.sum(0) - each))
        if not len(idle):
            break
        removed = np.delete(removed, idle[-1])
    return removed
