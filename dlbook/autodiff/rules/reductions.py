"""Sums, means, products, extremes: many entries become one.

`where` and `initial` mean what they mean to NumPy. An `initial` value is a constant, so sums and
products only carry it along in the result, and an extreme may be won by it.
"""

from __future__ import annotations

import math
import operator
from typing import Any, NamedTuple

import numpy as np

from dlbook.autodiff.fitting import wide
from dlbook.autodiff.primitives import primitive
from dlbook.autodiff.rules.elementwise import unknown_at
from dlbook.autodiff.table import composed, constant, for_complex, general, linear, selection
from dlbook.autodiff.traced import form, is_complex, plain, shape_of

Axis = int | tuple[int, ...] | None


class How(NamedTuple):
    """The options of a reduction, as NumPy names them; what a function lacks keeps its default."""

    axis: Axis = None
    dtype: Any = None
    keepdims: bool = False
    initial: Any = np._NoValue
    where: Any = True
    ddof: Any = 0
    correction: Any = np._NoValue


_WHOLE = How()  # of most reductions to one number


def _axes(ndim: int, axis: Axis) -> tuple[int, ...]:
    """Return the axes that are reduced, counted from the front."""
    if axis is None:
        return tuple(range(ndim))
    given = axis if isinstance(axis, tuple) else (axis,)
    return tuple([operator.index(a) % ndim for a in given]) if ndim else ()


def kept_shape(shape: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    """Return the shape of a reduction's result with the reduced axes as axes of size 1."""
    axes = _axes(len(shape), axis)
    return tuple([1 if i in axes else n for i, n in enumerate(shape)])


def lines_of(a: Any, axis: Axis) -> Any:
    """Return what is reduced together as lines along a last axis, the other axes before it."""
    shape = np.shape(a)
    axes = _axes(len(shape), axis)
    rest = [i for i in range(len(shape)) if i not in axes]
    n = math.prod([shape[i] for i in axes])
    return np.reshape(np.transpose(a, (*rest, *axes)), (*[shape[i] for i in rest], n))


def _kept(g: Any, a: Any, how: How) -> Any:
    """Return what belongs to the result of a reduction, with the reduced axes as axes of size 1."""
    if how.keepdims or not (shape := shape_of(a)):
        return g
    return np.reshape(g, kept_shape(shape, how.axis))


def _spread(g: Any, a: Any, how: How) -> Any:
    """Return what belongs to the result of a reduction, for each entry that went into it."""
    if type(g) is not np.ndarray and not shape_of(g):  # one number for all
        return g if how.where is True else np.where(how.where, g, 0.0)
    g = _kept(g, a, how)
    shape = shape_of(a)
    if type(g) is np.ndarray:
        full = np.empty(shape, g.dtype)
        full[...] = g  # a tenth of the time that broadcasting takes
        g = full
    elif np.shape(g) != shape:
        g = np.broadcast_to(g, shape)
    return g if how.where is True else np.where(how.where, g, 0.0)


def _total(terms: Any, how: How) -> Any:
    """Return the sum of one term for each entry of the operand."""
    return np.sum(terms, axis=how.axis, dtype=wide(terms), keepdims=how.keepdims, where=how.where)


def _count(a: Any, how: How) -> Any:
    """Return how many entries go into each result; an array, with axes kept, under `where`.

    For float16, which ends at 65504, the count is a float64 and no Python number.
    """
    shape, dtype = shape_of(a), wide(a)
    if how.where is True:
        axes = range(len(shape)) if how is _WHOLE else _axes(len(shape), how.axis)
        count = math.prod([shape[i] for i in axes])
        return count if dtype is None else dtype(count)
    where = np.broadcast_to(how.where, shape)
    dtype = dtype or getattr(plain(a), "dtype", None)
    return np.sum(where, axis=how.axis, keepdims=True, dtype=dtype)


# ---- sums and means ----------------------------------------------------------------------


def _sum_jvp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    return _total(g, How(**options))


def _sum_vjp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    return _spread(g, a, How(**options) if options else _WHOLE)


general(
    np.sum,
    "a | axis dtype out keepdims initial where",
    jvps=[_sum_jvp],
    vjps=[_sum_vjp],
    reads=False,
    uniform=True,
)


@composed(np.add.reduce)
def _add_reduce(array: Any, axis: Axis = 0, *args: Any, **options: Any) -> Any:
    return np.sum(array, axis, *args, **options)


def _mean_vjp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    how = How(**options) if options else _WHOLE
    count = _count(a, how)
    if how.where is True:
        return _spread(g / count if count else g, a, how)
    g = _kept(g, a, how) if shape_of(g) else g
    return _spread(g / count, a, how._replace(keepdims=True))


linear(np.mean, "a | axis dtype out keepdims where", _mean_vjp, uniform=True)


@composed(np.average)
def _average(
    a: Any, axis: Axis = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    if weights is None:
        mean = np.mean(a, axis, keepdims=keepdims)
        return (mean, np.full_like(plain(mean), _count(a, How(axis)))[()]) if returned else mean
    if np.shape(a) != np.shape(weights):
        if axis is None or np.ndim(weights) != len(_axes(np.ndim(a), axis)):
            raise TypeError(
                f"np.average: weights of shape {np.shape(weights)} for shape {np.shape(a)}; "
                f"expected the same shape, or one number for each place along the axis, {axis}"
            )
        shape = [1] * np.ndim(a)
        for i, size in zip(_axes(np.ndim(a), axis), np.shape(weights), strict=True):
            shape[i] = size
        weights = np.reshape(weights, shape)
    spread = np.broadcast_to(weights, np.shape(a))
    dtype = np.result_type(np.asarray(plain(a)), np.asarray(plain(weights)))
    total = np.sum(spread, axis=axis, keepdims=keepdims, dtype=dtype)
    mean = np.sum(a * spread, axis=axis, keepdims=keepdims, dtype=dtype) / total
    return (mean, total) if returned else mean


# ---- spread around the mean --------------------------------------------------------------


def _freedom(a: Any, how: How) -> Any:
    return _count(a, how) - (how.ddof if how.correction is np._NoValue else how.correction)


def _deviation(a: Any, how: How) -> Any:
    """Return the distances from the mean, 0 for the entries that do not count.

    Of complex entries they are conjugate: |z|² moves by the real part of 2 conj(z) dz.
    """
    distance = a - np.mean(a, axis=how.axis, keepdims=True, where=how.where)
    distance = np.conjugate(distance) if is_complex(distance) else distance
    return distance if how.where is True else np.where(how.where, distance, 0.0)


def _var_jvp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    # The mean's own tangent drops out, since the distances from it sum to 0.
    how = How(**options)
    products = np.where(how.where, _deviation(a, how) * g, 0.0)
    total = _total(products, How(how.axis, keepdims=True)) * (2 / _freedom(a, how))
    return total if how.keepdims else np.reshape(total, np.shape(form(ans)))


def _var_vjp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    how = How(**options)
    return _kept(g, a, how) * (2 / _freedom(a, how)) * _deviation(a, how)


_SPREAD = "a | axis dtype out ddof keepdims where correction"

general(np.var, _SPREAD, jvps=[_var_jvp], vjps=[_var_vjp])


def _half(g: Any, ans: Any) -> Any:
    """Return g / (2 ans), and 0 where that is 0."""
    zero = np.equal(ans, 0)
    return np.where(zero, 0.0, g / (2 * np.where(zero, 1.0, ans)))


def _unknown_along(x: Any, tip: Any, how: How) -> Any:
    """Return 0 for each result of a reduction: `unknown_at` the tips, where any entry moves."""
    unknown = unknown_at(tip, x)
    return np.sum(unknown, axis=how.axis, keepdims=True) if shape_of(unknown) else unknown


def _std_tip(ans: Any, a: Any, how: How) -> Any:
    tip = np.equal(_kept(plain(ans), a, how), 0)
    if not np.any(tip):
        return 0.0
    unknown = _unknown_along(_deviation(a, how), tip, how)
    return (
        unknown if how.where is True or not shape_of(unknown) else np.where(how.where, unknown, 0.0)
    )


def _std_jvp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    how = How(**options)
    tangent = _half(_var_jvp(g, ans, a, **options), ans)
    return tangent + _total(g * _std_tip(ans, a, how), how)


def _std_vjp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    how = How(**options)
    return _var_vjp(_half(g, ans), ans, a, **options) + _kept(g, a, how) * _std_tip(ans, a, how)


general(np.std, _SPREAD, jvps=[_std_jvp], vjps=[_std_vjp])

# ---- products ----------------------------------------------------------------------------


def _others(a: Any, ans: Any, how: How) -> Any:
    """Return, for each entry, the product of the others that are multiplied with it."""
    if how.where is not True:
        a = np.where(how.where, a, 1.0)
    size = np.abs(plain(ans))
    if np.all((size > 1e-30) & (size < 1e30)):
        return _kept(ans, a, how) / a
    # A factor 0 cannot be divided out, nor any from a product that is infinite or has lost its
    # digits. Lay the reduced axes along a last one; there, row i of a square has 1 for entry i.
    shape = np.shape(a)
    axes = _axes(len(shape), how.axis)
    rest = [i for i in range(len(shape)) if i not in axes]
    lines = np.transpose(a, (*rest, *axes))
    moved = np.shape(lines)
    n = int(np.prod([shape[i] for i in axes], dtype=int))
    lines = np.reshape(lines, (*[shape[i] for i in rest], 1, n))
    square = np.where(np.eye(n, dtype=bool), 1.0, lines)
    initial = 1 if how.initial is np._NoValue else how.initial
    others = np.reshape(np.prod(square, axis=-1) * initial, moved)
    return np.transpose(others, tuple(np.argsort((*rest, *axes)).tolist()))


def _prod_jvp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    how = How(**options)
    return _total(g * _others(a, ans, how), how)


def _prod_vjp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    how = How(**options)
    product = _kept(g, a, how) * _others(a, ans, how)
    return product if how.where is True else np.where(how.where, product, 0.0)


general(
    np.prod,
    "a | axis dtype out keepdims initial where",
    jvps=[_prod_jvp],
    vjps=[_prod_vjp],
)


@composed(np.multiply.reduce)
def _multiply_reduce(array: Any, axis: Axis = 0, *args: Any, **options: Any) -> Any:
    return np.prod(array, axis, *args, **options)


# ---- extremes: ties share equally --------------------------------------------------------


def _shared(g: Any, ans: Any, a: Any, how: How) -> Any:
    """Return the share of `g` that each entry has, which is as large as the extreme or not."""
    a, best = plain(a), _kept(plain(ans), plain(a), how)
    wins = np.equal(a, best)
    alone = how.where is True and how.initial is np._NoValue
    if alone and np.count_nonzero(wins) == np.size(best):
        total = np.add.reduce(best, axis=None)
        if total == total:  # none is NaN, which never wins: so no result has two winners
            return np.where(wins, g, 0.0)
    if how.where is not True:
        wins = wins & how.where
    ties = np.add.reduce(wins, axis=how.axis, keepdims=True)
    if how.initial is not np._NoValue:
        ties = ties + np.equal(best, how.initial)
    if np.any(ties > 1):
        g = g / np.maximum(ties, 1).astype(wide(a) or getattr(a, "dtype", float))
    return np.where(wins, g, 0.0)


def _extreme_jvp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    how = How(**options)
    return _total(_shared(g, ans, a, how), how)


def _extreme_vjp(g: Any, ans: Any, a: Any, **options: Any) -> Any:
    how = How(**options)
    return _shared(_kept(g, a, how), ans, a, how)


_EXTREME = "a | axis out keepdims initial where"

selection(np.max, _EXTREME, _extreme_jvp, _extreme_vjp, also=[np.amax])
selection(np.min, _EXTREME, _extreme_jvp, _extreme_vjp, also=[np.amin])


def _reduce_by(function: Any, reduce: Any) -> None:
    @composed(reduce)
    def reduced(
        array: Any, axis: Axis = 0, dtype: None = None, out: None = None, *args: Any, **options: Any
    ) -> Any:
        return function(array, axis, None, *args, **options)


_reduce_by(np.max, np.maximum.reduce)
_reduce_by(np.min, np.minimum.reduce)


@composed(np.ptp)
def _ptp(a: Any, axis: Axis = None, out: None = None, keepdims: bool = False) -> Any:
    return np.max(a, axis, keepdims=keepdims) - np.min(a, axis, keepdims=keepdims)


def _logaddexp_shares(ans: Any, array: Any, how: How) -> Any:
    """Return exp(array - ans): 0 for -∞, and 1 where one entry outweighs all others, as ∞ does."""
    total = _kept(ans, array, how)
    alone = np.equal(array, total) & np.isinf(array)
    shares = np.exp(np.where(alone, 0.0, array - np.where(alone, 0.0, total)))
    shares = np.where(np.equal(array, -np.inf), 0.0, shares)
    return shares if how.where is True else np.where(how.where, shares, 0.0)


def _logaddexp_jvp(g: Any, ans: Any, array: Any, *, axis: Axis = 0, **options: Any) -> Any:
    how = How(axis, **options)
    return _total(g * _logaddexp_shares(ans, array, how), how)


def _logaddexp_vjp(g: Any, ans: Any, array: Any, *, axis: Axis = 0, **options: Any) -> Any:
    how = How(axis, **options)
    return _kept(g, array, how) * _logaddexp_shares(ans, array, how)


general(
    np.logaddexp.reduce,
    "array | axis dtype out keepdims initial where",
    jvps=[_logaddexp_jvp],
    vjps=[_logaddexp_vjp],
)

# ---- norms: the derivative at 0 is 0 -----------------------------------------------------


@primitive
def _p_norm(x: Any, order: Any, axis: Axis, keepdims: bool) -> Any:
    return np.linalg.norm(x, order, axis, keepdims)


def _direction(ans: Any, x: Any, order: Any, how: How) -> Any:
    """Return the gradient of the norm: for order 2 the unit vector along `x`."""
    length = _kept(ans, x, how)
    tip = np.equal(length, 0)
    x = np.conjugate(x) if is_complex(x) else x
    unit, unknown = x / np.where(tip, 1.0, length), _unknown_along(x, tip, how)
    if order in (None, 2, "fro"):
        return unit + unknown
    # sign(xᵢ) (|xᵢ| / ‖x‖) ** (p - 1); entries 0 add nothing, whatever the power, and for a
    # power below 1 the slope jumps there, or is infinitely steep.
    zero = np.equal(unit, 0)
    size = np.where(zero, 0.0, np.abs(np.where(zero, 1.0, unit)) ** (order - 1))
    along = x / np.abs(np.where(zero, 1.0, x)) if is_complex(x) else np.sign(x)
    return along * size + unknown + (unknown_at(zero, x) if order < 2 else 0.0)


def _norm_jvp(g: Any, ans: Any, x: Any, *, order: Any, axis: Axis, keepdims: bool) -> Any:
    how = How(axis, keepdims=keepdims)
    return _total(g * _direction(ans, x, order, how), how)


def _norm_vjp(g: Any, ans: Any, x: Any, *, order: Any, axis: Axis, keepdims: bool) -> Any:
    how = How(axis, keepdims=keepdims)
    return _kept(g, x, how) * _direction(ans, x, order, how)


general(_p_norm, "x | order axis keepdims", jvps=[_norm_jvp], vjps=[_norm_vjp])


@composed(np.linalg.norm)
def _norm(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    if axis is None and ord is None:
        return _p_norm(x, order=None, axis=None, keepdims=keepdims)
    axes = _axes(np.ndim(x), axis)
    if len(axes) == 2:
        return _matrix_norm(x, ord, axes, keepdims)
    if len(axes) != 1:
        raise ValueError(f"np.linalg.norm takes one axis or two; here they are {axes}")
    if ord in (np.inf, -np.inf):
        return (np.max if ord > 0 else np.min)(np.abs(x), axis=axes, keepdims=keepdims)
    if ord == 0:  # how many are not 0: a plain value
        return np.linalg.norm(plain(x), ord, axes[0], keepdims)
    return _p_norm(x, order=ord, axis=axes[0], keepdims=keepdims)


def _matrix_norm(x: Any, order: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if order in (None, "fro"):
        return _p_norm(x, order=order, axis=axes, keepdims=keepdims)
    rows, columns = axes
    if order in (2, -2, "nuc"):
        values = np.linalg.svdvals(np.moveaxis(x, (rows, columns), (-2, -1)))
        of_values: Any = {2: np.max, -2: np.min, "nuc": np.sum}[order]
        return np.reshape(of_values(values, axis=-1), _reduced(np.shape(x), axes, keepdims))[()]
    if order not in (1, -1, np.inf, -np.inf):
        raise ValueError(f"np.linalg.norm(x, {order!r}): a matrix has no norm of that order")
    summed, compared = (rows, columns) if abs(order) == 1 else (columns, rows)
    sums = np.sum(np.abs(x), axis=summed, keepdims=True)
    result = (np.max if order > 0 else np.min)(sums, axis=compared, keepdims=True)
    return np.reshape(result, _reduced(np.shape(x), axes, keepdims))[()]


def _reduced(shape: tuple[int, ...], axes: tuple[int, ...], keepdims: bool) -> tuple[int, ...]:
    if keepdims:
        return kept_shape(shape, axes)
    return tuple([n for i, n in enumerate(shape) if i not in axes])


@composed(np.linalg.matrix_norm)
def _linalg_matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return np.linalg.norm(x, ord, (-2, -1), keepdims)


@composed(np.linalg.vector_norm)
def _linalg_vector_norm(
    x: Any, /, *, axis: Axis = None, keepdims: bool = False, ord: Any = 2
) -> Any:
    norms = np.linalg.norm(lines_of(x, axis), ord, -1)
    return np.reshape(norms, kept_shape(np.shape(x), axis)) if keepdims else norms


# ---- running sums ------------------------------------------------------------------------


def _cumsum_vjp(g: Any, ans: Any, a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    shape = np.shape(form(a))
    if axis is None:
        g, axis = np.reshape(g, (-1,)), 0
    total = np.flip(np.cumsum(np.flip(g, axis), axis=axis, dtype=wide(g)), axis)
    return np.reshape(total, shape)


linear(np.cumsum, "a | axis dtype out", _cumsum_vjp)


@composed(np.add.accumulate)
def _add_accumulate(array: Any, axis: int = 0, dtype: Any = None, out: None = None) -> Any:
    return np.cumsum(array, axis, dtype)


def cumulative(function: Any, running: Any, first: float) -> None:
    """Enter NumPy's `cumulative_sum` or `cumulative_prod`, by the older function of its kind."""

    @composed(function)
    def definition(
        x: Any,
        /,
        *,
        axis: int | None = None,
        dtype: Any = None,
        out: None = None,
        include_initial: bool = False,
    ) -> Any:
        axis = 0 if axis is None else axis
        total = running(x, axis=axis, dtype=dtype)
        if not include_initial:
            return total
        shape = list(np.shape(total))
        shape[axis] = 1
        return np.concatenate([np.full(shape, first, plain(total).dtype), total], axis=axis)


if hasattr(np, "cumulative_sum"):  # NumPy ≥ 2.1
    cumulative(np.cumulative_sum, np.cumsum, 0.0)


@composed(np.diff)
def _diff(
    a: Any, n: int = 1, axis: int = -1, prepend: Any = np._NoValue, append: Any = np._NoValue
) -> Any:
    if n == 0:
        return a
    if n < 0:
        raise ValueError(f"np.diff: n is {n}; expected a number of times, 0 or more")
    shape = list(np.shape(a))
    shape[axis] = 1
    ends = [
        end if end is np._NoValue or np.ndim(end) else np.broadcast_to(end, tuple(shape))
        for end in (prepend, append)
    ]
    parts = [part for part in (ends[0], a, ends[1]) if part is not np._NoValue]
    if len(parts) > 1:
        a = np.concatenate(parts, axis=axis)
    for _ in range(n):
        index: list[Any] = [slice(None)] * np.ndim(a)
        index[axis] = slice(1, None)
        later = a[tuple(index)]
        index[axis] = slice(None, -1)
        a = later - a[tuple(index)]
    return a


@composed(np.trapezoid)
def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    y = np.moveaxis(y, axis, -1)
    if x is not None:
        dx = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
    return np.sum(dx * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)


constant(
    *(np.nanargmax, np.nanargmin, np.argpartition, np.lexsort, np.isin),
    *(np.argmax, np.argmin, np.argsort, np.nonzero, np.flatnonzero, np.count_nonzero, np.all),
    *(np.any, np.searchsorted, np.digitize, np.allclose, np.isclose, np.array_equal),
    *(np.array_equiv, np.greater, np.greater_equal, np.less, np.less_equal, np.equal),
    *(np.not_equal, np.logical_and, np.logical_or, np.logical_xor, np.logical_not, np.argwhere),
)
for_complex(
    *(np.sum, np.mean, np.prod, np.average, np.var, np.std, np.cumsum, np.diff, np.trapezoid),
    *(np.add.reduce, np.multiply.reduce, np.add.accumulate),
    *(np.linalg.norm, np.linalg.vector_norm, np.linalg.matrix_norm, _p_norm),
)
if hasattr(np, "cumulative_sum"):
    for_complex(np.cumulative_sum)
