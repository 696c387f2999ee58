"""Arrays that are read-only for as long as a tape holds them.

A rule reads in the backward sweep what the forward run saw. If a program could change a captured
array in between, its derivative would be wrong without a word. So the arrays in the program's
reach are made read-only until the sweep is over, and so are the arrays of which they are views.
Holds are counted, since levels and threads share arrays.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook.autodiff.errors import DerivativeError, describe

__all__ = ["Locks"]

_mutex = threading.Lock()
_set_writeable: Any = np.ndarray.setflags  # a fifth of the time of `flags.writeable = …`
_holds: dict[int, int] = {}  # of an array's id, while somebody holds it
_waiting: dict[int, list[NDArray[Any]]] = {}  # views that can be unlocked only after their base


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

    def hold(self, values: Iterable[Any]) -> None:
        """Make the arrays among values, and what they are views of, read-only until `release`."""
        with _mutex:  # for base and view at once: who holds a view holds its base
            for value in values:
                if type(value) is np.ndarray and id(value) not in self._arrays:
                    base = value.base
                    if type(base) is np.ndarray and id(base) not in self._arrays:
                        self._hold(base, base.base)
                    self._hold(value, base)

    def _hold(self, array: NDArray[Any], base: Any) -> None:
        key = id(array)
        if self._checksums is not None:
            self._checksums[key] = _checksum(array)
            self._arrays[key] = array
        count = _holds.get(key, 0)
        frozen = type(base) is np.ndarray and not base.flags.writeable and id(base) not in _holds
        if count or (array.flags.writeable and not frozen):  # a frozen base lets no view unlock
            _holds[key] = count + 1
            _set_writeable(array, False)
            self._arrays[key] = array

    def release(self) -> None:
        """Make the arrays writeable again, unless somebody else holds them.

        Raises
        ------
        DerivativeError
            If one was changed; with ``debug`` only: the locks cannot tell.
        """
        changed = None if self._checksums is None else self._changed()
        with _mutex:
            for key, array in self._arrays.items():  # a base comes before its views, as it must
                count = _holds.pop(key, 0)
                if count > 1:
                    _holds[key] = count - 1
                elif count == 1:
                    base = array.base
                    if base is not None and id(base) in _holds:  # for another view of it
                        _waiting.setdefault(id(base), []).append(array)
                        continue
                    _set_writeable(array, True)
                    for view in _waiting.pop(key, ()):
                        _set_writeable(view, True)
            self._arrays.clear()
        if changed is not None:
            raise DerivativeError(
                "an array that a derivative depends on was changed before the derivative was taken",
                describe(changed),
                "work on a copy, array.copy()",
            )

    def _changed(self) -> NDArray[Any] | None:
        """Return an array with another checksum than before."""
        for key, before in (self._checksums or {}).items():
            if _checksum(self._arrays[key]) != before:
                return self._arrays[key]
        return None


def _checksum(array: NDArray[Any]) -> int:
    return zlib.crc32(np.ascontiguousarray(array).view(np.uint8).data if array.size else b"")
