"""Run a reader's function so that nothing it does reaches further than its answer."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from types import CoroutineType, FrameType, GeneratorType
from typing import Any

__all__ = ["MOST_ITEMS", "MOST_LINES", "Drawn", "Raised", "Record", "Stopped", "run"]

#: Lines of Python that a function may execute on one case, far more than any answer needs.
MOST_LINES = 100_000

#: Items that are taken from an iterator that comes back.
MOST_ITEMS = 10_000

#: Characters that are kept of what is printed.
MOST_PRINTED = 1_000


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
        message = str(self.error)
        words = type(self.error).__name__ + (f": {message}" if message else "")
        return words + (f" (in {self.where})" if self.where else "")


class Drawn(list[Any]):
    """The items of an iterator that came back.

    Attributes
    ----------
    of
        The name of its type, such as ``generator``.
    """

    def __init__(self, items: Iterable[Any], of: str) -> None:
        super().__init__(items)
        self.of = of


@dataclass
class Record:
    """What else is known of runs.

    Attributes
    ----------
    printed
        What the last one printed, up to `MOST_PRINTED` characters.
    lines
        How many lines all of them executed.
    """

    printed: str = ""
    lines: float = 0


def run(
    function: Callable[..., Any],
    *arguments: Any,
    most_lines: int = MOST_LINES,
    record: Record | None = None,
) -> Any:
    """Return what a function returns; `Raised` where it raises.

    An iterator is turned into a list, `Drawn`, of `MOST_ITEMS` items at most. What is printed goes
    to `record`. What cannot be stopped is a call of C code that never returns, such as
    ``sum(itertools.count())``, since no line of Python is executed in it, and what an object does
    when it is thrown away. The trace function of a debugger or of coverage is put back
    afterwards, and sees nothing of the function.

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
    record = record or Record()
    with _catch_output(record), _nobody_told_of_collections():
        try:
            return _run(function, arguments, most_lines, record)
        except Stopped:
            pass  # so that the frames that it holds end here, whose last lines may ask for more
        with contextlib.suppress(Stopped):
            for _ in range(10):  # whenever a loop goes on, Python looks for what is to be raised
                pass
    record.lines += most_lines
    raise Stopped


def _run(
    function: Callable[..., Any], arguments: tuple[Any, ...], most: float, record: Record
) -> Any:
    left = most
    raise_stopped = _raiser(threading.get_ident())

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal left
        frame.f_trace_opcodes = _BLIND
        left -= _COSTS.get(event, 0)
        if left >= 0:
            return trace
        sys.settrace(raise_stopped)
        above = frame.f_back
        while above is not None:
            if above.f_trace is trace:
                above.f_trace = raise_stopped
            above = above.f_back
        return raise_stopped

    before = sys.gettrace()
    try:
        sys.settrace(trace)
        try:
            returned = function(*arguments)
            if hasattr(type(returned), "__next__"):
                items = Drawn(islice(returned, MOST_ITEMS), type(returned).__name__)
                _close(returned)  # here, where also its last lines are counted
                returned = items
        finally:
            sys.settrace(before)
            record.lines += most - left if left >= 0 else 0
    except (Stopped, KeyboardInterrupt):
        raise
    except BaseException as error:  # SystemExit, too
        if left < 0:
            raise Stopped from None  # it was caught, and another exception made of it
        return Raised(error, _line_of(error))
    if left < 0:
        raise Stopped  # it was caught
    _close(returned)
    return returned


@contextlib.contextmanager
def _nobody_told_of_collections() -> Iterator[None]:
    """Call nobody when the collector runs: not even a guarded call succeeds on a full stack.

    The trace function takes a frame more, and what fails in a callback Python can only print.
    """
    callbacks = gc.callbacks[:]
    gc.callbacks.clear()
    try:
        yield
    finally:
        gc.callbacks[:0] = callbacks


#: What an event takes off the lines that are left. In ``while True: pass``, on one line, Python
#: 3.11 reports no lines; so there, instructions count as well.
_COSTS = {"line": 1, "opcode": 1 / 8}
_BLIND = sys.version_info < (3, 12)


def _raiser(thread: int) -> Callable[..., Any]:
    """Return a trace function that has `Stopped` raised where the traced code goes on.

    A trace function that raises is never called again, so whoever caught the exception would run
    for ever. This one asks Python to raise, at each line anew, until nothing is left that
    catches. Written in Python it would be the first to be hit; so it is made of parts in C: a
    function that is given three arguments more than it reads, and returns ``1``, for which a
    dictionary returns the whole.
    """
    function = ctypes.pythonapi["PyThreadState_SetAsyncExc"]
    function.argtypes = [ctypes.c_ulong, *[ctypes.py_object] * 4]
    whole: dict[int, Callable[..., Any]] = {}
    function.restype = whole.get
    whole[1] = partial(function, thread, Stopped)
    return whole[1]


def _close(value: Any) -> None:
    """Close a generator, and a coroutine, which would warn that nobody awaited it."""
    if isinstance(value, GeneratorType | CoroutineType):
        value.close()


@contextlib.contextmanager
def _catch_output(record: Record) -> Iterator[None]:
    record.printed = ""

    class Kept(io.TextIOBase):
        def write(self, text: str) -> int:
            record.printed += text[: MOST_PRINTED - len(record.printed)]
            return len(text)

    class Nowhere(io.TextIOBase):
        def write(self, text: str) -> int:
            return len(text)

    with contextlib.redirect_stdout(Kept()), contextlib.redirect_stderr(Nowhere()):
        yield


def _line_of(error: BaseException) -> str:
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not _is_installed(frame.filename):
            return f"line {frame.lineno}: {frame.line}" if frame.line else f"line {frame.lineno}"
    return ""


def _is_installed(filename: str) -> bool:
    """Whether code is not the reader's: of this library, of a package or of Python itself."""
    folders = (str(Path(__file__).parents[1]), str(Path(contextlib.__file__).parent), "<frozen ")
    return filename.startswith(folders) or bool(_PACKAGES.intersection(Path(filename).parts))


_PACKAGES = {"dist-packages", "site-packages"}
