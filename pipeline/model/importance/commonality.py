"""Commonality: what a driver explains alone, and what it shares with whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Array = np.ndarray


def commonality(drivers: Array, outcome: Array, blocks: Sequence[Sequence[int]] | None = None) -> Array:
    """(…, 3, p) unique, shared within the driver's block, shared across blocks; they add up to its squared correlation.

    Sums of the 2^p - 1 commonality coefficients (Mood 1971; Seibold & McPhee 1979) without working them out: within is
    what the driver adds to all drivers outside its block, less what is unique. A shared part may be negative: drivers
    that suppress each other. Without blocks each driver is its own, and everything shared is shared across.
    """
    p = outcome.shape[-1]
    inverse = np.linalg.inv(drivers)
    unique = (inverse @ outcome[..., None])[..., 0] ** 2 / np.diagonal(inverse, axis1=-2, axis2=-1)
    beyond = unique.copy()
    for block in blocks or ():
        outside = [at for at in range(p) if at not in set(block)]
        for driver in block if len(block) > 1 else ():
            beyond[..., driver] = _r2(drivers, outcome, [*outside, driver]) - _r2(drivers, outcome, outside)
    return np.stack([unique, beyond - unique, outcome**2 - beyond], axis=-2)


def _r2(drivers: Array, outcome: Array, members: list[int]) -> Array:
    at = np.array(members, dtype=np.intp)
    chosen = outcome[..., at]
    solved = np.linalg.solve(drivers[..., at[:, None], at], chosen[..., None])[..., 0]
    return np.asarray((chosen * solved).sum(-1))
