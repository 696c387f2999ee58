"""Optimisers made of another: the gradient is changed before the other one sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlbook import trees
from dlbook.checks import check_number
from dlbook.optimize.optimisers import Optimiser, check_optimiser

__all__ = ["Clipped", "Decayed"]


@dataclass(frozen=True)
class Clipped:
    """An optimiser that never sees a gradient longer than a given length.

    A longer one is scaled down to that length, all leaves by one factor, so that its direction
    stays. The length is that of all its entries together.

    Parameters
    ----------
    optimiser
        The optimiser that takes the step; its state is the state.
    most
        The largest length, a finite number > 0.

    Raises
    ------
    TypeError
        If `optimiser` is not one.
    ValueError
        If the number is anything else.

    Examples
    --------
    >>> from dlbook.optimize import GradientDescent
    >>> method = Clipped(GradientDescent(1.0), most=5.0)
    >>> params = np.zeros(2)
    >>> method.update(np.array([-30.0, -40.0]), method.init(params), params)[0]
    array([3., 4.])
    """

    optimiser: Optimiser
    most: float

    def __post_init__(self) -> None:
        check_optimiser(self.optimiser)
        object.__setattr__(self, "most", check_number("most", self.most, above=0))

    def init(self, params: Any) -> Any:
        """Return the optimiser's state before the first step."""
        return self.optimiser.init(params)

    def update(self, grads: Any, state: Any, params: Any, out: Any = None) -> tuple[Any, Any]:
        """Take one step of the optimiser, with `out` as it takes it."""
        # Squares of large entries would overflow, so the largest is taken out first. A gradient
        # that is not finite is passed on: the optimiser raises the error, which names the step.
        leaves = trees.leaves(grads)
        largest = max((float(np.max(np.abs(g), initial=0.0)) for g in leaves), default=0.0)
        if 0 < largest < np.inf:
            length = largest * np.sqrt(
                sum(float(np.sum(np.square(np.asarray(g, float) / largest))) for g in leaves)
            )
            if length > self.most:
                factor = float(self.most / length)  # a NumPy float64 would widen float32
                grads = trees.map(lambda g: factor * g, grads)
        return self.optimiser.update(grads, state, params, out)


@dataclass(frozen=True)
class Decayed:
    """An optimiser that sees the gradient plus ``decay · p``: weight decay.

    That is the gradient of the function with a penalty ``decay / 2 · ‖p‖²``. For `AdamW`'s kind
    of decay see there. Whether a wrapper is outside or inside matters: in
    ``Decayed(Clipped(…), …)`` the sum is clipped, in ``Clipped(Decayed(…), …)`` the gradient.

    Parameters
    ----------
    optimiser
        The optimiser that takes the step; its state is the state.
    decay
        A finite number ≥ 0.

    Raises
    ------
    TypeError
        If `optimiser` is not one.
    ValueError
        If the number is anything else.

    Examples
    --------
    >>> from dlbook.optimize import GradientDescent
    >>> method = Decayed(GradientDescent(0.5), decay=0.2)
    >>> params = np.array([1.0, -2.0])
    >>> method.update(np.zeros(2), method.init(params), params)[0]
    array([ 0.9, -1.8])
    """

    optimiser: Optimiser
    decay: float

    def __post_init__(self) -> None:
        check_optimiser(self.optimiser)
        object.__setattr__(self, "decay", check_number("decay", self.decay, least=0))

    def init(self, params: Any) -> Any:
        """Return the optimiser's state before the first step."""
        return self.optimiser.init(params)

    def update(self, grads: Any, state: Any, params: Any, out: Any = None) -> tuple[Any, Any]:
        """Take one step of the optimiser, with `out` as it takes it."""
        with np.errstate(over="ignore", invalid="ignore"):  # the optimiser tells
            grads = trees.map(lambda g, p: g + self.decay * p, grads, params)
        return self.optimiser.update(grads, state, params, out)
