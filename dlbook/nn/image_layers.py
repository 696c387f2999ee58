"""Layers for images, in shape ``(n, channels, rows, columns)``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook.checks import check_array, check_dtype, check_integer, check_rng, shown
from dlbook.nn.convolution import Pair, conv2d, pair
from dlbook.nn.initialisers import He, Initialiser
from dlbook.nn.layers import Parameterless
from dlbook.nn.pooling import avg_pool2d, flatten, max_pool2d

__all__ = ["AvgPool", "Conv", "Flatten", "MaxPool", "Reshape"]


@dataclass(frozen=True)
class Conv:
    r"""The layer :math:`x \mapsto` `conv2d` ``(x, W) + b``, with one bias for each output channel.

    Parameters
    ----------
    inputs, outputs
        Numbers of channels, ≥ 1.
    kernel
        Rows and columns of the kernels, each ≥ 1; one integer stands for two.
    stride, padding, dilation, groups
        As for `conv2d`.
    weights
        Draws ``W``; the biases start at 0.
    bias
        Whether there are biases. Before a `BatchNorm`, which subtracts them again, there need not.

    Raises
    ------
    ValueError
        If a field is none of these, or `groups` does not divide the channels.

    Examples
    --------
    >>> layer = Conv(3, 16, 3, padding=1)
    >>> params = layer.init(np.random.default_rng(0))
    >>> params["W"].shape, params["b"].shape
    ((16, 3, 3, 3), (16,))
    >>> layer(params, np.zeros((5, 3, 32, 32), np.float32)).shape
    (5, 16, 32, 32)
    """

    inputs: int
    outputs: int
    kernel: Pair
    stride: Pair = 1
    padding: Pair = 0
    dilation: Pair = 1
    groups: int = 1
    weights: Initialiser = He()  # noqa: RUF009 (frozen)
    bias: bool = True

    def __post_init__(self) -> None:
        for name in ("inputs", "outputs", "groups"):
            object.__setattr__(self, name, check_integer(name, getattr(self, name), 1))
        for name, least in (("kernel", 1), ("stride", 1), ("padding", 0), ("dilation", 1)):
            object.__setattr__(self, name, pair(name, getattr(self, name), least))
        for name in ("inputs", "outputs"):
            if getattr(self, name) % self.groups:
                raise ValueError(
                    f"{name} is {getattr(self, name)}; expected a multiple of groups={self.groups}"
                )
        if not isinstance(self.weights, Initialiser) or isinstance(self.weights, type):
            raise ValueError(
                f"weights is {shown(self.weights)}; expected an initialiser such as nn.He()"
            )
        if not isinstance(self.bias, bool):
            raise ValueError(f"bias is {shown(self.bias)}; expected True or False")

    def init(self, rng: np.random.Generator, dtype: str = "float32") -> dict[str, NDArray[Any]]:
        """Draw parameters: ``W`` (outputs, inputs/groups, rows, columns) and ``b`` (outputs,).

        Without biases there is no ``b``.

        Parameters
        ----------
        rng
            Draws the weights.
        dtype
            ``"float32"`` or ``"float64"``.

        Raises
        ------
        TypeError
            If `rng` is not a generator.
        ValueError
            If `dtype` is neither.
        """
        check_rng("rng", rng)
        check_dtype("dtype", dtype)
        K, K2 = pair("kernel", self.kernel, 1)
        shape = (self.outputs, self.inputs // self.groups, K, K2)
        into, out_of = shape[1] * K * K2, self.outputs // self.groups * K * K2
        params = {"W": self.weights(rng, shape, into, out_of).astype(dtype)}
        return params | {"b": np.zeros(self.outputs, dtype)} if self.bias else params

    def __call__(self, params: dict[str, NDArray[Any]], x: NDArray[Any]) -> NDArray[Any]:
        """Return the images convolved, of `x` of shape ``(n, inputs, rows, columns)``.

        Raises
        ------
        TypeError
            If `params` is not what `init` returns, or `x` is not an array.
        ValueError
            If the shape of `x` does not fit.
        """
        try:
            W, b = params["W"], params["b"] if self.bias else None
        except (KeyError, IndexError, TypeError):
            names = "W and b" if self.bias else "W"
            raise TypeError(
                f"params is {shown(params)}; {self} expects a dict of {names}, as init returns it"
            ) from None
        options = {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}
        y = conv2d(x, W, groups=self.groups, **options)
        return y if b is None else y + b.reshape(-1, 1, 1)


@dataclass(frozen=True)
class MaxPool(Parameterless):
    """The layer `max_pool2d`.

    Parameters
    ----------
    window, stride, padding
        As for `max_pool2d`.

    Examples
    --------
    >>> MaxPool(2)((), np.zeros((5, 3, 32, 32))).shape
    (5, 3, 16, 16)
    """

    window: Pair
    stride: Pair | None = None
    padding: Pair = 0

    def __call__(self, params: Any, x: NDArray[Any]) -> NDArray[Any]:
        """Return `max_pool2d` of `x`."""
        return max_pool2d(x, self.window, stride=self.stride, padding=self.padding)


@dataclass(frozen=True)
class AvgPool(Parameterless):
    """The layer `avg_pool2d`.

    Parameters
    ----------
    window, stride, padding
        As for `avg_pool2d`.

    Examples
    --------
    >>> AvgPool(8)((), np.zeros((5, 3, 32, 32))).shape
    (5, 3, 4, 4)
    """

    window: Pair
    stride: Pair | None = None
    padding: Pair = 0

    def __call__(self, params: Any, x: NDArray[Any]) -> NDArray[Any]:
        """Return `avg_pool2d` of `x`."""
        return avg_pool2d(x, self.window, stride=self.stride, padding=self.padding)


@dataclass(frozen=True)
class Flatten(Parameterless):
    """The layer `flatten`: images as rows, for a `Dense` layer.

    Examples
    --------
    >>> Flatten()((), np.zeros((5, 3, 2, 2))).shape
    (5, 12)
    """

    def __call__(self, params: Any, x: NDArray[Any]) -> NDArray[Any]:
        """Return `flatten` of `x`."""
        return flatten(x)


@dataclass(frozen=True)
class Reshape(Parameterless):
    """The layer that gives each example another shape, such as that of an image to a row.

    Parameters
    ----------
    shape
        Of one example, a tuple of integers ≥ 1.

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> Reshape((1, 28, 28))((), np.zeros((5, 784))).shape
    (5, 1, 28, 28)
    """

    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.shape, tuple):
            raise ValueError(f"shape is {shown(self.shape)}; expected a tuple such as (1, 28, 28)")
        sizes = [check_integer(f"shape[{i}]", size, 1) for i, size in enumerate(self.shape)]
        object.__setattr__(self, "shape", tuple(sizes))

    def __call__(self, params: Any, x: NDArray[Any]) -> NDArray[Any]:
        """Return `x`, of shape ``(n, …)``, in shape ``(n, *shape)``.

        Raises
        ------
        TypeError
            If `x` is not an array.
        ValueError
            If an example does not have as many entries.
        """
        check_array("x", x)
        if math.prod(x.shape[1:]) != math.prod(self.shape):
            raise ValueError(f"x has shape {x.shape}; {self} expects examples of as many entries")
        return x.reshape(len(x), *self.shape)
