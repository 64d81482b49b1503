"""What holds within classes: moments weighted by the probability of each class, corrected for wrong classification.

People are not put into their likeliest class: each counts for every class with its probability. Such sums mix the true
classes in known parts, which are taken out again (Bolck, Croon & Hagenaars 2004; Vermunt 2010). That needs that what is
compared is independent of the answers that built the classes, within a class. Classes are those of each resample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.model.classes._number import Model
from pipeline.model.resample import Resampled
from pipeline.moments import Moments, from_sums, unit_sums

Array = np.ndarray

BLURRED = 1e-3
"""Least eigenvalue of how classes are told apart, below which they cannot be taken apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Who belongs where, in the sample and in B resamples. point: (width,), values: (B, width) parameters of the model.

    where: (n,) unit of the model of each person. weight: (n,). factor: (B, n) of each resample. mixed: whether sums are
    to be corrected for wrong classification.
    """

    model: Model
    point: Array
    values: Array
    where: Array
    weight: Array
    factor: Array
    mixed: bool = True

    def each(self, of: Array) -> Iterator[tuple[Array, Array]]:
        """(K, r) probabilities and (r,) weights of the rows of people `of`, in the sample and then in each resample."""
        for at in range(-1, len(self.values)):
            values = self.point if at < 0 else self.values[at]
            weight = self.weight if at < 0 else self.weight * self.factor[at]
            yield self.model.posterior(values[None])[0][:, self.where[of]], weight[of]

    def sums(self, parts: Array, of: Array) -> Array:
        """(1 + B, K, k) sums of (r, k) parts of rows of the people `of` (r,) over each class; NaN where not known."""
        found, mixing = [], []
        for chance, weight in self.each(of):
            mine = chance * weight
            found.append(mine @ parts)
            mixing.append(mine @ chance.T)
        return unmixed(np.array(mixing), np.array(found)) if self.mixed else np.array(found)

    def moments(self, columns: Array, names: tuple[str, ...], of: Array) -> list[Resampled]:
        """Moments of (r, q) columns of rows of the people `of` in each class, and in the resamples."""
        origin = Moments.of(columns, names, self.weight[of]).origin
        parts = unit_sums(columns, np.ones(len(columns)), np.arange(len(columns)), len(columns), origin)
        sums = self.sums(parts, of)
        total = max(float(self.weight[of].sum()), 1e-300)
        rows = [max(2, round(len(of) * float(part) / total)) if np.isfinite(part) else 2 for part in sums[0, :, 0]]
        each = [from_sums(sums[:, at], names, origin, rows[at]) for at in range(self.model.size)]
        return [Resampled(point=_at(one, 0), draws=_at(one, slice(1, None))) for one in each]


def _at(moments: Moments, at: int | slice) -> Moments:
    return Moments(
        names=moments.names, origin=moments.origin, weight=moments.weight[at], sums=moments.sums[at],
        products=moments.products[at], rows=moments.rows,
    )  # fmt: skip


def unmixed(mixing: Array, sums: Array) -> Array:
    """(…, K, k) sums of the true classes of (…, K, k) sums over those assigned; NaN where they cannot be taken apart.

    mixing: (…, K, K) sums of the products of the probabilities of two classes.
    """
    total = mixing.sum(-1, keepdims=True)
    share = mixing / np.where(total > 0, total, 1.0)
    apart = np.abs(np.linalg.eigvals(share)).min(-1) > BLURRED
    safe = np.where(apart[..., None, None], np.swapaxes(share, -1, -2), np.eye(share.shape[-1]))
    return np.where(apart[..., None, None], np.linalg.solve(safe, sums), np.nan)
