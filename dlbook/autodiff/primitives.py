"""Functions of one's own as single operations."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from dlbook.autodiff.table import TABLE, Derivative, Entry, Rule, name_of
from dlbook.autodiff.tracing import Traced, call

__all__ = ["defjvp", "defvjp", "primitive"]

Function = TypeVar("Function", bound=Callable[..., Any])


def primitive(f: Function) -> Function:
    """Return a function that is one operation for whoever differentiates it.

    It is called on plain values only; `defvjp` and `defjvp` give it its derivatives. Its
    positional arguments may be traced, what is given by keyword may not.

    Parameters
    ----------
    f
        Takes and returns numbers and arrays. It must not change its arguments.

    Examples
    --------
    A step whose derivative is 0 everywhere, with a gradient that lets errors through:

    >>> from dlbook.autodiff import grad
    >>> @primitive
    ... def step(x):
    ...     return np.where(x > 0, 1.0, 0.0)
    >>> defvjp(step, lambda g, ans, x: g)
    >>> grad(lambda x: np.sum(3 * step(x)))(np.array([-1.0, 2.0]))
    array([3., 3.])
    """

    @functools.wraps(f)
    def dispatching(*args: Any, **kwargs: Any) -> Any:
        for value in args:
            if type(value) is Traced:
                return call(dispatching, args, kwargs)
        return f(*args, **kwargs)

    return dispatching  # type: ignore[return-value]


def defvjp(
    function: Callable[..., Any],
    *vjps: Derivative | None,
    forward: Callable[..., tuple[Any, Any]] | None = None,
) -> None:
    """Define the reverse rules of a `primitive`, or of a ufunc that has none.

    Parameters
    ----------
    function
        Made by `primitive`, or a ufunc such as those of `scipy.special`.
    vjps
        For each positional argument a function ``(g, ans, *args, **kwargs)`` which returns what
        the adjoint `g` of the result contributes to that of the argument; ``None`` where there
        is no derivative. Written in NumPy, it can itself be differentiated.
    forward
        Called in place of `function` when a reverse sweep will follow. It takes the same
        arguments and returns the value, and beside it what the rules can use again: they get
        it by keyword, as ``kept``.

    Raises
    ------
    TypeError
        If `function` is neither.

    Examples
    --------
    >>> from dlbook.autodiff import grad
    >>> @primitive
    ... def cube(x):
    ...     return x * x * x
    >>> defvjp(cube, lambda g, ans, x: g * 3 * x**2)
    >>> grad(grad(cube))(2.0)
    12.0

    With `forward` the square is computed once:

    >>> def cube_and_square(x):
    ...     square = x * x
    ...     return x * square, square
    >>> defvjp(cube, lambda g, ans, x, kept: g * 3 * kept, forward=cube_and_square)
    >>> grad(grad(cube))(2.0)
    12.0
    """
    _define(function, vjps=vjps, forward=forward)


def defjvp(function: Callable[..., Any], *jvps: Derivative | None) -> None:
    """Define the forward rules of a `primitive`, or of a ufunc that has none.

    Parameters
    ----------
    function
        As for `defvjp`.
    jvps
        For each positional argument a function ``(g, ans, *args, **kwargs)`` which returns what
        the tangent `g` of the argument contributes to that of the result.

    Raises
    ------
    TypeError
        If `function` is neither a primitive nor a ufunc.

    Examples
    --------
    >>> from dlbook.autodiff import jvp
    >>> @primitive
    ... def cube(x):
    ...     return x * x * x
    >>> defjvp(cube, lambda g, ans, x: g * 3 * x**2)
    >>> jvp(cube, (2.0,), (1.0,))
    (8.0, 12.0)
    """
    _define(function, jvps=jvps)


def _define(
    function: Callable[..., Any],
    jvps: tuple[Derivative | None, ...] = (),
    vjps: tuple[Derivative | None, ...] = (),
    forward: Callable[..., tuple[Any, Any]] | None = None,
) -> None:
    if not isinstance(function, np.ufunc) and not hasattr(function, "__wrapped__"):
        raise TypeError(
            f"{name_of(function)} is neither a ufunc nor made by `primitive`; "
            "expected a function with @primitive above it"
        )
    known = TABLE.get(function)
    if known is not None and known.rule is not None:
        if not vjps:
            vjps, forward = tuple(known.rule.vjps), known.rule.forward
        jvps = jvps or tuple(known.rule.jvps)
    n = max(len(jvps), len(vjps))
    missing: tuple[None, ...] = (None,) * n
    name = name_of(function)
    rule = Rule(function, (*jvps, *missing)[:n], (*vjps, *missing)[:n], name=name, forward=forward)
    TABLE[function] = Entry("primitive", None, None, rule=rule)
