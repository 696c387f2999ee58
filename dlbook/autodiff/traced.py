"""Values that carry a derivative.

NumPy hands every call with such a value to us, by NEP 13 (ufuncs) and NEP 18 (functions), and
Python every operator. Most are recorded by a level straight away; the rest is for `dispatch`,
which each level knows. Of derivatives nothing is known here.
"""

from __future__ import annotations

import dataclasses
import numbers
import operator
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from dlbook.autodiff.levels import Level
from dlbook.autodiff.refusals import (
    ASSIGNMENT,
    LIST,
    DerivativeError,
    MissingAttributeError,
    beside,
    describe,
    instead_of,
    place,
    stacked,
)
from dlbook.autodiff.table import TABLE, Rule, name_of, rebuilt, result_rule

__all__ = [
    "NO_OPTIONS",
    "Traced",
    "are_results",
    "as_operand",
    "each_result",
    "form",
    "holds_complex",
    "holds_traced",
    "innermost",
    "is_complex",
    "no_complex",
    "plain",
    "remembered",
    "shape_of",
]

# Types of a plain number that can have a derivative; an array has one if its dtype is floating.
_FLOATS = frozenset({float, np.float64, np.float32, np.float16, np.longdouble})

_WITH_DTYPE = (np.ndarray, np.generic)

#: Those of most calls, and of inputs.
NO_OPTIONS: dict[str, Any] = {}


def plain(value: Any) -> Any:
    """Return the number or array inside, whatever the number of levels around it."""
    while type(value) is Traced:
        value = value._alive()
    return value


def form(value: Any) -> Any:
    """Return what has the shape and the type of the number or array inside: itself, if it is one.

    For a batch of them it is an entry.
    """
    while type(value) is Traced:
        value = value._value if value._level.several else value._alive()
    return value


def shape_of(value: Any) -> tuple[int, ...]:
    """Return the shape of the number or array inside; faster than `np.shape` for numbers."""
    if type(value) is Traced:
        value = form(value)
    shape: tuple[int, ...] = getattr(value, "shape", ())
    return shape


def is_complex(value: Any) -> bool:
    """Return whether the number or array inside is complex.

    Examples
    --------
    >>> is_complex(np.zeros(3)), is_complex(1j), is_complex(np.zeros(3, np.complex64))
    (False, True, True)
    """
    while type(value) is Traced:
        value = value._value
    if isinstance(value, _WITH_DTYPE):  # what else has an attribute of that name is no array
        return value.dtype.kind == "c"
    return isinstance(value, complex)


def holds_complex(value: Any) -> bool:
    """Return whether a value is complex, or is a container that has complex values in it."""
    kind = type(value)
    if kind in _WITHOUT_PARTS:
        return False
    if kind is dict:
        value = value.values()
    elif kind is not list and kind is not tuple:
        return is_complex(value)
    return any(map(holds_complex, value))


def innermost(values: tuple[Any, ...]) -> Level | None:
    """Return the level that was opened last among those of some values."""
    level = None
    for value in values:
        if type(value) is Traced and (level is None or value._level.number > level.number):
            level = value._level
    return level


def as_operand(value: Any) -> Any:
    """Return an operand as rules expect it: traced, an array, or a number.

    A list of plain numbers becomes an array.

    Raises
    ------
    DerivativeError
        If it is something else, of which NumPy would make something that loses derivatives.
    """
    kind = type(value)
    if kind is np.ndarray or kind is Traced or kind is int or kind in _FLOATS:
        return value
    if kind is list or kind is tuple:
        if next(traced_in(value), None) is None:
            return np.asarray(value)
        raise DerivativeError(
            "an operand is a list that holds traced values",
            describe(value),
            LIST,
        )
    if isinstance(value, numbers.Number | np.number | np.bool_):
        return value
    array = isinstance(value, np.ndarray) or hasattr(value, "__array__")
    raise DerivativeError(
        "an operand beside a traced value is neither a NumPy array nor a number",
        describe(value),
        "np.asarray(operand)" if array else "an array or a number",
    )


def are_results(function: Callable[..., Any], result: Any, rule: Rule) -> bool:
    """Return whether a function gave several results: a tuple.

    Raises
    ------
    DerivativeError
        If it gave one for which the rule does not hold: complex, or an array of objects.
    """
    kind = type(result)
    if kind is Traced or kind in _FLOATS:
        return False
    if isinstance(result, tuple):
        return True
    dtype_kind = result.dtype.kind if isinstance(result, np.ndarray | np.generic) else ""
    if dtype_kind == "f":
        return False
    if dtype_kind == "c" or kind is complex:
        if rule.complex:
            return False
        raise no_complex(name_of(function), describe(result))
    raise DerivativeError(
        "a result is neither a floating-point number nor an array of them",
        f"{name_of(function)} → {describe(result)}",
        "use floating-point arrays, one or a tuple of them; np.stack([...]) makes one of traced "
        "numbers",
    )


def no_complex(name: str, given: str, instead: str = "") -> DerivativeError:
    """Return the refusal of a complex value by a function whose rule is for real ones."""
    return DerivativeError(
        f"{name} takes real numbers only where derivatives are taken, and one here is complex",
        given,
        instead
        or "np.real(z), np.imag(z) and np.abs(z), which are real; the reference lists "
        "the functions that have rules for complex values",
    )


def each_result(
    level: Level,
    rule: Rule,
    results: tuple[Any, ...],
    operands: tuple[Any, ...],
    options: dict[str, Any],
) -> Any:
    """Return several results, each recorded on its own.

    What is an integer or a truth value stays as it is: it has no derivative.

    Raises
    ------
    DerivativeError
        If one has no real derivative.
    """
    entries = []
    for i, result in enumerate(results):
        if isinstance(result, tuple):
            raise DerivativeError(
                "a result is a tuple inside a tuple",
                f"{rule.name} → {describe(results)}",
                "return one tuple of numbers and arrays",
            )
        if is_complex(result) and not rule.complex:
            raise remembered(no_complex(rule.name, describe(result)), operands)
        if np.asarray(plain(result)).dtype.kind not in "iub":
            one = result_rule(rule, results, i, len(operands))
            result = level.record(one, partial(_known, result), operands, options)
        entries.append(result)
    return rebuilt(results, entries)


def _known(result: Any, *operands: Any, **options: Any) -> Any:
    """Return what a function is known to return."""
    return result


def holds_traced(value: Any) -> bool:
    """Whether a value is traced, or is a container that has traced values in it."""
    kind = type(value)
    if kind in _PLAIN:
        return False
    if kind is tuple or kind is list:
        for entry in value:  # asks of most in this one frame
            if type(entry) not in _PLAIN and holds_traced(entry):
                return True
        return False
    return kind is Traced or next(traced_in(value), None) is not None


_WITHOUT_PARTS = frozenset({int, float, bool, str, type(None), slice})
_PLAIN = _WITHOUT_PARTS | {np.ndarray}


def remembered(error: DerivativeError, *values: Any) -> DerivativeError:
    """Have every level among some values remember a refusal."""
    for value in traced_in(values):
        value._remember(error)
    return error


def traced_in(value: Any) -> Iterator[Traced]:
    if type(value) is Traced:
        yield value
    elif isinstance(value, dict):
        yield from traced_in(tuple(value.values()))
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from traced_in(entry)
    elif hasattr(type(value), "__dataclass_fields__"):
        names = [field.name for field in dataclasses.fields(value)]
        yield from traced_in([getattr(value, name, None) for name in names])


# ---- operators and methods -----------------------------------------------------------------


def _binary(function: Callable[..., Any], ufunc: np.ufunc) -> Any:
    """Return an operator and its reflection: Python's own, so that numbers stay numbers."""

    def method(self: Traced, other: Any) -> Any:
        return self._level.record(TABLE[ufunc].rule, function, (self, other), NO_OPTIONS)

    def reflected(self: Traced, other: Any) -> Any:
        return self._level.record(TABLE[ufunc].rule, function, (other, self), NO_OPTIONS)

    return method, reflected


def _unary(function: Callable[..., Any], ufunc: np.ufunc) -> Any:
    def method(self: Traced) -> Any:
        return self._level.record(TABLE[ufunc].rule, function, (self,), NO_OPTIONS)

    return method


def _in_place(sign: str, function: Callable[..., Any]) -> Any:
    def method(self: Traced, other: Any) -> Any:
        if not isinstance(plain(self), np.ndarray):
            return function(self, other)  # a number is replaced, not changed
        raise self._refuse(
            f"`x {sign}= v` changes an array in place: other names for it would change as well",
            f"x = x {sign} v",
        )

    return method


def _comparison(function: Callable[..., Any]) -> Any:
    def method(self: Traced, other: Any) -> Any:
        return function(plain(self), plain(other))

    return method


def _attribute(name: str) -> Any:
    return property(lambda self: getattr(form(self), name))


def _method(function: Callable[..., Any]) -> Any:
    """Return the method of the same name as a NumPy function."""
    name = function.__name__

    def method(self: Traced, *args: Any, **kwargs: Any) -> Any:
        getattr(form(self), name)  # a Python float has none
        return self._level.call(function, (self, *args), kwargs)

    return method


class Traced:
    """A number or array that carries a derivative, for as long as a transformation runs.

    It behaves as the number or array inside: methods and operators are recorded, comparisons
    give plain values. What would lose the derivative raises `DerivativeError`. It cannot be
    changed in place, so names that share it are safe.

    A program meets such values only inside a function that is being differentiated.
    """

    __slots__ = ("_level", "_link", "_value")

    def __init__(self, value: Any, level: Level, link: Any) -> None:
        self._value = value
        self._level = level
        self._link = link  # forward: the tangent; reverse: the number of the node

    # `isinstance(x, np.ndarray)` and `np.isscalar(x)` answer as for the value inside. What must
    # know better asks for `type(x) is Traced`.
    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        value: Any = self
        while type(value) is Traced:
            value = value._value
        return type(value)

    def _alive(self) -> Any:
        """Return the value inside, unless this one outlived its transformation."""
        if self._level.closed:
            raise self._level.leak(self._value)
        return self._value

    def _refuse(self, what: str, instead: str) -> DerivativeError:
        """Return a refusal, remembered by every level that would lose the derivative."""
        error = self._refusal(what, instead)
        self._remember(error)
        return error

    def _refusal(self, what: str, instead: str) -> DerivativeError:
        if self._level.closed:
            return self._level.leak(self._value)
        where = place()
        text = {"STORE_SUBSCR": f"{where.text} = …", "DELETE_SUBSCR": f"del {where.text}"}.get(
            where.operation, where.text
        )
        text = f", in `{text}` ({where.line})" if where.text else f", {where.line}"
        return DerivativeError(what, describe(self) + text, instead)

    def _lost(self, what: str, instead: str, number: bool = True) -> DerivativeError:
        """Return the refusal of a conversion, with the advice for what the program called."""
        where = place()
        named = beside(where) or instead_of(where.name, number=number)
        if (exact := stacked(where.source)) is not None:
            named = f"{exact}; in general {named or LIST}"
        if where.operation == "STORE_SUBSCR":
            instead = ASSIGNMENT
        elif named is not None:
            instead = named
        elif where.operation == "BINARY_SUBSCR":
            instead = "integers computed from plain values as indices, or int(stop_gradient(x))"
        elif where.operation == "BINARY_OP" and "%" in where.text:
            instead = 'f"{x}", which says that the value is traced; or stop_gradient(x)'
        elif where.operation == "BINARY_OP" and where.text:
            instead = "np.asarray(operand) for the other operand, which is no plain array"
        return self._refuse(what, instead)

    def _remember(self, error: DerivativeError) -> None:
        value: Any = self
        while type(value) is Traced:
            if value._level.refusal is None:
                value._level.refusal = error
            value = value._value

    # ---- NumPy's protocols ----

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "__call__" and not kwargs:  # as most operations are
            entry = TABLE.get(ufunc)
            if entry is not None and entry.rule is not None:
                return self._level.record(entry.rule, ufunc, inputs, NO_OPTIONS)
        return self._level.call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...], kwargs: Any
    ) -> Any:
        return self._level.call(function, args, kwargs)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise self._lost(
            "a traced value cannot become a plain array, which would lose its derivative",
            f"{LIST}, np.where or np.concatenate for a[i] = x, a @ x for a.dot(x); "
            "stop_gradient(x) discards the derivative",
            number=False,
        )

    # ---- conversions ----

    def __float__(self) -> float:
        raise self._lost(
            "a traced value cannot become a Python number, which would lose its derivative",
            "np.exp(x) for math.exp(x), np.stack or np.where for a[0] = x; "
            "float(stop_gradient(x)) discards the derivative",
        )

    def __int__(self) -> int:
        raise self._lost(
            "a traced value cannot become an integer, which has no derivative",
            "int(stop_gradient(x))",
        )

    __trunc__ = __floor__ = __ceil__ = __int__

    def __index__(self) -> int:
        # Not remembered: NumPy's `a ** x` asks whether x is an integer, and goes on if it is not.
        raise self._refusal(
            "a traced value cannot become an index, a size or an axis, which has no derivative",
            "an integer computed from plain values, or int(stop_gradient(x))",
        )

    def __complex__(self) -> complex:
        raise self._lost(
            "a traced value cannot become a Python number, which would lose its derivative",
            "x + 0j, which is traced",
        )

    def __round__(self, digits: int | None = None) -> Any:
        return round(plain(self), digits)

    def __bool__(self) -> bool:
        return bool(plain(self))

    # ---- in place ----

    def __setitem__(self, index: Any, value: Any) -> None:
        raise self._refuse(_IN_PLACE, "x = np.where(mask, value, x), np.concatenate or np.stack")

    def __delitem__(self, index: Any) -> None:
        raise self._refuse("entries cannot be taken from a traced value", "np.delete(x, index)")

    __iadd__, __isub__ = _in_place("+", operator.add), _in_place("-", operator.sub)
    __imul__, __itruediv__ = _in_place("*", operator.mul), _in_place("/", operator.truediv)
    __ipow__, __imatmul__ = _in_place("**", operator.pow), _in_place("@", operator.matmul)
    __imod__, __ifloordiv__ = _in_place("%", operator.mod), _in_place("//", operator.floordiv)

    # ---- operators: Python's own, applied to what is inside, so that numbers stay numbers ----

    __add__, __radd__ = _binary(operator.add, np.add)
    __sub__, __rsub__ = _binary(operator.sub, np.subtract)
    __mul__, __rmul__ = _binary(operator.mul, np.multiply)
    __truediv__, __rtruediv__ = _binary(operator.truediv, np.divide)
    __pow__, __rpow__ = _binary(operator.pow, np.power)
    __mod__, __rmod__ = _binary(operator.mod, np.remainder)
    __matmul__, __rmatmul__ = _binary(operator.matmul, np.matmul)

    __neg__ = _unary(operator.neg, np.negative)
    __pos__ = _unary(operator.pos, np.positive)
    __abs__ = _unary(operator.abs, np.absolute)

    def __floordiv__(self, other: Any) -> Any:
        return plain(self) // plain(other)

    def __rfloordiv__(self, other: Any) -> Any:
        return plain(other) // plain(self)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    # ---- comparisons: plain values ----

    __lt__, __le__ = _comparison(operator.lt), _comparison(operator.le)
    __gt__, __ge__ = _comparison(operator.gt), _comparison(operator.ge)
    __eq__, __ne__ = _comparison(operator.eq), _comparison(operator.ne)
    __hash__ = None  # type: ignore[assignment]

    def __contains__(self, value: Any) -> bool:
        return plain(value) in plain(self)

    # ---- containers ----

    def __getitem__(self, index: Any) -> Any:
        for entry in index if type(index) is tuple else (index,):
            if type(entry) in _MAY_HOLD:
                return self._level.call(operator.getitem, (self, index), NO_OPTIONS)
        rule = TABLE[operator.getitem].rule
        return self._level.record(rule, rule.function, (self,), {"index": index})

    def __len__(self) -> int:
        return len(form(self))

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    # ---- attributes ----

    shape, ndim, size = _attribute("shape"), _attribute("ndim"), _attribute("size")
    dtype, itemsize, nbytes = _attribute("dtype"), _attribute("itemsize"), _attribute("nbytes")

    @property
    def T(self) -> Any:  # noqa: D102, N802 (as of an array)
        form(self).T  # noqa: B018 (a Python float has none)
        return np.transpose(self)

    @property
    def mT(self) -> Any:  # noqa: D102, N802
        form(self).mT  # noqa: B018 (for the error, where it has one axis or none)
        return np.matrix_transpose(self)

    @property
    def real(self) -> Any:  # noqa: D102
        return np.real(self) if is_complex(self) else self

    @real.setter
    def real(self, value: Any) -> None:
        raise self._refuse(_IN_PLACE, "z = x + 1j * z.imag")

    @property
    def imag(self) -> Any:  # noqa: D102
        return np.imag(self) if is_complex(self) else form(self).imag

    @imag.setter
    def imag(self, value: Any) -> None:
        raise self._refuse(_IN_PLACE, "z = z.real + 1j * y")

    # ---- methods: the functions of the same name ----

    sum, prod, cumsum = _method(np.sum), _method(np.prod), _method(np.cumsum)
    mean, var, std = _method(np.mean), _method(np.var), _method(np.std)
    max, min, clip = _method(np.max), _method(np.min), _method(np.clip)
    argmax, argmin, argsort = _method(np.argmax), _method(np.argmin), _method(np.argsort)
    all, any, nonzero = _method(np.all), _method(np.any), _method(np.nonzero)
    dot, trace, diagonal = _method(np.dot), _method(np.trace), _method(np.diagonal)
    ravel, squeeze, swapaxes = _method(np.ravel), _method(np.squeeze), _method(np.swapaxes)
    repeat, take, round = _method(np.repeat), _method(np.take), _method(np.round)
    searchsorted = _method(np.searchsorted)

    def reshape(self, *shape: Any, **kwargs: Any) -> Any:  # noqa: D102
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **kwargs)

    def transpose(self, *axes: Any) -> Any:  # noqa: D102
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def flatten(self, order: str = "C") -> Any:  # noqa: D102
        return np.ravel(self, order=order)  # type: ignore[call-overload]

    def astype(self, dtype: Any, copy: bool = True) -> Any:  # noqa: D102
        return self._level.call(np.ndarray.astype, (self, dtype), NO_OPTIONS)

    def copy(self, order: str = "C") -> Any:  # noqa: D102
        return self  # nobody can change it

    def conj(self) -> Any:  # noqa: D102
        return np.conjugate(self) if is_complex(self) else self

    conjugate = conj

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise self._refuse("a traced value cannot be pickled", "stop_gradient(x)")

    def __getattr__(self, name: str) -> Any:
        plain(self)
        instead = _INSTEAD.get(name)
        if instead is None or not hasattr(self.__class__, name):
            raise AttributeError(f"a {describe(self)} has no attribute {name!r}")
        what = f"a traced value has no attribute {name!r}, which would lose its derivative"
        raise MissingAttributeError(what, describe(self), instead)

    # ---- words ----

    def __repr__(self) -> str:
        state = " (its transformation has ended)" if self._level.closed else ""
        value: Any = self
        while type(value) is Traced:
            value = value._value
        return f"Traced<{value!r}>{state}"

    def __format__(self, spec: str) -> str:
        # Marked, so that float(f"{x:.3f}") is an error and not a number without a derivative.
        return f"Traced<{format(plain(self), spec)}>" if spec else repr(self)


_IN_PLACE = "a traced array cannot be changed in place: other names for it would change as well"

_INSTEAD: dict[str, str] = {
    "item": "x[i], or x itself where it is a number; stop_gradient(x).item() gives it up",
    "tolist": "list(x); stop_gradient(x).tolist() discards the derivative",
    "view": "np.stack([z.real, z.imag], axis=-1) for the parts of complex numbers, x.reshape(…) or "
    "x.astype(…) for others; np.asarray(m) for an np.matrix beside it",
    "flat": "np.ravel(x)",
    "fill": "np.full_like(x, value)",
    "put": "np.where(mask, value, x)",
    "sort": "np.sort(x)",
    "partition": "np.sort(x)",
    "argpartition": "np.argsort(x)",
    "resize": "np.reshape(x, shape)",
    "choose": "np.stack([x, y])[i, np.arange(len(i))]",
    "compress": "np.compress(mask, x)",
    "cumprod": "np.cumprod(x)",
    "setfield": "np.where(mask, value, x)",
    **dict.fromkeys(
        ["setflags", "flags", "base", "data", "ctypes"], "stop_gradient(x), a plain copy"
    ),
    **dict.fromkeys(
        ["tobytes", "tostring", "tofile", "dump", "dumps"], "stop_gradient(x), a plain copy"
    ),
    **dict.fromkeys(["byteswap", "getfield", "strides"], "stop_gradient(x), a plain copy"),
    **dict.fromkeys(["device", "to_device"], "nothing: NumPy's arrays are all in one place"),
    **dict.fromkeys(["is_integer", "hex", "as_integer_ratio"], "float(stop_gradient(x))"),
}

_MAY_HOLD = frozenset({Traced, list, tuple, dict})  # what may be or hold a traced value
