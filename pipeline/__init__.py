"""whybuy: raw survey responses in, defensible findings about why people buy out.

study = load("surveys/phone_providers")
analysis = analyse(study)
publish(analysis, "reports")
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# More BLAS threads make small matrix work slower and its last bits depend on the machine.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_name, "1")

__version__ = "0.1.0"
__all__ = ["__version__", "analyse", "load", "publish"]

if TYPE_CHECKING:
    from pipeline.analysis import analyse as analyse
    from pipeline.report.publish import publish as publish
    from pipeline.study import load as load

_HOMES = {"load": "pipeline.study", "analyse": "pipeline.analysis", "publish": "pipeline.report.publish"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
