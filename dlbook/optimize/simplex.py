"""Descent among distributions: two ways to stay in the simplex."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from dlbook import trees
from dlbook.checks import check_integer
from dlbook.optimize.optimisers import check_gradient, check_params, check_rate, rate_of, written
from dlbook.optimize.schedules import Schedule

__all__ = ["MirrorDescent", "ProjectedDescent", "simplex_projection"]

Tree = TypeVar("Tree")


def simplex_projection(x: Any) -> Any:
    """Return the nearest distribution: numbers ≥ 0 whose sum is 1.

    The nearest in the Euclidean distance, also called *sparsemax*: ``max(x - τ, 0)`` with the τ
    that makes the sum 1, as chapter 5 of the book proves.

    Parameters
    ----------
    x
        Array of shape (..., n) with n ≥ 1 and finite entries; each vector along the last axis
        is projected on its own.

    Returns
    -------
    array
        Of the same shape, and of the same dtype if that is a floating one.

    Raises
    ------
    ValueError
        If `x` has no entries along its last axis, or one that is NaN or infinite.

    Notes
    -----
    By sorting, in O(n log n). From Held, Wolfe and Crowder, Mathematical Programming 6 (1974).

    Examples
    --------
    >>> simplex_projection(np.array([1.2, 1.0, 0.9, -3.0])).round(4)
    array([0.5, 0.3, 0.2, 0. ])
    """
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(float)
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"x has shape {x.shape}; expected (..., n) with n ≥ 1")
    if not np.isfinite(x).all():
        raise ValueError(f"x holds {x[~np.isfinite(x)].flat[0]}; expected finite numbers")
    x = x - x.max(axis=-1, keepdims=True)  # the same point is nearest, and no sum overflows
    falling = -np.sort(-x, axis=-1)
    excess = np.cumsum(falling, axis=-1) - 1
    counts = np.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    number = np.count_nonzero(counts * falling > excess, axis=-1, keepdims=True)
    tau = np.take_along_axis(excess, number - 1, axis=-1) / number.astype(x.dtype)
    return np.maximum(x - tau, 0)


@dataclass(frozen=True)
class ProjectedDescent:
    """Gradient descent among distributions: step, then take the nearest distribution.

    The parameters are arrays whose vectors along the last axis are distributions. A step is
    ``simplex_projection(p - learning_rate · g)``. Entries become 0, and can leave it again.

    Parameters
    ----------
    learning_rate
        A finite number > 0, or a schedule.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> from itertools import islice
    >>> from dlbook.optimize import descend
    >>> cost = np.array([1.0, 2.0, 4.0])
    >>> iterates = descend(lambda p: p @ cost, np.full(3, 1 / 3), ProjectedDescent(0.2))
    >>> [p.round(2).tolist() for p in islice(iterates, 3)]
    [[0.33, 0.33, 0.33], [0.6, 0.4, 0.0], [0.7, 0.3, 0.0]]
    """

    learning_rate: Schedule | float

    def __post_init__(self) -> None:
        check_rate(self)

    def init(self, params: Any) -> int:
        """Return the state before the first step: 0, the number of steps taken."""
        return 0

    def update(
        self, grads: Tree, state: int, params: Tree, out: tuple[Tree, int] | None = None
    ) -> tuple[Tree, int]:
        """Take one step; see `GradientDescent.update`.

        Raises
        ------
        ValueError
            As there; or if a parameter is a number and not an array.
        FloatingPointError
            If the gradient, or a parameter after its step, is NaN or infinite.
        """
        taken = check_integer("state", state, 0) + 1
        rate = rate_of(self.learning_rate, taken)
        check_gradient(grads, params, taken)
        with np.errstate(over="ignore", invalid="ignore"):
            moved = trees.map(lambda p, g: p - rate * g, params, grads)
        check_params(moved, taken)
        return written(trees.map(simplex_projection, moved), taken, out)


@dataclass(frozen=True)
class MirrorDescent:
    """Exponentiated gradient descent: multiply, then divide by the sum.

    The parameters are arrays whose vectors along the last axis are distributions. A step makes
    ``p · exp(-learning_rate · g)`` into one again: of all distributions q, the one for which
    ``learning_rate · g·q + KL(q ‖ p)`` is smallest, as chapter 5 of the book shows. A positive
    entry stays positive, until it is too small for a floating-point number; a 0 stays 0.

    Parameters
    ----------
    learning_rate
        A finite number > 0, or a schedule.

    Raises
    ------
    ValueError
        If it is neither.

    Notes
    -----
    From Nemirovski and Yudin (1983), whom chapter 5 cites.

    Examples
    --------
    >>> from itertools import islice
    >>> from dlbook.optimize import descend
    >>> cost = np.log([1.0, 2.0, 4.0])
    >>> iterates = descend(lambda p: p @ cost, np.full(3, 1 / 3), MirrorDescent(1.0))
    >>> [p.round(2).tolist() for p in islice(iterates, 3)]
    [[0.33, 0.33, 0.33], [0.57, 0.29, 0.14], [0.76, 0.19, 0.05]]
    """

    learning_rate: Schedule | float

    def __post_init__(self) -> None:
        check_rate(self)

    def init(self, params: Any) -> int:
        """Return the state before the first step: 0, the number of steps taken."""
        return 0

    def update(
        self, grads: Tree, state: int, params: Tree, out: tuple[Tree, int] | None = None
    ) -> tuple[Tree, int]:
        """Take one step; see `GradientDescent.update`.

        Raises
        ------
        ValueError
            As there; or if a parameter holds something other than distributions.
        FloatingPointError
            If the gradient, or a parameter after its step, is NaN or infinite.
        """
        taken = check_integer("state", state, 0) + 1
        rate = rate_of(self.learning_rate, taken)
        check_gradient(grads, params, taken)
        _check_distributions(params)

        def multiplied(p: Any, g: Any) -> Any:
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                logs = np.log(p) - rate * g
                logs = logs - logs.max(axis=-1, keepdims=True)
                new = np.exp(logs)
            return new / new.sum(axis=-1, keepdims=True)

        new = trees.map(multiplied, params, grads)
        check_params(new, taken)
        return written(new, taken, out)


def _check_distributions(params: Any) -> None:
    """Raise an error for what is not an array of distributions along its last axis."""
    for place, p in zip(trees.places(params, "params"), trees.leaves(params), strict=True):
        if np.ndim(p) == 0:
            raise ValueError(f"{place} is a number; expected an array of distributions")
        sums = np.sum(p, axis=-1)
        off = ~(np.abs(sums - 1) <= np.sqrt(np.finfo(np.asarray(p).dtype).eps))  # NaN too
        if np.min(p) < 0 or off.any():
            found = f"an entry {np.min(p):g}" if np.min(p) < 0 else f"the sum {sums[off].flat[0]:g}"
            raise ValueError(
                f"{place} has {found}; expected distributions along the last axis, "
                "with entries ≥ 0 whose sum is 1"
            )
