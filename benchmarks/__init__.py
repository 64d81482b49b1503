"""Speed figures, in CPU time with one BLAS thread, best of several runs; peers are imported here and nowhere else."""

import pipeline  # noqa: F401  (before numpy: it sets BLAS to one thread)
