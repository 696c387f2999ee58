"""Batch normalisation, with its running statistics as an explicit state."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlbook.autodiff import defjvp, defvjp, primitive, stop_gradient
from dlbook.checks import check_array, check_number

__all__ = ["RunningStatistics", "batch_norm"]


class RunningStatistics(NamedTuple):
    """What batch normalisation knows of its inputs when it is evaluated.

    Attributes
    ----------
    mean, variance
        Of each channel, shape ``(channels,)``.
    """

    mean: NDArray[Any]
    variance: NDArray[Any]

    @classmethod
    def initial(cls, channels: int, dtype: str = "float32") -> RunningStatistics:
        """Return mean 0 and variance 1, with which nothing is changed.

        Examples
        --------
        >>> RunningStatistics.initial(2, "float64")
        RunningStatistics(mean=array([0., 0.]), variance=array([1., 1.]))
        """
        return cls(np.zeros(channels, dtype), np.ones(channels, dtype))


def batch_norm(
    x: NDArray[Any],
    gamma: NDArray[Any],
    beta: NDArray[Any],
    state: RunningStatistics,
    *,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[NDArray[Any], RunningStatistics]:
    r"""Return :math:`\gamma \hat x + \beta`, with each channel brought to mean 0 and variance 1.

    In training :math:`\hat x = (x - \mu)/\sqrt{\sigma^2 + \varepsilon}` with the mean and the
    variance of the batch, over all axes except that of the channels; derivatives take into
    account that they depend on `x`. In evaluation they are those of `state`.

    Parameters
    ----------
    x
        Shape ``(n, channels)`` or ``(n, channels, rows, columns)``, floating point.
    gamma, beta
        Scale and shift of each channel, shape ``(channels,)``.
    state
        The running statistics. They are not changed.
    training
        Whether to use the statistics of the batch.
    momentum
        The weight of the batch in the new running statistics, from 0 to 1.
    eps
        Added to the variance, > 0.

    Returns
    -------
    y
        Shape and dtype of `x`.
    state
        In training, the new running statistics,
        ``(1 - momentum) * old + momentum * of_the_batch``; of the batch's m values for a channel
        the variance is taken with :math:`1/(m - 1)`, where y is computed with :math:`1/m`. As in
        PyTorch; for m = 1 with :math:`1/m`. In evaluation the one that was given.

    Raises
    ------
    TypeError
        If `x`, `gamma` or `beta` is not an array, or `state` not `RunningStatistics`.
    ValueError
        If shapes or numbers do not fit, or there is nothing in `x`.

    References
    ----------
    S. Ioffe and C. Szegedy, International Conference on Machine Learning, 2015, arXiv:1502.03167.

    Examples
    --------
    >>> x = np.array([[1.0], [2.0], [3.0], [6.0]])
    >>> one, zero = np.ones(1), np.zeros(1)
    >>> state = RunningStatistics.initial(1, "float64")
    >>> y, state = batch_norm(x, one, zero, state, training=True, momentum=1.0, eps=0.5)
    >>> y.ravel()
    array([-1. , -0.5,  0. ,  1.5])
    >>> state.mean, state.variance.round(4)
    (array([3.]), array([4.6667]))
    """
    for name, value in (("x", x), ("gamma", gamma), ("beta", beta)):
        check_array(name, value)
    if x.ndim not in (2, 4) or not x.size:
        raise ValueError(
            f"x has shape {x.shape}; expected (n, channels) or (n, channels, rows, columns), "
            "each ≥ 1"
        )
    if not isinstance(state, RunningStatistics):
        raise TypeError(
            f"state is {type(state).__name__}; expected RunningStatistics, which "
            "RunningStatistics.initial(channels) makes"
        )
    channels = x.shape[1]
    given = {"gamma": gamma, "beta": beta, "state.mean": state[0], "state.variance": state[1]}
    for name, value in given.items():
        if value.shape != (channels,):
            raise ValueError(
                f"{name} has shape {value.shape}; expected ({channels},), one for each channel"
            )
    momentum = check_number("momentum", momentum, least=0)
    if momentum > 1:
        raise ValueError(f"momentum is {momentum!r}; expected a number from 0 to 1")
    eps = check_number("eps", eps, least=0)
    if not eps:
        raise ValueError("eps is 0; expected a number > 0, since a variance may be 0")
    each = (channels,) + (1,) * (x.ndim - 2)
    if not training:
        factor = gamma / np.sqrt(state.variance + eps)
        shift = beta - state.mean * factor
        return x * factor.reshape(each) + shift.reshape(each), state
    y = _standardised(x, eps=eps) * gamma.reshape(each) + beta.reshape(each)
    mean, variance = _statistics(stop_gradient(x))
    m = x.size // channels
    unbiased = variance * (m / max(m - 1, 1))
    new = RunningStatistics(
        ((1 - momentum) * state.mean + momentum * mean).astype(state.mean.dtype),
        ((1 - momentum) * state.variance + momentum * unbiased).astype(state.variance.dtype),
    )
    return y, new


def _statistics(x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    axes = (0, *range(2, x.ndim))
    return np.mean(x, axis=axes), np.var(x, axis=axes)


@primitive
def _standardised(x: NDArray[Any], *, eps: float) -> NDArray[Any]:
    result: NDArray[Any] = _with_scale(x, eps=eps)[0]
    return result


def _mean(x: Any) -> Any:
    """Return the mean of each channel, to be subtracted."""
    axes = (0, *range(2, x.ndim))
    return np.sum(x, axis=axes, keepdims=True) / math.prod([x.shape[axis] for axis in axes])


def _with_scale(x: Any, *, eps: float) -> tuple[Any, Any]:
    """Return x̂, and the factor r = 1/√(σ² + ε) by which the differences from the mean go."""
    centred = x - _mean(x)
    r = 1 / np.sqrt(_mean(centred * centred) + eps)
    return centred * r, r


def _slope(g: Any, ans: Any, x: Any, *, eps: float, kept: Any = None) -> Any:
    """Return r (g - mean(g) - x̂ mean(g x̂)); the Jacobian is symmetric, so it serves both modes."""
    r = _with_scale(x, eps=eps)[1] if kept is None else kept
    return r * (g - _mean(g) - ans * _mean(g * ans))


defvjp(_standardised, _slope, forward=_with_scale)
defjvp(_standardised, _slope)
