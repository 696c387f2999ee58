"""Taking entries by slices, masks and integer arrays."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from dlbook.autodiff.fitting import wide
from dlbook.autodiff.primitives import primitive
from dlbook.autodiff.table import composed, for_complex, linear, refused
from dlbook.autodiff.traced import Traced, plain, shape_of

_PLACES = (int, np.integer, slice)


def _is_basic(index: Any) -> bool:
    """Whether an index takes every entry at most once, whatever its values."""
    for entry in index if type(index) is tuple else (index,):
        if type(entry) is slice or type(entry) is int:  # as most are
            continue
        if isinstance(entry, np.ndarray):
            if entry.dtype != bool:
                return False
        elif not (entry is None or entry is Ellipsis or isinstance(entry, _PLACES)):
            return False
    return True


@primitive
def scatter(g: Any, index: Any, shape: Any) -> Any:
    """Return zeros of a shape with `g` added at an index: the transpose of indexing."""
    dtype = getattr(g, "dtype", complex if type(g) is complex else float)
    if _is_basic(index):
        full = np.zeros(shape, dtype)
        full[index] = g
        return full
    full = np.zeros(shape, wide(g) or dtype)
    np.add.at(full, index, g)
    return full.astype(dtype, copy=False)


def _add_at(total: Any, g: Any, ans: Any, a: Any, index: Any) -> None:
    """Add `g` at an index."""
    if _is_basic(index):
        total[index] += g
    else:
        total += scatter(g, index=index, shape=total.shape)


linear(scatter, "g | index shape", lambda g, ans, inner, index, shape: g[index])
linear(
    operator.getitem,
    "a | index",
    lambda g, ans, a, index: scatter(g, index=index, shape=shape_of(a)),
    call=lambda a, index: a[index],
    uniform=True,
    add=_add_at,
)


def _in_range(indices: Any, n: int, mode: str) -> Any:
    indices = np.asarray(indices)
    if mode == "wrap":
        return indices % n
    return np.clip(indices, 0, n - 1) if mode == "clip" else indices


@composed(np.take)
def _take(
    a: Any, indices: Any, axis: int | None = None, out: None = None, mode: str = "raise"
) -> Any:
    if axis is None:
        a, axis = np.ravel(a), 0
    axis %= np.ndim(a)
    return a[(slice(None),) * axis + (_in_range(indices, np.shape(a)[axis], mode),)]


@composed(np.take_along_axis)
def _take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    if axis is None:
        return np.ravel(arr)[indices]
    axis %= np.ndim(arr)
    # Along the other axes of size n, entry i stays at place i, by broadcasting.
    places: list[Any] = []
    for i, n in enumerate(np.shape(arr)):
        shape = [1] * np.ndim(arr)
        shape[i] = n
        places.append(indices if i == axis else np.arange(n).reshape(shape))
    return arr[tuple(places)]


@composed(np.extract)
def _extract(condition: Any, arr: Any) -> Any:
    return np.ravel(arr)[np.nonzero(np.ravel(condition))[0]]


@composed(np.compress)
def _compress(condition: Any, a: Any, axis: int | None = None, out: None = None) -> Any:
    return np.take(a, np.nonzero(condition)[0], axis)


@composed(np.delete)
def _delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    if axis is None:
        arr, axis = np.ravel(arr), 0
    return np.take(arr, np.delete(np.arange(np.shape(arr)[axis]), obj), axis)


@composed(np.insert)
def _insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """Take from both, at the places that NumPy's own insertion finds."""
    if axis is None:
        arr, axis = np.ravel(arr), 0
    values = _as_in(arr, values)
    n, m = np.size(arr), np.size(values)
    places = np.arange(n).reshape(np.shape(arr))
    new = n + np.arange(m).reshape(np.shape(values))
    return np.concatenate([np.ravel(arr), np.ravel(values)])[np.insert(places, obj, new, axis)]


def _as_in(a: Any, values: Any) -> Any:
    """Return values in the dtype of an array into which NumPy would write them."""
    values = values if type(values) is Traced else np.asarray(values)
    return np.astype(values, np.asarray(plain(a)).dtype)


@composed(np.resize)
def _resize(a: Any, new_shape: Any) -> Any:
    if not np.size(a):
        return np.resize(plain(a), new_shape)
    return np.ravel(a)[np.resize(np.arange(np.size(a)), new_shape)]


@composed(np.bincount)
def _bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    x = np.asarray(plain(x))
    size = len(np.bincount(x, minlength=minlength))
    return scatter(np.astype(weights, float), index=x, shape=(size,))


@composed(np.piecewise)
def _piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    x = np.reshape(x, np.shape(x))  # a Python number as an array
    if np.isscalar(condlist) or (np.ndim(x) and not isinstance(condlist[0], list | np.ndarray)):
        condlist = [condlist]
    conditions = [*map(np.asarray, np.asarray(condlist, dtype=bool))]
    if len(conditions) == len(funclist) - 1:  # the last function is for all others
        conditions.append(np.asarray(~np.any(conditions, axis=0)))
    result = np.zeros_like(plain(x))
    for condition, function in zip(conditions, funclist, strict=True):
        piece = function(x[condition], *args, **kw) if callable(function) else function
        piece = np.broadcast_to(_as_in(x, piece), np.shape(plain(x)[condition]))
        placed = scatter(piece, index=condition, shape=np.shape(x))
        result = np.where(condition, placed, result)
    return result


refused(
    "np.where(mask, value, a), np.concatenate, or a sum with a one-hot product",
    *(np.copyto, np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis),
    *(np.add.at, np.subtract.at, np.multiply.at, np.divide.at),
)
for_complex(
    *(operator.getitem, scatter, np.take, np.take_along_axis, np.extract, np.compress),
    *(np.delete, np.insert, np.resize, np.piecewise),
)
