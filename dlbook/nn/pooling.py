"""Pooling: the largest entry or the mean of each window of an image."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook.autodiff import defjvp, defvjp, primitive
from dlbook.autodiff.traced import plain
from dlbook.checks import check_array
from dlbook.nn.convolution import Pair, conv2d_size, inner, outer, pair

__all__ = ["avg_pool2d", "flatten", "max_pool2d"]


class _Windows:
    """The windows of images of one shape: for each place in a window, the entries that are there.

    With the batch as the last axis, as in `dlbook.nn.convolution`.
    """

    def __init__(
        self, shape: tuple[int, ...], window: Pair, stride: Pair | None, padding: Pair
    ) -> None:
        if len(shape) != 4:
            raise ValueError(f"x has shape {shape}; expected (n, channels, rows, columns)")
        self.shape = shape
        self.window = pair("window", window, 1)
        self.stride = self.window if stride is None else pair("stride", stride, 1)
        self.padding = pair("padding", padding, 0)
        if any(p >= k for p, k in zip(self.padding, self.window, strict=True)):
            raise ValueError(
                f"padding is {self.padding} and the window {self.window}; expected less padding "
                "than window, so that no window lies outside the image"
            )
        options = {"stride": self.stride, "padding": self.padding}
        self.result = conv2d_size(shape[2:], self.window, **options)
        self.disjoint = all(s >= k for s, k in zip(self.stride, self.window, strict=True))

    def padded(self, x: NDArray[Any], value: float) -> NDArray[Any]:
        """Return images with a border of this value, the batch last."""
        (p, q), (n, C, H, W) = self.padding, self.shape
        if not p and not q:
            return inner(x)
        wide = np.full((H + 2 * p, C, W + 2 * q, n), value, x.dtype)
        wide[p : p + H, :, q : q + W] = inner(x)
        return wide

    def inside(self, wide: NDArray[Any]) -> NDArray[Any]:
        """Return the images without their border, the batch first."""
        (p, q), (_, _, H, W) = self.padding, self.shape
        return outer(wide[p : p + H, :, q : q + W])

    def parts(self, wide: NDArray[Any]) -> Iterator[NDArray[Any]]:
        """Yield a view for each place in the window, row by row."""
        (K, K2), (s, t), (H, W) = self.window, self.stride, self.result
        for u in range(K):
            for v in range(K2):
                yield wide[u : u + s * (H - 1) + 1 : s, :, v : v + t * (W - 1) + 1 : t]

    def zeros(self, dtype: Any) -> NDArray[Any]:
        (p, q), (n, C, H, W) = self.padding, self.shape
        return np.zeros((H + 2 * p, C, W + 2 * q, n), dtype)


def max_pool2d(
    x: NDArray[Any], window: Pair, *, stride: Pair | None = None, padding: Pair = 0
) -> NDArray[Any]:
    r"""Return the largest entry of each window.

    Where several entries of a window are the largest, the derivative goes to the first of them,
    row by row, as in PyTorch: one of the subgradients.

    Parameters
    ----------
    x
        Images, shape ``(n, channels, rows, columns)``, floating point.
    window
        Rows and columns of a window, each ≥ 1; one integer stands for two.
    stride
        Distance between windows; by default as large as they are. Rows and columns that no
        window reaches are left out.
    padding
        How many entries of -∞ to put before and after, less than the window.

    Returns
    -------
    ndarray
        Shape ``(n, channels, *conv2d_size(…))``. Its axes lie in memory in another order.

    Raises
    ------
    TypeError
        If `x` is not an array.
    ValueError
        If shape or numbers do not fit, or the window is larger than the padded image.

    Examples
    --------
    >>> from dlbook.autodiff import grad
    >>> x = np.array([[[[1.0, 1.0, 0.0], [3.0, 3.0, 5.0]]]])
    >>> max_pool2d(x, 2)
    array([[[[3.]]]])
    >>> grad(lambda x: np.sum(max_pool2d(x, 2)))(x)
    array([[[[0., 0., 0.],
             [1., 0., 0.]]]])
    """
    check_array("x", x)
    return _max_pool2d(x, window=window, stride=stride, padding=padding)


@primitive
def _max_pool2d(x: NDArray[Any], **options: Any) -> NDArray[Any]:
    windows = _Windows(x.shape, **options)
    parts = windows.parts(windows.padded(x, -np.inf))
    y = np.array(next(parts))
    for part in parts:
        np.maximum(y, part, out=y)
    return outer(y)


def _winners(x: Any, y: Any, **options: Any) -> NDArray[Any]:
    """Return which place of its window the largest entry has, the first if there are several."""
    x, largest = plain(x), inner(plain(y))
    windows = _Windows(x.shape, **options)
    # The border is NaN here: also where all of a window is -∞, the winner is in the image.
    parts = list(windows.parts(windows.padded(x, np.nan)))
    dtype = np.uint8 if len(parts) <= 256 else np.intp
    index = np.zeros(largest.shape, dtype)
    for k in range(len(parts) - 1, -1, -1):
        np.putmask(index, parts[k] == largest, dtype(k))
    return outer(index)


@primitive
def _chosen(x: NDArray[Any], index: NDArray[Any], **options: Any) -> NDArray[Any]:
    """Return the entries with these places in their windows."""
    windows = _Windows(x.shape, **options)
    places, wide = inner(index), windows.padded(x, 0)
    y = np.zeros(places.shape, x.dtype)
    for k, part in enumerate(windows.parts(wide)):
        np.copyto(y, part, where=places == k)
    return outer(y)


@primitive
def _to_chosen(
    g: NDArray[Any], index: NDArray[Any], *, size: tuple[int, int], **options: Any
) -> NDArray[Any]:
    """Return the adjoint of `_chosen`: each entry is added where it was taken from."""
    windows = _Windows((*g.shape[:2], *size), **options)
    places, values = inner(index), inner(g)
    wide = windows.zeros(g.dtype)
    for k, part in enumerate(windows.parts(wide)):
        if windows.disjoint:
            np.multiply(values, places == k, out=part)
        else:
            part += values * (places == k)
    return windows.inside(wide)


def _with_winners(x: Any, **options: Any) -> tuple[Any, Any]:
    y = _max_pool2d(x, **options)
    return y, _winners(x, y, **options)


defvjp(
    _max_pool2d,
    lambda g, ans, x, kept, **options: _to_chosen(g, kept, size=x.shape[2:], **options),
    forward=_with_winners,
)
defjvp(
    _max_pool2d,
    lambda g, ans, x, **options: _chosen(g, _winners(x, ans, **options), **options),
)
defvjp(
    _chosen,
    lambda g, ans, x, index, **options: _to_chosen(g, index, size=x.shape[2:], **options),
    None,
)
defjvp(_chosen, lambda g, ans, x, index, **options: _chosen(g, index, **options), None)
defvjp(
    _to_chosen,
    lambda v, ans, g, index, size, **options: _chosen(v, index, **options),
    None,
)
defjvp(_to_chosen, lambda v, ans, g, index, **options: _to_chosen(v, index, **options), None)


def avg_pool2d(
    x: NDArray[Any], window: Pair, *, stride: Pair | None = None, padding: Pair = 0
) -> NDArray[Any]:
    r"""Return the mean of each window; zeros of the border count.

    Parameters
    ----------
    x
        Images, shape ``(n, channels, rows, columns)``, floating point.
    window
        Rows and columns of a window, each ≥ 1; one integer stands for two.
    stride
        Distance between windows; by default as large as they are. Rows and columns that no
        window reaches are left out.
    padding
        How many zeros to put before and after, less than the window.

    Returns
    -------
    ndarray
        Shape ``(n, channels, *conv2d_size(…))``. Its axes lie in memory in another order.

    Raises
    ------
    TypeError
        If `x` is not an array.
    ValueError
        If shape or numbers do not fit, or the window is larger than the padded image.

    Examples
    --------
    >>> avg_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2)
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]])
    """
    check_array("x", x)
    return _avg_pool2d(x, window=window, stride=stride, padding=padding)


@primitive
def _avg_pool2d(x: NDArray[Any], **options: Any) -> NDArray[Any]:
    windows = _Windows(x.shape, **options)
    parts = windows.parts(windows.padded(x, 0))
    y = np.array(next(parts))
    for part in parts:
        y += part
    y /= windows.window[0] * windows.window[1]
    return outer(y)


@primitive
def _spread(g: NDArray[Any], *, size: tuple[int, int], **options: Any) -> NDArray[Any]:
    """Return the adjoint of `avg_pool2d`: each entry is shared out over its window."""
    windows = _Windows((*g.shape[:2], *size), **options)
    share = inner(g) / (windows.window[0] * windows.window[1])
    wide = windows.zeros(g.dtype)
    for part in windows.parts(wide):
        part += share
    return windows.inside(wide)


def _spread_over(g: Any, ans: Any, x: Any, **options: Any) -> Any:
    return _spread(g, size=x.shape[2:], **options)


defvjp(_avg_pool2d, _spread_over)
defjvp(_avg_pool2d, lambda g, ans, x, **options: _avg_pool2d(g, **options))
defvjp(_spread, lambda v, ans, g, size, **options: _avg_pool2d(v, **options))
defjvp(_spread, lambda v, ans, g, **options: _spread(v, **options))


@primitive
def flatten(x: NDArray[Any]) -> NDArray[Any]:
    """Return each example as one row, its entries in the order of the axes.

    Parameters
    ----------
    x
        Shape ``(n, ...)``, with two axes or more.

    Returns
    -------
    ndarray
        Shape ``(n, entries of one example)``.

    Raises
    ------
    TypeError
        If `x` is not an array.
    ValueError
        If it has fewer than two axes.

    Examples
    --------
    >>> flatten(np.arange(8).reshape(2, 1, 2, 2))
    array([[0, 1, 2, 3],
           [4, 5, 6, 7]])
    """
    check_array("x", x)
    if x.ndim < 2:
        raise ValueError(f"x has shape {x.shape}; expected (n, ...) with two axes or more")
    return x.reshape(len(x), math.prod(x.shape[1:]))


@primitive
def _unflatten(g: NDArray[Any], *, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return the adjoint of `flatten`: rows as images, laid out as the layers before it do."""
    if len(shape) != 4:
        return g.reshape(shape)
    n, C, H, W = shape
    columns = np.ascontiguousarray(g.T).reshape(C, H, W, n)
    return outer(np.ascontiguousarray(columns.transpose(1, 0, 2, 3)))


defvjp(flatten, lambda g, ans, x: _unflatten(g, shape=x.shape))
defjvp(flatten, lambda g, ans, x: flatten(g))
defvjp(_unflatten, lambda v, ans, g, shape: flatten(v))
defjvp(_unflatten, lambda v, ans, g, shape: _unflatten(v, shape=shape))
