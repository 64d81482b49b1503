"""Chained equations: every missing answer is drawn, given all other answers, again and again until the draws settle.

Van Buuren & Groothuis-Oudshoorn (2011), "mice: Multivariate Imputation by Chained Equations in R", JSS 45(3). All
completed data sets are made side by side; what one column needs is one small system of equations in each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

Array = np.ndarray

CYCLES = 10
"""Passes over the incomplete columns; draws of answers settle within five to ten."""
DONORS = 5
"""Respondents of whom one lends an answer (van Buuren 2018, "Flexible Imputation of Missing Data", sec. 3.4.2)."""
PRIOR = 0.1
"""Respondents who say that a coefficient is nothing: so predictors may repeat each other, or be flat where answered."""
TIES = 1e-7
"""Noise on predictions, in standard deviations, that decides between donors who are equally near."""
STREAM = 7 << 32
"""Keys of these draws, apart from those of anything else that is drawn."""
CELLS = 1 << 25
"""Cells of all data sets held in memory at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """What is to be filled. answers: (r, k), NaN where missing. wanted: (r, k) bool, the missing cells to be drawn.

    beside: (r, q) complete columns that help to predict. Missing cells that are not wanted stay missing; as predictors
    they have an indicator of their own instead of a value.
    """

    answers: Array
    wanted: Array
    beside: Array

    @property
    def incomplete(self) -> list[int]:
        """Columns with cells to be drawn, those with the fewest first."""
        counts = self.wanted.sum(0)
        return sorted(np.flatnonzero(counts).tolist(), key=lambda at: (counts[at], at))

    @property
    def predictors(self) -> Array:
        """(r, q') further columns of every equation: the constant, `beside` and indicators, none twice, none flat."""
        absent = np.isnan(self.answers) & ~self.wanted
        found = np.column_stack([self.beside, absent.astype(float)])
        found = found[:, np.ptp(found, axis=0) > 0]
        constant = np.ones((len(found), 1))
        return np.hstack([constant, np.unique(found, axis=1)]) if found.size else constant

    @property
    def room(self) -> int:
        """Fewest answers to a column with gaps, less the coefficients of its equation; below 1 there are too few."""
        given = np.isfinite(self.answers).sum(0)[self.incomplete]
        return int(given.min(initial=len(self.answers))) - self.predictors.shape[1] - self.answers.shape[1] + 1


def completed(gaps: Gaps, *, seed: int, number: int) -> Iterator[Array]:
    """(r, k) answers `number` times over, each with other draws in the wanted cells; values that were given only.

    Each column with gaps is predicted from all others by a linear model whose coefficients are drawn from their
    posterior (Rubin 1987, ex. 5.1; flat prior, normal residuals); the answer is that of one of the DONORS respondents
    whose predictions are nearest (predictive mean matching, Little 1988), so it is on the scale by itself. Draws are
    those of Philox keyed on the seed, so they depend on the rows' canonical order and on nothing else. A column that is
    flat where it is answered is filled with its only value. Raises ValueError where a column has no answer at all.
    """
    if not np.isfinite(gaps.answers).any(0)[gaps.incomplete].all():
        raise ValueError("a column without any answer cannot be imputed")
    width = gaps.answers.shape[1] + gaps.predictors.shape[1]
    step = max(1, CELLS // max(1, len(gaps.answers) * width))
    for first in range(0, number, step):
        random = np.random.Generator(np.random.Philox(key=[seed, STREAM + first]))
        yield from _Chains.start(gaps, min(step, number - first), random).run()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chains:
    """m data sets side by side, worked on in place.

    z: (m, K, r) standardised answers, then predictors. products: (m, K, K) of them. lent: column -> (m, gaps) rows
    whose answers stand in its gaps now.
    """

    gaps: Gaps
    random: np.random.Generator
    z: Array
    products: Array
    lent: dict[int, Array]

    @classmethod
    def start(cls, gaps: Gaps, number: int, random: np.random.Generator) -> _Chains:
        """Gaps are first filled with answers that others gave to the same column, drawn at random."""
        known = np.nan_to_num(_standardised(gaps.answers))
        z = np.repeat(np.column_stack([known, _standardised(gaps.predictors)]).T[None], number, axis=0)
        lent = {}
        for column in gaps.incomplete:
            rows, given = gaps.wanted[:, column], np.flatnonzero(np.isfinite(gaps.answers[:, column]))
            lent[column] = random.choice(given, (number, int(rows.sum())))
            z[:, column, rows] = known[lent[column], column]
        return cls(gaps=gaps, random=random, z=z, products=z @ z.transpose(0, 2, 1), lent=lent)

    def run(self) -> Iterator[Array]:
        for _ in range(CYCLES):
            for column in self.gaps.incomplete:
                self._draw(column)
        for chain in range(len(self.z)):
            found = self.gaps.answers.copy()
            for column, lenders in self.lent.items():
                found[self.gaps.wanted[:, column], column] = found[lenders[chain], column]
            yield found

    def _draw(self, column: int) -> None:
        """New answers in the gaps of one column, in every data set."""
        rows, given = self.gaps.wanted[:, column], np.isfinite(self.gaps.answers[:, column])
        left_out = self.z[:, :, ~given]
        products = self.products - left_out @ left_out.transpose(0, 2, 1)
        predicted = posterior(products, column, int(given.sum()), self.random) @ self.z
        lender = np.flatnonzero(given)[donors(predicted[:, 0, given], predicted[:, 1, rows], self.random)]
        self.lent[column] = lender
        self.z[:, column, rows] = self.z[0, column][lender]
        moved = (self.z @ self.z[:, column, :, None])[..., 0]
        self.products[:, column] = self.products[:, :, column] = moved


def _standardised(columns: Array) -> Array:
    """Columns in standard deviations from their mean; one that is flat stays as it is."""
    spread = np.nanstd(columns, 0)
    flat = spread == 0
    return np.asarray((columns - np.where(flat, 0.0, np.nanmean(columns, 0))) / np.where(flat, 1.0, spread))


def posterior(products: Array, column: int, given: int, random: np.random.Generator) -> Array:
    """(m, 2, K) coefficients of a column on all others, 0 at its own place: as fitted, and as drawn.

    products: (m, K, K) over the `given` rows where the column is answered. Residual variance RSS/χ², coefficients
    normal about the fitted ones (Rubin 1987, p. 167), with the PRIOR on every coefficient.
    """
    others = np.delete(np.arange(products.shape[1]), column)
    within, across = products[:, others[:, None], others], products[:, others, column]
    within[:, np.arange(len(others)), np.arange(len(others))] += PRIOR
    fitted = np.linalg.solve(within, across[..., None])[..., 0]
    left = products[:, column, column] - ((across + PRIOR * fitted) * fitted).sum(1)
    sigma = np.sqrt(np.maximum(left, 0.0) / random.chisquare(max(1, given - len(others)), len(products)))
    noise = random.standard_normal(fitted.shape)[..., None]
    root = np.linalg.cholesky(within).transpose(0, 2, 1)
    found = np.zeros((len(products), 2, products.shape[1]))
    found[:, 0, others] = fitted
    found[:, 1, others] = fitted + sigma[:, None] * np.linalg.solve(root, noise)[..., 0]
    return found


def donors(given: Array, wanted: Array, random: np.random.Generator) -> Array:
    """(m, w) positions among the (m, n) predictions `given`: for each (m, w) wanted, one of the DONORS nearest."""
    chains, n = given.shape
    given = given + TIES * random.random(given.shape)
    order = np.argsort(given, axis=1)
    ranked = np.take_along_axis(given, order, 1)
    low, span = ranked[:, :1], np.ptp(ranked, axis=1, keepdims=True)
    apart = 2.0 * np.arange(chains)[:, None]
    line = [np.clip((each - low) / np.where(span > 0, span, 1.0), 0.0, 1.0) + apart for each in (ranked, wanted)]
    place = np.searchsorted(line[0].ravel(), line[1].ravel()).reshape(wanted.shape) - n * np.arange(chains)[:, None]
    most = min(DONORS, n)
    wide = min(2 * most, n)
    window = np.clip(place - most, 0, n - wide)[..., None] + np.arange(wide)
    window = np.take_along_axis(ranked, window.reshape(chains, -1), 1).reshape(window.shape), window
    distance = np.abs(window[0] - wanted[..., None])
    near = np.argpartition(distance, most - 1, axis=-1)[..., :most] if wide > most else np.argsort(distance, axis=-1)
    chosen = np.take_along_axis(near, random.integers(0, most, (*wanted.shape, 1)), -1)
    at = np.take_along_axis(window[1], chosen, -1)[..., 0]
    return np.asarray(np.take_along_axis(order, at, 1))
