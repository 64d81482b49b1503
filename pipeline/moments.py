"""Moments: weighted sums and products of columns, batched over leading axes; merge by addition.

Almost every published figure about drivers is a function of means and a covariance matrix. A sample is reduced
to Moments once; a bootstrap is Moments with a leading replicate axis, a published correlation table is Moments too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.errors import WhybuyError

Array = np.ndarray

ROUNDING = 1e-12
"""A variance below this part of the mean square about the origin is a rounding error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Sums over rows of q columns, measured from `origin` so that large values lose no digits.

    names: q column names. origin: (q,). weight: (…) sum of w. sums: (…, q) sum of w·x. products: (…, q, q)
    sum of w·x·x'. rows: number of rows behind the point estimate, for the n/(n-1) of a sample covariance.
    """

    names: tuple[str, ...]
    origin: Array
    weight: Array
    sums: Array
    products: Array
    rows: int

    @classmethod
    def of(cls, columns: Array, names: tuple[str, ...], weight: Array | None = None) -> Moments:
        """Moments of (r, q) complete columns under (r,) weights (1 when absent), about their own mean."""
        across = np.array(np.transpose(columns), dtype=float, order="C")
        weight = np.ones(len(columns)) if weight is None else np.asarray(weight, float)
        total = weight.sum()
        origin = across @ weight / total
        across -= origin[:, None]
        # Corrected once, so that a large common value costs no digits.
        correction = across @ weight / total
        across -= correction[:, None]
        sums, products = across @ weight, (across * weight) @ across.T
        return cls(
            names=names, origin=origin + correction, weight=total, sums=sums, products=products, rows=len(columns)
        )

    @classmethod
    def of_correlations(cls, correlations: Array, names: tuple[str, ...], rows: int) -> Moments:
        """Moments of standardised columns with the given (q, q) correlations, as a published table has them."""
        zeros = np.zeros(len(names))
        products = np.asarray(correlations, float) * (rows - 1)
        return cls(names=names, origin=zeros, weight=np.asarray(float(rows)), sums=zeros, products=products, rows=rows)

    def __add__(self, other: Moments) -> Moments:
        """Moments of both sets of rows together; both must be measured from the same origin."""
        if self.names != other.names or not np.array_equal(self.origin, other.origin):
            raise WhybuyError("only moments of the same columns, measured from the same origin, add up.")
        return Moments(
            names=self.names,
            origin=self.origin,
            weight=self.weight + other.weight,
            sums=self.sums + other.sums,
            products=self.products + other.products,
            rows=self.rows + other.rows,
        )

    @property
    def mean(self) -> Array:
        """(…, q) weighted means; NaN where no weight is left."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.origin + self.sums / self.weight[..., None]

    @property
    def cov(self) -> Array:
        """(…, q, q) weighted covariances with the n/(n-1) of a sample, as R `svyvar`."""
        with np.errstate(invalid="ignore", divide="ignore"):
            offset = self.sums / self.weight[..., None]
            cov = self.products / self.weight[..., None, None] - offset[..., :, None] * offset[..., None, :]
        return cov * (self.rows / (self.rows - 1)) if self.rows > 1 else cov * np.nan

    @property
    def sd(self) -> Array:
        """(…, q) standard deviations."""
        return np.sqrt(np.maximum(np.diagonal(self.cov, axis1=-2, axis2=-1), 0.0))

    @property
    def correlations(self) -> Array:
        """(…, q, q) correlations; NaN beside a column that does not vary."""
        with np.errstate(invalid="ignore", divide="ignore"):
            size = np.diagonal(self.products, axis1=-2, axis2=-1) / self.weight[..., None]
        return correlations(self.cov, ROUNDING * size)

    def select(self, names: tuple[str, ...]) -> Moments:
        """The same moments with only these columns, in this order."""
        at = np.array([self.names.index(name) for name in names])
        products = self.products[..., at[:, None], at]
        return Moments(
            names=names,
            origin=self.origin[at],
            weight=self.weight,
            sums=self.sums[..., at],
            products=products,
            rows=self.rows,
        )


def correlations(cov: Array, noise: Array | float = 0.0) -> Array:
    """(…, q, q) correlations of covariances; a variance within `noise` gives NaN, and no warning."""
    variance = np.diagonal(cov, axis1=-2, axis2=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = 1 / np.sqrt(np.where(variance > noise, variance, np.nan))
        result = cov * scale[..., :, None] * scale[..., None, :]
    index = np.arange(cov.shape[-1])
    result[..., index, index] = np.where(np.isnan(scale), np.nan, 1.0)
    return result


def unit_sums(columns: Array, weight: Array, unit: Array, units: int, origin: Array) -> Array:
    """(units, 1 + q + q(q+1)/2) sums of w, w·x and the upper triangle of w·x·x' over the rows of each unit."""
    centred = columns - origin
    first, second = np.triu_indices(columns.shape[1])
    parts = np.column_stack([np.ones(len(columns)), centred, centred[:, first] * centred[:, second]]) * weight[:, None]
    if units == len(columns) and np.array_equal(unit, np.arange(units)):
        return parts
    total = np.zeros((units, parts.shape[1]))
    np.add.at(total, unit, parts)
    return total


def from_sums(parts: Array, names: tuple[str, ...], origin: Array, rows: int) -> Moments:
    """Moments of (…, 1 + q + q(q+1)/2) summed parts, as `unit_sums` lays them out."""
    q = len(names)
    first, second = np.triu_indices(q)
    products = np.empty((*parts.shape[:-1], q, q))
    products[..., first, second] = products[..., second, first] = parts[..., 1 + q :]
    return Moments(
        names=names, origin=origin, weight=parts[..., 0], sums=parts[..., 1 : 1 + q], products=products, rows=rows
    )
