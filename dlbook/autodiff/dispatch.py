"""What a call with traced values becomes.

The table says what is known of the function: it is differentiated, and then recorded by the
innermost level among its operands, or composed of others, or answered from plain values, or
refused. `forward`, `reverse` and `batched` hold the three kinds of level.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlbook.autodiff.levels import Level
from dlbook.autodiff.refusals import DerivativeError, beside, describe, instead_of, place
from dlbook.autodiff.table import UnknownArgumentError, entry_of, name_of
from dlbook.autodiff.traced import (
    Traced,
    form,
    holds_complex,
    holds_traced,
    innermost,
    is_complex,
    no_complex,
    plain,
    remembered,
    traced_in,
)

__all__ = ["NumPyLevel", "call", "call_ufunc"]


def call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return what a NumPy function gives for arguments of which some are traced."""
    entry = entry_of(function)
    if entry is None:
        what = f"there is no rule for {name_of(function)}"
        raise _refusal(what, function, args, kwargs, _instead_of(function))
    rule, definition = entry.rule, entry.definition
    if not entry.complex and entry.kind != "refused" and _any_complex(entry.kind, args, kwargs):
        given = _as_called(function, args, kwargs)
        raise remembered(no_complex(name_of(function), given, entry.instead), args, kwargs)
    if rule is None and definition is None:
        if entry.kind != "refused":  # but a constant, or a question
            inside = form if entry.kind == "question" else plain
            return function(*_inside(args, inside), **_inside(kwargs, inside))
        what = f"{name_of(function)} would lose a derivative"
        # The program may have called it by way of another function.
        where = place()
        instead = beside(where) or instead_of(where.name) or entry.instead
        raise _refusal(what, function, args, kwargs, instead)
    try:
        operands, options = entry.bind(function, args, kwargs)
    except UnknownArgumentError as unknown:
        what = f"{name_of(function)} was called with {unknown}, for which there is no rule"
        raise _refusal(what, function, args, kwargs, "leave it out") from None
    if options.pop("out", None) is not None:
        raise _refusal_of_out(function, args, kwargs)
    try:
        if definition is not None:
            return definition(*operands, **options)
        for name, value in options.items():
            if holds_traced(value):
                what = f"{name_of(function)} has no derivative in {name}"
                raise _refusal(what, function, operands, options, "stop_gradient(x) in its place")
        level = innermost(operands)
        if level is None:
            what = f"{name_of(function)} found a traced value inside a list"
            raise _refusal(what, function, operands, options, "np.stack([x, y]) in its place")
        return level.record(rule, rule.function, operands, options)
    except DerivativeError as error:
        remembered(error, args, kwargs)
        raise


def _any_complex(kind: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether arguments are complex; to a primitive, whose constants are its own affair, traced."""
    if kind == "primitive":
        return any(map(is_complex, traced_in((args, kwargs))))
    return holds_complex(args) or (bool(kwargs) and holds_complex(kwargs))


def call_ufunc(
    ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Return what a ufunc, or one of its methods, gives for operands of which some are traced."""
    if "out" in kwargs:
        raise _refusal_of_out(ufunc, inputs, kwargs)
    if method != "__call__":
        if method == "outer" and not kwargs:
            x, y = inputs
            return ufunc(np.reshape(x, (*np.shape(x), *(1,) * np.ndim(y))), y)
        return call(getattr(ufunc, method), inputs, kwargs)
    if kwargs:
        if kwargs.pop("where", True) is not True:
            name = name_of(ufunc)
            what = f"{name}(…, where=mask) leaves entries without a value"
            instead = f"np.where(mask, {name}({', '.join('xyz'[: len(inputs)])}), 0.0)"
            raise _refusal(what, ufunc, inputs, kwargs, instead)
        if "axes" in kwargs:
            return _along_axes(ufunc, inputs, **kwargs)
        if kwargs.keys() & {"dtype", "casting"}:
            how = kwargs.pop("dtype", None), kwargs.pop("casting", "same_kind")
            return ufunc(*_cast_for(ufunc, inputs, *how), **kwargs)
    return call(ufunc, inputs, kwargs)


def _cast_for(ufunc: np.ufunc, inputs: tuple[Any, ...], dtype: Any, casting: Any) -> list[Any]:
    """Return the operands in the dtypes in which NumPy computes, if one is asked for."""
    inside = [plain(x) for x in inputs]
    numbers = {int, float, complex}
    given = [type(x) if type(x) in numbers else np.asarray(x).dtype for x in inside]
    results = (None if dtype is None else np.dtype(dtype),) * ufunc.nout
    wanted = ufunc.resolve_dtypes(
        (*given, *(None,) * ufunc.nout),
        signature=(*(None,) * ufunc.nin, *results),
        casting=casting,
    )
    arrays: list[Any] = [x if type(x) is Traced else np.asarray(x) for x in inputs]
    return [np.astype(x, to) for x, to in zip(arrays, wanted, strict=False)]


def _along_axes(
    ufunc: np.ufunc, inputs: tuple[Any, ...], axes: Sequence[Any], **kwargs: Any
) -> Any:
    """Call a ufunc of vectors and matrices whose axes are not the last ones."""
    each = [(entry,) if isinstance(entry, int) else tuple(entry) for entry in axes]
    pairs = zip(inputs, each, strict=False)
    moved = [np.moveaxis(x, entry, range(-len(entry), 0)) for x, entry in pairs]
    found = ufunc(*moved, **kwargs)
    if len(each) == len(inputs):  # the result has no such axes
        return found
    return np.moveaxis(found, range(-len(each[-1]), 0), each[-1])


def _refusal(
    what: str, function: Any, args: Any, kwargs: dict[str, Any], instead: str
) -> DerivativeError:
    error = DerivativeError(what, _as_called(function, args, kwargs), instead)
    return remembered(error, args, kwargs)


def _as_called(function: Any, args: Any, kwargs: dict[str, Any]) -> str:
    given = [_shown(a) for a in args] + [f"{k}={_shown(v)}" for k, v in kwargs.items()]
    return f"{name_of(function)}({', '.join(given)})"


def _refusal_of_out(function: Any, args: Any, kwargs: dict[str, Any]) -> DerivativeError:
    where = place()
    if where.operation == "BINARY_OP":
        kwargs = {name: value for name, value in kwargs.items() if name not in ("out", "axes")}
        what = f"`{where.text or 'a += x'}` would write into an array, where no derivative follows"
        instead = "a = a + x for a += x, and so for other operators"
        return _refusal(what, function, args, kwargs, instead)
    what = f"{name_of(function)}(…, out=a) would write into an array, where no derivative follows"
    return _refusal(what, function, args, kwargs, f"a = {name_of(function)}(…), without out")


def _instead_of(function: Any) -> str:
    """Return what to write instead of a function without a rule."""
    instead = beside(place()) or instead_of(getattr(function, "__name__", ""))
    if instead is not None:
        return instead
    if isinstance(function, np.ufunc):
        return "write it with functions that have a rule, or give it rules by defvjp and defjvp"
    return (
        "write it with functions that have a rule, or make it one operation with `primitive`, "
        "and give that rules by defvjp and defjvp"
    )


def _shown(value: Any) -> str:
    """Return an argument in a few words."""
    if value is None or type(value) in (bool, int, str):
        return repr(value)
    if isinstance(value, tuple) and len(value) == 1:  # as NumPy wraps the array of `out=`
        return _shown(value[0])
    return name_of(value) if callable(value) and type(value) is not Traced else describe(value)


def _inside(value: Any, inside: Callable[[Any], Any]) -> Any:
    """Return arguments with what is inside the traced ones in place of these."""
    kind = type(value)
    if kind is Traced:
        return inside(value)
    if kind is dict:
        return {name: _inside(entry, inside) for name, entry in value.items()}
    if kind is list or kind is tuple:
        return kind([_inside(entry, inside) for entry in value])
    return value


class NumPyLevel(Level):
    """A level whose values NumPy hands to us."""

    __slots__ = ()
    call = staticmethod(call)
    call_ufunc = staticmethod(call_ufunc)
