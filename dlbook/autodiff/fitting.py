"""Bringing tangents and adjoints to the shape and type of the values that they belong to."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from dlbook.autodiff.traced import Traced, is_complex, plain, shape_of

__all__ = ["as_adjoint", "as_tangent", "filled", "wide"]


_REAL = frozenset({float, np.float64, np.float32})
_COMPLEX = frozenset({complex, np.complex64, np.complex128, np.clongdouble})


def wide(a: Any) -> Any:
    """Return the dtype in which to count and to sum what has the dtype of `a`, for NumPy.

    That is float64 for float16, in which 2048 + 1 is 2048 and 70000 is infinite; otherwise
    ``None``, which leaves the dtype as it is.

    Examples
    --------
    >>> wide(np.zeros(3)) is None, wide(np.zeros(3, np.float16)) is np.float64
    (True, True)
    """
    return np.float64 if getattr(a, "dtype", None) == np.float16 else None


def as_adjoint(g: Any, value: Any) -> Any:
    """Return the adjoint of a value, summed over what broadcasting had spread.

    A number stays a number, which stands for an adjoint that is the same everywhere: `filled`
    makes the array of it.

    Parameters
    ----------
    g
        A number or array, perhaps traced, whose shape that of the value broadcasts to.
    value
        What it is the adjoint of.

    Examples
    --------
    >>> as_adjoint(np.ones((2, 3)), np.zeros(3, np.float32))
    array([2., 2., 2.], dtype=float32)

    Of the complex adjoint of a real value, the real part counts:

    >>> as_adjoint(np.array([1 + 2j, 3j]), np.zeros(2))
    array([1., 0.])
    """
    inside = value if type(value) is np.ndarray else plain(value)
    given = g.shape if type(g) is np.ndarray else shape_of(g)
    shape = getattr(inside, "shape", ())
    if not given and shape:
        if type(g) is Traced:
            return _cast(g, inside.dtype)
        return inside.dtype.type(g if inside.dtype.kind == "c" else g.real)
    if given != shape:
        added, ones = _spread_axes(given, shape)
        if added:
            g = np.add.reduce(g, axis=added, dtype=wide(g))
        if ones:
            g = np.add.reduce(g, axis=ones, keepdims=True, dtype=wide(g))
        if shape_of(g) != shape:  # the same along some axes
            g = np.broadcast_to(g, shape)
            g = g if type(g) is Traced else g.copy()
    return _typed(g, inside)


@functools.lru_cache(maxsize=1024)
def _spread_axes(
    given: tuple[int, ...], shape: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the axes that broadcasting `shape` to `given` added, and then those of size 1."""
    added = max(len(given) - len(shape), 0)
    rest = given[added:]
    mine = shape[len(shape) - len(rest) :]
    ones = [i for i, (n, spread) in enumerate(zip(mine, rest, strict=True)) if n == 1 != spread]
    return tuple(range(added)), tuple(ones)


def filled(g: Any, value: Any) -> Any:
    """Return an adjoint of the shape of its value, where it may be one number.

    Examples
    --------
    >>> filled(2.0, np.zeros(3))
    array([2., 2., 2.])
    """
    inside = plain(value)
    shape = shape_of(inside)
    if shape_of(g) == shape:
        return _typed(g, inside)
    if type(g) is Traced:
        return np.broadcast_to(g, shape)
    full = np.empty(shape, inside.dtype)
    full.fill(g)
    return full


def as_tangent(g: Any, value: Any) -> Any:
    """Return the tangent of a value, repeated where the value was broadcast.

    Examples
    --------
    >>> as_tangent(2.0, np.zeros(3))
    array([2., 2., 2.])
    """
    inside = plain(value)
    shape = shape_of(inside)
    if shape_of(g) != shape:
        g = np.broadcast_to(g, shape)
        g = g if type(g) is Traced else g.copy()  # a broadcast array cannot be added to
    return _typed(g, inside)


def _typed(g: Any, inside: Any) -> Any:
    """Return `g` with the type and dtype of a plain value of its shape."""
    kind = type(inside)
    if type(g) is Traced:
        dtype = getattr(inside, "dtype", None)
        if dtype is None:  # a Python number
            if kind is complex:
                return g if is_complex(g) else g + 0j
            return g.real
        return _cast(g, dtype)
    if kind is np.ndarray:
        if type(g) is kind and g.dtype == inside.dtype:
            return g
        if inside.dtype.kind == "f" and is_complex(g):
            return np.array(g.real, inside.dtype)
        return np.asarray(g, inside.dtype)
    if type(g) is kind:
        return g
    return kind(g) if type(g) in _REAL or kind in _COMPLEX else kind(g.real)


def _cast(g: Any, dtype: Any) -> Any:
    """Return a traced value in a dtype: its real part if that is real."""
    if getattr(g, "dtype", None) == dtype:
        return g
    g = g if dtype.kind == "c" else g.real
    return g if getattr(g, "dtype", None) == dtype else g.astype(dtype)
