"""Gradient descent, whose gradients may come from batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlbook import trees
from dlbook.checks import check_number

__all__ = ["SGD", "step"]


def step(grads: Any, rate: float, params: Any, out: Any = None) -> Any:
    """Return ``params - rate · grads``, or write it to the arrays of `out` and return `out`."""
    if out is None:
        return trees.map(lambda p, g: p - rate * g, params, grads)
    if out is params:  # the training loop's case: one tree less to walk
        trees.map(lambda p, g: np.subtract(p, rate * g, out=p), params, grads)
    else:
        trees.map(lambda o, p, g: np.subtract(p, rate * g, out=o), out, params, grads)
    return out


@dataclass(frozen=True)
class SGD:
    """Step against the gradient: ``p - learning_rate · g``.

    Parameters
    ----------
    learning_rate
        A finite number > 0.

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> sgd = SGD(0.5)
    >>> params = {"w": np.array([1.0, 2.0])}
    >>> state = sgd.init(params)
    >>> params, state = sgd.update({"w": np.array([1.0, -1.0])}, state, params)
    >>> params
    {'w': array([0.5, 2.5])}
    """

    learning_rate: float

    def __post_init__(self) -> None:
        rate = check_number("learning_rate", self.learning_rate, above=0)
        object.__setattr__(self, "learning_rate", rate)

    def init(self, params: Any) -> tuple[()]:
        """Return the state before the first step: none, since each step forgets the last."""
        return ()

    def update(
        self, grads: Any, state: tuple[()], params: Any, out: tuple[Any, tuple[()]] | None = None
    ) -> tuple[Any, tuple[()]]:
        """Take one step.

        Parameters
        ----------
        grads
            A tree like `params`.
        state
            What `init` or the step before returned.
        params
            A tree of arrays; left as it is, unless it is also `out`.
        out
            Parameters and state to write to, with arrays like those of `params`; they may be
            `params` and `state` themselves. Without it they are new.

        Returns
        -------
        params, state
            `out`, where it is given; the same bits either way, of the dtype of `params`.

        Raises
        ------
        ValueError
            If the trees differ in structure, or arrays in shape.
        """
        if out is None:
            return step(grads, self.learning_rate, params), ()
        step(grads, self.learning_rate, params, out[0])
        return out
