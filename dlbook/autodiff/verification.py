"""Whether the derivatives of a function are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlbook import trees
from dlbook.autodiff.numerical import richardson
from dlbook.autodiff.transforms import grad, jvp

__all__ = ["MismatchError", "check_derivatives"]


class MismatchError(AssertionError):
    """Two ways to compute a derivative disagree."""


def check_derivatives(
    f: Callable[..., Any], *args: Any, order: int = 2, rtol: float = 1e-6
) -> None:
    """Compare a function's derivatives in both modes with differences and with each other.

    The entries of the result are weighed with random numbers, from a fixed seed, and summed; so
    every entry of the Jacobian has a share in what is compared. For the second order the gradient
    of that sum is checked in turn.

    Parameters
    ----------
    f
        Takes and returns numbers, arrays or trees of them, and is smooth near `args`.
    args
        Where: ``float64``, or ``complex128``, of which both parts are moved.
    order
        1 or 2: how often to differentiate.
    rtol
        The largest difference, relative to the largest entry of the gradient.

    Raises
    ------
    MismatchError
        If a derivative is wrong; the message names the argument, the worst entry, both values,
        and the rules to look at.
    ValueError
        If an argument is of another dtype, or the order is neither 1 nor 2.

    Examples
    --------
    >>> check_derivatives(lambda x, y: np.sin(x) @ y, np.array([0.5, 1.0]), np.array([2.0, 3.0]))
    """
    if order not in (1, 2):
        raise ValueError(f"order is {order!r}; expected 1 or 2")
    leaves, structure = trees.flatten(args)
    inputs: list[Any] = []
    names = []
    for i, leaf in enumerate(leaves):
        dtype, name = np.asarray(leaf).dtype, _name(args, i)
        if dtype not in (np.float64, np.complex128):
            raise ValueError(f"{name} is {dtype}; differences need float64 or complex128")
        split = dtype == np.complex128
        inputs += [leaf.real, leaf.imag] if split else [leaf]
        names += [f"the real part of {name}", f"the imaginary part of {name}"] if split else [name]

    def call(*parts: Any) -> Any:
        given = iter(parts)
        joined = [
            next(given) + 1j * next(given) if np.iscomplexobj(leaf) else next(given)
            for leaf in leaves
        ]
        return f(*trees.unflatten(structure, joined))

    _check(call, inputs, names, order, rtol, "")


def _check(
    f: Callable[..., Any], inputs: list[Any], names: list[str], order: int, rtol: float, of: str
) -> None:
    rng = np.random.default_rng(order)

    def weight(leaf: Any) -> Any:
        size = rng.uniform(0.5, 1.5, np.shape(leaf))
        return size * (1 - 0.7j) if np.iscomplexobj(leaf) else size  # a share of both parts

    weights = trees.map(weight, f(*inputs))

    def weighed(*leaves: Any) -> Any:
        # Number after number, since leaves may be numbers without methods.
        parts = trees.map(lambda leaf, w: np.real(np.sum(leaf * w)), f(*leaves), weights)
        return sum(trees.leaves(parts))

    gradients = grad(weighed, tuple(range(len(inputs))))(*inputs)
    for position, (x, gradient, name) in enumerate(zip(inputs, gradients, names, strict=True)):

        def of_one(value: Any, position: int = position) -> Any:
            return weighed(*inputs[:position], value, *inputs[position + 1 :])

        differences = richardson(of_one, x)
        forward = np.empty(np.shape(x))
        for index in np.ndindex(np.shape(x)):
            unit = np.zeros(np.shape(x))
            unit[index] = 1.0
            forward[index] = jvp(of_one, (x,), (unit if np.shape(x) else 1.0,))[1]
        _compare(name, of, "reverse mode", gradient, "differences", differences, rtol)
        _compare(name, of, "forward mode", forward, "differences", differences, rtol)
        # The two modes differ by rounding only.
        _compare(name, of, "forward mode", forward, "reverse mode", gradient, min(rtol, 1e-9))
    if order == 2:
        slopes = grad(weighed, tuple(range(len(inputs))))
        _check(slopes, inputs, names, 1, rtol, "the gradient of ")


def _compare(
    name: str, of: str, one: str, values: Any, other: str, expected: Any, rtol: float
) -> None:
    values, expected = np.asarray(values), np.asarray(expected)
    scale = np.max(np.abs(expected), initial=0.0)
    # What differences cannot see: their rounding, where all derivatives are tiny.
    wrong = ~(np.abs(values - expected) <= rtol * scale + 1e-9)
    if not wrong.any():
        return
    distance = np.where(wrong, np.nan_to_num(np.abs(values - expected), nan=np.inf), -1.0)
    worst = tuple([int(i) for i in np.unravel_index(distance.argmax(), distance.shape)])
    where = f"[{', '.join(map(str, worst))}]" if worst else ""
    rules = "defvjp" if one == "reverse mode" else "defjvp"
    raise MismatchError(
        f"the results of {of}the function, summed with random weights, have derivative "
        f"{values[worst]:.12g} with respect to {name}{where} in {one}; expected "
        f"{expected[worst]:.12g}, from {other} ({np.count_nonzero(wrong)} of {wrong.size} entries "
        f"differ). Check the rules of your own operations, first those of {rules}; if there are "
        "none, check that the function is smooth here and returns the same value every time"
    )


def _name(args: tuple[Any, ...], leaf: int) -> str:
    """Return which argument a leaf belongs to, and which of its leaves it is."""
    for i, argument in enumerate(args):
        n = len(trees.leaves(argument))
        if leaf < n:
            return f"argument {i}" if n == 1 else f"argument {i} (leaf {leaf} of {n})"
        leaf -= n
    raise IndexError(leaf)
