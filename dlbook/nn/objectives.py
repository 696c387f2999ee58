"""What training minimises: a model's loss, plus a penalty on its weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from dlbook import autodiff, trees
from dlbook.checks import check_number
from dlbook.nn.functions import cross_entropy, log_softmax

__all__ = ["Aux", "CrossEntropy", "Model", "objective", "objective_value_and_grad"]


@runtime_checkable
class Model(Protocol):
    """A model: draws its parameters, and maps them and examples to logits.

    One that draws at random in training, as `Dropout` does, has an attribute ``draws`` that is
    true, and is called there with a generator as well: ``model(params, x, rng=rng)``. Without
    one it is evaluated.

    One with running statistics, as `BatchNorm`, has an attribute ``normalises`` that is true, and
    a method ``train(params, x, rng=rng)`` that returns the logits and the parameters with new
    statistics; training calls it in place of the model.
    """

    def init(self, rng: np.random.Generator, dtype: str = "float32") -> Any:
        """Return a tree of new parameters."""

    def __call__(self, params: Any, x: NDArray[Any]) -> Any:
        """Return the logits, shape ``(n, classes)``, of `n` examples."""


class Aux(NamedTuple):
    """What a training loop reads besides the objective and its gradient.

    Attributes
    ----------
    loss
        The data term: the mean loss over the batch, without the penalty.
    logits
        Shape ``(n, classes)``.
    params
        Of a model with running statistics, the parameters with the new ones; otherwise ``()``.
    """

    loss: float
    logits: NDArray[Any]
    params: Any = ()


@dataclass(frozen=True)
class CrossEntropy:
    """The mean cross-entropy, in nats, as a loss that an experiment can name.

    Parameters
    ----------
    smoothing
        How much of a label's probability is spread evenly over all classes, ≥ 0 and < 1.

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> loss = CrossEntropy()
    >>> bool(np.isclose(loss(np.zeros((3, 10)), np.array([5, 0, 4])), np.log(10)))
    True
    """

    smoothing: float | None = None

    def __post_init__(self) -> None:
        if self.smoothing is not None:
            smoothing = check_number("smoothing", self.smoothing, least=0)
            if smoothing >= 1:
                raise ValueError(f"smoothing is {smoothing!r}; expected a number from 0, below 1")
            object.__setattr__(self, "smoothing", smoothing)

    def __call__(self, logits: NDArray[Any], labels: NDArray[Any]) -> Any:
        """Return `cross_entropy` of logits, shape ``(n, classes)``, and labels, ``(n,)``.

        With smoothing it is the cross-entropy from the labels that are spread.
        """
        hard = cross_entropy(logits, labels)
        if not self.smoothing:
            return hard
        even = -np.mean(log_softmax(logits))
        return (1 - self.smoothing) * hard + self.smoothing * even


def objective(
    params: Any,
    x: NDArray[Any],
    y: NDArray[Any],
    *,
    model: Callable[..., Any],
    loss: Callable[[Any, NDArray[Any]], Any],
    alpha: float,
    rng: np.random.Generator | None = None,
) -> tuple[Any, Aux]:
    r"""Return the regularised loss of a model, ``loss(model(params, x), y) + alpha/2 · ΣW²``.

    Parameters
    ----------
    params
        A tree of arrays. The penalty is on the weights, which are those of two or more axes;
        biases, of one axis, are free.
    x
        Examples, as `model` takes them.
    y
        Labels, shape ``(n,)``.
    model
        ``model(params, x)`` returns the logits, shape ``(n, classes)``.
    loss
        ``loss(logits, y)`` returns a number, such as `cross_entropy`.
    alpha
        Weight of the penalty, ≥ 0.
    rng
        For a model that draws in training: called ``model(params, x, rng=rng)``. One with running
        statistics is trained, ``model.train(params, x, rng=rng)``.

    Returns
    -------
    objective, aux
        A number; the data term and the logits.

    Raises
    ------
    ValueError
        If `alpha` is negative or not finite, or if `model` or `loss` rejects its arguments.

    Examples
    --------
    >>> def linear(params, x):
    ...     return x @ params["W"] + params["b"]
    >>> params = {"W": np.full((2, 3), 2.0), "b": np.ones(3)}
    >>> x, y = np.zeros((4, 2)), np.array([0, 1, 2, 0])
    >>> value, aux = objective(params, x, y, model=linear, loss=cross_entropy, alpha=0.5)
    >>> float(value - aux.loss)
    6.0
    """
    alpha = check_number("alpha", alpha, least=0)
    after: Any = ()
    if getattr(model, "normalises", False):
        logits, after = model.train(params, x, rng=rng)  # type: ignore[attr-defined]
    else:
        logits = model(params, x) if rng is None else model(params, x, rng=rng)
    data_term = loss(logits, y)
    if not alpha:
        return data_term, Aux(data_term, logits, after)
    penalty = sum(np.sum(W**2) for W in trees.leaves(params) if W.ndim > 1)
    return data_term + alpha / 2 * penalty, Aux(data_term, logits, after)


def objective_value_and_grad(
    params: Any,
    x: NDArray[Any],
    y: NDArray[Any],
    *,
    model: Callable[..., Any],
    loss: Callable[[Any, NDArray[Any]], Any],
    alpha: float,
    rng: np.random.Generator | None = None,
) -> tuple[tuple[Any, Aux], Any]:
    r"""Return `objective` and its gradient: the loss's by autodiff, the penalty's by hand.

    The penalty's gradient is :math:`\alpha W`, added to arrays that are there anyway. Autodiff
    would come to the same numbers by way of new arrays, each as large as the weights; in a network
    of which the first layer has nearly all of them, that takes a tenth of a step of training.

    Parameters
    ----------
    params, x, y, model, loss, alpha, rng
        As for `objective`.

    Returns
    -------
    (objective, aux), gradient
        What `objective` returns; a tree like `params`.

    Raises
    ------
    ValueError
        As `objective`.
    DerivativeError
        If autodiff cannot differentiate the model or the loss.

    Examples
    --------
    >>> def linear(params, x):
    ...     return x @ params["W"] + params["b"]
    >>> params = {"W": np.full((2, 3), 2.0), "b": np.ones(3)}
    >>> x, y = np.zeros((4, 2)), np.array([0, 1, 2, 0])
    >>> (value, aux), grads = objective_value_and_grad(
    ...     params, x, y, model=linear, loss=cross_entropy, alpha=0.5
    ... )
    >>> float(value - aux.loss), grads["W"][0]
    (6.0, array([1., 1., 1.]))
    """
    alpha = check_number("alpha", alpha, least=0)
    data_term = autodiff.value_and_grad(objective, has_aux=True)
    (value, aux), grads = data_term(params, x, y, model=model, loss=loss, alpha=0.0, rng=rng)
    if alpha:
        for W, G in zip(trees.leaves(params), trees.leaves(grads), strict=True):
            if W.ndim > 1:
                value = value + alpha / 2 * np.vdot(W, W)
                G += alpha * W
    return (value, aux), grads
