"""Order and what is missing: sorting, quantiles, reductions that skip NaN, covariances.

All are composed: once it is decided which entry comes where, the rest is taking and adding.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlbook.autodiff.fitting import wide
from dlbook.autodiff.refusals import DerivativeError, describe
from dlbook.autodiff.rules.grids import double
from dlbook.autodiff.rules.reductions import kept_shape, lines_of
from dlbook.autodiff.table import composed, for_complex
from dlbook.autodiff.traced import plain

Axis = int | tuple[int, ...] | None


@composed(np.sort)
def _sort(a: Any, axis: int | None = -1, kind: Any = None, *, stable: Any = None) -> Any:
    if axis is None:
        a, axis = np.ravel(a), 0
    return np.take_along_axis(a, np.argsort(plain(a), axis, kind, stable=stable), axis)


@composed(np.partition)
def _partition(a: Any, kth: Any, axis: int | None = -1, kind: Any = "introselect") -> Any:
    if axis is None:
        a, axis = np.ravel(a), 0
    inside = plain(a)
    ranks = np.argsort(np.argsort(np.partition(inside, kth, axis, kind), axis), axis)
    places = np.take_along_axis(np.argsort(inside, axis), ranks, axis)
    return np.take_along_axis(a, places, axis)


@composed(np.median)
def _median(
    a: Any,
    axis: Axis = None,
    out: None = None,
    overwrite_input: bool = False,
    keepdims: Any = False,
) -> Any:
    ordered = np.sort(lines_of(a, axis), axis=-1)
    n = np.shape(ordered)[-1]
    middle = np.mean(ordered[..., (n - 1) // 2 : n // 2 + 1], axis=-1)
    unknown = np.isnan(plain(ordered)[..., -1:]).any(axis=-1)  # NaN is sorted last
    middle = np.where(unknown, np.nan, middle) if np.any(unknown) else middle
    return np.reshape(middle, kept_shape(np.shape(a), axis)) if keepdims else middle


@composed(np.quantile)
def _quantile(
    a: Any,
    q: Any,
    axis: Axis = None,
    out: None = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: Any = False,
) -> Any:
    if method != "linear" or type(q) is not type(plain(q)):
        raise DerivativeError(
            "np.quantile has a rule for method='linear', by its first argument",
            f"method={method!r}, q={describe(q)}",
            "method='linear', and a q of plain numbers",
        )
    ordered = np.sort(lines_of(a, axis), axis=-1)
    n = np.shape(ordered)[-1]
    # A Python number counts with the dtype of the data, an array of q with its own.
    dtype = plain(ordered).dtype if type(q) in (int, float) else None
    q = np.asarray(q, dtype and (wide(ordered) or dtype))
    place = q * (n - 1)
    below = np.clip(np.floor(place).astype(int), 0, n - 1)
    part = (place - below).astype(dtype or place.dtype)
    lower, upper = ordered[..., below], ordered[..., np.minimum(below + 1, n - 1)]
    found = np.where(
        part < 0.5, lower + part * (upper - lower), upper - (1 - part) * (upper - lower)
    )
    unknown = np.isnan(plain(ordered)[..., -1])
    if np.any(unknown):
        found = np.where(np.reshape(unknown, unknown.shape + (1,) * np.ndim(q)), np.nan, found)
    last = np.ndim(found)
    found = np.moveaxis(found, range(last - np.ndim(q), last), range(np.ndim(q)))
    if keepdims:
        return np.reshape(found, np.shape(q) + kept_shape(np.shape(a), axis))
    return found[()]


@composed(np.percentile)
def _percentile(a: Any, q: Any, *args: Any, **options: Any) -> Any:
    if type(q) is type(plain(q)):  # otherwise refused there
        q = q / 100 if type(q) in (int, float) else np.true_divide(q, 100)
    return np.quantile(a, q, *args, **options)


# ---- without what is not a number --------------------------------------------------------


def _known(a: Any) -> Any:
    return ~np.isnan(plain(a))


def _nan_as(neutral: float, function: Any, of: Any) -> None:
    @composed(of)
    def filled(a: Any, *args: Any, **options: Any) -> Any:
        return function(np.where(_known(a), a, neutral), *args, **options)


_nan_as(0.0, np.sum, np.nansum)
_nan_as(1.0, np.prod, np.nanprod)
_nan_as(0.0, np.cumsum, np.nancumsum)
_nan_as(1.0, np.cumprod, np.nancumprod)


def _where_known(function: Any, of: Any) -> None:
    @composed(of)
    def masked(a: Any, *args: Any, where: Any = True, **options: Any) -> Any:
        known = _known(a) & where
        return function(np.where(known, a, 0.0), *args, where=known, **options)


_where_known(np.mean, np.nanmean)
_where_known(np.var, np.nanvar)
_where_known(np.std, np.nanstd)


def _nanextreme(function: Any, lowest: float) -> Any:
    def extreme(
        a: Any,
        axis: Axis = None,
        out: None = None,
        keepdims: Any = False,
        initial: Any = np._NoValue,
        where: Any = True,
    ) -> Any:
        known = _known(a)
        found = function(np.where(known, a, lowest), axis, None, keepdims, initial, where)
        none = ~np.any(known, axis=axis, keepdims=keepdims)
        return np.where(none, np.nan, found) if np.any(none) and initial is np._NoValue else found

    return extreme


composed(np.nanmax)(_nanextreme(np.max, -np.inf))
composed(np.nanmin)(_nanextreme(np.min, np.inf))


@composed(np.nanquantile)
def _nanquantile(
    a: Any,
    q: Any,
    axis: Axis = None,
    out: None = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: Any = False,
) -> Any:
    """Take the quantile of each line by itself, since lines have different numbers of entries."""
    if not np.size(a):
        return np.nanmean(plain(a), axis, keepdims=keepdims)
    lines = lines_of(a, axis)
    each = np.reshape(lines, (-1, np.shape(lines)[-1]))
    none = np.quantile(np.full(1, np.nan, plain(lines).dtype), q)
    found = [
        np.quantile(line[known], q, method=method) if np.any(known) else none
        for line, known in zip(each, _known(each), strict=True)
    ]
    kept = kept_shape(np.shape(a), axis) if keepdims else np.shape(lines)[:-1]
    return np.reshape(np.stack(found, axis=-1), np.shape(q) + kept)[()]


@composed(np.nanpercentile)
def _nanpercentile(a: Any, q: Any, *args: Any, **options: Any) -> Any:
    q = q / 100 if type(q) in (int, float) else np.true_divide(q, 100)
    return np.nanquantile(a, q, *args, **options)


@composed(np.nanmedian)
def _nanmedian(
    a: Any,
    axis: Axis = None,
    out: None = None,
    overwrite_input: bool = False,
    keepdims: Any = False,
) -> Any:
    return np.nanquantile(a, 0.5, axis, keepdims=keepdims)


@composed(np.nan_to_num)
def _nan_to_num(
    x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    inside = plain(x)
    finite = np.isfinite(inside)
    return np.where(finite, x, np.nan_to_num(inside, True, nan, posinf, neginf))[()]


# ---- covariances -------------------------------------------------------------------------


@composed(np.cov)
def _cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
) -> Any:
    x = np.atleast_2d(double(m) if np.ndim(m) else m)  # as NumPy, in double precision
    x = x if rowvar or np.ndim(m) < 2 else np.transpose(x)
    if y is not None:
        other = np.atleast_2d(double(y))
        x = np.concatenate([x, other if rowvar or np.ndim(y) < 2 else np.transpose(other)])
    ddof = (0 if bias else 1) if ddof is None else ddof
    if fweights is None and aweights is None:
        x = x - np.mean(x, axis=1, keepdims=True)
        return np.squeeze(x @ np.transpose(x) / (np.shape(x)[1] - ddof))
    w: Any = 1.0 if fweights is None else np.asarray(plain(fweights)).astype(float)
    aweights = None if aweights is None else double(aweights)
    w = w if aweights is None else w * aweights
    total = np.sum(w)
    lost = total if aweights is None else np.sum(w * aweights)
    x = x - np.sum(x * w, axis=1, keepdims=True) / total
    return np.squeeze((x * w) @ np.transpose(x) / (total - ddof * lost / total))


@composed(np.corrcoef)
def _corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    c = np.cov(x, y, rowvar)
    if np.ndim(c) == 0:
        return c / c
    sizes = np.sqrt(np.diagonal(c))
    return c / np.reshape(sizes, (-1, 1)) / sizes


for_complex(*(np.nansum, np.nanprod, np.nancumsum, np.nancumprod, np.nanmean, np.nanvar, np.nanstd))
