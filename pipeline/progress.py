"""What a person sees while a study is analysed: a moving line on a terminal, plain lines elsewhere. All on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

Progress = Callable[..., None]
"""progress(stage) or progress(stage, done, total)."""


@contextmanager
def stages(study: str, *, quiet: bool) -> Iterator[Progress]:
    """Callable that shows the stage a study has reached."""
    if quiet:
        yield lambda *_: None
    elif sys.stderr.isatty():
        with _moving(study) as progress:
            yield progress
    else:
        yield _plain(study)


def _plain(study: str) -> Progress:
    """One line a stage, with the seconds since the start."""
    start = perf_counter()
    said: list[str] = []

    def show(stage: str, *_: int) -> None:
        if said[-1:] != [stage]:
            said.append(stage)
            sys.stderr.write(f"{study}: {stage} ({perf_counter() - start:.1f} s)\n")
            sys.stderr.flush()

    return show


@contextmanager
def _moving(study: str) -> Iterator[Progress]:
    """One line that moves: stage, bar where there is a count, time."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    texts = TextColumn("{task.description}")
    with Progress(SpinnerColumn(), texts, BarColumn(), TimeElapsedColumn(), console=Console(stderr=True)) as bars:
        task = bars.add_task(escape(study), total=None)

        def show(stage: str, done: int = 0, total: int | None = None) -> None:
            bars.update(task, description=escape(f"{study}: {stage}"), completed=done, total=total)

        yield show
        bars.update(task, total=1, completed=1)
