"""Arrays that are read-only for as long as a tape holds them.

A rule reads in the backward sweep what the forward run saw. If a program could change a captured
array in between, its derivative would be wrong without a word. So the arrays in the program's
reach are made read-only until the sweep is over, and so are the arrays of which they are views.
Holds are counted, since levels and threads share arrays.
"""

from __future__ import annotations

import threading
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook.autodiff.errors import DerivativeError, describe

__all__ = ["Locks"]

_mutex = threading.Lock()
_holds: dict[int, int] = {}  # of an array's id, while somebody holds it
_waiting: dict[int, list[NDArray[Any]]] = {}  # views let go of, until their base is so as well


class Locks:
    """The arrays that one level holds.

    Parameters
    ----------
    debug
        Also compare checksums at the end, which finds changes through views that were made
        before and through memory that NumPy does not own.
    """

    __slots__ = ("_arrays", "_checksums")

    def __init__(self, debug: bool = False) -> None:
        self._arrays: dict[int, NDArray[Any]] = {}
        self._checksums: dict[int, int] | None = {} if debug else None

    def hold(self, array: NDArray[Any]) -> None:
        """Make an array, and what it is a view of, read-only until `release`."""
        key = id(array)
        if key in self._arrays:
            return
        if self._checksums is not None:
            self._checksums[key] = _checksum(array)
        base = array.base
        if type(base) is np.ndarray:
            self.hold(base)
        with _mutex:
            count = _holds.get(key, 0)
            # A view that stayed writeable when its base was locked by hand could not be again.
            fixed = type(base) is np.ndarray and not base.flags.writeable and id(base) not in _holds
            if count or (array.flags.writeable and not fixed):
                _holds[key] = count + 1
                array.flags.writeable = False
                self._arrays[key] = array
            elif self._checksums is not None:
                self._arrays[key] = array

    def check(self) -> None:
        """Refuse if an array was changed.

        Raises
        ------
        DerivativeError
            With ``debug`` only: the locks cannot tell.
        """
        for key, before in (self._checksums or {}).items():
            if _checksum(self._arrays[key]) != before:
                raise DerivativeError(
                    "an array that a derivative depends on was changed before the derivative "
                    "was taken",
                    describe(self._arrays[key]),
                    "work on a copy, array.copy()",
                )

    def release(self) -> None:
        """Make the arrays writeable again, unless somebody else holds them."""
        with _mutex:
            for key, array in self._arrays.items():  # a base comes before its views, as it must
                count = _holds.pop(key, 0) - 1
                if count > 0:
                    _holds[key] = count
                elif count == 0 and id(array.base) in _holds:
                    _waiting.setdefault(id(array.base), []).append(array)
                elif count == 0:
                    for free in (array, *_waiting.pop(key, ())):
                        free.flags.writeable = True
        self._arrays.clear()


def _checksum(array: NDArray[Any]) -> int:
    return zlib.crc32(np.ascontiguousarray(array).view(np.uint8).data if array.size else b"")
