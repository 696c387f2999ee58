"""A network with one hidden layer, and its gradient derived by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from dlbook.checks import (
    check_array,
    check_dtype,
    check_integer,
    check_labels,
    check_number,
    check_rng,
    shown,
)
from dlbook.nn.functions import cross_entropy, sigmoid
from dlbook.nn.objectives import Aux, objective

__all__ = ["Params", "TwoLayer", "two_layer_objective", "two_layer_value_and_grad"]

Params = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class TwoLayer:
    r"""The network :math:`x \mapsto \sigma(x W_1 + b_1)\, W_2 + b_2`, whose outputs are logits.

    Parameters
    ----------
    inputs, hidden, outputs
        How many of each, ≥ 1.
    scale
        Standard deviation of the weights at the start, ≥ 0; the biases start at 0.

    Raises
    ------
    ValueError
        If a field is none of these.

    Examples
    --------
    >>> model = TwoLayer()
    >>> params = model.init(np.random.default_rng(0))
    >>> sum(p.size for p in params.values())
    101770
    >>> model(params, np.zeros((5, 784), dtype=np.float32)).shape
    (5, 10)
    """

    inputs: int = 784
    hidden: int = 128
    outputs: int = 10
    scale: float = 1e-3

    def __post_init__(self) -> None:
        for name in ("inputs", "hidden", "outputs"):
            object.__setattr__(self, name, check_integer(name, getattr(self, name), 1))
        object.__setattr__(self, "scale", check_number("scale", self.scale, least=0))

    def init(self, rng: np.random.Generator, dtype: str = "float32") -> Params:
        """Draw parameters: ``W1`` (inputs, hidden), ``b1``, ``W2`` (hidden, outputs), ``b2``.

        Parameters
        ----------
        rng
            Draws the weights.
        dtype
            ``"float32"`` or ``"float64"``, of all parameters.

        Raises
        ------
        TypeError
            If `rng` is not a generator.
        ValueError
            If `dtype` is neither.
        """
        check_rng("rng", rng)
        check_dtype("dtype", dtype)

        def normal(*shape: int) -> NDArray[Any]:
            return (self.scale * rng.standard_normal(shape)).astype(dtype)

        return {
            "W1": normal(self.inputs, self.hidden),
            "b1": np.zeros(self.hidden, dtype),
            "W2": normal(self.hidden, self.outputs),
            "b2": np.zeros(self.outputs, dtype),
        }

    def __call__(self, params: Params, x: NDArray[Any]) -> NDArray[Any]:
        """Return the logits, shape ``(n, outputs)``, of rows `x`, shape ``(n, inputs)``.

        Raises
        ------
        TypeError
            If `params` is not what `init` returns, or `x` is not an array.
        ValueError
            If the shape of `x` does not fit.
        """
        return _logits(params, x)


def _logits(params: Params, x: NDArray[Any]) -> NDArray[Any]:
    W1, b1, W2, b2 = _arrays(params)
    _check_rows(x, len(W1))
    hidden = sigmoid(x @ W1 + b1)
    logits: NDArray[Any] = hidden @ W2 + b2
    return logits


def _arrays(params: Params) -> tuple[NDArray[Any], ...]:
    try:
        return params["W1"], params["b1"], params["W2"], params["b2"]
    except (KeyError, IndexError, TypeError):
        swapped = "; are params and x swapped?" if isinstance(params, np.ndarray) else ""
        has = f"has the keys {list(params)}" if isinstance(params, dict) else f"is {shown(params)}"
        raise TypeError(
            f"params {has}; expected a dict of W1, b1, W2 and b2, as init returns it{swapped}"
        ) from None


def two_layer_objective(
    params: Params, x: NDArray[Any], y: NDArray[Any], *, alpha: float
) -> tuple[Any, Aux]:
    r"""Return the regularised loss of `TwoLayer`, in plain NumPy.

    Parameters
    ----------
    params, x, y, alpha
        As for `two_layer_value_and_grad`, which is its gradient derived by hand.

    Returns
    -------
    objective, aux
        A number; the data term and the logits.

    Raises
    ------
    TypeError
        If `params` is not such a tree, or `x` or `y` is not an array.
    ValueError
        If shapes, dtypes or labels do not fit.

    Examples
    --------
    >>> from functools import partial
    >>> from dlbook.autodiff import value_and_grad
    >>> params = TwoLayer(inputs=2, hidden=3, outputs=4).init(np.random.default_rng(0))
    >>> x, y = np.array([[1, 2], [3, 4]], np.float32), np.array([0, 3])
    >>> gradient = value_and_grad(partial(two_layer_objective, alpha=0.0), has_aux=True)
    >>> (objective, aux), grads = gradient(params, x, y)
    >>> grads["b2"].round(2)
    array([-0.25,  0.25,  0.25, -0.25], dtype=float32)
    """
    W1, _, _, _ = _arrays(params)
    check_array("x", x)
    if x.dtype != W1.dtype:
        _refuse(params, x, y, alpha)
    return objective(params, x, y, model=_logits, loss=cross_entropy, alpha=alpha)


def two_layer_value_and_grad(
    params: Params,
    x: NDArray[Any],
    y: NDArray[Any],
    *,
    alpha: float,
    out: Params | None = None,
) -> tuple[tuple[float, Aux], Params]:
    r"""Return the regularised loss of `TwoLayer` and its gradient, derived by hand.

    The objective is the mean cross-entropy over the n examples, plus
    :math:`\frac\alpha2 (\sum W_1^2 + \sum W_2^2)`. With :math:`P` the softmax of the logits,
    :math:`Y` the labels as unit rows and :math:`H` the hidden layer, its gradient is

    .. math::

        dZ_2 &= (P - Y) / n, & dW_2 &= H^\top dZ_2 + \alpha W_2, & db_2 &= \textstyle\sum dZ_2, \\
        dZ_1 &= (dZ_2 W_2^\top) \circ H \circ (1 - H), & dW_1 &= x^\top dZ_1 + \alpha W_1,
        & db_1 &= \textstyle\sum dZ_1.

    Parameters
    ----------
    params
        ``W1`` (inputs, hidden), ``b1`` (hidden,), ``W2`` (hidden, classes), ``b2`` (classes,),
        all of one floating dtype.
    x
        Shape ``(n, inputs)``, n ≥ 1, of that dtype.
    y
        Shape ``(n,)``, integers from 0 to classes - 1.
    alpha
        Weight of the penalty, ≥ 0.
    out
        Arrays like `params` that the gradient is written to; without it they are new.

    Returns
    -------
    (objective, aux), gradient
        A number; the data term and the logits; a tree like `params`.

    Raises
    ------
    TypeError
        If `params` is not such a tree, or `x` or `y` is not an array.
    ValueError
        If shapes, dtypes or labels do not fit, or `alpha` is negative or not finite.

    Examples
    --------
    >>> model = TwoLayer(inputs=2, hidden=3, outputs=4)
    >>> params = model.init(np.random.default_rng(0), "float64")
    >>> x, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0, 3])
    >>> (objective, aux), grads = two_layer_value_and_grad(params, x, y, alpha=0.0)
    >>> objective == aux.loss, bool(np.isclose(aux.loss, np.log(4), rtol=1e-2))
    (True, True)
    >>> grads["b2"].round(2)
    array([-0.25,  0.25,  0.25, -0.25])
    """
    W1, b1, W2, b2 = _arrays(params)
    check_array("x", x)
    check_array("y", y)
    n = y.size
    fits = x.shape == (n, len(W1)) and x.dtype == W1.dtype and 0 <= alpha < math.inf
    fits = fits and y.shape == (n,) and y.dtype.kind in "iu" and n > 0
    if not fits:
        _refuse(params, x, y, alpha)
    try:  # where the labels stand among the logits, laid in a row; NumPy looks at their range
        at_labels = np.ravel_multi_index((np.arange(n), y), (n, len(b2)))
    except ValueError:
        _refuse(params, x, y, alpha)
    grads = {name: np.empty_like(p) for name, p in params.items()} if out is None else out

    # Forward. What is made here is overwritten as soon as it has served: an array that stays
    # in the processor's cache costs less than a new one. A ufunc's own `reduce` is np.sum or
    # np.max without a detour through Python.
    H = x @ W1
    np.subtract(-b1, H, out=H)
    with np.errstate(over="ignore"):  # as in sigmoid, whose steps these are
        np.exp(H, out=H)
    H += 1
    np.reciprocal(H, out=H)
    logits = H @ W2
    logits += b2

    # The loss; P starts as the shifted logits and ends as dZ2.
    P = logits - np.maximum.reduce(logits, axis=1, keepdims=True)
    picked = np.add.reduce(P.take(at_labels))
    np.exp(P, out=P)
    total = np.add.reduce(P, axis=1, keepdims=True)
    loss = float(np.add.reduce(np.log(total), axis=None) - picked) / n
    P /= total
    P.reshape(-1)[at_labels] -= 1
    P /= n

    # Backward.
    np.matmul(H.T, P, out=grads["W2"])
    np.add.reduce(P, axis=0, out=grads["b2"])
    dZ1 = P @ W2.T
    dZ1 *= H
    np.subtract(1, H, out=H)
    dZ1 *= H
    np.matmul(x.T, dZ1, out=grads["W1"])
    np.add.reduce(dZ1, axis=0, out=grads["b1"])

    objective = loss
    if alpha:
        for name, W in (("W1", W1), ("W2", W2)):
            objective += alpha / 2 * float(np.vdot(W, W))
            grads[name] += alpha * W
    return (objective, Aux(loss, logits)), grads


def _refuse(params: Params, x: NDArray[Any], y: NDArray[Any], alpha: float) -> NoReturn:
    """Say what does not fit: looked for only once something did not."""
    W1, b2 = params["W1"], params["b2"]
    _check_rows(x, len(W1))
    if x.dtype != W1.dtype:
        raise ValueError(f"x is {x.dtype} and the parameters are {W1.dtype}; convert one of them")
    check_labels(y, (len(x), len(b2)), "y")
    raise ValueError(f"alpha is {alpha!r}; expected a finite number ≥ 0")


def _check_rows(x: NDArray[Any], inputs: int) -> None:
    check_array("x", x)
    if x.ndim != 2 or x.shape[1] != inputs:
        hint = "; x.reshape(len(x), -1) makes rows of images" if x.ndim > 2 else ""
        raise ValueError(f"x has shape {x.shape}; expected (n, {inputs}){hint}")
