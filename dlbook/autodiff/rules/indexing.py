"""Taking entries by slices, masks and integer arrays."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from dlbook.autodiff.fitting import wide
from dlbook.autodiff.primitives import primitive
from dlbook.autodiff.table import composed, linear, refused
from dlbook.autodiff.traced import shape_of

_PLACES = (int, np.integer, slice)


def _is_basic(index: Any) -> bool:
    """Whether an index takes every entry at most once, whatever its values."""
    for entry in index if type(index) is tuple else (index,):
        if isinstance(entry, np.ndarray):
            if entry.dtype != bool:
                return False
        elif not (entry is None or entry is Ellipsis or isinstance(entry, _PLACES)):
            return False
    return True


@primitive
def _scatter(g: Any, index: Any, shape: Any) -> Any:
    """Return zeros of a shape with `g` added at an index: the transpose of indexing."""
    dtype = getattr(g, "dtype", float)
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
        total += _scatter(g, index=index, shape=total.shape)


linear(_scatter, "g | index shape", lambda g, ans, inner, index, shape: g[index])
linear(
    operator.getitem,
    "a | index",
    lambda g, ans, a, index: _scatter(g, index=index, shape=shape_of(a)),
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


refused(
    "np.where(mask, value, a), np.concatenate, or a sum with a one-hot product",
    *(np.copyto, np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis),
    *(np.add.at, np.subtract.at, np.multiply.at, np.divide.at),
)
