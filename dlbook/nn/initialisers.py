"""How weights are drawn at the start: frozen dataclasses, each with a standard deviation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from dlbook.checks import check_number

__all__ = ["Glorot", "He", "Initialiser", "LeCun", "Normal"]


@runtime_checkable
class Initialiser(Protocol):
    """Draws the weights of a layer.

    An instance of your own frozen dataclass does as well as one of the library's.
    """

    def __call__(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> NDArray[Any]:
        """Return weights of the given shape, for `fan_in` inputs per unit and `fan_out` uses."""


class _Centred:
    """Independent normal weights of mean 0; the subclass says how large."""

    def deviation(self, fan_in: int, fan_out: int) -> float:
        """Return the standard deviation of one weight."""
        raise NotImplementedError

    def __call__(
        self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> NDArray[Any]:
        """Return weights, ``float64``.

        Parameters
        ----------
        rng
            Draws them.
        shape
            Of the array of weights.
        fan_in
            Number of inputs that one unit of the layer adds up.
        fan_out
            Number of units that one input of the layer goes to.
        """
        return self.deviation(fan_in, fan_out) * rng.standard_normal(shape)


@dataclass(frozen=True)
class Normal(_Centred):
    """Normal weights of a given standard deviation, whatever the size of the layer.

    Parameters
    ----------
    scale
        Their standard deviation, ≥ 0.

    Raises
    ------
    ValueError
        If `scale` is negative or not finite.

    Examples
    --------
    >>> Normal(1e-3)(np.random.default_rng(0), (2, 2), 2, 2).round(5)
    array([[ 0.00013, -0.00013],
           [ 0.00064,  0.0001 ]])
    """

    scale: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", check_number("scale", self.scale, least=0))

    def deviation(self, fan_in: int, fan_out: int) -> float:
        """Return the scale."""
        return self.scale


@dataclass(frozen=True)
class He(_Centred):
    """Normal weights of variance ``2/fan_in``: a ReLU then keeps the mean square of a signal.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers", 2015, section 2.2.

    Examples
    --------
    >>> He().deviation(fan_in=200, fan_out=10)
    0.1
    """

    def deviation(self, fan_in: int, fan_out: int) -> float:
        """Return the root of ``2 / fan_in``."""
        return math.sqrt(2 / fan_in)


@dataclass(frozen=True)
class LeCun(_Centred):
    """Normal weights of variance ``1/fan_in``: a layer without activation keeps the mean square.

    References
    ----------
    Y. LeCun, L. Bottou, G. B. Orr and K.-R. Müller, "Efficient backprop", 1998, section 4.6.

    Examples
    --------
    >>> LeCun().deviation(fan_in=100, fan_out=10)
    0.1
    """

    def deviation(self, fan_in: int, fan_out: int) -> float:
        """Return the root of ``1 / fan_in``."""
        return math.sqrt(1 / fan_in)


@dataclass(frozen=True)
class Glorot(_Centred):
    """Normal weights of variance ``2/(fan_in + fan_out)``, between ``1/fan_in`` and ``1/fan_out``.

    References
    ----------
    X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010, section 4.2.1.

    Examples
    --------
    >>> Glorot().deviation(fan_in=150, fan_out=50)
    0.1
    """

    def deviation(self, fan_in: int, fan_out: int) -> float:
        """Return the root of ``2 / (fan_in + fan_out)``."""
        return math.sqrt(2 / (fan_in + fan_out))
