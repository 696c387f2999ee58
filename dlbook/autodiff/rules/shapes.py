"""Functions that move entries and leave their values alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.autodiff.primitives import primitive
from dlbook.autodiff.refusals import DerivativeError, describe
from dlbook.autodiff.table import (
    alias,
    composed,
    for_complex,
    general,
    jointly_linear,
    linear,
    question,
)
from dlbook.autodiff.traced import Traced, form, plain


def _shape(a: Any) -> tuple[int, ...]:
    return np.shape(form(a))


# ---- other axes, the same entries --------------------------------------------------------


def _reshape(
    a: Any, shape: Any = None, order: Any = "C", newshape: Any = None, copy: Any = None
) -> Any:
    if order in ("A", "K", "a", "k"):
        raise DerivativeError(
            f"order={order!r} goes by the layout of an array in memory, and that of a traced "
            "array need not be NumPy's",
            describe(a),
            "order='C' or order='F'",
        )
    return np.reshape(a, newshape if shape is None else shape, order)  # renamed in NumPy 2.1


def _reshape_jvp(g: Any, ans: Any, a: Any, *, order: Any = "C", **options: Any) -> Any:
    return np.reshape(g, _shape(ans), order=order)


def _reshape_vjp(g: Any, ans: Any, a: Any, *, order: Any = "C", **options: Any) -> Any:
    return np.reshape(g, _shape(a), order=order)


def _transpose_vjp(g: Any, ans: Any, a: Any, axes: Any = None) -> Any:
    if axes is None:
        return np.transpose(g)
    return np.transpose(g, tuple(np.argsort([axis % len(axes) for axis in axes]).tolist()))


general(
    np.reshape,
    "a | shape order newshape copy",
    jvps=[_reshape_jvp],
    vjps=[_reshape_vjp],
    call=_reshape,
    reads=False,
)


@composed(np.ravel)
def _ravel(a: Any, order: Any = "C") -> Any:
    return np.reshape(a, (-1,), order)


linear(np.transpose, "a | axes", _transpose_vjp)
linear(
    np.moveaxis,
    "a | source destination",
    lambda g, ans, a, source, destination: np.moveaxis(g, destination, source),
)
linear(
    np.swapaxes,
    "a | axis1 axis2",
    lambda g, ans, a, axis1, axis2: np.swapaxes(g, axis1, axis2),
)
linear(np.squeeze, "a | axis", lambda g, ans, a, axis=None: np.reshape(g, _shape(a)))
linear(np.expand_dims, "a | axis", lambda g, ans, a, axis: np.reshape(g, _shape(a)))
linear(np.copy, "a | order subok", lambda g, ans, a, **options: g)


@composed(np.matrix_transpose, np.linalg.matrix_transpose)
def _matrix_transpose(x: Any, /) -> Any:
    return np.swapaxes(x, -1, -2)


@composed(np.rollaxis)
def _rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    n = np.ndim(a)
    axis, start = axis % n, start + n if start < 0 else start
    return np.moveaxis(a, axis, start - 1 if axis < start else start)


def _at_least(n: int, shape_of: Any) -> Any:
    def at_least(*arys: Any) -> Any:
        raised = [
            a if np.ndim(a) >= n else np.reshape(a, shape_of(np.shape(form(a)))) for a in arys
        ]
        return raised[0] if len(raised) == 1 else tuple(raised)

    return at_least


composed(np.atleast_1d)(_at_least(1, lambda shape: (1,)))
composed(np.atleast_2d)(_at_least(2, lambda shape: (1,) * (2 - len(shape)) + shape))
composed(np.atleast_3d)(
    _at_least(3, lambda shape: {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}[len(shape)])
)

# ---- repeated entries --------------------------------------------------------------------

# Whoever calls a rule sums what broadcasting spread.
linear(np.broadcast_to, "array | shape subok", lambda g, ans, array, **options: g, reads=False)


@composed(np.broadcast_arrays)
def _broadcast_arrays(*args: Any, subok: bool = False) -> Any:
    shape = np.broadcast_shapes(*map(_shape, args))
    return tuple([np.broadcast_to(a, shape) for a in args])


@composed(np.tile)
def _tile(A: Any, reps: Any) -> Any:
    reps = tuple(np.atleast_1d(reps).tolist())
    shape = (1,) * (len(reps) - np.ndim(A)) + _shape(A)
    reps = (1,) * (len(shape) - len(reps)) + reps
    apart = np.reshape(A, [size for n in shape for size in (1, n)])
    spread = np.broadcast_to(
        apart, tuple([size for pair in zip(reps, shape, strict=True) for size in pair])
    )
    return np.reshape(spread, [r * n for r, n in zip(reps, shape, strict=True)])


@composed(np.repeat)
def _repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    if axis is None:
        a, axis = np.ravel(a), 0
    return np.take(a, np.repeat(np.arange(np.shape(a)[axis]), repeats), axis=axis)


# ---- joined and cut ----------------------------------------------------------------------


def _concatenate_vjp(
    position: int, g: Any, ans: Any, *arrays: Any, axis: int | None = 0, **options: Any
) -> Any:
    if axis is None:
        start = sum(np.size(form(a)) for a in arrays[:position])
        part = g[start : start + np.size(form(arrays[position]))]
        return np.reshape(part, _shape(arrays[position]))
    axis %= np.ndim(ans)
    start = sum(_shape(a)[axis] for a in arrays[:position])
    stop = start + _shape(arrays[position])[axis]
    return g[(slice(None),) * axis + (slice(start, stop),)]


def _stack_vjp(position: int, g: Any, ans: Any, *arrays: Any, axis: int = 0, **options: Any) -> Any:
    return g[(slice(None),) * (axis % np.ndim(ans)) + (position,)]


jointly_linear(np.concatenate, "arrays | axis out dtype casting", _concatenate_vjp)
jointly_linear(np.stack, "arrays | axis out dtype casting", _stack_vjp)


@composed(np.vstack)
def _vstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    return np.concatenate([np.atleast_2d(a) for a in tup], 0, dtype=dtype, casting=casting)


@composed(np.hstack)
def _hstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    arrays = [np.atleast_1d(a) for a in tup]
    axis = 0 if arrays and np.ndim(arrays[0]) == 1 else 1
    return np.concatenate(arrays, axis, dtype=dtype, casting=casting)


@composed(np.dstack)
def _dstack(tup: Any) -> Any:
    return np.concatenate([np.atleast_3d(a) for a in tup], 2)


@composed(np.column_stack)
def _column_stack(tup: Any) -> Any:
    columns = [np.reshape(a, (-1, 1)) if np.ndim(a) < 2 else a for a in tup]
    return np.concatenate(columns, 1)


@composed(np.append)
def _append(arr: Any, values: Any, axis: int | None = None) -> Any:
    if axis is None:
        arr, values, axis = np.ravel(arr), np.ravel(values), 0
    return np.concatenate([arr, values], axis)


@composed(np.block)
def _block(arrays: Any) -> Any:
    def depth(block: Any) -> int:
        return 1 + max(map(depth, block)) if isinstance(block, list) else 0

    def size(block: Any) -> int:
        return max(map(size, block)) if isinstance(block, list) else np.ndim(block)

    ndim = max(depth(arrays), size(arrays))

    def join(block: Any, axis: int) -> Any:
        if isinstance(block, list):
            return np.concatenate([join(inner, axis + 1) for inner in block], axis)
        return np.reshape(block, (1,) * (ndim - np.ndim(block)) + _shape(block))

    return join(arrays, -depth(arrays))


@composed(np.array_split)
def _array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    n = np.shape(ary)[axis]
    if np.ndim(indices_or_sections) == 0:
        parts = int(indices_or_sections)
        sizes = [n // parts + (i < n % parts) for i in range(parts)]
        cuts = np.cumsum(sizes)[:-1].tolist()
    else:
        cuts = list(indices_or_sections)
    before = (slice(None),) * (axis % np.ndim(ary))
    ends = zip([0, *cuts], [*cuts, n], strict=True)
    return [ary[(*before, slice(start, stop))] for start, stop in ends]


@composed(np.split)
def _split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    if np.ndim(indices_or_sections) == 0 and np.shape(ary)[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return np.array_split(ary, indices_or_sections, axis)


alias(np.vsplit, np.split, axis=0)
alias(np.dsplit, np.split, axis=2)


@composed(np.hsplit)
def _hsplit(ary: Any, indices_or_sections: Any) -> Any:
    return np.split(ary, indices_or_sections, 1 if np.ndim(ary) > 1 else 0)


if hasattr(np, "unstack"):  # NumPy ≥ 2.1

    @composed(np.unstack)
    def _unstack(x: Any, /, *, axis: int = 0) -> Any:
        return tuple(np.moveaxis(x, axis, 0))


@composed(np.array, np.asarray, np.asanyarray, np.ascontiguousarray)
def _array(object: Any, dtype: Any = None, **options: Any) -> Any:
    """Stack nested lists: what `np.array([f1, f2], like=x)` becomes."""
    if isinstance(object, list | tuple):
        object = np.stack([_array(entry) for entry in object])
    return object if dtype is None else np.stack([object])[0].astype(dtype)


# ---- turned, shifted, padded -------------------------------------------------------------


@composed(np.flip)
def _flip(m: Any, axis: Any = None) -> Any:
    n = np.ndim(m)
    axes = range(n) if axis is None else [a % n for a in np.atleast_1d(axis).tolist()]
    m = m if n else np.reshape(m, ())  # a Python number has no index
    return m[tuple([slice(None, None, -1 if i in axes else 1) for i in range(n)])]


alias(np.flipud, np.flip, axis=0)
alias(np.fliplr, np.flip, axis=1)


@composed(np.rot90)
def _rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    for _ in range(k % 4):
        m = np.flip(np.swapaxes(m, *axes), axes[0])
    return m


linear(
    np.roll,
    "a | shift axis",
    lambda g, ans, a, shift, axis=None: np.roll(g, np.negative(shift), axis),
)


@composed(np.pad)
def _pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """Take from the array, at the places that NumPy's own padding finds."""
    places = np.arange(1, np.size(array) + 1).reshape(_shape(array))
    if mode == "constant":
        values = options.pop("constant_values", 0)
        placed = np.pad(places, pad_width, mode, **options)  # 0 where a constant is
        constants = np.pad(np.zeros_like(plain(array)), pad_width, constant_values=values)
        if not np.size(array):
            return constants
        return np.where(placed > 0, np.take(np.ravel(array), np.maximum(placed - 1, 0)), constants)
    if mode in ("edge", "wrap", "reflect", "symmetric") and options.get("reflect_type") != "odd":
        return np.take(np.ravel(array), np.pad(places, pad_width, mode, **options) - 1)
    raise DerivativeError(
        f"np.pad has no rule for mode={mode!r}{' and reflect_type' * ('reflect_type' in options)}",
        describe(array),
        "np.concatenate of the parts, or one of the modes constant, edge, wrap, reflect, symmetric",
    )


# ---- diagonals and triangles -------------------------------------------------------------

linear(np.tril, "m | k", lambda g, ans, m, k=0: np.tril(g, k))
linear(np.triu, "m | k", lambda g, ans, m, k=0: np.triu(g, k))


@composed(np.diagonal)
def _diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    a = np.moveaxis(a, (axis1, axis2), (-2, -1))
    rows = np.arange(np.shape(a)[-2])
    inside = (rows + offset >= 0) & (rows + offset < np.shape(a)[-1])
    return a[..., rows[inside], rows[inside] + offset]


@composed(np.trace)
def _trace(
    a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: None = None
) -> Any:
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype)


alias(np.linalg.diagonal, np.diagonal, axis1=-2, axis2=-1)
alias(np.linalg.trace, np.trace, axis1=-2, axis2=-1)


@composed(np.diag)
def _diag(v: Any, k: int = 0) -> Any:
    if np.ndim(v) == 2:
        return np.diagonal(v, k)
    n = np.size(v)
    size = n + abs(k)
    rows = np.arange(n) + max(-k, 0)
    at = np.zeros((size, size), dtype=np.intp)
    at[rows, rows + k] = np.arange(n)
    there = np.zeros((size, size), dtype=bool)
    there[rows, rows + k] = True
    return np.where(there, np.take(v, at) if n else np.zeros_like(form(v), shape=at.shape), 0.0)


@composed(np.diagflat)
def _diagflat(v: Any, k: int = 0) -> Any:
    return np.diag(np.ravel(v), k)


# ---- types -------------------------------------------------------------------------------


@primitive
def cast(a: Any, dtype: Any) -> Any:
    """Return an array, or a number, in another floating dtype."""
    return np.asarray(a).astype(dtype)[()] if np.ndim(a) == 0 else a.astype(dtype)


linear(cast, "a | dtype", lambda g, ans, a, dtype: g)  # brought to the dtype of `a` afterwards


@composed(np.astype, np.ndarray.astype)
def _astype(x: Any, dtype: Any, /, *, copy: bool = True) -> Any:
    if np.dtype(dtype).kind in "fc":
        return cast(x, dtype=dtype)
    return np.asarray(plain(x)).astype(dtype)  # whole numbers and truth values stay as they are


question(
    *(np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.empty_like, np.result_type),
    *(np.can_cast, np.min_scalar_type, np.common_type, np.iscomplexobj, np.isrealobj),
    *(np.may_share_memory, np.shares_memory, np.isscalar, np.broadcast_shapes),
)


@composed(np.full_like)
def _full_like(a: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    if type(fill_value) is not Traced:
        return np.full_like(plain(a), fill_value, dtype, **options)
    ones = np.ones_like(plain(a), dtype, **options)
    return (ones * fill_value).astype(ones.dtype)


for_complex(
    *(np.reshape, np.ravel, np.transpose, np.moveaxis, np.swapaxes, np.squeeze, np.expand_dims),
    *(np.copy, np.matrix_transpose, np.linalg.matrix_transpose, np.rollaxis, np.atleast_1d),
    *(np.atleast_2d, np.atleast_3d, np.broadcast_to, np.broadcast_arrays, np.tile, np.repeat),
    *(np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack, np.append),
    *(np.block, np.array_split, np.split, np.vsplit, np.dsplit, np.hsplit, np.array, np.asarray),
    *(np.asanyarray, np.ascontiguousarray, np.flip, np.flipud, np.fliplr, np.rot90, np.roll),
    *(np.pad, np.tril, np.triu, np.diagonal, np.trace, np.linalg.diagonal, np.linalg.trace),
    *(np.diag, np.diagflat, cast, np.astype, np.ndarray.astype, np.full_like),
)
if hasattr(np, "unstack"):
    for_complex(np.unstack)
