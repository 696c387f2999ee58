"""The functions that networks are made of, exact wherever floating point lets them be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlbook.autodiff import defjvp, defvjp, primitive
from dlbook.checks import check_array, check_labels

__all__ = [
    "accuracy",
    "cross_entropy",
    "leaky_relu",
    "log_softmax",
    "relu",
    "sigmoid",
    "softmax",
]


@primitive
def sigmoid(z: NDArray[Any]) -> NDArray[Any]:
    r"""Return :math:`\sigma(z) = 1 / (1 + e^{-z})`, entry by entry.

    Parameters
    ----------
    z
        Any shape, floating point.

    Returns
    -------
    ndarray
        Shape and dtype of `z`, values in [0, 1]. Both tails keep their relative accuracy, down
        to where :math:`\sigma(z)` leaves the normal numbers (z < -88 in ``float32``) and 0 is
        returned.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    if np.ndim(z):  # a number need not be an array
        check_array("z", z)
    with np.errstate(over="ignore"):  # where exp(-z) is infinite, 1 / (1 + inf) = 0 is right
        return 1 / (1 + np.exp(-z))  # type: ignore[no-any-return]


def _sigmoid_slope(g: Any, ans: Any, z: Any) -> Any:
    return g * (ans * (1 - ans))  # where exp(-z) is infinite, its own rule would give NaN


defvjp(sigmoid, _sigmoid_slope)
defjvp(sigmoid, _sigmoid_slope)


@primitive
def relu(z: NDArray[Any]) -> NDArray[Any]:
    r"""Return :math:`\max(z, 0)`, entrywise.

    Its derivative is 1 where z > 0 and 0 elsewhere. At 0, where the ReLU has no derivative, the
    number 0 stands for it, as it does in PyTorch and JAX.

    Parameters
    ----------
    z
        Any shape, floating point.

    Returns
    -------
    ndarray
        Shape and dtype of `z`, values ≥ 0.

    Examples
    --------
    >>> from dlbook.autodiff import grad
    >>> z = np.array([-1.0, 0.0, 2.0])
    >>> relu(z), grad(lambda z: np.sum(relu(z)))(z)
    (array([0., 0., 2.]), array([0., 0., 1.]))
    """
    if np.ndim(z):
        check_array("z", z)
    return np.maximum(z, 0)  # type: ignore[no-any-return]


def _relu_slope(g: Any, ans: Any, z: Any) -> Any:
    return g * (ans > 0)


defvjp(relu, _relu_slope)
defjvp(relu, _relu_slope)


def leaky_relu(z: NDArray[Any], slope: float = 0.01) -> NDArray[Any]:
    r"""Return z where z > 0 and a multiple of z elsewhere, entrywise.

    Parameters
    ----------
    z
        Any shape, floating point.
    slope
        The multiple. It also stands for the derivative at 0.

    Returns
    -------
    ndarray
        Shape and dtype of `z`.

    Examples
    --------
    >>> leaky_relu(np.array([-1.0, 0.0, 2.0]), slope=0.1)
    array([-0.1,  0. ,  2. ])
    """
    if np.ndim(z):
        check_array("z", z)
    return np.where(z > 0, z, slope * z)


def softmax(z: NDArray[Any], axis: int = -1) -> NDArray[Any]:
    r"""Return :math:`e^{z_i} / \sum_j e^{z_j}` along an axis.

    The largest entry is subtracted first: the quotient stays the same, and nothing overflows.

    Parameters
    ----------
    z
        Any shape, floating point; finite, or -∞ for an entry that gets no share.
    axis
        Along which the shares sum to 1.

    Returns
    -------
    ndarray
        Shape and dtype of `z`, values in [0, 1].

    Examples
    --------
    >>> softmax(np.array([1000.0, 1000.0, -1000.0]))
    array([0.5, 0.5, 0. ])
    """
    check_array("z", z)
    e = np.exp(z - np.maximum.reduce(z, axis=axis, keepdims=True))
    return e / np.add.reduce(e, axis=axis, keepdims=True)  # type: ignore[no-any-return]


def log_softmax(z: NDArray[Any], axis: int = -1) -> NDArray[Any]:
    r"""Return :math:`z_i - \log \sum_j e^{z_j}` along an axis: the logarithm of `softmax`.

    Computed as such, since the logarithm of a share that was rounded to 0 would be -∞.

    Parameters
    ----------
    z
        Any shape, floating point; finite, or -∞ for an entry that gets no share.
    axis
        Along which the shares sum to 1.

    Returns
    -------
    ndarray
        Shape and dtype of `z`, values ≤ 0.

    Examples
    --------
    >>> log_softmax(np.array([0.0, -1000.0]))
    array([    0., -1000.])
    """
    check_array("z", z)
    shifted = z - np.maximum.reduce(z, axis=axis, keepdims=True)
    total = np.add.reduce(np.exp(shifted), axis=axis, keepdims=True)
    return shifted - np.log(total)


@primitive
def cross_entropy(logits: NDArray[Any], labels: NDArray[Any]) -> Any:
    r"""Return the mean cross-entropy :math:`-\frac1n \sum_i \log p_{i, y_i}`, in nats.

    Parameters
    ----------
    logits
        Shape ``(n, classes)``, n ≥ 1; :math:`p_i` is the softmax of row i.
    labels
        Shape ``(n,)``, integers from 0 to classes - 1.

    Returns
    -------
    scalar
        Of the dtype of `logits`, ≥ 0.

    Raises
    ------
    TypeError
        If `logits` or `labels` is not an array.
    ValueError
        If shapes, dtype or range of the labels do not fit.

    Examples
    --------
    >>> loss = cross_entropy(np.zeros((3, 10)), np.array([5, 0, 4]))
    >>> bool(np.isclose(loss, np.log(10)))
    True
    """
    return _loss_and_shares(logits, labels)[0]


def _loss_and_shares(logits: Any, labels: NDArray[Any]) -> tuple[Any, Any]:
    """Return the cross-entropy, and the softmax, which its gradient is made of, by columns."""
    check_array("logits", logits)
    check_labels(labels, logits.shape)
    columns = logits.T.copy()  # many short rows would take NumPy twice as long
    columns = columns - np.maximum.reduce(columns, axis=0)
    e = np.exp(columns)
    total = np.add.reduce(e, axis=0)
    log_shares = columns[labels, np.arange(len(labels))] - np.log(total)
    return -np.add.reduce(log_shares) / len(labels), e / total


def _cross_entropy_vjp(g: Any, ans: Any, logits: Any, labels: NDArray[Any], kept: Any) -> Any:
    # By the logits: the shares less the unit rows of the labels, over n.
    n = len(labels)
    units = np.zeros(logits.shape[::-1], logits.dtype)
    units[labels, np.arange(n)] = 1
    return ((kept - units) * (g / n)).T


def _cross_entropy_jvp(g: Any, ans: Any, logits: Any, labels: NDArray[Any]) -> Any:
    shares = _loss_and_shares(logits, labels)[1]
    return np.sum(g * _cross_entropy_vjp(1.0, ans, logits, labels, shares))


defvjp(cross_entropy, _cross_entropy_vjp, None, forward=_loss_and_shares)
defjvp(cross_entropy, _cross_entropy_jvp, None)


def accuracy(logits: NDArray[Any], labels: NDArray[Any]) -> float:
    """Return the share of rows whose largest logit stands at the label.

    Parameters
    ----------
    logits
        Shape ``(n, classes)``, n ≥ 1. Of equal largest logits the first counts.
    labels
        Shape ``(n,)``, integers from 0 to classes - 1.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    TypeError
        If `logits` or `labels` is not an array.
    ValueError
        If shapes, dtype or range of the labels do not fit.

    Examples
    --------
    >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    0.5
    """
    check_array("logits", logits)
    check_labels(labels, logits.shape)
    return int(np.count_nonzero(logits.argmax(axis=1) == labels)) / len(labels)
