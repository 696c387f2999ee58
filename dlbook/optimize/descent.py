"""Gradient descent on a whole objective: its step, from two sides, and its loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from dlbook import trees
from dlbook.autodiff import grad
from dlbook.checks import check_number
from dlbook.optimize.schedules import Constant, Schedule
from dlbook.optimize.sgd import step

__all__ = ["GradientDescent", "Optimiser", "descend", "proximal_step"]


class Optimiser(Protocol):
    """What `descend` needs of an optimiser: a start, and a pure step from gradients."""

    def init(self, params: Any) -> Any:
        """Return the state before the first step."""

    def update(self, grads: Any, state: Any, params: Any) -> tuple[Any, Any]:
        """Return parameters and state after a step."""


@dataclass(frozen=True)
class GradientDescent:
    """Step against the gradient, with a rate that may depend on the step.

    With a constant rate it takes the steps of `SGD`, to the bit, and counts them.

    Parameters
    ----------
    learning_rate
        A finite number > 0, which stands for `Constant`; or a schedule, such as `InverseRoot`:
        a function of the step's number, 1 for the first.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> from dlbook.optimize import InverseRoot
    >>> descent = GradientDescent(InverseRoot(0.5))
    >>> w, state = 3.0, descent.init(3.0)
    >>> w, state = descent.update(2.0, state, w)
    >>> w, state
    (2.0, 1)
    """

    learning_rate: Schedule | float

    def __post_init__(self) -> None:
        if not callable(self.learning_rate):
            object.__setattr__(self, "learning_rate", Constant(self.learning_rate))

    def init(self, params: Any) -> int:
        """Return the state before the first step: 0, the number of steps taken."""
        return 0

    def update(
        self, grads: Any, state: int, params: Any, out: tuple[Any, int] | None = None
    ) -> tuple[Any, int]:
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
            The parameters of `out`, where it is given; the same bits either way.

        Raises
        ------
        ValueError
            If the trees differ in structure, or arrays in shape; or if the schedule returns
            something other than a finite number ≥ 0.
        """
        taken = state + 1
        rate = check_number(
            f"the learning rate that {self.learning_rate!r} returned for step {taken}",
            self.learning_rate(taken),  # type: ignore[operator]
            least=0,
        )
        return step(grads, rate, params, None if out is None else out[0]), taken


def proximal_step(grads: Any, params: Any, strength: float) -> Any:
    """Minimise the linear model of a function, plus a penalty for leaving the place.

    Returns the one ``w`` at which ``⟨w - params, grads⟩ + strength/2 · ‖w - params‖²`` is least.
    That is ``params - grads / strength``: the step of `GradientDescent` with the rate
    ``1 / strength``, as chapter 6 of the book proves by completing the square.

    Parameters
    ----------
    grads
        A tree like `params`.
    params
        A tree of numbers or arrays.
    strength
        λ, a finite number > 0. For λ ≤ 0 nothing is least, unless the gradient is 0.

    Raises
    ------
    ValueError
        If `strength` is anything else, or the trees differ in structure.

    Examples
    --------
    >>> proximal_step(2.0, 3.0, strength=4.0)
    2.5
    """
    strength = check_number("strength", strength, above=0)
    return trees.map(lambda w, g: w - g / strength, params, grads)


def descend(
    f: Callable[[Any], Any],
    x0: Any,
    optimiser: Optimiser,
    *,
    gradient: Callable[[Any], Any] | None = None,
) -> Iterator[Any]:
    """Yield the iterates of an optimiser on a function, the start first, without end.

    Parameters
    ----------
    f
        Takes a tree like `x0` and returns a number.
    x0
        The start: a floating-point number (``8.0``, not ``8``), an array, or a tree of them.
    optimiser
        Such as `GradientDescent`.
    gradient
        Of `f`, by hand; by default it is ``autodiff.grad(f)``.

    Yields
    ------
    tree
        The iterates. Each is read once more when the next is asked for: write to a copy.

    Examples
    --------
    >>> from itertools import islice
    >>> iterates = descend(lambda w: 0.5 * w**2, 8.0, GradientDescent(0.5))
    >>> [float(w) for w in islice(iterates, 4)]
    [8.0, 4.0, 2.0, 1.0]
    """
    if gradient is None:
        gradient = grad(f)
    params, state = x0, optimiser.init(x0)
    while True:
        yield params
        params, state = optimiser.update(gradient(params), state, params)
