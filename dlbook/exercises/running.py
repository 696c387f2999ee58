"""Run a reader's function so that nothing it does reaches further than its answer."""

from __future__ import annotations

import contextlib
import ctypes
import io
import linecache
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from itertools import islice
from types import FrameType
from typing import Any

__all__ = ["MOST_ITEMS", "MOST_LINES", "Raised", "Stopped", "run"]

#: Lines of Python that a function may execute on one case, far more than any answer needs.
MOST_LINES = 100_000

#: Items that are taken from an iterator that comes back.
MOST_ITEMS = 10_000


class Stopped(BaseException):
    """Too many lines were executed; no `Exception`, so that few functions catch it by accident."""


class Raised:
    """What came back is an exception.

    Attributes
    ----------
    error
        The exception.
    where
        The reader's line that raised it, as ``line 3: left[w] -= 1``; empty if it is not known.
    """

    def __init__(self, error: BaseException, where: str) -> None:
        self.error = error
        self.where = where

    def __repr__(self) -> str:
        words = f"{type(self.error).__name__}: {self.error}".rstrip(": ")
        return words + (f" (in {self.where})" if self.where else "")


def run(function: Callable[..., Any], *arguments: Any, most_lines: int = MOST_LINES) -> Any:
    """Return what a function returns; `Raised` where it raises.

    An iterator is turned into a list, of `MOST_ITEMS` items at most. What is printed is dropped.
    Two things cannot be stopped: a call of C code that never returns, such as
    ``sum(itertools.count())``, and an endless loop around a bare ``except`` around another.

    Raises
    ------
    Stopped
        If it executes more than `most_lines` lines.
    KeyboardInterrupt
        If somebody interrupts.

    Examples
    --------
    >>> run(lambda n: iter(range(n)), 3)
    [0, 1, 2]
    >>> run(lambda n: n.size, 3)
    AttributeError: 'int' object has no attribute 'size' (in line 1: run(lambda n: n.size, 3))
    """
    try:
        with _drop_output(), _count_lines(most_lines):
            returned = function(*arguments)
            return list(islice(returned, MOST_ITEMS)) if _is_iterator(returned) else returned
    except (Stopped, KeyboardInterrupt):
        raise
    except BaseException as error:  # SystemExit, too
        return Raised(error, _line_of(error))


def _is_iterator(value: Any) -> bool:
    return hasattr(type(value), "__next__")


@contextlib.contextmanager
def _count_lines(most: int) -> Iterator[None]:
    """Have `Stopped` raised in this thread once that many lines were executed."""
    thread = ctypes.c_ulong(threading.get_ident())
    left = most

    # A trace function that raises is not called again, so whoever caught the exception would run
    # for ever. This one asks Python to raise, again and again.
    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal left
        left -= event == "line"
        if left < 0:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(Stopped))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
        if left < 0:
            _let_pending_exception_come()
    if left < 0:
        raise Stopped


def _let_pending_exception_come() -> None:
    with contextlib.suppress(Stopped):
        for _ in range(100):  # Python looks for exceptions from outside whenever a loop goes on
            pass


@contextlib.contextmanager
def _drop_output() -> Iterator[None]:
    class Nowhere(io.TextIOBase):
        def write(self, text: str) -> int:
            return len(text)

    with contextlib.redirect_stdout(Nowhere()), contextlib.redirect_stderr(Nowhere()):
        yield


def _line_of(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[1:]  # the first is ours
    for frame in reversed(frames):
        # The reader's code is what is neither installed nor part of Python.
        if "site-packages" not in frame.filename and not frame.filename.startswith(sys.prefix):
            line = frame.line or linecache.getline(frame.filename, frame.lineno or 0).strip()
            return f"line {frame.lineno}: {line}" if line else f"line {frame.lineno}"
    return ""
