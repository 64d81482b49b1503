"""Sums of products of the ways: rows that always stay or go together are summed once, and added up for each choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.model.robustness._ways import Ways

Array = np.ndarray

NEGLIGIBLE = 1e-10
"""Part of the largest eigenvalue below which a control repeats the others, or is constant in a subset."""
CHUNK = 1 << 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Products over a atoms: sets of rows that no choice parts. `order` sorts the u rows by atom, `ends` delimits them.

    before: (u, k) columns 1, controls, drivers, sorted. y: (u, codings) outcome, centred. weight[choice]: (u,).
    inside: (choices, a) 1 where an atom stays. places[choice of controls]: its columns within `before`, 1 first.
    """

    order: Array
    ends: Array
    before: Array
    drivers: int
    y: Array
    codings: tuple[str, ...]
    weight: Mapping[str, Array]
    inside: Array
    places: Mapping[str, Array]

    @classmethod
    def of(cls, ways: Ways, choices: list[dict[str, str]]) -> Sums:
        """Sums of the rows of all choices; columns are measured from their means."""
        names = [(axis, value) for axis, values in ways.masks.items() for value in values]
        member = np.array([ways.masks[axis][value] for axis, value in names])
        patterns, atom = _patterns(member)
        order = np.argsort(atom, kind="stable")
        at = {name: position for position, name in enumerate(names)}
        inside = [np.all([patterns[:, at[axis, choice[axis]]] for axis in ways.masks], axis=0) for choice in choices]
        controls = [ways.controls[name] for name in ways.controls]
        widths = np.cumsum([1, *(columns.shape[1] for columns in controls)])
        places = {
            name: np.concatenate([[0], np.arange(widths[i], widths[i + 1])]).astype(int)
            for i, name in enumerate(ways.controls)
        }
        centred = [columns - columns.mean(0) for columns in (*controls, ways.x)]
        before = np.column_stack([np.ones(len(atom)), *centred])
        y = np.column_stack([coding - coding.mean() for coding in ways.y.values()])
        return cls(
            order=order,
            ends=np.concatenate([[0], np.cumsum(np.bincount(atom))]),
            before=before[order],
            drivers=ways.x.shape[1],
            y=y[order],
            codings=tuple(ways.y),
            weight={name: weight[order] for name, weight in ways.weight.items()},
            inside=np.array(inside, dtype=float),
            places=places,
        )

    def atoms(self, weight: str, left: Array, right: Array) -> Array:
        """(a, columns, columns) weighted products of two sets of sorted columns in every atom."""
        weighted = left * self.weight[weight][:, None]
        pieces = zip(self.ends[:-1], self.ends[1:], strict=True)
        return np.array([weighted[low:high].T @ right[low:high] for low, high in pieces])

    def with_rows(self, weight: str, rows: Array) -> Array:
        """(a, k, m) weighted products of `before` with (m, u) sorted rows in every atom."""
        weighted = self.before * self.weight[weight][:, None]
        pieces = zip(self.ends[:-1], self.ends[1:], strict=True)
        return np.array([(rows[:, low:high] @ weighted[low:high]).T for low, high in pieces])

    def squares(self, weight: str, rows: Array) -> Array:
        """(a, m) weighted sums of squares of (m, u) sorted rows in every atom."""
        weighted, squared = self.weight[weight], rows**2
        pieces = zip(self.ends[:-1], self.ends[1:], strict=True)
        return np.array([squared[:, low:high] @ weighted[low:high] for low, high in pieces])

    def of_drivers(self, controls: str) -> Array:
        """Places of 1, these controls and the drivers within `before`."""
        width = self.before.shape[1]
        return np.concatenate([self.places[controls], np.arange(width - self.drivers, width)])


def _patterns(member: Array) -> tuple[Array, Array]:
    """(a, masks) which masks hold an atom, and the atom of every row, of (masks, u) memberships."""
    packed = np.packbits(member, axis=0)
    _, first, atom = np.unique(packed, axis=1, return_index=True, return_inverse=True)
    return member[:, first].T, np.asarray(atom).ravel()


def swept(products: Array, controls: int) -> tuple[Array, Array, Array]:
    """What the first `controls` columns leave of the others, what they take, and their rank.

    products: (…, controls + p, controls + p + more), symmetric but for further columns. Left: (…, p, p + more).
    Taken: (…, controls, p + more), whose sums of squares are what a column loses. Rank: (…).
    """
    block = products[..., :controls, :controls]
    scale = np.sqrt(np.maximum(np.diagonal(block, axis1=-2, axis2=-1), 1e-300))
    values, vectors = np.linalg.eigh(block / scale[..., :, None] / scale[..., None, :])
    kept = values > NEGLIGIBLE * values[..., -1:]
    root = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    half = np.swapaxes(vectors * root[..., None, :] / scale[..., :, None], -1, -2)
    taken = half @ products[..., :controls, controls:]
    ours = taken[..., : products.shape[-2] - controls]
    return products[..., controls:, controls:] - np.swapaxes(ours, -1, -2) @ taken, taken, kept.sum(-1)
