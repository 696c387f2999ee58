"""Numerical methods on grids and sequences: running products, convolution, interpolation, slopes.

All are composed. What depends on plain values only (which interval, which window) is decided
first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.autodiff.refusals import DerivativeError, describe
from dlbook.autodiff.rules.reductions import cumulative
from dlbook.autodiff.table import alias, composed, for_complex
from dlbook.autodiff.traced import Traced, holds_complex, is_complex, no_complex, plain

# ---- running results ---------------------------------------------------------------------


def _running(ufunc: np.ufunc, a: Any, axis: int) -> Any:
    """Apply a ufunc to what was and what comes; right where a running product passes a 0."""
    a = np.moveaxis(a, axis, 0)
    if not np.size(a):
        return np.moveaxis(a, 0, axis)
    results = [a[0]]
    for i in range(1, np.shape(a)[0]):
        results.append(ufunc(results[-1], a[i]))
    return np.stack(results, axis=axis)


@composed(np.cumprod)
def _cumprod(a: Any, axis: int | None = None, dtype: Any = None, out: None = None) -> Any:
    if axis is None:
        a, axis = np.ravel(a), 0
    return _running(np.multiply, a if dtype is None else np.astype(a, dtype), axis)


def _accumulate_by(ufunc: np.ufunc) -> None:
    @composed(ufunc.accumulate)
    def accumulate(array: Any, axis: int = 0, dtype: None = None, out: None = None) -> Any:
        return _running(ufunc, array, axis)


_accumulate_by(np.multiply)
_accumulate_by(np.maximum)
_accumulate_by(np.minimum)
_accumulate_by(np.logaddexp)

if hasattr(np, "cumulative_prod"):  # NumPy ≥ 2.1
    cumulative(np.cumulative_prod, np.cumprod, 1.0)


@composed(np.unwrap)
def _unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: float = 2 * np.pi) -> Any:
    inside = np.asarray(plain(p))
    return p + (np.unwrap(inside, discont, axis, period=period) - inside)  # whole periods


# ---- convolution -------------------------------------------------------------------------


@composed(np.convolve)
def _convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    a, v = np.ravel(a), np.ravel(v)
    if np.size(v) > np.size(a):
        a, v = v, a
    n, m = np.size(a), np.size(v)
    windows = np.arange(n + m - 1)[:, None] + np.arange(m)
    full = np.pad(a, m - 1)[windows] @ v[::-1]
    if mode == "full":
        return full
    if mode == "same":
        return full[(m - 1) // 2 : (m - 1) // 2 + n]
    if mode == "valid":
        return full[m - 1 : n]
    raise ValueError(f"np.convolve: mode is {mode!r}; expected 'full', 'same' or 'valid'")


@composed(np.correlate)
def _correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    v = np.conjugate(v) if holds_complex(v) else v  # which may be a list
    if np.size(v) > np.size(a):
        return np.convolve(v, np.ravel(a)[::-1], mode)[::-1]
    return np.convolve(a, np.ravel(v)[::-1], mode)


# ---- interpolation, slopes ---------------------------------------------------------------


def double(a: Any) -> Any:
    """Return an array, or a list of plain numbers, in double precision."""
    array: Any = a if type(a) is Traced else np.asarray(a)
    return np.astype(array, float)


@composed(np.interp)
def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None) -> Any:
    x, xp, fp = map(double, (x, xp, fp))
    places, grid = plain(x), plain(xp)
    n = len(grid)
    if n == 1:
        inner = fp[0] + 0.0 * x
    else:
        i = np.clip(np.searchsorted(grid, places, "right") - 1, 0, n - 2)
        inner = fp[i] + (fp[i + 1] - fp[i]) / (xp[i + 1] - xp[i]) * (x - xp[i])
    inner = np.where(places < grid[0], fp[0] if left is None else left, inner)
    return np.where(places > grid[-1], fp[-1] if right is None else right, inner)[()]


@composed(np.gradient)
def _gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    ndim = np.ndim(f)
    given = range(ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = [i % ndim for i in given]
    steps = list(varargs) * len(axes) if len(varargs) == 1 else list(varargs) or [1.0] * len(axes)
    if len(steps) != len(axes) or edge_order not in (1, 2):
        raise TypeError(
            f"np.gradient: {len(varargs)} spacings for {len(axes)} axes, edge_order={edge_order}; "
            "expected none, one or one for each axis, and edge_order 1 or 2"
        )
    slopes = [_slope(f, step, i, edge_order) for step, i in zip(steps, axes, strict=True)]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _slope(f: Any, step: Any, axis: int, edge_order: int) -> Any:
    """Return differences of order 2 inside; at the edges the slope of a line or a parabola."""
    # NumPy would give up the imaginary parts of the slopes.
    if holds_complex(step) and not is_complex(f):
        raise no_complex("the spacing of np.gradient", describe(step))
    f = np.moveaxis(f, axis, 0)
    n, shape = np.shape(f)[0], (-1,) + (1,) * (np.ndim(f) - 1)
    if n < edge_order + 1:
        raise ValueError(f"np.gradient needs {edge_order + 1} entries along an axis; here {n}")
    h = np.diff(step) if np.ndim(step) else np.multiply(step, np.ones(n - 1, plain(f).dtype))
    h = np.reshape(h, shape)
    secant = (f[1:] - f[:-1]) / h
    inner = (secant[:-1] * h[1:] + secant[1:] * h[:-1]) / (h[:-1] + h[1:])
    first, last = secant[:1], secant[-1:]
    if edge_order == 2:
        first = first + (secant[:1] - secant[1:2]) * h[:1] / (h[:1] + h[1:2])
        last = last + (secant[-1:] - secant[-2:-1]) * h[-1:] / (h[-1:] + h[-2:-1])
    return np.moveaxis(np.concatenate([first, inner, last]), 0, axis)


@composed(np.cross)
def _cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if np.shape(a)[-1] != 3 or np.shape(b)[-1] != 3:
        raise DerivativeError(
            "np.cross has a rule for vectors of three entries",
            f"{describe(a)}, {describe(b)}",
            "x[0] * y[1] - x[1] * y[0] for vectors of two",
        )
    first, second = np.array([1, 2, 0]), np.array([2, 0, 1])
    product = a[..., first] * b[..., second] - a[..., second] * b[..., first]
    return np.moveaxis(product, -1, axisc)


alias(np.linalg.cross, np.cross)

# ---- polynomials and grids ---------------------------------------------------------------


@composed(np.polyval)
def _polyval(p: Any, x: Any) -> Any:
    total = np.zeros_like(plain(x))
    for i in range(np.shape(p)[0]):
        total = total * x + p[i]
    return total


@composed(np.vander)
def _vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    n = np.size(x) if N is None else N
    powers = np.arange(n) if increasing else np.arange(n)[::-1]
    return np.power(np.reshape(x, (-1, 1)), powers)


@composed(np.linspace)
def _linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: None = None,
    axis: int = 0,
) -> Any:
    parts = num - 1 if endpoint else num
    start, stop = (
        np.asarray(end) if isinstance(end, list | tuple) else end for end in (start, stop)
    )
    shape = (-1,) + (1,) * max(np.ndim(start), np.ndim(stop))
    share = np.reshape(np.arange(num) / max(parts, 1), shape)
    share = share.astype(np.result_type(plain(start), plain(stop), 1.0))
    points = np.moveaxis(start + (stop - start) * share, 0, axis)
    return (points, (stop - start) / parts) if retstep else points


@composed(np.meshgrid)
def _meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    n = len(xi)
    order = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    shape = [0] * n
    for x, axis in zip(xi, order, strict=True):
        shape[axis] = np.size(x)
    grids = []
    for x, axis in zip(xi, order, strict=True):
        grid = np.reshape(x, [-1 if i == axis else 1 for i in range(n)])
        grids.append(grid if sparse else np.broadcast_to(grid, tuple(shape)))
    return tuple(grids)


@composed(np.select)
def _select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    result = default
    for condition, choice in zip(condlist[::-1], choicelist[::-1], strict=True):
        result = np.where(condition, choice, result)
    return result


@composed(np.apply_along_axis)
def _apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    lines = np.moveaxis(arr, axis, -1)
    shape = np.shape(lines)[:-1]
    results = [func1d(lines[i], *args, **kwargs) for i in np.ndindex(*shape)]
    inner = np.shape(results[0])
    joined = np.reshape(np.stack(results), shape + inner)
    new = range(len(shape), len(shape) + len(inner))
    axis %= np.ndim(arr)
    return np.moveaxis(joined, new, range(axis, axis + len(inner)))


for_complex(
    *(np.cumprod, np.multiply.accumulate, np.convolve, np.correlate, np.gradient, np.cross),
    *(np.linalg.cross, np.polyval, np.vander, np.linspace, np.meshgrid, np.select),
    np.apply_along_axis,
)
if hasattr(np, "cumulative_prod"):
    for_complex(np.cumulative_prod)
