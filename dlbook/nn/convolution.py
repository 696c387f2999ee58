r"""Convolution of images with kernels, by a lowering that is `K` times smaller than im2col's.

Both directions are matrix products. What is multiplied is the *compact lowering* of Cho and Brand
(MEC): for each row h of the padded images the windows of one row, laid out so that the windows of
K rows are one block of memory, and those of successive outputs overlap in it. In the arrays of
this module the batch is the last axis, ``(rows, channels, columns, batch)``: then a shift by one
column moves whole blocks. To its callers a result has shape ``(batch, channels, rows, columns)``;
only its layout in memory is another, and the functions after it keep that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from dlbook.autodiff import defjvp, defvjp, primitive
from dlbook.autodiff.traced import holds_traced
from dlbook.checks import check_array, shown

__all__ = ["conv2d", "conv2d_size"]

Pair = int | tuple[int, int]


def conv2d_size(
    size: Pair, kernel: Pair, *, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> tuple[int, int]:
    r"""Return the height and width of what `conv2d` returns.

    Along each axis that is :math:`\lfloor (H + 2p - \delta (K - 1) - 1) / s \rfloor + 1`.

    Parameters
    ----------
    size
        Height and width of the images, each ≥ 1; one integer stands for two.
    kernel
        Height and width of the kernels, each ≥ 1.
    stride, padding, dilation
        As for `conv2d`.

    Raises
    ------
    ValueError
        If a number is not such an integer, or the kernel does not fit into the padded image.

    Examples
    --------
    >>> conv2d_size(32, 7, padding=3), conv2d_size(32, 3, stride=2, padding=1)
    ((32, 32), (16, 16))
    >>> conv2d_size(4, 5)
    Traceback (most recent call last):
        ...
    ValueError: the kernel spans 5 rows and the padded image has 4; expected no more
    """
    H, W = pair("size", size, 1)
    K, K2 = pair("kernel", kernel, 1)
    s, t = pair("stride", stride, 1)
    p, q = pair("padding", padding, 0)
    d, e = pair("dilation", dilation, 1)
    return _outputs("rows", H, K, s, p, d), _outputs("columns", W, K2, t, q, e)


def pair(name: str, value: Any, least: int) -> tuple[int, int]:
    """Return two integers, from two of them or from one that stands for both."""
    both = value if isinstance(value, (tuple, list)) else (value, value)
    if len(both) == 2 and all(_is_integer(n) and n >= least for n in both):
        return int(both[0]), int(both[1])
    raise ValueError(
        f"{name} is {shown(value)}; expected an integer ≥ {least}, or a pair of them, "
        "for rows and columns"
    )


def _is_integer(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _outputs(axis: str, size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    span, room = dilation * (kernel - 1) + 1, size + 2 * padding
    if span > room:
        raise ValueError(
            f"the kernel spans {span} {axis} and the padded image has {room}; expected no more"
        )
    return (room - span) // stride + 1


@dataclass(frozen=True, slots=True)
class _Geometry:
    """All sizes of one convolution, looked at once."""

    batch: int
    channels: int
    rows: int
    columns: int
    outputs: int  # channels of the result
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int
    result: tuple[int, int]

    @property
    def padded(self) -> tuple[int, int]:
        return self.rows + 2 * self.padding[0], self.columns + 2 * self.padding[1]

    def window(self, v: int) -> slice:
        """Return which columns of the padded image column v of the kernel meets."""
        first, step = self.dilation[1] * v, self.stride[1]
        return slice(first, first + step * (self.result[1] - 1) + 1, step)

    def height(self, u: int) -> slice:
        """Return which rows row u of the kernel meets."""
        first, step = self.dilation[0] * u, self.stride[0]
        return slice(first, first + step * (self.result[0] - 1) + 1, step)


def _geometry(
    x: tuple[int, ...],
    w: tuple[int, ...],
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> _Geometry:
    if len(x) != 4:
        raise ValueError(f"x has shape {x}; expected (n, channels, rows, columns)")
    if len(w) != 4:
        raise ValueError(f"w has shape {w}; expected (outputs, channels/groups, rows, columns)")
    if not _is_integer(groups) or groups < 1:
        raise ValueError(f"groups is {shown(groups)}; expected an integer ≥ 1")
    for name, count in (("x", x[1]), ("w", w[0])):
        if count % groups or not count:
            words = "channels" if name == "x" else "output channels"
            raise ValueError(f"{name} has {count} {words}; expected a multiple of groups={groups}")
    if w[1] * groups != x[1]:
        each = f", {x[1] // groups} for each of {groups} groups" if groups > 1 else ""
        raise ValueError(
            f"w has shape {w}, kernels of {w[1]} channels; x has {x[1]} channels{each}: expected "
            f"w of shape ({w[0]}, {x[1] // groups}, {w[2]}, {w[3]})"
        )
    result = conv2d_size(x[2:], w[2:], stride=stride, padding=padding, dilation=dilation)
    steps = pair("stride", stride, 1), pair("padding", padding, 0), pair("dilation", dilation, 1)
    return _Geometry(*x, w[0], w[2:], *steps, groups, result)


# ---- between the layouts -----------------------------------------------------------------


def inner(x: NDArray[Any]) -> NDArray[Any]:
    """Return images with the batch as the last axis: (rows, channels, columns, batch)."""
    return x.transpose(2, 1, 3, 0)


def outer(x: NDArray[Any]) -> NDArray[Any]:
    """Return what `inner` was given."""
    return x.transpose(3, 1, 0, 2)


def _padded(x: NDArray[Any], geometry: _Geometry) -> NDArray[Any]:
    p, q = geometry.padding
    if not p and not q:
        return inner(x)
    n, C, H, W = x.shape
    wide = np.zeros((H + 2 * p, C, W + 2 * q, n), x.dtype)
    wide[p : p + H, :, q : q + W] = inner(x)
    return wide


def _lowered(x: NDArray[Any], geometry: _Geometry) -> NDArray[Any]:
    """Return the compact lowering, (groups, padded rows, channels, kernel columns, W' · n)."""
    wide = _padded(x, geometry)
    (H, _), G = geometry.padded, geometry.groups
    C, K, W, n = geometry.channels // G, geometry.kernel[1], geometry.result[1], geometry.batch
    lowering = np.empty((G, H, C, K, W, n), x.dtype)
    by_group = wide.reshape(H, G, C, *wide.shape[2:]).transpose(1, 0, 2, 3, 4)
    for v in range(K):
        lowering[:, :, :, v] = by_group[:, :, :, geometry.window(v)]
    return lowering.reshape(G, H, C, K, W * n)


def _windows(lowering: NDArray[Any], geometry: _Geometry) -> NDArray[Any]:
    """Return (groups, H', K · channels · K', W' · n): what each row of the result is made of.

    A view of the lowering, in which successive windows overlap; with a dilation, a copy.
    """
    G, _, C, K2, many = lowering.shape
    group, row, *rest = lowering.strides
    (s, _), (d, _) = geometry.stride, geometry.dilation
    H, K = geometry.result[0], geometry.kernel[0]
    shape, strides = (G, H, K, C, K2, many), (group, s * row, d * row, *rest)
    return as_strided(lowering, shape, strides).reshape(G, H, K * C * K2, many)


def _rows_of(w: NDArray[Any], groups: int) -> NDArray[Any]:
    """Return kernels as rows, (groups, outputs/groups, K · channels · K')."""
    return w.transpose(0, 2, 1, 3).reshape(groups, len(w) // groups, -1)


def _as_rows(g: NDArray[Any], geometry: _Geometry) -> NDArray[Any]:
    """Return (groups, H', outputs/groups, W' · n), of what has the shape of the result."""
    H, W = geometry.result
    G = geometry.groups
    many = inner(g).reshape(H, G, geometry.outputs // G, W * geometry.batch)
    return many.transpose(1, 0, 2, 3)


# ---- the three maps ----------------------------------------------------------------------


@primitive
def conv2d(
    x: NDArray[Any],
    w: NDArray[Any],
    *,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> NDArray[Any]:
    r"""Return the cross-correlation of images with kernels: the convolution of neural networks.

    .. math::

        y_{n,o,i,j} = \sum_{c,u,v} w_{o,c,u,v}\,
        \tilde x_{n,\, c_0(o) + c,\, si + \delta u - p,\, sj + \delta v - p}

    with :math:`\tilde x` zero outside the image, and :math:`c_0(o)` the first channel of the group
    that output channel o belongs to.

    Parameters
    ----------
    x
        Images, shape ``(n, channels, rows, columns)``.
    w
        Kernels, shape ``(outputs, channels/groups, kernel rows, kernel columns)``.
    stride
        Step of the window, ≥ 1: for rows and columns, or a pair. So are the next two.
    padding
        How many zeros to put before and after, ≥ 0.
    dilation
        Distance between neighbouring entries of the kernel, ≥ 1.
    groups
        Of channels that are convolved separately, a divisor of channels and outputs.

    Returns
    -------
    ndarray
        Shape ``(n, outputs, *conv2d_size(…))``. Its axes lie in memory in another order.

    Raises
    ------
    TypeError
        If `x` or `w` is not an array.
    ValueError
        If shapes or numbers do not fit, or the kernel is larger than the padded image.

    References
    ----------
    M. Cho and D. Brand, "MEC: memory-efficient convolution for deep neural network", 2017.

    Examples
    --------
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> w = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
    >>> conv2d(x, w, stride=2)
    array([[[[-5., -5.],
             [-5., -5.]]]])
    """
    return _forward(x, w, stride, padding, dilation, groups)[0]


def _forward(
    x: Any, w: Any, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    check_array("x", x)
    check_array("w", w)
    geometry = _geometry(x.shape, w.shape, stride, padding, dilation, groups)
    lowering = _lowered(x, geometry)
    return _product(w, lowering, geometry), lowering


def _product(w: NDArray[Any], lowering: NDArray[Any], geometry: _Geometry) -> NDArray[Any]:
    """Return the result: a product for each of its rows."""
    (H, W), G, outputs = geometry.result, geometry.groups, geometry.outputs
    dtype = np.result_type(w, lowering)
    y = np.empty((H, G, outputs // G, W * geometry.batch), dtype)
    kernels = _rows_of(w, G)[:, np.newaxis]
    np.matmul(kernels, _windows(lowering, geometry), out=y.transpose(1, 0, 2, 3))
    return outer(y.reshape(H, outputs, W, geometry.batch))


@primitive
def _to_images(
    g: NDArray[Any], w: NDArray[Any], *, size: tuple[int, int], **options: Any
) -> NDArray[Any]:
    """Return the adjoint of ``x ↦ conv2d(x, w)`` at g, for images of this size."""
    n, groups = len(g), options["groups"]
    geometry = _geometry((n, w.shape[1] * groups, *size), w.shape, **options)
    (H, W), (p, q), G = geometry.padded, geometry.padding, groups
    C, (K, K2) = w.shape[1], geometry.kernel
    rows, dtype = _as_rows(g, geometry), np.result_type(g, w)
    # Row u of the kernel sends the rows of g to rows of the lowering, K apart from each other.
    lowering = np.zeros((G, H, C * K2, rows.shape[-1]), dtype)
    kernels = w.transpose(2, 1, 3, 0).reshape(K, C * K2, G, -1).transpose(2, 0, 1, 3)
    for u in range(K):
        lowering[:, geometry.height(u)] += kernels[:, u, np.newaxis] @ rows
    parts = lowering.reshape(G, H, C, K2, geometry.result[1], n)
    wide = np.zeros((H, G, C, W, n), dtype)
    by_group = wide.transpose(1, 0, 2, 3, 4)
    for v in range(K2):
        by_group[:, :, :, geometry.window(v)] += parts[:, :, :, v]
    whole = wide.reshape(H, G * C, W, n)
    return outer(whole[p : H - p, :, q : W - q])


@primitive
def _to_kernels(
    x: NDArray[Any], g: NDArray[Any], *, kernel: tuple[int, int], **options: Any
) -> NDArray[Any]:
    """Return the adjoint of ``w ↦ conv2d(x, w)`` at g, for kernels of this size."""
    groups = options["groups"]
    shape = (g.shape[1], x.shape[1] // groups, *kernel)
    geometry = _geometry(x.shape, shape, **options)
    return _kernels(_lowered(x, geometry), g, geometry)


def _kernels(lowering: NDArray[Any], g: NDArray[Any], geometry: _Geometry) -> NDArray[Any]:
    windows = _windows(lowering, geometry)
    products = _as_rows(g, geometry) @ windows.transpose(0, 1, 3, 2)
    C, (K, K2) = geometry.channels // geometry.groups, geometry.kernel
    total: NDArray[Any] = np.add.reduce(products, axis=1)
    return total.reshape(geometry.outputs, K, C, K2).transpose(0, 2, 1, 3)


# ---- their derivatives: each is linear in both operands, and the others are its adjoints ---


def _all(
    stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1, groups: int = 1
) -> dict[str, Any]:
    return {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


def _with_lowering(x: Any, w: Any, **options: Any) -> tuple[Any, Any]:
    if holds_traced(x) or holds_traced(w):
        return conv2d(x, w, **options), None
    return _forward(x, w, **_all(**options))


def _by_images(g: Any, ans: Any, x: Any, w: Any, kept: Any = None, **options: Any) -> Any:
    return _to_images(g, w, size=x.shape[2:], **_all(**options))


def _by_kernels(g: Any, ans: Any, x: Any, w: Any, kept: Any = None, **options: Any) -> Any:
    if kept is None or holds_traced(g):
        return _to_kernels(x, g, kernel=w.shape[2:], **_all(**options))
    return _kernels(kept, g, _geometry(x.shape, w.shape, **_all(**options)))


defvjp(conv2d, _by_images, _by_kernels, forward=_with_lowering)
defjvp(
    conv2d,
    lambda g, ans, x, w, **options: conv2d(g, w, **options),
    lambda g, ans, x, w, **options: conv2d(x, g, **options),
)
defvjp(
    _to_images,
    lambda v, ans, g, w, size, **options: conv2d(v, w, **options),
    lambda v, ans, g, w, size, **options: _to_kernels(v, g, kernel=w.shape[2:], **options),
)
defjvp(
    _to_images,
    lambda v, ans, g, w, **options: _to_images(v, w, **options),
    lambda v, ans, g, w, **options: _to_images(g, v, **options),
)
defvjp(
    _to_kernels,
    lambda v, ans, x, g, kernel, **options: _to_images(g, v, size=x.shape[2:], **options),
    lambda v, ans, x, g, kernel, **options: conv2d(x, v, **options),
)
defjvp(
    _to_kernels,
    lambda v, ans, x, g, **options: _to_kernels(v, g, **options),
    lambda v, ans, x, g, **options: _to_kernels(x, v, **options),
)
