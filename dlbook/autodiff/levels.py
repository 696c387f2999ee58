"""One run of a transformation: what it has recorded, and what was refused meanwhile.

A transformation such as `grad` runs a function once, on `Traced` values of a level of its own. A
level takes its own values out of the operands of an operation and calls the same public function
on what is inside. If that is traced by an outer level, the call comes back for it: that is all
that nesting needs. A level is an object and there is no stack of levels, so an exception leaves
nothing behind and threads do not meet.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

from dlbook.autodiff.refusals import DerivativeError, describe
from dlbook.autodiff.table import Rule

__all__ = ["Level"]

_READ_ONLY = """\
An array that a derivative depends on is read-only until the derivative is there.
  instead: a = a + x for a += x, np.where(mask, x, a) for a[mask] = x, or work on a.copy()"""


_NOT_JSON = """\
A traced value is not a plain number or array.
  instead: stop_gradient(x), which is; and .tolist() of that for an array"""


class Level:
    """One run of a transformation.

    Attributes
    ----------
    number
        Larger than that of every level that was opened before.
    closed
        Whether the run is over: a value that is used afterwards has leaked out of it.
    refusal
        The first refusal met. NumPy and users swallow exceptions, so it is raised again when
        the level closes.
    several
        Whether a value of it stands for several, so that none is the one inside.
    """

    __slots__ = ("closed", "number", "refusal")

    several = False

    _opened = itertools.count()

    def __init__(self) -> None:
        self.number = next(Level._opened)
        self.closed = False
        self.refusal: DerivativeError | None = None

    #: What NumPy's functions, ufuncs and their methods become: `dispatch` knows.
    call: Callable[..., Any]
    call_ufunc: Callable[..., Any]

    def record(
        self,
        rule: Rule,
        function: Callable[..., Any],
        operands: tuple[Any, ...],
        options: dict[str, Any],
    ) -> Any:
        """Call a function on what is inside the operands; return its traced result.

        If another level among the operands was opened later, it records in place of this one.

        Raises
        ------
        DerivativeError
            If that is refused, as every level among the operands then remembers.
        """
        raise NotImplementedError

    def leak(self, value: Any) -> DerivativeError:
        """Return the refusal of a value that is used after the run is over."""
        return DerivativeError(
            "a traced value is used after its transformation has ended",
            describe(value),
            "return it from the function, or keep stop_gradient(x)",
        )

    def run(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function of traced values and close; raise what was refused meanwhile."""
        try:
            result = f(*args, **kwargs)
        except Exception as error:
            if isinstance(error, ValueError) and re.search("read-only|writ(e)?able", str(error)):
                error.add_note(_READ_ONLY)
            if isinstance(error, TypeError) and "JSON serializable" in str(error):
                error.add_note(_NOT_JSON)
            if self.refusal is None or error is self.refusal:
                self.refusal = None
                raise
        finally:
            self.closed = True
        if self.refusal is not None:
            refusal, self.refusal = self.refusal, None  # its traceback knows this level
            raise refusal
        return result
