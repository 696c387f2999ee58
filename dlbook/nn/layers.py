"""Layers, and networks of them. A layer is a model: it draws its parameters and can be called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dlbook.checks import (
    check_array,
    check_dtype,
    check_integer,
    check_number,
    check_rng,
    shown,
)
from dlbook.nn.functions import leaky_relu, relu, sigmoid
from dlbook.nn.initialisers import He, Initialiser
from dlbook.nn.objectives import Model

__all__ = ["Dense", "Dropout", "LeakyRelu", "Relu", "Sequential", "Sigmoid", "Tanh"]


@dataclass(frozen=True)
class Dense:
    r"""The layer :math:`x \mapsto x W + b`, in which each output depends on all inputs.

    Parameters
    ----------
    inputs, outputs
        How many of each, ≥ 1.
    weights
        Draws ``W``, such as `He`, `Glorot` or `Normal`; the biases start at 0.

    Raises
    ------
    ValueError
        If a field is none of these.

    Examples
    --------
    >>> layer = Dense(3, 2)
    >>> params = layer.init(np.random.default_rng(0))
    >>> params["W"].shape, params["b"]
    ((3, 2), array([0., 0.], dtype=float32))
    >>> layer(params, np.zeros((5, 3), np.float32)).shape
    (5, 2)
    """

    inputs: int
    outputs: int
    weights: Initialiser = He()  # noqa: RUF009 (frozen)

    def __post_init__(self) -> None:
        for name in ("inputs", "outputs"):
            object.__setattr__(self, name, check_integer(name, getattr(self, name), 1))
        if not isinstance(self.weights, Initialiser) or isinstance(self.weights, type):
            raise ValueError(
                f"weights is {shown(self.weights)}; expected an initialiser such as nn.He()"
            )

    def init(self, rng: np.random.Generator, dtype: str = "float32") -> dict[str, NDArray[Any]]:
        """Draw parameters: ``W`` (inputs, outputs) and ``b`` (outputs,).

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
        shape = (self.inputs, self.outputs)
        return {
            "W": self.weights(rng, shape, *shape).astype(dtype),
            "b": np.zeros(self.outputs, dtype),
        }

    def __call__(self, params: dict[str, NDArray[Any]], x: NDArray[Any]) -> NDArray[Any]:
        """Return ``x @ W + b``, shape ``(n, outputs)``, of rows `x`, shape ``(n, inputs)``.

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
        check_array("x", x)
        if x.ndim != 2 or x.shape[1] != len(W):
            hint = "; x.reshape(len(x), -1) makes rows of images" if x.ndim > 2 else ""
            raise ValueError(f"x has shape {x.shape}; {self} expects (n, {len(W)}){hint}")
        return x @ W + b  # type: ignore[no-any-return]


class Parameterless:
    """A layer that has nothing to learn."""

    def init(self, rng: np.random.Generator, dtype: str = "float32") -> tuple[()]:
        """Return no parameters."""
        return ()


@dataclass(frozen=True)
class Relu(Parameterless):
    """The layer ``max(x, 0)``, entrywise: `relu`.

    Examples
    --------
    >>> Relu()((), np.array([[-1.0, 2.0]]))
    array([[0., 2.]])
    """

    def __call__(self, params: Any, x: NDArray[Any]) -> Any:
        """Return `relu` of `x`, of any shape."""
        return relu(x)


@dataclass(frozen=True)
class LeakyRelu(Parameterless):
    """The layer that multiplies negative entries by a small slope: `leaky_relu`.

    Parameters
    ----------
    slope
        ≥ 0; 0 makes it `Relu`.

    Raises
    ------
    ValueError
        If `slope` is negative or not finite.

    Examples
    --------
    >>> LeakyRelu(0.1)((), np.array([[-1.0, 2.0]]))
    array([[-0.1,  2. ]])
    """

    slope: float = 0.01

    def __post_init__(self) -> None:
        object.__setattr__(self, "slope", check_number("slope", self.slope, least=0))

    def __call__(self, params: Any, x: NDArray[Any]) -> Any:
        """Return `leaky_relu` of `x`, of any shape."""
        return leaky_relu(x, self.slope)


@dataclass(frozen=True)
class Sigmoid(Parameterless):
    """The layer ``1 / (1 + exp(-x))``, entrywise: `sigmoid`.

    Examples
    --------
    >>> Sigmoid()((), np.array([[0.0]]))
    array([[0.5]])
    """

    def __call__(self, params: Any, x: NDArray[Any]) -> Any:
        """Return `sigmoid` of `x`, of any shape."""
        return sigmoid(x)


@dataclass(frozen=True)
class Tanh(Parameterless):
    """The layer ``tanh(x)``, entrywise.

    Examples
    --------
    >>> Tanh()((), np.array([[0.0]]))
    array([[0.]])
    """

    def __call__(self, params: Any, x: NDArray[Any]) -> Any:
        """Return ``np.tanh`` of `x`, of any shape."""
        check_array("x", x)
        return np.tanh(x)


@dataclass(frozen=True)
class Dropout(Parameterless):
    """The layer that, in training, sets each entry to 0 with a probability.

    The entries that remain are divided by the probability of remaining, so that the mean of each
    entry is what it was. A call without a generator, which is how a network is evaluated,
    changes nothing.

    Parameters
    ----------
    rate
        The probability of being set to 0, at least 0 and less than 1.

    Raises
    ------
    ValueError
        If `rate` is not such a number.

    References
    ----------
    N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov, "Dropout: a simple
    way to prevent neural networks from overfitting", 2014.

    Examples
    --------
    >>> layer, x = Dropout(0.5), np.ones((1, 6))
    >>> layer((), x)
    array([[1., 1., 1., 1., 1., 1.]])
    >>> layer((), x, rng=np.random.default_rng(0))
    array([[2., 2., 2., 0., 0., 0.]])
    """

    rate: float

    draws: ClassVar[bool] = True

    def __post_init__(self) -> None:
        rate = check_number("rate", self.rate, least=0)
        if rate >= 1:
            raise ValueError(f"rate is {self.rate!r}; expected a number from 0, less than 1")
        object.__setattr__(self, "rate", rate)

    def __call__(
        self, params: Any, x: NDArray[Any], *, rng: np.random.Generator | None = None
    ) -> Any:
        """Return `x`, or with a generator `x` times a random mask; `x` has any shape.

        Raises
        ------
        TypeError
            If `x` is not an array, or `rng` is neither a generator nor ``None``.
        """
        check_array("x", x)
        if rng is None:
            return x
        check_rng("rng", rng)
        kept = rng.random(x.shape, np.float32) >= self.rate
        return x * (kept / (1 - self.rate)).astype(x.dtype)


@dataclass(frozen=True)
class Sequential:
    """A network of layers, each applied to what the one before it returns.

    It is a model itself, so a network may be a layer of another.

    Parameters
    ----------
    layers
        At least one frozen dataclass that has ``init`` and can be called, such as `Dense` or
        `Relu`; one of yours does as well as one of the library's.

    Raises
    ------
    ValueError
        If `layers` is not such a tuple.

    Examples
    --------
    >>> model = Sequential((Dense(784, 128), Relu(), Dropout(0.2), Dense(128, 10)))
    >>> params = model.init(np.random.default_rng(0))
    >>> params[0]["W"].shape, params[1], params[3]["b"].shape
    ((784, 128), (), (10,))
    >>> model(params, np.zeros((5, 784), np.float32)).shape
    (5, 10)
    """

    layers: tuple[Model, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.layers, tuple) or not self.layers:
            raise ValueError(
                f"layers is {shown(self.layers)}; expected a tuple of at least one layer, "
                "such as (nn.Dense(784, 10),)"
            )
        for i, layer in enumerate(self.layers):
            if not isinstance(layer, Model) or isinstance(layer, type):
                raise ValueError(
                    f"layers[{i}] is {shown(layer)}; expected a layer that has init and can be "
                    "called, such as nn.Relu()"
                )

    @property
    def draws(self) -> bool:
        """Whether a layer needs a random generator in training."""
        return any(getattr(layer, "draws", False) for layer in self.layers)

    @property
    def normalises(self) -> bool:
        """Whether a layer has running statistics, so that training calls `train`."""
        return any(getattr(layer, "normalises", False) for layer in self.layers)

    def init(self, rng: np.random.Generator, dtype: str = "float32") -> tuple[Any, ...]:
        """Draw the parameters of each layer, in order; a layer without any has ``()``.

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
        return tuple([layer.init(rng, dtype) for layer in self.layers])

    def __call__(
        self,
        params: tuple[Any, ...],
        x: NDArray[Any],
        *,
        rng: np.random.Generator | None = None,
    ) -> Any:
        """Return what the last layer returns.

        Parameters
        ----------
        params
            One tree for each layer, as `init` returns them.
        x
            Examples, as the first layer takes them.
        rng
            Draws what layers such as `Dropout` need in training; ``None`` to evaluate.

        Raises
        ------
        TypeError
            If `params` is not such a tuple.
        ValueError
            If a layer rejects what it is given.
        """
        self._check(params)
        for layer, own in zip(self.layers, params, strict=True):
            if rng is not None and getattr(layer, "draws", False):
                x = layer(own, x, rng=rng)  # type: ignore[call-arg]
            else:
                x = layer(own, x)
        return x

    def train(
        self,
        params: tuple[Any, ...],
        x: NDArray[Any],
        *,
        rng: np.random.Generator | None = None,
    ) -> tuple[Any, tuple[Any, ...]]:
        """Return what the last layer returns in training, and the parameters after it.

        They differ from `params` in the running statistics of layers such as `BatchNorm`.

        Parameters
        ----------
        params, x, rng
            As for a call.

        Raises
        ------
        TypeError
            If `params` is not such a tuple.
        ValueError
            If a layer rejects what it is given.
        """
        self._check(params)
        after = []
        for layer, own in zip(self.layers, params, strict=True):
            if getattr(layer, "normalises", False):
                x, own = layer.train(own, x, rng=rng)  # type: ignore[attr-defined]
            elif rng is not None and getattr(layer, "draws", False):
                x = layer(own, x, rng=rng)  # type: ignore[call-arg]
            else:
                x = layer(own, x)
            after.append(own)
        return x, tuple(after)

    def _check(self, params: Any) -> None:
        if not isinstance(params, (tuple, list)) or len(params) != len(self.layers):
            given = f"has {len(params)} entries" if isinstance(params, tuple) else ""
            raise TypeError(
                f"params {given or f'is {shown(params)}'}; expected a tuple of {len(self.layers)} "
                "entries, one for each layer, as init returns it"
            )
