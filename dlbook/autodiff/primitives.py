"""Functions of one's own as single operations."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from dlbook.autodiff.dispatch import call
from dlbook.autodiff.refusals import DerivativeError, describe
from dlbook.autodiff.table import TABLE, Derivative, Entry, Rule, entry_of, name_of, rebuilt
from dlbook.autodiff.traced import form, holds_traced, shape_of
from dlbook.autodiff.transposition import Transposed

__all__ = ["defjvp", "defvjp", "primitive"]

Function = TypeVar("Function", bound=Callable[..., Any])


def primitive(f: Function) -> Function:
    """Return a function that is one operation for whoever differentiates it.

    It is called on plain values only; `defvjp` and `defjvp` give it its derivatives. Its
    positional arguments may be traced; those given by keyword may not, nor may entries of lists,
    tuples, dicts and dataclasses.

    Parameters
    ----------
    f
        Takes numbers and arrays, and returns one, or a tuple of them. It must not change its
        arguments: where a derivative is taken, it gets read-only views of them.

    Raises
    ------
    DerivativeError
        When called: if a traced value is given where none may be.

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
        if holds_traced(args) or (kwargs and holds_traced([*kwargs.values()])):
            return call(dispatching, args, kwargs)
        return f(*args, **kwargs)

    return dispatching  # type: ignore[return-value]


def defvjp(
    function: Callable[..., Any],
    *vjps: Derivative | None,
    forward: Callable[..., tuple[Any, Any]] | None = None,
) -> None:
    """Define the reverse rules of a `primitive`, or of a ufunc that has none.

    They serve forward mode as well, where `defjvp` gives no rule: a reverse rule is linear in the
    adjoint, and its own derivative by that, in reverse mode, is the forward rule. For each tangent
    this runs the rule, records what it does, and sweeps that once: a few times the work of the
    rule. A forward rule of one's own saves it.

    Parameters
    ----------
    function
        Made by `primitive`, or a ufunc such as those of `scipy.special`.
    vjps
        For each positional argument a function ``(g, ans, *args, **kwargs)`` which returns what
        the adjoint `g` of the result contributes to that of the argument; ``None`` in place of
        the function where there is no derivative. Written in NumPy, it can itself be
        differentiated. It gets read-only views, and returns real numbers in the shape of the
        argument; one number stands for an array that is the same everywhere, and what NumPy's
        broadcasting spread to the shape of the result may stay so.
    forward
        Called in place of `function` when a reverse sweep will follow. It takes the same
        arguments and returns the value, and beside it what the rules can use again: they get
        it by keyword, as ``kept``.

    Raises
    ------
    TypeError
        If `function` is neither.
    DerivativeError
        In the sweep: if a rule returns something else, or writes into what it was given.

    Examples
    --------
    >>> from dlbook.autodiff import grad
    >>> @primitive
    ... def cube(x):
    ...     return x * x * x
    >>> defvjp(cube, lambda g, ans, x: g * 3 * x**2)
    >>> grad(grad(cube))(2.0)
    12.0

    Forward mode needs nothing more, nor does what is built on it, such as Hessians:

    >>> from dlbook.autodiff import hessian, jvp
    >>> jvp(cube, (2.0,), (1.0,)), hessian(cube)(2.0)
    ((8.0, 12.0), 12.0)

    With several results the rule gets an adjoint for each, in a tuple like the result. It is
    called once for each result that was used, with 0 for the others:

    >>> @primitive
    ... def product_and_ratio(x, y):
    ...     return x * y, x / y
    >>> defvjp(product_and_ratio,
    ...        lambda g, ans, x, y: g[0] * y + g[1] / y,
    ...        lambda g, ans, x, y: g[0] * x - g[1] * ans[1] / y)
    >>> grad(lambda x: sum(product_and_ratio(x, 2.0)))(3.0)
    2.5

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

    Where there are reverse rules these may be left out, at a cost that `defvjp` states.

    Parameters
    ----------
    function
        As for `defvjp`.
    jvps
        For each positional argument a function ``(g, ans, *args, **kwargs)`` which returns what
        the tangent `g` of the argument contributes to that of the result, in a shape that
        broadcasts to that of the result; for several results a tuple of these. It gets
        read-only views.

    Raises
    ------
    TypeError
        If `function` is neither a primitive nor a ufunc.
    DerivativeError
        When used: if a rule returns something else, or writes into what it was given.

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
    name = name_of(function)
    jvps = tuple([_checked(jvp, name, i, "forward") for i, jvp in enumerate(jvps)])
    vjps = tuple([_checked(vjp, name, i, "reverse") for i, vjp in enumerate(vjps)])
    forward = None if forward is None else _reading(forward, f"forward of {name}")
    known = entry_of(function)
    if known is not None and known.rule is not None:
        if not vjps:
            vjps, forward = tuple(known.rule.vjps), known.rule.forward
        jvps = jvps or tuple([None if type(j) is Transposed else j for j in known.rule.jvps])
    missing = (None,) * max(len(jvps), len(vjps))
    pairs = list(zip((*jvps, *missing), (*vjps, *missing), range(len(missing)), strict=False))
    rule = Rule(
        function if isinstance(function, np.ufunc) else _reading(function, name),
        _Rules([jvp or (vjp and Transposed(vjp, forward, name, i)) for jvp, vjp, i in pairs]),
        _Rules([vjp for _, vjp, _ in pairs]),
        name=name,
        forward=forward,
    )
    TABLE[function] = Entry("primitive", None, None, rule=rule)


class _Rules(tuple[Derivative | None, ...]):
    """The rules of the first arguments; those after them have none."""

    __slots__ = ()

    def __getitem__(self, position: Any) -> Any:
        return super().__getitem__(position) if position < len(self) else None


# ---- what a user's function is given, and what it may return ------------------------------


def _reading(function: Callable[..., Any], words: str) -> Callable[..., Any]:
    """Return a function that gets read-only views of its arrays."""

    @functools.wraps(function)
    def reading(*args: Any, **kwargs: Any) -> Any:
        given = [_read_only(value) for value in args]
        if kwargs:
            kwargs = {name: _read_only(value) for name, value in kwargs.items()}
        try:
            return function(*given, **kwargs)
        except ValueError as error:
            if not re.search("read-only|writ(e)?able", str(error)):
                raise
            raise DerivativeError(
                f"{words} writes into an array that it was given, or that a derivative still needs",
                ", ".join(map(describe, args)),
                "work on a copy, array.copy(), or a = a + x for a += x",
            ) from error

    return reading


def _read_only(value: Any) -> Any:
    """Return a view of an array that cannot be written into; or of each, for a tuple of them."""
    if type(value) is np.ndarray:
        view = value.view()
        view.setflags(write=False)
        return view
    if not isinstance(value, tuple):
        return value
    return rebuilt(value, [_read_only(entry) for entry in value])


def _checked(
    derivative: Derivative | None, name: str, position: int, mode: str
) -> Derivative | None:
    """Return a user's rule that is given nothing to write into and whose result is looked at."""
    if derivative is None:
        return None
    words = f"the {mode} rule of {name} for its argument {position}"
    reading = _reading(derivative, words)

    def checked(g: Any, ans: Any, *args: Any, **kwargs: Any) -> Any:
        part = reading(g, ans, *args, **kwargs)
        given = args[position]
        if mode == "reverse":
            fits, expected = _fits_operand(part, given, ans), _words(given, "argument")
        elif isinstance(ans, tuple):
            fits = isinstance(part, tuple) and len(part) == len(ans)
            fits = fits and all(map(_fits_result, part, ans))
            expected = f"a tuple like the result: {', '.join(map(describe, ans))}"
        else:
            fits, expected = _fits_result(part, ans), _words(ans, "result")
        if not fits:
            raise DerivativeError(
                f"{words} returned {'None' if part is None else describe(part)}",
                f"{describe(g)} as g, and arguments {', '.join(map(describe, args))}",
                f"return {expected}",
            )
        # A view, so that nobody takes an array of the program's for one of ours.
        return part.view() if type(part) is np.ndarray else part

    return checked


def _fits_result(part: Any, ans: Any) -> bool:
    return _is_real(part) and _broadcasts(shape_of(part), shape_of(ans))


def _fits_operand(part: Any, operand: Any, ans: Any) -> bool:
    if not _is_real(part):
        return False
    shape, given, whole = shape_of(part), shape_of(operand), shape_of(ans)
    return shape in ((), given) or (shape == whole and _broadcasts(given, whole))


def _words(value: Any, whose: str) -> str:
    if shape := shape_of(value):
        return f"an array of real numbers of shape {shape}, that of the {whose}"
    return f"one real number, as the {whose} is"


def _is_real(part: Any) -> bool:
    inside = form(part)
    if isinstance(inside, np.ndarray | np.generic):
        return inside.dtype.kind in "fiub"
    return isinstance(inside, int | float)


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Whether NumPy would repeat an array of a shape to have the other one."""
    if len(shape) > len(target):
        return False
    last = target[len(target) - len(shape) :]
    return all(n in (1, m) for n, m in zip(shape, last, strict=True))
