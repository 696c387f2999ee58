"""Many tangents, or many adjoints, in one sweep.

A rule is linear in the tangent or adjoint that it is given, and says what becomes of one. Here it
is given a value that stands for many of the same shape, the entries of a batch, which lie behind
each other in one array: the *stack*, of the shape of an entry with one axis before it. What the
rule does with the value, this level does with the stack: `_AT_ONCE` says how. A function without
an entry there is called for each entry of the batch.

A batch has no value that a program could read or branch on. Where a rule asks for one, the level
raises `NotBatchedError`, and whoever opened it makes one sweep for each entry.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from dlbook.autodiff.dispatch import NumPyLevel
from dlbook.autodiff.rules.elementwise import choose, imaginary_part, real_part
from dlbook.autodiff.rules.indexing import scatter
from dlbook.autodiff.rules.linalg import solve
from dlbook.autodiff.rules.products import einsum, einsum_of, letters_of
from dlbook.autodiff.rules.shapes import cast
from dlbook.autodiff.table import TABLE, Rule
from dlbook.autodiff.traced import Traced, as_operand, plain, shape_of

__all__ = ["BatchLevel", "NotBatchedError"]


class NotBatchedError(Exception):
    """A rule asks for what a batch does not have: one value."""


class BatchLevel(NumPyLevel):
    """A level whose values stand for a batch of arrays. A value's link is the stack of them.

    Parameters
    ----------
    size
        How many they are, at least 1.

    Attributes
    ----------
    failed
        Whether a rule asked for one value, also if it went on.
    """

    __slots__ = ("failed", "size")

    several = True

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self.failed = False
        self.closed = True  # to whoever asks for the value inside

    def leak(self, value: Any) -> NoReturn:
        """Say that a batch has no one value."""
        self.failed = True
        raise NotBatchedError

    def value(self, stack: Any) -> Traced:
        """Return the value that stands for the entries of a stack; inside, the first of them."""
        return Traced(plain(stack)[0], self, stack)

    def stack(self, value: Any) -> Any:
        """Return the stack of a value; of another level's, or a plain one, equal entries."""
        if self._is_mine(value):
            return value._link
        return np.broadcast_to(value, (self.size, *shape_of(value)))

    def _is_mine(self, value: Any) -> bool:
        return type(value) is Traced and value._level is self

    def record(
        self,
        rule: Rule,
        function: Callable[..., Any],
        operands: tuple[Any, ...],
        options: dict[str, Any],
    ) -> Any:
        """Call a function on the stacks of its operands, or on one entry after the other."""
        for operand in operands:
            if type(operand) is Traced and operand._level.number > self.number:
                return operand._level.record(rule, function, operands, options)
        mine = [self._is_mine(operand) for operand in operands]
        given = [
            x._link if batched else as_operand(x) for x, batched in zip(operands, mine, strict=True)
        ]
        at_once = _aligned if rule.elementwise else _AT_ONCE.get(rule.function)
        if at_once is not None:
            stack = at_once(function, given, mine, **options)
            if stack is not None:
                return self.value(stack)
        return self.one_by_one(function, given, mine, options)

    def one_by_one(
        self,
        function: Callable[..., Any],
        operands: list[Any],
        mine: list[bool],
        options: dict[str, Any],
    ) -> Any:
        """Call a function for each entry of the batch; return the values of its results."""
        results = []
        for i in range(self.size):
            entries = [x[i] if batched else x for x, batched in zip(operands, mine, strict=True)]
            results.append(function(*entries, **options))
        if isinstance(results[0], tuple):
            return tuple([self.value(np.stack(parts)) for parts in zip(*results, strict=True)])
        return self.value(np.stack(results))


# ---- functions of stacks -------------------------------------------------------------------
#
# Each is called with a function, its operands, stacks among them, and for each operand whether it
# is a stack. It returns the stack of the results, or `None` for the calls that it leaves.


def _rank(x: Any, batched: bool) -> int:
    return len(shape_of(x)) - batched


def _raised(x: Any, rank: int) -> Any:
    """Return a stack whose entries have axes of size 1 before their own, up to a rank."""
    shape = shape_of(x)
    if len(shape) - 1 >= rank:
        return x
    return np.reshape(x, (shape[0], *(1,) * (rank + 1 - len(shape)), *shape[1:]))


def _lined_up(operands: list[Any], mine: list[bool], rank: int = 0) -> list[Any]:
    """Return operands that broadcast against each other as their entries do."""
    pairs = list(zip(operands, mine, strict=True))
    rank = max([rank, *[_rank(x, batched) for x, batched in pairs]])
    return [_raised(x, rank) if batched else x for x, batched in pairs]


def _aligned(function: Any, operands: list[Any], mine: list[bool], **options: Any) -> Any:
    return function(*_lined_up(operands, mine), **options)


def _chosen(function: Any, operands: list[Any], mine: list[bool], condition: Any) -> Any:
    return function(*_lined_up(operands, mine, np.ndim(condition)), condition=condition)


def _product(function: Any, operands: list[Any], mine: list[bool]) -> Any:
    (a, b), (first, second) = operands, mine
    ranks = _rank(a, first), _rank(b, second)
    if not first and ranks[0] <= 2 and ranks[1] == 1:
        return np.matmul(b, a.T)
    if not second and ranks[0] == 1 and ranks[1] <= 2:
        return np.matmul(a, b)
    a = a[..., None, :] if ranks[0] == 1 else a
    b = b[..., None] if ranks[1] == 1 else b
    found = np.matmul(*_lined_up([a, b], mine))
    found = found[..., 0] if ranks[1] == 1 else found
    if ranks[0] == 1:
        return found[..., 0] if ranks[1] == 1 else found[..., 0, :]
    return found


def _joined(
    function: Any, operands: list[Any], mine: list[bool], axis: Any = 0, **options: Any
) -> Any:
    if axis is None:
        return None
    size = shape_of(operands[mine.index(True)])[0]
    stacks = [
        x if batched else np.broadcast_to(x, (size, *shape_of(x)))
        for x, batched in zip(operands, mine, strict=True)
    ]
    rank = len(shape_of(stacks[0])) - (function is TABLE[np.concatenate].rule.function)
    return function(*stacks, axis=normalize_axis_index(axis, rank) + 1, **options)


def _summed(
    function: Any, operands: list[Any], mine: list[bool], subscripts: str, **options: Any
) -> Any:
    entries = [x[0] if batched else x for x, batched in zip(operands, mine, strict=True)]
    terms, output = letters_of(subscripts, tuple(entries))
    new = chr(0x2000)
    terms = [new + term if batched else term for term, batched in zip(terms, mine, strict=True)]
    return einsum_of(terms, new + output, operands, **options)


def _solved(function: Any, operands: list[Any], mine: list[bool]) -> Any:
    (a, b), (first, _) = operands, mine
    if first or len(shape_of(a)) > 2 or len(shape_of(b)) > 3:
        return function(*_lined_up(operands, mine))
    size, n, m = shape_of(b)  # the matrix is factorised once, for all columns
    columns = np.reshape(np.moveaxis(b, 0, 1), (n, size * m))
    return np.moveaxis(np.reshape(function(a, columns), (n, size, m)), 1, 0)


# Those of one operand: it, a stack, and how many axes an entry of it has.


def _of_one(at_once: Callable[..., Any]) -> Callable[..., Any]:
    def of_one(function: Any, operands: list[Any], mine: list[bool], **options: Any) -> Any:
        (x,) = operands
        return at_once(function, x, len(shape_of(x)) - 1, **options)

    return of_one


def _shifted(axes: Any, rank: int) -> Any:
    """Return axes of an entry as axes of the stack."""
    if isinstance(axes, int):
        return normalize_axis_index(axes, rank) + 1
    return tuple([axis + 1 for axis in normalize_axis_tuple(axes, rank)])


def _along(**axes: Any) -> Callable[..., Any]:
    """Return how a function is called whose options of these names, with defaults, are axes."""

    def along(function: Any, x: Any, rank: int, **options: Any) -> Any:
        given = {name: options.get(name, default) for name, default in axes.items()}
        if None in given.values():  # all entries in a row
            return None
        return function(x, **options | {name: _shifted(i, rank) for name, i in given.items()})

    return _of_one(along)


@_of_one
def _reduced(function: Any, x: Any, rank: int, axis: Any = None, **options: Any) -> Any:
    return function(x, axis=_shifted(range(rank) if axis is None else axis, rank), **options)


@_of_one
def _reshaped(
    function: Any, x: Any, rank: int, shape: Any = None, order: Any = "C", **_: Any
) -> Any:
    if shape is None or order != "C":
        return None
    return np.reshape(x, (shape_of(x)[0], *np.atleast_1d(shape).tolist()))


@_of_one
def _transposed(function: Any, x: Any, rank: int, axes: Any = None) -> Any:
    return np.transpose(x, (0, *_shifted(range(rank)[::-1] if axes is None else axes, rank)))


@_of_one
def _squeezed(function: Any, x: Any, rank: int, axis: Any = None) -> Any:
    if axis is None:
        axis = [i for i, n in enumerate(shape_of(x)[1:]) if n == 1]
    return np.squeeze(x, _shifted(axis, rank))


@_of_one
def _expanded(function: Any, x: Any, rank: int, axis: Any) -> Any:
    return np.expand_dims(x, _shifted(axis, rank + np.size(axis)))


@_of_one
def _spread(function: Any, x: Any, rank: int, shape: Any, **_: Any) -> Any:
    shape = np.atleast_1d(shape).tolist()
    return np.broadcast_to(_raised(x, len(shape)), (shape_of(x)[0], *shape))


@_of_one
def _triangle(function: Any, x: Any, rank: int, **options: Any) -> Any:
    return function(x, **options) if rank > 1 else None


@_of_one
def _each(function: Any, x: Any, rank: int, **options: Any) -> Any:
    return function(x, **options)


def _of_stack(index: Any) -> tuple[Any, ...] | None:
    """Return the index that takes from each entry what an index takes from one, if there is one."""
    entries = index if type(index) is tuple else (index,)
    places = [
        i for i, e in enumerate(entries) if not (e is None or e is Ellipsis or type(e) is slice)
    ]
    kinds = [type(entries[i]) for i in places]
    if any(kind is bool or kind is np.bool_ for kind in kinds):
        return None
    # Axes of index arrays that do not stand side by side come first in the result.
    apart = bool(places) and places[-1] - places[0] >= len(places)
    if apart and not all(issubclass(kind, int | np.integer) for kind in kinds):
        return None
    return (slice(None), *entries)


@_of_one
def _taken(function: Any, x: Any, rank: int, index: Any) -> Any:
    whole = _of_stack(index)
    return None if whole is None else x[whole]


@_of_one
def _scattered(function: Any, x: Any, rank: int, index: Any, shape: Any) -> Any:
    whole = _of_stack(index)
    if whole is None:
        return None
    if rank == 0:  # one number for all entries of a result
        x = _raised(x, np.broadcast_to(0, shape)[index].ndim)
    return function(x, index=whole, shape=(shape_of(x)[0], *shape))


_OF_STACKS: dict[Any, Callable[..., Any]] = {
    choose: _chosen,
    np.matmul: _product,
    einsum: _summed,
    solve: _solved,
    **dict.fromkeys([np.sum, np.mean], _reduced),
    **dict.fromkeys([np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft], _along(axis=-1)),
    **dict.fromkeys([np.cumsum, np.roll], _along(axis=None)),
    np.reshape: _reshaped,
    np.transpose: _transposed,
    np.moveaxis: _along(source=None, destination=None),
    np.swapaxes: _along(axis1=None, axis2=None),
    np.squeeze: _squeezed,
    np.expand_dims: _expanded,
    np.broadcast_to: _spread,
    **dict.fromkeys([np.concatenate, np.stack], _joined),
    **dict.fromkeys([np.tril, np.triu], _triangle),
    **dict.fromkeys([real_part, imaginary_part, cast, np.copy], _each),
    operator.getitem: _taken,
    scatter: _scattered,
}
#: By what rules and levels call.
_AT_ONCE = {TABLE[f].rule.function: at_once for f, at_once in _OF_STACKS.items()}
