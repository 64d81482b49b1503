"""Multiple imputation and the pooled regression, beside statsmodels' MICE at equal pooled estimates."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.timing import Figure, cpu, memory
from pipeline.imputation.chained import CYCLES, Gaps, completed
from pipeline.imputation.pooling import Pooled, pool

ROWS, COLUMNS, MISSING, NUMBER = 250, 7, 0.12, 10
NEAR = 0.5
"""Standard errors within which both must find the same coefficients: 10 data sets leave a good tenth of one in each."""

Array = np.ndarray


def figures() -> Iterator[Figure]:
    answers = ratings()
    found: list[tuple[Array, Array]] = []
    theirs = cpu(lambda: found.append(statsmodels(answers)), runs=1)
    ours = pooled(answers)
    apart = float((np.abs(found[0][0] - ours.point) / ours.std_error).max())
    errors = float(np.abs(np.log(found[0][1] / ours.std_error)).max())
    if apart > NEAR or errors > 0.2:
        raise RuntimeError(f"not the same pooled estimates: {apart:.2f} errors apart, errors {errors:.2f}")
    yield Figure(
        what=f"{NUMBER} data sets imputed and pooled, n = {ROWS}, {COLUMNS} items; apart {apart:.2f} se",
        ours=cpu(lambda: pooled(answers)),
        megabytes=memory(lambda: pooled(answers)),
        peer="statsmodels MICE",
        theirs=theirs,
        least_ratio=25,
    )


def ratings() -> Array:
    """(ROWS, COLUMNS) ratings of one to seven with gaps; the first column, which is explained, has none."""
    random = np.random.default_rng(4)
    common = random.normal(size=(ROWS, 1))
    found = np.clip(np.rint(4.5 + 0.9 * common + random.normal(size=(ROWS, COLUMNS))), 1, 7)
    gone = random.random(found.shape) < MISSING
    gone[:, 0] = False
    return np.where(gone, np.nan, found)


def pooled(answers: Array) -> Pooled:
    gaps = Gaps(answers=answers, wanted=np.isnan(answers), beside=np.empty((ROWS, 0)))
    fits = [_fit(each) for each in completed(gaps, seed=1, number=NUMBER)]
    return pool(np.array([b for b, _ in fits]), np.array([v for _, v in fits]), ROWS - COLUMNS)


def _fit(columns: Array) -> tuple[Array, Array]:
    x = np.column_stack([np.ones(ROWS), columns[:, 1:]])
    b, *_ = np.linalg.lstsq(x, columns[:, 0], rcond=None)
    left = columns[:, 0] - x @ b
    return b, np.diag(np.linalg.inv(x.T @ x)) * (left @ left) / (ROWS - COLUMNS)


def statsmodels(answers: Array) -> tuple[Array, Array]:
    """Pooled coefficients and errors, with as many cycles a data set as ours."""
    import statsmodels.api as sm
    from statsmodels.imputation import mice

    names = [f"x{at}" for at in range(COLUMNS)]
    np.random.seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = mice.MICEData(pd.DataFrame(answers, columns=names))
        chained = mice.MICE(f"x0 ~ {' + '.join(names[1:])}", sm.OLS, data, n_skip=CYCLES - 1)
        found = chained.fit(0, NUMBER)
    return np.asarray(found.params), np.asarray(found.bse)
