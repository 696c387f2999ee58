"""Optimisers: how a step is made from a gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np

from dlbook import trees
from dlbook.checks import check_integer, check_number, shown
from dlbook.optimize.schedules import Schedule

__all__ = ["GradientDescent", "Optimiser", "check_optimiser"]

Tree = TypeVar("Tree")


@runtime_checkable
class Optimiser(Protocol):
    """A start, and a pure step from gradients, over trees of arrays."""

    def init(self, params: Any) -> Any:
        """Return the state before the first step."""

    def update(self, grads: Tree, state: Any, params: Tree, out: Any = None) -> tuple[Tree, Any]:
        """Return parameters and state after a step, written to `out` where it is given."""


def check_optimiser(value: Any) -> None:
    """Raise an error if `value` is not an optimiser.

    Raises
    ------
    TypeError
        If it lacks `init` or `update`.

    Examples
    --------
    >>> check_optimiser(0.1)
    Traceback (most recent call last):
    TypeError: optimiser is 0.1; expected one with init and update, such as GradientDescent(0.1)
    """
    if isinstance(value, type) or not isinstance(value, Optimiser):
        raise TypeError(
            f"optimiser is {shown(value)}; expected one with init and update, "
            "such as GradientDescent(0.1)"
        )


@dataclass(frozen=True)
class GradientDescent:
    """Step against the gradient: ``p - learning_rate · g``.

    Gradients that come from batches make it stochastic gradient descent.

    Parameters
    ----------
    learning_rate
        A finite number > 0; or a schedule, such as `InverseRoot`: a function of the step's
        number, 1 for the first.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> from dlbook.optimize import InverseRoot
    >>> descent = GradientDescent(InverseRoot(0.5))
    >>> params = {"w": np.array([1.0, 2.0])}
    >>> state = descent.init(params)
    >>> params, state = descent.update({"w": np.array([1.0, -1.0])}, state, params)
    >>> params, state
    ({'w': array([0.5, 2.5])}, 1)
    """

    learning_rate: Schedule | float

    def __post_init__(self) -> None:
        if not callable(self.learning_rate):
            rate = check_number("learning_rate", self.learning_rate, above=0)
            object.__setattr__(self, "learning_rate", rate)

    def init(self, params: Any) -> int:
        """Return the state before the first step: 0, the number of steps taken."""
        return 0

    def update(
        self, grads: Tree, state: int, params: Tree, out: tuple[Tree, int] | None = None
    ) -> tuple[Tree, int]:
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
            `params` and `state` themselves. Without it the parameters are new. The state is a
            number, which nothing can be written to: it is new in any case.

        Returns
        -------
        params, state
            The parameters of `out`, where it is given; the same bits either way, of the dtype
            of `params`.

        Raises
        ------
        ValueError
            If the trees differ in structure, or arrays in shape; if `state` is not what `init`
            or `update` returned; or if the schedule returns something other than a finite
            number ≥ 0.
        """
        taken, rate = check_integer("state", state, 0) + 1, self.learning_rate
        if callable(rate):
            name = f"the learning rate that {rate!r} returned for step {taken}"
            rate = check_number(name, rate(taken), least=0)
        _check_shapes(grads, params)
        if out is None:
            return trees.map(lambda p, g: p - rate * g, params, grads), taken
        if out[0] is params:  # the training loop's case: one tree less to walk
            trees.map(lambda p, g: np.subtract(p, rate * g, out=p), params, grads)
        else:
            trees.map(lambda o, p, g: np.subtract(p, rate * g, out=o), out[0], params, grads)
        return out[0], taken


def _check_shapes(grads: Any, params: Any) -> None:
    """Raise an error for a gradient that would change its parameter's shape by broadcasting."""
    wrong: list[Any] = []

    def compare(p: Any, g: Any) -> None:
        if getattr(p, "shape", ()) != getattr(g, "shape", ()):  # numbers have none
            wrong.append(p)

    trees.map(compare, params, grads)
    if not wrong:
        return
    values, structure = trees.flatten(params)
    rows = zip(trees.places(params, ""), values, trees.flatten_like(structure, grads), strict=True)
    place, p, g = next(row for row in rows if np.shape(row[1]) != np.shape(row[2]))
    raise ValueError(
        f"grads{place} has shape {np.shape(g)}; expected {np.shape(p)}, as params{place} has"
    )
