"""Counter-based random numbers: the draw of a unit in a replicate depends on (seed, unit, replicate) and nothing else.

So the bootstrap does not move with row order, partition, engine or number of threads, and rows of one person, who share
a unit key, share a count: that is the cluster bootstrap.
"""

from __future__ import annotations

from math import exp, factorial

import numpy as np

Array = np.ndarray

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
CACHED = 1 << 14
"""Counters worked on at once: what stays in the processor's cache."""


def philox(counter: tuple[Array, Array, Array, Array], key: tuple[int, int]) -> tuple[Array, Array, Array, Array]:
    """Four 32-bit words (as uint64) for each counter of four 32-bit words: Philox4x32-10.

    Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC '11.
    """
    a, b, c, d = (np.asarray(word, dtype=np.uint64) for word in counter)
    left, right = np.uint64(key[0]), np.uint64(key[1])
    for _ in range(10):
        first, second = a * _MULTIPLIERS[0], c * _MULTIPLIERS[1]
        a, b = (second >> _HALF) ^ b ^ left, second & _LOW
        c, d = (first >> _HALF) ^ d ^ right, first & _LOW
        left, right = (left + _WEYL[0]) & _LOW, (right + _WEYL[1]) & _LOW
    return a, b, c, d


def words(seed: int, keys: Array, blocks: Array, stream: int = 0) -> Array:
    """(units, 4·blocks) uint64 words below 2^32 for (units,) keys and (blocks,) block numbers below 2^32."""
    keys = np.asarray(keys, dtype=np.uint64)[:, None]
    blocks = np.asarray(blocks, dtype=np.uint64)[None, :]
    shape = np.zeros((1, 1), dtype=np.uint64)
    counter = (keys & _LOW, keys >> _HALF, blocks + shape, shape + np.uint64(stream))
    out = philox(counter, (seed & 0xFFFFFFFF, seed >> 32))
    return np.stack(np.broadcast_arrays(*out), axis=-1).reshape(len(keys), -1)


def poisson_table() -> Array:
    """(65536,) Poisson(1) counts for 16 random bits: exact mean 1, variance 1 to three digits."""
    times = [round(65536 * exp(-1) / factorial(count)) for count in range(10)]
    times[1] = 65536 - sum(count * number for count, number in enumerate(times) if count > 1)
    times[0] = 65536 - sum(times[1:])
    return np.repeat(np.arange(10, dtype=np.uint8), times)


_TABLE = poisson_table()


def poisson_counts(seed: int, keys: Array, first: int, until: int) -> Array:
    """(until - first, units) uint8 Poisson(1) counts of replicates first … until - 1, eight to a block."""
    blocks = np.arange(first // 8, -(-until // 8))
    inside = slice(first - 8 * blocks[0], until - 8 * blocks[0])
    counts = np.empty((until - first, len(keys)), dtype=np.uint8)
    step = max(1, CACHED // len(blocks))
    for at in range(0, len(keys), step):
        halves = words(seed, keys[at : at + step], blocks).astype("<u4").view("<u2")
        counts[:, at : at + step] = _TABLE[halves[:, inside]].T
    return counts


def rao_wu_factors(seed: int, stratum: Array, stratum_keys: Array, first: int, until: int) -> Array:
    """(until - first, units) factors of the Rao-Wu (1988) rescaling bootstrap for (units,) strata of two or more units.

    In each stratum n - 1 of its n units are drawn with replacement; a unit drawn t times gets t·n/(n - 1).
    """
    replicates = until - first
    factors = np.zeros((replicates, len(stratum)))
    for at, key in enumerate(stratum_keys):
        members = np.flatnonzero(stratum == at)
        n = len(members)
        chosen = _choices(seed, key, n, first, replicates)
        flat = chosen + n * np.arange(replicates)[:, None]
        times = np.bincount(flat.ravel(), minlength=n * replicates).reshape(replicates, n)
        factors[:, members] = times * (n / (n - 1))
    return factors


def _choices(seed: int, key: int, n: int, first: int, replicates: int) -> Array:
    """(replicates, n - 1) members of 0 … n - 1, equally likely."""
    per_replicate = -(-(n - 1) // 4)
    blocks = np.arange(first * per_replicate, (first + replicates) * per_replicate)
    drawn = words(seed, np.array([key], dtype=np.uint64), blocks, stream=1).reshape(replicates, -1)[:, : n - 1]
    return ((drawn * np.uint64(n)) >> _HALF).astype(np.int64)
