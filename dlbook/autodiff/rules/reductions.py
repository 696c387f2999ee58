"""Sums, means, products, extremes: many entries become one.

`where` and `initial` mean what they mean to NumPy. An `initial` value is a constant, so sums and
products only carry it along in the result, and an extreme may be won by it.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from dlbook.autodiff.table import composed, constant, general, linear, selection
from dlbook.autodiff.tracing import plain

Axis = int | tuple[int, ...] | None


def _axes(ndim: int, axis: Axis) -> tuple[int, ...]:
    """Return the axes that are reduced, counted from the front."""
    if axis is None:
        return tuple(range(ndim))
    given = axis if isinstance(axis, tuple) else (axis,)
    return tuple([operator.index(a) % ndim for a in given]) if ndim else ()


def kept(g: Any, a: Any, axis: Axis, keepdims: bool) -> Any:
    """Return what belongs to the result of a reduction, with the reduced axes as axes of size 1."""
    if keepdims:
        return g
    shape = np.shape(plain(a))
    if not shape:
        return g
    axes = _axes(len(shape), axis)
    return np.reshape(g, tuple([1 if i in axes else n for i, n in enumerate(shape)]))


def spread(g: Any, a: Any, axis: Axis, keepdims: bool, where: Any = True) -> Any:
    """Return what belongs to the result of a reduction, for each entry that went into it."""
    if where is True and type(g) is not np.ndarray and np.ndim(plain(g)) == 0:
        return g  # one number for all
    shape = np.shape(plain(a))
    g = kept(g, a, axis, keepdims)
    if type(g) is np.ndarray:
        full = np.empty(shape, g.dtype)
        full[...] = g
    else:
        full = np.broadcast_to(g, shape)
    return full if where is True else np.where(where, full, 0.0)


def _count(a: Any, axis: Axis, where: Any) -> Any:
    """Return how many entries go into each result, with axes kept where `where` says which."""
    shape = np.shape(plain(a))
    if where is True:
        count = 1
        for i in _axes(len(shape), axis):
            count *= shape[i]
        return count
    return np.sum(np.broadcast_to(where, shape), axis=axis, keepdims=True)


# ---- sums and means ----------------------------------------------------------------------


def _sum_jvp(g, ans, a, axis=None, dtype=None, keepdims=False, initial=0, where=True):  # type: ignore[no-untyped-def]
    return np.sum(g, axis=axis, keepdims=keepdims, where=where)


def _sum_vjp(g, ans, a, axis=None, dtype=None, keepdims=False, initial=0, where=True):  # type: ignore[no-untyped-def]
    return spread(g, a, axis, keepdims, where)


general(
    np.sum,
    "a | axis dtype out keepdims initial where",
    jvps=[_sum_jvp],
    vjps=[_sum_vjp],
    reads=False,
)


@composed(np.add.reduce)
def _add_reduce(
    array: Any,
    axis: Axis = 0,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = 0,
    where: Any = True,
) -> Any:
    return np.sum(array, axis, dtype, None, keepdims, initial, where)


def _mean_vjp(g, ans, a, axis=None, dtype=None, keepdims=False, where=True):  # type: ignore[no-untyped-def]
    count = _count(a, axis, where)
    if where is True:
        return spread(g / count if count else g, a, axis, keepdims)
    return spread(kept(g, a, axis, keepdims) / count, a, axis, True, where)


linear(np.mean, "a | axis dtype out keepdims where", _mean_vjp)


@composed(np.average)
def _average(
    a: Any, axis: Axis = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    if weights is None:
        total = _count(a, axis, True) + np.zeros_like(np.mean(plain(a), axis, keepdims=keepdims))
        mean = np.mean(a, axis, keepdims=keepdims)
        return (mean, total) if returned else mean
    if np.shape(a) != np.shape(weights):
        shape = [1] * np.ndim(a)
        for i, size in zip(_axes(np.ndim(a), axis), np.shape(weights), strict=True):
            shape[i] = size
        weights = np.reshape(weights, shape)
    total = np.sum(np.broadcast_to(weights, np.shape(a)), axis=axis, keepdims=keepdims)
    mean = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (mean, total) if returned else mean


# ---- spread around the mean --------------------------------------------------------------


def _freedom(a: Any, axis: Axis, where: Any, ddof: Any, correction: Any) -> Any:
    return _count(a, axis, where) - (ddof if correction is None else correction)


def _deviation(a: Any, axis: Axis, where: Any) -> Any:
    """Return the distances from the mean, 0 for the entries that do not count."""
    distance = a - np.mean(a, axis=axis, keepdims=True, where=where)
    return distance if where is True else np.where(where, distance, 0.0)


def _var_jvp(g, ans, a, axis=None, dtype=None, ddof=0, keepdims=False, where=True, correction=None):  # type: ignore[no-untyped-def]
    # The mean's own tangent drops out, since the distances from it sum to 0.
    freedom = _freedom(a, axis, where, ddof, correction)
    total = np.sum(2 * _deviation(a, axis, where) * g, axis=axis, keepdims=True) / freedom
    return total if keepdims else np.reshape(total, np.shape(plain(ans)))


def _var_vjp(g, ans, a, axis=None, dtype=None, ddof=0, keepdims=False, where=True, correction=None):  # type: ignore[no-untyped-def]
    freedom = _freedom(a, axis, where, ddof, correction)
    return kept(g, a, axis, keepdims) / freedom * 2 * _deviation(a, axis, where)


_SPREAD = "a | axis dtype out ddof keepdims where correction"

general(np.var, _SPREAD, jvps=[_var_jvp], vjps=[_var_vjp])


def _half(g: Any, ans: Any) -> Any:
    """Return g / (2 ans), and 0 where that is 0."""
    return np.where(np.equal(ans, 0), 0.0, g / (2 * np.where(np.equal(ans, 0), 1.0, ans)))


general(
    np.std,
    _SPREAD,
    jvps=[lambda g, ans, a, **options: _half(_var_jvp(g, ans, a, **options), ans)],
    vjps=[lambda g, ans, a, **options: _var_vjp(_half(g, ans), ans, a, **options)],
)

# ---- products ----------------------------------------------------------------------------


def _others(a: Any, ans: Any, axis: Axis, where: Any, initial: Any) -> Any:
    """Return, for each entry, the product of the others that are multiplied with it."""
    if where is not True:
        a = np.where(where, a, 1.0)
    if np.all(np.not_equal(a, 0)):
        return ans / a
    # A factor 0 cannot be divided out. Lay the reduced axes along a last one; there, row i of
    # a square has a 1 in place of entry i.
    shape = np.shape(a)
    axes = _axes(len(shape), axis)
    rest = [i for i in range(len(shape)) if i not in axes]
    lines = np.transpose(a, (*rest, *axes))
    moved = np.shape(lines)
    n = int(np.prod([shape[i] for i in axes], dtype=int))
    lines = np.reshape(lines, (*[shape[i] for i in rest], 1, n))
    square = np.where(np.eye(n, dtype=bool), 1.0, lines)
    others = np.reshape(np.prod(square, axis=-1) * initial, moved)
    return np.transpose(others, tuple(np.argsort((*rest, *axes))))


def _prod_jvp(g, ans, a, axis=None, dtype=None, keepdims=False, initial=1, where=True):  # type: ignore[no-untyped-def]
    others = _others(a, kept(ans, a, axis, keepdims), axis, where, initial)
    return np.sum(g * others, axis=axis, keepdims=keepdims, where=where)


def _prod_vjp(g, ans, a, axis=None, dtype=None, keepdims=False, initial=1, where=True):  # type: ignore[no-untyped-def]
    others = _others(a, kept(ans, a, axis, keepdims), axis, where, initial)
    product = kept(g, a, axis, keepdims) * others
    return product if where is True else np.where(where, product, 0.0)


general(
    np.prod,
    "a | axis dtype out keepdims initial where",
    jvps=[_prod_jvp],
    vjps=[_prod_vjp],
)


@composed(np.multiply.reduce)
def _multiply_reduce(
    array: Any,
    axis: Axis = 0,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = 1,
    where: Any = True,
) -> Any:
    return np.prod(array, axis, dtype, None, keepdims, initial, where)


# ---- extremes: ties share equally --------------------------------------------------------


def _shared(g: Any, ans: Any, a: Any, axis: Axis, keepdims: bool, initial: Any, where: Any) -> Any:
    """Return the share of `g` that each entry has, which is as large as the extreme or not."""
    a, best = plain(a), kept(plain(ans), plain(a), axis, keepdims)
    wins = np.equal(a, best)
    if where is not True:
        wins = wins & where
    ties = np.add.reduce(wins, axis=axis, keepdims=True)
    if initial is not np._NoValue:
        ties = ties + np.equal(best, initial)
    if (ties > 1).any():
        g = g / np.maximum(ties, 1).astype(getattr(a, "dtype", float))
    return np.where(wins, g, 0.0)


def _extreme_jvp(g, ans, a, axis=None, keepdims=False, initial=np._NoValue, where=True):  # type: ignore[no-untyped-def]
    shares = _shared(g, ans, a, axis, keepdims, initial, where)
    return np.sum(shares, axis=axis, keepdims=keepdims)


def _extreme_vjp(g, ans, a, axis=None, keepdims=False, initial=np._NoValue, where=True):  # type: ignore[no-untyped-def]
    return _shared(kept(g, a, axis, keepdims), ans, a, axis, keepdims, initial, where)


_EXTREME = "a | axis out keepdims initial where"

selection(np.max, _EXTREME, _extreme_jvp, _extreme_vjp, also=[np.amax])
selection(np.min, _EXTREME, _extreme_jvp, _extreme_vjp, also=[np.amin])


def _reduce_by(function: Any, reduce: Any) -> None:
    @composed(reduce)
    def reduced(
        array: Any,
        axis: Axis = 0,
        dtype: None = None,
        out: None = None,
        keepdims: bool = False,
        initial: Any = np._NoValue,
        where: Any = True,
    ) -> Any:
        return function(array, axis, None, keepdims, initial, where)


_reduce_by(np.max, np.maximum.reduce)
_reduce_by(np.min, np.minimum.reduce)


@composed(np.ptp)
def _ptp(a: Any, axis: Axis = None, out: None = None, keepdims: bool = False) -> Any:
    return np.max(a, axis, keepdims=keepdims) - np.min(a, axis, keepdims=keepdims)


def _logaddexp_shares(ans: Any, array: Any, axis: Axis, keepdims: bool, where: Any) -> Any:
    total = kept(ans, array, axis, keepdims)
    finite = np.not_equal(array, -np.inf)
    shares = np.where(finite, np.exp(np.where(finite, array - total, 0.0)), 0.0)
    return shares if where is True else np.where(where, shares, 0.0)


def _logaddexp_jvp(g, ans, array, axis=0, keepdims=False, initial=None, where=True):  # type: ignore[no-untyped-def]
    shares = _logaddexp_shares(ans, array, axis, keepdims, where)
    return np.sum(g * shares, axis=axis, keepdims=keepdims)


def _logaddexp_vjp(g, ans, array, axis=0, keepdims=False, initial=None, where=True):  # type: ignore[no-untyped-def]
    shares = _logaddexp_shares(ans, array, axis, keepdims, where)
    return kept(g, array, axis, keepdims) * shares


general(
    np.logaddexp.reduce,
    "array | axis dtype out keepdims initial where",
    jvps=[_logaddexp_jvp],
    vjps=[_logaddexp_vjp],
)

# ---- norms -------------------------------------------------------------------------------


def _length(x: Any, axis: Axis, keepdims: bool) -> Any:
    """Return the square root of the sum of squares; its derivative at 0 is 0."""
    total = np.sum(x * x, axis=axis, keepdims=keepdims)
    zero = np.equal(total, 0)
    return np.where(zero, 0.0, np.sqrt(np.where(zero, 1.0, total)))


@composed(np.linalg.norm)
def _norm(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    ndim = np.ndim(x)
    if axis is None and ord is None:
        return _length(x, None, keepdims)
    axes = _axes(ndim, axis)
    if len(axes) == 1:
        return _vector_norm(x, ord, axes[0], keepdims)
    if len(axes) != 2:
        raise ValueError(f"np.linalg.norm takes one axis or two; here they are {axes}")
    return _matrix_norm(x, ord, axes, keepdims)


def _vector_norm(x: Any, order: Any, axis: int, keepdims: bool) -> Any:
    if order is None or order == 2:
        return _length(x, axis, keepdims)
    if order in (np.inf, -np.inf):
        extreme = np.max if order > 0 else np.min
        return extreme(np.abs(x), axis=axis, keepdims=keepdims)
    if order == 0:
        counts = np.not_equal(x, 0).astype(plain(x).dtype)
        return np.sum(counts, axis=axis, keepdims=keepdims)
    if order == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    total = np.sum(np.abs(x) ** order, axis=axis, keepdims=keepdims)
    zero = np.equal(total, 0)
    return np.where(zero, 0.0, np.where(zero, 1.0, total) ** (1 / order))


def _matrix_norm(x: Any, order: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if order in (None, "fro"):
        return _length(x, axes, keepdims)
    if order not in (1, -1, np.inf, -np.inf):
        raise NotImplementedError(
            f"np.linalg.norm(x, {order!r}) of a matrix has no rule: it needs singular values"
        )
    rows, columns = axes
    summed, compared = (rows, columns) if abs(order) == 1 else (columns, rows)
    sums = np.sum(np.abs(x), axis=summed, keepdims=True)
    result = (np.max if order > 0 else np.min)(sums, axis=compared, keepdims=True)
    return result if keepdims else np.squeeze(result, axis=axes)


# ---- running sums ------------------------------------------------------------------------


def _cumsum_vjp(g, ans, a, axis=None, dtype=None):  # type: ignore[no-untyped-def]
    shape = np.shape(plain(a))
    if axis is None:
        g, axis = np.reshape(g, (-1,)), 0
    total = np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis)
    return np.reshape(total, shape)


linear(np.cumsum, "a | axis dtype out", _cumsum_vjp)


@composed(np.add.accumulate)
def _add_accumulate(array: Any, axis: int = 0, dtype: Any = None, out: None = None) -> Any:
    return np.cumsum(array, axis, dtype)


if hasattr(np, "cumulative_sum"):  # NumPy ≥ 2.1

    @composed(np.cumulative_sum)
    def _cumulative_sum(
        x: Any,
        /,
        *,
        axis: int | None = None,
        dtype: Any = None,
        out: None = None,
        include_initial: bool = False,
    ) -> Any:
        axis = 0 if axis is None else axis
        total = np.cumsum(x, axis=axis, dtype=dtype)
        if not include_initial:
            return total
        first = np.zeros_like(np.take(plain(total), [0], axis=axis))
        return np.concatenate([first, total], axis=axis)


@composed(np.diff)
def _diff(
    a: Any, n: int = 1, axis: int = -1, prepend: Any = np._NoValue, append: Any = np._NoValue
) -> Any:
    ends = []
    for end in (prepend, append):
        if end is np._NoValue:
            ends.append([])
            continue
        if np.ndim(end) == 0:
            shape = list(np.shape(a))
            shape[axis] = 1
            end = np.broadcast_to(end, tuple(shape))
        ends.append([end])
    if ends != [[], []]:
        a = np.concatenate([*ends[0], a, *ends[1]], axis=axis)
    for _ in range(n):
        index: list[Any] = [slice(None)] * np.ndim(a)
        index[axis] = slice(1, None)
        later = a[tuple(index)]
        index[axis] = slice(None, -1)
        a = later - a[tuple(index)]
    return a


@composed(np.ediff1d)
def _ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    differences = np.diff(np.ravel(ary))
    parts = [to_begin, differences, to_end]
    parts = [np.ravel(part) for part in parts if part is not None]
    return differences if len(parts) == 1 else np.concatenate(parts)


@composed(np.trapezoid)
def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    y = np.moveaxis(y, axis, -1)
    if x is not None:
        dx = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
    return np.sum(dx * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)


constant(
    *(np.argmax, np.argmin, np.argsort, np.nonzero, np.flatnonzero, np.count_nonzero, np.all),
    *(np.any, np.searchsorted, np.digitize, np.allclose, np.isclose, np.array_equal),
    *(np.array_equiv, np.greater, np.greater_equal, np.less, np.less_equal, np.equal),
    *(np.not_equal, np.logical_and, np.logical_or, np.logical_xor, np.logical_not, np.argwhere),
)
