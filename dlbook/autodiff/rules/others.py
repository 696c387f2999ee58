"""Functions that NumPy has beside others that do the same, or writes with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.autodiff.table import composed, constant
from dlbook.autodiff.tracing import Traced, plain


@composed(np.real)
def _real(val: Any) -> Any:
    return val


constant(np.imag)


@composed(np.full_like)
def _full_like(a: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    if type(fill_value) is not Traced:
        return np.full_like(plain(a), fill_value, dtype, **options)
    ones = np.ones_like(plain(a), dtype, **options)
    return (ones * fill_value).astype(ones.dtype)


@composed(np.meshgrid)
def _meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    n = len(xi)
    places = list(range(n))
    if indexing == "xy" and n > 1:
        places[:2] = 1, 0
    grids = [
        np.reshape(x, [-1 if i == place else 1 for i in range(n)])
        for x, place in zip(xi, places, strict=True)
    ]
    return tuple(grids) if sparse else np.broadcast_arrays(*grids)


@composed(np.polyval)
def _polyval(p: Any, x: Any) -> Any:
    value = np.zeros_like(plain(x))
    for coefficient in p:
        value = value * x + coefficient
    return value


# np.linalg holds some functions a second time, as the array API standard has them.


@composed(np.linalg.matmul)
def _matmul(x1: Any, x2: Any, /) -> Any:
    return np.matmul(x1, x2)


@composed(np.linalg.vecdot)
def _vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    return np.sum(np.moveaxis(x1, axis, -1) * np.moveaxis(x2, axis, -1), axis=-1)


@composed(np.linalg.tensordot)
def _tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    return np.tensordot(x1, x2, axes)


@composed(np.linalg.outer)
def _outer(x1: Any, x2: Any, /) -> Any:
    return np.outer(x1, x2)


@composed(np.linalg.diagonal)
def _diagonal(x: Any, /, *, offset: int = 0) -> Any:
    return np.diagonal(x, offset, -2, -1)


@composed(np.linalg.trace)
def _trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    return np.trace(x, offset, -2, -1, dtype)


@composed(np.linalg.matrix_transpose)
def _matrix_transpose(x: Any, /) -> Any:
    return np.swapaxes(x, -1, -2)
