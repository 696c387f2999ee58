"""Batch normalisation, with its running statistics as an explicit state."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlbook import trees
from dlbook.autodiff import defjvp, defvjp, primitive, stop_gradient
from dlbook.checks import (
    check_array,
    check_dtype,
    check_integer,
    check_number,
    check_rng,
    shown,
)

__all__ = ["BatchNorm", "RunningStatistics", "batch_norm", "with_statistics"]


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


@dataclass(frozen=True)
class BatchNorm:
    """The layer `batch_norm`, whose running statistics are part of its parameters.

    No gradient moves them: a training step asks `train` for the new ones, and puts them where
    the old ones were after its step, as `dlbook.train.fit` does. So whatever stores or
    copies the parameters has the statistics as well. Calling the layer evaluates it.

    Parameters
    ----------
    channels
        How many, ≥ 1.
    momentum, eps
        As for `batch_norm`.

    Raises
    ------
    ValueError
        If a field is none of these.

    Examples
    --------
    >>> layer, x = BatchNorm(1, momentum=1.0), np.array([[1.0], [3.0]])
    >>> params = layer.init(np.random.default_rng(0), "float64")
    >>> y, after = layer.train(params, x)
    >>> y.round(4).ravel(), after["state"].mean, after["state"].variance
    (array([-1.,  1.]), array([2.]), array([2.]))
    >>> layer(after, x).round(4).ravel()
    array([-0.7071,  0.7071])
    """

    channels: int
    momentum: float = 0.1
    eps: float = 1e-5

    normalises: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", check_integer("channels", self.channels, 1))
        for name in ("momentum", "eps"):
            number = check_number(name, getattr(self, name), least=0)
            object.__setattr__(self, name, number)
        if self.momentum > 1:
            raise ValueError(f"momentum is {self.momentum!r}; expected a number from 0 to 1")
        if not self.eps:
            raise ValueError("eps is 0; expected a number > 0, since a variance may be 0")

    def init(self, rng: np.random.Generator, dtype: str = "float32") -> dict[str, Any]:
        """Return ``gamma`` 1, ``beta`` 0 and the initial ``state``; nothing is drawn.

        Parameters
        ----------
        rng
            A generator, as for other layers.
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
        return {
            "gamma": np.ones(self.channels, dtype),
            "beta": np.zeros(self.channels, dtype),
            "state": RunningStatistics.initial(self.channels, dtype),
        }

    def __call__(self, params: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
        """Return `x` normalised by the running statistics, shape of `x`.

        Raises
        ------
        TypeError
            If `params` is not what `init` returns, or `x` is not an array.
        ValueError
            If the shape of `x` does not fit.
        """
        return self._apply(params, x, training=False)[0]

    def train(
        self,
        params: dict[str, Any],
        x: NDArray[Any],
        *,
        rng: np.random.Generator | None = None,
    ) -> tuple[NDArray[Any], dict[str, Any]]:
        """Return `x` normalised by its own statistics, and the parameters with new running ones.

        Parameters
        ----------
        params
            As `init` returns them.
        x
            Shape ``(n, channels)`` or ``(n, channels, rows, columns)``.
        rng
            Not used; layers that draw have it as well.

        Raises
        ------
        TypeError
            If `params` is not what `init` returns, or `x` is not an array.
        ValueError
            If the shape of `x` does not fit.
        """
        y, state = self._apply(params, x, training=True)
        return y, {**params, "state": state}

    def _apply(
        self, params: dict[str, Any], x: NDArray[Any], training: bool
    ) -> tuple[NDArray[Any], RunningStatistics]:
        try:
            gamma, beta, state = params["gamma"], params["beta"], params["state"]
        except (KeyError, IndexError, TypeError):
            raise TypeError(
                f"params is {shown(params)}; {self} expects a dict of gamma, beta and state, as "
                "init returns it"
            ) from None
        options = {"momentum": self.momentum, "eps": self.eps}
        return batch_norm(x, gamma, beta, state, training=training, **options)


def with_statistics(params: Any, source: Any) -> Any:
    """Return the parameters with the running statistics of another tree of the same structure.

    Parameters
    ----------
    params
        A tree, such as parameters after an optimiser's step.
    source
        A tree of the same structure, such as what `BatchNorm.train` returns.

    Raises
    ------
    ValueError
        If the structures differ.

    Examples
    --------
    >>> old, new = RunningStatistics.initial(1), RunningStatistics(np.ones(1), np.ones(1))
    >>> found = with_statistics({"W": 1.0, "state": old}, {"W": 2.0, "state": new})
    >>> found["W"], found["state"] is new
    (1.0, True)
    """
    if trees.flatten(params)[1] != trees.flatten(source)[1]:
        raise ValueError("params and source differ in structure; expected one structure")
    return _with_statistics(params, source)


def _with_statistics(params: Any, source: Any) -> Any:
    if isinstance(params, RunningStatistics):
        return source
    if isinstance(params, dict):
        return type(params)((k, _with_statistics(v, source[k])) for k, v in params.items())
    if isinstance(params, (list, tuple)):
        pairs = zip(params, source, strict=True)
        entries = [_with_statistics(mine, other) for mine, other in pairs]
        return type(params)(*entries) if hasattr(params, "_fields") else type(params)(entries)
    return params
