"""Indices of careless answering, one number a row: large tables in one pass, defined as in R's `careless` 1.2.2.

Curran (2016), "Methods for the detection of carelessly invalid responses in survey data", J. Exp. Soc. Psychol. 66;
Huang et al. (2012), J. Bus. Psychol. 27; Meade & Craig (2012), Psychol. Methods 17; Yentes & Wilhelm, `careless`.

Every index takes (r, k) answers, NaN where there is none, and knows no weights. A row without the index is NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

Array = np.ndarray

BLOCK = 2048
"""Rows taken at once: few enough to stay in the processor's cache."""
NOTHING = 1e-20
"""Part of the squared mean below which the variance of a column is rounding alone."""
FEWEST_PAIRS = 3
SINGULAR = np.finfo(float).eps


def longstring(answers: Array) -> Array:
    """(r,) int: the longest run of same answers in a row, in the order of the columns.

    A missing answer ends a run and is a run of 1 itself, as in R's `rle`. Johnson (2005), J. Res. Pers. 39.
    """
    return _each(answers, _longest, dtype=int, step=4 * BLOCK)


def average_string(answers: Array) -> Array:
    """(r,) mean length of the runs of same answers; a missing answer is a run of 1. R: `longstring(avg = TRUE)`."""
    return _each(answers, lambda block: block.shape[1] / (block.shape[1] - _same(block).sum(1)))


def irv(answers: Array) -> Array:
    """(r,) standard deviation (n - 1) of a row's answers: low where somebody answers all alike, high where at random.

    Over the answers there are; NaN under two. Dunn et al. (2018), J. Bus. Psychol. 33.
    """
    return _each(answers, _deviation)


def even_odd(answers: Array, sizes: Sequence[int]) -> Array:
    """(r,) -1 to 1, high where careless: the correlation of even with odd halves over scales, Spearman-Brown, negated.

    sizes: items of each scale, in the order of the columns; reversed items must be turned already. A half is the mean
    of its answered items; a scale with an empty half is left out. NaN under two scales, and where halves do not vary.
    The sign is R's since 1.2.0; minus the score is the consistency. Johnson (2005); Meade & Craig (2012).
    """
    place = np.arange(sum(sizes)) - np.repeat(np.cumsum([0, *sizes])[:-1], sizes)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    member = np.equal.outer(owner, np.arange(len(sizes)))
    even, odd = (member & (place % 2 == rest)[:, None] for rest in (1, 0))
    return _each(answers, lambda block: _halves(block, even.astype(float), odd.astype(float)))


def psychsyn(answers: Array, critical: float = 0.6) -> Array:
    """(r,) correlation, over pairs of items that correlate above `critical` in the sample, of one item with the other.

    Pairs are found on all rows that answered both. A row needs three pairs; NaN where one side of the pairs does not
    vary (R with `resample_na = FALSE`; its default redraws the sides at random). NaN everywhere without a pair.
    Meade & Craig (2012).
    """
    return _over_pairs(answers, _correlations(answers) > critical)


def psychant(answers: Array, critical: float = 0.6) -> Array:
    """(r,) the same over antonyms: pairs that correlate below minus `critical`. Near -1 in an attentive row."""
    return _over_pairs(answers, _correlations(answers) < -critical)


def mahalanobis(answers: Array) -> Array:
    """(r,) squared distance from the mean of all rows, in the metric of their covariances.

    Covariances are pairwise; a missing answer counts as the mean (R: `psych::outlier`), so a row without any has 0.
    NaN everywhere where items repeat each other, or do not vary.
    """
    mean, count, products, one_sided, _ = _products(answers)
    with np.errstate(invalid="ignore", divide="ignore"):
        inverse = _inverse((products - one_sided * one_sided.T / count) / (count - 1))
    if inverse is None:
        return np.full(len(answers), np.nan)
    return _each(answers, lambda block: _distance(block - mean, inverse))


def improbability(distances: Array, items: int) -> Array:
    """(r,) chance of a squared distance this large among attentive rows: chi-square with a degree for each item."""
    from scipy.special import chdtrc

    return np.asarray(chdtrc(items, np.maximum(distances, 0.0)))


def _each(answers: Array, index: Callable[[Array], Array], dtype: type = float, step: int = BLOCK) -> Array:
    """(r,) the index of every row, block by block."""
    found: Array = np.empty(len(answers), dtype=dtype)
    for rows in _blocks(len(answers), step):
        found[rows] = index(answers[rows])
    return found


def _blocks(rows: int, step: int = BLOCK) -> Iterator[slice]:
    return (slice(start, start + step) for start in range(0, rows, step))


def _same(block: Array) -> Array:
    """(b, k - 1) whether an answer repeats the one before."""
    return np.asarray(block[:, 1:] == block[:, :-1])


def _longest(block: Array) -> Array:
    same = np.ascontiguousarray(_same(block).T).view(np.uint8)
    counts = np.uint8 if block.shape[1] <= np.iinfo(np.uint8).max else np.uint32
    run, longest = np.zeros((2, len(block)), dtype=counts)
    for column in same:
        run += 1
        run *= column
        np.maximum(longest, run, out=longest)
    return longest.astype(int) + 1


def _anchored(block: Array) -> tuple[Array, Array]:
    """(b, k) answers less the first one of their row, 0 where missing, and which are given (one row if all are).

    Nothing here depends on where a row's scale begins, and rows that answer all alike become exact zeros.
    """
    if np.isfinite(block.sum()):
        return block - block[:, :1], np.ones((1, block.shape[1]))
    given = np.isfinite(block)
    first = block[np.arange(len(block)), given.argmax(1)]
    return np.where(given, block - first[:, None], 0.0), given.astype(float)


def _deviation(block: Array) -> Array:
    values, given = _anchored(block)
    count, total = given.sum(1), values @ np.ones(values.shape[1])
    squares = np.einsum("ij,ij->i", values, values)
    left = np.maximum(squares - total**2 / np.maximum(count, 1), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(count > 1, np.sqrt(left / (count - 1)), np.nan))


def _halves(block: Array, even: Array, odd: Array) -> Array:
    values, given = _anchored(block)
    with np.errstate(invalid="ignore", divide="ignore"):
        one, other = ((values @ half) / (given @ half) for half in (even, odd))
        both = np.isfinite(one) & np.isfinite(other)
        one, other = np.where(both, one, 0.0), np.where(both, other, 0.0)
        r = _correlated(both.sum(1), one.sum(1), other.sum(1), (one**2).sum(1), (other**2).sum(1), (one * other).sum(1))
        return np.asarray(-np.maximum(2 * r / (1 + r), -1.0))


def _over_pairs(answers: Array, alike: Array) -> Array:
    """(r,) correlation over pairs: (k, k) which items go together; the later one of a pair is one side."""
    pairs = np.tril(alike, -1).astype(float)
    if not pairs.any():
        return np.full(len(answers), np.nan)
    return _each(answers, lambda block: _paired(block, pairs))


def _paired(block: Array, pairs: Array) -> Array:
    values, given = _anchored(block)
    later, earlier = given @ pairs.T, given @ pairs
    count = (earlier * given).sum(1)
    squares = values**2
    r = _correlated(
        count,
        (values * later).sum(1),
        (values * earlier).sum(1),
        (squares * later).sum(1),
        (squares * earlier).sum(1),
        np.einsum("ij,ij->i", values @ pairs, values),
    )
    return np.asarray(np.where(count >= FEWEST_PAIRS, r, np.nan))


def _correlated(n: Array, x: Array, y: Array, xx: Array, yy: Array, xy: Array) -> Array:
    """(b,) Pearson correlations from counts and sums; NaN where one side does not vary, or n < 2."""
    with np.errstate(invalid="ignore", divide="ignore"):
        left_x, left_y = n * xx - x**2, n * yy - y**2
        varies = (left_x > 1e-12 * n * xx) & (left_y > 1e-12 * n * yy) & (n > 1)
        r = (n * xy - x * y) / np.sqrt(np.where(varies, left_x * left_y, np.nan))
    return np.asarray(np.clip(r, -1.0, 1.0))


def _products(answers: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Means (k,); for every two columns (k, k) the rows with both, and over these their product, the sum of the first
    and the sum of its squares, all measured from the means."""
    rows, k = answers.shape
    if rows and np.isfinite(answers.sum()):
        mean, products = np.ones(rows) @ answers / rows, np.zeros((k, k))
        for block in _blocks(rows):
            centred = answers[block] - mean
            products += centred.T @ centred
        squares = np.repeat(np.diagonal(products)[:, None], k, axis=1)
        return mean, np.full((k, k), float(rows)), products, np.zeros((k, k)), squares
    count, products, one_sided, squares = np.zeros((4, k, k))
    answered = np.isfinite(answers)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(answered, answers, 0.0).sum(0) / answered.sum(0)
    for block in _blocks(rows):
        given = answered[block].astype(float)
        centred = np.where(answered[block], answers[block] - mean, 0.0)
        count += given.T @ given
        products += centred.T @ centred
        one_sided += centred.T @ given
        squares += (centred**2).T @ given
    return mean, count, products, one_sided, squares


def _correlations(answers: Array) -> Array:
    """(k, k) correlations over the rows that answered both; NaN where one does not vary."""
    mean, count, products, one_sided, squares = _products(answers)
    with np.errstate(invalid="ignore", divide="ignore"):
        left = squares - one_sided**2 / count
        left = np.where(left > NOTHING * count * mean[:, None] ** 2, left, np.nan)
        return np.asarray((products - one_sided * one_sided.T / count) / np.sqrt(left * left.T))


def _inverse(covariances: Array) -> Array | None:
    """(k, k), or None where it does not exist: its condition is beyond rounding (as R's `solve` has it)."""
    if not np.isfinite(covariances).all():
        return None
    try:
        inverse = np.linalg.inv(covariances)
    except np.linalg.LinAlgError:
        return None
    condition = np.linalg.norm(covariances, 1) * np.linalg.norm(inverse, 1)
    return inverse if condition < 1 / SINGULAR else None


def _distance(centred: Array, inverse: Array) -> Array:
    if not np.isfinite(centred.sum()):
        centred = np.nan_to_num(centred)
    return np.asarray(np.einsum("ij,ij->i", centred @ inverse, centred))
