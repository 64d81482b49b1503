"""Counter-based random numbers: the draw of a unit in a replicate depends on (seed, unit, replicate) and nothing else.

So the bootstrap does not move with row order, partition, engine or number of threads, and rows of one person, who share
a unit key, share a count: that is the cluster bootstrap.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, factorial

import numpy as np

Array = np.ndarray

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_LOW16, _QUARTER = np.uint64(0xFFFF), np.uint64(16)
CACHED = 1 << 14
"""Counters worked on at once: what stays in the processor's cache."""


def philox(counter: tuple[Array, Array, Array, Array], key: tuple[int, int]) -> tuple[Array, Array, Array, Array]:
    """Four 32-bit words (as uint64) for each counter of four 32-bit words: Philox4x32-10.

    Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC '11.
    """
    a, b, c, d = (np.array(word, dtype=np.uint64, order="C") for word in np.broadcast_arrays(*counter))
    first, second = np.empty_like(a), np.empty_like(a)
    left, right = np.uint64(key[0]), np.uint64(key[1])
    for _ in range(10):
        np.multiply(a, _MULTIPLIERS[0], out=first)
        np.multiply(c, _MULTIPLIERS[1], out=second)
        _mix(a, b, second, left)
        _mix(c, d, first, right)
        left, right = (left + _WEYL[0]) & _LOW, (right + _WEYL[1]) & _LOW
    return a, b, c, d


def _mix(high: Array, low: Array, product: Array, key: np.uint64) -> None:
    """Half a round, in place: no memory is asked for inside the loop."""
    np.right_shift(product, _HALF, out=high)
    np.bitwise_xor(high, low, out=high)
    np.bitwise_xor(high, key, out=high)
    np.bitwise_and(product, _LOW, out=low)


def words(seed: int, keys: Array, blocks: Array, stream: int = 0) -> tuple[Array, Array, Array, Array]:
    """Four (blocks, units) uint64 words below 2^32 for (units,) keys and (blocks,) block numbers below 2^32."""
    keys = np.asarray(keys, dtype=np.uint64)[None, :]
    counter = (keys & _LOW, keys >> _HALF, np.asarray(blocks, dtype=np.uint64)[:, None], np.array(stream, np.uint64))
    return philox(counter, (seed & 0xFFFFFFFF, seed >> 32))


def poisson_table() -> Array:
    """(65536,) Poisson(1) counts for 16 random bits: exact mean 1, variance 1 to three digits."""
    times = [round(65536 * exp(-1) / factorial(count)) for count in range(10)]
    times[1] = 65536 - sum(count * number for count, number in enumerate(times) if count > 1)
    times[0] = 65536 - sum(times[1:])
    return np.repeat(np.arange(10, dtype=np.uint8), times)


_TABLE = poisson_table()


def poisson_counts(seed: int, keys: Array, first: int, until: int) -> Array:
    """(until - first, units) uint8 Poisson(1) counts of replicates first … until - 1, eight to a block."""
    begin, end = first // 8, -(-until // 8)
    counts = np.empty((end - begin, 8, len(keys)), dtype=np.uint8)
    for blocks, units in _pieces(begin, end, len(keys)):
        inside = slice(blocks.start - begin, blocks.stop - begin)
        for at, word in enumerate(words(seed, keys[units], np.arange(blocks.start, blocks.stop))):
            counts[inside, 2 * at, units] = _TABLE[(word & _LOW16).view(np.int64)]
            counts[inside, 2 * at + 1, units] = _TABLE[(word >> _QUARTER).view(np.int64)]
    return counts.reshape(-1, len(keys))[first - 8 * begin : until - 8 * begin]


def exponential_weights(seed: int, keys: Array, first: int, until: int) -> Array:
    """(until - first, units) exponential(1) weights of replicates first … until - 1, four to a block.

    The Bayesian bootstrap (Rubin 1981), from words of their own stream; never 0.
    """
    begin, end = first // 4, -(-until // 4)
    weights = np.empty((end - begin, 4, len(keys)))
    for blocks, units in _pieces(begin, end, len(keys)):
        drawn = words(seed, keys[units], np.arange(blocks.start, blocks.stop), stream=2)
        inside = slice(blocks.start - begin, blocks.stop - begin)
        weights[inside, :, units] = -np.log((np.stack(drawn, axis=1) + 0.5) * 2.0**-32)
    return weights.reshape(-1, len(keys))[first - 4 * begin : until - 4 * begin]


def _pieces(begin: int, end: int, units: int) -> Iterator[tuple[slice, slice]]:
    """Pieces of blocks × units that stay in the processor's cache."""
    wide = max(1, min(units, CACHED))
    high = max(1, CACHED // wide)
    for at in range(0, units, wide):
        for block in range(begin, end, high):
            yield slice(block, min(end, block + high)), slice(at, at + wide)


def rao_wu_factors(seed: int, stratum: Array, stratum_keys: Array, first: int, until: int) -> Array:
    """(until - first, units) factors of the Rao-Wu (1988) rescaling bootstrap for (units,) strata.

    In each stratum n - 1 of its n units are drawn with replacement; a unit drawn t times gets t·n/(n - 1). A stratum of
    one unit, which is all of its population, keeps it.
    """
    replicates = until - first
    factors = np.zeros((replicates, len(stratum)))
    for at, key in enumerate(stratum_keys):
        members = np.flatnonzero(stratum == at)
        n = len(members)
        if n == 1:
            factors[:, members] = 1.0
            continue
        chosen = _choices(seed, key, n, first, replicates)
        flat = chosen + n * np.arange(replicates)[:, None]
        times = np.bincount(flat.ravel(), minlength=n * replicates).reshape(replicates, n)
        factors[:, members] = times * (n / (n - 1))
    return factors


def _choices(seed: int, key: int, n: int, first: int, replicates: int) -> Array:
    """(replicates, n - 1) members of 0 … n - 1, equally likely."""
    per_replicate = -(-(n - 1) // 4)
    blocks = np.arange(first * per_replicate, (first + replicates) * per_replicate)
    drawn = np.hstack(words(seed, np.array([key], dtype=np.uint64), blocks, stream=1))
    drawn = drawn.reshape(replicates, -1)[:, : n - 1]
    return ((drawn * np.uint64(n)) >> _HALF).astype(np.int64)
