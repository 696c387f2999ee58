"""Less memory for more time."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from dlbook import trees
from dlbook.autodiff.forward import ForwardLevel
from dlbook.autodiff.refusals import DerivativeError, describe
from dlbook.autodiff.table import Each, Rule
from dlbook.autodiff.traced import Traced, innermost, plain
from dlbook.autodiff.transforms import jvp, vjp

__all__ = ["checkpoint"]

Function = TypeVar("Function", bound=Callable[..., Any])


def checkpoint(f: Function) -> Function:
    """Return a function that keeps its arguments for the backward sweep, and nothing else.

    What `f` computes on the way is computed once more when the sweep comes to it. A chain of n
    such steps, grouped by √n, keeps about 2√n values in place of n.

    Parameters
    ----------
    f
        Takes numbers, arrays or trees of them; returns one number or array. It must depend on
        traced values through its arguments only, and run the second time as it did the first:
        random numbers are drawn outside and passed in.

    Returns
    -------
    function
        Called as `f` is, with the same result.

    Raises
    ------
    DerivativeError
        When called: if `f` closes over a traced value, or returns something else. In the sweep:
        if `f` returns another value than before; a change that leaves the value alone, such as
        that of a factor of 0, is not seen.

    Examples
    --------
    >>> from dlbook.autodiff import grad
    >>> step = lambda x: np.tanh(np.sin(x) * 2)
    >>> light = checkpoint(step)
    >>> grad(lambda x: light(light(x)))(0.5) == grad(lambda x: step(step(x)))(0.5)
    True
    """

    @functools.wraps(f)
    def wrapped(*args: Any) -> Any:
        leaves, structure = trees.flatten(args)

        def flat(*values: Any) -> Any:
            return f(*trees.unflatten(structure, list(values)))

        return _call(flat, tuple(leaves))

    return wrapped  # type: ignore[return-value]


def _call(flat: Callable[..., Any], leaves: tuple[Any, ...]) -> Any:
    level = innermost(leaves)
    if level is None or isinstance(level, ForwardLevel):  # which keeps nothing anyway
        return flat(*leaves)
    moving = [i for i, leaf in enumerate(leaves) if type(leaf) is Traced]

    number = level.number  # no more of the level: its tape will hold the rule, a cycle

    def of_moving(values: tuple[Any, ...]) -> Callable[..., Any]:
        def g(*some: Any) -> Any:
            every = list(values)
            for i, value in zip(moving, some, strict=True):
                every[i] = value
            return flat(*every)

        return g

    def function(*values: Any) -> Any:
        result = _call(flat, values)
        if type(result) is Traced and result._level.number >= number:
            raise DerivativeError(
                "a checkpointed function depends on a traced value that is not an argument of it",
                describe(result),
                "pass the value as an argument",
            )
        if not isinstance(plain(result), np.ndarray | np.number | float | complex):
            raise DerivativeError(
                "a checkpointed function returned something other than one number or array",
                describe(result),
                "np.concatenate or np.stack the results",
            )
        return result

    def pull(g: Any, ans: Any, *values: Any) -> list[Any]:
        again, pullback = vjp(of_moving(values), *[values[i] for i in moving])
        _check_same(ans, again)
        parts: list[Any] = [None] * len(values)
        for i, part in zip(moving, pullback(g), strict=True):
            parts[i] = part
        return parts

    def push(position: int, g: Any, ans: Any, *values: Any) -> Any:
        def of_one(value: Any) -> Any:
            return flat(*values[:position], value, *values[position + 1 :])

        again, tangent = jvp(of_one, (values[position],), (g,))
        _check_same(ans, again)
        return tangent

    rule = Rule(function, Each(push), (), name="checkpoint", pull=pull, complex=True)
    return level.record(rule, function, leaves, {})


def _check_same(first: Any, second: Any) -> None:
    """Refuse a second run that gave another value than the first.

    Rounding is allowed for: NumPy may sum a copy of an array in another order than the array.

    Raises
    ------
    DerivativeError
        If some entries differ by more than half of the digits of the largest.
    """
    one, other = np.asarray(plain(first)), np.asarray(plain(second))
    if one.shape == other.shape:
        largest = np.max(np.abs(one), initial=0.0, where=np.isfinite(one))
        near = np.sqrt(np.finfo(one.dtype).eps) * largest
        if np.allclose(other, one, rtol=0.0, atol=near, equal_nan=True):
            return
    raise DerivativeError(
        "a checkpointed function gave another value when it was run again for the derivative",
        f"{describe(plain(first))} first, {describe(plain(second))} then",
        "draw random numbers before the call and pass them as arguments, as all that may change",
    )
