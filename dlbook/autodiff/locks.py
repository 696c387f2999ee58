"""Arrays that are read-only for as long as a tape holds them, and copies of what can be neither.

A rule reads in the backward sweep what the forward run saw. If a program could change a captured
array in between, its derivative would be silently wrong. So the arrays in the program's
reach are made read-only until the sweep is over, and so are the arrays of which they are views.
Where NumPy could not make an array writeable again, `Locks.hold` declines, and the tape takes a
copy. Options are copied in any case: `owned`.

Levels and threads share arrays, so an entry of the registry knows who holds its array. Every step
that changes the registry can be done twice: an interrupt may come between any two of them, and
what was begun is then done again from its start.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import itertools
import os
import threading
import weakref
import zlib
from collections.abc import MutableMapping, MutableSequence, MutableSet
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook import trees
from dlbook.autodiff.refusals import DerivativeError, describe

__all__ = ["Locks", "owned"]

_set_writeable: Any = np.ndarray.setflags  # a fifth of the time of `flags.writeable = …`


class _Entry(weakref.ref[Any]):
    """A weak reference to an array that is locked: another may get its id after it is gone.

    Attributes
    ----------
    holders
        The numbers of the `Locks` that hold it, each with the thread that it belongs to.
    waiting
        Views, by their ids, that nobody holds any more. NumPy makes them writeable only after
        their base. ``None``, as for most arrays, where there was none.
    """

    __slots__ = ("holders", "waiting")

    holders: dict[int, int]
    waiting: dict[int, NDArray[Any]] | None


# Taken by `with` alone: there Python looks for signals neither between taking a lock and the
# block, nor between the block and letting go.
_mutex = threading.Lock()
_entries: dict[int, _Entry] = {}  # by the array's id
_numbers = itertools.count()
# What a `Locks` held that went away before it had let go: its number, and its arrays by id.
_abandoned: list[tuple[int, dict[int, NDArray[Any]]]] = []


class Locks:
    """The arrays that one level holds.

    Parameters
    ----------
    debug
        Also compare checksums at the end, which finds changes through views that were made
        before and through memory that NumPy does not own.
    """

    __slots__ = ("_arrays", "_checksums", "_number", "_thread")

    def __init__(self, debug: bool = False) -> None:
        self._number = next(_numbers)
        self._thread = threading.get_ident()
        self._checksums: dict[int, tuple[NDArray[Any], int]] | None = {} if debug else None
        self._arrays: dict[int, NDArray[Any]] = {}  # a base comes before its views

    def hold(self, array: NDArray[Any]) -> bool:
        """Make an array, and what it is a view of, read-only until `release`.

        Return whether nothing can be written through them now. If NumPy could not make one of
        them writeable again, it is left alone, and the answer is no.
        """
        if id(array) in self._arrays:
            return True
        with _mutex:
            held = self._hold(array)
        if _abandoned:
            _resume()
        if held and self._checksums is not None and id(array) not in self._checksums:
            self._checksums[id(array)] = (array, _checksum(array))
        return held

    def _hold(self, array: NDArray[Any]) -> bool:
        key, base = id(array), array.base
        if key in self._arrays:
            return True
        if base is not None and isinstance(base, np.ndarray) and not self._hold(base):
            return False
        entry = _entries.get(key)
        if entry is None or entry() is not array:
            flags = array.flags
            if not flags.writeable:
                return True
            if not flags.owndata and not _can_be_restored(base):
                return False
            entry = _Entry(array)
            entry.holders, entry.waiting = {}, None
        self._arrays[key] = array  # first, so that `release` finds what is begun here
        entry.holders[self._number] = self._thread
        _entries[key] = entry
        _set_writeable(array, False)
        return True

    def release(self) -> None:
        """Make the arrays writeable again, unless somebody else holds them.

        Raises
        ------
        DerivativeError
            If one was changed; with ``debug`` only: the locks cannot tell.
        """
        try:
            changed = None if self._checksums is None else self._changed()
        finally:
            try:
                self._let_go()
            except BaseException:  # an interrupt: nothing may stay as it is now
                self._let_go()
                raise
        if changed is not None:
            raise DerivativeError(
                "an array that a derivative depends on was changed before the derivative was taken",
                describe(changed),
                "work on a copy, array.copy()",
            )

    def _let_go(self) -> None:
        with _mutex:
            failed = _free(self._number, self._arrays)
            self._arrays = {}
        if _abandoned:
            _resume()
        if failed is not None:
            raise failed

    def __del__(self) -> None:
        arrays = getattr(self, "_arrays", None)
        if arrays:  # an interrupt came before `release`, or twice in it
            _abandoned.append((self._number, arrays))
            _resume()

    def _changed(self) -> NDArray[Any] | None:
        """Return an array with another checksum than before."""
        for array, before in (self._checksums or {}).values():
            if _checksum(array) != before:
                return array
        return None


def _entry_of(array: Any) -> _Entry | None:
    entry = _entries.get(id(array))
    return entry if entry is not None and entry() is array else None


def _can_be_restored(base: Any) -> bool:
    """Whether NumPy can make an array writeable again that has this base, which is held."""
    if isinstance(base, np.ndarray):
        return _entry_of(base) is not None  # else it is frozen, for others than us
    try:  # the question that NumPy itself asks of memory that it does not own
        return base is not None and np.ndarray(0, np.uint8, base).flags.writeable
    except (TypeError, ValueError, BufferError):
        return False


def _free(number: int, arrays: dict[int, NDArray[Any]]) -> ValueError | None:
    """Take a holder off arrays; make those writeable that nobody holds.

    Return the error if that failed for one of them: the others must not stay read-only for it.
    """
    failed = None
    for key, array in arrays.items():
        entry = _entries.get(key)
        if entry is not None and entry() is array:
            entry.holders.pop(number, None)
            if not entry.holders:
                try:
                    _unlock(array, entry)
                except ValueError as error:
                    failed = error
    return failed


def _unlock(array: NDArray[Any], entry: _Entry) -> None:
    base = array.base
    if base is not None and isinstance(base, np.ndarray) and not base.flags.writeable:
        above = _entry_of(base)
        if above is not None:  # somebody holds it for another view
            above.waiting = {**(above.waiting or {}), id(array): array}
            return
    _set_writeable(array, True)
    if entry.waiting:
        for view in entry.waiting.values():
            its = _entry_of(view)
            if its is not None and not its.holders:
                _unlock(view, its)
    _entries.pop(id(array), None)


def _resume() -> None:
    """Let go of what was abandoned, unless somebody is at work, who will do it afterwards."""
    if not _mutex.locked():  # it may be this thread: the garbage collector runs at any time
        with _mutex:
            while _abandoned:
                _free(*_abandoned[-1])
                _abandoned.pop()


def _checksum(array: NDArray[Any]) -> int:
    return zlib.crc32(np.ascontiguousarray(array).view(np.uint8).data if array.size else b"")


# ---- after a fork, the other threads are gone and will not let go ------------------------


def _after_fork_in_child() -> None:
    _mutex.release()
    here = threading.get_ident()
    for entry in list(_entries.values()):
        array = entry()
        for number in [n for n, thread in entry.holders.items() if thread != here]:
            del entry.holders[number]
        if array is not None and not entry.holders:
            _unlock(array, entry)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_mutex.acquire,
        after_in_parent=_mutex.release,
        after_in_child=_after_fork_in_child,
    )

# ---- options -----------------------------------------------------------------------------

_IMMUTABLE = frozenset({int, bool, float, str, type(None), type(...), type})


def owned(value: Any) -> Any:
    """Return an option of a call so that no program can change it afterwards.

    Arrays are copied, and so is whatever else can be changed and may stand for one, in lists,
    tuples, dicts and dataclasses as well. Other objects stay what they are.

    Examples
    --------
    >>> index = ([0, 1], slice(None), np.array([True, False]))
    >>> mine = owned(index)
    >>> index[0][0], index[2][0] = 7, False
    >>> mine
    ([0, 1], slice(None, None, None), array([ True, False]))
    """
    kind: Any = type(value)
    if kind in _IMMUTABLE:
        return value
    if kind is np.ndarray:
        return value.copy("K")
    if kind is tuple or kind is list:
        return kind([owned(entry) for entry in value])
    if kind is slice:  # whose ends may be arrays without axes
        ends = (value.start, value.stop, value.step)
        return value if _IMMUTABLE.issuperset(map(type, ends)) else slice(*map(owned, ends))
    if kind is dict or dataclasses.is_dataclass(kind):
        return trees.map(owned, value)
    return copy.deepcopy(value) if _changes(kind) else value


@functools.lru_cache(maxsize=256)
def _changes(kind: type) -> bool:
    """Whether values of a type may stand for an array, or hold one, and can be changed."""
    if issubclass(kind, np.generic):
        return False
    if issubclass(kind, (np.ndarray, MutableSequence, MutableSet, MutableMapping)):
        return True
    names = ("__array__", "__array_interface__", "__array_struct__", "__dlpack__")
    return any(hasattr(kind, name) for name in names)
