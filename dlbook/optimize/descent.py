"""Descent on a whole objective: its step from another side, and its loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from dlbook import trees
from dlbook.autodiff import grad
from dlbook.checks import check_number, shown
from dlbook.optimize.optimisers import Optimiser, check_optimiser

__all__ = ["descend", "proximal_step"]

Tree = TypeVar("Tree")


def proximal_step(grads: Tree, params: Tree, strength: float) -> Tree:
    """Minimise the linear model of a function, plus a penalty for leaving the place.

    Returns the minimiser ``w`` of ``⟨w - params, grads⟩ + strength/2 · ‖w - params‖²``. That is
    ``params - grads / strength``: the step of `GradientDescent` with rate ``1 / strength``, as
    chapter 6 of the book proves by completing the square.

    Parameters
    ----------
    grads
        A tree like `params`.
    params
        A tree of numbers or arrays.
    strength
        λ, a finite number > 0. For λ ≤ 0 there is no minimiser, unless the gradient is 0.

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
    stepped: Tree = trees.map(lambda w, g: w - g / strength, params, grads)
    return stepped


def descend(
    f: Callable[[Tree], Any],
    x0: Tree,
    optimiser: Optimiser,
    *,
    gradient: Callable[[Tree], Tree] | None = None,
) -> Iterator[Tree]:
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

    Raises
    ------
    TypeError
        If `f` is not a function, or `optimiser` not an optimiser.

    Examples
    --------
    >>> from itertools import islice
    >>> from dlbook.optimize import GradientDescent
    >>> iterates = descend(lambda w: 0.5 * w**2, 8.0, GradientDescent(0.5))
    >>> [float(w) for w in islice(iterates, 4)]
    [8.0, 4.0, 2.0, 1.0]
    """
    if not callable(f):
        swapped = "; are f and x0 swapped?" if callable(x0) else ""
        raise TypeError(f"f is {shown(f)}; expected a function of one argument{swapped}")
    check_optimiser(optimiser)
    return _iterates(x0, optimiser, grad(f) if gradient is None else gradient)


def _iterates(
    params: Tree, optimiser: Optimiser, gradient: Callable[[Tree], Tree]
) -> Iterator[Tree]:
    state = optimiser.init(params)
    while True:
        yield params
        params, state = optimiser.update(gradient(params), state, params)
