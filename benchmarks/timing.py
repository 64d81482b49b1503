"""CPU seconds and memory of a call, and one line of the table."""

from __future__ import annotations

import resource
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass


def cpu(call: Callable[[], object], runs: int = 5) -> float:
    """CPU seconds of the fastest of several calls."""
    return min(_once(call) for _ in range(runs))


def _once(call: Callable[[], object]) -> float:
    start = _spent()
    call()
    return _spent() - start


def _spent() -> float:
    """CPU seconds of this process and of those it started and saw end."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def memory(call: Callable[[], object]) -> float:
    """Megabytes that a call holds at once beyond what was held before it."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """CPU seconds of ours and, where there is one, of a peer; held to a ratio to the peer or to seconds.

    most_times: as many times the peer's seconds as ours may take. megabytes: what ours holds at once.
    """

    what: str
    ours: float
    peer: str | None = None
    theirs: float | None = None
    least_ratio: float | None = None
    most_seconds: float | None = None
    most_times: float | None = None
    megabytes: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.theirs is None else self.theirs / self.ours

    @property
    def kept(self) -> bool:
        fast = self.most_seconds is None or self.ours <= self.most_seconds
        fast = fast and (self.most_times is None or self.ours <= self.most_times * (self.theirs or 0))
        return fast and (self.least_ratio is None or (self.ratio or 0) >= self.least_ratio)

    def cells(self) -> list[str]:
        peer = "" if self.theirs is None else f"{self.peer} {_duration(self.theirs)}"
        ratio = "" if self.ratio is None else f"{self.ratio:,.{0 if self.ratio >= 10 else 2}f} ×"
        target = f"at least {self.least_ratio:,.0f} ×" if self.least_ratio else ""
        target = target or (f"at most {_duration(self.most_seconds)}" if self.most_seconds else "")
        target = target or (f"at most {self.most_times:g} × its CPU" if self.most_times else "")
        held = "" if self.megabytes is None else f"{self.megabytes:,.1f} MB"
        verdict = "" if not target else "kept" if self.kept else "MISSED"
        return [self.what, _duration(self.ours), held, peer, ratio, target, verdict]


def _duration(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.5 else f"{seconds * 1000:.2f} ms"
