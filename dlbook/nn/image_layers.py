"""Layers for images, in shape ``(n, channels, rows, columns)``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook.checks import check_dtype, check_integer, check_rng, shown
from dlbook.nn.convolution import Pair, conv2d, pair
from dlbook.nn.initialisers import He, Initialiser
from dlbook.nn.layers import Parameterless
from dlbook.nn.pooling import avg_pool2d, flatten, max_pool2d

__all__ = ["AvgPool", "Conv", "Flatten", "MaxPool"]


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

    def init(self, rng: np.random.Generator, dtype: str = "float32") -> dict[str, NDArray[Any]]:
        """Draw parameters: ``W`` (outputs, inputs/groups, rows, columns) and ``b`` (outputs,).

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
        return {
            "W": self.weights(rng, shape, into, out_of).astype(dtype),
            "b": np.zeros(self.outputs, dtype),
        }

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
            W, b = params["W"], params["b"]
        except (KeyError, IndexError, TypeError):
            raise TypeError(
                f"params is {shown(params)}; {self} expects a dict of W and b, as init returns it"
            ) from None
        options = {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}
        return conv2d(x, W, groups=self.groups, **options) + b.reshape(-1, 1, 1)  # type: ignore[no-any-return]


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
