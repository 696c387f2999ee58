"""A progress bar on a terminal, nothing anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dlbook.extras import need

__all__ = ["progress_bar"]


class _Bar:
    """A tqdm bar with a note behind it, drawn some ten times a second."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._next = 0.0

    def step(self, count: int, description: str, **note: float) -> None:
        """Be at `count`, with this description before the bar and this note behind it."""
        now = time.monotonic()
        if now < self._next and count < self._bar.total:
            return
        self._next = now + 0.1
        self._bar.n = count
        self._bar.set_description_str(description, refresh=False)
        text = ", ".join(f"{name} {value:.4f}" for name, value in note.items())
        self._bar.set_postfix_str(text, refresh=False)
        self._bar.refresh()


@contextmanager
def progress_bar(total: int, unit: str, show: bool | None) -> Iterator[_Bar | None]:
    """Provide a bar on standard error, or ``None`` where nothing is to be shown.

    Parameters
    ----------
    total
        Count at the end.
    unit
        What is counted.
    show
        ``None``: where standard error is a terminal.
    """
    if show is None:
        show = sys.stderr is not None and sys.stderr.isatty()
    if not show:
        yield None
        return
    with need("train"):
        from tqdm import tqdm
    with tqdm(total=total, unit=unit, dynamic_ncols=True) as bar:
        yield _Bar(bar)
